// What certificates, revocation lists and OCSP answers share in ASN.1. Only for this part.
#pragma once

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/fault.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/crypto/keys.hpp"

namespace mekenjai::edge::eds::reading {

/// The OID content of an AlgorithmIdentifier without parameters, or with NULL.
inline std::optional<std::string_view> algorithm_oid(const der::Element& identifier) {
  if (identifier.tag != der::kSequence) return std::nullopt;
  der::Reader fields(identifier.content);
  const auto oid = fields.take(der::kOid);
  if (!oid || (!fields.at_end() && !fields.take(der::kNull)) || !fields.at_end()) return std::nullopt;
  return oid->content;
}

/// SIGNED{ToBeSigned} of RFC 5280: what is signed, the algorithm, the signature.
struct Signed {
  der::Element body, algorithm;
  std::string_view signature;
};

inline std::optional<Signed> signed_body(der::Reader& fields) {
  const auto body = fields.take(der::kSequence);
  const auto algorithm = fields.take(der::kSequence);
  const auto bits = fields.take(der::kBitString);
  if (!body || !algorithm || !bits) return std::nullopt;
  const auto signature = der::bit_string(*bits);
  if (!signature) return std::nullopt;
  return Signed{*body, *algorithm, *signature};
}

/// The algorithm, or why it is not taken.
inline Checked<crypto::Algorithm> signature_algorithm(const der::Element& identifier) {
  const auto oid = algorithm_oid(identifier);
  if (!oid) return fault(Reason::malformed, "the signature's algorithm is not an AlgorithmIdentifier");
  const auto algorithm = crypto::algorithm_of_oid(*oid);
  if (!algorithm) return fault(Reason::weak_algorithm, "signature algorithm " + der::dotted(*oid) + " is not taken");
  return *algorithm;
}

inline constexpr std::size_t kMaxExtensions = 64;  // real certificates have a dozen

struct Extension {
  std::string_view oid, value;  // the value: what the OCTET STRING holds
  bool critical = false;
};

/// The extensions of a SEQUENCE OF Extension, each at most once; nothing where they are malformed.
inline std::optional<std::vector<Extension>> extensions(der::Reader outer) {
  auto list = outer.enter(der::kSequence);
  if (!list || !outer.at_end() || list->at_end()) return std::nullopt;
  std::vector<Extension> found;
  while (!list->at_end()) {
    auto fields = list->enter(der::kSequence);
    if (!fields) return std::nullopt;
    const auto oid = fields->take(der::kOid);
    // An explicit FALSE is a flaw of some encoders, with one meaning only.
    const auto flag = fields->take(der::kBoolean);
    const auto value = fields->take(der::kOctetString);
    if (!oid || !value || !fields->at_end() || found.size() == kMaxExtensions) return std::nullopt;
    for (const Extension& other : found) {
      if (other.oid == oid->content) return std::nullopt;
    }
    found.push_back({oid->content, value->content, flag && *der::boolean(*flag)});
  }
  return found;
}

}  // namespace mekenjai::edge::eds::reading
