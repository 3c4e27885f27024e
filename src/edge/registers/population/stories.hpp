// The families of the made-up country: ordinary ones, and one for every case of the decision table.
#pragma once

#include <span>

#include "edge/registers/population/world.hpp"

namespace mekenjai::edge::registers::population {

/// No family has more people than this.
inline constexpr std::uint64_t kMaxFamily = 40;

/// A case: tells it into the world. The names stand in docs/formats/registers.md.
struct Story {
  std::string_view name;
  void (*tell)(World& world);
};
std::span<const Story> stories();

/// Three generations in one or several homes, owned in the usual ways.
void tell_ordinary(World& world);
/// One adult in his own home.
void tell_single(World& world);

}  // namespace mekenjai::edge::registers::population
