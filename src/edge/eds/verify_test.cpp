// The verdict: content, time, person and revocation, each asked for by somebody who would like another answer.
#include "edge/eds/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/levels.hpp"
#include "edge/eds/make/test_authority.hpp"
#include "edge/eds/shared_samples.hpp"

namespace mekenjai::edge::eds {
namespace {

using make::Identity;
using make::kTestNow;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::string_view kContent = R"({"service":"registration","application_number":"253400000012"})";

const make::TestAuthority& gost() {
  static const make::TestAuthority authority;
  return authority;
}
const make::TestAuthority& rsa() {
  static const make::TestAuthority authority(crypto::KeyKind::rsa);
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
const std::string& document() {
  static const std::string container = make::sign_cms(kContent, saule(), kTestNow);
  return container;
}

Expectation unasked() {  // revocation is not asked about
  Expectation expectation;
  expectation.require_revocation = false;
  return expectation;
}
Evidence with(std::vector<std::string> answers, std::vector<std::string> lists = {}, const make::TestAuthority& authority = gost()) {
  Evidence evidence;
  for (std::string& answer : answers) evidence.ocsp.push_back({std::move(answer), std::nullopt});
  if (lists.empty()) return evidence;
  std::vector<CrlPtr> read;
  for (const std::string& list : lists) read.push_back(*Crl::read(list, authority.trust()));
  evidence.crls = std::make_shared<const CrlSet>(std::move(read));
  return evidence;
}
Verdict judge(std::string_view bytes, const Expectation& expectation = unasked(), const Evidence& evidence = {},
              Instant now = kTestNow, const make::TestAuthority& authority = gost()) {
  Verdict verdict = verify(bytes, expectation, authority.trust(), evidence, now);
  // Whatever it is, these hold.
  EXPECT_EQ(verdict.valid(), !verdict.proven.empty());
  EXPECT_EQ(verdict.valid(), !verdict.fault.has_value());
  if (verdict.valid()) {
    EXPECT_EQ(verdict.proven.size(), verdict.signers.size());
  }
  return verdict;
}
std::string told(const Verdict& verdict) { return std::string(word(verdict.reason)); }

// --- what was signed ----------------------------------------------------------------------------------------------

TEST(Verify, TellsWhoSignedAndKeepsWhatItRestsOn) {
  Expectation expectation;
  expectation.content = std::string(kContent);
  expectation.iin = make::kSaule.iin;
  const std::string answer = gost().ocsp(*saule().certificate, kTestNow);
  const Verdict verdict = judge(document(), expectation, with({answer}));
  ASSERT_EQ(told(verdict), "ok") << describe(*verdict.fault);
  EXPECT_EQ(verdict.format, "cms");
  const SignerReport& signer = verdict.signers.at(0);
  EXPECT_EQ(signer.iin, make::kSaule.iin);
  EXPECT_EQ(signer.bin, std::nullopt);
  EXPECT_EQ(signer.name, "АХМЕТОВА САУЛЕ");
  EXPECT_EQ(signer.algorithm, "GOST-2015-512");
  EXPECT_EQ(signer.key_use, SignerReport::KeyUse::sign);
  EXPECT_EQ(signer.revocation, SignerReport::Revocation::good);
  EXPECT_EQ(signer.signing_time, kTestNow);
  const ProvenSignature& proven = verdict.proven.at(0);
  EXPECT_EQ(proven.trusted.timed.intact.content, kContent);
  EXPECT_EQ(proven.trusted.iin, make::kSaule.iin);
  EXPECT_EQ(proven.trusted.path.size(), 3u);
  ASSERT_TRUE(proven.ocsp);
  EXPECT_EQ(proven.ocsp->status, OcspJudgement::Status::good);
  EXPECT_EQ(proven.ocsp_response, answer);
}

TEST(Verify, ReadsEveryArmour) {
  EXPECT_EQ(told(judge(make::armoured(document()))), "ok");
  EXPECT_EQ(told(judge(rsa().person().certificate->der)), "malformed") << "a certificate is no signature";
  for (const std::string_view other : {"", "<", "<a/>", "-----BEGIN CMS-----\n-----END CMS-----\n", "\x30\x80", "{}"}) {
    const Verdict verdict = judge(other);
    EXPECT_THAT(told(verdict), testing::AnyOf("malformed", "no_signature")) << other;
    EXPECT_TRUE(verdict.signers.empty());
  }
  const auto started = std::chrono::steady_clock::now();
  for (const char filling : {'A', '0', ' ', '<', '\0'}) EXPECT_FALSE(judge(std::string(100'000'000, filling)).valid());
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds{5});
}

TEST(Verify, WhatWasSignedIsWhatWasAskedFor) {
  Expectation expectation = unasked();
  expectation.content = "another application";
  EXPECT_EQ(told(judge(document(), expectation)), "content_mismatch");
  const std::string detached = make::sign_cms(kContent, saule(), kTestNow, false);
  EXPECT_EQ(told(judge(detached, expectation)), "digest_mismatch");
  EXPECT_EQ(told(judge(detached)), "content_mismatch");
  expectation.content = std::string(kContent);
  EXPECT_EQ(told(judge(detached, expectation)), "ok");
}

TEST(Verify, ASignedXmlDocumentIsComparedAsAWhole) {
  const std::string xml = R"(<application number="253400000012" sha256="ab"/>)";
  const std::string signed_xml = *make::sign_xml(xml, saule());
  Expectation expectation = unasked();
  expectation.xml_document = canonical_xml(xml);
  const Verdict verdict = judge(signed_xml, expectation);
  EXPECT_EQ(told(verdict), "ok");
  EXPECT_EQ(verdict.format, "xml");
  expectation.xml_document = canonical_xml(R"(<application number="253400000020" sha256="ab"/>)");
  EXPECT_EQ(told(judge(signed_xml, expectation)), "content_mismatch") << "another application's signature";
  expectation = unasked();
  expectation.content = R"(<application  sha256="ab" number="253400000012"></application>)";
  EXPECT_EQ(told(judge(signed_xml, expectation)), "ok") << "the same document, written otherwise";
  expectation.content = "no XML";
  EXPECT_EQ(told(judge(signed_xml, expectation)), "content_mismatch");
}

// --- signing in ---------------------------------------------------------------------------------------------------

std::string challenge(std::string_view nonce = "bm9uY2U", std::string_view origin = "https://mekenjai.kz", Instant issued = kTestNow) {
  return fmt::format("<login><nonce>{}</nonce><origin>{}</origin><issued>{}</issued></login>", nonce, origin,
                     base::format_rfc3339(issued));
}
Expectation login() {
  Expectation expectation = unasked();
  expectation.use = Use::login;
  expectation.nonce = "bm9uY2U";
  expectation.origin = "https://mekenjai.kz";
  return expectation;
}

TEST(Login, IsOurChallengeNowForThisSite) {
  const auto by_cms = [](const std::string& content) { return told(judge(make::sign_cms(content, saule(), kTestNow), login())); };
  const auto by_xml = [](const std::string& content) { return told(judge(*make::sign_xml(content, saule()), login())); };
  for (const auto& way : {std::function<std::string(const std::string&)>(by_cms), std::function<std::string(const std::string&)>(by_xml)}) {
    EXPECT_EQ(way(challenge()), "ok");
    EXPECT_EQ(way(challenge("another")), "bad_challenge");
    EXPECT_EQ(way(challenge("bm9uY2U", "https://evil.test")), "bad_challenge");
    EXPECT_EQ(way(challenge("bm9uY2U", "https://mekenjai.kz", kTestNow - kLoginLife)), "ok");
    EXPECT_EQ(way(challenge("bm9uY2U", "https://mekenjai.kz", kTestNow - kLoginLife - std::chrono::seconds{1})), "bad_challenge");
    EXPECT_EQ(way(challenge("bm9uY2U", "https://mekenjai.kz", kTestNow + minutes{10})), "bad_challenge");
    EXPECT_EQ(way("<application/>"), "bad_challenge");
    EXPECT_EQ(way("<login><nonce>bm9uY2U</nonce></login>"), "bad_challenge");
  }
  EXPECT_EQ(by_cms("bm9uY2U"), "bad_challenge") << "a bare nonce binds to no site";
}

TEST(Login, IsTheVeryChallengeThatWasIssued) {
  const std::string other = challenge("bm9uY2U", "https://mekenjai.kz", kTestNow - minutes{1});
  Expectation expectation = login();
  expectation.content = challenge();
  EXPECT_EQ(told(judge(make::sign_cms(challenge(), saule(), kTestNow), expectation)), "ok");
  EXPECT_EQ(told(judge(make::sign_cms(other, saule(), kTestNow), expectation)), "bad_challenge");
  EXPECT_EQ(told(judge(make::sign_cms("{}", saule(), kTestNow), expectation)), "bad_challenge");
}

TEST(Login, NeedsWhatWasIssued) {
  const std::string signed_challenge = make::sign_cms(challenge(), saule(), kTestNow);
  Expectation expectation = login();
  expectation.nonce.reset();
  EXPECT_EQ(told(judge(signed_challenge, expectation)), "bad_challenge");
  expectation = login();
  expectation.origin.reset();
  EXPECT_EQ(told(judge(signed_challenge, expectation)), "bad_challenge");
  expectation = login();
  expectation.content = challenge();
  EXPECT_EQ(told(judge(make::sign_cms(challenge(), saule(), kTestNow, false), expectation)), "ok");
}

TEST(Login, IsNoDocumentAndADocumentNoLogin) {
  for (const std::string& near : {challenge(), std::string("<login/>"), std::string(" <x:login xmlns:x=\"urn:x\" a=\"1\"/>"),
                                  std::string("<?xml version=\"1.0\"?>\n<login>\n</login>")}) {
    EXPECT_EQ(told(judge(make::sign_cms(near, saule(), kTestNow))), "content_mismatch") << near;
    EXPECT_EQ(told(judge(*make::sign_xml(near, saule()))), "content_mismatch") << near;
  }
  EXPECT_EQ(told(judge(make::sign_cms("<loginform/>", saule(), kTestNow))), "ok");
  EXPECT_EQ(told(judge(document(), login())), "bad_challenge");
}

// --- use, role and person -----------------------------------------------------------------------------------------

/// The profile of a person, with one extension otherwise or gone.
make::CertificateOrder changed(const make::Extension& extension, const make::TestAuthority& authority = gost()) {
  make::CertificateOrder order = authority.order_for(make::kSaule);
  for (make::Extension& one : order.extensions) {
    if (one.oid == extension.oid) one = extension;
  }
  return order;
}
std::string judged(const make::CertificateOrder& order, const Expectation& expectation = unasked(),
                   const make::TestAuthority& authority = gost()) {
  const Identity identity = authority.issue_order(order);
  const std::string content = expectation.use == Use::login ? challenge() : std::string(kContent);
  return told(judge(make::sign_cms(content, identity, kTestNow), expectation, {}, kTestNow, authority));
}
make::Extension purposes(std::vector<std::string> oids) { return make::extended_key_usage(oids); }
const std::string kEmail(oids::kEmailProtection), kPerson(oids::kNaturalPerson), kEntity(oids::kLegalEntity), kClient(oids::kClientAuth);

TEST(Use, ADocumentNeedsAPersonsSigningKey) {
  EXPECT_EQ(judged(gost().order_for(make::kSaule)), "ok");
  EXPECT_EQ(judged(changed(make::key_usage(kDigitalSignature))), "wrong_key_use");
  EXPECT_EQ(judged(changed(make::key_usage(kKeyEncipherment))), "wrong_key_use");
  EXPECT_EQ(judged(changed(make::key_usage(kNonRepudiation))), "ok");
  EXPECT_EQ(judged(changed(purposes({kEmail}))), "wrong_key_use") << "nobody's role";
  EXPECT_EQ(judged(changed(purposes({kEmail, kEntity}))), "wrong_key_use");
  EXPECT_EQ(judged(changed(purposes({kEmail, kPerson, kEntity + "\x05"}))), "wrong_key_use") << "an employee's";
  EXPECT_EQ(judged(changed(purposes({kEmail, kPerson + "\x01"}))), "wrong_key_use") << "a person's information system";
  EXPECT_EQ(judged(changed(purposes({kClient, kPerson}))), "wrong_key_use") << "for authentication only";
  make::Person employee = make::kSaule;
  employee.bin = "991340000007";
  employee.organisation = "ТОО ТЕСТ";
  EXPECT_EQ(judged(gost().order_for(employee)), "wrong_key_use");
  make::CertificateOrder person = gost().order_for(make::kSaule);
  for (const char* unit : {"BIN991340000007", "BIN991340000015"}) {
    person.subject.push_back({std::string(oids::kOrganisationalUnit), unit});
  }
  EXPECT_EQ(judged(person), "wrong_key_use") << "two organisations do not make a person";
}

TEST(Use, OneGostKeyServesBothAndRsaKeysComeInPairs) {
  EXPECT_EQ(judged(gost().order_for(make::kSaule), login()), "ok");
  EXPECT_EQ(judged(changed(make::key_usage(kNonRepudiation)), login()), "wrong_key_use");
  EXPECT_EQ(judged(rsa().order_for(make::kSaule, make::RsaUse::sign), unasked(), rsa()), "ok");
  EXPECT_EQ(judged(rsa().order_for(make::kSaule, make::RsaUse::authenticate), unasked(), rsa()), "wrong_key_use");
  EXPECT_EQ(judged(rsa().order_for(make::kSaule, make::RsaUse::sign), login(), rsa()), "wrong_key_use");
  EXPECT_EQ(judged(rsa().order_for(make::kSaule, make::RsaUse::authenticate), login(), rsa()), "ok");
}

TEST(Use, APolicyOfTheAuthorityIsNeeded) {
  const std::string policy(oids::kPolicyNuc);
  EXPECT_EQ(judged(changed(make::policies({policy + "\x03"}))), "ok") << "a natural person's, 2018 to 2024";
  EXPECT_EQ(judged(changed(make::policies({policy + "\x06"}))), "bad_certificate") << "a time-stamp authority's";
  EXPECT_EQ(judged(changed(make::policies({std::string(oids::kPolicyKuc)}))), "bad_certificate");
  make::CertificateOrder none = gost().order_for(make::kSaule);
  std::erase_if(none.extensions, [](const make::Extension& one) { return one.oid == std::string_view(oids::kCertificatePolicies); });
  EXPECT_EQ(judged(none), "bad_certificate");
  make::CertificateOrder strange = gost().order_for(make::kSaule);
  strange.extensions.push_back({"\x2a\x03", der::null(), true});
  EXPECT_EQ(judged(strange), "bad_certificate") << "a critical extension that nobody understands";
}

make::CertificateOrder numbered(std::vector<std::string> serial_numbers) {
  make::CertificateOrder order = gost().order_for(make::kSaule);
  std::erase_if(order.subject, [](const make::NameAttribute& one) { return one.oid == std::string_view(oids::kSerialNumber); });
  for (std::string& number : serial_numbers) order.subject.push_back({std::string(oids::kSerialNumber), std::move(number), true});
  return order;
}

TEST(Identity, IsOneIinInItsPlace) {
  EXPECT_EQ(judged(numbered({"IIN900101300017"})), "ok");
  EXPECT_EQ(judged(numbered({"IIN900101300017", "IIN850715400028"})), "ambiguous");
  EXPECT_EQ(judged(numbered({"IIN900101300017", "IIN900101300017"})), "ambiguous");
  for (const char* wrong : {"IIN90010130001", "IIN9001013000170", "BIN991340000007", "900101300017", "iin900101300017", "IIN 900101300017",
                            "IIN90010130001X", "IIN900101300017 ", ""}) {
    EXPECT_EQ(judged(numbered({wrong})), "bad_certificate") << wrong;
  }
  make::CertificateOrder in_the_name = numbered({});
  in_the_name.subject.push_back({std::string(oids::kCommonName), "IIN900101300017", false});
  EXPECT_EQ(judged(in_the_name), "bad_certificate");
}

TEST(Identity, IsANumberThatSomebodyCanHave) {
  Expectation tests = unasked();
  tests.test_identities = true;
  for (const char* impossible : {"IIN123456789011", "IIN900101300018", "IIN000000000000"}) {
    EXPECT_EQ(judged(numbered({impossible})), "bad_certificate") << impossible;
    EXPECT_EQ(judged(numbered({impossible}), tests), "ok") << impossible;
  }
  EXPECT_EQ(judged(numbered({"IIN991301300003"})), "bad_certificate") << "the check digit fits, the thirteenth month doesn't";
}

TEST(Identity, IsWhomWeAskedFor) {
  Expectation expectation = unasked();
  expectation.iin = make::kBolat.iin;
  EXPECT_EQ(told(judge(document(), expectation)), "wrong_person");
  expectation.iin = make::kSaule.iin;
  EXPECT_EQ(told(judge(document(), expectation)), "ok");
}

TEST(Path, LeadsToAnAnchorAndIsValidNow) {
  const make::TestAuthority look_alike;
  const Identity forged = look_alike.person();
  EXPECT_EQ(told(judge(make::sign_cms(kContent, forged, kTestNow))), "untrusted_issuer");
  EXPECT_EQ(told(judge(document(), unasked(), {}, make::kTestFrom - hours{1})), "not_yet_valid");
  EXPECT_EQ(told(judge(document(), unasked(), {}, make::kTestFrom + days{370})), "expired");
  const Identity by_a_person = gost().issued_by(saule(), gost().order_for(make::kBolat));
  EXPECT_EQ(told(judge(make::sign_cms(kContent, by_a_person, kTestNow))), "untrusted_issuer") << "a leaf is no CA";
}

// --- time ---------------------------------------------------------------------------------------------------------

TEST(Time, IsProvenByAStampOrItIsNow) {
  const Instant later = make::kTestFrom + days{500};  // when the certificate has expired
  const std::string stamped = gost().stamped(document(), kTestNow);
  const Verdict verdict = judge(stamped, unasked(), {}, later);
  ASSERT_EQ(told(verdict), "ok") << describe(*verdict.fault);
  EXPECT_EQ(verdict.signers.at(0).timestamp, kTestNow);
  EXPECT_EQ(verdict.proven.at(0).trusted.timed.reference, kTestNow);
  EXPECT_EQ(told(judge(document(), unasked(), {}, later)), "expired") << "signingTime is a claim and proves nothing";
  EXPECT_EQ(told(judge(gost().stamped(document(), make::kTestFrom + days{400}), unasked(), {}, later)), "expired");
  Expectation received = unasked();
  received.received_at = kTestNow;
  EXPECT_EQ(told(judge(document(), received, {}, later)), "ok") << "we had it in hand while the certificate was good";
  received.received_at = later + days{1};
  EXPECT_EQ(told(judge(document(), received, {}, later)), "expired");
}

TEST(Time, ABrokenStampIsAFaultAndNotNoStamp) {
  const auto stamped_with = [](const std::string& token) { return told(judge(*with_timestamp(document(), token))); };
  const std::string signature = read_cms(document())->signers.front().signature;
  EXPECT_EQ(stamped_with(gost().token(signature, kTestNow)), "ok");
  EXPECT_EQ(stamped_with(gost().token(kContent, kTestNow)), "bad_timestamp") << "a stamp of the content, not of the signature";
  const make::TestAuthority look_alike;
  EXPECT_EQ(stamped_with(look_alike.token(signature, kTestNow)), "bad_timestamp");
  EXPECT_EQ(stamped_with(gost().token(signature, kTestNow, &saule())), "bad_timestamp");
  // Two of them, both good.
  const std::string token = gost().token(signature, kTestNow);
  make::CmsSigner signer;
  signer.identity = &saule();
  signer.unsigned_attributes = {der::sequence({der::oid(oids::kTimeStampToken), der::set_of({token, gost().token(signature, kTestNow - hours{1})})})};
  make::CmsOrder order;
  order.content = kContent;
  order.signers = {signer};
  EXPECT_EQ(told(judge(make::sign_cms(order))), "bad_timestamp");
}

// --- revocation ---------------------------------------------------------------------------------------------------

Expectation asked() { return Expectation{}; }

make::OcspAnswer revoked(Instant at, std::optional<RevocationReason> reason, const Certificate& certificate = *saule().certificate) {
  make::OcspAnswer answer = gost().answer(certificate, kTestNow);
  answer.status = make::OcspAnswer::Status::revoked;
  answer.revoked_at = at;
  answer.reason = reason;
  return answer;
}
std::string answered(const make::OcspAnswer& answer) { return make::ocsp_response(answer, gost().responder); }
make::CrlOrder::Entry entry(const Identity& whose, Instant at, std::optional<RevocationReason> reason = {}) {
  return {whose.certificate->serial, at, reason};
}

TEST(Revocation, SilenceIsNoAnswer) {
  Verdict verdict = judge(document(), asked());
  EXPECT_EQ(told(verdict), "revocation_unknown");
  EXPECT_EQ(verdict.answer(), Answer::cannot_tell);
  EXPECT_EQ(verdict.signers.at(0).revocation, SignerReport::Revocation::unknown);
  EXPECT_EQ(told(judge(document(), unasked())), "ok");
  const std::string list = gost().crl_of({}, kTestNow);
  EXPECT_EQ(told(judge(document(), asked(), with({}, {list}))), "ok");
  verdict = judge(document(), asked(), with({}, {list}));
  EXPECT_FALSE(verdict.proven.at(0).ocsp);
  EXPECT_FALSE(verdict.proven.at(0).crl_number.empty());
  EXPECT_TRUE(verdict.proven[0].ocsp_response.empty());
  EXPECT_EQ(told(judge(document(), asked(), with({}, {list}), kTestNow + days{3})), "revocation_unknown") << "an old list";
  EXPECT_EQ(told(judge(document(), asked(), with({make::ocsp_failure(3)}, {list}))), "ok") << "try later: the list answers";
}

TEST(Revocation, ARevokedKeySignsNoMore) {
  using R = RevocationReason;
  for (const auto reason : {std::optional<R>{}, std::optional(R::unspecified), std::optional(R::key_compromise), std::optional(R::superseded)}) {
    const Evidence evidence = with({answered(revoked(kTestNow - hours{1}, reason))});
    const Verdict verdict = judge(document(), asked(), evidence);
    EXPECT_EQ(told(verdict), "revoked");
    EXPECT_EQ(verdict.signers.at(0).revocation, SignerReport::Revocation::revoked);
    EXPECT_EQ(verdict.signers.at(0).iin, make::kSaule.iin) << "the report still names him";
    EXPECT_EQ(told(judge(document(), unasked(), evidence)), "revoked") << "not asked, but told";
  }
  EXPECT_EQ(told(judge(document(), asked(), with({}, {gost().crl_of({entry(saule(), kTestNow - hours{1})}, kTestNow)}))), "revoked");
  EXPECT_EQ(told(judge(document(), asked(), with({}, {gost().crl_of({entry(bolat(), kTestNow - hours{1})}, kTestNow)}))), "ok");
}

TEST(Revocation, AHarmlessOneAfterAProvenTimeHarmsNothing) {
  using R = RevocationReason;
  const std::string stamped = gost().stamped(document(), kTestNow - hours{2});
  const auto told_of = [&](std::string_view container, Instant at, std::optional<R> reason) {
    const std::string by_ocsp = told(judge(container, asked(), with({answered(revoked(at, reason))})));
    EXPECT_EQ(by_ocsp, told(judge(container, asked(), with({}, {gost().crl_of({entry(saule(), at, reason)}, kTestNow)}))));
    return by_ocsp;
  };
  for (const R harmless : {R::superseded, R::cessation_of_operation, R::affiliation_changed, R::privilege_withdrawn}) {
    EXPECT_EQ(told_of(stamped, kTestNow - hours{1}, harmless), "ok");
    EXPECT_EQ(told_of(stamped, kTestNow - hours{3}, harmless), "revoked") << "before it was signed";
    EXPECT_EQ(told_of(document(), kTestNow - hours{1}, harmless), "revoked") << "without a proven time";
  }
  for (const auto harmful : {std::optional<R>{}, std::optional(R::unspecified), std::optional(R::key_compromise), std::optional(R::ca_compromise),
                             std::optional(R::certificate_hold), std::optional(R::aa_compromise)}) {
    EXPECT_EQ(told_of(stamped, kTestNow - hours{1}, harmful), "revoked") << "whoever had the key may have stamped";
  }
}

TEST(Revocation, WhatTheAuthorityDoesNotKnowIsNotGood) {
  make::OcspAnswer never = revoked(Instant{}, RevocationReason::certificate_hold);
  never.extended_revoke = true;
  EXPECT_EQ(told(judge(document(), asked(), with({answered(never)}))), "revoked");
  make::OcspAnswer unknown = gost().answer(*saule().certificate, kTestNow);
  unknown.status = make::OcspAnswer::Status::unknown;
  const Verdict verdict = judge(document(), asked(), with({answered(unknown)}, {gost().crl_of({}, kTestNow)}));
  EXPECT_EQ(told(verdict), "bad_certificate");
  EXPECT_EQ(verdict.answer(), Answer::invalid);
  EXPECT_EQ(verdict.signers.at(0).revocation, SignerReport::Revocation::unknown);
  const std::string good = gost().ocsp(*saule().certificate, kTestNow), bad = answered(revoked(kTestNow - hours{1}, {}));
  EXPECT_EQ(told(judge(document(), asked(), with({good, bad}))), "revoked") << "the worst of two";
  EXPECT_EQ(told(judge(document(), asked(), with({bad, good}))), "revoked");
}

TEST(Revocation, AnAnswerThatCannotBeBelievedIsNoWayToAList) {
  const std::string list = gost().crl_of({}, kTestNow);
  const auto told_with = [&](const std::string& answer) { return told(judge(document(), asked(), with({answer}, {list}))); };
  make::OcspAnswer answer = gost().answer(*saule().certificate, kTestNow);
  std::string spoilt = answered(answer);
  spoilt[spoilt.size() / 2] = static_cast<char>(spoilt[spoilt.size() / 2] ^ 1);
  EXPECT_EQ(told_with(spoilt), "revocation_unknown");
  EXPECT_EQ(told_with("garbage"), "revocation_unknown");
  EXPECT_EQ(told_with(gost().ocsp(*bolat().certificate, kTestNow)), "revocation_unknown") << "about somebody else";
  EXPECT_EQ(told_with(make::ocsp_response(answer, saule())), "revocation_unknown") << "signed by the person himself";
  answer.this_update = answer.produced_at = kTestNow - hours{1};
  EXPECT_EQ(told_with(answered(answer)), "revocation_unknown") << "stale";
  answer.this_update = answer.produced_at = kTestNow + hours{1};
  EXPECT_EQ(told_with(answered(answer)), "revocation_unknown") << "from the future";
  const make::TestAuthority look_alike;
  EXPECT_EQ(told_with(make::ocsp_response(gost().answer(*saule().certificate, kTestNow), look_alike.responder)), "revocation_unknown");
  Evidence asked_with_nonce = with({gost().ocsp(*saule().certificate, kTestNow, "theirs")}, {list});
  asked_with_nonce.ocsp.front().nonce = "ours";
  EXPECT_EQ(told(judge(document(), asked(), asked_with_nonce)), "revocation_unknown") << "an answer to another question";
  asked_with_nonce.ocsp.front().nonce = "theirs";
  EXPECT_EQ(told(judge(document(), asked(), asked_with_nonce)), "ok");
  // With a good answer of his own beside it, somebody else's changes nothing.
  EXPECT_EQ(told(judge(document(), asked(), with({gost().ocsp(*bolat().certificate, kTestNow), gost().ocsp(*saule().certificate, kTestNow)}))), "ok");
}

TEST(Revocation, AListForgetsWhatHasExpired) {
  const Instant later = make::kTestFrom + days{400};
  const std::string stamped = gost().stamped(document(), kTestNow);
  EXPECT_EQ(told(judge(stamped, asked(), with({}, {gost().crl_of({}, later)}), later)), "revocation_unknown");
  EXPECT_EQ(told(judge(stamped, asked(), with({gost().ocsp(*saule().certificate, later)}), later)), "ok") << "a responder remembers";
}

TEST(Revocation, OfAnAuthorityCountsToo) {
  const std::string good = gost().ocsp(*saule().certificate, kTestNow);
  make::CrlOrder order = gost().crl_order(kTestNow);
  order.entries = {entry(gost().issuer, kTestNow - hours{1}, RevocationReason::ca_compromise)};
  EXPECT_EQ(told(judge(document(), asked(), with({good}, {make::crl(order, gost().root)}))), "revoked");
  order.entries = {entry(saule(), kTestNow - hours{1})};
  EXPECT_EQ(told(judge(document(), asked(), with({good}, {make::crl(order, gost().root)}))), "ok") << "another issuer's list";
  const std::string stamped = gost().stamped(document(), kTestNow - hours{2});
  const auto stamps = [&](Instant at, RevocationReason reason) {
    return told(judge(stamped, asked(), with({good, answered(revoked(at, reason, *gost().stamps.certificate))})));
  };
  EXPECT_EQ(stamps(kTestNow - hours{1}, RevocationReason::key_compromise), "bad_timestamp");
  EXPECT_EQ(stamps(kTestNow - hours{3}, RevocationReason::superseded), "bad_timestamp");
  EXPECT_EQ(stamps(kTestNow - hours{1}, RevocationReason::superseded), "ok");
}

TEST(Revocation, QuestionsAreAskedSignerFirst) {
  const std::string stamped = gost().stamped(document(), kTestNow);
  const auto questions = revocation_questions(stamped, asked(), gost().trust(), kTestNow);
  ASSERT_EQ(questions.size(), 3u);
  EXPECT_EQ(questions[0].certificate->fingerprint, saule().certificate->fingerprint);
  EXPECT_EQ(questions[0].issuer->fingerprint, gost().issuer.certificate->fingerprint);
  EXPECT_EQ(questions[1].certificate->fingerprint, gost().issuer.certificate->fingerprint);
  EXPECT_EQ(questions[1].issuer->fingerprint, gost().root.certificate->fingerprint);
  EXPECT_EQ(questions[2].certificate->fingerprint, gost().stamps.certificate->fingerprint);
  Expectation wrong = asked();
  wrong.iin = make::kBolat.iin;
  EXPECT_TRUE(revocation_questions(stamped, wrong, gost().trust(), kTestNow).empty()) << "refused anyway";
  EXPECT_TRUE(revocation_questions("garbage", asked(), gost().trust(), kTestNow).empty());
}

// --- several signers ----------------------------------------------------------------------------------------------

TEST(Signers, AllMustHoldAndRefusalsAreToldBeforeDoubts) {
  make::CmsSigner one, other;
  one.identity = &saule();
  other.identity = &bolat();
  make::CmsOrder order;
  order.content = kContent;
  order.signers = {one, other};
  const std::string both = make::sign_cms(order);
  const std::string good = gost().ocsp(*saule().certificate, kTestNow);
  EXPECT_EQ(told(judge(both, asked(), with({good, gost().ocsp(*bolat().certificate, kTestNow)}))), "ok");
  const Verdict half = judge(both, asked(), with({good}));
  EXPECT_EQ(told(half), "revocation_unknown");
  EXPECT_EQ(half.signers.size(), 2u);
  EXPECT_TRUE(half.proven.empty()) << "nothing may be done on half of it";
  const Verdict refused = judge(both, asked(), with({answered(revoked(kTestNow - hours{1}, {}, *bolat().certificate))}));
  EXPECT_EQ(told(refused), "revoked") << "though the other's answer is missing";
  Expectation expectation = unasked();
  expectation.iin = make::kSaule.iin;
  EXPECT_EQ(told(judge(both, expectation)), "wrong_person");
  other.signature = std::string(128, '\x01');
  order.signers = {one, other};
  const Verdict broken = judge(make::sign_cms(order));
  EXPECT_EQ(told(broken), "signature_mismatch");
  EXPECT_EQ(std::count_if(broken.signers.begin(), broken.signers.end(), [](const SignerReport& signer) { return signer.valid(); }), 1);
}

// --- the report ---------------------------------------------------------------------------------------------------

TEST(Report, IsTheContractsToTheLetter) {
  SignerReport signer;
  signer.iin = "900101300017";
  signer.name = "АХМЕТОВА САУЛЕ";
  signer.algorithm = "GOST-2015-512";
  signer.serial = "0a0b";
  signer.issuer = "TEST \"NCA\"";
  signer.not_before = kTestNow;
  signer.not_after = kTestNow + days{365};
  signer.key_use = SignerReport::KeyUse::sign;
  signer.revocation = SignerReport::Revocation::good;
  signer.reason = Reason::ok;
  Verdict verdict;
  verdict.reason = Reason::ok;
  verdict.format = "cms";
  verdict.signers = {signer};
  EXPECT_EQ(report_json(verdict),
            R"({"valid":true,"reason":"ok","format":"cms","signers":[{"iin":"900101300017","bin":null,"name":"АХМЕТОВА САУЛЕ",)"
            R"("algorithm":"GOST-2015-512","serial":"0a0b","issuer":"TEST \"NCA\"","not_before":"2026-11-22T17:00:00+05:00",)"
            R"("not_after":"2027-11-22T17:00:00+05:00","key_use":"sign","revocation":"good","signing_time":null,"timestamp":null,)"
            R"("valid":true,"reason":"ok"}]})");
  EXPECT_EQ(report_json(judge("garbage")), R"({"valid":false,"reason":"malformed","format":"cms","signers":[]})");
}

// --- bytes that somebody has bent ---------------------------------------------------------------------------------

TEST(Bent, EveryTruncationAndEveryChangedOctet) {
  const std::string stamped = gost().stamped(document(), kTestNow);
  const Trust trust = gost().trust();
  for (std::size_t size = 0; size < stamped.size(); ++size) {
    EXPECT_FALSE(verify(std::string_view(stamped).substr(0, size), unasked(), trust, {}, kTestNow).valid()) << size;
  }
  for (std::size_t at = 0; at < stamped.size(); ++at) {
    std::string changed = stamped;
    changed[at] = static_cast<char>(changed[at] ^ 0x04);
    const Verdict verdict = verify(changed, unasked(), trust, {}, kTestNow);
    if (!verdict.valid()) continue;
    const TimedSignature& timed = verdict.proven.at(0).trusted.timed;  // nobody signs the lists of digests around it
    EXPECT_EQ(timed.intact.content, kContent) << at;
    EXPECT_EQ(timed.reference, kTestNow) << at;
    EXPECT_EQ(timed.intact.certificate->der, saule().certificate->der) << at;
  }
}

// --- public samples -----------------------------------------------------------------------------------------------

Trust sample_trust() {
  std::vector<CertificatePtr> all;
  for (const char* folder : {"pki/ca/test", "pki/ca/prod"}) {
    for (const std::string& name : shared_files(folder)) {
      if (auto read = Certificate::read(*unarmoured(*shared_file(name)))) all.push_back(*read);
    }
  }
  return Trust(std::move(all));
}

/// In the middle of the signer's certificate; now, where a time-stamp tells the moment.
Instant midlife(const SignerReport& signer) {
  return signer.timestamp ? kTestNow : *signer.not_before + (*signer.not_after - *signer.not_before) / 2;
}

TEST(Samples, AreJudgedAsTheyAre) {
  // Whose and for what: an organisation's keys and those for authentication sign no documents of ours; GOST-2004 is of
  // the archive and these have no time-stamp.
  struct Row {
    const char* file;
    std::vector<std::string> reasons;  // of the signers
  };
  const std::vector<Row> rows{
      {"cms/gost2004_attached_1signers_ecd618c5.cms", {"weak_algorithm"}},
      {"cms/gost512_attached_1signers_tst_6379b829.cms", {"wrong_key_use"}},
      {"cms/gost512_attached_2signers_a8f14ecc.cms", {"ok", "ok"}},
      {"cms/gost512_detached_2signers_11a1381f.cms", {"ok", "ok"}},
      {"cms/gost512_detached_2signers_dfac5dc3.cms", {"ok", "ok"}},
      {"cms/rsa_attached_1signers_3e9b790b.cms", {"wrong_key_use"}},
      {"cms/rsa_attached_1signers_61ea68bb.cms", {"wrong_key_use"}},
      {"cms/rsa_attached_1signers_a638205e.cms", {"ok"}},
      {"cms/rsa_attached_1signers_d9848945.cms", {"wrong_key_use"}},
      {"cms/rsa_attached_1signers_f4488a6b.cms", {"wrong_key_use"}},
      {"xml/organization_active_GOSTKNCA_13a3741b52d7bf860aab199b56fad1f4652e357b.xml", {"weak_algorithm"}},
      {"xml/organization_revoked_GOSTKNCA_c372b7809440fcb681051bbc89ea2f089fd2fe16.xml", {"weak_algorithm"}},
      {"xml/personal_active_RSA256_11c707bd54cbfcccb3815e39c4eb57b1dc7dfea9.xml", {"ok"}},
      {"xml/personal_revoked_RSA256_346a7e57c2995259140b6fc375b6ff3bba7e852f.xml", {"ok"}},
      {"xml/xmldsig_gost512_2fac7997e2.xml", {"ok"}},
      {"xml/xmldsig_rsa_d45c607ab5.xml", {"ok"}},
      {"xml/f35_test_gost512.xml_simple.xml", {"untrusted_issuer"}},
  };
  if (!shared_file("pki/given/MANIFEST.tsv")) GTEST_SKIP() << kNoSharedSamples;
  const Trust trust = sample_trust();
  for (const Row& row : rows) {
    SCOPED_TRACE(row.file);
    const std::string name = std::string("pki/given/") + row.file;
    const auto bytes = shared_file(name);
    ASSERT_TRUE(bytes);
    Expectation expectation = unasked();
    expectation.test_identities = true;
    expectation.content = shared_file(name.substr(0, name.size() - 4) + ".content");
    const Verdict at_any_time = verify(*bytes, expectation, trust, {}, kTestNow);
    ASSERT_EQ(at_any_time.signers.size(), row.reasons.size()) << describe(*at_any_time.fault);
    for (std::size_t i = 0; i < row.reasons.size(); ++i) {
      const Verdict then = verify(*bytes, expectation, trust, {}, midlife(at_any_time.signers[i]));
      EXPECT_EQ(word(then.signers.at(i).reason), row.reasons[i]) << (then.fault ? describe(*then.fault) : "");
      if (row.reasons[i] != "ok") continue;
      EXPECT_EQ(word(verify(*bytes, expectation, trust, {}, *then.signers[i].not_after + days{1}).signers.at(i).reason), "expired");
    }
  }
}

}  // namespace
}  // namespace mekenjai::edge::eds
