// The sandbox (contract, section 7): phones, clock, register switches, people to try. Only under --sandbox
// and only on loopback; without it none of this exists.
#pragma once

#include <atomic>
#include <vector>

#include "base/clock.hpp"
#include "edge/sms/smsc.hpp"
#include "flow/due.hpp"
#include "http/http.hpp"
#include "outbox/outbox.hpp"

namespace mekenjai::sandbox {

/// The machine's clock plus an offset that is kept with the data.
class SandboxClock final : public base::Clock {
 public:
  base::Instant now() const override { return base::SystemClock().now() + base::Millis{offset_ms_.load()}; }
  std::int64_t offset_ms() const { return offset_ms_; }
  void set_offset_ms(std::int64_t offset) { offset_ms_ = offset; }

 private:
  std::atomic<std::int64_t> offset_ms_{0};
};

/// What the sandbox plays with. All of it outlives the routes.
struct Playground {
  flow::Engine& engine;
  flow::Scheduler& scheduler;
  outbox::Outbox& outbox;
  edge::sms::Smsc* smsc;  // none where [sms] smpp names a centre: then there are no phones to look at
  SandboxClock& clock;
};

std::vector<http::Route> routes(Playground& playground);

/// The offset that an earlier run left in the data.
std::int64_t kept_offset_ms(flow::Ledger& ledger);

}  // namespace mekenjai::sandbox
