// Step 1: a draft. What the person wants, checked by form, and the exact document he will sign.
#include "flow/steps.hpp"

#include <boost/json/array.hpp>

#include "base/canonical.hpp"
#include "flow/json_read.hpp"

namespace mekenjai::flow {
namespace {

namespace json = boost::json;
using base::FieldError;
using base::Problem;
using base::Trouble;

constexpr std::size_t kMaxRegistrants = 10;
constexpr std::size_t kMaxReasonCharacters = 500;

bool has_control_characters(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// Some 87 thousand million numbers: among millions of applications one in ten thousand is taken.
std::string new_unused_number(store::Cases& cases) {
  for (;;) {
    std::string number = domain::new_application_number();
    if (!cases.number_in_use(number)) return number;
  }
}

std::int64_t day_number(Date date) { return std::chrono::sys_days{date}.time_since_epoch().count(); }

}  // namespace

const policy::Policy& Step::policy_of(const store::ApplicationRow& application) const {
  if (!application.policy.empty()) {
    if (const policy::Policy* edition = editions.by_version(application.policy)) return *edition;
  }
  return editions.in_force(base::civil_date(now()));
}

base::Result<DraftFields> read_draft(const DraftRequest& request, Date today, const policy::Policy& policy) {
  DraftFields fields;
  std::vector<FieldError> errors;
  const auto kind = domain::from_word<domain::ResidenceKind>(request.kind);
  if (!kind) errors.push_back({"kind", "unknown_value"});
  if (request.until && !request.until->empty()) {
    fields.until = base::parse_date(*request.until);
    if (!fields.until) errors.push_back({"until", "bad_date"});
  }
  if (kind) {
    fields.kind = *kind;
    const bool readable = !request.until || request.until->empty() || fields.until;
    if (readable && rules::check_term(*kind, fields.until, today, policy)) errors.push_back({"until", "bad_term"});
  }
  const auto rka = domain::parse_rka(request.rka);
  rka ? void(fields.rka = *rka) : void(errors.push_back({"rka", "bad_rka"}));
  if (request.registrants.empty()) errors.push_back({"registrants", "required"});
  if (request.registrants.size() > kMaxRegistrants) errors.push_back({"registrants", "too_many"});
  for (std::size_t i = 0; i < request.registrants.size() && i < kMaxRegistrants; ++i) {
    const auto iin = domain::parse_iin(request.registrants[i]);
    const std::string field = fmt::format("registrants[{}]", i);
    if (!iin) {
      errors.push_back({field, "bad_iin"});  // row A1
    } else if (std::find(fields.registrants.begin(), fields.registrants.end(), *iin) != fields.registrants.end()) {
      errors.push_back({field, "duplicate"});
    } else {
      fields.registrants.push_back(*iin);
    }
  }
  const auto reason = domain::parse_reason(request.reason);
  reason ? void(fields.reason = *reason) : void(errors.push_back({"reason", "unknown_value"}));
  if (request.reason_text) {
    if (!base::is_utf8(*request.reason_text) || has_control_characters(*request.reason_text)) {
      errors.push_back({"reason_text", "bad_characters"});
    } else if (base::utf8_length(*request.reason_text) > kMaxReasonCharacters) {
      errors.push_back({"reason_text", "too_long"});
    } else {
      fields.reason_text = *request.reason_text;
    }
  }
  if (!errors.empty()) return base::fail(Problem{Trouble::unprocessable, "invalid", std::move(errors), 0, {}});
  if (!request.data_consent) {  // row A8
    return base::fail(Problem{Trouble::unprocessable, "no_data_consent", {{"data_consent", "no_data_consent"}}, 0, {}});
  }
  return fields;
}

ForecastView forecast_view(const Gathered& gathered, const policy::Policy& policy,
                           edge::registers::Registers& registers) {
  const rules::Forecast forecast = rules::forecast(gathered.facts, policy);
  ForecastView view;
  view.whole = forecast.whole;
  view.outcome = forecast.outcome;
  view.code = forecast.code;
  if (!forecast.whole) return view;
  view.decision.decision = forecast.decision;
  view.decision.policy_version = policy.version;
  view.decision.facts = gathered.read;
  view.decision.contacts = contacts_for(forecast.decision, gathered.facts, registers);
  const rules::RegistrantFacts& registrant = gathered.facts.registrants[forecast.decision.registrant];
  if (registrant.open_application_is_applicants_own) view.decision.other_number = registrant.open_application_number;
  return view;
}

bool may_tell_forecast(Step& step, const Iin& applicant, const Gathered& gathered, const policy::Policy& policy) {
  const rules::Facts& facts = gathered.facts;
  const auto holders = rules::holders(facts);
  const bool owns = holders && std::binary_search(holders->begin(), holders->end(), applicant.str());
  if (owns) return true;
  const std::int64_t day = day_number(facts.today);
  bool known = false;
  const std::int64_t told = step.ledger.cases().stranger_forecasts(applicant, day, facts.dwelling.rka, known);
  if (known) return true;
  if (told >= policy.forecast_strangers_a_day) return false;
  step.ledger.note_forecast(applicant, day, facts.dwelling.rka);
  return true;
}

base::Result<std::string> draft(Step& step, const Iin& applicant, const DraftFields& fields, const Gathered& gathered) {
  const Instant now = step.now();
  const Instant today = base::start_of_day(base::civil_date(now));
  if (step.ledger.cases().drafts_since(applicant, today) >= step.limits.drafts_a_day) {
    const int seconds = static_cast<int>(std::chrono::ceil<std::chrono::seconds>(today + std::chrono::days{1} - now).count());
    return base::fail(Problem{Trouble::too_many, "too_many_applications", {}, std::max(seconds, 1), {}});
  }
  const std::string id = domain::new_id(now);
  json::array registrants;
  for (std::size_t i = 0; i < fields.registrants.size(); ++i) {
    registrants.push_back(json::object{{"person", step.ledger.ref(fields.registrants[i])}, {"related", bool(gathered.related[i])}});
  }
  step.ledger.happen(Actor::applicant, "drafted", id,
                     {{"number", new_unused_number(step.ledger.cases())},
                      {"applicant", step.ledger.ref(applicant)},
                      {"registrants", std::move(registrants)},
                      {"rka", fields.rka.str()},
                      {"kind", to_json(domain::word(fields.kind))},
                      {"until", fields.until ? base::format_date(*fields.until) : ""},
                      {"reason", to_json(domain::word(fields.reason))},
                      {"reason_text", step.ledger.text_ref(fields.reason_text)}});
  return id;
}

Document document_of(const store::ApplicationRow& application, const std::vector<store::RegistrantRow>& registrants) {
  json::array people;
  for (const store::RegistrantRow& registrant : registrants) people.push_back(to_json(registrant.iin.view()));
  const std::string content = base::canonical_json(
      json::object{{"service", "residence-registration"},
                   {"application_number", application.number},
                   {"applicant", to_json(application.applicant.view())},
                   {"registrants", std::move(people)},
                   {"rka", to_json(application.rka.view())},
                   {"kind", to_json(domain::word(application.kind))},
                   {"until", application.until ? base::format_date(*application.until) : ""},
                   {"reason", to_json(domain::word(application.reason))},
                   {"created_at", base::format_rfc3339(application.created_at)},
                   {"data_consent", true}});
  const std::string sha256 = base::to_hex(base::sha256(content));
  return {"application/json", sha256, content,
          fmt::format(R"(<application number="{}" sha256="{}"/>)", application.number, sha256)};
}

}  // namespace mekenjai::flow
