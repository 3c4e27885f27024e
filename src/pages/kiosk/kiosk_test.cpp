// The pages of a kiosk, over a flow that answers what the test wants.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <regex>

#include "api/fake_service.hpp"
#include "pages/pages.hpp"
#include "pages/site.hpp"

namespace mekenjai::pages {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class AtTheKiosk : public testing::Test {
 protected:
  AtTheKiosk() {
    context_.csrf = std::make_shared<http::Csrf>(std::string(32, 's'));
    service_.me_view.person.iin = api::FakeService::iin();
    service_.me_view.person.given_name = "Айгерім";
    service_.me_view.person.surname = "Серікбаева";
    service_.me_view.person.patronymic = "Маратқызы";
    service_.me_view.dependants.push_back({"990101300001", "Серікбаев Дәулет Маратұлы",
                                           domain::RelationKind::parent, 15, true, "child_14_17"});
    routes_ = routes(service_, context_);
  }

  http::Request request(const std::string& target, bool signed_in = true) {
    http::Request request;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (const auto mark = target.find('?'); mark != std::string::npos)
      request.query = *http::parse_form(target.substr(mark + 1));
    request.kiosk = flow::Kiosk{"k1", "c1", consultant_};
    if (!screen_.empty()) request.headers.emplace_back("cookie", "__Host-screen=" + screen_);
    request.device = "device";
    if (signed_in) {
      request.session = flow::Session{};
      request.session->iin = api::FakeService::iin();
      request.session->display_name = "Айгерім С.";
      request.session->csrf_key = std::string(32, 'k');
      request.token = "good_at_kiosk";
    }
    return request;
  }
  Response call(http::Request& request, std::string_view pattern) {
    for (const http::Route& route : routes_) {
      if (route.pattern != pattern || route.method != request.method) continue;
      boost::asio::io_context io;
      auto answer = boost::asio::co_spawn(io, route.handler(request), boost::asio::use_future);
      io.run();
      return answer.get();
    }
    throw std::runtime_error("no route");
  }
  Response get(const std::string& target, bool signed_in = true) {
    http::Request made = request(target, signed_in);
    return call(made, made.path);
  }
  Response post(const std::string& target, std::string body, bool signed_in = true) {
    http::Request made = request(target, signed_in);
    made.method = Method::post;
    made.body = std::move(body);
    const http::Csrf::Token token = context_.csrf->token(made);
    made.body += "&csrf=" + http::percent_encode(token.value);
    return call(made, made.path);
  }
  static std::vector<std::string> headers(const Response& response, std::string_view name) {
    std::vector<std::string> values;
    for (const auto& [key, value] : response.headers) {
      if (key == name) values.push_back(value);
    }
    return values;
  }

