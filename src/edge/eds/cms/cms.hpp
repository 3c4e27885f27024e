// CMS SignedData (RFC 5652) as NCALayer and eGov Mobile make it: read, then proven to be intact. What is read has
// no meaning before `intact` has said so (eds.md 5, points 1 to 4 and 6).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "edge/eds/pki/trust.hpp"

namespace mekenjai::edge::eds {

inline constexpr std::size_t kMaxContainerBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kMaxSigners = 8;
inline constexpr std::size_t kMaxCertificates = 16;

/// A signer as the container claims him.
struct SignerInfo {
  std::string issuer;             // Name, DER; "" where the sid is a key identifier
  std::string serial;             // unsigned octets
  std::string key_id;
  crypto::Digest digest{};
  crypto::Algorithm algorithm{};
  std::string attributes;         // signed attributes as a DER SET OF, ready to be hashed; "" where there are none
  std::string content_type;       // attribute: OID content
  std::string message_digest;     // attribute
  std::optional<Instant> signing_time;            // attribute; a claim, never a proof
  std::optional<std::string> signing_certificate;     // attribute values, DER: whose key it was, by the signer's
  std::optional<std::string> signing_certificate_v2;  // own word (RFC 5035)
  std::string signature;
  std::vector<std::string> timestamp_tokens;      // unsigned attribute values: ContentInfo, DER
};

struct Cms {
  std::string content_type;             // OID content of eContentType
  std::optional<std::string> content;   // attached; none: detached
  std::vector<std::string> certificates;  // DER, as they came
  std::vector<SignerInfo> signers;
};

/// Reads a container of DER or, outside what is signed, BER. Certificates and signed attributes must be DER as they
/// came, attributes sorted. Faults: malformed (also trailing octets, too large, too many, doubled attributes),
/// no_signature, no_signed_attributes, weak_algorithm.
Checked<Cms> read_cms(std::string_view bytes);

/// Level B, the base of all others: the signature and the digest hold, made with this certificate's key.
struct IntactSignature {
  CertificatePtr certificate;
  crypto::Algorithm algorithm{};
  std::string content;              // the octets that are covered, and no others
  std::string signature;            // the value, for the time-stamp's imprint and against replays
  std::optional<Instant> claimed_at;
  std::vector<std::string> timestamp_tokens;
};

/// What became of one signer. The certificate stands there also where the signature fails, if the container has it.
struct SignerOutcome {
  CertificatePtr certificate;
  Checked<IntactSignature> signature;
};

/// Each signer by himself, in the container's order; digests of the content are made once. `detached`: our own bytes,
/// for a container without content; an attached content must be equal to it. `expected_type`: id-data for documents,
/// id-ct-TSTInfo for time-stamps. Archive-only algorithms are allowed here and judged later. Faults: content_mismatch
/// (another type, other or no content), bad_certificate (not there, or not the one that the signer names), ambiguous,
/// weak_algorithm (key, digest and signature don't fit), malformed, digest_mismatch, signature_mismatch.
/// `known`: recalls certificates of services that come again and again.
std::vector<SignerOutcome> judge_signers(const Cms& cms, std::optional<std::string_view> detached,
                                         std::string_view expected_type, const Trust* known = nullptr);

/// Every signer or none: "any" would be an open door.
Checked<std::vector<IntactSignature>> intact(const Cms& cms, std::optional<std::string_view> detached,
                                             std::string_view expected_type, const Trust* known = nullptr);

}  // namespace mekenjai::edge::eds
