#include "flow/gather.hpp"

#include <set>

namespace mekenjai::flow {
namespace {

using edge::registers::Registers;
using rules::Fact;

/// Adds the register to the list of those read, once.
class Reading {
 public:
  Reading(Gathered& gathered, Instant now) : gathered_(gathered), now_(now) {}
  template <class T>
  Fact<T> note(rules::Register which, Fact<T> fact) {
    if (fact.available() && (seen_ >> static_cast<int>(which) & 1) == 0) {
      seen_ |= 1u << static_cast<int>(which);
      gathered_.read.push_back({which, now_});
    }
    return fact;
  }

 private:
  Gathered& gathered_;
  Instant now_;
  unsigned seen_ = 0;
};

std::optional<domain::Rka> permanent_residence(const Fact<std::vector<domain::Residence>>& residences, Date today) {
  if (!residences.available()) return std::nullopt;
  for (const domain::Residence& residence : *residences) {
    if (residence.kind == domain::ResidenceKind::permanent && domain::in_force(residence, today)) return residence.rka;
  }
  return std::nullopt;
}

bool acts_for(domain::RelationKind kind) {
  return kind == domain::RelationKind::parent || kind == domain::RelationKind::guardian ||
         kind == domain::RelationKind::trustee;
}

/// Row H3: what is known of a child under 14 of whom `parent` is parent or legal representative.
std::optional<rules::ChildFacts> child_facts(Registers& registers, const Iin& child, const Subject& subject,
                                             const std::optional<domain::Rka>& left, Date today) {
  const auto record = registers.person(child);
  const auto residences = registers.residences(child);
  const auto relations = registers.relations(child);
  if (!record.available() || !residences.available() || !relations.available() || !*record) return std::nullopt;
  rules::ChildFacts facts{child, (*record)->birth_date, !(*record)->death_date, permanent_residence(residences, today), false};
  for (const domain::Relation& relation : *relations) {
    if (relation.related != child || !acts_for(relation.kind)) continue;
    if (!domain::in_force(relation.from, relation.to, today)) continue;
    const bool moves_along = std::find(subject.registrants.begin(), subject.registrants.end(), relation.iin) !=
                             subject.registrants.end();
    if (moves_along) continue;
    const auto other = registers.person(relation.iin);
    if (!other.available() || !*other || (*other)->death_date) continue;
    const auto other_home = permanent_residence(registers.residences(relation.iin), today);
    if (left && other_home == left) facts.other_parent_stays = true;
  }
  return facts;
}

rules::Occupancy occupancy_of(const std::vector<domain::Residence>& residents, Date today, int lately_days) {
  rules::Occupancy occupancy;
  const auto since = std::chrono::sys_days{today} - std::chrono::days{lately_days};
  std::set<Iin> here, lately;
  for (const domain::Residence& residence : residents) {
    if (!domain::in_force(residence, today)) continue;
    here.insert(residence.iin);
    if (residence.from && std::chrono::sys_days{*residence.from} > since) lately.insert(residence.iin);
  }
  occupancy.residents.assign(here.begin(), here.end());
  occupancy.registered_lately.assign(lately.begin(), lately.end());
  return occupancy;
}

void read_residences(Gathered& gathered, Registers& registers, const Subject& subject, const policy::Policy& policy,
                     Reading& reading) {
  rules::Facts& facts = gathered.facts;
  gathered.children_to_ask.clear();
  const auto residents = reading.note(rules::Register::residences, registers.residents(subject.rka));
  facts.dwelling.occupancy = residents.available()
                                 ? Fact<rules::Occupancy>(occupancy_of(*residents, facts.today, policy.density_days))
                                 : Fact<rules::Occupancy>();
  std::set<Iin> counted;
  for (rules::RegistrantFacts& registrant : facts.registrants) {
    registrant.residences = reading.note(rules::Register::residences, registers.residences(registrant.person.iin));
    registrant.followers = {};
    if (!registrant.relations.available() || !registrant.residences.available()) continue;
    std::vector<Iin> followers;
    const auto left = permanent_residence(registrant.residences, facts.today);
    bool complete = true;
    if (subject.kind == domain::ResidenceKind::permanent) {
      for (const domain::Relation& relation : *registrant.relations) {
        if (relation.iin != registrant.person.iin || !acts_for(relation.kind)) continue;
        if (!domain::in_force(relation.from, relation.to, facts.today) || !counted.insert(relation.related).second) continue;
        const auto record = registers.person(relation.related);
        if (record.available() && (!*record || base::age_on((*record)->birth_date, facts.today) >= policy.child_age)) continue;
        const auto child = child_facts(registers, relation.related, subject, left, facts.today);
        if (!child) {
          complete = false;
          continue;
        }
        switch (rules::child_follows(*child, left, facts.today, policy, subject.rka)) {
          case rules::Following::follows: followers.push_back(child->iin); break;
          case rules::Following::stays_ask: gathered.children_to_ask.push_back(child->iin); break;
          case rules::Following::not_concerned: break;
        }
      }
    }
    if (complete) registrant.followers = std::move(followers);
  }
}

void read_open_applications(Gathered& gathered, store::Cases& cases, const Subject& subject) {
  for (rules::RegistrantFacts& registrant : gathered.facts.registrants) {
    registrant.open_application_number.reset();
    const auto open = cases.open_application(registrant.person.iin, subject.kind, subject.application);
    if (!open) continue;
    if (const auto other = cases.application(*open)) {
      registrant.open_application_number = other->number;
      registrant.open_application_is_applicants_own = other->applicant == subject.applicant;
    }
  }
}

}  // namespace

const PersonCard& Gathered::card(const Iin& iin) const {
  static const PersonCard nobody;
  const auto found = people.find(iin);
  return found == people.end() ? nobody : found->second;
}

Subject subject_of(const store::ApplicationRow& application, const std::vector<store::RegistrantRow>& registrants) {
  Subject subject{application.id, application.applicant, {}, application.rka, application.kind, application.until};
  for (const store::RegistrantRow& registrant : registrants) subject.registrants.push_back(registrant.iin);
  return subject;
}

Gathered gather(Registers& registers, store::Cases& cases, const Subject& subject, Instant now,
                const policy::Policy& policy) {
  Gathered gathered;
  gathered.read_at = now;
  Reading reading(gathered, now);
  rules::Facts& facts = gathered.facts;
  facts.today = base::civil_date(now);
  facts.kind = subject.kind;
  facts.until = subject.until;

  const auto person = [&](const Iin& iin) {
    auto record = reading.note(rules::Register::persons, registers.person(iin));
    if (record.available()) gathered.people[iin].record = *record;
    return record;
  };
  const auto phone = [&](const Iin& iin) {
    auto number = reading.note(rules::Register::phones, registers.phone(iin));
    if (number.available()) gathered.people[iin].phone = *number;
    return number;
  };

  facts.applicant.iin = subject.applicant;
  facts.applicant.record = person(subject.applicant);
  phone(subject.applicant);

  facts.dwelling.rka = subject.rka;
  facts.dwelling.record = reading.note(rules::Register::dwellings, registers.dwelling(subject.rka));
  const bool dwelling_known = facts.dwelling.record.available() && facts.dwelling.record->has_value();
  const policy::Norm* const norm =
      dwelling_known ? policy.norm_at((*facts.dwelling.record)->kato, facts.today) : nullptr;

  for (const Iin& iin : subject.registrants) {
    rules::RegistrantFacts registrant;
    registrant.person.iin = iin;
    registrant.person.record = iin == subject.applicant ? facts.applicant.record : person(iin);
    registrant.relations = reading.note(rules::Register::persons, registers.relations(iin));
    const bool himself = iin == subject.applicant;
    bool related = himself;
    if (!himself && registrant.relations.available()) {
      for (const domain::Relation& relation : *registrant.relations) {
        related = related || relation.iin == subject.applicant || relation.related == subject.applicant;
      }
    }
    gathered.related.push_back(related);
    if (himself) {
      registrant.phone = registers.phone(iin);
    } else {
      registrant.phone = phone(iin);
    }
    registrant.student_here = norm == nullptr ? Fact<bool>(false)
                                              : reading.note(rules::Register::persons,
                                                             registers.is_student(iin, norm->kato_prefix, facts.today));
    facts.registrants.push_back(std::move(registrant));
  }

  facts.dwelling.encumbrances = reading.note(rules::Register::rights, registers.encumbrances(subject.rka));
  const auto rights = reading.note(rules::Register::rights, registers.rights(subject.rka));
  if (rights.available()) {
    std::vector<rules::OwnerFacts> owners;
    for (const domain::Right& right : *rights) {
      if (!domain::in_force(right.from, right.to, facts.today)) continue;
      const bool seen = std::any_of(owners.begin(), owners.end(), [&](const auto& o) { return o.holder == right.holder; });
      if (seen) continue;
      rules::OwnerFacts owner;
      owner.holder = right.holder;
      if (owner.is_personal()) {
        const Iin iin = *Iin::from_digits(right.holder);
        owner.person = iin == subject.applicant ? facts.applicant.record : person(iin);
        owner.phone = phone(iin);
        owner.organisation = std::optional<domain::Organisation>();
      } else {
        owner.person = std::optional<domain::Person>();
        owner.organisation = reading.note(rules::Register::rights, registers.organisation(right.holder));
        owner.phone = std::optional<domain::Phone>();
      }
      owners.push_back(std::move(owner));
    }
    facts.dwelling.owners = std::move(owners);
  }

  facts.dwelling.leases = reading.note(rules::Register::leases, registers.leases(subject.rka));
  facts.dwelling.tenant = std::optional<domain::Person>();
  facts.dwelling.tenant_phone = std::optional<domain::Phone>();
  if (facts.dwelling.leases.available()) {
    for (const domain::Lease& lease : *facts.dwelling.leases) {
      if (!domain::in_force(lease.from, lease.to, facts.today)) continue;
      facts.dwelling.tenant = person(lease.tenant);
      facts.dwelling.tenant_phone = phone(lease.tenant);
    }
  }

  read_residences(gathered, registers, subject, policy, reading);
  read_open_applications(gathered, cases, subject);
  return gathered;
}

void read_own_again(Gathered& gathered, Registers& registers, store::Cases& cases, const Subject& subject, Instant now,
                    const policy::Policy& policy) {
  Gathered scratch;
  Reading reading(scratch, now);
  read_residences(gathered, registers, subject, policy, reading);
  read_open_applications(gathered, cases, subject);
}

std::vector<Contact> contacts_for(const rules::Decision& decision, const rules::Facts& facts, Registers& registers) {
  constexpr std::size_t kCentres = 3;
  std::vector<Contact> contacts;
  const auto& record = facts.dwelling.record;
  const std::string kato = record.available() && *record ? (*record)->kato : std::string();
  if (decision.outcome == rules::Outcome::psc) {
    for (const domain::Centre& centre : registers.centres_near(kato, kCentres)) {
      contacts.push_back({centre.name_kk, centre.name_ru, centre.address_kk, centre.address_ru, centre.phone, centre.hours});
    }
    return contacts;
  }
  using rules::Row;
  if (decision.row != Row::E3 && decision.row != Row::E4 && decision.row != Row::E5) return contacts;
  std::optional<domain::Organisation> body;
  if (facts.dwelling.leases.available()) {
    const domain::Lease* newest = nullptr;
    for (const domain::Lease& lease : *facts.dwelling.leases) {
      const bool newer = newest == nullptr || !newest->from ||
                         (lease.from && std::chrono::sys_days{*lease.from} > std::chrono::sys_days{*newest->from});
      if (newer) newest = &lease;
    }
    if (newest != nullptr) {
      if (const auto found = registers.organisation(newest->housing_body_bin); found.available()) body = *found;
    }
  }
  if (!body) {
    if (const auto found = registers.housing_body_at(kato); found.available()) body = *found;
  }
  if (body) contacts.push_back({body->name_kk, body->name_ru, "", "", body->contact, ""});
  return contacts;
}

}  // namespace mekenjai::flow
