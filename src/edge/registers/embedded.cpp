#include "edge/registers/embedded.hpp"

#include <spdlog/spdlog.h>

#include "edge/registers/rows.hpp"

namespace mekenjai::edge::registers {
namespace {

using store::sqlite::Database;
using store::sqlite::Rows;
using store::sqlite::Statement;
using store::sqlite::StoreError;

/// A fault of the store is a register that does not answer.
template <class T, class Question>
Fact<T> ask(Question question) {
  try {
    return Fact<T>(question());
  } catch (const StoreError& error) {
    spdlog::error("embedded registers: {}", error.what());
    return {};
  }
}

/// Every row of a statement as `read` makes it.
template <class Read>
auto all_of(Statement& statement, Read read) {
  std::vector<decltype(read(statement))> found;
  Rows rows(statement);
  while (rows.next()) found.push_back(read(statement));
  return found;
}

template <class Read>
auto first_of(Statement& statement, Read read) {
  std::optional<decltype(read(statement))> found;
  Rows rows(statement);
  if (rows.next()) found = read(statement);
  return found;
}

domain::Person read_person(const Statement& row) {
  domain::Person person;
  person.iin = unpacked<domain::Iin>(row.integer(0));
  person.surname = row.str(1);
  person.given_name = row.str(2);
  person.patronymic = row.str(3);
  person.sex = static_cast<domain::Sex>(row.integer(4));
  person.birth_date = unpacked_day(row.integer(5));
  person.death_date = unpacked_optional_day(row.integer(6));
  person.citizenship = row.str(7);
  person.capacity = static_cast<domain::Capacity>(row.integer(8));
  person.document_number = row.str(9);
  person.document_expires = unpacked_optional_day(row.integer(10));
  person.language = row.str(11);
  return person;
}

domain::Organisation read_organisation(const Statement& row) {
  domain::Organisation organisation;
  organisation.bin = unpacked<domain::Bin>(row.integer(0));
  organisation.name_kk = row.str(1);
  organisation.name_ru = row.str(2);
  organisation.kind = static_cast<domain::OrganisationKind>(row.integer(3));
  if (!row.is_null(4)) organisation.head_iin = digits_str<12>(row.integer(4));
  organisation.contact = row.str(5);
  if (!row.is_null(6)) organisation.kato = digits_str<9>(row.integer(6));
  return organisation;
}

domain::Residence read_residence(const Statement& row) {
  return {unpacked<domain::Iin>(row.integer(0)),
          unpacked<domain::Rka>(row.integer(1)),
          static_cast<domain::ResidenceKind>(row.integer(2)),
          unpacked_optional_day(row.integer(3)),
          unpacked_optional_day(row.integer(4)),
          row.integer(5) != 0};
}

domain::Centre read_centre(const Statement& row) {
  domain::Centre centre;
  centre.id = row.str(0);
  centre.name_kk = row.str(1);
  centre.name_ru = row.str(2);
  if (!row.is_null(3)) centre.kato = digits_str<9>(row.integer(3));
  centre.address_kk = row.str(4);
  centre.address_ru = row.str(5);
  centre.phone = row.str(6);
  centre.hours = row.str(7);
  return centre;
}

std::int64_t power_of_ten(std::size_t exponent) {
  std::int64_t power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

constexpr std::size_t kKatoDigits = 9;
constexpr std::size_t kRegionDigits = 2;

/// The KATO codes that begin with the first `digits` digits of the place.
struct KatoRange {
  std::int64_t first, last;
};
KatoRange range_of(std::int64_t kato, std::size_t digits) {
  const std::int64_t unit = power_of_ten(kKatoDigits - digits);
  const std::int64_t first = kato / unit * unit;
  return {first, first + unit - 1};
}

bool all_digits(std::string_view text, std::size_t size) {
  return text.size() == size && text.find_first_not_of("0123456789") == std::string_view::npos;
}

constexpr std::string_view kResidences =
    "SELECT iin, rka, kind, from_day, to_day, closed FROM reg_residence ";
constexpr std::string_view kOrganisations =
    "SELECT bin, name_kk, name_ru, kind, head_iin, contact, kato FROM reg_organisation ";
constexpr std::string_view kCentres =
    "SELECT id, name_kk, name_ru, kato, address_kk, address_ru, phone, hours FROM reg_centre ";

}  // namespace

struct EmbeddedRegisters::Questions {
  Questions(Database& db, std::shared_ptr<AddressWordsCache> cache)
      : addresses(db, std::move(cache)),
        person(db.prepare(
            "SELECT iin, surname, given_name, patronymic, sex, birth_date, death_date, "
            "citizenship, "
            "capacity, document_number, document_expires, language FROM reg_person WHERE iin = ?")),
        relations(db.prepare(
            "SELECT iin, related, kind, from_day, to_day FROM reg_relation WHERE iin = ?1 UNION "
            "SELECT iin, related, kind, from_day, to_day FROM reg_relation WHERE related = ?1")),
        student(db.prepare("SELECT 1 FROM reg_student WHERE iin = ?1 AND kato BETWEEN ?2 AND ?3 "
                           "AND from_day <= ?4 AND (to_day = 0 OR to_day >= ?4) LIMIT 1")),
        roles(db.prepare("SELECT role, bin, kato FROM reg_staff WHERE iin = ? ORDER BY role, bin")),
        phone(db.prepare("SELECT phone, since FROM reg_phone WHERE iin = ?")),
        people_of_phone(db.prepare("SELECT iin FROM reg_phone WHERE phone = ? ORDER BY iin")),
        dwelling(db.prepare(fmt::format(
            "SELECT {} FROM reg_dwelling d JOIN reg_street s ON s.id = d.street WHERE d.rka = ?",
            kDwellingColumns))),
        rights(db.prepare("SELECT holder, share, from_day, to_day FROM reg_right WHERE rka = ? "
                          "ORDER BY holder, from_day")),
        encumbrances(db.prepare("SELECT kind, from_day, to_day FROM reg_encumbrance WHERE rka = ? "
                                "ORDER BY kind, from_day")),
        holdings(db.prepare("SELECT rka, share FROM reg_right WHERE holder = ?1 AND from_day <= ?2 "
                            "AND (to_day = 0 OR to_day >= ?2) ORDER BY rka, from_day")),
        organisation(db.prepare(fmt::format("{}WHERE bin = ?", kOrganisations))),
        body_at(db.prepare(
            fmt::format("{}WHERE kind = 2 AND kato BETWEEN ? AND ? ORDER BY kato, bin LIMIT 1",
                        kOrganisations))),
        leases(db.prepare(
            "SELECT lease, tenant, housing_body, from_day, to_day FROM reg_lease WHERE rka = ? "
            "ORDER BY from_day, lease")),
        members(db.prepare("SELECT iin FROM reg_lease_member WHERE lease = ? ORDER BY iin")),
        residences(db.prepare(
            fmt::format("{}WHERE iin = ? ORDER BY from_day, entry, rka, kind", kResidences))),
        residents(db.prepare(fmt::format(
            "{}INDEXED BY reg_residence_rka WHERE rka = ? ORDER BY from_day, entry, iin, kind",
            kResidences))),
        centres(db.prepare(fmt::format("{}ORDER BY id", kCentres))) {}

