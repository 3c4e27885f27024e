// Answers of authorities, judged by those who will have to believe them.
#include "edge/eds/make/answers.hpp"

#include <gmock/gmock.h>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/make/test_authority.hpp"

namespace mekenjai::edge::eds::make {
namespace {

using crypto::KeyKind;
using namespace std::chrono_literals;

class Answers : public testing::TestWithParam<KeyKind> {
 protected:
  const TestAuthority& authority_ = TestAuthority::shared(GetParam());
  const Identity saule_ = authority_.person();
  const Trust trust_ = authority_.trust();
};
INSTANTIATE_TEST_SUITE_P(, Answers, testing::Values(KeyKind::gost2015, KeyKind::rsa),
                         [](const auto& kind) { return kind.param == KeyKind::rsa ? "Rsa" : "Gost"; });

TEST_P(Answers, AnOcspRequestIsAnsweredAndBelieved) {
  const OcspQuestion question{saule_.certificate, authority_.issuer.certificate, std::string("\x01\x02\x03\x04", 4)};
  const auto asked = read_ocsp_request(ocsp_request(question));
  ASSERT_TRUE(asked) << describe(asked.error());
  EXPECT_EQ(asked->serial, saule_.certificate->serial);
  EXPECT_EQ(asked->nonce, question.nonce);
  EXPECT_EQ(asked->cert_id, cert_id(asked->digest, *authority_.issuer.certificate, asked->serial));
  OcspAnswer answer = authority_.answer(*saule_.certificate, kTestNow, asked->nonce);
  answer.cert_id = asked->cert_id;
  const OcspJudgement good = judge_ocsp(ocsp_response(answer, authority_.responder), question, trust_, kTestNow);
  EXPECT_EQ(good.status, OcspJudgement::Status::good) << (good.fault ? describe(*good.fault) : "");
  answer.status = OcspAnswer::Status::revoked;
  answer.revoked_at = kTestNow - 24h;
  answer.reason = RevocationReason::key_compromise;
  const OcspJudgement revoked = judge_ocsp(ocsp_response(answer, authority_.responder), question, trust_, kTestNow);
  EXPECT_EQ(revoked.status, OcspJudgement::Status::revoked);
  EXPECT_EQ(revoked.revoked_at, kTestNow - 24h);
  EXPECT_EQ(revoked.revocation_reason, RevocationReason::key_compromise);
}

TEST_P(Answers, TryLaterIsNoAnswer) {
  const OcspQuestion question{saule_.certificate, authority_.issuer.certificate, {}};
  EXPECT_EQ(judge_ocsp(ocsp_failure(3), question, trust_, kTestNow).status, OcspJudgement::Status::unavailable);
}

TEST_P(Answers, ARevocationListIsReadAndSearched) {
  CrlOrder order = authority_.crl_order(kTestNow);
  order.number = 7;
  order.entries.push_back({saule_.certificate->serial, kTestNow - 1h, RevocationReason::superseded});
  order.entries.push_back({std::string("\x05"), kTestNow - 2h, {}});
  const auto list = Crl::read(crl(order, authority_.issuer), trust_);
  ASSERT_TRUE(list) << describe(list.error());
  EXPECT_EQ((*list)->size(), 2u);
  EXPECT_EQ((*list)->number(), "07");
  ASSERT_TRUE((*list)->find(saule_.certificate->serial));
  EXPECT_EQ((*list)->find(saule_.certificate->serial)->revoked_at, kTestNow - 1h);
  EXPECT_FALSE((*list)->find("\x06"));
  order.delta_of = 7;
  order.number = 8;
  const auto delta = Crl::read(crl(order, authority_.issuer), trust_);
  ASSERT_TRUE(delta) << describe(delta.error());
  EXPECT_EQ((*delta)->delta_of(), "07");
  order.entries.clear();
  EXPECT_TRUE(Crl::read(crl(order, authority_.issuer), trust_));
}

TEST_P(Answers, ATimeStampIsGivenAndBelieved) {
  const crypto::Digest digest = GetParam() == KeyKind::rsa ? crypto::Digest::sha256 : crypto::Digest::streebog512;
  StampOrder order;
  order.at = kTestNow;
  order.serial = 42;
  const std::string response =
      timestamp_response(timestamp_request(digest, "a signature", "\x05nonce", ""), authority_.stamps, order);
  const auto token = token_of_response(response);
  ASSERT_TRUE(token) << describe(token.error());
  const auto stamp = verify_timestamp(*token, "a signature", trust_, kTestNow, "\x05nonce");
  ASSERT_TRUE(stamp) << describe(stamp.error());
  EXPECT_EQ(stamp->at, kTestNow);
  EXPECT_EQ(stamp->serial, "2a");
  EXPECT_EQ(stamp->policy, GetParam() == KeyKind::rsa ? "1.2.398.3.3.2.6.2" : "1.2.398.3.3.2.6.4");
  EXPECT_FALSE(verify_timestamp(*token, "another signature", trust_, kTestNow));
  order.imprint = std::string(crypto::size_of(digest), 'x');
  const auto wrong =
      token_of_response(timestamp_response(timestamp_request(digest, "a signature", "", ""), authority_.stamps, order));
  ASSERT_TRUE(wrong);
  EXPECT_FALSE(verify_timestamp(*wrong, "a signature", trust_, kTestNow));
}

/// A request is input from outside: every cut and every flipped bit is answered or refused, never more.
TEST(Requests, DamagedOnesAreRefusedQuietly) {
  const TestAuthority authority;
  const OcspQuestion question{authority.person().certificate, authority.issuer.certificate, std::string(16, 'n')};
  const std::string ocsp = ocsp_request(question);
  const std::string stamp = timestamp_request(crypto::Digest::sha256, "octets", "\x01nonce", oids::kPolicyTsaGost2015);
  for (std::size_t cut = 0; cut < ocsp.size(); ++cut) {
    EXPECT_FALSE(read_ocsp_request(ocsp.substr(0, cut))) << cut;
  }
  EXPECT_FALSE(read_ocsp_request(ocsp + '\0'));
  EXPECT_FALSE(read_ocsp_request(std::string(1 << 20, '\x30')));
  StampOrder order;
  order.at = kTestNow;
  for (std::size_t cut = 0; cut < stamp.size(); ++cut) {
    EXPECT_FALSE(token_of_response(timestamp_response(stamp.substr(0, cut), authority.stamps, order))) << cut;
  }
  for (std::size_t at = 0; at < std::max(ocsp.size(), stamp.size()); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string one = ocsp, other = stamp;
      if (at < one.size()) one[at] = static_cast<char>(one[at] ^ 1 << bit);
      (void)read_ocsp_request(one);
      if (at >= other.size()) continue;
      other[at] = static_cast<char>(other[at] ^ 1 << bit);
      EXPECT_FALSE(timestamp_response(other.substr(0, 40), authority.stamps, order).empty());
    }
  }
}

TEST(Requests, WeakImprintsAreNotStamped) {
  const TestAuthority authority;
  StampOrder order;
  order.at = kTestNow;
  const auto refused = token_of_response(
      timestamp_response(timestamp_request(crypto::Digest::sha1, "octets", "", ""), authority.stamps, order));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::bad_timestamp);
}

TEST(Lists, HalfAMillionEntriesAreMadeInSeconds) {
  const TestAuthority authority;
  CrlOrder order = authority.crl_order(kTestNow);
  constexpr std::size_t kEntries = 500'000;
  for (std::size_t i = 0; i < kEntries; ++i) {
    const base::Sha256 digest = base::sha256(std::to_string(i));
    std::string serial(reinterpret_cast<const char*>(digest.data()), 20);
    serial[0] = static_cast<char>(serial[0] & 0x7f);
    order.entries.push_back({serial, kTestNow - 1h, {}});
  }
  const auto list = Crl::read(crl(order, authority.issuer), authority.trust());
  ASSERT_TRUE(list) << describe(list.error());
  EXPECT_EQ((*list)->size(), kEntries);
}

}  // namespace
}  // namespace mekenjai::edge::eds::make
