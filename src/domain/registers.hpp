// What the state registers say: plain types, named as the registers name them (domain.md, 4).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "domain/ids.hpp"

namespace mekenjai::domain {

using base::Date;
using base::Instant;

enum class Sex { male, female };
enum class Capacity { full, limited, none };

/// A record of the population register (ГБД ФЛ / ЖТ МДҚ).
struct Person {
  Iin iin;
  std::string surname, given_name, patronymic;
  Sex sex = Sex::male;
  Date birth_date{};
  std::optional<Date> death_date;
  std::string citizenship;  // ISO 3166 alpha-3
  Capacity capacity = Capacity::full;
  std::string document_number;  // empty: none
  std::optional<Date> document_expires;
  std::string language;  // "kk" or "ru"
};

enum class RelationKind { parent, guardian, trustee, spouse, sibling, grandparent };

/// Reads "`iin` is the KIND of `related`".
struct Relation {
  Iin iin, related;
  RelationKind kind = RelationKind::parent;
  std::optional<Date> from, to;
};

/// The number by which a person is reached, from the Mobile Citizens Database (БМГ / МАБ).
struct Phone {
  std::string number;          // E.164
  std::optional<Date> since;   // none: long ago
};

enum class OrganisationKind { private_, state, housing_body };

struct Organisation {
  Bin bin;
  std::string name_kk, name_ru;
  OrganisationKind kind = OrganisationKind::private_;
  std::string head_iin;  // empty: none
  std::string contact, kato;
};

enum class DwellingKind {
  house, flat, room, dacha, dormitory, hotel, rest_home, sanatorium, medical, boarding_home,
  building, plot, non_residential
};

struct Dwelling {
  Rka rka;
  DwellingKind kind = DwellingKind::flat;
  std::string kato;  // 9 digits
  std::string region_kk, region_ru, locality_kk, locality_ru, street_kk, street_ru, house, flat;
  std::optional<std::int64_t> useful_area_cm2;  // square centimetres: areas are exact
  bool actual = true;
};

/// Ownership of a dwelling or of a share in it.
struct Right {
  std::string holder;  // IIN or BIN, 12 digits
  std::string share;   // "1/2"
  std::optional<Date> from, to;
};

enum class EncumbranceKind { arrest, mortgage, other };

struct Encumbrance {
  EncumbranceKind kind = EncumbranceKind::other;
  std::optional<Date> from, to;
};

/// A lease of state rental housing with everybody named in it (the tenant counts as named).
struct Lease {
  std::string number;
  Iin tenant;
  std::string housing_body_bin;
  std::optional<Date> from, to;
  std::vector<Iin> members;
};

enum class ResidenceKind { permanent, temporary };

/// One registration in the register of residences (РП ДРН).
struct Residence {
  Iin iin;
  Rka rka;
  ResidenceKind kind = ResidenceKind::permanent;
  std::optional<Date> from, to;
  /// Ended before `to` by a newer permanent registration; `to` is then the day it ended.
  bool closed = false;
};

struct Centre {
  std::string id, name_kk, name_ru, kato, address_kk, address_ru, phone, hours;
};

struct StaffRole {
  std::string role, bin, kato;
};

/// Whether a span of days holds `day`; both ends belong to it, an open end has no limit.
inline bool in_force(const std::optional<Date>& from, const std::optional<Date>& to, Date day) {
  using std::chrono::sys_days;
  return (!from || sys_days{*from} <= sys_days{day}) && (!to || sys_days{*to} >= sys_days{day});
}

/// Whether the registration counts on the day.
inline bool in_force(const Residence& residence, Date day) {
  return !residence.closed && in_force(residence.from, residence.to, day);
}

}  // namespace mekenjai::domain
