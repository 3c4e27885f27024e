// The questions of an application, one a page: who, where, how long, why; then the answers with the
// forecast, the consent to data processing, and on to the signature (application.cpp).
#include "api/address_text.hpp"
#include "base/bytes.hpp"
#include "domain/words.hpp"
#include "pages/parts.hpp"

namespace mekenjai::pages {
namespace {

constexpr std::size_t kMostRegistrants = 10;
constexpr std::size_t kLongestReason = 200;  // characters
constexpr std::size_t kMostFound = 20;       // addresses the search gives

constexpr std::string_view kQuestions[] = {"who", "where", "kind", "reason"};

/// Where the person goes on after a question: back to the answers when he was changing one.
std::string after(const Visit& visit, const Answers& answers, std::string_view question) {
  const std::string_view next = answers.next_question();
  if (visit.field("from") == "check" && next == "check") return "/apply/check";
  const auto here = std::find(std::begin(kQuestions), std::end(kQuestions), question);
  if (here + 1 == std::end(kQuestions)) return fmt::format("/apply/{}", next);
  return fmt::format("/apply/{}", *(here + 1));
}

std::string before(const Visit& visit, std::string_view question) {
  if (visit.query("from") == "check" || visit.field("from") == "check") return "/apply/check";
  const auto here = std::find(std::begin(kQuestions), std::end(kQuestions), question);
  if (here != std::begin(kQuestions)) return fmt::format("/apply/{}", *(here - 1));
  return visit.channel == Channel::kiosk ? "/" : "/services/residence";
}

Page question(Visit& visit, std::string_view name) {
  Page page(visit, fmt::format("apply-{}", name));
  page.set("BACK", before(visit, name));
  const std::string from = visit.form.empty() ? visit.query("from") : visit.field("from");
  page.set("FROM", from == "check" ? "check" : "");
  if (from == "check") page.show("FROM_CHECK");
  page.with_form();
  return page;
}

/// Whatever came too late is behind what is said now.
flow::Task<flow::Done> keep(Visit& visit, Answers answers) {
  answers.late_question.clear();
  answers.late_form.clear();
  const flow::Caller caller = visit.caller();
  co_return co_await visit.site.answers.save(caller, std::move(answers));
}

flow::Task<Answers> answers_of(Visit& visit) {
  const flow::Caller caller = visit.caller();
  co_return co_await visit.site.answers.load(caller);
}

/// Answers that changed are a new application: another key, no draft.
void renew(Answers& answers) {
  answers.key.clear();
  answers.draft.clear();
}

/// A question is answered; `changed`: otherwise than before.
flow::Task<flow::Done> answered(Visit& visit, Answers& answers, bool changed) {
  if (!changed && answers.late_question.empty()) co_return flow::Done{};
  if (changed) renew(answers);
  const Answers now = answers;
  co_return co_await keep(visit, now);
}

// --- start
// ----------------------------------------------------------------------------------------------------

awaitable<Response> begin(Visit& visit, std::string kind) {
  Answers fresh;
  if (kind == "temporary") fresh.kind = kind;
  const base::Result<flow::Done> kept = co_await keep(visit, fresh);
  if (!kept) co_return problem_page(visit, kept.error());
  co_return http::redirect("/apply/who");
}

awaitable<Response> start_page(Visit& visit) {
  const base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  const std::string kind = visit.query("kind");
  if (answers->who.empty() || visit.query("new") == "1") co_return co_await begin(visit, kind);
  Page page(visit, "apply-start");
  page.with_form();
  if (!answers->rka.empty()) {
    const base::Result<flow::Address> address = co_await visit.service().address(answers->rka);
    if (address) visit.words.plate(*page.add("WHERE"), *address);
  }
  co_return page.done();
}

awaitable<Response> start(Visit& visit) {
  const std::string any_kind;
  if (visit.field("go") == "anew") co_return co_await begin(visit, any_kind);
  const base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  co_return http::redirect(fmt::format("/apply/{}", answers->next_question()));
}

// --- who
// ------------------------------------------------------------------------------------------------------

void fill_who(Visit& visit, Page& page, const flow::MeView& me,
              const std::vector<std::string>& chosen) {
  int number = 0;
  const auto person = [&](const std::string& iin, std::string_view label, std::string_view hint,
                          std::string_view icon) {
    Dictionary* row = page.add("PERSON");
    row->SetIntValue("N", ++number);
    set(*row, "IIN", iin);
    set(*row, "LABEL", label);
    set(*row, "HINT", hint);
    set(*row, "ICON", icon);
    if (std::find(chosen.begin(), chosen.end(), iin) != chosen.end()) row->ShowSection("CHECKED");
  };
  const std::string own_age =
      visit.words.age(base::age_on(me.person.birth_date, visit.words.today()));
  person(me.person.iin.str(), visit.text("page.who.me"),
         visit.words.text("page.who.me_hint",
                          {{"name", visit.shown(api::full_name(me.person))}, {"age", own_age}}),
         "user");
  std::vector<std::string> small;
  Dictionary* others = nullptr;
  for (const flow::DependantView& dependant :
       visit.words.sorted(me.dependants, [](const auto& one) { return one.name; })) {
    const std::string age = visit.words.age(dependant.age);
    const std::string key = fmt::format("page.who.{}", dependant.why);
    if (dependant.can_register) {
      const std::string hint = visit.words.has(key) ? visit.words.text(key, {{"age", age}}) : age;
      person(dependant.iin, visit.shown(dependant.name), hint,
             dependant.why == "ward"           ? "ward"
             : dependant.why == "lease_member" ? "family"
                                               : "child");
    } else if (dependant.why == "under_14") {
      small.push_back(fmt::format("{} ({})", visit.shown(dependant.name), age));
    } else {
      if (others == nullptr) others = page.add("OTHERS");
      Dictionary* other = others->AddSectionDictionary("OTHER");
      set(*other, "NAME", visit.shown(dependant.name));
      set(*other, "WHY",
          visit.text(dependant.why == "adult" ? "page.who.adult" : "page.who.cannot"));
    }
  }
  if (!small.empty()) set(*page.add("UNDER_14"), "NAMES", joined(small));
}

awaitable<Response> who_page(Visit& visit) {
  const base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  const base::Result<flow::MeView> me = co_await visit.me(false);
  if (!me) co_return problem_page(visit, me.error());
  Page page = question(visit, "who");
  std::vector<std::string> chosen = answers->who;
  if (chosen.empty()) chosen.push_back(me->person.iin.str());
  fill_who(visit, page, *me, chosen);
  co_return page.done();
}

awaitable<Response> who(Visit& visit) {
  base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  const base::Result<flow::MeView> me = co_await visit.me(false);
  if (!me) co_return problem_page(visit, me.error());
  std::vector<std::string> chosen;
  for (const auto& [name, value] : visit.form) {
    if (name != "who" || std::find(chosen.begin(), chosen.end(), value) != chosen.end()) continue;
    const bool offered =
        value == me->person.iin.view() ||
        std::any_of(me->dependants.begin(), me->dependants.end(), [&](const auto& dependant) {
          return dependant.iin == value && dependant.can_register;
        });
    if (offered) chosen.push_back(value);
  }
  if (chosen.empty() || chosen.size() > kMostRegistrants) {
    Page page = question(visit, "who");
    page.error("ERR_WHO", "w1",
               visit.text(chosen.empty() ? "page.err.who_none" : "page.err.who_many"));
    fill_who(visit, page, *me, chosen);
    co_return page.done(422);
  }
  const bool changed = answers->who != chosen;
  answers->who = std::move(chosen);
  const base::Result<flow::Done> kept = co_await answered(visit, *answers, changed);
  if (!kept) co_return problem_page(visit, kept.error());
  co_return http::redirect(after(visit, *answers, "who"));
}

// --- where
// ----------------------------------------------------------------------------------------------------

std::string digits_in(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') digits += c;
  }
  return digits;
}

/// The numbers of what was typed: "кенесары 40 кв 118" has 40 and 118.
std::vector<std::string> numbers_in(std::string_view typed) {
  std::vector<std::string> numbers;
  std::string number;
  for (const char c : typed) {
    if (c >= '0' && c <= '9') {
      number += c;
    } else if (!number.empty()) {
      numbers.push_back(std::move(number));
      number.clear();
    }
  }
  if (!number.empty()) numbers.push_back(std::move(number));
  return numbers;
}

/// The address with the parts underlined whose number was typed.
void mark_parts(Dictionary& row, const std::string& address,
                const std::vector<std::string>& numbers) {
  std::string_view rest = address;
  bool first = true;
  while (!rest.empty()) {
    const std::size_t end = rest.find(", ");
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 2);
    if (!first) say(*row.AddSectionDictionary("PART"), "PLAIN", ", ");
    first = false;
    const std::string digits = digits_in(part);
    const bool matches =
        !digits.empty() && std::find(numbers.begin(), numbers.end(), digits) != numbers.end();
    say(*row.AddSectionDictionary("PART"), matches ? "MARK" : "PLAIN", part);
  }
}

