// Rows B1 to B14.
#include "rules/matchers.hpp"

namespace mekenjai::rules::story {
namespace {

struct AgeCase {
  const char* what;
  const char* born;
  Outcome outcome;
  Row row;
  Code code;
};

TEST(B, WhoRegistersHimselfByAge) {
  const AgeCase cases[] = {
      {"18 today", "2008-11-23", Outcome::wait, Row::D6, Code::owners},                      // B1
      {"17, 18 tomorrow", "2008-11-24", Outcome::wait, Row::D6, Code::owners},               // B2
      {"16 today", "2010-11-23", Outcome::wait, Row::D6, Code::owners},                      // B2
      {"15, 16 tomorrow", "2010-11-24", Outcome::reject, Row::B3, Code::parent_must_apply},  // B3
      {"14 today", "2012-11-23", Outcome::reject, Row::B3, Code::parent_must_apply},         // B3
      {"13", "2012-11-24", Outcome::no_separate_registration, Row::B6, Code::under_14},      // B6
  };
  for (const AgeCase& one : cases) {
    SCOPED_TRACE(one.what);
    EXPECT_THAT(decide(applicant_is(plain(), person(kAigerim, one.born))),
                is(one.outcome, one.row, one.code));
  }
}

TEST(B, BornOnTheTwentyNinthOfFebruaryComesOfAgeOnTheFirstOfMarch) {
  Facts facts = applicant_is(plain(), person(kAigerim, "2012-02-29"));
  facts.today = day("2028-02-28");
  EXPECT_THAT(decide(facts), rejects(Row::B3, Code::parent_must_apply));
  facts.today = day("2028-02-29");  // a leap year has the day itself
  EXPECT_THAT(decide(facts), goes_on());
  facts = applicant_is(plain(), person(kAigerim, "2008-02-29"));
  facts = registers(facts, {child("2012-02-29")});
  facts.today = day("2026-02-28");
  EXPECT_THAT(decide(facts), is(Outcome::no_separate_registration, Row::B6, Code::under_14));
  facts.today = day("2026-03-01");
  EXPECT_THAT(decide(facts), goes_on());
}

TEST(B3, IsAboutThoseWhoSignForThemselves) {
  EXPECT_THAT(decide(registers(plain(), {child("2011-06-01")})), goes_on());
}

TEST(B6, AChildUnderFourteenFollowsItsParents) {
  EXPECT_THAT(decide(registers(plain(), {child("2012-11-24")})),
              is(Outcome::no_separate_registration, Row::B6, Code::under_14));
  // Named in the tenant's lease too.
  const Facts named = registers(state_flat({lease(kAigerim, {kDauren})}),
                                {registrant(person(kDauren, "2018-01-01"))});
  EXPECT_THAT(decide(named), is(Outcome::no_separate_registration, Row::B6, Code::under_14));
}

TEST(B9, AnAdultWithoutCapacityApplies) {
  for (const char* born : {"1992-04-15", "2010-11-23"}) {
    EXPECT_THAT(decide(applicant_is(plain(), with(person(kAigerim, born), Capacity::none))),
                rejects(Row::B9, Code::guardian_must_apply));
  }
}

TEST(B11, AnAdultOfLimitedCapacityApplies) {
  EXPECT_THAT(decide(applicant_is(plain(), with(person(kAigerim), Capacity::limited))),
              rejects(Row::B11, Code::representative_must_apply));
}

TEST(B14, AForeignerHasAnotherService) {
  Person foreigner = person(kAigerim);
  foreigner.citizenship = "UZB";
  EXPECT_THAT(decide(applicant_is(plain(), foreigner)),
              is(Outcome::other_service, Row::B14, Code::foreigner));
  // A child of hers who is a foreigner, too; it comes before the child's age.
  RegistrantFacts son = child("2020-01-01");
  Person record = person(kDauren, "2020-01-01");
  record.citizenship = "";
  son.person.record = std::optional(record);
  EXPECT_THAT(decide(registers(plain(), {son})),
              is(Outcome::other_service, Row::B14, Code::foreigner));
}

struct AuthorityCase {
  const char* what;
  const char* born;
  Capacity capacity;
  RelationKind relation;
  bool proved;
};

TEST(B4_B8_B10_B12, AuthorityByTheRegister) {
  const AuthorityCase cases[] = {
      {"parent of a child of 14", "2012-11-23", Capacity::full, RelationKind::parent, true},
      {"guardian of a child of 15", "2011-01-01", Capacity::full, RelationKind::guardian, true},
      {"trustee of a child of 15", "2011-01-01", Capacity::full, RelationKind::trustee, true},
      {"parent of 17, 18 tomorrow", "2008-11-24", Capacity::full, RelationKind::parent, true},
      {"parent of 18 today", "2008-11-23", Capacity::full, RelationKind::parent, false},
      {"sibling of a child of 15", "2011-01-01", Capacity::full, RelationKind::sibling, false},
      {"grandparent of a child of 15", "2011-01-01", Capacity::full, RelationKind::grandparent,
       false},
      {"spouse", "1990-01-01", Capacity::full, RelationKind::spouse, false},
      {"guardian without capacity's need", "1990-01-01", Capacity::full, RelationKind::guardian,
       false},
      {"guardian of an adult without capacity", "1990-01-01", Capacity::none,
       RelationKind::guardian, true},
      {"trustee of an adult without capacity", "1990-01-01", Capacity::none, RelationKind::trustee,
       false},
      {"parent of an adult without capacity", "1990-01-01", Capacity::none, RelationKind::parent,
       false},
      {"guardian of an adult of limited capacity", "1990-01-01", Capacity::limited,
       RelationKind::guardian, true},
      {"trustee of an adult of limited capacity", "1990-01-01", Capacity::limited,
       RelationKind::trustee, true},
      {"parent of an adult of limited capacity", "1990-01-01", Capacity::limited,
       RelationKind::parent, false},
  };
  for (const AuthorityCase& one : cases) {
    SCOPED_TRACE(one.what);
    const Person other = with(person(kDauren, one.born), one.capacity);
    const Facts facts = registers(plain(), {related(registrant(other), one.relation, kAigerim)});
    if (one.proved) {
      EXPECT_THAT(decide(facts), goes_on());
    } else {
      EXPECT_THAT(decide(facts), sends_to_centre(Row::B12, Code::authority_not_proved));
    }
  }
}

TEST(B4, ARelationCountsOnlyWhileItIsInForceAndInItsDirection) {
  const auto with_span = [](std::optional<domain::Date> from, std::optional<domain::Date> to) {
    return registers(plain(), {related(registrant(person(kDauren, "2011-01-01")),
                                       RelationKind::guardian, kAigerim, from, to)});
  };
  EXPECT_THAT(decide(with_span(kToday, kToday)), goes_on());
  EXPECT_THAT(decide(with_span(day("2026-11-24"), {})),
              sends_to_centre(Row::B12, Code::authority_not_proved));
  EXPECT_THAT(decide(with_span({}, day("2026-11-22"))),
              sends_to_centre(Row::B12, Code::authority_not_proved));

  // The child is the parent of nobody: "iin is the KIND of related".
  RegistrantFacts turned = registrant(person(kDauren, "2011-01-01"));
  turned.relations = std::vector<domain::Relation>{
      {kDauren, kAigerim, RelationKind::parent, std::nullopt, std::nullopt}};
  EXPECT_THAT(decide(registers(plain(), {turned})),
              sends_to_centre(Row::B12, Code::authority_not_proved));
  // Somebody else's mother.
  const RegistrantFacts not_hers =
      related(registrant(person(kDauren, "2011-01-01")), RelationKind::parent, kSaule);
  EXPECT_THAT(decide(registers(plain(), {not_hers})),
              sends_to_centre(Row::B12, Code::authority_not_proved));
}

TEST(B12, HerRelationToSomebodyElseGivesNoAuthority) {
  RegistrantFacts other = registrant(person(kDauren, "2011-01-01"));
  other.relations = std::vector<domain::Relation>{
      {kAigerim, kSaule, RelationKind::parent, std::nullopt, std::nullopt}};
  EXPECT_THAT(decide(registers(plain(), {other})),
              sends_to_centre(Row::B12, Code::authority_not_proved));
}

TEST(B12, ARelatedPersonWithoutRecord) {
  RegistrantFacts son = child("2011-01-01");
  son.person.record = std::optional<Person>();
  EXPECT_THAT(decide(registers(plain(), {son})),
              sends_to_centre(Row::B12, Code::authority_not_proved));
}

TEST(B12, TellsNothingAboutAStranger) {
  std::vector<RegistrantFacts> strangers;
  strangers.push_back(registrant(person(kDauren)));
  strangers.push_back(registrant(dead(person(kDauren))));
  strangers.push_back(registrant(person(kDauren, "2020-01-01")));
  strangers.push_back(registrant(with(person(kDauren), Capacity::none)));
  strangers.push_back(registrant(person(kDauren)));
  strangers.back().person.record = std::optional<Person>();  // no such number
  strangers.push_back(registrant(person(kDauren)));
  strangers.back().person.record = {};  // not asked, or silent
  strangers.push_back(registrant(person(kDauren)));
  strangers.back().open_application_number = "261500000007";
  strangers.push_back(registrant(person(kDauren)));
  strangers.back().residences = std::vector<domain::Residence>{
      {kDauren, kHome, ResidenceKind::permanent, std::nullopt, std::nullopt, false}};
  const Decision first = decide(registers(plain(), {strangers[0]}));
  EXPECT_THAT(first, sends_to_centre(Row::B12, Code::authority_not_proved));
  for (const RegistrantFacts& stranger : strangers) {
    EXPECT_EQ(decide(registers(plain(), {stranger})), first);
  }
}

TEST(B13, TheTenantRegistersWhoIsNamedInTheLease) {
  // An adult of full capacity confirms himself.
  const Facts adult =
      registers(state_flat({lease(kAigerim, {kDauren})}), {registrant(person(kDauren))});
  EXPECT_THAT(decide(adult), waits_for(Row::E1, Code::tenant, {{kDauren, Asked::registrant}}));
  // Somebody of 16 does not.
  const Facts sixteen = registers(state_flat({lease(kAigerim, {kDauren})}),
                                  {registrant(person(kDauren, "2010-06-01"))});
  EXPECT_THAT(decide(sixteen), is(Outcome::register_, Row::E1, Code::tenant));
  // 18 tomorrow, 18 today.
  EXPECT_THAT(decide(registers(state_flat({lease(kAigerim, {kDauren})}),
                               {registrant(person(kDauren, "2008-11-24"))})),
              is(Outcome::register_, Row::E1, Code::tenant));
  EXPECT_THAT(decide(registers(state_flat({lease(kAigerim, {kDauren})}),
                               {registrant(person(kDauren, "2008-11-23"))})),
              is(Outcome::wait, Row::E1, Code::tenant));
}

TEST(B13, IsNotForWhoIsNotTheTenantNotNamedOrAfterTheLease) {
  const RegistrantFacts other = registrant(person(kDauren));
  for (const domain::Lease& bad : {
           lease(kSaule, {kAigerim, kDauren}),                                // not the tenant
           lease(kAigerim, {kSaule}),                                         // not named
           lease(kAigerim, {kDauren}, day("2020-01-01"), day("2026-11-22")),  // ended
           lease(kAigerim, {kDauren}, day("2026-11-24"), day("2029-01-01")),  // not begun
       }) {
    EXPECT_THAT(decide(registers(state_flat({bad}), {other})),
                sends_to_centre(Row::B12, Code::authority_not_proved));
  }
}

TEST(B13, WithAPrivateOwnerBothAreAsked) {
  Facts facts = registers(plain(), {registrant(person(kDauren))});
  facts.dwelling.leases = std::vector{lease(kAigerim, {kDauren})};
  EXPECT_THAT(decide(facts), waits_for(Row::D6, Code::owners,
                                       {{kBolat, Asked::owner}, {kDauren, Asked::registrant}}));
  EXPECT_THAT(decide(owned_by(facts, {owner(kAigerim), owner(kBolat)})),
              waits_for(Row::D5, Code::co_owners,
                        {{kBolat, Asked::co_owner}, {kDauren, Asked::registrant}}));
  EXPECT_THAT(decide(owned_by(facts, {owner(kAigerim)})),
              waits_for(Row::D4, Code::sole_owner, {{kDauren, Asked::registrant}}));
}

TEST(B13, WhoOwnsAShareIsAskedOnce) {
  Facts facts = registers(plain(), {registrant(person(kDauren))});
  facts.dwelling.leases = std::vector{lease(kAigerim, {kDauren})};
  EXPECT_THAT(decide(owned_by(facts, {owner(kDauren)})),
              waits_for(Row::D6, Code::owners, {{kDauren, Asked::owner}}));
}

TEST(B, SilentRegistersAtTheQuestionOfAuthority) {
  // Relations silent: nothing can be said.
  RegistrantFacts son = child("2011-01-01");
  son.relations = {};
  EXPECT_THAT(decide(registers(plain(), {son})), cannot_tell(Register::persons));
  // Related, but his record is silent.
  son = child("2011-01-01");
  son.person.record = {};
  EXPECT_THAT(decide(registers(plain(), {son})), cannot_tell(Register::persons));
  // Not related: the lease may still name him.
  Facts stranger = registers(plain(), {registrant(person(kDauren))});
  EXPECT_THAT(decide(silence(stranger, Register::leases)), cannot_tell(Register::leases));
  // Related and proved: the lease is not needed.
  EXPECT_THAT(decide(silence(registers(plain(), {child("2011-01-01")}), Register::leases)),
              goes_on());
  // Named in the lease, record silent.
  Facts named = registers(state_flat({lease(kAigerim, {kDauren})}), {registrant(person(kDauren))});
  named.registrants[0].person.record = {};
  EXPECT_THAT(decide(named), cannot_tell(Register::persons));
}

}  // namespace
}  // namespace mekenjai::rules::story
