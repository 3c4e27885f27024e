#include "edge/sms/link.hpp"

#include <atomic>
#include <charconv>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <unordered_map>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "base/bytes.hpp"
#include "edge/sms/codec.hpp"
#include "edge/sms/text.hpp"

namespace mekenjai::edge::sms {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Steady = std::chrono::steady_clock;
using Strand = asio::strand<asio::io_context::executor_type>;
using std::chrono::milliseconds;

/// A peer that sends and never reads is cut off here.
constexpr std::size_t kMaxUnwritten = 1024 * 1024;
constexpr std::size_t kReadSize = 64 * 1024;
constexpr std::uint32_t kLastSequence = 0x7FFFFFFF;
constexpr std::size_t kMaxDestinationDigits = 20;

struct HostPort {
  std::string host;
  std::string port;
};

HostPort split_address(const std::string& address) {
  const std::size_t colon = address.rfind(':');
  if (colon == std::string::npos) return {address, "2775"};
  std::string host = address.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  return {std::move(host), address.substr(colon + 1)};
}

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// E.164 with + where the centre gave a number, whatever way it wrote it.
std::string as_e164(const Address& address) {
  constexpr std::uint8_t kNational = 2;
  constexpr std::size_t kShortest = 8;
  std::string_view digits = address.digits;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (!all_digits(digits) || digits.size() < kShortest) return address.digits;
  if (address.ton == kNational && digits.size() == 11 && digits.front() == '8') {
    return "+7" + std::string(digits.substr(1));
  }
  if (address.ton == kNational && digits.size() == 10) return "+7" + std::string(digits);
  return "+" + std::string(digits);
}

// Lower-case hexadecimal without leading zeros, so that two spellings of one id are equal.
std::string canonical_hex(std::string_view id) {
  std::string out;
  for (const char c : id) {
    if (out.empty() && c == '0') continue;
    out.push_back(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
  }
  return out.empty() && !id.empty() ? "0" : out;
}

std::string hex_of_decimal(const std::string& id) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), value);
  if (error != std::errc{} || end != id.data() + id.size()) return id;
  return fmt::format("{:x}", value);
}

ReceiptState receipt_state(std::uint8_t state) {
  constexpr std::array kStates{
      ReceiptState::unknown,  ReceiptState::enroute, ReceiptState::delivered,
      ReceiptState::expired,  ReceiptState::deleted, ReceiptState::undeliverable,
      ReceiptState::accepted, ReceiptState::unknown, ReceiptState::rejected,
  };
  return state < kStates.size() ? kStates[state] : ReceiptState::unknown;
}

// The message itself is wrong; sending it again changes nothing (SMPP 3.4, 5.1.3).
bool is_final(std::uint32_t status) {
  switch (status) {
    case status::kInvalidMessageLength:
    case status::kInvalidCommandLength:
    case 0x06:  // priority flag
    case 0x07:  // registered delivery flag
    case status::kInvalidSource:
    case status::kInvalidDestination:
    case status::kInvalidServiceType:
    case 0x40:  // destination flag
    case 0x43:  // esm_class
    case 0x48:  // source type of number
    case 0x49:
    case 0x50:  // destination type of number
    case 0x51:
    case status::kInvalidSchedule:
    case status::kInvalidExpiry:
    case 0x63:  // predefined message
    case 0x66:  // receiver permanent error
    case 0xC0:  // optional parameters
    case 0xC1:
    case 0xC2:
    case 0xC3:
    case 0xC4:
      return true;
    default:
      return false;
  }
}

// One message on its way, shared by its parts.
struct Job {
  std::int64_t id = 0;
  std::string to;
  std::string validity;
  Encoded encoded;
  std::uint8_t reference = 0;
  std::vector<std::string> message_ids;
  std::size_t accepted = 0;
  bool started = false;
  bool done = false;
  Steady::time_point queued_at;
  std::optional<Steady::time_point> throttled_since;
};

struct Part {
  std::shared_ptr<Job> job;
  std::size_t index = 0;
  int failures = 0;
};

struct Flight {
  Part part;
  Steady::time_point sent_at;
};

// One TCP connection; what is answered late finds out by it whether the peer is still the same.
struct Connection {
  explicit Connection(const Strand& strand) : socket(strand) {}
  tcp::socket socket;
  Framer framer;
  std::string out;
  std::string writing;
  bool close_after_write = false;
  bool binding = false;
  std::uint32_t sequence = 0;
  Steady::time_point last_heard;
  std::optional<Steady::time_point> enquired_at;

