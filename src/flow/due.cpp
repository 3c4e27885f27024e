#include "flow/due.hpp"

#include <spdlog/spdlog.h>

#include <boost/json/object.hpp>

#include "flow/service_impl.hpp"

namespace mekenjai::flow {
namespace {

using domain::Status;
using store::millis;

constexpr int kAtOnce = 256;                          // applications a command
constexpr std::chrono::milliseconds kLongestNap{200};  // a commit elsewhere may have made something due earlier
constexpr std::chrono::seconds kHeartbeat{1};
constexpr std::string_view kAlive = "link_alive_at";

PersonCard card_of(Reader& reader, const Iin& iin) {
  PersonCard card;
  if (const auto record = reader.registers.person(iin); record.available()) card.record = *record;
  if (const auto phone = reader.registers.phone(iin); phone.available()) card.phone = *phone;
  return card;
}

/// An application on which something falls due, with what the step will need.
struct Due {
  store::ApplicationRow application;
  PersonCard applicant;
  std::optional<Gathered> gathered;
  std::optional<domain::Dwelling> dwelling;
};

Due prepare_due(Reader& reader, const store::ApplicationRow& application, Instant now, const policy::Editions& editions) {
  Due due{application, card_of(reader, application.applicant), std::nullopt, std::nullopt};
  if (application.status == Status::retrying || application.status == Status::on_hold) {
    due.gathered = prepare(reader, application, now, editions).gathered;
  } else if (application.status == Status::registered) {
    const auto dwelling = reader.registers.dwelling(application.rka);
    if (dwelling.available()) due.dwelling = *dwelling;
  }
  return due;
}

/// Row H2: ten days before its end the person is reminded; after its last day it has closed by itself.
void temporary(Step& step, const Due& due) {
  const Date until = *due.application.until;
  const Instant ends_at = base::start_of_day(base::add_days(until, 1));
  const bool ended = step.now() >= ends_at;
  step.ledger.happen(Actor::system, ended ? "ended" : "reminded", due.application.id, {{"ends_at", millis(ends_at)}},
                     {{due.application.applicant, ended ? "temporary_ended" : "temporary_ends_soon", {}}});
  if (!due.applicant.phone) return;
  const auto language = Notices::language_of(due.applicant);
  const domain::Dwelling dwelling = due.dwelling.value_or(domain::Dwelling{});
  step.ledger.sms(due.applicant.phone->number,
                  ended ? step.notices.ended(language, dwelling) : step.notices.ends_soon(language, dwelling, until),
                  ended ? "temporary_ended" : "temporary_ends_soon", step.now() + std::chrono::days{3});
}

/// A register has been silent for three working days: the applicant hears of it once.
void tell_of_long_wait(Step& step, const Due& due) {
  const auto application = step.ledger.cases().application(due.application.id);
  if (application->status != Status::retrying || application->long_told || !application->retry_since) return;
  const policy::Policy& policy = step.policy_of(*application);
  if (step.now() < base::add_working_days(*application->retry_since, policy.retry_message_working_days)) return;
  step.ledger.happen(Actor::system, "long_wait_told", application->id, {}, {{application->applicant, "long_wait", {}}});
  if (!due.applicant.phone) return;
  step.ledger.sms(due.applicant.phone->number,
                  step.notices.long_wait(Notices::language_of(due.applicant), application->number), "long_wait",
                  step.now() + std::chrono::days{3});
}

void act_on(Step& step, Due& due) {
  const auto application = step.ledger.cases().application(due.application.id);
  if (!application || application->status != due.application.status) return;  // something else came first
  switch (application->status) {
    case Status::waiting_for_consent:
      return expire(step, *application, due.applicant);
    case Status::retrying:
    case Status::on_hold:
      static_cast<void>(settle(step, *application, *due.gathered, false));
      return tell_of_long_wait(step, due);
    case Status::registered:
      return temporary(step, due);
    default:
      return;
  }
}

}  // namespace

void Scheduler::start() {
  thread_ = std::thread([this] { loop(); });
}

void Scheduler::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Scheduler::run(std::function<void()> step) {
  std::promise<void> finished;
  {
    const std::lock_guard lock(mutex_);
    steps_.push_back([&] {
      try {
        step();
        finished.set_value();
      } catch (...) {
        finished.set_exception(std::current_exception());
      }
    });
  }
  wake_.notify_all();
  finished.get_future().get();
}

void Scheduler::link_bound(bool bound) {
  {
    const std::lock_guard lock(mutex_);
    bound_ = bound;
    expiring_ = false;
    caught_up_ = !bound;
  }
  wake_.notify_all();
}

void Scheduler::note_alive(Ledger& ledger) {
  if (expiring_) ledger.remember(kAlive, std::to_string(millis(ledger.now())));
}

void Scheduler::after_outage() {
  // Row G3: the hour belongs to the owner; what we took of it we give back.
  const Instant now = engine_.clock().now();
  std::optional<Instant> alive;
  engine_.tell_and_wait([&](Step& step) {
    if (const auto kept = step.ledger.remembered(kAlive)) alive = store::instant(std::stoll(*kept));
  });
  if (alive && *alive < now) {
    std::string after;
    for (;;) {
      const auto ids = engine_.ask_and_wait<std::vector<std::string>>(
          [&](Reader& reader) { return reader.cases.waiting(after, kAtOnce); });
      if (ids.empty()) break;
      after = ids.back();
      engine_.tell_and_wait([&](Step& step) {
        for (const std::string& id : ids) {
          const auto application = step.ledger.cases().application(id);
          if (!application || application->status != Status::waiting_for_consent || !application->deadline) continue;
          const Instant asked = *application->deadline - std::chrono::seconds{step.policy_of(*application).consent_window_s};
          const auto outage = now - std::max(*alive, std::min(asked, now));
          const Instant earliest = now + std::chrono::seconds{step.policy_of(*application).link_bound_before_expiry_s};
          const Instant deadline = std::max(*application->deadline + std::max(outage, base::Millis{0}), earliest);
          if (deadline <= *application->deadline) continue;
          step.ledger.happen(Actor::system, "deadline_moved", id,
                             {{"deadline", millis(deadline)}, {"by_ms", (deadline - *application->deadline).count()}});
        }
      });
    }
  }
  engine_.tell_and_wait([&](Step& step) { step.ledger.remember(kAlive, std::to_string(millis(step.now()))); });
}

std::optional<Instant> Scheduler::next() {
  const bool expiring = expiring_;
  return engine_.ask_and_wait<std::optional<Instant>>([&](Reader& reader) { return reader.cases.next_due(expiring); });
}

void Scheduler::work_off() {
  for (;;) {
    const Instant now = engine_.clock().now();
    const bool expiring = expiring_;
    auto due = engine_.ask_and_wait<std::shared_ptr<std::vector<Due>>>([&](Reader& reader) {
      auto all = std::make_shared<std::vector<Due>>();
      for (const store::ApplicationRow& application : reader.cases.due(now, kAtOnce, expiring)) {
        all->push_back(prepare_due(reader, application, now, engine_.editions()));
      }
      return all;
    });
    if (due->empty()) return;
    engine_.tell_and_wait([due](Step& step) {
      for (Due& one : *due) act_on(step, one);
    });
  }
}

void Scheduler::loop() {
  auto last_beat = std::chrono::steady_clock::now();
  for (;;) {
    std::vector<std::function<void()>> steps;
    bool catch_up = false;
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, kLongestNap, [this] { return stopping_ || !steps_.empty() || !caught_up_; });
      if (stopping_ && steps_.empty()) return;
      steps.swap(steps_);
      catch_up = std::exchange(caught_up_, true) == false;
    }
    try {
      if (catch_up && bound_) {
        after_outage();
        const std::lock_guard lock(mutex_);
        expiring_ = bound_.load() && caught_up_;
      }
      for (const auto& step : steps) step();
      if (const auto due = next(); due && *due <= engine_.clock().now()) work_off();
      const auto beat = std::chrono::steady_clock::now();
      if (expiring_ && beat - last_beat >= kHeartbeat) {
        last_beat = beat;
        // Only while somebody's hour runs: an idle service writes nothing.
        const bool open = engine_.ask_and_wait<bool>([](Reader& reader) { return !reader.cases.waiting("", 1).empty(); });
        if (open) engine_.tell_and_wait([](Step&) {});
      }
    } catch (const std::exception& error) {
      spdlog::error("the scheduler goes on after: {}", error.what());
    }
  }
}

}  // namespace mekenjai::flow
