#include "outbox/push_outbox.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>

#include <future>

namespace mekenjai::outbox {
namespace {

using edge::push::Endpoint;
using edge::push::Fate;
using edge::push::Report;
using edge::push::SubscriptionKeys;
using store::PushKind;
using store::PushRow;

/// While the hours of consent stand still (row G3) a request is open beyond its deadline: it is
/// told at least so long.
constexpr std::chrono::minutes kLeastTtl{1};

/// An old push would only mislead: news that is days old, a question that is answered.
bool is_too_old(const PushRow& push, base::Instant now) {
  return push.kind == PushKind::consent ? !push.asked : push.valid_until <= now;
}

std::optional<edge::push::Push> push_of(const PushRow& row, const edge::push::EndpointRules& rules,
                                        base::Instant now) {
  const auto endpoint = Endpoint::parse(row.to.endpoint, rules);
  const auto keys = SubscriptionKeys::read(row.to.p256dh, row.to.auth);
  if (!endpoint || !keys) return std::nullopt;
  edge::push::Push push{*endpoint, *keys};
  const auto language = i18n::parse_language(row.to.language).value_or(i18n::Language::kk);
  push.note = flow::Notices::on_device(language, row.kind, row.to.door);
  push.ttl = std::chrono::ceil<std::chrono::seconds>(
      std::max<base::Millis>(row.valid_until - now, kLeastTtl));
  const bool asked = row.kind == PushKind::consent;
  push.urgency = asked ? edge::push::Urgency::high : edge::push::Urgency::normal;
  push.topic = asked ? "consent" : "news";
  return push;
}

std::chrono::milliseconds wait_of(const PushConfig& config, int attempts,
                                  std::chrono::seconds asked_for) {
  constexpr int kDoublings = 20;
  const auto doubled = config.retry_min * (1 << std::min(attempts, kDoublings));
  return std::max<std::chrono::milliseconds>(std::min(doubled, config.retry_max), asked_for);
}

}  // namespace

PushOutbox::PushOutbox(flow::Engine& engine, boost::asio::io_context& loop, PushConfig config,
                       edge::push::Vapid vapid, const base::Clock& machine)
    : engine_(engine),
      loop_(loop),
      config_(std::move(config)),
      machine_(machine),
      sender_(loop, config_.sender, std::move(vapid), machine),
      timer_(loop),
      reports_(
          engine, [this](flow::Step& step, const std::vector<Told>& told) { write(step, told); },
          [this](const std::vector<Told>& told, bool kept) { written(told, kept); }) {}

void PushOutbox::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  std::promise<void> stopped;
  sender_.stop([&] {
    timer_.cancel();
    stopped.set_value();
  });
  stopped.get_future().wait();
  reports_.flush();
}

void PushOutbox::written(const std::vector<Told>& told, bool kept) {
  {
    const std::lock_guard lock(mutex_);
    for (const Told& one : told) in_hand_.erase(one.push.id);
  }
  // A full disk is not to be pressed: what nobody could note is sent again after a while.
  kept ? look() : look_at(machine_.now() + config_.retry_min);
}

void PushOutbox::look() {
  Ids before;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    if (std::exchange(looking_, true)) {
      once_more_ = true;
      return;
    }
    before = in_hand_;
  }
  engine_.ask([this, before = std::move(before)](flow::Reader& reader) {
    try {
      read(reader, before);
    } catch (...) {
      flow::internal_problem(std::current_exception());
      look_at(machine_.now() + config_.retry_min);
    }
    looked();
  });
}

void PushOutbox::looked() {
  {
    const std::lock_guard lock(mutex_);
    looking_ = false;
    if (!std::exchange(once_more_, false)) return;
  }
  look();
}

void PushOutbox::read(flow::Reader& reader, const Ids& before) {
  const base::Instant at = machine_.now();
  auto due = reader.subscriptions.due(at, config_.in_hand);
  const auto next = reader.subscriptions.next_due(at);
  figures_.waiting = reader.subscriptions.waiting();
  hand_over(std::move(due), before);
  if (next) look_at(*next);
}

void PushOutbox::hand_over(std::vector<PushRow> due, const Ids& before) {
  for (const PushRow& push : due) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_ || in_hand_.size() >= config_.in_hand) return;
      // What was on its way when we began to read may have been reported since: its row is not what
      // it was.
      if (before.contains(push.id) || !in_hand_.insert(push.id).second) continue;
    }
    send(push);
  }
}

void PushOutbox::send(const PushRow& push) {
  const base::Instant now = engine_.clock().now();
  if (is_too_old(push, now)) {
    ++figures_.expired;
    return keep(push, {Fate::refused, 0, {}, "too old"});
  }
  auto order = push_of(push, config_.rules, now);
  if (!order) return told(push, {Fate::refused, 0, {}, "its address is none any more"});
  const bool taken = sender_.send(*std::move(order), [this, push](const Report& report) {
    if (!cut_by_us(report)) told(push, report);
  });
  if (!taken) told(push, {Fate::later, 0, {}, "too many are on their way"});
}

/// What our own end has cut stays as it is: the next start sends it at once.
bool PushOutbox::cut_by_us(const Report& report) {
  const std::lock_guard lock(mutex_);
  return stopping_ && report.fate == Fate::later && report.status == 0;
}

void PushOutbox::told(const PushRow& push, const Report& report) {
  std::atomic<std::uint64_t>* const figures[] = {&figures_.taken, &figures_.gone, &figures_.put_off,
                                                 &figures_.refused};
  ++*figures[static_cast<std::size_t>(report.fate)];
  if (report.fate == Fate::refused) spdlog::warn("a push was refused: {}", report.trouble);
  keep(push, report);
}

void PushOutbox::keep(const PushRow& push, const Report& report) {
  reports_.add([&](std::vector<Told>& waiting) { waiting.push_back({push, report}); });
}

void PushOutbox::write(flow::Step& step, const std::vector<Told>& told) {
  store::Subscriptions& all = step.ledger.subscriptions();
  for (const auto& [push, report] : told) {
    switch (report.fate) {
      case Fate::taken:
        all.taken(push, step.now());
        break;
      case Fate::gone:
        all.gone(push);
        break;
      case Fate::refused:
        all.dropped(push);
        break;
      case Fate::later:
        all.later(push, machine_.now() + wait_of(config_, push.attempts, report.retry_after));
        break;
    }
  }
}

void PushOutbox::look_at(base::Instant next) {
  const auto left = std::max<base::Millis>(next - machine_.now(), base::Millis{1});
  boost::asio::post(loop_, [this, left] {
    timer_.expires_after(left);
    timer_.async_wait([this](boost::system::error_code error) {
      if (!error) look();
    });
  });
}

}  // namespace mekenjai::outbox
