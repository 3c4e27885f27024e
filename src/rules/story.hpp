// Cases for tests and benchmarks: a home, the people around it, and how one story differs from the
// plain one.
#pragma once

#include <array>
#include <ostream>
#include <string>

#include <fmt/format.h>

#include "rules/rules.hpp"

namespace mekenjai::rules::story {

using domain::Capacity;
using domain::DwellingKind;
using domain::EncumbranceKind;
using domain::Iin;
using domain::OrganisationKind;
using domain::Person;
using domain::RelationKind;
using domain::ResidenceKind;

inline domain::Date day(std::string_view text) { return base::parse_date(text).value(); }
inline const domain::Date kToday = day("2026-11-23");

/// Invented numbers of people: nobody was born on the 30th of February.
inline Iin iin(int n) { return Iin::from_digits(fmt::format("990230{:06}", n)).value(); }
inline const Iin kAigerim = iin(1);  // the applicant
inline const Iin kBolat = iin(2);    // owns the home of the plain story
inline const Iin kSaule = iin(3);
inline const Iin kDauren = iin(4);
inline const domain::Rka kHome = domain::Rka::from_digits("0201300012345678").value();
inline const domain::Rka kElsewhere = domain::Rka::from_digits("0201300087654321").value();

inline Person person(const Iin& iin, std::string_view born = "1992-04-15") {
  Person person;
  person.iin = iin;
  person.birth_date = day(born);
  person.citizenship = "KAZ";
  person.document_number = "012345678";
  person.document_expires = day("2031-01-01");
  person.language = "kk";
  return person;
}
inline Person with(Person person, Capacity capacity) {
  person.capacity = capacity;
  return person;
}
inline Person dead(Person person) {
  person.death_date = day("2026-02-01");
  return person;
}

inline OwnerFacts owner(const Person& who) {
  OwnerFacts owner;
  owner.holder = who.iin.str();
  owner.person = std::optional<Person>(who);
  owner.organisation = std::optional<domain::Organisation>();
  owner.phone = std::optional<domain::Phone>({"+77010000001", std::nullopt});
  return owner;
}
inline OwnerFacts owner(const Iin& who) { return owner(person(who)); }
inline OwnerFacts unknown_owner(const Iin& who) {
  OwnerFacts stranger = owner(who);
  stranger.person = std::optional<Person>();
  return stranger;
}
/// An organisation; without kind a BIN that no register knows.
inline OwnerFacts organisation(std::optional<OrganisationKind> kind) {
  OwnerFacts owner;
  owner.holder = "991340000007";
  owner.person = std::optional<Person>();
  owner.organisation = std::optional<domain::Organisation>();
  if (kind) {
    domain::Organisation known;
    known.bin = domain::Bin::from_digits(owner.holder).value();
    known.kind = *kind;
    owner.organisation = std::optional(known);
  }
  owner.phone = std::optional<domain::Phone>();
  return owner;
}

inline RegistrantFacts registrant(const Person& who) {
  RegistrantFacts registrant;
  registrant.person = {who.iin, std::optional<Person>(who)};
  registrant.relations = std::vector<domain::Relation>();
  registrant.residences = std::vector<domain::Residence>();
  registrant.student_here = false;
  registrant.followers = std::vector<Iin>();
  registrant.phone = std::optional<domain::Phone>({"+77010000002", std::nullopt});
  return registrant;
}

inline domain::Lease lease(const Iin& tenant, std::vector<Iin> members,
                           std::optional<domain::Date> from = day("2020-01-01"),
                           std::optional<domain::Date> to = day("2029-12-31")) {
  domain::Lease lease;
  lease.number = "L-1";
  lease.tenant = tenant;
  lease.housing_body_bin = "991340000007";
  lease.from = from;
  lease.to = to;
  lease.members = std::move(members);
  return lease;
}

/// The plain story: Aigerim, 34, asks to be registered permanently in Bolat's flat in Kokshetau,
/// where no norm applies and nobody lives yet. Every register answers. Row D6.
inline Facts plain() {
  Facts facts;
  facts.today = kToday;
  facts.applicant = {kAigerim, std::optional<Person>(person(kAigerim))};
  facts.registrants = {registrant(person(kAigerim))};
  facts.dwelling.rka = kHome;
  domain::Dwelling dwelling;
  dwelling.rka = kHome;
  dwelling.kind = DwellingKind::flat;
  dwelling.kato = "111010000";
  dwelling.useful_area_cm2 = 600'000;
  facts.dwelling.record = std::optional(dwelling);
  facts.dwelling.encumbrances = std::vector<domain::Encumbrance>();
  facts.dwelling.owners = std::vector{owner(kBolat)};
  facts.dwelling.leases = std::vector<domain::Lease>();
  facts.dwelling.tenant_phone = std::optional<domain::Phone>({"+77010000003", std::nullopt});
  facts.dwelling.tenant = std::optional<Person>();
  facts.dwelling.occupancy = Occupancy{};
  return facts;
}

/// The applicant as the register has her: everywhere she stands in the facts.
inline Facts applicant_is(Facts facts, const std::optional<Person>& record) {
  facts.applicant.record = record;
  for (RegistrantFacts& one : facts.registrants) {
    if (one.person.iin == facts.applicant.iin) one.person.record = record;
  }
  return facts;
}
inline Facts owned_by(Facts facts, std::vector<OwnerFacts> owners) {
  facts.dwelling.owners = std::move(owners);
  return facts;
}
inline Facts own_home() { return owned_by(plain(), {owner(kAigerim)}); }
/// A flat of the state with leases.
inline Facts state_flat(std::vector<domain::Lease> leases) {
  Facts facts = owned_by(plain(), {organisation(OrganisationKind::housing_body)});
  facts.dwelling.leases = std::move(leases);
  return facts;
}
/// Aigerim registers others and not herself.
inline Facts registers(Facts facts, std::vector<RegistrantFacts> others) {
  facts.registrants = std::move(others);
  return facts;
}
inline RegistrantFacts related(RegistrantFacts registrant, RelationKind kind, const Iin& who,
                               std::optional<domain::Date> from = {},
                               std::optional<domain::Date> to = {}) {
  std::vector<domain::Relation> relations = *registrant.relations;
  relations.push_back({who, registrant.person.iin, kind, from, to});
  registrant.relations = std::move(relations);
  return registrant;
}
/// Aigerim's child, born on the day.
inline RegistrantFacts child(std::string_view born, const Iin& who = kDauren) {
  return related(registrant(person(who, born)), RelationKind::parent, kAigerim);
}
inline Facts temporary(Facts facts, std::string_view until = "2027-02-23") {
  facts.kind = ResidenceKind::temporary;
  facts.until = day(until);
  return facts;
}
inline Facts lives_at(Facts facts, const domain::Rka& rka, ResidenceKind kind,
                      std::optional<domain::Date> from = {}, std::optional<domain::Date> to = {},
                      bool closed = false) {
  std::vector<domain::Residence> residences = *facts.registrants[0].residences;
  residences.push_back({facts.registrants[0].person.iin, rka, kind, from, to, closed});
  facts.registrants[0].residences = std::move(residences);
  return facts;
}
inline std::vector<Iin> people(int from, int count) {
  std::vector<Iin> all;
  for (int i = 0; i < count; ++i) all.push_back(iin(from + i));
  return all;
}

/// A register stops answering: every fact of its goes.
inline Facts silence(Facts facts, Register which) {
  switch (which) {
    case Register::persons:
      facts.applicant.record = {};
      for (RegistrantFacts& one : facts.registrants) {
        one.person.record = {};
        one.relations = {};
        one.student_here = {};
        one.followers = {};
      }
      if (facts.dwelling.owners.available()) {
        std::vector<OwnerFacts> owners = *facts.dwelling.owners;
        for (OwnerFacts& owner : owners) owner.person = {};
        facts.dwelling.owners = owners;
      }
      facts.dwelling.tenant = {};
      break;
    case Register::dwellings:
      facts.dwelling.record = {};
      break;
    case Register::rights:
      facts.dwelling.owners = {};
      facts.dwelling.encumbrances = {};
      break;
    case Register::leases:
      facts.dwelling.leases = {};
      break;
    case Register::phones:
      for (RegistrantFacts& one : facts.registrants) one.phone = {};
      if (facts.dwelling.owners.available()) {
        std::vector<OwnerFacts> owners = *facts.dwelling.owners;
        for (OwnerFacts& owner : owners) owner.phone = {};
        facts.dwelling.owners = owners;
      }
      facts.dwelling.tenant_phone = {};
      break;
    case Register::residences:
      for (RegistrantFacts& one : facts.registrants) one.residences = {};
      facts.dwelling.occupancy = {};
      break;
  }
  return facts;
}
inline constexpr std::array kRegisters{Register::persons, Register::dwellings,
                                       Register::rights,  Register::leases,
                                       Register::phones,  Register::residences};

inline const policy::Policy& policy() { return policy::Editions::built_in().in_force(kToday); }
inline Decision decide(const Facts& facts) { return rules::decide(facts, policy()); }
inline Forecast forecast(const Facts& facts) { return rules::forecast(facts, policy()); }

}  // namespace mekenjai::rules::story

namespace mekenjai::rules {

/// A decision in a test's message.
inline std::ostream& operator<<(std::ostream& out, const Decision& decision) {
  out << word(decision.outcome) << ' ' << word(decision.row) << ' ' << word(decision.code) << " #"
      << int{decision.registrant};
  if (decision.unavailable) out << " silent:" << word(*decision.unavailable);
  for (std::size_t i = 0; i < kWarnings; ++i) {
    const auto warning = static_cast<Warning>(i);
    if (decision.has(warning)) out << " !" << word(warning);
  }
  for (const Consenter& who : decision.consenters) {
    out << ' ' << word(who.as) << ':' << who.iin.view();
  }
  out << " people:" << decision.residents_after;
  if (decision.norm_limit) out << '/' << *decision.norm_limit;
  return out;
}

}  // namespace mekenjai::rules
