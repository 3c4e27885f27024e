// Signing in and out: IIN, then the code from 1414; or a digital signature, with a key on this
// computer or with eGov Mobile. Everybody sees the same, whether the IIN is known or not.
#include "pages/eds.hpp"
#include "pages/push.hpp"

namespace mekenjai::pages {
namespace {

std::string with_next(std::string address, std::string_view next) {
  if (!next.empty()) address += "?next=" + http::percent_encode(next);
  return address;
}

/// Where to, once signed in: on, or to the person's own page. In the app that is its first screen.
std::string where_to(const Visit& visit, const std::string& next) {
  if (!next.empty()) return next;
  return visit.channel == Channel::mobile ? "/" : "/profile";
}

Page sign_in_form(Visit& visit, const std::string& next, const std::string& typed) {
  Page page(visit, "sign-in");
  const bool answers = next.starts_with("/consents");
  page.set("HEADING", visit.text(next.starts_with("/apply") ? "page.sign_in.heading_apply"
                                 : answers                  ? "page.sign_in.heading_consent"
                                                            : "page.sign_in.heading"));
  if (!answers) page.show("ASKED");
  const bool from_service = next.starts_with("/apply") && visit.channel != Channel::kiosk;
  page.set("BACK", from_service ? "/services/residence" : "/");
  page.set("NEXT", next);
  page.set("IIN", typed);
  if (visit.service().eds_available()) {
    offer_ways(visit, page, with_next("/sign-in/eds", next), with_next("/sign-in/qr", next));
  }
  page.with_form();
  return page;
}

awaitable<Response> sign_in_page(Visit& visit) {
  const std::string next = safe_next(visit.query("next"), "");
  if (visit.signed_in()) co_return http::redirect(where_to(visit, next));
  // The people of the sandbox's page lead here with their number.
  Page page =
      sign_in_form(visit, next, visit.site.context.sandbox ? visit.query("iin") : std::string());
  if (visit.query("ended") == "1") page.show("ENDED");
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

/// To where he was going, with the session's cookie.
Response welcome(const Visit& visit, const flow::SignedIn& signed_in, const std::string& next) {
  Response response = http::redirect(where_to(visit, next));
  response.headers.emplace_back(
      "Set-Cookie", http::set_cookie(http::kSessionCookie, signed_in.token, std::nullopt));
  if (!visit.request.cookie(kLanguageCookie)) {
    // What the browser asks for; where it asks for none of ours, the language that the population
    // register has.
    const auto own = i18n::parse_language(signed_in.person.language);
    const auto asked = i18n::accepted(visit.request.header("accept-language"));
    response.headers.emplace_back("Set-Cookie",
                                  language_cookie(asked.value_or(own.value_or(visit.language))));
  }
  return response;
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
  if (visit.signed_in()) co_return http::redirect(where_to(visit, next));
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
  const flow::SessionFor opening = visit.opening();
  const base::Result<flow::SignedIn> signed_in =
      co_await visit.service().sign_in(challenge, digits, source, opening);
  if (!signed_in) {
    const std::string back = with_next("/sign-in", next);
    if (std::optional<Response> stopped = code_problem(visit, page, signed_in.error(), back)) {
      co_return std::move(*stopped);
    }
    co_return page.done(422);
  }
  co_return welcome(visit, *signed_in, next);
}

// --- by digital signature
// ----------------------------------------------------------------------------------------

EdsPlace eds_place(const std::string& challenge, const std::string& next) {
  EdsPlace place;
  place.purpose = flow::QrPurpose::sign_in;
  place.action = with_next("/sign-in/eds/" + http::percent_encode(challenge), next);
  place.back = place.sms = with_next("/sign-in", next);
  place.qr = with_next("/sign-in/qr", next);
  return place;
}

/// The page with a fresh text to sign, and what went wrong with the one before.
awaitable<Response> ask_for_signature(Visit& visit, std::string next, std::string wrong,
                                      int status) {
  const std::string source = visit.request.source;
  const base::Result<flow::EdsChallenge> challenge =
      co_await visit.service().request_eds_challenge(source);
  if (!challenge) {
    if (challenge.error().code == "method_unavailable")
      co_return http::redirect(with_next("/sign-in", next));
    co_return problem_page(visit, challenge.error());
  }
  const EdsPlace place = eds_place(challenge->id, next);
  Page page = eds_page(visit, place, challenge->content);
  if (!wrong.empty()) page.error("", "choose", wrong);
  co_return signing_page(page, status);
}

awaitable<Response> eds_sign_in_page(Visit& visit) {
  const std::string next = safe_next(visit.query("next"), "");
  if (visit.signed_in()) co_return http::redirect(where_to(visit, next));
  const std::string nothing_wrong;
  co_return co_await ask_for_signature(visit, next, nothing_wrong, 200);
}

/// Signed in, or on to the code by SMS.
Response signed_in_by_eds(const Visit& visit, const flow::EdsSignIn& done,
                          const std::string& next) {
  if (done.signed_in) return welcome(visit, *done.signed_in, next);
  return http::redirect(
      with_next("/sign-in/code/" + http::percent_encode(done.sms_challenge), next));
}

awaitable<Response> eds_sign_in(Visit& visit) {
  const std::string next = safe_next(visit.query("next"), "");
  flow::SignatureRequest signature;
  signature.method = "eds";
  signature.cms = visit.field("cms");
  std::string wrong(visit.text("problem.bad_signature.reason.no_signature"));
  if (signature.cms.empty()) co_return co_await ask_for_signature(visit, next, wrong, 422);
  const std::string challenge = visit.parameter(0), source = visit.request.source;
  const flow::SessionFor opening = visit.opening();
  const base::Result<flow::EdsSignIn> done =
      co_await visit.service().sign_in_eds(challenge, signature, source, opening);
  if (done) co_return signed_in_by_eds(visit, *done, next);
  const base::Problem& problem = done.error();
  if (problem.trouble == base::Trouble::not_found) {
    wrong = visit.text("problem.bad_signature.reason.bad_challenge");
  } else if (const std::optional<std::string> sentence = eds_sentence(visit, problem)) {
    wrong = *sentence;
  } else {
    co_return problem_page(visit, problem);
  }
  const int status = problem.trouble == base::Trouble::unavailable ? 503 : 422;
  co_return co_await ask_for_signature(visit, next, wrong, status);
}

QrPlace qr_place(const Visit& visit) {
  const std::string next = safe_next(visit.query("next"), "");
  QrPlace place;
  place.purpose = flow::QrPurpose::sign_in;
  place.address = "/sign-in/qr";
  place.query = with_next("", next);
  place.back = place.sms = with_next("/sign-in", next);
  place.eds = with_next("/sign-in/eds", next);
  return place;
}

awaitable<Response> qr_start(Visit& visit) {
  const QrPlace place = qr_place(visit);
  const std::string none;
  if (visit.signed_in()) co_return http::redirect(where_to(visit, safe_next(visit.query("next"), "")));
  if (!visit.service().eds_available()) co_return http::redirect(place.back);
  co_return co_await offer_qr(visit, place, none, none);
}

awaitable<Response> qr_sign_in_page(Visit& visit) {
  const QrPlace place = qr_place(visit);
  if (visit.signed_in()) co_return http::redirect(where_to(visit, safe_next(visit.query("next"), "")));
  const std::string id = visit.parameter(0);
  const base::Result<flow::QrState> state = co_await known_or_expired(visit, id);
  if (!state) co_return problem_page(visit, state.error());
  Page page = qr_page(visit, place, id, *state);
  co_return page.done();
}

awaitable<Response> qr_sign_in(Visit& visit) {
  const std::string id = visit.parameter(0), key = browser_key_of(visit, id),
                    source = visit.request.source, next = safe_next(visit.query("next"), "");
  const flow::SessionFor opening = visit.opening();
  const base::Result<flow::EdsSignIn> done =
      co_await visit.service().qr_sign_in(id, key, source, opening);
  if (!done) {
    const bool ours = done.error().trouble == base::Trouble::too_many ||
                      done.error().trouble == base::Trouble::unavailable;
    if (ours) co_return problem_page(visit, done.error());
    // Used, expired or refused: its page says which.
    co_return http::redirect(with_next("/sign-in/qr/" + id, next));
  }
  Response response = signed_in_by_eds(visit, *done, next);
  response.headers.emplace_back("Set-Cookie", forget_qr(id));
  co_return response;
}

awaitable<Response> qr_watch(Visit& visit) {
  const std::string id = visit.parameter(0);
  const base::Result<flow::QrState> state = co_await qr_state_of(visit, id);
  co_return qr_state_answer(state);
}

awaitable<Response> sign_out(Visit& visit) {
  const std::optional<std::string> device = co_await forget_device(visit);
  if (visit.signed_in()) {
    const std::string token = visit.request.token;
    const base::Result<flow::Done> done = co_await visit.service().sign_out(token);
    if (!done && done.error().trouble != base::Trouble::not_signed_in)
      co_return problem_page(visit, done.error());
  }
  Response response = http::redirect(visit.channel == Channel::kiosk ? "/end" : "/signed-out");
  response.headers.emplace_back("Set-Cookie", http::clear_cookie(http::kSessionCookie));
  if (device) response.headers.emplace_back("Set-Cookie", *device);
  co_return response;
}

}  // namespace

void add_sign_in(Table& table) {
  table.get("/sign-in", Guard::open_page, sign_in_page);
  table.post("/sign-in", Guard::open_page, sign_in, table.limiter(&http::RateLimiters::sign_ins));
  table.get("/sign-in/code/{challenge}", Guard::open_page, code_page);
  table.post("/sign-in/code/{challenge}", Guard::open_page, code,
             table.limiter(&http::RateLimiters::codes));
  http::RateLimiter* const sign_ins = table.limiter(&http::RateLimiters::sign_ins);
  table.get("/sign-in/qr", Guard::open_page, qr_start, sign_ins);
  table.get("/sign-in/qr/{code}", Guard::open_page, qr_sign_in_page);
  table.post("/sign-in/qr/{code}", Guard::open_page, qr_sign_in,
             table.limiter(&http::RateLimiters::codes));
  table.watched("/sign-in/qr/{code}/state", Guard::open_page, qr_watch);
  table.post("/sign-out", Guard::open_page, sign_out);
  table.fixed("/signed-out", "sign-out");
  table.only({Channel::portal, Channel::mobile});
  table.get("/sign-in/eds", Guard::open_page, eds_sign_in_page, sign_ins);
  table.post("/sign-in/eds/{challenge}", Guard::open_page, eds_sign_in,
             table.limiter(&http::RateLimiters::codes), kMaxSignatureForm);
  table.get("/sign-in/eds/{challenge}", Guard::open_page, eds_sign_in_page, sign_ins);
  table.everywhere();
}

}  // namespace mekenjai::pages
