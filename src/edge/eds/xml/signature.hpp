// The ds:Signature elements of a document, read strictly (XMLDSIG, section 4): what they claim, before anything of it
// is believed.
#pragma once

#include "edge/eds/xml/canonical.hpp"

namespace mekenjai::edge::eds::xml {

struct SignatureElement {
  xmlNode* element = nullptr;
  xmlNode* signed_info = nullptr;
  Canonicalisation signed_info_form;
  crypto::Algorithm algorithm{};
  /// What the one Reference covers: the document without this signature (null), or this element, which holds no
  /// signature and lies in none.
  xmlNode* target = nullptr;
  Canonicalisation target_form;
  std::string digest, signature;             // values
  std::vector<CertificatePtr> certificates;  // of KeyInfo; each once, at least one
};

/// In document order; every one is a child of the root. Faults: malformed, no_signature, weak_algorithm, ambiguous,
/// bad_certificate.
Checked<std::vector<SignatureElement>> find_signatures(xmlDoc* document);

/// Base64 with XML's white space in it; nothing where anything else is, or bits are left over.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace mekenjai::edge::eds::xml
