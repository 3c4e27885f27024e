// The client against our SMS centre, over real sockets: what happens when all is well, and what
// when it isn't. Nothing sleeps: the loop runs until what is awaited has come.
#include "edge/sms/link.hpp"

#include <atomic>
#include <cstdio>
#include <thread>

#include <gmock/gmock.h>
#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "edge/sms/codec.hpp"
#include "edge/sms/smsc.hpp"
#include "edge/sms/text.hpp"

namespace mekenjai::edge::sms {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

const std::string kPhone = "+77010000001";
const std::string kKazakh =  // 132 characters: two parts
    "Айгерім С. Сіздің пәтеріңізге тұрақты тіркелмек: Абай даңғылы, 10 үй, 25 пәтер. Келісесіз бе? "
    "Жауап болмаса – жоқ деген сөз болады..";

// A link, its loop, and everything that happened to it.
class Story : public testing::Test {
 protected:
  SmscConfig centre_config() {
    SmscConfig config;
    config.system_id = "mekenjai";
    config.password = "secret";
    config.redeliver_wait = 10ms;
    return config;
  }

  LinkConfig link_config(std::vector<std::string> addresses) {
    LinkConfig config;
    config.smpp = std::move(addresses);
    config.system_id = "mekenjai";
    config.password = "secret";
    config.backoff_min = 10ms;
    config.backoff_max = 50ms;
    config.throttle_min = 5ms;
    config.throttle_max = 40ms;
    config.failed_retry_wait = 5ms;
    config.part_hold = 200ms;
    return config;
  }

  LinkEvents events() {
    LinkEvents events;
    events.on_bound = [this](bool bound) { bounds.push_back(bound); };
    events.on_submitted = [this](SubmitReport report) { reports.push_back(std::move(report)); };
    events.on_inbound = [this](Inbound inbound, Stored stored) {
      inbounds.push_back(std::move(inbound));
      answer(stored);
    };
    events.on_receipt = [this](Receipt receipt, Stored stored) {
      receipts.push_back(std::move(receipt));
      answer(stored);
    };
    events.on_trouble = [this](const std::string& what) { troubles.push_back(what); };
    return events;
  }

  void answer(const Stored& stored) {
    if (hold_answers) {
      held.push_back(stored);
    } else {
      stored(refuse_next == 0);
      if (refuse_next > 0) --refuse_next;
    }
  }

  [[nodiscard]] bool until(const std::function<bool()>& predicate, Steady::duration limit = 10s) {
    const Steady::time_point end = Steady::now() + limit;
    while (!predicate()) {
      if (Steady::now() > end) return false;
      loop.restart();
      loop.run_one_for(20ms);
    }
    return true;
  }
  [[nodiscard]] bool until_bound(const Link& link) {
    return until([&] { return link.bound(); });
  }
  [[nodiscard]] bool until_reports(std::size_t count) {
    return until([&] { return reports.size() >= count; });
  }
  /// Lets whatever is still under way happen.
  void settle() {
    const Steady::time_point end = Steady::now() + 60ms;
    loop.restart();
    loop.run_until(end);
  }

  Outgoing message(std::int64_t id, std::string text = "Salem", std::string to = kPhone) {
    return Outgoing{id, std::move(to), std::move(text), 1h};
  }

