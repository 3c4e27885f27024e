// The steps between the levels of verify.hpp, for verify.cpp and tests alone. Each takes what the one before has proven.
#pragma once

#include "edge/eds/verify.hpp"

namespace mekenjai::edge::eds::levels {

/// What a container holds once it is read: a verdict on each of its signers.
struct Opened {
  std::string format;                   // "cms" or "xml"
  std::vector<SignerOutcome> signers;
  std::optional<Fault> fault;           // it could not be read at all; then there are no signers
  std::string document;                 // XML: the canonical document without its signatures
  bool whole = true;                    // XML: every signature covers all of it
};
Opened open(std::string_view bytes, const Expectation& expectation);

/// What was signed is what was asked for: content, and a login challenge for a login and for nothing else
/// (eds.md 5, points 4, 17 and 18; 4.4). Faults: content_mismatch, bad_challenge.
std::optional<Fault> wrong_content(const Opened& opened, const IntactSignature& signature, const Expectation& expectation,
                                   Instant now);

/// The moment that counts: genTime of a token that holds, or now. Fault: bad_timestamp.
Checked<TimedSignature> timed(IntactSignature intact, const Expectation& expectation, const Trust& trust, Instant now);

/// Algorithms of today, a path, the right use and role, one IIN, and whose. Faults: weak_algorithm, those of
/// Trust::path, wrong_key_use, bad_certificate, ambiguous, wrong_person.
Checked<TrustedSignature> trusted(TimedSignature timed, const Expectation& expectation, const Trust& trust);
/// As trusted() names him; nothing where no single reading is possible.
Checked<std::string> iin_of(const Certificate& certificate, bool test_identities);

/// Revocation as the evidence tells it, of the signer, the CAs above him and the time-stamp authority.
class Revocations {
 public:
  /// `signers`: those whose answers may be among the evidence; each answer is judged once.
  Revocations(const Evidence& evidence, const Trust& trust, Instant now, const std::vector<TrustedSignature>& signers);

  /// Faults: revoked, revocation_unknown, bad_certificate (the responder does not know the certificate), bad_timestamp.
  /// `status` is for the report.
  Checked<ProvenSignature> proven(TrustedSignature trusted, bool require, SignerReport::Revocation& status) const;

 private:
  struct Concern {
    OcspQuestion question;
    bool of_signer;  // not of a CA or a time-stamp authority
  };
  struct Answer {
    base::Sha256 certificate;
    OcspJudgement judgement;
    std::string response;
  };
  void take(const Evidence::Ocsp& given, const std::vector<Concern>& concerns, const Trust& trust);
  /// The one that counts; none where nobody answered. Lives as long as this.
  const Answer* answer_about(const Certificate& certificate) const;
  std::optional<Fault> authority_revoked(const Path& path, std::size_t from, Instant at, bool timestamped) const;

  const Evidence& evidence_;
  const Instant now_;
  std::vector<Answer> answers_;
  std::optional<Fault> unbelievable_;  // an answer about nobody here, or one that cannot be believed
};

/// The questions of a path: each certificate below the anchor with its issuer, leaf first.
std::vector<OcspQuestion> questions_of(const Path& path);

}  // namespace mekenjai::edge::eds::levels
