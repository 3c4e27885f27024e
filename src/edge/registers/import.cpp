#include "edge/registers/import.hpp"

#include <fstream>

#include "edge/registers/csv.hpp"
#include "edge/registers/extracts.hpp"
#include "edge/registers/schema.hpp"

namespace mekenjai::edge::registers {
namespace {

namespace fs = std::filesystem;
using store::sqlite::Database;
using store::sqlite::Statement;
using store::sqlite::Transaction;

constexpr int kImportCacheKib = 512 * 1024;
constexpr std::uint64_t kRowsBetweenProgress = 8192;

struct File {
  const Extract* extract;
  fs::path path;
  std::uint64_t bytes;
};

/// The first errors of the whole folder.
class Errors {
 public:
  explicit Errors(std::vector<ImportError>& list) : list_(list) {}
  bool full() const { return list_.size() >= kMaxImportErrors; }
  void add(ImportError error) {
    if (!full()) list_.push_back(std::move(error));
  }

 private:
  std::vector<ImportError>& list_;
};

/// Tells the progress over all files of a stage.
class Meter {
 public:
  Meter(const Progress& progress, ImportStage stage, std::uint64_t total)
      : progress_(progress), stage_(stage), total_(total) {}
  void tell(std::uint64_t bytes_of_file) const {
    if (progress_) progress_(stage_, std::min(before_ + bytes_of_file, total_), total_);
  }
  void file_done(std::uint64_t bytes) {
    before_ += bytes;
    tell(0);
  }

 private:
  const Progress& progress_;
  ImportStage stage_;
  std::uint64_t total_, before_ = 0;
};

// Reading
// --------------------------------------------------------------------------------------------

/// Reads one file as rows of values, in the order of the extract's columns.
class ExtractReader {
 public:
  ExtractReader(const File& file, Errors& errors)
      : extract_(*file.extract), in_(file.path, std::ios::binary), csv_(in_), errors_(errors) {
    values_.resize(extract_.columns.size());
    scratch_.resize(extract_.columns.size());
    usable_ = read_header();
  }

  /// The next row whose cells are all in order; complaints about others go to the errors.
  bool next() {
    while (usable_ && !errors_.full()) {
      switch (csv_.next()) {
        case CsvReader::Step::end:
          return false;
        case CsvReader::Step::fault:
          complain_form();
          break;
        case CsvReader::Step::row:
          if (read_row()) return true;
      }
    }
    return false;
  }

  const std::vector<Value>& values() const { return values_; }
  std::size_t line() const { return csv_.row().line(); }
  std::uint64_t bytes() const { return csv_.bytes(); }
  /// The place of a column in this file, from 1.
  std::size_t place_of(std::size_t column) const { return places_[column] + 1; }

  void complain(std::size_t line, std::size_t column, std::string what, std::string advice) {
    errors_.add({std::string(extract_.file), line, place_of(column),
                 std::string(extract_.columns[column].name), std::move(what), std::move(advice)});
  }

 private:
  void complain_whole(std::size_t line, std::string what, std::string advice) {
    errors_.add({std::string(extract_.file), line, 0, {}, std::move(what), std::move(advice)});
  }

  void complain_form() {
    const CsvFault& fault = csv_.fault();
    std::string name;
    for (std::size_t column = 0; column < places_.size(); ++column) {
      if (places_[column] + 1 == fault.cell) name = extract_.columns[column].name;
    }
    errors_.add({std::string(extract_.file), fault.line, fault.cell, name, fault.what,
                 "quote the cell and double the quotation marks in it (RFC 4180)"});
  }

