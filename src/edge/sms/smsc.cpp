#include "edge/sms/smsc.hpp"

#include <atomic>
#include <deque>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/write.hpp>

#include "base/clock.hpp"
#include "edge/sms/codec.hpp"
#include "edge/sms/text.hpp"

namespace mekenjai::edge::sms {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Steady = std::chrono::steady_clock;
using Strand = asio::strand<asio::io_context::executor_type>;

constexpr std::size_t kReadSize = 64 * 1024;
constexpr std::size_t kMaxUnwritten = 4 * 1024 * 1024;
constexpr std::size_t kMaxIncomplete = 10'000;
constexpr std::uint32_t kLastSequence = 0x7FFFFFFF;
constexpr std::string_view kSystemId = "mekenjai";
constexpr std::uint8_t kDelivered = 2;
constexpr std::uint8_t kUndeliverable = 5;

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 20 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string with_plus(std::string_view phone) {
  return phone.starts_with('+') ? std::string(phone) : "+" + std::string(phone);
}

// A phone is international, 1414 is a number of the network (ton 3).
Address address_of(std::string_view number) {
  constexpr std::size_t kShortNumber = 6;
  if (number.starts_with('+')) return Address{1, 1, std::string(number.substr(1))};
  if (number.size() > kShortNumber) return Address{1, 1, std::string(number)};
  return Address{3, 0, std::string(number)};
}

std::string minutes_of(base::Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(at - day);
  return fmt::format("{:02}{:02}{:02}{:02}{:02}", static_cast<int>(date.year()) % 100,
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count());
}

// A message from a phone, shared by its parts.
struct FromPhone {
  std::function<void(bool)> acknowledged;
  std::size_t left = 0;
  bool failed = false;
};

// A deliver_sm to be sent, or sent and not yet answered. A receipt belongs to no phone's message.
struct Delivery {
  ShortMessage message;
  std::shared_ptr<FromPhone> of;
  int tries = 0;
};

struct Esme {
  explicit Esme(const Strand& strand) : socket(strand), buffer(kReadSize) {}
  tcp::socket socket;
  std::vector<char> buffer;
  Framer framer;
  std::string out;
  std::string writing;
  bool close_after_write = false;
  bool submits = false;
  bool receives = false;
  std::uint32_t sequence = 0;
  std::map<std::uint32_t, Delivery> in_flight;

  bool bound() const { return submits || receives; }
};

struct PartKey {
  std::string from;
  std::string to;
  std::uint32_t reference = 0;
  std::uint8_t total = 0;
  auto operator<=>(const PartKey&) const = default;
};

// What the phones got, bounded. Safe from any thread.
class Phones {
 public:
  Phones(std::size_t per_phone, std::size_t phones) : per_phone_(per_phone), phones_(phones) {}

  void add(const SmscMessage& message) {
    const std::lock_guard lock(mutex_);
    auto found = inboxes_.find(message.to);
    if (found == inboxes_.end()) {
      if (inboxes_.size() >= phones_ && !silent_longest_.empty()) {
        inboxes_.erase(silent_longest_.front());
        silent_longest_.pop_front();
      }
      silent_longest_.push_back(message.to);
      found = inboxes_.emplace(message.to, Inbox{{}, std::prev(silent_longest_.end())}).first;
    } else {
      silent_longest_.splice(silent_longest_.end(), silent_longest_, found->second.place);
    }
    std::deque<SmscMessage>& kept = found->second.messages;
    kept.push_back(message);
    if (kept.size() > per_phone_) kept.pop_front();
  }

  std::vector<SmscMessage> of(const std::string& phone) const {
    const std::lock_guard lock(mutex_);
    const auto found = inboxes_.find(phone);
    if (found == inboxes_.end()) return {};
    return {found->second.messages.begin(), found->second.messages.end()};
  }

 private:
  struct Inbox {
    std::deque<SmscMessage> messages;
    std::list<std::string>::iterator place;
  };
  const std::size_t per_phone_;
  const std::size_t phones_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Inbox> inboxes_;
  std::list<std::string> silent_longest_;
};

}  // namespace

// Everything below runs on the strand, except where it says "any thread".
class Smsc::Centre : public std::enable_shared_from_this<Smsc::Centre> {
 public:
  Centre(asio::io_context& loop, SmscConfig config)
      : config_(std::move(config)),
        strand_(asio::make_strand(loop)),
        acceptor_(strand_, tcp::endpoint(asio::ip::address_v4::loopback(), config_.port)),
        port_(acceptor_.local_endpoint().port()),
        timer_(strand_),
        phones_(config_.keep_messages_per_phone, config_.max_phones) {
    if (!config_.now) config_.now = [] { return base::SystemClock().now(); };
  }