  std::uint32_t next_sequence() {
    sequence = sequence == kLastSequence ? 1 : sequence + 1;
    return sequence;
  }
};

// A deliver_sm or data_sm that still waits for its answer.
struct Asked {
  std::weak_ptr<Connection> connection;
  std::uint32_t command = 0;
  std::uint32_t sequence = 0;
};

struct GroupKey {
  std::string from;
  std::string to;
  std::uint32_t reference = 0;
  std::uint8_t total = 0;
  auto operator<=>(const GroupKey&) const = default;
};

// A long message from a phone, as far as it has come.
struct Group {
  struct Piece {
    std::uint8_t data_coding = 0;
    std::string octets;
    std::optional<Asked> asked;  // nothing once answered
  };
  std::map<std::uint8_t, Piece> pieces;
  Steady::time_point since;
  Steady::time_point newest;
};

std::string joined_text(const Group& group) {
  std::string octets;
  bool one_coding = true;
  const std::uint8_t coding = group.pieces.begin()->second.data_coding;
  for (const auto& [index, piece] : group.pieces) {
    octets += piece.octets;
    one_coding = one_coding && piece.data_coding == coding;
  }
  // Joined first: a phone may cut between the halves of a surrogate pair.
  if (one_coding) return decode(coding, octets);
  std::string text;
  for (const auto& [index, piece] : group.pieces) text += decode(piece.data_coding, piece.octets);
  return text;
}

// Lets `rate` parts a second through, in small bursts.
class TokenBucket {
 public:
  explicit TokenBucket(double rate) : rate_(rate), tokens_(burst()) {}

  /// Takes one; otherwise tells how long to wait for it.
  std::optional<Steady::duration> take(Steady::time_point now) {
    if (rate_ <= 0) return std::nullopt;
    const std::chrono::duration<double> passed = now - filled_;
    tokens_ = std::min(burst(), tokens_ + passed.count() * rate_);
    filled_ = now;
    if (tokens_ >= 1) {
      tokens_ -= 1;
      return std::nullopt;
    }
    const std::chrono::duration<double> wait((1 - tokens_) / rate_);
    return std::chrono::duration_cast<Steady::duration>(wait) + std::chrono::microseconds(100);
  }

 private:
  double burst() const { return std::max(1.0, rate_ / 10); }

  double rate_;
  double tokens_;
  Steady::time_point filled_ = Steady::now();
};

}  // namespace

// Everything below runs on the strand, except where it says "any thread".
class Link::Session : public std::enable_shared_from_this<Link::Session> {
 public:
  Session(asio::io_context& loop, LinkConfig config, LinkEvents events)
      : config_(std::move(config)),
        events_(std::move(events)),
        strand_(asio::make_strand(loop)),
        resolver_(strand_),
        backoff_timer_(strand_),
        pump_timer_(strand_),
        tick_timer_(strand_),
        tokens_(config_.rate_per_s),
        reference_(static_cast<std::uint8_t>(base::random_below(256))) {}

  // Any thread.
  void start() {
    asio::post(strand_, [self = shared_from_this()] {
      if (self->started_ || self->stopping_ || self->config_.smpp.empty()) return;
      self->started_ = true;
      self->unbound_since_ = Steady::now();
      self->tick();
      asio::co_spawn(self->strand_, run(self), [](const std::exception_ptr& error) {
        if (error) std::rethrow_exception(error);
      });
    });
  }

  // Any thread. Many messages cost one wake-up of the loop.
  void submit(Outgoing message) {
    {
      const std::lock_guard lock(inbox_mutex_);
      inbox_.push_back(std::move(message));
      if (inbox_posted_) return;
      inbox_posted_ = true;
    }
    asio::post(strand_, [self = shared_from_this()] { self->take_inbox(); });
  }

  // Any thread.
  bool bound() const { return bound_.load(std::memory_order_relaxed); }

  // Any thread.
  void stop(std::function<void()> done) {
    asio::post(strand_, [self = shared_from_this(), done = std::move(done)]() mutable {
      self->begin_stop(std::move(done));
    });
  }

  // Any thread.
  void abandon() {
    abandoned_ = true;
    asio::post(strand_, [self = shared_from_this()] {
      self->stopping_ = true;
      self->finished_ = true;
      self->cancel_waits();
      if (self->connection_) self->close(*self->connection_);
    });
  }

