#include "edge/eds/make/sign.hpp"

#include <libxml/c14n.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <openssl/evp.h>

#include <stdexcept>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"

namespace mekenjai::edge::eds::make {
namespace {

constexpr int kNoSharedContent = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA;

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string wrapped(std::string_view text, std::size_t columns, std::string_view line_end) {
  std::string lines;
  for (; text.size() > columns; text.remove_prefix(columns)) lines.append(text.substr(0, columns)).append(line_end);
  return lines.append(text);
}

crypto::Algorithm algorithm_of(const Identity& identity) {
  return identity.key.kind() == crypto::KeyKind::rsa ? crypto::Algorithm::rsa_sha256 : crypto::Algorithm::gost2015;
}

std::string signature_over(std::string_view bytes, const Identity& identity, crypto::Algorithm algorithm) {
  return identity.key.sign(algorithm, crypto::hash(crypto::digest_of(algorithm), bytes));
}

std::string identifier(std::string_view oid) { return der::sequence({der::oid(oid), der::null()}); }

// --- CMS ----------------------------------------------------------------------------------------------------------

crypto::Algorithm algorithm_of(const CmsSigner& signer) {
  return signer.algorithm.value_or(algorithm_of(*signer.identity));
}

crypto::Digest digest_of(const CmsSigner& signer) {
  return signer.digest.value_or(crypto::digest_of(algorithm_of(signer)));
}

std::string signing_certificate_v2(const Certificate& certificate) {  // RFC 5035; SHA-256 is the default and left out
  const std::string id = der::sequence({der::octet_string(crypto::hash(crypto::Digest::sha256, certificate.der))});
  return attribute(oids::kSigningCertificateV2, der::sequence({der::sequence({id})}));
}

/// The content of the SET OF signed attributes.
std::string attributes_of(const CmsSigner& signer, const std::string& content, std::string_view content_type,
                          crypto::Digest digest) {
  if (signer.attributes) return *signer.attributes;
  std::vector<std::string> attributes{
      attribute(oids::kContentType, der::oid(content_type)),
      attribute(oids::kMessageDigest, der::octet_string(signer.message_digest.value_or(crypto::hash(digest, content)))),
  };
  if (signer.signing_time) attributes.push_back(attribute(oids::kSigningTime, der::time(*signer.signing_time)));
  if (signer.signing_certificate_v2) attributes.push_back(signing_certificate_v2(*signer.identity->certificate));
  const std::string set = der::set_of(std::move(attributes));
  return std::string(der::sole(set)->content);
}

std::string signer_info(const CmsSigner& signer, const std::string& content, std::string_view content_type) {
  const Identity& identity = *signer.identity;
  const Certificate& certificate = *identity.certificate;
  const crypto::Algorithm algorithm = algorithm_of(signer);
  const crypto::Digest digest = digest_of(signer);
  const std::string sid =
      signer.sid.value_or(der::sequence({certificate.issuer, der::unsigned_integer(certificate.serial)}));
  const bool by_key_id = sid.front() == static_cast<char>(der::context(0, false));
  std::string attributes, covered = content;
  if (signer.signed_attributes) {
    const std::string set = attributes_of(signer, content, content_type, digest);
    covered = der::element(der::kSet, set);
    attributes = der::element(der::context(0), set);
  }
  const std::string signature = signer.signature ? *signer.signature : signature_over(covered, identity, algorithm);
  std::string unsigned_attributes;
  if (!signer.unsigned_attributes.empty()) {
    const std::string set = der::set_of(signer.unsigned_attributes);
    unsigned_attributes = der::element(der::context(1), der::sole(set)->content);
  }
  return der::sequence({der::integer(by_key_id ? 3 : 1), sid, identifier(crypto::oid_of(digest)), attributes,
                        identifier(crypto::oid_of(algorithm)), der::octet_string(signature), unsigned_attributes});
}

std::string certificates_of(const CmsOrder& order) {
  std::string certificates;
  if (order.certificates) {
    for (const std::string& certificate : *order.certificates) certificates += certificate;
  } else {
    for (const CmsSigner& signer : order.signers) certificates += signer.identity->certificate->der;
  }
  return certificates.empty() ? "" : der::element(der::context(0), certificates);
}

// --- XML ----------------------------------------------------------------------------------------------------------

struct FreeDocument {
  void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};
using DocumentPtr = std::unique_ptr<xmlDoc, FreeDocument>;

DocumentPtr parsed(std::string_view text) {
  DocumentPtr document(xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr, kNoSharedContent));
  if (!document || document->intSubset != nullptr || xmlDocGetRootElement(document.get()) == nullptr) return nullptr;
  return document;
}

int is_within(void* top, xmlNodePtr node, xmlNodePtr parent) {
  // Attributes and namespaces come with their element as the parent.
  for (const xmlNode* at = node->type == XML_NAMESPACE_DECL ? parent : node; at != nullptr; at = at->parent) {
    if (at == top) return 1;
  }
  return 0;
}

/// C14N 1.0 without comments of the document, or of one element where it stands.
std::string canonical(xmlDoc* document, xmlNode* top = nullptr) {
  xmlOutputBuffer* buffer = xmlAllocOutputBuffer(nullptr);
  if (buffer == nullptr) throw std::bad_alloc();
  const int done =
      xmlC14NExecute(document, top != nullptr ? is_within : nullptr, top, XML_C14N_1_0, nullptr, 0, buffer);
  std::string bytes(reinterpret_cast<const char*>(xmlOutputBufferGetContent(buffer)), xmlOutputBufferGetSize(buffer));
  xmlOutputBufferClose(buffer);
  if (done < 0) throw std::invalid_argument("a document without canonical form");
  return bytes;
}

struct XmlAlgorithms {
  std::string_view signature, digest;
};

XmlAlgorithms xml_algorithms(crypto::KeyKind kind) {
  if (kind == crypto::KeyKind::rsa) {
    return {"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256"};
  }
  return {"urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-512",
          "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-512"};
}

/// Santuario's layout: a line for each element, base64 in lines of 76, the signature's value still empty.
std::string signature_template(const Identity& identity, std::string_view digest) {
  const XmlAlgorithms algorithms = xml_algorithms(identity.key.kind());
  return fmt::format(
      R"(<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#">
<ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"/>
<ds:SignatureMethod Algorithm="{}"/>
<ds:Reference URI="">
<ds:Transforms>
<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
<ds:Transform Algorithm="http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"/>
</ds:Transforms>
<ds:DigestMethod Algorithm="{}"/>
<ds:DigestValue>{}</ds:DigestValue>
</ds:Reference>
</ds:SignedInfo>
<ds:SignatureValue></ds:SignatureValue>
<ds:KeyInfo>
<ds:X509Data>
<ds:X509Certificate>
{}
</ds:X509Certificate>
</ds:X509Data>
</ds:KeyInfo>
</ds:Signature>)",
      algorithms.signature, algorithms.digest, wrapped(base64(digest), 76, "&#13;\n"),
      wrapped(base64(identity.certificate->der), 76, "&#13;\n"));
}

