// How often one source may call: a token bucket by address, in bounded memory.
#pragma once

#include <chrono>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace mekenjai::http {

/// Requests a minute by source address; 0 means no limit. The `[limits]` table of the
/// configuration; all are off under --sandbox.
struct SourceLimits {
  int sign_ins = 20;
  int codes = 60;
  int applications = 30;
  int address_searches = 240;
};

/// Safe to call from any thread. An IPv6 source counts as its /64, which is what one household
/// gets.
class RateLimiter {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `a_minute` calls at once, then as they refill; 0: no limit. Beyond `max_sources` the one that
  /// called longest ago is forgotten.
  explicit RateLimiter(int a_minute, std::size_t max_sources = 65'536);

  /// 0 where the call may go on, otherwise the seconds after which to try again.
  int take(std::string_view source, Time now = std::chrono::steady_clock::now());

  std::size_t sources() const;

 private:
  struct Bucket {
    std::string source;
    double tokens;
    Time at;
  };
  const double a_minute_;
  const std::size_t max_sources_;
  mutable std::mutex mutex_;
  std::list<Bucket> by_age_;  // the latest first
  std::unordered_map<std::string_view, std::list<Bucket>::iterator> by_source_;
};

/// The limiters that routes of pages and API share.
struct RateLimiters {
  explicit RateLimiters(const SourceLimits& limits)
      : sign_ins(limits.sign_ins),
        codes(limits.codes),
        applications(limits.applications),
        address_searches(limits.address_searches) {}
  RateLimiter sign_ins, codes, applications, address_searches;
};

}  // namespace mekenjai::http
