// Rows F1 to F8.
#include "rules/matchers.hpp"

namespace mekenjai::rules::story {
namespace {

/// Bolat's flat of so many square centimetres in Astana, where so many people live.
Facts in_astana(std::optional<std::int64_t> area_cm2, int residents) {
  Facts facts = plain();
  domain::Dwelling dwelling = **facts.dwelling.record;
  dwelling.kato = "711210000";
  dwelling.useful_area_cm2 = area_cm2;
  facts.dwelling.record = std::optional(dwelling);
  facts.dwelling.occupancy = Occupancy{people(100, residents), {}};
  return facts;
}

TEST(F1, NoNormWhereTheDwellingStands) {
  Facts facts = plain();
  facts.dwelling.occupancy = Occupancy{people(100, 13), {}};
  const Decision decision = decide(facts);
  EXPECT_THAT(decision, goes_on());
  EXPECT_EQ(decision.residents_after, 14);
  EXPECT_EQ(decision.norm_limit, std::nullopt);
  // Nor in Astana before its day, nor in the edition before.
  facts = in_astana(150'000, 5);
  facts.today = day("2026-07-31");
  EXPECT_THAT(decide(facts), goes_on());
  facts.today = day("2026-08-01");
  EXPECT_THAT(decide(facts), rejects(Row::F5, Code::norm_exceeded));
  EXPECT_THAT(rules::decide(facts, policy::Editions::built_in().in_force(day("2026-07-31"))),
              goes_on());
}

TEST(F6, TheAreaIsUnknownWhereANormApplies) {
  EXPECT_THAT(decide(in_astana(std::nullopt, 0)), is(Outcome::retry, Row::F6, Code::area_unknown));
  Facts no_norm = plain();
  domain::Dwelling dwelling = **no_norm.dwelling.record;
  dwelling.useful_area_cm2.reset();
  no_norm.dwelling.record = std::optional(dwelling);
  EXPECT_THAT(decide(no_norm), goes_on());
}

struct AreaCase {
  const char* what;
  std::int64_t area_cm2;
  int residents;
  bool within;
};

TEST(F2_F5, OnePersonForEveryFifteenSquareMetres) {
  const AreaCase cases[] = {
      {"15 m², nobody lives there", 150'000, 0, true},
      {"15 m², somebody does", 150'000, 1, false},
      {"14.99 m², nobody lives there", 149'900, 0, false},
      {"44.99 m²: two, not three", 449'900, 2, false},
      {"45 m²: three", 450'000, 2, true},
      {"60 m²: four", 600'000, 3, true},
      {"60 m²: not five", 600'000, 4, false},
  };
  for (const AreaCase& one : cases) {
    SCOPED_TRACE(one.what);
    const Decision decision = decide(in_astana(one.area_cm2, one.residents));
    EXPECT_EQ(decision.residents_after, one.residents + 1);
    EXPECT_EQ(decision.norm_limit, static_cast<std::uint16_t>(one.area_cm2 / 150'000));
    if (one.within) {
      EXPECT_THAT(decision, goes_on());
    } else {
      EXPECT_THAT(decision, rejects(Row::F5, Code::norm_exceeded));
      EXPECT_TRUE(decision.consenters.empty());
    }
  }
}

TEST(F2, NobodyIsCountedTwice) {
  // She lives there temporarily already; her son moves too and is her follower's brother.
  Facts facts = in_astana(450'000, 0);
  facts.dwelling.occupancy = Occupancy{{kAigerim, iin(100)}, {}};
  EXPECT_EQ(decide(facts).residents_after, 2);
  facts.registrants.push_back(child("2011-01-01"));
  facts.registrants[0].followers = std::vector{iin(200), iin(201)};
  facts.registrants[1].followers = std::vector{iin(201), iin(100)};
  const Decision decision = decide(facts);
  EXPECT_EQ(decision.residents_after, 5);  // 1, 100, her son, 200, 201
  EXPECT_THAT(decision, rejects(Row::F5, Code::norm_exceeded));
  // Nobody follows a temporary registration.
  EXPECT_EQ(decide(temporary(facts)).residents_after, 3);
  EXPECT_THAT(decide(temporary(facts)), goes_on());
}

TEST(F2, AStrangerNamedInTheApplicationIsNotCounted) {
  // His children and whether he lives there must not show: his own case ends in B12.
  Facts facts = in_astana(450'000, 2);
  facts.registrants.push_back(registrant(person(kSaule)));
  facts.registrants[1].followers = people(300, 4);
  const Decision decision = decide(facts);
  EXPECT_THAT(decision, sends_to_centre(Row::B12, Code::authority_not_proved));
  EXPECT_EQ(decision.registrant, 1);
}

struct KinCase {
  const char* what;
  RelationKind kind;
  bool owner_is_kind;  // "the owner is the KIND of the registrant", else the other way round
  bool exempt;
};

TEST(F3, AboveTheNormTheOwnersFamily) {
  const KinCase cases[] = {
      {"spouse, recorded on her", RelationKind::spouse, false, true},
      {"spouse, recorded on him", RelationKind::spouse, true, true},
      {"child of the owner", RelationKind::parent, true, true},
      {"parent of the owner", RelationKind::parent, false, true},
      {"sibling", RelationKind::sibling, false, true},
      {"sibling, the other way", RelationKind::sibling, true, true},
      {"grandparent of the owner", RelationKind::grandparent, false, true},
      {"grandchild of the owner", RelationKind::grandparent, true, false},
      {"the owner's ward under guardianship", RelationKind::guardian, true, true},
      {"the owner's ward under trusteeship", RelationKind::trustee, true, true},
      {"guardian of the owner", RelationKind::guardian, false, false},
      {"trustee of the owner", RelationKind::trustee, false, false},
  };
  for (const KinCase& one : cases) {
    SCOPED_TRACE(one.what);
    Facts facts = in_astana(150'000, 1);
    domain::Relation relation{one.owner_is_kind ? kBolat : kAigerim,
                              one.owner_is_kind ? kAigerim : kBolat,
                              one.kind,
                              {},
                              {}};
    facts.registrants[0].relations = std::vector{relation};
    if (one.exempt) {
      EXPECT_THAT(decide(facts), goes_on());
    } else {
      EXPECT_THAT(decide(facts), rejects(Row::F5, Code::norm_exceeded));
    }
    // Not when it is over, and not to somebody who owns nothing here.
    relation.to = day("2026-11-22");
    facts.registrants[0].relations = std::vector{relation};
    EXPECT_THAT(decide(facts), rejects(Row::F5, Code::norm_exceeded));
    relation.to.reset();
    facts.registrants[0].relations = std::vector{relation};
    EXPECT_THAT(decide(owned_by(facts, {owner(kSaule)})), rejects(Row::F5, Code::norm_exceeded));
  }
}

TEST(F3, TheOwnerHimselfIsAnyoneElse) {
  EXPECT_THAT(decide(owned_by(in_astana(150'000, 1), {owner(kAigerim)})),
              rejects(Row::F5, Code::norm_exceeded));
}

TEST(F4, AFullTimeStudentOfTheCity) {
  Facts facts = in_astana(150'000, 1);
  facts.registrants[0].student_here = true;
  EXPECT_THAT(decide(facts), goes_on());
}

TEST(F5, ARefusalBeatsTheWaitBeforeIt) {
  EXPECT_THAT(decide(in_astana(150'000, 1)), rejects(Row::F5, Code::norm_exceeded));
  EXPECT_THAT(decide(owned_by(in_astana(std::nullopt, 0), {owner(kAigerim)})),
              is(Outcome::retry, Row::F6, Code::area_unknown));
  // And a tenant's registration.
  Facts tenant = in_astana(150'000, 1);
  tenant = owned_by(tenant, {organisation(OrganisationKind::housing_body)});
  tenant.dwelling.leases = std::vector{lease(kAigerim, {})};
  EXPECT_THAT(decide(tenant), rejects(Row::F5, Code::norm_exceeded));
}

TEST(F8, ManyPeopleOrManyOfLateOnlyWarn) {
  Facts facts = plain();
  facts.dwelling.occupancy = Occupancy{people(100, 13), {}};
  EXPECT_FALSE(decide(facts).has(Warning::density));
  facts.dwelling.occupancy = Occupancy{people(100, 14), {}};  // the fifteenth
  EXPECT_TRUE(decide(facts).has(Warning::density));
  EXPECT_THAT(decide(facts), goes_on());

  facts.dwelling.occupancy = Occupancy{people(100, 4), people(100, 3)};
  EXPECT_FALSE(decide(facts).has(Warning::density));
  facts.dwelling.occupancy = Occupancy{people(100, 4), people(100, 4)};  // the fifth of late
  EXPECT_TRUE(decide(facts).has(Warning::density));
  facts.dwelling.occupancy = Occupancy{people(100, 4), people(100, 3)};
  facts.registrants[0].followers = std::vector{iin(200)};  // her child is the fifth
  EXPECT_TRUE(decide(facts).has(Warning::density));
}

TEST(F, SilentRegisters) {
  Facts facts = plain();
  facts.dwelling.occupancy = {};
  EXPECT_THAT(decide(facts), cannot_tell(Register::residences));
  facts = plain();
  facts.registrants[0].followers = {};
  EXPECT_THAT(decide(facts), cannot_tell(Register::persons));
  EXPECT_THAT(decide(temporary(facts)), goes_on());
  // Kinship and studies matter only above the norm.
  facts = in_astana(600'000, 1);
  facts.registrants[0].relations = {};
  facts.registrants[0].student_here = {};
  EXPECT_THAT(decide(facts), goes_on());
  facts = in_astana(150'000, 1);
  facts.registrants[0].relations = {};
  facts.registrants[0].student_here = true;
  EXPECT_THAT(decide(facts), cannot_tell(Register::persons));
  facts = in_astana(150'000, 1);
  facts.registrants[0].student_here = {};
  EXPECT_THAT(decide(facts), cannot_tell(Register::persons));
  // F6 stands before the count.
  facts = in_astana(std::nullopt, 0);
  facts.dwelling.occupancy = {};
  EXPECT_THAT(decide(facts), is(Outcome::retry, Row::F6, Code::area_unknown));
}

}  // namespace
}  // namespace mekenjai::rules::story
