// From what a container claims to what it proves: certificate, digest, signature (eds.md 5, points 2 to 4 and 6).
#include <map>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/cms/cms.hpp"

namespace mekenjai::edge::eds {
namespace {

using der::Element;
using der::Reader;

// --- the signer's own word about his certificate (RFC 5035) -------------------------------------------------------

/// issuerSerial, where it stands, repeats what the certificate says.
bool fits_issuer_serial(Reader reader, const Certificate& certificate) {
  auto names = reader.enter(der::kSequence);
  const auto serial = reader.take(der::kInteger);
  const auto octets = serial ? der::unsigned_integer(*serial) : std::nullopt;
  if (!names || !octets || !reader.at_end() || *octets != certificate.serial) return false;
  const auto name = names->take(der::context(4));  // GeneralName directoryName
  return name && names->at_end() && name->content == certificate.issuer;
}

/// The first ESSCertID(V2) names this certificate.
bool names_certificate(std::string_view attribute, bool v2, const Certificate& certificate) {
  Reader outer(attribute);
  auto signing_certificate = outer.enter(der::kSequence);
  auto ids = signing_certificate ? signing_certificate->enter(der::kSequence) : std::nullopt;
  auto id = ids ? ids->enter(der::kSequence) : std::nullopt;
  if (!id) return false;
  crypto::Digest digest = v2 ? crypto::Digest::sha256 : crypto::Digest::sha1;
  if (v2 && id->tag() == der::kSequence) {
    const auto algorithm = id->enter(der::kSequence)->take(der::kOid);
    const auto named = algorithm ? crypto::digest_of_oid(algorithm->content) : std::nullopt;
    if (!named) return false;
    digest = *named;
  }
  const auto hash = id->take(der::kOctetString);
  if (!hash || hash->content != crypto::hash(digest, certificate.der)) return false;
  if (id->at_end()) return true;
  const auto issuer_serial = id->enter(der::kSequence);
  return issuer_serial && id->at_end() && fits_issuer_serial(*issuer_serial, certificate);
}

bool names_no_other(const SignerInfo& signer, const Certificate& certificate) {
  return (!signer.signing_certificate || names_certificate(*signer.signing_certificate, false, certificate)) &&
         (!signer.signing_certificate_v2 || names_certificate(*signer.signing_certificate_v2, true, certificate));
}

// --- a container's signers ----------------------------------------------------------------------------------------

class Judge {
 public:
  Judge(const Cms& cms, std::optional<std::string_view> detached, std::string_view expected_type,
        const Trust* known)
      : cms_(cms), content_(cms.content ? std::optional<std::string_view>(*cms.content) : detached) {
    for (const std::string& der : cms.certificates) {
      auto certificate = known == nullptr ? Certificate::read(der) : known->recall(der);
      if (!certificate) {
        unreadable_.push_back(certificate.error());
      } else if (std::none_of(certificates_.begin(), certificates_.end(), [&](const CertificatePtr& one) {
                   return one->fingerprint == (*certificate)->fingerprint;
                 })) {
        certificates_.push_back(std::move(*certificate));
      }
    }
    if (cms.content_type != expected_type) {
      wrong_ = Fault{Reason::content_mismatch, "content of type " + der::dotted(cms.content_type)};
    } else if (!content_) {
      wrong_ = Fault{Reason::content_mismatch, "a detached signature, and the content is not given"};
    } else if (detached && *content_ != *detached) {
      wrong_ = Fault{Reason::content_mismatch, "attached content is not the expected one"};
    }
  }

  SignerOutcome judge(const SignerInfo& signer) {
    const auto certificate = certificate_of(signer);
    if (!certificate) return {nullptr, tl::unexpected(certificate.error())};
    if (wrong_) return {*certificate, tl::unexpected(*wrong_)};
    return {*certificate, holds(signer, *certificate)};
  }

 private:
  /// The one that the signer identifier means. Twins of one issuer and serial are told apart by the signer's own
  /// word, which is signed, and by nothing else.
  Checked<CertificatePtr> certificate_of(const SignerInfo& signer) const {
    std::vector<CertificatePtr> meant;
    for (const CertificatePtr& one : certificates_) {
      const bool named = signer.key_id.empty() ? one->issuer == signer.issuer && one->serial == signer.serial
                                               : one->subject_key_id == signer.key_id;
      if (named) meant.push_back(one);
    }
    if (meant.empty() && !unreadable_.empty()) {
      return fault(unreadable_.front().reason, "no certificate of the signer", unreadable_);
    }
    if (meant.empty()) return fault(Reason::bad_certificate, "the signer's certificate is not there");
    if (meant.size() > 1) {
      if (!signer.signing_certificate && !signer.signing_certificate_v2) {
        return fault(Reason::ambiguous, "several certificates of one issuer and serial");
      }
      std::erase_if(meant, [&](const CertificatePtr& one) { return !names_no_other(signer, *one); });
      if (meant.size() != 1) return fault(Reason::ambiguous, "several certificates of one issuer and serial, none is named");
    }
    if (!names_no_other(signer, *meant.front())) {
      return fault(Reason::bad_certificate, "the signer names another certificate as his");
    }
    return meant.front();
  }

  Checked<IntactSignature> holds(const SignerInfo& signer, const CertificatePtr& certificate) {
    if (crypto::kind_of(signer.algorithm) != certificate->key.kind()) {
      return fault(Reason::weak_algorithm, "the signature's algorithm is not the key's");
    }
    if (signer.content_type != cms_.content_type) {
      return fault(Reason::malformed, "the signed contentType is not the content's");
    }
    if (signer.message_digest != digest(signer.digest)) {
      return fault(Reason::digest_mismatch, "the content is not what was signed");
    }
    const std::string attributes = crypto::hash(signer.digest, signer.attributes);
    if (!certificate->key.verify(signer.algorithm, attributes, signer.signature)) {
      return fault(Reason::signature_mismatch, "the signature is not of this key over these attributes");
    }
    return IntactSignature{certificate, signer.algorithm, std::string(*content_), signer.signature, signer.signing_time,
                           signer.timestamp_tokens};
  }

  const std::string& digest(crypto::Digest kind) {
    const auto known = digests_.find(kind);
    return known != digests_.end() ? known->second : digests_.emplace(kind, crypto::hash(kind, *content_)).first->second;
  }

  const Cms& cms_;
  std::optional<std::string_view> content_;
  std::vector<CertificatePtr> certificates_;
  std::vector<Fault> unreadable_;
  std::optional<Fault> wrong_;  // for every signer alike
  std::map<crypto::Digest, std::string> digests_;
};

}  // namespace

std::vector<SignerOutcome> judge_signers(const Cms& cms, std::optional<std::string_view> detached,
                                         std::string_view expected_type, const Trust* known) {
  Judge judge(cms, detached, expected_type, known);
  std::vector<SignerOutcome> outcomes;
  for (const SignerInfo& signer : cms.signers) outcomes.push_back(judge.judge(signer));
  return outcomes;
}

Checked<std::vector<IntactSignature>> intact(const Cms& cms, std::optional<std::string_view> detached,
                                             std::string_view expected_type, const Trust* known) {
  if (cms.signers.empty()) return fault(Reason::no_signature, "no signer");
  std::vector<IntactSignature> signatures;
  for (SignerOutcome& outcome : judge_signers(cms, detached, expected_type, known)) {
    if (!outcome.signature) return tl::unexpected(std::move(outcome.signature.error()));
    signatures.push_back(std::move(*outcome.signature));
  }
  return signatures;
}

}  // namespace mekenjai::edge::eds
