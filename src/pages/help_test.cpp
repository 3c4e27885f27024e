// Help and statistics: what they say is what the service does, in every language and door.
#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <regex>

#include "api/fake_service.hpp"
#include "flow/notices.hpp"
#include "pages/site.hpp"

namespace mekenjai::pages {
namespace {

using i18n::Language;

class Help : public testing::Test {
 protected:
  Help() {
    context_.csrf = std::make_shared<http::Csrf>(std::string(32, 's'));
    service_.clock = *base::parse_rfc3339("2026-11-29T15:04:00+05:00");
    flow::StatisticsView& view = service_.statistics_view;
    view = flow::statistics_of({}, {}, {}, service_.clock);
    routes_ = routes(service_, context_);
  }

  std::string page(const std::string& target, Language language = Language::ru) {
    http::Request request;
    request.target = target;
    request.path = target.substr(0, target.find('?'));
    if (const auto question = target.find('?'); question != std::string::npos)
      request.query = *http::parse_form(target.substr(question + 1));
    request.headers.emplace_back("accept-language", i18n::tag(language));
    for (const http::Route& route : routes_) {
      if (route.pattern != request.path || route.method != Method::get) continue;
      boost::asio::io_context io;
      auto answer = boost::asio::co_spawn(io, route.handler(request), boost::asio::use_future);
      io.run();
      const Response response = answer.get();
      EXPECT_EQ(response.status, 200) << target;
      return response.body.empty() ? std::string(response.fixed_body) : response.body;
    }
    throw std::runtime_error("no route for " + target);
  }

  static std::string_view text(Language language, std::string_view key) {
    return i18n::Catalog::built_in().text(language, key);
  }
  static testing::AssertionResult has(const std::string& html, std::string_view what) {
    if (html.find(what) != std::string::npos) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "no \"" << what << "\"";
  }
  static int count(const std::string& html, std::string_view what) {
    int found = 0;
    for (std::size_t at = html.find(what); at != std::string::npos; at = html.find(what, at + 1)) ++found;
    return found;
  }

  /// Figures of a service that is used.
  void live() {
    using domain::Status;
    service_.statistics_view = flow::statistics_of(
        {{202611, 75, Status::registered, "sole_owner", 0, 400},
         {202610, 75, Status::registered, "owners", 14 * 60, 900},
         {202611, 71, Status::rejected, "no_consent_in_time", 3600, 120},
         {202611, 71, Status::rejected, "owner_refused", 200, 43},
         {202611, 71, Status::rejected, "norm_exceeded", 0, 4},
         {202611, 71, Status::sent_to_psc, "owner_needs_psc", 0, 31},
         {202611, 0, Status::rejected, "address_not_found", 0, 6},
         {202611, 75, Status::withdrawn, "", 90, 12}},
        {{71, {"Астана қ.", "г. Астана"}}, {75, {"Алматы қ.", "г. Алматы"}}}, {}, service_.clock);
  }