  asio::io_context loop;
  std::vector<bool> bounds;
  std::vector<SubmitReport> reports;
  std::vector<Inbound> inbounds;
  std::vector<Receipt> receipts;
  std::vector<std::string> troubles;
  std::vector<Stored> held;
  bool hold_answers = false;
  int refuse_next = 0;
};

TEST_F(Story, AMessageGoesOutIsReceiptedAndAnswered) {
  Smsc centre(loop, centre_config());
  Link link(loop, link_config({centre.address()}), events());
  link.start();
  link.submit(message(7, kKazakh));  // before the bind: it waits
  ASSERT_TRUE(until([&] { return receipts.size() == 2; }));

  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].id, 7);
  EXPECT_EQ(reports[0].outcome, SubmitOutcome::accepted);
  ASSERT_EQ(reports[0].message_ids.size(), 2U);
  EXPECT_EQ(receipts[0].message_id, reports[0].message_ids[0]);
  EXPECT_EQ(receipts[1].message_id, reports[0].message_ids[1]);
  EXPECT_EQ(receipts[0].state, ReceiptState::delivered);
  const auto got = centre.messages(kPhone);
  ASSERT_EQ(got.size(), 1U);
  EXPECT_EQ(got[0].text, kKazakh);
  EXPECT_EQ(got[0].from, "1414");

  std::optional<bool> acknowledged;
  centre.send(kPhone, "1414", "R 1 ABC234", [&](bool good) { acknowledged = good; });
  ASSERT_TRUE(until([&] { return acknowledged.has_value(); }));
  EXPECT_TRUE(*acknowledged);
  ASSERT_EQ(inbounds.size(), 1U);
  EXPECT_EQ(inbounds[0].from, kPhone);
  EXPECT_EQ(inbounds[0].to, "1414");
  EXPECT_EQ(inbounds[0].text, "R 1 ABC234");

  bool stopped = false;
  link.stop([&] { stopped = true; });
  ASSERT_TRUE(until([&] { return stopped; }));
  EXPECT_EQ(bounds, (std::vector<bool>{true, false}));
  EXPECT_TRUE(until([&] { return centre.bound() == 0; }));
}

TEST_F(Story, AnAnswerIsAcknowledgedOnlyOnceItIsStored) {
  Smsc centre(loop, centre_config());
  Link link(loop, link_config({centre.address()}), events());
  link.start();
  hold_answers = true;
  std::optional<bool> acknowledged;
  centre.send(kPhone, "1414", "1", [&](bool good) { acknowledged = good; });
  ASSERT_TRUE(until([&] { return held.size() == 1; }));
  settle();
  EXPECT_FALSE(acknowledged.has_value());

  std::thread([&] { held[0](true); }).join();  // storage has a thread of its own
  ASSERT_TRUE(until([&] { return acknowledged.has_value(); }));
  EXPECT_TRUE(*acknowledged);
}

TEST_F(Story, WhatCouldNotBeStoredComesAgain) {
  Smsc centre(loop, centre_config());
  Link link(loop, link_config({centre.address()}), events());
  link.start();
  refuse_next = 2;
  std::optional<bool> acknowledged;
  centre.send(kPhone, "1414", "иә", [&](bool good) { acknowledged = good; });
  ASSERT_TRUE(until([&] { return acknowledged.has_value(); }));
  EXPECT_TRUE(*acknowledged);
  EXPECT_EQ(inbounds.size(), 3U);
}

TEST_F(Story, AForgottenAnswerCountsAsNotStored) {
  Smsc centre(loop, centre_config());
  LinkEvents forgetful = events();
  int seen = 0;
  forgetful.on_inbound = [&](Inbound, const Stored& stored) {
    if (++seen == 3) stored(true);
  };
  Link link(loop, link_config({centre.address()}), forgetful);
  link.start();
  std::optional<bool> acknowledged;
  centre.send(kPhone, "1414", "1", [&](bool good) { acknowledged = good; });
  ASSERT_TRUE(until([&] { return acknowledged.has_value(); }));
  EXPECT_EQ(seen, 3);
}

TEST_F(Story, AnAnswerThatWaitedForUsIsAnsweredAfterABreak) {
  Smsc centre(loop, centre_config());
  std::optional<bool> acknowledged;
  centre.send(kPhone, "1414", "жоқ", [&](bool good) { acknowledged = good; });  // nobody is there
  settle();
  Link link(loop, link_config({centre.address()}), events());
  link.start();
  hold_answers = true;
  ASSERT_TRUE(until([&] { return held.size() == 1; }));
  centre.drop_connections();  // stored, but the acknowledgement cannot go
  ASSERT_TRUE(until([&] { return held.size() == 2; }));
  held[0](true);
  settle();
  EXPECT_FALSE(acknowledged.has_value());
  held[1](true);
  ASSERT_TRUE(until([&] { return acknowledged.has_value(); }));
  EXPECT_TRUE(*acknowledged);
}

