// Asking the registers for everything that one decision looks at. Runs on the gathering pool; what does not
// answer becomes an unavailable fact.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "edge/registers/registers.hpp"
#include "flow/views.hpp"
#include "policy/policy.hpp"
#include "store/cases.hpp"

namespace mekenjai::flow {

/// A person as the flow needs him to write to him: name, language, number.
struct PersonCard {
  std::optional<domain::Person> record;
  std::optional<domain::Phone> phone;
};

/// What the application is about, as far as facts are needed for it.
struct Subject {
  std::string application;  // its id, empty for one that is not stored yet
  Iin applicant;
  std::vector<Iin> registrants;
  domain::Rka rka;
  domain::ResidenceKind kind = domain::ResidenceKind::permanent;
  std::optional<Date> until;
};
Subject subject_of(const store::ApplicationRow& application, const std::vector<store::RegistrantRow>& registrants);

struct Gathered {
  rules::Facts facts;
  Instant read_at;
  std::vector<FactRead> read;
  std::map<Iin, PersonCard> people;        // applicant, registrants, owners, tenant
  std::vector<Iin> children_to_ask;        // row H3: stay at the old address, a message asks
  std::vector<bool> related;               // per registrant: the applicant himself or related to him
  const PersonCard& card(const Iin& iin) const;
};

/// `policy` tells which edition's ages and norms decide what is worth reading.
Gathered gather(edge::registers::Registers& registers, store::Cases& cases, const Subject& subject, Instant now,
                const policy::Policy& policy);

/// Reads again what the service itself writes (registrations at the dwelling and of the registrants, open
/// applications): inside the writer's transaction, so that two applications never miss each other.
void read_own_again(Gathered& gathered, edge::registers::Registers& registers, store::Cases& cases,
                    const Subject& subject, Instant now, const policy::Policy& policy);

/// The centres or the housing body that a decision names (psc; rows E3 to E5).
std::vector<Contact> contacts_for(const rules::Decision& decision, const rules::Facts& facts,
                                  edge::registers::Registers& registers);

}  // namespace mekenjai::flow
