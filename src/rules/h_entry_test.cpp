// Rows H0 and H3.
#include "rules/matchers.hpp"

namespace mekenjai::rules::story {
namespace {

const std::vector<std::string> kBolatHolds{kBolat.str()};

Decision enter(const Facts& facts, const std::vector<std::string>& holders_then,
               const std::vector<Iin>& granted) {
  return decide_entry(facts, policy(), holders_then, granted);
}

TEST(H0, NothingChangedAndEverybodyGranted) {
  const Decision decision = enter(plain(), kBolatHolds, {kBolat});
  EXPECT_THAT(decision, is(Outcome::register_, Row::D6, Code::owners));
  EXPECT_TRUE(decision.consenters.empty());
  EXPECT_THAT(enter(own_home(), {kAigerim.str()}, {}),
              is(Outcome::register_, Row::D4, Code::sole_owner));
  EXPECT_THAT(enter(state_flat({lease(kSaule, {kAigerim})}), {"991340000007"}, {kSaule}),
              is(Outcome::register_, Row::E2, Code::named_in_lease));
}

TEST(H0, TheOwnersChanged) {
  // Sold, a new co-owner, one less, or sold to the applicant: in each case the extract differs.
  const Facts sold = owned_by(plain(), {owner(kSaule)});
  EXPECT_THAT(enter(sold, kBolatHolds, {kBolat}), rejects(Row::H0, Code::ownership_changed));
  const Facts shared = owned_by(plain(), {owner(kSaule), owner(kBolat)});
  EXPECT_THAT(enter(shared, kBolatHolds, {kBolat}), rejects(Row::H0, Code::ownership_changed));
  EXPECT_THAT(enter(shared, kBolatHolds, {kBolat, kSaule}),
              rejects(Row::H0, Code::ownership_changed));
  EXPECT_THAT(enter(plain(), {kBolat.str(), kSaule.str()}, {kBolat, kSaule}),
              rejects(Row::H0, Code::ownership_changed));
  EXPECT_THAT(enter(own_home(), kBolatHolds, {kBolat}), rejects(Row::H0, Code::ownership_changed));
}

TEST(H0, SomebodyElseMustConsentNow) {
  // The lease passed to another tenant.
  EXPECT_THAT(enter(state_flat({lease(kBolat, {kAigerim})}), {"991340000007"}, {kSaule}),
              rejects(Row::H0, Code::ownership_changed));
  // Not everybody has granted.
  EXPECT_THAT(enter(plain(), kBolatHolds, {}), rejects(Row::H0, Code::ownership_changed));
}

TEST(H0, ARowThatFiresNowNamesTheDecision) {
  EXPECT_THAT(enter(owned_by(plain(), {owner(dead(person(kBolat)))}), kBolatHolds, {kBolat}),
              rejects(Row::D7, Code::owner_dead));
  EXPECT_THAT(enter(applicant_is(plain(), dead(person(kAigerim))), kBolatHolds, {kBolat}),
              rejects(Row::A4, Code::person_dead));
  EXPECT_THAT(
      enter(owned_by(plain(), {owner(person(kSaule, "2015-01-01"))}), kBolatHolds, {kBolat}),
      sends_to_centre(Row::D1, Code::owner_needs_psc));
  EXPECT_THAT(enter(silence(plain(), Register::rights), kBolatHolds, {kBolat}),
              cannot_tell(Register::rights));
}

TEST(Holders, AreSortedAndEachOnce) {
  EXPECT_EQ(holders(owned_by(plain(), {owner(kSaule), owner(kBolat), owner(kSaule)})),
            (std::vector{kBolat.str(), kSaule.str()}));
  EXPECT_EQ(holders(silence(plain(), Register::rights)), std::nullopt);
}

struct FollowCase {
  const char* what;
  ChildFacts child;
  std::optional<domain::Rka> left;
  Following expected;
};

TEST(H3, ChildrenUnderFourteenFollow) {
  const domain::Date born = day("2018-01-01");
  const FollowCase cases[] = {
      {"lived with the parent", {kDauren, born, true, kHome, false}, kHome, Following::follows},
      {"the other parent stays", {kDauren, born, true, kHome, true}, kHome, Following::stays_ask},
      {"lived elsewhere", {kDauren, born, true, kElsewhere, false}, kHome, Following::stays_ask},
      {"registered nowhere",
       {kDauren, born, true, std::nullopt, false},
       kHome,
       Following::stays_ask},
      {"neither was registered",
       {kDauren, born, true, std::nullopt, false},
       std::nullopt,
       Following::stays_ask},
      {"14 today",
       {kDauren, day("2012-11-23"), true, kHome, false},
       kHome,
       Following::not_concerned},
      {"14 tomorrow", {kDauren, day("2012-11-24"), true, kHome, false}, kHome, Following::follows},
      {"dead", {kDauren, born, false, kHome, false}, kHome, Following::not_concerned},
  };
  for (const FollowCase& one : cases) {
    EXPECT_EQ(child_follows(one.child, one.left, kToday, policy()), one.expected) << one.what;
  }
  const ChildFacts there{kDauren, born, true, kElsewhere, false};
  EXPECT_EQ(child_follows(there, kHome, kToday, policy(), kElsewhere), Following::not_concerned);
}

}  // namespace
}  // namespace mekenjai::rules::story
