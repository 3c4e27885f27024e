// Pages of help and trust. What they say of the law is read from the edition of the rules in force,
// and the SMS they show are made as real ones are, so that neither can differ from what happens.
#include <set>

#include "flow/notices.hpp"
#include "pages/site.hpp"
#include "rules/texts.hpp"

namespace mekenjai::pages {
namespace {

/// An invented request and code, the same on every page that shows one.
constexpr std::string_view kReference = "K7P4XM";
constexpr std::string_view kCode = "407118";
constexpr std::string_view kFalseLink = "mekenjai.example/kod";

/// What stands behind a sentence of help: rows of the decision table, or an act that no row cites.
struct Grounds {
  std::string_view section;
  std::vector<std::string_view> rows;
  std::vector<policy::Basis> acts{};
};

const std::vector<Grounds>& grounds() {
  static const std::vector<Grounds> all{
      {"LAW_1", {"A5"}},
      {"LAW_2", {"C6", "C8"}, {{"law_migration", "art. 51"}}},
      {"LAW_4", {"A5"}, {{"law_state_services", "art. 19-1"}}},
      {"LAW_UNDER14", {"B6"}},
      {"LAW_TEEN", {"B3"}},
      {"LAW_DWELLING", {"C1", "C4"}},
      {"LAW_MINOR", {"D1"}},
      {"LAW_LEASE", {"E3"}},
      {"LAW_NORM", {"F5"}},
      {"LAW_SILENT", {"X"}},
      {"LAW_6", {"G3"}},
      {"LAW_7", {"D4"}},
      {"LAW_REFUSED", {"G2"}},
      {"LAW_TERM", {}, {{"law_migration", "art. 51"}, {"code_offences", "art. 492"}}},
      {"LAW_CENTRE", {"D1", "D8", "B12"}},
  };
  return all;
}

/// Each act once, in the order in which the rows name them.
std::vector<policy::Basis> acts_of(const Grounds& grounds, const policy::Policy& policy) {
  std::vector<policy::Basis> acts = grounds.acts;
  for (const std::string_view row : grounds.rows) {
    for (const policy::Basis& basis : policy.basis_of(row)) {
      const bool known = std::any_of(acts.begin(), acts.end(), [&](const policy::Basis& one) {
        return one.act == basis.act && one.article == basis.article;
      });
      if (!known) acts.push_back(basis);
    }
  }
  return acts;
}

/// "приказ МВД № 267 от 30.03.2020, приложение 2".
std::string short_citation(const Visit& visit, const policy::Basis& basis) {
  std::string citation(visit.text(fmt::format("help.act.{}", basis.act)));
  const std::string place =
      rules::cite(basis, visit.language, visit.words.catalog()).article;
  if (!place.empty()) citation += ", " + place;
  return citation;
}

/// Fills the LAW sections of a page, and ACT with the full titles of all acts they name.
void fill_law(const Visit& visit, Page& page) {
  const policy::Policy& policy = visit.site.context.editions.in_force(visit.words.today());
  std::vector<std::string> titles;
  for (const Grounds& grounds : grounds()) {
    std::string law;
    for (const policy::Basis& basis : acts_of(grounds, policy)) {
      law += (law.empty() ? "" : "; ") + short_citation(visit, basis);
      std::string title(visit.text(fmt::format("act.{}", basis.act)));
      if (std::find(titles.begin(), titles.end(), title) == titles.end())
        titles.push_back(std::move(title));
    }
    page.say(grounds.section, law);
  }
  for (const std::string& title : titles) page.say("ACT", title);
}

awaitable<Response> steps(Visit& visit) {
  Page page(visit, "help-steps");
  fill_law(visit, page);
  co_return page.done();
}

awaitable<Response> centre(Visit& visit) {
  Page page(visit, "help-centre");
  fill_law(visit, page);
  co_return page.done();
}

awaitable<Response> owners(Visit& visit) {
  const policy::Policy& policy = visit.site.context.editions.in_force(visit.words.today());
  Page page(visit, "help-owners");
  fill_law(visit, page);
  page.set("REFERENCE", kReference);
  page.set("HOURS", std::to_string(policy.hold_after_fraud_s / 3600));
  page.set("ONE", std::to_string(policy.requests_from_one_a_day));
  page.set("ALL", std::to_string(policy.requests_from_all_a_day));
  co_return page.done();
}

domain::Dwelling sample_dwelling(const Visit& visit) {
  domain::Dwelling dwelling;
  dwelling.locality_kk = dwelling.locality_ru = visit.text("help.sample.locality");
  dwelling.street_kk = dwelling.street_ru = visit.text("help.sample.street");
  dwelling.house = "40";
  dwelling.flat = "118";
  return dwelling;
}

/// By BCP 47, with the script where it is not the language's own.
std::string_view language_of_sms(i18n::Language language, bool cyrillic) {
  if (i18n::is_kazakh(language)) return cyrillic ? "kk" : "kk-Latn";
  if (language == i18n::Language::ru) return cyrillic ? "ru" : "ru-Latn";
  return i18n::tag(language);
}

awaitable<Response> false_sms(Visit& visit) {
  const bool cyrillic = visit.site.context.cyrillic_sms;
  const flow::Notices notices(cyrillic);
  const base::Instant deadline =
      base::start_of_day(visit.words.today()) + std::chrono::hours(15) + std::chrono::minutes(4);
  Page page(visit, "help-false-sms");
  page.set("SMS_CONSENT", notices.consent_request(
                              visit.language, std::string(visit.text("help.sample.who")), 0,
                              sample_dwelling(visit), {}, deadline, std::string(kReference)));
  page.set("SMS_CODE", notices.sign_in_code(visit.language, std::string(kCode)));
  // A screen reader is told what it is about to read: words in another script.
  page.set("SMS_LANG", language_of_sms(visit.language, cyrillic));
  const bool other_script = !cyrillic && (visit.language == i18n::Language::kk ||
                                          visit.language == i18n::Language::ru);
  if (other_script) page.show("LATIN");
  set(*page.add("FALSE"), "LINK", kFalseLink);
  co_return page.done();
}

}  // namespace

void add_help(Table& table) {
  table.fixed("/help", "help");
  for (const std::string_view name :
       {"my-data", "digital-signature", "bmg", "accessibility", "no-sms", "no-address", "no-person"}) {
    table.fixed(fmt::format("/help/{}", name), fmt::format("help-{}", name));
  }
  table.get("/help/steps", Guard::open_page, steps);
  table.get("/help/owners", Guard::open_page, owners);
  table.get("/help/false-sms", Guard::open_page, false_sms);
  table.get("/help/centre", Guard::open_page, centre);
}

}  // namespace mekenjai::pages
