#include "http/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "http/csrf.hpp"
#include "http/rate_limit.hpp"
#include "http/raw_client.hpp"

namespace mekenjai::http {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

asio::awaitable<Response> echo(Request& request) {
  Response response;
  response.body = fmt::format("{}|{}|{}|{}", request.path, request.body, request.source,
                              i18n::tag(request.language));
  for (const std::string& parameter : request.parameters) response.body += "|" + parameter;
  for (const auto& [name, value] : request.query)
    response.body += fmt::format("|{}={}", name, value);
  co_return response;
}

asio::awaitable<Response> who(Request& request) {
  Response response;
  response.body = request.session ? request.session->display_name : "nobody";
  co_return response;
}

asio::awaitable<Response> fails(Request&) {
  throw std::runtime_error("a mistake");
  co_return Response{};
}

/// A server with short limits; `gate` routes wait until the test opens it.
class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    limits_.header_time = 10'000ms;
    limits_.target = 256;
    limits_.header = 2048;
    limits_.header_fields = 12;
  }

  void start(std::vector<Route> more = {}) {
    std::vector<Route> routes{
        {Method::get, "/echo", Guard::open, echo},
        {Method::post, "/echo", Guard::open, echo, 100},
        {Method::post, "/api/v1/echo", Guard::open, echo, 100},
        {Method::get, "/api/v1/things/{id}", Guard::token, echo},
        {Method::get, "/things/{id}/parts/{part}", Guard::open, echo},
        {Method::get, "/who", Guard::open_page, who},
        {Method::get, "/mine", Guard::cookie, who},
        {Method::post, "/mine", Guard::cookie, who},
        {Method::get, "/fails", Guard::open, fails},
        {Method::get, "/api/v1/fails", Guard::open, fails},
        {Method::get, "/slow", Guard::open,
         [this](Request&) -> asio::awaitable<Response> {
           entered_.set_value();
           asio::steady_timer gate(co_await asio::this_coro::executor,
                                   std::chrono::steady_clock::time_point::max());
           {
             const std::lock_guard lock(mutex_);
             gate_ = &gate;
             executor_ = gate.get_executor();
           }
           boost::system::error_code ignored;
           co_await gate.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
           Response response;
           response.body = "late";
           co_return response;
         }},
    };
    for (Route& route : more) routes.push_back(std::move(route));
    Hooks hooks;
    hooks.session = [](std::string token) -> asio::awaitable<std::optional<flow::Session>> {
      if (token != "good") co_return std::nullopt;
      flow::Session session;
      session.display_name = "Айгерім С.";
      co_return session;
    };
    hooks.on_request = [this](std::string_view pattern, int status, std::chrono::microseconds) {
      const std::lock_guard lock(mutex_);
      seen_.push_back(fmt::format("{} {}", pattern, status));
    };
    server_ = std::make_unique<Server>(ServerConfig{"127.0.0.1:0", 2, limits_, trust_forwarded_},
                                       std::move(routes), hooks);
    server_->start();
  }

  void open_gate() {
    const std::lock_guard lock(mutex_);
    asio::post(executor_, [gate = gate_] { gate->cancel(); });
  }

  RawResponse ask(std::string_view bytes) { return RawClient(server_->port()).ask(bytes); }
  /// A request with a Host; `fields` end with CRLF each.
  RawResponse get(std::string_view target, std::string_view fields = "") {
    return ask(fmt::format("GET {} HTTP/1.1\r\nHost: a\r\n{}\r\n", target, fields));
  }

  Limits limits_;
  bool trust_forwarded_ = false;
  std::mutex mutex_;
  std::vector<std::string> seen_;
  std::promise<void> entered_;
  asio::steady_timer* gate_ = nullptr;
  asio::any_io_executor executor_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, AnswersAndKeepsTheConnection) {
  start();
  RawClient client(server_->port());
  for (int i = 0; i < 3; ++i) {
    const RawResponse response =
        client.ask("GET /echo?a=1&b=%D3%99+x HTTP/1.1\r\nHost: a\r\nAccept-Language: en\r\n\r\n");
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "/echo||127.0.0.1|en|a=1|b=ә x");
    EXPECT_EQ(response.header("connection"), "");
  }
  EXPECT_EQ(server_->connections(), 1u);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  start();
  RawClient client(server_->port());
  client.send(
      "GET /echo?n=1 HTTP/1.1\r\nHost: a\r\n\r\nPOST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: "
      "2\r\n\r\nhi"
      "GET /echo?n=3 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(client.read().body, HasSubstr("n=1"));
  EXPECT_THAT(client.read().body, HasSubstr("|hi|"));
  const RawResponse last = client.read();
  EXPECT_THAT(last.body, HasSubstr("n=3"));
  EXPECT_EQ(last.header("connection"), "close");
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTest, PutsSecurityHeadersOnEveryAnswer) {
  start();
  for (const char* target : {"/echo", "/nowhere", "/api/v1/nowhere", "/fails", "/mine"}) {
    const RawResponse response = get(target);
    EXPECT_THAT(response.header("content-security-policy"), HasSubstr("default-src 'none'"))
        << target;
    EXPECT_THAT(response.header("content-security-policy"), HasSubstr("frame-ancestors 'none'"))
        << target;
    EXPECT_EQ(response.header("x-content-type-options"), "nosniff");
    EXPECT_EQ(response.header("referrer-policy"), "same-origin");
    EXPECT_EQ(response.header("cross-origin-opener-policy"), "same-origin");
    EXPECT_NE(response.header("permissions-policy"), "");
    EXPECT_EQ(response.header("cache-control"), "no-store");
    EXPECT_EQ(response.header("server"), "");
    EXPECT_THAT(response.header("date"), testing::EndsWith(" GMT"));
  }
}

