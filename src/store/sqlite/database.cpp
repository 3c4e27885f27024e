#include "store/sqlite/database.hpp"

#include <sqlite3.h>

namespace mekenjai::store::sqlite {
namespace {

constexpr int kBusyTimeoutMs = 30'000;

[[noreturn]] void raise(sqlite3* handle, int code, std::string_view doing) {
  throw StoreError(fmt::format("{}: {}", doing, handle ? sqlite3_errmsg(handle) : sqlite3_errstr(code)), code);
}

}  // namespace

void Database::Closer::operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }

Database::Database(const std::string& file, Access access, int cache_kib) {
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_NOMUTEX | (access == Access::read_only ? SQLITE_OPEN_READONLY
                                                                        : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
  handle_.reset(handle);
  if (code != SQLITE_OK) raise(handle, code, "open " + file);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyTimeoutMs);
  execute(fmt::format("PRAGMA cache_size=-{}", cache_kib));
  execute("PRAGMA temp_store=MEMORY");
  if (access == Access::read_write) {
    execute("PRAGMA journal_mode=WAL");
    execute("PRAGMA synchronous=FULL");  // nothing is acknowledged before it is durable
  }
}

Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

void Database::execute(std::string_view sql) {
  const int code = sqlite3_exec(raw(), std::string(sql).c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) raise(raw(), code, sql);
}

Statement Database::prepare(std::string_view sql) { return Statement(raw(), sql); }

std::optional<std::int64_t> Database::number(std::string_view sql) {
  Statement statement = prepare(sql);
  if (!statement.step() || statement.is_null(0)) return std::nullopt;
  return statement.integer(0);
}

std::int64_t Database::last_insert_rowid() const { return sqlite3_last_insert_rowid(raw()); }
std::int64_t Database::changes() const { return sqlite3_changes64(raw()); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(raw()) == 0; }

Statement::Statement(sqlite3* database, std::string_view sql) {
  const int code = sqlite3_prepare_v3(database, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                      &handle_, nullptr);
  if (code != SQLITE_OK) raise(database, code, sql);
}

Statement::~Statement() { sqlite3_finalize(handle_); }

Statement::Statement(Statement&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

Statement& Statement::operator=(Statement&& other) noexcept {
  std::swap(handle_, other.handle_);
  return *this;
}

void Statement::check(int code) const {
  if (code != SQLITE_OK) raise(sqlite3_db_handle(handle_), code, sqlite3_sql(handle_));
}

Statement& Statement::bind(int at, std::int64_t value) {
  check(sqlite3_bind_int64(handle_, at, value));
  return *this;
}

Statement& Statement::bind(int at, double value) {
  check(sqlite3_bind_double(handle_, at, value));
  return *this;
}

Statement& Statement::bind(int at, std::string_view text) {
  // An empty view may point nowhere, which SQLite would take for NULL.
  const char* data = text.data() == nullptr ? "" : text.data();
  check(sqlite3_bind_text64(handle_, at, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_blob(int at, std::string_view bytes) {
  const char* data = bytes.data() == nullptr ? "" : bytes.data();
  check(sqlite3_bind_blob64(handle_, at, data, bytes.size(), SQLITE_STATIC));
  return *this;
}

Statement& Statement::bind_null(int at) {
  check(sqlite3_bind_null(handle_, at));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  const std::string sql = sqlite3_sql(handle_);
  sqlite3* const database = sqlite3_db_handle(handle_);
  const std::string message = sqlite3_errmsg(database);
  sqlite3_reset(handle_);
  throw StoreError(fmt::format("{}: {}", sql, message), code);
}

std::int64_t Statement::run() {
  while (step()) {
  }
  const std::int64_t changed = sqlite3_changes64(sqlite3_db_handle(handle_));
  reset();
  return changed;
}

void Statement::reset() {
  sqlite3_reset(handle_);  // a failed step has been reported already
}

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }
double Statement::real(int column) const { return sqlite3_column_double(handle_, column); }

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::string_view Statement::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

Transaction::Transaction(Database& database, bool immediate) : database_(database) {
  database_.execute(immediate ? "BEGIN IMMEDIATE" : "BEGIN");
}

Transaction::~Transaction() {
  if (open_ && database_.in_transaction()) {
    try {
      database_.execute("ROLLBACK");
    } catch (const StoreError&) {
      // The connection is lost; the file's journal undoes the transaction at the next opening.
    }
  }
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace mekenjai::store::sqlite
