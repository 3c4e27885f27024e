// Named queries over the state of applications: read by pages, API and the writer alike.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/application.hpp"
#include "rules/decision.hpp"
#include "store/sqlite/database.hpp"

namespace mekenjai::store {

using base::Instant;
using domain::Iin;

struct ApplicationRow {
  std::string id, number;
  Iin applicant;
  domain::ResidenceKind kind = domain::ResidenceKind::permanent;
  std::optional<base::Date> until;
  domain::Rka rka;
  domain::Reason reason = domain::Reason::other;
  std::string reason_text;
  domain::Status status = domain::Status::draft;
  Instant created_at;
  std::optional<Instant> signed_at, deadline, hold_until, granted_at, retry_since;
  std::string policy;    // edition in force when it was signed
  std::string holders;   // numbers at the time of the consent requests, comma between
  std::string decision;  // JSON, flow/decision_record.hpp
  bool long_told = false;
};

struct RegistrantRow {
  Iin iin;
  bool related = false;  // to the applicant, in the register, when he filed
};

struct ConsentRow {
  std::string id, reference, application;
  Iin iin;
  rules::Asked asked_as = rules::Asked::owner;
  Iin applicant;
  std::string phone;  // empty: he can only answer in the cabinet
  domain::ConsentStatus status = domain::ConsentStatus::pending;
  Instant asked_at, deadline;
  std::optional<Instant> answered_at;
  std::string channel;   // by which it was answered: sms, cabinet, eds
  std::string checking;  // the signature of an answer that nobody can tell about yet
};

struct MessageRow {
  std::string id;
  Instant at;
  std::string kind, application, detail;
  bool read = false;
};

struct EventRow {
  std::int64_t sequence = 0;
  Instant at;
  std::string actor, type, payload;
};

std::int64_t number_of(const Iin& iin);
Iin iin_of(std::int64_t number);
std::int64_t number_of(const domain::Rka& rka);
domain::Rka rka_of(std::int64_t number);
std::int64_t millis(Instant at);
Instant instant(std::int64_t millis);

/// One object per connection.
class Cases {
 public:
  explicit Cases(sqlite::Database& database);
  Cases(const Cases&) = delete;
  Cases& operator=(const Cases&) = delete;

  std::optional<ApplicationRow> application(std::string_view id);
  /// Newest first, those before `before` (an id).
  std::vector<ApplicationRow> applications_of(const Iin& applicant, std::string_view before, int limit);
  std::vector<RegistrantRow> registrants(std::string_view application);
  /// Another open application of the kind for the person: id.
  std::optional<std::string> open_application(const Iin& registrant, domain::ResidenceKind kind,
                                              std::string_view except);
  std::int64_t drafts_since(const Iin& applicant, Instant since);

  std::optional<ConsentRow> consent(std::string_view id);
  std::vector<ConsentRow> consents_of_application(std::string_view application);
  /// Newest first, those asked before the id.
  std::vector<ConsentRow> consents_of_person(const Iin& person, std::string_view before, int limit);
  std::vector<ConsentRow> consents_by_reference(std::string_view reference);
  std::vector<ConsentRow> consents_to_phone_since(std::string_view phone, Instant since);
  bool reference_in_use(std::string_view reference);
  bool number_in_use(std::string_view number);
  /// Requests to the person since the moment, from everybody and from one applicant.
  std::pair<int, int> requests_to(const Iin& person, const Iin& applicant, Instant since);
  std::optional<Instant> delivered_at(std::string_view consent);

  std::vector<MessageRow> messages(const Iin& person, std::string_view before, int limit);
  int unread(const Iin& person);
  std::vector<EventRow> events(std::string_view application);

  /// Applications on which something falls due, at most `limit`: ended hours first, then the rest, each the
  /// earliest first, so that a crowd of retries holds up nobody's deadline.
  /// Without `waiting`, those that wait for consent are left out: nothing expires while the SMS link is down (G3).
  std::vector<ApplicationRow> due(Instant at, int limit, bool waiting);
  std::optional<Instant> next_due(bool waiting);
  /// Ids of applications that wait for consent, beyond `after`.
  std::vector<std::string> waiting(std::string_view after, int limit);
  /// When the applicant's filings for the dwelling, or any, are free again (row G8).
  std::optional<Instant> held_until(const Iin& applicant, const domain::Rka& rka, Instant now, int hold_s);
  std::int64_t stranger_forecasts(const Iin& person, std::int64_t day, const domain::Rka& rka, bool& known);

 private:
  ApplicationRow application_at(const sqlite::Statement& row) const;
  ConsentRow consent_at(const sqlite::Statement& row) const;
  std::vector<ConsentRow> consents(sqlite::Statement& statement);

  sqlite::Statement application_, applications_of_, registrants_, open_application_, drafts_since_, consent_,
      consents_application_, consents_person_, consents_reference_, consents_phone_, requests_to_, number_, delivered_,
      messages_, unread_, events_, due_hours_, due_others_, next_hour_, next_other_, waiting_, fraud_, forecasts_;
};

}  // namespace mekenjai::store
