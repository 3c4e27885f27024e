// `GET /addresses?q=`: finds dwellings by what a person typed.
#pragma once

#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

#include "domain/registers.hpp"
#include "store/sqlite/database.hpp"

namespace mekenjai::edge::registers {

class AddressWords;

/// The words of all streets and settlements, read once and again after an import. Shared by the
/// threads of a process: a few thousand names, some megabytes.
class AddressWordsCache {
 public:
  /// The words as of the last import that this connection sees.
  std::shared_ptr<const AddressWords> current(store::sqlite::Database& database,
                                              std::int64_t version);

 private:
  std::mutex mutex_;
  std::shared_ptr<const AddressWords> words_;
  std::int64_t version_ = -1;
};

/// One connection's search. Used by one thread at a time.
class AddressSearch {
 public:
  AddressSearch(store::sqlite::Database& database, std::shared_ptr<AddressWordsCache> cache);

  /// At most `limit` dwellings that the register calls actual, best first, the same order every
  /// time. Streets are found by their words, dwellings by street, house and flat in the index.
  /// Sixteen digits are an RKA. Throws StoreError.
  std::vector<domain::Dwelling> find(std::string_view typed, std::size_t limit);

 private:
  struct Hit;
  struct Wanted;
  void collect(store::sqlite::Statement& statement, double street_score, const Wanted& wanted,
               std::vector<Hit>& hits);

  store::sqlite::Database& database_;
  std::shared_ptr<AddressWordsCache> cache_;
  store::sqlite::Statement version_, by_rka_, by_street_, by_house_, by_flat_;
};

}  // namespace mekenjai::edge::registers
