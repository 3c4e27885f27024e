// What somebody may try with a signature (eds.md, section 6), made anew with an authority of our own: what he does, and
// the answer he gets. Beside every kind of attack stands the honest case, so that no refusal is cheap.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/make/test_authority.hpp"
#include "edge/eds/verify.hpp"

namespace mekenjai::edge::eds {
namespace {

using crypto::KeyKind;
using make::CertificateOrder;
using make::CmsOrder;
using make::CmsSigner;
using make::Extension;
using make::Identity;
using make::kBolat;
using make::kSaule;
using make::kTestFrom;
using make::kTestNow;
using make::NameAttribute;
using make::RsaUse;
using make::TestAuthority;
using namespace std::chrono_literals;

constexpr std::string_view kContent = R"({"applicant":"900101300017","kind":"permanent","rka":"1000000000000001"})";
constexpr std::string_view kOtherContent =
    R"({"applicant":"900101300017","kind":"permanent","rka":"1000000000000002"})";
constexpr std::string_view kDocument = R"(<application number="991300000003" sha256="00ff"></application>)";
constexpr std::string_view kNonce = "Zm9vYmFyMTIzNDU2Nzg5MA", kOrigin = "https://mekenjai.test";

struct World {
  const TestAuthority& gost = TestAuthority::shared(KeyKind::gost2015);
  const TestAuthority& rsa = TestAuthority::shared(KeyKind::rsa);
  Identity saule = gost.person(), bolat = gost.person(kBolat);
  Identity saule_rsa = rsa.person(), saule_rsa_login = rsa.person(kSaule, RsaUse::authenticate);

