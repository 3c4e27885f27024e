// Group C. Dwelling and kind of registration. C9 is checked when the draft is made (check_term).
#include "rules/rows.hpp"

namespace mekenjai::rules {
namespace {

using domain::DwellingKind;
using domain::ResidenceKind;
using std::chrono::sys_days;

/// C10: whether the recorded span and [today, until] share a day.
bool overlaps(const domain::Residence& residence, const Facts& facts) {
  const bool begins_in_time =
      !residence.from || !facts.until || sys_days{*residence.from} <= sys_days{*facts.until};
  const bool lasts_until_today = !residence.to || sys_days{*residence.to} >= sys_days{facts.today};
  return begins_in_time && lasts_until_today;
}

// C6, C8, C10. Where the table is silent: C10 is about a temporary registration beside a temporary
// one; who has a temporary registration may make the same dwelling his permanent residence. The
// last day of a registration belongs to it.
Step residence_rows(const Case& c) {
  if (!c.registrant.residences.available()) return silent(Register::residences);
  const bool temporary = c.facts.kind == ResidenceKind::temporary;
  bool home = false, overlapping = false;
  for (const domain::Residence& residence : *c.registrant.residences) {
    if (residence.rka != c.facts.dwelling.rka || residence.closed) continue;
    if (residence.kind == ResidenceKind::permanent) {
      home |= domain::in_force(residence, c.facts.today);
    } else {
      overlapping |= overlaps(residence, c.facts);
    }
  }
  if (!temporary && home) return reject(Row::C6, Code::already_registered);  // C6
  if (temporary && home) return reject(Row::C8, Code::temporary_at_home);    // C8
  if (temporary && overlapping) return reject(Row::C10, Code::overlaps);     // C10
  return kGoOn;
}

}  // namespace

Step dwelling_rows(const Case& c, Trail& trail) {
  const DwellingFacts& dwelling = c.facts.dwelling;
  // C1
  if (!dwelling.record.available()) return silent(Register::dwellings);
  if (!*dwelling.record || !(*dwelling.record)->actual) {
    return reject(Row::C1, Code::address_not_found);
  }
  // C3 (all other kinds), C4, C5
  switch ((*dwelling.record)->kind) {
    case DwellingKind::plot:
    case DwellingKind::non_residential:
      return reject(Row::C4, Code::not_a_dwelling);
    case DwellingKind::building:
      return reject(Row::C5, Code::choose_premises);
    default:
      break;
  }
  if (Step step = residence_rows(c)) return step;

  // C11, C12
  if (!dwelling.encumbrances.available()) return silent(Register::rights);
  for (const domain::Encumbrance& encumbrance : *dwelling.encumbrances) {
    if (!c.in_force(encumbrance.from, encumbrance.to)) continue;
    trail.decision.add(encumbrance.kind == domain::EncumbranceKind::arrest ? Warning::arrest
                                                                           : Warning::encumbrance);
  }
  return kGoOn;
}

std::optional<BadTerm> check_term(ResidenceKind kind, const std::optional<domain::Date>& until,
                                  domain::Date draft_day, const policy::Policy& policy) {
  if (kind == ResidenceKind::permanent) {
    return until ? std::optional{BadTerm::not_expected} : std::nullopt;
  }
  if (!until) return BadTerm::missing;
  if (*until < base::add_months(draft_day, policy.temporary_min_months)) return BadTerm::too_short;
  if (*until > base::add_months(draft_day, policy.temporary_max_months)) return BadTerm::too_long;
  return std::nullopt;
}

}  // namespace mekenjai::rules
