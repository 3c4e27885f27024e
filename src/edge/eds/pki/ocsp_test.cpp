// Answers of OCSP responders: what may be believed, and every way of lying.
#include "edge/eds/pki/ocsp.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/make/test_authority.hpp"
#include "edge/eds/shared_samples.hpp"
#include "edge/eds/test_data.hpp"

namespace mekenjai::edge::eds {
namespace {

using make::Identity;
using make::kTestNow;
using make::OcspAnswer;
using make::TestAuthority;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using Status = OcspJudgement::Status;
using ::testing::HasSubstr;

/// A CA, its responder, and a certificate that is asked about.
class OcspTest : public ::testing::Test {
 protected:
  OcspQuestion question(std::optional<std::string> nonce = {}) const {
    return {saule_.certificate, authority_.issuer.certificate, std::move(nonce)};
  }
  OcspAnswer answer(std::optional<std::string> nonce = {}) const {
    return authority_.answer(*saule_.certificate, kTestNow, std::move(nonce));
  }
  OcspJudgement judge(const OcspAnswer& answer, Instant at = kTestNow) const { return judge(answer, question(), at); }
  OcspJudgement judge(const OcspAnswer& answer, const OcspQuestion& asked, Instant at = kTestNow) const {
    return judge_ocsp(make::ocsp_response(answer, authority_.responder), asked, trust_, at);
  }
  /// An answer that all is well, by another responder.
  OcspJudgement judge_by(const Identity& responder) const {
    OcspAnswer good = answer();
    good.certificates = {responder.certificate};
    return judge_ocsp(make::ocsp_response(good, responder), question(), trust_, kTestNow);
  }
  static std::string why(const OcspJudgement& judgement) {
    return std::string(word(judgement.status)) + (judgement.fault ? " " + describe(*judgement.fault) : "");
  }

