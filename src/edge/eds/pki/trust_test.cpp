// Paths to our own anchors: who is behind a certificate, and every way of not being behind it.
#include "edge/eds/pki/trust.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/make/pkcs12.hpp"
#include "edge/eds/make/test_authority.hpp"
#include "edge/eds/pki/crl.hpp"
#include "edge/eds/shared_samples.hpp"
#include "edge/eds/test_data.hpp"

namespace mekenjai::edge::eds {
namespace {

using make::CertificateOrder;
using make::Identity;
using make::kTestNow;
using make::TestAuthority;
using ::testing::HasSubstr;

Reason refusal(const Trust& trust, const CertificatePtr& certificate, Instant at = kTestNow) {
  const auto path = trust.path(certificate, at);
  return path ? Reason::ok : path.error().reason;
}

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "mekenjai-trust-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  void write(const std::string& name, std::string_view bytes) const { std::ofstream(path_ / name, std::ios::binary) << bytes; }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

TEST(TrustTest, APathLeadsFromThePersonToTheAnchor) {
  const TestAuthority authority;
  const Identity saule = authority.person();
  const auto path = authority.trust().path(saule.certificate, kTestNow);
  ASSERT_TRUE(path) << describe(path.error());
  ASSERT_EQ(path->size(), 3u);
  EXPECT_EQ(path->front(), saule.certificate);
  EXPECT_EQ((*path)[1], authority.issuer.certificate);
  EXPECT_EQ(path->back(), authority.root.certificate);
  EXPECT_EQ(authority.trust().issuer_of(*saule.certificate), authority.issuer.certificate);
}

TEST(TrustTest, AnAnchorIsItsOwnPath) {
  const TestAuthority authority;
  const auto path = authority.trust().path(authority.root.certificate, kTestNow);
  ASSERT_TRUE(path);
  EXPECT_EQ(path->size(), 1u);
}

TEST(TrustTest, ALookAlikeWithTheSameNamesIsNobody) {
  const TestAuthority authority, look_alike;
  const Identity victim = look_alike.person();
  EXPECT_EQ(refusal(authority.trust(), victim.certificate), Reason::untrusted_issuer);
  EXPECT_EQ(authority.trust().issuer_of(*victim.certificate), nullptr);
  EXPECT_EQ(refusal(authority.trust(), look_alike.root.certificate), Reason::untrusted_issuer);
  // Where both are pinned, each certificate finds the one that has signed.
  std::vector<CertificatePtr> both = look_alike.certificates();
  for (const CertificatePtr& certificate : authority.certificates()) both.push_back(certificate);
  const auto path = Trust(both).path(authority.person().certificate, kTestNow);
  ASSERT_TRUE(path);
  EXPECT_EQ((*path)[1], authority.issuer.certificate);
}

TEST(TrustTest, AnIntermediateWithoutItsAnchorProvesNothing) {
  const TestAuthority authority;
  const Trust trust({authority.issuer.certificate});
  const auto path = trust.path(authority.person().certificate, kTestNow);
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().reason, Reason::untrusted_issuer);
  EXPECT_THAT(describe(path.error()), HasSubstr("TEST ROOT"));
}

TEST(TrustTest, EveryCertificateMustBeValidThen) {
  const TestAuthority authority;
  const Identity saule = authority.person();
  const Trust trust = authority.trust();
  EXPECT_EQ(refusal(trust, saule.certificate, make::kTestFrom), Reason::ok);
  EXPECT_EQ(refusal(trust, saule.certificate, make::kTestFrom - base::Millis{1}), Reason::not_yet_valid);
  EXPECT_EQ(refusal(trust, saule.certificate, saule.certificate->not_after), Reason::ok);
  EXPECT_EQ(refusal(trust, saule.certificate, saule.certificate->not_after + base::Millis{1}), Reason::expired);

  const auto short_lived = [&](Instant from, int years) {
    const Identity ca = authority.issued_by(authority.root, make::ca_order("SHORT NCA", from, years, 0));
    const Identity person = authority.issued_by(ca, authority.order_for(make::kSaule));
    return refusal(Trust({authority.root.certificate, ca.certificate}), person.certificate);
  };
  EXPECT_EQ(short_lived(make::kTestFrom - std::chrono::years{2}, 2), Reason::expired);
  EXPECT_EQ(short_lived(kTestNow + std::chrono::hours{1}, 2), Reason::not_yet_valid);
  EXPECT_EQ(short_lived(make::kTestFrom, 2), Reason::ok);
}

TEST(TrustTest, OnlyACaThatMaySignCertificatesIsAnIssuer) {
  const TestAuthority authority;
  const auto under = [&](CertificateOrder ca_order) {
    const Identity ca = authority.issued_by(authority.root, ca_order);
    const Identity person = authority.issued_by(ca, authority.order_for(make::kSaule));
    const auto path = Trust({authority.root.certificate, ca.certificate}).path(person.certificate, kTestNow);
    return path ? "ok" : describe(path.error());
  };
  CertificateOrder order = make::ca_order("OTHER NCA", make::kTestFrom, 5, 0);
  EXPECT_EQ(under(order), "ok");
  order.extensions = {make::basic_constraints(true), make::key_usage(kCrlSign | kDigitalSignature)};
  EXPECT_THAT(under(order), HasSubstr("bad_certificate: OTHER NCA may not sign certificates"));
  order.extensions = {make::basic_constraints(true)};
  EXPECT_THAT(under(order), HasSubstr("may not sign certificates"));
  order.extensions = {make::basic_constraints(false), make::key_usage(kKeyCertSign)};
  EXPECT_THAT(under(order), HasSubstr("bad_certificate: OTHER NCA is no CA"));
  order.extensions = {make::key_usage(kKeyCertSign)};
  EXPECT_THAT(under(order), HasSubstr("is no CA"));
  EXPECT_THAT(under(authority.order_for(make::kBolat)), HasSubstr("is no CA")) << "a person's key as a CA";
}

TEST(TrustTest, PathLengthsAndDepthAreKept) {
  const TestAuthority authority;
  const Identity middle = authority.issued_by(authority.root, make::ca_order("MIDDLE", make::kTestFrom, 5, {}));
  const Identity lower = authority.issued_by(middle, make::ca_order("LOWER", make::kTestFrom, 5, {}));
  const Identity lowest = authority.issued_by(lower, make::ca_order("LOWEST", make::kTestFrom, 5, {}));
  const std::vector<CertificatePtr> all{authority.root.certificate, authority.issuer.certificate, middle.certificate,
                                        lower.certificate, lowest.certificate};
  const auto person_of = [&](const Identity& ca) { return authority.issued_by(ca, authority.order_for(make::kSaule)).certificate; };
  EXPECT_EQ(refusal(Trust(all), person_of(lower)), Reason::ok);
  EXPECT_EQ(refusal(Trust(all), person_of(lowest)), Reason::untrusted_issuer) << "five certificates are too many";

  const Identity below_zero = authority.issued_by(authority.issuer, make::ca_order("BELOW", make::kTestFrom, 5, {}));
  const Trust trust({authority.root.certificate, authority.issuer.certificate, below_zero.certificate});
  EXPECT_EQ(refusal(trust, person_of(below_zero)), Reason::bad_certificate) << "pathLen 0 allows no CA below";
}

TEST(TrustTest, CriticalExtensionsThatAreNotUnderstoodAreRefusedAnywhere) {
  const TestAuthority authority;
  const make::Extension odd{std::string(oids::Oid("2.5.29.30")), der::sequence({}), true};
  CertificateOrder person = authority.order_for(make::kSaule);
  person.extensions.push_back(odd);
  EXPECT_EQ(refusal(authority.trust(), authority.issue_order(person).certificate), Reason::bad_certificate);
  CertificateOrder ca = make::ca_order("ODD NCA", make::kTestFrom, 5, 0);
  ca.extensions.push_back(odd);
  const Identity odd_ca = authority.issued_by(authority.root, ca);
  const Identity saule = authority.issued_by(odd_ca, authority.order_for(make::kSaule));
  EXPECT_EQ(refusal(Trust({authority.root.certificate, odd_ca.certificate}), saule.certificate), Reason::bad_certificate);
}

TEST(TrustTest, RingsOfCrossCertificatesEnd) {
  const TestAuthority authority;
  const crypto::PrivateKey one_key = crypto::PrivateKey::generate(crypto::KeyKind::gost2015);
  const crypto::PrivateKey two_key = crypto::PrivateKey::generate(crypto::KeyKind::gost2015);
  const CertificateOrder one = make::ca_order("ONE", make::kTestFrom, 5, {}), two = make::ca_order("TWO", make::kTestFrom, 5, {});
  const Identity one_self{one_key, make::issue(one, one_key, nullptr)}, two_self{two_key, make::issue(two, two_key, nullptr)};
  const CertificatePtr one_by_two = make::issue(one, one_key, &two_self), two_by_one = make::issue(two, two_key, &one_self);
  const auto saule = authority.issued_by(one_self, authority.order_for(make::kSaule)).certificate;
  EXPECT_EQ(refusal(Trust({one_by_two, two_by_one}), saule), Reason::untrusted_issuer);
  EXPECT_EQ(refusal(Trust({one_by_two, two_by_one, two_self.certificate}), saule), Reason::ok);
}

TEST(TrustTest, OneThatSaysItSignedItselfAndDidNotIsNoAnchor) {
  const TestAuthority authority, other;
  CertificateOrder order = make::ca_order("TEST ROOT", make::kTestFrom, 5, {});
  const Identity forged = authority.issued_by(other.root, order);  // the name of the root, and another root's signature
  EXPECT_TRUE(forged.certificate->self_issued());
  EXPECT_TRUE(Trust({forged.certificate}).certificates().empty());
  EXPECT_EQ(refusal(Trust({forged.certificate}), forged.certificate), Reason::untrusted_issuer);
}

TEST(TrustTest, ManyThreadsAndManyCertificatesGetTheSameAnswers) {
  const TestAuthority authority, look_alike;
  const Trust trust = authority.trust();
  std::vector<CertificatePtr> ours, theirs;
  for (int i = 0; i < 6; ++i) {
    ours.push_back(authority.person().certificate);
    theirs.push_back(look_alike.person().certificate);
  }
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 3; ++t) {
      threads.emplace_back([&] {
        for (int round = 0; round < 3; ++round) {
          for (const auto& certificate : ours) wrong += !trust.path(certificate, kTestNow);
          for (const auto& certificate : theirs) wrong += trust.path(certificate, kTestNow).has_value();
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
}

TEST(TrustTest, ServiceCertificatesAreReadOnce) {
  const TestAuthority authority;
  const Trust trust = authority.trust();
  const std::string der = authority.responder.certificate->der;
  EXPECT_NE(*trust.recall(der), *trust.recall(der)) << "not kept yet";
  trust.keep(authority.responder.certificate);
  EXPECT_EQ(*trust.recall(der), authority.responder.certificate);
  EXPECT_FALSE(trust.recall("junk"));
}

TEST(TrustFolder, TakesDerAndPemAndNamesWhatIsNone) {
  const Folder folder;
  folder.write("root.cer", derived_file("derived_root.cer"));
  folder.write("readme.txt", "not looked at");
  const std::string nca = derived_file("derived_nca.cer");
  std::string base64;
  for (const char c : base::to_base64url(nca)) base64 += c == '-' ? '+' : c == '_' ? '/' : c;
  while (base64.size() % 4 != 0) base64 += '=';
  folder.write("nca.pem", "-----BEGIN CERTIFICATE-----\n" + base64 + "\n-----END CERTIFICATE-----\n");
  const auto trust = Trust::from_folder(folder.path());
  ASSERT_TRUE(trust) << trust.error();
  EXPECT_EQ(trust->certificates().size(), 2u);
  EXPECT_EQ(refusal(*trust, derived_certificate("alice.cer"), kDerivedNow), Reason::ok);

  folder.write("broken.crt", "junk");
  const auto broken = Trust::from_folder(folder.path());
  ASSERT_FALSE(broken);
  EXPECT_THAT(broken.error(), HasSubstr("broken.crt is not a certificate"));
}

TEST(TrustFolder, ThatIsEmptyOrMissingIsAnError) {
  const Folder folder;
  EXPECT_THAT(Trust::from_folder(folder.path()).error(), HasSubstr("no certificate"));
  EXPECT_THAT(Trust::from_folder(folder.path() + "/none").error(), HasSubstr("cannot be read"));
}

TEST(TrustFolder, RefusesARootThatHasNotSignedItself) {
  const TestAuthority authority, other;
  const Folder folder;
  const Identity forged = authority.issued_by(other.root, make::ca_order("TEST ROOT", make::kTestFrom, 5, {}));
  folder.write("forged.cer", forged.certificate->der);
  EXPECT_THAT(Trust::from_folder(folder.path()).error(), HasSubstr("has not signed itself"));
}

/// Every CA of a folder leads to an anchor of that folder, the day after both of them began (BTS Digital's certificate
/// is a year older than the root certificate above it).
void all_lead_to_anchors(const std::string& folder, std::size_t count) {
  const auto trust = Trust::from_folder(shared_path(folder).string());
  if (!std::filesystem::exists(shared_path(folder))) GTEST_SKIP() << kNoSharedSamples;
  ASSERT_TRUE(trust) << trust.error();
  EXPECT_EQ(trust->certificates().size(), count);
  for (const CertificatePtr& ca : trust->certificates()) {
    const CertificatePtr issuer = trust->issuer_of(*ca);
    ASSERT_TRUE(issuer) << ca->subject.common_name;
    const auto path = trust->path(ca, std::max(ca->not_before, issuer->not_before) + std::chrono::hours{24});
    EXPECT_TRUE(path) << describe(path.error());
  }
}

TEST(PublicTrust, ProductionChainsHold) { all_lead_to_anchors("pki/ca/prod", 11); }
TEST(PublicTrust, TestChainsHold) { all_lead_to_anchors("pki/ca/test", 10); }

TEST(PublicTrust, TheTestKeysOfNucHaveTheirPathAndTheirListSaysWhichAreRevoked) {
  const std::vector<std::string> files = shared_files("pki/given/p12");
  if (files.empty()) GTEST_SKIP() << kNoSharedSamples;
  auto trust = Trust::from_folder(shared_path("pki/ca/test").string());
  const auto production = Trust::from_folder(shared_path("pki/ca/prod").string());
  ASSERT_TRUE(trust && production);
  std::vector<std::string> faults;
  const CrlSet lists = CrlSet::from_folder(shared_path("pki/given/crl").string(), *trust, faults);
  const Instant august = *base::parse_rfc3339("2026-08-12T00:00:00Z");
  int persons = 0, judged = 0;
  for (const std::string& file : files) {
    if (file.find("/gost2004") != std::string::npos) continue;  // key files of that kind are not opened any more
    auto key = make::read_pkcs12(*shared_file(file), "Qwerty12");
    if (!key) key = make::read_pkcs12(*shared_file(file), "Aa123456");
    ASSERT_TRUE(key) << file << ": " << describe(key.error());
    const CertificatePtr certificate = key->certificate;
    const Instant first_day = certificate->not_before + std::chrono::hours{24};
    auto path = trust->path(certificate, first_day);
    if (!path) path = production->path(certificate, first_day);  // four of 2018 are from production (README)
    EXPECT_TRUE(path) << file << ": " << describe(path.error());
    persons += certificate->subject.iin().has_value();
    if (!certificate->valid_at(august)) continue;
    const bool good = file.find("_6c425659") != std::string::npos || file.find("_689bd2c5") != std::string::npos;
    if (file.find("_2026") == std::string::npos && file.find("_2025") == std::string::npos) continue;
    const auto judgement = lists.judge(*certificate, *trust->issuer_of(*certificate), august);
    EXPECT_EQ(judgement.status, good ? CrlJudgement::Status::good : CrlJudgement::Status::revoked) << file;
    ++judged;
  }
  EXPECT_GT(persons, 30);
  EXPECT_GT(judged, 10);
}

}  // namespace
}  // namespace mekenjai::edge::eds
