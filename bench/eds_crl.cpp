// Revocation lists of the size that НУЦ РК has: half a million entries read in well under a second, and one looked up in
// less than a microsecond.
#include <benchmark/benchmark.h>

#include <random>

#include "edge/eds/make/answers.hpp"

namespace {

using namespace mekenjai;
using namespace mekenjai::edge;

constexpr int kEntries = 500'000;
constexpr base::Instant kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};

struct Sample {
  eds::Trust trust;
  std::string bytes;
  std::vector<std::string> serials;
  eds::CrlPtr list;
};

std::string serial(std::mt19937_64& random) {
  std::string octets;
  while (octets.size() < 20) octets += static_cast<char>(random() & 0xff);
  octets[0] = static_cast<char>((octets[0] & 0x7f) | 1);
  return octets;
}

const Sample& sample() {
  static const Sample made = [] {
    const auto key = eds::crypto::PrivateKey::generate(eds::crypto::KeyKind::gost2015);
    const auto order = eds::make::ca_order("BENCH NCA", kNow - std::chrono::years{1}, 10, 0);
    const eds::make::Identity issuer{key, eds::make::issue(order, key, nullptr)};
    std::mt19937_64 random(1);
    eds::make::CrlOrder list;
    list.this_update = kNow;
    list.next_update = kNow + std::chrono::hours{27};
    std::vector<std::string> serials;
    for (int i = 0; i < kEntries; ++i) {
      serials.push_back(serial(random));
      list.entries.push_back({serials.back(), kNow - std::chrono::minutes{i}, eds::RevocationReason::superseded});
    }
    std::shuffle(serials.begin(), serials.end(), random);
    const eds::Trust trust({issuer.certificate});
    const std::string bytes = eds::make::crl(list, issuer);
    return Sample{trust, bytes, serials, *eds::Crl::read(bytes, trust)};
  }();
  return made;
}

void CrlRead(benchmark::State& state) {
  const Sample& list = sample();
  for (auto _ : state) benchmark::DoNotOptimize(eds::Crl::read(list.bytes, list.trust));
  state.SetBytesProcessed(static_cast<std::int64_t>(list.bytes.size()) * state.iterations());
}
BENCHMARK(CrlRead)->Unit(benchmark::kMillisecond);

/// Serials in another order than the list's, so that memory is met cold as in life.
void CrlLookup(benchmark::State& state) {
  const Sample& list = sample();
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(list.list->find(list.serials[next]));
    if (++next == list.serials.size()) next = 0;
  }
}
BENCHMARK(CrlLookup);

void CrlLookupOfNobody(benchmark::State& state) {
  const Sample& list = sample();
  std::mt19937_64 random(2);
  std::vector<std::string> others;
  for (int i = 0; i < 100'000; ++i) others.push_back(serial(random));
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(list.list->find(others[next]));
    if (++next == others.size()) next = 0;
  }
}
BENCHMARK(CrlLookupOfNobody);

}  // namespace
