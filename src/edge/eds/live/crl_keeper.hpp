// Revocation lists at hand: fetched on schedule, believed only when their signature holds, kept on disk between runs.
#pragma once

#include <atomic>
#include <mutex>

#include "base/clock.hpp"
#include "edge/eds/live/http_client.hpp"
#include "edge/eds/live/on_pool.hpp"
#include "edge/eds/pki/crl.hpp"

namespace mekenjai::edge::eds::live {

struct CrlSettings {
  std::vector<HttpAddress> full, delta;
  std::chrono::milliseconds timeout{120'000};  // of one download
  std::chrono::seconds full_every{3600}, delta_every{600};
  std::string folder;  // empty: nothing is kept on disk
};

struct CrlFigures {
  std::atomic<std::uint64_t> loaded{0}, unchanged{0}, failed{0};
};

class CrlKeeper {
 public:
  /// Between two tries after a failure, and between two that a signature's need has caused.
  static constexpr std::chrono::seconds kRetry{30}, kNeeded{10};

  /// All outlive the keeper and what it does. `loop` has one thread; `pool` parses and verifies.
  CrlKeeper(CrlSettings settings, const Trust& trust, boost::asio::io_context& loop, boost::asio::io_context& pool);

  /// Reads what an earlier run left on disk. Blocks.
  void load();
  /// Fetches now and then on schedule, each time a little earlier or later than the rest of the world.
  void start();
  /// What is at hand; replaced as a whole. Never null. Any thread.
  std::shared_ptr<const CrlSet> lists() const;
  /// Somebody needs a list that is not at hand or no longer valid: fetches soon, at most once in `kNeeded`. On the loop.
  void hurry();
  /// Fetches every list now. On the loop.
  boost::asio::awaitable<void> refresh();

  bool configured() const { return !sources_.empty(); }
  const CrlFigures& figures() const { return figures_; }

 private:
  /// One address and the list that came from it.
  struct Source;
  boost::asio::awaitable<void> keep(std::shared_ptr<Source> source);
  boost::asio::awaitable<bool> update(std::shared_ptr<Source> source);
  boost::asio::awaitable<bool> download(std::shared_ptr<Source> source);
  bool take(Source& source, const std::string& bytes);
  void publish();

  const CrlSettings settings_;
  const Trust& trust_;
  boost::asio::io_context& loop_;
  boost::asio::io_context& pool_;
  std::vector<std::shared_ptr<Source>> sources_;
  std::chrono::steady_clock::time_point hurried_{};
  CrlFigures figures_;
  mutable std::mutex mutex_;  // guards what follows
  std::shared_ptr<const CrlSet> lists_;
};

}  // namespace mekenjai::edge::eds::live
