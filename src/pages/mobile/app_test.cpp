// What the app in the hand relies on; the way through it is in tests/journeys/mobile*.test.mjs.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>

#include "api/fake_service.hpp"
#include "pages/assets.hpp"
#include "pages/site.hpp"

namespace mekenjai::pages {
namespace {

class App : public testing::Test {
 protected:
  App() {
    context_.csrf = std::make_shared<http::Csrf>(std::string(32, 's'));
    service_.me_view.person.iin = api::FakeService::iin();
    service_.me_view.person.given_name = "Айгерім";
    routes_ = routes(service_, context_);
  }

  static http::Request request(std::string target, bool signed_in = true) {
    http::Request request;
    request.target = target;
    request.path = std::move(target);
    if (signed_in) {
      request.session.emplace().iin = api::FakeService::iin();
      request.session->csrf_key = std::string(32, 'k');
    }
    return request;
  }
  Response call(http::Request request, std::string_view pattern) const {
    for (const http::Route& route : routes_) {
      if (route.pattern != pattern || route.method != request.method) continue;
      boost::asio::io_context io;
      auto answer = boost::asio::co_spawn(io, route.handler(request), boost::asio::use_future);
      io.run();
      return answer.get();
    }
    throw std::runtime_error("no route");
  }
  static std::string header(const Response& response, std::string_view wanted) {
    for (const auto& [name, value] : response.headers) {
      if (name == wanted) return value;
    }
    return "";
  }

  api::FakeService service_;
  PagesContext context_;
  std::vector<http::Route> routes_;
};

TEST_F(App, IsInstalledInEveryLanguageAsOneAppWithPicturesThatAreThere) {
  for (const i18n::Language language : i18n::kLanguages) {
    const std::string tag(i18n::tag(language));
    http::Request asked = request("/m/manifest/" + tag, false);
    asked.parameters = {tag};
    const Response response = call(asked, "/m/manifest/{language}");
    ASSERT_EQ(response.status, 200) << tag;
    const boost::json::object manifest = boost::json::parse(response.body).as_object();
    EXPECT_EQ(manifest.at("id").as_string(), "/m/");
    EXPECT_EQ(manifest.at("scope").as_string(), "/m/");
    EXPECT_EQ(manifest.at("lang").as_string(), tag);
    for (const boost::json::value& icon : manifest.at("icons").as_array()) {
      const boost::json::string& src = icon.at("src").as_string();
      EXPECT_TRUE(std::any_of(hashed_assets().begin(), hashed_assets().end(),
                              [&](const embedded::File& file) {
                                return "/assets/" + std::string(file.name) == src;
                              }))
          << src;
    }
  }
}

TEST_F(App, HasAPageForNoNetworkInEveryLanguageThatTellsOfNobody) {
  std::string worker;
  for (const embedded::File& file : hashed_assets()) {
    if (file.name == "sw.js") worker = file.content;
  }
  for (const i18n::Language language : i18n::kLanguages) {
    const std::string tag(i18n::tag(language));
    EXPECT_NE(worker.find("\"" + tag + "\""), std::string::npos) << "the worker keeps it: " << tag;
    http::Request asked = request("/m/offline/" + tag);
    asked.parameters = {tag};
    const Response response = call(asked, "/m/offline/{language}");
    EXPECT_EQ(response.status, 200);
    EXPECT_NE(response.body.find("<html lang=\"" + tag + "\""), std::string::npos);
    EXPECT_NE(response.body.find("data-person=\"none\""), std::string::npos);
    EXPECT_NE(response.body.find("/m/?lang="), std::string::npos) << "not to itself";
  }
}

TEST_F(App, SaysWhosePageItIsWithoutSayingWho) {
  const Response mine = call(request("/m/history"), "/m/history");
  const std::string person = header(mine, "Mekenjai-Person");
  EXPECT_NE(header(mine, "Mekenjai-Left"), "") << "how long it may be kept";
  EXPECT_EQ(person.size(), 22u);
  EXPECT_NE(mine.body.find("data-person=\"" + person + "\""), std::string::npos);
  EXPECT_EQ(person, header(call(request("/m/"), "/m/"), "Mekenjai-Person"));
  EXPECT_EQ(header(call(request("/m/sign-in", false), "/m/sign-in"), "Mekenjai-Person"), "none");
  EXPECT_EQ(header(call(request("/m/signed-out", false), "/m/signed-out"), "Mekenjai-Person"), "none")
      << "a page that is made once";
  EXPECT_EQ(header(call(request("/history"), "/history"), "Mekenjai-Person"), "");
  const http::Csrf csrf(std::string(32, 's')), elsewhere(std::string(32, 't'));
  EXPECT_NE(csrf.pseudonym("991301300003"), csrf.pseudonym("991301300404"));
  EXPECT_NE(csrf.pseudonym("991301300003"), elsewhere.pseudonym("991301300003"));
}

TEST_F(App, ShowsItsFirstScreenWhileARegisterIsSilent) {
  EXPECT_NE(call(request("/m/"), "/m/").body.find("Айгерім"), std::string::npos);
  service_.problem = base::Problem{base::Trouble::unavailable, "register_unavailable"};
  const auto words = i18n::Catalog::built_in().text(i18n::Language::kk, "mobile.home.silent");
  http::Request asked = request("/m/");
  asked.session->iin = *domain::parse_iin("991301300404");
  EXPECT_NE(call(asked, "/m/").body.find(words), std::string::npos);
}

TEST_F(App, AFormAboutAnswersThatHaveChangedLeadsBackToThem) {
  const auto post = [this](const std::string& step, const std::string& fields) {
    http::Request form = request("/m/apply/" + step);
    form.method = Method::post;
    form.body = fields + "&csrf=" + http::percent_encode(context_.csrf->token(form).value);
    return header(call(form, "/m/apply/" + step), "Location");
  };
  EXPECT_EQ(post("who", "who=991301300003"), "/m/apply/where");
  EXPECT_EQ(post("where", "rka=0201300118400729"), "/m/apply/kind");
  EXPECT_EQ(post("kind", "kind=permanent"), "/m/apply/reason");
  EXPECT_EQ(post("reason", "reason=work"), "/m/apply/check");
  const std::string page = call(request("/m/apply/consent"), "/m/apply/consent").body;
  const std::size_t key = page.find("name=\"key\" value=\"") + 18;
  const std::string of_page = page.substr(key, page.find('"', key) - key);
  EXPECT_EQ(post("reason", "reason=family"), "/m/apply/check") << "in another tab";
  EXPECT_EQ(post("consent", "data_consent=1&key=" + of_page), "/m/apply/check");
  EXPECT_FALSE(service_.drafted.has_value());
}

}  // namespace
}  // namespace mekenjai::pages
