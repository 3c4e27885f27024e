// A kiosk's own pages: its setting up, the end of a visit, the tools, keys that are sent, the
// consultant, the receipt.
#include "pages/kiosk/kiosk.hpp"

#include "base/bytes.hpp"
#include "domain/words.hpp"
#include "http/problem.hpp"
#include "pages/kiosk/keyboard.hpp"
#include "pages/parts.hpp"

namespace mekenjai::pages {
namespace {

using http::AtKiosk;

constexpr std::string_view kLookCookie = "__Host-look";  // letters: c contrast, l large
constexpr std::string_view kScreenCookie =
    "__Host-screen";  // the browser's secret, from its first keyboard on
constexpr std::size_t kLongestToken = 64;
constexpr std::string_view kKeyboardMark = "<!--keyboard-->";  // in the layout

struct Look {
  bool contrast = false, large = false;
  std::string letters() const { return fmt::format("{}{}", contrast ? "c" : "", large ? "l" : ""); }
};

Look look_of(const http::Request& request) {
  const std::string_view letters = request.cookie(kLookCookie).value_or("");
  return {letters.find('c') != std::string_view::npos, letters.find('l') != std::string_view::npos};
}

std::string secret_of(const http::Request& request) {
  const std::string_view secret = request.cookie(kScreenCookie).value_or("");
  return std::string(secret.size() <= kLongestToken ? secret : "");
}

std::string screen_of(const flow::Kiosk& kiosk, const std::string& secret) {
  return fmt::format("{} {}", kiosk.id, secret);
}

/// What a visit is over on, or not yet begun on.
bool is_idle_page(std::string_view name) {
  return name == "home" || name == "kiosk-ended" || name == "kiosk-not-set-up";
}

std::string help_of(const Visit& visit, std::string_view name) {
  std::string key =
      fmt::format("page.kiosk.help.{}", name.starts_with("kiosk-") ? name.substr(6) : name);
  std::replace(key.begin(), key.end(), '-', '_');
  return std::string(visit.text(visit.words.has(key) ? key : "page.kiosk.help.other"));
}

/// Where a path stands in the explanations.
std::string_view step_of(std::string_view path) {
  static constexpr std::pair<std::string_view, std::string_view> kSteps[] = {
      {"/apply/who", "WHO"},       {"/apply/where", "WHERE"}, {"/apply/kind", "KIND"},
      {"/apply/reason", "REASON"}, {"/apply/check", "CHECK"}, {"/apply/consent", "SIGN"},
      {"/apply/sign", "SIGN"},     {"/apply", "WHO"},
  };
  for (const auto& [start, step] : kSteps) {
    if (path.starts_with(start)) return step;
  }
  if (path.starts_with("/applications/"))
    return path.find("/sign") != std::string_view::npos ? "SIGN" : "WAIT";
  return "START";
}

// --- the end of a visit ------------------------------------------------------------------------

/// Nothing of the visit stays: neither here nor in the browser, but for what makes the device a
/// kiosk.
awaitable<Response> end(Visit& visit) {
  if (!visit.request.kiosk) co_return not_set_up(visit);  // the guard has asked before
  if (visit.signed_in()) {
    const std::string token = visit.request.token;
    co_await visit.service().sign_out(token);
    visit.request.session.reset();
  }
  if (visit.request.kiosk->consultant) {
    const std::string device = visit.request.device, secret = secret_of(visit.request);
    co_await visit.service().kiosks().let_consultant_out(device, secret);
    visit.request.kiosk->consultant = false;
  }
  visit.site.screens.wipe(screen_of(*visit.request.kiosk, secret_of(visit.request)));
  Page page(visit, "kiosk-ended");
  Response response = page.done();
  for (const auto& [name, value] : visit.request.cookies()) {
    if (name != http::kKioskCookie && name.starts_with("__Host-"))
      response.headers.emplace_back("Set-Cookie", http::clear_cookie(name));
  }
  // Not "cookies": that would take the device's own as well.
  response.headers.emplace_back("Clear-Site-Data", "\"cache\", \"storage\"");
  co_return response;
}

// --- tools -------------------------------------------------------------------------------------

/// A tool is switched on or off, and the person is where he was.
awaitable<Response> tool(Visit& visit) {
  Look look = look_of(visit.request);
  const std::string& which = visit.parameter(0);
  if (which != "contrast" && which != "large") co_return error_page(visit, 404, "not_found", 0);
  bool& on = which == "contrast" ? look.contrast : look.large;
  on = !on;
  Response response = http::redirect(safe_next(visit.query("back"), "/"));
  const std::string letters = look.letters();
  response.headers.emplace_back(
      "Set-Cookie", letters.empty() ? http::clear_cookie(kLookCookie)
                                    : http::set_cookie(kLookCookie, letters, std::nullopt));
  co_return response;
}

// --- setting up --------------------------------------------------------------------------------

awaitable<Response> set_up(Visit& visit) {
  const std::string token = visit.field("token");
  std::optional<flow::Kiosk> kiosk;
  if (!token.empty() && token.size() <= kLongestToken)
    kiosk = co_await visit.service().kiosks().of_token(token);
  if (!kiosk) {
    Page page(visit, "kiosk-not-set-up");
    page.with_form();
    page.error("ERR_TOKEN", "token",
               visit.text(token.empty() ? "page.kiosk.setup.empty" : "page.kiosk.setup.wrong"));
    co_return page.done(422);
  }
  Response response = http::redirect("/");
  response.headers.emplace_back("Set-Cookie",
                                http::set_cookie(http::kKioskCookie, token, std::nullopt));
  co_return response;
}

// --- the consultant ----------------------------------------------------------------------------

Page consultant_form(Visit& visit, const std::string& back) {
  Page page(visit, "kiosk-consultant");
  page.set("BACK", back);
  page.set("BACK_TO", back);
  page.with_form();
  return page;
}

awaitable<Response> consultant_page(Visit& visit) {
  co_return consultant_form(visit, safe_next(visit.query("back"), "/")).done();
}

awaitable<Response> consultant_in(Visit& visit) {
  const std::string back = safe_next(visit.field("back"), "/"),
                    code = only_digits(visit.field("code")), device = visit.request.device,
                    secret = secret_of(visit.request);
  if (!code.empty()) {
    const base::Result<flow::Done> done =
        co_await visit.service().kiosks().let_consultant_in(device, code, secret);
    if (done) co_return http::redirect(back);
    if (done.error().trouble == base::Trouble::too_many) {
      Page page = consultant_form(visit, back);
      page.error("ERR_CODE", "code", visit.text("page.kiosk.consultant.blocked"));
      co_return page.done(429);
    }
    Page page = consultant_form(visit, back);
    if (std::optional<Response> stopped = code_problem(visit, page, done.error(), back))
      co_return std::move(*stopped);
    co_return page.done(422);
  }
  Page page = consultant_form(visit, back);
  page.error("ERR_CODE", "code", visit.text("page.kiosk.consultant.empty"));
  co_return page.done(422);
}

awaitable<Response> consultant_out(Visit& visit) {
  const std::string device = visit.request.device, secret = secret_of(visit.request);
  const base::Result<flow::Done> done =
      co_await visit.service().kiosks().let_consultant_out(device, secret);
  if (!done) co_return problem_page(visit, done.error());
  co_return http::redirect(safe_next(visit.field("back"), "/"));
}

// --- the receipt -------------------------------------------------------------------------------

awaitable<Response> receipt_page(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const std::string id = visit.parameter(0);
  const base::Result<flow::ApplicationView> application =
      co_await visit.service().application(caller, id);
  if (!application) co_return problem_page(visit, application.error());
  Page page(visit, "kiosk-receipt");
  page.set("ID", application->id);
  page.set("NUMBER", in_groups(application->number, 4));
  page.set("NAME", visit.request.session->display_name);
  page.set(
      "NEXT",
      visit.words.text(
          fmt::format("page.kiosk.receipt.next.{}", domain::word(application->status)),
          {{"time_to", application->deadline ? visit.words.time_to(*application->deadline) : ""}}));
  page.set("PRINTED", visit.words.text("page.kiosk.receipt.printed",
                                       {{"date", visit.words.date(visit.words.today())},
                                        {"time", visit.words.time(visit.words.now())}}));
  co_return page.done();
}

// --- what a page tells by itself ---------------------------------------------------------------

/// The page tells how long ago somebody touched it: 204, or 401 where the visit is over.
awaitable<Response> alive(flow::Service& service, http::Request& request) {
  const http::Pairs form = http::parse_form(request.body).value_or(http::Pairs{});
  const std::string ago(http::value_of(form, "ago").value_or("0"));
  const base::Millis since{std::strtol(ago.c_str(), nullptr, 10)};
  service.kiosks().used(request.device, since);
  if (request.session) service.used(request.token, since);
  Response response;
  const bool expected = http::value_of(form, "session") == "1";
  response.status = expected && !request.session ? 401 : 204;
  co_return response;
}

/// A key without script: the form comes with all that stands in it, and is shown again with the
/// key's character.
awaitable<Response> key(KioskScreens& screens, http::Request& request) {
  const std::optional<http::Pairs> form = http::parse_form(request.body);
  const std::string secret = secret_of(request);
  const bool ours = form && request.kiosk && !secret.empty();
  const std::string address =
      ours ? screens.press(screen_of(*request.kiosk, secret), *form) : std::string("/");
  co_return leave(http::redirect(address), Channel::kiosk);
}

}  // namespace

void dress_for_kiosk(Visit& visit, Page& page, std::string_view name) {
  const Look look = look_of(visit.request);
  page.show(look.contrast ? "CONTRAST" : "SOFT");
  page.show(look.large ? "LARGE" : "SMALL");
  page.set("HERE", http::percent_encode(visit.request.target));
  const bool explains = visit.request.kiosk && visit.request.kiosk->consultant;
  if (name == "home") page.show("HELP_STEPS");
  if (name == "kiosk-ended") page.show("BACK_SOON");
  if (is_idle_page(name) && !visit.signed_in()) return;
  page.show("IDLE");
  page.show("FINISH");
  if (visit.signed_in() && !explains) page.say("WHO_HERE", visit.request.session->display_name);
  if (name == "home") return;
  page.show("TOOLS");
  if (explains) return;
  Dictionary* help = page.add("HELP");
  set(*help, "TEXT", help_of(visit, name));
  if (name != "kiosk-consultant") help->ShowSection("CONSULTANT_LINK");
}

KioskHtml fit_for_kiosk(Visit& visit, std::string_view html) {
  std::vector<KioskField> fields;
  const http::Request& request = visit.request;
  const bool typing = request.kiosk.has_value();
  std::string secret = secret_of(request);
  std::optional<Typed> typed;
  if (typing && !secret.empty())
    typed = visit.site.screens.typed(screen_of(*request.kiosk, secret), request.target);
  KioskHtml made{for_kiosk(html, typed ? &*typed : nullptr, fields), std::nullopt};
  // A device that is not set up has no use for a keyboard: a token has letters that it has not.
  const bool keys = typing && !fields.empty();
  const std::size_t mark = made.html.find(kKeyboardMark);
  if (mark != std::string::npos) {
    made.html.replace(mark, kKeyboardMark.size(),
                      keys ? keyboard(visit.words, fields, typed ? &*typed : nullptr) : "");
  }
  if (keys && secret.empty()) {
    secret = base::to_base64url(base::random_bytes(16));
    made.set_cookie = http::set_cookie(kScreenCookie, secret, std::nullopt);
  }
  if (typing && !secret.empty())
    visit.site.screens.shown(screen_of(*request.kiosk, secret), request.target, std::move(fields));
  return made;
}

Response explanations(Visit& visit, std::string_view back, int status) {
  Page page(visit, "kiosk-explains");
  page.show(fmt::format("AT_{}", step_of(visit.request.path)));
  page.set("BACK_TO", back);
  page.with_form();
  return page.done(status);
}

std::optional<Response> explained(Visit& visit) {
  const bool explains = visit.request.kiosk && visit.request.kiosk->consultant;
  if (!explains || visit.request.method == Method::post) return std::nullopt;
  const std::string& path = visit.request.path;
  if (path == "/end" || path.starts_with("/tools/")) return std::nullopt;
  return explanations(visit, visit.request.target, 200);
}

Response not_set_up(Visit& visit) {
  Page page(visit, "kiosk-not-set-up");
  page.with_form();
  return page.done(403);
}

void add_kiosk(Table& table) {
  table.only({Channel::kiosk});
  table.get("/end", Guard::open_page, end);
  table.get("/tools/{tool}", Guard::open_page, tool);
  table.fixed("/steps", "kiosk-steps");
  table.get("/consultant", Guard::open_page, consultant_page);
  table.post("/consultant", Guard::open_page, consultant_in);
  table.get("/applications/{id}/receipt", Guard::cookie, receipt_page);
  table.at_kiosk(AtKiosk::with_consultant);
  table.post("/consultant/out", Guard::open_page, consultant_out);
  // These two change nothing but what this device shows: no token of a form, and no other site may
  // send them.
  table.bare(Method::post, "/alive",
             [](Site& site, http::Request& request) { return alive(*site.service, request); });
  table.at_kiosk(AtKiosk::yes);
  table.bare(Method::post, "/key",
             [](Site& site, http::Request& request) { return key(site.screens, request); });
  table.at_kiosk(AtKiosk::no);
  table.post("/device", Guard::open_page, set_up);
  table.at_kiosk(AtKiosk::yes);
  table.everywhere();
}

}  // namespace mekenjai::pages