  static const World& instance() {
    static const World world;
    return world;
  }
};

/// What is handed in, and what it is judged by: by default the document that Saule was to sign.
struct Attempt {
  std::string bytes;
  Expectation expectation{};
  std::vector<CertificatePtr> intermediates{};  // beside the authority's own
  std::vector<Evidence::Ocsp> ocsp{};
  Instant now = kTestNow;
};

Expectation document_of_saule() {
  Expectation expectation;
  expectation.content = kContent;
  expectation.iin = kSaule.iin;
  return expectation;
}

Attempt attempt(std::string bytes) { return {std::move(bytes), document_of_saule()}; }

Attempt xml_attempt(std::string bytes) {
  Attempt made = attempt(std::move(bytes));
  made.expectation.content.reset();
  made.expectation.xml_document = canonical_xml(kDocument);
  return made;
}

Attempt login_attempt(std::string bytes) {
  Attempt made = attempt(std::move(bytes));
  made.expectation.content.reset();
  made.expectation.use = Use::login;
  made.expectation.nonce = kNonce;
  made.expectation.origin = kOrigin;
  return made;
}

/// Whoever is not said to be revoked is not: the authorities' lists are empty.
Verdict judged(const Attempt& attempt) {
  const World& world = World::instance();
  std::vector<CertificatePtr> trusted = world.gost.certificates();
  for (const CertificatePtr& one : world.rsa.certificates()) trusted.push_back(one);
  for (const CertificatePtr& one : attempt.intermediates) trusted.push_back(one);
  const Trust trust(trusted);
  std::vector<CrlPtr> lists;
  for (const TestAuthority* authority : {&world.gost, &world.rsa}) {
    auto list = Crl::read(authority->crl_of({}, attempt.now - 1h), trust);
    if (!list) throw std::logic_error(describe(list.error()));
    lists.push_back(*std::move(list));
  }
  Evidence evidence;
  evidence.ocsp = attempt.ocsp;
  evidence.crls = std::make_shared<const CrlSet>(std::move(lists));
  return verify(attempt.bytes, attempt.expectation, trust, evidence, attempt.now);
}

struct Story {
  std::string_view name, what;
  Reason expected;
  Attempt (*made)(const World&);
};
void PrintTo(const Story& story, std::ostream* out) { *out << story.what; }

class Attacks : public testing::TestWithParam<Story> {};

TEST_P(Attacks, End) {
  const Story& story = GetParam();
  const Verdict verdict = judged(story.made(World::instance()));
  EXPECT_EQ(word(verdict.reason), word(story.expected)) << story.what << "\n"
                                                        << (verdict.fault ? describe(*verdict.fault) : "");
  EXPECT_EQ(verdict.valid(), !verdict.proven.empty());
}

std::string story_name(const testing::TestParamInfo<Story>& info) { return std::string(info.param.name); }

// --- helpers of the attacker --------------------------------------------------------------------------------------

CmsOrder order_by(const Identity& signer, std::string_view content = kContent) {
  CmsOrder order;
  order.content = content;
  CmsSigner& one = order.signers.emplace_back();
  one.identity = &signer;
  one.signing_time = kTestNow;
  return order;
}

std::string signed_by_saule(const World& world, std::string_view content = kContent) {
  return make::sign_cms(content, world.saule, kTestNow);
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  if (at == std::string::npos) throw std::logic_error("nothing to replace: " + std::string(what));
  return text.replace(at, what.size(), with);
}

SignerInfo signer_of(std::string_view cms) { return read_cms(cms).value().signers.at(0); }

std::string content_type_attribute(std::string_view type = oids::kData) {
  return make::attribute(oids::kContentType, der::oid(type));
}
std::string digest_of(std::string_view content) {
  return der::octet_string(crypto::hash(crypto::Digest::streebog512, content));
}
std::string digest_attribute(std::string_view content = kContent) {
  return make::attribute(oids::kMessageDigest, digest_of(content));
}
/// Signed by Saule with exactly these attributes.
Attempt with_attributes(const World& world, std::initializer_list<std::string> attributes) {
  CmsOrder order = order_by(world.saule);
  const std::string set = der::set_of(attributes);
  order.signers[0].attributes = std::string(der::sole(set)->content);
  return attempt(make::sign_cms(order));
}
Attempt with_signature(const World& world, std::string signature) {
  CmsOrder order = order_by(world.saule);
  order.signers[0].signature = std::move(signature);
  return attempt(make::sign_cms(order));
}
Attempt with_certificates(const World& world, std::vector<CertificatePtr> certificates) {
  CmsOrder order = order_by(world.saule);
  order.certificates.emplace();
  for (const CertificatePtr& one : certificates) order.certificates->push_back(one->der);
  return attempt(make::sign_cms(order));
}

// --- containers ---------------------------------------------------------------------------------------------------

const Story kHonestContainers[] = {
    {"Attached", "Saule signs what she was asked to", Reason::ok,
     [](const World& world) { return attempt(signed_by_saule(world)); }},
    {"Detached", "the content is what we stored ourselves", Reason::ok,
     [](const World& world) { return attempt(make::sign_cms(kContent, world.saule, kTestNow, false)); }},
    {"Rsa", "the same with an RSA key for signing", Reason::ok,
     [](const World& world) { return attempt(make::sign_cms(kContent, world.saule_rsa, kTestNow)); }},
    {"Armour", "as NCALayer hands it over", Reason::ok,
     [](const World& world) { return attempt(make::armoured(signed_by_saule(world))); }},
    {"NoSigningCertificate", "older NCALayer leaves signingCertificateV2 out", Reason::ok,
     [](const World& world) {
       CmsOrder order = order_by(world.saule);
       order.signers[0].signing_certificate_v2 = false;
       return attempt(make::sign_cms(order));
     }},
    {"TwoSigners", "Saule and Bolat sign, nobody in particular was expected", Reason::ok,
     [](const World& world) {
       CmsOrder order = order_by(world.saule);
       order.signers.emplace_back().identity = &world.bolat;
       Attempt made = attempt(make::sign_cms(order));
       made.expectation.iin.reset();
       return made;
     }},
    {"TimeStamped", "a token of the authority proves when", Reason::ok,
     [](const World& world) { return attempt(world.gost.stamped(signed_by_saule(world), kTestNow - 5min)); }},
    {"ExpiredSince", "the certificate expired after the moment that a token proves", Reason::ok,
     [](const World& world) {
       CertificateOrder order = world.gost.order_for(kSaule);
       order.not_after = kTestNow - 24h;
       const Identity saule = world.gost.issue_order(order);
       Attempt made = attempt(world.gost.stamped(make::sign_cms(kContent, saule, kTestNow - 48h), kTestNow - 48h));
       made.ocsp = {{world.gost.ocsp(*saule.certificate, kTestNow), {}}};
       return made;
     }},
};
INSTANTIATE_TEST_SUITE_P(HonestContainers, Attacks, testing::ValuesIn(kHonestContainers), story_name);

const Story kContainers[] = {
    {"ChangedContent", "the content is changed after signing, into what we asked for", Reason::digest_mismatch,
     [](const World& world) {
       return attempt(replaced(signed_by_saule(world, kOtherContent), kOtherContent, kContent));
     }},
    {"ChangedIntoAnother", "the content is changed after signing, into something else", Reason::content_mismatch,
     [](const World& world) { return attempt(replaced(signed_by_saule(world), kContent, kOtherContent)); }},
    {"ChangedContentAndDigest", "content and messageDigest are changed, the signature is kept",
     Reason::signature_mismatch,
     [](const World& world) {
       const std::string cms = signed_by_saule(world, kOtherContent);
       const std::string old = digest_of(kOtherContent), fitting = digest_of(kContent);
       return attempt(replaced(replaced(cms, old, fitting), kOtherContent, kContent));
     }},
    {"OtherDocument", "a good signature under another application", Reason::content_mismatch,
     [](const World& world) { return attempt(signed_by_saule(world, kOtherContent)); }},
    {"OtherDocumentDetached", "the same, the content left out", Reason::digest_mismatch,
     [](const World& world) { return attempt(make::sign_cms(kOtherContent, world.saule, kTestNow, false)); }},
    {"OtherPerson", "Bolat signs Saule's application", Reason::wrong_person,
     [](const World& world) { return attempt(make::sign_cms(kContent, world.bolat, kTestNow)); }},
    {"NoSignedAttributes", "the bare content is signed", Reason::no_signed_attributes,
     [](const World& world) {
       CmsOrder order = order_by(world.saule);
       order.signers[0].signed_attributes = false;
       return attempt(make::sign_cms(order));
     }},
    {"AttributeStripping", "attributes that Saule once signed are shown as the content, and the attributes taken away",
     Reason::no_signed_attributes,
     [](const World& world) {
       const SignerInfo signed_once = signer_of(signed_by_saule(world));
       CmsOrder order = order_by(world.saule, signed_once.attributes);
       order.signers[0].signed_attributes = false;
       order.signers[0].signature = signed_once.signature;
       Attempt made = attempt(make::sign_cms(order));
       made.expectation.content = signed_once.attributes;
       return made;
     }},
    {"NoMessageDigest", "the attributes do not say what was signed", Reason::malformed,
     [](const World& world) { return with_attributes(world, {content_type_attribute()}); }},
    {"TwoMessageDigests", "one digest for us, one for somebody else", Reason::malformed,
     [](const World& world) {
       return with_attributes(world, {content_type_attribute(), digest_attribute(), digest_attribute(kOtherContent)});
     }},
    {"MessageDigestOfTwoValues", "the same within one attribute", Reason::malformed,
     [](const World& world) {
       const std::string both = make::attribute(oids::kMessageDigest, digest_of(kContent) + digest_of(kOtherContent));
       return with_attributes(world, {content_type_attribute(), both});
     }},
    {"NoContentType", "the attributes do not say what kind of content it is", Reason::malformed,
     [](const World& world) { return with_attributes(world, {digest_attribute()}); }},
    {"ContentTypeConfusion", "signed as a time-stamp, shown as data", Reason::malformed,
     [](const World& world) {
       return with_attributes(world, {content_type_attribute(oids::kTstInfo), digest_attribute()});
     }},
    {"TimeStampAsDocument", "a time-stamp token is handed in as a signed document", Reason::content_mismatch,
     [](const World& world) { return attempt(world.gost.token("octets", kTestNow)); }},
    {"NobodySigned", "a container with content, certificate and no signer", Reason::no_signature,
     [](const World& world) {
       CmsOrder order = order_by(world.saule);
       order.certificates = {{world.saule.certificate->der}};
       order.signers.clear();
       return attempt(make::sign_cms(order));
     }},
    {"NoCertificate", "the certificate is left out", Reason::bad_certificate,
     [](const World& world) { return with_certificates(world, {}); }},
    {"CertificateOfAnother", "Bolat's certificate stands in the place of Saule's", Reason::bad_certificate,
     [](const World& world) { return with_certificates(world, {world.bolat.certificate}); }},
    {"SwappedSigner", "Bolat signs and says he is Saule, both certificates are there", Reason::signature_mismatch,
     [](const World& world) {
       CmsOrder order = order_by(world.bolat);
       const Certificate& saule = *world.saule.certificate;
       order.signers[0].sid = der::sequence({saule.issuer, der::unsigned_integer(saule.serial)});
       order.signers[0].signing_certificate_v2 = false;
       order.certificates = {{saule.der, world.bolat.certificate->der}};
       return attempt(make::sign_cms(order));
     }},
    {"SigningCertificateOfAnother", "signingCertificateV2 names Bolat's certificate", Reason::bad_certificate,
     [](const World& world) {
       const std::string hash = crypto::hash(crypto::Digest::sha256, world.bolat.certificate->der);
       const std::string certificates = der::sequence({der::sequence({der::octet_string(hash)})});
       return with_attributes(world, {content_type_attribute(), digest_attribute(),
                                      make::attribute(oids::kSigningCertificateV2, der::sequence({certificates}))});
     }},
    {"RussianByteOrder", "the signature is s || r, big-endian, as RFC 9215 has it", Reason::signature_mismatch,
     [](const World& world) {
       CmsOrder order = order_by(world.saule);
       const std::string right = signer_of(make::sign_cms(order)).attributes;
       order.signers[0].attributes = std::string(der::sole(right)->content);
       std::string signature =
           world.saule.key.sign(crypto::Algorithm::gost2015, crypto::hash(crypto::Digest::streebog512, right));
       std::reverse(signature.begin(), signature.end());
       order.signers[0].signature = signature;
       return attempt(make::sign_cms(order));
     }},
    {"Zeros", "r = s = 0", Reason::signature_mismatch,
     [](const World& world) { return with_signature(world, std::string(128, '\0')); }},
    {"OutOfRange", "s above the order of the group", Reason::signature_mismatch,
     [](const World& world) { return with_signature(world, std::string(64, '\x01') + std::string(64, '\xff')); }},
    {"AnOctetMore", "129 octets", Reason::signature_mismatch,
     [](const World& world) { return with_signature(world, signer_of(signed_by_saule(world)).signature + '\0'); }},
    {"Sha256WithGost", "a digest that does not belong to the key", Reason::weak_algorithm,
     [](const World& world) {
       CmsOrder order = order_by(world.saule);
       order.signers[0].digest = crypto::Digest::sha256;
       return attempt(make::sign_cms(order));
     }},
    {"Sha1WithRsa", "an RSA signature of the old kind", Reason::weak_algorithm,
     [](const World& world) {
       CmsOrder order = order_by(world.saule_rsa);
       order.signers[0].algorithm = crypto::Algorithm::rsa_sha1;
       return attempt(make::sign_cms(order));
     }},
    {"SecondSignerBroken", "one good signature lends its light to a broken one", Reason::signature_mismatch,
     [](const World& world) {
       CmsOrder order = order_by(world.saule);
       CmsSigner& second = order.signers.emplace_back();
       second.identity = &world.bolat;
       second.signature = std::string(128, '\x01');
       Attempt made = attempt(make::sign_cms(order));
       made.expectation.iin.reset();
       return made;
     }},
    {"SomethingBehind", "octets behind the container", Reason::malformed,
     [](const World& world) { return attempt(signed_by_saule(world) + "more"); }},
    {"Nothing", "nothing at all", Reason::malformed, [](const World&) { return attempt(""); }},
    {"ACertificate", "a certificate instead of a signature", Reason::malformed,
     [](const World& world) { return attempt(world.saule.certificate->der); }},
};
INSTANTIATE_TEST_SUITE_P(Containers, Attacks, testing::ValuesIn(kContainers), story_name);

// --- time-stamps --------------------------------------------------------------------------------------------------

Attempt stamped_by(const World& world, const Identity& authority) {
  return attempt(world.gost.stamped(signed_by_saule(world), kTestNow - 5min, &authority));
}
Identity stamp_authority(const World& world, const CertificateOrder& order) { return world.gost.issue_order(order); }
CertificateOrder stamp_order(std::vector<std::string> purposes, bool critical) {
  CertificateOrder order = make::time_stamp_authority_order("TEST TSA", kTestFrom);
  order.extensions[0] = make::extended_key_usage(purposes, critical);
  return order;
}
/// Saule's signature with whole tokens of the attacker's choice.
Attempt with_tokens(const World& world, const std::vector<std::string>& values) {
  CmsOrder order = order_by(world.saule);
  const SignerInfo once = signer_of(make::sign_cms(order));
  order.signers[0].attributes = std::string(der::sole(once.attributes)->content);
  order.signers[0].signature = once.signature;
  for (const std::string& value : values) {
    order.signers[0].unsigned_attributes.push_back(make::attribute(oids::kTimeStampToken, value));
  }
  return attempt(make::sign_cms(order));
}

const Story kTimeStamps[] = {
    {"OfSomethingElse", "the token is about other octets", Reason::bad_timestamp,
     [](const World& world) { return with_tokens(world, {world.gost.token("another signature", kTestNow)}); }},
    {"NoToken", "something else stands where the token should be", Reason::bad_timestamp,
     [](const World& world) { return with_tokens(world, {der::sequence({der::null()})}); }},
    {"NoPurpose", "the authority's certificate may not stamp", Reason::bad_timestamp,
     [](const World& world) {
       return stamped_by(world, stamp_authority(world, stamp_order({std::string(oids::kEmailProtection)}, true)));
     }},
    {"PurposeNotCritical", "it may, but anybody may ignore that", Reason::bad_timestamp,
     [](const World& world) {
       return stamped_by(world, stamp_authority(world, stamp_order({std::string(oids::kTimeStamping)}, false)));
     }},
    {"PurposeNotSole", "it may stamp, and sign documents too", Reason::bad_timestamp,
     [](const World& world) {
       return stamped_by(world, stamp_authority(world, stamp_order({std::string(oids::kTimeStamping),
                                                                    std::string(oids::kEmailProtection)}, true)));
     }},
    {"ByAPerson", "Bolat stamps with his own key", Reason::bad_timestamp,
     [](const World& world) { return stamped_by(world, world.bolat); }},
    {"LookAlike", "an authority of the same names under a root of its own", Reason::bad_timestamp,
     [](const World& world) {
       static const TestAuthority other;
       return stamped_by(world, other.stamps);
     }},
    {"FromTomorrow", "genTime has not come yet", Reason::bad_timestamp,
     [](const World& world) { return attempt(world.gost.stamped(signed_by_saule(world), kTestNow + 24h)); }},
    {"BeforeItsCertificate", "genTime before the authority's certificate was valid", Reason::bad_timestamp,
     [](const World& world) { return attempt(world.gost.stamped(signed_by_saule(world), kTestFrom - 24h)); }},
    {"ForeignPolicy", "a policy that is not of НУЦ РК's time-stamps", Reason::bad_timestamp,
     [](const World& world) {
       const std::string cms = signed_by_saule(world);
       make::StampOrder order;
       order.at = kTestNow;
       order.policy = std::string(oids::kPolicyKuc);
       return attempt(with_timestamp(cms, world.gost.token(signer_of(cms).signature, order)).value());
     }},
    {"Damaged", "a bit of the authority's signature is flipped", Reason::bad_timestamp,
     [](const World& world) {
       const std::string cms = signed_by_saule(world);
       std::string token = world.gost.token(signer_of(cms).signature, kTestNow);
       token.back() = static_cast<char>(token.back() ^ 1);
       return attempt(with_timestamp(cms, token).value());
     }},
    {"SignerExpiredBefore", "the certificate had expired when the token was made", Reason::expired,
     [](const World& world) {
       CertificateOrder order = world.gost.order_for(kSaule);
       order.not_after = kTestNow - 24h;
       const Identity saule = world.gost.issue_order(order);
       return attempt(world.gost.stamped(make::sign_cms(kContent, saule, kTestNow - 48h), kTestNow - 1h));
     }},
    {"ClaimedTime", "an expired certificate, and a signing time that the signer made up", Reason::expired,
     [](const World& world) {
       CertificateOrder order = world.gost.order_for(kSaule);
       order.not_after = kTestNow - 24h;
       const Identity saule = world.gost.issue_order(order);
       return attempt(make::sign_cms(kContent, saule, kTestNow - 48h));
     }},
};
INSTANTIATE_TEST_SUITE_P(TimeStamps, Attacks, testing::ValuesIn(kTimeStamps), story_name);

// --- certificates -------------------------------------------------------------------------------------------------

/// Saule's order with one thing changed.
Attempt with_order(const World& world, void (*change)(CertificateOrder&)) {
  CertificateOrder order = world.gost.order_for(kSaule);
  change(order);
  return attempt(make::sign_cms(kContent, world.gost.issue_order(order), kTestNow));
}
void replace_extension(CertificateOrder& order, const Extension& with) {
  for (Extension& one : order.extensions) {
    if (one.oid == with.oid) one = with;
  }
}
void remove_extension(CertificateOrder& order, std::string_view oid) {
  std::erase_if(order.extensions, [&](const Extension& one) { return one.oid == oid; });
}
NameAttribute& serial_number(CertificateOrder& order) {
  for (NameAttribute& one : order.subject) {
    if (one.oid == oids::kSerialNumber) return one;
  }
  throw std::logic_error("an order without a serial number");
}
/// Signed by Saule under a CA of the attacker's making, which is handed to us as an intermediate.
Attempt under(const World& world, const Identity& ca) {
  Attempt made = attempt(make::sign_cms(kContent, world.gost.issued_by(ca, world.gost.order_for(kSaule)), kTestNow));
  made.intermediates = {ca.certificate};
  return made;
}

const Story kCertificates[] = {
    {"Expired", "a certificate of last year", Reason::expired,
     [](const World& world) {
       return with_order(world, [](CertificateOrder& order) { order.not_after = kTestNow - 1s; });
     }},
    {"NotYetValid", "a certificate of tomorrow", Reason::not_yet_valid,
     [](const World& world) {
       return with_order(world, [](CertificateOrder& order) { order.not_before = kTestNow + 1s; });
     }},
    {"EnciphermentOnly", "a key for encryption", Reason::wrong_key_use,
     [](const World& world) {
       return with_order(world,
                         [](CertificateOrder& order) { replace_extension(order, make::key_usage(kKeyEncipherment)); });
     }},
    {"NoKeyUsage", "a key whose use nobody has said", Reason::wrong_key_use,
     [](const World& world) {
       return with_order(world, [](CertificateOrder& order) { remove_extension(order, oids::kKeyUsage); });
     }},
    {"AuthenticationOnly", "the RSA key for logging in signs a document", Reason::wrong_key_use,
     [](const World& world) { return attempt(make::sign_cms(kContent, world.saule_rsa_login, kTestNow)); }},
    {"LookAlikeCa", "a CA of the same name with another key", Reason::untrusted_issuer,
     [](const World&) {
       static const TestAuthority other;
       return attempt(make::sign_cms(kContent, other.person(), kTestNow));
     }},
    {"SelfSigned", "Saule vouches for herself", Reason::untrusted_issuer,
     [](const World& world) {
       return attempt(make::sign_cms(kContent, world.gost.self_signed(world.gost.order_for(kSaule)), kTestNow));
     }},
    {"LeafAsCa", "Bolat's key issues Saule a certificate", Reason::bad_certificate,
     [](const World& world) { return under(world, world.bolat); }},
    {"PathTooLong", "a CA below the CA that may have none below", Reason::bad_certificate,
     [](const World& world) {
       return under(world, world.gost.issue_order(make::ca_order("TEST SUB CA", kTestFrom, 1, {})));
     }},
    {"CaWithoutCertSign", "a CA whose key may not sign certificates", Reason::bad_certificate,
     [](const World& world) {
       CertificateOrder order = make::ca_order("TEST OTHER CA", kTestFrom, 1, {});
       replace_extension(order, make::key_usage(kDigitalSignature));
       return under(world, world.gost.issued_by(world.gost.root, order));
     }},
    {"ExpiredIssuer", "the CA's certificate has expired", Reason::expired,
     [](const World& world) {
       CertificateOrder order = make::ca_order("TEST OLD CA", kTestFrom, 1, {});
       order.not_after = kTestNow - 1s;
       return under(world, world.gost.issued_by(world.gost.root, order));
     }},
    {"UnknownCritical", "a critical extension that nobody here understands", Reason::bad_certificate,
     [](const World& world) {
       return with_order(world, [](CertificateOrder& order) {
         order.extensions.push_back({std::string(oids::Oid("1.2.398.9.9.9")), der::null(), true});
       });
     }},
    {"NoPolicy", "no policy of НУЦ РК", Reason::bad_certificate,
     [](const World& world) {
       return with_order(world, [](CertificateOrder& order) { remove_extension(order, oids::kCertificatePolicies); });
     }},
    {"LegalEntity", "an employee's key, with Saule's own IIN in it", Reason::wrong_key_use,
     [](const World& world) {
       make::Person employee = kSaule;
       employee.bin = "123456789021";
       employee.organisation = "АО \"ТЕСТ\"";
       return attempt(make::sign_cms(kContent, world.gost.person(employee), kTestNow));
     }},
    {"NoRole", "a certificate that names no role", Reason::wrong_key_use,
     [](const World& world) {
       return with_order(world, [](CertificateOrder& order) {
         replace_extension(order, make::extended_key_usage({std::string(oids::kEmailProtection)}));
       });
     }},
    {"TwoIins", "two serial numbers, Saule's and another", Reason::ambiguous,
     [](const World& world) {
       return with_order(world, [](CertificateOrder& order) {
         order.subject.push_back({std::string(oids::kSerialNumber), "IIN" + kBolat.iin, true});
       });
     }},
    {"IinInTheName", "the IIN stands in CN only", Reason::bad_certificate,
     [](const World& world) {
       return with_order(world, [](CertificateOrder& order) {
         order.subject[0].value += " IIN" + kSaule.iin;
         std::erase_if(order.subject, [](const NameAttribute& one) { return one.oid == oids::kSerialNumber; });
       });
     }},
    {"ElevenDigits", "an IIN with a digit lost", Reason::bad_certificate,
     [](const World& world) {
       return with_order(world, [](CertificateOrder& order) { serial_number(order).value.pop_back(); });
     }},
    {"BinInstead", "a BIN where the IIN must stand", Reason::bad_certificate,
     [](const World& world) {
       return with_order(world, [](CertificateOrder& order) { serial_number(order).value = "BIN123456789021"; });
     }},
    {"ImpossibleIin", "an IIN of the 34th month", Reason::bad_certificate,
     [](const World& world) {
       return with_order(world, [](CertificateOrder& order) { serial_number(order).value = "IIN123456789011"; });
     }},
    {"HiddenZero", "the IIN is followed by a zero octet and more", Reason::malformed,
     [](const World& world) {
       CertificateOrder order = world.gost.order_for(kSaule);
       serial_number(order).value += std::string("\0X", 2);
       const crypto::PrivateKey key = crypto::PrivateKey::generate(KeyKind::gost2015);
       CmsOrder cms = order_by(world.saule);
       cms.certificates = {{make::issue_der(order, key, &world.gost.issuer)}};
       return attempt(make::sign_cms(cms));
     }},
    {"Twins", "two certificates of one issuer and serial, the first one Bolat's: whose signature is it?",
     Reason::ambiguous,
     [](const World& world) {
       CertificateOrder order = world.gost.order_for(kBolat);
       order.serial = world.saule.certificate->serial;
       const Identity twin = world.gost.issue_order(order);
       CmsOrder cms = order_by(world.saule);
       cms.signers[0].signing_certificate_v2 = false;
       cms.certificates = {{twin.certificate->der, world.saule.certificate->der}};
       return attempt(make::sign_cms(cms));
     }},
    {"TwinsTold", "the same, but signingCertificateV2 says that it is Saule's", Reason::ok,
     [](const World& world) {
       CertificateOrder order = world.gost.order_for(kBolat);
       order.serial = world.saule.certificate->serial;
       const Identity twin = world.gost.issue_order(order);
       CmsOrder cms = order_by(world.saule);
       cms.certificates = {{twin.certificate->der, world.saule.certificate->der}};
       return attempt(make::sign_cms(cms));
     }},
};
INSTANTIATE_TEST_SUITE_P(Certificates, Attacks, testing::ValuesIn(kCertificates), story_name);

// --- XML ------------------------------------------------------------------------------------------------------------

constexpr std::string_view kSignatureSpace = "http://www.w3.org/2000/09/xmldsig#";
constexpr std::string_view kC14n = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
constexpr std::string_view kGostXml =
    "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34102015-gostr34112015-512";
constexpr std::string_view kStreebogXml = "urn:ietf:params:xml:ns:pkigovkz:xmlsec:algorithms:gostr34112015-512";

std::string base64(std::string_view octets) {
  std::string armour = make::armoured(octets);
  armour = armour.substr(armour.find('\n') + 1);
  armour.resize(armour.find("-----"));
  std::erase_if(armour, [](char c) { return c == '\r' || c == '\n'; });
  return armour;
}

/// One Reference over octets of the attacker's choice.
struct Reference {
  std::string covered;  // canonical
  std::string uri = "URI=\"\"";
  std::vector<std::string> transforms{
      "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform>",
      fmt::format("<ds:Transform Algorithm=\"{}\"></ds:Transform>", kC14n)};
  std::size_t digest_octets = 64;

