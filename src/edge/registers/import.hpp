// Loads register extracts (contract, section 2) into the embedded registers: all of a folder or
// nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "store/sqlite/database.hpp"

namespace mekenjai::edge::registers {

inline constexpr std::size_t kMaxImportErrors = 20;

/// What is wrong, where, and what to do. Line and column count from 1; 0 means the file or row as a
/// whole.
struct ImportError {
  std::string file;
  std::size_t line = 0;
  std::size_t column = 0;
  std::string column_name{};
  std::string what, advice;
};

/// "persons.csv, line 12, column 6 (birth_date): "1990-02-30" is not a calendar day; write it as …"
std::string describe(const ImportError& error);

struct ImportReport {
  struct Loaded {
    std::string file;
    std::uint64_t rows = 0;
  };
  std::vector<ImportError> errors;  // the first ones; nothing was changed if there is one
  std::vector<Loaded> files;
  bool ok() const { return errors.empty(); }
};

enum class ImportStage { checking, writing, indexing };

/// Bytes done and to do of a stage; called from time to time on the importing thread. May be empty.
using Progress = std::function<void(ImportStage stage, std::uint64_t done, std::uint64_t total)>;

/// Checks every cell of every file first, without a lock; then writes in one transaction, during
/// which a running service goes on reading. Rows are replaced by key; a key twice in one file is an
/// error. What the service entered or closed stays as it is: an extract's row for an entry of the
/// service is passed over, a registration that the service closed stays closed, and an older
/// permanent one that the extract brings late is closed by the service's entry. Faults of SQLite
/// are thrown as StoreError.
ImportReport import_folder(store::sqlite::Database& database, const std::filesystem::path& folder,
                           const Progress& progress = {});

}  // namespace mekenjai::edge::registers
