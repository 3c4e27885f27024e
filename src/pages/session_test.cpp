// The session's end as its pages tell it; the way through the program is in
// tests/journeys/session.test.mjs.
#include "pages/session.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>

#include "api/fake_service.hpp"

namespace mekenjai::pages {
namespace {

class SessionPages : public testing::Test {
 protected:
  SessionPages() {
    context_.csrf = std::make_shared<http::Csrf>(std::string(32, 's'));
    routes_ = routes(service_, context_);
    session_.iin = api::FakeService::iin();
    session_.csrf_key = std::string(32, 'k');
    session_.cookie = true;
    session_.ends_at = base::Instant(std::chrono::minutes(9));
    session_.expires_at = base::Instant(std::chrono::hours(5));
  }

  static http::Request request(Method method, std::string target) {
    http::Request request;
    request.method = method;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    request.headers = {{"cookie", "__Host-session=token"}, {"host", "mekenjai.kz"}};
    return request;
  }
  const http::Route& route(Method method, std::string_view pattern) const {
    for (const http::Route& one : routes_) {
      if (one.method == method && one.pattern == pattern) return one;
    }
    throw std::runtime_error("no route");
  }
  static Response wait(boost::asio::awaitable<Response> answer) {
    boost::asio::io_context io;
    auto result = boost::asio::co_spawn(io, std::move(answer), boost::asio::use_future);
    io.run();
    return result.get();
  }
  /// Where somebody is sent who is not signed in.
  std::string sent_to(http::Request made, std::string_view pattern) const {
    const Response response = wait(route(made.method, pattern).stranger(made));
    for (const auto& [name, value] : response.headers) {
      if (name == "Location") return value;
    }
    return "";
  }
  bool saved() const {
    return std::find(service_.calls.begin(), service_.calls.end(), "save_form") !=
           service_.calls.end();
  }

