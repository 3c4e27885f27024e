// Rows E1 to E5.
#include "rules/matchers.hpp"

namespace mekenjai::rules::story {
namespace {

TEST(E5, NoLease) {
  EXPECT_THAT(decide(state_flat({})), rejects(Row::E5, Code::no_lease));
  // One that begins tomorrow is not one yet.
  EXPECT_THAT(decide(state_flat({lease(kAigerim, {}, day("2026-11-24"))})),
              rejects(Row::E5, Code::no_lease));
  EXPECT_THAT(decide(owned_by(plain(), {organisation(OrganisationKind::state)})),
              rejects(Row::E5, Code::no_lease));
}

TEST(E4, TheNewestLeaseHasEnded) {
  EXPECT_THAT(decide(state_flat({lease(kAigerim, {}, day("2020-01-01"), day("2026-11-22"))})),
              rejects(Row::E4, Code::lease_ended));
  // Its last day belongs to it.
  EXPECT_THAT(decide(state_flat({lease(kAigerim, {}, day("2020-01-01"), kToday)})),
              is(Outcome::register_, Row::E1, Code::tenant));
  // An older lease without an end does not come back to life.
  EXPECT_THAT(decide(state_flat({lease(kAigerim, {}, day("2015-01-01"), std::nullopt),
                                 lease(kSaule, {}, day("2020-01-01"), day("2025-12-31"))})),
              rejects(Row::E4, Code::lease_ended));
  // The next one has not begun.
  EXPECT_THAT(decide(state_flat({lease(kAigerim, {}, day("2020-01-01"), day("2025-12-31")),
                                 lease(kAigerim, {}, day("2027-01-01"), std::nullopt)})),
              rejects(Row::E4, Code::lease_ended));
}

TEST(E3, WhoIsNotNamedIsRefusedAndNobodyIsAsked) {
  const Decision decision = decide(state_flat({lease(kSaule, {kBolat})}));
  EXPECT_THAT(decision, rejects(Row::E3, Code::not_in_lease));
  EXPECT_TRUE(decision.consenters.empty());
  // Named in the former lease only.
  EXPECT_THAT(decide(state_flat({lease(kSaule, {kAigerim}, day("2015-01-01"), day("2019-12-31")),
                                 lease(kSaule, {}, day("2020-01-01"))})),
              rejects(Row::E3, Code::not_in_lease));
}

TEST(E3, LooksAtTheApplicantAndAtEveryRegistrant) {
  // The mother is named, her son is not.
  EXPECT_THAT(decide(registers(state_flat({lease(kSaule, {kAigerim})}), {child("2011-01-01")})),
              rejects(Row::E3, Code::not_in_lease));
  // The son is named, the mother who applies is not.
  EXPECT_THAT(decide(registers(state_flat({lease(kSaule, {kDauren})}), {child("2011-01-01")})),
              rejects(Row::E3, Code::not_in_lease));
  // Both: it is the second registrant whom the decision names.
  const Decision second = decide(registers(state_flat({lease(kAigerim, {})}),
                                           {registrant(person(kAigerim)), child("2011-01-01")}));
  EXPECT_THAT(second, rejects(Row::E3, Code::not_in_lease));
  EXPECT_EQ(second.registrant, 1);
}

TEST(E1, TheTenant) {
  const Decision decision = decide(state_flat({lease(kAigerim, {})}));
  EXPECT_THAT(decision, is(Outcome::register_, Row::E1, Code::tenant));
  EXPECT_TRUE(decision.consenters.empty());
  EXPECT_THAT(decide(registers(state_flat({lease(kAigerim, {kDauren})}), {child("2011-01-01")})),
              is(Outcome::register_, Row::E1, Code::tenant));
}

TEST(E2, WhoIsNamedNeedsTheTenant) {
  Facts facts = state_flat({lease(kSaule, {kAigerim})});
  EXPECT_THAT(decide(facts), waits_for(Row::E2, Code::named_in_lease, {{kSaule, Asked::tenant}}));
  EXPECT_FALSE(decide(facts).has(Warning::owner_without_phone));
  facts.dwelling.tenant_phone = std::optional<domain::Phone>();
  EXPECT_TRUE(decide(facts).has(Warning::owner_without_phone));
  EXPECT_THAT(
      decide(registers(state_flat({lease(kSaule, {kAigerim, kDauren})}), {child("2011-01-01")})),
      waits_for(Row::E2, Code::named_in_lease, {{kSaule, Asked::tenant}}));
}

TEST(E, WhichLeaseCountsDoesNotHangOnTheRegistersOrder) {
  std::vector<domain::Lease> leases{lease(kSaule, {kAigerim}, std::nullopt),
                                    lease(kAigerim, {}, day("2020-01-01")),
                                    lease(kSaule, {}, day("2019-01-01"))};
  for (int i = 0; i < 3; ++i) {
    std::rotate(leases.begin(), leases.begin() + 1, leases.end());
    EXPECT_THAT(decide(state_flat(leases)), is(Outcome::register_, Row::E1, Code::tenant));
  }
  // Two from one day: the one that lasts longer.
  leases = {lease(kSaule, {}, day("2020-01-01"), day("2027-01-01")),
            lease(kAigerim, {}, day("2020-01-01"), std::nullopt)};
  EXPECT_THAT(decide(state_flat(leases)), is(Outcome::register_, Row::E1, Code::tenant));
}

TEST(E, SilentRegisters) {
  EXPECT_THAT(decide(silence(state_flat({}), Register::leases)), cannot_tell(Register::leases));
  EXPECT_THAT(decide(silence(state_flat({lease(kSaule, {kAigerim})}), Register::phones)),
              cannot_tell(Register::phones));
  EXPECT_THAT(decide(silence(state_flat({lease(kAigerim, {})}), Register::phones)),
              is(Outcome::register_, Row::E1, Code::tenant));
  EXPECT_THAT(decide(silence(registers(state_flat({lease(kAigerim, {kDauren})}),
                                       {registrant(person(kDauren))}),
                             Register::phones)),
              cannot_tell(Register::phones));
  // What stands before the phones still refuses.
  EXPECT_THAT(decide(silence(state_flat({lease(kSaule, {})}), Register::phones)),
              rejects(Row::E3, Code::not_in_lease));
}

}  // namespace
}  // namespace mekenjai::rules::story