  bool read_header() {
    constexpr std::string_view kAdvice = "the first line names the columns, in any order: ";
    if (!in_.is_open()) {
      complain_whole(0, "cannot be read", "check the file's permissions");
      return false;
    }
    const CsvReader::Step step = csv_.next();
    if (step == CsvReader::Step::fault) {
      complain_form();
      return false;
    }
    std::vector<std::string_view> names;
    for (const Column& column : extract_.columns) names.push_back(column.name);
    const std::string advice = fmt::format("{}{}", kAdvice, fmt::join(names, ","));
    if (step == CsvReader::Step::end) {
      complain_whole(1, "the file is empty", advice);
      return false;
    }
    const CsvRow& header = csv_.row();
    constexpr std::size_t kMissing = static_cast<std::size_t>(-1);
    places_.assign(names.size(), kMissing);
    bool good = true;
    for (std::size_t cell = 0; cell < header.size(); ++cell) {
      const std::string name(header[cell]);
      const auto found = std::find(names.begin(), names.end(), name);
      const auto column = static_cast<std::size_t>(found - names.begin());
      if (found != names.end() && places_[column] == kMissing) {
        places_[column] = cell;
        continue;
      }
      good = false;
      errors_.add({std::string(extract_.file), header.line(cell), cell + 1, name,
                   found == names.end() ? "unknown column" : "the column stands there twice",
                   advice});
    }
    for (std::size_t column = 0; column < names.size(); ++column) {
      if (places_[column] != kMissing) continue;
      good = false;
      errors_.add({std::string(extract_.file), header.line(), 0, std::string(names[column]),
                   "the column is missing", advice});
    }
    return good;
  }

  bool read_row() {
    const CsvRow& row = csv_.row();
    if (row.size() != extract_.columns.size()) {
      complain_whole(
          row.line(),
          fmt::format("the row has {} cells, the header {}", row.size(), extract_.columns.size()),
          "give every row as many cells as the header");
      return false;
    }
    bool good = true;
    for (std::size_t column = 0; column < extract_.columns.size(); ++column) {
      const std::size_t place = places_[column];
      auto complaint =
          read_cell(extract_.columns[column].form, row[place], values_[column], scratch_[column]);
      if (!complaint) continue;
      good = false;
      complain(row.line(place), column, std::move(complaint->what), std::move(complaint->advice));
    }
    // Some people have one name only; nobody has none.
    if (extract_.table == "reg_person" && values_[1].text.empty() && values_[2].text.empty() &&
        good) {
      complain(row.line(places_[1]), 1, "surname and given name are both empty",
               "fill in one of them");
      return false;
    }
    return good;
  }

  const Extract& extract_;
  std::ifstream in_;
  CsvReader csv_;
  Errors& errors_;
  std::vector<std::size_t> places_;  // column of the extract → cell of the file
  std::vector<Value> values_;
  std::vector<std::string> scratch_;
  bool usable_ = false;
};

/// Finds keys that stand twice in a file: 128 bits of each key and its line, sorted in the end.
class KeysSeen {
 public:
  void add(const Extract& extract, const std::vector<Value>& values, std::size_t line) {
    Seen seen{0x9E3779B97F4A7C15U, 0xC2B2AE3D27D4EB4FU, static_cast<std::uint32_t>(line)};
    for (const std::size_t column : extract.key) {
      const Value& value = values[column];
      mix(seen, static_cast<std::uint64_t>(value.number));
      for (const char c : value.text) mix(seen, static_cast<unsigned char>(c));
      mix(seen, value.text.size());
    }
    seen_.push_back(seen);
  }

  /// Calls `tell(earlier line, later line)` for each key that comes again, by line.
  template <class Tell>
  void repeated(Tell tell) {
    const auto same = [](const Seen& a, const Seen& b) {
      return a.high == b.high && a.low == b.low;
    };
    std::sort(seen_.begin(), seen_.end());
    std::vector<std::pair<std::uint32_t, std::uint32_t>> lines;  // later, earlier
    for (std::size_t i = 1; i < seen_.size(); ++i) {
      if (same(seen_[i - 1], seen_[i])) lines.emplace_back(seen_[i].line, seen_[i - 1].line);
    }
    std::sort(lines.begin(), lines.end());
    for (const auto& [later, earlier] : lines) tell(earlier, later);
  }

 private:
  struct Seen {
    std::uint64_t high, low;
    std::uint32_t line;
    auto operator<=>(const Seen&) const = default;
  };
  static std::uint64_t scramble(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31);
  }
  static void mix(Seen& seen, std::uint64_t value) {
    seen.high = scramble(seen.high ^ value);
    seen.low = scramble(seen.low + seen.high + value * 0x9E3779B97F4A7C15U);
  }