std::string_view icon_of(domain::DwellingKind kind) {
  using enum domain::DwellingKind;
  return kind == building || kind == non_residential || kind == plot ? "building" : "home";
}

std::string_view note_of(domain::DwellingKind kind) {
  using enum domain::DwellingKind;
  if (kind == building) return "page.where.note_building";
  return kind == plot || kind == non_residential ? "page.where.note_not_dwelling" : "";
}

void fill_results(Visit& visit, Page& page, const std::vector<flow::Address>& found,
                  const std::string& typed, const std::string& chosen) {
  Dictionary* results = page.add("RESULTS");
  const long count = static_cast<long>(found.size());
  set(*results, "FOUND",
      found.size() >= kMostFound
          ? visit.words.text("page.where.many", {{"n", std::to_string(count)}})
          : visit.words.plural("page.where.found", count));
  const std::vector<std::string> numbers = numbers_in(typed);
  bool any_chosen = false;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const flow::Address& address = found[i];
    const bool is_chosen = address.rka == chosen || found.size() == 1;
    any_chosen = any_chosen || is_chosen;
    Dictionary* row = results->AddSectionDictionary("RESULT");
    row->SetIntValue("N", static_cast<long>(i + 1));
    set(*row, "RKA", address.rka);
    set(*row, "RKA_SHOWN", in_groups(address.rka, 4));
    set(*row, "KIND", visit.words.dwelling_kind(address.kind));
    set(*row, "ICON", icon_of(address.kind));
    mark_parts(*row, visit.words.address(address), numbers);
    if (const std::string_view note = note_of(address.kind); !note.empty())
      say(*row, "NOTE", visit.text(note));
    if (is_chosen) row->ShowSection("CHECKED");
    Dictionary* plate = results->AddSectionDictionary("PLATES");
    plate->SetIntValue("N", static_cast<long>(i + 1));
    set(*plate, "PLACE", visit.words.place(address));
    visit.words.plate(*plate, address);
    if (!is_chosen) plate->ShowSection("HIDDEN");
  }
  if (!any_chosen) results->ShowSection("NONE_CHOSEN");
}

