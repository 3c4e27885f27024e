#include "domain/ids.hpp"

#include <gtest/gtest.h>

namespace mekenjai::domain {
namespace {

TEST(Iin, FollowsBothPassesOfTheCheckDigit) {
  EXPECT_TRUE(parse_iin("991301300003"));   // first pass
  EXPECT_TRUE(parse_iin("991301300404"));   // second pass
  EXPECT_TRUE(parse_iin("991301300416"));
  EXPECT_FALSE(parse_iin("991301300004"));
}

TEST(Iin, IsNeverIssuedWhereBothPassesGiveTen) {
  for (char c = '0'; c <= '9'; ++c) EXPECT_FALSE(parse_iin(std::string("99130130043") + c));
}

TEST(Iin, IsTwelveDigitsAndNotZero) {
  for (const char* bad : {"", "000000000000", "99130130000", "9913013000033", "99130130000x", " 91301300003"}) {
    EXPECT_FALSE(parse_iin(bad)) << bad;
  }
}

TEST(Bin, TellsItselfApartByTheFifthDigit) {
  EXPECT_TRUE(parse_bin("991340000007"));
  EXPECT_FALSE(is_personal_number("991340000007"));
  EXPECT_TRUE(is_personal_number("991301300003"));
}

TEST(Phone, IsTakenAsPeopleWriteIt) {
  for (const char* text : {"+77010000001", "8 701 000 00 01", "7010000001", "+7 (701) 000-00-01"}) {
    EXPECT_EQ(normalise_phone(text), "+77010000001") << text;
  }
  EXPECT_FALSE(normalise_phone("+79010000001"));
  EXPECT_FALSE(normalise_phone("701000000"));
}

}  // namespace
}  // namespace mekenjai::domain
