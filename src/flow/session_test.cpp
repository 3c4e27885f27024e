// How long a session lives: idle for two hours, twelve at most, and only as long as somebody uses it.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "flow/house.hpp"

namespace mekenjai::flow {
namespace {

using namespace std::chrono_literals;

class Sessions : public ::testing::Test {
 protected:
  Sessions() { start(); }

  void start() {
    house.open();
    house.bind();
    service.emplace(*house.engine);
  }
  void restart() {
    service.reset();
    house.close();
    start();
  }

  template <class T>
  T wait(boost::asio::awaitable<T> what) {
    boost::asio::io_context io;
    auto result = boost::asio::co_spawn(io, std::move(what), boost::asio::use_future);
    const auto work = boost::asio::make_work_guard(io);
    while (result.wait_for(0s) != std::future_status::ready) io.run_one_for(100ms);
    return result.get();
  }

  std::string sign_in(bool cookie) {
    const std::string iin(House::person(0).view());
    const auto challenge = wait(service->request_sign_in_code(iin, "here", i18n::Language::ru));
    const auto sent = house.sms_to(0);
    const std::string text = sent.back().text;
    const std::size_t digits = text.find_first_of("0123456789");
    return wait(service->sign_in(*challenge, text.substr(digits, 6), "here", cookie))->token;
  }
  std::optional<Session> use(const std::string& token) { return wait(service->session(token)); }
  std::optional<Session> look(const std::string& token) { return wait(service->look_at_session(token)); }

  House house{1};
  std::optional<ServiceImpl> service;
};

TEST_F(Sessions, OfACookieEndAfterTwoIdleHoursAndLookingIsNotUsing) {
  const std::string token = sign_in(true);
  const Instant began = house.clock.now();
  EXPECT_EQ(use(token)->ends_at, began + 2h);
  house.clock.advance(1h);
  EXPECT_EQ(look(token)->ends_at, began + 2h);
  EXPECT_EQ(use(token)->ends_at, began + 3h);
  house.clock.move_to(began + 3h);
  EXPECT_FALSE(use(token));
  EXPECT_EQ(look(token)->iin, House::person(0)) << "whose it was is still known";
  EXPECT_EQ(look(token)->ends_at, began + 3h) << "and it stays ended";
}

TEST_F(Sessions, LastTwelveHoursHoweverOftenTheyAreUsed) {
  const std::string token = sign_in(true);
  const Instant began = house.clock.now();
  for (int hours = 1; hours < 12; ++hours) {
    house.clock.advance(1h);
    EXPECT_EQ(use(token)->ends_at, std::min(began + 12h, house.clock.now() + 2h));
  }
  house.clock.advance(1h);
  EXPECT_FALSE(use(token));
}

TEST_F(Sessions, OfATokenDoNotIdleOut) {
  const std::string token = sign_in(false);
  house.clock.advance(11h);
  EXPECT_TRUE(use(token));
  EXPECT_EQ(look(token)->ends_at, look(token)->expires_at);
}

TEST_F(Sessions, KeptOnesSurviveARestart) {
  const std::string token = sign_in(true);
  use(token);
  house.clock.advance(4min);
  use(token);  // a page view: the store need not know
  ASSERT_TRUE(wait(service->keep_session(token)));
  const Instant kept = house.clock.now();
  restart();
  EXPECT_EQ(look(token)->ends_at, kept + 2h);
  EXPECT_FALSE(look("unknown"));
}

}  // namespace
}  // namespace mekenjai::flow
