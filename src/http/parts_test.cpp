// The small parts of the front door: routes, forms, tokens, limits, assets, problems.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>

#include "http/assets.hpp"
#include "http/csrf.hpp"
#include "http/problem.hpp"
#include "http/rate_limit.hpp"
#include "http/response_head.hpp"
#include "http/router.hpp"

namespace mekenjai::http {
namespace {

namespace asio = boost::asio;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

Response run(const Handler& handler, Request& request) {
  asio::io_context io;
  std::future<Response> answer = asio::co_spawn(io, handler(request), asio::use_future);
  io.run();
  return answer.get();
}

Route route(Method method, std::string pattern) {
  return {method, std::move(pattern), Guard::open, {}};
}

TEST(Router, ALiteralWinsOverAName) {
  std::vector<Route> routes;
  routes.push_back(route(Method::get, "/a/{id}"));
  routes.push_back(route(Method::get, "/a/new"));
  routes.push_back(route(Method::get, "/{x}/{y}/c"));
  routes.push_back(route(Method::get, "/a/{y}/c"));
  routes.push_back(route(Method::get, "/"));
  const Router router(std::move(routes));
  std::vector<std::string> parameters;
  EXPECT_EQ(router.find(Method::get, "/a/new", parameters).route->pattern, "/a/new");
  EXPECT_EQ(router.find(Method::get, "/a/b", parameters).route->pattern, "/a/{id}");
  EXPECT_THAT(parameters, ElementsAre("b"));
  EXPECT_EQ(router.find(Method::get, "/a/b/c", parameters).route->pattern, "/a/{y}/c");
  EXPECT_EQ(router.find(Method::head, "/z/b/c", parameters).route->pattern, "/{x}/{y}/c");
  EXPECT_THAT(parameters, ElementsAre("z", "b"));
  EXPECT_EQ(router.find(Method::get, "/", parameters).route->pattern, "/");
  EXPECT_EQ(router.find(Method::get, "/a/", parameters).route, nullptr);
  EXPECT_EQ(router.find(Method::get, "", parameters).route, nullptr);
  EXPECT_EQ(router.find(Method::get, "/a/%GG", parameters).route, nullptr);
}

TEST(Router, RefusesABadTable) {
  const auto table = [](std::vector<Route> routes) { Router router(std::move(routes)); };
  EXPECT_THROW(table({route(Method::get, "/a"), route(Method::get, "/a")}), std::invalid_argument);
  EXPECT_THROW(table({route(Method::get, "a")}), std::invalid_argument);
  EXPECT_THROW(table({route(Method::other, "/a")}), std::invalid_argument);
  EXPECT_NO_THROW(table({route(Method::get, "/a/{x}"), route(Method::post, "/a/{x}")}));
}

TEST(Forms, AreDecodedStrictly) {
  EXPECT_THAT(*parse_form("a=1&b=%D3%99+%2B&&c&=d"),
              ElementsAre(Pair("a", "1"), Pair("b", "ә +"), Pair("c", ""), Pair("", "d")));
  for (const std::string_view broken : {"a=%", "a=%4", "a=%zz", "a=%FF", "%00=a"}) {
    EXPECT_EQ(parse_form(broken), std::nullopt) << broken;
  }
  EXPECT_EQ(percent_decode("a+b%2B", false), "a+b+");
  EXPECT_EQ(percent_encode("/a b?ә~"), "%2Fa%20b%3F%D3%99~");
  EXPECT_EQ(redirect("/a b\r\nX: ә").headers.front().second, "/a%20b%0D%0AX:%20%D3%99");
}

TEST(Cookies, AreFoundByName) {
  Request request;
  request.headers = {{"cookie", "a=1; __Host-session=x=y;b=2"}, {"cookie", "c=3"}};
  EXPECT_EQ(request.cookie("__Host-session"), "x=y");
  EXPECT_EQ(request.cookie("c"), "3");
  EXPECT_EQ(request.cookie("session"), std::nullopt);
  EXPECT_EQ(set_cookie("__Host-a", "b", 60),
            "__Host-a=b; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=60");
  EXPECT_THAT(clear_cookie("__Host-a"), HasSubstr("Max-Age=0"));
}

Request with_visit(const Csrf::Token& token) {
  Request request;
  const std::string& cookie = token.set_cookie.value();
  request.headers.emplace_back("cookie", cookie.substr(0, cookie.find(';')));
  return request;
}

TEST(CsrfTokens, OfAVisitorBelongToHisCookie) {
  const Csrf csrf(std::string(32, 's')), other(std::string(32, 't'));
  const Csrf::Token mine = csrf.token(Request{}), his = csrf.token(Request{});
  const Request me = with_visit(mine);
  EXPECT_TRUE(csrf.check(me, mine.value));
  EXPECT_FALSE(csrf.check(me, his.value));
  EXPECT_FALSE(csrf.check(Request{}, mine.value));
  EXPECT_FALSE(other.check(me, mine.value));
  EXPECT_FALSE(csrf.check(me, ""));
  std::string changed = mine.value;
  changed.back() = changed.back() == 'A' ? 'B' : 'A';
  EXPECT_FALSE(csrf.check(me, changed));
  const Csrf::Token again = csrf.token(me);
  EXPECT_EQ(again.set_cookie, std::nullopt);
  EXPECT_NE(again.value, mine.value);
  EXPECT_TRUE(csrf.check(me, again.value));
}

TEST(CsrfTokens, ACookieThatIsNotOursIsReplaced) {
  const Csrf csrf(std::string(32, 's'));
  Request request;
  request.headers.emplace_back("cookie", "__Host-visit=" + std::string(65, 'A'));
  EXPECT_NE(csrf.token(request).set_cookie, std::nullopt);
  EXPECT_THROW(Csrf("short"), std::invalid_argument);
}

TEST(CsrfTokens, OfASessionBelongToIt) {
  const Csrf csrf(std::string(32, 's'));
  Request mine, his;
  mine.session.emplace().csrf_key = "one";
  his.session.emplace().csrf_key = "two";
  const Csrf::Token token = csrf.token(mine);
  EXPECT_EQ(token.set_cookie, std::nullopt);
  EXPECT_TRUE(csrf.check(mine, token.value));
  EXPECT_FALSE(csrf.check(his, token.value));
  EXPECT_FALSE(csrf.check(mine, csrf.token(Request{}).value));
}

TEST(RateLimiters, RefillInAMinute) {
  RateLimiter limiter(3);
  const RateLimiter::Time start{};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limiter.take("1.1.1.1", start), 0);
  EXPECT_EQ(limiter.take("1.1.1.1", start), 20);
  EXPECT_EQ(limiter.take("2.2.2.2", start), 0);
  EXPECT_EQ(limiter.take("1.1.1.1", start + std::chrono::seconds(19)), 1);
  EXPECT_EQ(limiter.take("1.1.1.1", start + std::chrono::seconds(20)), 0);
  EXPECT_EQ(limiter.take("1.1.1.1", start + std::chrono::hours(1)), 0);
}

TEST(RateLimiters, CountAHouseholdAndForgetTheOldest) {
  RateLimiter limiter(1, 2);
  const RateLimiter::Time now{};
  EXPECT_EQ(limiter.take("2001:db8:1:2::1", now), 0);
  EXPECT_GT(limiter.take("2001:db8:1:2:ffff::2", now), 0);
  EXPECT_EQ(limiter.take("2001:db8:1:3::1", now), 0);
  EXPECT_EQ(limiter.take("::ffff:1.2.3.4", now), 0);
  EXPECT_GT(limiter.take("1.2.3.4", now), 0);
  EXPECT_EQ(limiter.sources(), 2u);
  EXPECT_EQ(limiter.take("2001:db8:1:2::1", now), 0);  // was forgotten
  RateLimiter off(0);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(off.take("a", now), 0);
  EXPECT_EQ(off.sources(), 0u);
}

class Assets : public testing::Test {
 protected:
  const Route& find(std::string_view pattern) {
    for (const Route& route : routes_) {
      if (route.pattern == pattern) return route;
    }
    throw std::runtime_error("no route");
  }
  Response get(std::string_view pattern,
               std::vector<std::pair<std::string, std::string>> headers = {}) {
    Request request;
    request.headers = std::move(headers);
    return run(find(pattern).handler, request);
  }
  static std::string header(const Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return {};
  }
  std::vector<embedded::File> files_{
      {"style.1a2b3c4d.css", "body{}"},           {"style.1a2b3c4d.css.gz", "packed"},
      {"style.1a2b3c4d.css.br", "smaller"},       {"icons.svg", "<svg/>"},
      {"fonts/golos-0123456789ab.woff2", "font"}, {"app.js", "x"}};
  std::vector<Route> routes_ = asset_routes(files_);
};

TEST_F(Assets, HaveTypesAndTags) {
  EXPECT_EQ(routes_.size(), 5u);  // icons.svg twice, the packed ones not
  const Response style = get("/assets/style.1a2b3c4d.css");
  EXPECT_EQ(style.fixed_body, "body{}");
  EXPECT_EQ(style.content_type, "text/css; charset=utf-8");
  EXPECT_EQ(header(style, "Cache-Control"), "public, max-age=31536000, immutable");
  EXPECT_EQ(header(style, "Vary"), "Accept-Encoding");
  EXPECT_EQ(get("/icons.svg").fixed_body, "<svg/>");
  EXPECT_EQ(header(get("/icons.svg"), "Cache-Control"), "public, no-cache");
  EXPECT_EQ(get("/assets/fonts/golos-0123456789ab.woff2").content_type, "font/woff2");
  EXPECT_THAT(header(get("/assets/fonts/golos-0123456789ab.woff2"), "Cache-Control"),
              HasSubstr("immutable"));
}

TEST_F(Assets, AreSentPackedToThoseWhoUnpack) {
  const Response packed =
      get("/assets/style.1a2b3c4d.css", {{"accept-encoding", "gzip;q=0.5, deflate"}});
  EXPECT_EQ(packed.fixed_body, "packed");
  EXPECT_EQ(header(packed, "Content-Encoding"), "gzip");
  const Response smaller =
      get("/assets/style.1a2b3c4d.css", {{"accept-encoding", "gzip, deflate, br, zstd"}});
  EXPECT_EQ(smaller.fixed_body, "smaller");
  EXPECT_EQ(header(smaller, "Content-Encoding"), "br");
  EXPECT_NE(header(smaller, "ETag"), header(packed, "ETag"));
  EXPECT_EQ(get("/assets/style.1a2b3c4d.css", {{"accept-encoding", "brotli, br;q=0"}}).fixed_body,
            "body{}");
  EXPECT_EQ(get("/assets/style.1a2b3c4d.css", {{"accept-encoding", "gzip;q=0"}}).fixed_body,
            "body{}");
  EXPECT_EQ(get("/assets/app.js", {{"accept-encoding", "gzip"}}).fixed_body, "x");
}

TEST_F(Assets, HaveShortHeadsWhereTheyAreKeptForEver) {
  const auto head = [this](std::string_view address) {
    const Response response = get(address);
    std::string out;
    write_head(out, response, response.fixed_body.size(), "today", false);
    return out;
  };
  for (const std::string_view part :
       {"/assets/style.1a2b3c4d.css", "/assets/fonts/golos-0123456789ab.woff2"}) {
    EXPECT_LT(head(part).size(), 400u) << part;
    EXPECT_THAT(head(part), HasSubstr("nosniff")) << part;
  }
  for (const std::string_view alone : {"/assets/app.js", "/icons.svg"}) {
    EXPECT_THAT(head(alone), HasSubstr("default-src 'none'")) << alone;
  }
}

TEST_F(Assets, AreNotSentAgain) {
  const std::string tag = header(get("/assets/app.js"), "ETag");
  const Response same = get("/assets/app.js", {{"if-none-match", "\"other\", " + tag}});
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.fixed_body, "");
  EXPECT_EQ(get("/assets/app.js", {{"if-none-match", "\"other\""}}).status, 200);
  const std::string packed =
      header(get("/assets/style.1a2b3c4d.css", {{"accept-encoding", "gzip"}}), "ETag");
  EXPECT_EQ(get("/assets/style.1a2b3c4d.css", {{"if-none-match", packed}}).status, 200);
}

