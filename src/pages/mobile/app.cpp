// What only the app in the hand has: its first screen, the manifest that puts it on the home screen, and the page
// for when there is no network.
#include <boost/json/serialize.hpp>

#include "pages/assets.hpp"
#include "pages/parts.hpp"

namespace mekenjai::pages {
namespace {

namespace json = boost::json;

constexpr int kNewest = 10;  // applications and requests looked at

// --- the first screen
// -----------------------------------------------------------------------------------------------

/// Requests to me come first: their hour is running. The number of dials.
int fill_asked(const Visit& visit, Page& page, const std::vector<flow::ConsentView>& consents) {
  int dials = 0;
  for (const flow::ConsentView& consent : consents) {
    if (consent.status != domain::ConsentStatus::pending || consent.signature_checking) continue;
    Dictionary* asked = page.add("ASKED");
    set(*asked, "ID", consent.id);
    set(*asked, "WHO",
        visit.words.text("page.homes.asks", {{"name", consent.applicant_masked}}));
    set(*asked, "ADDRESS", visit.words.address(consent.address));
    set(*asked, "UNTIL",
        visit.words.text("page.homes.asks_until",
                         {{"time_to", visit.words.time_to(consent.deadline)}}));
    fill_dial(visit, *asked, consent.deadline, fmt::format("m{}", ++dials));
  }
  return dials;
}

awaitable<Response> home_page(Visit& visit) {
  Page page(visit, "home");
  if (!visit.signed_in()) {
    page.set("HEADING", visit.text("mobile.home.title"));
    co_return page.done();
  }
  const base::Result<flow::MeView> me = co_await visit.me(true);
  if (!me && me.error().trouble != base::Trouble::unavailable)
    co_return problem_page(visit, me.error());
  const flow::Caller caller = visit.caller();
  const std::optional<std::string> any;
  const base::Result<flow::Page<flow::ConsentView>> consents =
      co_await visit.service().consents(caller, any, any, kNewest);
  const base::Result<flow::Page<flow::ApplicationView>> applications =
      co_await visit.service().applications(caller, any, kNewest);
  page.set("HEADING", me ? visit.words.text("mobile.home.greeting",
                                            {{"name", me->person.given_name}})
                         : std::string(visit.text("mobile.home.title")));
  const int dials = consents ? fill_asked(visit, page, consents->items) : 0;
  if (applications) fill_live(visit, page, applications->items, dials + 1);
  if (me) {
    fill_residence(visit, page, *me);
  } else {
    page.show("SILENT");
  }
  co_return page.done();
}

// --- on the home screen
// ---------------------------------------------------------------------------------------------

// Of the light theme: a manifest knows one only. The pages themselves say both (layouts/mobile.html).
constexpr std::string_view kSurface = "#ffffff", kGround = "#f2f5f0";

json::object icon(std::string_view file, std::string_view size, std::string_view purpose) {
  return {{"src", asset_address(file)}, {"sizes", size}, {"type", "image/png"},
          {"purpose", purpose}};
}

json::object shortcut(std::string_view name, std::string_view address) {
  return {{"name", name}, {"url", address}, {"icons", json::array{icon("app-192.png", "192x192", "any")}}};
}

json::object manifest_in(const Visit& visit) {
  return {
      {"id", "/m/"},
      {"name", visit.text("service.name")},
      {"short_name", visit.text("service.name")},
      {"description", visit.text("mobile.app.description")},
      {"lang", i18n::tag(visit.language)},
      {"dir", "ltr"},
      {"start_url", "/m/"},
      {"scope", "/m/"},
      {"display", "standalone"},
      {"orientation", "portrait"},
      {"theme_color", kSurface},
      {"background_color", kGround},
      {"categories", json::array{"government", "utilities"}},
      {"icons",
       json::array{icon("app-192.png", "192x192", "any"), icon("app-512.png", "512x512", "any"),
                   icon("app-maskable-512.png", "512x512", "maskable")}},
      {"shortcuts", json::array{shortcut(visit.text("mobile.app.apply"), "/m/apply"),
                                shortcut(visit.text("page.my_consents"), "/m/consents"),
                                shortcut(visit.text("page.history.title"), "/m/history")}},
  };
}

/// The request as somebody sends it who isn't signed in and has chosen `language`.
http::Request for_anybody(const http::Request& request, i18n::Language language) {
  http::Request copy = request;
  copy.session.reset();
  copy.query.clear();
  copy.target = "/";
  copy.headers = {{"cookie", fmt::format("{}={}", kLanguageCookie, i18n::tag(language))}};
  return copy;
}

awaitable<Response> manifest(Visit& visit) {
  const auto language = i18n::parse_language(visit.parameter(0));
  if (!language) co_return error_page(visit, 404, "not_found", 0);
  http::Request request = for_anybody(visit.request, *language);
  const Visit anybody(visit.site, request, visit.channel);
  Response response;
  response.content_type = "application/manifest+json; charset=utf-8";
  response.body = json::serialize(manifest_in(anybody));
  response.headers.emplace_back("Cache-Control", "public, no-cache");
  co_return response;
}

/// The worker keeps it in each language, when there is still a network.
awaitable<Response> offline_page(Visit& visit) {
  const auto language = i18n::parse_language(visit.parameter(0));
  if (!language) co_return error_page(visit, 404, "not_found", 0);
  http::Request request = for_anybody(visit.request, *language);
  Visit anybody(visit.site, request, visit.channel);
  Page page(anybody, "offline");
  co_return page.done();
}

}  // namespace

void add_app(Table& table) {
  table.only({Channel::mobile});
  table.get("/", Guard::open_page, home_page);
  table.get("/manifest/{language}", Guard::open_page, manifest);
  table.get("/offline/{language}", Guard::open_page, offline_page);
  table.everywhere();
}

}  // namespace mekenjai::pages
