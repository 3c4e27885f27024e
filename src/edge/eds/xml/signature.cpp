#include "edge/eds/xml/signature.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace mekenjai::edge::eds::xml {
namespace {

using crypto::Algorithm;

constexpr std::string_view kEnveloped = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// A signature's algorithm and the one digest that goes with it (eds.md 4.2).
struct Method {
  std::string_view signature, digest;
  Algorithm algorithm;
};
constexpr std::array<Method, 4> kMethods{{
    {"urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-512",
     "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-512", Algorithm::gost2015},
    {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256",
     Algorithm::rsa_sha256},
    {"http://www.w3.org/2001/04/xmldsig-more#gost34310-gost34311", "http://www.w3.org/2001/04/xmldsig-more#gost34311",
     Algorithm::gost2004},
    {"http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#sha1", Algorithm::rsa_sha1},
}};

tl::unexpected<Fault> malformed(std::string_view what) {
  return fault(Reason::malformed, fmt::format("XML signature: {}", what));
}

/// The child elements where they are exactly these, in this order; otherwise nothing.
template <std::size_t count>
std::optional<std::array<xmlNode*, count>> parts(const xmlNode* node,
                                                 const std::array<std::string_view, count>& names) {
  const auto found = elements(node);
  if (!found || found->size() != count) return std::nullopt;
  std::array<xmlNode*, count> parts{};
  for (std::size_t i = 0; i < count; ++i) {
    if (!is_signature_part((*found)[i], names[i])) return std::nullopt;
    parts[i] = (*found)[i];
  }
  return parts;
}

/// The Algorithm of an element that has nothing inside: parameters (as HMACOutputLength) are nobody's here.
std::optional<std::string> plain_algorithm(const xmlNode* node) {
  const auto inside = elements(node);
  if (!inside || !inside->empty()) return std::nullopt;
  return attribute(node, "Algorithm");
}

/// Id, ID, id, wsu:Id, xml:id: whatever any reader may take for one.
bool has_id(const xmlNode* node, std::string_view id) {
  for (const xmlAttr* attribute = node->properties; attribute != nullptr; attribute = attribute->next) {
    const std::string_view name = view(attribute->name);
    const bool names_it = name.size() == 2 && (name[0] | 0x20) == 'i' && (name[1] | 0x20) == 'd';
    if (names_it && value(attribute) == id) return true;
  }
  return false;
}

bool lies_within(const xmlNode* node, const xmlNode* around) {
  while (node != nullptr && node != around) node = node->parent;
  return node == around;
}

/// The one element of an Id, which is neither a signature nor in one.
Checked<xmlNode*> element_of_id(xmlDoc* document, std::string_view id, const std::vector<xmlNode*>& signatures) {
  xmlNode* root = xmlDocGetRootElement(document);
  xmlNode* found = nullptr;
  for (xmlNode* node = root; node != nullptr; node = following(node, root)) {
    if (!is_element(node) || !has_id(node, id)) continue;
    if (found != nullptr) return fault(Reason::ambiguous, "XML signature: two elements of one Id");
    found = node;
  }
  if (found == nullptr) return malformed("nothing has the Id of the reference");
  const bool inside =
      std::ranges::any_of(signatures, [&](const xmlNode* signature) { return lies_within(found, signature); });
  if (inside) return malformed("covers a part of a signature");
  return found;
}

/// Enveloped-signature at most once and first, then at most one canonicalisation: what else there is in the world of
/// transforms changes what the signer saw.
struct Transforms {
  bool enveloped = false;
  Canonicalisation form;
};
std::optional<Transforms> read_transforms(const xmlNode* element) {
  const auto steps = elements(element);
  if (!steps || steps->empty() || steps->size() > 2) return std::nullopt;
  if (!std::ranges::all_of(*steps, [](const xmlNode* step) { return is_signature_part(step, "Transform"); }))
    return std::nullopt;
  Transforms transforms;
  transforms.enveloped = plain_algorithm(steps->front()) == kEnveloped;
  const auto rest = std::span(*steps).subspan(transforms.enveloped ? 1 : 0);
  if (rest.empty()) return transforms;
  auto form = Canonicalisation::read(rest.front());
  if (rest.size() > 1 || !form) return std::nullopt;
  transforms.form = std::move(*form);
  return transforms;
}

std::optional<Fault> read_reference(SignatureElement& signature, const xmlNode* reference,
                                    std::string_view digest_method, const std::vector<xmlNode*>& signatures) {
  const auto uri = attribute(reference, "URI");
  if (!uri) return malformed("reference without URI").value();
  const auto inside = parts<3>(reference, {"Transforms", "DigestMethod", "DigestValue"});
  const auto bare = inside ? std::nullopt : parts<2>(reference, {"DigestMethod", "DigestValue"});
  if (!inside && !bare) return malformed("reference is not as it should be").value();
  const auto transforms = inside ? read_transforms((*inside)[0]) : std::optional<Transforms>(Transforms{});
  if (!transforms) return malformed("transform that is not allowed").value();
  const xmlNode* method = inside ? (*inside)[1] : (*bare)[0];
  const xmlNode* digest = inside ? (*inside)[2] : (*bare)[1];
  if (plain_algorithm(method) != digest_method) {
    return fault(Reason::weak_algorithm, "XML signature: digest does not go with the signature's algorithm").value();
  }
  auto octets = from_base64(text(digest).value_or("?"));
  if (!octets) return malformed("digest is not base64").value();

  xmlDoc* document = signature.element->doc;
  if (!uri->empty()) {
    if (uri->front() != '#' || uri->size() < 2) return malformed("reference to elsewhere").value();
    const auto target = element_of_id(document, std::string_view(*uri).substr(1), signatures);
    if (!target) return target.error();
    if (*target != xmlDocGetRootElement(document)) signature.target = *target;
  }
  if (signature.target == nullptr && !transforms->enveloped) return malformed("covers itself").value();
  signature.target_form = transforms->form;
  signature.digest = std::move(*octets);
  return std::nullopt;
}

std::optional<Fault> read_signed_info(SignatureElement& signature, const std::vector<xmlNode*>& signatures) {
  const auto inside = parts<3>(signature.signed_info, {"CanonicalizationMethod", "SignatureMethod", "Reference"});
  if (!inside) return malformed("SignedInfo is not as it should be, with one Reference").value();
  auto form = Canonicalisation::read((*inside)[0]);
  if (!form) return malformed("canonicalisation that is not allowed").value();
  signature.signed_info_form = std::move(*form);
  const auto algorithm = plain_algorithm((*inside)[1]);
  const auto* method = algorithm ? std::ranges::find(kMethods, *algorithm, &Method::signature) : kMethods.end();
  if (method == kMethods.end()) return fault(Reason::weak_algorithm, "XML signature: algorithm is not allowed").value();
  signature.algorithm = method->algorithm;
  return read_reference(signature, (*inside)[2], method->digest, signatures);
}

/// Certificates from every X509Data; a KeyValue, a name or whatever else stands there says nothing.
std::optional<Fault> read_key_info(SignatureElement& signature, const xmlNode* key_info) {
  for (const xmlNode* data = key_info->children; data != nullptr; data = data->next) {
    if (!is_signature_part(data, "X509Data")) continue;
    for (const xmlNode* child = data->children; child != nullptr; child = child->next) {
      if (!is_signature_part(child, "X509Certificate")) continue;
      const auto der = from_base64(text(child).value_or("?"));
      if (!der) return fault(Reason::bad_certificate, "XML signature: certificate is not base64").value();
      const auto same = [&](const CertificatePtr& known) { return known->der == *der; };
      if (std::ranges::any_of(signature.certificates, same)) continue;
      if (signature.certificates.size() == kMaxCertificates) return malformed("too many certificates").value();
      auto certificate = Certificate::read(*der);
      if (!certificate) {
        return fault(Reason::bad_certificate, "XML signature: certificate cannot be read", {certificate.error()})
            .value();
      }
      signature.certificates.push_back(std::move(*certificate));
    }
  }
  if (signature.certificates.empty()) return fault(Reason::bad_certificate, "XML signature: no certificate").value();
  return std::nullopt;
}

Checked<SignatureElement> read_signature(xmlNode* element, const std::vector<xmlNode*>& signatures) {
  // No ds:Object: nothing in it is covered by what we accept, and readers have been led to it.
  const auto inside = parts<3>(element, {"SignedInfo", "SignatureValue", "KeyInfo"});
  const auto bare = inside ? std::nullopt : parts<2>(element, {"SignedInfo", "SignatureValue"});
  if (bare) return fault(Reason::bad_certificate, "XML signature: no certificate");
  if (!inside) return malformed("is not as it should be");
  SignatureElement signature;
  signature.element = element;
  signature.signed_info = (*inside)[0];
  if (auto fault = read_signed_info(signature, signatures)) return tl::unexpected(std::move(*fault));
  auto octets = from_base64(text((*inside)[1]).value_or("?"));
  if (!octets) return malformed("value is not base64");
  signature.signature = std::move(*octets);
  if (auto fault = read_key_info(signature, (*inside)[2])) return tl::unexpected(std::move(*fault));
  return signature;
}

/// Every Signature there is; nothing where one is elsewhere than under the root.
std::optional<std::vector<xmlNode*>> signature_nodes(xmlNode* root) {
  std::vector<xmlNode*> found;
  for (xmlNode* node = root; node != nullptr; node = following(node, root)) {
    if (!is_signature_part(node, "Signature")) continue;
    if (node->parent != root) return std::nullopt;
    found.push_back(node);
  }
  return found;
}

/// Whether a comment or a processing instruction stands anywhere: its removal would go unseen (eds.md 7.2).
bool has_remarks(const xmlDoc* document) {
  for (xmlNode* top = document->children; top != nullptr; top = top->next) {
    for (xmlNode* node = top; node != nullptr; node = following(node, top)) {
      if (node->type == XML_COMMENT_NODE || node->type == XML_PI_NODE) return true;
    }
  }
  return false;
}

std::uint32_t sextet(char sign) {
  if (sign >= 'A' && sign <= 'Z') return static_cast<std::uint32_t>(sign - 'A');
  if (sign >= 'a' && sign <= 'z') return static_cast<std::uint32_t>(sign - 'a' + 26);
  if (sign >= '0' && sign <= '9') return static_cast<std::uint32_t>(sign - '0' + 52);
  return sign == '+' ? 62 : sign == '/' ? 63 : 64;
}

}  // namespace