  AddressSearch addresses;
  Statement person, relations, student, roles, phone, people_of_phone, dwelling, rights,
      encumbrances, holdings, organisation, body_at, leases, members, residences, residents,
      centres;
};

EmbeddedRegisters::EmbeddedRegisters(Database& database,
                                     std::shared_ptr<AddressWordsCache> addresses)
    : questions_(std::make_unique<Questions>(database, std::move(addresses))) {}

EmbeddedRegisters::~EmbeddedRegisters() = default;

Fact<std::optional<domain::Person>> EmbeddedRegisters::person(const domain::Iin& iin) {
  return ask<std::optional<domain::Person>>(
      [&] { return first_of(questions_->person.with(packed(iin)), read_person); });
}

Fact<std::vector<domain::Relation>> EmbeddedRegisters::relations(const domain::Iin& iin) {
  return ask<std::vector<domain::Relation>>([&] {
    return all_of(questions_->relations.with(packed(iin)), [](const Statement& row) {
      return domain::Relation{
          unpacked<domain::Iin>(row.integer(0)), unpacked<domain::Iin>(row.integer(1)),
          static_cast<domain::RelationKind>(row.integer(2)), unpacked_optional_day(row.integer(3)),
          unpacked_optional_day(row.integer(4))};
    });
  });
}

Fact<bool> EmbeddedRegisters::is_student(const domain::Iin& iin, std::string_view kato_city_prefix,
                                         domain::Date day) {
  return ask<bool>([&] {
    const std::size_t digits = kato_city_prefix.size();
    if (digits > kKatoDigits || !all_digits(kato_city_prefix, digits)) return false;
    const std::int64_t unit = power_of_ten(kKatoDigits - digits);
    const std::int64_t first = packed_digits(kato_city_prefix) * unit;
    Rows rows(questions_->student.with(packed(iin), first, first + unit - 1, packed_day(day)));
    return rows.next();
  });
}

Fact<std::vector<domain::StaffRole>> EmbeddedRegisters::roles(const domain::Iin& iin) {
  return ask<std::vector<domain::StaffRole>>([&] {
    return all_of(questions_->roles.with(packed(iin)), [](const Statement& row) {
      domain::StaffRole role{row.str(0), {}, {}};
      if (row.integer(1) != 0) role.bin = digits_str<12>(row.integer(1));
      if (!row.is_null(2)) role.kato = digits_str<9>(row.integer(2));
      return role;
    });
  });
}

Fact<std::optional<domain::Phone>> EmbeddedRegisters::phone(const domain::Iin& iin) {
  return ask<std::optional<domain::Phone>>([&] {
    return first_of(questions_->phone.with(packed(iin)), [](const Statement& row) {
      return domain::Phone{fmt::format("+{}", row.integer(0)),
                           unpacked_optional_day(row.integer(1))};
    });
  });
}

Fact<std::vector<domain::Iin>> EmbeddedRegisters::people_of_phone(std::string_view e164) {
  return ask<std::vector<domain::Iin>>([&] {
    if (!domain::is_e164(e164)) return std::vector<domain::Iin>{};
    return all_of(questions_->people_of_phone.with(packed_digits(e164.substr(1))),
                  [](const Statement& row) { return unpacked<domain::Iin>(row.integer(0)); });
  });
}

Fact<std::optional<domain::Dwelling>> EmbeddedRegisters::dwelling(const domain::Rka& rka) {
  return ask<std::optional<domain::Dwelling>>(
      [&] { return first_of(questions_->dwelling.with(packed(rka)), read_dwelling); });
}

Fact<std::vector<domain::Dwelling>> EmbeddedRegisters::find_dwellings(std::string_view typed,
                                                                      std::size_t limit) {
  return ask<std::vector<domain::Dwelling>>(
      [&] { return questions_->addresses.find(typed, limit); });
}

Fact<std::vector<domain::Right>> EmbeddedRegisters::rights(const domain::Rka& rka) {
  return ask<std::vector<domain::Right>>([&] {
    return all_of(questions_->rights.with(packed(rka)), [](const Statement& row) {
      return domain::Right{digits_str<12>(row.integer(0)), row.str(1),
                           unpacked_optional_day(row.integer(2)),
                           unpacked_optional_day(row.integer(3))};
    });
  });
}

Fact<std::vector<domain::Encumbrance>> EmbeddedRegisters::encumbrances(const domain::Rka& rka) {
  return ask<std::vector<domain::Encumbrance>>([&] {
    return all_of(questions_->encumbrances.with(packed(rka)), [](const Statement& row) {
      return domain::Encumbrance{static_cast<domain::EncumbranceKind>(row.integer(0)),
                                 unpacked_optional_day(row.integer(1)),
                                 unpacked_optional_day(row.integer(2))};
    });
  });
}

Fact<std::vector<std::pair<domain::Rka, std::string>>> EmbeddedRegisters::holdings(
    const domain::Iin& iin, domain::Date day) {
  return ask<std::vector<std::pair<domain::Rka, std::string>>>([&] {
    return all_of(questions_->holdings.with(packed(iin), packed_day(day)),
                  [](const Statement& row) {
                    return std::pair{unpacked<domain::Rka>(row.integer(0)), row.str(1)};
                  });
  });
}

Fact<std::optional<domain::Organisation>> EmbeddedRegisters::organisation(std::string_view bin) {
  return ask<std::optional<domain::Organisation>>([&]() -> std::optional<domain::Organisation> {
    if (!all_digits(bin, domain::Bin::kSize)) return std::nullopt;
    return first_of(questions_->organisation.with(packed_digits(bin)), read_organisation);
  });
}

Fact<std::optional<domain::Organisation>> EmbeddedRegisters::housing_body_at(
    std::string_view kato) {
  return ask<std::optional<domain::Organisation>>([&]() -> std::optional<domain::Organisation> {
    if (!all_digits(kato, kKatoDigits)) return std::nullopt;
    const std::int64_t place = packed_digits(kato);
    for (std::size_t digits = kKatoDigits; digits >= kRegionDigits; --digits) {
      const std::int64_t containing = range_of(place, digits).first;
      auto body = first_of(questions_->body_at.with(containing, containing), read_organisation);
      if (body) return body;
    }
    for (std::size_t digits = kKatoDigits - 1; digits >= kRegionDigits; --digits) {
      const KatoRange range = range_of(place, digits);
      auto body = first_of(questions_->body_at.with(range.first, range.last), read_organisation);
      if (body) return body;
    }
    return std::nullopt;
  });
}

Fact<std::vector<domain::Lease>> EmbeddedRegisters::leases(const domain::Rka& rka) {
  return ask<std::vector<domain::Lease>>([&] {
    auto found = all_of(questions_->leases.with(packed(rka)), [&](const Statement& row) {
      domain::Lease lease;
      lease.number = row.str(0);
      lease.tenant = unpacked<domain::Iin>(row.integer(1));
      if (!row.is_null(2)) lease.housing_body_bin = digits_str<12>(row.integer(2));
      lease.from = unpacked_optional_day(row.integer(3));
      lease.to = unpacked_optional_day(row.integer(4));
      return lease;
    });
    for (domain::Lease& lease : found) {
      lease.members = all_of(questions_->members.with(lease.number), [](const Statement& row) {
        return unpacked<domain::Iin>(row.integer(0));
      });
    }
    return found;
  });
}

Fact<std::vector<domain::Residence>> EmbeddedRegisters::residences(const domain::Iin& iin) {
  return ask<std::vector<domain::Residence>>(
      [&] { return all_of(questions_->residences.with(packed(iin)), read_residence); });
}

Fact<std::vector<domain::Residence>> EmbeddedRegisters::residents(const domain::Rka& rka) {
  return ask<std::vector<domain::Residence>>(
      [&] { return all_of(questions_->residents.with(packed(rka)), read_residence); });
}

std::vector<domain::Centre> EmbeddedRegisters::centres_near(std::string_view kato,
                                                            std::size_t limit) {
  try {
    // Some hundreds in the whole country: read all, rank here.
    std::vector<domain::Centre> centres = all_of(questions_->centres.with(), read_centre);
    const auto common = [&](const domain::Centre& centre) {
      const auto [end, ignored] =
          std::mismatch(kato.begin(), kato.end(), centre.kato.begin(), centre.kato.end());
      return end - kato.begin();
    };
    std::stable_sort(
        centres.begin(), centres.end(),
        [&](const domain::Centre& a, const domain::Centre& b) { return common(a) > common(b); });
    const auto in_region = [&](const domain::Centre& centre) {
      return common(centre) >= static_cast<std::ptrdiff_t>(kRegionDigits);
    };
    if (!centres.empty() && in_region(centres.front())) {
      std::erase_if(centres, [&](const domain::Centre& centre) { return !in_region(centre); });
    }
    if (centres.size() > limit) centres.resize(limit);
    return centres;
  } catch (const StoreError& error) {
    spdlog::error("embedded registers: {}", error.what());
    return {};
  }
}

}  // namespace mekenjai::edge::registers
