// Group B. Applicant and registrant. Authority over somebody else is proved before anything about
// him is looked at: a stranger's number, a dead man's and one that nobody has all end in B12 alike.
#include "rules/rows.hpp"

namespace mekenjai::rules {
namespace {

using domain::Capacity;
using domain::RelationKind;

/// What the applicant is to the registrant by the register, on the day.
struct Standing {
  bool parent = false, guardian = false, trustee = false;
  bool any() const { return parent || guardian || trustee; }
};

Standing standing_of_applicant(const Case& c) {
  Standing standing;
  for (const domain::Relation& relation : *c.registrant.relations) {
    // "`iin` is the KIND of `related`": only this direction gives authority.
    if (relation.iin != c.facts.applicant.iin) continue;
    if (relation.related != c.registrant.person.iin) continue;
    if (!c.in_force(relation.from, relation.to)) continue;
    standing.parent |= relation.kind == RelationKind::parent;
    standing.guardian |= relation.kind == RelationKind::guardian;
    standing.trustee |= relation.kind == RelationKind::trustee;
  }
  return standing;
}

/// B4, B8, B10 for a registrant whose record is known.
bool may_represent(const Case& c, const Standing& standing, const domain::Person& registrant) {
  // B4: a minor. The policy says up to which age (the announcement speaks of 14 and 15).
  if (c.age_of(registrant) <= c.policy.representative_until_age) return standing.any();
  switch (registrant.capacity) {
    case Capacity::none:
      return standing.guardian;  // B8
    case Capacity::limited:
      return standing.guardian || standing.trustee;  // B10
    case Capacity::full:
      return false;
  }
  return false;
}

/// B13: the applicant is the tenant of the lease in force and the registrant is named in it.
bool named_by_tenant(const Case& c, const std::vector<domain::Lease>& leases) {
  const CurrentLease current = current_lease(leases, c.facts.today);
  return current.in_force() && current.lease->tenant == c.facts.applicant.iin &&
         is_named(*current.lease, c.registrant.person.iin);
}

}  // namespace

// Where the table is silent: who is related by the register is asked first, the lease (B13) only
// where that does not suffice; a person with authority over him whom the population register does
// not know is B12 too.
Step authority_rows(const Case& c, Trail&) {
  if (c.for_himself()) return kGoOn;
  if (!c.registrant.relations.available()) return silent(Register::persons);

  const Standing standing = standing_of_applicant(c);
  const Fact<std::optional<domain::Person>>& record = c.registrant.person.record;
  if (standing.any()) {
    if (!record.available()) return silent(Register::persons);
    if (*record && may_represent(c, standing, **record)) return kGoOn;  // B4, B8, B10
  }
  if (!c.facts.dwelling.leases.available()) return silent(Register::leases);
  if (named_by_tenant(c, *c.facts.dwelling.leases)) {
    if (!record.available()) return silent(Register::persons);
    if (*record) return kGoOn;  // B13
  }
  // B12, and B5 where the registrant is a minor.
  return psc(Row::B12, Code::authority_not_proved);
}

// Where the table is silent: B6 holds for anybody under 14, whoever applies; 16 is old enough to
// apply (B2), so that B9 and B11 ask for capacity from 16 on.
Step registrant_rows(const Case& c, Trail&) {
  const domain::Person& person = c.person();
  const int age = c.age();
  // B14
  if (person.citizenship != "KAZ") {
    return Finding{Outcome::other_service, Code::foreigner, Row::B14};
  }
  // B3
  if (c.for_himself() && age >= c.policy.child_age && age < c.policy.own_application_age) {
    return reject(Row::B3, Code::parent_must_apply);
  }
  // B6: Civil Code, art. 16.
  if (age < c.policy.child_age) {
    return Finding{Outcome::no_separate_registration, Code::under_14, Row::B6};
  }
  if (!c.for_himself()) return kGoOn;  // B4, B8, B10, B13
  // B9
  if (person.capacity == Capacity::none) return reject(Row::B9, Code::guardian_must_apply);
  // B11
  if (person.capacity == Capacity::limited) {
    return reject(Row::B11, Code::representative_must_apply);
  }
  return kGoOn;  // B1, B2
}

bool must_confirm(const Case& c) {
  // Only B13 lets somebody else apply for an adult of full capacity.
  return !c.for_himself() && c.age() >= c.policy.adult_age && c.person().capacity == Capacity::full;
}

}  // namespace mekenjai::rules