  api::FakeService service_;
  PagesContext context_;
  std::vector<http::Route> routes_;
  bool consultant_ = false;
  std::string screen_;  // the browser's secret
};

TEST_F(AtTheKiosk, TheEndLeavesNothingButWhatMakesTheDeviceAKiosk) {
  http::Request made = request("/kiosk/end");
  made.headers.emplace_back("cookie",
                            "__Host-kiosk=device; __Host-session=good_at_kiosk; __Host-lang=kk; "
                            "__Host-look=cl; __Host-qr-abc=x; other=y");
  const Response response = call(made, "/kiosk/end");
  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(service_.calls, Contains("sign_out good_at_kiosk"));
  std::vector<std::string> deleted;
  for (const std::string& cookie : headers(response, "Set-Cookie")) {
    EXPECT_THAT(cookie, HasSubstr("Max-Age=0"));
    deleted.push_back(cookie.substr(0, cookie.find('=')));
  }
  EXPECT_THAT(deleted,
              ElementsAre("__Host-session", "__Host-lang", "__Host-look", "__Host-qr-abc"));
  EXPECT_THAT(headers(response, "Clear-Site-Data"), ElementsAre("\"cache\", \"storage\""));
  EXPECT_THAT(response.body, Not(HasSubstr("Айгерім")));
}

TEST_F(AtTheKiosk, NamesAreGivenNameAndInitial) {
  const std::string page = get("/kiosk/apply/who").body;
  EXPECT_THAT(page, HasSubstr("Айгерім С."));
  EXPECT_THAT(page, HasSubstr("Дәулет С."));
  for (const char* whole : {"Серікбаева", "Серікбаев", "Маратқызы", "Маратұлы"})
    EXPECT_THAT(page, Not(HasSubstr(whole)));
}

TEST_F(AtTheKiosk, NoKeyOfOnesOwnIsAskedFor) {
  service_.eds = true;
  const std::string page = get("/kiosk/sign-in", false).body;
  EXPECT_THAT(page, Not(HasSubstr("/sign-in/eds")));
  EXPECT_THAT(page, HasSubstr("/kiosk/sign-in/qr"));
  for (const http::Route& route : routes_) {
    if (!route.pattern.starts_with("/kiosk/")) continue;
    EXPECT_FALSE(route.pattern.ends_with("/eds")) << route.pattern;
  }
}

TEST_F(AtTheKiosk, EveryPageAsksForTheDeviceButTheOneThatSetsItUp) {
  for (const http::Route& route : routes_) {
    if (!route.pattern.starts_with("/kiosk/")) continue;
    const bool sets_up = route.pattern == "/kiosk/device";
    EXPECT_EQ(route.at_kiosk == http::AtKiosk::no, sets_up) << route.pattern;
  }
}

TEST_F(AtTheKiosk, AConsultantSeesTheExplanationsAndNothingOfThePerson) {
  consultant_ = true;
  for (const char* address : {"/kiosk/apply/who", "/kiosk/profile", "/kiosk/history", "/kiosk/"}) {
    const std::string page = get(address).body;
    EXPECT_THAT(page, HasSubstr("action=\"/kiosk/consultant/out\"")) << address;
    EXPECT_THAT(page, Not(HasSubstr("Айгерім"))) << address;
  }
  EXPECT_THAT(get("/kiosk/apply/where").body, ::testing::ContainsRegex("aria-current=\"step\""));
  const Response out = post("/kiosk/consultant/out", "back=%2Fapply%2Fwhere");
  EXPECT_THAT(headers(out, "Location"), ElementsAre("/kiosk/apply/where"));
  EXPECT_THAT(service_.calls, Contains("consultant_out"));
}

TEST_F(AtTheKiosk, ThePageTellsHowLongAgoItWasTouched) {
  http::Request made = request("/kiosk/alive");
  made.method = Method::post;
  made.body = "ago=12000&session=1";
  EXPECT_EQ(call(made, "/kiosk/alive").status, 204);
  EXPECT_THAT(service_.calls, ElementsAre("kiosk_used device", "used good_at_kiosk"));
  http::Request over = request("/kiosk/alive", false);
  over.method = Method::post;
  over.body = "ago=x&session=1";
  EXPECT_EQ(call(over, "/kiosk/alive").status, 401)
      << "the session that the page counts on is over";
}

TEST_F(AtTheKiosk, KeysThatAreSentStandOnThePageUntilAnotherOneIsShown) {
  const auto value_of_q = [this](const std::string& target) {
    const std::string page = get(target).body;
    std::smatch found;
    std::regex_search(page, found, std::regex("<input[^>]*id=\"q\"[^>]*>"));
    std::smatch value;
    const std::string tag = found.str();
    return std::regex_search(tag, value, std::regex(" value=\"([^\"]*)\"")) ? value[1].str() : "?";
  };
  const auto press = [this](std::string body) {
    http::Request made = request("/kiosk/key");
    made.method = Method::post;
    made.body = std::move(body);
    return headers(call(made, "/kiosk/key"), "Location");
  };
  const Response first = get("/kiosk/apply/where");
  const std::string cookie = headers(first, "Set-Cookie").at(0);
  ASSERT_THAT(cookie, ::testing::StartsWith("__Host-screen="));
  screen_ = cookie.substr(14, cookie.find(';') - 14);
  EXPECT_EQ(value_of_q("/kiosk/apply/where"), "");
  EXPECT_THAT(press("q=&key=%D2%9B"), ElementsAre("/kiosk/apply/where"));
  EXPECT_EQ(value_of_q("/kiosk/apply/where"), "қ");
  const std::string mine = std::exchange(screen_, "of a thief with the token");
  EXPECT_EQ(value_of_q("/kiosk/apply/where"), "");
  EXPECT_THAT(press("q=&key=x"), ElementsAre("/kiosk/apply/where"));
  screen_ = mine;
  EXPECT_EQ(value_of_q("/kiosk/apply/where"), "қ");
  press("q=%D2%9B&layout=ru");
  EXPECT_THAT(get("/kiosk/apply/where").body, HasSubstr("<section data-layout=\"ru\">"));
  get("/kiosk/apply/who");
  EXPECT_EQ(value_of_q("/kiosk/apply/where"), "");
}

TEST_F(AtTheKiosk, ToolsAreSwitchedOnAndOffAndLeadBack) {
  http::Request first = request("/kiosk/tools/contrast?back=%2Fapply%2Fwho");
  first.parameters = {"contrast"};
  const Response on = call(first, "/kiosk/tools/{tool}");
  EXPECT_THAT(headers(on, "Location"), ElementsAre("/kiosk/apply/who"));
  EXPECT_THAT(headers(on, "Set-Cookie"), ElementsAre(HasSubstr("__Host-look=c;")));
  http::Request again = request("/kiosk/tools/contrast?back=//evil");
  again.headers.emplace_back("cookie", "__Host-look=c");
  again.parameters = {"contrast"};
  const Response off = call(again, "/kiosk/tools/{tool}");
  EXPECT_THAT(headers(off, "Location"), ElementsAre("/kiosk/"));
  EXPECT_THAT(headers(off, "Set-Cookie"), ElementsAre(HasSubstr("Max-Age=0")));
}

}  // namespace
}  // namespace mekenjai::pages
