#include "edge/push/sender.hpp"

#include <openssl/ssl.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>

#include <atomic>
#include <deque>
#include <list>
#include <stdexcept>

#include "edge/push/connection.hpp"

namespace mekenjai::edge::push {
namespace {

namespace asio = boost::asio;

// Pushes that a worker sends before it makes room for an origin that has none.
constexpr int kTurn = 16;

// Pushes in a row to which an origin did not answer; what waits for it then goes back to the caller, instead of each
// waiting for the same silence.
constexpr int kPatience = 3;

std::string_view word(Urgency urgency) {
  static constexpr std::string_view kWords[] = {"very-low", "low", "normal", "high"};
  return kWords[static_cast<std::size_t>(urgency)];
}

bool is_topic(std::string_view topic) {
  const auto fits = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return topic.size() <= kMaxTopic && std::all_of(topic.begin(), topic.end(), fits);
}

Report without_answer(Fate fate, std::string trouble) { return Report{fate, 0, {}, std::move(trouble)}; }

asio::ssl::context make_tls(const std::string& roots_file) {
  asio::ssl::context tls(asio::ssl::context::tls_client);
  boost::system::error_code error;
  if (roots_file.empty()) {
    tls.set_default_verify_paths(error);
  } else {
    tls.load_verify_file(roots_file, error);
  }
  if (error) throw std::runtime_error("the roots for TLS cannot be read: " + error.message());
  tls.set_verify_mode(asio::ssl::verify_peer);
  if (SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION) != 1) {
    throw std::runtime_error("TLS 1.2 is not to be had");
  }
  return tls;
}

}  // namespace

/// All of it runs on the loop, but `send` and `stop` of the outside, which post to it.
class Sender::Inside : public std::enable_shared_from_this<Inside> {
 public:
  Inside(asio::io_context& loop, SenderConfig config, Vapid vapid, const base::Clock& clock)
      : loop_(loop),
        config_(std::move(config)),
        vapid_(std::move(vapid)),
        clock_(clock),
        tls_(make_tls(config_.roots_file)) {}

  bool send(Push push, Done done) {
    if (in_hand_.fetch_add(1) >= config_.queue_limit) {
      --in_hand_;
      return false;
    }
    asio::post(loop_, [self = shared_from_this(), order = Order{std::move(push), std::move(done)}]() mutable {
      self->take(std::move(order));
    });
    return true;
  }

  void stop(std::function<void()> stopped) {
    asio::post(loop_, [self = shared_from_this(), stopped = std::move(stopped)]() mutable {
      self->stopped_ = std::move(stopped);
      self->stopping_ = true;
      for (auto& [origin, lane] : self->lanes_) self->hand_back(lane, "the sender stops");
      self->cut();
      self->stop_if_idle();
    });
  }

  void abandon() {
    abandoned_ = stopping_ = true;
    lanes_.clear();
    cut();
  }

  std::size_t in_hand() const { return in_hand_; }

 private:
  struct Order {
    Push push;
    Done done;
  };
  /// What goes to one origin. It exists while something waits or somebody works.
  struct Lane {
    std::deque<Order> waiting;
    std::size_t workers = 0;
    int silences = 0;
  };
  /// Works off one lane, one connection at a time.
  struct Worker {
    std::string origin;
    std::unique_ptr<Connection> connection;
    int sent = 0;
  };
  using Place = std::list<Worker>::iterator;

  void take(Order order) {
    if (stopping_) return finish(order, without_answer(Fate::later, "the sender stops"));
    if (!is_topic(order.push.topic)) return finish(order, without_answer(Fate::refused, "the topic is none"));
    const std::string origin = order.push.endpoint.origin;
    Lane& lane = lanes_[origin];
    lane.waiting.push_back(std::move(order));
    if (lane.workers >= config_.connections_per_origin) return;
    if (workers_.size() < config_.connections) return hire(origin, lane);
    if (lane.workers == 0 && lane.waiting.size() == 1) unserved_.push_back(origin);
  }

  void hire(const std::string& origin, Lane& lane) {
    ++lane.workers;
    const Place place = workers_.insert(workers_.end(), Worker{origin, nullptr, 0});
    asio::co_spawn(loop_, work(shared_from_this(), place), asio::detached);
  }

  static asio::awaitable<void> work(std::shared_ptr<Inside> self, Place place) {
    while (auto order = self->next(*place)) {
      Report report;
      try {
        report = co_await self->deliver(*place, order->push);
      } catch (const std::exception& failure) {
        report = without_answer(Fate::later, failure.what());
      }
      self->mind_silence(*place, report);
      self->finish(*order, report);
    }
    self->leave(place);
  }

