// Key files: our own, those of НУЦ РК's test packs, and what is no key file at all.
#include "edge/eds/make/pkcs12.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/make/test_authority.hpp"
#include "edge/eds/shared_samples.hpp"

namespace mekenjai::edge::eds::make {
namespace {

using crypto::KeyKind;

constexpr std::string_view kPassword = "Qwerty12";

void expect_own_key(const Identity& identity) {
  const auto algorithm =
      identity.key.kind() == KeyKind::rsa ? crypto::Algorithm::rsa_sha256 : crypto::Algorithm::gost2015;
  const std::string digest = crypto::hash(crypto::digest_of(algorithm), "I am who the certificate says");
  EXPECT_TRUE(identity.certificate->key.verify(algorithm, digest, identity.key.sign(algorithm, digest)));
}

class KeyFile : public testing::TestWithParam<KeyKind> {};
INSTANTIATE_TEST_SUITE_P(, KeyFile, testing::Values(KeyKind::gost2015, KeyKind::rsa),
                         [](const auto& kind) { return kind.param == KeyKind::rsa ? "Rsa" : "Gost"; });

TEST_P(KeyFile, IsReadAsItWasWritten) {
  const TestAuthority& authority = TestAuthority::shared(GetParam());
  const Identity saule = authority.person();
  const auto read = read_pkcs12(write_pkcs12(saule, kPassword), kPassword);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(read->certificate->der, saule.certificate->der);
  EXPECT_EQ(read->key.pkcs8(), saule.key.pkcs8());
  expect_own_key(*read);
}

TEST_P(KeyFile, OpensWithItsPasswordOnly) {
  const TestAuthority& authority = TestAuthority::shared(GetParam());
  const std::string file = write_pkcs12(authority.person(), kPassword);
  for (const std::string_view password : {"", "qwerty12", "Qwerty12 "}) {
    const auto read = read_pkcs12(file, password);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().reason, Reason::wrong_person) << password;
  }
  EXPECT_FALSE(read_pkcs12(file, std::string(kMaxPassword + 1, 'x')));
  EXPECT_FALSE(read_pkcs12(file, std::string_view("Qwerty12\0", 9)));
}

TEST_P(KeyFile, DamagedAnywhereIsRefused) {
  const TestAuthority& authority = TestAuthority::shared(GetParam());
  const std::string file = write_pkcs12(authority.person(), kPassword);
  for (std::size_t cut = 0; cut < file.size(); cut += 7)
    EXPECT_FALSE(read_pkcs12(file.substr(0, cut), kPassword)) << cut;
  for (std::size_t at = 0; at < file.size(); at += 41) {
    std::string damaged = file;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    EXPECT_FALSE(read_pkcs12(damaged, kPassword)) << at;
  }
  EXPECT_FALSE(read_pkcs12(file + "x", kPassword));
}

TEST(KeyFiles, OfASomebodyElsesCertificateIsRefused) {
  const TestAuthority authority;
  const Identity mixed{authority.person().key, authority.person(kBolat).certificate};
  const auto read = read_pkcs12(write_pkcs12(mixed, kPassword), kPassword);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, Reason::bad_certificate);
}

TEST(KeyFiles, CannotMakeUsWorkForMinutes) {
  const TestAuthority authority;
  std::string file = write_pkcs12(authority.person(), kPassword);
  // The MAC's iterations are the last element: 02 02 04 00 becomes 02 04 7F FF FF FF, and the lengths around grow by two.
  ASSERT_TRUE(file.ends_with(std::string("\x02\x02\x04\x00", 4)));
  der::Reader reader(file);
  auto inside = reader.enter(der::kSequence);
  const auto version = inside->take(), safes = inside->take(), mac = inside->take();
  der::Reader parts(mac->content);
  const auto digest = parts.take(), salt = parts.take();
  const std::string forged = der::sequence(
      {version->whole, safes->whole, der::sequence({digest->whole, salt->whole, der::integer(0x7fffffff)})});
  const auto read = read_pkcs12(forged, kPassword);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().reason, Reason::malformed);
}

TEST(KeyFiles, NothingAndNonsense) {
  for (const std::string& bytes : {std::string(), std::string("PK"), std::string(100, '\0'), std::string(4096, '\x30'),
                                   std::string(kMaxPkcs12Bytes + 1, 'x')}) {
    const auto read = read_pkcs12(bytes, kPassword);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().reason, Reason::malformed);
  }
}

// --- the packs that НУЦ РК gives to developers ------------------------------------------------------------------------

/// File names to passwords, from the manifest beside them.
std::map<std::string, std::string> given_keys(const std::string& manifest) {
  std::map<std::string, std::string> keys;
  std::istringstream lines(manifest);
  for (std::string line; std::getline(lines, line);) {
    const auto at = line.find("password ");
    if (!line.starts_with("p12/") || at == std::string::npos) continue;
    keys["pki/given/" + line.substr(0, line.find('\t'))] = line.substr(at + 9, line.find(';', at) - at - 9);
  }
  return keys;
}

TEST(KeyFiles, OfTheTestPacksOpenAndHoldTheKeyOfTheirCertificate) {
  const auto manifest = shared_file("pki/given/MANIFEST.tsv");
  if (!manifest) GTEST_SKIP() << kNoSharedSamples;
  int gost = 0, rsa = 0, old = 0;
  for (const auto& [name, password] : given_keys(*manifest)) {
    const auto bytes = shared_file(name);
    if (!bytes) continue;  // listed, but not among those given
    const auto read = read_pkcs12(*bytes, password);
    if (name.find("/gost2004") != std::string::npos) {
      ASSERT_FALSE(read) << name;
      EXPECT_EQ(read.error().reason, Reason::weak_algorithm) << name << ": " << describe(read.error());
      ++old;
      continue;
    }
    ASSERT_TRUE(read) << name << ": " << describe(read.error());
    expect_own_key(*read);
    ++(read->key.kind() == KeyKind::rsa ? rsa : gost);
    EXPECT_FALSE(read_pkcs12(*bytes, "another")) << name;
  }
  EXPECT_GT(gost, 0);
  EXPECT_GT(rsa, 0);
  EXPECT_GT(old, 0);
}

}  // namespace
}  // namespace mekenjai::edge::eds::make
