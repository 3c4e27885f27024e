#include "store/sqlite/database.hpp"

#include <gtest/gtest.h>

namespace mekenjai::store::sqlite {
namespace {

TEST(Transaction, RollsBackUnlessCommitted) {
  Database database(":memory:", Access::read_write);
  database.execute("CREATE TABLE t(a INTEGER, b TEXT)");
  { Transaction lost(database); database.execute("INSERT INTO t VALUES(1,'x')"); }
  EXPECT_EQ(database.number("SELECT count(*) FROM t"), 0);
  { Transaction kept(database); database.execute("INSERT INTO t VALUES(1,'x')"); kept.commit(); }
  EXPECT_EQ(database.number("SELECT count(*) FROM t"), 1);
}

TEST(Statement, BindsEmptyTextAsTextAndNothingAsNull) {
  Database database(":memory:", Access::read_write);
  Statement statement = database.prepare("SELECT ?1 IS NULL, ?2 IS NULL, ?3");
  statement.with(std::string_view{}, std::optional<std::int64_t>{}, "Әсел");
  ASSERT_TRUE(statement.step());
  EXPECT_EQ(statement.integer(0), 0);
  EXPECT_EQ(statement.integer(1), 1);
  EXPECT_EQ(statement.text(2), "Әсел");
}

TEST(Statement, SaysWhatWentWrong) {
  Database database(":memory:", Access::read_write);
  EXPECT_THROW(database.prepare("SELECT nothing"), StoreError);
  database.execute("CREATE TABLE t(a INTEGER PRIMARY KEY)");
  Statement insert = database.prepare("INSERT INTO t VALUES(?)");
  insert.with(1).run();
  EXPECT_THROW(insert.with(1).run(), StoreError);
  EXPECT_EQ(insert.with(2).run(), 1);
}

}  // namespace
}  // namespace mekenjai::store::sqlite