TEST_F(Story, ALongMessageFromAPhoneIsJoined) {
  Smsc centre(loop, centre_config());
  Link link(loop, link_config({centre.address()}), events());
  link.start();
  refuse_next = 1;  // and kept whole when the first try to store it fails
  std::optional<bool> acknowledged;
  std::string text = kKazakh;
  text += "😀" + kKazakh;
  centre.send(kPhone, "1414", text, [&](bool good) { acknowledged = good; });
  ASSERT_TRUE(until([&] { return acknowledged.has_value(); }));
  EXPECT_TRUE(*acknowledged);
  ASSERT_EQ(inbounds.size(), 2U);
  EXPECT_EQ(inbounds[0].text, text);
  EXPECT_EQ(inbounds[1].text, text);
}

TEST_F(Story, ACentreThatSendsOnePartAtATimeIsNotKeptWaiting) {
  SmscConfig config = centre_config();
  config.window = 1;
  Smsc centre(loop, config);
  LinkConfig quick = link_config({centre.address()});
  quick.part_hold = 20ms;
  Link link(loop, quick, events());
  link.start();
  std::optional<bool> acknowledged;
  centre.send(kPhone, "1414", kKazakh, [&](bool good) { acknowledged = good; });
  ASSERT_TRUE(until([&] { return acknowledged.has_value(); }));
  ASSERT_EQ(inbounds.size(), 1U);
  EXPECT_EQ(inbounds[0].text, kKazakh);
}

TEST_F(Story, ThrottlingPausesAndSendsAgain) {
  Smsc centre(loop, centre_config());
  Link link(loop, link_config({centre.address()}), events());
  link.start();
  centre.throttle_next(5);
  for (int i = 0; i < 20; ++i) link.submit(message(i, fmt::format("text {}", i)));
  ASSERT_TRUE(until_reports(20));
  for (const SubmitReport& report : reports) EXPECT_EQ(report.outcome, SubmitOutcome::accepted);
  EXPECT_EQ(centre.messages(kPhone).size(), 20U);

  centre.throttle_next(1, status::kMessageQueueFull);
  link.submit(message(21));
  ASSERT_TRUE(until_reports(21));
  EXPECT_EQ(reports[20].outcome, SubmitOutcome::accepted);
}

TEST_F(Story, ThrottledTooLongGoesBackToTheOutbox) {
  Smsc centre(loop, centre_config());
  LinkConfig config = link_config({centre.address()});
  config.throttle_give_up = 60ms;
  Link link(loop, config, events());
  link.start();
  centre.throttle_next(1'000'000);
  link.submit(message(1));
  ASSERT_TRUE(until_reports(1));
  EXPECT_EQ(reports[0].outcome, SubmitOutcome::unsent);
  EXPECT_EQ(reports[0].status, status::kThrottled);
}

TEST_F(Story, AWrongNumberIsFinalAndDisturbsNobodyElse) {
  Smsc centre(loop, centre_config());
  Link link(loop, link_config({centre.address()}), events());
  link.start();
  centre.refuse_destination("+77010000009");
  link.submit(message(1, kKazakh, "+77010000009"));
  link.submit(message(2, kKazakh, kPhone));
  link.submit(message(3, "x", "nobody"));
  ASSERT_TRUE(until_reports(3));
  std::map<std::int64_t, SubmitReport> by_id;
  for (const SubmitReport& report : reports) by_id[report.id] = report;
  EXPECT_EQ(by_id[1].outcome, SubmitOutcome::refused);
  EXPECT_EQ(by_id[1].status, status::kInvalidDestination);
  EXPECT_EQ(by_id[2].outcome, SubmitOutcome::accepted);
  EXPECT_EQ(by_id[3].outcome, SubmitOutcome::refused);
}

TEST_F(Story, SubmitFailedIsTriedAFewTimes) {
  Smsc centre(loop, centre_config());
  Link link(loop, link_config({centre.address()}), events());
  link.start();
  centre.throttle_next(3, status::kSubmitFailed);
  link.submit(message(1));
  ASSERT_TRUE(until_reports(1));
  EXPECT_EQ(reports[0].outcome, SubmitOutcome::accepted);
  centre.throttle_next(4, status::kSubmitFailed);
  link.submit(message(2));
  ASSERT_TRUE(until_reports(2));
  EXPECT_EQ(reports[1].outcome, SubmitOutcome::refused);
  EXPECT_EQ(reports[1].status, status::kSubmitFailed);
  centre.throttle_next(4, status::kSystemError);
  link.submit(message(3));
  ASSERT_TRUE(until_reports(3));
  EXPECT_EQ(reports[2].outcome, SubmitOutcome::unsent);
}