TEST(Problems, SpeakThreeLanguages) {
  base::Problem problem{base::Trouble::unprocessable, "wrong_code"};
  problem.values.emplace_back("attempts_left", "2");
  for (const i18n::Language language : i18n::kLanguages) {
    const Response response = problem_response(problem, language, i18n::Catalog::built_in());
    EXPECT_EQ(response.status, 422);
    const boost::json::object body = boost::json::parse(response.body).as_object();
    EXPECT_EQ(body.at("status"), 422);
    EXPECT_EQ(body.at("code"), "wrong_code");
    EXPECT_EQ(body.at("attempts_left"), 2);
    EXPECT_THAT(std::string(body.at("detail").as_string()), HasSubstr("2"));
  }
  EXPECT_THAT(problem_response(problem, i18n::Language::ru, i18n::Catalog::built_in()).body,
              HasSubstr("Код не подошёл"));
}

TEST(Problems, NameFieldsAndWhenToTryAgain) {
  base::Problem fields{base::Trouble::unprocessable, "bad_iin", {{"registrants[1]", "bad_iin"}}};
  const Response response = problem_response(fields, i18n::Language::en, i18n::Catalog::built_in());
  EXPECT_THAT(response.body, HasSubstr("\"errors\":[{\"field\":\"registrants[1]\",\"code\":\"bad_"
                                       "iin\",\"detail\":\"An IIN has 12"));
  base::Problem blocked{base::Trouble::too_many, "blocked"};
  blocked.retry_after_s = 900;
  const Response wait = problem_response(blocked, i18n::Language::ru, i18n::Catalog::built_in());
  EXPECT_THAT(wait.headers, testing::Contains(Pair("Retry-After", "900")));
  EXPECT_THAT(wait.body, HasSubstr("15 мин"));
  const base::Problem silent{base::Trouble::unavailable, "register_unavailable"};
  EXPECT_THAT(problem_response(silent, i18n::Language::kk, i18n::Catalog::built_in()).headers,
              testing::Contains(Pair("Retry-After", testing::Ne("0"))));
}

TEST(Problems, AnUnknownCodeIsStillReadable) {
  const Response response = problem_response({base::Trouble::wrong_state, "something_new"},
                                             i18n::Language::en, i18n::Catalog::built_in());
  EXPECT_EQ(response.status, 409);
  EXPECT_THAT(response.body, testing::Not(HasSubstr("problem.")));
}

TEST(Problems, HaveTheSameTextsInEveryLanguage) {
  const i18n::Catalog& catalog = i18n::Catalog::built_in();
  for (const std::string_view key : catalog.keys(i18n::Language::kk)) {
    if (!key.starts_with("problem.") && !key.starts_with("field.")) continue;
    EXPECT_TRUE(catalog.has(i18n::Language::ru, key)) << key;
    EXPECT_TRUE(catalog.has(i18n::Language::en, key)) << key;
    EXPECT_EQ(catalog.text(i18n::Language::ru, key).find('!'), std::string_view::npos) << key;
  }
}

}  // namespace
}  // namespace mekenjai::http
