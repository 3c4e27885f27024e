#include "store/checkpointer.hpp"

#include <spdlog/spdlog.h>

#include <filesystem>

#include "base/thread.hpp"
#include "store/sqlite/database.hpp"

namespace mekenjai::store {

Checkpointer::Checkpointer(std::string database_file)
    : file_(std::move(database_file)), thread_([this] { work(); }) {}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Checkpointer::work() {
  base::name_thread("checkpointer");
  sqlite::Database database(file_, sqlite::Access::read_write, 1024);
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kEvery, [this] { return stopping_; })) {
    std::error_code missing;
    const std::uint64_t size = std::filesystem::file_size(file_ + "-wal", missing);
    // A log that is begun anew keeps its size, so that alone does not say that there is something to move.
    if (missing || size < kMoveAt) continue;
    try {
      if (size >= kRestartAt) {
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)");
      } else {
        database.execute("PRAGMA wal_checkpoint(PASSIVE)");
      }
    } catch (const sqlite::StoreError& error) {
      spdlog::warn("the log was not moved: {}", error.what());
    }
  }
}

}  // namespace mekenjai::store
