// What holds for every case, not only for those somebody thought of.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "rules/story.hpp"

namespace mekenjai::rules::story {
namespace {

using rc::gen::element;

/// From `least` up to and without `end`, evenly also in the first and small cases of a run.
int from_to(int least, int end) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(least, end));
}
bool once_in(int n) { return from_to(0, n) == 0; }

/// A property is tried with so many cases in each of the hundred runs.
constexpr int kCases = 30;

/// A small town: few people, so that they meet each other as owners, tenants, children and
/// neighbours.
constexpr int kPeople = 7;

std::optional<domain::Date> any_day() {
  if (once_in(2)) return std::nullopt;
  return base::add_days(kToday, *element(-400, -1, 0, 1, 400));
}

std::optional<Person> any_record(const Iin& iin) {
  if (once_in(12)) return std::nullopt;
  Person who = person(iin, once_in(3) ? *element("2020-05-05", "2012-11-23", "2011-05-05",
                                                 "2010-11-23", "2008-11-24", "2008-11-23")
                                      : "1985-05-05");
  if (once_in(10)) who.capacity = *element(Capacity::limited, Capacity::none);
  if (once_in(15)) who.death_date = kToday;
  if (once_in(15)) who.citizenship = "UZB";
  if (once_in(15)) who.document_expires = any_day();
  return who;
}

struct Town {
  std::vector<std::optional<Person>> records;  // by number, 1 to kPeople
  std::vector<domain::Relation> relations;

  Iin someone() const { return iin(from_to(1, kPeople + 1)); }
  const std::optional<Person>& record(const Iin& who) const {
    for (int n = 1; n <= kPeople; ++n) {
      if (iin(n) == who) return records[static_cast<std::size_t>(n - 1)];
    }
    static const std::optional<Person> kNobody;
    return kNobody;
  }
};

Town any_town() {
  Town town;
  // The applicant is in order more often than not: otherwise few cases would reach the owners.
  for (int n = 1; n <= kPeople; ++n) {
    const bool odd = iin(n) != kAigerim || once_in(5);
    town.records.push_back(odd ? any_record(iin(n)) : person(iin(n), "1985-05-05"));
  }
  const int relations = from_to(0, 12);
  for (int i = 0; i < relations; ++i) {
    town.relations.push_back(
        {once_in(2) ? kAigerim : town.someone(), town.someone(),
         *element(RelationKind::parent, RelationKind::guardian, RelationKind::trustee,
                  RelationKind::spouse, RelationKind::sibling, RelationKind::grandparent),
         once_in(3) ? any_day() : std::nullopt, once_in(3) ? any_day() : std::nullopt});
  }
  return town;
}

std::optional<domain::Phone> any_phone() {
  if (once_in(4)) return std::nullopt;
  return domain::Phone{"+77010000009", std::nullopt};
}

RegistrantFacts any_registrant(const Town& town, const Iin& who) {
  RegistrantFacts registrant;
  registrant.person = {who, town.record(who)};
  std::vector<domain::Relation> relations;
  for (const domain::Relation& relation : town.relations) {
    if (relation.iin == who || relation.related == who) relations.push_back(relation);
  }
  registrant.relations = relations;
  std::vector<domain::Residence> residences;
  for (int i = from_to(0, 3); i > 0; --i) {
    residences.push_back({who, once_in(4) ? kHome : kElsewhere,
                          *element(ResidenceKind::permanent, ResidenceKind::temporary), any_day(),
                          any_day(), once_in(3)});
  }
  registrant.residences = residences;
  if (once_in(20)) registrant.open_application_number = "261500000007";
  registrant.student_here = once_in(4);
  registrant.followers = people(300, from_to(0, 3));
  registrant.phone = any_phone();
  return registrant;
}

OwnerFacts any_owner(const Town& town) {
  if (once_in(8)) {
    return organisation(*element<std::optional<OrganisationKind>>(
        std::nullopt, OrganisationKind::private_, OrganisationKind::state,
        OrganisationKind::housing_body));
  }
  OwnerFacts owner;
  const Iin who = town.someone();
  owner.holder = who.str();
  owner.person = town.record(who);
  owner.organisation = std::optional<domain::Organisation>();
  owner.phone = any_phone();
  return owner;
}

