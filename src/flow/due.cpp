#include "flow/due.hpp"

#include <spdlog/spdlog.h>

#include <boost/json/object.hpp>

#include "base/mask.hpp"

#include "flow/service_impl.hpp"

namespace mekenjai::flow {

/// An application on which something falls due, with what the step will need.
struct Due {
  store::ApplicationRow application;
  PersonCard applicant;
  std::optional<Gathered> gathered;
  std::optional<domain::Dwelling> dwelling;
  /// Whom the end of a temporary registration concerns: the applicant and those registered.
  std::vector<std::pair<Iin, PersonCard>> people{};
};

namespace {

using domain::Status;
using store::millis;

constexpr int kAtOnce = 256;                          // applications a command
constexpr std::chrono::milliseconds kLongestNap{200};  // a commit elsewhere may have made something due earlier
constexpr std::chrono::seconds kHeartbeat{1};
constexpr std::chrono::seconds kAfterFailure{1};
constexpr std::chrono::minutes kPutAside{5};
constexpr std::string_view kAlive = "link_alive_at";
constexpr std::string_view kCaughtUp = "link_caught_up";  // how far an interrupted round after an outage came

PersonCard card_of(Reader& reader, const Iin& iin) {
  PersonCard card;
  if (const auto record = reader.registers.person(iin); record.available()) card.record = *record;
  if (const auto phone = reader.registers.phone(iin); phone.available()) card.phone = *phone;
  return card;
}

Due prepare_due(Reader& reader, const store::ApplicationRow& application, Instant now, const policy::Editions& editions) {
  Due due{application, card_of(reader, application.applicant), std::nullopt, std::nullopt};
  if (application.status == Status::retrying || application.status == Status::on_hold) {
    due.gathered = prepare(reader, application, now, editions).gathered;
  } else if (application.status == Status::registered) {
    const auto dwelling = reader.registers.dwelling(application.rka);
    if (dwelling.available()) due.dwelling = *dwelling;
    due.people.emplace_back(application.applicant, due.applicant);
    for (const store::RegistrantRow& registrant : reader.cases.registrants(application.id)) {
      if (registrant.iin != application.applicant) due.people.emplace_back(registrant.iin, card_of(reader, registrant.iin));
    }
  }
  return due;
}

/// Row H2: ten days before its end the person is reminded; after its last day it has closed by itself.
void temporary(Step& step, const Due& due) {
  const Date until = *due.application.until;
  const Instant ends_at = base::start_of_day(base::add_days(until, 1));
  const bool ended = step.now() >= ends_at;
  const std::string kind = ended ? "temporary_ended" : "temporary_ends_soon";
  std::vector<Note> notes;
  for (const auto& [iin, card] : due.people) notes.push_back({iin, kind, {}});
  step.ledger.happen(Actor::system, ended ? "ended" : "reminded", due.application.id, {{"ends_at", millis(ends_at)}}, notes);
  const domain::Dwelling dwelling = due.dwelling.value_or(domain::Dwelling{});
  for (const auto& [iin, card] : due.people) {
    if (!card.phone) continue;
    const auto language = Notices::language_of(card);
    step.ledger.sms(card.phone->number,
                    ended ? step.notices.ended(language, dwelling) : step.notices.ends_soon(language, dwelling, until), kind,
                    step.now() + std::chrono::days{3});
  }
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

/// Row G3: the hour of one application is longer by what an outage that began at `alive` took of it.
void give_back(Step& step, const std::string& id, Instant alive, Instant now) {
  Ledger& ledger = step.ledger;
  const auto application = ledger.cases().application(id);
  if (!application || application->status != Status::waiting_for_consent || !application->deadline) return;
  const policy::Policy& policy = step.policy_of(*application);
  const Instant asked = *application->deadline - std::chrono::seconds{policy.consent_window_s};
  const auto outage = std::max(now - std::max(alive, asked), base::Millis{0});
  const Instant earliest = now + std::chrono::seconds{policy.link_bound_before_expiry_s};
  const Instant deadline = std::max(*application->deadline + outage, earliest);
  if (deadline <= *application->deadline) return;
  ledger.happen(Actor::system, "deadline_moved", id,
                {{"deadline", millis(deadline)}, {"by_ms", (deadline - *application->deadline).count()}});
  // A request that the outage kept from going out names the hour it now has.
  const auto card = [&](const Iin& iin) {
    PersonCard card;
    if (const auto record = ledger.registers().person(iin); record.available()) card.record = *record;
    return card;
  };
  for (const store::ConsentRow& consent : ledger.cases().consents_of_application(id)) {
    if (consent.status != domain::ConsentStatus::pending) continue;
    ledger.subscriptions().prolong(consent.iin, deadline);
    if (!ledger.still_to_send(consent.id)) continue;
    std::string text;
    const auto dwelling = ledger.registers().dwelling(application->rka);
    const PersonCard applicant = card(application->applicant);
    if (dwelling.available() && *dwelling && applicant.record) {
      const int others = static_cast<int>(ledger.cases().registrants(id).size()) - 1;
      text = step.notices.consent_request(Notices::language_of(card(consent.iin)),
                                          base::mask_name(applicant.record->given_name, applicant.record->surname), others,
                                          **dwelling, application->until, deadline, consent.reference);
    }
    ledger.renew_sms(consent.id, text, deadline);
  }
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
    hours_.let_hours_run(false);
    caught_up_ = !bound;
    catch_up_at_ = {};
  }
  wake_.notify_all();
}

void Scheduler::note_alive(Ledger& ledger) {
  if (hours_.hours_run()) ledger.remember(kAlive, std::to_string(millis(ledger.now())));
}

bool Scheduler::stopping() {
  const std::lock_guard lock(mutex_);
  return stopping_;
}

/// Row G3: the hour belongs to the owner; what we took of it we give back. False where it was left half done.
bool Scheduler::after_outage() {
  const Instant now = engine_.clock().now();
  Instant alive{};  // a link that was never bound took the whole hour
  Instant half_at{};
  std::string half_to;
  engine_.tell_and_wait([&](Step& step) {
    if (const auto kept = step.ledger.remembered(kAlive)) alive = store::instant(std::stoll(*kept));
    const std::string half = step.ledger.remembered(kCaughtUp).value_or("");
    if (const std::size_t space = half.find(' '); space != std::string::npos) {
      half_at = store::instant(std::stoll(half.substr(0, space)));
      half_to = half.substr(space + 1);
    }
  });
  std::string after;
  for (;;) {
    if (stopping() || !bound_) return false;
    const auto ids = engine_.ask_and_wait<std::vector<std::string>>(
        [&](Reader& reader) { return reader.cases.waiting(after, kAtOnce); });
    if (ids.empty()) break;
    after = ids.back();
    engine_.tell_and_wait([&](Step& step) {
      // Who was given his time back by a round that was interrupted lost since then only what came after it.
      for (const std::string& id : ids) give_back(step, id, id <= half_to ? std::max(alive, half_at) : alive, now);
      step.ledger.remember(kCaughtUp, fmt::format("{} {}", millis(now), std::max(after, half_to)));
    });
  }
  engine_.tell_and_wait([&](Step& step) {
    step.ledger.remember(kAlive, std::to_string(millis(now)));
    step.ledger.remember(kCaughtUp, "");
  });
  return true;
}

void Scheduler::catch_up() {
  bool done = false;
  try {
    done = after_outage();
  } catch (const std::exception& error) {
    spdlog::error("the hours of consent stand still: {}", error.what());
  }
  const std::lock_guard lock(mutex_);
  if (done) {
    hours_.let_hours_run(bound_.load() && caught_up_);
  } else if (bound_) {
    caught_up_ = false;
    catch_up_at_ = std::chrono::steady_clock::now() + kAfterFailure;
  }
}

std::optional<Instant> Scheduler::next() {
  const bool waiting = hours_.hours_run();
  const auto next = engine_.ask_and_wait<std::optional<Instant>>([&](Reader& reader) { return reader.cases.next_due(waiting); });
  const auto check = checks_.next();
  return !next || (check && *check < *next) ? check : next;
}

void Scheduler::work_off() {
  do_due();
  checks_.wait();
}

void Scheduler::do_due() {
  checks_.start_due();
  while (!stopping()) {
    const Instant now = engine_.clock().now();
    const bool waiting = hours_.hours_run();
    auto due = engine_.ask_and_wait<std::shared_ptr<std::vector<Due>>>([&](Reader& reader) {
      auto all = std::make_shared<std::vector<Due>>();
      for (const store::ApplicationRow& application : reader.cases.due(now, kAtOnce, waiting)) {
        all->push_back(prepare_due(reader, application, now, engine_.editions()));
      }
      return all;
    });
    if (due->empty()) return;
    try {
      engine_.tell_and_wait([due](Step& step) {
        for (Due& one : *due) act_on(step, one);
      });
    } catch (const std::exception& error) {
      spdlog::error("due applications are taken one by one after: {}", error.what());
      one_by_one(*due);
    }
  }
}

/// One application that cannot be worked on must not hold up all others.
void Scheduler::one_by_one(std::vector<Due>& due) {
  for (Due& one : due) {
    try {
      engine_.tell_and_wait([&](Step& step) { act_on(step, one); });
    } catch (const std::exception& error) {
      spdlog::error("application {} is put aside: {}", one.application.number, error.what());
      engine_.tell_and_wait([&](Step& step) { step.ledger.postpone(one.application.id, step.now() + kPutAside); });
    }
  }
}

void Scheduler::loop() {
  auto last_beat = std::chrono::steady_clock::now();
  for (;;) {
    std::vector<std::function<void()>> steps;
    bool must_catch_up = false;
    {
      std::unique_lock lock(mutex_);
      const auto behind = [this] { return !caught_up_ && std::chrono::steady_clock::now() >= catch_up_at_; };
      wake_.wait_for(lock, kLongestNap, [&] { return stopping_ || !steps_.empty() || behind(); });
      if (stopping_ && steps_.empty()) return;
      steps.swap(steps_);
      if ((must_catch_up = behind())) caught_up_ = true;
    }
    try {
      if (must_catch_up && bound_) catch_up();
      for (const auto& step : steps) step();
      if (const auto due = next(); due && *due <= engine_.clock().now()) do_due();
      const auto beat = std::chrono::steady_clock::now();
      if (hours_.hours_run() && beat - last_beat >= kHeartbeat) {
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