// GCC 12 destroys temporaries of a co_await expression twice: every argument below has a name.

/// The page for what was searched; `error`: a key of the error at the results.
awaitable<Response> where_shown(Visit& visit, std::string typed, std::string chosen,
                                std::string error) {
  Page page = question(visit, "where");
  page.set("Q", typed);
  std::vector<flow::Address> found;
  if (!typed.empty()) {
    base::Result<std::vector<flow::Address>> addresses = co_await visit.service().addresses(typed);
    if (addresses) {
      found = std::move(*addresses);
    } else if (addresses.error().trouble == base::Trouble::unavailable) {
      page.show("SILENT");
    } else if (addresses.error().trouble != base::Trouble::unprocessable) {
      co_return problem_page(visit, addresses.error());
    }
    if (found.empty() && (addresses || addresses.error().trouble == base::Trouble::unprocessable))
      page.show("NOTHING");
  } else if (!chosen.empty()) {
    base::Result<flow::Address> address = co_await visit.service().address(chosen);
    if (address) found.push_back(std::move(*address));
  }
  if (!error.empty()) {
    const bool listed = !found.empty();
    page.error(listed ? "ERR_RKA" : "ERR_Q", listed ? "a1" : "q", visit.text(error));
  }
  if (!found.empty()) fill_results(visit, page, found, typed, chosen);
  co_return page.done(error.empty() ? 200 : 422);
}

awaitable<Response> where_page(Visit& visit) {
  const base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  const bool searched = visit.request.query_value("q").has_value();
  const std::string typed = searched ? visit.query("q") : std::string();
  const std::string nothing, empty = "page.err.q_empty";
  if (searched && typed.empty()) co_return co_await where_shown(visit, nothing, nothing, empty);
  const std::string chosen = answers->rka;
  co_return co_await where_shown(visit, typed, chosen, nothing);
}

