#include "edge/eds/xml/xml.hpp"

#include <algorithm>

#include "edge/eds/xml/signature.hpp"

namespace mekenjai::edge::eds {
namespace {

using namespace xml;

/// The one certificate whose key made the signature. Two with one key would leave open who signed.
Checked<CertificatePtr> signer_of(const SignatureElement& signature) {
  const auto signed_info = canonical_element(signature.signed_info, signature.signed_info_form);
  if (!signed_info) return fault(Reason::malformed, "XML signature: SignedInfo has no canonical form");
  const std::string digest = crypto::hash(crypto::digest_of(signature.algorithm), *signed_info);
  CertificatePtr signer;
  for (const CertificatePtr& candidate : signature.certificates) {
    const bool fits = candidate->key.kind() == crypto::kind_of(signature.algorithm);
    if (!fits || !candidate->key.verify(signature.algorithm, digest, signature.signature)) continue;
    if (signer) return fault(Reason::ambiguous, "XML signature: two certificates have the signer's key");
    signer = candidate;
  }
  if (!signer) return fault(Reason::signature_mismatch, "XML signature: value does not hold");
  return signer;
}

/// The canonical octets that the signature covers, once their digest is the one that was signed. Takes the signature
/// out of the document; white space around it stays, as it does for the one who signed.
Checked<std::string> covered(const SignatureElement& signature, xmlDoc* document) {
  xmlUnlinkNode(signature.element);
  xmlFreeNode(signature.element);
  auto content = signature.target == nullptr ? canonical_document(document, signature.target_form)
                                             : canonical_element(signature.target, signature.target_form);
  if (!content) return fault(Reason::malformed, "XML signature: what it covers has no canonical form");
  if (crypto::hash(crypto::digest_of(signature.algorithm), *content) != signature.digest) {
    return fault(Reason::digest_mismatch, "XML signature: the content is not what was signed");
  }
  return std::move(*content);
}

Checked<IntactSignature> check(SignatureElement& signature, xmlDoc* document) {
  auto signer = signer_of(signature);
  if (!signer) return tl::unexpected(std::move(signer.error()));
  auto content = covered(signature, document);
  if (!content) return tl::unexpected(std::move(content.error()));
  IntactSignature intact;
  intact.certificate = std::move(*signer);
  intact.algorithm = signature.algorithm;
  intact.content = std::move(*content);
  intact.signature = std::move(signature.signature);
  return intact;
}

}  // namespace

Checked<XmlSignatures> intact_xml(std::string_view bytes) {
  const QuietErrors quiet;
  const auto document = read_document(bytes);
  if (!document) return tl::unexpected(document.error());
  auto signatures = find_signatures(document->get());
  if (!signatures) return tl::unexpected(std::move(signatures.error()));
  XmlSignatures result;
  for (auto signature = signatures->rbegin(); signature != signatures->rend(); ++signature) {
    auto intact = check(*signature, document->get());
    if (!intact) return tl::unexpected(std::move(intact.error()));
    result.signers.push_back(std::move(*intact));
    result.whole = result.whole && signature->target == nullptr;
  }
  std::ranges::reverse(result.signers);
  const auto meant = canonical_document(document->get(), {});
  if (!meant) return fault(Reason::malformed, "XML: no canonical form");
  result.document = *meant;
  return result;
}

bool looks_like_xml(std::string_view bytes) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  const std::size_t first = bytes.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && bytes[first] == '<';
}

std::optional<std::string> canonical_xml(std::string_view bytes) {
  const QuietErrors quiet;
  const auto document = read_document(bytes);
  if (!document) return std::nullopt;
  return canonical_document(document->get(), {});
}

std::optional<LoginChallenge> read_login(std::string_view bytes) {
  const QuietErrors quiet;
  const auto document = read_document(bytes);
  if (!document) return std::nullopt;
  const xmlNode* root = xmlDocGetRootElement(document->get());
  const auto bare = [](const xmlNode* node, std::string_view name) {
    return is(node, "", name) && node->properties == nullptr && node->nsDef == nullptr;
  };
  if (root->prev != nullptr || root->next != nullptr || !bare(root, "login")) return std::nullopt;  // remarks around it
  std::vector<std::string> said;
  constexpr std::array<std::string_view, 3> kParts{"nonce", "origin", "issued"};
  for (const xmlNode* node = root->children; node != nullptr; node = node->next) {
    auto words = is_element(node) ? text(node) : std::nullopt;
    if (said.size() == kParts.size() || !words || words->empty() || !bare(node, kParts[said.size()]))
      return std::nullopt;
    said.push_back(std::move(*words));
  }
  if (said.size() != kParts.size()) return std::nullopt;
  const auto issued = base::parse_rfc3339(said[2]);
  if (!issued) return std::nullopt;
  return LoginChallenge{std::move(said[0]), std::move(said[1]), *issued};
}

}  // namespace mekenjai::edge::eds
