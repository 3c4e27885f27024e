// The journal in the database: appended to by the writer, read by verification and rebuild.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "journal/record.hpp"
#include "store/sqlite/database.hpp"

namespace mekenjai::store {

/// Appends records inside the caller's transaction. Knows the head; `reload` after a rollback.
class JournalTable {
 public:
  explicit JournalTable(sqlite::Database& database);
  /// The sequence number given.
  std::int64_t append(journal::Record& record);
  const journal::Head& head() const { return chain_.head(); }
  void reload();

 private:
  sqlite::Database& database_;
  sqlite::Statement insert_;
  sqlite::Statement newest_;
  journal::Chain chain_;
};

/// The first record that does not follow from the one before it.
struct BadRecord {
  std::int64_t sequence = 0;
  std::string what;
};

struct Verification {
  journal::Head head;
  std::optional<BadRecord> bad;
};

/// Checks numbers, links and hashes of the whole journal.
Verification verify_journal(sqlite::Database& database);

/// Calls back for every record in order.
void each_record(sqlite::Database& database, const std::function<void(const journal::Record&)>& visit);

}  // namespace mekenjai::store
