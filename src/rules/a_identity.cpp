// Group A. Identity. A1, A6, A7 and A8 end a request before there is an application; A2 is no
// obstacle (resolution 853 of 26.08.2013): age, sex, life and capacity are read from the population
// register only. A5 can only happen at the service centre, where it is found before the rules are
// asked.
#include "rules/rows.hpp"

namespace mekenjai::rules {

// Where the table is silent: A0 stands before A3, and an applicant without record has none of the
// faults of A0, so that A3 names him. Both look at the applicant, who learns only about himself.
Step applicant_rows(const Case& c, Trail&) {
  const PersonFacts& applicant = c.facts.applicant;
  if (!applicant.record.available()) return silent(Register::persons);
  const std::optional<domain::Person>& record = *applicant.record;

  // A0: filing for others takes a living person of 16 and full capacity.
  if (!c.for_himself() && record &&
      (record->death_date || c.age_of(*record) < c.policy.applicant_for_others_age ||
       record->capacity != domain::Capacity::full)) {
    return reject(Row::A0, Code::applicant_not_capable);
  }
  // A3
  if (!record) return reject(Row::A3, Code::person_not_found);
  return kGoOn;
}

Step identity_rows(const Case& c, Trail&) {
  const domain::Person& person = c.person();
  // A4
  if (person.death_date) return reject(Row::A4, Code::person_dead);

  // A9: a document without a last day does not expire; on its last day it is still good.
  const bool missing = person.document_number.empty();
  const bool expired = person.document_expires && *person.document_expires < c.facts.today;
  if (c.age() >= c.policy.document_age && (missing || expired)) {
    return reject(Row::A9, Code::bad_document);
  }
  // A10
  if (c.registrant.open_application_number) {
    return reject(Row::A10, Code::duplicate_application);
  }
  return kGoOn;
}

}  // namespace mekenjai::rules
