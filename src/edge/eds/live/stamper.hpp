// A time-stamp over a signature that was found valid: proof for the archive that it existed before its certificate ended.
#pragma once

#include <atomic>

#include "base/clock.hpp"
#include "edge/eds/live/breaker.hpp"
#include "edge/eds/live/http_client.hpp"
#include "edge/eds/live/on_pool.hpp"
#include "edge/eds/verify.hpp"

namespace mekenjai::edge::eds::live {

/// A token that was verified. `token` is DER, "" where there is none.
struct Stamp {
  std::string token;
  Instant at{};
};

class Stamper {
 public:
  /// All outlive it. `pool` verifies tokens.
  Stamper(HttpAddress address, std::chrono::milliseconds timeout, std::chrono::milliseconds rest, const Trust& trust,
          const base::Clock& clock, boost::asio::io_context& pool);

  /// A token over a signature's value. A missing time-stamp is no fault of the signature (eds.md 0, point 8). On one loop
  /// of a single thread.
  boost::asio::awaitable<Stamp> stamp(std::string signature, crypto::KeyKind kind);

  std::uint64_t stamped() const { return stamped_; }
  std::uint64_t unstamped() const { return unstamped_; }

 private:
  boost::asio::awaitable<Stamp> ask(std::string signature, crypto::KeyKind kind);

  const HttpAddress address_;
  const std::chrono::milliseconds timeout_;
  const Trust& trust_;
  const base::Clock& clock_;
  boost::asio::io_context& pool_;
  Breaker breaker_;
  std::atomic<std::uint64_t> stamped_{0}, unstamped_{0};
};

}  // namespace mekenjai::edge::eds::live