 private:
  static asio::awaitable<void> run(std::shared_ptr<Session> self) {
    std::size_t address = 0;
    milliseconds backoff = self->config_.backoff_min;
    std::size_t failures = 0;
    while (!self->stopping_) {
      const Steady::time_point began = Steady::now();
      const bool was_bound = co_await serve(self, self->config_.smpp[address]);
      if (self->stopping_) break;
      address = (address + 1) % self->config_.smpp.size();
      if (was_bound && Steady::now() - began > self->config_.backoff_min) {
        failures = 0;
        backoff = self->config_.backoff_min;
      }
      if (++failures % self->config_.smpp.size() != 0) continue;
      const auto half = static_cast<std::uint32_t>(backoff.count() / 2);
      self->backoff_timer_.expires_after(backoff - milliseconds(base::random_below(half + 1)));
      co_await self->backoff_timer_.async_wait(asio::as_tuple(asio::use_awaitable));
      backoff = std::min(backoff * 2, self->config_.backoff_max);
    }
    self->finish_stop();
  }

  // One connection from its making to its end; true where it was bound.
  static asio::awaitable<bool> serve(std::shared_ptr<Session> self, std::string address) {
    const auto connection = std::make_shared<Connection>(self->strand_);
    self->connection_ = connection;
    self->phase_deadline_ = Steady::now() + self->config_.connect_timeout;
    const error_code failure = co_await connect(self, connection, address);
    if (failure) {
      self->trouble(fmt::format("{}: {}", address, failure.message()));
    } else if (!self->stopping_) {
      self->send_bind(*connection);
      const error_code end = co_await read_all(self, connection);
      self->trouble(fmt::format("{}: {}", address,
                                connection->framer.broken() ? "wrong PDU length" : end.message()));
    }
    const bool was_bound = self->bound_;
    self->lose(*connection);
    co_return was_bound;
  }

  static asio::awaitable<error_code> connect(std::shared_ptr<Session> self,
                                             std::shared_ptr<Connection> connection,
                                             std::string address) {
    const HostPort target = split_address(address);
    const auto [unknown, endpoints] = co_await self->resolver_.async_resolve(
        target.host, target.port, asio::as_tuple(asio::use_awaitable));
    if (unknown) co_return unknown;
    if (self->stopping_ || Steady::now() > *self->phase_deadline_) {
      co_return error_code(asio::error::timed_out);
    }
    const auto [failure, endpoint] = co_await asio::async_connect(
        connection->socket, endpoints, asio::as_tuple(asio::use_awaitable));
    if (failure) co_return failure;
    error_code ignored;
    connection->socket.set_option(tcp::no_delay(true), ignored);
    co_return error_code();
  }

  static asio::awaitable<error_code> read_all(std::shared_ptr<Session> self,
                                              std::shared_ptr<Connection> connection) {
    std::vector<char> buffer(kReadSize);
    while (connection->socket.is_open()) {
      const auto [end, count] = co_await connection->socket.async_read_some(
          asio::buffer(buffer), asio::as_tuple(asio::use_awaitable));
      if (end) co_return end;
      connection->last_heard = Steady::now();
      connection->enquired_at.reset();
      connection->framer.feed(std::string_view(buffer.data(), count));
      while (const auto frame = connection->framer.next()) self->handle(connection, *frame);
      if (connection->framer.broken()) break;
      self->pump();
      self->check_drained();
    }
    co_return error_code(asio::error::connection_aborted);
  }

  // ---- the connection

  void send(Connection& connection, const Pdu& pdu) { append(connection.out, pdu); }

  void respond(Connection& connection, std::uint32_t request, std::uint32_t sequence,
               std::uint32_t status) {
    Pdu pdu{request | command::kResponse, status, sequence, Empty{}};
    const bool message = request == command::kDeliverSm || request == command::kDataSm;
    if (message) pdu.body = MessageResponse{};  // its message_id is one 00 octet (4.6.2)
    send(connection, pdu);
  }

  void flush(const std::shared_ptr<Connection>& connection) {
    if (!connection->writing.empty() || !connection->socket.is_open()) return;
    if (connection->out.empty()) {
      if (connection->close_after_write) close(*connection);
      return;
    }
    connection->writing.swap(connection->out);
    asio::async_write(connection->socket, asio::buffer(connection->writing),
                      [self = shared_from_this(), connection](error_code failure, std::size_t) {
                        connection->writing.clear();
                        if (failure || connection->out.size() > kMaxUnwritten) {
                          self->close(*connection);
                        } else {
                          self->flush(connection);
                        }
                      });
  }

