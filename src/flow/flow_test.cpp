// The life of applications over a real store: hours, outages, answers, retries, and the state as a fold of the journal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iostream>

#include "flow/house.hpp"
#include "flow/rebuilt.hpp"

namespace mekenjai::flow {
namespace {

using domain::ConsentStatus;
using domain::Status;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr std::chrono::hours kHour{1};

class Flow : public ::testing::Test {
 protected:
  Flow() {
    house.open();
    house.bind();
  }
  House house{8};
};

// --- the hour ---------------------------------------------------------------------------------------------------

TEST_F(Flow, TheHourEndsExactlyAtItsDeadline) {
  const std::string id = house.apply(House::applicant(0), 0);
  const Instant asked = house.clock.now();
  ASSERT_EQ(house.status(id), Status::waiting_for_consent);
  EXPECT_EQ(house.application(id).deadline, asked + kHour);
  EXPECT_EQ(house.scheduler->next(), asked + kHour);

  house.clock.move_to(asked + kHour - 1ms);
  house.work_off();
  EXPECT_EQ(house.status(id), Status::waiting_for_consent);
  house.clock.move_to(asked + kHour);
  house.work_off();
  EXPECT_EQ(house.status(id), Status::rejected);
  EXPECT_EQ(house.events(id).back().at, asked + kHour);
  EXPECT_EQ(house.consents(id).front().status, ConsentStatus::expired);
}

TEST_F(Flow, AnAnswerCountsUpToTheDeadlineAndNotAtIt) {
  const std::string early = house.apply(House::applicant(0), 0), late = house.apply(House::applicant(1), 1);
  const Instant asked = house.clock.now();
  // Neither is given time to expire by itself in between: the link stays bound, so the hour runs.
  house.clock.move_to(asked + kHour - 1ms);
  house.answer(1, early, 1);
  EXPECT_EQ(house.status(early), Status::registered);
  house.clock.move_to(asked + kHour);
  house.answer(3, late, 1);
  house.work_off();
  EXPECT_EQ(house.status(late), Status::rejected);
}

TEST_F(Flow, AfterARestartTheHourIsLongerByTheOutageAndEndsExactly) {
  const std::string id = house.apply(House::applicant(0), 0);
  const Instant asked = house.clock.now();
  house.clock.advance(20min);
  house.engine->tell_and_wait([](Step&) {});  // the last commit: so far we were alive
  house.close();
  house.clock.advance(50min);  // the deadline passes while nobody can answer
  house.open();
  house.work_off();
  EXPECT_EQ(house.status(id), Status::waiting_for_consent) << "nothing expires before the link is bound";
  house.bind();
  const Instant deadline = asked + kHour + 50min;
  EXPECT_EQ(house.application(id).deadline, deadline);
  EXPECT_EQ(house.consents(id).front().deadline, deadline);
  EXPECT_THAT(house.event_types(id), Contains("deadline_moved"));
  house.clock.move_to(deadline - 1ms);
  house.work_off();
  EXPECT_EQ(house.status(id), Status::waiting_for_consent);
  house.clock.move_to(deadline);
  house.work_off();
  EXPECT_EQ(house.status(id), Status::rejected);
}

TEST_F(Flow, AfterARestartNothingEndsWithinSixtySeconds) {
  const std::string id = house.apply(House::applicant(0), 0);
  const Instant asked = house.clock.now();
  house.clock.advance(kHour - 10s);
  house.engine->tell_and_wait([](Step&) {});
  house.reopen();
  house.bind();
  EXPECT_EQ(house.application(id).deadline, asked + kHour - 10s + 60s);
}

TEST_F(Flow, ALinkThatWasNeverBoundTookTheWholeHour) {
  House fresh(1);
  fresh.open();
  const std::string id = fresh.apply(House::applicant(0), 0);
  const Instant asked = fresh.clock.now();
  fresh.clock.advance(2 * kHour);
  fresh.work_off();
  EXPECT_EQ(fresh.status(id), Status::waiting_for_consent);
  fresh.bind();
  EXPECT_EQ(fresh.application(id).deadline, asked + 3 * kHour);
}

TEST_F(Flow, TwoOutagesInOneHourAreBothGivenBack) {
  const std::string id = house.apply(House::applicant(0), 0);
  const Instant asked = house.clock.now();
  for (int i = 0; i < 2; ++i) {
    house.clock.advance(10min);
    house.engine->tell_and_wait([](Step&) {});
    house.scheduler->link_bound(false);
    house.clock.advance(15min);
    house.bind();
  }
  EXPECT_EQ(house.application(id).deadline, asked + kHour + 30min);
}

TEST_F(Flow, AnAnswerThatWaitedThroughTheOutageCounts) {
  const std::string by_sms = house.apply(House::applicant(0), 0);
  house.clock.advance(10min);
  house.engine->tell_and_wait([](Step&) {});
  house.scheduler->link_bound(false);
  house.clock.advance(3 * kHour);
  // The SMS centre delivers the moment the link is bound, before the deadlines have been moved.
  house.answer(1, by_sms, 1);
  EXPECT_EQ(house.status(by_sms), Status::registered);
  EXPECT_THAT(house.sms_to(1).back().text, ::testing::Not(HasSubstr("истек")));
}

TEST_F(Flow, ARequestThatDidNotGoOutNamesItsNewDeadline) {
  const std::string id = house.apply(House::applicant(0), 0);
  ASSERT_EQ(house.sms_to(1).size(), 1U);
  EXPECT_THAT(house.sms_to(1).front().text, HasSubstr("11:00"));
  house.engine->tell_and_wait([](Step&) {});
  house.scheduler->link_bound(false);
  house.clock.advance(90min);
  house.bind();
  ASSERT_EQ(house.sms_to(1).size(), 2U);
  const QueuedSms renewed = house.sms_to(1).back();
  EXPECT_EQ(renewed.id, house.sms_to(1).front().id) << "the same row, not a second SMS";
  EXPECT_THAT(renewed.text, HasSubstr("12:30"));
  EXPECT_EQ(renewed.valid_until, *house.application(id).deadline);
  EXPECT_EQ(house.number("SELECT count(*) FROM outbox WHERE kind='consent_request'"), 1);
}

TEST_F(Flow, AnInterruptedCatchingUpGivesNobodyHisTimeTwice) {
  const std::string id = house.apply(House::applicant(0), 0);
  const Instant asked = house.clock.now();
  house.clock.advance(10min);
  house.engine->tell_and_wait([](Step&) {});
  const Instant alive = house.clock.now();
  house.scheduler->link_bound(false);
  house.clock.advance(30min);
  house.bind();
  // As a crash right after the last chunk left it: moved, and the round not yet noted as done.
  house.engine->tell_and_wait([&](Step& step) {
    step.ledger.remember("link_alive_at", std::to_string(store::millis(alive)));
    step.ledger.remember("link_caught_up", fmt::format("{} {}", store::millis(house.clock.now()), id));
  });
  house.scheduler->link_bound(false);
  // bound is false now, so the commit above was the last to tell that we were alive
  house.engine->tell_and_wait([&](Step& step) { step.ledger.remember("link_alive_at", std::to_string(store::millis(alive))); });
  house.clock.advance(5min);
  house.bind();
  EXPECT_EQ(house.application(id).deadline, asked + kHour + 35min);
}

// --- many -------------------------------------------------------------------------------------------------------

TEST(FlowOfMany, AllHoursEndAtOnce) {
  const char* wanted = std::getenv("MEKENJAI_MANY");
  const int many = wanted == nullptr ? 1'500 : std::atoi(wanted);
  House house(many);
  house.open();
  house.bind();
  const std::vector<std::string> ids = house.drafts(many);
  for (int i = 0; i < many; i += 250) {
    auto ready = house.engine->ask_and_wait<std::vector<Prepared>>([&](Reader& reader) {
      std::vector<Prepared> all;
      for (int k = i; k < std::min(many, i + 250); ++k) {
        all.push_back(prepare(reader, *reader.cases.application(ids[static_cast<std::size_t>(k)]), house.clock.now(), house.engine->editions()));
      }
      return all;
    });
    house.engine->tell_and_wait([&](Step& step) {
      for (Prepared& one : ready) house.sign_in(step, one.application.id, one);
    });
  }
  ASSERT_EQ(house.number("SELECT count(*) FROM applications WHERE status=2"), many);
  const std::size_t before = house.sms_sent();

  auto start = std::chrono::steady_clock::now();
  const auto seconds = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  house.close();
  house.clock.advance(5min);
  house.open();
  const double opened = seconds();
  house.bind();
  const double bound = seconds();
  house.clock.advance(kHour);
  start = std::chrono::steady_clock::now();
  house.work_off();
  std::cout << fmt::format("{} open requests: opened in {:.3f} s, hours given back after {:.3f} s, all ended in {:.3f} s\n", many,
                           opened, bound, seconds());
  EXPECT_EQ(house.number("SELECT count(*) FROM applications WHERE status=6"), many);
  EXPECT_EQ(house.sms_sent() - before, static_cast<std::size_t>(2 * many)) << "renewed requests and refusals";
}

TEST_F(Flow, OneApplicationThatCannotBeWorkedOnHoldsUpNobody) {
  const std::string bad = house.apply(House::applicant(0), 0), good = house.apply(House::applicant(1), 1);
  house.engine->tell_and_wait([&](Step& step) {
    auto spoil = step.ledger.database().prepare("UPDATE applications SET decision='not JSON' WHERE id=?");
    spoil.with(bad).run();
  });
  house.clock.advance(kHour);
  house.work_off();
  EXPECT_EQ(house.status(good), Status::rejected);
  EXPECT_EQ(house.status(bad), Status::waiting_for_consent) << "put aside, looked at again in five minutes";
  EXPECT_GT(house.scheduler->next(), house.clock.now());
}

// --- answers ----------------------------------------------------------------------------------------------------

TEST_F(Flow, AnAnswerCountsOnceHoweverOftenItComes) {
  const std::string id = house.apply(House::applicant(0), 0);
  const std::string reference = house.consents(id).front().reference;
  std::vector<std::promise<bool>> stored(8);
  for (auto& one : stored) house.desk->received(House::phone(1), "R 1 " + reference, [&one](bool kept) { one.set_value(kept); });
  for (auto& one : stored) EXPECT_TRUE(one.get_future().get());
  house.receive(1, "R 2 " + reference);
  EXPECT_THAT(house.event_types(id), ElementsAre("drafted", "signed", "consents_requested", "consent_granted", "registered"));
  EXPECT_EQ(house.number("SELECT count(*) FROM reg_residence WHERE entry>0"), 1);
  EXPECT_EQ(house.status(id), Status::registered);
}

TEST_F(Flow, AStrangersAnswerChangesNothing) {
  const std::string id = house.apply(House::applicant(0), 0);
  house.receive(2, "R 1 " + house.consents(id).front().reference);
  EXPECT_EQ(house.status(id), Status::waiting_for_consent);
  EXPECT_EQ(house.consents(id).front().status, ConsentStatus::pending);
}

TEST_F(Flow, ConsentsAreGoodForADayAndThenAskedAnew) {
  const std::string id = house.apply(House::applicant(0), 0);
  house.switches.set(rules::Register::residences, true);
  house.answer(1, id, 1);
  EXPECT_EQ(house.status(id), Status::retrying);
  house.clock.advance(23h);
  house.work_off();
  EXPECT_EQ(house.status(id), Status::retrying);
  house.clock.advance(2h);
  house.switches.set(rules::Register::residences, false);
  house.work_off();
  ASSERT_EQ(house.status(id), Status::waiting_for_consent) << "the day is over";
  int pending = 0, expired = 0;
  std::string reference;
  for (const auto& consent : house.consents(id)) {
    pending += consent.status == ConsentStatus::pending;
    expired += consent.status == ConsentStatus::expired;
    if (consent.status == ConsentStatus::pending) reference = consent.reference;
  }
  EXPECT_EQ(pending, 1);
  EXPECT_EQ(expired, 1) << "the old yes is no yes any more";
  house.receive(1, "R 1 " + reference);
  EXPECT_EQ(house.status(id), Status::registered);
}

// --- retries ----------------------------------------------------------------------------------------------------

TEST_F(Flow, RepeatedAttemptsCostNoRecordUntilTheReasonIsNew) {
  house.switches.set(rules::Register::rights, true);
  const std::string id = house.apply(House::applicant(0), 0);
  const Instant start = house.clock.now();
  ASSERT_EQ(house.status(id), Status::retrying);
  EXPECT_EQ(house.scheduler->next(), start + 60s);
  for (int i = 0; i < 5; ++i) {
    house.clock.move_to(*house.scheduler->next());
    house.work_off();
  }
  EXPECT_EQ(house.scheduler->next(), start + 60s + 5 * 300s);
  EXPECT_THAT(house.event_types(id), ElementsAre("drafted", "signed", "retrying"));
  house.switches.set(rules::Register::persons, true);
  house.clock.move_to(*house.scheduler->next());
  house.work_off();
  EXPECT_THAT(house.event_types(id), ElementsAre("drafted", "signed", "retrying", "retrying"));
  house.switches.set(rules::Register::rights, false);
  house.switches.set(rules::Register::persons, false);
  house.clock.move_to(*house.scheduler->next());
  house.work_off();
  EXPECT_EQ(house.status(id), Status::waiting_for_consent);
  EXPECT_EQ(house.application(id).deadline, house.clock.now() + kHour) << "the hour starts when the owner is asked";
}

TEST_F(Flow, ALongSilenceIsToldOnce) {
  house.switches.set(rules::Register::rights, true);
  const std::string id = house.apply(House::applicant(0), 0);  // a Monday
  house.clock.advance(std::chrono::days{3} + 6h);
  house.work_off();
  house.clock.advance(std::chrono::days{1});
  house.work_off();
  EXPECT_EQ(std::ranges::count(house.event_types(id), "long_wait_told"), 1);
}

// --- the writer's commands ---------------------------------------------------------------------------------------

TEST_F(Flow, ACommandThatThrowsUndoesItselfAndItsSms) {
  const std::size_t sent = house.sms_sent();
  const std::string before = house.draft(House::applicant(1), 1);
  const std::int64_t records = house.number("SELECT count(*) FROM journal");
  std::vector<std::future<bool>> answers;
  const auto order = [&](Engine::Order what) {
    auto told = std::make_shared<std::promise<bool>>();
    answers.push_back(told->get_future());
    house.engine->tell(std::move(what), [told](std::exception_ptr failure) { told->set_value(!failure); });
  };
  const auto speak = [&](int to) {
    return [&, to](Step& step) {
      step.ledger.happen(Actor::applicant, "withdrawn", before, {}, {{House::owner(to), "consent_withdrawn", {}}});
      step.ledger.sms(House::phone(to), "text", "help", step.now() + 1h);
    };
  };
  // The first one holds the writer until all others wait: they become one batch.
  std::promise<void> queued;
  auto all_queued = queued.get_future().share();
  order([all_queued](Step&) { all_queued.wait(); });
  order(speak(1));
  order([&](Step& step) {
    speak(2)(step);
    throw std::runtime_error("a fault of ours");
  });
  order(speak(3));
  queued.set_value();
  std::vector<bool> told;
  for (auto& answer : answers) told.push_back(answer.get());
  EXPECT_EQ(told, (std::vector<bool>{true, true, false, true}));
  EXPECT_EQ(house.sms_sent() - sent, 2U);
  EXPECT_TRUE(house.sms_to(2).empty());
  EXPECT_EQ(house.number("SELECT count(*) FROM journal") - records, 2);
  EXPECT_EQ(house.number("SELECT count(*) FROM outbox WHERE kind='help'"), 2);
  house.close();
  store::sqlite::Database database(house.file(), store::sqlite::Access::read_only);
  EXPECT_FALSE(store::verify_journal(database).bad) << "the chain goes on from what was kept";
  house.open();
}

// --- the state is a fold of the journal -------------------------------------------------------------------------

/// One case of every ending, some of them open.
void live_a_day(House& house) {
  const Date until = base::add_days(base::civil_date(house.clock.now()), 60);
  house.apply(House::owner(0), 0);                                        // his own home
  const std::string granted = house.apply(House::applicant(1), 1);
  house.answer(3, granted, 1);
  const std::string temporary = house.apply(House::applicant(1), 2, until);
  house.answer(5, temporary, 1);
  const std::string again = house.apply(House::applicant(1), 2);          // moves on: the former one closes
  house.answer(5, again, 1);
  const std::string refused = house.apply(House::applicant(2), 2);
  house.answer(5, refused, 2);
  const std::string fraud = house.apply(House::applicant(3), 3);
  house.answer(7, fraud, 3);
  house.apply(House::applicant(3), 3);                                    // on hold
  const std::string taken_back = house.apply(House::applicant(4), 4);
  Prepared ready = house.prepared(taken_back);
  house.engine->tell_and_wait([&](Step& step) { static_cast<void>(withdraw(step, House::applicant(4), taken_back, ready.gathered)); });
  house.draft(House::applicant(4), 5);
  house.apply(House::applicant(5), 5);                                    // expires below
  house.clock.advance(30min);
  house.engine->tell_and_wait([](Step&) {});
  house.scheduler->link_bound(false);
  house.clock.advance(7min);
  house.bind();
  house.clock.advance(40min);
  house.work_off();
  house.switches.set(rules::Register::rights, true);
  house.apply(House::applicant(6), 6);                                    // put off, twice
  house.clock.advance(60s);
  house.work_off();
  house.switches.set(rules::Register::rights, false);
  house.apply(House::applicant(7), 7);                                    // waits
}

TEST_F(Flow, TheStateIsWhatTheJournalMakesOfIt) {
  live_a_day(house);
  house.close();
  store::sqlite::Database database(house.file(), store::sqlite::Access::read_write);
  const auto before = dump(database);
  for (const char* table : kStateTables) EXPECT_FALSE(before.at(table).empty()) << table;
  rebuild(house.file());
  const auto after = dump(database);
  for (const char* table : kStateTables) EXPECT_EQ(before.at(table), after.at(table)) << table;
}

TEST_F(Flow, AnErasedPersonIsGoneFromARebuiltStateAndTheChainIsWhole) {
  live_a_day(house);
  house.close();
  {
    store::sqlite::Database database(house.file(), store::sqlite::Access::read_write);
    const store::Verification found = store::verify_journal(database);
    database.prepare("DELETE FROM identities WHERE iin=?").with(store::number_of(House::applicant(2))).run();
    rebuild(house.file());
    EXPECT_FALSE(store::verify_journal(database).bad);
    EXPECT_EQ(store::verify_journal(database).head.hash, found.head.hash);
    const std::string iin = House::applicant(2).str();
    for (const auto& [table, rows] : dump(database)) {
      for (const std::string& row : rows) EXPECT_THAT(row, ::testing::Not(HasSubstr(iin))) << table;
    }
  }
  house.open();
  house.bind();
  EXPECT_EQ(house.number("SELECT count(*) FROM applications WHERE applicant=0"), 1);
  const auto theirs = house.engine->ask_and_wait<std::size_t>([](Reader& reader) {
    return reader.cases.applications_of(store::iin_of(0), "", 10).size();
  });
  EXPECT_EQ(theirs, 1U) << "what is left can still be read";
}

TEST_F(Flow, ARebuiltServiceGoesOn) {
  const std::string waits = house.apply(House::applicant(0), 0);
  house.switches.set(rules::Register::rights, true);
  const std::string put_off = house.apply(House::applicant(1), 1);
  house.clock.advance(60s);
  house.work_off();
  house.close();
  rebuild(house.file());
  house.switches.set(rules::Register::rights, false);
  house.open();
  house.bind();
  house.work_off();
  EXPECT_EQ(house.status(put_off), Status::waiting_for_consent);
  house.answer(1, waits, 1);
  house.answer(3, put_off, 1);
  EXPECT_EQ(house.status(waits), Status::registered);
  EXPECT_EQ(house.status(put_off), Status::registered);
}

}  // namespace
}  // namespace mekenjai::flow