  std::string text() const {
    std::string all;
    for (const std::string& transform : transforms) all += transform;
    const std::string digest = crypto::hash(crypto::Digest::streebog512, covered).substr(0, digest_octets);
    return fmt::format(
        "<ds:Reference {}><ds:Transforms>{}</ds:Transforms><ds:DigestMethod Algorithm=\"{}\"></ds:DigestMethod>"
        "<ds:DigestValue>{}</ds:DigestValue></ds:Reference>",
        uri, all, kStreebogXml, base64(digest));
  }
};

std::string x509(std::initializer_list<CertificatePtr> certificates) {
  std::string all;
  for (const CertificatePtr& one : certificates)
    all += "<ds:X509Certificate>" + base64(one->der) + "</ds:X509Certificate>";
  return "<ds:KeyInfo><ds:X509Data>" + all + "</ds:X509Data></ds:KeyInfo>";
}

/// A whole Signature element, validly signed over its SignedInfo whatever stands there.
std::string signature_element(const Identity& by, const std::string& references, std::string key_info = {},
                              std::string_view method = kGostXml, std::string_view object = {}) {
  const std::string info = fmt::format(
      "<ds:SignedInfo xmlns:ds=\"{}\"><ds:CanonicalizationMethod Algorithm=\"{}\"></ds:CanonicalizationMethod>"
      "<ds:SignatureMethod Algorithm=\"{}\"></ds:SignatureMethod>{}</ds:SignedInfo>",
      kSignatureSpace, kC14n, method, references);
  const std::string value = by.key.sign(crypto::Algorithm::gost2015, crypto::hash(crypto::Digest::streebog512, info));
  if (key_info.empty()) key_info = x509({by.certificate});
  return fmt::format("<ds:Signature xmlns:ds=\"{}\">{}<ds:SignatureValue>{}</ds:SignatureValue>{}{}</ds:Signature>",
                     kSignatureSpace, info, base64(value), key_info, object);
}

std::string whole_document() { return Reference{std::string(kDocument)}.text(); }

/// The signature as the last child of the application.
std::string inside_document(const std::string& signature, std::string_view document = kDocument) {
  return replaced(std::string(document), "</application>", signature + "</application>");
}

std::string xml_by_saule(const World& world, std::string_view document = kDocument) {
  return make::sign_xml(document, world.saule).value();
}

/// Signed by Id: only <data Id="d"> is covered.
std::string signed_part(const World& world) {
  const Reference part{
      "<data Id=\"d\">1</data>", "URI=\"#d\"", {fmt::format("<ds:Transform Algorithm=\"{}\"></ds:Transform>", kC14n)}};
  return signature_element(world.saule, part.text());
}

Attempt with_transform(const World& world, std::string transform) {
  Reference reference{std::string(kDocument)};
  reference.transforms.push_back(std::move(transform));
  return xml_attempt(inside_document(signature_element(world.saule, reference.text())));
}

const Story kHonestXml[] = {
    {"Enveloped", "as NCALayer makes it", Reason::ok,
     [](const World& world) { return xml_attempt(xml_by_saule(world)); }},
    {"EnvelopedRsa", "the same with an RSA key", Reason::ok,
     [](const World& world) { return xml_attempt(make::sign_xml(kDocument, world.saule_rsa).value()); }},
    {"ByHand", "as the attacks below make it, without an attack", Reason::ok,
     [](const World& world) { return xml_attempt(inside_document(signature_element(world.saule, whole_document()))); }},
    {"TwoInARow", "Saule, then Bolat: each over the document as it was", Reason::ok,
     [](const World& world) {
       Attempt made = xml_attempt(make::sign_xml(xml_by_saule(world), world.bolat).value());
       made.expectation.iin.reset();
       return made;
     }},
};
INSTANTIATE_TEST_SUITE_P(HonestXml, Attacks, testing::ValuesIn(kHonestXml), story_name);

const Story kXml[] = {
    {"ChangedAttribute", "the number is changed after signing", Reason::digest_mismatch,
     [](const World& world) { return xml_attempt(replaced(xml_by_saule(world), "991300000003", "991300000011")); }},
    {"ElementAdded", "an element is added after signing", Reason::digest_mismatch,
     [](const World& world) {
       return xml_attempt(replaced(xml_by_saule(world), "<ds:Signature", "<extra/><ds:Signature"));
     }},
    {"OtherDocument", "a good signature on another application", Reason::content_mismatch,
     [](const World& world) { return xml_attempt(xml_by_saule(world, "<application number=\"2\" sha256=\"11\"/>")); }},
    {"OtherPerson", "Bolat signs", Reason::wrong_person,
     [](const World& world) { return xml_attempt(make::sign_xml(kDocument, world.bolat).value()); }},
    {"NotSigned", "no signature at all", Reason::no_signature,
     [](const World&) { return xml_attempt(std::string(kDocument)); }},
    {"Wrapped", "the signed document is nested in another, beside a forged application", Reason::malformed,
     [](const World& world) {
       return xml_attempt("<envelope><application number=\"666\"/>" + xml_by_saule(world) + "</envelope>");
     }},
    {"MovedOut", "the same, and the signature stands where signatures stand", Reason::digest_mismatch,
     [](const World& world) {
       const std::string forged = "<envelope><application number=\"666\"/>" + std::string(kDocument);
       return xml_attempt(forged + signature_element(world.saule, whole_document()) + "</envelope>");
     }},
    {"PartOnly", "the signature covers an element by its Id, and not the application", Reason::content_mismatch,
     [](const World& world) {
       return xml_attempt("<application number=\"666\"><data Id=\"d\">1</data>" + signed_part(world) +
                          "</application>");
     }},
    {"MovedId", "the signed element is moved away, a forged one stands in its place", Reason::content_mismatch,
     [](const World& world) {
       return xml_attempt("<application><data>2</data><old><data Id=\"d\">1</data></old>" + signed_part(world) +
                          "</application>");
     }},
    {"TwoIds", "the signed element and a forged one of the same Id", Reason::ambiguous,
     [](const World& world) {
       return xml_attempt("<application><data Id=\"d\">2</data><old><data Id=\"d\">1</data></old>" +
                          signed_part(world) + "</application>");
     }},
    {"OwnObject", "the signature covers an Object within itself", Reason::malformed,
     [](const World& world) {
       const std::string object = fmt::format("<ds:Object xmlns:ds=\"{}\" Id=\"o\">x</ds:Object>", kSignatureSpace);
       const Reference reference{
           object, "URI=\"#o\"", {fmt::format("<ds:Transform Algorithm=\"{}\"></ds:Transform>", kC14n)}};
       return xml_attempt(inside_document(signature_element(world.saule, reference.text(), {}, kGostXml, object)));
     }},
    {"Xslt", "a transform that turns anything into what was signed", Reason::malformed,
     [](const World& world) {
       return with_transform(world,
                             "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"></ds:Transform>");
     }},
    {"XPath", "a transform that leaves out what was changed", Reason::malformed,
     [](const World& world) {
       return with_transform(world, "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\">"
                                    "<ds:XPath>not(ancestor-or-self::extra)</ds:XPath></ds:Transform>");
     }},
    {"Base64Transform", "a transform that reads text as octets", Reason::malformed,
     [](const World& world) {
       return with_transform(world,
                             "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#base64\"></ds:Transform>");
     }},
    {"NoReference", "SignedInfo covers nothing", Reason::malformed,
     [](const World& world) { return xml_attempt(inside_document(signature_element(world.saule, ""))); }},
    {"TwoReferences", "one over the document, one over something else", Reason::malformed,
     [](const World& world) {
       return xml_attempt(inside_document(signature_element(world.saule, whole_document() + whole_document())));
     }},
    {"ExternalUri", "the signed octets are to be fetched from elsewhere", Reason::malformed,
     [](const World& world) {
       Reference reference{std::string(kDocument)};
       reference.uri = "URI=\"http://elsewhere.test/application.xml\"";
       return xml_attempt(inside_document(signature_element(world.saule, reference.text())));
     }},
    {"NoUri", "a Reference that leaves it to us what it means", Reason::malformed,
     [](const World& world) {
       Reference reference{std::string(kDocument)};
       reference.uri = "Type=\"any\"";
       return xml_attempt(inside_document(signature_element(world.saule, reference.text())));
     }},
    {"ShortDigest", "the first eight octets of a digest", Reason::digest_mismatch,
     [](const World& world) {
       Reference reference{std::string(kDocument)};
       reference.digest_octets = 8;
       return xml_attempt(inside_document(signature_element(world.saule, reference.text())));
     }},
    {"CommentInTheNumber", "a comment splits the text that somebody will read", Reason::malformed,
     [](const World& world) {
       const std::string document = "<application><iin>900101<!-- -->300017</iin></application>";
       return xml_attempt(make::sign_xml(document, world.saule).value());
     }},
    {"Instruction", "a processing instruction in the signed document", Reason::malformed,
     [](const World& world) {
       return xml_attempt(xml_by_saule(world, "<application number=\"1\"><?php ?></application>"));
     }},
    {"Doctype", "a DOCTYPE with an entity", Reason::malformed,
     [](const World& world) {
       return xml_attempt("<!DOCTYPE application [<!ENTITY n \"1\">]>" +
                          replaced(xml_by_saule(world), "991300000003", "&n;"));
     }},
    {"Laughs", "entities that grow to gigabytes", Reason::malformed,
     [](const World&) {
       std::string bomb = "<!DOCTYPE a [<!ENTITY e0 \"ha\">";
       for (int i = 1; i <= 30; ++i) bomb += fmt::format("<!ENTITY e{} \"&e{};&e{};\">", i, i - 1, i - 1);
       return xml_attempt(bomb + "]><application>&e30;</application>");
     }},
    {"ExternalEntity", "an entity that is a file of ours", Reason::malformed,
     [](const World&) {
       return xml_attempt("<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><application>&e;</application>");
     }},
    {"Hmac", "the signature's method is one that anybody can compute", Reason::weak_algorithm,
     [](const World& world) {
       return xml_attempt(inside_document(
           signature_element(world.saule, whole_document(), {}, "http://www.w3.org/2000/09/xmldsig#hmac-sha1")));
     }},
    {"MethodSwapped", "the method is replaced after signing", Reason::weak_algorithm,
     [](const World& world) {
       return xml_attempt(replaced(xml_by_saule(world), fmt::format("Algorithm=\"{}\"", kGostXml),
                                   "Algorithm=\"http://www.w3.org/2000/09/xmldsig#hmac-sha1\""));
     }},
    {"RsaMethodWithGostKey", "a method of another kind than the key", Reason::weak_algorithm,
     [](const World& world) {
       return xml_attempt(inside_document(signature_element(world.saule, whole_document(), {},
                                                            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")));
     }},
    {"KeyInfoSwapped", "Bolat's certificate under Saule's signature", Reason::signature_mismatch,
     [](const World& world) {
       return xml_attempt(
           inside_document(signature_element(world.saule, whole_document(), x509({world.bolat.certificate}))));
     }},
    {"NoKeyInfo", "no certificate, just a key's name", Reason::bad_certificate,
     [](const World& world) {
       return xml_attempt(inside_document(signature_element(
           world.saule, whole_document(), "<ds:KeyInfo><ds:KeyName>АХМЕТОВА САУЛЕ</ds:KeyName></ds:KeyInfo>")));
     }},
    {"TwoCertificates", "Bolat's certificate first, then Saule's: the key says that it is Saule", Reason::ok,
     [](const World& world) {
       const std::string both = x509({world.bolat.certificate, world.saule.certificate});
       return xml_attempt(inside_document(signature_element(world.saule, whole_document(), both)));
     }},
    {"SecondBroken", "Saule's signature holds, the one after it does not", Reason::signature_mismatch,
     [](const World& world) {
       const std::string once = inside_document(signature_element(world.saule, whole_document()));
       const std::string twice =
           signature_element(world.bolat, Reference{*canonical_xml(once)}.text(), x509({world.saule.certificate}));
       Attempt made = xml_attempt(inside_document(twice, once));
       made.expectation.iin.reset();
       return made;
     }},
    {"AFragment", "XML that ends too early", Reason::malformed,
     [](const World& world) { return xml_attempt(xml_by_saule(world).substr(0, 400)); }},
    {"AsCms", "a CMS is expected to cover other bytes than the XML does", Reason::content_mismatch,
     [](const World& world) { return attempt(xml_by_saule(world)); }},
};
INSTANTIATE_TEST_SUITE_P(Xml, Attacks, testing::ValuesIn(kXml), story_name);

// --- signing in ---------------------------------------------------------------------------------------------------

std::string challenge(std::string_view nonce = kNonce, std::string_view origin = kOrigin,
                      Instant issued = kTestNow - 1min) {
  return fmt::format("<login><nonce>{}</nonce><origin>{}</origin><issued>{}</issued></login>", nonce, origin,
                     base::format_rfc3339(issued));
}
Attempt login_by(const Identity& who, const std::string& content) {
  return login_attempt(make::sign_cms(content, who, kTestNow));
}

const Story kLogins[] = {
    {"Gost", "one key signs and logs in", Reason::ok,
     [](const World& world) { return login_by(world.saule, challenge()); }},
    {"Rsa", "the RSA key for logging in", Reason::ok,
     [](const World& world) { return login_by(world.saule_rsa_login, challenge()); }},
    {"Xml", "the challenge signed as XML", Reason::ok,
     [](const World& world) { return login_attempt(make::sign_xml(challenge(), world.saule).value()); }},
    {"RsaForDocuments", "the RSA key that signs documents", Reason::wrong_key_use,
     [](const World& world) { return login_by(world.saule_rsa, challenge()); }},
    {"OtherNonce", "a challenge that somebody else was given", Reason::bad_challenge,
     [](const World& world) { return login_by(world.saule, challenge("YW5vdGhlciBub25jZSBoZXJl")); }},
    {"OtherOrigin", "a challenge that another site had signed", Reason::bad_challenge,
     [](const World& world) { return login_by(world.saule, challenge(kNonce, "https://propiska.test")); }},
    {"TooOld", "a challenge of six minutes ago", Reason::bad_challenge,
     [](const World& world) { return login_by(world.saule, challenge(kNonce, kOrigin, kTestNow - 6min)); }},
    {"FromTheFuture", "a challenge of tomorrow", Reason::bad_challenge,
     [](const World& world) { return login_by(world.saule, challenge(kNonce, kOrigin, kTestNow + 24h)); }},
    {"DocumentAsLogin", "a signed application is shown as a login", Reason::bad_challenge,
     [](const World& world) { return login_by(world.saule, std::string(kContent)); }},
    {"XmlDocumentAsLogin", "a signed XML application is shown as a login", Reason::bad_challenge,
     [](const World& world) { return login_attempt(xml_by_saule(world)); }},
    {"LoginAsDocument", "a login is shown as a signed application", Reason::content_mismatch,
     [](const World& world) { return attempt(make::sign_cms(challenge(), world.saule, kTestNow)); }},
    {"LoginAsAnyDocument", "a login is shown where any document would do", Reason::content_mismatch,
     [](const World& world) {
       Attempt made = attempt(make::sign_cms(challenge(), world.saule, kTestNow));
       made.expectation.content.reset();
       return made;
     }},
    {"XmlLoginAsAnyDocument", "the same as XML", Reason::content_mismatch,
     [](const World& world) {
       Attempt made = xml_attempt(make::sign_xml(challenge(), world.saule).value());
       made.expectation.xml_document.reset();
       return made;
     }},
    {"MoreThanAChallenge", "a challenge with something else to sign in it", Reason::bad_challenge,
     [](const World& world) {
       return login_by(world.saule, replaced(challenge(), "</login>", "<pay>1000</pay></login>"));
     }},
    {"TwoNonces", "two nonces, one of them right", Reason::bad_challenge,
     [](const World& world) {
       return login_by(world.saule, replaced(challenge(), "<nonce>", "<nonce>other</nonce><nonce>"));
     }},
    {"CommentInTheNonce", "a comment in the nonce", Reason::bad_challenge,
     [](const World& world) { return login_by(world.saule, replaced(challenge(), "Zm9v", "Zm9v<!-- -->")); }},
};
INSTANTIATE_TEST_SUITE_P(Logins, Attacks, testing::ValuesIn(kLogins), story_name);

// --- OCSP ---------------------------------------------------------------------------------------------------------

constexpr std::string_view kOcspNonce = "0123456789abcdef";
using Status = OcspJudgement::Status;

/// An answer about Saule's certificate to a question of ours, and what it proves.
struct Answered {
  std::string_view name, what;
  Status expected;
  std::string (*made)(const World&);
  Reason signature = Reason::revocation_unknown;  // of a document signed by Saule, with this answer as the evidence
};
void PrintTo(const Answered& answered, std::ostream* out) { *out << answered.what; }

make::OcspAnswer good(const World& world) {
  return world.gost.answer(*world.saule.certificate, kTestNow, std::string(kOcspNonce));
}
std::string response(const World& world, const make::OcspAnswer& answer) {
  return make::ocsp_response(answer, world.gost.responder);
}
std::string response_by(const World& world, const Identity& responder) {
  make::OcspAnswer answer = good(world);
  answer.certificates = {responder.certificate};
  return make::ocsp_response(answer, responder);
}
std::string revoked(const World& world, Instant at, std::optional<RevocationReason> reason, bool extended = false) {
  make::OcspAnswer answer = good(world);
  answer.status = make::OcspAnswer::Status::revoked;
  answer.revoked_at = at;
  answer.reason = reason;
  answer.extended_revoke = extended;
  return response(world, answer);
}

const Answered kAnswers[] = {
    {"Good", "the responder knows nothing against it", Status::good,
     [](const World& world) { return response(world, good(world)); }, Reason::ok},
    {"ByTheIssuer", "the CA answers itself", Status::good,
     [](const World& world) { return response_by(world, world.gost.issuer); }, Reason::ok},
    {"WithNextUpdate", "good until tomorrow, made an hour ago", Status::good,
     [](const World& world) {
       make::OcspAnswer answer = good(world);
       answer.this_update = answer.produced_at = kTestNow - 1h;
       answer.next_update = kTestNow + 24h;
       return response(world, answer);
     },
     Reason::ok},
    {"Revoked", "revoked yesterday because the key was stolen", Status::revoked,
     [](const World& world) { return revoked(world, kTestNow - 24h, RevocationReason::key_compromise); },
     Reason::revoked},
    {"RevokedForNoReason", "revoked, nobody says why", Status::revoked,
     [](const World& world) { return revoked(world, kTestNow - 24h, {}); }, Reason::revoked},
    {"OnHold", "on hold", Status::revoked,
     [](const World& world) { return revoked(world, kTestNow - 24h, RevocationReason::certificate_hold); },
     Reason::revoked},
    {"Of1970", "an unknown serial, as НУЦ РК answers it: it was never issued", Status::not_issued,
     [](const World& world) { return revoked(world, Instant{}, RevocationReason::certificate_hold, true); },
     Reason::revoked},
    {"Unknown", "the responder does not know the serial", Status::unknown,
     [](const World& world) {
       make::OcspAnswer answer = good(world);
       answer.status = make::OcspAnswer::Status::unknown;
       return response(world, answer);
     },
     Reason::bad_certificate},
    {"Stale", "good, of an hour ago, without nextUpdate", Status::rejected,
     [](const World& world) {
       make::OcspAnswer answer = good(world);
       answer.this_update = answer.produced_at = kTestNow - 1h;
       return response(world, answer);
     }},
    {"RunOut", "good, but nextUpdate has passed", Status::rejected,
     [](const World& world) {
       make::OcspAnswer answer = good(world);
       answer.this_update = answer.produced_at = kTestNow - 24h;
       answer.next_update = kTestNow - 1h;
       return response(world, answer);
     }},
    {"Future", "good from tomorrow on", Status::rejected,
     [](const World& world) {
       make::OcspAnswer answer = good(world);
       answer.this_update = answer.produced_at = kTestNow + 24h;
       return response(world, answer);
     }},
    {"OtherSerial", "good, but Bolat's certificate is", Status::rejected,
     [](const World& world) {
       make::OcspAnswer answer = good(world);
       answer.cert_id =
           make::cert_id(crypto::Digest::sha256, *world.gost.issuer.certificate, world.bolat.certificate->serial);
       return response(world, answer);
     }},
    {"OtherIssuer", "good, but the same serial of another CA is", Status::rejected,
     [](const World& world) {
       make::OcspAnswer answer = good(world);
       answer.cert_id =
           make::cert_id(crypto::Digest::sha256, *world.rsa.issuer.certificate, world.saule.certificate->serial);
       return response(world, answer);
     }},
    {"OtherNonce", "good, to a question that somebody asked before", Status::rejected,
     [](const World& world) {
       make::OcspAnswer answer = good(world);
       answer.nonce = "fedcba9876543210";
       return response(world, answer);
     }},
    {"NoNonce", "good, without the nonce that was asked with", Status::rejected,
     [](const World& world) {
       make::OcspAnswer answer = good(world);
       answer.nonce.reset();
       return response(world, answer);
     }},
    {"BrokenSignature", "good, with a bit flipped in the status", Status::rejected,
     [](const World& world) {
       const std::string revoked_answer = revoked(world, kTestNow - 24h, {});
       const std::string time = der::generalized_time(kTestNow - 24h);
       return replaced(revoked_answer, time, der::generalized_time(kTestNow + 24h));
     }},
    {"WithoutOcspSigning", "good, says a certificate that may not say it", Status::rejected,
     [](const World& world) {
       CertificateOrder order = make::ocsp_responder_order("TEST OCSP", kTestFrom);
       order.extensions[0] = make::extended_key_usage({std::string(oids::kEmailProtection)});
       return response_by(world, world.gost.issue_order(order));
     }},
    {"ExpiredResponder", "good, says a responder whose certificate has expired", Status::rejected,
     [](const World& world) {
       CertificateOrder order = make::ocsp_responder_order("TEST OCSP", kTestFrom);
       order.not_after = kTestNow - 24h;
       return response_by(world, world.gost.issue_order(order));
     }},
    {"ByAPerson", "good, says Bolat", Status::rejected,
     [](const World& world) { return response_by(world, world.bolat); }},
    {"BySaule", "good, says Saule of herself", Status::rejected,
     [](const World& world) { return response_by(world, world.saule); }},
    {"ForeignResponder", "good, says the responder of another CA", Status::rejected,
     [](const World& world) { return response_by(world, world.rsa.responder); }},
    {"LookAlikeResponder", "good, says a responder of the same name under a CA of the same name", Status::rejected,
     [](const World& world) {
       static const TestAuthority other;
       return response_by(world, other.responder);
     }},
    {"NameOfAnother", "good, in the responder's name but by Bolat's key", Status::rejected,
     [](const World& world) {
       return make::ocsp_response(good(world), {world.bolat.key, world.gost.responder.certificate});
     }},
    {"Damaged", "half an answer", Status::rejected,
     [](const World& world) { return response(world, good(world)).substr(0, 300); }},
};

class OcspAnswers : public testing::TestWithParam<Answered> {};
INSTANTIATE_TEST_SUITE_P(Revocation, OcspAnswers, testing::ValuesIn(kAnswers),
                         [](const auto& info) { return std::string(info.param.name); });

TEST_P(OcspAnswers, AreJudged) {
  const World& world = World::instance();
  const OcspQuestion question{world.saule.certificate, world.gost.issuer.certificate, std::string(kOcspNonce)};
  const OcspJudgement judgement = judge_ocsp(GetParam().made(world), question, world.gost.trust(), kTestNow);
  EXPECT_EQ(word(judgement.status), word(GetParam().expected))
      << GetParam().what << "\n" << (judgement.fault ? describe(*judgement.fault) : "");
}

/// An answer that cannot be believed does not fall back to the list, which says that all is well.
TEST_P(OcspAnswers, DecideOverASignature) {
  const World& world = World::instance();
  Attempt made = attempt(signed_by_saule(world));
  made.ocsp = {{GetParam().made(world), std::string(kOcspNonce)}};
  const Verdict verdict = judged(made);
  EXPECT_EQ(word(verdict.reason), word(GetParam().signature))
      << GetParam().what << "\n" << (verdict.fault ? describe(*verdict.fault) : "");
}

TEST(Revoked, TryLaterLeavesItToTheList) {
  const World& world = World::instance();
  const OcspQuestion question{world.saule.certificate, world.gost.issuer.certificate, std::string(kOcspNonce)};
  EXPECT_EQ(judge_ocsp(make::ocsp_failure(3), question, world.gost.trust(), kTestNow).status, Status::unavailable);
  Attempt made = attempt(signed_by_saule(world));
  made.ocsp = {{make::ocsp_failure(3), std::string(kOcspNonce)}};
  EXPECT_EQ(judged(made).reason, Reason::ok);
}

/// Superseded an hour after a signature whose time is proven: the signature stays. Stolen: it does not. Without a
/// time-stamp nobody knows which came first.
TEST(Revoked, AfterTheSignature) {
  const World& world = World::instance();
  const std::string plain = signed_by_saule(world), stamped = world.gost.stamped(plain, kTestNow - 2h);
  const auto verdict = [&](const std::string& cms, RevocationReason reason) {
    Attempt made = attempt(cms);
    made.ocsp = {{revoked(world, kTestNow - 1h, reason), std::string(kOcspNonce)}};
    return judged(made).reason;
  };
  EXPECT_EQ(verdict(stamped, RevocationReason::superseded), Reason::ok);
  EXPECT_EQ(verdict(stamped, RevocationReason::cessation_of_operation), Reason::ok);
  EXPECT_EQ(verdict(stamped, RevocationReason::key_compromise), Reason::revoked);
  EXPECT_EQ(verdict(stamped, RevocationReason::unspecified), Reason::revoked);
  EXPECT_EQ(verdict(plain, RevocationReason::superseded), Reason::revoked);
}

/// No answer and no fresh list: nobody can tell, which is neither yes nor no.
TEST(Revoked, NothingKnownIsNotDecided) {
  const World& world = World::instance();
  const Verdict verdict = verify(signed_by_saule(world), document_of_saule(), world.gost.trust(), Evidence{}, kTestNow);
  EXPECT_EQ(verdict.answer(), Answer::cannot_tell);
  EXPECT_THAT(verdict.proven, testing::IsEmpty());
}

TEST(Revoked, TheListOfTheDayIsEnough) {
  const World& world = World::instance();
  const Trust trust = world.gost.trust();
  const auto verdict = [&](std::vector<make::CrlOrder::Entry> entries, Instant of) {
    Evidence evidence;
    evidence.crls = std::make_shared<const CrlSet>(
        std::vector<CrlPtr>{Crl::read(world.gost.crl_of(std::move(entries), of), trust).value()});
    return verify(signed_by_saule(world), document_of_saule(), trust, evidence, kTestNow).reason;
  };
  EXPECT_EQ(verdict({}, kTestNow - 1h), Reason::ok);
  EXPECT_EQ(
      verdict({{world.saule.certificate->serial, kTestNow - 2h, RevocationReason::key_compromise}}, kTestNow - 1h),
      Reason::revoked);
  EXPECT_EQ(verdict({}, kTestNow - 48h), Reason::revocation_unknown) << "a list that has run out says nothing";
  EXPECT_EQ(verdict({}, kTestNow + 1h), Reason::revocation_unknown) << "nor does one of the future";
}

// --- anything at all ----------------------------------------------------------------------------------------------

Verdict judged_bytes(std::string bytes) { return judged(attempt(std::move(bytes))); }

class Damage : public testing::TestWithParam<bool> {
 protected:
  static std::string container(const World& world) {
    return GetParam() ? xml_by_saule(world) : world.gost.stamped(signed_by_saule(world), kTestNow - 5min);
  }
  static Verdict judge(std::string bytes) {
    static const Trust trust = World::instance().gost.trust();
    Expectation expectation = document_of_saule();
    if (GetParam()) {
      expectation.content.reset();
      expectation.xml_document = canonical_xml(kDocument);
    }
    expectation.require_revocation = false;
    return verify(bytes, expectation, trust, Evidence{}, kTestNow);
  }
};
INSTANTIATE_TEST_SUITE_P(, Damage, testing::Bool(), [](const auto& info) { return info.param ? "Xml" : "Cms"; });

TEST_P(Damage, CutAnywhereIsRefused) {
  const std::string whole = container(World::instance());
  ASSERT_TRUE(judge(whole).valid());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(judge(whole.substr(0, length)).valid()) << length;
  }
}

/// What is flipped may lie where nothing is signed (a certificate nobody needs, blanks); then the verdict is for the same
/// person and the same content, or it is a refusal.
TEST_P(Damage, ABitAnywhereNeverMakesItSomebodyElses) {
  const std::string whole = container(World::instance());
  for (std::size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    const Verdict verdict = judge(damaged);
    if (!verdict.valid()) continue;
    ASSERT_EQ(verdict.proven.size(), 1u);
    EXPECT_EQ(verdict.proven[0].trusted.iin, kSaule.iin) << at;
    EXPECT_EQ(verdict.proven[0].trusted.timed.intact.certificate->der, World::instance().saule.certificate->der) << at;
  }
}

/// Of the processor: a busy machine must not fail a test.
double seconds_since(std::clock_t started) { return static_cast<double>(std::clock() - started) / CLOCKS_PER_SEC; }

TEST(Limits, HugeInputIsRefusedAtOnce) {
  const std::clock_t started = std::clock();
  constexpr std::size_t kHuge = 100 * 1024 * 1024;
  EXPECT_EQ(judged_bytes(std::string(kHuge, '\x30')).reason, Reason::malformed);
  EXPECT_EQ(judged_bytes(std::string(kHuge, 'A')).reason, Reason::malformed);
  EXPECT_EQ(judged_bytes("<a>" + std::string(kHuge, 'x') + "</a>").reason, Reason::malformed);
  EXPECT_EQ(judged_bytes(std::string(kHuge, ' ')).reason, Reason::malformed);
  EXPECT_LT(seconds_since(started), 5);
}

TEST(Limits, DeepNestingIsRefused) {
  std::string indefinite;
  for (int i = 0; i < 100'000; ++i) indefinite += std::string("\x30\x80", 2);
  EXPECT_EQ(judged_bytes(indefinite).reason, Reason::malformed);
  std::string definite;
  for (int i = 0; i < 2'000; ++i) definite = der::element(der::kSequence, definite);
  EXPECT_EQ(judged_bytes(definite).reason, Reason::malformed);
  std::string elements;
  for (int i = 0; i < 100'000; ++i) elements += "<a>";
  EXPECT_EQ(judged_bytes(elements).reason, Reason::malformed);
  for (int i = 0; i < 100'000; ++i) elements += "</a>";
  EXPECT_EQ(judged_bytes(elements).reason, Reason::malformed);
}

TEST(Limits, ManySignersAreRefusedBeforeTheyAreChecked) {
  const World& world = World::instance();
  CmsOrder order = order_by(world.saule);
  const std::string signature(128, '\x01');
  order.signers[0].signature = signature;
  while (order.signers.size() < 2000) order.signers.push_back(order.signers[0]);
  order.certificates = {{world.saule.certificate->der}};
  const std::string cms = make::sign_cms(order);
  const std::clock_t started = std::clock();
  EXPECT_EQ(judged_bytes(cms).reason, Reason::malformed);
  EXPECT_LT(seconds_since(started), 1);
}

/// One signature is one application's: its bytes are another's nowhere.
TEST(Replay, ASignatureOfOneApplicationIsRefusedForAnother) {
  const World& world = World::instance();
  for (const bool attached : {true, false}) {
    const std::string cms = make::sign_cms(kContent, world.saule, kTestNow, attached);
    EXPECT_EQ(judged_bytes(cms).reason, Reason::ok);
    Attempt again = attempt(cms);
    again.expectation.content = kOtherContent;
    EXPECT_EQ(judged(again).reason, attached ? Reason::content_mismatch : Reason::digest_mismatch);
  }
}

}  // namespace
}  // namespace mekenjai::edge::eds
