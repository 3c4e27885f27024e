// The sandbox's authority is the same in every process, knows its own serials, and is nobody else's.
#include "edge/eds/make/sandbox_authority.hpp"

#include <gmock/gmock.h>

#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/make/test_authority.hpp"

namespace mekenjai::edge::eds::make {
namespace {

using crypto::KeyKind;
using namespace std::chrono_literals;

class Sandbox : public testing::TestWithParam<KeyKind> {
 protected:
  const SandboxAuthority& authority_ = SandboxAuthority::instance();
};
INSTANTIATE_TEST_SUITE_P(, Sandbox, testing::Values(KeyKind::gost2015, KeyKind::rsa),
                         [](const auto& kind) { return kind.param == KeyKind::rsa ? "Rsa" : "Gost"; });

TEST_P(Sandbox, ItsKeysHaveAPathToItsRoot) {
  const Identity saule = authority_.issue_to(kSaule, GetParam(), kTestNow + 250ms);
  EXPECT_EQ(saule.certificate->not_before, kTestNow);
  EXPECT_EQ(saule.certificate->subject.iin(), kSaule.iin);
  const auto path = Trust(authority_.certificates()).path(saule.certificate, kTestNow + 300 * 24h);
  ASSERT_TRUE(path) << describe(path.error());
  EXPECT_EQ(path->size(), 3u);
  EXPECT_FALSE(TestAuthority().trust().path(saule.certificate, kTestNow));
}

TEST_P(Sandbox, KnowsTheSerialsItGaveOut) {
  for (int i = 0; i < 20; ++i) {
    std::string serial = authority_.issue_to(kSaule, GetParam(), kTestNow).certificate->serial;
    EXPECT_TRUE(authority_.issued(serial)) << base::to_hex(serial);
    serial.back() = static_cast<char>(serial.back() ^ 1);
    EXPECT_FALSE(authority_.issued(serial));
    if (GetParam() == KeyKind::rsa) break;  // RSA keys take their time, and the serial does not depend on the kind
  }
  EXPECT_FALSE(authority_.issued(""));
  EXPECT_FALSE(authority_.issued(std::string(20, 'x')));
  EXPECT_FALSE(authority_.issued(std::string(21, 'x')));
  EXPECT_FALSE(authority_.issued(TestAuthority().person().certificate->serial));
}

TEST_P(Sandbox, ItsServicesAreBelieved) {
  const Trust trust(authority_.certificates());
  const Identity saule = authority_.issue_to(kSaule, GetParam(), kTestNow);
  const Identity& issuer = authority_.issuer(GetParam());
  const OcspQuestion question{saule.certificate, issuer.certificate, std::string("nonce")};
  const auto asked = read_ocsp_request(ocsp_request(question));
  ASSERT_TRUE(asked);
  EXPECT_EQ(authority_.issuer_of(*asked), &issuer);
  OcspAnswer answer;
  answer.cert_id = asked->cert_id;
  answer.nonce = asked->nonce;
  answer.produced_at = answer.this_update = kTestNow;
  answer.certificates = {authority_.ocsp_responder(GetParam()).certificate};
  const OcspJudgement judged =
      judge_ocsp(ocsp_response(answer, authority_.ocsp_responder(GetParam())), question, trust, kTestNow);
  EXPECT_EQ(judged.status, OcspJudgement::Status::good) << (judged.fault ? describe(*judged.fault) : "");

  StampOrder order;
  order.at = kTestNow;
  const auto token = token_of_response(timestamp_response(
      timestamp_request(crypto::Digest::sha256, "octets", "\x01", ""), authority_.time_stamps(GetParam()), order));
  ASSERT_TRUE(token);
  const auto stamp = verify_timestamp(*token, "octets", trust, kTestNow);
  ASSERT_TRUE(stamp) << describe(stamp.error());
}

TEST(SandboxAuthority, HasTheSameKeysInEveryProcess) {
  // The CertID of a serial under each issuer, which depends on names and keys only.
  const SandboxAuthority& authority = SandboxAuthority::instance();
  // Keys that people made yesterday stop working where this changes.
  const auto fingerprint = [&](KeyKind kind) {
    return base::to_hex(base::sha256(cert_id(crypto::Digest::sha256, *authority.issuer(kind).certificate, "\x01")));
  };
  EXPECT_EQ(fingerprint(KeyKind::gost2015), "f1eb17534a504a5f302d2b1101ade46be9e6224f59c80b5ad8ec593dd85e709c");
  EXPECT_EQ(fingerprint(KeyKind::rsa), "cf4d2a5d242e595f18eb68b04e23a54cfe3c4b8eb841e79ba16e44b80fa3b3d2");
}

TEST(SandboxAuthority, AnswersForNoOtherIssuer) {
  const TestAuthority other;
  const auto asked = read_ocsp_request(ocsp_request({other.person().certificate, other.issuer.certificate, {}}));
  ASSERT_TRUE(asked);
  EXPECT_EQ(SandboxAuthority::instance().issuer_of(*asked), nullptr);
}

}  // namespace
}  // namespace mekenjai::edge::eds::make
