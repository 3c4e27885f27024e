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

/// Calls `visit` for everybody who would be entered: the registrants and, at a permanent
/// registration, the children who follow them. Until `visit` says stop.
template <class Visit>
void each_newcomer(const Facts& facts, Visit visit) {
  for (const RegistrantFacts& registrant : facts.registrants) {
    if (!visit(registrant.person.iin)) return;
    if (facts.kind != domain::ResidenceKind::permanent) continue;
    for (const Iin& follower : *registrant.followers) {
      if (!visit(follower)) return;
    }
  }
}

/// People in `present` and newcomers, each once. Newcomers are few: no set is built.
std::size_t together(const Facts& facts, const std::vector<Iin>& present) {
  std::size_t count = present.size();
  std::size_t position = 0;
  each_newcomer(facts, [&](const Iin& newcomer) {
    bool counted = contains(present, newcomer);
    std::size_t earlier = 0;
    if (!counted) {
      each_newcomer(facts, [&](const Iin& other) {
        if (earlier++ == position) return false;
        counted = other == newcomer;
        return !counted;
      });
    }
    if (!counted) ++count;
    ++position;
    return true;
  });
  return count;
}

bool followers_known(const Facts& facts) {
  return facts.kind != domain::ResidenceKind::permanent ||
         std::all_of(facts.registrants.begin(), facts.registrants.end(),
                     [](const RegistrantFacts& one) { return one.followers.available(); });
}

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
  if (!followers_known(c.facts)) return silent(Register::persons);
  const std::size_t people = together(c.facts, dwelling.occupancy->residents);
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
  const std::size_t lately = together(c.facts, dwelling.occupancy->registered_lately);
  if (static_cast<std::int64_t>(people) >= c.policy.density_people ||
      static_cast<std::int64_t>(lately) >= c.policy.density_new) {
    trail.decision.add(Warning::density);
  }
  return kGoOn;
}

}  // namespace mekenjai::rules
