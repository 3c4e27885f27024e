// The decision table of the service, rows A to H. Pure: no I/O, no clock, cannot fail.
#pragma once

#include "policy/policy.hpp"
#include "rules/decision.hpp"
#include "rules/facts.hpp"

namespace mekenjai::rules {

/// Decides an application: each registrant by itself from A to F, the first final outcome other
/// than register or wait is the application's. `wait` is provisional until everyone named has
/// granted.
Decision decide(const Facts& facts, const policy::Policy& policy);

/// Why a term is not one (row C9). All of them are the field error `bad_term`.
enum class BadTerm : std::uint8_t { missing, not_expected, too_short, too_long };
/// Row C9, checked when a draft is made: a temporary registration ends from `temporary_min_months`
/// to `temporary_max_months` calendar months after the draft's day, both days included; a permanent
/// one has no end.
std::optional<BadTerm> check_term(domain::ResidenceKind kind,
                                  const std::optional<domain::Date>& until, domain::Date draft_day,
                                  const policy::Policy& policy);

/// What may be told before signing (contract, section 3, "Forecast").
struct Forecast {
  /// True where the whole decision may be shown: the applicant's own dwelling (he owns it or a
  /// share of it, or is the tenant of the lease in force), or the outcome came from rows A to C.
  bool whole = false;
  /// Only where `whole`; arrest, encumbrance and counts are left out unless the applicant is an
  /// owner.
  Decision decision;
  /// Otherwise only these: wait needs_consent, psc needs_centre, reject cannot, retry
  /// register_unavailable.
  Outcome outcome = Outcome::retry;
  std::string_view code;
  bool operator==(const Forecast&) const = default;
};
Forecast forecast(const Facts& facts, const policy::Policy& policy);

/// Row H0: `decide` again before the entry; the holders of rights (sorted numbers) as they were at
/// signing and everybody who has granted. A register outcome means: enter now.
Decision decide_entry(const Facts& facts, const policy::Policy& policy,
                      const std::vector<std::string>& holders_at_signing,
                      const std::vector<domain::Iin>& granted);

/// The holders of rights in force as numbers, sorted, each once; nothing where the register is
/// silent.
std::optional<std::vector<std::string>> holders(const Facts& facts);

/// What is known of a child under 14 of whom a registrant is parent or legal representative (row
/// H3).
struct ChildFacts {
  domain::Iin iin;
  domain::Date birth_date{};
  bool alive = true;
  std::optional<domain::Rka> permanent_residence;
  /// The registrants' former dwelling, and whether another living parent or legal representative of
  /// the child has his permanent registration there and is not moving along.
  bool other_parent_stays = false;
};
enum class Following { follows, stays_ask, not_concerned };
/// Row H3 for one child of a registrant whose former permanent residence is `left` and whose new
/// one is `moved_to` (a child who is registered there already is not concerned).
Following child_follows(const ChildFacts& child, const std::optional<domain::Rka>& left,
                        domain::Date today, const policy::Policy& policy,
                        const std::optional<domain::Rka>& moved_to = std::nullopt);

}  // namespace mekenjai::rules
