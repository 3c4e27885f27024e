#include "edge/eds/pki/ocsp.hpp"

#include <algorithm>

#include "edge/eds/pki/reading.hpp"

namespace mekenjai::edge::eds {
namespace {

using der::Element;
using der::Reader;

constexpr std::size_t kMaxResponse = 64 * 1024;  // real ones have 1 to 3 KB
constexpr std::size_t kMaxCertificates = 8;      // beside an answer; НУЦ РК puts one

/// OCSPResponseStatus, RFC 6960, 4.2.1.
enum ResponseStatus : int { kSuccessful = 0, kMalformedRequest = 1, kInternalError = 2, kTryLater = 3, kSigRequired = 5, kUnauthorized = 6 };

struct SingleResponse {
  Element cert_id;
  OcspJudgement::Status status{};  // good, revoked or unknown
  std::optional<Instant> revoked_at;
  std::optional<RevocationReason> reason;
  Instant this_update{};
  std::optional<Instant> next_update;
};

/// A BasicOCSPResponse, taken apart and not believed yet.
struct BasicResponse {
  reading::Signed envelope;
  crypto::Algorithm algorithm{};
  Element responder;  // [1] byName or [2] byKey
  Instant produced_at{};
  std::vector<SingleResponse> responses;
  std::optional<std::string_view> nonce;
  bool extended_revoke = false;
  std::vector<std::string_view> certificates;
};

OcspJudgement rejected(Fault why) {
  OcspJudgement judgement;
  judgement.status = OcspJudgement::Status::rejected;
  judgement.fault = std::move(why);
  return judgement;
}
OcspJudgement rejected(Reason reason, std::string detail) { return rejected(Fault{reason, std::move(detail), {}}); }

// --- reading ------------------------------------------------------------------------------------------------------

std::optional<Instant> generalized(Reader& fields) {
  const auto element = fields.take(der::kGeneralizedTime);
  return element ? der::time(*element) : std::nullopt;
}

bool read_revoked_info(Reader fields, SingleResponse& into) {
  into.revoked_at = generalized(fields);
  if (!into.revoked_at) return false;
  if (auto wrapped = fields.enter(der::context(0))) {
    const auto code = wrapped->take(der::kEnumerated);
    const auto number = code ? der::small_integer(*code) : std::nullopt;
    into.reason = number ? revocation_reason(*number) : std::nullopt;
    if (!into.reason || !wrapped->at_end()) return false;
  }
  return fields.at_end();
}

bool read_cert_status(Reader& fields, SingleResponse& into) {
  const auto status = fields.take();
  if (!status) return false;
  if (status->tag == der::context(0, false) && status->content.empty()) {
    into.status = OcspJudgement::Status::good;
    return true;
  }
  if (status->tag == der::context(2, false) && status->content.empty()) {
    into.status = OcspJudgement::Status::unknown;
    return true;
  }
  into.status = OcspJudgement::Status::revoked;
  return status->tag == der::context(1) && read_revoked_info(fields.inside(*status), into);
}

std::optional<SingleResponse> read_single(Reader fields) {
  SingleResponse single;
  const auto cert_id = fields.take(der::kSequence);
  if (!cert_id || !read_cert_status(fields, single)) return std::nullopt;
  single.cert_id = *cert_id;
  const auto this_update = generalized(fields);
  if (!this_update) return std::nullopt;
  single.this_update = *this_update;
  if (auto wrapped = fields.enter(der::context(0))) {
    single.next_update = generalized(*wrapped);
    if (!single.next_update || !wrapped->at_end()) return std::nullopt;
  }
  if (auto wrapped = fields.enter(der::context(1))) {
    const auto extensions = reading::extensions(*wrapped);
    const auto critical = [](const reading::Extension& extension) { return extension.critical; };
    if (!extensions || std::any_of(extensions->begin(), extensions->end(), critical)) return std::nullopt;
  }
  return fields.at_end() ? std::optional(single) : std::nullopt;
}

bool read_response_extensions(Reader outer, BasicResponse& into) {
  const auto extensions = reading::extensions(outer);
  if (!extensions) return false;
  for (const auto& extension : *extensions) {
    if (extension.oid == std::string_view(oids::kOcspNonce)) {
      const auto nonce = der::sole(extension.value);
      if (!nonce || nonce->tag != der::kOctetString) return false;
      into.nonce = nonce->content;
    } else if (extension.oid == std::string_view(oids::kOcspExtendedRevoke)) {
      into.extended_revoke = true;
    } else if (extension.critical) {
      return false;
    }
  }
  return true;
}

bool read_response_data(Reader fields, BasicResponse& into) {
  if (auto version = fields.enter(der::context(0))) {
    const auto number = version->take(der::kInteger);
    if (!number || der::small_integer(*number) != 0 || !version->at_end()) return false;
  }
  const auto responder = fields.take();
  if (!responder || (responder->tag != der::context(1) && responder->tag != der::context(2))) return false;
  into.responder = *responder;
  const auto produced_at = generalized(fields);
  auto list = fields.enter(der::kSequence);
  if (!produced_at || !list) return false;
  into.produced_at = *produced_at;
  while (!list->at_end()) {
    auto entry = list->enter(der::kSequence);
    auto single = entry ? read_single(*entry) : std::nullopt;
    if (!single) return false;
    into.responses.push_back(std::move(*single));
  }
  if (auto extensions = fields.enter(der::context(1))) {
    if (!read_response_extensions(*extensions, into)) return false;
  }
  return fields.at_end();
}

bool read_certificates(Reader& fields, BasicResponse& into) {
  auto wrapped = fields.enter(der::context(0));
  if (!wrapped) return true;
  auto list = wrapped->enter(der::kSequence);
  if (!list || !wrapped->at_end()) return false;
  while (!list->at_end()) {
    const auto certificate = list->take(der::kSequence);
    if (!certificate || into.certificates.size() == kMaxCertificates) return false;
    into.certificates.push_back(certificate->whole);
  }
  return true;
}

Checked<BasicResponse> read_basic(std::string_view bytes) {
  const auto malformed = [] { return fault(Reason::malformed, "not a BasicOCSPResponse"); };
  if (!der::is_der(bytes)) return malformed();
  Reader whole(bytes);
  auto fields = whole.enter(der::kSequence);
  if (!fields || !whole.at_end()) return malformed();
  BasicResponse basic;
  const auto envelope = reading::signed_body(*fields);
  if (!envelope || !read_certificates(*fields, basic) || !fields->at_end()) return malformed();
  basic.envelope = *envelope;
  if (!read_response_data(fields->inside(envelope->body), basic)) return malformed();
  const auto algorithm = reading::signature_algorithm(envelope->algorithm);
  if (!algorithm) return tl::unexpected(algorithm.error());
  if (crypto::archive_only(*algorithm) && basic.produced_at >= kArchiveEnds) {
    return fault(Reason::weak_algorithm, "the answer is signed with an algorithm of the archive");
  }
  basic.algorithm = *algorithm;
  return basic;
}

// --- judging ------------------------------------------------------------------------------------------------------

bool asks_about(const Element& cert_id, const OcspQuestion& question) {
  Reader fields(cert_id.content);
  const auto algorithm = fields.take(der::kSequence);
  const auto name = fields.take(der::kOctetString), key = fields.take(der::kOctetString);
  const auto serial = fields.take(der::kInteger);
  if (!algorithm || !name || !key || !serial || !fields.at_end()) return false;
  const auto oid = reading::algorithm_oid(*algorithm);
  const auto digest = oid ? crypto::digest_of_oid(*oid) : std::nullopt;
  return digest && der::unsigned_integer(*serial) == question.certificate->serial &&
         name->content == name_hash(*digest, *question.issuer) && key->content == key_hash(*digest, *question.issuer);
}

bool is_named(const Element& responder_id, const Certificate& certificate) {
  if (responder_id.tag == der::context(1)) return responder_id.content == certificate.subject_name;
  const auto hash = der::sole(responder_id.content);
  return hash && hash->tag == der::kOctetString && hash->content == key_hash(crypto::Digest::sha1, certificate);
}

bool has_signed(const Certificate& responder, const BasicResponse& basic) {
  if (crypto::kind_of(basic.algorithm) != responder.key.kind()) return false;
  const std::string digest = crypto::hash(crypto::digest_of(basic.algorithm), basic.envelope.body.whole);
  return responder.key.verify(basic.algorithm, digest, basic.envelope.signature);
}

/// A person's or an organisation's certificate answers for nobody, whatever else stands in it.
bool is_a_persons(const Certificate& certificate) {
  constexpr oids::Oid kSubscribers = "1.2.398.3.3.4.1";  // natural persons, legal entities and all their roles
  const auto of_person = [&](std::string_view purpose) {
    return purpose == std::string_view(oids::kEmailProtection) || purpose == std::string_view(oids::kClientAuth) ||
           purpose.starts_with(std::string_view(kSubscribers));
  };
  return std::any_of(certificate.extended_key_usage.begin(), certificate.extended_key_usage.end(), of_person);
}

/// Why this certificate may not answer for the issuer (RFC 6960, 4.2.2.2); nothing where it may. Whether the
/// responder's own certificate is revoked is not asked: НУЦ РК marks it ocsp-nocheck, and an answer about it could only
/// come from itself. It lives for a year, and whoever withdraws it takes the issuer's trust away by the folder.
std::optional<Fault> may_not_answer(const Certificate& responder, const OcspQuestion& question, const Trust& trust,
                                    Instant produced_at, Instant at) {
  const auto no = [](Reason reason, const char* detail) { return Fault{reason, detail, {}}; };
  if (responder.fingerprint == question.issuer->fingerprint) return std::nullopt;
  if (!responder.unknown_critical.empty()) {
    return no(Reason::bad_certificate, "the responder's certificate has a critical extension that is not understood");
  }
  if (!responder.for_purpose(oids::kOcspSigning)) return no(Reason::wrong_key_use, "the responder lacks OCSPSigning");
  if (is_a_persons(responder)) return no(Reason::wrong_key_use, "the responder is a subscriber of the CA");
  if (responder.key_usage && (*responder.key_usage & (kDigitalSignature | kNonRepudiation)) == 0) {
    return no(Reason::wrong_key_use, "the responder's key is not for signatures");
  }
  if (crypto::archive_only(responder.algorithm) && produced_at >= kArchiveEnds) {
    return no(Reason::weak_algorithm, "the responder's certificate is signed with an algorithm of the archive");
  }
  if (responder.issuer != question.issuer->subject_name || !trust.proven(responder, *question.issuer)) {
    return no(Reason::untrusted_issuer, "the responder has its certificate from somebody else than the issuer");
  }
  if (!responder.valid_at(produced_at) || !responder.valid_at(at)) {
    return no(Reason::expired, "the responder's certificate was not valid then");
  }
  return std::nullopt;
}

/// The certificate that signed the answer and may; the reason where there is none.
Checked<CertificatePtr> responder_of(const BasicResponse& basic, const OcspQuestion& question, const Trust& trust,
                                     Instant at) {
  std::vector<CertificatePtr> candidates{question.issuer};
  for (const std::string_view der : basic.certificates) {
    const auto certificate = trust.recall(der);
    if (certificate) candidates.push_back(*certificate);
  }
  Fault refusal{Reason::untrusted_issuer, "no certificate of the responder that the answer names", {}};
  for (const CertificatePtr& candidate : candidates) {
    if (!is_named(basic.responder, *candidate)) continue;
    if (!has_signed(*candidate, basic)) {
      refusal = {Reason::signature_mismatch, "the answer's signature does not hold", {}};
      continue;
    }
    auto why_not = may_not_answer(*candidate, question, trust, basic.produced_at, at);
    if (!why_not) return candidate;
    refusal = std::move(*why_not);
  }
  return tl::unexpected(std::move(refusal));
}

std::optional<Fault> out_of_time(const BasicResponse& basic, const SingleResponse& single, Instant at) {
  const Instant latest = at + kClockSkew;
  if (single.this_update > latest || basic.produced_at > latest) {
    return Fault{Reason::not_yet_valid, "the answer is from the future", {}};
  }
  if (single.next_update && *single.next_update < single.this_update) {
    return Fault{Reason::malformed, "nextUpdate is before thisUpdate", {}};
  }
  const bool stale = single.next_update ? at > *single.next_update + kClockSkew : at - single.this_update > kOcspAge;
  if (stale) return Fault{Reason::expired, "the answer is out of date", {}};
  return std::nullopt;
}

OcspJudgement statement(const BasicResponse& basic, const SingleResponse& single) {
  OcspJudgement judgement;
  judgement.status = single.status;
  judgement.revoked_at = single.revoked_at;
  judgement.revocation_reason = single.reason;
  judgement.produced_at = basic.produced_at;
  judgement.this_update = single.this_update;
  judgement.next_update = single.next_update;
  // RFC 6960, 2.2: a serial that was never issued is "revoked" since 1970, on hold.
  const bool since_ever = single.revoked_at == Instant{};
  if (since_ever && (basic.extended_revoke || single.reason == RevocationReason::certificate_hold)) {
    judgement.status = OcspJudgement::Status::not_issued;
  }
  return judgement;
}

OcspJudgement judge_basic(std::string_view bytes, const OcspQuestion& question, const Trust& trust, Instant at) {
  const auto basic = read_basic(bytes);
  if (!basic) return rejected(basic.error());
  const SingleResponse* ours = nullptr;
  for (const SingleResponse& single : basic->responses) {
    if (!asks_about(single.cert_id, question)) continue;
    if (ours != nullptr) return rejected(Reason::ambiguous, "two answers about the certificate");
    ours = &single;
  }
  if (ours == nullptr) return rejected(Reason::content_mismatch, "the answer is about another certificate");
  const auto path = trust.path(question.issuer, at);
  if (!path) return rejected(Fault{path.error().reason, "the issuer is not trusted", {path.error()}});
  const auto responder = responder_of(*basic, question, trust, at);
  if (!responder) return rejected(responder.error());
  if (question.nonce && basic->nonce != question.nonce) {
    return rejected(Reason::content_mismatch, basic->nonce ? "another nonce came back" : "the nonce did not come back");
  }
  if (auto wrong = out_of_time(*basic, *ours, at)) return rejected(std::move(*wrong));
  trust.keep(*responder);
  return statement(*basic, *ours);
}

/// A failure that a responder may tell without a signature.
std::string_view failure(std::int64_t status) {
  switch (status) {
    case kMalformedRequest: return "the responder did not understand the request";
    case kInternalError: return "the responder has an internal error";
    case kTryLater: return "the responder says: try later";
    case kSigRequired: return "the responder wants a signed request";
    case kUnauthorized: return "the responder does not answer for this certificate";
    default: return {};
  }
}

}  // namespace

std::string_view word(RevocationReason reason) {
  switch (reason) {
    case RevocationReason::unspecified: return "unspecified";
    case RevocationReason::key_compromise: return "key_compromise";
    case RevocationReason::ca_compromise: return "ca_compromise";
    case RevocationReason::affiliation_changed: return "affiliation_changed";
    case RevocationReason::superseded: return "superseded";
    case RevocationReason::cessation_of_operation: return "cessation_of_operation";
    case RevocationReason::certificate_hold: return "certificate_hold";
    case RevocationReason::remove_from_crl: return "remove_from_crl";
    case RevocationReason::privilege_withdrawn: return "privilege_withdrawn";
    case RevocationReason::aa_compromise: return "aa_compromise";
  }
  return "unspecified";
}

std::optional<RevocationReason> revocation_reason(std::int64_t code) {
  const bool assigned = code >= 0 && code <= 10 && code != 7;
  return assigned ? std::optional(static_cast<RevocationReason>(code)) : std::nullopt;
}

bool benign(RevocationReason reason) {
  return reason == RevocationReason::affiliation_changed || reason == RevocationReason::superseded ||
         reason == RevocationReason::cessation_of_operation || reason == RevocationReason::privilege_withdrawn;
}

std::string_view word(OcspJudgement::Status status) {
  static constexpr std::string_view kWords[] = {"good", "revoked", "unknown", "not_issued", "rejected", "unavailable"};
  return kWords[static_cast<std::size_t>(status)];
}

std::string ocsp_request(const OcspQuestion& question) {
  constexpr auto kHash = crypto::Digest::sha256;
  const std::string algorithm = der::sequence({der::oid(crypto::oid_of(kHash)), der::null()});
  const std::string cert_id = der::sequence({algorithm, der::octet_string(name_hash(kHash, *question.issuer)),
                                             der::octet_string(key_hash(kHash, *question.issuer)),
                                             der::unsigned_integer(question.certificate->serial)});
  const std::string requests = der::sequence({der::sequence({cert_id})});
  std::string extensions;
  if (question.nonce) {
    const std::string value = der::octet_string(der::octet_string(*question.nonce));
    const std::string nonce = der::sequence({der::oid(oids::kOcspNonce), value});
    extensions = der::element(der::context(2), der::sequence({nonce}));
  }
  return der::sequence({der::sequence({requests, extensions})});
}

OcspJudgement judge_ocsp(std::string_view bytes, const OcspQuestion& question, const Trust& trust, Instant at) {
  const auto malformed = [] { return rejected(Reason::malformed, "not an OCSPResponse"); };
  if (bytes.size() > kMaxResponse || !der::is_der(bytes)) return malformed();
  Reader whole(bytes);
  auto fields = whole.enter(der::kSequence);
  const auto code = fields ? fields->take(der::kEnumerated) : std::nullopt;
  const auto status = code ? der::small_integer(*code) : std::nullopt;
  if (!status || !whole.at_end()) return malformed();
  if (*status != kSuccessful) {
    const std::string_view why = failure(*status);
    if (why.empty() || !fields->at_end()) return malformed();
    OcspJudgement judgement;
    judgement.fault = Fault{Reason::revocation_unknown, std::string(why), {}};
    return judgement;
  }
  auto wrapped = fields->enter(der::context(0));
  auto response = wrapped ? wrapped->enter(der::kSequence) : std::nullopt;
  const auto type = response ? response->take(der::kOid) : std::nullopt;
  const auto basic = response ? response->take(der::kOctetString) : std::nullopt;
  if (!type || !basic || type->content != std::string_view(oids::kOcspBasic)) return malformed();
  if (!response->at_end() || !wrapped->at_end() || !fields->at_end()) return malformed();
  return judge_basic(basic->content, question, trust, at);
}

}  // namespace mekenjai::edge::eds
