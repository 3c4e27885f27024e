// Registers that can be told to fall silent, one by one: for the sandbox, the tests and drills.
#pragma once

#include <array>
#include <atomic>

#include "edge/registers/registers.hpp"

namespace mekenjai::edge::registers {

/// Which registers do not answer, by rules::Register. Safe from any thread.
struct Switches {
  std::array<std::atomic<bool>, 6> down{};

  void set(rules::Register which, bool is_down) { down[static_cast<std::size_t>(which)] = is_down; }
  bool is_down(rules::Register which) const { return down[static_cast<std::size_t>(which)]; }
};

/// Passes questions on, except to what is down: persons (also relations, students and roles),
/// dwellings (also the address search), rights (also encumbrances, holdings and organisations),
/// leases, phones, residences. Centres are always there. Both arguments must outlive the object.
class SwitchedRegisters final : public Registers {
 public:
  SwitchedRegisters(Registers& inner, const Switches& switches)
      : inner_(inner), switches_(switches) {}

  Fact<std::optional<domain::Person>> person(const domain::Iin& iin) override;
  Fact<std::vector<domain::Relation>> relations(const domain::Iin& iin) override;
  Fact<bool> is_student(const domain::Iin& iin, std::string_view kato_city_prefix,
                        domain::Date day) override;
  Fact<std::vector<domain::StaffRole>> roles(const domain::Iin& iin) override;
  Fact<std::optional<domain::Phone>> phone(const domain::Iin& iin) override;
  Fact<std::vector<domain::Iin>> people_of_phone(std::string_view e164) override;
  Fact<std::optional<domain::Dwelling>> dwelling(const domain::Rka& rka) override;
  Fact<std::vector<domain::Dwelling>> find_dwellings(std::string_view typed,
                                                     std::size_t limit) override;
  Fact<std::vector<domain::Right>> rights(const domain::Rka& rka) override;
  Fact<std::vector<domain::Encumbrance>> encumbrances(const domain::Rka& rka) override;
  Fact<std::vector<std::pair<domain::Rka, std::string>>> holdings(const domain::Iin& iin,
                                                                  domain::Date day) override;
  Fact<std::optional<domain::Organisation>> organisation(std::string_view bin) override;
  Fact<std::optional<domain::Organisation>> housing_body_at(std::string_view kato) override;
  Fact<std::vector<domain::Lease>> leases(const domain::Rka& rka) override;
  Fact<std::vector<domain::Residence>> residences(const domain::Iin& iin) override;
  Fact<std::vector<domain::Residence>> residents(const domain::Rka& rka) override;
  std::vector<domain::Centre> centres_near(std::string_view kato, std::size_t limit) override;

 private:
  Registers& inner_;
  const Switches& switches_;
};

}  // namespace mekenjai::edge::registers
