// The table as a whole: several registrants, what wins over what, and what a forecast tells.
#include "rules/matchers.hpp"

namespace mekenjai::rules::story {
namespace {

TEST(SeveralRegistrants, TheFirstFinalOutcomeIsTheApplications) {
  Facts facts = plain();
  facts.registrants = {registrant(person(kAigerim)), child("2011-01-01"),
                       child("2020-01-01", iin(5)), registrant(person(kSaule))};
  const Decision decision = decide(facts);
  EXPECT_THAT(decision, is(Outcome::no_separate_registration, Row::B6, Code::under_14));
  EXPECT_EQ(decision.registrant, 2);
  EXPECT_TRUE(decision.consenters.empty());
}

TEST(SeveralRegistrants, OneWhoWaitsMakesAllWaitAndEverybodyIsAskedOnce) {
  // The tenant registers herself (nobody to ask) and two named adults, who confirm.
  Facts facts = state_flat({lease(kAigerim, {kDauren, kSaule})});
  facts.registrants = {registrant(person(kAigerim)), registrant(person(kDauren)),
                       registrant(person(kSaule))};
  const Decision decision = decide(facts);
  EXPECT_THAT(decision, waits_for(Row::E1, Code::tenant,
                                  {{kSaule, Asked::registrant}, {kDauren, Asked::registrant}}));
  EXPECT_EQ(decision.registrant, 0);
  EXPECT_EQ(decision.residents_after, 3);
  // Two children and one owner: one request.
  facts = registers(plain(), {child("2011-01-01"), child("2010-01-01", iin(5))});
  EXPECT_THAT(decide(facts), goes_on());
}

TEST(SeveralRegistrants, WarningsOfTheWayAreKept) {
  Facts facts = plain();
  OwnerFacts without = owner(kBolat);
  without.phone = std::optional<domain::Phone>();
  facts = owned_by(facts, {without});
  facts.registrants.push_back(registrant(person(kSaule)));
  const Decision decision = decide(facts);
  EXPECT_THAT(decision, sends_to_centre(Row::B12, Code::authority_not_proved));
  EXPECT_EQ(decision.registrant, 1);
  EXPECT_TRUE(decision.has(Warning::owner_without_phone));
}

TEST(Order, AnEarlierFinalRowWins) {
  // Everything is wrong at once; repairing one thing uncovers the next row of the table.
  Facts facts = temporary(lives_at(plain(), kHome, ResidenceKind::permanent));
  domain::Dwelling dwelling = **facts.dwelling.record;
  dwelling.actual = false;
  dwelling.kind = DwellingKind::building;
  facts.dwelling.record = std::optional(dwelling);
  facts = owned_by(facts, {});
  EXPECT_THAT(decide(facts), rejects(Row::C1, Code::address_not_found));
  dwelling.actual = true;
  facts.dwelling.record = std::optional(dwelling);
  EXPECT_THAT(decide(facts), rejects(Row::C5, Code::choose_premises));
  dwelling.kind = DwellingKind::house;
  facts.dwelling.record = std::optional(dwelling);
  EXPECT_THAT(decide(facts), rejects(Row::C8, Code::temporary_at_home));
  facts.registrants[0].residences = std::vector<domain::Residence>();
  EXPECT_THAT(decide(facts), rejects(Row::D13, Code::owner_not_in_register));
  EXPECT_THAT(decide(owned_by(facts, {owner(kBolat)})), goes_on());
}

TEST(Forecast, IsWholeForTheOwnerTheCoOwnerAndTheTenant) {
  Facts facts = own_home();
  facts.dwelling.encumbrances = std::vector<domain::Encumbrance>{{EncumbranceKind::arrest, {}, {}}};
  Forecast told = forecast(facts);
  EXPECT_TRUE(told.whole);
  EXPECT_EQ(told.decision, decide(facts));
  EXPECT_TRUE(told.decision.has(Warning::arrest));
  EXPECT_EQ(told.code, "sole_owner");

  told = forecast(owned_by(plain(), {owner(kAigerim), owner(person(kBolat, "2015-01-01"))}));
  EXPECT_TRUE(told.whole);
  EXPECT_THAT(told.decision, sends_to_centre(Row::D1, Code::owner_needs_psc));

  // The tenant sees the whole, but arrest and counts are for owners and staff.
  facts = state_flat({lease(kAigerim, {})});
  facts.dwelling.encumbrances = std::vector<domain::Encumbrance>{{EncumbranceKind::arrest, {}, {}}};
  told = forecast(facts);
  EXPECT_TRUE(told.whole);
  EXPECT_THAT(told.decision, is(Outcome::register_, Row::E1, Code::tenant));
  EXPECT_EQ(told.decision.warnings, 0);
  EXPECT_EQ(told.decision.residents_after, 0);
}

TEST(Forecast, IsWholeForRowsAToC) {
  Facts facts = lives_at(plain(), kHome, ResidenceKind::permanent);
  Forecast told = forecast(facts);
  EXPECT_TRUE(told.whole);
  EXPECT_THAT(told.decision, rejects(Row::C6, Code::already_registered));
  EXPECT_TRUE(forecast(silence(plain(), Register::persons)).whole);
  EXPECT_TRUE(forecast(silence(plain(), Register::dwellings)).whole);
  told = forecast(registers(plain(), {child("2020-01-01")}));
  EXPECT_TRUE(told.whole);
  EXPECT_EQ(told.outcome, Outcome::no_separate_registration);
  // The second registrant ends it in B: nothing of the first one's way through D is told.
  facts = plain();
  OwnerFacts without = owner(kBolat);
  without.phone = std::optional<domain::Phone>();
  facts = owned_by(facts, {without});
  facts.registrants.push_back(registrant(person(kSaule)));
  told = forecast(facts);
  EXPECT_TRUE(told.whole);
  EXPECT_EQ(told.decision.warnings, 0);
}

struct ForecastCase {
  const char* what;
  Facts facts;
  Outcome outcome;
  const char* code;
};

TEST(Forecast, TellsAStrangerOneOfFourWords) {
  OwnerFacts without = owner(kBolat);
  without.phone = std::optional<domain::Phone>();
  Facts arrested = plain();
  arrested.dwelling.encumbrances =
      std::vector<domain::Encumbrance>{{EncumbranceKind::arrest, {}, {}}};
  Facts crowded = plain();
  crowded.dwelling.occupancy = Occupancy{people(100, 40), people(100, 20)};
  Facts unread = plain();
  unread.dwelling.owners = {};
  Facts mute = silence(plain(), Register::phones);
  Facts full = plain();
  domain::Dwelling small = **full.dwelling.record;
  small.kato = "711210000";
  small.useful_area_cm2 = 1;
  full.dwelling.record = std::optional(small);
  Facts unmeasured = full;
  small.useful_area_cm2.reset();
  unmeasured.dwelling.record = std::optional(small);
  const ForecastCase cases[] = {
      {"one owner", plain(), Outcome::wait, "needs_consent"},
      {"two owners", owned_by(plain(), {owner(kBolat), owner(kSaule)}), Outcome::wait,
       "needs_consent"},
      {"an owner without phone", owned_by(plain(), {without}), Outcome::wait, "needs_consent"},
      {"under arrest", arrested, Outcome::wait, "needs_consent"},
      {"forty live there", crowded, Outcome::wait, "needs_consent"},
      {"named in a lease", state_flat({lease(kSaule, {kAigerim})}), Outcome::wait, "needs_consent"},
      {"a minor owner", owned_by(plain(), {owner(person(kBolat, "2015-01-01"))}), Outcome::psc,
       "needs_centre"},
      {"a company", owned_by(plain(), {organisation(OrganisationKind::private_)}), Outcome::psc,
       "needs_centre"},
      {"a dead owner", owned_by(plain(), {owner(dead(person(kBolat)))}), Outcome::reject, "cannot"},
      {"no owner", owned_by(plain(), {}), Outcome::reject, "cannot"},
      {"not in the lease", state_flat({lease(kSaule, {})}), Outcome::reject, "cannot"},
      {"the norm", full, Outcome::reject, "cannot"},
      {"the area is unknown", unmeasured, Outcome::retry, "register_unavailable"},
      {"silent rights", unread, Outcome::retry, "register_unavailable"},
      {"silent phones", mute, Outcome::retry, "register_unavailable"},
  };
  for (const ForecastCase& one : cases) {
    SCOPED_TRACE(one.what);
    const Forecast told = forecast(one.facts);
    EXPECT_FALSE(told.whole);
    EXPECT_EQ(told.outcome, one.outcome);
    EXPECT_EQ(told.code, one.code);
    EXPECT_EQ(told.decision, Decision{});
  }
}

TEST(Words, AreTheContractsBothWays) {
  for (std::size_t i = 0; i < kRows; ++i) {
    const auto row = static_cast<Row>(i);
    EXPECT_EQ(from_word<Row>(word(row)), row);
  }
  for (std::size_t i = 0; i < kCodes; ++i) {
    const auto code = static_cast<Code>(i);
    EXPECT_EQ(from_word<Code>(word(code)), code);
  }
  for (const Register which : kRegisters) EXPECT_EQ(from_word<Register>(word(which)), which);
  EXPECT_EQ(from_word<Outcome>("no_separate_registration"), Outcome::no_separate_registration);
  EXPECT_EQ(from_word<Row>("Z9"), std::nullopt);
  EXPECT_EQ(word(Code::under_14), "under_14");
  EXPECT_EQ(word(Row::E0), "E0");
  EXPECT_EQ(word(Row::H0), "H0");
}

TEST(ForTheApplicant, SomeRowsAreOne) {
  for (const Row row : {Row::D1, Row::D2, Row::D3, Row::D11}) {
    EXPECT_EQ(row_for_applicant(row), "D1-D3");
  }
  EXPECT_EQ(row_for_applicant(Row::D7), "D7");
  EXPECT_EQ(row_for_applicant(Row::G8), "G2");
  EXPECT_EQ(code_for_applicant(Code::fraud_reported), Code::owner_refused);
  EXPECT_EQ(code_for_applicant(Code::owner_dead), Code::owner_dead);
}

}  // namespace
}  // namespace mekenjai::rules::story
