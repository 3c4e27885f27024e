// An authority that does not answer is left alone for a while, so that not everybody waits for its silence.
#pragma once

#include <chrono>

namespace mekenjai::edge::eds::live {

/// For one address; used on one loop. Network time, not the business clock.
class Breaker {
 public:
  static constexpr int kPatience = 3;  // failures in a row

  explicit Breaker(std::chrono::milliseconds rest) : rest_(rest) {}
  /// After the rest one question is let through, and its fate decides for the next.
  bool resting() const { return failures_ >= kPatience && std::chrono::steady_clock::now() < until_; }
  void answered() { failures_ = 0; }
  void failed() {
    ++failures_;
    until_ = std::chrono::steady_clock::now() + rest_;
  }
  void forget() { failures_ = 0; }

 private:
  std::chrono::milliseconds rest_;
  int failures_ = 0;
  std::chrono::steady_clock::time_point until_{};
};

}  // namespace mekenjai::edge::eds::live
