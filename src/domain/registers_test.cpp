#include "domain/registers.hpp"

#include <gtest/gtest.h>

#include "domain/words.hpp"

namespace mekenjai::domain {
namespace {

Date day(std::string_view text) { return base::parse_date(text).value(); }

struct SpanCase {
  const char* what;
  std::optional<Date> from, to;
  bool holds;
};

TEST(InForce, BothEndsBelongToTheSpanAndAnOpenEndHasNoLimit) {
  const SpanCase cases[] = {
      {"without ends", {}, {}, true},
      {"begins today", day("2026-11-23"), {}, true},
      {"begins tomorrow", day("2026-11-24"), {}, false},
      {"ends today", {}, day("2026-11-23"), true},
      {"ended yesterday", {}, day("2026-11-22"), false},
      {"today only", day("2026-11-23"), day("2026-11-23"), true},
      {"turned round", day("2026-11-24"), day("2026-11-22"), false},
  };
  for (const SpanCase& one : cases) {
    EXPECT_EQ(in_force(one.from, one.to, day("2026-11-23")), one.holds) << one.what;
  }
}

TEST(InForce, AClosedRegistrationDoesNotCountOnTheDayItEnded) {
  Residence residence;
  residence.to = day("2026-11-23");
  EXPECT_TRUE(in_force(residence, day("2026-11-23")));
  residence.closed = true;
  EXPECT_FALSE(in_force(residence, day("2026-11-23")));
  EXPECT_FALSE(in_force(residence, day("2026-11-22")));
}

template <class Enum>
void expect_round_trip(int last) {
  for (int i = 0; i <= last; ++i) {
    const auto value = static_cast<Enum>(i);
    EXPECT_FALSE(word(value).empty());
    EXPECT_EQ(from_word<Enum>(word(value)), value) << word(value);
  }
  EXPECT_EQ(from_word<Enum>(""), std::nullopt);
  EXPECT_EQ(from_word<Enum>("palace"), std::nullopt);
}

TEST(Words, AreTheContractsBothWays) {
  expect_round_trip<Sex>(static_cast<int>(Sex::female));
  expect_round_trip<Capacity>(static_cast<int>(Capacity::none));
  expect_round_trip<RelationKind>(static_cast<int>(RelationKind::grandparent));
  expect_round_trip<OrganisationKind>(static_cast<int>(OrganisationKind::housing_body));
  expect_round_trip<DwellingKind>(static_cast<int>(DwellingKind::non_residential));
  expect_round_trip<EncumbranceKind>(static_cast<int>(EncumbranceKind::other));
  expect_round_trip<ResidenceKind>(static_cast<int>(ResidenceKind::temporary));
  EXPECT_EQ(word(OrganisationKind::private_), "private");
  EXPECT_EQ(word(DwellingKind::boarding_home), "boarding_home");
  EXPECT_EQ(from_word<DwellingKind>("Flat"), std::nullopt);
}

}  // namespace
}  // namespace mekenjai::domain
