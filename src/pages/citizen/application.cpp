// One application in each of its states: to be signed, waiting, done, refused; and how its decision
// was made.
#include <boost/json/serialize.hpp>

#include <spdlog/spdlog.h>

#include "api/views_json.hpp"
#include "domain/words.hpp"
#include "pages/eds.hpp"
#include "pages/parts.hpp"

namespace mekenjai::pages {
namespace {

using domain::Status;
using flow::ApplicationView;

std::string number_line(const Visit& visit, const ApplicationView& application) {
  return visit.words.text("page.application.number",
                          {{"number", in_groups(application.number, 4)}});
}

rules::DecisionText decision_text(const Visit& visit, const ApplicationView& application) {
  const api::Reader reader{visit.language, visit.words.catalog(), visit.site.context.editions};
  return api::decision_text(application, *application.decision, reader);
}

void fill_log(Visit& visit, Page& page, const ApplicationView& application) {
  if (application.history.empty()) return;
  Dictionary* log = page.add("LOG");
  for (const flow::HistoryEntry& entry : application.history) {
    const std::string key = "history." + entry.event;
    if (!visit.words.has(key)) continue;
    i18n::Values values = values_of(entry.values);
    for (auto& [name, value] : values) {
      if (name != "date") continue;
      if (const auto date = base::parse_date(value)) value = visit.words.day(*date);
    }
    Dictionary* row = log->AddSectionDictionary("ENTRY");
    set(*row, "AT", visit.words.when(entry.at));
    set(*row, "AT_ISO", base::format_rfc3339(entry.at));
    set(*row, "TEXT", visit.words.text(key, values));
  }
}

/// What every state shows.
Page state_page(Visit& visit, const ApplicationView& application, std::string name) {
  Page page(visit, std::move(name));
  page.set("ID", application.id);
  page.set("NUMBER", in_groups(application.number, 4));
  page.set("NUMBER_LINE", number_line(visit, application));
  page.set("SUMMARY", summary_of(visit, application));
  visit.words.plate(*page.add("WHERE"), application.address);
  fill_log(visit, page, application);
  fill_signature(visit, page, application.signature);
  return page;
}

/// Changes whenever there is something new to see.
std::string stamp_of(const ApplicationView& application) {
  return fmt::format("{}-{}-{}-{}-{}", domain::word(application.status),
                     application.signature_checking ? "eds" : "", application.consents_granted,
                     application.history.size(),
                     application.deadline ? application.deadline->time_since_epoch().count() : 0);
}

void fill_live(Page& page, const ApplicationView& application) {
  page.set("STATE_URL", fmt::format("/applications/{}/state", application.id));
  page.set("STAMP", stamp_of(application));
  page.show("REFRESH");
}

enum class Light { done, now, ahead, bad };

void fill_step(Visit& visit, Page& page, int number, Light light, std::string_view note) {
  Dictionary* step = page.add("STEP");
  set(*step, "TITLE", visit.text(fmt::format("page.stepper.{}", number)));
  static constexpr std::string_view kStates[] = {"done", "now", "ahead", "bad"};
  set(*step, "STATE",
      visit.text(fmt::format("page.stepper.{}", kStates[static_cast<std::size_t>(light)])));
  set(*step, "NOTE", note);
  if (light == Light::done) step->ShowSection("DONE");
  if (light == Light::now) step->ShowSection("NOW");
  if (light == Light::bad) step->ShowSection("BAD");
  static constexpr std::string_view kClasses[] = {"is-done", "is-now", "", "is-bad"};
  const std::string_view css = kClasses[static_cast<std::size_t>(light)];
  if (!css.empty()) set(*step->AddSectionDictionary("CLASS"), "NAME", css);
}

std::string signed_note(const Visit& visit, const ApplicationView& application) {
  return application.signed_at ? visit.words.when(*application.signed_at) : std::string();
}

// --- waiting
// --------------------------------------------------------------------------------------------------

std::string waiting_title(const Visit& visit, const ApplicationView& application) {
  if (application.decision) {
    const rules::Code code = application.decision->decision.code;
    if (code == rules::Code::named_in_lease)
      return std::string(visit.text("page.waiting.title_tenant"));
    if (code == rules::Code::owners || code == rules::Code::co_owners) {
      return std::string(visit.text(application.consents_required == 1
                                        ? "page.waiting.title_owner"
                                        : "page.waiting.title_owners"));
    }
  }
  return std::string(visit.text("page.waiting.title_people"));
}

Response waiting(Visit& visit, const ApplicationView& application) {
  Page page = state_page(visit, application, "waiting");
  fill_live(page, application);
  const base::Instant deadline = application.deadline.value_or(visit.words.now());
  const std::string until = visit.words.time_to(deadline);
  page.set("HEADING", waiting_title(visit, application));
  fill_step(visit, page, 1, Light::done, signed_note(visit, application));
  fill_step(visit, page, 2, Light::now,
            visit.words.text("page.stepper.answered",
                             {{"n", std::to_string(application.consents_granted)},
                              {"of", std::to_string(application.consents_required)}}));
  fill_step(visit, page, 3, Light::ahead, visit.text("page.stepper.soon"));
  fill_dial(visit, *page, deadline, "m1");
  page.set("UNTIL", visit.words.text("page.waiting.until", {{"time_to", until}}));
  page.set("UNTIL_DAY", visit.words.text("page.waiting.until_day",
                                         {{"date", visit.words.day(base::civil_date(deadline))}}));
  page.set("SILENCE", visit.words.text("page.waiting.silence", {{"time_to", until}}));
  if (application.consents_granted > 0) {
    page.say("GRANTED", visit.words.plural("page.waiting.granted", application.consents_granted));
  }
  if (const int left = application.consents_required - application.consents_granted; left > 0) {
    Dictionary* pending = page.add("PENDING");
    set(*pending, "TEXT",
        visit.words.plural(
            application.consents_granted == 0 ? "page.waiting.pending_all" : "page.waiting.pending",
            left));
    // Not even masked: whoever signs for a stranger's home must not learn who owns it (contract,
    // section 3).
    set(*pending, "ASKED", visit.words.text("page.waiting.asked", {{"time_to", until}}));
  }
  return page.done();
}

Response progress(Visit& visit, const ApplicationView& application) {
  Page page = state_page(visit, application, "progress");
  fill_live(page, application);
  fill_step(visit, page, 1, Light::done, signed_note(visit, application));
  std::string_view note = "page.stepper.checking";
  page.set("ICON", "clock");
  if (application.status == Status::retrying) {
    note = "page.stepper.queue";
    const auto which =
        application.decision ? application.decision->decision.unavailable : std::nullopt;
    page.set(
        "HEADING",
        which ? visit.words.text("page.retrying.title",
                                 {{"register", std::string(rules::name_of(*which, visit.language,
                                                                          visit.words.catalog()))}})
              : std::string(visit.text("page.retrying.title_any")));
    page.set("PANEL", "mk-panel--wait");
    const bool area =
        application.decision && application.decision->decision.code == rules::Code::area_unknown;
    page.set("TEXT", area ? decision_text(visit, application).text
                          : std::string(visit.text("page.retrying.text")));
    page.say("MORE", visit.text("page.retrying.more"));
    if (area) page.set("HEADING", decision_text(visit, application).title);
  } else if (application.status == Status::on_hold) {
    note = "page.stepper.hold";
    page.set("HEADING", visit.text("page.hold.title"));
    page.set("PANEL", "mk-panel--wait");
    page.set("TEXT", visit.text("page.hold.text"));
    if (application.hold_until) {
      const std::string when =
          visit.words.text("page.date.with_time",
                           {{"date", visit.words.day(base::civil_date(*application.hold_until))},
                            {"time", visit.words.time_to(*application.hold_until)}});
      page.say("MORE", visit.words.text("page.hold.until", {{"when", when}}));
    }
  } else if (application.signature_checking) {
    note = "page.stepper.certificate";
    page.set("ICON", "shield");
    page.set("HEADING", visit.text("page.checking.eds_title"));
    page.set("PANEL", "mk-panel--wait");
    page.set("TEXT", visit.text("page.checking.eds_text"));
    page.say("MORE", visit.text("page.checking.eds_more"));
  } else {
    page.set("HEADING", visit.text("page.checking.title"));
    page.set("PANEL", "mk-panel--info");
    page.set("TEXT", visit.text("page.checking.text"));
  }
  fill_step(visit, page, 2, Light::now, visit.text(note));
  fill_step(visit, page, 3, Light::ahead, visit.text("page.stepper.soon"));
  return page.done();
}

// --- results
// --------------------------------------------------------------------------------------------------

std::string decided_at(const Visit& visit, const ApplicationView& application) {
  const base::Instant at =
      application.history.empty() ? application.created_at : application.history.back().at;
  return visit.words.text("page.date.with_time", {{"date", visit.words.date(base::civil_date(at))},
                                                  {"time", visit.words.time(at)}});
}

void fill_law(Visit& visit, Dictionary& values, const ApplicationView& application,
              const rules::DecisionText& words) {
  if (words.basis.empty()) return;
  Dictionary* law = values.AddSectionDictionary("LAW");
  for (const rules::Citation& citation : words.basis) {
    say(*law, "ACT",
        citation.article.empty() ? citation.act
                                 : fmt::format("{}, {}", citation.act, citation.article));
  }
  const flow::DecisionView& decision = *application.decision;
  // "kz-2026-08-01" is the edition of that day.
  const std::string& version = decision.policy_version;
  const auto day = version.size() > 10
                       ? base::parse_date(std::string_view(version).substr(version.size() - 10))
                       : std::nullopt;
  const std::string edition = day ? visit.words.date(*day) : version;
  set(*law, "ROW",
      visit.words.text("page.result.row",
                       {{"row", std::string(rules::row_for_applicant(decision.decision.row))},
                        {"version", edition}}));
  set(*law, "POLICY", visit.words.text("page.decision.policy", {{"version", edition}}));
}

bool asked_anybody(const ApplicationView& application) {
  return std::any_of(
      application.history.begin(), application.history.end(),
      [](const flow::HistoryEntry& entry) { return entry.event == "consents_requested"; });
}

Response result(Visit& visit, const ApplicationView& application) {
  Page page = state_page(visit, application, "result");
  page.set("DECIDED_AT", decided_at(visit, application));
  if (application.status == Status::withdrawn || !application.decision) {
    page.set("HEADING",
             visit.text(application.status == Status::withdrawn ? "page.withdrawn.title"
                                                                : "page.result.rejected_any"));
    page.set("ICON", "back");
    page.set("BELOW", visit.text("page.withdrawn.below"));
    page.show("AGAIN");
    return page.done();
  }
  const rules::DecisionText words = decision_text(visit, application);
  const rules::Decision& decision = application.decision->decision;
  const bool centre = application.status == Status::sent_to_psc;
  const bool refused = decision.outcome == rules::Outcome::reject;
  page.set("HEADING", words.title);
  page.set("CARD", refused ? "mk-decision--no" : "");
  page.set("MARK", refused ? "mk-mark--no" : "");
  page.set("ICON", centre ? "centre" : refused ? "cross" : "info");
  page.say("WHY", words.text);
  if (application.decision->other_number) {
    page.say("WHY",
             visit.words.text("page.result.other_number",
                              {{"number", in_groups(*application.decision->other_number, 4)}}));
  }
  fill_law(visit, *page, application, words);
  if (!words.next.empty()) {
    Dictionary* next = page.add("NEXT");
    set(*next, "TEXT", words.next);
    for (const flow::Contact& contact : application.decision->contacts) {
      fill_contact(visit, *next->AddSectionDictionary("CONTACT"), contact);
    }
  }
  if (!centre) page.show("AGAIN");
  if (centre) page.show("CENTRE");
  page.show("HAS_DECISION");
  page.set("BELOW", visit.text(asked_anybody(application) ? "page.result.unchanged"
                                                          : "page.result.nobody_asked"));
  return page.done();
}

Response registered(Visit& visit, const ApplicationView& application) {
  Page page = state_page(visit, application, "registered");
  page.set("DECIDED_AT", decided_at(visit, application));
  const std::vector<std::string> names = names_of(visit, application);
  const bool myself =
      std::any_of(application.registrants.begin(), application.registrants.end(),
                  [&](const auto& one) { return one.iin == application.applicant.view(); });
  const bool permanent = application.kind == domain::ResidenceKind::permanent;
  page.set("HEADING",
           !myself ? visit.words.text("page.registered.title_other", {{"names", joined(names)}})
                   : std::string(visit.text(permanent ? "page.registered.title"
                                                      : "page.registered.title_temporary")));
  page.set("PLACE", visit.words.place(application.address));
  page.set("WHO", names.empty() ? visit.shown(application.applicant_name) : names.front());
  if (names.size() > 1) page.say("TOGETHER", joined({names.begin() + 1, names.end()}));
  page.set("TERM", visit.words.term(application.kind, application.until));
  page.say("CHANGE", visit.text("page.registered.change_new"));
  page.say("CHANGE",
           visit.text(permanent ? "page.registered.change_old" : "page.registered.change_stays"));
  if (asked_anybody(application)) page.say("CHANGE", visit.text("page.registered.change_told"));
  if (!permanent) page.say("CHANGE", visit.text("page.registered.change_ends"));
  return page.done();
}

flow::Task<ApplicationView> find(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const std::string id = visit.parameter(0);
  co_return co_await visit.service().application(caller, id);
}

awaitable<Response> application_page(Visit& visit) {
  const base::Result<ApplicationView> application = co_await find(visit);
  if (!application) co_return problem_page(visit, application.error());
  switch (application->status) {
    case Status::draft: {
      Page page = state_page(visit, *application, "draft");
      page.set("EDS_URL", fmt::format("/applications/{}/sign/eds", application->id));
      page.with_form();
      co_return page.done();
    }
    case Status::waiting_for_consent:
      co_return waiting(visit, *application);
    case Status::checking:
    case Status::retrying:
    case Status::on_hold:
      co_return progress(visit, *application);
    case Status::registered:
      co_return registered(visit, *application);
    default:
      co_return result(visit, *application);
  }
}

/// What the waiting page asks for now and then: whether there is something new.
awaitable<Response> state(Visit& visit) {
  const base::Result<ApplicationView> application = co_await find(visit);
  Response response;
  response.content_type = "application/json; charset=utf-8";
  if (!application) {
    response.status = application.error().trouble == base::Trouble::unavailable ? 503 : 404;
    response.body = "{}";
    co_return response;
  }
  const boost::json::object body{{"status", domain::word(application->status)},
                                 {"stamp", stamp_of(*application)}};
  response.body = boost::json::serialize(body);
  co_return response;
}

// --- signing
// --------------------------------------------------------------------------------------------------

Page sign_form(Visit& visit, const ApplicationView& application) {
  Page page(visit, "sign");
  page.set("ID", application.id);
  page.set("SUMMARY", summary_of(visit, application));
  page.set("DOCUMENT", application.document.content);
  page.set("SHA256", application.document.sha256);
  visit.words.plate(*page.add("WHERE"), application.address);
  if (visit.service().eds_available()) {
    const std::string address = fmt::format("/applications/{}/sign", application.id);
    offer_ways(visit, page, address + "/eds", address + "/qr");
  }
  page.with_form();
  return page;
}

awaitable<Response> sign_page(Visit& visit) {
  const base::Result<ApplicationView> application = co_await find(visit);
  if (!application) co_return problem_page(visit, application.error());
  if (application->status != Status::draft)
    co_return http::redirect("/applications/" + application->id);
  Page page = sign_form(visit, *application);
  co_return page.done();
}

/// Where the applicant's number may not sign (none in БМГ, or too new): to the digital signature,
/// telling why.
std::optional<Response> without_sms(const Visit& visit, const base::Problem& problem,
                                    const std::string& id) {
  const bool no_number = problem.code == "no_phone" || problem.code == "phone_too_new";
  if (!no_number || !visit.own_keys()) return std::nullopt;
  return http::redirect(fmt::format("/applications/{}/sign/eds?why={}", id, problem.code));
}

/// A new code; the page it leads to is the form for it.
awaitable<Response> send_code(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const std::string id = visit.parameter(0), address = "/applications/" + id;
  const base::Result<flow::Done> sent = co_await visit.service().request_signature_code(caller, id);
  if (!sent) {
    if (sent.error().trouble == base::Trouble::wrong_state) co_return http::redirect(address);
    if (std::optional<Response> way = without_sms(visit, sent.error(), id))
      co_return std::move(*way);
    if (sent.error().trouble == base::Trouble::unprocessable) {
      const base::Result<ApplicationView> application = co_await find(visit);
      if (!application) co_return problem_page(visit, application.error());
      Page page = sign_form(visit, *application);
      page.error("ERR_CODE", "code", text_of(visit, sent.error()));
      co_return page.done(422);
    }
    Page page(visit, "sign-in-code");
    if (std::optional<Response> stopped = code_problem(visit, page, sent.error(), address))
      co_return std::move(*stopped);
  }
  co_return http::redirect(address + "/sign");
}

/// The application is on its way: nothing that was remembered of it holds any more.
awaitable<Response> sent(Visit& visit) {
  const flow::Caller caller = visit.caller();
  visit.site.me.forget(caller.iin);
  visit.site.unread.forget(caller.iin);
  const Answers none;
  const base::Result<flow::Done> cleared = co_await visit.site.answers.save(caller, none);
  if (!cleared) spdlog::warn("pages: the sent form was not cleared: {}", cleared.error().code);
  co_return http::redirect("/applications/" + visit.parameter(0));
}

awaitable<Response> sign(Visit& visit) {
  if (!visit.field("again").empty()) co_return co_await send_code(visit);
  const flow::Caller caller = visit.caller();
  const std::string id = visit.parameter(0);
  flow::SignatureRequest signature;
  signature.method = "sms";
  signature.code = only_digits(visit.field("code"));
  base::Result<ApplicationView> signed_now = base::fail(base::Trouble::unprocessable, "bad_code");
  if (!signature.code.empty()) signed_now = co_await visit.service().sign(caller, id, signature);
  if (signed_now) co_return co_await sent(visit);
  if (signed_now.error().trouble == base::Trouble::wrong_state)
    co_return http::redirect("/applications/" + id);
  const base::Result<ApplicationView> application = co_await find(visit);
  if (!application) co_return problem_page(visit, application.error());
  Page page = sign_form(visit, *application);
  if (signature.code.empty()) {
    page.error("ERR_CODE", "code", visit.text("page.err.code_empty"));
  } else {
    const std::string back = "/applications/" + id;
    if (std::optional<Response> stopped = code_problem(visit, page, signed_now.error(), back)) {
      co_return std::move(*stopped);
    }
  }
  co_return page.done(422);
}

// --- signing with a digital signature
// ------------------------------------------------------------------------------

/// What is signed stands beside: the address, who, and the exact text.
void fill_signed(Visit& visit, Page& page, const ApplicationView& application) {
  visit.words.plate(*page.add("WHERE"), application.address);
  page.say("SUMMARY", summary_of(visit, application));
  page.say("SHA256", application.document.sha256);
}

Page eds_form(Visit& visit, const ApplicationView& application) {
  const std::string address = "/applications/" + application.id;
  const std::string why = visit.query("why");
  const bool no_number = why == "no_phone" || why == "phone_too_new";
  EdsPlace place;
  place.purpose = flow::QrPurpose::application;
  place.action = address + "/sign/eds";
  place.back = address;
  place.qr = address + "/sign/qr";
  if (!no_number) place.sms = address;
  Page page = eds_page(visit, place, application.document.content);
  if (no_number) page.say("WHY", visit.text(fmt::format("problem.{}.detail", why)));
  fill_signed(visit, page, application);
  return page;
}

awaitable<Response> eds_sign_page(Visit& visit) {
  const base::Result<ApplicationView> application = co_await find(visit);
  if (!application) co_return problem_page(visit, application.error());
  if (application->status != Status::draft || !visit.service().eds_available())
    co_return http::redirect("/applications/" + application->id);
  Page page = eds_form(visit, *application);
  co_return signing_page(page);
}

awaitable<Response> eds_sign(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const std::string id = visit.parameter(0);
  flow::SignatureRequest signature;
  signature.method = "eds";
  signature.cms = visit.field("cms");
  std::string wrong(visit.text("problem.bad_signature.reason.no_signature"));
  int status = 422;
  if (!signature.cms.empty()) {
    const base::Result<ApplicationView> done = co_await visit.service().sign(caller, id, signature);
    if (done) co_return co_await sent(visit);
    if (done.error().trouble == base::Trouble::wrong_state)
      co_return http::redirect("/applications/" + id);
    const std::optional<std::string> sentence = eds_sentence(visit, done.error());
    if (!sentence) co_return problem_page(visit, done.error());
    wrong = *sentence;
    if (done.error().trouble == base::Trouble::unavailable) status = 503;
  }
  const base::Result<ApplicationView> application = co_await find(visit);
  if (!application) co_return problem_page(visit, application.error());
  if (application->status != Status::draft) co_return http::redirect("/applications/" + id);
  Page page = eds_form(visit, *application);
  page.error("", "choose", wrong);
  co_return signing_page(page, status);
}

QrPlace qr_place(const std::string& id) {
  QrPlace place;
  place.purpose = flow::QrPurpose::application;
  place.done = place.back = place.sms = "/applications/" + id;
  place.address = place.done + "/sign/qr";
  place.eds = place.done + "/sign/eds";
  return place;
}

awaitable<Response> qr_start(Visit& visit) {
  const std::string id = visit.parameter(0), none;
  const QrPlace place = qr_place(id);
  if (!visit.service().eds_available()) co_return http::redirect(place.back);
  co_return co_await offer_qr(visit, place, id, none);
}

awaitable<Response> qr_sign_page(Visit& visit) {
  const QrPlace place = qr_place(visit.parameter(0));
  const std::string code = visit.parameter(1);
  const base::Result<ApplicationView> application = co_await find(visit);
  if (!application) co_return problem_page(visit, application.error());
  if (application->status != Status::draft) co_return co_await sent(visit);
  const base::Result<flow::QrState> state = co_await known_or_expired(visit, code);
  if (!state) co_return problem_page(visit, state.error());
  if (state->stage == flow::QrState::Stage::signed_) co_return http::redirect(place.done);
  Page page = qr_page(visit, place, code, *state);
  fill_signed(visit, page, *application);
  co_return page.done();
}

awaitable<Response> qr_watch(Visit& visit) {
  const std::string code = visit.parameter(1);
  const base::Result<flow::QrState> state = co_await qr_state_of(visit, code);
  co_return qr_state_answer(state);
}

// --- withdrawal
// -----------------------------------------------------------------------------------------------

awaitable<Response> withdraw_page(Visit& visit) {
  const base::Result<ApplicationView> application = co_await find(visit);
  if (!application) co_return problem_page(visit, application.error());
  if (domain::is_final(application->status))
    co_return http::redirect("/applications/" + application->id);
  Page page = state_page(visit, *application, "withdraw");
  page.with_form();
  co_return page.done();
}

awaitable<Response> withdraw(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const std::string id = visit.parameter(0);
  const base::Result<ApplicationView> withdrawn = co_await visit.service().withdraw(caller, id);
  if (!withdrawn && withdrawn.error().trouble != base::Trouble::wrong_state) {
    co_return problem_page(visit, withdrawn.error());
  }
  const Answers none;
  const base::Result<flow::Done> cleared = co_await visit.site.answers.save(caller, none);
  if (!cleared) spdlog::warn("pages: the form was not cleared: {}", cleared.error().code);
  co_return http::redirect("/applications/" + id);
}

// --- how it was decided
// ---------------------------------------------------------------------------------------

constexpr std::string_view kGroups = "ABCDEFGH";

/// The groups of the table in order, up to the one where the decision was made.
void fill_groups(Visit& visit, Page& page, const ApplicationView& application) {
  const rules::Decision& decision = application.decision->decision;
  const std::string row(rules::row_for_applicant(decision.row));
  const bool silent = decision.row == rules::Row::X;
  const bool entered = application.status == Status::registered;
  const bool good =
      decision.outcome == rules::Outcome::register_ || decision.outcome == rules::Outcome::wait;
  const bool lease = row.front() == 'E' && row != "E0";
  bool reached = true;
  for (const char group : kGroups) {
    if (group == 'E' && !lease) continue;
    if (group == 'D' && lease) continue;
    Dictionary* line = page.add("GROUP");
    const bool here = !silent && row.front() == group;
    set(*line, "ROW", here ? row : std::string(1, group));
    set(*line, "NAME", visit.text(fmt::format("page.decision.group.{}", group)));
    std::string_view tag = "page.decision.passed", css = "mk-tag--ok";
    if (here && !good) {
      tag = "page.decision.stopped";
      css = decision.outcome == rules::Outcome::reject ? "mk-tag--no" : "mk-tag--info";
      line->ShowSection("STOP");
      say(*line, "NOTE", decision_text(visit, application).title);
      reached = false;
    } else if (!reached || silent || (group >= 'G' && !entered && good)) {
      tag = "page.decision.not_reached";
      css = "";
      if (group == 'G' && application.status == Status::waiting_for_consent) {
        tag = "page.decision.asked";
        css = "mk-tag--wait";
      }
    }
    set(*line, "TAG", visit.text(tag));
    set(*line, "TAG_CLASS", css);
  }
}

std::string clock_with_seconds(base::Instant at) { return base::format_rfc3339(at).substr(11, 8); }

awaitable<Response> decision_page(Visit& visit) {
  const base::Result<ApplicationView> application = co_await find(visit);
  if (!application) co_return problem_page(visit, application.error());
  if (!application->decision) co_return http::redirect("/applications/" + application->id);
  const flow::DecisionView& decision = *application->decision;
  Page page(visit, "decision");
  page.set("ID", application->id);
  page.set("NUMBER_LINE", number_line(visit, *application));
  const bool good = decision.decision.outcome == rules::Outcome::register_ ||
                    decision.decision.outcome == rules::Outcome::wait;
  page.set("LEAD",
           good ? std::string(visit.text("page.decision.lead_all"))
                : visit.words.text(
                      "page.decision.lead_stop",
                      {{"row", std::string(rules::row_for_applicant(decision.decision.row))}}));
  fill_groups(visit, page, *application);
  if (!decision.facts.empty()) {
    Dictionary* facts = page.add("FACTS");
    for (const flow::FactRead& fact : decision.facts) {
      Dictionary* row = facts->AddSectionDictionary("FACT");
      const std::string_view which = rules::word(fact.register_);
      set(*row, "NAME", visit.text(fmt::format("page.register.{}", which)));
      set(*row, "WHAT", visit.text(fmt::format("page.read.{}", which)));
      set(*row, "WHEN", clock_with_seconds(fact.read_at));
    }
  }
  page.set("LOOKED", visit.words.plural("page.decision.looked_program",
                                        static_cast<long>(decision.facts.size())));
  fill_law(visit, *page, *application, decision_text(visit, *application));
  co_return page.done();
}

}  // namespace

void add_applications(Table& table) {
  http::RateLimiter* const codes = table.limiter(&http::RateLimiters::codes);
  table.get("/applications/{id}", Guard::cookie, application_page);
  table.watched("/applications/{id}/state", Guard::cookie, state);
  table.get("/applications/{id}/sign", Guard::cookie, sign_page);
  table.post("/applications/{id}/sign", Guard::cookie, sign, codes);
  table.post("/applications/{id}/code", Guard::cookie, send_code, codes);
  table.get("/applications/{id}/sign/qr", Guard::cookie, qr_start, codes);
  table.get("/applications/{id}/sign/qr/{code}", Guard::cookie, qr_sign_page);
  table.watched("/applications/{id}/sign/qr/{code}/state", Guard::cookie, qr_watch);
  table.get("/applications/{id}/withdraw", Guard::cookie, withdraw_page);
  table.post("/applications/{id}/withdraw", Guard::cookie, withdraw);
  table.get("/applications/{id}/decision", Guard::cookie, decision_page);
  table.only({Channel::portal, Channel::mobile});
  table.get("/applications/{id}/sign/eds", Guard::cookie, eds_sign_page);
  table.post("/applications/{id}/sign/eds", Guard::cookie, eds_sign, codes, kMaxSignatureForm);
  table.everywhere();
}

}  // namespace mekenjai::pages