  // Any thread.
  std::uint16_t port() const { return port_; }
  std::size_t bound() const { return bound_; }
  std::vector<SmscMessage> messages(std::string_view phone) const {
    return phones_.of(with_plus(phone));
  }
  template <class Action>
  void on_strand(Action action) {
    asio::post(strand_, [self = shared_from_this(), action = std::move(action)]() mutable {
      if (!self->closed_) action(*self);
    });
  }

  void next_connection() {
    acceptor_.async_accept(
        strand_, [self = shared_from_this()](error_code failure, tcp::socket socket) {
          if (self->closed_ || failure == asio::error::operation_aborted) return;
          if (!failure && self->listening_ && self->esmes_.size() < self->config_.max_connections) {
            auto esme = std::make_shared<Esme>(self->strand_);
            esme->socket = std::move(socket);
            error_code ignored;
            esme->socket.set_option(tcp::no_delay(true), ignored);
            self->esmes_.insert(esme);
            self->read(esme);
          }
          self->next_connection();
        });
  }

  void shut() {
    closed_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    timer_.cancel();
    drop_connections();
  }

  void drop_connections() {
    for (const auto& esme : std::set<std::shared_ptr<Esme>>(esmes_)) end(esme);
  }

  void send(const std::string& from, const std::string& to, const std::string& text,
            std::function<void(bool)> acknowledged) {
    const Encoded encoded = encode(text);
    const std::size_t total = encoded.parts.size();
    if (waiting_.size() + total > config_.queue_limit) {
      if (acknowledged) acknowledged(false);
      return;
    }
    auto of = std::make_shared<FromPhone>();
    of->acknowledged = std::move(acknowledged);
    of->left = total;
    const std::uint8_t reference = reference_++;
    for (std::size_t i = 0; i < total; ++i) {
      ShortMessage message;
      message.source = address_of(from);
      message.destination = address_of(to);
      message.data_coding = static_cast<std::uint8_t>(encoded.coding);
      if (total > 1) {
        message.esm_class = kEsmUdh;
        message.short_message = concatenation_header(reference, static_cast<std::uint8_t>(total),
                                                     static_cast<std::uint8_t>(i + 1));
      }
      message.short_message += encoded.parts[i];
      waiting_.push_back(Delivery{std::move(message), of, 0});
    }
    deliver();
  }

  std::function<void(const SmscMessage&)> hook;
  int refusals = 0;
  std::uint32_t refusal_status = status::kThrottled;
  int drop_in = 0;
  bool silent = false;
  std::unordered_set<std::string> refused;
  std::unordered_set<std::string> undeliverable;

  void set_listening(bool listening) { listening_ = listening; }

 private:
  // ---- connections

  void read(const std::shared_ptr<Esme>& esme) {
    esme->socket.async_read_some(
        asio::buffer(esme->buffer),
        [self = shared_from_this(), esme](error_code failure, std::size_t count) {
          if (failure || !self->esmes_.contains(esme)) {
            self->end(esme);
            return;
          }
          esme->framer.feed(std::string_view(esme->buffer.data(), count));
          while (const auto frame = esme->framer.next()) {
            if (!esme->close_after_write) self->handle(esme, *frame);
          }
          if (esme->framer.broken()) {
            self->end(esme);
            return;
          }
          self->deliver();
          self->flush(esme);
          self->read(esme);
        });
  }

  void flush(const std::shared_ptr<Esme>& esme) {
    if (!esme->writing.empty() || !esme->socket.is_open()) return;
    if (esme->out.empty()) {
      if (esme->close_after_write) end(esme);
      return;
    }
    esme->writing.swap(esme->out);
    asio::async_write(esme->socket, asio::buffer(esme->writing),
                      [self = shared_from_this(), esme](error_code failure, std::size_t) {
                        esme->writing.clear();
                        if (failure || esme->out.size() > kMaxUnwritten) {
                          self->end(esme);
                        } else {
                          self->flush(esme);
                        }
                      });
  }

