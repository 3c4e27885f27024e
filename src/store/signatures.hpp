// Digital signatures as they were received, with everything that proves them: kept beside the journal, which carries their
// digest only (docs/formats/journal.md). Neither changed nor forgotten once they are judged.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/application.hpp"
#include "store/sqlite/database.hpp"

namespace mekenjai::store {

using base::Instant;
using domain::Iin;

enum class SignatureState : int {
  checking,  // nobody can tell yet
  valid,
  invalid,
  dropped,   // no longer of interest before anybody could tell: withdrawn, answered otherwise
};

/// What a signature is shown as; the large parts stay in the store.
struct SignatureRow {
  std::string id, application;
  std::string consent;                    // "" for the applicant's
  std::optional<domain::Answer> answer;   // of the consent
  Iin iin;
  std::string format;                     // cms, xml
  SignatureState state = SignatureState::checking;
  std::string reason;                     // contract, section 6; "" while checking
  std::string report;                     // JSON, contract, section 6
  std::string revocation_by;              // ocsp, crl, ""
  std::string policy;                     // edition in force when it was received
  Instant received_at;
  std::optional<Instant> checked_at;
};

/// The proof: what a court would ask for.
struct SignatureEvidence {
  std::string document;       // the bytes (CMS) or the XML that had to be signed
  std::string received;       // the bytes as they came
  std::string certificate, ocsp, timestamp;  // DER, "" where there is none
  std::string crl_number;     // hex
  std::string archive;        // CAdES-T, or as received
};

class Signatures {
 public:
  explicit Signatures(sqlite::Database& database);
  Signatures(const Signatures&) = delete;
  Signatures& operator=(const Signatures&) = delete;

  std::optional<SignatureRow> by_id(std::string_view id);
  /// The newest that was not dropped: the applicant's own, and the answer to a consent request.
  std::optional<SignatureRow> of_application(std::string_view application);
  std::optional<SignatureRow> of_consent(std::string_view consent);
  std::optional<SignatureEvidence> evidence(std::string_view id);
  /// Whether a signature of this value (SHA-256, raw) is kept already, under another id.
  bool used(std::string_view value_sha256, std::string_view but = {});

  /// Ids of those that are to be checked again, the earliest first.
  std::vector<std::string> due(Instant at, int limit);
  std::optional<Instant> next_due();

  /// `due_at`: when it is checked again, for one that nobody can tell about.
  void add(const SignatureRow& row, std::string_view value_sha256, const SignatureEvidence& evidence,
           std::optional<Instant> due_at);
  /// The verdict on one that was being checked.
  void judged(const SignatureRow& row, std::string_view value_sha256, const SignatureEvidence& evidence);
  void postpone(std::string_view id, Instant due_at);
  /// Those of the application, or of one consent, that are still being checked.
  void drop_checks(std::string_view application);
  void drop_checks_of_consent(std::string_view consent);

 private:
  SignatureRow row_at(const sqlite::Statement& row) const;
  std::optional<SignatureRow> one(sqlite::Statement& statement);

  sqlite::Statement by_id_, of_application_, of_consent_, evidence_, used_, due_, next_due_, add_, judged_, postpone_,
      drop_, drop_consent_;
};

}  // namespace mekenjai::store
