// CMS containers: what NCALayer makes is read, and everything that somebody may have bent is told by its reason.
#include "edge/eds/cms/cms.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/make/test_authority.hpp"
#include "edge/eds/shared_samples.hpp"

namespace mekenjai::edge::eds {
namespace {

using make::CmsOrder;
using make::CmsSigner;
using make::Identity;
using make::kTestNow;

constexpr std::string_view kContent = R"({"service":"registration","application_number":"253400000012"})";

const make::TestAuthority& gost() {
  static const make::TestAuthority authority;
  return authority;
}
const Identity& saule() {
  static const Identity identity = gost().person();
  return identity;
}
const Identity& bolat() {
  static const Identity identity = gost().person(make::kBolat);
  return identity;
}

CmsSigner by(const Identity& identity) {
  CmsSigner signer;
  signer.identity = &identity;
  signer.signing_time = kTestNow;
  return signer;
}
CmsOrder order(std::vector<CmsSigner> signers) {
  CmsOrder order;
  order.content = kContent;
  order.signers = std::move(signers);
  return order;
}

/// The word of what becomes of a container.
std::string outcome(std::string_view container, std::optional<std::string_view> detached = {}) {
  const auto cms = read_cms(container);
  if (!cms) return std::string(word(cms.error().reason));
  const auto signatures = intact(*cms, detached, oids::kData);
  return std::string(word(signatures ? Reason::ok : signatures.error().reason));
}
std::string outcome(const CmsOrder& order) { return outcome(make::sign_cms(order)); }

// --- what is right ------------------------------------------------------------------------------------------------

TEST(Cms, SaysWhatWasSignedWhenAndByWhom) {
  for (const crypto::KeyKind kind : {crypto::KeyKind::gost2015, crypto::KeyKind::rsa}) {
    const make::TestAuthority authority(kind);
    const Identity person = authority.person();
    const auto cms = read_cms(make::sign_cms(kContent, person, kTestNow));
    ASSERT_TRUE(cms) << describe(cms.error());
    const auto signatures = intact(*cms, std::nullopt, oids::kData);
    ASSERT_TRUE(signatures) << describe(signatures.error());
    ASSERT_EQ(signatures->size(), 1u);
    const IntactSignature& signature = signatures->front();
    EXPECT_EQ(signature.content, kContent);
    EXPECT_EQ(signature.certificate->fingerprint, person.certificate->fingerprint);
    EXPECT_EQ(signature.claimed_at, kTestNow);
    EXPECT_TRUE(signature.timestamp_tokens.empty());
  }
}

TEST(Cms, DetachedHoldsOverOurBytesOnly) {
  const std::string container = make::sign_cms(kContent, saule(), kTestNow, false);
  EXPECT_EQ(outcome(container, kContent), "ok");
  EXPECT_EQ(outcome(container, "other bytes"), "digest_mismatch");
  EXPECT_EQ(outcome(container), "content_mismatch") << "the content is nowhere";
  EXPECT_EQ(outcome(make::sign_cms(kContent, saule(), kTestNow), "other bytes"), "content_mismatch");
}

TEST(Cms, SeveralSignersAllHold) {
  const auto cms = read_cms(make::sign_cms(order({by(saule()), by(bolat())})));
  ASSERT_TRUE(cms);
  const auto signatures = intact(*cms, std::nullopt, oids::kData);
  ASSERT_TRUE(signatures) << describe(signatures.error());
  std::vector<std::string> people;
  for (const IntactSignature& one : *signatures) people.push_back(*one.certificate->subject.iin());
  EXPECT_THAT(people, testing::UnorderedElementsAre(make::kSaule.iin, make::kBolat.iin));
}

TEST(Cms, TheSignerMayBeNamedByHisKey) {
  CmsSigner signer = by(saule());
  signer.sid = der::element(der::context(0, false), saule().certificate->subject_key_id);
  EXPECT_EQ(outcome(order({signer})), "ok");
  signer.sid = der::element(der::context(0, false), bolat().certificate->subject_key_id);
  EXPECT_EQ(outcome(order({signer})), "bad_certificate");
}

// --- encodings ----------------------------------------------------------------------------------------------------

std::string indefinite(std::uint8_t tag, std::string_view content) {
  return std::string{static_cast<char>(tag), '\x80'}.append(content).append(2, '\0');
}

/// A container in pieces, to be put together otherwise.
struct Pieces {
  std::string version, digests, type, certificates, signers;
};
Pieces pieces_of(std::string_view container) {
  der::Reader info(der::sole(container)->content);
  info.take();
  der::Reader data = *info.enter(der::context(0))->enter(der::kSequence);
  Pieces pieces;
  pieces.version = data.take()->whole;
  pieces.digests = data.take()->whole;
  pieces.type = data.enter(der::kSequence)->take()->whole;
  pieces.certificates = data.take(der::context(0))->content;
  pieces.signers = data.take(der::kSet)->content;
  return pieces;
}
/// As streaming signers write: indefinite lengths, and the content in two octet strings.
std::string streamed(const Pieces& pieces, std::string_view content) {
  const std::string octets = indefinite(der::kOctetString | 0x20, der::octet_string(content.substr(0, 10)) +
                                                                      der::octet_string(content.substr(10)));
  const std::string encapsulated = indefinite(der::kSequence, pieces.type + indefinite(der::context(0), octets));
  const std::string data = pieces.version + pieces.digests + encapsulated + indefinite(der::context(0), pieces.certificates) +
                           indefinite(der::kSet, pieces.signers);
  return indefinite(der::kSequence, der::oid(oids::kSignedData) + indefinite(der::context(0), indefinite(der::kSequence, data)));
}
/// The first occurrence replaced by octets of another length is no DER any more, unless lengths are mended: so only
/// the leaves of a BER envelope are changed this way.
std::string replaced(std::string text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  if (at == std::string::npos) throw std::logic_error("not there");
  return text.replace(at, what.size(), with);
}
/// A SEQUENCE whose length takes an octet more than DER allows.
std::string long_length(std::string_view element) {
  const auto read = der::sole(element);
  const std::string size{'\x84', '\0', '\0', static_cast<char>(read->content.size() >> 8), static_cast<char>(read->content.size() & 0xff)};
  return std::string(1, element.front()) + size + std::string(read->content);
}

TEST(Cms, BerIsReadAroundWhatIsSigned) {
  const Pieces pieces = pieces_of(make::sign_cms(kContent, saule(), kTestNow));
  const std::string container = streamed(pieces, kContent);
  ASSERT_FALSE(der::is_der(container));
  EXPECT_EQ(outcome(container), "ok");
  EXPECT_EQ(outcome(container + '\0'), "malformed");
}

TEST(Cms, BerIsRefusedInWhatIsSigned) {
  const Pieces pieces = pieces_of(make::sign_cms(kContent, saule(), kTestNow));
  Pieces changed = pieces;
  changed.certificates = long_length(pieces.certificates);
  EXPECT_EQ(outcome(streamed(changed, kContent)), "malformed");
  // The signed attributes, with the same octets inside but a longer length.
  der::Reader signer(der::sole(pieces.signers)->content);
  std::string before, rest;
  for (int i = 0; i < 3; ++i) before += signer.take()->whole;
  const std::string attributes(signer.take(der::context(0))->whole);
  rest = signer.rest();
  changed = pieces;
  changed.signers = der::element(der::kSequence, before + long_length(attributes) + rest);
  EXPECT_EQ(outcome(streamed(changed, kContent)), "malformed");
  changed.signers = der::element(der::kSequence, before + attributes + rest);
  EXPECT_EQ(outcome(streamed(changed, kContent)), "ok") << "the same, put together rightly";
}

TEST(Cms, EveryTruncationIsRefused) {
  const std::string container = make::sign_cms(kContent, saule(), kTestNow);
  for (std::size_t size = 0; size < container.size(); ++size) {
    EXPECT_FALSE(read_cms(std::string_view(container).substr(0, size))) << size;
  }
  const std::string ber = streamed(pieces_of(container), kContent);
  for (std::size_t size = 0; size < ber.size(); ++size) {
    EXPECT_FALSE(read_cms(std::string_view(ber).substr(0, size))) << size;
  }
}

TEST(Cms, NoChangedOctetSaysSomethingElse) {
  const std::string container = make::sign_cms(kContent, saule(), kTestNow);
  int survived = 0;
  for (std::size_t at = 0; at < container.size(); ++at) {
    for (const int bit : {0x01, 0x20, 0x80}) {
      std::string changed = container;
      changed[at] = static_cast<char>(changed[at] ^ bit);
      const auto cms = read_cms(changed);
      const auto signatures = cms ? intact(*cms, std::nullopt, oids::kData) : fault(Reason::malformed, "");
      if (!signatures) continue;
      ++survived;  // an octet that nobody signed, such as the kind of the digests' list
      EXPECT_EQ(signatures->size(), 1u);
      EXPECT_EQ(signatures->front().content, kContent) << at;
      EXPECT_EQ(signatures->front().certificate->der, saule().certificate->der) << at;
    }
  }
  EXPECT_LT(survived, 8);
}

TEST(Cms, LimitsHold) {
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(outcome(std::string(100'000'000, '0')), "malformed");
  std::string deep;
  for (int i = 0; i < 1'000'000; ++i) deep += "\x30\x80";
  EXPECT_EQ(outcome(deep), "malformed");
  std::string nested = der::null();
  for (int i = 0; i < 10'000; ++i) nested = der::sequence({nested});
  EXPECT_EQ(outcome(nested), "malformed");
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds{2});
  EXPECT_EQ(outcome(order(std::vector<CmsSigner>(kMaxSigners, by(saule())))), "ok");
  EXPECT_EQ(outcome(order(std::vector<CmsSigner>(kMaxSigners + 1, by(saule())))), "malformed");
  CmsOrder crowd = order({by(saule())});
  crowd.certificates = std::vector<std::string>(kMaxCertificates + 1, saule().certificate->der);
  EXPECT_EQ(outcome(crowd), "malformed");
  for (const char* other : {"", "0", "MII", "not a container", "\x30", "\x30\x80", "\x05\0"}) EXPECT_EQ(outcome(other), "malformed");
}

// --- attributes ---------------------------------------------------------------------------------------------------

std::string digest_of(std::string_view content) { return crypto::hash(crypto::Digest::streebog512, content); }
std::string content_type_attribute(std::string_view type = oids::kData) { return make::attribute(oids::kContentType, der::oid(type)); }
std::string digest_attribute(std::string_view content = kContent) {
  return make::attribute(oids::kMessageDigest, der::octet_string(digest_of(content)));
}
std::string signed_over(std::vector<std::string> attributes) {
  CmsSigner signer = by(saule());
  const std::string set = der::set_of(std::move(attributes));
  signer.attributes = der::sole(set)->content;
  return outcome(order({signer}));
}
std::string values(std::string_view oid, std::vector<std::string> all) {
  return der::sequence({der::oid(oid), der::set_of(std::move(all))});
}

TEST(CmsAttributes, MustBeThere) {
  CmsSigner bare = by(saule());
  bare.signed_attributes = false;
  EXPECT_EQ(outcome(order({bare})), "no_signed_attributes") << "though the raw signature over the content holds";
  EXPECT_EQ(signed_over({content_type_attribute(), digest_attribute()}), "ok");
  EXPECT_EQ(signed_over({content_type_attribute()}), "malformed");
  EXPECT_EQ(signed_over({digest_attribute()}), "malformed");
}

TEST(CmsAttributes, StrippedOnesAreNoContent) {
  // The attributes of a real signature, given out as the content that was signed: the value holds over them.
  const auto real = read_cms(make::sign_cms(kContent, saule(), kTestNow));
  CmsSigner signer = by(saule());
  signer.signed_attributes = false;
  signer.signature = real->signers.front().signature;
  CmsOrder stripped = order({signer});
  stripped.content = real->signers.front().attributes;
  ASSERT_TRUE(saule().certificate->key.verify(crypto::Algorithm::gost2015, digest_of(stripped.content), *signer.signature));
  EXPECT_EQ(outcome(stripped), "no_signed_attributes");
}

TEST(CmsAttributes, StandOnceWithOneValue) {
  const std::string right = der::octet_string(digest_of(kContent)), wrong = der::octet_string(digest_of("other"));
  EXPECT_EQ(signed_over({content_type_attribute(), digest_attribute(), digest_attribute("other")}), "malformed");
  EXPECT_EQ(signed_over({content_type_attribute(), digest_attribute(), digest_attribute()}), "malformed");
  EXPECT_EQ(signed_over({content_type_attribute(), values(oids::kMessageDigest, {right, wrong})}), "malformed");
  EXPECT_EQ(signed_over({content_type_attribute(), values(oids::kMessageDigest, {})}), "malformed");
  EXPECT_EQ(signed_over({content_type_attribute(), content_type_attribute(oids::kTstInfo), digest_attribute()}), "malformed");
  EXPECT_EQ(signed_over({content_type_attribute(), digest_attribute(), values(oids::kSigningTime, {der::time(kTestNow), der::time(kTestNow - std::chrono::days{1})})}), "malformed");
  EXPECT_EQ(signed_over({content_type_attribute(), digest_attribute(), make::attribute(oids::kSigningTime, der::utf8_string("now"))}), "malformed");
}

TEST(CmsAttributes, AreInTheOrderOfDer) {
  CmsSigner signer = by(saule());
  signer.attributes = digest_attribute() + content_type_attribute();
  EXPECT_EQ(outcome(order({signer})), "malformed");
}

TEST(CmsAttributes, SayWhatKindOfContentItIs) {
  EXPECT_EQ(signed_over({content_type_attribute(oids::kTstInfo), digest_attribute()}), "malformed");
  CmsOrder other = order({by(saule())});
  other.content_type = oids::kTstInfo;
  EXPECT_EQ(outcome(other), "content_mismatch") << "a time-stamp's content is no document";
}

// --- certificates -------------------------------------------------------------------------------------------------

TEST(CmsCertificates, TheSignersOwnMustBeThere) {
  CmsOrder none = order({by(saule())});
  none.certificates.emplace();
  EXPECT_EQ(outcome(none), "bad_certificate");
  none.certificates->push_back(bolat().certificate->der);
  EXPECT_EQ(outcome(none), "bad_certificate");
  none.certificates->push_back(saule().certificate->der);
  EXPECT_EQ(outcome(none), "ok") << "others may lie beside it";
}

TEST(CmsCertificates, ASwappedSignerIsNotBelieved) {
  CmsSigner swapped = by(saule());
  swapped.sid = der::sequence({bolat().certificate->issuer, der::unsigned_integer(bolat().certificate->serial)});
  CmsOrder both = order({swapped});
  both.certificates = {saule().certificate->der, bolat().certificate->der};
  EXPECT_EQ(outcome(both), "bad_certificate") << "the signer names another certificate";
  both.signers.front().signing_certificate_v2 = false;
  EXPECT_EQ(outcome(both), "signature_mismatch");
}

TEST(CmsCertificates, TwinsAreToldApartByTheSignersWordOnly) {
  make::CertificateOrder twin_order = gost().order_for(make::kBolat);
  twin_order.serial = saule().certificate->serial;
  const Identity twin = gost().issue_order(twin_order);
  for (const bool twin_first : {true, false}) {
    CmsOrder both = order({by(saule())});
    both.certificates = {saule().certificate->der, twin.certificate->der};
    if (twin_first) std::swap(both.certificates->front(), both.certificates->back());
    const auto cms = read_cms(make::sign_cms(both));
    const auto signatures = intact(*cms, std::nullopt, oids::kData);
    ASSERT_TRUE(signatures) << describe(signatures.error());
    EXPECT_EQ(signatures->front().certificate->subject.iin(), make::kSaule.iin);
    both.signers.front().signing_certificate_v2 = false;
    EXPECT_EQ(outcome(both), "ambiguous");
  }
  CmsOrder twice = order({by(saule())});
  twice.certificates = {saule().certificate->der, saule().certificate->der};
  EXPECT_EQ(outcome(twice), "ok") << "the same certificate twice is one";
}

/// ESSCertID or ESSCertIDv2 with what stands behind the hash.
std::string ess(std::string_view oid, std::string_view algorithm, const std::string& hash, std::string_view issuer_serial = "") {
  const std::string id = der::sequence({algorithm, der::octet_string(hash), issuer_serial});
  return make::attribute(oid, der::sequence({der::sequence({id})}));
}

TEST(CmsCertificates, TheSignersWordIsChecked) {
  const Certificate& own = *saule().certificate;
  const auto with = [](const std::string& attribute) { return signed_over({content_type_attribute(), digest_attribute(), attribute}); };
  const auto hash = [](crypto::Digest digest, const Certificate& one) { return crypto::hash(digest, one.der); };
  const auto issuer_serial = [](const Certificate& one, std::string_view serial) {
    return der::sequence({der::sequence({der::element(der::context(4), one.issuer)}), der::unsigned_integer(serial)});
  };
  const std::string streebog = der::sequence({der::oid(oids::kStreebog512), der::null()});
  EXPECT_EQ(with(ess(oids::kSigningCertificateV2, "", hash(crypto::Digest::sha256, own))), "ok");
  EXPECT_EQ(with(ess(oids::kSigningCertificateV2, streebog, hash(crypto::Digest::streebog512, own))), "ok");
  EXPECT_EQ(with(ess(oids::kSigningCertificate, "", hash(crypto::Digest::sha1, own))), "ok");
  EXPECT_EQ(with(ess(oids::kSigningCertificateV2, "", hash(crypto::Digest::sha256, own), issuer_serial(own, own.serial))), "ok");
  EXPECT_EQ(with(ess(oids::kSigningCertificateV2, "", hash(crypto::Digest::sha256, own), issuer_serial(own, "\x05"))), "bad_certificate");
  EXPECT_EQ(with(ess(oids::kSigningCertificateV2, "", hash(crypto::Digest::sha256, *bolat().certificate))), "bad_certificate");
  EXPECT_EQ(with(ess(oids::kSigningCertificate, "", hash(crypto::Digest::sha1, *bolat().certificate))), "bad_certificate");
  EXPECT_EQ(with(make::attribute(oids::kSigningCertificateV2, der::sequence({}))), "bad_certificate");
}

// --- algorithms and values ----------------------------------------------------------------------------------------

TEST(CmsAlgorithms, FitEachOther) {
  CmsSigner signer = by(saule());
  signer.digest = crypto::Digest::sha256;
  EXPECT_EQ(outcome(order({signer})), "weak_algorithm") << "SHA-256 with a GOST key";
  signer.digest = crypto::Digest::sha1;
  EXPECT_EQ(outcome(order({signer})), "weak_algorithm");
  // An RSA signature under a name of a GOST key's certificate.
  const make::TestAuthority rsa(crypto::KeyKind::rsa);
  const Identity other = rsa.person();
  signer = by(other);
  signer.signing_certificate_v2 = false;
  signer.sid = der::sequence({saule().certificate->issuer, der::unsigned_integer(saule().certificate->serial)});
  CmsOrder mixed = order({signer});
  mixed.certificates = {saule().certificate->der};
  EXPECT_EQ(outcome(mixed), "weak_algorithm");
  // What is outside the closed list is not even tried.
  const std::string container = make::sign_cms(kContent, saule(), kTestNow);
  EXPECT_EQ(outcome(replaced(container, der::oid(oids::kStreebog512), der::oid("\x2a\x83\x0e\x03\x0a\x01\x03\x02"))), "weak_algorithm");
}

TEST(CmsValues, HoldInOneEncodingOnly) {
  const std::string good = read_cms(make::sign_cms(order({by(saule())})))->signers.front().signature;
  const auto with = [](std::string value) {
    CmsSigner signer = by(saule());
    signer.signature = std::move(value);
    return outcome(order({signer}));
  };
  ASSERT_EQ(good.size(), 128u);
  const std::string r = good.substr(0, 64), s = good.substr(64);
  for (const std::string& wrong : {std::string(good.rbegin(), good.rend()), s + r, good + '\0', '\0' + good, good.substr(1), std::string(),
                                   std::string(128, '\0'), std::string(128, '\xff'), r + std::string(64, '\0'), r + std::string(64, '\xff'),
                                   read_cms(make::sign_cms("other", saule(), kTestNow))->signers.front().signature}) {
    EXPECT_EQ(with(wrong), "signature_mismatch");
  }
}

TEST(CmsValues, ChangedContentIsFound) {
  const std::string container = make::sign_cms(kContent, saule(), kTestNow);
  EXPECT_EQ(outcome(replaced(container, "253400000012", "253400000020")), "digest_mismatch");
  const std::string forged = replaced(container, "253400000012", "253400000020");
  std::string content(kContent);
  content = replaced(content, "253400000012", "253400000020");
  EXPECT_EQ(outcome(replaced(forged, digest_of(kContent), digest_of(content))), "signature_mismatch");
}

TEST(CmsSigners, NoneIsNoSignatureAndOneBrokenIsNone) {
  EXPECT_EQ(outcome(order({})), "no_signature");
  CmsSigner broken = by(bolat());
  broken.signature = std::string(128, '\x11');
  EXPECT_EQ(outcome(order({by(saule()), broken})), "signature_mismatch");
  EXPECT_EQ(outcome(order({broken, by(saule())})), "signature_mismatch");
  broken = by(bolat());
  broken.message_digest = digest_of("other");
  EXPECT_EQ(outcome(order({by(saule()), broken})), "digest_mismatch");
}

// --- public samples -----------------------------------------------------------------------------------------------

TEST(CmsSamples, HoldAsTheirManifestSays) {
  int read = 0;
  for (const std::string& name : shared_files("pki/given/cms")) {
    if (!name.ends_with(".cms")) continue;
    SCOPED_TRACE(name);
    const auto container = unarmoured(*shared_file(name));
    ASSERT_TRUE(container);
    const auto content = shared_file(name.substr(0, name.size() - 4) + ".content");
    const auto cms = read_cms(*container);
    ASSERT_TRUE(cms) << describe(cms.error());
    const auto signatures = intact(*cms, content ? std::optional<std::string_view>(*content) : std::nullopt, oids::kData);
    ASSERT_TRUE(signatures) << describe(signatures.error());
    EXPECT_EQ(signatures->size(), name.find("2signers") != std::string::npos ? 2u : 1u);
    EXPECT_EQ(signatures->front().timestamp_tokens.size(), name.find("_tst_") != std::string::npos ? 1u : 0u);
    ++read;
  }
  if (read == 0) GTEST_SKIP() << kNoSharedSamples;
  EXPECT_GE(read, 10);
}

}  // namespace
}  // namespace mekenjai::edge::eds
