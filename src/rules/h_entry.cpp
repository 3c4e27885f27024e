// Group H. Entry: the facts are read again, and the children who move along.
#include "rules/rows.hpp"

namespace mekenjai::rules {

std::optional<std::vector<std::string>> holders(const Facts& facts) {
  if (!facts.dwelling.owners.available()) return std::nullopt;
  std::vector<std::string> numbers;
  numbers.reserve(facts.dwelling.owners->size());
  for (const OwnerFacts& owner : *facts.dwelling.owners) numbers.push_back(owner.holder);
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  return numbers;
}

// H0. Where the table is silent: a row that now fires comes before "owners changed"; somebody whose
// consent is needed now and was not given (a new tenant, a registrant who came of age) counts as a
// change of owners.
Decision decide_entry(const Facts& facts, const policy::Policy& policy,
                      const std::vector<std::string>& holders_at_signing,
                      const std::vector<domain::Iin>& granted) {
  Decision decision = decide(facts, policy);
  if (decision.outcome != Outcome::register_ && decision.outcome != Outcome::wait) return decision;

  const bool same_holders = holders(facts) == holders_at_signing;
  const bool all_granted = std::all_of(
      decision.consenters.begin(), decision.consenters.end(), [&](const Consenter& who) {
        return std::find(granted.begin(), granted.end(), who.iin) != granted.end();
      });
  decision.consenters.clear();
  if (!same_holders || !all_granted) {
    decision.outcome = Outcome::reject;
    decision.code = Code::ownership_changed;
    decision.row = Row::H0;
    decision.residents_after = 0;
    decision.norm_limit.reset();
    return decision;
  }
  decision.outcome = Outcome::register_;
  return decision;
}

// H3. Where the table is silent: "lived with him" means that both had the same permanent residence.
Following child_follows(const ChildFacts& child, const std::optional<domain::Rka>& left,
                        domain::Date today, const policy::Policy& policy,
                        const std::optional<domain::Rka>& moved_to) {
  if (!child.alive || base::age_on(child.birth_date, today) >= policy.child_age) {
    return Following::not_concerned;
  }
  if (moved_to && child.permanent_residence == moved_to) return Following::not_concerned;
  const bool lived_together = left && child.permanent_residence == left;
  return lived_together && !child.other_parent_stays ? Following::follows : Following::stays_ask;
}

}  // namespace mekenjai::rules
