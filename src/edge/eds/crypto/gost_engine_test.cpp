// Debian's gost-engine as an independent judge: the same mathematics by other people, behind Russian names and orders
// (eds.md 3.3). What we sign must hold there, what is signed there must hold here, and the digests must be the same.
#include <gtest/gtest.h>
#include <openssl/engine.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <memory>
#include <random>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/crypto/keys.hpp"
#include "edge/eds/crypto/spki.hpp"

// Engines are deprecated in OpenSSL 3, and gost-engine's signatures exist only as an engine.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace mekenjai::edge::eds::crypto {
namespace {

constexpr const char* kNoEngine = "libengine-gost-openssl is not installed, so nothing was checked against it";

constexpr oids::Oid kRussianKey = "1.2.643.7.1.1.1.2", kRussianParams = "1.2.643.7.1.2.1.2.1",
                    kRussianStreebog = "1.2.643.7.1.1.2.3";

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Free>;

class GostEngine : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ENGINE_load_builtin_engines();
    engine = ENGINE_by_id("gost");
    if (engine == nullptr) return;
    ASSERT_EQ(ENGINE_init(engine), 1);
    ASSERT_EQ(ENGINE_set_default(engine, ENGINE_METHOD_ALL), 1);
  }
  static void TearDownTestSuite() {
    if (engine == nullptr) return;
    ENGINE_unregister_pkey_meths(engine);
    ENGINE_unregister_pkey_asn1_meths(engine);
    ENGINE_unregister_digests(engine);
    ENGINE_unregister_ciphers(engine);
    ENGINE_finish(engine);
    ENGINE_free(engine);
  }
  void SetUp() override {
    if (engine == nullptr) GTEST_SKIP() << kNoEngine;
  }

  static inline ENGINE* engine = nullptr;
};

std::string reversed(std::string_view octets) { return std::string(octets.rbegin(), octets.rend()); }
const unsigned char* octets(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

std::string russian_identifier() {
  const std::string params = der::sequence({der::oid(kRussianParams), der::oid(kRussianStreebog)});
  return der::sequence({der::oid(kRussianKey), params});
}

/// Our key under its Russian name.
Key russian(const PublicKey& key) {
  const std::string spki = der::sequence({russian_identifier(), der::bit_string(key.bits_content())});
  const unsigned char* at = octets(spki);
  return Key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
}

/// A key of the engine under its name in Kazakhstan.
std::optional<PublicKey> of_kazakhstan(EVP_PKEY* key) {
  unsigned char* out = nullptr;
  const int size = i2d_PUBKEY(key, &out);
  const std::string spki(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  auto inside = der::Reader(spki).enter(der::kSequence);
  if (!inside || !inside->take(der::kSequence)) return std::nullopt;
  return PublicKey::read(der::sequence({algorithm_identifier(KeyKind::gost2015), inside->rest()}));
}

Key made_by_engine() {
  const Context context(EVP_PKEY_CTX_new_id(NID_id_GostR3410_2012_512, nullptr));
  EVP_PKEY* key = nullptr;
  EXPECT_EQ(EVP_PKEY_keygen_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_ctrl_str(context.get(), "paramset", "A"), 1);
  EXPECT_EQ(EVP_PKEY_keygen(context.get(), &key), 1);
  return Key(key);
}

/// The signature is s || r, big-endian: ours from the last octet to the first.
bool engine_verifies(EVP_PKEY* key, std::string_view digest, std::string_view signature) {
  const Context context(EVP_PKEY_CTX_new(key, nullptr));
  EXPECT_EQ(EVP_PKEY_verify_init(context.get()), 1);
  return EVP_PKEY_verify(context.get(), octets(signature), signature.size(), octets(digest), digest.size()) == 1;
}

std::string engine_signs(EVP_PKEY* key, std::string_view digest) {
  const Context context(EVP_PKEY_CTX_new(key, nullptr));
  std::string signature(128, '\0');
  std::size_t size = signature.size();
  EXPECT_EQ(EVP_PKEY_sign_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, octets(digest),
                          digest.size()),
            1);
  signature.resize(size);
  return signature;
}

std::string engine_digest(std::string_view bytes) {
  std::string digest(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  const EVP_MD* kind = EVP_get_digestbyname("md_gost12_512");
  EXPECT_NE(kind, nullptr);
  if (kind != nullptr)
    EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size, kind, nullptr);
  digest.resize(size);
  return digest;
}

TEST_F(GostEngine, GivesTheSameStreebog) {
  std::mt19937_64 random(34112012);
  std::vector<std::size_t> sizes{0, 1, 31, 32, 62, 63, 64, 65, 127, 128, 129, 65535, 65536, 65537, 200001};
  for (int i = 0; i < 300; ++i) sizes.push_back(random() % 1500);
  for (const std::size_t size : sizes) {
    std::string bytes(size, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    EXPECT_EQ(hash(Digest::streebog512, bytes), engine_digest(bytes)) << size;
    EXPECT_EQ(hash(Digest::streebog512, std::string(size, '\xff')), engine_digest(std::string(size, '\xff'))) << size;
  }
}

TEST_F(GostEngine, AcceptsWhatWeSign) {
  for (int i = 0; i < 25; ++i) {
    const PrivateKey secret = PrivateKey::gost_from_seed("ours " + std::to_string(i));
    const Key key = russian(*PublicKey::read(secret.spki()));
    ASSERT_TRUE(key);
    const std::string digest = hash(Digest::streebog512, std::to_string(i));
    const std::string signature = secret.sign(Algorithm::gost2015, digest);
    EXPECT_TRUE(engine_verifies(key.get(), digest, reversed(signature)));
    EXPECT_FALSE(engine_verifies(key.get(), digest, signature)) << "the order of Kazakhstan is not that of Russia";
    EXPECT_FALSE(engine_verifies(key.get(), hash(Digest::streebog512, "another"), reversed(signature)));
  }
}

TEST_F(GostEngine, SignsWhatWeAccept) {
  for (int i = 0; i < 25; ++i) {
    const Key secret = made_by_engine();
    const auto key = of_kazakhstan(secret.get());
    ASSERT_TRUE(key);
    const std::string digest = hash(Digest::streebog512, std::to_string(i)),
                      signature = engine_signs(secret.get(), digest);
    ASSERT_EQ(signature.size(), 128u);
    for (int prepared = 0; prepared < 2; ++prepared) {
      EXPECT_TRUE(key->verify(Algorithm::gost2015, digest, reversed(signature)));
      EXPECT_FALSE(key->verify(Algorithm::gost2015, digest, signature));
      EXPECT_FALSE(key->verify(Algorithm::gost2015, hash(Digest::streebog512, "another"), reversed(signature)));
      key->prepare();
    }
  }
}

}  // namespace
}  // namespace mekenjai::edge::eds::crypto
