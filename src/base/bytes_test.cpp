#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include "base/mask.hpp"

namespace mekenjai::base {
namespace {

TEST(Sha256, AgreesWithTheStandardsExample) {
  EXPECT_EQ(to_hex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");  // FIPS 180-4
}

TEST(Hmac, AgreesWithRfc4231) {
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Hex, ReadsWhatItWrites) {
  EXPECT_EQ(from_hex("00ff7f"), std::string("\x00\xff\x7f", 3));
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("zz"));
}

TEST(Base64Url, ReadsWhatItWritesAndNothingElse) {
  for (const std::string_view bytes : {"", "f", "fo", "foo", "\xff\xfe\xfd\xfc"}) {
    EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
  }
  EXPECT_EQ(from_base64url("-_8"), "\xfb\xff");
  for (const char* bad : {"A", "AAAAA", "+/8", "-_8=", "-_9", "Zh", "Zg==", "Z g", "\xD0\xB0"}) {
    EXPECT_FALSE(from_base64url(bad)) << bad;
  }
}

TEST(Utf8, RefusesWhatRfc3629Refuses) {
  EXPECT_TRUE(is_utf8("Әсел қала ₸ 😀"));
  for (const std::string_view bad : {"\xC0\xAF", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xE2\x82", "\xFF"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Mask, ShowsOnlyWhatOthersMaySee) {
  EXPECT_EQ(mask_name("Айгерім", "Сейтқали"), "Айгерім С.");
  EXPECT_EQ(mask_iin("991301300003"), "9913******03");
  EXPECT_EQ(mask_phone("+77010000012"), "+7 *** *** ** 12");
}

TEST(Random, StaysBelowItsBound) {
  bool seen[3] = {};
  for (int i = 0; i < 200; ++i) seen[random_below(3)] = true;
  EXPECT_TRUE(seen[0] && seen[1] && seen[2]);
}

}  // namespace
}  // namespace mekenjai::base