xmlNode* child(xmlNode* of, std::string_view local_name) {
  for (xmlNode* node = of->children; node != nullptr; node = node->next) {
    if (node->type == XML_ELEMENT_NODE && local_name == reinterpret_cast<const char*>(node->name)) return node;
  }
  throw std::logic_error("the template has no " + std::string(local_name));
}

/// As NCALayer gives it back: no declaration where there was none.
std::string serialised(xmlDoc* document, std::string_view original) {
  xmlChar* text = nullptr;
  int size = 0;
  xmlDocDumpMemoryEnc(document, &text, &size, "UTF-8");
  if (text == nullptr) throw std::bad_alloc();
  std::string bytes(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  xmlFree(text);
  if (bytes.ends_with('\n')) bytes.pop_back();
  if (original.find("<?xml") == std::string_view::npos) bytes.erase(0, bytes.find('\n') + 1);
  return bytes;
}

}  // namespace

std::string attribute(std::string_view oid, std::string_view value) {
  return der::sequence({der::oid(oid), der::element(der::kSet, value)});
}

std::string sign_cms(const CmsOrder& order) {
  const std::string_view content_type = order.content_type.empty() ? std::string_view(oids::kData) : order.content_type;
  std::vector<std::string> digests, signers;
  bool by_key_id = false;
  for (const CmsSigner& signer : order.signers) {
    const std::string digest = identifier(crypto::oid_of(digest_of(signer)));
    if (std::find(digests.begin(), digests.end(), digest) == digests.end()) digests.push_back(digest);
    signers.push_back(signer_info(signer, order.content, content_type));
    by_key_id = by_key_id || (signer.sid && signer.sid->front() == static_cast<char>(der::context(0, false)));
  }
  const int version = content_type == oids::kData && !by_key_id ? 1 : 3;  // RFC 5652, 5.1
  const std::string content = order.attached ? der::element(der::context(0), der::octet_string(order.content)) : "";
  const std::string signed_data = der::sequence({der::integer(version), der::set_of(std::move(digests)),
                                                 der::sequence({der::oid(content_type), content}),
                                                 certificates_of(order), der::set_of(std::move(signers))});
  return der::sequence({der::oid(oids::kSignedData), der::element(der::context(0), signed_data)});
}

std::string sign_cms(std::string_view content, const Identity& identity, Instant at, bool attached) {
  CmsOrder order;
  order.content = content;
  order.attached = attached;
  CmsSigner& signer = order.signers.emplace_back();
  signer.identity = &identity;
  signer.signing_time = at;
  return sign_cms(order);
}

std::string armoured(std::string_view cms_der) {
  return "-----BEGIN CMS-----\r\n" + wrapped(base64(cms_der), 64, "\r\n") + "\r\n-----END CMS-----\r\n";
}

Checked<std::string> sign_xml(std::string_view document, const Identity& identity) {
  if (document.size() > kMaxXmlToSign) return fault(Reason::malformed, "an XML document of more than 4 MiB");
  const DocumentPtr tree = parsed(document);
  if (!tree) return fault(Reason::malformed, "not well-formed XML, or with a DOCTYPE");
  const crypto::Algorithm algorithm = algorithm_of(identity);
  const crypto::Digest digest = crypto::digest_of(algorithm);
  const DocumentPtr made = parsed(signature_template(identity, crypto::hash(digest, canonical(tree.get()))));
  xmlNode* const signature = xmlDocCopyNode(xmlDocGetRootElement(made.get()), tree.get(), 1);
  if (signature == nullptr) throw std::bad_alloc();
  xmlAddChild(xmlDocGetRootElement(tree.get()), signature);
  const std::string value = signature_over(canonical(tree.get(), child(signature, "SignedInfo")), identity, algorithm);
  const std::string text = "\n" + wrapped(base64(value), 76, "\r\n") + "\n";
  xmlNodeAddContent(child(signature, "SignatureValue"), reinterpret_cast<const xmlChar*>(text.c_str()));
  return serialised(tree.get(), document);
}

}  // namespace mekenjai::edge::eds::make
