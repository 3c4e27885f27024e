// The registers embedded in SQLite: what `mekenjai import` loaded and what the service entered.
#pragma once

#include <memory>

#include "edge/registers/address_search.hpp"
#include "edge/registers/registers.hpp"
#include "store/sqlite/database.hpp"

namespace mekenjai::edge::registers {

/// Every question is one or a few index look-ups, so a million people answer as fast as a thousand.
/// A fault of the store is logged and becomes an unavailable fact. One object per thread and
/// connection; statements are prepared once. The database must outlive the object and have the
/// tables (schema.hpp).
class EmbeddedRegisters final : public Registers {
 public:
  /// `addresses`: the words of the address search, to be shared by all objects of a process.
  explicit EmbeddedRegisters(
      store::sqlite::Database& database,
      std::shared_ptr<AddressWordsCache> addresses = std::make_shared<AddressWordsCache>());
  ~EmbeddedRegisters() override;

  Fact<std::optional<domain::Person>> person(const domain::Iin& iin) override;
  Fact<std::vector<domain::Relation>> relations(const domain::Iin& iin) override;
  Fact<bool> is_student(const domain::Iin& iin, std::string_view kato_city_prefix,
                        domain::Date day) override;
  Fact<std::vector<domain::StaffRole>> roles(const domain::Iin& iin) override;
  Fact<std::optional<domain::Phone>> phone(const domain::Iin& iin) override;
  Fact<std::vector<domain::Iin>> people_of_phone(std::string_view e164) override;
  Fact<std::optional<domain::Dwelling>> dwelling(const domain::Rka& rka) override;
  Fact<std::vector<domain::Dwelling>> find_dwellings(std::string_view typed,
                                                     std::size_t limit) override;
  Fact<std::vector<domain::Right>> rights(const domain::Rka& rka) override;
  Fact<std::vector<domain::Encumbrance>> encumbrances(const domain::Rka& rka) override;
  Fact<std::vector<std::pair<domain::Rka, std::string>>> holdings(const domain::Iin& iin,
                                                                  domain::Date day) override;
  Fact<std::optional<domain::Organisation>> organisation(std::string_view bin) override;
  /// The body whose place contains this one (the smallest such place), else the longest common KATO
  /// prefix of at least the region's two digits.
  Fact<std::optional<domain::Organisation>> housing_body_at(std::string_view kato) override;
  Fact<std::vector<domain::Lease>> leases(const domain::Rka& rka) override;
  Fact<std::vector<domain::Residence>> residences(const domain::Iin& iin) override;
  Fact<std::vector<domain::Residence>> residents(const domain::Rka& rka) override;
  /// Centres of the longest common KATO prefix first; those of other regions only where the region
  /// has none.
  std::vector<domain::Centre> centres_near(std::string_view kato, std::size_t limit) override;

 private:
  struct Questions;
  std::unique_ptr<Questions> questions_;
};

}  // namespace mekenjai::edge::registers
