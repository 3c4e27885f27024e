// What became of a push, by the push service's answer (RFC 8030, 5 and 7; RFC 9110, 15).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace mekenjai::edge::push {

inline constexpr std::chrono::hours kMaxRetryAfter{24};  // longer waits are cut to it

enum class Fate {
  taken,    // the push service has it
  gone,     // the subscription is no more (404, 410): drop it
  later,    // not now (408, 425, 429, 5xx), or nobody answered: try again; it may arrive twice
  refused,  // never, however often it is sent
};

std::string_view word(Fate fate);

/// Exactly one follows each push that was taken in hand.
struct Report {
  Fate fate = Fate::later;
  int status = 0;                       // 0: no answer
  std::chrono::seconds retry_after{0};  // with `later`: not before; 0 where the push service did not say
  std::string trouble{};                // why it was not taken, for the log; never holds the endpoint
};

/// Redirects are refused: an address that was not looked at must not be followed. `retry_after` is the field of that
/// name, seconds or a date; `now` is the world's clock.
Report report_of(int status, std::string_view retry_after, base::Instant now);

/// The field Retry-After (RFC 9110, 10.2.3), at most kMaxRetryAfter; 0 where it is no such field or in the past.
std::chrono::seconds read_retry_after(std::string_view field, base::Instant now);

}  // namespace mekenjai::edge::push