  std::vector<Seen> seen_;
};

void check_file(const File& file, Errors& errors, Meter& meter, ImportReport& report) {
  ExtractReader reader(file, errors);
  KeysSeen keys;
  std::uint64_t rows = 0;
  while (reader.next()) {
    keys.add(*file.extract, reader.values(), reader.line());
    if (++rows % kRowsBetweenProgress == 0) meter.tell(reader.bytes());
  }
  keys.repeated([&](std::size_t earlier, std::size_t later) {
    reader.complain(later, file.extract->key.front(),
                    fmt::format("the key of line {} once more", earlier),
                    "keep one of the two rows");
  });
  report.files.push_back({std::string(file.extract->file), rows});
  meter.file_done(file.bytes);
}

// Writing
// --------------------------------------------------------------------------------------------

void bind(Statement& statement, int at, const Value& value) {
  switch (value.type) {
    case Value::Type::none:
      statement.bind_null(at);
      break;
    case Value::Type::number:
      statement.bind(at, value.number);
      break;
    case Value::Type::text:
      statement.bind(at, value.text);
      break;
  }
}

/// Puts rows of one extract into its table.
class RowWriter {
 public:
  virtual ~RowWriter() = default;
  virtual void write(const std::vector<Value>& values) = 0;
};

class PlainWriter final : public RowWriter {
 public:
  PlainWriter(Database& database, const Extract& extract) {
    std::vector<std::string_view> columns;
    std::vector<std::string> places;
    for (const Column& column : extract.columns) {
      columns.push_back(column.stored_as);
      // A key of a table without rowid is never NULL: staff without an organisation have 0.
      places.push_back(extract.table == "reg_staff" && column.name == "bin" ? "COALESCE(?, 0)"
                                                                            : "?");
    }
    insert_ =
        database.prepare(fmt::format("INSERT OR REPLACE INTO {}({}) VALUES({})", extract.table,
                                     fmt::join(columns, ","), fmt::join(places, ",")));
  }
  void write(const std::vector<Value>& values) override {
    for (std::size_t i = 0; i < values.size(); ++i)
      bind(insert_, static_cast<int>(i + 1), values[i]);
    insert_.run();
  }

 private:
  Statement insert_;
};

/// Dwellings: the address down to the street goes into reg_street, once.
class DwellingWriter final : public RowWriter {
 public:
  explicit DwellingWriter(Database& database)
      : database_(database),
        insert_(
            database.prepare("INSERT OR REPLACE INTO reg_dwelling(rka, kind, street, house, flat, "
                             "useful_area_cm2, actual) VALUES(?,?,?,?,?,?,?)")),
        find_(database.prepare(
            "SELECT id FROM reg_street WHERE kato = ? AND region_kk = ? AND "
            "region_ru = ? AND locality_kk = ? AND locality_ru = ? AND street_kk = ? AND "
            "street_ru = ?")),
        insert_street_(
            database.prepare("INSERT INTO reg_street(kato, region_kk, region_ru, locality_kk, "
                             "locality_ru, street_kk, street_ru) VALUES(?,?,?,?,?,?,?)")) {}

  void write(const std::vector<Value>& values) override {
    constexpr std::size_t kRka = 0, kKind = 1, kHouse = 9, kFlat = 10, kArea = 11, kActual = 12;
    bind(insert_, 1, values[kRka]);
    bind(insert_, 2, values[kKind]);
    insert_.bind(3, street_of(values));
    bind(insert_, 4, values[kHouse]);
    bind(insert_, 5, values[kFlat]);
    bind(insert_, 6, values[kArea]);
    bind(insert_, 7, values[kActual]);
    insert_.run();
  }

 private:
  static constexpr std::size_t kFirst = 2, kLast = 8;  // kato to street_ru
  static constexpr std::size_t kMaxKnown = 200'000;    // more names than any country has

  static void bind_street(Statement& statement, const std::vector<Value>& values) {
    for (std::size_t i = kFirst; i <= kLast; ++i)
      bind(statement, static_cast<int>(i - kFirst + 1), values[i]);
  }

