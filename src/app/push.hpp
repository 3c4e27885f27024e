// Web Push put together: the key that browsers subscribe to, the outbox of pushes, and the thread
// that sends them.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <tl/expected.hpp>

#include "base/clock.hpp"
#include "flow/push.hpp"
#include "outbox/push_outbox.hpp"

namespace mekenjai::app {

/// [push] of the configuration.
struct PushKeys {
  bool on = false;
  std::string subject{};   // how a push service reaches us: "mailto:…" or "https://…"
  std::string key_file{};  // PEM; empty: a key made once and kept in the database
  std::string roots{};     // PEM; empty: the system's
  /// Whom we send to: these hosts and what is below them.
  std::vector<std::string> hosts{"fcm.googleapis.com", "push.services.mozilla.com",
                                 "push.apple.com", "notify.windows.com"};
  int devices_a_person = 5;
  std::chrono::milliseconds timeout{10'000};
  std::chrono::milliseconds retry_min{30'000}, retry_max{3'600'000};
  std::int64_t connections = 64, connections_a_service = 4;
};

/// What is wrong with a key of [push], and where: {key, what}. Nothing where all is well.
struct PushTrouble {
  std::string key, what;
};
std::optional<PushTrouble> trouble_with(const PushKeys& keys);

class Push {
 public:
  /// The error is a sentence for the operator. `sandbox`: push services on this machine are
  /// allowed.
  static tl::expected<std::unique_ptr<Push>, std::string> make(const PushKeys& keys, bool sandbox,
                                                               flow::Engine& engine);
  ~Push();
  Push(const Push&) = delete;
  Push& operator=(const Push&) = delete;

  const flow::PushWays& ways() const { return ways_; }
  const outbox::PushFigures& figures() const { return outbox_.figures(); }
  /// Sends what is waiting, and from then on what the engine's commits queue.
  void start();
  /// Before the engine stops; blocks.
  void stop();

 private:
  Push(flow::PushWays ways, outbox::PushConfig config, edge::push::Vapid vapid,
       flow::Engine& engine);

  const flow::PushWays ways_;
  base::SystemClock clock_;
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  outbox::PushOutbox outbox_;
  std::thread thread_;
};

}  // namespace mekenjai::app
