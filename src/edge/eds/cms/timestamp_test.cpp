// Time-stamps: a token that anything is wrong with proves no time at all.
#include "edge/eds/cms/timestamp.hpp"

#include <gtest/gtest.h>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/make/test_authority.hpp"
#include "edge/eds/pki/ocsp.hpp"
#include "edge/eds/shared_samples.hpp"

namespace mekenjai::edge::eds {
namespace {

using make::Identity;
using make::kTestNow;
using std::chrono::hours;

constexpr std::string_view kStamped = "the octets of a signature value";

const make::TestAuthority& gost() {
  static const make::TestAuthority authority;
  return authority;
}

std::string judge(std::string_view token, const Trust& trust, std::string_view stamped = kStamped,
                  std::optional<std::string_view> nonce = {}, Instant at = kTestNow) {
  const auto timestamp = verify_timestamp(token, stamped, trust, at, nonce);
  return timestamp ? "ok" : describe(timestamp.error());
}
std::string judge(std::string_view token) { return judge(token, gost().trust()); }

testing::AssertionResult refused(const std::string& verdict, std::string_view why) {
  if (verdict.starts_with("bad_timestamp") && verdict.find(why) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << verdict << " instead of a refusal: " << why;
}

TEST(Timestamp, ProvesWhenAndByWhom) {
  for (const crypto::KeyKind kind : {crypto::KeyKind::gost2015, crypto::KeyKind::rsa}) {
    const make::TestAuthority authority(kind);
    const Instant at = kTestNow - hours{30};
    const auto timestamp = verify_timestamp(authority.token(kStamped, at), kStamped, authority.trust(), kTestNow);
    ASSERT_TRUE(timestamp) << describe(timestamp.error());
    EXPECT_EQ(timestamp->at, at);
    EXPECT_EQ(timestamp->authority->fingerprint, authority.stamps.certificate->fingerprint);
    EXPECT_EQ(timestamp->path.size(), 3u);
    EXPECT_TRUE(timestamp->policy.starts_with("1.2.398.3.3.2.6."));
  }
}

TEST(Timestamp, IsOfTheseOctetsAndNotFromTheFuture) {
  EXPECT_TRUE(refused(judge(gost().token("other octets", kTestNow)), "imprint"));
  EXPECT_EQ(judge(gost().token(kStamped, kTestNow + kClockSkew)), "ok");
  EXPECT_TRUE(refused(judge(gost().token(kStamped, kTestNow + kClockSkew + std::chrono::seconds{1})), "future"));
}

TEST(Timestamp, EchoesOurNonce) {
  const auto token = [&](std::string_view nonce) {
    const std::string request = timestamp_request(crypto::Digest::streebog512, kStamped, nonce, oids::kPolicyTsaGost2015);
    make::StampOrder order;
    order.at = kTestNow;
    return *token_of_response(make::timestamp_response(request, gost().stamps, order));
  };
  const std::string nonce("\x80 eight octets", 14);
  EXPECT_EQ(judge(token(nonce), gost().trust(), kStamped, nonce), "ok");
  EXPECT_EQ(judge(token('\0' + nonce), gost().trust(), kStamped, '\0' + nonce), "ok") << "a number, not a string";
  EXPECT_TRUE(refused(judge(token("another"), gost().trust(), kStamped, nonce), "nonce"));
  EXPECT_TRUE(refused(judge(token(""), gost().trust(), kStamped, nonce), "nonce"));
}

TEST(Timestamp, ComesFromAnAuthorityForNothingElse) {
  const auto by = [&](std::vector<make::Extension> extensions) {
    make::CertificateOrder order = make::time_stamp_authority_order("TEST TSA", make::kTestFrom);
    order.extensions = std::move(extensions);
    const Identity identity = gost().issue_order(order);
    return judge(gost().token(kStamped, kTestNow, &identity));
  };
  const std::string stamping(oids::kTimeStamping), ocsp(oids::kOcspSigning);
  const auto key = make::key_usage(kDigitalSignature);
  EXPECT_EQ(by({make::extended_key_usage({stamping}, true), key}), "ok");
  EXPECT_TRUE(refused(by({key}), "sole purpose"));
  EXPECT_TRUE(refused(by({make::extended_key_usage({stamping, ocsp}, true), key}), "sole purpose"));
  EXPECT_TRUE(refused(by({make::extended_key_usage({ocsp}, true), key}), "sole purpose"));
  EXPECT_TRUE(refused(by({make::extended_key_usage({stamping}), key}), "critical"));
  EXPECT_EQ(by({make::extended_key_usage({stamping}, true)}), "ok") << "as the test authority of 2023 has it";
  EXPECT_TRUE(refused(by({make::extended_key_usage({stamping}, true), make::key_usage(kKeyEncipherment)}), "may not sign"));
  EXPECT_TRUE(refused(by({make::extended_key_usage({stamping}, true), key, make::basic_constraints(true)}), "CA"));
  const Identity person = gost().person();
  EXPECT_TRUE(refused(judge(gost().token(kStamped, kTestNow, &person)), "sole purpose"));
}

TEST(Timestamp, LeadsToOurAnchorsAtItsOwnTime) {
  const make::TestAuthority look_alike;
  EXPECT_TRUE(refused(judge(look_alike.token(kStamped, kTestNow)), "untrusted_issuer"));
  EXPECT_TRUE(refused(judge(gost().token(kStamped, make::kTestFrom - hours{1})), "not_yet_valid"));
  const Instant late = make::kTestFrom + std::chrono::years{4};
  EXPECT_TRUE(refused(judge(gost().token(kStamped, late), gost().trust(), kStamped, {}, late), "expired"));
  EXPECT_EQ(judge(gost().token(kStamped, kTestNow), gost().trust(), kStamped, {}, late), "ok") << "it was valid then";
}

TEST(Timestamp, FollowsAPolicyOfTheAuthority) {
  const auto under = [&](std::string policy) {
    make::StampOrder order;
    order.at = kTestNow;
    order.policy = std::move(policy);
    return judge(gost().token(kStamped, order));
  };
  EXPECT_EQ(under(std::string(oids::kPolicyTsaGost2015)), "ok");
  EXPECT_TRUE(refused(under(std::string(oids::kPolicyTsa)), "policy"));
  EXPECT_TRUE(refused(under(std::string(oids::kPolicyNuc)), "policy"));
}

TEST(Timestamp, AnythingElseIsNoToken) {
  const std::string token = gost().token(kStamped, kTestNow);
  const Trust trust = gost().trust();
  for (std::size_t size = 0; size < token.size(); ++size) {
    EXPECT_FALSE(verify_timestamp(std::string_view(token).substr(0, size), kStamped, trust, kTestNow)) << size;
  }
  const Identity person = gost().person();
  EXPECT_TRUE(refused(judge(make::sign_cms(kStamped, person, kTestNow)), "content")) << "a document is no time-stamp";
  // The same content signed by the authority twice, or by its key without naming its certificate.
  const auto info = read_cms(token)->content;
  make::CmsSigner signer;
  signer.identity = &gost().stamps;
  make::CmsOrder order;
  order.content = *info;
  order.content_type = oids::kTstInfo;
  order.signers = {signer};
  EXPECT_EQ(judge(make::sign_cms(order)), "ok");
  order.signers = {signer, signer};
  EXPECT_TRUE(refused(judge(make::sign_cms(order)), "one signer"));
  signer.signing_certificate_v2 = false;
  order.signers = {signer};
  EXPECT_TRUE(refused(judge(make::sign_cms(order)), "name its certificate"));
  signer.signing_certificate_v2 = true;
  order.signers = {signer};
  order.content = "no TSTInfo";
  EXPECT_TRUE(refused(judge(make::sign_cms(order)), "TSTInfo"));
}

/// A TSTInfo of our own making, signed by the authority.
std::string token_saying(crypto::Digest digest, std::string_view tail) {
  const std::string imprint =
      der::sequence({der::sequence({der::oid(crypto::oid_of(digest))}), der::octet_string(crypto::hash(digest, kStamped))});
  make::CmsSigner signer;
  signer.identity = &gost().stamps;
  make::CmsOrder order;
  order.content = der::sequence({der::integer(1), der::oid(oids::kPolicyTsaGost2015), imprint, der::integer(7),
                                 der::generalized_time(kTestNow), tail});
  order.content_type = oids::kTstInfo;
  order.signers = {signer};
  return make::sign_cms(order);
}

TEST(Timestamp, HasAStrongImprintAndNothingThatIsNotUnderstood) {
  EXPECT_EQ(judge(token_saying(crypto::Digest::sha256, "")), "ok");
  EXPECT_EQ(judge(token_saying(crypto::Digest::sha512, "")), "ok");
  EXPECT_TRUE(refused(judge(token_saying(crypto::Digest::sha1, "")), "weak"));
  EXPECT_TRUE(refused(judge(token_saying(crypto::Digest::gost34311, "")), "weak"));
  const auto extension = [](bool critical) {
    return der::element(der::context(1), der::sequence({der::oid("\x2a\x03"), critical ? der::boolean(true) : "", der::octet_string("x")}));
  };
  EXPECT_EQ(judge(token_saying(crypto::Digest::sha256, extension(false))), "ok");
  EXPECT_TRUE(refused(judge(token_saying(crypto::Digest::sha256, extension(true))), "TSTInfo"));
  EXPECT_TRUE(refused(judge(token_saying(crypto::Digest::sha256, der::utf8_string("more"))), "TSTInfo"));
}

TEST(Timestamp, AResponseGivesItsTokenOrSaysWhyNot) {
  const std::string refusal = der::sequence({der::sequence({der::integer(2)})});
  EXPECT_TRUE(refused(describe(token_of_response(refusal).error()), "status 2"));
  EXPECT_TRUE(refused(describe(token_of_response(der::sequence({der::sequence({der::integer(0)})})).error()), "without a token"));
  for (const char* wrong : {"", "0", "<html>"}) EXPECT_FALSE(token_of_response(wrong));
}

TEST(Timestamp, JoinsAContainerWithoutTouchingWhatIsSigned) {
  const Identity person = gost().person();
  const std::string container = make::sign_cms("a document", person, kTestNow);
  const std::string stamped = gost().stamped(container, kTestNow);
  const auto before = read_cms(container), after = read_cms(stamped);
  ASSERT_TRUE(after) << describe(after.error());
  EXPECT_TRUE(der::is_der(stamped));
  EXPECT_EQ(after->certificates, before->certificates);
  EXPECT_EQ(after->signers.front().attributes, before->signers.front().attributes);
  EXPECT_EQ(after->signers.front().signature, before->signers.front().signature);
  EXPECT_EQ(after->content, before->content);
  EXPECT_TRUE(intact(*after, std::nullopt, oids::kData));
  ASSERT_EQ(after->signers.front().timestamp_tokens.size(), 1u);
  EXPECT_EQ(judge(after->signers.front().timestamp_tokens.front(), gost().trust(), after->signers.front().signature), "ok");
  EXPECT_FALSE(with_timestamp(stamped, after->signers.front().timestamp_tokens.front())) << "one is enough";
  EXPECT_FALSE(with_timestamp(container, "no token"));
  EXPECT_FALSE(with_timestamp("no container", after->signers.front().timestamp_tokens.front()));
}

TEST(Timestamp, JoinsAStreamedContainerAndKeepsOtherAttributesAndSigners) {
  const Identity one = gost().person(), other = gost().person(make::kBolat);
  make::CmsSigner first, second;
  first.identity = &one;
  second.identity = &other;
  first.unsigned_attributes = second.unsigned_attributes = {make::attribute("\x2a\x03", der::utf8_string("kept"))};
  make::CmsOrder order;
  order.content = "a document";
  order.signers = {first, second};
  const std::string container = make::sign_cms(order);
  // The outermost levels with indefinite lengths.
  der::Reader info(der::sole(container)->content);
  const std::string type(info.take()->whole);
  const std::string data(info.take(der::context(0))->content);
  const std::string end(2, '\0');
  const std::string streamed = "\x30\x80" + type + "\xa0\x80" + data + end + end;
  const std::string stamped = gost().stamped(streamed, kTestNow);
  EXPECT_TRUE(der::is_der(stamped));
  const auto after = read_cms(stamped);
  ASSERT_TRUE(after) << describe(after.error());
  EXPECT_EQ(intact(*after, std::nullopt, oids::kData)->size(), 2u);
  EXPECT_EQ(after->signers.at(0).timestamp_tokens.size(), 1u);
  EXPECT_EQ(after->signers.at(1).timestamp_tokens.size(), 0u);
  std::size_t kept = 0;
  for (std::size_t at = stamped.find("kept"); at != std::string::npos; at = stamped.find("kept", at + 1)) ++kept;
  EXPECT_EQ(kept, 2u);
}

TEST(TimestampSamples, TheProductionAuthorityIsBelieved) {
  const auto token = shared_file("pki/given/tsp/prod_tsa_gost512_20250918.der");
  if (!token) GTEST_SKIP() << kNoSharedSamples;
  const auto trust = Trust::from_folder(shared_path("pki/ca/prod").string());
  ASSERT_TRUE(trust) << trust.error();
  // What was stamped is unknown: everything but the imprint holds, and the imprint is checked before the path.
  EXPECT_TRUE(refused(judge(*token, *trust, kStamped, {}, kTestNow), "imprint"));
  const auto cms = read_cms(*token);
  ASSERT_TRUE(cms) << describe(cms.error());
  const auto signatures = intact(*cms, std::nullopt, oids::kTstInfo);
  ASSERT_TRUE(signatures) << describe(signatures.error());
  const auto path = trust->path(signatures->front().certificate, *base::parse_rfc3339("2025-09-18T17:58:58Z"));
  ASSERT_TRUE(path) << describe(path.error());
  EXPECT_EQ(path->size(), 3u);
}

TEST(TimestampSamples, ATokenOfTheTestAuthorityIsOfItsSignature) {
  const auto container = shared_file("pki/given/cms/gost512_attached_1signers_tst_6379b829.cms");
  if (!container) GTEST_SKIP() << kNoSharedSamples;
  const auto trust = Trust::from_folder(shared_path("pki/ca/test").string());
  ASSERT_TRUE(trust) << trust.error();
  const auto cms = read_cms(*unarmoured(*container));
  ASSERT_TRUE(cms);
  const SignerInfo& signer = cms->signers.front();
  EXPECT_EQ(judge(signer.timestamp_tokens.at(0), *trust, signer.signature), "ok");
  EXPECT_TRUE(refused(judge(signer.timestamp_tokens.at(0), *trust, "other"), "imprint"));
}

TEST(TimestampSamples, AnOldResponseHasAToken) {
  const auto response = shared_file("pki/given/tsp/response_dd7048f4.der");
  if (!response) GTEST_SKIP() << kNoSharedSamples;
  const auto token = token_of_response(*response);
  ASSERT_TRUE(token) << describe(token.error());
  const auto cms = read_cms(*token);
  ASSERT_TRUE(cms) << describe(cms.error());
  EXPECT_TRUE(intact(*cms, std::nullopt, oids::kTstInfo));
}

}  // namespace
}  // namespace mekenjai::edge::eds
