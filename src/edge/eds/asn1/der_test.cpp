// Reading and writing ASN.1: what DER allows, what only BER allows, and nothing else.
#include "edge/eds/asn1/der.hpp"

#include <gtest/gtest.h>

#include "base/bytes.hpp"
#include "edge/eds/asn1/oids.hpp"

namespace mekenjai::edge::eds {
namespace {

using base::from_hex;
using base::to_hex;

std::string bytes(std::string_view hex) { return *from_hex(hex); }

TEST(Oids, AreTheirDottedForm) {
  EXPECT_EQ(to_hex(std::string_view(oids::kGost2015Key512)), "2a830e030a01010202");
  EXPECT_EQ(to_hex(std::string_view(oids::kSha256)), "608648016503040201");
  EXPECT_EQ(der::dotted(oids::kUid), "0.9.2342.19200300.100.1.1");
  EXPECT_EQ(der::dotted(oids::kSha256), "2.16.840.1.101.3.4.2.1");
  EXPECT_EQ(der::dotted(bytes("2a83")), "");
}

TEST(Der, ReadsWhatItWrites) {
  const std::string written = der::sequence({der::integer(-129), der::oid(oids::kData), der::boolean(true), der::null()});
  der::Reader reader(written);
  auto inside = reader.enter(der::kSequence);
  ASSERT_TRUE(inside);
  EXPECT_TRUE(reader.at_end());
  EXPECT_EQ(der::small_integer(*inside->take(der::kInteger)), -129);
  EXPECT_FALSE(inside->take(der::kInteger));
  EXPECT_EQ(inside->take(der::kOid)->content, std::string_view(oids::kData));
  EXPECT_EQ(der::boolean(*inside->take()), true);
  EXPECT_TRUE(inside->take(der::kNull));
  EXPECT_TRUE(inside->at_end());
  for (const std::int64_t value : {0L, 127L, 128L, 255L, 256L, -1L, -128L, 1L << 40}) {
    EXPECT_EQ(der::small_integer(*der::sole(der::integer(value))), value);
  }
}

TEST(Der, RefusesWhatOnlyBerAllows) {
  for (const char* only_ber : {"30800000", "30810101", "308200020500", "2403040101", "1000"}) {
    EXPECT_FALSE(der::sole(bytes(only_ber)) && der::is_der(bytes(only_ber))) << only_ber;
  }
  EXPECT_TRUE(der::sole(bytes("30800000"), der::Rules::ber));
  EXPECT_FALSE(der::is_der(bytes("3003010101")));    // TRUE is ff
  EXPECT_FALSE(der::is_der(bytes("300402020001")));  // a needless zero
  EXPECT_FALSE(der::sole(bytes("1f8101020000")));    // a high tag number
}

TEST(Ber, JoinsAnOctetStringThatComesInPieces) {
  const std::string pieces = bytes("2480040201020401030000");
  const auto element = der::sole(pieces, der::Rules::ber);
  ASSERT_TRUE(element);
  EXPECT_EQ(to_hex(*der::octet_string(*element, der::Rules::ber)), "010203");
  EXPECT_FALSE(der::octet_string(*element));
}

TEST(Der, EndsAtADepthAndAtEveryTruncation) {
  std::string deep = der::null();
  for (int i = 0; i < 200; ++i) deep = der::sequence({deep});
  EXPECT_FALSE(der::is_der(deep));
  std::string indefinite;
  for (int i = 0; i < 100'000; ++i) indefinite += bytes("3080");
  EXPECT_FALSE(der::sole(indefinite, der::Rules::ber));
  const std::string whole = der::sequence({der::octet_string(std::string(300, 'x')), der::integer(5)});
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(der::sole(std::string_view(whole).substr(0, size)));
  EXPECT_TRUE(der::sole(whole));
  EXPECT_FALSE(der::sole(whole + '\0'));
}

TEST(Der, ReadsTimesOfBothKinds) {
  const base::Instant at = *base::parse_rfc3339("2026-11-22T12:00:00Z");
  EXPECT_EQ(der::time(*der::sole(der::time(at))), at);
  EXPECT_EQ(der::time(*der::sole(der::generalized_time(at))), at);
  EXPECT_EQ(der::time(at).front(), der::kUtcTime);
  EXPECT_EQ(der::time(at + std::chrono::days{365 * 30}).front(), der::kGeneralizedTime);
  for (const char* wrong : {"2611221200Z", "261322120000Z", "261122120000", "2611221200000Z", "26112212000\xc0Z"}) {
    EXPECT_FALSE(der::time(*der::sole(der::element(der::kUtcTime, wrong)))) << wrong;
  }
  EXPECT_TRUE(der::time(*der::sole(der::element(der::kGeneralizedTime, "20261122120000.5Z"))));
}

}  // namespace
}  // namespace mekenjai::edge::eds
