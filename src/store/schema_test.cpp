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

  const std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("mekenjai-schema-" + base::to_hex(base::random_bytes(8)));
  std::optional<sqlite::Database> database_;
};

/// The table of sessions as release 2 had it.
constexpr std::string_view kSessionsOfTwo = R"sql(
CREATE TABLE sessions(
  digest BLOB PRIMARY KEY, iin INTEGER NOT NULL, name TEXT NOT NULL, csrf BLOB NOT NULL, cookie INTEGER NOT NULL,
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, seen_at INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO sessions VALUES(x'01', 1, 'Айгерім С.', x'02', 1, 10, 20, 15);
PRAGMA user_version=2;
)sql";

TEST_F(SchemaTest, ASessionOfReleaseTwoIsOfNoKiosk) {
  database_->execute(kSessionsOfTwo);
  migrate(*database_);
  EXPECT_EQ(number("SELECT count(*) FROM sessions WHERE kiosk='' AND seen_at=15 AND name='Айгерім С.'"), 1);
  EXPECT_EQ(number("SELECT count(*) FROM kiosks"), 0);
  database_->execute("INSERT INTO sessions VALUES(x'03', 1, '', x'', 1, 1, 2, 3, 'k')");
  migrate(*database_);  // again changes nothing
  EXPECT_EQ(number("SELECT count(*) FROM sessions"), 2);
}

TEST_F(SchemaTest, TablesOfAnUpdateAreThoseOfAFreshStore) {
  database_->execute(kSessionsOfTwo);
  migrate(*database_);
  sqlite::Database fresh((folder_ / "fresh.db").string(), sqlite::Access::read_write);
  migrate(fresh);
  const auto columns = [](sqlite::Database& database) {
    std::string all;
    auto select = database.prepare("SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c ORDER BY m.name, c.cid");
    while (select.step()) all += select.str(0) + "\n";
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