  /// The next of the worker's lane; nothing where it is empty, or where others have waited longer for a worker.
  std::optional<Order> next(Worker& worker) {
    const auto found = lanes_.find(worker.origin);
    if (stopping_ || found == lanes_.end() || found->second.waiting.empty()) return std::nullopt;
    if (!unserved_.empty() && worker.sent >= kTurn) return std::nullopt;
    ++worker.sent;
    Order order = std::move(found->second.waiting.front());
    found->second.waiting.pop_front();
    return order;
  }

  void leave(Place place) {
    const std::string origin = place->origin;
    workers_.erase(place);
    if (const auto found = lanes_.find(origin); found != lanes_.end()) {
      Lane& lane = found->second;
      --lane.workers;
      if (lane.workers == 0 && !lane.waiting.empty()) unserved_.push_back(origin);
      if (lane.workers == 0 && lane.waiting.empty()) lanes_.erase(found);
    }
    while (!unserved_.empty() && workers_.size() < config_.connections && !stopping_) {
      const auto found = lanes_.find(unserved_.front());
      const std::string waiting = std::exchange(unserved_.front(), {});
      unserved_.pop_front();
      if (found == lanes_.end() || found->second.workers > 0 || found->second.waiting.empty()) continue;
      hire(waiting, found->second);
    }
    stop_if_idle();
  }

  asio::awaitable<Report> deliver(Worker& worker, const Push& push) {
    const auto deadline = std::chrono::steady_clock::now() + config_.timeout;
    const base::Instant now = clock_.now();
    Post post;
    post.authorization = vapid_.authorization(push.endpoint.origin, now);
    post.body = encrypt(push.keys, text_of(push.note)).value();
    post.ttl = std::to_string(std::clamp<std::chrono::seconds>(push.ttl, std::chrono::seconds(0), kMaxTtl).count());
    post.urgency = word(push.urgency);
    post.topic = push.topic;
    const bool kept = worker.connection != nullptr && worker.connection->reusable();
    Answer answer = co_await attempt(worker, push.endpoint, post, deadline);
    // The other side may have closed a connection that was kept; a new one tells more.
    const bool once_more = kept && answer.status == 0 && !stopping_ && std::chrono::steady_clock::now() < deadline;
    if (once_more) answer = co_await attempt(worker, push.endpoint, post, deadline);
    if (answer.status != 0) co_return report_of(answer.status, answer.retry_after, now);
    co_return without_answer(answer.forbidden ? Fate::refused : Fate::later, answer.trouble);
  }

  asio::awaitable<Answer> attempt(Worker& worker, const Endpoint& endpoint, const Post& post, Deadline deadline) {
    if (!worker.connection || !worker.connection->reusable()) {
      worker.connection = std::make_unique<Connection>(loop_.get_executor(), tls_, config_);
      const auto unopened = co_await worker.connection->open(endpoint, deadline);
      if (unopened) co_return *unopened;
    }
    const Answer answer = co_await worker.connection->post(endpoint, post, deadline);
    co_return answer;
  }

  void mind_silence(const Worker& worker, const Report& report) {
    const auto found = lanes_.find(worker.origin);
    if (found == lanes_.end()) return;
    Lane& lane = found->second;
    lane.silences = report.status == 0 && report.fate == Fate::later ? lane.silences + 1 : 0;
    if (lane.silences >= kPatience) hand_back(lane, "the push service does not answer");
  }

  void hand_back(Lane& lane, const char* why) {
    for (Order& order : std::exchange(lane.waiting, {})) finish(order, without_answer(Fate::later, why));
  }

  void finish(Order& order, const Report& report) {
    --in_hand_;
    if (!abandoned_ && order.done) order.done(report);
  }

  void cut() {
    for (Worker& worker : workers_) {
      if (worker.connection) worker.connection->cut();
    }
  }

  void stop_if_idle() {
    if (stopping_ && workers_.empty() && stopped_) std::exchange(stopped_, {})();
  }

  asio::io_context& loop_;
  const SenderConfig config_;
  Vapid vapid_;
  const base::Clock& clock_;
  asio::ssl::context tls_;
  std::map<std::string, Lane> lanes_;  // by origin
  std::list<Worker> workers_;
  std::deque<std::string> unserved_;  // origins without a worker, since all connections are taken
  std::atomic<std::size_t> in_hand_{0};
  std::function<void()> stopped_;
  bool stopping_ = false, abandoned_ = false;
};

Sender::Sender(asio::io_context& loop, SenderConfig config, Vapid vapid, const base::Clock& clock)
    : inside_(std::make_shared<Inside>(loop, std::move(config), std::move(vapid), clock)) {}
Sender::~Sender() { inside_->abandon(); }

bool Sender::send(Push push, Done done) { return inside_->send(std::move(push), std::move(done)); }
std::size_t Sender::in_hand() const { return inside_->in_hand(); }
void Sender::stop(std::function<void()> stopped) { inside_->stop(std::move(stopped)); }

}  // namespace mekenjai::edge::push