awaitable<Response> where(Visit& visit) {
  base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  const std::string typed = visit.field("q"), rka = visit.field("rka");
  const std::string nothing, none_chosen = "page.err.rka_none";
  if (rka.empty()) co_return co_await where_shown(visit, typed, nothing, none_chosen);
  const base::Result<flow::Address> address = co_await visit.service().address(rka);
  if (!address && address.error().trouble == base::Trouble::not_found) {
    co_return co_await where_shown(visit, typed, nothing, none_chosen);
  }
  if (!address) co_return problem_page(visit, address.error());
  const bool changed = answers->rka != rka;
  if (changed) {
    answers->rka = rka;
    answers->typed = typed;
  }
  const base::Result<flow::Done> kept = co_await answered(visit, *answers, changed);
  if (!kept) co_return problem_page(visit, kept.error());
  co_return http::redirect(after(visit, *answers, "where"));
}

// --- how long
// -------------------------------------------------------------------------------------------------

struct Term {
  base::Date from, to;
};
Term term_limits(const Visit& visit) {
  const policy::Policy& policy = visit.site.context.editions.in_force(visit.words.today());
  return {base::add_months(visit.words.today(), policy.temporary_min_months),
          base::add_months(visit.words.today(), policy.temporary_max_months)};
}

Page kind_form(Visit& visit, const flow::MeView* me, const std::string& kind, std::string_view day,
               std::string_view month, std::string_view year) {
  Page page = question(visit, "kind");
  const std::string old =
      me != nullptr && me->residence_address ? visit.words.address(*me->residence_address) : "";
  page.set("OLD", old.empty() ? std::string(visit.text("page.kind.old_none"))
                              : visit.words.text("page.kind.old", {{"address", old}}));
  if (kind == "permanent") page.show("PERMANENT");
  if (kind == "temporary") page.show("TEMPORARY");
  const Term limits = term_limits(visit);
  const base::Date example = base::add_months(visit.words.today(), 6);
  page.set("DAY", day);
  page.set("MONTH", month);
  page.set("YEAR", year);
  page.set(
      "UNTIL_HINT",
      visit.words.text("page.kind.until_hint",
                       {{"from", visit.words.date(limits.from)},
                        {"to", visit.words.date(limits.to)},
                        {"example", fmt::format("{} {} {}", static_cast<unsigned>(example.day()),
                                                static_cast<unsigned>(example.month()),
                                                static_cast<int>(example.year()))}}));
  return page;
}

awaitable<Response> kind_page(Visit& visit) {
  const base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  const base::Result<flow::MeView> me = co_await visit.me(true);
  std::string day, month, year;
  if (const auto until = base::parse_date(answers->until)) {
    day = std::to_string(static_cast<unsigned>(until->day()));
    month = std::to_string(static_cast<unsigned>(until->month()));
    year = std::to_string(static_cast<int>(until->year()));
  }
  Page page = kind_form(visit, me ? &*me : nullptr, answers->kind, day, month, year);
  co_return page.done();
}

/// The day from its three fields; nothing where there is no such day.
std::optional<base::Date> typed_date(const Visit& visit) {
  const auto number = [&visit](std::string_view field) {
    const std::string typed = visit.field(field);
    const bool digits = !typed.empty() && typed.size() <= 4 &&
                        typed.find_first_not_of("0123456789") == std::string::npos;
    return digits ? std::stoi(typed) : -1;
  };
  const int day = number("day"), month = number("month"), year = number("year");
  if (day < 1 || month < 1 || year < 1000) return std::nullopt;
  return base::parse_date(fmt::format("{:04}-{:02}-{:02}", year, month, day));
}

awaitable<Response> kind(Visit& visit) {
  base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  const std::string chosen = visit.field("kind");
  std::string until, wrong;
  if (chosen == "temporary") {
    const Term limits = term_limits(visit);
    const std::optional<base::Date> date = typed_date(visit);
    const policy::Policy& policy = visit.site.context.editions.in_force(visit.words.today());
    if (visit.field("day").empty() && visit.field("month").empty() && visit.field("year").empty()) {
      wrong = visit.text("page.err.until_empty");
    } else if (!date) {
      wrong = visit.text("page.err.until_bad");
    } else if (rules::check_term(domain::ResidenceKind::temporary, date, visit.words.today(),
                                 policy)) {
      wrong = visit.words.text("page.err.until_range", {{"from", visit.words.date(limits.from)},
                                                        {"to", visit.words.date(limits.to)}});
    } else {
      until = base::format_date(*date);
    }
  }
  const bool known = chosen == "permanent" || chosen == "temporary";
  if (!known || !wrong.empty()) {
    const base::Result<flow::MeView> me = co_await visit.me(true);
    Page page = kind_form(visit, me ? &*me : nullptr, chosen, visit.field("day"),
                          visit.field("month"), visit.field("year"));
    if (!known) {
      page.error("ERR_KIND", "k1", visit.text("page.err.kind_none"));
    } else {
      page.error("ERR_UNTIL", "day", wrong);
    }
    co_return page.done(422);
  }
  const bool changed = answers->kind != chosen || answers->until != until;
  answers->kind = chosen;
  answers->until = until;
  const base::Result<flow::Done> kept = co_await answered(visit, *answers, changed);
  if (!kept) co_return problem_page(visit, kept.error());
  co_return http::redirect(after(visit, *answers, "kind"));
}

