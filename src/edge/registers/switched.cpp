#include "edge/registers/switched.hpp"

namespace mekenjai::edge::registers {

using rules::Register;

Fact<std::optional<domain::Person>> SwitchedRegisters::person(const domain::Iin& iin) {
  if (switches_.is_down(Register::persons)) return {};
  return inner_.person(iin);
}

Fact<std::vector<domain::Relation>> SwitchedRegisters::relations(const domain::Iin& iin) {
  if (switches_.is_down(Register::persons)) return {};
  return inner_.relations(iin);
}

Fact<bool> SwitchedRegisters::is_student(const domain::Iin& iin, std::string_view kato_city_prefix,
                                         domain::Date day) {
  if (switches_.is_down(Register::persons)) return {};
  return inner_.is_student(iin, kato_city_prefix, day);
}

Fact<std::vector<domain::StaffRole>> SwitchedRegisters::roles(const domain::Iin& iin) {
  if (switches_.is_down(Register::persons)) return {};
  return inner_.roles(iin);
}

Fact<std::optional<domain::Phone>> SwitchedRegisters::phone(const domain::Iin& iin) {
  if (switches_.is_down(Register::phones)) return {};
  return inner_.phone(iin);
}

Fact<std::vector<domain::Iin>> SwitchedRegisters::people_of_phone(std::string_view e164) {
  if (switches_.is_down(Register::phones)) return {};
  return inner_.people_of_phone(e164);
}

Fact<std::optional<domain::Dwelling>> SwitchedRegisters::dwelling(const domain::Rka& rka) {
  if (switches_.is_down(Register::dwellings)) return {};
  return inner_.dwelling(rka);
}

Fact<std::vector<domain::Dwelling>> SwitchedRegisters::find_dwellings(std::string_view typed,
                                                                      std::size_t limit) {
  if (switches_.is_down(Register::dwellings)) return {};
  return inner_.find_dwellings(typed, limit);
}

Fact<std::vector<domain::Right>> SwitchedRegisters::rights(const domain::Rka& rka) {
  if (switches_.is_down(Register::rights)) return {};
  return inner_.rights(rka);
}

Fact<std::vector<domain::Encumbrance>> SwitchedRegisters::encumbrances(const domain::Rka& rka) {
  if (switches_.is_down(Register::rights)) return {};
  return inner_.encumbrances(rka);
}

Fact<std::vector<std::pair<domain::Rka, std::string>>> SwitchedRegisters::holdings(
    const domain::Iin& iin, domain::Date day) {
  if (switches_.is_down(Register::rights)) return {};
  return inner_.holdings(iin, day);
}

Fact<std::optional<domain::Organisation>> SwitchedRegisters::organisation(std::string_view bin) {
  if (switches_.is_down(Register::rights)) return {};
  return inner_.organisation(bin);
}

Fact<std::optional<domain::Organisation>> SwitchedRegisters::housing_body_at(
    std::string_view kato) {
  if (switches_.is_down(Register::rights)) return {};
  return inner_.housing_body_at(kato);
}

Fact<std::vector<domain::Lease>> SwitchedRegisters::leases(const domain::Rka& rka) {
  if (switches_.is_down(Register::leases)) return {};
  return inner_.leases(rka);
}

Fact<std::vector<domain::Residence>> SwitchedRegisters::residences(const domain::Iin& iin) {
  if (switches_.is_down(Register::residences)) return {};
  return inner_.residences(iin);
}

Fact<std::vector<domain::Residence>> SwitchedRegisters::residents(const domain::Rka& rka) {
  if (switches_.is_down(Register::residences)) return {};
  return inner_.residents(rka);
}

std::vector<domain::Centre> SwitchedRegisters::centres_near(std::string_view kato,
                                                            std::size_t limit) {
  return inner_.centres_near(kato, limit);
}

}  // namespace mekenjai::edge::registers
