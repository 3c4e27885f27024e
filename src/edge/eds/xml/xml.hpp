// XML signatures (XMLDSIG) as NCALayer and eGov Mobile make them: enveloped, over the whole document or over one
// element that is what we use (eds.md 4.2; 5, point 5). Read with libxml2: no network, no entities, no DOCTYPE.
#pragma once

#include "edge/eds/cms/cms.hpp"

namespace mekenjai::edge::eds {

inline constexpr std::size_t kMaxXmlBytes = 4 * 1024 * 1024;
inline constexpr int kMaxXmlDepth = 100;

struct XmlSignatures {
  /// In document order; each `content` is the canonical octets that its signature covers, without any
  /// signature that came later.
  std::vector<IntactSignature> signers;
  /// The root element without its signatures, canonical (C14N 1.0 without comments): what was meant. Equal to what
  /// the first signature covers where that is the whole document by C14N 1.0.
  std::string document;
  /// Every signature covers the whole document (Reference URI=""), not just an element of it.
  bool whole = true;
};

/// Checks the signatures of a document from the last to the first; all must hold. The received bytes are used as
/// they are, never serialised again. Faults: malformed (also DOCTYPE, comments and instructions in signed data,
/// forbidden transforms, wrapping), no_signature, digest_mismatch, signature_mismatch, weak_algorithm, ambiguous
/// (two elements of one Id), bad_certificate.
Checked<XmlSignatures> intact_xml(std::string_view bytes);

/// Whether bytes look like XML rather than CMS: the first sign after blanks and a byte-order mark is '<'.
bool looks_like_xml(std::string_view bytes);

/// C14N 1.0 without comments of a whole document; nothing where it is not well-formed, has a DOCTYPE, or is too
/// large or deep.
std::optional<std::string> canonical_xml(std::string_view bytes);

/// What a login challenge says (contract, section 3). Nothing where it is not exactly
/// <login><nonce/><origin/><issued/></login>.
struct LoginChallenge {
  std::string nonce, origin;
  Instant issued;
};
std::optional<LoginChallenge> read_login(std::string_view xml);

}  // namespace mekenjai::edge::eds
