// Pushes on their way: a house where things happen, and a push service on this machine that takes,
// forgets and puts off.
#include "outbox/push_outbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>

#include "edge/push/push_service.hpp"
#include "flow/house.hpp"

namespace mekenjai::outbox {
namespace {

using edge::push::PushService;
using flow::House;
using flow::Reader;
using flow::Step;
using ::testing::Each;
using namespace std::chrono_literals;

constexpr std::string_view kTaken = "201 Created";

/// A house whose pushes go out. `status` is what the push service answers.
class Pushing : public ::testing::Test {
 protected:
  Pushing()
      : service([this](const PushService::Request&) {
          return PushService::status(status(), fields());
        }) {
    house.on_push = [this] {
      if (outbox) outbox->look();
    };
    house.open();
    house.bind();
    house.device(House::applicant(0), service.url());
    start();
  }
  ~Pushing() override { stop(); }

  void start() {
    loop.restart();
    work.emplace(boost::asio::make_work_guard(loop));
    PushConfig config;
    config.rules.loopback = true;
    config.retry_min = retry_min;
    config.retry_max = 50ms;
    auto vapid =
        edge::push::Vapid::make(edge::push::P256Key::generate(), "mailto:push@mekenjai.example");
    outbox = std::make_unique<PushOutbox>(*house.engine, loop, config, *std::move(vapid), machine);
    thread = std::thread([this] { loop.run(); });
    outbox->look();
  }
  void stop() {
    if (!outbox) return;
    outbox->stop();
    house.engine->tell_and_wait([](Step&) {});  // what it has reported is durable
    work.reset();
    loop.stop();
    thread.join();
    outbox.reset();
  }

  void answer(std::string_view line, std::string_view more = "") {
    const std::lock_guard lock(mutex);
    status_ = line;
    fields_ = more;
  }
  std::string status() {
    const std::lock_guard lock(mutex);
    return status_;
  }
  std::string fields() {
    const std::lock_guard lock(mutex);
    return fields_;
  }

  std::int64_t rows() { return house.number("SELECT count(*) FROM push_outbox"); }
  /// Looks after each commit of the writer: what was reported becomes true with one.
  void until(const std::function<bool()>& done) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    while (!done() && std::chrono::steady_clock::now() < end) {
      house.engine->tell_and_wait([](Step&) {});
    }
    ASSERT_TRUE(done());
  }
  void until_rows(std::int64_t count) {
    until([&] { return rows() == count; });
  }
  /// News for the applicant, by the writer alone.
  void news() {
    house.engine->tell_and_wait([](Step& step) {
      step.ledger.push(House::applicant(0), store::PushKind::news, step.now() + 72h);
    });
  }