  // What was sent and not answered is kept for the next ESME.
  void end(const std::shared_ptr<Esme>& esme) {
    error_code ignored;
    esme->socket.close(ignored);
    if (esmes_.erase(esme) == 0) return;
    unbind(*esme);
    for (auto at = esme->in_flight.rbegin(); at != esme->in_flight.rend(); ++at) {
      waiting_.push_front(std::move(at->second));
    }
    esme->in_flight.clear();
    if (!closed_) deliver();
  }

  void unbind(Esme& esme) {
    if (esme.receives) --bound_;
    esme.submits = esme.receives = false;
  }

  void respond(Esme& esme, const Pdu& request, std::uint32_t status,
               decltype(Pdu::body) body = Empty{}) {
    if (status != status::kOk) body = Empty{};
    append(esme.out,
           Pdu{request.command | command::kResponse, status, request.sequence, std::move(body)});
  }

  void handle(const std::shared_ptr<Esme>& esme, std::string_view frame) {
    if (silent) return;
    const tl::expected<Pdu, Malformed> read = decode_pdu(frame);
    if (!read) {
      if ((read.error().command & command::kResponse) == 0) {
        respond(*esme, Pdu{read.error().command, 0, read.error().sequence, Empty{}},
                read.error().status);
      }
      return;
    }
    const Pdu& pdu = *read;
    if ((pdu.command & command::kResponse) != 0) {
      if (pdu.command == (command::kDeliverSm | command::kResponse)) delivered(*esme, pdu);
      if (pdu.command == command::kGenericNack) delivered(*esme, pdu);
      return;
    }
    switch (pdu.command) {
      case command::kBindReceiver:
      case command::kBindTransmitter:
      case command::kBindTransceiver:
        bind(*esme, pdu);
        return;
      case command::kEnquireLink:
      case command::kUnbind:
      case command::kSubmitSm:
      case command::kDataSm:
        break;
      default:
        append(esme->out,
               Pdu{command::kGenericNack, status::kInvalidCommand, pdu.sequence, Empty{}});
        return;
    }
    if (!esme->bound()) {
      respond(*esme, pdu, status::kInvalidBindState);
    } else if (pdu.command == command::kEnquireLink) {
      respond(*esme, pdu, status::kOk);
    } else if (pdu.command == command::kUnbind) {
      respond(*esme, pdu, status::kOk);
      unbind(*esme);
      esme->close_after_write = true;
    } else {
      submit(*esme, pdu, std::get<ShortMessage>(pdu.body));
    }
  }

  void bind(Esme& esme, const Pdu& pdu) {
    const Bind& bind = std::get<Bind>(pdu.body);
    std::uint32_t status = status::kOk;
    if (esme.bound()) {
      status = status::kAlreadyBound;
    } else if (bind.system_id != config_.system_id) {
      status = status::kInvalidSystemId;
    } else if (bind.password != config_.password) {
      status = status::kInvalidPassword;
    } else {
      esme.submits = pdu.command != command::kBindReceiver;
      esme.receives = pdu.command != command::kBindTransmitter;
      if (esme.receives) ++bound_;
    }
    const Tlv version{tag::kInterfaceVersion,
                      std::string(1, static_cast<char>(kInterfaceVersion34))};
    respond(esme, pdu, status, BindResponse{std::string(kSystemId), {version}});
  }

  // ---- to phones

  void submit(Esme& esme, const Pdu& pdu, const ShortMessage& message) {
    const std::string to = "+" + message.destination.digits;
    if (drop_in > 0 && --drop_in == 0) {
      Pdu answer{pdu.command | command::kResponse, 0, pdu.sequence, MessageResponse{"half", {}}};
      const std::string whole = encode_pdu(answer);
      esme.out += whole.substr(0, whole.size() / 2);
      esme.close_after_write = true;
      return;
    }
    if (refusals > 0) {
      --refusals;
      respond(esme, pdu, refusal_status);
      return;
    }
    if (!esme.submits) {
      respond(esme, pdu, status::kInvalidBindState);
      return;
    }
    if (!is_number(message.destination.digits) || refused.contains(to)) {
      respond(esme, pdu, status::kInvalidDestination);
      return;
    }
    const std::uint64_t number = ++last_number_;
    const bool lost = undeliverable.contains(to);
    const std::string id =
        config_.awkward_receipts ? fmt::format("{:08X}", number) : fmt::format("{}", number);
    const bool first = config_.receipts_first;
    if (first) receipt(message, number, lost);
    respond(esme, pdu, status::kOk, MessageResponse{id, {}});
    if (!first) receipt(message, number, lost);
    if (!lost) take_part(message, to);
  }

