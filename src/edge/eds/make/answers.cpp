#include "edge/eds/make/answers.hpp"

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/make/sign.hpp"

namespace mekenjai::edge::eds::make {
namespace {

constexpr oids::Oid kPolicyTsaRsa = "1.2.398.3.3.2.6.2";
constexpr std::size_t kMaxRequest = 16 * 1024;
constexpr std::size_t kMaxNonce = 128;  // RFC 9654
constexpr int kGranted = 0, kRejected = 2;                            // PKIStatus
constexpr int kBadAlgorithm = 0, kBadRequest = 2, kBadDataFormat = 5;  // PKIFailureInfo

crypto::Algorithm algorithm_of(const Identity& identity) {
  return identity.key.kind() == crypto::KeyKind::rsa ? crypto::Algorithm::rsa_sha256 : crypto::Algorithm::gost2015;
}

std::string identifier(std::string_view oid) { return der::sequence({der::oid(oid), der::null()}); }

std::string signature_over(std::string_view bytes, const Identity& identity) {
  const crypto::Algorithm algorithm = algorithm_of(identity);
  return identity.key.sign(algorithm, crypto::hash(crypto::digest_of(algorithm), bytes));
}

std::string extension(std::string_view oid, std::string_view value, bool critical = false) {
  return der::sequence({der::oid(oid), critical ? der::boolean(true) : "", der::octet_string(value)});
}

std::string enumerated(int value) { return der::element(der::kEnumerated, std::string(1, static_cast<char>(value))); }

/// The digest that an AlgorithmIdentifier names, its parameters absent or NULL.
std::optional<crypto::Digest> read_digest(der::Reader& reader) {
  auto identifier = reader.enter(der::kSequence);
  if (!identifier) return std::nullopt;
  const auto oid = identifier->take(der::kOid);
  if (!oid || (!identifier->at_end() && (!identifier->take(der::kNull) || !identifier->at_end()))) return std::nullopt;
  return crypto::digest_of_oid(oid->content);
}

// --- OCSP ---------------------------------------------------------------------------------------------------------

bool read_cert_id(std::string_view bytes, OcspRequest& request) {
  der::Reader outer(bytes);
  auto id = outer.enter(der::kSequence);
  if (!id) return false;
  const auto digest = read_digest(*id);
  const auto name = id->take(der::kOctetString), key = id->take(der::kOctetString);
  const auto serial = id->take(der::kInteger);
  if (!digest || !name || !key || !serial || !id->at_end()) return false;
  const auto octets = der::unsigned_integer(*serial);
  if (!octets || name->content.size() != crypto::size_of(*digest) || key->content.size() != name->content.size())
    return false;
  request.cert_id = bytes;
  request.digest = *digest;
  request.issuer_name_hash = name->content;
  request.issuer_key_hash = key->content;
  request.serial = *octets;
  return true;
}

/// Extensions of a request; of those that exist only the nonce means anything here.
bool read_request_extensions(der::Reader extensions, OcspRequest& request) {
  while (!extensions.at_end()) {
    auto extension = extensions.enter(der::kSequence);
    if (!extension) return false;
    const auto oid = extension->take(der::kOid);
    extension->take(der::kBoolean);
    const auto value = extension->take(der::kOctetString);
    if (!oid || !value || !extension->at_end()) return false;
    if (oid->content != std::string_view(oids::kOcspNonce)) continue;
    const auto nonce = der::sole(value->content);
    if (request.nonce || !nonce || nonce->tag != der::kOctetString || nonce->content.empty() ||
        nonce->content.size() > kMaxNonce) {
      return false;
    }
    request.nonce = nonce->content;
  }
  return true;
}

bool read_request(der::Reader tbs, OcspRequest& request) {
  if (tbs.tag() == der::context(0) && !tbs.take()) return false;  // version
  if (tbs.tag() == der::context(1) && !tbs.take()) return false;  // requestorName
  auto list = tbs.enter(der::kSequence);
  auto one = list ? list->enter(der::kSequence) : std::nullopt;
  const auto cert_id = one ? one->take(der::kSequence) : std::nullopt;
  if (!cert_id || !list->at_end() || !read_cert_id(cert_id->whole, request)) return false;
  if (tbs.at_end()) return true;
  auto wrapper = tbs.enter(der::context(2));
  auto extensions = wrapper ? wrapper->enter(der::kSequence) : std::nullopt;
  return extensions && tbs.at_end() && read_request_extensions(*extensions, request);
}

std::string cert_status(const OcspAnswer& answer) {
  switch (answer.status) {
    case OcspAnswer::Status::good:
      return der::element(der::context(0, false), "");
    case OcspAnswer::Status::revoked: {
      const std::string reason =
          answer.reason ? der::element(der::context(0), enumerated(static_cast<int>(*answer.reason))) : "";
      return der::element(der::context(1), der::generalized_time(answer.revoked_at) + reason);
    }
    case OcspAnswer::Status::unknown:
      break;
  }
  return der::element(der::context(2, false), "");
}

std::string response_extensions(const OcspAnswer& answer) {
  std::string extensions;
  if (answer.nonce) extensions += extension(oids::kOcspNonce, der::octet_string(*answer.nonce));
  if (answer.extended_revoke) extensions += extension(oids::kOcspExtendedRevoke, der::null());
  return extensions.empty() ? "" : der::element(der::context(1), der::element(der::kSequence, extensions));
}

// --- CRL ----------------------------------------------------------------------------------------------------------

void append_entry(std::string& list, const CrlOrder::Entry& entry) {
  const std::string reason =
      entry.reason ? der::sequence({extension(oids::kReasonCode, enumerated(static_cast<int>(*entry.reason)))}) : "";
  list += der::sequence({der::unsigned_integer(entry.serial), der::time(entry.revoked_at), reason});
}

std::string crl_extensions(const CrlOrder& order, const Identity& issuer) {
  const std::string key_id = der::element(der::context(0, false), issuer.certificate->subject_key_id);
  std::string extensions = extension(oids::kAuthorityKeyId, der::sequence({key_id}));
  extensions += extension(oids::kCrlNumber, der::integer(order.number));
  if (order.delta_of) extensions += extension(oids::kDeltaCrlIndicator, der::integer(*order.delta_of), true);
  for (const Extension& further : order.extensions)
    extensions += extension(further.oid, further.value, further.critical);
  return der::element(der::context(0), der::element(der::kSequence, extensions));
}

// --- time-stamps --------------------------------------------------------------------------------------------------

struct StampRequest {
  crypto::Digest digest{};
  std::string_view imprint, policy;  // policy: OID content, may be empty
  std::string nonce;                 // whole INTEGER, or empty
  bool wants_certificate = false;
  int failure = -1;                  // PKIFailureInfo; -1: it can be granted
};

StampRequest read_stamp_request(std::string_view bytes) {
  StampRequest request;
  request.failure = kBadDataFormat;
  const auto whole = bytes.size() <= kMaxRequest ? der::sole(bytes) : std::nullopt;
  if (!whole || whole->tag != der::kSequence) return request;
  der::Reader reader = der::Reader(bytes).inside(*whole);
  const auto version = reader.take(der::kInteger);
  auto imprint = reader.enter(der::kSequence);
  if (!version || der::small_integer(*version) != 1 || !imprint) return request;
  request.failure = kBadAlgorithm;
  const auto digest = read_digest(*imprint);
  if (!digest || *digest == crypto::Digest::sha1 || *digest == crypto::Digest::gost34311) return request;
  request.failure = kBadRequest;
  request.digest = *digest;
  const auto hashed = imprint->take(der::kOctetString);
  if (!hashed || !imprint->at_end() || hashed->content.size() != crypto::size_of(*digest)) return request;
  request.imprint = hashed->content;
  if (const auto policy = reader.take(der::kOid)) request.policy = policy->content;
  if (const auto nonce = reader.take(der::kInteger)) request.nonce = nonce->whole;
  if (const auto wanted = reader.take(der::kBoolean)) request.wants_certificate = der::boolean(*wanted).value_or(false);
  if (reader.at_end()) request.failure = -1;  // extensions would have to be understood (RFC 3161, 2.4.1)
  return request;
}

std::string refusal(int failure) {
  std::string bits(static_cast<std::size_t>(failure / 8 + 1), '\0');
  bits.back() = static_cast<char>(0x80 >> failure % 8);
  return der::sequence({der::sequence({der::integer(kRejected), der::bit_string(bits, 7 - failure % 8)})});
}

std::string stamp_policy(const StampRequest& request, const StampOrder& order, crypto::KeyKind kind) {
  if (!order.policy.empty()) return order.policy;
  if (!request.policy.empty()) return std::string(request.policy);
  return std::string(kind == crypto::KeyKind::rsa ? std::string_view(kPolicyTsaRsa)
                                                  : std::string_view(oids::kPolicyTsaGost2015));
}

std::string stamp_info(const StampRequest& request, const StampOrder& order, crypto::KeyKind kind) {
  const std::string_view imprint = order.imprint ? std::string_view(*order.imprint) : request.imprint;
  return der::sequence({der::integer(1), der::oid(stamp_policy(request, order, kind)),
                        der::sequence({identifier(crypto::oid_of(request.digest)), der::octet_string(imprint)}),
                        der::integer(order.serial), der::generalized_time(order.at), request.nonce});
}

/// ESSCertID with SHA-1 (RFC 2634), as the authority of НУЦ РК has it.
std::string signing_certificate(const Certificate& certificate) {
  const std::string id = der::sequence({der::octet_string(crypto::hash(crypto::Digest::sha1, certificate.der))});
  return attribute(oids::kSigningCertificate, der::sequence({der::sequence({id})}));
}

std::string stamp_token(const std::string& info, const Identity& authority, Instant at, bool with_certificate) {
  const crypto::Digest digest = crypto::digest_of(algorithm_of(authority));
  const std::string attributes =
      der::set_of({attribute(oids::kContentType, der::oid(oids::kTstInfo)),
                   attribute(oids::kSigningTime, der::time(at)), signing_certificate(*authority.certificate),
                   attribute(oids::kMessageDigest, der::octet_string(crypto::hash(digest, info)))});
  CmsOrder order;
  order.content = info;
  order.content_type = std::string(oids::kTstInfo);
  if (!with_certificate) order.certificates.emplace();
  CmsSigner& signer = order.signers.emplace_back();
  signer.identity = &authority;
  signer.attributes = std::string(der::sole(attributes)->content);
  return sign_cms(order);
}

}  // namespace

Checked<OcspRequest> read_ocsp_request(std::string_view bytes) {
  if (bytes.size() > kMaxRequest) return fault(Reason::malformed, "too large for an OCSP request");
  const auto whole = der::sole(bytes);
  if (!whole || whole->tag != der::kSequence) return fault(Reason::malformed, "not an OCSP request");
  der::Reader inside = der::Reader(bytes).inside(*whole);
  auto tbs = inside.enter(der::kSequence);
  OcspRequest request;
  if (!tbs || !read_request(*tbs, request))
    return fault(Reason::malformed, "not an OCSP request about one certificate");
  if (!inside.at_end() && (!inside.take(der::context(0)) || !inside.at_end())) {
    return fault(Reason::malformed, "something behind an OCSP request");
  }
  return request;
}

std::string cert_id(crypto::Digest digest, const Certificate& issuer, std::string_view serial) {
  return der::sequence({identifier(crypto::oid_of(digest)), der::octet_string(name_hash(digest, issuer)),
                        der::octet_string(key_hash(digest, issuer)), der::unsigned_integer(serial)});
}

std::string ocsp_response(const OcspAnswer& answer, const Identity& responder) {
  const std::string next_update =
      answer.next_update ? der::element(der::context(0), der::generalized_time(*answer.next_update)) : "";
  const std::string single =
      der::sequence({answer.cert_id, cert_status(answer), der::generalized_time(answer.this_update), next_update});
  const std::string data = der::sequence({der::element(der::context(1), responder.certificate->subject_name),
                                          der::generalized_time(answer.produced_at), der::sequence({single}),
                                          response_extensions(answer)});
  std::string certificates;
  for (const CertificatePtr& certificate : answer.certificates) certificates += certificate->der;
  if (!certificates.empty()) certificates = der::element(der::context(0), der::element(der::kSequence, certificates));
  const std::string basic = der::sequence({data, identifier(crypto::oid_of(algorithm_of(responder))),
                                           der::bit_string(signature_over(data, responder)), certificates});
  const std::string bytes = der::sequence({der::oid(oids::kOcspBasic), der::octet_string(basic)});
  return der::sequence({enumerated(0), der::element(der::context(0), bytes)});
}

std::string ocsp_failure(int status) { return der::sequence({enumerated(status)}); }

std::string crl(const CrlOrder& order, const Identity& issuer) {
  std::string entries;
  entries.reserve(order.entries.size() * 40);
  for (const CrlOrder::Entry& entry : order.entries) append_entry(entries, entry);
  const std::string algorithm = identifier(crypto::oid_of(algorithm_of(issuer)));
  const std::string tbs = der::sequence({der::integer(1), algorithm, issuer.certificate->subject_name,
                                         der::time(order.this_update), der::time(order.next_update),
                                         entries.empty() ? "" : der::element(der::kSequence, entries),
                                         crl_extensions(order, issuer)});
  return der::sequence({tbs, algorithm, der::bit_string(signature_over(tbs, issuer))});
}

std::string timestamp_response(std::string_view request_der, const Identity& authority, const StampOrder& order) {
  const StampRequest request = read_stamp_request(request_der);
  if (request.failure >= 0) return refusal(request.failure);
  const std::string info = stamp_info(request, order, authority.key.kind());
  return der::sequence({der::sequence({der::integer(kGranted)}),
                        stamp_token(info, authority, order.at, request.wants_certificate)});
}

}  // namespace mekenjai::edge::eds::make
