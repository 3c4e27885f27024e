#include "flow/present.hpp"

#include <boost/json/parse.hpp>

#include <set>

#include "base/mask.hpp"
#include "flow/decision_record.hpp"
#include "flow/json_read.hpp"
#include "flow/signature.hpp"

namespace mekenjai::flow {
namespace {

namespace json = boost::json;
using domain::Status;

constexpr int kRegisterRetryAfterS = 60;

base::Problem silent() {
  return {base::Trouble::unavailable, "register_unavailable", {}, kRegisterRetryAfterS, {}};
}

std::optional<domain::Person> person(Reader& reader, const Iin& iin) {
  const auto record = reader.registers.person(iin);
  return record.available() ? *record : std::nullopt;
}

std::string full_name(const domain::Person& person) {
  std::string name = person.surname + " " + person.given_name;
  if (!person.patronymic.empty()) name += " " + person.patronymic;
  return name;
}

std::string masked(Reader& reader, const Iin& iin) {
  const auto record = person(reader, iin);
  return record ? base::mask_name(record->given_name, record->surname) : std::string();
}

/// The applicant's history is the journal of his case, without who of several owners answered what.
std::vector<HistoryEntry> history(Reader& reader, const store::ApplicationRow& application) {
  std::vector<HistoryEntry> entries;
  for (const store::EventRow& event : reader.cases.events(application.id)) {
    if (event.type == "alerted" || event.type == "message_read") continue;
    if (event.type == "answer_received" || event.type == "answer_unproven") continue;  // who answers, and how, is his own
    const json::value parsed = json::parse(event.payload);
    const json::object& payload = parsed.as_object();
    HistoryEntry entry{event.at, event.type, event.actor, {}};
    if (event.type == "fraud_reported") entry.event = "consent_refused";  // row G8
    if (event.type == "decided") entry.event = read_text(payload, "status");
    if (event.type == "retrying" && !entries.empty() && entries.back().event == "retrying") continue;
    for (const char* key : {"deadline", "until", "again"}) {
      if (const std::int64_t at = read_number(payload, key); at != 0) {
        entry.values.emplace_back("time", base::civil_hh_mm(store::instant(at)));
        entry.values.emplace_back("date", base::format_date(base::civil_date(store::instant(at))));
        break;
      }
    }
    if (event.type == "consents_requested") {
      entry.values.emplace_back("n", std::to_string(payload.at("consents").as_array().size()));
    }
    if (event.type == "deadline_moved") {
      entry.values.emplace_back("minutes", std::to_string((read_number(payload, "by_ms") + 59'999) / 60'000));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

/// A signature by one-time code: there is no more to it than who and when.
SignatureView by_code(std::string purpose, Instant at, std::string name, std::string policy) {
  SignatureView view;
  view.purpose = std::move(purpose);
  view.method = "sms";
  view.signer_name = std::move(name);
  view.reason = "ok";
  view.received_at = at;
  view.checked_at = at;
  view.policy = std::move(policy);
  return view;
}

bool visible_to_applicant(rules::Warning warning, bool owner) {
  return owner || (warning != rules::Warning::arrest && warning != rules::Warning::encumbrance);
}

std::vector<rules::Warning> warnings_of(const rules::Decision& decision, bool owner) {
  std::vector<rules::Warning> warnings;
  for (std::size_t i = 0; i < rules::kWarnings; ++i) {
    const auto warning = static_cast<rules::Warning>(i);
    if (decision.has(warning) && visible_to_applicant(warning, owner)) warnings.push_back(warning);
  }
  return warnings;
}

bool owns(Reader& reader, const Iin& iin, const domain::Rka& rka, Date today) {
  const auto rights = reader.registers.rights(rka);
  if (!rights.available()) return false;
  return std::any_of(rights->begin(), rights->end(), [&](const domain::Right& right) {
    return right.holder == iin.view() && domain::in_force(right.from, right.to, today);
  });
}

}  // namespace

Address address_of(const domain::Dwelling& dwelling) {
  return {dwelling.rka.str(),    dwelling.kind,        dwelling.kato,      dwelling.region_kk, dwelling.region_ru,
          dwelling.locality_kk, dwelling.locality_ru, dwelling.street_kk, dwelling.street_ru, dwelling.house,
          dwelling.flat};
}

Address address_of(Reader& reader, const domain::Rka& rka) {
  const auto dwelling = reader.registers.dwelling(rka);
  if (dwelling.available() && *dwelling) return address_of(**dwelling);
  Address address;
  address.rka = rka.str();
  return address;
}

ApplicationView present(Reader& reader, const store::ApplicationRow& application) {
  ApplicationView view;
  view.id = application.id;
  view.number = application.number;
  view.kind = application.kind;
  view.until = application.until;
  view.status = application.status;
  view.applicant = application.applicant;
  view.address = address_of(reader, application.rka);
  view.reason = application.reason;
  view.reason_text = application.reason_text;
  view.created_at = application.created_at;
  view.signed_at = application.signed_at;
  if (application.status == Status::on_hold) view.hold_until = application.hold_until;
  const auto registrants = reader.cases.registrants(application.id);
  for (const store::RegistrantRow& registrant : registrants) {
    RegistrantView shown{registrant.iin.str(), std::nullopt};
    if (registrant.related) {
      if (const auto record = person(reader, registrant.iin)) shown.name = full_name(*record);
    }
    if (registrant.iin == application.applicant && shown.name) view.applicant_name = *shown.name;
    view.registrants.push_back(std::move(shown));
  }
  if (view.applicant_name.empty()) {
    if (const auto record = person(reader, application.applicant)) view.applicant_name = full_name(*record);
  }
  const auto consents = reader.cases.consents_of_application(application.id);
  Instant newest;  // row H4: a day later they are asked anew, and only the newest round counts
  for (const store::ConsentRow& consent : consents) newest = std::max(newest, consent.asked_at);
  for (const store::ConsentRow& consent : consents) {
    if (consent.asked_at != newest) continue;
    ++view.consents_required;
    if (consent.status == domain::ConsentStatus::granted) ++view.consents_granted;
    view.asked_tenant = view.asked_tenant || consent.asked_as == rules::Asked::tenant;
    view.deadline = consent.deadline;
  }
  if (application.status != Status::waiting_for_consent && !domain::is_final(application.status)) view.deadline.reset();
  if (!application.decision.empty()) {
    DecisionView decision = decision_of(json::parse(application.decision).as_object());
    const bool owner = owns(reader, application.applicant, application.rka, base::civil_date(application.created_at));
    view.warnings = warnings_of(decision.decision, owner);
    decision.decision.code = rules::code_for_applicant(decision.decision.code);
    if (!owner) {
      decision.decision.residents_after = 0;
      decision.decision.norm_limit.reset();
    }
    if (registrants.size() > decision.decision.registrant) {
      decision.registrant_name = view.registrants[decision.decision.registrant].name;
    }
    view.decision = std::move(decision);
  }
  view.history = history(reader, application);
  view.document = document_of(application, registrants);
  if (const auto signature = reader.signatures.of_application(application.id)) {
    view.signature = present(*signature);
    view.signature_checking = view.signature->checking && application.status == Status::checking;
  } else if (application.signed_at) {
    view.signature = by_code("application", *application.signed_at, view.applicant_name, application.policy);
  }
  return view;
}

ConsentView present(Reader& reader, const store::ConsentRow& consent, const store::ApplicationRow& application) {
  ConsentView view;
  view.id = consent.id;
  view.reference = consent.reference;
  view.application_number = application.number;
  for (const store::RegistrantRow& registrant : reader.cases.registrants(application.id)) {
    if (const auto record = person(reader, registrant.iin)) view.registrants.push_back(full_name(*record));
  }
  view.applicant_masked = masked(reader, application.applicant);
  view.address = address_of(reader, application.rka);
  view.kind = application.kind;
  view.until = application.until;
  view.status = consent.status;
  view.asked_as = consent.asked_as;
  view.asked_at = consent.asked_at;
  view.deadline = consent.deadline;
  view.answered_at = consent.answered_at;
  view.signature_checking = !consent.checking.empty();
  if (const auto signature = reader.signatures.of_consent(consent.id)) view.signature = present(*signature);
  if (consent.status == domain::ConsentStatus::pending) {
    const auto names = registrant_names(reader.registers, reader.cases.registrants(application.id));
    for (const auto answer : {domain::Answer::grant, domain::Answer::refuse, domain::Answer::fraud}) {
      if (names) view.documents.emplace_back(answer, consent_document(consent, application, *names, answer));
    }
  }
  if (!application.decision.empty() && consent.asked_as != rules::Asked::registrant) {
    view.warnings = warnings_of(decision_of(json::parse(application.decision).as_object()).decision,
                                consent.asked_as != rules::Asked::tenant);
  }
  return view;
}

SignatureView present(const store::SignatureRow& signature) {
  SignatureView view;
  view.id = signature.id;
  view.purpose = signature.consent.empty() ? "application" : "consent";
  view.method = "eds";
  view.format = signature.format;
  view.reason = signature.reason;
  view.received_at = signature.received_at;
  view.checked_at = signature.checked_at;
  view.revocation_by = signature.revocation_by;
  view.policy = signature.policy;
  view.checking = signature.state == store::SignatureState::checking;
  boost::system::error_code broken;
  const json::value report = json::parse(signature.report, broken);
  const json::value* signers = broken || !report.is_object() ? nullptr : report.as_object().if_contains("signers");
  if (signers == nullptr || !signers->is_array() || signers->as_array().empty()) return view;
  const json::object& signer = signers->as_array().front().as_object();
  const auto at = [&](std::string_view name) { return base::parse_rfc3339(read_text(signer, name)); };
  view.signer_name = read_text(signer, "name");
  view.algorithm = read_text(signer, "algorithm");
  view.serial = read_text(signer, "serial");
  view.issuer = read_text(signer, "issuer");
  view.not_before = at("not_before");
  view.not_after = at("not_after");
  view.timestamp = at("timestamp");
  return view;
}

MessageView present(Reader& reader, const store::MessageRow& message) {
  MessageView view{message.id, message.at, message.kind, {}, std::nullopt, message.read};
  const json::value parsed = json::parse(message.detail);
  const json::object& detail = parsed.as_object();
  for (const auto& [key, value] : detail) {
    const std::string name(key.data(), key.size());
    if (value.is_string()) {
      view.values.emplace_back(name, std::string(value.as_string().c_str()));
    } else if (value.is_number()) {
      const Instant at = store::instant(value.to_number<std::int64_t>());
      view.values.emplace_back(name == "deadline" ? "time" : name, base::civil_hh_mm(at));
      view.values.emplace_back("date", base::format_date(base::civil_date(at)));
    }
  }
  if (message.application.empty()) return view;
  view.application_id = message.application;
  if (const auto application = reader.cases.application(message.application)) {
    view.values.emplace_back("number", application->number);
    view.values.emplace_back("rka", application->rka.str());
    const Address address = address_of(reader, application->rka);
    view.values.emplace_back("address_kk", fmt::format("{}, {}{}{}", address.street_kk, address.house, address.flat.empty() ? "" : "–", address.flat));
    view.values.emplace_back("address_ru", fmt::format("{}, {}{}{}", address.street_ru, address.house, address.flat.empty() ? "" : "–", address.flat));
    view.values.emplace_back("who", masked(reader, application->applicant));
    if (application->until) view.values.emplace_back("until", base::format_date(*application->until));
  }
  return view;
}

base::Result<MeView> me(Reader& reader, const Iin& iin, Instant now, const policy::Policy& policy) {
  const Date today = base::civil_date(now);
  const auto record = reader.registers.person(iin);
  const auto relations = reader.registers.relations(iin);
  const auto residences = reader.registers.residences(iin);
  const auto holdings = reader.registers.holdings(iin, today);
  const auto roles = reader.registers.roles(iin);
  if (!record.available() || !relations.available() || !residences.available() || !holdings.available() || !roles.available()) {
    return base::fail(silent());
  }
  if (!*record) return base::fail(base::Trouble::not_found, "not_found");
  MeView view;
  view.person = **record;
  const auto address = [&](const domain::Rka& rka) -> base::Result<Address> {
    const auto dwelling = reader.registers.dwelling(rka);
    if (!dwelling.available()) return base::fail(silent());
    return *dwelling ? address_of(**dwelling) : address_of(reader, rka);
  };
  for (const domain::Residence& residence : *residences) {
    if (!domain::in_force(residence, today)) continue;
    const auto where = address(residence.rka);
    if (!where) return tl::unexpected(where.error());
    if (residence.kind == domain::ResidenceKind::permanent) {
      view.residence = residence;
      view.residence_address = *where;
    } else {
      view.temporary.push_back({*where, residence.from, residence.to});
    }
  }
  for (const auto& [rka, share] : *holdings) {
    const auto where = address(rka);
    if (!where) return tl::unexpected(where.error());
    view.dwellings.push_back({*where, share});
  }
  std::set<Iin> seen;
  for (const domain::Relation& relation : *relations) {
    using domain::RelationKind;
    const bool acts = relation.kind == RelationKind::parent || relation.kind == RelationKind::guardian ||
                      relation.kind == RelationKind::trustee;
    if (relation.iin != iin || !acts || !domain::in_force(relation.from, relation.to, today)) continue;
    const auto other = reader.registers.person(relation.related);
    if (!other.available()) return base::fail(silent());
    if (!*other || (*other)->death_date || !seen.insert(relation.related).second) continue;
    DependantView dependant;
    dependant.iin = relation.related.str();
    dependant.name = full_name(**other);
    dependant.relation = relation.kind;
    dependant.age = base::age_on((*other)->birth_date, today);
    const bool adult = dependant.age >= policy.adult_age;
    const bool guarded = relation.kind == RelationKind::guardian ||
                         (relation.kind == RelationKind::trustee && (*other)->capacity == domain::Capacity::limited);
    if (dependant.age < policy.child_age) {
      dependant.why = "under_14";
    } else if (!adult) {
      dependant.can_register = dependant.age <= policy.representative_until_age;
      dependant.why = "child_14_17";
    } else if ((*other)->capacity != domain::Capacity::full && guarded) {
      dependant.can_register = true;
      dependant.why = "ward";
    } else {
      continue;  // a grown-up child is nobody's dependant
    }
    view.dependants.push_back(std::move(dependant));
  }
  // Row B13: the tenant registers those who are named in his lease; he finds it by the home he lives in.
  if (view.residence) {
    const auto leases = reader.registers.leases(view.residence->rka);
    if (!leases.available()) return base::fail(silent());
    for (const domain::Lease& lease : *leases) {
      if (lease.tenant != iin || !domain::in_force(lease.from, lease.to, today)) continue;
      for (const Iin& member : lease.members) {
        if (member == iin || !seen.insert(member).second) continue;
        const auto other = reader.registers.person(member);
        if (!other.available()) return base::fail(silent());
        if (!*other || (*other)->death_date) continue;
        const int age = base::age_on((*other)->birth_date, today);
        if (age < policy.child_age) continue;
        view.dependants.push_back({member.str(), full_name(**other), domain::RelationKind::guardian, age, true, "lease_member"});
      }
    }
  }
  for (const domain::StaffRole& role : *roles) view.roles.push_back(role.role);
  return view;
}

}  // namespace mekenjai::flow
