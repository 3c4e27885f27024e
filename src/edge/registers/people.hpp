// "People to try" (contract, section 7): found in whatever has been imported, not remembered.
#pragma once

#include <string>
#include <vector>

#include "domain/registers.hpp"
#include "store/sqlite/database.hpp"

namespace mekenjai::edge::registers {

/// Somebody to sign in as, and what happens when he tries it.
struct PersonToTry {
  domain::Iin iin;         // signs in and applies
  domain::Iin registrant;  // is to be registered; mostly the same person
  std::string name;        // given name and surname
  std::string phone;       // E.164; empty: none
  std::string language;    // "kk" or "ru"
  /// A stable word: owner, newcomer, co_owner, tenant, lease_member, parent, guardian, ward,
  /// limited_ward, teenager, teenager_16, foreigner, no_phone, minor_owner_home,
  /// incapable_owner_home, dead_owner_home, company_home, owner_without_phone_home, crowded_home,
  /// or a staff role.
  std::string what;
  std::string rka, address;  // a permanent registration to try; empty with staff and no_phone
  /// The decision as far as the registers tell: outcome, code and row of the decision table.
  std::string outcome, code, row;
  /// Whose consent it takes (phones in the sandbox); empty: nobody's.
  std::vector<domain::Iin> consenters;
};

/// At most one person of each kind, those first whom a newcomer should meet first; kinds that the
/// registers have nobody for are left out. Looks at the first thousands of rows of each table only,
/// some tens of milliseconds at a million people. Throws StoreError.
std::vector<PersonToTry> people_to_try(store::sqlite::Database& database, domain::Date today);

}  // namespace mekenjai::edge::registers
