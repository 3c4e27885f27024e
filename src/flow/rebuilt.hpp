// For tests: the state as text, and the state as `journal rebuild` makes it.
#pragma once

#include <map>

#include "flow/house.hpp"

namespace mekenjai::flow {

inline constexpr const char* kStateTables[] = {"applications", "registrants",   "open_registrants", "consents",
                                        "messages",     "fraud_reports", "alerts",           "figures",
                                        "reg_residence"};

inline std::map<std::string, std::vector<std::string>> dump(store::sqlite::Database& database) {
  std::map<std::string, std::vector<std::string>> all;
  for (const char* table : kStateTables) {
    std::string columns;
    auto names = database.prepare(fmt::format("SELECT name FROM pragma_table_info('{}')", table));
    while (names.step()) {
      const std::string name = names.str(0);
      // The next try of what is put off is not in the journal (docs/formats/journal.md).
      const std::string value = name == "due_at" ? "CASE status WHEN 3 THEN NULL ELSE due_at END" : name;
      columns += (columns.empty() ? "" : " || '|' || ") + fmt::format("'{}=' || coalesce(quote({}), '')", name, value);
    }
    auto rows = database.prepare(fmt::format("SELECT {} AS row FROM {} ORDER BY row", columns, table));
    while (rows.step()) all[table].push_back(rows.str(0));
  }
  return all;
}

inline void rebuild(const std::string& file) {
  store::sqlite::Database database(file, store::sqlite::Access::read_write);
  const base::SystemClock clock;
  const edge::registers::Switches switches;
  Ledger ledger(database, clock, switches, std::make_shared<edge::registers::AddressWordsCache>());
  store::sqlite::Transaction transaction(database);
  store::clear_state(database);
  ledger.clear_entries();
  store::each_record(database, [&](const journal::Record& record) { ledger.fold(record); });
  transaction.commit();
}

}  // namespace mekenjai::flow
