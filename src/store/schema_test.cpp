// A store of an earlier release is brought up to date, and what stood in it stays.
#include "store/schema.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/bytes.hpp"

namespace mekenjai::store {
namespace {

class SchemaTest : public ::testing::Test {
 protected:
  SchemaTest() {
    std::filesystem::create_directories(folder_);
    database_.emplace((folder_ / "test.db").string(), sqlite::Access::read_write);
  }
  ~SchemaTest() override {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }
  std::int64_t number(std::string_view sql) { return database_->number(sql).value_or(-1); }

  const std::filesystem::path folder_ = std::filesystem::temp_directory_path() /
                                        ("mekenjai-schema-" + base::to_hex(base::random_bytes(8)));
  std::optional<sqlite::Database> database_;
};

TEST_F(SchemaTest, AColumnThatIsMissingIsAddedAndTheRowsStay) {
  database_->execute(
      "CREATE TABLE sessions(digest BLOB PRIMARY KEY, iin INTEGER NOT NULL, name TEXT NOT NULL, "
      "csrf BLOB NOT NULL, cookie INTEGER NOT NULL, created_at INTEGER NOT NULL, "
      "expires_at INTEGER NOT NULL, seen_at INTEGER NOT NULL) WITHOUT ROWID;"
      "INSERT INTO sessions VALUES(x'01', 1, 'A', x'02', 1, 10, 20, 15)");
  migrate(*database_);
  EXPECT_EQ(number("SELECT count(*) FROM sessions WHERE kiosk='' AND seen_at=15 AND name='A'"), 1);
  sqlite::Database fresh((folder_ / "fresh.db").string(), sqlite::Access::read_write);
  migrate(fresh);
  const auto columns = [](sqlite::Database& database) {
    std::string all;
    auto select = database.prepare("SELECT name FROM pragma_table_info('sessions') ORDER BY cid");
    while (select.step()) all += select.str(0) + " ";
    return all;
  };
  EXPECT_EQ(columns(*database_), columns(fresh));
}

TEST_F(SchemaTest, DataOfANewerReleaseAreLeftAlone) {
  database_->execute("PRAGMA user_version=1000");
  EXPECT_THROW(migrate(*database_), sqlite::StoreError);
}

}  // namespace
}  // namespace mekenjai::store
