// What push services do with pushes, on loopback: they take, forget, put off and refuse them, hang up and keep silent.
#include "edge/push/sender.hpp"

#include <gmock/gmock.h>

#include <boost/asio/executor_work_guard.hpp>

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>

#include "edge/push/push_service.hpp"

namespace mekenjai::edge::push {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;
using Millis = std::chrono::milliseconds;

constexpr EndpointRules kLoopback{true, {}};

SubscriptionKeys some_keys() {
  return SubscriptionKeys::read(
             "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
             "BTBZMqHH6r4Tts7J_aSIgg")
      .value();
}

Push to(const std::string& url) { return Push{Endpoint::parse(url, kLoopback).value(), some_keys()}; }

/// A sender on a loop of its own, and the reports as they come.
class Sending {
 public:
  explicit Sending(SenderConfig config = {}) : sender_(loop_, std::move(config), make_vapid(), clock_) {
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Sending() {
    loop_.stop();
    thread_.join();
  }

  bool send(Push push) {
    return sender_.send(std::move(push), [this](const Report& report) {
      const std::lock_guard lock(mutex_);
      reports_.push_back(report);
      changed_.notify_all();
    });
  }
  /// Waits until so many have come.
  std::vector<Report> reports(std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, 20s, [&] { return reports_.size() >= count; }))
        << reports_.size() << " of " << count;
    return reports_;
  }
  Report told(Push push) {
    EXPECT_TRUE(send(std::move(push)));
    const auto all = reports(1);
    return all.empty() ? Report{} : all.back();
  }
  void stop() {
    std::promise<void> stopped;
    sender_.stop([&] { stopped.set_value(); });
    EXPECT_EQ(stopped.get_future().wait_for(20s), std::future_status::ready);
  }
  std::size_t in_hand() const { return sender_.in_hand(); }

 private:
  static Vapid make_vapid() { return Vapid::make(P256Key::generate(), "mailto:push@mekenjai.example").value(); }

  base::SystemClock clock_;
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_ = boost::asio::make_work_guard(loop_);
  Sender sender_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Report> reports_;
  std::thread thread_;
};

std::string taken(const PushService::Request&) {
  return PushService::status("201 Created", "Location: /message/1\r\n");
}

/// A file that goes away with the test.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    std::string pattern = (std::filesystem::temp_directory_path() / "push-test-XXXXXX").string();
    const int file = mkstemp(pattern.data());
    if (file >= 0) close(file);
    path_ = pattern;
    std::ofstream(path_) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

TEST(Sender, HandsOverWhatAPushServiceWantsToSee) {
  PushService service(taken);
  Sending sending;
  Push push = to(service.url());
  push.ttl = 90s;
  push.urgency = Urgency::high;
  push.topic = "consent-1";
  const Report report = sending.told(push);
  EXPECT_EQ(report.fate, Fate::taken) << report.trouble;
  EXPECT_EQ(report.status, 201);
  EXPECT_EQ(sending.in_hand(), 0u);

  const auto requests = service.requests();
  ASSERT_EQ(requests.size(), 1u);
  const auto& request = requests.front();
  EXPECT_EQ(request.method_string(), "POST");
  EXPECT_EQ(request.target(), "/push/1");
  EXPECT_THAT(std::string(request["Host"]), StartsWith("127.0.0.1:"));
  EXPECT_EQ(request["TTL"], "90");
  EXPECT_EQ(request["Urgency"], "high");
  EXPECT_EQ(request["Topic"], "consent-1");
  EXPECT_EQ(request["Content-Encoding"], "aes128gcm");
  EXPECT_EQ(request["Content-Type"], "application/octet-stream");
  EXPECT_THAT(std::string(request["Authorization"]), StartsWith("vapid t="));
  EXPECT_EQ(request.body().size(), kMessageHeader + kPaddedText + 1 + kTag);
}

TEST(Sender, CutsAnEndlessLifeAndLeavesOutWhatIsNot) {
  PushService service(taken);
  Sending sending;
  Push push = to(service.url());
  push.ttl = 24h * 365;
  ASSERT_TRUE(sending.send(push));
  push.ttl = -5s;
  ASSERT_TRUE(sending.send(push));
  sending.reports(2);
  std::vector<std::string> lives;
  for (const auto& request : service.requests()) {
    lives.emplace_back(request["TTL"]);
    EXPECT_EQ(request.count("Topic"), 0u);
  }
  EXPECT_THAT(lives, ::testing::UnorderedElementsAre("2419200", "0"));
}