TEST_F(Story, DyingInTheMiddleOfAnAnswerReportsUnsentAndBindsAgain) {
  Smsc centre(loop, centre_config());
  Link link(loop, link_config({centre.address()}), events());
  link.start();
  ASSERT_TRUE(until_bound(link));
  centre.drop_in_answer(1);
  link.submit(message(1));
  ASSERT_TRUE(until_reports(1));
  EXPECT_EQ(reports[0].outcome, SubmitOutcome::unsent);
  ASSERT_TRUE(until_bound(link));
  link.submit(message(1));  // the outbox sends it again
  ASSERT_TRUE(until_reports(2));
  EXPECT_EQ(reports[1].outcome, SubmitOutcome::accepted);
  EXPECT_EQ(bounds, (std::vector<bool>{true, false, true}));
}

TEST_F(Story, TheSecondCentreTakesOver) {
  auto first = std::make_unique<Smsc>(loop, centre_config());
  Smsc second(loop, centre_config());
  Link link(loop, link_config({first->address(), second.address()}), events());
  link.start();
  ASSERT_TRUE(until([&] { return first->bound() == 1; }));
  ASSERT_TRUE(until_bound(link));
  first.reset();
  ASSERT_TRUE(until([&] { return second.bound() == 1 && link.bound(); }));
  link.submit(message(5));
  ASSERT_TRUE(until_reports(1));
  EXPECT_EQ(reports[0].outcome, SubmitOutcome::accepted);
  EXPECT_EQ(second.messages(kPhone).size(), 1U);
}

TEST_F(Story, AWrongPasswordIsTold) {
  Smsc centre(loop, centre_config());
  LinkConfig config = link_config({centre.address()});
  config.password = "wrong";
  Link link(loop, config, events());
  link.start();
  ASSERT_TRUE(until([&] { return !troubles.empty(); }));
  EXPECT_THAT(troubles[0], testing::HasSubstr("0x0e"));
  EXPECT_FALSE(link.bound());
}

TEST_F(Story, ASilentCentreIsLeft) {
  Smsc centre(loop, centre_config());
  LinkConfig config = link_config({centre.address()});
  config.enquire_link_period = 30ms;
  config.enquire_link_timeout = 30ms;
  config.connect_timeout = 100ms;
  Link link(loop, config, events());
  link.start();
  ASSERT_TRUE(until_bound(link));
  settle();  // idle, enquire_link is answered
  EXPECT_TRUE(link.bound());
  centre.go_silent(true);
  link.submit(message(1));
  ASSERT_TRUE(until_reports(1));
  EXPECT_EQ(reports[0].outcome, SubmitOutcome::unsent);
  EXPECT_FALSE(link.bound());
  ASSERT_TRUE(until([&] { return troubles.size() >= 3; }));  // binds are not answered either
  centre.go_silent(false);
  ASSERT_TRUE(until_bound(link));
}

TEST_F(Story, AnAnswerThatNeverComesFreesTheWindow) {
  Smsc centre(loop, centre_config());
  LinkConfig config = link_config({centre.address()});
  config.window = 1;
  config.response_timeout = 40ms;
  Link link(loop, config, events());
  link.start();
  ASSERT_TRUE(until_bound(link));
  centre.go_silent(true);
  link.submit(message(1));
  ASSERT_TRUE(until_reports(1));
  EXPECT_EQ(reports[0].outcome, SubmitOutcome::unsent);
  centre.go_silent(false);
  link.submit(message(2));
  ASSERT_TRUE(until_reports(2));
  EXPECT_EQ(reports[1].outcome, SubmitOutcome::accepted);
}

TEST_F(Story, WithoutACentreMessagesComeBackInTime) {
  LinkConfig config = link_config({"127.0.0.1:1"});
  config.queue_wait = 50ms;
  config.queue_limit = 2;
  Link link(loop, config, events());
  link.start();
  for (int i = 0; i < 3; ++i) link.submit(message(i));
  ASSERT_TRUE(until_reports(1));
  EXPECT_EQ(reports[0].id, 2);  // there was no room for it
  ASSERT_TRUE(until_reports(3));
  EXPECT_EQ(reports[1].id, 0);
  EXPECT_EQ(reports[1].outcome, SubmitOutcome::unsent);
}