  api::FakeService service_;
  PagesContext context_;
  std::vector<http::Route> routes_;
};

TEST_F(Help, EveryPageStandsInTheIndexAndBesideTheOthers) {
  const std::string index = page("/help");
  for (const std::string_view name :
       {"/help/steps", "/help/owners", "/help/false-sms", "/help/my-data", "/help/digital-signature", "/help/bmg",
        "/help/centre", "/help/accessibility", "/statistics", "/help/no-sms", "/help/no-address", "/help/no-person"}) {
    EXPECT_TRUE(has(index, fmt::format("href=\"{}\"", name)));
    const std::string html = page(std::string(name));
    EXPECT_TRUE(has(html, "href=\"/help\""));
    EXPECT_TRUE(has(html, "<b>1414</b>"));
  }
  EXPECT_EQ(count(page("/help/digital-signature"), "aria-current=\"page\""), 2) << "in the crumbs and beside";
}

TEST_F(Help, CitesTheLawOfTheEditionInForce) {
  for (const Language language : i18n::kLanguages) {
    const std::string html = page("/help/steps", language);
    for (const std::string_view act :
         {"joint_order_500_801", "order_677", "order_267", "law_migration", "civil_code", "law_housing",
          "law_state_services", "astana_norm", "code_offences"}) {
      EXPECT_TRUE(has(html, text(language, fmt::format("help.act.{}", act))));
    }
    EXPECT_EQ(html.find("help.act."), std::string::npos);
  }
}

TEST_F(Help, EveryActThatRowsCiteHasAShortName) {
  for (const policy::Policy& policy : policy::Editions::built_in().all()) {
    for (const auto& [row, acts] : policy.basis) {
      for (const policy::Basis& basis : acts) {
        if (basis.act == "resolution_853") continue;  // row A2 goes on silently: no page speaks of it
        for (const Language language : i18n::kLanguages)
          EXPECT_TRUE(i18n::Catalog::built_in().has(language, fmt::format("help.act.{}", basis.act))) << row;
      }
    }
  }
}

TEST_F(Help, ShowsTheSmsThatTheServiceSends) {
  for (const bool cyrillic : {false, true}) {
    context_.cyrillic_sms = cyrillic;
    routes_ = routes(service_, context_);
    for (const Language language : i18n::kLanguages) {
      const std::string html = page("/help/false-sms", language);
      EXPECT_TRUE(has(html, flow::Notices(cyrillic).sign_in_code(language, "407118")));
      EXPECT_TRUE(has(html, "R 1 K7P4XM"));
      EXPECT_TRUE(has(html, "15:04"));
      const std::string_view tag = language == Language::en ? "en" : language == Language::ru ? "ru" : "kk";
      const bool latin = !cyrillic && language != Language::en;
      EXPECT_EQ(count(html, fmt::format("<p lang=\"{}{}\">", tag, latin ? "-Latn" : "")), 2)
          << "a screen reader is told of the script";
    }
  }
}

TEST_F(Help, SaysTheLimitsOfThePolicy) {
  const policy::Policy& policy = policy::Editions::built_in().in_force(base::civil_date(service_.clock));
  const std::string html = page("/help/owners");
  EXPECT_TRUE(has(html, fmt::format("{} ч", policy.hold_after_fraud_s / 3600)));
  EXPECT_TRUE(has(html, fmt::format("не больше {} запросов", policy.requests_from_one_a_day)));
}

TEST_F(Help, StatisticsOfAServiceThatNobodyUsesYetSaySo) {
  for (const Language language : i18n::kLanguages) {
    const std::string html = page("/statistics", language);
    EXPECT_TRUE(has(html, text(language, "page.statistics.empty")));
    EXPECT_EQ(count(html, "<rect class=\"ok\""), 0);
    EXPECT_EQ(html.find("page.statistics"), std::string::npos);
  }
  EXPECT_EQ(count(page("/statistics"), "href=\"/statistics\""), 1) << "nothing to go back to";
  EXPECT_EQ(count(page("/statistics?region=75"), "href=\"/statistics\""), 2);
  EXPECT_EQ(service_.calls.back(), "statistics - 75");
}

TEST_F(Help, StatisticsAreChartsAndTables) {
  live();
  for (const Language language : i18n::kLanguages) {
    const std::string html = page("/statistics", language);
    EXPECT_TRUE(has(html, "1515")) << "1516 applications";
    EXPECT_TRUE(has(html, text(language, "statistics.code.no_consent_in_time")));
    EXPECT_TRUE(has(html, text(language, "page.statistics.few")));
    EXPECT_EQ(html.find(text(language, "statistics.code.norm_exceeded")), std::string::npos) << "only four";
    EXPECT_TRUE(has(html, text(language, "page.statistics.unknown_region")));
    EXPECT_EQ(count(html, "<table"), 5) << "months, outcomes, reasons, centre, regions";
    EXPECT_EQ(html.find("page.statistics"), std::string::npos);
    EXPECT_FALSE(std::regex_search(html, std::regex("(width|height|x|y)=\"(-[^\"]*)?\""))) << "a bar of no width";
  }
  EXPECT_TRUE(has(page("/statistics", Language::en), "g. Almaty"));
}

TEST_F(Help, StatisticsAskForWhatTheFormChose) {
  live();
  page("/statistics?month=2026-10&region=71");
  EXPECT_EQ(service_.calls.back(), "statistics 2026-10 71");
  for (const std::string_view wrong : {"?month=2025-11", "?month=soon&region=x", "?month=&region="}) {
    page("/statistics" + std::string(wrong));
    EXPECT_EQ(service_.calls.back(), "statistics - -") << wrong;
  }
  const std::string html = page("/statistics?month=2026-10&region=71");
  EXPECT_TRUE(has(html, "<option value=\"2026-10\" selected>"));
  EXPECT_TRUE(has(html, "<option value=\"71\" selected>"));
}

TEST_F(Help, IsTheSameBehindEveryDoor) {
  live();
  for (const Channel channel : kChannels) {
    const std::string door(prefix(channel));
    EXPECT_TRUE(has(page(door + "/help"), fmt::format("href=\"{}/help/steps\"", door)));
    const std::string html = page(door + "/statistics");
    EXPECT_TRUE(has(html, fmt::format("action=\"{}/statistics\"", door)));
    // A kiosk must not lead to where no way leads back from.
    const std::string signature = page(door + "/help/digital-signature");
    EXPECT_EQ(count(html, "href=\"/api/v1/statistics\""), channel == Channel::portal ? 1 : 0);
    EXPECT_EQ(count(signature, "href=\"https:"), channel == Channel::kiosk ? 0 : 1);
  }
}

}  // namespace
}  // namespace mekenjai::pages
