// The SMS centre of the sandbox, the tests and the benchmark: a real SMPP 3.4 server on loopback
// with phones that can be read and written. Not part of the service in production.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace boost::asio {
class io_context;
}

namespace mekenjai::edge::sms {

struct SmscConfig {
  using Millis = std::chrono::milliseconds;

  std::string system_id;
  std::string password;
  std::uint16_t port = 0;  // on 127.0.0.1; 0 = a free one
  /// Memory is bounded: the oldest message of a phone goes first, and the phone that has been
  /// silent longest.
  std::size_t keep_messages_per_phone = 200;
  std::size_t max_phones = 10'000;
  /// Messages from phones and receipts that wait for an ESME, at most.
  std::size_t queue_limit = 10'000;
  /// Connections, and deliver_sm without an answer on each, at most.
  std::size_t max_connections = 64;
  std::size_t window = 64;
  /// After a temporary error to a deliver_sm: when it is sent again, and how often at most.
  Millis redeliver_wait{1'000};
  int redeliver_tries = 100;
  /// Receipts are sent where they were asked for, so long after the message was taken.
  Millis receipt_delay{0};
  /// Ids are hexadecimal in submit_sm_resp and decimal in receipts, which then have no TLVs:
  /// a centre of the awkward kind.
  bool awkward_receipts = false;
  /// Receipts go out before the submit_sm_resp that names their message.
  bool receipts_first = false;
  /// The business clock, for `at` and the dates in receipts; empty = the machine's.
  std::function<base::Instant()> now;
};

/// A message that reached a phone, all its parts joined.
struct SmscMessage {
  std::int64_t id = 0;
  std::string from;
  std::string to;  // E.164 with +
  std::string text;
  base::Instant at;
};

/// Use from any thread. The io_context must outlive it. Destroying it closes all connections; do
/// it on the loop or when the loop stands still.
class Smsc {
 public:
  using Message = SmscMessage;

  /// Listens at once. Throws std::system_error where the port cannot be had.
  Smsc(boost::asio::io_context& loop, SmscConfig config);
  ~Smsc();
  Smsc(const Smsc&) = delete;
  Smsc& operator=(const Smsc&) = delete;

  std::uint16_t port() const;
  /// "127.0.0.1:port", as `[sms] smpp` takes it.
  std::string address() const;
  /// Connections bound so that they may receive.
  std::size_t bound() const;
  /// What the phone (E.164) got, oldest first.
  std::vector<Message> messages(std::string_view phone) const;
  /// An SMS from a phone. Waits until an ESME is bound; `acknowledged` is called on the loop, with
  /// true once every part was answered with status 0, with false where that will not be.
  void send(std::string from, std::string to, std::string text,
            std::function<void(bool acknowledged)> acknowledged = {});
  /// Called on the loop for every message that reaches a phone.
  void on_message(std::function<void(const Message&)> hook);

  // ---- faults
  /// The next `count` submit_sm get `status` (ESME_RTHROTTLED unless told).
  void throttle_next(int count, std::uint32_t status = 0x58);
  /// Every submit_sm to the phone gets ESME_RINVDSTADR, or no longer.
  void refuse_destination(std::string_view phone, bool refuse = true);
  /// Messages to the phone are taken, and the receipt says UNDELIV, or no longer.
  void undeliverable(std::string_view phone, bool undeliverable = true);
  /// In the middle of the answer to the `count`-th submit_sm from now the connection ends.
  void drop_in_answer(int count);
  /// Reads and answers nothing, or does again.
  void go_silent(bool silent);
  /// Ends every connection; with `listening` false no new one is accepted until told otherwise.
  void drop_connections();
  void accept(bool listening);

 private:
  class Centre;
  std::shared_ptr<Centre> centre_;
};

}  // namespace mekenjai::edge::sms