TEST_F(Story, AReceiptMayComeBeforeTheAnswerThatNamesIt) {
  SmscConfig config = centre_config();
  config.receipts_first = true;
  Smsc centre(loop, config);
  Link link(loop, link_config({centre.address()}), events());
  link.start();
  link.submit(message(1));
  ASSERT_TRUE(until([&] { return receipts.size() == 1 && reports.size() == 1; }));
  EXPECT_EQ(receipts[0].message_id, reports[0].message_ids[0]);
}

TEST_F(Story, HexadecimalAndDecimalIdsAreOneId) {
  SmscConfig config = centre_config();
  config.awkward_receipts = true;
  Smsc centre(loop, config);
  LinkConfig mixed = link_config({centre.address()});
  mixed.receipt_id_is_decimal = true;
  Link link(loop, mixed, events());
  link.start();
  centre.undeliverable("+77010000002");
  link.submit(message(1, "x", "+77010000002"));
  ASSERT_TRUE(until([&] { return receipts.size() == 1 && reports.size() == 1; }));
  EXPECT_EQ(receipts[0].message_id, reports[0].message_ids[0]);
  EXPECT_EQ(receipts[0].state, ReceiptState::undeliverable);
}

TEST_F(Story, StoppingDrainsTheWindow) {
  Smsc centre(loop, centre_config());
  LinkConfig config = link_config({centre.address()});
  config.window = 4;
  Link link(loop, config, events());
  link.start();
  ASSERT_TRUE(until_bound(link));
  for (int i = 0; i < 50; ++i) link.submit(message(i));
  std::size_t reported_when_done = 0;
  bool stopped = false;
  link.stop([&] {
    stopped = true;
    reported_when_done = reports.size();
  });
  ASSERT_TRUE(until([&] { return stopped; }));
  EXPECT_EQ(reported_when_done, 50U);
  std::size_t accepted = 0;
  for (const SubmitReport& r : reports) accepted += r.outcome == SubmitOutcome::accepted ? 1 : 0;
  EXPECT_EQ(accepted, centre.messages(kPhone).size());
  EXPECT_GE(accepted, 4U);
  link.submit(message(99));  // too late, and told so
  ASSERT_TRUE(until_reports(51));
  EXPECT_EQ(reports[50].outcome, SubmitOutcome::unsent);
}

TEST_F(Story, StoppingWhileConnectingEnds) {
  Link link(loop, link_config({"127.0.0.1:1"}), events());
  link.start();
  ASSERT_TRUE(until([&] { return !troubles.empty(); }));
  bool stopped = false;
  link.stop([&] { stopped = true; });
  EXPECT_TRUE(until([&] { return stopped; }));
  Link never(loop, link_config({"127.0.0.1:1"}), events());
  bool never_stopped = false;
  never.stop([&] { never_stopped = true; });
  EXPECT_TRUE(until([&] { return never_stopped; }));
}

TEST_F(Story, ALinkMayBeDestroyedAtAnyTime) {
  Smsc centre(loop, centre_config());
  {
    Link link(loop, link_config({centre.address()}), events());
    link.start();
    ASSERT_TRUE(until_bound(link));
    hold_answers = true;
    centre.send(kPhone, "1414", "1");
    ASSERT_TRUE(until([&] { return held.size() == 1; }));
    for (int i = 0; i < 10; ++i) link.submit(message(i));
  }
  settle();
  EXPECT_TRUE(reports.empty());
  held[0](true);
  held.clear();
  EXPECT_TRUE(until([&] { return centre.bound() == 0; }));
}

TEST_F(Story, TheAgreedRateIsKept) {
  Smsc centre(loop, centre_config());
  LinkConfig config = link_config({centre.address()});
  config.rate_per_s = 100;
  Link link(loop, config, events());
  link.start();
  ASSERT_TRUE(until_bound(link));
  const Steady::time_point began = Steady::now();
  for (int i = 0; i < 40; ++i) link.submit(message(i));
  ASSERT_TRUE(until_reports(40));
  EXPECT_GE(Steady::now() - began, 250ms);  // 10 at once, 30 at 100 a second
}

// A peer that says exactly what the test wants, byte by byte.
class Script : public Story {
 protected:
  using Tcp = asio::ip::tcp;

