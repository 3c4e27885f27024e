// Step 4: the owners answer within the hour (group G), or the applicant takes his application back.
#include "flow/steps.hpp"

#include "flow/decision_record.hpp"
#include "flow/json_read.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

namespace mekenjai::flow {
namespace {

using base::Trouble;
using domain::Answer;
using domain::ConsentStatus;
using domain::Status;

/// When an hour that is held is looked at again.
constexpr std::chrono::seconds kWhileHeld{5};

/// The other requests of the application are no longer needed; the people are told.
std::vector<Note> tell_the_others(Step& step, const std::vector<store::ConsentRow>& consents, std::string_view but,
                                  const Gathered& gathered, bool withdrawn) {
  std::vector<Note> notes;
  for (const store::ConsentRow& other : consents) {
    if (other.id == but || other.status != ConsentStatus::pending) continue;
    notes.push_back({other.iin, withdrawn ? "consent_withdrawn" : "consent_void", {{"reference", other.reference}}});
    const auto language = Notices::language_of(gathered.card(other.iin));
    const std::string text = withdrawn ? step.notices.consent_withdrawn(language, other.reference)
                                       : step.notices.consent_void(language, other.reference);
    if (!other.phone.empty()) step.ledger.sms(other.phone, text, "consent_void", step.now() + std::chrono::hours{24});
  }
  return notes;
}

DecisionView consent_decision(Step& step, const store::ApplicationRow& application, rules::Code code, rules::Row row) {
  DecisionView view;
  if (!application.decision.empty()) {
    view = decision_of(boost::json::parse(application.decision).as_object());
    view.contacts.clear();
  }
  view.decision.outcome = rules::Outcome::reject;
  view.decision.code = code;
  view.decision.row = row;
  view.decision.consenters.clear();
  view.decision.registrant = 0;
  view.policy_version = step.policy_of(application).version;
  return view;
}

}  // namespace

std::optional<base::Problem> cannot_answer(Step& step, const std::optional<store::ConsentRow>& consent, Instant at) {
  const base::Problem wrong_state{Trouble::wrong_state, "wrong_state", {}, 0, {}};
  if (!consent || consent->status != ConsentStatus::pending) return wrong_state;
  // Row G4; while the hours stand still the deadline is not the last word (row G3).
  if (step.ledger.hours_run() && at >= consent->deadline) {
    return base::Problem{Trouble::wrong_state, "consent_expired", {}, 0, {}};
  }
  const auto application = step.ledger.cases().application(consent->application);
  if (!application || application->status != Status::waiting_for_consent) return wrong_state;
  return std::nullopt;
}

base::Result<Nothing> answer_consent(Step& step, const store::ConsentRow& asked, Answer answer, std::string_view channel,
                                     Gathered& gathered, const AnswerProof* proof) {
  Ledger& ledger = step.ledger;
  // Read again inside the transaction: an answer counts once, whatever came in between.
  const auto consent = ledger.cases().consent(asked.id);
  const Instant at = proof != nullptr ? proof->received_at : step.now();
  if (const auto problem = cannot_answer(step, consent, at)) return base::fail(*problem);
  auto application = ledger.cases().application(consent->application);
  ledger.signatures().drop_checks_of_consent(consent->id);
  const auto consents = ledger.cases().consents_of_application(application->id);
  boost::json::object payload = proof != nullptr ? proof->record : boost::json::object{};
  payload["consent"] = consent->id;
  payload["channel"] = to_json(channel);

  if (answer == Answer::grant) {
    const bool all = std::all_of(consents.begin(), consents.end(), [&](const store::ConsentRow& other) {
      return other.id == consent->id || other.status != ConsentStatus::pending;
    });
    payload["all"] = all;
    ledger.happen(Actor::owner, "consent_granted", application->id, std::move(payload));
    if (all) {  // row G1
      application = ledger.cases().application(application->id);
      enter(step, *application, gathered);
    }
    return Nothing{};
  }
  const std::vector<Note> notes = tell_the_others(step, consents, consent->id, gathered, false);
  const bool fraud = answer == Answer::fraud;
  ledger.happen(Actor::owner, fraud ? "fraud_reported" : "consent_refused", application->id, std::move(payload));
  conclude(step, *application,
           consent_decision(step, *application, fraud ? rules::Code::fraud_reported : rules::Code::owner_refused,
                            fraud ? rules::Row::G8 : rules::Row::G2),
           Actor::system, gathered.card(application->applicant), notes);
  return Nothing{};
}

base::Result<Nothing> withdraw(Step& step, const Iin& applicant, const std::string& application_id,
                               const Gathered& gathered) {
  const auto application = step.ledger.cases().application(application_id);
  if (!application || application->applicant != applicant) return base::fail(Trouble::not_found, "not_found");
  if (domain::is_final(application->status)) return base::fail(Trouble::wrong_state, "wrong_state");
  const auto consents = step.ledger.cases().consents_of_application(application_id);
  const std::vector<Note> notes = tell_the_others(step, consents, "", gathered, true);  // row G7
  step.ledger.signatures().drop_checks(application_id);
  step.ledger.happen(Actor::applicant, "withdrawn", application_id, {}, notes);
  return Nothing{};
}

void expire(Step& step, const store::ApplicationRow& row, const PersonCard& applicant) {
  const auto application = step.ledger.cases().application(row.id);
  if (!application || application->status != Status::waiting_for_consent || !application->deadline ||
      *application->deadline > step.now() || !step.ledger.hours_run()) {
    return;  // answered or moved in between, or the link was lost
  }
  if (step.ledger.hour_held(application->id)) return step.ledger.postpone(application->id, step.now() + kWhileHeld);
  const auto consents = step.ledger.cases().consents_of_application(application->id);
  const auto checking = [](const store::ConsentRow& consent) { return !consent.checking.empty(); };
  if (std::any_of(consents.begin(), consents.end(), checking)) return;  // an answer came in time
  conclude(step, *application,
           consent_decision(step, *application, rules::Code::no_consent_in_time, rules::Row::G3), Actor::system, applicant);
}

}  // namespace mekenjai::flow
