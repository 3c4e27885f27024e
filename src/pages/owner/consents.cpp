// "My consents": requests to me as owner, co-owner, tenant or registrant; seen, answered, confirmed
// by a code or with a digital signature.
#include <boost/json/serialize.hpp>
#include "domain/words.hpp"

#include "pages/eds.hpp"
#include "pages/parts.hpp"

namespace mekenjai::pages {
namespace {

using domain::ConsentStatus;
using flow::ConsentView;

constexpr int kPageSize = 30;

std::string asks_line(const Visit& visit, const ConsentView& consent) {
  return visit.words.text("page.homes.asks", {{"name", consent.applicant_masked}});
}

/// A reference as people type it: spaces and dashes left out, capitals.
std::string reference_of(std::string_view typed) {
  std::string reference;
  for (const char c : typed) {
    if (c == ' ' || c == '-') continue;
    reference += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return reference;
}

void fill_lists(Visit& visit, Page& page, const std::vector<ConsentView>& consents) {
  Dictionary *pending = nullptr, *answered = nullptr;
  int number = 0;
  for (const ConsentView& consent : consents) {
    const bool waits = consent.status == ConsentStatus::pending;
    Dictionary*& list = waits ? pending : answered;
    if (list == nullptr) list = page.add(waits ? "PENDING" : "ANSWERED");
    Dictionary* row = list->AddSectionDictionary("ITEM");
    set(*row, "ID", consent.id);
    set(*row, "NAME", asks_line(visit, consent));
    set(*row, "ADDRESS", visit.words.address(consent.address));
    if (waits) {
      fill_dial(visit, *row, consent.deadline, fmt::format("m{}", ++number));
      set(*row, "UNTIL",
          visit.words.text("page.consents.until",
                           {{"time_to", visit.words.time_to(consent.deadline)}}));
    } else {
      const Tag tag = consent_tag(visit, consent.status);
      set(*row, "TAG", tag.text);
      set(*row, "TAG_CLASS", tag.css);
      const base::Date day = base::civil_date(consent.asked_at);
      set(*row, "DAY", visit.words.day(day));
      set(*row, "ISO", base::format_date(day));
    }
  }
}

awaitable<Response> consents_page(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const std::string typed = visit.query("ref");
  std::optional<std::string> reference, cursor;
  if (!typed.empty()) reference = reference_of(typed);
  if (reference) {
    const base::Result<flow::Page<ConsentView>> named =
        co_await visit.service().consents(caller, reference, cursor, kPageSize);
    if (named && named->items.size() == 1)
      co_return http::redirect("/consents/" + named->items.front().id);
    if (!named && named.error().trouble != base::Trouble::unprocessable &&
        named.error().trouble != base::Trouble::not_found) {
      co_return problem_page(visit, named.error());
    }
    reference.reset();
  }
  if (const std::string given = visit.query("after"); !given.empty()) cursor = given;
  const base::Result<flow::Page<ConsentView>> found =
      co_await visit.service().consents(caller, reference, cursor, kPageSize);
  if (!found) co_return problem_page(visit, found.error());
  Page page(visit, "consents");
  page.set("REF", typed);
  if (!typed.empty()) page.error("ERR_REF", "ref", visit.text("page.consents.not_found"));
  fill_lists(visit, page, found->items);
  if (found->items.empty()) page.show("EMPTY");
  if (found->next)
    set(*page.add("MORE"), "URL", "/consents?after=" + http::percent_encode(*found->next));
  co_return page.done(typed.empty() ? 200 : 404);
}

/// Straight to the one request that waits for an answer; to the list where there are several, or none.
awaitable<Response> open_request(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const std::optional<std::string> any;
  const base::Result<flow::Page<ConsentView>> found =
      co_await visit.service().consents(caller, any, any, kPageSize);
  if (!found) co_return problem_page(visit, found.error());
  const ConsentView* waits = nullptr;
  for (const ConsentView& consent : found->items) {
    if (consent.status != ConsentStatus::pending) continue;
    if (waits != nullptr) co_return http::redirect("/consents");
    waits = &consent;
  }
  co_return http::redirect(waits == nullptr ? "/consents" : "/consents/" + waits->id);
}

flow::Task<ConsentView> find(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const std::string id = visit.parameter(0);
  co_return co_await visit.service().consent(caller, id);
}

std::string answer_line(const Visit& visit, const ConsentView& consent) {
  const std::string until = visit.words.time_to(consent.deadline);
  const base::Date day = base::civil_date(consent.deadline);
  if (day == visit.words.today())
    return visit.words.text("page.consent.until_today", {{"time_to", until}});
  return visit.words.text("page.consent.until_date",
                          {{"date", visit.words.day(day)}, {"time_to", until}});
}

/// Changes when a signature that was being checked is judged.
std::string stamp_of(const ConsentView& consent) {
  return fmt::format("{}-{}", domain::word(consent.status),
                     consent.signature_checking ? "eds" : "");
}

/// How the answer is confirmed: by SMS unless he has chosen the other way, or has just tried it.
void fill_how(const Visit& visit, Page& page, const std::string& id) {
  const bool available = visit.own_keys();
  const bool eds = available && (visit.query("by") == "eds" || visit.field("by") == "eds");
  page.set("BY", eds ? "eds" : "sms");
  if (!available) return;
  Dictionary* how = page.add("HOW");
  set(*how, "TEXT", visit.text(eds ? "page.consent.by_eds" : "page.consent.by_sms"));
  set(*how, "OTHER", visit.text(eds ? "page.consent.to_sms" : "page.consent.to_eds"));
  set(*how, "URL", fmt::format("/consents/{}{}", id, eds ? "" : "?by=eds"));
}

Page consent_view(Visit& visit, const ConsentView& consent) {
  Page page(visit, "consent");
  const bool checking = consent.signature_checking;
  const bool open =
      !checking && consent.status == ConsentStatus::pending && consent.deadline > visit.words.now();
  page.set("ID", consent.id);
  page.set("REFERENCE_LINE", visit.words.text("page.consent.reference",
                                              {{"reference", in_groups(consent.reference, 3)}}));
  const bool registrant = consent.asked_as == rules::Asked::registrant;
  page.set("HEADING", visit.text(checking     ? "page.consent.title_checking"
                                 : !open      ? "page.consent.title_closed"
                                 : registrant ? "page.consent.title_registrant"
                                              : "page.consent.title"));
  visit.words.plate(*page.add("WHERE"), consent.address);
  for (const std::string& name : consent.registrants) set(*page.add("WHO"), "NAME", name);
  page.say("ASKS", visit.words.text("page.consent.asks", {{"name", consent.applicant_masked}}));
  page.set("TERM", visit.words.term(consent.kind, consent.until));
  page.set("AS", visit.text(fmt::format("page.consent.as.{}", rules::word(consent.asked_as))));
  page.set("ANSWER_LINE", answer_line(visit, consent));
  for (const rules::Warning warning : consent.warnings) {
    page.say("WARNING", visit.text(fmt::format("page.consent.warning.{}", rules::word(warning))));
  }
  if (open) {
    Dictionary* dial = page.add("DIAL");
    fill_dial(visit, *dial, consent.deadline, "m1");
    page.set("AFTER", visit.words.text("page.consent.after",
                                       {{"time_at", visit.words.time_at(consent.deadline)}}));
    page.show("OPEN");
    fill_how(visit, page, consent.id);
    page.with_form();
  } else if (checking) {
    Dictionary* closed = page.add("CLOSED");
    set(*closed, "TAG", visit.text("page.consent.state.checking"));
    set(*closed, "TAG_CLASS", "mk-tag--wait");
    const base::Instant at = consent.signature ? consent.signature->received_at : visit.words.now();
    page.set("AFTER", visit.words.text("page.consent.closed.checking",
                                       {{"when", visit.words.when(at, true)}}));
    Dictionary* watched = page.add("WATCHED");
    set(*watched, "STATE_URL", fmt::format("/consents/{}/state", consent.id));
    set(*watched, "STAMP", stamp_of(consent));
    page.show("REFRESH");
  } else {
    const ConsentStatus status =
        consent.status == ConsentStatus::pending ? ConsentStatus::expired : consent.status;
    const Tag tag = consent_tag(visit, status);
    Dictionary* closed = page.add("CLOSED");
    set(*closed, "TAG", tag.text);
    set(*closed, "TAG_CLASS", tag.css);
    const base::Instant at = consent.answered_at.value_or(consent.deadline);
    page.set("AFTER", visit.words.text(fmt::format("page.consent.closed.{}", domain::word(status)),
                                       {{"when", visit.words.when(at, true)}}));
  }
  fill_signature(visit, page, consent.signature);
  return page;
}

awaitable<Response> consent_page(Visit& visit) {
  const base::Result<ConsentView> consent = co_await find(visit);
  if (!consent) co_return problem_page(visit, consent.error());
  Page page = consent_view(visit, *consent);
  co_return page.done();
}

Page code_form(Visit& visit, const std::string& id, const std::string& answer) {
  Page page(visit, "consent-code");
  page.set("ID", id);
  page.set("ANSWER", answer);
  page.set("HEADING", visit.text("page.consent_code.title"));
  page.set("YOUR_ANSWER", visit.text(fmt::format("page.consent_code.answer.{}", answer)));
  page.set("MEANS", visit.text(fmt::format("page.consent_code.means.{}", answer)));
  page.set("SUBMIT", visit.text(fmt::format("page.consent_code.submit.{}", answer)));
  page.set("PANEL", answer == "grant" ? "mk-panel--info" : "mk-panel--sunk");
  if (visit.service().eds_available()) {
    const std::string address = fmt::format("/consents/{}/confirm/", id),
                      query = "?answer=" + answer;
    offer_ways(visit, page, address + "eds" + query, address + "qr" + query);
  }
  page.with_form();
  return page;
}

/// Asks for a code; the page to show instead where there is none to be had.
awaitable<std::optional<Response>> send_code(Visit& visit, std::string id, std::string answer) {
  const flow::Caller caller = visit.caller();
  const std::optional<std::string> chosen = answer;
  const base::Result<flow::Done> sent =
      co_await visit.service().request_consent_code(caller, id, chosen);
  if (sent) co_return std::nullopt;
  const std::string address = "/consents/" + id;
  if (sent.error().trouble == base::Trouble::wrong_state) co_return http::redirect(address);
  const std::string& code = sent.error().code;
  if (visit.own_keys() && (code == "no_phone" || code == "phone_too_new"))
    co_return http::redirect(fmt::format("{}/confirm/eds?answer={}&why={}", address, answer, code));
  Page page = code_form(visit, id, answer);
  if (std::optional<Response> stopped = code_problem(visit, page, sent.error(), address))
    co_return std::move(*stopped);
  co_return page.done(422);
}

awaitable<Response> choose(Visit& visit) {
  const std::string id = visit.parameter(0), answer = visit.field("answer");
  if (!domain::parse_answer(answer)) {
    const base::Result<ConsentView> consent = co_await find(visit);
    if (!consent) co_return problem_page(visit, consent.error());
    Page page = consent_view(visit, *consent);
    page.error("", "main", visit.text("page.err.answer_none"));
    co_return page.done(422);
  }
  if (visit.field("by") == "eds" && visit.own_keys())
    co_return http::redirect(fmt::format("/consents/{}/confirm/eds?answer={}", id, answer));
  std::optional<Response> stopped = co_await send_code(visit, id, answer);
  if (stopped) co_return std::move(*stopped);
  co_return http::redirect(fmt::format("/consents/{}/confirm?answer={}", id, answer));
}

awaitable<Response> confirm_page(Visit& visit) {
  const base::Result<ConsentView> consent = co_await find(visit);
  if (!consent) co_return problem_page(visit, consent.error());
  const std::string answer = visit.query("answer");
  if (!domain::parse_answer(answer) || consent->status != ConsentStatus::pending) {
    co_return http::redirect("/consents/" + consent->id);
  }
  Page page = code_form(visit, consent->id, answer);
  co_return page.done();
}

awaitable<Response> confirm(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const std::string id = visit.parameter(0), answer = visit.field("answer"),
                    address = "/consents/" + id;
  if (!domain::parse_answer(answer)) co_return http::redirect(address);
  if (!visit.field("again").empty()) {
    std::optional<Response> stopped = co_await send_code(visit, id, answer);
    if (stopped) co_return std::move(*stopped);
    co_return http::redirect(fmt::format("{}/confirm?answer={}", address, answer));
  }
  flow::SignatureRequest signature;
  signature.method = "sms";
  signature.code = only_digits(visit.field("code"));
  Page page = code_form(visit, id, answer);
  if (signature.code.empty()) {
    page.error("ERR_CODE", "code", visit.text("page.err.code_empty"));
    co_return page.done(422);
  }
  const base::Result<ConsentView> answered =
      co_await visit.service().answer(caller, id, answer, signature);
  if (answered) {
    visit.site.unread.forget(caller.iin);
    co_return http::redirect(address);
  }
  if (answered.error().trouble == base::Trouble::wrong_state) co_return http::redirect(address);
  if (std::optional<Response> stopped = code_problem(visit, page, answered.error(), address)) {
    co_return std::move(*stopped);
  }
  co_return page.done(422);
}

// --- with a digital signature
// --------------------------------------------------------------------------------------

bool can_answer(const Visit& visit, const ConsentView& consent, const std::string& answer) {
  return domain::parse_answer(answer) && consent.status == ConsentStatus::pending &&
         !consent.signature_checking && visit.service().eds_available();
}

/// What is signed stands beside: the address, who, and the answer in words.
void fill_signed(Visit& visit, Page& page, const ConsentView& consent, const std::string& answer) {
  visit.words.plate(*page.add("WHERE"), consent.address);
  page.say("SUMMARY", fmt::format("{}. {}", joined(consent.registrants),
                                  visit.words.term(consent.kind, consent.until)));
  Dictionary* given = page.add("YOUR_ANSWER");
  set(*given, "TEXT", visit.text(fmt::format("page.consent_code.answer.{}", answer)));
  set(*given, "MEANS", visit.text(fmt::format("page.consent_code.means.{}", answer)));
  set(*given, "PANEL", answer == "grant" ? "mk-panel--info" : "mk-panel--sunk");
}

Page eds_form(Visit& visit, const ConsentView& consent, const std::string& answer) {
  const std::string address = "/consents/" + consent.id, query = "?answer=" + answer;
  const std::string why = visit.query("why");
  const bool no_number = why == "no_phone" || why == "phone_too_new";
  EdsPlace place;
  place.purpose = flow::QrPurpose::consent;
  place.action = address + "/confirm/eds" + query;
  place.back = address + "?by=eds";
  place.qr = address + "/confirm/qr" + query;
  if (!no_number) place.sms = address;
  flow::Document document;
  for (const auto& [of, one] : consent.documents) {
    if (domain::word(of) == answer) document = one;
  }
  Page page = eds_page(visit, place, document.content);
  if (no_number) page.say("WHY", visit.text(fmt::format("problem.{}.detail", why)));
  page.say("SHA256", document.sha256);
  fill_signed(visit, page, consent, answer);
  return page;
}

awaitable<Response> eds_confirm_page(Visit& visit) {
  const base::Result<ConsentView> consent = co_await find(visit);
  if (!consent) co_return problem_page(visit, consent.error());
  const std::string answer = visit.query("answer");
  if (!can_answer(visit, *consent, answer)) co_return http::redirect("/consents/" + consent->id);
  Page page = eds_form(visit, *consent, answer);
  co_return signing_page(page);
}

awaitable<Response> eds_confirm(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const std::string id = visit.parameter(0), answer = visit.query("answer"),
                    address = "/consents/" + id;
  if (!domain::parse_answer(answer)) co_return http::redirect(address);
  flow::SignatureRequest signature;
  signature.method = "eds";
  signature.cms = visit.field("cms");
  std::string wrong(visit.text("problem.bad_signature.reason.no_signature"));
  int status = 422;
  if (!signature.cms.empty()) {
    const base::Result<ConsentView> answered =
        co_await visit.service().answer(caller, id, answer, signature);
    if (answered) {
      visit.site.unread.forget(caller.iin);
      co_return http::redirect(address);
    }
    if (answered.error().trouble == base::Trouble::wrong_state) co_return http::redirect(address);
    const std::optional<std::string> sentence = eds_sentence(visit, answered.error());
    if (!sentence) co_return problem_page(visit, answered.error());
    wrong = *sentence;
    if (answered.error().trouble == base::Trouble::unavailable) status = 503;
  }
  const base::Result<ConsentView> consent = co_await find(visit);
  if (!consent) co_return problem_page(visit, consent.error());
  if (!can_answer(visit, *consent, answer)) co_return http::redirect(address);
  Page page = eds_form(visit, *consent, answer);
  page.error("", "choose", wrong);
  co_return signing_page(page, status);
}

QrPlace qr_place(const std::string& id, const std::string& answer) {
  QrPlace place;
  place.purpose = flow::QrPurpose::consent;
  place.done = place.sms = "/consents/" + id;
  place.back = place.done + "?by=eds";
  place.address = place.done + "/confirm/qr";
  place.query = "?answer=" + answer;
  place.eds = place.done + "/confirm/eds" + place.query;
  return place;
}

awaitable<Response> qr_start(Visit& visit) {
  const std::string id = visit.parameter(0), answer = visit.query("answer");
  const base::Result<ConsentView> consent = co_await find(visit);
  if (!consent) co_return problem_page(visit, consent.error());
  if (!can_answer(visit, *consent, answer)) co_return http::redirect("/consents/" + id);
  const QrPlace place = qr_place(id, answer);
  co_return co_await offer_qr(visit, place, id, answer);
}

awaitable<Response> qr_confirm_page(Visit& visit) {
  const std::string answer = visit.query("answer"), code = visit.parameter(1);
  const base::Result<ConsentView> consent = co_await find(visit);
  if (!consent) co_return problem_page(visit, consent.error());
  const QrPlace place = qr_place(consent->id, answer);
  if (!can_answer(visit, *consent, answer)) {
    const flow::Caller caller = visit.caller();
    visit.site.unread.forget(caller.iin);
    co_return http::redirect(place.done);
  }
  const base::Result<flow::QrState> state = co_await known_or_expired(visit, code);
  if (!state) co_return problem_page(visit, state.error());
  if (state->stage == flow::QrState::Stage::signed_) co_return http::redirect(place.done);
  Page page = qr_page(visit, place, code, *state);
  fill_signed(visit, page, *consent, answer);
  co_return page.done();
}

awaitable<Response> qr_watch(Visit& visit) {
  const std::string code = visit.parameter(1);
  const base::Result<flow::QrState> state = co_await qr_state_of(visit, code);
  co_return qr_state_answer(state);
}

/// What the page asks for while a signature is being checked.
awaitable<Response> state(Visit& visit) {
  const base::Result<ConsentView> consent = co_await find(visit);
  Response response;
  response.content_type = "application/json; charset=utf-8";
  if (!consent) {
    response.status = consent.error().trouble == base::Trouble::unavailable ? 503 : 404;
    response.body = "{}";
    co_return response;
  }
  const boost::json::object body{{"stamp", stamp_of(*consent)}};
  response.body = boost::json::serialize(body);
  co_return response;
}

}  // namespace

void add_consents(Table& table) {
  http::RateLimiter* const codes = table.limiter(&http::RateLimiters::codes);
  table.get("/consents", Guard::cookie, consents_page);
  table.get("/consents/open", Guard::cookie, open_request);
  table.get("/consents/{id}", Guard::cookie, consent_page);
  table.post("/consents/{id}", Guard::cookie, choose, codes);
  table.get("/consents/{id}/confirm", Guard::cookie, confirm_page);
  table.post("/consents/{id}/confirm", Guard::cookie, confirm, codes);
  table.watched("/consents/{id}/state", Guard::cookie, state);
  table.get("/consents/{id}/confirm/qr", Guard::cookie, qr_start, codes);
  table.get("/consents/{id}/confirm/qr/{code}", Guard::cookie, qr_confirm_page);
  table.watched("/consents/{id}/confirm/qr/{code}/state", Guard::cookie, qr_watch);
  table.only({Channel::portal, Channel::mobile});
  table.get("/consents/{id}/confirm/eds", Guard::cookie, eds_confirm_page);
  table.post("/consents/{id}/confirm/eds", Guard::cookie, eds_confirm, codes, kMaxSignatureForm);
  table.everywhere();
}

}  // namespace mekenjai::pages