  std::string address() const {
    return fmt::format("127.0.0.1:{}", acceptor.local_endpoint().port());
  }
  /// Accepts the link and reads its bind.
  void meet(Link& link) {
    link.start();
    bool accepted = false;
    acceptor.async_accept(socket, [&](auto) { accepted = true; });
    ASSERT_TRUE(until([&] { return accepted; }));
    const Pdu bind = next();
    ASSERT_EQ(bind.command, command::kBindTransceiver);
    say(Pdu{bind.command | command::kResponse, 0, bind.sequence, BindResponse{"script", {}}});
    ASSERT_TRUE(until_bound(link));
  }
  Pdu next() {
    std::string bytes(4, '\0');
    read(bytes.data(), 4);
    const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const std::size_t length = octet(2) * 256U + octet(3);
    bytes.resize(length);
    read(bytes.data() + 4, length - 4);
    return decode_pdu(bytes).value_or(Pdu{});
  }
  void say(const Pdu& pdu) { say(encode_pdu(pdu)); }
  void say(const std::string& bytes) { asio::write(socket, asio::buffer(bytes)); }

  asio::ip::tcp::acceptor acceptor{loop, {asio::ip::address_v4::loopback(), 0}};
  asio::ip::tcp::socket socket{loop};

 private:
  void read(char* to, std::size_t count) {
    bool done = false;
    asio::async_read(socket, asio::buffer(to, count), [&](auto, auto) { done = true; });
    ASSERT_TRUE(until([&] { return done; }));
  }
};

TEST_F(Script, UnknownCommandsAndProbesAreAnswered) {
  Link link(loop, link_config({address()}), events());
  meet(link);
  say(Pdu{0x0000F00D, 0, 41, Empty{}});
  EXPECT_EQ(next(), (Pdu{command::kGenericNack, status::kInvalidCommand, 41, Empty{}}));
  say(Pdu{command::kEnquireLink, 0, 42, Empty{}});
  EXPECT_EQ(next(), (Pdu{command::kEnquireLink | command::kResponse, 0, 42, Empty{}}));
  say(Pdu{command::kUnbind, 0, 43, Empty{}});
  EXPECT_EQ(next(), (Pdu{command::kUnbind | command::kResponse, 0, 43, Empty{}}));
  EXPECT_TRUE(until([&] { return !link.bound(); }));
}

TEST_F(Script, PiecesAndGluedPdusAreRead) {
  Link link(loop, link_config({address()}), events());
  meet(link);
  ShortMessage reply;
  reply.source = Address{1, 1, "77010000001"};
  reply.destination = Address{3, 0, "1414"};
  reply.short_message = "R 1 ABC234";
  std::string glued;
  for (std::uint32_t i = 1; i <= 3; ++i) append(glued, Pdu{command::kDeliverSm, 0, i, reply});
  for (const char octet : glued) {
    say(std::string(1, octet));
    loop.restart();
    loop.poll();
  }
  ASSERT_TRUE(until([&] { return inbounds.size() == 3; }));
  say(glued);
  ASSERT_TRUE(until([&] { return inbounds.size() == 6; }));
}

TEST_F(Script, AWrongLengthEndsTheConnection) {
  Link link(loop, link_config({address()}), events());
  meet(link);
  say(std::string("\x00\x00\x00\x0f\x80\x00\x00\x04", 8));
  EXPECT_TRUE(until([&] { return !link.bound(); }));
  EXPECT_THAT(troubles.back(), testing::HasSubstr("PDU length"));
}

