// Certificates: what is read from them, and that nothing but a whole, exact one is read at all.
#include "edge/eds/pki/certificate.hpp"

#include <gtest/gtest.h>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/make/test_authority.hpp"
#include "edge/eds/shared_samples.hpp"
#include "edge/eds/test_data.hpp"

namespace mekenjai::edge::eds {
namespace {

const std::string kAlice = derived_file("alice.cer");

std::string replaced(std::string bytes, std::string_view from, std::string_view to) {
  const std::size_t at = bytes.find(from);
  if (at == std::string::npos) throw std::logic_error("nothing to replace");
  return bytes.replace(at, from.size(), to);
}

Reason refusal(std::string_view der) {
  const auto read = Certificate::read(der);
  return read ? Reason::ok : read.error().reason;
}

TEST(CertificateTest, SaysWhoAndWhatFor) {
  const CertificatePtr alice = derived_certificate("alice.cer");
  EXPECT_EQ(alice->subject.iin(), "123456789011");
  EXPECT_EQ(alice->subject.serial_numbers, std::vector<std::string>{"IIN123456789011"});
  EXPECT_EQ(alice->subject.bin(), std::nullopt);
  EXPECT_EQ(alice->subject.surname, "ТЕСТОВ");
  EXPECT_EQ(alice->subject.common_name, "ТЕСТОВ ТЕСТ");
  EXPECT_FALSE(alice->subject.patronymic.empty());
  EXPECT_EQ(alice->issuer_common_name, "DERIVED TEST NCA (GOST)");
  EXPECT_EQ(alice->serial_hex(), "28b4f1ccfffce7f09d0f240cd5c8ad3c38693c14");
  EXPECT_EQ(base::format_rfc3339(alice->not_before), "2026-05-01T05:00:00+05:00");
  EXPECT_EQ(base::format_rfc3339(alice->not_after), "2027-05-01T05:00:00+05:00");
  EXPECT_EQ(alice->key.kind(), crypto::KeyKind::gost2015);
  EXPECT_EQ(alice->algorithm, crypto::Algorithm::gost2015);
  EXPECT_EQ(alice->key_usage, kDigitalSignature | kNonRepudiation | kKeyAgreement);
  EXPECT_TRUE(alice->for_purpose(oids::kEmailProtection));
  EXPECT_TRUE(alice->for_purpose(oids::kNaturalPerson));
  EXPECT_FALSE(alice->for_purpose(oids::kClientAuth));
  EXPECT_EQ(alice->policies, std::vector<std::string>{std::string(oids::kPolicyNuc)});
  EXPECT_FALSE(alice->ca.has_value());
  EXPECT_FALSE(alice->self_issued());
  EXPECT_TRUE(alice->unknown_critical.empty());
  EXPECT_EQ(alice->authority_key_id, derived_certificate("derived_nca.cer")->subject_key_id);
}

TEST(CertificateTest, IsSignedByItsIssuerAndNobodyElse) {
  const CertificatePtr alice = derived_certificate("alice.cer"), nca = derived_certificate("derived_nca.cer"),
                       root = derived_certificate("derived_root.cer");
  EXPECT_TRUE(signed_by(*alice, *nca));
  EXPECT_TRUE(signed_by(*nca, *root));
  EXPECT_TRUE(signed_by(*root, *root));
  EXPECT_FALSE(signed_by(*alice, *root));
  EXPECT_FALSE(signed_by(*alice, *alice));
}

TEST(CertificateTest, AnIinIsOneSerialNumberOfTwelveDigits) {
  const auto iin = [](std::vector<std::string> numbers) {
    Subject subject;
    subject.serial_numbers = std::move(numbers);
    subject.common_name = "IIN900101300015";
    return subject.iin();
  };
  EXPECT_EQ(iin({"IIN900101300015"}), "900101300015");
  EXPECT_FALSE(iin({}));
  EXPECT_FALSE(iin({"IIN900101300015", "IIN900101300015"}));
  for (const char* wrong : {"900101300015", "IIN90010130001", "IIN9001013000155", "BIN900101300015", "iin900101300015",
                            "IIN90010130001x", " IIN900101300015", "IIN900101300015\n", ""}) {
    EXPECT_FALSE(iin({wrong})) << wrong;
  }
}

TEST(CertificateTest, ABinIsTheOneUnitThatIsOne) {
  Subject subject;
  subject.organisational_units = {"ОТДЕЛ", "BIN123456789021"};
  EXPECT_EQ(subject.bin(), "123456789021");
  subject.organisational_units.push_back("BIN123456789022");
  EXPECT_FALSE(subject.bin());
}

TEST(CertificateTest, AttributesOfMultiValuedNamesAreNotOverlooked) {
  const make::TestAuthority authority;
  make::CertificateOrder order = authority.order_for(make::kSaule);
  order.subject.push_back({std::string(oids::kSerialNumber), "IIN850715400022", true});
  const auto twice = authority.issue_order(order).certificate;
  EXPECT_EQ(twice->subject.serial_numbers.size(), 2u);
  EXPECT_FALSE(twice->subject.iin());

  // The same two attributes as one RDN: `31 len {…} {…}` instead of two sets.
  const auto attribute = [](std::string_view oid, std::string_view value) {
    return der::sequence({der::oid(oid), der::printable_string(value)});
  };
  const std::string country = attribute(oids::kCountry, "KZ");
  const std::string one = der::element(der::kSet, country);
  ASSERT_NE(kAlice.find(one), std::string::npos);
  // Whole lengths change with it, so the name is put together anew around Alice's own fields.
  const auto alice = derived_certificate("alice.cer");
  const std::string pair = der::element(der::kSet, country + attribute(oids::kSerialNumber, "IIN850715400022"));
  const std::string name = replaced(std::string(alice->subject_name.substr(alice->subject_name.find(one[0]))), one, pair);
  const std::string longer = der::element(der::kSequence, name);
  std::string fields(der::sole(alice->tbs)->content);
  fields = replaced(fields, alice->subject_name, longer);
  const std::string algorithm = der::sequence({der::oid(oids::kGost2015Signature512), der::null()});
  const auto read = Certificate::read(
      der::sequence({der::element(der::kSequence, fields), algorithm, der::bit_string(alice->signature)}));
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ((*read)->subject.serial_numbers.size(), 2u);
  EXPECT_FALSE((*read)->subject.iin());
}

TEST(CertificateTest, ExtensionsOfACaAreRead) {
  const make::TestAuthority authority;
  const Certificate& issuer = *authority.issuer.certificate;
  EXPECT_EQ(issuer.ca, true);
  EXPECT_EQ(issuer.path_length, 0);
  EXPECT_EQ(issuer.key_usage, kKeyCertSign | kCrlSign);
  const Certificate& responder = *authority.responder.certificate;
  EXPECT_TRUE(responder.ocsp_no_check);
  EXPECT_TRUE(responder.for_purpose(oids::kOcspSigning));
  const auto person = authority.person().certificate;
  ASSERT_EQ(person->ocsp_addresses.size(), 1u);
  ASSERT_EQ(person->crl_addresses.size(), 1u);
  EXPECT_EQ(person->ocsp_addresses.front(), "http://ocsp.sandbox.invalid/");
}

TEST(CertificateTest, CriticalExtensionsThatAreNotUnderstoodAreNamed) {
  const make::TestAuthority authority;
  make::CertificateOrder order = authority.order_for(make::kSaule);
  constexpr oids::Oid kNameConstraints = "2.5.29.30";
  order.extensions.push_back({std::string(kNameConstraints), der::sequence({}), true});
  const auto certificate = authority.issue_order(order).certificate;
  EXPECT_EQ(certificate->unknown_critical, std::vector<std::string>{"2.5.29.30"});
}

TEST(CertificateTest, RefusesAnExtensionTwice) {
  const make::TestAuthority authority;
  make::CertificateOrder order = authority.order_for(make::kSaule);
  order.extensions.push_back(make::key_usage(kKeyCertSign));
  EXPECT_EQ(refusal(make::issue_der(order, authority.issuer.key, &authority.issuer)), Reason::malformed);
}

TEST(CertificateTest, RefusesMoreExtensionsThanAnybodyHas) {
  const auto with = [](std::size_t count) {
    const make::TestAuthority authority;
    make::CertificateOrder order = authority.order_for(make::kSaule);
    order.extensions.clear();
    order.key_ids = false;
    for (std::size_t i = 0; i < count; ++i) {
      order.extensions.push_back({std::string("\x2a") + static_cast<char>(i), der::null(), false});
    }
    return refusal(make::issue_der(order, authority.issuer.key, &authority.issuer));
  };
  EXPECT_EQ(with(64), Reason::ok);
  EXPECT_EQ(with(65), Reason::malformed);
}

TEST(CertificateTest, RefusesWhateverIsNotExactlyOne) {
  EXPECT_EQ(refusal(kAlice), Reason::ok);
  EXPECT_EQ(refusal(kAlice + '\0'), Reason::malformed);
  EXPECT_EQ(refusal(kAlice + kAlice), Reason::malformed);
  EXPECT_EQ(refusal(""), Reason::malformed);
  EXPECT_EQ(refusal(der::sequence({})), Reason::malformed);
  EXPECT_EQ(refusal(replaced(kAlice, der::integer(2), der::integer(1))), Reason::malformed) << "version 2";
  const std::string algorithm = der::oid(oids::kGost2015Signature512);
  std::string other_inside = kAlice;
  other_inside[other_inside.find(algorithm) + algorithm.size() - 1] = 1;  // the 256-bit algorithm, in tbsCertificate only
  EXPECT_EQ(refusal(other_inside), Reason::malformed);
  std::string unknown = other_inside;
  unknown[unknown.rfind(algorithm) + algorithm.size() - 1] = 1;
  EXPECT_EQ(refusal(unknown), Reason::weak_algorithm);
  std::string off_curve = kAlice;
  const auto alice = derived_certificate("alice.cer");
  const std::size_t key = kAlice.find(alice->key.bits_content().substr(3));
  off_curve[key] = static_cast<char>(off_curve[key] ^ 1);
  EXPECT_EQ(refusal(off_curve), Reason::weak_algorithm) << "a point that is not on the curve";
}

TEST(CertificateTest, CutAnywhereItIsRefused) {
  for (std::size_t size = 0; size < kAlice.size(); ++size) {
    ASSERT_FALSE(Certificate::read(std::string_view(kAlice).substr(0, size))) << size;
  }
}

TEST(CertificateTest, NoOctetCanBeChangedUnnoticed) {
  const auto nca = derived_certificate("derived_nca.cer");
  for (std::size_t i = 0; i < kAlice.size(); i += 7) {  // every seventh: an honest sample in a tenth of the time
    std::string changed = kAlice;
    changed[i] = static_cast<char>(changed[i] ^ 0x20);
    const auto read = Certificate::read(changed);
    ASSERT_FALSE(read && signed_by(**read, *nca)) << i;
  }
}

TEST(ArmourTest, OpensDerPemAndBase64) {
  const std::string pem =
      "-----BEGIN CERTIFICATE-----\r\nMAMC\r\nAQU=\r\n-----END CERTIFICATE-----\r\n";
  const std::string octets = der::sequence({der::integer(5)});
  EXPECT_EQ(unarmoured(octets), octets);
  EXPECT_EQ(unarmoured(pem), octets);
  EXPECT_EQ(unarmoured("\n-----BEGIN CMS-----\nMAMCAQU=\n-----END CMS-----"), octets);
  EXPECT_EQ(unarmoured("MAMCAQU="), octets);
  EXPECT_EQ(unarmoured("  MA MC\r\n\tAQU= \n"), octets);
}

TEST(ArmourTest, DamagedArmourIsNothing) {
  for (const char* damaged : {
           "", " \n", "MAMCAQU", "MAMCAQU==", "MAMCAQV=", "MAMC=AQU", "MAMCAQU=MAMC", "MAMCAQ*=", "=", "M", "M===", "MA=", "M A",
           "MAMCAQU= and more", "-----BEGIN CMS-----\nMAMCAQU=\n-----END PKCS7-----", "-----BEGIN CMS-----\nMAMCAQU=\n",
           "-----BEGIN CMS-----\nMAMCAQU=\n-----END CMS-----\nMAMC", "-----BEGIN CMS", "-----BEGIN \nCMS-----\nMAMC\n-----END \nCMS-----",
           "-----BEGIN CMS-----\nMAMCAQU=\n-----END CMS-----\n-----BEGIN CMS-----\nMAMCAQU=\n-----END CMS-----"}) {
    EXPECT_FALSE(unarmoured(damaged)) << damaged;
  }
}

TEST(ArmourTest, Base64OfTheStandard) {  // RFC 4648, section 10
  for (const auto& [text, octets] : std::vector<std::pair<std::string, std::string>>{
           {"", ""}, {"Zg==", "f"}, {"Zm8=", "fo"}, {"Zm9v", "foo"}, {"Zm9vYg==", "foob"}, {"Zm9vYmE=", "fooba"},
           {"Zm9vYmFy", "foobar"}}) {
    EXPECT_EQ(from_base64(text), octets) << text;
  }
}

TEST(PublicCertificates, AllAreReadInEveryArmour) {
  int count = 0;
  for (const char* folder : {"pki/ca/prod", "pki/ca/test"}) {
    for (const std::string& name : shared_files(folder)) {
      const auto read = Certificate::read_file(shared_path(name).string());
      ASSERT_TRUE(read) << name << ": " << describe(read.error());
      const Certificate& ca = **read;
      EXPECT_EQ(ca.ca, true) << name;
      EXPECT_TRUE(*ca.key_usage & kKeyCertSign) << name;
      EXPECT_TRUE(*ca.key_usage & kCrlSign) << name;
      EXPECT_TRUE(ca.unknown_critical.empty()) << name;
      EXPECT_FALSE(ca.subject.common_name.empty()) << name;
      EXPECT_FALSE(ca.subject_key_id.empty()) << name;  // four octets in 2018, twenty since
      ++count;
    }
  }
  if (count == 0) GTEST_SKIP() << kNoSharedSamples;
  EXPECT_EQ(count, 21);
}

}  // namespace
}  // namespace mekenjai::edge::eds
