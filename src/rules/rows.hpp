// How the groups of the decision table are written: each step looks at one registrant's case and
// goes on or ends it. Internal to rules/.
#pragma once

#include "rules/rules.hpp"

namespace mekenjai::rules {

/// What ended the evaluation.
struct Finding {
  Outcome outcome;
  Code code;
  Row row;
  Register unavailable = Register::persons;  // only with row X
};

/// "Go on" is no outcome: an empty step.
using Step = std::optional<Finding>;
inline constexpr std::nullopt_t kGoOn = std::nullopt;

constexpr Finding reject(Row row, Code code) { return {Outcome::reject, code, row}; }
constexpr Finding psc(Row row, Code code) { return {Outcome::psc, code, row}; }
/// Row X: the row at hand needs a fact that its register did not give.
constexpr Finding silent(Register which) {
  return {Outcome::retry, Code::register_unavailable, Row::X, which};
}

/// The case of one registrant of the application.
struct Case {
  const Facts& facts;
  const policy::Policy& policy;
  const RegistrantFacts& registrant;

  bool for_himself() const { return registrant.person.iin == facts.applicant.iin; }
  /// The registrant's record; read once for an applicant who registers himself.
  const Fact<std::optional<domain::Person>>& record() const {
    return for_himself() ? facts.applicant.record : registrant.person.record;
  }
  /// Only behind the rows that end the case of a registrant without record.
  const domain::Person& person() const { return **record(); }
  int age() const { return age_of(person()); }
  int age_of(const domain::Person& who) const { return base::age_on(who.birth_date, facts.today); }
  bool in_force(const std::optional<domain::Date>& from,
                const std::optional<domain::Date>& to) const {
    return domain::in_force(from, to, facts.today);
  }
};

/// What the rows passed on the way leave behind: warnings, whom to ask, the provisional outcome of
/// D and E.
struct Trail {
  Decision decision;
  /// Whether D or E has spoken for any registrant.
  bool provisional = false;
  /// The deciding row stands in A to C (or X arose there): the forecast may show it whole.
  bool before_owners = false;

  /// A provisional `register` or `wait` of D and E: one who waits makes all wait.
  void provide(Outcome outcome, Row row, Code code);
};

// The groups in the order of the table; one function a group or part of one.
Step applicant_rows(const Case& c, Trail& trail);   // A0, A3
Step authority_rows(const Case& c, Trail& trail);   // B4, B5, B8, B10, B13, B12
Step identity_rows(const Case& c, Trail& trail);    // A4, A9, A10
Step registrant_rows(const Case& c, Trail& trail);  // B14, B1-B3, B6, B9, B11
Step dwelling_rows(const Case& c, Trail& trail);    // C1-C12
Step holder_rows(const Case& c, Trail& trail);      // E0, then E or D
Step norm_rows(const Case& c, Trail& trail);        // F1-F8

Step owner_rows(const Case& c, Trail& trail);          // D
Step state_housing_rows(const Case& c, Trail& trail);  // E

/// The lease of state housing that counts on the day.
struct CurrentLease {
  enum class State { none, ended, in_force };
  State state = State::none;
  const domain::Lease* lease = nullptr;
  bool in_force() const { return state == State::in_force; }
};
/// The newest lease that has begun; none has where all begin later.
CurrentLease current_lease(const std::vector<domain::Lease>& leases, domain::Date today);
bool is_named(const domain::Lease& lease, const domain::Iin& iin);

/// Row B13: the registrant is registered by the tenant, is adult and of full capacity: he must
/// confirm himself.
bool must_confirm(const Case& c);

/// Row D12: adds a person to those who must consent; a silent БМГ is row X.
Step ask(Trail& trail, const Consenter& who, const Fact<std::optional<domain::Phone>>& phone);

/// Whether the holder of a right is that person.
inline bool holds(const OwnerFacts& owner, const domain::Iin& iin) {
  return owner.is_personal() && owner.holder == iin.view();
}

/// The forecast needs to know where the decision came from.
Trail evaluate(const Facts& facts, const policy::Policy& policy);

}  // namespace mekenjai::rules