// --- why
// ------------------------------------------------------------------------------------------------------

constexpr domain::Reason kReasons[] = {domain::Reason::purchase, domain::Reason::family,
                                       domain::Reason::marriage, domain::Reason::work,
                                       domain::Reason::study,    domain::Reason::treatment,
                                       domain::Reason::rent,     domain::Reason::service_housing,
                                       domain::Reason::return_,  domain::Reason::other};

std::string reason_label(const Visit& visit, std::string_view word) {
  return std::string(visit.text(fmt::format("page.reason.{}", word)));
}

Page reason_form(Visit& visit, std::string_view chosen, std::string_view text) {
  Page page = question(visit, "reason");
  for (const domain::Reason reason : kReasons) {
    const std::string_view word = domain::word(reason);
    Dictionary* row = page.add("REASON");
    set(*row, "ID", word);
    set(*row, "LABEL", reason_label(visit, word));
    if (word == chosen) row->ShowSection("CHECKED");
    if (reason == domain::Reason::other) row->ShowSection("OPENS");
  }
  page.set("REASON_TEXT", text);
  return page;
}

awaitable<Response> reason_page(Visit& visit) {
  const base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  Page page = reason_form(visit, answers->reason, answers->reason_text);
  co_return page.done();
}

awaitable<Response> reason(Visit& visit) {
  base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  const std::string chosen = visit.field("reason");
  const std::string text = chosen == "other" ? visit.field("reason_text") : std::string();
  const bool known = domain::parse_reason(chosen).has_value();
  const bool too_long = base::utf8_prefix(text, kLongestReason).size() != text.size();
  if (!known || (chosen == "other" && (text.empty() || too_long))) {
    Page page = reason_form(visit, chosen, text);
    if (!known) {
      page.error("ERR_REASON", "r-purchase", visit.text("page.err.reason_none"));
    } else {
      page.error("ERR_REASON_TEXT", "reason_text",
                 visit.text(too_long ? "page.err.reason_text_long" : "page.err.reason_text_empty"));
    }
    co_return page.done(422);
  }
  const bool changed = answers->reason != chosen || answers->reason_text != text;
  answers->reason = chosen;
  answers->reason_text = text;
  const base::Result<flow::Done> kept = co_await answered(visit, *answers, changed);
  if (!kept) co_return problem_page(visit, kept.error());
  co_return http::redirect(after(visit, *answers, "reason"));
}

// --- the answers and the forecast
// -----------------------------------------------------------------------------

void fill_who_row(Visit& visit, Page& page, const Answers& answers, const flow::MeView& me) {
  bool moves = false;
  for (const std::string& iin : answers.who) {
    Dictionary* row = page.add("WHO");
    if (iin == me.person.iin.view()) {
      set(*row, "NAME", visit.shown(api::full_name(me.person)));
      moves = true;
      continue;
    }
    for (const flow::DependantView& dependant : me.dependants) {
      if (dependant.iin != iin) continue;
      set(*row, "NAME", visit.shown(dependant.name));
      say(*row, "AGE", visit.words.age(dependant.age));
    }
  }
  std::vector<std::string> small;
  for (const flow::DependantView& dependant :
       visit.words.sorted(me.dependants, [](const auto& one) { return one.name; })) {
    if (dependant.why == "under_14") small.push_back(visit.shown(dependant.name));
  }
  if (moves && !small.empty() && answers.kind == "permanent") {
    page.say("FOLLOWS", visit.words.text("page.check.follows", {{"names", joined(small)}}));
  }
}

