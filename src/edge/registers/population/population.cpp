#include "edge/registers/population/population.hpp"

#include "edge/registers/population/stories.hpp"

namespace mekenjai::edge::registers::population {
namespace {

/// Of so many families one is a case of the decision table, after all cases have been told once.
constexpr std::uint64_t kFamiliesPerCase = 20;

/// A seed of a family's own: stories do not shift when one before them changes its length.
std::uint64_t family_seed(std::uint64_t seed, std::uint64_t family) {
  return Random(seed ^ Random(family).next()).next();
}

void tell_family(World& world, std::uint64_t family) {
  const std::uint64_t cases = stories().size();
  if (family < cases) return stories()[family].tell(world);
  if (family % kFamiliesPerCase == 0) {
    return stories()[(family / kFamiliesPerCase) % cases].tell(world);
  }
  tell_ordinary(world);
}

}  // namespace

tl::expected<void, std::string> write_population(
    const PopulationConfig& config,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) {
  if (config.persons == 0 || config.persons > kMaxPersons) {
    return tl::unexpected(fmt::format("the number of persons must be from 1 to {}", kMaxPersons));
  }
  std::error_code code;
  std::filesystem::create_directories(config.out, code);
  if (!std::filesystem::is_directory(config.out, code)) {
    return tl::unexpected(fmt::format("{}: cannot make this folder", config.out.string()));
  }
  ExtractFiles files(config.out);
  World world(files, config.today, config.seed, config.persons);
  for (std::uint64_t family = 0; world.people() < config.persons; ++family) {
    world.random = Random(family_seed(config.seed, family));
    world.choose_city();
    if (config.persons - world.people() < kMaxFamily) {
      tell_single(world);
    } else {
      tell_family(world, family);
    }
    if (progress && family % 1024 == 0) progress(world.people(), config.persons);
  }
  world.random = Random(config.seed);
  world.write_reference_data();
  if (const auto failed = files.finish()) {
    return tl::unexpected(fmt::format("{}: cannot be written", *failed));
  }
  if (progress) progress(config.persons, config.persons);
  return {};
}

}  // namespace mekenjai::edge::registers::population