  void take_part(const ShortMessage& message, const std::string& to) {
    Segment segment = segment_of(message);
    if (segment.total == 1) {
      reach(message.source.digits, to, decode(segment.data_coding, segment.octets));
      return;
    }
    const PartKey key{message.source.digits, to, segment.reference, segment.total};
    if (!incomplete_.contains(key)) {
      if (incomplete_order_.size() >= kMaxIncomplete) {
        incomplete_.erase(incomplete_order_.front());
        incomplete_order_.pop_front();
      }
      incomplete_order_.push_back(key);
    }
    std::map<std::uint8_t, std::string>& parts = incomplete_[key];
    parts[segment.index] = std::move(segment.octets);
    if (parts.size() < segment.total) return;
    std::string octets;
    for (const auto& [index, part] : parts) octets += part;
    incomplete_.erase(key);
    std::erase(incomplete_order_, key);
    reach(message.source.digits, to, decode(segment.data_coding, octets));
  }

  void reach(std::string from, std::string to, std::string text) {
    SmscMessage message{++last_message_, std::move(from), std::move(to), std::move(text),
                        config_.now()};
    phones_.add(message);
    if (hook) hook(message);
  }

  void receipt(const ShortMessage& message, std::uint64_t number, bool lost) {
    const std::uint8_t asked = message.registered_delivery & 0x03;  // 5.2.17
    if (asked == 0 || (asked == 2 && !lost)) return;
    const std::uint8_t state = lost ? kUndeliverable : kDelivered;
    const std::string id = fmt::format("{}", number);
    Delivery delivery;
    delivery.message.source = message.destination;
    delivery.message.destination = message.source;
    delivery.message.esm_class = kEsmReceipt;
    delivery.message.short_message = receipt_text(id, state, minutes_of(config_.now()));
    if (!config_.awkward_receipts) {
      delivery.message.tlvs = {Tlv{tag::kReceiptedMessageId, id + '\0'},
                               Tlv{tag::kMessageState, std::string(1, static_cast<char>(state))}};
    }
    if (config_.receipt_delay.count() > 0) {
      later(config_.receipt_delay, std::move(delivery));
    } else if (waiting_.size() < config_.queue_limit) {
      waiting_.push_back(std::move(delivery));
      if (config_.receipts_first) deliver();
    }
  }

  // ---- from phones, and receipts

  void deliver() {
    while (!waiting_.empty()) {
      if (waiting_.front().of && waiting_.front().of->failed) {
        waiting_.pop_front();
        continue;
      }
      const std::shared_ptr<Esme> esme = receiver();
      if (!esme) return;
      Delivery delivery = std::move(waiting_.front());
      waiting_.pop_front();
      esme->sequence = esme->sequence == kLastSequence ? 1 : esme->sequence + 1;
      append(esme->out, Pdu{command::kDeliverSm, 0, esme->sequence, delivery.message});
      esme->in_flight.emplace(esme->sequence, std::move(delivery));
      schedule_flush(esme);
    }
  }

  // Many deliveries leave in one write.
  void schedule_flush(const std::shared_ptr<Esme>& esme) {
    if (esme->out.size() > kReadSize) {
      flush(esme);
      return;
    }
    if (!dirty_.insert(esme).second || dirty_.size() > 1) return;
    asio::post(strand_, [self = shared_from_this()] {
      const std::set<std::shared_ptr<Esme>> dirty = std::exchange(self->dirty_, {});
      for (const auto& one : dirty) self->flush(one);
    });
  }

  std::shared_ptr<Esme> receiver() const {
    std::shared_ptr<Esme> best;
    for (const auto& esme : esmes_) {
      if (!esme->receives || esme->in_flight.size() >= config_.window) continue;
      if (!best || esme->in_flight.size() < best->in_flight.size()) best = esme;
    }
    return best;
  }

  void delivered(Esme& esme, const Pdu& pdu) {
    const auto found = esme.in_flight.find(pdu.sequence);
    if (found == esme.in_flight.end()) return;
    Delivery delivery = std::move(found->second);
    esme.in_flight.erase(found);
    const bool temporary = pdu.status == status::kTemporaryAppError ||
                           pdu.status == status::kMessageQueueFull ||
                           pdu.status == status::kThrottled || pdu.status == status::kSystemError;
    if (temporary && ++delivery.tries < config_.redeliver_tries) {
      later(config_.redeliver_wait, std::move(delivery));
    } else if (delivery.of) {
      settle(*delivery.of, pdu.status == status::kOk);
    }
  }

