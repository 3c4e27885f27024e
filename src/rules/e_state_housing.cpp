// Group E. State rental housing: only people named in the lease.
#include "rules/rows.hpp"

namespace mekenjai::rules {
namespace {

using std::chrono::sys_days;

/// Newer is what begins later (no first day: long ago); of two that begin on one day, what lasts
/// longer, and in the end the number, so that the register's order never matters.
bool is_newer(const domain::Lease& left, const domain::Lease& right) {
  constexpr sys_days kEver = sys_days::min(), kNever = sys_days::max();
  const auto key = [&](const domain::Lease& lease) {
    return std::tuple(lease.from ? sys_days{*lease.from} : kEver,
                      lease.to ? sys_days{*lease.to} : kNever, std::string_view(lease.number));
  };
  return key(left) > key(right);
}

}  // namespace

// Where the table is silent: a lease that begins later is not one yet.
CurrentLease current_lease(const std::vector<domain::Lease>& leases, domain::Date today) {
  CurrentLease current;
  for (const domain::Lease& lease : leases) {
    if (lease.from && sys_days{*lease.from} > sys_days{today}) continue;
    if (current.lease == nullptr || is_newer(lease, *current.lease)) current.lease = &lease;
  }
  if (current.lease != nullptr) {
    current.state = domain::in_force(current.lease->from, current.lease->to, today)
                        ? CurrentLease::State::in_force
                        : CurrentLease::State::ended;
  }
  return current;
}

bool is_named(const domain::Lease& lease, const domain::Iin& iin) {
  return lease.tenant == iin ||
         std::find(lease.members.begin(), lease.members.end(), iin) != lease.members.end();
}

// Where the table is silent: each registrant is looked at by itself, so that the one who is not
// named is the one whom E3 names; the applicant must be named even where he registers only others.
Step state_housing_rows(const Case& c, Trail& trail) {
  if (!c.facts.dwelling.leases.available()) return silent(Register::leases);
  const CurrentLease current = current_lease(*c.facts.dwelling.leases, c.facts.today);
  // E5, E4
  if (current.state == CurrentLease::State::none) return reject(Row::E5, Code::no_lease);
  if (current.state == CurrentLease::State::ended) return reject(Row::E4, Code::lease_ended);
  // E3
  const domain::Lease& lease = *current.lease;
  if (!is_named(lease, c.facts.applicant.iin) || !is_named(lease, c.registrant.person.iin)) {
    return reject(Row::E3, Code::not_in_lease);
  }
  // E1, with the confirmation of B13
  if (lease.tenant == c.facts.applicant.iin) {
    const bool confirms = must_confirm(c);
    trail.provide(confirms ? Outcome::wait : Outcome::register_, Row::E1, Code::tenant);
    if (!confirms) return kGoOn;
    return ask(trail, {c.registrant.person.iin, Asked::registrant}, c.registrant.phone);
  }
  // E2
  trail.provide(Outcome::wait, Row::E2, Code::named_in_lease);
  return ask(trail, {lease.tenant, Asked::tenant}, c.facts.dwelling.tenant_phone);
}

}  // namespace mekenjai::rules