  void close(Connection& connection) {
    error_code ignored;
    connection.socket.close(ignored);
  }

  void send_bind(Connection& connection) {
    connection.last_heard = Steady::now();
    connection.binding = true;
    Bind bind;
    bind.system_id = config_.system_id;
    bind.password = config_.password;
    bind.system_type = config_.system_type;
    send(connection,
         Pdu{command::kBindTransceiver, status::kOk, connection.next_sequence(), std::move(bind)});
    flush(connection_);
  }

  // The connection has ended: what was on its way may or may not have arrived.
  void lose(Connection& connection) {
    close(connection);
    connection_.reset();
    phase_deadline_.reset();
    std::unordered_map<std::uint32_t, Flight> flights;
    flights.swap(in_flight_);
    for (auto& [sequence, flight] : flights) finish(*flight.part.job, SubmitOutcome::unsent, 0);
    for (auto& [due, part] : delayed_) finish(*part.job, SubmitOutcome::unsent, 0);
    delayed_.clear();
    for (const Part& part : queue_) {
      if (part.job->started) finish(*part.job, SubmitOutcome::unsent, 0);
    }
    std::erase_if(queue_, [](const Part& part) { return part.job->done; });
    if (!bound_.exchange(false)) return;
    unbound_since_ = Steady::now();
    tell(events_.on_bound, false);
  }

  void handle(const std::shared_ptr<Connection>& connection, std::string_view frame) {
    const tl::expected<Pdu, Malformed> read = decode_pdu(frame);
    if (!read) {
      handle_malformed(*connection, read.error());
    } else if ((read->command & command::kResponse) != 0) {
      handle_response(*connection, *read);
    } else {
      handle_request(connection, *read);
    }
  }

  void handle_malformed(Connection& connection, const Malformed& pdu) {
    if (pdu.command == (command::kSubmitSm | command::kResponse)) {
      answered(pdu.sequence, status::kUnknownError, {});
    } else if ((pdu.command & command::kResponse) == 0) {
      respond(connection, pdu.command, pdu.sequence, pdu.status);
    }
  }

  void handle_response(Connection& connection, const Pdu& pdu) {
    switch (pdu.command & ~command::kResponse) {
      case command::kBindTransceiver:
        if (connection.binding) bind_answered(connection, pdu.status);
        break;
      case command::kSubmitSm: {
        const auto* body = std::get_if<MessageResponse>(&pdu.body);
        answered(pdu.sequence, pdu.status, body != nullptr ? body->message_id : std::string());
        break;
      }
      case command::kGenericNack & ~command::kResponse:
        if (connection.binding) {
          bind_answered(connection, pdu.status == status::kOk ? status::kBindFailed : pdu.status);
        } else {
          answered(pdu.sequence, pdu.status == status::kOk ? status::kUnknownError : pdu.status,
                   {});
        }
        break;
      case command::kUnbind:
        close(connection);
        break;
      default:
        break;  // enquire_link_resp has done its work by coming; others answer nothing of ours
    }
  }

  void handle_request(const std::shared_ptr<Connection>& connection, const Pdu& pdu) {
    switch (pdu.command) {
      case command::kEnquireLink:
        respond(*connection, pdu.command, pdu.sequence, status::kOk);
        break;
      case command::kUnbind:
        respond(*connection, pdu.command, pdu.sequence, status::kOk);
        connection->close_after_write = true;
        flush(connection);
        break;
      case command::kDeliverSm:
      case command::kDataSm:
        if (bound_) {
          take_delivery(Asked{connection, pdu.command, pdu.sequence},
                        std::get<ShortMessage>(pdu.body));
        } else {
          respond(*connection, pdu.command, pdu.sequence, status::kInvalidBindState);
        }
        break;
      case command::kAlertNotification:
        break;  // has no answer (4.12)
      default:
        send(*connection,
             Pdu{command::kGenericNack, status::kInvalidCommand, pdu.sequence, Empty{}});
    }
  }