void point(Dictionary& points, bool done, std::string_view text) {
  Dictionary* row = points.AddSectionDictionary("POINT");
  set(*row, "CLASS", done ? "is-ok" : "is-wait");
  set(*row, "ICON", done ? "check" : "clock");
  set(*row, "TEXT", text);
}

struct Look {
  std::string_view word, icon, css;
};
Look look_of(rules::Outcome outcome) {
  switch (outcome) {
    case rules::Outcome::register_:
      return {"register", "check", "mk-tag--ok"};
    case rules::Outcome::wait:
      return {"wait", "clock", "mk-tag--wait"};
    case rules::Outcome::psc:
      return {"psc", "centre", "mk-tag--info"};
    case rules::Outcome::reject:
      return {"reject", "cross", "mk-tag--no"};
    case rules::Outcome::no_separate_registration:
    case rules::Outcome::other_service:
      return {"other", "info", "mk-tag--info"};
    case rules::Outcome::retry:
      break;
  }
  return {"retry", "clock", "mk-tag--wait"};
}

void fill_forecast(Visit& visit, Page& page, const flow::ForecastView& forecast,
                   const flow::Address* address) {
  const rules::Outcome outcome =
      forecast.whole ? forecast.decision.decision.outcome : forecast.outcome;
  const Look tag = look_of(outcome);
  page.set("TAG", visit.text(fmt::format("page.forecast.tag.{}", tag.word)));
  page.set("TAG_ICON", tag.icon);
  page.set("TAG_CLASS", tag.css);
  page.set(
      "FORECAST_TIME",
      visit.words.text("page.forecast.at", {{"when", visit.words.when(visit.words.now(), true)}}));
  const bool goes_on = outcome == rules::Outcome::register_ || outcome == rules::Outcome::wait;
  if (goes_on) {
    Dictionary* points = page.add("POINTS");
    point(*points, true, visit.text("page.forecast.point.person"));
    if (address != nullptr) {
      point(*points, true,
            visit.words.text("page.forecast.point.dwelling",
                             {{"kind", visit.words.dwelling_kind(address->kind)}}));
    }
    point(*points, outcome == rules::Outcome::register_,
          visit.text(outcome == rules::Outcome::register_ ? "page.forecast.point.nobody"
                                                          : "page.forecast.point.ask"));
    page.set("FORECAST_TEXT",
             visit.text(outcome == rules::Outcome::register_ ? "page.forecast.register"
                                                             : "page.forecast.wait"));
    return;
  }
  if (!forecast.whole) {
    page.set("FORECAST_TEXT", visit.text(fmt::format("page.forecast.{}", tag.word)));
    return;
  }
  const policy::Editions& editions = visit.site.context.editions;
  rules::TextDetails details;
  details.registrant_is_applicant = !forecast.decision.registrant_name;
  details.own_application_number = forecast.decision.other_number;
  const rules::DecisionText words =
      rules::describe(forecast.decision.decision, true, visit.language, visit.words.catalog(),
                      editions.in_force(visit.words.today()), details);
  page.set("FORECAST_TEXT", words.text);
  if (!words.next.empty()) page.say("FORECAST_NEXT", words.next);
  for (const rules::Citation& citation : words.basis) {
    page.say("BASIS",
             citation.article.empty() ? citation.act : citation.act + ", " + citation.article);
  }
  for (const flow::Contact& contact : forecast.decision.contacts)
    fill_contact(visit, *page.add("CONTACT"), contact);
}

void fill_no_forecast(Visit& visit, Page& page, std::string_view key) {
  page.set("TAG", visit.text("page.forecast.tag.retry"));
  page.set("TAG_ICON", "clock");
  page.set("TAG_CLASS", "mk-tag--wait");
  page.set(
      "FORECAST_TIME",
      visit.words.text("page.forecast.at", {{"when", visit.words.when(visit.words.now(), true)}}));
  page.set("FORECAST_TEXT", visit.text(key));
}

/// Which question a field of the flow belongs to.
std::string_view question_of(std::string_view field) {
  if (field.starts_with("registrants")) return "who";
  if (field == "rka") return "where";
  if (field == "kind" || field == "until") return "kind";
  return "reason";
}

