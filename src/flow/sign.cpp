// Step 2: the applicant's signature by one-time code, and step 3: the rules decide by themselves.
#include "flow/steps.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "base/mask.hpp"
#include "edge/sms/reply.hpp"
#include "flow/decision_record.hpp"
#include "flow/json_read.hpp"
#include "flow/signature.hpp"

namespace mekenjai::flow {
namespace {

namespace json = boost::json;
using base::Problem;
using base::Trouble;
using domain::Status;
using rules::Outcome;
using store::millis;

DecisionView view_of(const rules::Decision& decision, const Gathered& gathered, const policy::Policy& policy,
                     edge::registers::Registers& registers) {
  DecisionView view;
  view.decision = decision;
  view.policy_version = policy.version;
  view.facts = gathered.read;
  view.contacts = contacts_for(decision, gathered.facts, registers);
  const rules::RegistrantFacts& registrant = gathered.facts.registrants[decision.registrant];
  if (decision.row == rules::Row::A10 && registrant.open_application_is_applicants_own) {
    view.other_number = registrant.open_application_number;
  }
  return view;
}

std::string masked(const PersonCard& card) {
  return card.record ? base::mask_name(card.record->given_name, card.record->surname) : std::string();
}

std::string new_unused_reference(store::Cases& cases) {
  for (;;) {
    std::string reference = edge::sms::new_reference();
    if (!cases.reference_in_use(reference)) return reference;
  }
}

/// Contract, section 4: at most 3 requests from one applicant to one owner a day, 10 to one owner from all.
std::optional<Problem> too_many_requests(Step& step, const store::ApplicationRow& application,
                                         const rules::Decision& decision, const policy::Policy& policy) {
  const Instant now = step.now();
  const Instant today = base::start_of_day(base::civil_date(now));
  for (const rules::Consenter& consenter : decision.consenters) {
    if (consenter.as == rules::Asked::registrant) continue;
    const auto [all, ours] = step.ledger.cases().requests_to(consenter.iin, application.applicant, today);
    if (ours < policy.requests_from_one_a_day && all < policy.requests_from_all_a_day) continue;
    const auto wait = std::chrono::ceil<std::chrono::seconds>(today + std::chrono::days{1} - now);
    return Problem{Trouble::too_many, "too_many_requests", {}, static_cast<int>(wait.count()), {}};
  }
  return std::nullopt;
}

/// Rows D5, D6, E2, B13: the requests are written and the hour starts.
void ask_for_consents(Step& step, const store::ApplicationRow& application, const rules::Decision& decision,
                      const Gathered& gathered, const policy::Policy& policy) {
  Ledger& ledger = step.ledger;
  const Instant deadline = step.now() + std::chrono::seconds{policy.consent_window_s};
  const DecisionView view = view_of(decision, gathered, policy, ledger.registers());
  json::array holders, consents;
  for (const std::string& holder : rules::holders(gathered.facts).value_or(std::vector<std::string>{})) {
    const bool person = domain::is_personal_number(holder);
    holders.push_back(json::value(to_json(person ? ledger.ref(*Iin::from_digits(holder)) : holder)));
  }
  struct Request {
    std::string id, reference, phone;
    const PersonCard* card;
  };
  std::vector<Request> requests;
  std::vector<Note> notes;
  for (const rules::Consenter& consenter : decision.consenters) {
    const PersonCard& card = gathered.card(consenter.iin);
    Request request{domain::new_id(step.now()), new_unused_reference(ledger.cases()), card.phone ? card.phone->number : "", &card};
    consents.push_back(json::object{{"id", request.id},
                                    {"reference", request.reference},
                                    {"person", ledger.ref(consenter.iin)},
                                    {"as", to_json(rules::word(consenter.as))},
                                    {"phone", ledger.text_ref(request.phone)}});
    notes.push_back({consenter.iin, "consent_requested", {{"reference", request.reference}, {"consent", request.id}, {"deadline", millis(deadline)}}});
    requests.push_back(std::move(request));
  }
  ledger.happen(Actor::system, "consents_requested", application.id,
                {{"applicant", ledger.ref(application.applicant)},
                 {"deadline", millis(deadline)},
                 {"holders", std::move(holders)},
                 {"consents", std::move(consents)},
                 {"decision", record_of(view)}},
                notes);
  const domain::Dwelling& dwelling = **gathered.facts.dwelling.record;
  const std::string who = masked(gathered.card(application.applicant));
  const int others = static_cast<int>(gathered.facts.registrants.size()) - 1;
  for (const Request& request : requests) {
    const std::string text = step.notices.consent_request(Notices::language_of(*request.card), who, others, dwelling,
                                                          application.until, deadline, request.reference);
    if (!request.phone.empty()) ledger.sms(request.phone, text, "consent_request", deadline, request.id);
  }
}

void put_off(Step& step, const store::ApplicationRow& application, const rules::Decision& decision,
             const Gathered& gathered, const policy::Policy& policy, int wait_s) {
  const Instant again = step.now() + std::chrono::seconds{wait_s};
  rules::Decision before;
  if (application.status == Status::retrying && !application.decision.empty()) {
    before = decision_of(json::parse(application.decision).as_object()).decision;
    // Hundreds of thousands may try again every five minutes: the journal hears of it only where the reason is new.
    const bool same = before.outcome == Outcome::retry && before.code == decision.code && before.row == decision.row &&
                      before.unavailable == decision.unavailable;
    if (same) return step.ledger.postpone(application.id, again);
  }
  const DecisionView view = view_of(decision, gathered, policy, step.ledger.registers());
  step.ledger.happen(Actor::system, "retrying", application.id, {{"again", millis(again)}, {"decision", record_of(view)}});
  if (decision.code == rules::Code::area_unknown && before.code != decision.code) {
    step.ledger.happen(Actor::system, "alerted", application.id, {{"kind", "area_unknown"}});  // F6: a task for the officer
  }
}

/// Rows H1 to H3: the entries, the closing of the former residence and who is told, in one event.
void register_people(Step& step, const store::ApplicationRow& application, const rules::Decision& decision,
                     const Gathered& gathered, const policy::Policy& policy) {
  Ledger& ledger = step.ledger;
  const DecisionView view = view_of(decision, gathered, policy, ledger.registers());
  const rules::Facts& facts = gathered.facts;
  json::array people, followers;
  std::vector<std::string> names;
  std::vector<Note> notes;
  std::vector<Iin> told;
  const auto tell = [&](const Iin& iin, std::string_view kind) {
    if (std::find(told.begin(), told.end(), iin) != told.end()) return false;
    told.push_back(iin);
    notes.push_back({iin, std::string(kind), {}});
    return true;
  };
  for (const rules::RegistrantFacts& registrant : facts.registrants) {
    people.push_back(json::value(to_json(ledger.ref(registrant.person.iin))));
    names.push_back(masked(gathered.card(registrant.person.iin)));
    if (application.kind != domain::ResidenceKind::permanent) continue;
    for (const Iin& child : *registrant.followers) {
      followers.push_back(json::value(to_json(ledger.ref(child))));
      const auto record = ledger.registers().person(child);
      if (record.available() && *record) names.push_back(base::mask_name((*record)->given_name, (*record)->surname));
    }
  }
  json::object payload{{"kind", to_json(domain::word(application.kind))},
                       {"rka", to_json(application.rka.view())},
                       {"from", base::format_date(facts.today)},
                       {"until", application.until ? base::format_date(*application.until) : ""},
                       {"people", std::move(people)},
                       {"followers", std::move(followers)},
                       {"decision", record_of(view)}};
  if (application.until) {
    const Instant remind = base::start_of_day(base::add_days(*application.until, -policy.reminder_days)) + std::chrono::hours{9};
    payload["remind_at"] = millis(std::max(remind, step.now()));
  }
  if (decision.has(rules::Warning::density)) payload["alert"] = "density";  // F8

  const domain::Dwelling& dwelling = **facts.dwelling.record;
  struct Sms {
    std::string phone, text, kind;
  };
  std::vector<Sms> sms;
  const auto phone_of = [&](const Iin& iin) {
    const PersonCard& card = gathered.card(iin);
    return card.phone ? card.phone->number : std::string();
  };
  const auto inform = [&](const Iin& iin) {
    if (!tell(iin, "registered")) return;
    sms.push_back({phone_of(iin), step.notices.registered(Notices::language_of(gathered.card(iin)), dwelling, application.until), "registered"});
  };
  inform(application.applicant);
  for (const rules::RegistrantFacts& registrant : facts.registrants) inform(registrant.person.iin);
  const auto inform_owner = [&](const Iin& iin) {
    if (!tell(iin, "owner_registered")) return;
    sms.push_back({phone_of(iin), step.notices.owner_registered(Notices::language_of(gathered.card(iin)), names, dwelling, application.until), "owner_registered"});
  };
  if (facts.dwelling.owners.available()) {
    for (const rules::OwnerFacts& owner : *facts.dwelling.owners) {
      if (owner.is_personal()) inform_owner(*Iin::from_digits(owner.holder));
    }
  }
  if (facts.dwelling.leases.available()) {
    for (const domain::Lease& lease : *facts.dwelling.leases) {
      if (domain::in_force(lease.from, lease.to, facts.today)) inform_owner(lease.tenant);
    }
  }
  if (!gathered.children_to_ask.empty()) notes.push_back({application.applicant, "children_ask", {}});
  ledger.happen(Actor::system, "registered", application.id, std::move(payload), notes);
  for (const Sms& message : sms) {
    if (!message.phone.empty()) ledger.sms(message.phone, message.text, message.kind, step.now() + std::chrono::days{3});
  }
  if (!gathered.children_to_ask.empty()) {
    const PersonCard& card = gathered.card(application.applicant);
    if (card.phone) {
      std::vector<std::string> children;
      for (const Iin& child : gathered.children_to_ask) {
        const auto record = ledger.registers().person(child);
        if (record.available() && *record) children.push_back((*record)->given_name);
      }
      ledger.sms(card.phone->number, step.notices.ask_about_children(Notices::language_of(card), children), "children_ask", step.now() + std::chrono::days{3});
    }
  }
}

std::vector<Iin> granted_by(Step& step, const store::ApplicationRow& application) {
  std::vector<Iin> granted;
  for (const store::ConsentRow& consent : step.ledger.cases().consents_of_application(application.id)) {
    if (consent.status == domain::ConsentStatus::granted) granted.push_back(consent.iin);
  }
  return granted;
}

std::vector<std::string> split(std::string_view list) {
  std::vector<std::string> items;
  while (!list.empty()) {
    const std::size_t comma = list.find(',');
    items.emplace_back(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
  }
  std::sort(items.begin(), items.end());
  return items;
}

void act_on(Step& step, const store::ApplicationRow& application, const rules::Decision& decision, Gathered& gathered,
            const policy::Policy& policy) {
  const int wait_s = application.status == Status::retrying ? policy.retry_again_s : policy.retry_first_s;
  switch (decision.outcome) {
    case Outcome::register_:
      if (!step.ledger.residences_accept_entries()) {  // row H4
        rules::Decision silent = decision;
        silent.outcome = Outcome::retry;
        silent.code = rules::Code::register_unavailable;
        silent.row = rules::Row::X;
        silent.unavailable = rules::Register::residences;
        return put_off(step, application, silent, gathered, policy, wait_s);
      }
      return register_people(step, application, decision, gathered, policy);
    case Outcome::wait:
      return ask_for_consents(step, application, decision, gathered, policy);
    case Outcome::retry:
      return put_off(step, application, decision, gathered, policy, wait_s);
    case Outcome::reject:
    case Outcome::psc:
    case Outcome::no_separate_registration:
    case Outcome::other_service:
      return conclude(step, application, view_of(decision, gathered, policy, step.ledger.registers()), Actor::system,
                      gathered.card(application.applicant));
  }
}

}  // namespace

base::Result<Nothing> sign(Step& step, const Iin& applicant, const std::string& application_id, const std::string& code,
                           const std::string& source, Gathered& gathered) {
  store::Cases& cases = step.ledger.cases();
  auto application = cases.application(application_id);
  if (!application || application->applicant != applicant) return base::fail(Trouble::not_found, "not_found");
  if (application->status != Status::draft) return base::fail(Trouble::wrong_state, "wrong_state");
  const auto registrants = cases.registrants(application_id);
  const Instant now = step.now();
  const policy::Policy& policy = step.editions.in_force(base::civil_date(now));

  // Row G9: a number that was bound a few hours ago may be a thief's.
  const PersonCard& card = gathered.card(applicant);
  if (card.phone && card.phone->since &&
      base::start_of_day(*card.phone->since) + std::chrono::seconds{policy.phone_min_age_s} > now) {
    return base::fail(Trouble::unprocessable, "phone_too_new");
  }
  const Document document = document_of(*application, registrants);
  const auto checked = step.codes.check(step.ledger, applicant, Purpose::sign_application, application_id,
                                        document.sha256, code, source);
  if (!checked) return tl::unexpected(checked.error());
  return signed_well(step, *application, {{"method", "sms"}, {"document", document.sha256}}, gathered);
}

base::Result<Nothing> signed_well(Step& step, const store::ApplicationRow& application, json::object signature,
                                  Gathered& gathered) {
  store::Cases& cases = step.ledger.cases();
  const policy::Policy& policy = step.editions.in_force(base::civil_date(step.now()));
  const auto registrants = cases.registrants(application.id);
  read_own_again(gathered, step.ledger.registers(), cases, subject_of(application, registrants), step.now(), policy);
  const rules::Decision foreseen = rules::decide(gathered.facts, policy);
  if (foreseen.outcome == Outcome::wait) {
    if (const auto problem = too_many_requests(step, application, foreseen, policy)) return base::fail(*problem);
  }
  signature["policy"] = policy.version;
  step.ledger.happen(Actor::applicant, "signed", application.id, std::move(signature));
  return settle(step, *cases.application(application.id), gathered, true);
}

base::Result<Nothing> sign_by_eds(Step& step, const Iin& applicant, const std::string& application_id,
                                  const Received& received, Gathered& gathered) {
  store::Cases& cases = step.ledger.cases();
  const auto application = cases.application(application_id);
  if (!application || application->applicant != applicant) return base::fail(Trouble::not_found, "not_found");
  if (application->status != Status::draft) return base::fail(Trouble::wrong_state, "wrong_state");
  if (const auto problem = repeated(step, received)) return base::fail(*problem);
  json::object signature = evidence_of(received);
  signature["method"] = "eds";
  signature["document"] = document_of(*application, cases.registrants(application_id)).sha256;
  if (received.valid()) {
    const auto settled = signed_well(step, *application, std::move(signature), gathered);
    if (settled) keep(step, received, application_id);
    return settled;
  }
  keep(step, received, application_id);
  signature["policy"] = step.editions.in_force(base::civil_date(step.now())).version;
  step.ledger.happen(Actor::applicant, "signature_received", application_id, std::move(signature));
  return Nothing{};
}

base::Result<Nothing> settle(Step& step, const store::ApplicationRow& application, Gathered& gathered, bool first) {
  store::Cases& cases = step.ledger.cases();
  const policy::Policy& policy = step.policy_of(application);
  const Instant now = step.now();
  // Row G8: somebody knew nothing of this applicant's last request; an officer has 72 hours to look.
  const auto held = cases.held_until(application.applicant, application.rka, now, policy.hold_after_fraud_s);
  if (held && *held > now) {
    step.ledger.happen(Actor::system, "held", application.id, {{"until", millis(*held)}});
    return Nothing{};
  }
  if (!first) {
    read_own_again(gathered, step.ledger.registers(), cases, subject_of(application, cases.registrants(application.id)), now, policy);
  }
  // Row H4: consents once given are good for a day.
  if (application.granted_at && now < *application.granted_at + std::chrono::seconds{policy.consent_kept_s}) {
    enter(step, application, gathered);
    return Nothing{};
  }
  const rules::Decision decision = rules::decide(gathered.facts, policy);
  if (!first && decision.outcome == Outcome::wait && too_many_requests(step, application, decision, policy)) {
    rules::Decision later = decision;
    later.outcome = Outcome::retry;
    later.consenters.clear();
    put_off(step, application, later, gathered, policy, policy.retry_again_s);
    return Nothing{};
  }
  act_on(step, application, decision, gathered, policy);
  return Nothing{};
}

void enter(Step& step, const store::ApplicationRow& application, Gathered& gathered) {
  const policy::Policy& policy = step.policy_of(application);
  store::Cases& cases = step.ledger.cases();
  read_own_again(gathered, step.ledger.registers(), cases, subject_of(application, cases.registrants(application.id)),
                 step.now(), policy);
  const rules::Decision decision =
      rules::decide_entry(gathered.facts, policy, split(application.holders), granted_by(step, application));
  act_on(step, application, decision, gathered, policy);
}

void conclude(Step& step, const store::ApplicationRow& application, const DecisionView& view, Actor actor,
              const PersonCard& applicant, const std::vector<Note>& more_notes) {
  const rules::Decision& decision = view.decision;
  const bool psc = decision.outcome == Outcome::psc;
  step.ledger.signatures().drop_checks(application.id);
  json::object payload{{"decision", record_of(view)},
                       {"status", to_json(domain::word(psc ? Status::sent_to_psc : Status::rejected))}};
  if (decision.row == rules::Row::A4) payload["alert"] = "person_dead";
  std::vector<Note> notes = more_notes;
  notes.push_back({application.applicant, psc ? "sent_to_psc" : "rejected", {}});
  step.ledger.happen(actor, "decided", application.id, std::move(payload), notes);
  if (!applicant.phone) return;
  const auto language = Notices::language_of(applicant);
  const std::string text = psc ? step.notices.sent_to_psc(language, application.number)
                               : step.notices.rejected(language, application.number, decision, step.policy_of(application));
  step.ledger.sms(applicant.phone->number, text, psc ? "sent_to_psc" : "rejected", step.now() + std::chrono::days{3});
}

}  // namespace mekenjai::flow
