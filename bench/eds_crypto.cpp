// Signatures and digests of Kazakhstan by our own arithmetic, beside what OpenSSL does in their place.
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

#include "edge/eds/crypto/ec_curve.hpp"
#include "edge/eds/crypto/keys.hpp"

namespace {

using namespace mekenjai::edge::eds::crypto;

/// A key, a digest and its signature.
struct Signed {
  explicit Signed(Algorithm signed_with, PrivateKey secret)
      : algorithm(signed_with),
        spki(secret.spki()),
        key(*PublicKey::read(spki)),
        digest(hash(digest_of(algorithm), "a document")),
        signature(secret.sign(algorithm, digest)) {}

  Algorithm algorithm;
  std::string spki;
  PublicKey key;
  std::string digest, signature;
};

Signed signed_by_gost() { return Signed(Algorithm::gost2015, PrivateKey::gost_from_seed("a key to measure with")); }

void verify(benchmark::State& state, const Signed& document) {
  for (auto _ : state) {
    if (!document.key.verify(document.algorithm, document.digest, document.signature))
      state.SkipWithError("does not hold");
  }
  state.SetItemsProcessed(state.iterations());
}

/// A person's key: it is met once.
void gost_verify_unknown(benchmark::State& state) {
  const Signed document = signed_by_gost();
  document.key.verify(document.algorithm, document.digest,
                      document.signature);  // the base point's tables are made once
  verify(state, document);
}
BENCHMARK(gost_verify_unknown)->Name("GostVerifyUnknown")->Unit(benchmark::kMicrosecond);

/// The key of an authority, a responder or a time-stamp.
void gost_verify_prepared(benchmark::State& state) {
  const Signed document = signed_by_gost();
  document.key.prepare();
  verify(state, document);
}
BENCHMARK(gost_verify_prepared)->Name("GostVerifyPrepared")->Unit(benchmark::kMicrosecond);

/// The peer: the same signature by OpenSSL's general curves.
void gost_verify_ec_group(benchmark::State& state) {
  const Signed document = signed_by_gost();
  const std::string octets = document.key.bits_content().substr(3);
  const EcPoint point{octets.substr(0, 64), octets.substr(64)};
  for (auto _ : state) {
    if (!EcCurve::gost2015().verify(point, document.digest, document.signature)) state.SkipWithError("does not hold");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(gost_verify_ec_group)->Name("GostVerifyEcGroup")->Unit(benchmark::kMicrosecond);

void gost_prepare(benchmark::State& state) {
  const Signed document = signed_by_gost();
  for (auto _ : state) PublicKey::read(document.spki)->prepare();
}
BENCHMARK(gost_prepare)->Name("GostPrepare")->Unit(benchmark::kMillisecond);

void digest(benchmark::State& state, Digest kind) {
  const std::string bytes(1 << 20, 'x');
  for (auto _ : state) benchmark::DoNotOptimize(hash(kind, bytes));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK_CAPTURE(digest, streebog, Digest::streebog512)->Name("Streebog")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(digest, gost34311, Digest::gost34311)->Name("Gost34311")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(digest, sha256, Digest::sha256)->Name("Sha256Openssl")->Unit(benchmark::kMillisecond);

void rsa_verify(benchmark::State& state) {
  verify(state, Signed(Algorithm::rsa_sha256, PrivateKey::generate(KeyKind::rsa)));
}
BENCHMARK(rsa_verify)->Name("RsaVerify2048")->Unit(benchmark::kMicrosecond);

/// The peer: OpenSSL from the key it has read, as CMS_verify calls it.
void rsa_verify_evp(benchmark::State& state) {
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  const Signed document(Algorithm::rsa_sha256, PrivateKey::generate(KeyKind::rsa));
  const auto octets = [](const std::string& bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); };
  const unsigned char* at = octets(document.spki);
  const std::unique_ptr<EVP_PKEY, Free> key(d2i_PUBKEY(nullptr, &at, static_cast<long>(document.spki.size())));
  const std::string bytes = "a document";
  for (auto _ : state) {
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    const bool holds = EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
                       EVP_DigestVerify(context.get(), octets(document.signature), document.signature.size(),
                                        octets(bytes), bytes.size()) == 1;
    if (!holds) state.SkipWithError("does not hold");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(rsa_verify_evp)->Name("RsaVerify2048Evp")->Unit(benchmark::kMicrosecond);

}  // namespace
