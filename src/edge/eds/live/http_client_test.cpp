// Authorities answer over the open net: what is too large, too slow or a portal's page is no answer.
#include "edge/eds/live/http_client.hpp"

#include <gmock/gmock.h>

#include <boost/asio/use_future.hpp>

#include "edge/eds/live/loopback.hpp"

namespace mekenjai::edge::eds::live {
namespace {

using boost::beast::http::field;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

HttpAnswer ask(HttpRequest request) {
  boost::asio::io_context loop(1);
  auto answer = boost::asio::co_spawn(loop, fetch(std::move(request)), boost::asio::use_future);
  loop.run();
  return answer.get();
}

HttpAnswer get(const Loopback& server, std::size_t max_body = kMaxSmallAnswer) {
  HttpRequest request;
  request.address = HttpAddress::parse(server.url("/list?a=b")).value();
  request.max_body = max_body;
  request.timeout = 5s;
  return ask(std::move(request));
}

TEST(HttpAddress, IsTakenApart) {
  const auto plain = HttpAddress::parse("http://ocsp.pki.gov.kz");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "ocsp.pki.gov.kz");
  EXPECT_EQ(plain->port, "80");
  EXPECT_EQ(plain->target, "/");
  EXPECT_EQ(plain->authority, "ocsp.pki.gov.kz");
  const auto full = HttpAddress::parse("http://127.0.0.1:8091/crl/gost.crl?x=1");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->port, "8091");
  EXPECT_EQ(full->target, "/crl/gost.crl?x=1");
  EXPECT_EQ(full->authority, "127.0.0.1:8091");
  const auto six = HttpAddress::parse("http://[::1]:8091/tsp");
  ASSERT_TRUE(six);
  EXPECT_EQ(six->host, "::1");
  EXPECT_EQ(six->authority, "[::1]:8091");
}

TEST(HttpAddress, AnythingElseIsNone) {
  for (const char* text : {"", "ocsp.pki.gov.kz", "https://ocsp.pki.gov.kz", "ftp://host/", "http://", "http://:80/", "http:///path",
                           "http://user:secret@host/", "http://host/#part", "http://host:0/", "http://host:99999/", "http://ho st/",
                           "http://host/\r\nX: y", "file:///etc/passwd"}) {
    EXPECT_FALSE(HttpAddress::parse(text)) << text;
  }
}

TEST(Origin, IsASiteWithoutAPath) {
  EXPECT_TRUE(is_origin("https://mekenjai.kz"));
  EXPECT_TRUE(is_origin("http://127.0.0.1:8080"));
  for (const char* text : {"mekenjai.kz", "https://mekenjai.kz/", "https://a@mekenjai.kz", "ftp://mekenjai.kz", "https://"}) {
    EXPECT_FALSE(is_origin(text)) << text;
  }
}

TEST(HttpClient, AsksWithANameAndBringsTheAnswer) {
  const Loopback server([](const Loopback::Request& request) {
    EXPECT_EQ(request.target(), "/list?a=b");
    return Loopback::ok("octets", "application/pkix-crl", "ETag: \"7\"\r\nLast-Modified: Sun, 22 Nov 2026 07:00:00 GMT\r\n");
  });
  const HttpAnswer answer = get(server);
  EXPECT_TRUE(answer.ok()) << answer.trouble;
  EXPECT_EQ(answer.body, "octets");
  EXPECT_EQ(answer.etag, "\"7\"");
  EXPECT_EQ(answer.last_modified, "Sun, 22 Nov 2026 07:00:00 GMT");
  EXPECT_THAT(server.last(field::user_agent), StartsWith("mekenjai/")) << "without one a portal answers";
  EXPECT_THAT(server.last(field::host), StartsWith("127.0.0.1:"));
}

TEST(HttpClient, PostsABody) {
  const Loopback server([](const Loopback::Request& request) {
    EXPECT_EQ(request.method(), boost::beast::http::verb::post);
    return Loopback::ok("you said " + request.body());
  });
  HttpRequest request;
  request.address = HttpAddress::parse(server.url()).value();
  request.content_type = "application/ocsp-request";
  request.body = std::string("\0\x01", 2);
  EXPECT_EQ(ask(request).body, std::string("you said \0\x01", 11));
  EXPECT_EQ(server.last(field::content_type), "application/ocsp-request");
}

