// One writer, group commit (design.md, decision 3). One thread takes all waiting commands, runs each, commits
// them together and only then answers all: nothing is acknowledged before it is durable.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "store/sqlite/database.hpp"

namespace mekenjai::store {

/// What the commands of one batch have in common. `run` is called inside the transaction; throwing undoes this
/// command alone. `committed` is called after the commit, `failed` where command or commit failed.
struct Command {
  std::function<void()> run;
  std::function<void()> committed;
  std::function<void(std::exception_ptr)> failed;
};

/// Hooks of the batch as a whole.
struct WriterHooks {
  std::function<void()> before_commit;    // inside the transaction, after the last command
  std::function<void()> after_commit;     // before the commands are answered
  /// Something was undone, one command or the whole batch: caches of the database are stale.
  std::function<void(bool whole_batch)> rolled_back;
  std::function<void(std::size_t commands, std::int64_t commit_us)> measured;
};

class Writer {
 public:
  /// Commands taken into one commit at the most: bounds how long the first one waits for the last.
  static constexpr std::size_t kMaxBatch = 512;

  Writer(sqlite::Database& database, WriterHooks hooks);
  ~Writer();
  void start();
  /// Any thread. After `stop` the command fails at once.
  void submit(Command command);
  /// Runs what is waiting, then ends the thread.
  void stop();
  std::size_t waiting() const;

 private:
  void work();
  void run_batch(std::vector<Command>& batch);

  sqlite::Database& database_;
  sqlite::Statement begin_, savepoint_, release_, commit_;  // run for every order or batch
  WriterHooks hooks_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Command> queue_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace mekenjai::store