TEST(Sender, EveryAnswerHasItsFate) {
  struct Case {
    const char* line;
    const char* fields;
    Fate fate;
    std::chrono::seconds retry_after;
  };
  for (const Case& one : {Case{"201 Created", "", Fate::taken, 0s}, Case{"202 Accepted", "", Fate::taken, 0s},
                          Case{"404 Not Found", "", Fate::gone, 0s}, Case{"410 Gone", "", Fate::gone, 0s},
                          Case{"429 Too Many Requests", "Retry-After: 77\r\n", Fate::later, 77s},
                          Case{"500 Internal Server Error", "", Fate::later, 0s},
                          Case{"503 Service Unavailable", "Retry-After: 5\r\n", Fate::later, 5s},
                          Case{"400 Bad Request", "", Fate::refused, 0s}, Case{"403 Forbidden", "", Fate::refused, 0s},
                          Case{"413 Payload Too Large", "", Fate::refused, 0s}}) {
    PushService service([&](const auto&) { return PushService::status(one.line, one.fields, "some words"); });
    Sending sending;
    const Report report = sending.told(to(service.url()));
    EXPECT_EQ(report.fate, one.fate) << one.line;
    EXPECT_EQ(report.retry_after, one.retry_after) << one.line;
    EXPECT_EQ(report.status, std::atoi(one.line));
    EXPECT_THAT(report.trouble, ::testing::Not(HasSubstr("push/1"))) << "logs never hold the endpoint";
  }
}

TEST(Sender, DoesNotFollowARedirect) {
  PushService target(taken);
  PushService redirecting(
      [&](const auto&) { return PushService::status("307 Temporary Redirect", "Location: " + target.url() + "\r\n"); });
  Sending sending;
  EXPECT_EQ(sending.told(to(redirecting.url())).fate, Fate::refused);
  EXPECT_EQ(target.connections(), 0u);
}

TEST(Sender, ANameThatLeadsIntoOurNetworkIsRefusedBeforeAnybodyConnects) {
  for (const char* inside : {"127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"}) {
    SenderConfig config;
    config.names = [&](const std::string& host) {
      EXPECT_EQ(host, "push.example.kz");
      return std::vector{boost::asio::ip::make_address("8.8.8.8"), boost::asio::ip::make_address(inside)};
    };
    Sending sending(std::move(config));
    const Report report = sending.told(to("https://push.example.kz/1"));
    EXPECT_EQ(report.fate, Fate::refused) << inside;
    EXPECT_EQ(report.status, 0);
    EXPECT_THAT(report.trouble, HasSubstr("private network"));
  }
}

TEST(Sender, ANameThatIsNotKnownMayBeKnownLater) {
  SenderConfig config;
  config.names = [](const std::string&) { return std::vector<boost::asio::ip::address>(); };
  Sending sending(std::move(config));
  const Report report = sending.told(to("https://push.example.kz/1"));
  EXPECT_EQ(report.fate, Fate::later);
  EXPECT_THAT(report.trouble, StartsWith("name: "));
}

