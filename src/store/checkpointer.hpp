// Moves what the write-ahead log holds into the database file, on a thread and connection of its own: the writer
// never stops for it.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace mekenjai::store {

class Checkpointer {
 public:
  /// The log is looked at so often, moved beyond the first size, and begun anew beyond the second (for which the
  /// writer waits shortly). Bytes.
  static constexpr std::chrono::milliseconds kEvery{100};
  static constexpr std::uint64_t kMoveAt = 8u << 20;
  static constexpr std::uint64_t kRestartAt = 256u << 20;

  explicit Checkpointer(std::string database_file);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

 private:
  void work();

  const std::string file_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace mekenjai::store
