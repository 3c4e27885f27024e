// What is to be told on devices: written with the event that caused it, or not at all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/house.hpp"
#include "flow/rebuilt.hpp"

namespace mekenjai::flow {
namespace {

using domain::Status;
using store::PushKind;
using store::PushRow;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

class PushedFlow : public ::testing::Test {
 protected:
  PushedFlow() {
    house.on_push = [this] { ++queued; };
    house.open();
    house.bind();
    applicant = house.device(House::applicant(0), "https://fcm.googleapis.com/applicant");
    owner = house.device(House::owner(0), "https://fcm.googleapis.com/owner", "kk");
  }

  std::vector<PushRow> waiting() {
    return house.engine->ask_and_wait<std::vector<PushRow>>(
        [](Reader& reader) { return reader.subscriptions.due(base::SystemClock().now(), 100); });
  }
  /// Who is told of what.
  std::vector<std::string> told() {
    std::vector<std::string> all;
    for (const PushRow& push : waiting()) {
      const std::string who = push.to.id == applicant ? "applicant"
                              : push.to.id == owner   ? "owner"
                                                      : "another";
      all.push_back(who + (push.kind == PushKind::consent ? " consent" : " news"));
    }
    return all;
  }
  PushRow question() {
    for (const PushRow& push : waiting()) {
      if (push.kind == PushKind::consent) return push;
    }
    throw std::runtime_error("nobody is asked");
  }
  /// The push service has taken everything.
  void all_taken() {
    house.engine->tell_and_wait([rows = waiting()](Step& step) {
      for (const PushRow& push : rows) step.ledger.subscriptions().taken(push, step.now());
    });
    ASSERT_THAT(waiting(), IsEmpty());
  }