  void settle(FromPhone& of, bool good) {
    if (of.failed) return;
    of.failed = !good;
    if (of.left > 0) --of.left;
    if (good && of.left > 0) return;
    if (of.acknowledged) std::exchange(of.acknowledged, nullptr)(good);
  }

  void later(SmscConfig::Millis wait, Delivery delivery) {
    if (waiting_.size() + later_.size() >= config_.queue_limit && !delivery.of) return;
    later_.emplace(Steady::now() + wait, std::move(delivery));
    arm();
  }

  void arm() {
    if (later_.empty()) return;
    timer_.expires_at(later_.begin()->first);
    timer_.async_wait([self = shared_from_this()](error_code cancelled) {
      if (cancelled || self->closed_) return;
      const auto end = self->later_.upper_bound(Steady::now());
      for (auto at = self->later_.begin(); at != end; ++at) {
        self->waiting_.push_back(std::move(at->second));
      }
      self->later_.erase(self->later_.begin(), end);
      self->deliver();
      self->arm();
    });
  }

  SmscConfig config_;
  Strand strand_;
  tcp::acceptor acceptor_;
  const std::uint16_t port_;
  asio::steady_timer timer_;
  Phones phones_;
  std::atomic<std::size_t> bound_ = 0;
  bool closed_ = false;
  bool listening_ = true;
  std::set<std::shared_ptr<Esme>> esmes_;
  std::set<std::shared_ptr<Esme>> dirty_;
  std::deque<Delivery> waiting_;
  std::multimap<Steady::time_point, Delivery> later_;
  std::map<PartKey, std::map<std::uint8_t, std::string>> incomplete_;
  std::deque<PartKey> incomplete_order_;
  std::uint8_t reference_ = 0;
  std::uint64_t last_number_ = 1'000'000;
  std::int64_t last_message_ = 0;
};

Smsc::Smsc(asio::io_context& loop, SmscConfig config)
    : centre_(std::make_shared<Centre>(loop, std::move(config))) {
  centre_->on_strand([](Centre& centre) { centre.next_connection(); });
}
Smsc::~Smsc() {
  centre_->on_strand([](Centre& centre) { centre.shut(); });
}
std::uint16_t Smsc::port() const { return centre_->port(); }
std::string Smsc::address() const { return fmt::format("127.0.0.1:{}", port()); }
std::size_t Smsc::bound() const { return centre_->bound(); }
std::vector<Smsc::Message> Smsc::messages(std::string_view phone) const {
  return centre_->messages(phone);
}
void Smsc::send(std::string from, std::string to, std::string text,
                std::function<void(bool)> acknowledged) {
  centre_->on_strand([from = std::move(from), to = std::move(to), text = std::move(text),
                      acknowledged = std::move(acknowledged)](Centre& centre) mutable {
    centre.send(from, to, text, std::move(acknowledged));
  });
}
void Smsc::on_message(std::function<void(const Message&)> hook) {
  centre_->on_strand([hook = std::move(hook)](Centre& centre) { centre.hook = hook; });
}
void Smsc::throttle_next(int count, std::uint32_t status) {
  centre_->on_strand([count, status](Centre& centre) {
    centre.refusals = count;
    centre.refusal_status = status;
  });
}
void Smsc::refuse_destination(std::string_view phone, bool refuse) {
  centre_->on_strand([phone = with_plus(phone), refuse](Centre& centre) {
    refuse ? (void)centre.refused.insert(phone) : (void)centre.refused.erase(phone);
  });
}
void Smsc::undeliverable(std::string_view phone, bool undeliverable) {
  centre_->on_strand([phone = with_plus(phone), undeliverable](Centre& centre) {
    undeliverable ? (void)centre.undeliverable.insert(phone)
                  : (void)centre.undeliverable.erase(phone);
  });
}
void Smsc::drop_in_answer(int count) {
  centre_->on_strand([count](Centre& centre) { centre.drop_in = count; });
}
void Smsc::go_silent(bool silent) {
  centre_->on_strand([silent](Centre& centre) { centre.silent = silent; });
}
void Smsc::drop_connections() {
  centre_->on_strand([](Centre& centre) { centre.drop_connections(); });
}
void Smsc::accept(bool listening) {
  centre_->on_strand([listening](Centre& centre) { centre.set_listening(listening); });
}

}  // namespace mekenjai::edge::sms
