// The state registers as the service asks them. Embedded here in SQLite; a gateway to the real ones
// (ШЭП) implements the same interface (ADR 0003).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/registers.hpp"
#include "rules/decision.hpp"
#include "rules/facts.hpp"

namespace mekenjai::edge::registers {

using rules::Fact;

struct AddressHit {
  domain::Dwelling dwelling;
};

/// Questions to the registers. Every answer is a Fact: a register that does not answer yields an
/// unavailable one, never an exception. May block: called on the gathering pool, never on a loop.
/// One object is used by one thread at a time.
class Registers {
 public:
  virtual ~Registers() = default;

  // ГБД ФЛ
  virtual Fact<std::optional<domain::Person>> person(const domain::Iin& iin) = 0;
  /// Every relation with the person on either side, in force or not.
  virtual Fact<std::vector<domain::Relation>> relations(const domain::Iin& iin) = 0;
  virtual Fact<bool> is_student(const domain::Iin& iin, std::string_view kato_city_prefix,
                                domain::Date day) = 0;
  virtual Fact<std::vector<domain::StaffRole>> roles(const domain::Iin& iin) = 0;
  // БМГ
  virtual Fact<std::optional<domain::Phone>> phone(const domain::Iin& iin) = 0;
  /// Everybody whose БМГ number this is (normally one).
  virtual Fact<std::vector<domain::Iin>> people_of_phone(std::string_view e164) = 0;
  // address register
  virtual Fact<std::optional<domain::Dwelling>> dwelling(const domain::Rka& rka) = 0;
  /// At most `limit` dwellings for what a person typed: kk, ru or Latin spelling, typing errors
  /// forgiven; 16 digits are an RKA. Best first.
  virtual Fact<std::vector<domain::Dwelling>> find_dwellings(std::string_view typed,
                                                             std::size_t limit) = 0;
  // rights
  virtual Fact<std::vector<domain::Right>> rights(const domain::Rka& rka) = 0;  // past ones too
  virtual Fact<std::vector<domain::Encumbrance>> encumbrances(const domain::Rka& rka) = 0;
  /// Dwellings in which the person holds a right in force on the day, with his share.
  virtual Fact<std::vector<std::pair<domain::Rka, std::string>>> holdings(const domain::Iin& iin,
                                                                          domain::Date day) = 0;
  // ГБД ЮЛ; answers with `rights`
  virtual Fact<std::optional<domain::Organisation>> organisation(std::string_view bin) = 0;
  /// The housing body for a place: the longest common KATO prefix.
  virtual Fact<std::optional<domain::Organisation>> housing_body_at(std::string_view kato) = 0;
  // state rental housing
  virtual Fact<std::vector<domain::Lease>> leases(const domain::Rka& rka) = 0;  // past ones too
  // register of residences
  virtual Fact<std::vector<domain::Residence>> residences(
      const domain::Iin& iin) = 0;  // past ones too
  virtual Fact<std::vector<domain::Residence>> residents(
      const domain::Rka& rka) = 0;  // past ones too
  // service centres: reference data of our own, always there
  virtual std::vector<domain::Centre> centres_near(std::string_view kato, std::size_t limit) = 0;
};

}  // namespace mekenjai::edge::registers
