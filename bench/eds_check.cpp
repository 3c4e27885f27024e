// A whole check of a signature: container, digest, signature, path, profile, revocation by an answer at hand. For RSA
// beside what OpenSSL does for the same file, which is less.
#include <benchmark/benchmark.h>
#include <openssl/bio.h>
#include <openssl/cms.h>
#include <openssl/x509_vfy.h>

#include <ctime>
#include <memory>
#include <stdexcept>

#include "edge/eds/make/sandbox_authority.hpp"
#include "edge/eds/make/sign.hpp"
#include "edge/eds/verify.hpp"

namespace {

using namespace mekenjai;
using namespace mekenjai::edge::eds;
using crypto::KeyKind;
using make::Identity;
using make::SandboxAuthority;

const base::Instant kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22};
const make::Person kPerson{"900101300017", "АХМЕТОВА", "САУЛЕ", "БОЛАТҚЫЗЫ", {}, {}};
const std::string kDocument =
    R"({"applicant":"900101300017","application_number":"263345678901","created_at":"2026-11-22T15:04:05+05:00",)"
    R"("data_consent":true,"kind":"permanent","reason":"purchase","registrants":["900101300017"],)"
    R"("rka":"0201300012345678","service":"residence-registration","until":""})";

/// A document signed by somebody, and what the responder says of him.
struct Case {
  explicit Case(KeyKind kind) {
    const SandboxAuthority& authority = SandboxAuthority::instance();
    const Identity person = authority.issue_to(kPerson, kind, kNow - std::chrono::hours{24});
    cms = make::sign_cms(kDocument, person, kNow);
    make::OcspAnswer answer;
    answer.cert_id = make::cert_id(crypto::Digest::sha256, *authority.issuer(kind).certificate, person.certificate->serial);
    answer.produced_at = answer.this_update = kNow;
    answer.nonce = "nonce of the question";
    answer.certificates = {authority.ocsp_responder(kind).certificate};
    evidence.ocsp.push_back({make::ocsp_response(answer, authority.ocsp_responder(kind)), answer.nonce});
    expectation.content = kDocument;
    expectation.iin = kPerson.iin;
  }
  bool valid(const Trust& trust) const { return verify(cms, expectation, trust, evidence, kNow).valid(); }

  std::string cms;
  Evidence evidence;
  Expectation expectation;
};

void full_check(benchmark::State& state, KeyKind kind) {
  const Trust trust(SandboxAuthority::instance().certificates());
  const Case one(kind);
  for (auto _ : state) {
    if (!one.valid(trust)) state.SkipWithError("not valid");
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK_CAPTURE(full_check, gost, KeyKind::gost2015)->Name("GostCmsFullCheck")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(full_check, rsa, KeyKind::rsa)->Name("RsaCmsFullCheck")->Unit(benchmark::kMicrosecond);

/// The same of people whose certificates nobody has seen before.
void first_check(benchmark::State& state) {
  constexpr int kPeople = 64;
  std::vector<Case> people;
  for (int i = 0; i < kPeople; ++i) people.emplace_back(KeyKind::gost2015);
  for (auto _ : state) {
    state.PauseTiming();
    const Trust trust(SandboxAuthority::instance().certificates());
    state.ResumeTiming();
    for (const Case& one : people) {
      if (!one.valid(trust)) state.SkipWithError("not valid");
    }
  }
  state.SetItemsProcessed(state.iterations() * kPeople);
}
BENCHMARK(first_check)->Name("GostCmsFirstCheck")->Unit(benchmark::kMicrosecond);

// --- the peer -------------------------------------------------------------------------------------------------------

template <auto free>
struct Free {
  template <class T>
  void operator()(T* what) const { free(what); }
};
using X509Handle = std::unique_ptr<X509, Free<X509_free>>;
using StoreHandle = std::unique_ptr<X509_STORE, Free<X509_STORE_free>>;
using CmsHandle = std::unique_ptr<CMS_ContentInfo, Free<CMS_ContentInfo_free>>;
using BioHandle = std::unique_ptr<BIO, Free<BIO_free_all>>;

StoreHandle openssl_store() {
  StoreHandle store(X509_STORE_new());
  for (const CertificatePtr& certificate : SandboxAuthority::instance().certificates()) {
    if (certificate->key.kind() != KeyKind::rsa) continue;  // OpenSSL knows no others (eds.md 0, point 3)
    const auto* der = reinterpret_cast<const unsigned char*>(certificate->der.data());
    const X509Handle read(d2i_X509(nullptr, &der, static_cast<long>(certificate->der.size())));
    if (!read || X509_STORE_add_cert(store.get(), read.get()) != 1) throw std::runtime_error("the store takes no certificate");
  }
  X509_VERIFY_PARAM_set_time(X509_STORE_get0_param(store.get()), std::chrono::system_clock::to_time_t(kNow));
  return store;
}

/// Container, digest, signature and path; nothing of the profile, nothing of revocation. With CMS_NO_SIGNER_CERT_VERIFY among
/// the flags not even the path, which ours remembers.
template <unsigned flags>
void verify_by_openssl(benchmark::State& state) {
  const StoreHandle store = openssl_store();
  const Case one(KeyKind::rsa);
  for (auto _ : state) {
    const auto* der = reinterpret_cast<const unsigned char*>(one.cms.data());
    const CmsHandle cms(d2i_CMS_ContentInfo(nullptr, &der, static_cast<long>(one.cms.size())));
    const BioHandle out(BIO_new(BIO_s_mem()));
    if (!cms || CMS_verify(cms.get(), nullptr, store.get(), nullptr, out.get(), flags) != 1) {
      state.SkipWithError("OpenSSL does not think so");
    }
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(verify_by_openssl<CMS_BINARY>)->Name("RsaCmsVerifyOpenssl")->Unit(benchmark::kMicrosecond);
BENCHMARK(verify_by_openssl<CMS_BINARY | CMS_NO_SIGNER_CERT_VERIFY>)->Name("RsaCmsDigestAndSignatureOpenssl")->Unit(benchmark::kMicrosecond);

}  // namespace