TEST(Sender, SilenceHangingUpAndNonsenseMeanLater) {
  std::string nobody;
  {
    PushService gone(taken);
    nobody = gone.url();
  }
  EXPECT_THAT(Sending().told(to(nobody)).trouble, StartsWith("connect: "));
  PushService hanging_up([](const auto&) { return std::string(); });
  EXPECT_EQ(Sending().told(to(hanging_up.url())).fate, Fate::later);
  EXPECT_EQ(hanging_up.requests().size(), 1u) << "a new connection is not tried twice";
  PushService nonsense([](const auto&) { return std::string("what do you want?\r\n\r\n"); });
  EXPECT_EQ(Sending().told(to(nonsense.url())).fate, Fate::later);
  PushService wordy(
      [](const auto&) { return PushService::status("201 Created", "X: " + std::string(20'000, 'x') + "\r\n"); });
  EXPECT_EQ(Sending().told(to(wordy.url())).fate, Fate::later);

  PushService silent(taken);
  silent.hold();
  SenderConfig config;
  config.timeout = 50ms;
  Sending sending(std::move(config));
  const Report report = sending.told(to(silent.url()));
  EXPECT_EQ(report.fate, Fate::later);
  EXPECT_EQ(report.status, 0);
  silent.release();
}

TEST(Sender, AStatusCountsWhateverComesAfterIt) {
  PushService broken(
      [](const auto&) { return std::string("HTTP/1.1 410 Gone\r\nContent-Length: 100\r\n\r\nshort\r\n"); });
  SenderConfig config;
  config.timeout = 300ms;  // for a body that never ends
  Sending sending(std::move(config));
  EXPECT_EQ(sending.told(to(broken.url())).fate, Fate::gone);
  PushService large([](const auto&) { return PushService::status("201 Created", "", std::string(200'000, 'x')); });
  EXPECT_EQ(Sending().told(to(large.url())).fate, Fate::taken);
  PushService endless(
      [](const auto&) { return "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nthere\r\n"; });
  EXPECT_EQ(Sending().told(to(endless.url())).fate, Fate::taken);
}

TEST(Sender, OneOriginGetsSoManyConnectionsAndUsesThemAgain) {
  PushService service(taken);
  service.hold();
  SenderConfig config;
  config.connections_per_origin = 3;
  Sending sending(std::move(config));
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(sending.send(to(service.url())));
  ASSERT_TRUE(service.came(3));
  service.release();
  for (const Report& report : sending.reports(20)) EXPECT_EQ(report.fate, Fate::taken) << report.trouble;
  EXPECT_EQ(service.requests().size(), 20u);
  EXPECT_EQ(service.peak(), 3u);
  EXPECT_EQ(service.connections(), 3u);
}

TEST(Sender, AConnectionThatWasClosedMeanwhileIsMadeAnew) {
  std::atomic<int> nth{0};
  PushService service([&](const auto& request) { return ++nth == 2 ? std::string() : taken(request); });
  SenderConfig config;
  config.connections_per_origin = 1;
  Sending sending(std::move(config));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(sending.send(to(service.url())));
  for (const Report& report : sending.reports(3)) EXPECT_EQ(report.fate, Fate::taken) << report.trouble;
  EXPECT_EQ(service.requests().size(), 4u);
  EXPECT_EQ(service.connections(), 2u);
}

TEST(Sender, AConnectionThatTheServiceClosesIsNotUsedAgain) {
  PushService service([](const auto&) { return PushService::status("201 Created", "Connection: close\r\n"); });
  SenderConfig config;
  config.connections_per_origin = 1;
  Sending sending(std::move(config));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(sending.send(to(service.url())));
  for (const Report& report : sending.reports(3)) EXPECT_EQ(report.fate, Fate::taken) << report.trouble;
  EXPECT_EQ(service.connections(), 3u);
}

TEST(Sender, ASlowPushServiceDoesNotHoldUpOthers) {
  PushService slow(taken), quick(taken);
  slow.hold();
  SenderConfig config;
  config.connections = 3;
  config.connections_per_origin = 2;
  Sending sending(std::move(config));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(sending.send(to(slow.url())));
  ASSERT_TRUE(slow.came(2));
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(sending.send(to(quick.url())));
  EXPECT_THAT(sending.reports(10), Each(::testing::Field(&Report::fate, Fate::taken)));
  EXPECT_EQ(quick.requests().size(), 10u);
  EXPECT_EQ(slow.requests().size(), 2u);
  slow.release();
  sending.reports(20);
}

TEST(Sender, WhenAllConnectionsAreTakenOriginsTakeTurns) {
  PushService busy(taken);
  std::atomic<std::size_t> before{0};
  PushService patient([&](const auto& request) {
    before = busy.requests().size();
    return taken(request);
  });
  busy.hold();
  SenderConfig config;
  config.connections = 1;
  Sending sending(std::move(config));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(sending.send(to(busy.url())));
  ASSERT_TRUE(busy.came(1));
  ASSERT_TRUE(sending.send(to(patient.url())));
  busy.release();
  EXPECT_THAT(sending.reports(51), Each(::testing::Field(&Report::fate, Fate::taken)));
  EXPECT_EQ(before, 16u) << "a turn, not all fifty";
  EXPECT_EQ(busy.requests().size(), 50u);
  EXPECT_EQ(sending.in_hand(), 0u);
}

TEST(Sender, WhatWaitsForASilentServiceComesBackAtOnce) {
  PushService hanging_up([](const auto&) { return std::string(); });
  SenderConfig config;
  config.connections_per_origin = 1;
  Sending sending(std::move(config));
  hanging_up.hold();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(sending.send(to(hanging_up.url())));
  ASSERT_TRUE(hanging_up.came(1));
  hanging_up.release();
  EXPECT_THAT(sending.reports(100), Each(::testing::Field(&Report::fate, Fate::later)));
  EXPECT_LT(hanging_up.requests().size(), 10u) << "not each of them waits for the same silence";
}

TEST(Sender, TakesNoMoreThanItsQueue) {
  PushService service(taken);
  service.hold();
  SenderConfig config;
  config.queue_limit = 5;
  Sending sending(std::move(config));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(sending.send(to(service.url())));
  EXPECT_FALSE(sending.send(to(service.url())));
  service.release();
  sending.reports(5);
  EXPECT_TRUE(sending.send(to(service.url())));
  EXPECT_EQ(sending.reports(6).size(), 6u);
}

TEST(Sender, ATopicThatIsNoneIsRefused) {
  PushService service(taken);
  for (const std::string& topic :
       {std::string("a b"), std::string("a\r\nX: y"), std::string("тема"), std::string(33, 'x')}) {
    Push push = to(service.url());
    push.topic = topic;
    EXPECT_EQ(Sending().told(push).fate, Fate::refused) << topic;
  }
  EXPECT_EQ(service.connections(), 0u);
}

TEST(Sender, StoppingHandsEverythingBack) {
  PushService service(taken);
  service.hold();
  Sending sending;
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(sending.send(to(service.url())));
  ASSERT_TRUE(service.came(4));
  sending.stop();
  EXPECT_EQ(sending.in_hand(), 0u);
  EXPECT_THAT(sending.reports(50), Each(::testing::Field(&Report::fate, Fate::later)));
  ASSERT_TRUE(sending.send(to(service.url())));
  EXPECT_EQ(sending.reports(51).back().fate, Fate::later);
  service.release();
}

TEST(Sender, GoesAwayInTheMiddleOfAPush) {
  PushService service(taken);
  service.hold();
  {
    Sending sending;
    ASSERT_TRUE(sending.send(to(service.url())));
    ASSERT_TRUE(service.came(1));
  }
  service.release();
}

TEST(SenderTls, BelievesACertificateOfItsRootsForTheHostsName) {
  const TlsIdentity identity = TlsIdentity::make("localhost");
  const TemporaryFile roots(identity.certificate);
  PushService service(taken, identity);
  SenderConfig config;
  config.roots_file = roots.path();
  Sending sending(std::move(config));
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(sending.send(to(service.url("localhost"))));
  for (const Report& report : sending.reports(3)) EXPECT_EQ(report.fate, Fate::taken) << report.trouble;
}

TEST(SenderTls, BelievesNoOther) {
  const TlsIdentity identity = TlsIdentity::make("localhost"), other = TlsIdentity::make("push.example.kz");
  PushService service(taken, identity), misnamed(taken, other);
  const Report unknown = Sending().told(to(service.url("localhost")));
  EXPECT_EQ(unknown.fate, Fate::later);
  EXPECT_THAT(unknown.trouble, StartsWith("TLS: ")) << "the system's roots do not know it";

  const TemporaryFile roots(identity.certificate + other.certificate);
  SenderConfig config;
  config.roots_file = roots.path();
  const Report wrong = Sending(config).told(to(misnamed.url("localhost")));
  EXPECT_EQ(wrong.fate, Fate::later);
  EXPECT_THAT(wrong.trouble, StartsWith("TLS: ")) << "a certificate of another name";
  EXPECT_EQ(Sending(config).told(to(service.url("127.0.0.1"))).fate, Fate::later) << "a number is not the name";
  EXPECT_TRUE(service.requests().empty());
  EXPECT_TRUE(misnamed.requests().empty()) << "nothing is said before the other side is known";
}

TEST(SenderTls, RootsThatCannotBeReadAreToldAtTheStart) {
  SenderConfig config;
  config.roots_file = "/nonexistent/roots.pem";
  EXPECT_THROW(Sending{config}, std::runtime_error);
}

}  // namespace
}  // namespace mekenjai::edge::push
