// Group D. Owners, from an extract read just now and before any SMS is sent.
#include "rules/rows.hpp"

namespace mekenjai::rules {
namespace {

using domain::Capacity;
using domain::OrganisationKind;

/// Whether any owner is such: a yes needs one, a no needs every record. "Cannot tell" only where no
/// known owner settles it, so that the answer does not hang on the owners' order.
enum class Any { no, yes, cannot_tell };

template <class Is>
Any any_person(const std::vector<OwnerFacts>& owners, Is is) {
  Any answer = Any::no;
  for (const OwnerFacts& owner : owners) {
    if (!owner.is_personal()) continue;
    if (!owner.person.available()) {
      answer = Any::cannot_tell;
    } else if (is(*owner.person)) {
      return Any::yes;
    }
  }
  return answer;
}

/// What organisations hold here.
struct Holders {
  bool state = false;      // a state body or housing body
  bool not_state = false;  // a person, a private legal entity, a BIN that no register knows
  bool legal_entity = false;
  bool cannot_tell = false;  // a BIN whose register did not answer
};

Holders look_at(const std::vector<OwnerFacts>& owners) {
  Holders holders;
  for (const OwnerFacts& owner : owners) {
    if (owner.is_personal()) {
      holders.not_state = true;
    } else if (!owner.organisation.available()) {
      holders.cannot_tell = true;
    } else if (*owner.organisation && (*owner.organisation)->kind != OrganisationKind::private_) {
      holders.state = true;
    } else {
      holders.not_state = holders.legal_entity = true;
    }
  }
  return holders;
}

/// D5, D6: everybody who owns and is not the applicant; B13: who is registered by the tenant and
/// adult.
Step ask_owners(const Case& c, Trail& trail, Asked as) {
  const std::vector<OwnerFacts>& owners = *c.facts.dwelling.owners;
  const auto must_consent = [&](const OwnerFacts& owner) {
    return !holds(owner, c.facts.applicant.iin);
  };
  // A silent БМГ first, so that the warnings do not hang on the owners' order.
  for (const OwnerFacts& owner : owners) {
    if (must_consent(owner) && !owner.phone.available()) return silent(Register::phones);
  }
  for (const OwnerFacts& owner : owners) {
    if (!must_consent(owner)) continue;
    const std::optional<domain::Iin> iin = domain::Iin::from_digits(owner.holder);
    if (Step step = ask(trail, {*iin, as}, owner.phone)) return step;
  }
  return kGoOn;
}

}  // namespace

// The unnamed row before D, here E0: a state body beside a private holder. A BIN whose register is
// silent might be either: X.
Step holder_rows(const Case& c, Trail& trail) {
  if (!c.facts.dwelling.owners.available()) return silent(Register::rights);
  const Holders holders = look_at(*c.facts.dwelling.owners);
  if (holders.cannot_tell) return silent(Register::rights);
  if (holders.state && holders.not_state) return psc(Row::E0, Code::owner_mixed);
  return holders.state ? state_housing_rows(c, trail) : owner_rows(c, trail);
}

// Where the table is silent: an applicant who owns a share is an owner like the others (his own
// minority sends the case to the centre too). D4 with an adult registrant of B13 waits for him.
Step owner_rows(const Case& c, Trail& trail) {
  const std::vector<OwnerFacts>& owners = *c.facts.dwelling.owners;
  using Record = std::optional<domain::Person>;
  // D13
  if (owners.empty()) return reject(Row::D13, Code::owner_not_in_register);

  struct PersonRow {
    Finding finding;
    bool (*is)(const Case&, const Record&);
  };
  static constexpr PersonRow kPersonRows[] = {
      {psc(Row::D1, Code::owner_needs_psc),
       [](const Case& k, const Record& owner) {
         return owner && k.age_of(*owner) < k.policy.adult_age;
       }},
      {psc(Row::D2, Code::owner_needs_psc),
       [](const Case&, const Record& owner) { return owner && owner->capacity == Capacity::none; }},
      {psc(Row::D3, Code::owner_needs_psc),
       [](const Case&, const Record& owner) {
         return owner && owner->capacity == Capacity::limited;
       }},
      {psc(Row::D11, Code::owner_needs_psc),
       [](const Case&, const Record& owner) { return !owner.has_value(); }},
      {reject(Row::D7, Code::owner_dead),
       [](const Case&, const Record& owner) { return owner && owner->death_date.has_value(); }},
  };
  for (const PersonRow& row : kPersonRows) {
    switch (any_person(owners, [&](const Record& owner) { return row.is(c, owner); })) {
      case Any::yes:
        return row.finding;
      case Any::cannot_tell:
        return silent(Register::persons);
      case Any::no:
        break;
    }
  }
  // D8
  if (look_at(owners).legal_entity) return psc(Row::D8, Code::owner_legal_entity);

  const auto his = [&](const OwnerFacts& owner) { return holds(owner, c.facts.applicant.iin); };
  const bool owns = std::any_of(owners.begin(), owners.end(), his);
  const bool owns_all = std::all_of(owners.begin(), owners.end(), his);
  const bool confirms = must_confirm(c);
  if (owns_all) {
    trail.provide(confirms ? Outcome::wait : Outcome::register_, Row::D4, Code::sole_owner);  // D4
  } else if (owns) {
    trail.provide(Outcome::wait, Row::D5, Code::co_owners);  // D5
  } else {
    trail.provide(Outcome::wait, Row::D6, Code::owners);  // D6
  }
  if (Step step = ask_owners(c, trail, owns ? Asked::co_owner : Asked::owner)) return step;
  if (confirms) {
    return ask(trail, {c.registrant.person.iin, Asked::registrant}, c.registrant.phone);
  }
  return kGoOn;
}

// D12. Where the table is silent: it holds for everybody who must consent, the tenant too.
Step ask(Trail& trail, const Consenter& who, const Fact<std::optional<domain::Phone>>& phone) {
  if (!phone.available()) return silent(Register::phones);
  if (!*phone) trail.decision.add(Warning::owner_without_phone);
  trail.decision.consenters.push_back(who);
  return kGoOn;
}

}  // namespace mekenjai::rules