Checked<std::vector<SignatureElement>> find_signatures(xmlDoc* document) {
  if (has_remarks(document)) return malformed("comment or processing instruction in the document");
  const auto nodes = signature_nodes(xmlDocGetRootElement(document));
  if (!nodes) return malformed("not a child of the root");
  if (nodes->empty()) return fault(Reason::no_signature, "XML: no signature");
  if (nodes->size() > kMaxSigners) return malformed("too many");
  std::vector<SignatureElement> signatures;
  for (xmlNode* node : *nodes) {
    auto signature = read_signature(node, *nodes);
    if (!signature) return tl::unexpected(std::move(signature.error()));
    signatures.push_back(std::move(*signature));
  }
  return signatures;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string octets;
  std::uint32_t bits = 0;
  int signs = 0, padding = 0;  // of the group of four
  for (const char sign : text) {
    if (sign == ' ' || sign == '\t' || sign == '\r' || sign == '\n') continue;
    const bool pads = sign == '=';
    const bool ended = signs == 0 && padding > 0;
    if (ended || (pads ? signs < 2 : (padding > 0 || sextet(sign) > 63))) return std::nullopt;
    bits = bits << 6 | (pads ? 0 : sextet(sign));
    padding += pads ? 1 : 0;
    if (++signs < 4) continue;
    if ((bits & ((1u << (8 * padding)) - 1)) != 0) return std::nullopt;
    for (int i = 2; i >= padding; --i) octets += static_cast<char>(bits >> (8 * i) & 0xff);
    bits = 0;
    signs = 0;
  }
  if (signs != 0) return std::nullopt;
  return octets;
}

}  // namespace mekenjai::edge::eds::xml
