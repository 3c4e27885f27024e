// Making signatures as NCALayer and eGov Mobile make them (eds.md 4.2): for the sandbox's keys and for tests. The service
// itself never signs for a person.
#pragma once

#include "edge/eds/make/issue.hpp"

namespace mekenjai::edge::eds::make {

/// An Attribute element of one value.
std::string attribute(std::string_view oid_content, std::string_view value_der);

/// Who signs a CMS, and everything that a test may want to be different.
struct CmsSigner {
  const Identity* identity = nullptr;
  std::optional<Instant> signing_time{};
  bool signing_certificate_v2 = true;
  std::vector<std::string> unsigned_attributes{};  // whole Attribute elements
  // Deviations; the defaults are right.
  bool signed_attributes = true;
  std::optional<std::string> attributes{};      // these elements instead (SET OF content), as they are
  std::optional<crypto::Digest> digest{};       // another digestAlgorithm
  std::optional<std::string> message_digest{};  // another value
  std::optional<std::string> signature{};       // another value
  std::optional<std::string> sid{};             // another SignerIdentifier, whole element
  std::optional<crypto::Algorithm> algorithm{}; // of the key's kind, but an old one
};

struct CmsOrder {
  std::string content;
  bool attached = true;
  std::vector<CmsSigner> signers;
  std::optional<std::vector<std::string>> certificates{};  // DER; the signers' where absent
  std::string content_type{};                              // OID content; id-data where empty
};
/// DER.
std::string sign_cms(const CmsOrder& order);
/// The usual: one signer, now.
std::string sign_cms(std::string_view content, const Identity& identity, Instant at, bool attached = true);
/// "-----BEGIN CMS-----" with CRLF, as NCALayer answers.
std::string armoured(std::string_view cms_der);

inline constexpr std::size_t kMaxXmlToSign = 4 * 1024 * 1024;

/// Enveloped XML signature as the last child of the root, in NCALayer's layout; whole document, C14N 1.0.
/// Fault: malformed, where the document is not well-formed.
Checked<std::string> sign_xml(std::string_view document, const Identity& identity);

}  // namespace mekenjai::edge::eds::make
