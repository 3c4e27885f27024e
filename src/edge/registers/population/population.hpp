// `mekenjai sandbox-population`: a synthetic country in the form of the register extracts. Nobody
// in it is real; names are common ones put together by chance, numbers are made up with right check
// digits.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include <tl/expected.hpp>

#include "base/time.hpp"

namespace mekenjai::edge::registers::population {

/// The day on which the made-up country stands when none is given: ages, leases and terms are
/// counted from it.
inline constexpr base::Date kReferenceDay{std::chrono::year{2026}, std::chrono::month{8},
                                          std::chrono::day{15}};
inline constexpr std::uint64_t kMaxPersons = 20'000'000;

struct PopulationConfig {
  std::uint64_t persons = 20'000;
  std::uint64_t seed = 1;
  std::filesystem::path out;
  base::Date today = kReferenceDay;
};

/// Writes the thirteen files of the contract's section 2 into `out` (made if missing, files
/// replaced): exactly `persons` people. The same configuration gives the same bytes on every
/// machine. From 2000 people on, every row of the decision table has somebody in it; the cases
/// stand at the beginning and come again every twentieth family. Memory does not grow with
/// `persons`. `progress(done, total)` may be empty. The error is a sentence that names the file.
tl::expected<void, std::string> write_population(
    const PopulationConfig& config,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress = {});

}  // namespace mekenjai::edge::registers::population
