// Signing in and out: IIN, then the code from 1414. Everybody sees the same, whether the IIN is
// known or not.
#include "pages/site.hpp"

namespace mekenjai::pages {
namespace {

std::string with_next(std::string address, std::string_view next) {
  if (!next.empty()) address += "?next=" + http::percent_encode(next);
  return address;
}

Page sign_in_form(Visit& visit, const std::string& next, const std::string& typed) {
  Page page(visit, "sign-in");
  page.set("HEADING", visit.text(next.starts_with("/apply") ? "page.sign_in.heading_apply"
                                                            : "page.sign_in.heading"));
  page.set("BACK", next.starts_with("/apply") ? "/services/residence" : "/");
  page.set("NEXT", next);
  page.set("IIN", typed);
  page.with_form();
  return page;
}

awaitable<Response> sign_in_page(Visit& visit) {
  const std::string next = safe_next(visit.query("next"), "");
  if (visit.signed_in()) co_return http::redirect(next.empty() ? "/profile" : next);
  // The people of the sandbox's page lead here with their number.
  Page page =
      sign_in_form(visit, next, visit.site.context.sandbox ? visit.query("iin") : std::string());
  co_return page.done();
}

awaitable<Response> sign_in(Visit& visit) {
  const std::string next = safe_next(visit.field("next"), ""), typed = visit.field("iin");
  const std::string iin = only_digits(typed);
  std::string wrong;
  if (iin.empty()) {
    wrong = visit.text("page.err.iin_empty");
  } else if (iin.size() != 12 || iin.find_first_not_of("0123456789") != std::string::npos) {
    const auto digits =
        std::count_if(iin.begin(), iin.end(), [](char c) { return c >= '0' && c <= '9'; });
    wrong = digits == 12 ? std::string(visit.text("page.err.iin_wrong"))
                         : visit.words.text("page.err.iin_length", {{"n", std::to_string(digits)}});
  } else if (!domain::parse_iin(iin)) {
    wrong = visit.text("page.err.iin_wrong");
  }
  if (wrong.empty()) {
    const std::string source = visit.request.source;
    const base::Result<std::string> challenge =
        co_await visit.service().request_sign_in_code(iin, source, visit.language);
    if (challenge) {
      co_return http::redirect(
          with_next("/sign-in/code/" + http::percent_encode(*challenge), next));
    }
    if (challenge.error().trouble != base::Trouble::unprocessable) {
      Page page(visit, "sign-in-code");
      const std::string back = with_next("/sign-in", next);
      if (std::optional<Response> stopped = code_problem(visit, page, challenge.error(), back)) {
        co_return std::move(*stopped);
      }
    }
    wrong = visit.text("page.err.iin_wrong");
  }
  Page page = sign_in_form(visit, next, typed);
  page.error("ERR_IIN", "iin", wrong);
  co_return page.done(422);
}

Page code_form(Visit& visit, const std::string& next) {
  Page page(visit, "sign-in-code");
  page.set("BACK", with_next("/sign-in", next));
  page.set("ACTION", with_next("/sign-in/code/" + http::percent_encode(visit.parameter(0)), next));
  page.with_form();
  return page;
}

awaitable<Response> code_page(Visit& visit) {
  const std::string next = safe_next(visit.query("next"), "");
  if (visit.signed_in()) co_return http::redirect(next.empty() ? "/profile" : next);
  Page page = code_form(visit, next);
  co_return page.done();
}

awaitable<Response> code(Visit& visit) {
  const std::string next = safe_next(visit.query("next"), "");
  const std::string digits = only_digits(visit.field("code"));
  Page page = code_form(visit, next);
  if (digits.empty()) {
    page.error("ERR_CODE", "code", visit.text("page.err.code_empty"));
    co_return page.done(422);
  }
  const std::string challenge = visit.parameter(0), source = visit.request.source;
  const base::Result<flow::SignedIn> signed_in =
      co_await visit.service().sign_in(challenge, digits, source, true);
  if (!signed_in) {
    const std::string back = with_next("/sign-in", next);
    if (std::optional<Response> stopped = code_problem(visit, page, signed_in.error(), back)) {
      co_return std::move(*stopped);
    }
    co_return page.done(422);
  }
  Response response = http::redirect(next.empty() ? "/profile" : next);
  response.headers.emplace_back(
      "Set-Cookie", http::set_cookie(http::kSessionCookie, signed_in->token, std::nullopt));
  if (!visit.request.cookie(kLanguageCookie)) {
    // What the browser asks for; where it asks for none of ours, the language that the population register has.
    const auto own = i18n::parse_language(signed_in->person.language);
    const auto asked = i18n::accepted(visit.request.header("accept-language"));
    response.headers.emplace_back("Set-Cookie",
                                  language_cookie(asked.value_or(own.value_or(visit.language))));
  }
  co_return response;
}

awaitable<Response> sign_out(Visit& visit) {
  if (visit.signed_in()) {
    const std::string token = visit.request.token;
    const base::Result<flow::Done> done = co_await visit.service().sign_out(token);
    if (!done && done.error().trouble != base::Trouble::not_signed_in)
      co_return problem_page(visit, done.error());
  }
  Response response = http::redirect("/signed-out");
  response.headers.emplace_back("Set-Cookie", http::clear_cookie(http::kSessionCookie));
  co_return response;
}

}  // namespace

void add_sign_in(Table& table) {
  table.get("/sign-in", Guard::open_page, sign_in_page);
  table.post("/sign-in", Guard::open_page, sign_in, table.limiter(&http::RateLimiters::sign_ins));
  table.get("/sign-in/code/{challenge}", Guard::open_page, code_page);
  table.post("/sign-in/code/{challenge}", Guard::open_page, code,
             table.limiter(&http::RateLimiters::codes));
  table.post("/sign-out", Guard::open_page, sign_out);
  table.fixed("/signed-out", "sign-out");
}

}  // namespace mekenjai::pages
