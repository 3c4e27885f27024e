// The tables of the embedded registers. They share the file with the journal and the state, so that
// an entry into the register of residences and the event that caused it are one transaction.
#pragma once

#include <string_view>
#include <vector>

#include "store/sqlite/database.hpp"

namespace mekenjai::edge::registers {

/// Makes the tables (prefix `reg_`) and their indexes where they are missing. Throws StoreError.
void create_register_tables(store::sqlite::Database& database);

/// An index that is not the table's own key, so that a first load may build it at the end.
struct RegisterIndex {
  std::string_view table, name, create_sql;
};
const std::vector<RegisterIndex>& register_indexes();

/// Counts the imports that changed something; caches made of the registers are current while it
/// stands.
std::int64_t register_version(store::sqlite::Database& database);

}  // namespace mekenjai::edge::registers
