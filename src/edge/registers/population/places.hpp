// Places for made-up addresses: cities by their KATO codes and streets that most of them have.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mekenjai::edge::registers::population {

struct City {
  std::string_view kato, name_kk, name_ru, region_kk, region_ru;
  unsigned weight;  // how many of 1000 people live there, about
  /// KATO codes of its districts; empty: the city's own code.
  std::span<const std::string_view> districts;
};
std::span<const City> cities();
/// The place of Astana in `cities()`: the norm of floor area applies there.
std::size_t astana();

struct Street {
  std::string kk, ru;  // «Абай даңғылы», «проспект Абая»
};
std::span<const Street> streets();

}  // namespace mekenjai::edge::registers::population