  std::int64_t street_of(const std::vector<Value>& values) {
    key_.assign(reinterpret_cast<const char*>(&values[kFirst].number), sizeof(std::int64_t));
    for (std::size_t i = kFirst + 1; i <= kLast; ++i) {
      key_ += values[i].text;
      key_ += '\0';
    }
    const auto known = known_.find(key_);
    if (known != known_.end()) return known->second;
    if (known_.size() >= kMaxKnown) known_.clear();
    bind_street(find_, values);
    std::int64_t id = 0;
    if (find_.step()) id = find_.integer(0);
    find_.reset();
    if (id == 0) {
      bind_street(insert_street_, values);
      insert_street_.run();
      id = database_.last_insert_rowid();
    }
    known_.emplace(key_, id);
    return id;
  }

  Database& database_;
  Statement insert_, find_, insert_street_;
  std::unordered_map<std::string, std::int64_t> known_;
  std::string key_;
};

/// Registrations: what the service entered or closed stays.
class ResidenceRowWriter final : public RowWriter {
 public:
  explicit ResidenceRowWriter(Database& database)
      : insert_(database.prepare(
            "INSERT INTO reg_residence(iin, rka, kind, from_day, entry, to_day) SELECT ?1, ?2, ?3, "
            "?4, 0, ?5 "
            "WHERE NOT EXISTS(SELECT 1 FROM reg_residence WHERE iin = ?1 AND rka = ?2 AND kind = "
            "?3 "
            "AND from_day = ?4 AND entry > 0) "
            "ON CONFLICT(iin, rka, kind, from_day, entry) DO UPDATE SET "
            "to_day = CASE WHEN closed_by IS NULL THEN excluded.to_day ELSE to_day END, "
            "was_to = CASE WHEN closed_by IS NULL THEN NULL ELSE excluded.to_day END")) {}
  void write(const std::vector<Value>& values) override {
    for (std::size_t i = 0; i < values.size(); ++i)
      bind(insert_, static_cast<int>(i + 1), values[i]);
    insert_.run();
  }

 private:
  Statement insert_;
};

std::unique_ptr<RowWriter> writer_for(Database& database, const Extract& extract) {
  if (extract.table == "reg_dwelling") return std::make_unique<DwellingWriter>(database);
  if (extract.table == "reg_residence") return std::make_unique<ResidenceRowWriter>(database);
  return std::make_unique<PlainWriter>(database, extract);
}

/// A person has one permanent residence: what an extract brings late and the service's entry ended
/// is closed.
void close_what_entries_ended(Database& database) {
  database.execute(
      "UPDATE reg_residence AS r SET was_to = r.to_day, to_day = e.day, closed = 1, closed_by = "
      "e.application "
      "FROM (SELECT iin, MAX(from_day) AS day, application FROM reg_residence "
      "INDEXED BY reg_residence_entered WHERE entry > 0 AND kind = 0 GROUP BY iin) AS e "
      "WHERE r.iin = e.iin AND r.kind = 0 AND r.entry = 0 AND r.closed = 0 AND r.from_day <= e.day "
      "AND (r.to_day = 0 OR r.to_day >= e.day)");
}

bool is_empty(Database& database, std::string_view table) {
  return !database.number(fmt::format("SELECT 1 FROM {} LIMIT 1", table)).has_value();
}

void write_file(Database& database, const File& file, Errors& errors, Meter& meter) {
  ExtractReader reader(file, errors);
  const std::unique_ptr<RowWriter> writer = writer_for(database, *file.extract);
  std::uint64_t rows = 0;
  while (reader.next()) {
    writer->write(reader.values());
    if (++rows % kRowsBetweenProgress == 0) meter.tell(reader.bytes());
  }
  if (file.extract->table == "reg_residence") close_what_entries_ended(database);
  meter.file_done(file.bytes);
}

/// A larger page cache while many rows are written.
class LargeCache {
 public:
  explicit LargeCache(Database& database)
      : database_(database), before_(database.number("PRAGMA cache_size").value_or(-2000)) {
    database_.execute(fmt::format("PRAGMA cache_size=-{}", kImportCacheKib));
  }
  ~LargeCache() {
    try {
      database_.execute(fmt::format("PRAGMA cache_size={}", before_));
      database_.execute("PRAGMA shrink_memory");
    } catch (const store::sqlite::StoreError&) {
      // The connection is lost and its cache with it.
    }
  }
  LargeCache(const LargeCache&) = delete;
  LargeCache& operator=(const LargeCache&) = delete;

