#include "edge/eds/cms/cms.hpp"

#include <set>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"

namespace mekenjai::edge::eds {
namespace {

using der::Element;
using der::Reader;

tl::unexpected<Fault> malformed(std::string detail) { return fault(Reason::malformed, std::move(detail)); }

/// A version number; -1 where there is none.
std::int64_t read_version(Reader& reader) {
  const auto element = reader.take(der::kInteger);
  if (!element) return -1;
  return der::small_integer(*element).value_or(-1);
}

// --- algorithms ---------------------------------------------------------------------------------------------------

/// The OID of an AlgorithmIdentifier whose parameters are absent or NULL, as those of all digests and signatures here.
Checked<std::string_view> algorithm_oid(Reader& reader) {
  auto identifier = reader.enter(der::kSequence);
  const auto oid = identifier ? identifier->take(der::kOid) : std::nullopt;
  if (!oid) return malformed("no algorithm where one must be");
  if (identifier->at_end()) return oid->content;
  const auto parameters = identifier->take(der::kNull);
  if (!parameters || !parameters->content.empty() || !identifier->at_end()) {
    return fault(Reason::weak_algorithm, "parameters of algorithm " + der::dotted(oid->content));
  }
  return oid->content;
}

Checked<crypto::Digest> read_digest(Reader& reader) {
  const auto oid = algorithm_oid(reader);
  if (!oid) return tl::unexpected(oid.error());
  const auto digest = crypto::digest_of_oid(*oid);
  if (!digest) return fault(Reason::weak_algorithm, "digest " + der::dotted(*oid));
  return *digest;
}

// --- attributes ---------------------------------------------------------------------------------------------------

struct Attribute {
  std::string_view oid;
  std::vector<Element> values;
};

Checked<std::vector<Attribute>> read_attributes(Reader set) {
  std::vector<Attribute> attributes;
  std::set<std::string_view> seen;
  while (!set.at_end()) {
    auto inside = set.enter(der::kSequence);
    const auto oid = inside ? inside->take(der::kOid) : std::nullopt;
    auto values = oid ? inside->enter(der::kSet) : std::nullopt;
    if (!values || !inside->at_end()) return malformed("an attribute that is none");
    if (!seen.insert(oid->content).second) return malformed("attribute " + der::dotted(oid->content) + " stands twice");
    Attribute attribute{oid->content, {}};
    while (!values->at_end()) {
      const auto value = values->take();
      if (!value) return malformed("a value of attribute " + der::dotted(oid->content));
      attribute.values.push_back(*value);
    }
    if (attribute.values.empty()) return malformed("attribute " + der::dotted(oid->content) + " has no value");
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

/// The one value of an attribute; nothing where the attribute is absent or has several.
const Element* sole_value(const std::vector<Attribute>& attributes, std::string_view oid) {
  for (const Attribute& attribute : attributes) {
    if (attribute.oid == oid) return attribute.values.size() == 1 ? &attribute.values.front() : nullptr;
  }
  return nullptr;
}

bool has(const std::vector<Attribute>& attributes, std::string_view oid) {
  return std::any_of(attributes.begin(), attributes.end(), [&](const Attribute& one) { return one.oid == oid; });
}

bool sorted(const Element& set) {
  std::string_view previous;
  for (Reader reader(set.content); !reader.at_end();) {
    const auto element = reader.take();
    if (!element || element->whole < previous) return false;
    previous = element->whole;
  }
  return true;
}

/// `set` is the element [0] as it came: what is hashed is the same with the tag of a SET (RFC 5652, 5.4).
std::optional<Fault> read_signed_attributes(const Element& set, SignerInfo& signer) {
  if (!der::is_der(set.whole) || !sorted(set)) return Fault{Reason::malformed, "signed attributes are not DER"};
  const auto attributes = read_attributes(Reader(set.content));
  if (!attributes) return attributes.error();
  const Element* const type = sole_value(*attributes, oids::kContentType);
  const Element* const digest = sole_value(*attributes, oids::kMessageDigest);
  if (type == nullptr || type->tag != der::kOid) return Fault{Reason::malformed, "not exactly one contentType"};
  if (digest == nullptr || digest->tag != der::kOctetString) return Fault{Reason::malformed, "not exactly one messageDigest"};
  signer.content_type = type->content;
  signer.message_digest = digest->content;
  if (has(*attributes, oids::kSigningTime)) {
    const Element* const time = sole_value(*attributes, oids::kSigningTime);
    signer.signing_time = time == nullptr ? std::nullopt : der::time(*time);
    if (!signer.signing_time) return Fault{Reason::malformed, "signingTime"};
  }
  for (const auto& [oid, into] : {std::pair{oids::kSigningCertificate, &signer.signing_certificate},
                                  std::pair{oids::kSigningCertificateV2, &signer.signing_certificate_v2}}) {
    if (!has(*attributes, oid)) continue;
    const Element* const value = sole_value(*attributes, oid);
    if (value == nullptr) return Fault{Reason::malformed, "not exactly one signingCertificate"};
    *into = std::string(value->whole);
  }
  signer.attributes = set.whole;
  signer.attributes.front() = static_cast<char>(der::kSet);
  return std::nullopt;
}

std::optional<Fault> read_unsigned_attributes(const Reader& set, SignerInfo& signer) {
  const auto attributes = read_attributes(set);
  if (!attributes) return attributes.error();
  for (const Attribute& attribute : *attributes) {
    if (attribute.oid != oids::kTimeStampToken) continue;
    for (const Element& value : attribute.values) signer.timestamp_tokens.emplace_back(value.whole);
  }
  return std::nullopt;
}

// --- signers ------------------------------------------------------------------------------------------------------

/// The version says which kind of identifier stands behind it (RFC 5652, 5.3).
std::optional<Fault> read_signer_id(Reader& reader, SignerInfo& signer) {
  const std::int64_t version = read_version(reader);
  if (const auto key_id = reader.take(der::context(0, false))) {
    if (version != 3 || key_id->content.empty()) return Fault{Reason::malformed, "signer's key identifier"};
    signer.key_id = key_id->content;
    return std::nullopt;
  }
  auto id = reader.enter(der::kSequence);
  const auto issuer = id ? id->take(der::kSequence) : std::nullopt;
  const auto serial = issuer ? id->take(der::kInteger) : std::nullopt;
  const auto octets = serial ? der::unsigned_integer(*serial) : std::nullopt;
  if (version != 1 || !octets || !id->at_end()) return Fault{Reason::malformed, "signer's issuer and serial"};
  signer.issuer = issuer->whole;
  signer.serial = *octets;
  return std::nullopt;
}

Checked<SignerInfo> read_signer(Reader reader) {
  SignerInfo signer;
  if (auto wrong = read_signer_id(reader, signer)) return tl::unexpected(std::move(*wrong));
  const auto digest = read_digest(reader);
  if (!digest) return tl::unexpected(digest.error());
  signer.digest = *digest;
  const auto attributes = reader.take(der::context(0));
  if (!attributes || attributes->content.empty()) return fault(Reason::no_signed_attributes, "a signer without them");
  if (auto wrong = read_signed_attributes(*attributes, signer)) return tl::unexpected(std::move(*wrong));
  const auto oid = algorithm_oid(reader);
  if (!oid) return tl::unexpected(oid.error());
  const auto algorithm = crypto::algorithm_of_oid(*oid, signer.digest);
  if (!algorithm) return fault(Reason::weak_algorithm, "signature " + der::dotted(*oid));
  if (crypto::digest_of(*algorithm) != signer.digest) {
    return fault(Reason::weak_algorithm, "digest and signature algorithms do not fit");
  }
  signer.algorithm = *algorithm;
  const auto signature = reader.take(der::kOctetString);
  if (!signature) return malformed("no signature value");
  signer.signature = signature->content;
  if (const auto rest = reader.enter(der::context(1))) {
    if (auto wrong = read_unsigned_attributes(*rest, signer)) return tl::unexpected(std::move(*wrong));
  }
  if (!reader.at_end()) return malformed("more behind a signer");
  return signer;
}

// --- the container ------------------------------------------------------------------------------------------------

std::optional<Fault> read_content(Reader reader, Cms& cms) {
  const auto type = reader.take(der::kOid);
  if (!type) return Fault{Reason::malformed, "no content type"};
  cms.content_type = type->content;
  if (reader.at_end()) return std::nullopt;
  auto explicit_content = reader.enter(der::context(0));
  const auto element = explicit_content ? explicit_content->take() : std::nullopt;
  cms.content = element ? der::octet_string(*element, der::Rules::ber) : std::nullopt;
  if (!cms.content || !explicit_content->at_end() || !reader.at_end()) return Fault{Reason::malformed, "content"};
  return std::nullopt;
}

std::optional<Fault> read_certificates(Reader reader, Cms& cms) {
  while (!reader.at_end()) {
    const auto certificate = reader.take(der::kSequence);
    if (!certificate || !der::is_der(certificate->whole)) return Fault{Reason::malformed, "a certificate is not DER"};
    if (cms.certificates.size() == kMaxCertificates) return Fault{Reason::malformed, "too many certificates"};
    cms.certificates.emplace_back(certificate->whole);
  }
  return std::nullopt;
}

std::optional<Fault> read_signers(Reader reader, Cms& cms) {
  while (!reader.at_end()) {
    const auto inside = reader.enter(der::kSequence);
    if (!inside) return Fault{Reason::malformed, "a signer that is none"};
    if (cms.signers.size() == kMaxSigners) return Fault{Reason::malformed, "too many signers"};
    auto signer = read_signer(*inside);
    if (!signer) return signer.error();
    cms.signers.push_back(std::move(*signer));
  }
  if (cms.signers.empty()) return Fault{Reason::no_signature, "no signer"};
  return std::nullopt;
}

std::optional<Fault> read_digests(Reader reader) {
  while (!reader.at_end()) {
    const auto digest = read_digest(reader);
    if (!digest) return digest.error();
  }
  return std::nullopt;
}

}  // namespace

Checked<Cms> read_cms(std::string_view bytes) {
  if (bytes.size() > kMaxContainerBytes) return malformed("larger than a container may be");
  const auto outer = der::sole(bytes, der::Rules::ber);
  if (!outer || outer->tag != der::kSequence) return malformed("not one ASN.1 sequence");
  Reader info = Reader(bytes, der::Rules::ber).inside(*outer);
  const auto type = info.take(der::kOid);
  auto explicit_data = type && type->content == oids::kSignedData ? info.enter(der::context(0)) : std::nullopt;
  auto data = explicit_data ? explicit_data->enter(der::kSequence) : std::nullopt;
  if (!data || !explicit_data->at_end() || !info.at_end()) return malformed("not a SignedData");

  const std::int64_t version = read_version(*data);
  if (version != 1 && version != 3) return malformed("version");  // 4 and 5: attribute certificates and stranger ones
  Cms cms;
  const auto digests = data->enter(der::kSet);
  if (!digests) return malformed("digest algorithms");
  if (auto wrong = read_digests(*digests)) return tl::unexpected(std::move(*wrong));
  const auto content = data->enter(der::kSequence);
  if (!content) return malformed("no content");
  if (auto wrong = read_content(*content, cms)) return tl::unexpected(std::move(*wrong));
  if (data->tag() == der::context(0)) {
    const auto certificates = data->enter(der::context(0));
    if (!certificates) return malformed("certificates");
    if (auto wrong = read_certificates(*certificates, cms)) return tl::unexpected(std::move(*wrong));
  }
  if (data->tag() == der::context(1) && !data->take()) return malformed("revocation lists");
  const auto signers = data->enter(der::kSet);
  if (!signers || !data->at_end()) return malformed("signers");
  if (auto wrong = read_signers(*signers, cms)) return tl::unexpected(std::move(*wrong));
  return cms;
}

}  // namespace mekenjai::edge::eds
