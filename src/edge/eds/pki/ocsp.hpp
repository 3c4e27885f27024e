// Answers of OCSP responders (RFC 6960), judged before they are believed (eds.md 5, points 13 and 14).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "edge/eds/pki/trust.hpp"

namespace mekenjai::edge::eds {

/// RFC 5280, 5.3.1.
enum class RevocationReason : int {
  unspecified = 0, key_compromise = 1, ca_compromise = 2, affiliation_changed = 3, superseded = 4,
  cessation_of_operation = 5, certificate_hold = 6, remove_from_crl = 8, privilege_withdrawn = 9, aa_compromise = 10,
};
std::string_view word(RevocationReason reason);
/// Of the number in an answer or a list; nothing for 7 and what is above 10.
std::optional<RevocationReason> revocation_reason(std::int64_t code);
/// Superseded and its like: what was signed before, with a trusted time, stays good.
bool benign(RevocationReason reason);

struct OcspJudgement {
  enum class Status { good, revoked, unknown, not_issued, rejected, unavailable };
  Status status = Status::unavailable;
  std::optional<Instant> revoked_at;
  std::optional<RevocationReason> revocation_reason;  // absent: the responder gave none
  Instant this_update{}, produced_at{};
  std::optional<Instant> next_update;
  std::optional<Fault> fault;  // why it was rejected or is unavailable
};
std::string_view word(OcspJudgement::Status status);

struct OcspQuestion {
  CertificatePtr certificate, issuer;
  std::optional<std::string> nonce;  // raw octets as sent; without one, none is required
};

inline constexpr std::chrono::minutes kClockSkew{5};
/// Without nextUpdate an answer is believed for this long.
inline constexpr std::chrono::minutes kOcspAge{15};

/// A request in DER: SHA-256 CertID, nonce where the question has one.
std::string ocsp_request(const OcspQuestion& question);
/// Judges a response at a moment. `unavailable`: the responder says try later or the like; `rejected`: the
/// answer cannot be believed, and must not be replaced by another source.
OcspJudgement judge_ocsp(std::string_view response_der, const OcspQuestion& question, const Trust& trust, Instant at);

}  // namespace mekenjai::edge::eds
