// What the front door asks of a kiosk, and what it lets nobody carry in or out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>

#include "http/csrf.hpp"
#include "http/raw_client.hpp"
#include "http/server.hpp"

namespace mekenjai::http {
namespace {

namespace asio = boost::asio;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

asio::awaitable<Response> who(Request& request) {
  Response response;
  response.body = request.session ? request.session->display_name : "nobody";
  co_return response;
}

class KioskDoor : public testing::Test {
 protected:
  KioskDoor() {
    const auto route = [](Method method, std::string pattern, Guard guard, AtKiosk place) {
      Route made{method, std::move(pattern), guard, who};
      made.prefix = place == AtKiosk::no ? "" : "/kiosk";
      made.at_kiosk = place;
      return made;
    };
    Hooks hooks;
    hooks.session = [](std::string token) -> asio::awaitable<std::optional<flow::Session>> {
      if (!token.starts_with("good")) co_return std::nullopt;
      flow::Session session;
      session.display_name = "Somebody";
      session.kiosk = token.substr(4);  // "good": of the portal, "goodk1": of a kiosk
      co_return session;
    };
    hooks.kiosk = [](std::string device) -> asio::awaitable<std::optional<flow::Kiosk>> {
      if (device == "one") co_return flow::Kiosk{"k1", "c", false};
      if (device == "two") co_return flow::Kiosk{"k2", "c", false};
      if (device == "explains") co_return flow::Kiosk{"k1", "c", true};
      co_return std::nullopt;
    };
    hooks.used_at_kiosk = [this](const std::string& device, const std::string& token) {
      const std::lock_guard lock(mutex_);
      used_.push_back(device + " " + token);
    };
    server_ = std::make_unique<Server>(
        ServerConfig{"127.0.0.1:0", 1},
        std::vector<Route>{
            route(Method::get, "/who", Guard::open_page, AtKiosk::no),
            route(Method::get, "/api/v1/who", Guard::token, AtKiosk::no),
            route(Method::get, "/kiosk/who", Guard::open_page, AtKiosk::yes),
            route(Method::get, "/kiosk/mine", Guard::cookie, AtKiosk::yes),
            route(Method::post, "/kiosk/who", Guard::open_page, AtKiosk::yes),
            route(Method::post, "/kiosk/out", Guard::open_page, AtKiosk::with_consultant)},
        hooks);
    server_->start();
  }

  RawResponse ask(std::string_view method, std::string_view target, std::string_view cookies,
                  std::string_view more = "") {
    return RawClient(server_->port())
        .ask(fmt::format("{} {} HTTP/1.1\r\nHost: a\r\nCookie: {}\r\n{}{}\r\n", method, target,
                         cookies, method == "POST" ? "Content-Length: 0\r\n" : "", more));
  }
  std::string body(std::string_view target, std::string_view cookies) {
    return ask("GET", target, cookies).body;
  }
  std::vector<std::string> used() {
    const std::lock_guard lock(mutex_);
    return std::exchange(used_, {});
  }

  std::mutex mutex_;
  std::vector<std::string> used_;
  std::unique_ptr<Server> server_;
};

TEST_F(KioskDoor, AsksForTheDeviceFirst) {
  EXPECT_EQ(ask("GET", "/kiosk/who", "a=b").status, 403);
  EXPECT_EQ(ask("GET", "/kiosk/who", "__Host-kiosk=nobody").status, 403);
  EXPECT_EQ(ask("GET", "/kiosk/who", "__Host-kiosk=" + std::string(300, 'a')).status, 403);
  EXPECT_EQ(ask("POST", "/kiosk/who", "a=b").status, 403);
  EXPECT_EQ(ask("GET", "/kiosk/who", "__Host-kiosk=one").status, 200);
  EXPECT_EQ(ask("GET", "/who", "a=b").status, 200) << "elsewhere nobody is asked";
}

TEST_F(KioskDoor, KnowsOnlySessionsOfThisKiosk) {
  EXPECT_EQ(body("/kiosk/who", "__Host-kiosk=one; __Host-session=goodk1"), "Somebody");
  EXPECT_EQ(body("/kiosk/who", "__Host-kiosk=two; __Host-session=goodk1"), "nobody");
  EXPECT_EQ(body("/kiosk/who", "__Host-kiosk=one; __Host-session=good"), "nobody")
      << "of the portal";
  EXPECT_EQ(body("/who", "__Host-session=good"), "Somebody");
  EXPECT_EQ(body("/who", "__Host-session=goodk1"), "nobody");
  EXPECT_EQ(body("/who", "__Host-kiosk=one; __Host-session=goodk1"), "nobody")
      << "the device does not help elsewhere";
  EXPECT_EQ(ask("GET", "/api/v1/who", "a=b", "Authorization: Bearer goodk1\r\n").status, 401);
}

TEST_F(KioskDoor, LeadsStrangersToTheStart) {
  const RawResponse answer = ask("GET", "/kiosk/mine", "__Host-kiosk=one");
  EXPECT_EQ(answer.status, 303);
  EXPECT_EQ(answer.header("location"), "/kiosk/") << "and never back to where the one before was";
}

TEST_F(KioskDoor, LetsNobodyActWhileAConsultantExplains) {
  EXPECT_EQ(ask("GET", "/kiosk/who", "__Host-kiosk=explains; __Host-session=goodk1").status, 200);
  EXPECT_EQ(ask("POST", "/kiosk/who", "__Host-kiosk=explains; __Host-session=goodk1").status, 403);
  EXPECT_EQ(ask("POST", "/kiosk/out", "__Host-kiosk=explains; __Host-session=goodk1").status, 200);
  EXPECT_EQ(ask("POST", "/kiosk/who", "__Host-kiosk=one; __Host-session=goodk1").status, 200);
}

TEST_F(KioskDoor, CountsWhoGoesToAPageAndNotWhatAPageAsks) {
  ask("GET", "/kiosk/who", "__Host-kiosk=one; __Host-session=goodk1",
      "Sec-Fetch-Mode: navigate\r\n");
  EXPECT_THAT(used(), ElementsAre("one goodk1"));
  ask("GET", "/kiosk/who", "__Host-kiosk=one; __Host-session=goodk1", "Sec-Fetch-Mode: cors\r\n");
  EXPECT_THAT(used(), IsEmpty());
  ask("GET", "/kiosk/who", "__Host-kiosk=one; __Host-session=good");
  EXPECT_THAT(used(), ElementsAre("one ")) << "a session of elsewhere is none";
  ask("GET", "/who", "__Host-kiosk=one; __Host-session=good");
  EXPECT_THAT(used(), IsEmpty());
}

}  // namespace
}  // namespace mekenjai::http
