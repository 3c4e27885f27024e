// A thin skin over SQLite: a connection, statements prepared once, transactions. An error of SQLite here is
// a fault of ours or of the disk and is thrown as StoreError; nothing a caller could meet is an exception.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace mekenjai::store::sqlite {

class StoreError : public std::runtime_error {
 public:
  StoreError(const std::string& what, int code) : std::runtime_error(what), code_(code) {}
  int code() const { return code_; }

 private:
  int code_;
};

enum class Access {
  read_write,  // creates the file where there is none; WAL, synchronous=FULL
  read_only,
};

class Statement;

/// One connection. Used by one thread at a time.
class Database {
 public:
  /// `cache_kib`: page cache of this connection. Waits up to 30 s for another writer's lock.
  Database(const std::string& file, Access access, int cache_kib = 8192);
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  /// Runs statements that give no rows.
  void execute(std::string_view sql);
  Statement prepare(std::string_view sql);
  /// The first column of the first row as a number.
  std::optional<std::int64_t> number(std::string_view sql);
  std::int64_t last_insert_rowid() const;
  std::int64_t changes() const;
  bool in_transaction() const;
  sqlite3* raw() const { return handle_.get(); }

 private:
  struct Closer {
    void operator()(sqlite3* handle) const;
  };
  std::unique_ptr<sqlite3, Closer> handle_;
};

/// A prepared statement. Bind by position from 1; texts and blobs are borrowed until `reset`, so they
/// must live until the statement has been stepped to its end or reset. Column numbers start at 0.
class Statement {
 public:
  Statement() = default;
  Statement(sqlite3* database, std::string_view sql);
  ~Statement();
  Statement(Statement&&) noexcept;
  Statement& operator=(Statement&&) noexcept;

  Statement& bind(int at, std::int64_t value);
  Statement& bind(int at, int value) { return bind(at, static_cast<std::int64_t>(value)); }
  Statement& bind(int at, bool value) { return bind(at, static_cast<std::int64_t>(value)); }
  Statement& bind(int at, double value);
  Statement& bind(int at, std::string_view text);
  Statement& bind(int at, const std::string& text) { return bind(at, std::string_view(text)); }
  Statement& bind(int at, const char* text) { return bind(at, std::string_view(text)); }
  Statement& bind_blob(int at, std::string_view bytes);
  Statement& bind_null(int at);
  template <class T>
  Statement& bind(int at, const std::optional<T>& value) {
    return value ? bind(at, *value) : bind_null(at);
  }

  /// Binds all values in order, from 1.
  template <class... Values>
  Statement& with(const Values&... values) {
    reset();
    int at = 0;
    (bind(++at, values), ...);
    return *this;
  }

  /// True while there is a row.
  bool step();
  /// Runs to the end and resets; the number of rows changed.
  std::int64_t run();
  void reset();

  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  /// Valid until the next step or reset.
  std::string_view text(int column) const;
  std::string str(int column) const { return std::string(text(column)); }
  std::string_view blob(int column) const;

 private:
  void check(int code) const;
  sqlite3_stmt* handle_ = nullptr;
};

/// Resets a statement when a loop over its rows is left, so that no read transaction stays open.
class Rows {
 public:
  explicit Rows(Statement& statement) : statement_(statement) {}
  ~Rows() { statement_.reset(); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  bool next() { return statement_.step(); }
  const Statement* operator->() const { return &statement_; }

 private:
  Statement& statement_;
};

/// Commits when told, otherwise rolls back.
class Transaction {
 public:
  explicit Transaction(Database& database, bool immediate = true);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace mekenjai::store::sqlite