TEST_F(Script, SarAndPayloadAndDataSm) {
  Link link(loop, link_config({address()}), events());
  meet(link);
  ShortMessage part;
  part.source = Address{1, 1, "77010000001"};
  part.destination = Address{3, 0, "1414"};
  for (const char index : {'\2', '\1'}) {  // the second part first
    part.short_message = index == '\1' ? "R 1 " : "ABC234";
    part.tlvs = {Tlv{tag::kSarReference, std::string(2, '\7')}, Tlv{tag::kSarTotal, "\2"},
                 Tlv{tag::kSarSequence, std::string(1, index)}};
    say(Pdu{command::kDeliverSm, 0, 10U + static_cast<std::uint32_t>(index), part});
  }
  ASSERT_TRUE(until([&] { return inbounds.size() == 1; }));
  EXPECT_EQ(inbounds[0].text, "R 1 ABC234");
  EXPECT_EQ(next().sequence, 11U);
  EXPECT_EQ(next().sequence, 12U);

  part.short_message.clear();
  part.tlvs = {Tlv{tag::kMessagePayload, "R 2 ABC234"}};
  say(Pdu{command::kDeliverSm, 0, 13, part});
  ASSERT_TRUE(until([&] { return inbounds.size() == 2; }));
  EXPECT_EQ(inbounds[1].text, "R 2 ABC234");
  EXPECT_EQ(next().sequence, 13U);

  ShortMessage receipt;
  receipt.esm_class = kEsmReceipt;
  receipt.tlvs = {Tlv{tag::kReceiptedMessageId, std::string("m1\0", 3)},
                  Tlv{tag::kMessageState, "\3"}};
  say(Pdu{command::kDataSm, 0, 14, receipt});
  ASSERT_TRUE(until([&] { return receipts.size() == 1; }));
  EXPECT_EQ(receipts[0].message_id, "m1");
  EXPECT_EQ(receipts[0].state, ReceiptState::expired);
  EXPECT_EQ(next(), (Pdu{command::kDataSm | command::kResponse, 0, 14, MessageResponse{}}));
}

TEST_F(Script, TheBytesOfASubmit) {
  Link link(loop, link_config({address()}), events());
  meet(link);
  link.submit(message(1, "Ok"));
  const Pdu submit = next();
  const ShortMessage& sent = std::get<ShortMessage>(submit.body);
  EXPECT_EQ(sent.source, (Address{3, 0, "1414"}));
  EXPECT_EQ(sent.destination, (Address{1, 1, "77010000001"}));
  EXPECT_EQ(sent.validity_period, "000000010000000R");
  EXPECT_EQ(sent.registered_delivery, 1);
  // A bare header with an error, and a nack, are answers too.
  say(Pdu{command::kSubmitSm | command::kResponse, status::kInvalidDestination, submit.sequence,
          Empty{}});
  ASSERT_TRUE(until_reports(1));
  EXPECT_EQ(reports[0].outcome, SubmitOutcome::refused);
}

TEST_F(Script, ALongMessageIsAcceptedOnlyWhole) {
  Link link(loop, link_config({address()}), events());
  meet(link);
  link.submit(message(1, kKazakh));
  const Pdu first = next();
  const Pdu second = next();
  say(Pdu{command::kSubmitSm | command::kResponse, 0, second.sequence, MessageResponse{"b", {}}});
  settle();
  EXPECT_TRUE(reports.empty());
  say(Pdu{command::kSubmitSm | command::kResponse, 0, first.sequence, MessageResponse{"a", {}}});
  ASSERT_TRUE(until_reports(1));
  EXPECT_EQ(reports[0].message_ids, (std::vector<std::string>{"a", "b"}));

  link.submit(message(2, kKazakh));
  const Pdu third = next();
  (void)next();
  say(Pdu{command::kSubmitSm | command::kResponse, 0, third.sequence, MessageResponse{"c", {}}});
  settle();
  socket.close();
  ASSERT_TRUE(until_reports(2));
  EXPECT_EQ(reports[1].outcome, SubmitOutcome::unsent);
  EXPECT_TRUE(reports[1].message_ids.empty());
}

TEST_F(Script, OurCentreRefusesWhatIsOutOfOrder) {
  Smsc centre(loop, centre_config());
  Tcp::socket raw(loop);
  raw.connect({asio::ip::address_v4::loopback(), centre.port()});
  socket = std::move(raw);
  ShortMessage hello;
  hello.destination = Address{1, 1, "77010000001"};
  hello.short_message = "x";
  say(Pdu{command::kSubmitSm, 0, 1, hello});
  EXPECT_EQ(next().status, status::kInvalidBindState);
  say(Pdu{command::kEnquireLink, 0, 2, Empty{}});
  EXPECT_EQ(next().status, status::kInvalidBindState);
  say(Pdu{0x0000F00D, 0, 3, Empty{}});
  EXPECT_EQ(next(), (Pdu{command::kGenericNack, status::kInvalidCommand, 3, Empty{}}));
  Bind bind;
  bind.system_id = "stranger";
  say(Pdu{command::kBindTransceiver, 0, 4, bind});
  EXPECT_EQ(next().status, status::kInvalidSystemId);
  bind.system_id = "mekenjai";
  say(Pdu{command::kBindTransceiver, 0, 5, bind});
  EXPECT_EQ(next().status, status::kInvalidPassword);
  bind.password = "secret";
  say(Pdu{command::kBindTransceiver, 0, 6, bind});
  EXPECT_EQ(next().status, status::kOk);
  say(Pdu{command::kBindTransceiver, 0, 7, bind});
  EXPECT_EQ(next().status, status::kAlreadyBound);
  say(Pdu{command::kSubmitSm, 0, 8, hello});
  EXPECT_EQ(next().status, status::kOk);
  EXPECT_EQ(centre.messages("+77010000001").size(), 1U);
}