TEST_F(ServerTest, HeadIsGetWithoutABody) {
  start();
  RawClient client(server_->port());
  const RawResponse head = client.ask("HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  const RawResponse full = client.ask("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(head.header("content-length"), full.header("content-length"));
}

TEST_F(ServerTest, RoutesByPathAndMethod) {
  start();
  EXPECT_EQ(get("/things/a%2Fb/parts/%D3%99").body, "/things/a/b/parts/ә||127.0.0.1|kk|a/b|ә");
  EXPECT_EQ(get("/things/a/b/parts/c").status, 404);
  EXPECT_EQ(get("/echo/").status, 404);
  EXPECT_EQ(get("/things//parts/c").status, 404);
  const RawResponse wrong = ask("DELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.header("allow"), "GET, HEAD, POST");
  EXPECT_EQ(ask("PUT /echo HTTP/1.1\r\nHost: a\r\n\r\n").status, 405);
  EXPECT_EQ(ask("PUT /nowhere HTTP/1.1\r\nHost: a\r\n\r\n").status, 404);
  EXPECT_EQ(ask("BREW /echo HTTP/1.1\r\nHost: a\r\n\r\n").status, 501);
  EXPECT_EQ(ask("GET http://example.org/echo?x=1 HTTP/1.1\r\nHost: a\r\n\r\n").body,
            "/echo||127.0.0.1|kk|x=1");
}

TEST_F(ServerTest, TellsProblemsToProgramsAndPagesToPeople) {
  start();
  const RawResponse api = get("/api/v1/nowhere", "Accept-Language: ru\r\n");
  EXPECT_EQ(api.status, 404);
  EXPECT_EQ(api.header("content-type"), "application/problem+json; charset=utf-8");
  EXPECT_EQ(api.header("content-language"), "ru");
  EXPECT_THAT(api.body, HasSubstr("\"code\":\"not_found\""));
  EXPECT_EQ(get("/nowhere", "Accept: application/json\r\n").header("content-type"),
            "application/problem+json; charset=utf-8");
  const RawResponse page = get("/nowhere", "Accept: text/html,application/json;q=0.5\r\n");
  EXPECT_EQ(page.status, 404);
  EXPECT_EQ(page.header("content-type"), "text/html; charset=utf-8");
}

TEST_F(ServerTest, AHandlersMistakeIsA500AndNothingOfItIsTold) {
  start();
  RawClient client(server_->port());
  const RawResponse response = client.ask("GET /api/v1/fails HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, HasSubstr("\"code\":\"internal\""));
  EXPECT_THAT(response.body, Not(HasSubstr("mistake")));
  EXPECT_EQ(client.ask("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
}

TEST_F(ServerTest, ReadsBodiesByLengthAndByChunks) {
  start();
  EXPECT_THAT(ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello").body,
              HasSubstr("|hello|"));
  EXPECT_THAT(ask("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\nTrailer: t\r\n\r\n")
                  .body,
              HasSubstr("|hello|"));
  RawClient slow(server_->port());
  for (const char c :
       std::string_view("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok"))
    slow.send({&c, 1});
  EXPECT_THAT(slow.read().body, HasSubstr("|ok|"));
}

TEST_F(ServerTest, SaysContinueOnlyWhereTheBodyIsWanted) {
  start();
  RawClient client(server_->port());
  client.send(
      "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read().status, 100);
  client.send("ok");
  EXPECT_EQ(client.read().status, 200);
  EXPECT_EQ(
      ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n")
          .status,
      413);
  EXPECT_EQ(
      ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: tea\r\n\r\n").status,
      417);
}

TEST_F(ServerTest, KeepsItsSizes) {
  start();
  EXPECT_EQ(
      ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x'))
          .status,
      200);
  EXPECT_EQ(
      ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'x'))
          .status,
      413);
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\n")
                .status,
            400);
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" +
                std::string(101, 'x') + "\r\n0\r\n\r\n")
                .status,
            413);
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
                "chunked\r\n\r\nffffffffffffffff\r\nx")
                .status,
            413);
  EXPECT_EQ(get("/echo?" + std::string(300, 'x')).status, 414);
  EXPECT_EQ(get("/echo?" + std::string(5000, 'x')).status, 414);
  EXPECT_EQ(get("/echo", "X: " + std::string(3000, 'x') + "\r\n").status, 431);
  std::string fields;
  for (int i = 0; i < 12; ++i) fields += fmt::format("X-{}: {}\r\n", i, i);
  EXPECT_EQ(get("/echo", fields).status, 431);
  std::string large;
  for (int i = 0; i < 10; ++i) large += fmt::format("X-{}: {}\r\n", i, std::string(250, 'y'));
  EXPECT_EQ(get("/echo", large).status, 431);
}

