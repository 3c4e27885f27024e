// What the flow tells its front doors (pages, API): plain values, no text in any language.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/application.hpp"
#include "domain/registers.hpp"
#include "domain/words.hpp"
#include "i18n/catalog.hpp"
#include "rules/rules.hpp"

namespace mekenjai::flow {

using base::Date;
using base::Instant;
using domain::Iin;

/// Who is calling: the signed-in person, his language, and the address he calls from (for limits).
struct Caller {
  Iin iin;
  i18n::Language language = i18n::Language::kk;
  std::string source;
};

/// What a session is opened for: a program's token, a browser's cookie, or the browser of a kiosk, whose session is
/// good at that kiosk only.
struct SessionFor {
  SessionFor(bool cookie_, std::string kiosk_ = {}) : cookie(cookie_), kiosk(std::move(kiosk_)) {}
  bool cookie;
  std::string kiosk;  // id; empty: none
};

/// An idempotency key with the digest of the body it came with (contract, section 3).
struct Idempotency {
  std::string key;          // 1 to 64 visible ASCII characters
  std::string body_sha256;  // raw 32 bytes
};

struct SignedIn {
  std::string token;  // shown once; the store keeps its digest only
  Instant expires_at;
  domain::Person person;
};

/// What is signed to sign in, alive five minutes and used once.
struct EdsChallenge {
  std::string id, content;
  Instant expires_at;
};

/// Signed in, or the id of the SMS challenge that comes next (policy sign_in.second_factor).
struct EdsSignIn {
  std::optional<SignedIn> signed_in;
  std::string sms_challenge;
};

/// Signing with eGov Mobile by a QR code (eds.md 4.3).
enum class QrPurpose { sign_in, application, consent };
struct QrOffer {
  std::string id;           // in the QR code
  std::string browser_key;  // stays in the browser that shows it
  std::string url;          // for the phone: "https://mekenjai.kz/egov-mobile/ID"
  Instant expires_at;
};
struct QrState {
  enum class Stage { pending, opened, signed_, refused, expired };
  Stage stage = Stage::pending;
  std::string reason;  // refused: a word of the contract (section 6), or a problem's code
  std::string url{};   // of the offer, to draw the code again
  Instant expires_at{};
};
/// What the phone learns first; the texts are made by the front door.
struct QrApi1 {
  QrPurpose purpose = QrPurpose::sign_in;
  std::string token;
  std::string documents_url;  // where the phone fetches what it signs
  Instant expires_at;
};
/// What the phone signs.
struct QrApi2 {
  QrPurpose purpose = QrPurpose::sign_in;
  std::string number;                    // of the application
  std::string reference;                 // of the consent
  std::optional<domain::Answer> answer;  // consent
  std::string xml;                       // exactly what has to come back signed
};

/// A live session, as the HTTP layer finds it by token or cookie.
struct Session {
  Iin iin;
  std::string display_name;  // "Айгерім С."
  std::string csrf_key;      // per session, secret; forms carry a MAC made with it
  Instant expires_at;
  bool cookie = false;
  Instant ends_at{};  // if nobody uses it from now on; not after expires_at
  std::string kiosk{};  // id of the kiosk it was opened at and is good at; empty: anywhere but at a kiosk
};

/// An address for people, in both state languages.
struct Address {
  std::string rka;
  domain::DwellingKind kind = domain::DwellingKind::flat;
  std::string kato;
  std::string region_kk, region_ru, locality_kk, locality_ru, street_kk, street_ru, house, flat;
};

/// A centre or housing body with its contact.
struct Contact {
  std::string name_kk, name_ru, address_kk, address_ru, phone, hours;
};

/// One register that was read for a decision; `summary` is a key of the catalogue (`fact.<register>`).
struct FactRead {
  rules::Register register_ = rules::Register::persons;
  Instant read_at;
};

struct DecisionView {
  rules::Decision decision;
  std::string policy_version;
  std::vector<FactRead> facts;
  std::vector<Contact> contacts;
  /// Full or given name of the registrant the outcome is about, where he may be named to the applicant.
  std::optional<std::string> registrant_name;
  /// A10: the number of the other application, where it is the applicant's own.
  std::optional<std::string> other_number;
};

struct ForecastView {
  bool whole = false;
  DecisionView decision;     // meaningful where `whole`
  rules::Outcome outcome = rules::Outcome::retry;
  std::string code;          // needs_consent, needs_centre, cannot, register_unavailable; or the decision's code
};

struct HistoryEntry {
  Instant at;
  std::string event;   // key of the catalogue: `history.<event>`
  std::string actor;   // applicant, owner, system, officer
  std::vector<std::pair<std::string, std::string>> values;  // fill the text's {names}
};

struct RegistrantView {
  std::string iin;
  std::optional<std::string> name;  // only the applicant himself and those related to him
};

struct Document {
  std::string media_type, sha256, content;
  std::string xml{};  // what an enveloped XML signature is made over instead of `content`; canonical
};

/// A signature as it is shown to its signer: who, when, with which certificate, what was checked.
struct SignatureView {
  std::string id, purpose /* application, consent */, method /* sms, eds */, format /* cms, xml; "" by SMS */;
  std::string signer_name, algorithm, serial, issuer;
  std::string reason;  // word of the contract (section 6); "" while it is being checked
  Instant received_at;
  std::optional<Instant> not_before, not_after, checked_at, timestamp;
  std::string revocation_by;  // ocsp, crl; "" where nothing was asked
  std::string policy;         // the edition under which it was judged
  bool checking = false;      // received, and nobody can tell yet whether it is good
};

/// document.json, signature.cms or .xml, report.json and the evidence, in a zip file.
struct SignatureContainer {
  std::string file_name, zip;
};

struct ApplicationView {
  std::string id, number;
  domain::ResidenceKind kind = domain::ResidenceKind::permanent;
  std::optional<Date> until;
  domain::Status status = domain::Status::draft;
  Iin applicant;
  std::string applicant_name;
  std::vector<RegistrantView> registrants;
  Address address;
  domain::Reason reason = domain::Reason::other;
  std::string reason_text;
  Instant created_at;
  std::optional<Instant> signed_at;
  std::optional<Instant> deadline;      // of the consents, while waiting
  std::optional<Instant> hold_until;    // while on hold
  std::optional<ForecastView> forecast; // before signing; absent beyond the day's limit for strangers' dwellings
  std::optional<DecisionView> decision;
  int consents_required = 0, consents_granted = 0;
  /// A tenant of state housing was asked, not owners.
  bool asked_tenant = false;
  std::vector<rules::Warning> warnings; // those the applicant may see
  std::vector<HistoryEntry> history;
  Document document;
  std::optional<SignatureView> signature;
  /// Signed by EDS, and nobody can tell yet whether the signature is good.
  bool signature_checking = false;
};

struct ConsentView {
  std::string id, reference, application_number;
  std::vector<std::string> registrants;   // full names: the person decides about them
  std::string applicant_masked;
  Address address;
  domain::ResidenceKind kind = domain::ResidenceKind::permanent;
  std::optional<Date> until;
  domain::ConsentStatus status = domain::ConsentStatus::pending;
  rules::Asked asked_as = rules::Asked::owner;
  Instant asked_at;
  Instant deadline;
  std::optional<Instant> answered_at;
  std::vector<rules::Warning> warnings;   // an owner sees arrest and encumbrance too
  /// While it is pending: what is signed for each answer, by EDS.
  std::vector<std::pair<domain::Answer, Document>> documents;
  std::optional<SignatureView> signature;
  /// Answered by EDS, and nobody can tell yet whether the signature is good; the hour does not end meanwhile.
  bool signature_checking = false;
};

struct MessageView {
  std::string id;
  Instant at;
  std::string kind;     // keys of the catalogue: `message.<kind>.title`, `message.<kind>.text`
  std::vector<std::pair<std::string, std::string>> values;
  std::optional<std::string> application_id;
  bool read = false;
};

struct DependantView {
  std::string iin, name;
  domain::RelationKind relation = domain::RelationKind::parent;  // what the signed-in person is to him
  int age = 0;
  bool can_register = false;
  /// Why or why not, a key of the catalogue: `dependant.<why>` (child_14_17, ward, under_14, adult, lease_member).
  std::string why;
};

struct MeView {
  domain::Person person;
  std::optional<domain::Residence> residence;
  std::optional<Address> residence_address;
  struct Temporary {
    Address address;
    std::optional<Date> from, until;
  };
  std::vector<Temporary> temporary;
  std::vector<DependantView> dependants;
  struct Holding {
    Address address;
    std::string share;
  };
  std::vector<Holding> dwellings;
  std::vector<std::string> roles;
};

struct ResidentView {
  std::string name;
  domain::ResidenceKind kind = domain::ResidenceKind::permanent;
  std::optional<Date> from, until;
};

template <class T>
struct Page {
  std::vector<T> items;
  std::optional<std::string> next;  // cursor
};

/// An application as the front door received it; the flow checks it and names wrong fields.
struct DraftRequest {
  std::string kind;
  std::optional<std::string> until;
  std::string rka;
  std::vector<std::string> registrants;
  std::string reason;
  std::optional<std::string> reason_text;
  bool data_consent = false;
};

/// A signature as the front door received it.
struct SignatureRequest {
  std::string method;  // "sms" or "eds"
  std::string code;    // six digits, with "sms"
  std::string cms, xml;
};

}  // namespace mekenjai::flow