/// Each holder once, as the facts promise.
std::vector<OwnerFacts> any_owners(const Town& town) {
  std::vector<OwnerFacts> owners;
  if (once_in(5)) {
    owners.push_back(organisation(OrganisationKind::housing_body));
    return owners;
  }
  for (int i = from_to(0, 4); i > 0; --i) {
    OwnerFacts owner = any_owner(town);
    const bool twice = std::any_of(owners.begin(), owners.end(), [&](const OwnerFacts& other) {
      return other.holder == owner.holder;
    });
    if (!twice) owners.push_back(std::move(owner));
  }
  return owners;
}

std::vector<domain::Lease> any_leases(const Town& town) {
  std::vector<domain::Lease> leases;
  for (int i = from_to(0, 3); i > 0; --i) {
    domain::Lease one = lease(once_in(2) ? kAigerim : town.someone(),
                              {town.someone(), town.someone(), kAigerim}, any_day(), any_day());
    if (once_in(4)) one.members.pop_back();
    one.number = "L-" + std::to_string(i);
    leases.push_back(std::move(one));
  }
  return leases;
}

/// A case where every register answers.
Facts any_facts() {
  const Town town = any_town();
  Facts facts = plain();
  facts.applicant = {kAigerim, town.record(kAigerim)};
  facts.registrants.clear();
  std::vector<Iin> chosen;
  for (int i = from_to(1, 4); i > 0; --i) {
    const Iin who = once_in(3) ? town.someone() : kAigerim;
    if (std::find(chosen.begin(), chosen.end(), who) == chosen.end()) chosen.push_back(who);
  }
  for (const Iin& who : chosen) facts.registrants.push_back(any_registrant(town, who));
  if (once_in(3)) facts = temporary(facts);

  domain::Dwelling dwelling = **facts.dwelling.record;
  if (once_in(15)) dwelling.kind = *element(DwellingKind::plot, DwellingKind::building);
  if (once_in(3)) dwelling.kato = "711210000";
  dwelling.useful_area_cm2 = *element<std::int64_t>(150'000, 449'900, 600'000, 3'000'000);
  if (once_in(10)) dwelling.useful_area_cm2.reset();
  dwelling.actual = !once_in(20);
  if (once_in(20)) {
    facts.dwelling.record = std::optional<domain::Dwelling>();
  } else {
    facts.dwelling.record = std::optional(dwelling);
  }
  if (once_in(4)) {
    facts.dwelling.encumbrances = std::vector<domain::Encumbrance>{
        {*element(EncumbranceKind::arrest, EncumbranceKind::other), any_day(), any_day()}};
  }
  facts.dwelling.owners = any_owners(town);
  facts.dwelling.leases = any_leases(town);
  facts.dwelling.tenant_phone = any_phone();
  facts.dwelling.occupancy = Occupancy{people(1, from_to(0, 20)), people(1, from_to(0, 6))};
  return facts;
}

/// The same, with some registers silent, and single answers missing.
Facts any_facts_with_gaps() {
  Facts facts = any_facts();
  for (const Register which : kRegisters) {
    if (once_in(10)) facts = silence(facts, which);
  }
  for (RegistrantFacts& one : facts.registrants) {
    if (once_in(20)) one.person.record = {};
    if (once_in(20)) one.relations = {};
  }
  if (facts.dwelling.owners.available() && once_in(5)) {
    std::vector<OwnerFacts> owners = *facts.dwelling.owners;
    for (OwnerFacts& owner : owners) {
      if (once_in(2)) owner.person = {};
      if (once_in(3)) owner.phone = {};
      if (once_in(5)) owner.organisation = {};
    }
    facts.dwelling.owners = owners;
  }
  return facts;
}

std::string told(const Decision& decision) {
  std::ostringstream out;
  out << decision;
  return out.str();
}

bool is_owner(const Facts& facts, const Iin& who) {
  if (!facts.dwelling.owners.available()) return false;
  const std::vector<OwnerFacts>& owners = *facts.dwelling.owners;
  return std::any_of(owners.begin(), owners.end(),
                     [&](const OwnerFacts& owner) { return owner.holder == who.view(); });
}

template <class T>
void turn(Fact<std::vector<T>>& fact) {
  if (!fact.available()) return;
  fact = std::vector<T>(fact->rbegin(), fact->rend());
}

RC_GTEST_PROP(Always, TheOrderOfWhatRegistersSayDoesNotMatter, ()) {
  for (int i = 0; i < kCases; ++i) {
    const Facts facts = any_facts_with_gaps();
    Facts turned = facts;
    turn(turned.dwelling.owners);
    turn(turned.dwelling.leases);
    turn(turned.dwelling.encumbrances);
    for (RegistrantFacts& one : turned.registrants) {
      turn(one.relations);
      turn(one.residences);
      turn(one.followers);
    }
    const Decision decision = decide(facts), other = decide(turned);
    RC_LOG() << told(decision) << "\n" << told(other) << "\n";
    RC_ASSERT(decision == other);
    RC_ASSERT(forecast(facts) == forecast(turned));
  }
}

RC_GTEST_PROP(Always, ReplayGivesTheSame, ()) {
  for (int i = 0; i < kCases; ++i) {
    const Facts facts = any_facts_with_gaps();
    const Facts again = facts;
    RC_ASSERT(decide(facts) == decide(again));
  }
}

RC_GTEST_PROP(Always, NobodyIsAskedWhereAnOwnerIsMinorOrWithoutFullCapacity, ()) {
  for (int i = 0; i < kCases; ++i) {
    const Facts facts = any_facts_with_gaps();
    if (!facts.dwelling.owners.available()) continue;
    const bool protects = std::any_of(
        facts.dwelling.owners->begin(), facts.dwelling.owners->end(), [](const OwnerFacts& owner) {
          if (!owner.is_personal() || !owner.person.available() || !*owner.person) return false;
          const Person& who = **owner.person;
          return base::age_on(who.birth_date, kToday) < 18 || who.capacity != Capacity::full;
        });
    const Decision decision = decide(facts);
    if (i == 0) RC_TAG(protects ? "protected" : "free");
    if (!protects) continue;
    RC_ASSERT(decision.consenters.empty());
    RC_ASSERT(decision.outcome != Outcome::wait);
    RC_ASSERT(decision.outcome != Outcome::register_);
  }
}

RC_GTEST_PROP(Always, OnlyWaitNamesConsentersAndEachOnceAndNeverTheApplicant, ()) {
  for (int i = 0; i < kCases; ++i) {
    const Decision decision = decide(any_facts_with_gaps());
    if (i == 0) RC_TAG(std::string(word(decision.row)));
    RC_ASSERT((decision.outcome == Outcome::wait) == !decision.consenters.empty());
    for (std::size_t k = 0; k < decision.consenters.size(); ++k) {
      RC_ASSERT(decision.consenters[k].iin != kAigerim);
      if (k > 0) RC_ASSERT(decision.consenters[k - 1].iin < decision.consenters[k].iin);
    }
    RC_ASSERT((decision.row == Row::X) == decision.unavailable.has_value());
    RC_ASSERT((decision.row == Row::X) == (decision.code == Code::register_unavailable));
  }
}

RC_GTEST_PROP(Always, EveryOwnerButTheApplicantIsAsked, ()) {
  for (int i = 0; i < kCases; ++i) {
    const Facts facts = any_facts_with_gaps();
    const Decision decision = decide(facts);
    const bool private_home =
        decision.row == Row::D4 || decision.row == Row::D5 || decision.row == Row::D6;
    if (!private_home) continue;
    for (const OwnerFacts& owner : *facts.dwelling.owners) {
      const bool asked =
          std::any_of(decision.consenters.begin(), decision.consenters.end(),
                      [&](const Consenter& who) { return who.iin.view() == owner.holder; });
      RC_ASSERT(asked == (owner.holder != kAigerim.view()));
    }
  }
}

RC_GTEST_PROP(Always, NobodyIsRegisteredWithoutEveryConsent, ()) {
  for (int i = 0; i < kCases; ++i) {
    const Facts facts = any_facts_with_gaps();
    const Decision needed = decide(facts);
    std::vector<Iin> granted;
    for (const Consenter& who : needed.consenters) {
      if (!once_in(3)) granted.push_back(who.iin);
    }
    const std::vector<std::string> then = once_in(4)
                                              ? std::vector{kSaule.str()}
                                              : holders(facts).value_or(std::vector<std::string>());
    const Decision entry = decide_entry(facts, policy(), then, granted);
    RC_ASSERT(entry.outcome != Outcome::wait);
    RC_ASSERT(entry.consenters.empty());
    if (entry.outcome != Outcome::register_) continue;
    RC_ASSERT(granted.size() == needed.consenters.size());
    RC_ASSERT(then == holders(facts));
    RC_ASSERT(entry.row == needed.row);
  }
}

/// Row F5 stands on whoever is known to come: a registrant whose authority a silent register would show is not
/// counted, so the figure may be smaller, never the refusal another.
bool same_but_for_the_count(Decision left, Decision right) {
  if (left.row == Row::F5 && right.row == Row::F5) left.residents_after = right.residents_after = 0;
  return left == right;
}

RC_GTEST_PROP(Always, ASilentRegisterNeverRefuses, ()) {
  for (int i = 0; i < kCases; ++i) {
    const Facts facts = any_facts_with_gaps();
    const Decision decision = decide(facts);
    for (const Register which : kRegisters) {
      const Decision without = decide(silence(facts, which));
      RC_LOG() << word(which) << ": " << told(decision) << " -> " << told(without) << "\n";
      // Either that register was not needed, and nothing differs, or the case waits for it.
      if (without.row == Row::X) {
        RC_ASSERT(without.unavailable == which || without == decision);
      } else {
        RC_ASSERT(same_but_for_the_count(without, decision));
      }
    }
  }
}

/// An answer that comes later turns X into something else; what was decided without it stays.
RC_GTEST_PROP(Always, AnAnswerMoreOnlyResolvesWhatCouldNotBeTold, ()) {
  for (int i = 0; i < kCases; ++i) {
    const Facts all = any_facts();
    Facts gaps = all;
    if (once_in(2)) gaps.registrants[0].person.record = {};
    if (once_in(2)) gaps.registrants[0].relations = {};
    std::vector<OwnerFacts> owners = *gaps.dwelling.owners;
    for (OwnerFacts& owner : owners) {
      if (once_in(2)) owner.person = {};
      if (once_in(3)) owner.phone = {};
      if (once_in(3)) owner.organisation = {};
    }
    gaps.dwelling.owners = owners;
    const Decision known = decide(gaps);
    if (known.row != Row::X) RC_ASSERT(same_but_for_the_count(known, decide(all)));
  }
}

RC_GTEST_PROP(Always, AStrangersForecastIsTheSameForAnyTwoHomesThatNeedConsent, ()) {
  std::optional<Forecast> first;
  for (int i = 0; i < kCases; ++i) {
    const Facts facts = any_facts();
    if (decide(facts).outcome != Outcome::wait || is_owner(facts, kAigerim)) continue;
    const Forecast seen = forecast(facts);
    if (seen.whole) continue;  // the tenant's
    if (!first) first = seen;
    RC_ASSERT(seen == *first);
  }
  RC_TAG(first ? "met such homes" : "met none");
}

RC_GTEST_PROP(Always, AReducedForecastIsOneOfFourWords, ()) {
  for (int i = 0; i < kCases; ++i) {
    const Facts facts = any_facts_with_gaps();
    const Forecast seen = forecast(facts);
    RC_ASSERT(seen.outcome != Outcome::register_ || seen.whole);
    if (seen.whole) {
      RC_ASSERT(seen.outcome == decide(facts).outcome);
      continue;
    }
    RC_ASSERT(!is_owner(facts, kAigerim));
    RC_ASSERT(seen.decision == Decision{});
    RC_ASSERT(seen.code == "needs_consent" || seen.code == "needs_centre" ||
              seen.code == "cannot" || seen.code == "register_unavailable");
  }
}

RC_GTEST_PROP(Always, NothingAboutAnUnrelatedPersonChangesTheDecision, ()) {
  for (int i = 0; i < kCases; ++i) {
    Facts facts = any_facts_with_gaps();
    const Iin stranger = iin(50);  // of no relation, in no lease
    const auto place =
        static_cast<std::size_t>(from_to(0, static_cast<int>(facts.registrants.size()) + 1));
    facts.registrants.insert(facts.registrants.begin() + static_cast<std::ptrdiff_t>(place),
                             registrant(person(stranger)));
    const Decision decision = decide(facts);

    Facts other = facts;
    RegistrantFacts& changed = other.registrants[place];
    changed.person.record = any_record(stranger);
    if (once_in(4)) changed.person.record = {};
    changed.residences = std::vector<domain::Residence>{
        {stranger, kHome, ResidenceKind::permanent, any_day(), any_day(), once_in(2)}};
    if (once_in(3)) changed.residences = {};
    if (once_in(2)) changed.open_application_number = "261500000007";
    changed.student_here = true;
    changed.followers = people(400, from_to(0, 9));
    if (once_in(3)) changed.followers = {};
    changed.phone = any_phone();
    RC_LOG() << told(decision) << "\n" << told(decide(other)) << "\n";
    RC_ASSERT(decide(other) == decision);
    RC_ASSERT(forecast(other) == forecast(facts));
  }
}

}  // namespace
}  // namespace mekenjai::rules::story
