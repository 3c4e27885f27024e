#include "store/writer.hpp"
#include "base/thread.hpp"

#include <sqlite3.h>

#include <spdlog/spdlog.h>

namespace mekenjai::store {
namespace {

/// Another process (an import) may hold the lock for minutes: the writer waits, it does not give up.
void begin_patiently(sqlite::Statement& begin) {
  for (;;) {
    try {
      begin.run();
      return;
    } catch (const sqlite::StoreError& error) {
      if ((error.code() & 0xff) != SQLITE_BUSY) throw;
      spdlog::warn("the database is locked by another program; waiting");
    }
  }
}

}  // namespace

Writer::Writer(sqlite::Database& database, WriterHooks hooks)
    : database_(database),
      begin_(database.prepare("BEGIN IMMEDIATE")),
      savepoint_(database.prepare("SAVEPOINT command")),
      release_(database.prepare("RELEASE command")),
      commit_(database.prepare("COMMIT")),
      hooks_(std::move(hooks)) {}

Writer::~Writer() { stop(); }

void Writer::start() {
  thread_ = std::thread([this] { work(); });
}

void Writer::submit(Command command) {
  {
    const std::lock_guard lock(mutex_);
    if (!stopping_) {
      queue_.push_back(std::move(command));
      if (queue_.size() == 1) wake_.notify_one();
      return;
    }
  }
  command.failed(std::make_exception_ptr(sqlite::StoreError("the service is stopping", 0)));
}

void Writer::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::size_t Writer::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void Writer::work() {
  base::name_thread("writer");
  std::vector<Command> batch;
  for (;;) {
    batch.clear();
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
      if (queue_.empty()) return;
      if (queue_.size() <= kMaxBatch) {
        batch.swap(queue_);
      } else {
        const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(kMaxBatch);
        batch.assign(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
        queue_.erase(queue_.begin(), end);
      }
    }
    run_batch(batch);
  }
}

void Writer::run_batch(std::vector<Command>& batch) {
  std::vector<std::exception_ptr> failures(batch.size());
  std::chrono::steady_clock::duration took{};
  try {
    begin_patiently(begin_);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      savepoint_.run();
      try {
        batch[i].run();
        release_.run();
      } catch (...) {
        failures[i] = std::current_exception();
        database_.execute("ROLLBACK TO command");
        release_.run();
        hooks_.rolled_back(false);
      }
    }
    hooks_.before_commit();
    const auto start = std::chrono::steady_clock::now();
    commit_.run();
    took = std::chrono::steady_clock::now() - start;
  } catch (const std::exception& error) {
    spdlog::error("a batch of {} commands was not written: {}", batch.size(), error.what());
    if (database_.in_transaction()) {
      try {
        database_.execute("ROLLBACK");
      } catch (const sqlite::StoreError&) {
      }
    }
    hooks_.rolled_back(true);
    const std::exception_ptr failure = std::current_exception();
    for (Command& command : batch) command.failed(failure);
    return;
  }
  try {  // from here on it is written: whatever a hook meets, nobody is told otherwise
    hooks_.after_commit();
    hooks_.measured(batch.size(), std::chrono::duration_cast<std::chrono::microseconds>(took).count());
  } catch (const std::exception& error) {
    spdlog::error("after a commit: {}", error.what());
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    failures[i] ? batch[i].failed(failures[i]) : batch[i].committed();
  }
}

}  // namespace mekenjai::store