TEST_F(Story, TheCentresMemoryIsBounded) {
  SmscConfig config = centre_config();
  config.keep_messages_per_phone = 3;
  config.max_phones = 2;
  Smsc centre(loop, config);
  Link link(loop, link_config({centre.address()}), events());
  link.start();
  for (int i = 0; i < 5; ++i) link.submit(message(i, fmt::format("{}", i)));
  link.submit(message(10, "x", "+77010000002"));
  link.submit(message(11, "x", kPhone));
  link.submit(message(12, "x", "+77010000003"));
  ASSERT_TRUE(until_reports(8));
  EXPECT_EQ(centre.messages(kPhone).size(), 3U);
  EXPECT_EQ(centre.messages("+77010000002").size(), 0U);
  EXPECT_EQ(centre.messages("+77010000003").size(), 1U);
}

TEST_F(Story, SeveralThreadsMayRunTheLoopSubmitAndStore) {
  constexpr int kEach = 500;
  Smsc centre(loop, centre_config());
  std::atomic<int> accepted = 0;
  std::atomic<int> acknowledged = 0;
  LinkEvents parallel;
  parallel.on_submitted = [&](const SubmitReport& report) {
    accepted += report.outcome == SubmitOutcome::accepted ? 1 : 0;
  };
  parallel.on_inbound = [](Inbound, const Stored& stored) {
    std::thread([stored] { stored(true); }).detach();
  };
  auto link = std::make_unique<Link>(loop, link_config({centre.address()}), parallel);
  link->start();
  {
    const auto work = asio::make_work_guard(loop);
    std::vector<std::thread> threads;
    for (int t = 0; t < 2; ++t) threads.emplace_back([&] { loop.run(); });
    for (int t = 0; t < 2; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < kEach; ++i) {
          link->submit(message(t * kEach + i));
          if (i % 10 == 0) centre.send(kPhone, "1414", "1", [&](bool) { ++acknowledged; });
          if (i % 100 == 0) (void)centre.messages(kPhone);
        }
      });
    }
    const Steady::time_point end = Steady::now() + 20s;
    while ((accepted < 2 * kEach || acknowledged < 2 * kEach / 10) && Steady::now() < end) {
      std::this_thread::yield();
    }
    loop.stop();
    for (std::thread& thread : threads) thread.join();
  }
  EXPECT_EQ(accepted, 2 * kEach);
  EXPECT_EQ(acknowledged, 2 * kEach / 10);
}

TEST_F(Story, ManyMessagesASecond) {
  constexpr int kCount = 20'000;
  SmscConfig quiet = centre_config();
  quiet.queue_limit = 2 * kCount;
  Smsc centre(loop, quiet);
  Link link(loop, link_config({centre.address()}), events());
  link.start();
  ASSERT_TRUE(until_bound(link));
  const Steady::time_point began = Steady::now();
  for (int i = 0; i < kCount; ++i) link.submit(message(i, "Kod 1234, eshkimge aitpanyz"));
  ASSERT_TRUE(until([&] { return reports.size() == kCount && receipts.size() == kCount; }, 60s));
  const std::chrono::duration<double> took = Steady::now() - began;
  std::printf("%.0f submit_sm a second, each with its receipt, client and centre on one thread\n",
              kCount / took.count());
  for (const SubmitReport& report : reports) EXPECT_EQ(report.outcome, SubmitOutcome::accepted);
}

}  // namespace
}  // namespace mekenjai::edge::sms