  std::mutex mutex;
  std::string status_{kTaken}, fields_;
  PushService service;
  House house{2};
  base::SystemClock machine;
  std::chrono::milliseconds retry_min{5};
  boost::asio::io_context loop{1};
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work;
  std::unique_ptr<PushOutbox> outbox;
  std::thread thread;
};

TEST_F(Pushing, WhatIsTakenLeavesTheOutbox) {
  house.apply(House::applicant(0), 0);
  ASSERT_TRUE(service.came(1));
  until_rows(0);
  const auto request = service.requests().front();
  EXPECT_EQ(request["Topic"], "news");
  EXPECT_EQ(request["Urgency"], "normal");
  EXPECT_EQ(request["TTL"], "259200");
  EXPECT_EQ(
      house.number(
          "SELECT count(*) FROM push_subscriptions WHERE taken_at IS NOT NULL AND failures=0"),
      1);
  until([&] { return outbox->figures().waiting == 0; });
  EXPECT_EQ(outbox->figures().taken, 1u);
}

TEST_F(Pushing, ARequestForConsentIsUrgentAndGoodUntilItsDeadline) {
  house.device(House::owner(0), service.url() + "?owner");
  house.clock.advance(10min);
  house.apply(House::applicant(0), 0);
  ASSERT_TRUE(service.came(2));
  for (const auto& request : service.requests()) {
    if (request["Topic"] != "consent") continue;
    EXPECT_EQ(request["Urgency"], "high");
    EXPECT_EQ(request["TTL"], "3600");
  }
  EXPECT_EQ(house.sms_to(1).size(), 1u);
}

TEST_F(Pushing, ABrowserThatIsGoneIsForgotten) {
  for (const char* gone : {"404 Not Found", "410 Gone"}) {
    answer(gone);
    news();
    until_rows(0);
    EXPECT_EQ(house.number("SELECT count(*) FROM push_subscriptions"), 0);
    house.device(House::applicant(0), service.url());
  }
  EXPECT_EQ(outbox->figures().gone, 2u);
}

TEST_F(Pushing, ABrowserThatHasRenewedItselfMeanwhileIsTold) {
  answer("410 Gone");
  service.hold();
  news();
  ASSERT_TRUE(service.came(1));
  house.engine->tell_and_wait([&](Step& step) {
    auto row = step.ledger.subscriptions().of_person(House::applicant(0)).front();
    row.endpoint += "?renewed";
    step.ledger.subscriptions().change(row);
  });
  service.release();
  ASSERT_TRUE(service.came(2));
  answer(kTaken);
  EXPECT_EQ(service.requests()[1].target(), "/push/1?renewed");
  EXPECT_LE(house.number("SELECT count(*) FROM push_subscriptions"), 1);
}

TEST_F(Pushing, WhatIsPutOffComesAgain) {
  answer("503 Service Unavailable");
  news();
  ASSERT_TRUE(service.came(4));
  EXPECT_EQ(rows(), 1);
  answer(kTaken);
  until_rows(0);
  EXPECT_GE(outbox->figures().put_off, 3u);
  EXPECT_EQ(outbox->figures().taken, 1u);
}

TEST_F(Pushing, AFullPushServiceIsLeftAloneForAsLongAsItAsks) {
  answer("429 Too Many Requests", "Retry-After: 120\r\n");
  const base::Instant before = machine.now();
  news();
  ASSERT_TRUE(service.came(1));
  until([&] { return house.number("SELECT attempts FROM push_outbox") == 1; });
  EXPECT_GE(house.number("SELECT due_at FROM push_outbox"), store::millis(before + 120s));
  // Neither more news nor a restart is a reason to ask before.
  news();
  EXPECT_GE(house.number("SELECT due_at FROM push_outbox"), store::millis(before + 120s));
  stop();
  start();
  until([&] { return outbox->figures().waiting == 1; });
  EXPECT_EQ(service.requests().size(), 1u);
}

TEST_F(Pushing, WhatIsRefusedIsNotSentAgain) {
  answer("400 Bad Request");
  news();
  until_rows(0);
  EXPECT_EQ(house.number("SELECT failures FROM push_subscriptions"), 1);
  answer(kTaken);
  news();
  ASSERT_TRUE(service.came(2));
  until([&] { return house.number("SELECT failures FROM push_subscriptions") == 0; });
  EXPECT_EQ(service.requests().size(), 2u);
}

TEST_F(Pushing, CommittedTwiceIsSentOnce) {
  house.engine->tell_and_wait([](Step& step) {
    for (int i = 0; i < 3; ++i)
      step.ledger.push(House::applicant(0), store::PushKind::news, step.now() + 72h);
  });
  for (int i = 0; i < 20; ++i) outbox->look();
  until_rows(0);
  news();
  until_rows(0);
  EXPECT_EQ(service.requests().size(), 2u);
}

TEST_F(Pushing, NewsThatComesWhileThePhoneIsBeingToldIsToldAfterIt) {
  service.hold();
  news();
  ASSERT_TRUE(service.came(1));
  news();  // he may have read the first already
  service.release();
  ASSERT_TRUE(service.came(2));
  until_rows(0);
  EXPECT_EQ(service.requests().size(), 2u);
}

TEST_F(Pushing, NewsThatComesWhileThePhoneIsBeingToldWaitsAsLongAsThePushServiceAsks) {
  answer("429 Too Many Requests", "Retry-After: 120\r\n");
  service.hold();
  news();
  ASSERT_TRUE(service.came(1));
  service.release();
  until([&] { return house.number("SELECT attempts FROM push_outbox") == 1; });
  const std::int64_t first = house.number("SELECT id FROM push_outbox");
  const std::int64_t due = house.number("SELECT due_at FROM push_outbox");
  news();
  EXPECT_GT(house.number("SELECT id FROM push_outbox"), first);
  EXPECT_EQ(house.number("SELECT due_at FROM push_outbox"), due);
  until([&] { return outbox->figures().waiting == 1; });
  EXPECT_EQ(service.requests().size(), 1u);
}

TEST_F(Pushing, WhatNobodyCouldNoteIsSentAgainWithoutARestart) {
  service.hold();
  news();
  ASSERT_TRUE(service.came(1));
  house.disk_full = true;
  service.release();
  // The report cannot be kept: the row is as it was, and the push goes out again.
  ASSERT_TRUE(service.came(3));
  EXPECT_EQ(rows(), 1);
  house.disk_full = false;
  until_rows(0);
}

TEST_F(Pushing, ARestartLosesNothing) {
  service.hold();
  news();
  ASSERT_TRUE(service.came(1));
  stop();
  EXPECT_EQ(rows(), 1) << "nobody has said that he has it";
  EXPECT_EQ(house.number("SELECT attempts FROM push_outbox"), 0);
  service.release();
  news();  // queued while nobody sends
  start();
  ASSERT_TRUE(service.came(2));
  until_rows(0);
}

TEST_F(Pushing, WhatIsTooOldIsToldNoMore) {
  answer("503 Service Unavailable");
  house.device(House::owner(0), service.url() + "?owner");
  const std::string id = house.apply(House::applicant(0), 0);
  ASSERT_TRUE(service.came(2));
  house.answer(1, id, 2);  // by SMS: the question is answered
  until_rows(1);
  EXPECT_EQ(house.number("SELECT kind FROM push_outbox"), 0);
  house.clock.advance(73h);
  until_rows(0);
  EXPECT_EQ(outbox->figures().expired, 2u);
}

TEST_F(Pushing, AnAddressThatIsNotAllowedAnyMoreGetsNothing) {
  house.device(House::owner(0), "https://push.example.internal/x");
  house.engine->tell_and_wait([](Step& step) {
    step.ledger.push(House::owner(0), store::PushKind::news, step.now() + 72h);
  });
  until_rows(0);
  EXPECT_EQ(outbox->figures().refused, 1u);
  EXPECT_TRUE(service.requests().empty());
}

TEST_F(Pushing, ManyAreTold) {
  constexpr int kDevices = 300;
  for (int i = 0; i < kDevices; ++i)
    house.device(House::owner(1), fmt::format("{}?{}", service.url(), i));
  house.engine->tell_and_wait([](Step& step) {
    step.ledger.push(House::owner(1), store::PushKind::news, step.now() + 72h);
  });
  ASSERT_TRUE(service.came(kDevices));
  until_rows(0);
  EXPECT_EQ(service.requests().size(), std::size_t{kDevices});
}

}  // namespace
}  // namespace mekenjai::outbox