awaitable<Response> check_page(Visit& visit) {
  const base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  if (answers->next_question() != "check")
    co_return http::redirect(fmt::format("/apply/{}", answers->next_question()));
  const base::Result<flow::MeView> me = co_await visit.me(true);
  if (!me) co_return problem_page(visit, me.error());
  const base::Result<flow::Address> address = co_await visit.service().address(answers->rka);
  const flow::DraftRequest request = answers->request();
  const flow::Caller caller = visit.caller();
  const base::Result<flow::ForecastView> forecast =
      co_await visit.service().forecast(caller, request);

  Page page(visit, "apply-check");
  page.with_form();
  fill_who_row(visit, page, *answers, *me);
  if (address) {
    visit.words.plate(*page.add("WHERE"), *address);
    page.set("ADDRESS", visit.words.address(*address));
    page.set("KIND_OF_DWELLING", visit.words.dwelling_kind(address->kind));
  }
  page.set("RKA_SHOWN", in_groups(answers->rka, 4));
  const bool permanent = answers->kind == "permanent";
  page.set("TERM", visit.words.term(permanent ? domain::ResidenceKind::permanent
                                              : domain::ResidenceKind::temporary,
                                    base::parse_date(answers->until)));
  const bool myself = std::find(answers->who.begin(), answers->who.end(), me->person.iin.view()) !=
                      answers->who.end();
  if (permanent && myself && me->residence_address) {
    page.say("CLOSES",
             visit.words.text("page.check.closes",
                              {{"address", visit.words.address(*me->residence_address)}}));
  }
  if (answers->reason == "other") {
    page.say("OWN_REASON", answers->reason_text);
  } else {
    page.set("REASON", reason_label(visit, answers->reason));
  }
  bool wrong = false;
  if (forecast) {
    fill_forecast(visit, page, *forecast, address ? &*address : nullptr);
  } else if (forecast.error().trouble == base::Trouble::unprocessable) {
    fill_no_forecast(visit, page, "page.err.unfinished");
    for (const base::FieldError& error : forecast.error().errors) {
      wrong = true;
      const std::string_view to = question_of(error.field);
      const std::string_view key = to == "who"     ? "page.err.who_none"
                                   : to == "where" ? "page.err.rka_none"
                                   : to == "kind"  ? "page.err.until_bad"
                                                   : "page.err.reason_none";
      page.error("", to == "where" ? "rka" : to == "kind" ? "until" : to, visit.text(key));
    }
  } else if (forecast.error().trouble == base::Trouble::too_many) {
    fill_no_forecast(visit, page, "page.forecast.none");
  } else if (forecast.error().trouble == base::Trouble::unavailable) {
    fill_no_forecast(visit, page, "page.forecast.retry");
  } else {
    co_return problem_page(visit, forecast.error());
  }
  if (!wrong) page.show("CAN_GO_ON");
  co_return page.done();
}

awaitable<Response> check(Visit& visit) {
  const base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  if (answers->next_question() != "check")
    co_return http::redirect(fmt::format("/apply/{}", answers->next_question()));
  co_return http::redirect("/apply/consent");
}

// --- consent to data processing, and the draft
// ----------------------------------------------------------------

std::string new_key() { return base::to_base64url(base::random_bytes(18)); }

/// How the application will be signed, told before it is made.
void fill_ways(const Visit& visit, Page& page) {
  page.set("THEN", visit.text(visit.own_keys() ? "page.data.then_eds" : "page.data.then"));
}

awaitable<Response> consent_page(Visit& visit) {
  base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  if (answers->next_question() != "check")
    co_return http::redirect(fmt::format("/apply/{}", answers->next_question()));
  if (answers->key.empty()) {
    answers->key = new_key();
    const base::Result<flow::Done> kept = co_await keep(visit, *answers);
    if (!kept) co_return problem_page(visit, kept.error());
  }
  Page page(visit, "apply-consent");
  page.with_form();
  page.set("KEY", answers->key);
  fill_ways(visit, page);
  co_return page.done();
}

/// The digest of what the key stands for.
std::string digest_of(const Answers& answers) {
  Answers plain = answers;
  plain.key.clear();
  plain.draft.clear();
  plain.typed.clear();
  plain.late_question.clear();
  plain.late_form.clear();
  const base::Sha256 digest = base::sha256(to_json(plain));
  return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
}

