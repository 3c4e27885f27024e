// Time-stamp tokens (RFC 3161): a token that does not hold is an error, not "no token" (eds.md 5, point 20).
#pragma once

#include "edge/eds/cms/cms.hpp"
#include "edge/eds/pki/trust.hpp"

namespace mekenjai::edge::eds {


/// A token that was verified: TSA's signature, path at genTime, sole critical purpose timeStamping, imprint.
struct Timestamp {
  Instant at;                // genTime, to the second
  CertificatePtr authority;
  Path path;
  std::string policy;        // dotted
  std::string serial;        // hex
};

/// One signer whom the token names himself, the sole and critical purpose timeStamping, a path at genTime, a policy of
/// НУЦ РК's authority, a strong and exact imprint, genTime not in the future, our nonce where one is given.
/// `stamped`: the octets whose imprint the token must hold; for a signature, its value. Fault: bad_timestamp with
/// the causes below. `at`: now; genTime after it (plus skew) is a fault.
Checked<Timestamp> verify_timestamp(std::string_view token_der, std::string_view stamped, const Trust& trust, Instant at,
                                    std::optional<std::string_view> nonce = {});

/// A request for a time-stamp: SHA-256 imprint for RSA authorities, Streebog-512 for GOST ones; certReq. `nonce`: octets
/// of an unsigned number, "" for none; `policy_oid`: OID content, "" for the authority's own choice.
std::string timestamp_request(crypto::Digest digest, std::string_view stamped, std::string_view nonce,
                              std::string_view policy_oid);
/// The token of a granted response. Fault: bad_timestamp with the status.
Checked<std::string> token_of_response(std::string_view response_der);

/// The same CMS with the token among the unsigned attributes of its first signer (CAdES-T). DER out.
Checked<std::string> with_timestamp(std::string_view cms, std::string_view token_der);

}  // namespace mekenjai::edge::eds
