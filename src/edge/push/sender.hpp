// Handing pushes to push services (RFC 8030) over HTTPS. It knows subscriptions and the fate of a push, nothing of
// people. What must survive a crash lives with the caller: a push is his row, and one that comes back `later` is
// handed over again.
//
// Certificates are verified with the system's roots and the host's name. Redirects are not followed. A host is resolved
// once a connection, its addresses are looked at (endpoint.hpp), and only those are connected to.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "edge/push/endpoint.hpp"
#include "edge/push/message.hpp"
#include "edge/push/report.hpp"
#include "edge/push/vapid.hpp"

namespace boost::asio {
class io_context;
}

namespace mekenjai::edge::push {

inline constexpr std::chrono::hours kMaxTtl{28 * 24};  // what the large push services keep
inline constexpr std::size_t kMaxTopic = 32;           // RFC 8030, 5.4

/// How much a phone may do for it (RFC 8030, 5.3).
enum class Urgency { very_low, low, normal, high };

struct Push {
  Endpoint endpoint;
  SubscriptionKeys keys;
  Note note{};
  /// How long the push service keeps it for a phone that is off; 0: not at all. Longer than kMaxTtl is cut.
  std::chrono::seconds ttl{std::chrono::hours(24)};
  Urgency urgency = Urgency::normal;
  /// A later push with the same topic takes the place of one not yet delivered. base64url characters, at most
  /// kMaxTopic; empty: none. The push service sees it: no number or name of anything.
  std::string topic{};
};

struct SenderConfig {
  using Millis = std::chrono::milliseconds;

  /// From the name to the answer.
  Millis timeout{10'000};
  /// To one of a host's addresses, so that a dead one leaves time for the next.
  Millis connect_patience{3'000};
  std::size_t connections_per_origin = 4;
  std::size_t connections = 64;
  /// Pushes in hand, at most: waiting and on their way.
  std::size_t queue_limit = 10'000;
  /// A PEM file instead of the system's roots.
  std::string roots_file{};
  /// Answers for names instead of the system's resolver: for tests.
  std::function<std::vector<boost::asio::ip::address>(const std::string& host)> names{};
};

/// Runs on a loop of one thread, which must outlive it.
class Sender {
 public:
  /// On the loop, never inside `send`. Does not throw.
  using Done = std::function<void(const Report&)>;

  /// Throws std::runtime_error where the roots cannot be read. `clock` is the machine's, in the sandbox too: tokens
  /// meet the clocks of others.
  Sender(boost::asio::io_context& loop, SenderConfig config, Vapid vapid, const base::Clock& clock);
  /// Cuts what is on its way; nothing more is reported. On the loop, or when the loop stands still.
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  /// Takes a push in hand, from any thread, without waiting: `done` is called once. False where there are too many in
  /// hand: `done` is not called.
  [[nodiscard]] bool send(Push push, Done done);

  std::size_t in_hand() const;

  /// Reports what waits and what is on its way as `later`, then calls `stopped` on the loop. Once, from any thread.
  void stop(std::function<void()> stopped);

 private:
  class Inside;
  std::shared_ptr<Inside> inside_;
};

}  // namespace mekenjai::edge::push
