// The way of a case through the table, and what of it may be told before signing.
#include "rules/rows.hpp"

namespace mekenjai::rules {
namespace {

struct Group {
  Step (*rows)(const Case&, Trail&);
  bool before_owners;  // A to C
};

// Rows in the order they stand. Authority comes before A4 to A10, so that nobody learns anything
// about a person unrelated to him.
constexpr Group kTable[] = {
    {applicant_rows, true}, {authority_rows, true}, {identity_rows, true}, {registrant_rows, true},
    {dwelling_rows, true},  {holder_rows, false},   {norm_rows, false},
};

void finish(Trail& trail, const Finding& finding, std::size_t registrant) {
  Decision& decision = trail.decision;
  decision.outcome = finding.outcome;
  decision.code = finding.code;
  decision.row = finding.row;
  decision.registrant = static_cast<std::uint8_t>(registrant);
  if (finding.row == Row::X) decision.unavailable = finding.unavailable;
  decision.consenters.clear();
  if (finding.row != Row::F5) {
    decision.residents_after = 0;
    decision.norm_limit.reset();
  }
}

}  // namespace

void Trail::provide(Outcome outcome, Row row, Code code) {
  const bool first_to_wait = outcome == Outcome::wait && decision.outcome != Outcome::wait;
  if (provisional && !first_to_wait) return;
  provisional = true;
  decision.outcome = outcome;
  decision.row = row;
  decision.code = code;
}

Trail evaluate(const Facts& facts, const policy::Policy& policy) {
  Trail trail;
  for (std::size_t i = 0; i < facts.registrants.size(); ++i) {
    const Case c{facts, policy, facts.registrants[i]};
    for (const Group& group : kTable) {
      if (const Step step = group.rows(c, trail)) {
        trail.before_owners = group.before_owners;
        finish(trail, *step, i);
        return trail;
      }
    }
  }
  // Everybody once, whatever the order; who is asked twice is asked as what comes first in `Asked`.
  std::vector<Consenter>& who = trail.decision.consenters;
  std::sort(who.begin(), who.end());
  who.erase(std::unique(who.begin(), who.end(),
                        [](const Consenter& a, const Consenter& b) { return a.iin == b.iin; }),
            who.end());
  return trail;
}

Decision decide(const Facts& facts, const policy::Policy& policy) {
  return evaluate(facts, policy).decision;
}

namespace {

bool is_owner(const Facts& facts) {
  if (!facts.dwelling.owners.available()) return false;
  const std::vector<OwnerFacts>& owners = *facts.dwelling.owners;
  return std::any_of(owners.begin(), owners.end(),
                     [&](const OwnerFacts& owner) { return holds(owner, facts.applicant.iin); });
}

bool is_tenant(const Facts& facts) {
  if (!facts.dwelling.leases.available()) return false;
  const CurrentLease current = current_lease(*facts.dwelling.leases, facts.today);
  return current.in_force() && current.lease->tenant == facts.applicant.iin;
}

/// What only owners and staff may see.
void hide_from_others(Decision& decision) {
  constexpr auto bit = [](Warning warning) { return 1U << static_cast<unsigned>(warning); };
  decision.warnings = static_cast<std::uint8_t>(
      decision.warnings & ~(bit(Warning::arrest) | bit(Warning::encumbrance)));
  decision.residents_after = 0;
  decision.norm_limit.reset();
}

}  // namespace

// A reduced forecast is one of four words: any two homes that need consent look the same to a
// stranger.
Forecast forecast(const Facts& facts, const policy::Policy& policy) {
  Trail trail = evaluate(facts, policy);
  const bool owner = is_owner(facts), tenant = is_tenant(facts);
  Forecast told;
  if (owner || tenant || trail.before_owners) {
    told.whole = true;
    told.decision = std::move(trail.decision);
    if (!owner) hide_from_others(told.decision);
    // A row of A to C may come after the owners were looked at for an earlier registrant.
    if (!owner && !tenant) told.decision.warnings = 0;
    told.outcome = told.decision.outcome;
    told.code = word(told.decision.code);
    return told;
  }
  switch (trail.decision.outcome) {
    case Outcome::psc:
      told.outcome = Outcome::psc;
      told.code = "needs_centre";
      break;
    case Outcome::retry:
      told.outcome = Outcome::retry;
      told.code = "register_unavailable";
      break;
    case Outcome::register_:  // without consent only at one's own: see above
    case Outcome::wait:
      told.outcome = Outcome::wait;
      told.code = "needs_consent";
      break;
    default:
      told.outcome = Outcome::reject;
      told.code = "cannot";
      break;
  }
  return told;
}

}  // namespace mekenjai::rules
