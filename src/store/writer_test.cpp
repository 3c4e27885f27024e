#include "store/writer.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <future>

#include "base/bytes.hpp"

namespace mekenjai::store {
namespace {

class WriterTest : public ::testing::Test {
 protected:
  WriterTest() {
    std::filesystem::create_directories(folder_);
    database_.emplace((folder_ / "test.db").string(), sqlite::Access::read_write);
    database_->execute("CREATE TABLE t(x INTEGER PRIMARY KEY)");
  }
  ~WriterTest() override {
    database_.reset();
    std::filesystem::remove_all(folder_);
  }

  WriterHooks hooks() {
    return {[this] { before_commit(); }, [this] { after_commit(); }, [this](bool whole) { ++(whole ? whole_ : single_); },
            [](std::size_t, std::int64_t) {}};
  }
  /// Queues before the thread starts, so that all are one batch; true where the command was told "committed".
  std::vector<bool> one_batch(const std::vector<std::function<void()>>& orders) {
    Writer writer(*database_, hooks());
    std::vector<std::future<bool>> answers;
    for (const auto& order : orders) {
      auto told = std::make_shared<std::promise<bool>>();
      answers.push_back(told->get_future());
      writer.submit({order, [told] { told->set_value(true); }, [told](std::exception_ptr) { told->set_value(false); }});
    }
    writer.start();
    std::vector<bool> all;
    for (auto& answer : answers) all.push_back(answer.get());
    return all;
  }
  void insert(int x) { database_->prepare("INSERT INTO t VALUES(?)").with(x).run(); }
  std::int64_t sum() { return database_->number("SELECT coalesce(sum(x), 0) FROM t").value_or(-1); }

  const std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("mekenjai-writer-" + base::to_hex(base::random_bytes(8)));
  std::optional<sqlite::Database> database_;
  std::function<void()> before_commit = [] {}, after_commit = [] {};
  int single_ = 0, whole_ = 0;
};

TEST_F(WriterTest, ACommandThatThrowsUndoesOnlyItself) {
  const auto told = one_batch({[this] { insert(1); },
                               [this] {
                                 insert(10);
                                 throw std::runtime_error("no");
                               },
                               [this] { insert(100); },
                               [this] { insert(1); },  // the key is there already: SQLite throws
                               [this] { insert(1000); }});
  EXPECT_EQ(told, (std::vector<bool>{true, false, true, false, true}));
  EXPECT_EQ(sum(), 1101);
  EXPECT_EQ(single_, 2);
  EXPECT_EQ(whole_, 0);
}

TEST_F(WriterTest, ABatchThatIsNotCommittedIsNobodysSuccess) {
  before_commit = [] { throw std::runtime_error("the last hook"); };
  EXPECT_EQ(one_batch({[this] { insert(1); }, [this] { insert(2); }}), (std::vector<bool>{false, false}));
  EXPECT_EQ(sum(), 0);
  EXPECT_EQ(whole_, 1);
  before_commit = [] {};
  EXPECT_EQ(one_batch({[this] { insert(3); }}), (std::vector<bool>{true})) << "the connection is fit for the next";
}

TEST_F(WriterTest, WhatIsCommittedIsToldSoWhateverComesAfter) {
  after_commit = [] { throw std::runtime_error("a hook after the commit"); };
  EXPECT_EQ(one_batch({[this] { insert(1); }}), (std::vector<bool>{true}));
  EXPECT_EQ(sum(), 1);
}

TEST_F(WriterTest, ATransactionThatSqliteItselfUndidIsAFailureOfAll) {
  // A full disk ends the whole transaction, savepoints and all.
  const auto told = one_batch({[this] { insert(1); }, [this] { database_->execute("ROLLBACK"); }, [this] { insert(2); }});
  EXPECT_EQ(told, (std::vector<bool>{false, false, false}));
  EXPECT_EQ(sum(), 0);
}

TEST_F(WriterTest, MoreThanABatchIsWrittenInOrder) {
  std::vector<int> order;
  std::vector<std::function<void()>> orders;
  for (int i = 0; i < static_cast<int>(Writer::kMaxBatch) * 2 + 5; ++i) orders.push_back([&order, i] { order.push_back(i); });
  const auto told = one_batch(orders);
  EXPECT_EQ(std::count(told.begin(), told.end(), true), static_cast<std::ptrdiff_t>(orders.size()));
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
  EXPECT_EQ(order.size(), orders.size());
}

TEST_F(WriterTest, StoppingRunsWhatWaitsAndRefusesWhatComes) {
  Writer writer(*database_, hooks());
  int committed = 0, failed = 0;
  const auto submit = [&](int x) {
    writer.submit({[this, x] { insert(x); }, [&] { ++committed; }, [&](std::exception_ptr) { ++failed; }});
  };
  submit(1);
  submit(2);
  writer.start();
  writer.stop();
  submit(4);
  EXPECT_EQ(committed, 2);
  EXPECT_EQ(failed, 1);
  EXPECT_EQ(sum(), 3);
}

}  // namespace
}  // namespace mekenjai::store
