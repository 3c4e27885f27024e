// Certificates that we make are the ones НУЦ РК makes: attribute by attribute, extension by extension.
#include "edge/eds/make/issue.hpp"

#include <gmock/gmock.h>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/make/pkcs12.hpp"
#include "edge/eds/make/test_authority.hpp"
#include "edge/eds/shared_samples.hpp"

namespace mekenjai::edge::eds::make {
namespace {

using crypto::KeyKind;
using testing::ElementsAre;
using testing::IsEmpty;

/// "2.5.4.3 utf8", … of a Name.
std::vector<std::string> attribute_kinds(std::string_view name) {
  std::vector<std::string> kinds;
  der::Reader outer(name);
  for (der::Reader names = *outer.enter(der::kSequence); !names.at_end();) {
    auto pair = names.enter(der::kSet)->enter(der::kSequence);
    const std::string oid = der::dotted(pair->take(der::kOid)->content);
    kinds.push_back(oid + (pair->tag() == der::kPrintableString ? " printable" : " utf8"));
  }
  return kinds;
}

struct Found {
  std::string oid;
  bool critical;
  std::string value;
};

std::vector<Found> extensions_of(const Certificate& certificate) {
  std::vector<Found> found;
  der::Reader tbs = der::Reader(certificate.tbs).enter(der::kSequence).value();
  while (tbs.tag() != der::context(3)) tbs.take();
  for (der::Reader list = *tbs.enter(der::context(3))->enter(der::kSequence); !list.at_end();) {
    auto extension = list.enter(der::kSequence);
    const std::string oid = der::dotted(extension->take(der::kOid)->content);
    const bool critical = extension->take(der::kBoolean).has_value();
    found.push_back({oid, critical, std::string(extension->take(der::kOctetString)->content)});
  }
  return found;
}

std::string value_of(const Certificate& certificate, std::string_view oid) {
  for (const Found& extension : extensions_of(certificate)) {
    if (extension.oid == oid) return base::to_hex(extension.value);
  }
  return "";
}

std::vector<std::string> order_of(const Certificate& certificate) {
  std::vector<std::string> order;
  for (const Found& extension : extensions_of(certificate))
    order.push_back(extension.oid + (extension.critical ? " critical" : ""));
  return order;
}

TEST(Issue, APersonOfGost2015SignsAndLogsInWithOneKey) {
  const TestAuthority authority;
  const Identity saule = authority.person();
  const Certificate& certificate = *saule.certificate;
  EXPECT_EQ(certificate.subject.iin(), kSaule.iin);
  EXPECT_EQ(certificate.subject.common_name, "АХМЕТОВА САУЛЕ");
  EXPECT_EQ(certificate.subject.patronymic, "БОЛАТҚЫЗЫ") << "GN is the patronymic";
  EXPECT_THAT(attribute_kinds(certificate.subject_name),
              ElementsAre("2.5.4.3 utf8", "2.5.4.4 utf8", "2.5.4.5 printable", "2.5.4.6 printable", "2.5.4.42 utf8"));
  EXPECT_EQ(value_of(certificate, "2.5.29.15"), "030203c8");
  EXPECT_TRUE(certificate.for_purpose(oids::kEmailProtection));
  EXPECT_TRUE(certificate.for_purpose(oids::kNaturalPerson));
  EXPECT_FALSE(certificate.for_purpose(oids::kClientAuth));
  EXPECT_THAT(certificate.policies, ElementsAre(std::string(oids::kPolicyNuc)));
  EXPECT_THAT(certificate.unknown_critical, IsEmpty());
  EXPECT_EQ(value_of(certificate, "1.2.398.3.3.5"), "300a06082a830e0303050101");
  EXPECT_TRUE(signed_by(certificate, *authority.issuer.certificate));
  EXPECT_EQ(certificate.authority_key_id, authority.issuer.certificate->subject_key_id);
}

TEST(Issue, TheSerialIsTheKeyIdWithoutItsTopBit) {
  const TestAuthority authority;
  CertificateOrder order = authority.order_for(kSaule);
  order.key_id = std::string(20, '\xd2');
  const CertificatePtr certificate = authority.issue_order(order).certificate;
  EXPECT_EQ(certificate->serial_hex(), "52" + base::to_hex(std::string(19, '\xd2')));
  EXPECT_EQ(certificate->subject_key_id, std::string(20, '\xd2'));
}

TEST(Issue, RsaComesInPairs) {
  const TestAuthority authority(KeyKind::rsa);
  const Identity sign = authority.person(kSaule, RsaUse::sign), login = authority.person(kSaule, RsaUse::authenticate);
  EXPECT_EQ(value_of(*sign.certificate, "2.5.29.15"), "030206c0");
  EXPECT_TRUE(sign.certificate->for_purpose(oids::kEmailProtection));
  EXPECT_EQ(value_of(*login.certificate, "2.5.29.15"), "030205a0");
  EXPECT_TRUE(login.certificate->for_purpose(oids::kClientAuth));
  EXPECT_FALSE(login.certificate->for_purpose(oids::kEmailProtection));
  EXPECT_TRUE(sign.certificate->for_purpose(oids::kNaturalPerson) &&
              login.certificate->for_purpose(oids::kNaturalPerson));
  EXPECT_TRUE(signed_by(*sign.certificate, *authority.issuer.certificate));
  EXPECT_FALSE(signed_by(*sign.certificate, *TestAuthority(KeyKind::rsa).issuer.certificate));
}

TEST(Issue, AnEmployeeCarriesTheOrganisation) {
  const TestAuthority authority;
  Person employee = kSaule;
  employee.bin = "123456789021";
  employee.organisation = "АО \"ТЕСТ\"";
  const CertificatePtr certificate = authority.person(employee).certificate;
  EXPECT_EQ(certificate->subject.bin(), "123456789021");
  EXPECT_FALSE(certificate->for_purpose(oids::kNaturalPerson));
  EXPECT_TRUE(certificate->for_purpose(oids::kLegalEntity));
}

TEST(Issue, AuthoritiesAndServices) {
  const TestAuthority authority;
  EXPECT_EQ(authority.root.certificate->ca, true);
  EXPECT_TRUE(authority.root.certificate->self_issued());
  EXPECT_EQ(authority.issuer.certificate->path_length, 0);
  EXPECT_TRUE(authority.responder.certificate->ocsp_no_check);
  EXPECT_TRUE(authority.stamps.certificate->extended_key_usage_critical);
  EXPECT_THAT(authority.stamps.certificate->extended_key_usage, ElementsAre(std::string(oids::kTimeStamping)));
  const auto path = authority.trust().path(authority.person().certificate, kTestNow);
  ASSERT_TRUE(path) << describe(path.error());
  EXPECT_EQ(path->size(), 3u);
}

TEST(Issue, WhatCannotBeReadIsNotHandedOut) {
  const TestAuthority authority;
  CertificateOrder order = authority.order_for(kSaule);
  order.extensions.push_back({std::string(oids::kKeyUsage), "not DER", true});
  EXPECT_THROW(authority.issue_order(order), std::invalid_argument);
}

TEST(Issue, TheProfileIsThatOfARealTestKey) {
  const auto file = shared_file("pki/given/p12/gost512_sign_individual_valid_20260508-20270508_6c425659.p12");
  if (!file) GTEST_SKIP() << kNoSharedSamples;
  const auto real = read_pkcs12(*file, "Qwerty12");
  ASSERT_TRUE(real) << describe(real.error());
  const TestAuthority authority;
  const Identity ours = authority.person();
  EXPECT_EQ(attribute_kinds(ours.certificate->subject_name), attribute_kinds(real->certificate->subject_name));
  EXPECT_EQ(order_of(*ours.certificate), order_of(*real->certificate));
  for (const char* oid : {"2.5.29.15", "2.5.29.37", "1.2.398.3.3.5"}) {
    EXPECT_EQ(value_of(*ours.certificate, oid), value_of(*real->certificate, oid)) << oid;
  }
}

}  // namespace
}  // namespace mekenjai::edge::eds::make
