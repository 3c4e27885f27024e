#include "edge/eds/cms/timestamp.hpp"

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/pki/ocsp.hpp"

namespace mekenjai::edge::eds {
namespace {

using der::Element;
using der::Reader;

tl::unexpected<Fault> bad(std::string detail) { return fault(Reason::bad_timestamp, std::move(detail)); }
tl::unexpected<Fault> bad(std::string detail, Fault cause) {
  return fault(Reason::bad_timestamp, std::move(detail), {std::move(cause)});
}

// --- what a token says (RFC 3161, 2.4.2) --------------------------------------------------------------------------

struct TstInfo {
  std::string_view policy, imprint, serial;
  crypto::Digest imprint_digest{};
  Instant at{};
  std::optional<std::string_view> nonce;  // of any sign: some clients send eight random octets as they are
};

/// SEQUENCE { AlgorithmIdentifier, OCTET STRING }.
bool read_imprint(Reader reader, TstInfo& info) {
  auto algorithm = reader.enter(der::kSequence);
  const auto oid = algorithm ? algorithm->take(der::kOid) : std::nullopt;
  const auto digest = oid ? crypto::digest_of_oid(oid->content) : std::nullopt;
  const auto imprint = reader.take(der::kOctetString);
  if (!digest || !imprint || !reader.at_end()) return false;
  if (!algorithm->at_end() && (!algorithm->take(der::kNull) || !algorithm->at_end())) return false;
  info.imprint_digest = *digest;
  info.imprint = imprint->content;
  return true;
}

/// Accuracy, ordering, nonce, tsa, extensions: only the nonce matters, and no critical extension is known.
bool read_tail(Reader& reader, TstInfo& info) {
  reader.take(der::kSequence);
  reader.take(der::kBoolean);
  if (const auto nonce = reader.take(der::kInteger)) info.nonce = nonce->content;
  reader.take(der::context(0));
  if (auto extensions = reader.enter(der::context(1))) {
    while (!extensions->at_end()) {
      auto extension = extensions->enter(der::kSequence);
      if (!extension || !extension->take(der::kOid)) return false;
      const auto critical = extension->take(der::kBoolean);
      if (critical && der::boolean(*critical) != false) return false;
    }
  }
  return reader.at_end();
}

std::optional<TstInfo> read_info(std::string_view bytes) {
  if (!der::is_der(bytes)) return std::nullopt;
  const auto outer = der::sole(bytes);
  if (!outer || outer->tag != der::kSequence) return std::nullopt;
  Reader reader(outer->content);
  TstInfo info;
  const auto version = reader.take(der::kInteger);
  const auto policy = reader.take(der::kOid);
  const auto imprint = reader.enter(der::kSequence);
  const auto serial = reader.take(der::kInteger);
  const auto time = reader.take(der::kGeneralizedTime);
  const auto at = time ? der::time(*time) : std::nullopt;
  if (!version || version->content != "\x01" || !policy || !imprint || !serial || !at) return std::nullopt;
  info.policy = policy->content;
  info.serial = serial->content;
  info.at = *at;
  if (!read_imprint(*imprint, info) || !read_tail(reader, info)) return std::nullopt;
  return info;
}

// --- who may say it -----------------------------------------------------------------------------------------------

/// Time-stamping is the certificate's only purpose, marked critical, and its key may sign (RFC 3161, 2.3).
std::optional<std::string> not_an_authority(const Certificate& certificate) {
  if (certificate.extended_key_usage.size() != 1 || !certificate.for_purpose(oids::kTimeStamping)) {
    return "time-stamping is not the certificate's sole purpose";
  }
  if (!certificate.extended_key_usage_critical) return "the purpose is not critical";
  const unsigned usage = certificate.key_usage.value_or(kDigitalSignature);  // absent: nothing is forbidden (RFC 5280)
  if ((usage & (kDigitalSignature | kNonRepudiation)) == 0) return "the key may not sign";
  if (certificate.ca.value_or(false)) return "a CA's certificate";
  return std::nullopt;
}

bool is_tsa_policy(std::string_view policy) {
  const std::string_view arc = oids::kPolicyTsa;
  return policy.size() > arc.size() && policy.starts_with(arc);
}

/// GOST 34.310-2004 and 34.311-95 stamped well until the end of the archive, and nothing after it.
bool strong(crypto::Digest digest, Instant at) {
  if (digest == crypto::Digest::gost34311) return at < kArchiveEnds;
  return digest != crypto::Digest::sha1;
}

bool strong(crypto::Algorithm algorithm, Instant at) {
  if (algorithm == crypto::Algorithm::gost2004) return at < kArchiveEnds;
  return !crypto::archive_only(algorithm);
}

Checked<IntactSignature> signature_of(std::string_view token_der, const Trust& trust) {
  const auto token = read_cms(token_der);
  if (!token) return bad("the token cannot be read", token.error());
  if (token->signers.size() != 1) return bad("not exactly one signer");
  const SignerInfo& signer = token->signers.front();
  if (!signer.signing_certificate && !signer.signing_certificate_v2) return bad("the token does not name its certificate");
  auto signatures = intact(*token, std::nullopt, oids::kTstInfo, &trust);
  if (!signatures) return bad("the token's signature", signatures.error());
  return std::move(signatures->front());
}

std::optional<Fault> wrong_statement(const TstInfo& info, std::string_view stamped, Instant at,
                                     std::optional<std::string_view> nonce) {
  const auto wrong = [](std::string detail) { return Fault{Reason::bad_timestamp, std::move(detail)}; };
  if (!is_tsa_policy(info.policy)) return wrong("policy " + der::dotted(info.policy));
  if (!strong(info.imprint_digest, info.at)) return wrong("the imprint's digest is weak");
  if (info.imprint != crypto::hash(info.imprint_digest, stamped)) return wrong("the imprint is of something else");
  if (info.at > at + kClockSkew) return wrong("stamped in the future");
  if (!nonce) return std::nullopt;
  const std::string sent = der::unsigned_integer(*nonce);
  if (!info.nonce || *info.nonce != der::sole(sent)->content) return wrong("the nonce is not ours");
  return std::nullopt;
}

// --- writing ------------------------------------------------------------------------------------------------------

std::string algorithm_identifier(std::string_view oid) { return der::sequence({der::oid(oid), der::null()}); }

/// The same element in DER lengths. What is DER already stays what it is, to the octet.
std::optional<std::string> as_der(const Element& element, const Reader& around) {
  if (!element.constructed()) return der::element(element.tag, element.content);
  if (element.tag == (der::kOctetString | 0x20)) {
    const auto joined = der::octet_string(element, der::Rules::ber);
    return joined ? std::optional(der::octet_string(*joined)) : std::nullopt;
  }
  std::string content;
  for (Reader inside = around.inside(element); !inside.at_end();) {
    const auto part = inside.take();
    const auto written = part ? as_der(*part, inside) : std::nullopt;
    if (!written) return std::nullopt;
    content += *written;
  }
  return der::element(element.tag, content);
}

/// A SignerInfo with one more unsigned attribute.
std::string with_attribute(std::string_view signer, const std::string& attribute) {
  Reader reader(der::sole(signer)->content);
  std::string fields;
  std::vector<std::string> attributes{attribute};
  while (!reader.at_end()) {
    if (reader.tag() != der::context(1)) {
      fields += reader.take()->whole;
      continue;
    }
    for (Reader others = *reader.enter(der::context(1)); !others.at_end();) attributes.emplace_back(others.take()->whole);
  }
  std::string set = der::set_of(std::move(attributes));
  set.front() = static_cast<char>(der::context(1));
  return der::element(der::kSequence, fields + set);
}

}  // namespace

Checked<Timestamp> verify_timestamp(std::string_view token_der, std::string_view stamped, const Trust& trust, Instant at,
                                    std::optional<std::string_view> nonce) {
  const auto signature = signature_of(token_der, trust);
  if (!signature) return tl::unexpected(signature.error());
  const auto info = read_info(signature->content);
  if (!info) return bad("the token's content is not a TSTInfo");
  if (auto wrong = wrong_statement(*info, stamped, at, nonce)) return tl::unexpected(std::move(*wrong));
  if (!strong(signature->algorithm, info->at)) return bad("the token's signature algorithm is weak");
  if (const auto why = not_an_authority(*signature->certificate)) return bad(*why);
  auto path = trust.path(signature->certificate, info->at);
  if (!path) return bad("the authority's certificate", path.error());
  trust.keep(signature->certificate);
  return Timestamp{info->at, signature->certificate, std::move(*path), der::dotted(info->policy), base::to_hex(info->serial)};
}

std::string timestamp_request(crypto::Digest digest, std::string_view stamped, std::string_view nonce,
                              std::string_view policy_oid) {
  const std::string imprint =
      der::sequence({algorithm_identifier(crypto::oid_of(digest)), der::octet_string(crypto::hash(digest, stamped))});
  return der::sequence({der::integer(1), imprint, policy_oid.empty() ? "" : der::oid(policy_oid),
                        nonce.empty() ? "" : der::unsigned_integer(nonce), der::boolean(true)});
}

Checked<std::string> token_of_response(std::string_view response_der) {
  if (response_der.size() > kMaxContainerBytes) return bad("larger than a response may be");
  const auto outer = der::sole(response_der, der::Rules::ber);
  if (!outer || outer->tag != der::kSequence) return bad("not a time-stamp response");
  Reader response = Reader(response_der, der::Rules::ber).inside(*outer);
  auto status_info = response.enter(der::kSequence);
  const auto status = status_info ? status_info->take(der::kInteger) : std::nullopt;
  const auto number = status ? der::small_integer(*status) : std::nullopt;
  if (!number) return bad("a response without status");
  if (*number != 0 && *number != 1) return bad(fmt::format("refused with status {}", *number));
  const auto token = response.take(der::kSequence);
  if (!token || !response.at_end()) return bad("granted, but without a token");
  return std::string(token->whole);
}

Checked<std::string> with_timestamp(std::string_view cms, std::string_view token_der) {
  const auto read = read_cms(cms);
  if (!read) return tl::unexpected(read.error());
  if (!read->signers.front().timestamp_tokens.empty()) return bad("there is a time-stamp already");
  const auto token = read_cms(token_der);
  if (!token) return bad("the token cannot be read", token.error());

  const auto outer = der::sole(cms, der::Rules::ber);
  const auto whole = as_der(*outer, Reader(cms, der::Rules::ber));
  const auto token_element = der::sole(token_der, der::Rules::ber);
  const auto token_whole = as_der(*token_element, Reader(token_der, der::Rules::ber));
  if (!whole || !token_whole) return fault(Reason::malformed, "cannot be written as DER");
  const std::string attribute = der::sequence({der::oid(oids::kTimeStampToken), der::element(der::kSet, *token_whole)});

  // read_cms has found the shape good: every step below is there.
  Reader info(der::sole(*whole)->content);
  const std::string_view type = info.take(der::kOid)->whole;
  Reader data = *info.enter(der::context(0))->enter(der::kSequence);
  std::string before;
  while (true) {
    const Element part = *data.take();
    if (!data.at_end()) {
      before += part.whole;
      continue;
    }
    Reader signers(part.content);
    std::string with = with_attribute(signers.take(der::kSequence)->whole, attribute);
    with += signers.rest();
    before += der::element(der::kSet, with);
    break;
  }
  return der::sequence({type, der::element(der::context(0), der::element(der::kSequence, before))});
}

}  // namespace mekenjai::edge::eds
