// The tables of the service beside the registers', and how they come to be. One SQLite file holds all:
// an entry into the register of residences, the journal and the state are one transaction.
#pragma once

#include "store/sqlite/database.hpp"

namespace mekenjai::store {

/// The database file in a data folder.
std::string database_file(const std::string& data_folder);

/// Creates or brings up to date every table of ours. Runs in its own transaction.
void migrate(sqlite::Database& database);

/// Empties the tables that are folds of the journal, before a rebuild.
void clear_state(sqlite::Database& database);

}  // namespace mekenjai::store
