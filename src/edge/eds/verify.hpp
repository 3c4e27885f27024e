// The verdict on a signature. Pure: bytes, expectation, trust and evidence in, verdict out; what has to be fetched is
// fetched by others (edge/eds/live) and put into `Evidence`. So every verdict can be repeated from the archive.
//
// A signature climbs levels, a type each, and none can be made without the one before:
//   IntactSignature    digest and signature hold (cms/cms.hpp, xml/xml.hpp)
//   TimedSignature     + the moment it is judged at, proven by a time-stamp where there is one
//   TrustedSignature   + a path to our anchors, right use and role, one IIN
//   ProvenSignature    + nobody has revoked it: what the service acts on
#pragma once

#include "edge/eds/pki/crl.hpp"
#include "edge/eds/cms/timestamp.hpp"
#include "edge/eds/xml/xml.hpp"

namespace mekenjai::edge::eds {

enum class Use { document, login };

struct Expectation {
  Use use = Use::document;
  /// Detached content; for an attached container, what it must be equal to. None: whatever it covers (command line).
  std::optional<std::string> content;
  /// For XML instead of `content`: the canonical document that must have been signed.
  std::optional<std::string> xml_document;
  std::optional<std::string> iin;    // of every signer
  /// With Use::login: what the challenge must say; its age is judged against `kLoginLife`.
  std::optional<std::string> nonce, origin;
  /// When the bytes came, where we recorded it ourselves: without a time-stamp the certificate is judged at that moment, so
  /// that a late check is not a refusal. It proves nothing against a revocation. Later than now, it is ignored.
  std::optional<Instant> received_at;
  bool test_identities = false;      // IINs that no calendar allows are taken
  bool require_revocation = true;    // without: silence is no fault; what the evidence says still counts
  bool allow_archive = false;        // GOST-2004 and SHA-1 with a trusted time-stamp before 2025
};

inline constexpr std::chrono::minutes kLoginLife{5};

/// What was gathered about revocation. Nonces belong to answers that were asked for with one. How it is judged
/// (eds.md 5, points 13 to 16):
/// - An OCSP answer counts for whom it is about; of several the worst. One that cannot be believed, or is about nobody
///   here, leaves the signer at `revocation_unknown`, lists or not: whoever spoils answers must not choose the source.
/// - Lists count where no OCSP answer came (also "try later"). A list says nothing good of an expired certificate.
/// - Revoked is `revoked`, also since 1970 (never issued), unless for a harmless reason after a trusted time-stamp. A
///   serial that the responder does not know is `bad_certificate`.
/// - CAs and time-stamp authorities: a revocation counts (`revoked`, `bad_timestamp`), silence is no fault.
struct Evidence {
  struct Ocsp {
    std::string response;             // DER
    std::optional<std::string> nonce;
  };
  std::vector<Ocsp> ocsp;
  std::shared_ptr<const CrlSet> crls; // may be absent
};

struct TimedSignature {
  IntactSignature intact;
  Instant reference;                 // genTime of the token, or now
  std::optional<Timestamp> timestamp;
};

struct TrustedSignature {
  TimedSignature timed;
  Path path;
  std::optional<std::string> iin, bin;
};

struct ProvenSignature {
  TrustedSignature trusted;
  std::optional<OcspJudgement> ocsp;  // by which it was proven, with
  std::string ocsp_response;          // its octets; else
  std::string crl_number;             // by this list
};

/// One line of the report (contract, section 6).
struct SignerReport {
  std::optional<std::string> iin, bin;
  std::string name, algorithm, serial, issuer;
  std::optional<Instant> not_before, not_after;
  enum class KeyUse { sign, auth, other } key_use = KeyUse::other;
  enum class Revocation { good, revoked, unknown } revocation = Revocation::unknown;
  std::optional<Instant> signing_time, timestamp;
  Reason reason = Reason::malformed;
  bool valid() const { return reason == Reason::ok; }
};

struct Verdict {
  Reason reason = Reason::malformed;
  std::string format;  // "cms", "xml", "" where it could not be told
  std::vector<SignerReport> signers;
  std::optional<Fault> fault;                 // the tree of causes where it is not valid
  std::vector<ProvenSignature> proven;        // filled only where all are valid
  Answer answer() const { return answer_of(reason); }
  bool valid() const { return reason == Reason::ok; }
};

/// CMS in DER, BER, PEM or base64, or XML.
Verdict verify(std::string_view bytes, const Expectation& expectation, const Trust& trust, const Evidence& evidence,
               Instant now);

/// The certificates whose revocation a verdict needs, each with its issuer: signer first, then CAs and TSA. Empty where
/// the signature fails before revocation matters, or cannot be read.
std::vector<OcspQuestion> revocation_questions(std::string_view bytes, const Expectation& expectation, const Trust& trust,
                                               Instant now);

/// The report as the contract fixes it, JSON in one line; stable names and order.
std::string report_json(const Verdict& verdict);

}  // namespace mekenjai::edge::eds