  api::FakeService service_;
  PagesContext context_;
  std::vector<http::Route> routes_;
  flow::Session session_;
};

TEST_F(SessionPages, TellInSecondsAndWordsHowLongItLasts) {
  http::Request get = request(Method::get, "/session");
  const http::Handler& look = route(Method::get, "/session").handler;
  const auto told = [&] { return boost::json::parse(wait(look(get)).body).as_object(); };
  EXPECT_EQ(told().at("left"), 0) << "not known";
  service_.session_looked_at = session_;
  EXPECT_EQ(told().at("left"), 9 * 60);
  EXPECT_EQ(told().at("last"), false);
  EXPECT_NE(told().at("title").as_string().find("05:09"), std::string_view::npos) << "of Almaty";
  const std::string before(told().at("text").as_string());
  service_.session_looked_at->expires_at = session_.ends_at;
  EXPECT_EQ(told().at("last"), true);
  EXPECT_NE(told().at("text").as_string(), before);
  service_.session_looked_at->ends_at = base::Instant{};
  EXPECT_EQ(told().at("left"), 0) << "ended";
}

TEST_F(SessionPages, SayWhySomebodyMustSignInAndWhereHeGoesOn) {
  http::Request get = request(Method::get, "/history?page=2");
  EXPECT_EQ(sent_to(get, "/history"), "/sign-in?next=%2Fhistory%3Fpage%3D2&ended=1");
  get.headers.clear();
  EXPECT_EQ(sent_to(get, "/history"), "/sign-in?next=%2Fhistory%3Fpage%3D2")
      << "never was signed in";
  get.path = get.target = "/m/history";
  EXPECT_EQ(sent_to(get, "/m/history"), "/m/sign-in?next=%2Fhistory") << "his own front door";

  http::Request form = request(Method::post, "/applications/x/withdraw");
  const std::string_view pattern = "/applications/{id}/withdraw";
  EXPECT_EQ(sent_to(form, pattern), "/sign-in?ended=1");
  form.headers.emplace_back("referer", "https://mekenjai.kz/m/applications/x/withdraw?a=1");
  EXPECT_EQ(sent_to(form, pattern), "/sign-in?next=%2Fapplications%2Fx%2Fwithdraw%3Fa%3D1&ended=1");
  form.headers.back().second = "https://other.example/applications/x/withdraw";
  EXPECT_EQ(sent_to(form, pattern), "/sign-in?ended=1");
}

TEST_F(SessionPages, PutAwayAnAnswerThatOnlyItsOwnFormCanHaveSent) {
  service_.session_looked_at = session_;
  http::Request then = request(Method::post, "/apply/reason");
  then.session = session_;
  const std::string token = http::percent_encode(context_.csrf->token(then).value);
  http::Request late = request(Method::post, "/apply/reason");
  late.body = "reason=work&csrf=" + token;
  EXPECT_EQ(sent_to(late, "/apply/reason"), "/sign-in?next=%2Fapply%2Flate&ended=1");
  EXPECT_TRUE(saved());

  service_.calls.clear();
  late.body = "reason=work&csrf=" + std::string(65, 'x');
  EXPECT_EQ(sent_to(late, "/apply/reason"), "/sign-in?ended=1");
  EXPECT_FALSE(saved());
}

TEST_F(SessionPages, ForgetWhatCameLateOnceTheQuestionIsAnswered) {
  service_.session_looked_at = session_;
  const auto posted = [this](std::string path, std::string body) {
    http::Request made = request(Method::post, std::move(path));
    made.session = session_;
    made.body = body + "&csrf=" + http::percent_encode(context_.csrf->token(made).value);
    return made;
  };
  const auto answer = [&](const std::string& path, const std::string& body) {
    http::Request made = posted(path, body);
    return wait(route(Method::post, path).handler(made));
  };
  const auto late = [&] {
    http::Request made = posted("/apply/reason", "reason=study");
    made.session.reset();
    return sent_to(made, "/apply/reason");
  };
  service_.me_view.person.iin = session_.iin;
  answer("/apply/who", "who=" + session_.iin.str());
  answer("/apply/where", "rka=0201300118400729");
  answer("/apply/kind", "kind=permanent");
  answer("/apply/reason", "reason=work");
  answer("/apply/consent", "data_consent=1");
  ASSERT_TRUE(service_.idempotency);
  const flow::Idempotency first = *service_.idempotency;

  // It is no part of what the key of the application stands for.
  EXPECT_NE(late().find("late"), std::string::npos);
  answer("/apply/consent", "data_consent=1");
  EXPECT_EQ(service_.idempotency->key, first.key);
  EXPECT_EQ(service_.idempotency->body_sha256, first.body_sha256);

  // The same answer once more is the newer one.
  EXPECT_NE(late().find("late"), std::string::npos);
  answer("/apply/reason", "reason=work");
  http::Request back = request(Method::get, "/apply/late");
  back.session = session_;
  const Response response = wait(route(Method::get, "/apply/late").handler(back));
  const auto location = std::find_if(response.headers.begin(), response.headers.end(),
                                     [](const auto& header) { return header.first == "Location"; });
  ASSERT_NE(location, response.headers.end());
  EXPECT_EQ(location->second, "/apply");
  answer("/apply/consent", "data_consent=1");
  EXPECT_EQ(service_.idempotency->body_sha256, first.body_sha256) << "nothing was overwritten";
}

TEST(LateAnswers, AreKeptAsTheyWereSentButForTheirToken) {
  EXPECT_EQ(question_of("/apply/kind"), "kind");
  EXPECT_EQ(question_of("/apply/consent"), "");
  EXPECT_EQ(question_of("/applications"), "");
  const http::Pairs form = *http::parse_form("kind=temporary&day=1&csrf=secret&q=%D3%99+%26");
  EXPECT_EQ(*http::parse_form(without_token(form)),
            (http::Pairs{{"kind", "temporary"}, {"day", "1"}, {"q", "ә &"}}));
  Answers answers;
  answers.late_question = "kind";
  answers.late_form = without_token(form);
  EXPECT_EQ(answers_from(to_json(answers)).late_form, answers.late_form);
}

}  // namespace
}  // namespace mekenjai::pages