  void bind_answered(Connection& connection, std::uint32_t status) {
    connection.binding = false;
    if (status != status::kOk) {
      trouble(fmt::format("bind refused, status {:#04x}", status));
      close(connection);
      return;
    }
    phase_deadline_.reset();
    paused_until_ = {};
    throttle_pause_ = milliseconds(0);
    bound_ = true;
    tell(events_.on_bound, true);
  }

  // ---- sending

  void take_inbox() {
    std::vector<Outgoing> taken;
    {
      const std::lock_guard lock(inbox_mutex_);
      taken.swap(inbox_);
      inbox_posted_ = false;
    }
    for (Outgoing& message : taken) enqueue(std::move(message));
    pump();
  }

  void enqueue(Outgoing message) {
    auto job = std::make_shared<Job>();
    job->id = message.id;
    job->started = true;  // until it waits
    const std::string_view to = message.to;
    job->to = to.substr(to.starts_with('+') ? 1 : 0);
    if (!all_digits(job->to) || job->to.size() > kMaxDestinationDigits) {
      finish(*job, SubmitOutcome::refused, status::kInvalidDestination);
      return;
    }
    if (stopping_ || finished_ || waiting_ >= config_.queue_limit) {
      finish(*job, SubmitOutcome::unsent, 0);
      return;
    }
    job->validity = validity_period(message.validity.count());
    job->encoded = encode(message.text);
    job->message_ids.resize(job->encoded.parts.size());
    job->reference = reference_++;
    job->queued_at = Steady::now();
    job->started = false;
    ++waiting_;
    for (std::size_t i = 0; i < job->encoded.parts.size(); ++i) queue_.push_back(Part{job, i, 0});
  }

  void pump() {
    if (!bound_ || !connection_) return;
    const Steady::time_point now = Steady::now();
    if (now < paused_until_) {
      wake_at(paused_until_);
    } else {
      return_delayed(now);
      const auto window = static_cast<std::size_t>(std::max(1, config_.window));
      while (!queue_.empty() && in_flight_.size() < window) {
        if (queue_.front().job->done) {
          queue_.pop_front();
          continue;
        }
        if (const auto wait = tokens_.take(now)) {
          wake_at(now + *wait);
          break;
        }
        send_part(std::move(queue_.front()), now);
        queue_.pop_front();
      }
      if (!delayed_.empty()) wake_at(delayed_.begin()->first);
    }
    flush(connection_);
  }

  // Those whose wait is over go to the front, in the order in which they came.
  void return_delayed(Steady::time_point now) {
    const auto end = delayed_.upper_bound(now);
    for (auto at = end; at != delayed_.begin();) queue_.push_front(std::move((--at)->second));
    delayed_.erase(delayed_.begin(), end);
  }

