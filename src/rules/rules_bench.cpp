// Decisions a second on one core; the aim is a million for a typical case.
#include <benchmark/benchmark.h>

#include "rules/story.hpp"

namespace mekenjai::rules::story {
namespace {

void decide_again_and_again(benchmark::State& state, const Facts& facts) {
  const policy::Policy& edition = policy();
  for (auto _ : state) {
    benchmark::DoNotOptimize(rules::decide(facts, edition));
  }
  state.SetItemsProcessed(state.iterations());
}

/// Somebody moves into a flat of two owners, where three live.
void two_owners(benchmark::State& state) {
  Facts facts = owned_by(plain(), {owner(kBolat), owner(kSaule)});
  facts.dwelling.occupancy = Occupancy{people(100, 3), people(100, 1)};
  facts = lives_at(facts, kElsewhere, ResidenceKind::permanent, day("2019-05-01"));
  decide_again_and_again(state, facts);
}

/// The tenant of a state flat and a family of four.
void family_of_a_tenant(benchmark::State& state) {
  Facts facts = state_flat({lease(kBolat, {}, day("2010-01-01"), day("2019-12-31")),
                            lease(kAigerim, {kSaule, kDauren, iin(5)})});
  facts.registrants = {registrant(person(kAigerim)), registrant(person(kSaule)),
                       child("2011-01-01"), child("2010-02-01", iin(5))};
  decide_again_and_again(state, facts);
}

/// Above the norm of Astana in a home where many live: the refusal takes the whole way.
void norm_of_astana(benchmark::State& state) {
  Facts facts = plain();
  domain::Dwelling dwelling = **facts.dwelling.record;
  dwelling.kato = "711210000";
  facts.dwelling.record = std::optional(dwelling);
  facts.dwelling.occupancy = Occupancy{people(100, 30), people(100, 5)};
  decide_again_and_again(state, facts);
}

BENCHMARK(two_owners);
BENCHMARK(family_of_a_tenant);
BENCHMARK(norm_of_astana);

}  // namespace
}  // namespace mekenjai::rules::story

BENCHMARK_MAIN();
