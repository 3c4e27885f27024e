// An endpoint comes from a browser: here is everything somebody may write instead of a push service's address.
#include "edge/push/endpoint.hpp"

#include <gmock/gmock.h>

#include "edge/push/report.hpp"

namespace mekenjai::edge::push {
namespace {

using boost::asio::ip::make_address;
using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr EndpointRules kTests{true, {}};

TEST(Endpoint, OfTheKnownPushServicesIsTakenApart) {
  for (const char* text : {"https://fcm.googleapis.com/fcm/send/dQw4:APA91b_x-y", "https://web.push.apple.com/QGFz",
                           "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
                           "https://wns2-par02p.notify.windows.com/w/?token=BQ%2b%3d"}) {
    EXPECT_TRUE(Endpoint::parse(text)) << text << " " << Endpoint::parse(text).error();
  }
  const auto windows = Endpoint::parse("https://WNS2.Notify.windows.com:443/w/?token=BQ%2b%3d").value();
  EXPECT_EQ(windows.origin, "https://wns2.notify.windows.com");
  EXPECT_EQ(windows.host, "wns2.notify.windows.com");
  EXPECT_EQ(windows.authority(), "wns2.notify.windows.com");
  EXPECT_EQ(windows.port, "443");
  EXPECT_EQ(windows.target, "/w/?token=BQ%2b%3d");
  EXPECT_TRUE(windows.tls);
  EXPECT_FALSE(windows.loopback);
  EXPECT_EQ(Endpoint::parse("https://push.example.kz")->target, "/");
  EXPECT_EQ(Endpoint::parse("https://push.example.kz?a=b")->target, "/?a=b");
}

TEST(Endpoint, AnythingElseIsNone) {
  for (const char* text :
       {// not an address, or not of the web
        "", "push.example.kz", "https:", "https://", "https:///path", "http://push.example.kz/",
        "ftp://push.example.kz/", "file:///etc/passwd", "javascript:alert(1)", "https://ho st.kz/",
        "https://push.example.kz/\r\nX: y", "https://push.example.kz/ы", "https://user:secret@push.example.kz/",
        "https://push.example.kz@127.0.0.1/", "https://push.example.kz/#part",
        // other ports are other services
        "https://push.example.kz:80/", "https://push.example.kz:8443/", "https://push.example.kz:0/",
        "https://push.example.kz:99999/", "https://push.example.kz:22/",
        // numbers in every writing
        "https://127.0.0.1/", "https://10.0.0.1/", "https://8.8.8.8/", "https://[::1]/", "https://[2606:4700::1111]/",
        "https://[::ffff:127.0.0.1]/", "https://[fe80::1%25eth0]/", "https://2130706433/", "https://0x7f000001/",
        "https://0x7f.1/", "https://127.1/", "https://0177.0.0.1/", "https://127.0.0.1./", "https://1.2.3/",
        "https://%31%32%37.0.0.1/",
        // names that are private
        "https://localhost/", "https://LOCALHOST/", "https://localhost./", "https://app.localhost/",
        "https://intranet/", "https://printer.local/", "https://db.internal/", "https://metadata.google.internal/",
        "https://1.0.0.127.in-addr.arpa/", "https://router.lan/", "https://a.home.arpa/", "https://x.onion/",
        "https://pc.localdomain/",
        // no names
        "https://push..kz/", "https://.push.kz/", "https://push.kz./", "https://-push.kz/", "https://push-.kz/",
        "https://pu_sh.kz/", "https://push%2Eexample.kz/", "https://*.kz/"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
  }
  EXPECT_FALSE(Endpoint::parse(std::string("https://push.example.kz/\0", 25)));
}

TEST(Endpoint, HasALengthThatHolds) {
  std::string longest = "https://push.example.kz/";
  longest.resize(kMaxEndpoint, 'x');
  EXPECT_TRUE(Endpoint::parse(longest));
  EXPECT_FALSE(Endpoint::parse(longest + "x"));
  EXPECT_TRUE(is_public_name(fmt::format("{:a>63}.kz", "")));
  EXPECT_FALSE(is_public_name(fmt::format("{:a>64}.kz", "")));
  std::string name;
  while (name.size() + 10 < 253) name += "abcdefghi.";
  name += std::string(253 - name.size(), 'z');
  EXPECT_TRUE(is_public_name(name));
  EXPECT_FALSE(is_public_name("a" + name));
}

TEST(Endpoint, MayBeHeldToKnownPushServices) {
  const EndpointRules rules{false, {"fcm.googleapis.com", "notify.windows.com"}};
  EXPECT_TRUE(Endpoint::parse("https://fcm.googleapis.com/x", rules));
  EXPECT_TRUE(Endpoint::parse("https://wns2.notify.windows.com/x", rules));
  EXPECT_FALSE(Endpoint::parse("https://web.push.apple.com/x", rules));
  EXPECT_FALSE(Endpoint::parse("https://evilnotify.windows.com/x", rules));
  EXPECT_FALSE(Endpoint::parse("https://fcm.googleapis.com.example.kz/x", rules));
}

TEST(Endpoint, LoopbackIsForTestsOnly) {
  for (const char* text : {"http://127.0.0.1:8123/push", "https://127.0.0.1:8123/push", "http://localhost:8123/push",
                           "http://[::1]:8123/push"}) {
    EXPECT_FALSE(Endpoint::parse(text)) << text;
    const auto endpoint = Endpoint::parse(text, kTests);
    ASSERT_TRUE(endpoint) << text;
    EXPECT_TRUE(endpoint->loopback);
    EXPECT_EQ(endpoint->origin + "/push", text);
  }
  EXPECT_EQ(Endpoint::parse("http://[::1]:8123/", kTests)->host, "::1");
  for (const char* text : {"http://push.example.kz/", "http://10.0.0.1/", "https://192.168.1.1/",
                           "http://169.254.169.254/latest/meta-data/", "https://[fd00::1]/", "http://0.0.0.0/"}) {
    EXPECT_FALSE(Endpoint::parse(text, kTests)) << text << ": the flag opens loopback and nothing else";
  }
}

TEST(Addresses, OfTheOpenNetArePublicAndNoOthers) {
  for (const char* text :
       {"1.1.1.1",        "8.8.8.8",         "9.255.255.255",   "11.0.0.0",        "100.63.255.255",
        "100.128.0.0",    "126.255.255.255", "128.0.0.1",       "169.253.255.255", "169.255.0.0",
        "172.15.255.255", "172.32.0.0",      "192.0.1.0",       "192.167.255.255", "192.169.0.0",
        "198.17.255.255", "198.20.0.0",      "223.255.255.255", "2606:4700::1111", "2a00:1450:4001:80e::200a",
        "2001:200::1",    "64:ff9b::8.8.8.8"}) {
    EXPECT_TRUE(is_public(make_address(text))) << text;
  }
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "10.255.255.255",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.254",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.8",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.0.1",
                           "192.168.255.255",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "239.255.255.250",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::127.0.0.1",
                           "::ffff:127.0.0.1",
                           "::ffff:8.8.8.8",
                           "fe80::1",
                           "fec0::1",
                           "fc00::1",
                           "fdff::1",
                           "ff02::1",
                           "2001::1",
                           "2001:db8::1",
                           "2002:7f00:1::",
                           "2002:a00:1::",
                           "3fff::1",
                           "64:ff9b::127.0.0.1",
                           "64:ff9b::10.0.0.1",
                           "64:ff9b:1::1",
                           "100::1",
                           "4000::1"}) {
    EXPECT_FALSE(is_public(make_address(text))) << text;
  }
}

TEST(Addresses, OneWrongAmongThemIsEnough) {
  const Endpoint open = Endpoint::parse("https://push.example.kz/").value();
  EXPECT_FALSE(refusal(open, {make_address("8.8.8.8"), make_address("2606:4700::1111")}));
  EXPECT_TRUE(refusal(open, {make_address("8.8.8.8"), make_address("10.0.0.1")}));
  const Endpoint near = Endpoint::parse("http://localhost:8123/", kTests).value();
  EXPECT_FALSE(refusal(near, {make_address("127.0.0.1"), make_address("::1")}));
  EXPECT_TRUE(refusal(near, {make_address("192.168.0.1")}));
  EXPECT_TRUE(refusal(near, {make_address("8.8.8.8")}));
}

// 2026-11-22T07:00:00Z
const base::Instant kNow = base::parse_rfc3339("2026-11-22T07:00:00Z").value();

TEST(Report, FollowsTheStatus) {
  for (const int status : {200, 201, 202, 204}) EXPECT_EQ(report_of(status, "", kNow).fate, Fate::taken) << status;
  for (const int status : {404, 410}) EXPECT_EQ(report_of(status, "", kNow).fate, Fate::gone) << status;
  for (const int status : {100, 103, 408, 425, 429, 500, 502, 503, 504, 599})
    EXPECT_EQ(report_of(status, "", kNow).fate, Fate::later) << status;
  for (const int status : {300, 301, 302, 307, 308, 400, 401, 403, 405, 411, 413, 418, 422}) {
    EXPECT_EQ(report_of(status, "60", kNow).fate, Fate::refused) << status;
    EXPECT_EQ(report_of(status, "60", kNow).retry_after, 0s) << status;
  }
  EXPECT_EQ(report_of(429, "60", kNow).retry_after, 60s);
  EXPECT_EQ(report_of(503, "", kNow).retry_after, 0s);
  EXPECT_EQ(report_of(503, "", kNow).trouble, "status 503");
  EXPECT_EQ(word(Fate::gone), "gone");
}

TEST(RetryAfter, IsSecondsOrADate) {
  EXPECT_EQ(read_retry_after("0", kNow), 0s);
  EXPECT_EQ(read_retry_after("120", kNow), 120s);
  EXPECT_EQ(read_retry_after("86401", kNow), 24h);
  EXPECT_EQ(read_retry_after("99999999999999999999999999", kNow), 24h);
  EXPECT_EQ(read_retry_after("Sun, 22 Nov 2026 07:02:03 GMT", kNow), 123s);
  EXPECT_EQ(read_retry_after("Sun, 22 Nov 2026 07:00:01 GMT", kNow + 1ms), 1s) << "not before";
  EXPECT_EQ(read_retry_after("Sun, 22 Nov 2026 06:59:59 GMT", kNow), 0s);
  EXPECT_EQ(read_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", kNow), 24h);
  for (const char* text :
       {"", "-1", "+1", " 1", "1 ", "1.5", "soon", "0x10", "Sun, 32 Nov 2026 07:02:03 GMT",
        "Sun, 31 Nov 2026 07:02:03 GMT", "Sun, 22 nov 2026 07:02:03 GMT", "Sun, 22 Nov 2026 25:02:03 GMT",
        "Sun, 22 Nov 2026 07:61:03 GMT", "Sun, 22 Nov 2026 07:02:03 UTC", "Sun, 22 ovD 2026 07:02:03 GMT",
        "Sunday, 22-Nov-26 07:02:03 GMT", "Sun, -2 Nov 2026 07:02:03 GMT"}) {
    EXPECT_EQ(read_retry_after(text, kNow), 0s) << text;
  }
}

}  // namespace
}  // namespace mekenjai::edge::push
