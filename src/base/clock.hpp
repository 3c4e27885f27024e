// Time is passed in: one seam, which the sandbox, the tests and the simulation move.
#pragma once

#include "base/time.hpp"

namespace mekenjai::base {

/// The business clock. Safe to call from any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
 public:
  Instant now() const override {
    return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  }
};

}  // namespace mekenjai::base
