// Rows C1 to C12.
#include "rules/matchers.hpp"

namespace mekenjai::rules::story {
namespace {

Facts dwelling_of(DwellingKind kind) {
  Facts facts = plain();
  domain::Dwelling dwelling = **facts.dwelling.record;
  dwelling.kind = kind;
  facts.dwelling.record = std::optional(dwelling);
  return facts;
}

TEST(C1, TheAddressIsUnknownOrNoLongerActual) {
  Facts facts = plain();
  facts.dwelling.record = std::optional<domain::Dwelling>();
  EXPECT_THAT(decide(facts), rejects(Row::C1, Code::address_not_found));
  facts = plain();
  domain::Dwelling old = **facts.dwelling.record;
  old.actual = false;
  old.kind = DwellingKind::plot;
  facts.dwelling.record = std::optional(old);
  EXPECT_THAT(decide(facts), rejects(Row::C1, Code::address_not_found));
}

TEST(C3_C4_C5, WhatIsADwelling) {
  for (int i = 0; i <= static_cast<int>(DwellingKind::boarding_home); ++i) {
    EXPECT_THAT(decide(dwelling_of(static_cast<DwellingKind>(i))), goes_on()) << i;
  }
  EXPECT_THAT(decide(dwelling_of(DwellingKind::plot)), rejects(Row::C4, Code::not_a_dwelling));
  EXPECT_THAT(decide(dwelling_of(DwellingKind::non_residential)),
              rejects(Row::C4, Code::not_a_dwelling));
  EXPECT_THAT(decide(dwelling_of(DwellingKind::building)), rejects(Row::C5, Code::choose_premises));
}

TEST(C6, SheLivesHereAlready) {
  EXPECT_THAT(decide(lives_at(plain(), kHome, ResidenceKind::permanent)),
              rejects(Row::C6, Code::already_registered));
  // Elsewhere, formerly, or closed by a newer one: no obstacle.
  EXPECT_THAT(decide(lives_at(plain(), kElsewhere, ResidenceKind::permanent)), goes_on());
  EXPECT_THAT(decide(lives_at(plain(), kHome, ResidenceKind::permanent, {}, day("2026-11-22"))),
              goes_on());
  EXPECT_THAT(
      decide(lives_at(plain(), kHome, ResidenceKind::permanent, {}, kToday, /*closed=*/true)),
      goes_on());
}

TEST(C6, ATemporaryRegistrationHereMayBecomePermanent) {
  EXPECT_THAT(decide(lives_at(plain(), kHome, ResidenceKind::temporary, {}, day("2027-01-01"))),
              goes_on());
}

TEST(C8, TemporaryAtHome) {
  EXPECT_THAT(decide(temporary(lives_at(plain(), kHome, ResidenceKind::permanent))),
              rejects(Row::C8, Code::temporary_at_home));
}

struct OverlapCase {
  const char* what;
  std::optional<domain::Date> from, to;
  bool closed;
  bool overlaps;
};

TEST(C10, TemporaryRegistrationsAtOneDwellingDoNotOverlap) {
  const OverlapCase cases[] = {
      {"ends today: its last day belongs to it", {}, kToday, false, true},
      {"ended yesterday", {}, day("2026-11-22"), false, false},
      {"runs on", day("2026-09-01"), day("2027-09-01"), false, true},
      {"without an end", day("2026-09-01"), {}, false, true},
      {"closed by an officer", day("2026-09-01"), day("2027-09-01"), true, false},
      {"begins on our last day", day("2027-02-23"), day("2027-09-01"), false, true},
      {"begins after our last day", day("2027-02-24"), day("2027-09-01"), false, false},
  };
  for (const OverlapCase& one : cases) {
    SCOPED_TRACE(one.what);
    const Facts facts =
        temporary(lives_at(plain(), kHome, ResidenceKind::temporary, one.from, one.to, one.closed),
                  "2027-02-23");
    if (one.overlaps) {
      EXPECT_THAT(decide(facts), rejects(Row::C10, Code::overlaps));
    } else {
      EXPECT_THAT(decide(facts), goes_on());
    }
  }
  EXPECT_THAT(decide(temporary(lives_at(plain(), kElsewhere, ResidenceKind::temporary))),
              goes_on());
}

TEST(C11_C12, EncumbrancesInForceOnlyWarn) {
  Facts facts = plain();
  facts.dwelling.encumbrances = std::vector<domain::Encumbrance>{
      {EncumbranceKind::arrest, kToday, kToday}, {EncumbranceKind::mortgage, {}, {}}};
  const Decision warned = decide(facts);
  EXPECT_THAT(warned, goes_on());
  EXPECT_TRUE(warned.has(Warning::arrest));
  EXPECT_TRUE(warned.has(Warning::encumbrance));

  facts.dwelling.encumbrances =
      std::vector<domain::Encumbrance>{{EncumbranceKind::arrest, {}, day("2026-11-22")},
                                       {EncumbranceKind::other, day("2026-11-24"), {}}};
  EXPECT_EQ(decide(facts).warnings, 0);
  facts.dwelling.encumbrances = std::vector<domain::Encumbrance>{{EncumbranceKind::other, {}, {}}};
  EXPECT_TRUE(decide(facts).has(Warning::encumbrance));
  EXPECT_FALSE(decide(facts).has(Warning::arrest));
}

TEST(C11, AWarningStaysWithALaterRefusal) {
  Facts facts = owned_by(plain(), {});
  facts.dwelling.encumbrances = std::vector<domain::Encumbrance>{{EncumbranceKind::arrest, {}, {}}};
  EXPECT_THAT(decide(facts), rejects(Row::D13, Code::owner_not_in_register));
  EXPECT_TRUE(decide(facts).has(Warning::arrest));
}

TEST(C, SilentRegisters) {
  EXPECT_THAT(decide(silence(plain(), Register::dwellings)), cannot_tell(Register::dwellings));
  Facts facts = plain();
  facts.registrants[0].residences = {};
  EXPECT_THAT(decide(facts), cannot_tell(Register::residences));
  facts = plain();
  facts.dwelling.encumbrances = {};
  EXPECT_THAT(decide(facts), cannot_tell(Register::rights));
  // What stands before a silent register still decides.
  EXPECT_THAT(decide(silence(dwelling_of(DwellingKind::plot), Register::residences)),
              rejects(Row::C4, Code::not_a_dwelling));
  EXPECT_THAT(decide(silence(lives_at(plain(), kHome, ResidenceKind::permanent), Register::rights)),
              rejects(Row::C6, Code::already_registered));
}

struct TermCase {
  const char* what;
  ResidenceKind kind;
  std::optional<domain::Date> until;
  std::optional<BadTerm> expected;
};

TEST(C9, ATermOfOneToTwelveMonthsBothDaysIncluded) {
  const domain::Date draft = day("2026-11-23");
  const TermCase cases[] = {
      {"permanent has no end", ResidenceKind::permanent, {}, {}},
      {"permanent with an end", ResidenceKind::permanent, day("2027-11-23"), BadTerm::not_expected},
      {"temporary without", ResidenceKind::temporary, {}, BadTerm::missing},
      {"a day short of a month", ResidenceKind::temporary, day("2026-12-22"), BadTerm::too_short},
      {"a month", ResidenceKind::temporary, day("2026-12-23"), {}},
      {"a year", ResidenceKind::temporary, day("2027-11-23"), {}},
      {"a day more", ResidenceKind::temporary, day("2027-11-24"), BadTerm::too_long},
      {"in the past", ResidenceKind::temporary, day("2026-01-01"), BadTerm::too_short},
  };
  for (const TermCase& one : cases) {
    EXPECT_EQ(check_term(one.kind, one.until, draft, policy()), one.expected) << one.what;
  }
  // From the last day of January a month is the last of February.
  EXPECT_EQ(check_term(ResidenceKind::temporary, day("2027-02-28"), day("2027-01-31"), policy()),
            std::nullopt);
  EXPECT_EQ(check_term(ResidenceKind::temporary, day("2029-02-28"), day("2028-02-29"), policy()),
            std::nullopt);
  EXPECT_EQ(check_term(ResidenceKind::temporary, day("2029-03-01"), day("2028-02-29"), policy()),
            BadTerm::too_long);
}

}  // namespace
}  // namespace mekenjai::rules::story