TEST_F(ServerTest, TheAnswerToATooLargeBodyArrives) {
  start();
  // The client goes on sending: the answer must not be lost with the bytes that nobody reads.
  const RawResponse response =
      ask("POST /api/v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" +
          std::string(200'000, 'x'));
  EXPECT_EQ(response.status, 413);
  EXPECT_THAT(response.body, HasSubstr("\"code\":\"too_large\""));
  EXPECT_EQ(response.header("connection"), "close");
}

TEST_F(ServerTest, RefusesWhatAProxyMightReadInAnotherWay) {
  start();
  const std::string_view post = "POST /echo HTTP/1.1\r\nHost: a\r\n";
  const std::pair<std::string_view, int> shapes[] = {
      {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", 400},
      {"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok", 400},
      {"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!", 400},
      {"Content-Length: 2, 2\r\n\r\nok", 400},
      {"Content-Length: +2\r\n\r\nok", 400},
      {"Content-Length: 0x2\r\n\r\nok", 400},
      {"Content-Length: -1\r\n\r\n", 400},
      {"Content-Length:\r\n\r\n", 400},
      {"Content-Length : 2\r\n\r\nok", 400},
      {"Transfer-Encoding: gzip\r\n\r\n", 501},
      {"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
      {"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 501},
      {"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
      {"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"Transfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n0\r\n\r\n", 400},
      {"Transfer-Encoding: chunked\r\n\r\n-2\r\nok\r\n0\r\n\r\n", 400},
      {"Host: b\r\n\r\n", 400},
      {"X\r\n\r\n", 400},
      {": x\r\n\r\n", 400},
      {"X Y: x\r\n\r\n", 400},
      {"X: a\x01"
       "b\r\n\r\n",
       400},
      {"X: a\nY: b\r\n\r\n", 400},
  };
  for (const auto& [rest, status] : shapes) {
    RawClient client(server_->port());
    EXPECT_EQ(client.ask(fmt::format("{}{}", post, rest)).status, status) << rest;
    EXPECT_TRUE(client.ended()) << rest;
  }
}

TEST_F(ServerTest, RefusesWhatIsNotHttp11) {
  start();
  EXPECT_EQ(ask("GET /echo HTTP/1.0\r\nHost: a\r\n\r\n").status, 505);
  EXPECT_EQ(ask("GET /echo HTTP/2.0\r\nHost: a\r\n\r\n").status, 505);
  EXPECT_EQ(ask("GET /echo\r\n\r\n").status, 400);
  EXPECT_EQ(ask("GET  /echo HTTP/1.1\r\nHost: a\r\n\r\n").status, 400);
  EXPECT_EQ(ask("GET /echo HTTP/1.1\r\n\r\n").status, 400);
  EXPECT_EQ(ask("GET /echo HTTP/1.1\r\nHost: a/b\r\n\r\n").status, 400);
  EXPECT_EQ(ask("GET echo HTTP/1.1\r\nHost: a\r\n\r\n").status, 400);
  EXPECT_EQ(ask("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n").status, 400);
  EXPECT_EQ(ask("\x16\x03\x01\x02\x05\x01\r\n\r\n").status, 400);
  EXPECT_EQ(get("/echo%zz").status, 400);
  EXPECT_EQ(get("/echo%00").status, 400);
  EXPECT_EQ(get("/api/v1/%FF").status, 400);
  EXPECT_EQ(get("/echo?a=%C0%AF").status, 400);
  EXPECT_EQ(ask("\r\nGET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status,
            200);  // forgiven, RFC 9112, 2.2
}

TEST_F(ServerTest, AskForATokenBelowTheApi) {
  start();
  const RawResponse none = get("/api/v1/things/7");
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.header("www-authenticate"), "Bearer realm=\"mekenjai\"");
  EXPECT_THAT(none.body, HasSubstr("not_signed_in"));
  const RawResponse bad = get("/api/v1/things/7", "Authorization: Bearer bad\r\n");
  EXPECT_EQ(bad.status, 401);
  EXPECT_THAT(bad.header("www-authenticate"), HasSubstr("invalid_token"));
  EXPECT_EQ(get("/api/v1/things/7", "Authorization: Basic good\r\n").status, 401);
  EXPECT_EQ(get("/api/v1/things/7", "Cookie: __Host-session=good\r\n").status, 401);
  EXPECT_EQ(get("/api/v1/things/7", "Authorization: bearer good\r\n").status, 200);
}

TEST_F(ServerTest, SendsVisitorsToTheSignInPageAndBack) {
  start();
  const RawResponse response = get("/mine?tab=2&q=%D3%99");
  EXPECT_EQ(response.status, 303);
  EXPECT_EQ(response.header("location"), "/sign-in?next=%2Fmine%3Ftab%3D2%26q%3D%25D3%2599");
  EXPECT_EQ(get("/mine", "Cookie: a=b; __Host-session=good\r\n").body, "Айгерім С.");
  EXPECT_EQ(get("/who").body, "nobody");
  EXPECT_EQ(get("/who", "Cookie: __Host-session=good\r\n").body, "Айгерім С.");
  EXPECT_EQ(ask("POST /mine HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n").header("location"),
            "/sign-in");
}

TEST_F(ServerTest, RefusesFormsOfOtherSites) {
  start();
  const auto post = [this](std::string_view fields) {
    return ask(fmt::format("POST /mine HTTP/1.1\r\nHost: home.kz\r\nCookie: "
                           "__Host-session=good\r\nContent-Length: 0\r\n{}\r\n",
                           fields))
        .status;
  };
  EXPECT_EQ(post(""), 200);
  EXPECT_EQ(post("Sec-Fetch-Site: same-origin\r\n"), 200);
  EXPECT_EQ(post("Sec-Fetch-Site: none\r\n"), 200);
  EXPECT_EQ(post("Sec-Fetch-Site: cross-site\r\n"), 403);
  EXPECT_EQ(post("Sec-Fetch-Site: same-site\r\n"), 403);
  EXPECT_EQ(post("Origin: https://home.kz\r\n"), 200);
  EXPECT_EQ(post("Origin: https://evil.kz\r\n"), 403);
  EXPECT_EQ(post("Origin: https://home.kz.evil.kz\r\n"), 403);
  EXPECT_EQ(post("Origin: null\r\n"), 403);
}

TEST_F(ServerTest, AsksLimitersBySource) {
  RateLimiter limiter(2);
  trust_forwarded_ = true;
  start({{Method::get, "/api/v1/limited", Guard::open, echo, 100, &limiter}});
  const auto from = [this](std::string_view source) {
    return get("/api/v1/limited", fmt::format("X-Forwarded-For: 9.9.9.9, {}\r\n", source));
  };
  EXPECT_EQ(from("10.0.0.1").status, 200);
  EXPECT_EQ(from("10.0.0.1").status, 200);
  const RawResponse third = from("10.0.0.1");
  EXPECT_EQ(third.status, 429);
  EXPECT_GT(std::stoi(third.header("retry-after")), 0);
  EXPECT_THAT(third.body, HasSubstr("rate_limited"));
  EXPECT_EQ(from("10.0.0.2").status, 200);
}

TEST_F(ServerTest, BelievesAForwardedAddressOnlyFromAProxy) {
  start();
  EXPECT_THAT(get("/echo", "X-Forwarded-For: 10.0.0.1\r\n").body, HasSubstr("|127.0.0.1|"));
}

TEST_F(ServerTest, EndsSlowHeadersAndBodies) {
  limits_.header_time = limits_.body_time = 60ms;
  start();
  EXPECT_EQ(ask("GET /echo HTTP/1.1\r\nHost:").status, 408);
  EXPECT_EQ(ask("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe").status, 408);
  RawClient silent(server_->port());
  EXPECT_TRUE(silent.ended());  // said nothing, is told nothing
}

TEST_F(ServerTest, AByteNowAndThenIsNoProgress) {
  limits_.header_time = 100ms;
  start();
  RawClient client(server_->port());
  client.send("GET /echo HTTP/1.1\r\n");
  std::atomic<bool> done{false};
  std::thread drip([&] {
    while (!done) {
      client.send("X: y\r\n");
      std::this_thread::sleep_for(10ms);  // the client's own slowness is what is tested
    }
  });
  const int status = client.read().status;
  done = true;
  drip.join();
  EXPECT_TRUE(status == 408 || status == 431) << status;
}

TEST_F(ServerTest, EndsIdleConnections) {
  limits_.idle_time = 60ms;
  start();
  RawClient client(server_->port());
  EXPECT_EQ(client.ask("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTest, ALateHandlerIsA503AndIsLetFinish) {
  limits_.handler_time = 60ms;
  start();
  RawClient client(server_->port());
  const RawResponse response = client.ask("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(response.status, 503);
  EXPECT_NE(response.header("retry-after"), "");
  EXPECT_TRUE(client.ended());
  open_gate();
  server_->stop(5s);
  EXPECT_EQ(server_->connections(), 0u);
}

TEST_F(ServerTest, StopsWhenRunningRequestsAreAnswered) {
  start();
  RawClient idle(server_->port()), silent(server_->port()), busy(server_->port());
  EXPECT_EQ(idle.ask("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
  busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  entered_.get_future().wait();
  std::thread stopping([this] { server_->stop(20s); });
  EXPECT_TRUE(idle.ended());
  EXPECT_TRUE(silent.ended());
  open_gate();
  const RawResponse response = busy.read();
  EXPECT_EQ(response.body, "late");
  EXPECT_EQ(response.header("connection"), "close");
  busy.end_sending();
  stopping.join();
  EXPECT_EQ(server_->connections(), 0u);
  EXPECT_THROW(RawClient{server_->port()}, std::runtime_error);
}

TEST_F(ServerTest, StopsAfterTheDrainEvenIfSomebodyHangs) {
  start();
  RawClient busy(server_->port());
  busy.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
  entered_.get_future().wait();
  server_->stop(50ms);
  EXPECT_EQ(busy.read().status, 0);
}

TEST_F(ServerTest, CountsConnectionsBySourceAndInAll) {
  limits_.connections_a_source = 2;
  start();
  RawClient first(server_->port()), second(server_->port());
  EXPECT_EQ(first.ask("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
  EXPECT_EQ(second.ask("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").status, 200);
  EXPECT_EQ(RawClient(server_->port()).read().status, 503);
}

TEST_F(ServerTest, EndsAConnectionAfterSoManyRequests) {
  limits_.requests_a_connection = 2;
  start();
  RawClient client(server_->port());
  EXPECT_EQ(client.ask("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").header("connection"), "");
  EXPECT_EQ(client.ask("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n").header("connection"), "close");
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTest, LeavesOutHeadersThatWouldSplitTheAnswer) {
  start({{Method::get, "/split", Guard::open, [](Request&) -> asio::awaitable<Response> {
            Response response;
            response.headers.emplace_back("X-Split", "a\r\nX-Evil: b");
            response.headers.emplace_back("X-Good", "c");
            co_return response;
          }}});
  const RawResponse response = get("/split");
  EXPECT_EQ(response.header("x-evil"), "");
  EXPECT_EQ(response.header("x-split"), "");
  EXPECT_EQ(response.header("x-good"), "c");
}

TEST_F(ServerTest, TellsTheMetricsRouteAndStatus) {
  start();
  RawClient client(server_->port());
  client.ask("GET /things/1/parts/2 HTTP/1.1\r\nHost: a\r\n\r\n");
  client.ask("GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n");
  client.ask("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");  // the two before have been reported by now
  const std::lock_guard lock(mutex_);
  ASSERT_GE(seen_.size(), 2u);
  EXPECT_EQ(seen_[0], "/things/{id}/parts/{part} 200");
  EXPECT_EQ(seen_[1], " 404");
}

TEST(ServerAddress, MustBeFreeAndWellFormed) {
  for (const char* listen :
       {"", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:99999", "nowhere:80"}) {
    EXPECT_THROW(Server(ServerConfig{.listen = listen}, {}, {}), std::runtime_error) << listen;
  }
  const Server first(ServerConfig{.listen = "127.0.0.1:0", .loops = 1}, {}, {});
  EXPECT_EQ(first.address(), fmt::format("127.0.0.1:{}", first.port()));
  EXPECT_THROW(Server(ServerConfig{.listen = first.address(), .loops = 1}, {}, {}),
               std::runtime_error);
}

}  // namespace
}  // namespace mekenjai::http
