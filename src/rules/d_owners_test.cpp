// Rows D1 to D13 and the unnamed row before them.
#include "rules/matchers.hpp"

namespace mekenjai::rules::story {
namespace {

TEST(D13, NobodyOwnsIt) {
  EXPECT_THAT(decide(owned_by(plain(), {})), rejects(Row::D13, Code::owner_not_in_register));
}

struct OwnersCase {
  const char* what;
  std::vector<OwnerFacts> owners;
  Outcome outcome;
  Row row;
  Code code;
};

TEST(D1_D2_D3_D11, SomeOwnersSendTheCaseToTheCentre) {
  const Person minor = person(kSaule, "2009-11-20");
  const OwnersCase cases[] = {
      {"a co-owner aged 17 with a 1/100 share",
       {owner(kBolat), owner(minor)},
       Outcome::psc,
       Row::D1,
       Code::owner_needs_psc},
      {"a minor owns it alone", {owner(minor)}, Outcome::psc, Row::D1, Code::owner_needs_psc},
      {"the applicant owns it with a minor",
       {owner(kAigerim), owner(minor)},
       Outcome::psc,
       Row::D1,
       Code::owner_needs_psc},
      {"18 tomorrow",
       {owner(person(kBolat, "2008-11-24"))},
       Outcome::psc,
       Row::D1,
       Code::owner_needs_psc},
      {"18 today", {owner(person(kBolat, "2008-11-23"))}, Outcome::wait, Row::D6, Code::owners},
      {"without capacity",
       {owner(kBolat), owner(with(person(kSaule), Capacity::none))},
       Outcome::psc,
       Row::D2,
       Code::owner_needs_psc},
      {"of limited capacity",
       {owner(with(person(kSaule), Capacity::limited)), owner(kBolat)},
       Outcome::psc,
       Row::D3,
       Code::owner_needs_psc},
      {"without record",
       {unknown_owner(kSaule), owner(kBolat)},
       Outcome::psc,
       Row::D11,
       Code::owner_needs_psc},
      {"dead",
       {owner(dead(person(kSaule))), owner(kBolat)},
       Outcome::reject,
       Row::D7,
       Code::owner_dead},
      {"a private legal entity",
       {organisation(OrganisationKind::private_)},
       Outcome::psc,
       Row::D8,
       Code::owner_legal_entity},
      {"a person and a private legal entity",
       {owner(kBolat), organisation(OrganisationKind::private_)},
       Outcome::psc,
       Row::D8,
       Code::owner_legal_entity},
      {"a BIN that no register knows",
       {organisation(std::nullopt)},
       Outcome::psc,
       Row::D8,
       Code::owner_legal_entity},
      // The order of rows, whatever the order of owners.
      {"dead and a minor",
       {owner(dead(person(kSaule))), owner(minor)},
       Outcome::psc,
       Row::D1,
       Code::owner_needs_psc},
      {"a minor without capacity",
       {owner(with(minor, Capacity::none))},
       Outcome::psc,
       Row::D1,
       Code::owner_needs_psc},
      {"limited and none",
       {owner(with(person(kSaule), Capacity::limited)),
        owner(with(person(kBolat), Capacity::none))},
       Outcome::psc,
       Row::D2,
       Code::owner_needs_psc},
      {"unknown and limited",
       {unknown_owner(kBolat), owner(with(person(kSaule), Capacity::limited))},
       Outcome::psc,
       Row::D3,
       Code::owner_needs_psc},
      {"dead and unknown",
       {owner(dead(person(kSaule))), unknown_owner(kBolat)},
       Outcome::psc,
       Row::D11,
       Code::owner_needs_psc},
      {"dead and a legal entity",
       {organisation(OrganisationKind::private_), owner(dead(person(kSaule)))},
       Outcome::reject,
       Row::D7,
       Code::owner_dead},
  };
  for (const OwnersCase& one : cases) {
    SCOPED_TRACE(one.what);
    const Decision decision = decide(owned_by(plain(), one.owners));
    EXPECT_THAT(decision, is(one.outcome, one.row, one.code));
    if (one.outcome != Outcome::wait) {
      EXPECT_TRUE(decision.consenters.empty());
    }
    std::vector<OwnerFacts> turned(one.owners.rbegin(), one.owners.rend());
    EXPECT_EQ(decide(owned_by(plain(), turned)), decision);
  }
}

TEST(D1, TheApplicantsOwnMinorityCounts) {
  const Person sixteen = person(kAigerim, "2010-01-01");
  EXPECT_THAT(decide(owned_by(applicant_is(plain(), sixteen), {owner(sixteen)})),
              sends_to_centre(Row::D1, Code::owner_needs_psc));
}

TEST(D4, TheSoleOwnerAsksNobody) {
  const Decision decision = decide(own_home());
  EXPECT_THAT(decision, is(Outcome::register_, Row::D4, Code::sole_owner));
  EXPECT_TRUE(decision.consenters.empty());
  EXPECT_EQ(decision.residents_after, 1);
  EXPECT_EQ(decision.norm_limit, std::nullopt);
  // Nobody's phone is needed.
  EXPECT_EQ(decide(silence(own_home(), Register::phones)), decision);
}

TEST(D5, ACoOwnerNeedsEveryOther) {
  EXPECT_THAT(
      decide(owned_by(plain(), {owner(kSaule), owner(kAigerim), owner(kBolat)})),
      waits_for(Row::D5, Code::co_owners, {{kBolat, Asked::co_owner}, {kSaule, Asked::co_owner}}));
}

TEST(D6, WhoOwnsNothingNeedsEveryOwner) {
  EXPECT_THAT(decide(owned_by(plain(), {owner(kSaule), owner(kBolat)})),
              waits_for(Row::D6, Code::owners, {{kBolat, Asked::owner}, {kSaule, Asked::owner}}));
  // A foreigner whom the register knows consents like anybody.
  Person foreigner = person(kBolat);
  foreigner.citizenship = "TUR";
  EXPECT_THAT(decide(owned_by(plain(), {owner(foreigner)})), goes_on());
}

TEST(D12, AnOwnerWithoutNumberCanOnlyAnswerInTheCabinet) {
  OwnerFacts silent_one = owner(kSaule);
  silent_one.phone = std::optional<domain::Phone>();
  const Decision decision = decide(owned_by(plain(), {owner(kBolat), silent_one}));
  EXPECT_THAT(decision, is(Outcome::wait, Row::D6, Code::owners));
  EXPECT_TRUE(decision.has(Warning::owner_without_phone));
  EXPECT_EQ(decision.consenters.size(), 2u);
  EXPECT_FALSE(decide(plain()).has(Warning::owner_without_phone));
  // The applicant's own missing number is no matter of D12.
  OwnerFacts own = owner(kAigerim);
  own.phone = std::optional<domain::Phone>();
  EXPECT_FALSE(decide(owned_by(plain(), {own, owner(kBolat)})).has(Warning::owner_without_phone));
}

TEST(E0, StateAndPrivateTogether) {
  for (const OrganisationKind state : {OrganisationKind::state, OrganisationKind::housing_body}) {
    for (const OwnerFacts& beside :
         {owner(kAigerim), owner(person(kSaule, "2015-01-01")),
          organisation(OrganisationKind::private_), organisation(std::nullopt)}) {
      EXPECT_THAT(decide(owned_by(plain(), {organisation(state), beside})),
                  sends_to_centre(Row::E0, Code::owner_mixed));
      EXPECT_THAT(decide(owned_by(plain(), {beside, organisation(state)})),
                  sends_to_centre(Row::E0, Code::owner_mixed));
    }
  }
}

TEST(D, SilentRegisters) {
  Facts facts = plain();
  facts.dwelling.owners = {};
  EXPECT_THAT(decide(facts), cannot_tell(Register::rights));
  // A BIN whose register is silent may be anything.
  OwnerFacts body = organisation(OrganisationKind::state);
  body.organisation = {};
  EXPECT_THAT(decide(owned_by(plain(), {body})), cannot_tell(Register::rights));
  EXPECT_THAT(decide(owned_by(plain(), {owner(kBolat), body})), cannot_tell(Register::rights));
  // An owner's record.
  OwnerFacts unread = owner(kBolat);
  unread.person = {};
  EXPECT_THAT(decide(owned_by(plain(), {unread})), cannot_tell(Register::persons));
  EXPECT_THAT(decide(owned_by(plain(), {owner(dead(person(kSaule))), unread})),
              cannot_tell(Register::persons));
  // A known minor settles it, in either order: no register can make him older.
  const OwnerFacts minor = owner(person(kSaule, "2015-01-01"));
  EXPECT_THAT(decide(owned_by(plain(), {unread, minor})),
              sends_to_centre(Row::D1, Code::owner_needs_psc));
  EXPECT_THAT(decide(owned_by(plain(), {minor, unread})),
              sends_to_centre(Row::D1, Code::owner_needs_psc));
  // But one without capacity does not: the other may be a minor, and D1 stands first.
  EXPECT_THAT(decide(owned_by(plain(), {owner(with(person(kSaule), Capacity::none)), unread})),
              cannot_tell(Register::persons));
  // The numbers of those who must consent.
  EXPECT_THAT(decide(silence(plain(), Register::phones)), cannot_tell(Register::phones));
  OwnerFacts without = owner(kSaule);
  without.phone = std::optional<domain::Phone>();
  OwnerFacts unreachable = owner(kBolat);
  unreachable.phone = {};
  const Decision one_way = decide(owned_by(plain(), {without, unreachable}));
  EXPECT_THAT(one_way, cannot_tell(Register::phones));
  EXPECT_EQ(decide(owned_by(plain(), {unreachable, without})), one_way);
  // Leases are not read for a private home and oneself.
  EXPECT_THAT(decide(silence(plain(), Register::leases)), goes_on());
}

}  // namespace
}  // namespace mekenjai::rules::story