 private:
  Database& database_;
  std::int64_t before_;
};

void write_all(Database& database, const std::vector<File>& files, std::uint64_t bytes,
               Errors& errors, ImportReport& report, const Progress& progress) {
  const LargeCache cache(database);
  Transaction transaction(database);
  // The index of an empty table is built once at the end: sorted, it takes a fraction of the time.
  std::vector<const RegisterIndex*> later;
  for (const RegisterIndex& index : register_indexes()) {
    if (!is_empty(database, index.table)) continue;
    database.execute(fmt::format("DROP INDEX IF EXISTS {}", index.name));
    later.push_back(&index);
  }
  Meter meter(progress, ImportStage::writing, bytes);
  for (const File& file : files) write_file(database, file, errors, meter);
  if (!report.ok()) return;  // a file was changed between the two readings: nothing is kept
  for (std::size_t i = 0; i < later.size(); ++i) {
    if (progress) progress(ImportStage::indexing, i, later.size());
    database.execute(later[i]->create_sql);
  }
  database.execute("UPDATE reg_meta SET value = value + 1 WHERE key = 'version'");
  transaction.commit();
  if (progress) progress(ImportStage::indexing, later.size(), later.size());
}

// The folder
// -----------------------------------------------------------------------------------------

std::string known_files() {
  std::vector<std::string_view> names;
  for (const Extract& extract : extracts()) names.push_back(extract.file);
  return fmt::format("{}", fmt::join(names, ", "));
}

bool is_csv(const fs::path& path) {
  std::string extension = path.extension().string();
  for (char& c : extension) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  }
  return extension == ".csv";
}

std::vector<File> find_files(const fs::path& folder, Errors& errors) {
  std::error_code code;
  if (!fs::is_directory(folder, code)) {
    errors.add({folder.string(), 0, 0, {}, "not a folder", "give the folder with the extracts"});
    return {};
  }
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, code)) {
    if (is_csv(entry.path())) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  std::vector<File> files;
  for (const Extract& extract : extracts()) {
    const auto found = std::find(names.begin(), names.end(), extract.file);
    if (found == names.end()) continue;
    const fs::path path = folder / *found;
    const std::uintmax_t bytes = fs::file_size(path, code);
    files.push_back({&extract, path, code ? 0 : bytes});
    names.erase(found);
  }
  for (const std::string& name : names) {
    errors.add({name, 0, 0, {}, "no extract has this name", "the files are " + known_files()});
  }
  if (files.empty() && names.empty()) {
    errors.add(
        {folder.string(), 0, 0, {}, "no extract in this folder", "the files are " + known_files()});
  }
  return files;
}

}  // namespace

std::string describe(const ImportError& error) {
  std::string text = error.file;
  if (error.line > 0) text += fmt::format(", line {}", error.line);
  if (error.column > 0) text += fmt::format(", column {}", error.column);
  if (!error.column_name.empty()) text += fmt::format(" ({})", error.column_name);
  return fmt::format("{}: {}; {}", text, error.what, error.advice);
}

ImportReport import_folder(Database& database, const fs::path& folder, const Progress& progress) {
  ImportReport report;
  Errors errors(report.errors);
  const std::vector<File> files = find_files(folder, errors);
  std::uint64_t bytes = 0;
  for (const File& file : files) bytes += file.bytes;
  Meter meter(progress, ImportStage::checking, bytes);
  for (const File& file : files) check_file(file, errors, meter, report);
  if (report.ok()) write_all(database, files, bytes, errors, report, progress);
  return report;
}

}  // namespace mekenjai::edge::registers
