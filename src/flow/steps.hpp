// The steps in the life of an application, a file each: draft, sign, settle, consent, withdraw, fall due. Each
// runs as a command on the writer with facts gathered before; what it decides becomes events in the ledger.
#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string>

#include "base/result.hpp"
#include "flow/codes.hpp"
#include "flow/gather.hpp"
#include "flow/ledger.hpp"
#include "flow/notices.hpp"
#include "policy/policy.hpp"

namespace mekenjai::flow {

/// Limits that hold for a person, each by its name (contract, section 3; design.md, decision 10).
struct PersonLimits {
  int drafts_a_day = 200;
  std::size_t form_bytes = 16 * 1024;
};

/// What every step works with.
struct Step {
  Ledger& ledger;
  const policy::Editions& editions;
  const Notices& notices;
  Codes& codes;
  const PersonLimits& limits;

  Instant now() const { return ledger.now(); }
  /// The edition under which the application is decided: the one in force when it was signed.
  const policy::Policy& policy_of(const store::ApplicationRow& application) const;
};

/// The fields of a draft, read from the request; wrong ones are named.
struct DraftFields {
  domain::ResidenceKind kind = domain::ResidenceKind::permanent;
  std::optional<Date> until;
  domain::Rka rka;
  std::vector<Iin> registrants;
  domain::Reason reason = domain::Reason::other;
  std::string reason_text;
};
/// Rows A1, A8, C9 and the form of the rest: 422 with every wrong field.
base::Result<DraftFields> read_draft(const DraftRequest& request, Date today, const policy::Policy& policy);

/// The forecast for facts (contract, section 3).
ForecastView forecast_view(const Gathered& gathered, const policy::Policy& policy,
                           edge::registers::Registers& registers);
/// Counts a dwelling of others; false beyond the day's limit, where no forecast is told.
bool may_tell_forecast(Step& step, const Iin& applicant, const Gathered& gathered, const policy::Policy& policy);

/// Stores the draft; its id.
base::Result<std::string> draft(Step& step, const Iin& applicant, const DraftFields& fields, const Gathered& gathered);

/// The exact bytes that are signed (contract, section 5).
Document document_of(const store::ApplicationRow& application, const std::vector<store::RegistrantRow>& registrants);

/// The applicant's signature by one-time code; from here the rules decide.
base::Result<Nothing> sign(Step& step, const Iin& applicant, const std::string& application_id, const std::string& code,
                         const std::string& source, Gathered& gathered);

/// The rules decide about a draft whose signature is good; `signature` stands in the event `signed`. Problem:
/// too_many_requests (429), and the draft stays.
base::Result<Nothing> signed_well(Step& step, const store::ApplicationRow& application, boost::json::object signature,
                                  Gathered& gathered);

/// Applies the rules to a signed application: enters, asks for consents, refuses, refers or puts off.
/// `first`: at signing, where too many requests to one owner are told to the applicant at once.
base::Result<Nothing> settle(Step& step, const store::ApplicationRow& application, Gathered& gathered, bool first);

/// The consents are complete: everything is looked at again and entered (rows H0 to H4).
void enter(Step& step, const store::ApplicationRow& application, Gathered& gathered);

/// What proves an answer that was given by EDS.
struct AnswerProof {
  boost::json::object record;  // stands in the event
  Instant received_at;         // what counts for the hour
};

/// Why an answer that came at a moment does not count: not pending any more, or too late (row G4).
std::optional<base::Problem> cannot_answer(Step& step, const std::optional<store::ConsentRow>& consent, Instant at);

/// An answer to a consent request, from the cabinet, by SMS or by EDS (rows G1, G2, G4, G8).
base::Result<Nothing> answer_consent(Step& step, const store::ConsentRow& consent, domain::Answer answer,
                                   std::string_view channel, Gathered& gathered, const AnswerProof* proof = nullptr);

base::Result<Nothing> withdraw(Step& step, const Iin& applicant, const std::string& application_id,
                             const Gathered& gathered);

/// The hour has passed (row G3).
void expire(Step& step, const store::ApplicationRow& application, const PersonCard& applicant);

/// A final decision other than an entry.
void conclude(Step& step, const store::ApplicationRow& application, const DecisionView& decision, Actor actor,
              const PersonCard& applicant, const std::vector<Note>& more_notes = {});

}  // namespace mekenjai::flow