  House house{4};
  std::atomic<int> queued{0};
  std::string applicant, owner;
};

TEST_F(PushedFlow, EveryChangeOfStateIsToldAndEveryRequest) {
  const std::string id = house.apply(House::applicant(0), 0);
  ASSERT_EQ(house.status(id), Status::waiting_for_consent);
  EXPECT_THAT(told(), UnorderedElementsAre("applicant news", "owner consent"));
  for (const PushRow& push : waiting()) {
    const bool asked = push.kind == PushKind::consent;
    EXPECT_EQ(push.valid_until, house.clock.now() + (asked ? 1h : 72h))
        << "a request is asked until its deadline";
  }
  all_taken();
  house.answer(1, id, 1);
  ASSERT_EQ(house.status(id), Status::registered);
  EXPECT_THAT(told(), UnorderedElementsAre("applicant news", "owner news"));
}

TEST_F(PushedFlow, AnHourThatEndsAndAReminderAreNews) {
  const std::string id = house.apply(House::applicant(0), 0);
  all_taken();
  house.clock.advance(1h);
  house.work_off();
  ASSERT_EQ(house.status(id), Status::rejected);
  EXPECT_THAT(told(), ElementsAre("applicant news"));
}

TEST_F(PushedFlow, WhatIsNoNewsIsNotTold) {
  const std::string id = house.draft(House::applicant(0), 0);
  EXPECT_THAT(told(), IsEmpty()) << "he has just written it himself";
  EXPECT_EQ(queued, 0);
  const std::string other = house.apply(House::applicant(1), 1);
  EXPECT_THAT(told(), IsEmpty()) << "another's case";
  EXPECT_EQ(house.sms_to(3).size(), 1u) << "whose owner has no device, and is asked by SMS";
}

TEST_F(PushedFlow, TheSmsToAnOwnerGoesOutWhetherHeHasADeviceOrNot) {
  house.apply(House::applicant(0), 0);
  house.apply(House::applicant(1), 1);
  EXPECT_THAT(house.sms_to(1), SizeIs(1));
  EXPECT_THAT(house.sms_to(3), SizeIs(1));
}

TEST_F(PushedFlow, WhatWasUndoneIsNotTold) {
  const std::string id = house.draft(House::applicant(0), 0);
  Prepared ready = house.prepared(id);
  EXPECT_THROW(house.engine->tell_and_wait([&](Step& step) {
    house.sign_in(step, id, ready);
    throw std::runtime_error("the disk is full");
  }),
               std::runtime_error);
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(house.status(id), Status::draft);
}

TEST_F(PushedFlow, TwoNewsAreOnePushAndTheLaterOneCounts) {
  const std::string id = house.apply(House::applicant(0), 0);
  const auto first = waiting();
  house.answer(1, id, 2);
  const auto then = waiting();
  ASSERT_THAT(told(), UnorderedElementsAre("applicant news", "owner consent"))
      << "the owner's own refusal is no news to him";
  const auto number = [](const std::vector<PushRow>& rows) {
    for (const PushRow& push : rows) {
      if (push.kind == PushKind::news) return push.id;
    }
    return std::int64_t{0};
  };
  EXPECT_GT(number(then), number(first));
  // What was reported about the first one leaves the second alone.
  house.engine->tell_and_wait([&](Step& step) {
    for (const PushRow& push : first) step.ledger.subscriptions().taken(push, step.now());
  });
  EXPECT_THAT(told(), ElementsAre("applicant news"));
}

TEST_F(PushedFlow, EveryDeviceOfAPersonIsTold) {
  house.device(House::owner(0), "https://updates.push.services.mozilla.com/second");
  house.apply(House::applicant(0), 0);
  EXPECT_THAT(told(), UnorderedElementsAre("applicant news", "owner consent", "another consent"));
}

TEST_F(PushedFlow, AnOutageThatMovesTheDeadlineKeepsTheQuestionAlive) {
  const std::string id = house.apply(House::applicant(0), 0);
  house.engine->tell_and_wait([](Step&) {});
  house.scheduler->link_bound(false);
  house.clock.advance(2h);
  house.bind();
  const Instant deadline = *house.application(id).deadline;
  ASSERT_GT(deadline, house.clock.now());
  EXPECT_EQ(question().valid_until, deadline);
  EXPECT_TRUE(question().asked);
}

TEST_F(PushedFlow, AQuestionThatIsAnsweredIsNoLongerOne) {
  const std::string id = house.apply(House::applicant(0), 0);
  house.answer(1, id, 1);
  EXPECT_FALSE(question().asked);
}

TEST_F(PushedFlow, ARebuildTellsNobodyAnything) {
  house.apply(House::applicant(0), 0);
  all_taken();
  const std::int64_t devices = house.number("SELECT count(*) FROM push_subscriptions");
  house.close();
  rebuild(house.file());
  house.open();
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_EQ(house.number("SELECT count(*) FROM push_subscriptions"), devices);
}

// --- devices
// ----------------------------------------------------------------------------------------------------

TEST_F(PushedFlow, ADeviceGoesWithWhatIsStillToBeSentToIt) {
  house.apply(House::applicant(0), 0);
  house.engine->tell_and_wait([&](Step& step) { step.ledger.subscriptions().remove(owner); });
  EXPECT_EQ(house.number("SELECT count(*) FROM push_outbox"), 1);
}

TEST_F(PushedFlow, OfTooManyTheOnesThatServeWorstGo) {
  std::vector<std::string> ids{owner};
  for (const char* name : {"b", "c", "d"}) {
    house.clock.advance(1min);
    ids.push_back(house.device(House::owner(0), std::string("https://fcm.googleapis.com/") + name));
  }
  house.clock.advance(1min);
  house.engine->tell_and_wait([&](Step& step) {
    store::Subscriptions& all = step.ledger.subscriptions();
    PushRow told;
    told.to.id = ids[0];
    all.taken(told, step.now());  // the oldest works
    told.to.id = ids[3];
    all.dropped(told);  // the newest fails
    all.keep_at_most(House::owner(0), 2);
  });
  const auto left = house.engine->ask_and_wait<std::vector<store::SubscriptionRow>>(
      [](Reader& reader) { return reader.subscriptions.of_person(House::owner(0)); });
  std::vector<std::string> kept;
  for (const auto& row : left) kept.push_back(row.id);
  EXPECT_THAT(kept, ElementsAre(ids[2], ids[0]));
}

TEST(PushTexts, FitIntoTheLengthThatAllPushesHaveInEveryLanguage) {
  for (const i18n::Language language : i18n::kLanguages) {
    std::set<std::string> bodies;
    for (const PushKind kind : {PushKind::news, PushKind::consent}) {
      const edge::push::Note note = Notices::on_device(language, kind, "/kiosk");
      EXPECT_LE(text_of(note).size(), edge::push::kPaddedText) << text_of(note);
      EXPECT_FALSE(note.title.starts_with("push.")) << note.title;
      EXPECT_EQ(note.body.find_first_of("{}0123456789"), std::string::npos)
          << "the same for everybody: " << note.body;
      bodies.insert(note.body);
    }
    EXPECT_THAT(bodies, SizeIs(2));
  }
}

}  // namespace
}  // namespace mekenjai::flow