TEST(HttpClient, TakesAChunkedAnswerAndOneThatEndsWithTheConnection) {
  const Loopback chunked([](const Loopback::Request&) {
    return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n4\r\n two\r\n0\r\n\r\n";
  });
  EXPECT_EQ(get(chunked).body, "one two");
  const Loopback closing([](const Loopback::Request&) { return "HTTP/1.1 200 OK\r\n\r\nto the end"; });
  EXPECT_EQ(get(closing).body, "to the end");
}

TEST(HttpClient, SaysWhatItHasAndHearsThatNothingChanged) {
  const Loopback server([](const Loopback::Request&) { return Loopback::status("304 Not Modified"); });
  HttpRequest request;
  request.address = HttpAddress::parse(server.url()).value();
  request.etag = "\"7\"";
  request.last_modified = "Sun, 22 Nov 2026 07:00:00 GMT";
  EXPECT_TRUE(ask(request).not_modified());
  EXPECT_EQ(server.last(field::if_none_match), "\"7\"");
  EXPECT_EQ(server.last(field::if_modified_since), "Sun, 22 Nov 2026 07:00:00 GMT");
}

TEST(HttpClient, APortalIsNoAnswer) {
  std::atomic<int> followed{0};
  const Loopback portal([&](const Loopback::Request&) {
    ++followed;
    return Loopback::ok("welcome");
  });
  const Loopback redirecting([&](const Loopback::Request&) {
    return "HTTP/1.1 303 See Other\r\nLocation: " + portal.url() + "\r\nContent-Length: 0\r\n\r\n";
  });
  EXPECT_FALSE(get(redirecting).ok());
  EXPECT_EQ(followed, 0) << "redirects are not followed";
  const Loopback page([](const Loopback::Request&) { return Loopback::ok("<html>", "Text/HTML; charset=utf-8"); });
  EXPECT_THAT(get(page).trouble, HasSubstr("page"));
}

TEST(HttpClient, EveryLimitHolds) {
  const Loopback wordy([](const Loopback::Request&) {
    return "HTTP/1.1 200 OK\r\nX-Long: " + std::string(kMaxAnswerHeader, 'x') + "\r\n\r\n";
  });
  EXPECT_FALSE(get(wordy).ok());
  const std::string large(2001, 'x');
  const Loopback server([&](const Loopback::Request&) { return Loopback::ok(large); });
  EXPECT_FALSE(get(server, 2000).ok());
  EXPECT_TRUE(get(server, 2001).ok());
  const Loopback endless([&](const Loopback::Request&) { return "HTTP/1.1 200 OK\r\n\r\n" + large; });
  EXPECT_FALSE(get(endless, 2000).ok());
  const Loopback broken([](const Loopback::Request&) { return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort"; });
  EXPECT_FALSE(get(broken).ok()) << "half an answer is none";
  const Loopback nonsense([](const Loopback::Request&) { return "\x30\x82\x01\x02 what?"; });
  EXPECT_FALSE(get(nonsense).ok());
}

TEST(HttpClient, SilenceEndsWithOurPatience) {
  const Loopback silent([](const Loopback::Request&) { return std::nullopt; });
  HttpRequest request;
  request.address = HttpAddress::parse(silent.url()).value();
  request.timeout = 50ms;
  const HttpAnswer answer = ask(request);
  EXPECT_EQ(answer.status, 0);
  EXPECT_THAT(answer.trouble, HasSubstr("50 ms"));
}

TEST(HttpClient, NobodyThereIsToldAtOnce) {
  std::string gone;
  {
    const Loopback server([](const Loopback::Request&) { return std::nullopt; });
    gone = server.url();
  }
  HttpRequest request;
  request.address = HttpAddress::parse(gone).value();
  EXPECT_THAT(ask(request).trouble, StartsWith("connect"));
}

}  // namespace
}  // namespace mekenjai::edge::eds::live