  void wake_at(Steady::time_point at) {
    if (wake_ && *wake_ <= at && *wake_ > Steady::now()) return;
    wake_ = at;
    pump_timer_.expires_at(at);
    pump_timer_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (cancelled) return;
      self->wake_.reset();
      self->pump();
    });
  }

  void send_part(Part part, Steady::time_point now) {
    Job& job = *part.job;
    start_job(job);
    const std::size_t total = job.encoded.parts.size();
    ShortMessage message;
    message.source = Address{3, 0, config_.sender};
    message.destination = Address{1, 1, job.to};
    message.validity_period = job.validity;
    message.registered_delivery = config_.want_receipts ? 1 : 0;
    message.data_coding = static_cast<std::uint8_t>(job.encoded.coding);
    if (total > 1) {
      message.esm_class = kEsmUdh;
      message.short_message = concatenation_header(job.reference, static_cast<std::uint8_t>(total),
                                                   static_cast<std::uint8_t>(part.index + 1));
    }
    message.short_message += job.encoded.parts[part.index];
    const std::uint32_t sequence = connection_->next_sequence();
    send(*connection_, Pdu{command::kSubmitSm, status::kOk, sequence, std::move(message)});
    in_flight_.emplace(sequence, Flight{std::move(part), now});
  }

  void start_job(Job& job) {
    if (job.started) return;
    job.started = true;
    --waiting_;
  }

  void answered(std::uint32_t sequence, std::uint32_t status, const std::string& message_id) {
    const auto found = in_flight_.find(sequence);
    if (found == in_flight_.end()) return;  // too late: it has been reported
    Part part = std::move(found->second.part);
    in_flight_.erase(found);
    Job& job = *part.job;
    if (job.done) return;
    if (status == status::kOk) {
      if (Steady::now() >= paused_until_) throttle_pause_ = milliseconds(0);
      job.message_ids[part.index] =
          config_.receipt_id_is_decimal ? canonical_hex(message_id) : message_id;
      if (++job.accepted == job.message_ids.size()) finish(job, SubmitOutcome::accepted, status);
    } else if (status == status::kThrottled || status == status::kMessageQueueFull) {
      throttled(std::move(part), status);
    } else if (is_final(status)) {
      finish(job, SubmitOutcome::refused, status);
    } else if (status == status::kInvalidBindState) {
      finish(job, SubmitOutcome::unsent, status);
      if (connection_) close(*connection_);
    } else if (part.failures < config_.failed_retries) {
      ++part.failures;
      delayed_.emplace(Steady::now() + config_.failed_retry_wait, std::move(part));
    } else {
      const bool refused = status == status::kSubmitFailed;
      finish(job, refused ? SubmitOutcome::refused : SubmitOutcome::unsent, status);
    }
  }

  void throttled(Part part, std::uint32_t status) {
    const Steady::time_point now = Steady::now();
    Job& job = *part.job;
    if (!job.throttled_since) job.throttled_since = now;
    if (now - *job.throttled_since >= config_.throttle_give_up) {
      finish(job, SubmitOutcome::unsent, status);
      return;
    }
    if (now >= paused_until_) {  // the rest of a window that was refused together adds nothing
      throttle_pause_ = throttle_pause_.count() == 0
                            ? config_.throttle_min
                            : std::min(throttle_pause_ * 2, config_.throttle_max);
      paused_until_ = now + throttle_pause_;
    }
    delayed_.emplace(paused_until_, std::move(part));
  }

  void finish(Job& job, SubmitOutcome outcome, std::uint32_t status) {
    if (job.done) return;
    job.done = true;
    start_job(job);
    SubmitReport report{job.id, outcome, {}, status};
    if (outcome == SubmitOutcome::accepted) report.message_ids = std::move(job.message_ids);
    tell(events_.on_submitted, std::move(report));
  }

  // ---- receiving

  void take_delivery(Asked asked, const ShortMessage& message) {
    if (unstored_ >= config_.inbound_limit) {
      answer(asked, false);
      return;
    }
    constexpr std::uint8_t kIntermediate = 0x20;  // 5.2.12
    if (is_receipt(message) || (message.esm_class & kEsmTypeMask) == kIntermediate) {
      take_receipt(std::move(asked), message);
    } else {
      take_message(std::move(asked), message);
    }
  }

  void take_receipt(Asked asked, const ShortMessage& message) {
    ReceiptFields fields = receipt_fields(message);
    if (config_.receipt_id_is_decimal) {
      fields.message_id = fields.id_from_text ? hex_of_decimal(fields.message_id)
                                              : canonical_hex(fields.message_id);
    }
    if (fields.message_id.empty() || !events_.on_receipt || abandoned_) {
      answer(asked, true);
      return;
    }
    events_.on_receipt(Receipt{std::move(fields.message_id), receipt_state(fields.state)},
                       when_stored([asked = std::move(asked)](Session& self, bool stored) {
                         self.answer(asked, stored);
                       }));
  }

  void take_message(Asked asked, const ShortMessage& message) {
    const Segment segment = segment_of(message);
    GroupKey key{as_e164(message.source), message.destination.digits, segment.reference,
                 segment.total};
    if (segment.total == 1) {
      Group whole;
      whole.pieces[1] = Group::Piece{segment.data_coding, segment.octets, std::move(asked)};
      give(key, std::move(whole));
      return;
    }
    make_room();
    const Steady::time_point now = Steady::now();
    Group& group = groups_[key];
    if (group.pieces.empty()) group.since = now;
    group.newest = now;
    Group::Piece& piece = group.pieces[segment.index];
    if (piece.asked) answer(*piece.asked, true);  // the same part twice
    piece = Group::Piece{segment.data_coding, segment.octets, std::move(asked)};
    if (group.pieces.size() < segment.total) return;
    Group complete = std::move(group);
    groups_.erase(key);
    give(key, std::move(complete));
  }

  void make_room() {
    if (groups_.size() < config_.reassembly_limit) return;
    const auto oldest = std::min_element(
        groups_.begin(), groups_.end(),
        [](const auto& a, const auto& b) { return a.second.since < b.second.since; });
    if (oldest == groups_.end()) return;
    for (auto& [index, piece] : oldest->second.pieces) {
      if (piece.asked) answer(*piece.asked, false);
    }
    groups_.erase(oldest);
  }

  // Hands a whole message over. Where it could not be kept, the parts that the centre believes
  // delivered stay here, and the others come again.
  void give(const GroupKey& key, Group group) {
    if (!events_.on_inbound || abandoned_) {
      for (auto& [index, piece] : group.pieces) {
        if (piece.asked) answer(*piece.asked, true);
      }
      return;
    }
    Inbound inbound{key.from, key.to, joined_text(group)};
    events_.on_inbound(
        std::move(inbound),
        when_stored([key, group = std::move(group)](Session& self, bool stored) mutable {
          Group left;
          left.since = group.since;
          left.newest = group.newest;
          for (auto& [index, piece] : group.pieces) {
            if (piece.asked) {
              self.answer(*piece.asked, stored);
            } else if (!stored) {
              left.pieces.emplace(index, std::move(piece));
            }
          }
          if (!left.pieces.empty())
            self.groups_.try_emplace(key, left).first->second.pieces.merge(left.pieces);
        }));
  }

  // The caller's half of "stored": any thread, once. Forgotten counts as not stored.
  struct Promise {
    std::weak_ptr<Session> session;
    std::function<void(Session&, bool)> then;
    std::atomic_flag settled;

    void settle(bool stored) {
      if (settled.test_and_set()) return;
      const std::shared_ptr<Session> self = session.lock();
      if (!self) return;
      asio::dispatch(self->strand_, [self, then = std::move(then), stored]() mutable {
        --self->unstored_;
        then(*self, stored);
        if (self->connection_) self->flush(self->connection_);
        self->check_drained();
      });
    }
    ~Promise() { settle(false); }
  };

  Stored when_stored(std::function<void(Session&, bool)> then) {
    ++unstored_;
    auto promise = std::make_shared<Promise>();
    promise->session = weak_from_this();
    promise->then = std::move(then);
    return [promise](bool stored) { promise->settle(stored); };
  }

  void answer(const Asked& asked, bool stored) {
    const std::shared_ptr<Connection> connection = asked.connection.lock();
    if (!connection || connection != connection_) return;  // the centre delivers it again
    respond(*connection, asked.command, asked.sequence,
            stored ? status::kOk : status::kTemporaryAppError);
  }

  // ---- time

  milliseconds tick_period() const {
    const milliseconds shortest =
        std::min({config_.enquire_link_period, config_.enquire_link_timeout,
                  config_.response_timeout, config_.connect_timeout, config_.part_hold,
                  config_.queue_wait, config_.drain_limit, config_.unbind_timeout});
    return std::clamp(shortest / 4, milliseconds(5), milliseconds(250));
  }

  void tick() {
    tick_timer_.expires_after(tick_period());
    tick_timer_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (cancelled || self->finished_) return;
      self->on_tick(Steady::now());
      self->tick();
    });
  }

  void on_tick(Steady::time_point now) {
    if (phase_deadline_ && now > *phase_deadline_) {
      resolver_.cancel();
      if (connection_) close(*connection_);
      phase_deadline_ = now + config_.connect_timeout;
    }
    expire_flights(now);
    expire_queue(now);
    expire_groups(now);
    if (bound_ && connection_) watch_link(*connection_, now);
    pump();
    check_drained();
  }

  void watch_link(Connection& connection, Steady::time_point now) {
    if (connection.enquired_at) {
      if (now - *connection.enquired_at > config_.enquire_link_timeout) {
        trouble("no answer to enquire_link");
        close(connection);
      }
    } else if (now - connection.last_heard > config_.enquire_link_period) {
      connection.enquired_at = now;
      send(connection, Pdu{command::kEnquireLink, 0, connection.next_sequence(), Empty{}});
    }
  }

  void expire_flights(Steady::time_point now) {
    std::erase_if(in_flight_, [&](const auto& entry) {
      if (now - entry.second.sent_at < config_.response_timeout) return false;
      finish(*entry.second.part.job, SubmitOutcome::unsent, 0);
      return true;
    });
  }

  void expire_queue(Steady::time_point now) {
    if (bound_ || queue_.empty()) return;
    for (const Part& part : queue_) {
      const Steady::time_point since = std::max(part.job->queued_at, unbound_since_);
      if (now - since > config_.queue_wait) finish(*part.job, SubmitOutcome::unsent, 0);
    }
    std::erase_if(queue_, [](const Part& part) { return part.job->done; });
  }

  void expire_groups(Steady::time_point now) {
    for (auto& [key, group] : groups_) {
      if (now - group.newest < config_.part_hold) continue;
      for (auto& [index, piece] : group.pieces) {
        if (piece.asked) answer(*piece.asked, true);
        piece.asked.reset();
      }
    }
    std::erase_if(groups_, [&](const auto& entry) {
      return now - entry.second.since > config_.reassembly_expiry;
    });
  }

  // ---- the end

  void begin_stop(std::function<void()> done) {
    if (finished_ || stopping_) {
      if (done) done();
      return;
    }
    stopping_ = true;
    done_ = std::move(done);
    for (const Part& part : queue_) {
      if (!part.job->started) finish(*part.job, SubmitOutcome::unsent, 0);
    }
    std::erase_if(queue_, [](const Part& part) { return part.job->done; });
    if (!started_) {
      finish_stop();
      return;
    }
    drain_deadline_ = Steady::now() + config_.drain_limit;
    if (!bound_) {
      backoff_timer_.cancel();
      resolver_.cancel();
      if (connection_) close(*connection_);
      return;
    }
    check_drained();
  }

  void check_drained() {
    if (!stopping_ || finished_ || !bound_ || !connection_) return;
    const Steady::time_point now = Steady::now();
    if (unbinding_until_) {
      if (now > *unbinding_until_) close(*connection_);
      return;
    }
    const bool drained = in_flight_.empty() && queue_.empty() && delayed_.empty() && unstored_ == 0;
    if (!drained && now < drain_deadline_) return;
    unbinding_until_ = now + config_.unbind_timeout;
    send(*connection_, Pdu{command::kUnbind, 0, connection_->next_sequence(), Empty{}});
    flush(connection_);
  }

  void cancel_waits() {
    backoff_timer_.cancel();
    pump_timer_.cancel();
    tick_timer_.cancel();
    resolver_.cancel();
  }

  void finish_stop() {
    if (abandoned_) return;
    finished_ = true;
    cancel_waits();
    if (done_) std::exchange(done_, nullptr)();
  }

  template <class... Values>
  void tell(const std::function<void(Values...)>& event, std::type_identity_t<Values>... values) {
    if (event && !abandoned_) event(std::move(values)...);
  }

  void trouble(const std::string& what) {
    if (events_.on_trouble && !stopping_ && !abandoned_) events_.on_trouble(what);
  }

  const LinkConfig config_;
  const LinkEvents events_;
  Strand strand_;
  tcp::resolver resolver_;
  asio::steady_timer backoff_timer_;
  asio::steady_timer pump_timer_;
  asio::steady_timer tick_timer_;

  std::mutex inbox_mutex_;
  std::vector<Outgoing> inbox_;
  bool inbox_posted_ = false;

  std::atomic<bool> bound_ = false;
  std::atomic<bool> abandoned_ = false;
  bool started_ = false;
  bool stopping_ = false;
  bool finished_ = false;
  std::function<void()> done_;
  Steady::time_point drain_deadline_;
  std::optional<Steady::time_point> unbinding_until_;

  std::shared_ptr<Connection> connection_;
  std::optional<Steady::time_point> phase_deadline_;  // of resolving, connecting and binding
  Steady::time_point unbound_since_;

  std::deque<Part> queue_;
  std::multimap<Steady::time_point, Part> delayed_;
  std::unordered_map<std::uint32_t, Flight> in_flight_;
  std::size_t waiting_ = 0;  // messages of which no part has been sent
  TokenBucket tokens_;
  std::uint8_t reference_;
  Steady::time_point paused_until_;
  milliseconds throttle_pause_{0};
  std::optional<Steady::time_point> wake_;

  std::map<GroupKey, Group> groups_;
  std::size_t unstored_ = 0;
};

Link::Link(asio::io_context& loop, LinkConfig config, LinkEvents events)
    : session_(std::make_shared<Session>(loop, std::move(config), std::move(events))) {}
Link::~Link() { session_->abandon(); }
void Link::start() { session_->start(); }
void Link::submit(Outgoing message) { session_->submit(std::move(message)); }
bool Link::bound() const { return session_->bound(); }
void Link::stop(std::function<void()> done) { session_->stop(std::move(done)); }

}  // namespace mekenjai::edge::sms
