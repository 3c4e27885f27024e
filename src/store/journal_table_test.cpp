#include "store/journal_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "store/schema.hpp"

namespace mekenjai::store {
namespace {

using ::testing::HasSubstr;

class JournalTableTest : public ::testing::Test {
 protected:
  JournalTableTest() {
    std::filesystem::create_directories(folder_);
    database_.emplace((folder_ / "test.db").string(), sqlite::Access::read_write);
    migrate(*database_);
    JournalTable table(*database_);
    for (int i = 1; i <= 5; ++i) append(table, fmt::format(R"({{"n":{}}})", i));
  }
  ~JournalTableTest() override {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }
  static std::int64_t append(JournalTable& table, const std::string& payload) {
    journal::Record record{0, base::Instant{base::Millis{1'700'000'000'000}}, "system", "drafted", "some-id", payload, {}};
    return table.append(record);
  }
  void expect_bad(std::int64_t sequence, std::string_view what) {
    const Verification found = verify_journal(*database_);
    ASSERT_TRUE(found.bad);
    EXPECT_EQ(found.bad->sequence, sequence);
    EXPECT_THAT(found.bad->what, HasSubstr(std::string(what)));
  }

  const std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("mekenjai-journal-" + base::to_hex(base::random_bytes(8)));
  std::optional<sqlite::Database> database_;
};

TEST_F(JournalTableTest, AnUntouchedChainIsGood) {
  const Verification found = verify_journal(*database_);
  EXPECT_FALSE(found.bad);
  EXPECT_EQ(found.head.sequence, 5);
  EXPECT_EQ(found.head.hash, JournalTable(*database_).head().hash);
}

TEST_F(JournalTableTest, TheHashIsThatOfTheDocumentedPreimage) {
  const std::string zeros(64, '0');
  const std::string preimage =
      R"({"actor":"system","application":"some-id","at":1700000000000,"payload":{"n":1},"previous":")" + zeros +
      R"(","sequence":1,"type":"drafted"})";
  auto select = database_->prepare("SELECT hex(hash) FROM journal WHERE sequence=1");
  ASSERT_TRUE(select.step());
  std::string hex = select.str(0);
  for (char& c : hex) c = static_cast<char>(std::tolower(c));
  EXPECT_EQ(hex, base::to_hex(base::sha256(preimage)));
}

TEST_F(JournalTableTest, AChangedPayloadIsFound) {
  database_->execute(R"(UPDATE journal SET payload='{"n":9}' WHERE sequence=3)");
  expect_bad(3, "content");
}

TEST_F(JournalTableTest, EveryColumnIsCovered) {
  for (const char* change : {"at=at+1", "actor='officer'", "type='signed'", "application='another'", "hash=zeroblob(32)"}) {
    database_->execute("SAVEPOINT one");
    database_->execute(std::string("UPDATE journal SET ") + change + " WHERE sequence=2");
    expect_bad(2, "content");
    database_->execute("ROLLBACK TO one");
    database_->execute("RELEASE one");
  }
}

TEST_F(JournalTableTest, ARecordChangedWithItsHashBreaksTheNextOne) {
  // Whoever can write can also hash; the record after it still carries the old hash.
  journal::Chain chain;
  std::string payload;
  each_record(*database_, [&](const journal::Record& record) {
    if (record.sequence > 3) return;
    journal::Record copy = record;
    if (record.sequence == 3) copy.payload = R"({"n":9})";
    chain.append(copy);
  });
  auto update = database_->prepare(R"(UPDATE journal SET payload='{"n":9}', hash=? WHERE sequence=3)");
  const base::Sha256 hash = chain.head().hash;
  update.bind_blob(1, {reinterpret_cast<const char*>(hash.data()), hash.size()}).run();
  expect_bad(4, "hash of the entry before");
}

TEST_F(JournalTableTest, ARemovedRowIsFound) {
  database_->execute("DELETE FROM journal WHERE sequence=2");
  expect_bad(2, "missing");
}

TEST_F(JournalTableTest, ARemovedFirstRowIsFound) {
  database_->execute("DELETE FROM journal WHERE sequence=1");
  expect_bad(1, "missing");
}

TEST_F(JournalTableTest, SwappedRowsAreFound) {
  database_->execute("UPDATE journal SET sequence=100 WHERE sequence=2");
  database_->execute("UPDATE journal SET sequence=2 WHERE sequence=3");
  database_->execute("UPDATE journal SET sequence=3 WHERE sequence=100");
  expect_bad(2, "hash of the entry before");
}

TEST_F(JournalTableTest, ACutTailShowsOnlyInTheHead) {
  // The chain alone cannot tell: the head's number and hash are noted outside (docs/formats/journal.md).
  const Verification before = verify_journal(*database_);
  database_->execute("DELETE FROM journal WHERE sequence=5");
  const Verification after = verify_journal(*database_);
  EXPECT_FALSE(after.bad);
  EXPECT_EQ(after.head.sequence, 4);
  EXPECT_NE(after.head.hash, before.head.hash);
}

TEST_F(JournalTableTest, AfterARollbackTheHeadIsReadAnew) {
  JournalTable table(*database_);
  database_->execute("BEGIN");
  append(table, R"({"n":6})");
  database_->execute("SAVEPOINT command");
  append(table, R"({"n":7})");
  database_->execute("ROLLBACK TO command");
  table.reload();
  EXPECT_EQ(table.head().sequence, 6);
  append(table, R"({"n":8})");
  database_->execute("COMMIT");
  EXPECT_FALSE(verify_journal(*database_).bad);
  EXPECT_EQ(verify_journal(*database_).head.sequence, 7);
}

}  // namespace
}  // namespace mekenjai::store
