// Group F. Norm of floor area (Law on population migration, art. 51), and the density of a
// dwelling.
#include "rules/rows.hpp"

namespace mekenjai::rules {
namespace {

using domain::Iin;
using domain::RelationKind;

bool contains(const std::vector<Iin>& people, const Iin& iin) {
  return std::find(people.begin(), people.end(), iin) != people.end();
}

/// Who would be entered: the registrants and, at a permanent registration, the children who follow
/// them. Not a registrant for whom authority is not proved: his case ends in B12, and whether he
/// lives here already or has children must not show in the case of another registrant before him.
class Newcomers {
 public:
  explicit Newcomers(const Case& c, Trail& trail)
      : facts_(c.facts), with_followers_(c.facts.kind == domain::ResidenceKind::permanent) {
    for (std::size_t i = 0; i < facts_.registrants.size() && i < kMost; ++i) {
      const Case other{c.facts, c.policy, facts_.registrants[i]};
      if (!authority_rows(other, trail)) counted_ |= 1U << i;
    }
  }

  bool followers_known() const {
    bool known = true;
    each_registrant([&](const RegistrantFacts& one) {
      known = !with_followers_ || one.followers.available();
      return known;
    });
    return known;
  }

  /// They and the people in `present`, each once. Newcomers are few: no set is built.
  std::size_t together_with(const std::vector<Iin>& present) const {
    std::size_t count = present.size(), position = 0;
    each([&](const Iin& newcomer) {
      if (!contains(present, newcomer) && !is_among_first(position, newcomer)) ++count;
      ++position;
      return true;
    });
    return count;
  }

 private:
  static constexpr std::size_t kMost = 32;  // an application has at most ten registrants

  /// Until `visit` says stop.
  template <class Visit>
  void each_registrant(Visit visit) const {
    for (std::size_t i = 0; i < facts_.registrants.size() && i < kMost; ++i) {
      if ((counted_ >> i & 1U) != 0 && !visit(facts_.registrants[i])) return;
    }
  }

  template <class Visit>
  void each(Visit visit) const {
    each_registrant([&](const RegistrantFacts& registrant) {
      if (!visit(registrant.person.iin)) return false;
      if (!with_followers_) return true;
      return std::all_of(registrant.followers->begin(), registrant.followers->end(), visit);
    });
  }

  bool is_among_first(std::size_t many, const Iin& iin) const {
    bool found = false;
    each([&](const Iin& other) {
      if (many == 0) return false;
      --many;
      found = other == iin;
      return !found;
    });
    return found;
  }

  const Facts& facts_;
  bool with_followers_;
  std::uint32_t counted_ = 0;
};

/// F3: spouse, child, parent, sibling, grandparent or ward of an owner, by a relation in force.
/// Exactly these: the owner himself, a grandchild, and who is related to a tenant are "anyone
/// else".
bool is_close_to_an_owner(const Case& c) {
  const Iin& registrant = c.registrant.person.iin;
  const auto owns = [&](const Iin& iin) {
    const std::vector<OwnerFacts>& owners = *c.facts.dwelling.owners;
    return std::any_of(owners.begin(), owners.end(),
                       [&](const OwnerFacts& owner) { return holds(owner, iin); });
  };
  for (const domain::Relation& relation : *c.registrant.relations) {
    if (!c.in_force(relation.from, relation.to)) continue;
    const bool registrant_is_kind = relation.iin == registrant && owns(relation.related);
    const bool owner_is_kind = relation.related == registrant && owns(relation.iin);
    switch (relation.kind) {
      case RelationKind::spouse:
      case RelationKind::sibling:
      case RelationKind::parent:  // parent of an owner, or child of one
        if (registrant_is_kind || owner_is_kind) return true;
        break;
      case RelationKind::grandparent:
        if (registrant_is_kind) return true;
        break;
      case RelationKind::guardian:
      case RelationKind::trustee:  // his ward
        if (owner_is_kind) return true;
        break;
    }
  }
  return false;
}

/// F6, F2 to F5 under a norm; `people` are those registered after this.
Step above_norm(const Case& c) {
  // F3
  if (!c.registrant.relations.available()) return silent(Register::persons);
  if (is_close_to_an_owner(c)) return kGoOn;
  // F4
  if (!c.registrant.student_here.available()) return silent(Register::persons);
  if (*c.registrant.student_here) return kGoOn;
  // F5
  return reject(Row::F5, Code::norm_exceeded);
}

std::uint16_t narrow(std::int64_t count) {
  return static_cast<std::uint16_t>(std::clamp<std::int64_t>(count, 0, UINT16_MAX));
}

}  // namespace

// Where the table is silent: the people counted are the same for every registrant, since they are
// entered together; F8 counts with or without a norm.
Step norm_rows(const Case& c, Trail& trail) {
  const DwellingFacts& dwelling = c.facts.dwelling;
  const domain::Dwelling& record = **dwelling.record;
  // F1
  const policy::Norm* norm = c.policy.norm_at(record.kato, c.facts.today);
  // F6
  if (norm != nullptr && !record.useful_area_cm2) {
    return Finding{Outcome::retry, Code::area_unknown, Row::F6};
  }
  if (!dwelling.occupancy.available()) return silent(Register::residences);
  const Newcomers newcomers(c, trail);
  if (!newcomers.followers_known()) return silent(Register::persons);
  const std::size_t people = newcomers.together_with(dwelling.occupancy->residents);
  trail.decision.residents_after = narrow(static_cast<std::int64_t>(people));
  // F2
  if (norm != nullptr) {
    const std::int64_t limit = *record.useful_area_cm2 / norm->area_cm2_per_person;
    trail.decision.norm_limit = narrow(limit);
    if (static_cast<std::int64_t>(people) > limit) {
      if (Step step = above_norm(c)) return step;
    }
  }
  // F8
  const std::size_t lately = newcomers.together_with(dwelling.occupancy->registered_lately);
  if (static_cast<std::int64_t>(people) >= c.policy.density_people ||
      static_cast<std::int64_t>(lately) >= c.policy.density_new) {
    trail.decision.add(Warning::density);
  }
  return kGoOn;
}

}  // namespace mekenjai::rules