awaitable<Response> consent(Visit& visit) {
  base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  if (answers->next_question() != "check")
    co_return http::redirect(fmt::format("/apply/{}", answers->next_question()));
  if (visit.field("data_consent") != "1") {
    Page page(visit, "apply-consent");
    page.with_form();
    page.set("KEY", answers->key.empty() ? visit.field("key") : answers->key);
    fill_ways(visit, page);
    page.error("ERR_DATA_CONSENT", "data_consent", visit.text("page.err.data_consent"));
    co_return page.done(422);
  }
  // The page was about answers that have been changed since, in another tab or on another device.
  if (const std::string key = visit.field("key"); !key.empty() && key != answers->key)
    co_return http::redirect("/apply/check");
  if (answers->key.empty()) answers->key = new_key();
  const flow::Caller caller = visit.caller();
  const flow::DraftRequest request = answers->request();
  std::optional<flow::Idempotency> key = flow::Idempotency{answers->key, digest_of(*answers)};
  base::Result<flow::ApplicationView> made = co_await visit.service().draft(caller, request, key);
  if (!made && made.error().code == "key_reused") {
    answers->key = new_key();
    key->key = answers->key;
    made = co_await visit.service().draft(caller, request, key);
  }
  if (!made) {
    if (made.error().trouble == base::Trouble::unprocessable)
      co_return http::redirect("/apply/check");
    co_return problem_page(visit, made.error());
  }
  if (made->status != domain::Status::draft) co_return http::redirect("/applications/" + made->id);
  const bool first = answers->draft != made->id;
  answers->draft = made->id;
  const base::Result<flow::Done> kept = co_await keep(visit, *answers);
  if (!kept) co_return problem_page(visit, kept.error());
  const bool eds = visit.own_keys();
  if (eds && !visit.field("eds").empty())
    co_return http::redirect(fmt::format("/applications/{}/sign/eds", made->id));
  if (first) {
    const std::string id = made->id;
    const base::Result<flow::Done> sent =
        co_await visit.service().request_signature_code(caller, id);
    if (!sent) {
      const std::string_view code = sent.error().code;
      if (eds && (code == "no_phone" || code == "phone_too_new"))
        co_return http::redirect(fmt::format("/applications/{}/sign/eds?why={}", id, code));
      Page page(visit, "sign-in-code");
      const std::string back = "/applications/" + id;
      if (std::optional<Response> stopped = code_problem(visit, page, sent.error(), back))
        co_return std::move(*stopped);
    }
  }
  co_return http::redirect(fmt::format("/applications/{}/sign", made->id));
}

awaitable<Response> sign_page(Visit& visit) {
  const base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  co_return http::redirect(answers->draft.empty()
                               ? "/apply/consent"
                               : fmt::format("/applications/{}/sign", answers->draft));
}

/// An answer that came after the session's end, as if it came now: its person has signed in again.
awaitable<Response> late(Visit& visit) {
  base::Result<Answers> answers = co_await answers_of(visit);
  if (!answers) co_return problem_page(visit, answers.error());
  const std::string question = std::exchange(answers->late_question, {});
  std::optional<http::Pairs> form = http::parse_form(std::exchange(answers->late_form, {}));
  if (question.empty() || !form) co_return http::redirect("/apply");
  const base::Result<flow::Done> kept = co_await keep(visit, *answers);
  if (!kept) co_return problem_page(visit, kept.error());
  visit.form = std::move(*form);
  if (question == "who") co_return co_await who(visit);
  if (question == "where") co_return co_await where(visit);
  if (question == "kind") co_return co_await kind(visit);
  co_return co_await reason(visit);
}

}  // namespace

void add_apply(Table& table) {
  table.get("/apply/late", Guard::cookie, late);
  http::RateLimiter* const searches = table.limiter(&http::RateLimiters::address_searches);
  table.get("/apply", Guard::cookie, start_page);
  table.post("/apply", Guard::cookie, start);
  table.get("/apply/who", Guard::cookie, who_page);
  table.post("/apply/who", Guard::cookie, who);
  table.get("/apply/where", Guard::cookie, where_page, searches);
  table.post("/apply/where", Guard::cookie, where);
  table.get("/apply/kind", Guard::cookie, kind_page);
  table.post("/apply/kind", Guard::cookie, kind);
  table.get("/apply/reason", Guard::cookie, reason_page);
  table.post("/apply/reason", Guard::cookie, reason);
  table.get("/apply/check", Guard::cookie, check_page);
  table.post("/apply/check", Guard::cookie, check);
  table.get("/apply/consent", Guard::cookie, consent_page);
  table.post("/apply/consent", Guard::cookie, consent,
             table.limiter(&http::RateLimiters::applications));
  table.get("/apply/sign", Guard::cookie, sign_page);
}

}  // namespace mekenjai::pages
