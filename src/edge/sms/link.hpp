// The client's side of SMPP 3.4: one transceiver link to the SMS centre. It knows messages and
// their fate, nothing of applications. What must survive a crash lives with the caller: a message
// is his row, and a row that comes back `unsent` is handed over again.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace mekenjai::edge::sms {

/// A message to send. `id` is the caller's own number and comes back in the report.
struct Outgoing {
  std::int64_t id = 0;
  std::string to;                    // E.164
  std::string text;                  // UTF-8; cut into parts by the link
  std::chrono::seconds validity{0};  // how long the SMS centre may try; 0 = as it likes
};

enum class SubmitOutcome {
  accepted,  // every part was taken by the SMS centre
  refused,   // never accepted however often it is sent
  unsent,    // the link was lost, or the centre too busy: send it again (it may arrive twice)
};

/// The fate of one `Outgoing`; exactly one report follows each `submit`.
struct SubmitReport {
  std::int64_t id = 0;
  SubmitOutcome outcome = SubmitOutcome::unsent;
  std::vector<std::string> message_ids;  // one a part, in order; empty unless accepted
  std::uint32_t status = 0;              // the last SMPP status (SMPP 3.4, 5.1.3); 0 = none came
};

/// A message from a phone, all its parts joined.
struct Inbound {
  std::string from;  // E.164 with +
  std::string to;
  std::string text;  // UTF-8
};

/// SMPP 3.4, 5.2.28.
enum class ReceiptState {
  enroute,
  delivered,
  expired,
  deleted,
  undeliverable,
  accepted,
  unknown,
  rejected,
};

/// What became of one part. It may come before the report that names its `message_id`.
struct Receipt {
  std::string message_id;
  ReceiptState state = ReceiptState::unknown;
};

/// Tells the link that an event is kept (true) or could not be kept (false). The SMS centre gets
/// its answer only then: status 0, or ESME_RX_T_APPN (0x64) so that it delivers again. May be
/// called from any thread, later, once; calls after the link's end do nothing, and dropping it
/// without a call means false.
using Stored = std::function<void(bool stored)>;

/// All are called on the link's loop, never inside `submit`, `start` or `stop`. An empty
/// `on_inbound` or `on_receipt` counts as stored.
struct LinkEvents {
  std::function<void(bool bound)> on_bound;
  std::function<void(SubmitReport)> on_submitted;
  std::function<void(Inbound, Stored)> on_inbound;
  std::function<void(Receipt, Stored)> on_receipt;
  /// Why a connection was not made or was lost, for the log; never holds personal data.
  std::function<void(const std::string& what)> on_trouble;
};

struct LinkConfig {
  using Millis = std::chrono::milliseconds;

  std::vector<std::string> smpp;  // "host:port", tried in turn
  std::string system_id;          // at most 15 octets (SMPP 3.4, 5.2.1)
  std::string password;           // at most 8 octets (SMPP 3.4, 5.2.2)
  std::string system_type;        // at most 12 octets
  std::string sender = "1414";    // sent as type 3 (network specific), plan 0
  /// Parts sent and not yet answered, at most.
  int window = 64;
  /// Parts a second, at most; 0 = as many as the window lets through.
  double rate_per_s = 0;
  /// Messages waiting for the window, at most; one more is reported `unsent` at once.
  std::size_t queue_limit = 20'000;
  /// How long a message waits for a bound link before it is reported `unsent`.
  Millis queue_wait{30'000};
  /// Ask for a final receipt of every part.
  bool want_receipts = true;
  /// Name, TCP connection and bind together.
  Millis connect_timeout{10'000};
  /// No answer to a part: `unsent`, the link goes on.
  Millis response_timeout{30'000};
  /// Silence after which we ask whether the other side lives, and how long it may think.
  Millis enquire_link_period{15'000};
  Millis enquire_link_timeout{10'000};
  /// Wait between rounds over all addresses; doubles, each time shortened by up to a half.
  Millis backoff_min{1'000};
  Millis backoff_max{60'000};
  /// Pause after ESME_RTHROTTLED or ESME_RMSGQFUL; doubles until a part is accepted again.
  Millis throttle_min{500};
  Millis throttle_max{30'000};
  /// A message that has been put off by throttling for so long is reported `unsent`.
  Millis throttle_give_up{120'000};
  /// After ESME_RSUBMITFAIL and temporary errors: tries beyond the first, and the wait before each.
  int failed_retries = 3;
  Millis failed_retry_wait{1'000};
  /// `stop`: how long parts on their way may still be answered, and then the unbind.
  Millis drain_limit{5'000};
  Millis unbind_timeout{2'000};
  /// The centre answers submit_sm with a hexadecimal id and writes it in decimal into the text of
  /// its receipts. Ids are then told in lower-case hexadecimal without leading zeros, both times.
  bool receipt_id_is_decimal = false;
  /// Events given out and not yet `Stored`, at most; one more is put off with ESME_RX_T_APPN.
  std::size_t inbound_limit = 10'000;
  /// Long messages from phones: how many may be incomplete at a time and for how long, and how
  /// long the first parts stay unacknowledged before they are, for a centre that sends one a time.
  std::size_t reassembly_limit = 1'000;
  Millis reassembly_expiry{300'000};
  Millis part_hold{1'000};
};

/// One link. Use from any thread. The io_context must outlive it. Destroying a running link cuts
/// the connection and reports nothing more; do it on the loop or when the loop stands still.
class Link {
 public:
  Link(boost::asio::io_context& loop, LinkConfig config, LinkEvents events);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// Connects and keeps connecting until `stop`. Once.
  void start();
  /// Hands a message over; never blocks. Its report comes through `on_submitted`.
  void submit(Outgoing message);
  bool bound() const;
  /// Reports what waits as `unsent`, lets parts on their way be answered, unbinds, closes; then
  /// calls `done` on the loop. Once.
  void stop(std::function<void()> done);

 private:
  class Session;
  std::shared_ptr<Session> session_;
};

}  // namespace mekenjai::edge::sms
