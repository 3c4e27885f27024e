// Why a signature is not valid: a reason with a stable word (contract, section 6) and the tree of causes below it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace mekenjai::edge::eds {

enum class Reason {
  ok,
  malformed,             // not a CMS or XML signature, or not exactly one
  no_signature,          // zero signers
  no_signed_attributes,
  digest_mismatch,       // the content is not what was signed
  signature_mismatch,
  untrusted_issuer,      // no path to a pinned anchor
  bad_certificate,       // profile: critical extension, policy, CA flags, two IINs
  expired,
  not_yet_valid,
  revoked,
  revocation_unknown,    // cannot tell: tried again, never a refusal
  wrong_key_use,         // key usage or role does not allow it
  wrong_person,
  weak_algorithm,
  bad_timestamp,
  content_mismatch,      // signed well, but something else than was asked for
  bad_challenge,         // a login challenge that is not ours, not now or not for this site
  ambiguous,             // two readings are possible: two signers' certificates, Ids, IINs
};

/// The word of the contract: "ok", "malformed", …
std::string_view word(Reason reason);

struct Fault {
  Reason reason = Reason::malformed;
  std::string detail{};  // for engineers, in English; no personal data
  std::vector<Fault> causes{};
};

template <class T>
using Checked = tl::expected<T, Fault>;

inline tl::unexpected<Fault> fault(Reason reason, std::string detail, std::vector<Fault> causes = {}) {
  return tl::unexpected<Fault>(Fault{reason, std::move(detail), std::move(causes)});
}

/// "untrusted_issuer: no path (expired: nca_rsa)", the whole tree in a line, for logs and reports.
std::string describe(const Fault& fault);

/// Three answers. `cannot_tell` is never a yes and never a refusal.
enum class Answer { valid, invalid, cannot_tell };
inline Answer answer_of(Reason reason) {
  if (reason == Reason::ok) return Answer::valid;
  return reason == Reason::revocation_unknown ? Answer::cannot_tell : Answer::invalid;
}

}  // namespace mekenjai::edge::eds