  const TestAuthority authority_;
  const Trust trust_ = authority_.trust();
  const Identity saule_ = authority_.person();
};

TEST_F(OcspTest, ARequestSaysWhatIsAsked) {
  const auto request = make::read_ocsp_request(ocsp_request(question("0123456789abcdef")));
  ASSERT_TRUE(request) << describe(request.error());
  EXPECT_EQ(request->digest, crypto::Digest::sha256);
  EXPECT_EQ(request->serial, saule_.certificate->serial);
  EXPECT_EQ(request->issuer_name_hash, name_hash(crypto::Digest::sha256, *authority_.issuer.certificate));
  EXPECT_EQ(request->issuer_key_hash, key_hash(crypto::Digest::sha256, *authority_.issuer.certificate));
  EXPECT_EQ(request->nonce, "0123456789abcdef");
  EXPECT_FALSE(make::read_ocsp_request(ocsp_request(question()))->nonce);
}

TEST_F(OcspTest, GoodIsGood) {
  const OcspJudgement judgement = judge(answer("nonce"), question("nonce"));
  EXPECT_EQ(why(judgement), "good");
  EXPECT_EQ(judgement.this_update, kTestNow);
  EXPECT_FALSE(judgement.revoked_at);
  for (const crypto::Digest digest : {crypto::Digest::sha1, crypto::Digest::streebog512}) {
    OcspAnswer other = answer();
    other.cert_id = make::cert_id(digest, *authority_.issuer.certificate, saule_.certificate->serial);
    EXPECT_EQ(why(judge(other)), "good");
  }
}

TEST_F(OcspTest, RevokedSaysWhenAndWhy) {
  OcspAnswer revoked = answer();
  revoked.status = OcspAnswer::Status::revoked;
  revoked.revoked_at = kTestNow - hours{2};
  EXPECT_EQ(judge(revoked).status, Status::revoked);
  EXPECT_EQ(judge(revoked).revoked_at, kTestNow - hours{2});
  EXPECT_FALSE(judge(revoked).revocation_reason);
  revoked.reason = RevocationReason::key_compromise;
  EXPECT_EQ(judge(revoked).revocation_reason, RevocationReason::key_compromise);
}

TEST_F(OcspTest, RevokedSinceEverMeansNeverIssued) {
  OcspAnswer strange = answer();
  strange.status = OcspAnswer::Status::revoked;
  strange.revoked_at = Instant{};
  strange.reason = RevocationReason::certificate_hold;
  EXPECT_EQ(judge(strange).status, Status::not_issued);
  strange.reason.reset();
  strange.extended_revoke = true;
  EXPECT_EQ(judge(strange).status, Status::not_issued);
  strange.revoked_at = kTestNow - hours{1};
  EXPECT_EQ(judge(strange).status, Status::revoked) << "the extension stands in every answer of НУЦ РК";
}

TEST_F(OcspTest, UnknownIsUnknown) {
  OcspAnswer unknown = answer();
  unknown.status = OcspAnswer::Status::unknown;
  EXPECT_EQ(judge(unknown).status, Status::unknown);
}

TEST_F(OcspTest, TheNonceThatWasSentMustComeBack) {
  EXPECT_THAT(why(judge(answer(), question("sent"))), HasSubstr("rejected content_mismatch: the nonce did not come back"));
  EXPECT_THAT(why(judge(answer("else"), question("sent"))), HasSubstr("another nonce"));
  EXPECT_EQ(why(judge(answer("unasked"), question())), "good");
}

TEST_F(OcspTest, ItsTimeIsKept) {
  EXPECT_EQ(why(judge(answer(), kTestNow + kOcspAge)), "good");
  EXPECT_THAT(why(judge(answer(), kTestNow + kOcspAge + seconds{1})), HasSubstr("rejected expired"));
  EXPECT_EQ(why(judge(answer(), kTestNow - kClockSkew)), "good");
  EXPECT_THAT(why(judge(answer(), kTestNow - kClockSkew - seconds{1})), HasSubstr("rejected not_yet_valid"));
  OcspAnswer lasting = answer();
  lasting.next_update = kTestNow + hours{7};
  EXPECT_EQ(why(judge(lasting, kTestNow + hours{7} + kClockSkew)), "good");
  EXPECT_THAT(why(judge(lasting, kTestNow + hours{7} + kClockSkew + seconds{1})), HasSubstr("rejected expired"));
  lasting.next_update = kTestNow - seconds{1};
  EXPECT_THAT(why(judge(lasting)), HasSubstr("rejected malformed"));
  OcspAnswer produced_later = answer();
  produced_later.produced_at = kTestNow + hours{1};
  EXPECT_THAT(why(judge(produced_later)), HasSubstr("from the future"));
}

TEST_F(OcspTest, ItMustBeAboutTheCertificate) {
  OcspAnswer other = answer();
  other.cert_id = make::cert_id(crypto::Digest::sha256, *authority_.issuer.certificate, "\x01\x02");
  EXPECT_THAT(why(judge(other)), HasSubstr("rejected content_mismatch"));
  other.cert_id = make::cert_id(crypto::Digest::sha256, *authority_.root.certificate, saule_.certificate->serial);
  EXPECT_THAT(why(judge(other)), HasSubstr("rejected content_mismatch"));
  const TestAuthority look_alike;  // the same name, another key
  other.cert_id = make::cert_id(crypto::Digest::sha256, *look_alike.issuer.certificate, saule_.certificate->serial);
  EXPECT_THAT(why(judge(other)), HasSubstr("rejected content_mismatch"));
}

TEST_F(OcspTest, TheIssuerMayAnswerItself) { EXPECT_EQ(why(judge_by(authority_.issuer)), "good"); }

TEST_F(OcspTest, NobodyElseMayAnswer) {
  const auto from = make::kTestFrom;
  make::CertificateOrder no_purpose = make::ocsp_responder_order("NO EKU", from);
  no_purpose.extensions = {make::key_usage(kDigitalSignature)};
  EXPECT_THAT(why(judge_by(authority_.issue_order(no_purpose))), HasSubstr("rejected wrong_key_use"));
  EXPECT_THAT(why(judge_by(authority_.person(make::kBolat))), HasSubstr("rejected wrong_key_use"));

  make::CertificateOrder person = authority_.order_for(make::kBolat);
  person.extensions = {make::extended_key_usage({std::string(oids::kNaturalPerson), std::string(oids::kOcspSigning)})};
  EXPECT_THAT(why(judge_by(authority_.issue_order(person))), HasSubstr("subscriber"));

  make::CertificateOrder no_signatures = make::ocsp_responder_order("CIPHER ONLY", from);
  no_signatures.extensions = {make::extended_key_usage({std::string(oids::kOcspSigning)}), make::key_usage(kKeyAgreement)};
  EXPECT_THAT(why(judge_by(authority_.issue_order(no_signatures))), HasSubstr("wrong_key_use"));

  make::CertificateOrder odd = make::ocsp_responder_order("ODD", from);
  odd.extensions.push_back({std::string(oids::Oid("2.5.29.30")), der::sequence({}), true});
  EXPECT_THAT(why(judge_by(authority_.issue_order(odd))), HasSubstr("bad_certificate"));

  EXPECT_THAT(why(judge_by(authority_.issued_by(authority_.root, make::ocsp_responder_order("ROOT'S", from)))),
              HasSubstr("rejected untrusted_issuer"))
      << "RFC 6960, 4.2.2.2: only who has it from the CA in question itself";
  const TestAuthority look_alike;
  EXPECT_THAT(why(judge_by(look_alike.responder)), HasSubstr("rejected untrusted_issuer"));
  EXPECT_THAT(why(judge_by(look_alike.issuer)), HasSubstr("rejected")) << "the issuer's name is not the issuer";

  make::CertificateOrder expired = make::ocsp_responder_order("EXPIRED", from - std::chrono::years{4});
  EXPECT_THAT(why(judge_by(authority_.issue_order(expired))), HasSubstr("rejected expired"));
  make::CertificateOrder early = make::ocsp_responder_order("EARLY", kTestNow + hours{1});
  EXPECT_THAT(why(judge_by(authority_.issue_order(early))), HasSubstr("rejected expired"));
}

TEST_F(OcspTest, WithoutTheRespondersCertificateNothingIsProven) {
  OcspAnswer bare = answer();
  bare.certificates.clear();
  EXPECT_THAT(why(judge(bare)), HasSubstr("rejected untrusted_issuer"));
  bare.certificates = {saule_.certificate};
  EXPECT_THAT(why(judge(bare)), HasSubstr("rejected untrusted_issuer"));
}

TEST_F(OcspTest, AnIssuerThatIsNotTrustedProvesNothing) {
  const Trust nobody({authority_.issuer.certificate});
  const std::string response = make::ocsp_response(answer(), authority_.responder);
  EXPECT_THAT(why(judge_ocsp(response, question(), nobody, kTestNow)), HasSubstr("the issuer is not trusted"));
}

TEST_F(OcspTest, FailuresWithoutContentMeanTryAgain) {
  for (const int status : {1, 2, 3, 5, 6}) {
    const auto judgement = judge_ocsp(make::ocsp_failure(status), question(), trust_, kTestNow);
    EXPECT_THAT(why(judgement), HasSubstr("unavailable revocation_unknown")) << status;
  }
  for (const int status : {0, 4, 7, 100}) {
    EXPECT_THAT(why(judge_ocsp(make::ocsp_failure(status), question(), trust_, kTestNow)), HasSubstr("rejected malformed")) << status;
  }
}

TEST_F(OcspTest, AFailureCannotCarryAnAnswer) {
  std::string response = make::ocsp_response(answer(), authority_.responder);
  const std::size_t status = response.find(std::string("\x0a\x01\x00", 3));
  ASSERT_NE(status, std::string::npos);
  response[status + 2] = 3;
  EXPECT_THAT(why(judge_ocsp(response, question(), trust_, kTestNow)), HasSubstr("rejected malformed"));
}

TEST_F(OcspTest, CutOrChangedAnywhereItIsNeverBelieved) {
  const std::string response = make::ocsp_response(answer(), authority_.responder);
  ASSERT_EQ(judge_ocsp(response, question(), trust_, kTestNow).status, Status::good);
  for (std::size_t size = 0; size < response.size(); ++size) {
    ASSERT_EQ(judge_ocsp(response.substr(0, size), question(), trust_, kTestNow).status, Status::rejected) << size;
  }
  EXPECT_EQ(judge_ocsp(response + '\0', question(), trust_, kTestNow).status, Status::rejected);
  for (std::size_t i = 0; i < response.size(); i += 5) {
    std::string changed = response;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    const Status status = judge_ocsp(changed, question(), trust_, kTestNow).status;
    ASSERT_TRUE(status == Status::rejected || status == Status::unavailable) << i;
  }
}

TEST_F(OcspTest, RsaAuthoritiesAnswerToo) {
  const TestAuthority rsa(crypto::KeyKind::rsa);
  const Identity person = rsa.person();
  const OcspQuestion asked{person.certificate, rsa.issuer.certificate, "n"};
  const auto judgement = judge_ocsp(rsa.ocsp(*person.certificate, kTestNow, "n"), asked, rsa.trust(), kTestNow);
  EXPECT_EQ(why(judgement), "good");
}

TEST(DerivedOcsp, EveryCaseComesOutAsTheManifestSays) {
  static const std::map<std::string, std::string> kWords{{"good", "good"}, {"revoked after signing", "revoked"},
                                                         {"not issued", "not_issued"}, {"reject", "rejected"},
                                                         {"unavailable", "unavailable"}, {"unknown", "unknown"}};
  const OcspQuestion question{derived_certificate("alice.cer"), derived_certificate("derived_nca.cer"), {}};
  const Trust trust = derived_trust();
  int count = 0;
  for (const DerivedCase& one : derived_cases('o')) {
    if (one.expected == "info") continue;
    const auto judgement = judge_ocsp(derived_file(one.files.at(0)), question, trust, kDerivedNow);
    EXPECT_EQ(word(judgement.status), kWords.at(one.expected)) << one.id << ": " << one.why;
    if (one.id == "o21") {
      EXPECT_EQ(judgement.revocation_reason, RevocationReason::superseded);
      EXPECT_EQ(judgement.revoked_at, base::parse_rfc3339("2026-11-20T12:00:00Z"));
    }
    ++count;
  }
  EXPECT_EQ(count, 8);
}

/// A certificate that we do not hold, known by its issuer and serial only: all that an answer names.
CertificatePtr by_serial(const Certificate& issuer, std::string_view serial_hex) {
  auto stand_in = std::make_shared<Certificate>(issuer.der, issuer.key, issuer.algorithm);
  stand_in->serial = *base::from_hex(serial_hex);
  stand_in->issuer = issuer.subject_name;
  return stand_in;
}

struct PublicCase {
  const char *file, *serial, *at;
  Status status;
  const char* nonce;
};

TEST(PublicOcsp, AnswersOfTheTestResponderHold) {
  const PublicCase cases[] = {
      {"ocsp_response_individual_2015.bin", "0ff06211dc82beb00253ffa000f1de84abef454f", "2022-09-02T16:58:40Z", Status::not_issued, "08e408ffb790834af2"},
      {"ocsp_response_individual_sign_2004.bin", "4279390a141f5353a62947b61ed65e81741467d1", "2022-09-02T16:54:10Z", Status::good, "08b5e5c9b552cbcac4"},
  };
  const auto trust = Trust::from_folder(shared_path("pki/ca/test").string());
  for (const PublicCase& one : cases) {
    const auto response = shared_file(std::string("pki/given/ocsp/") + one.file);
    if (!response || !trust) GTEST_SKIP() << kNoSharedSamples;
    const Instant at = *base::parse_rfc3339(one.at);
    int found = 0;
    for (const CertificatePtr& issuer : trust->certificates()) {
      OcspQuestion question{by_serial(*issuer, one.serial), issuer, base::from_hex(one.nonce)->substr(1)};
      const auto judgement = judge_ocsp(*response, question, *trust, at);
      if (judgement.status == Status::rejected) continue;
      EXPECT_EQ(judgement.status, one.status) << one.file;
      EXPECT_EQ(judge_ocsp(*response, question, *trust, at + hours{1}).status, Status::rejected) << "it grows old";
      question.nonce = "other";
      EXPECT_EQ(judge_ocsp(*response, question, *trust, at).status, Status::rejected);
      ++found;
    }
    EXPECT_EQ(found, 1) << one.file << " is about a certificate of exactly one CA";
  }
}

}  // namespace
}  // namespace mekenjai::edge::eds
