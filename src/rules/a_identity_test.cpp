// Rows A0 to A10.
#include "rules/matchers.hpp"

namespace mekenjai::rules::story {
namespace {

struct ApplicantCase {
  const char* what;
  Person applicant;
  bool capable;
};

TEST(A0, WhoFilesForOthersMustBeAliveSixteenAndOfFullCapacity) {
  const ApplicantCase cases[] = {
      {"dead", dead(person(kAigerim)), false},
      {"turns 16 tomorrow", person(kAigerim, "2010-11-24"), false},
      {"16 today", person(kAigerim, "2010-11-23"), true},
      {"of limited capacity", with(person(kAigerim), Capacity::limited), false},
      {"without capacity", with(person(kAigerim), Capacity::none), false},
      {"34 and well", person(kAigerim), true},
  };
  for (const ApplicantCase& one : cases) {
    SCOPED_TRACE(one.what);
    const Facts facts = applicant_is(registers(plain(), {child("2011-01-01")}), one.applicant);
    if (one.capable) {
      EXPECT_THAT(decide(facts), goes_on());
    } else {
      EXPECT_THAT(decide(facts), rejects(Row::A0, Code::applicant_not_capable));
    }
  }
}

TEST(A0, IsNotAskedOfWhoRegistersHimself) {
  EXPECT_THAT(decide(applicant_is(plain(), with(person(kAigerim), Capacity::limited))),
              rejects(Row::B11, Code::representative_must_apply));
}

TEST(A0, ComesBeforeTheQuestionWhetherSheMayActForHim) {
  Facts facts = registers(plain(), {registrant(person(kDauren))});
  facts = applicant_is(facts, dead(person(kAigerim)));
  EXPECT_THAT(decide(facts), rejects(Row::A0, Code::applicant_not_capable));
}

TEST(A3, TheApplicantIsNotInThePopulationRegister) {
  EXPECT_THAT(decide(applicant_is(plain(), std::nullopt)),
              rejects(Row::A3, Code::person_not_found));
  EXPECT_THAT(decide(applicant_is(registers(plain(), {child("2011-01-01")}), std::nullopt)),
              rejects(Row::A3, Code::person_not_found));
}

TEST(A4, TheRegistrantIsDead) {
  EXPECT_THAT(decide(applicant_is(plain(), dead(person(kAigerim)))),
              rejects(Row::A4, Code::person_dead));
  RegistrantFacts son = child("2011-01-01");
  son.person.record = std::optional(dead(person(kDauren, "2011-01-01")));
  EXPECT_THAT(decide(registers(plain(), {son})), rejects(Row::A4, Code::person_dead));
}

struct DocumentCase {
  const char* what;
  const char* born;
  const char* number;
  std::optional<domain::Date> expires;
  bool good;
};

TEST(A9, FromSixteenOnADocumentIsNeeded) {
  const DocumentCase cases[] = {
      {"expires today: still good", "1992-04-15", "012345678", kToday, true},
      {"expired yesterday", "1992-04-15", "012345678", day("2026-11-22"), false},
      {"no document", "1992-04-15", "", std::nullopt, false},
      {"no document but a last day in the future", "1992-04-15", "", day("2031-01-01"), false},
      {"a document without a last day", "1992-04-15", "012345678", std::nullopt, true},
      {"16 today, no document", "2010-11-23", "", std::nullopt, false},
      {"16 tomorrow, no document", "2010-11-24", "", std::nullopt, true},
  };
  for (const DocumentCase& one : cases) {
    SCOPED_TRACE(one.what);
    // A mother applies, so that 15 and 16 years take the same way.
    RegistrantFacts registrant = child(one.born);
    Person son = person(kDauren, one.born);
    son.document_number = one.number;
    son.document_expires = one.expires;
    registrant.person.record = std::optional(son);
    Facts facts = registers(plain(), {registrant});
    if (base::age_on(son.birth_date, kToday) >= 18) {  // only himself then
      facts = plain();
      son.iin = kAigerim;
      facts = applicant_is(facts, son);
    }
    if (one.good) {
      EXPECT_THAT(decide(facts), goes_on());
    } else {
      EXPECT_THAT(decide(facts), rejects(Row::A9, Code::bad_document));
    }
  }
}

TEST(A10, AnOpenApplicationOfTheSameKind) {
  Facts facts = plain();
  facts.registrants[0].open_application_number = "261500000007";
  EXPECT_THAT(decide(facts), rejects(Row::A10, Code::duplicate_application));
}

TEST(A, RowsStandInTheirOrder) {
  // Dead, without document, with an open application, and a foreigner: one thing after another.
  Person worst = dead(person(kAigerim));
  worst.document_number.clear();
  worst.citizenship = "UZB";
  Facts facts = applicant_is(plain(), worst);
  facts.registrants[0].open_application_number = "261500000007";
  EXPECT_THAT(decide(facts), rejects(Row::A4, Code::person_dead));
  worst.death_date.reset();
  EXPECT_THAT(decide(applicant_is(facts, worst)), rejects(Row::A9, Code::bad_document));
  worst.document_number = "1";
  EXPECT_THAT(decide(applicant_is(facts, worst)), rejects(Row::A10, Code::duplicate_application));
  facts.registrants[0].open_application_number.reset();
  EXPECT_THAT(decide(applicant_is(facts, worst)),
              is(Outcome::other_service, Row::B14, Code::foreigner));
}

TEST(A, ASilentPopulationRegisterIsNoRefusal) {
  EXPECT_THAT(decide(silence(plain(), Register::persons)), cannot_tell(Register::persons));
  EXPECT_THAT(decide(silence(applicant_is(plain(), std::nullopt), Register::persons)),
              cannot_tell(Register::persons));
}

TEST(A2, TheDigitsOfTheIinTellNothing) {
  // The number says 1899, the register 1992; only the register counts.
  Facts facts = plain();
  const Iin odd = Iin::from_digits("990230000001").value();
  facts.applicant.iin = odd;
  facts.registrants[0].person.iin = odd;
  EXPECT_THAT(decide(facts), goes_on());
}

}  // namespace
}  // namespace mekenjai::rules::story
