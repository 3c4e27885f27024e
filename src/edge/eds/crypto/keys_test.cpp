// Keys and signatures: real certificates, published examples, what is refused, and an arithmetic against another.
#include "edge/eds/crypto/keys.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/crypto/ec_curve.hpp"
#include "edge/eds/crypto/spki.hpp"
#include "edge/eds/shared_samples.hpp"

namespace mekenjai::edge::eds::crypto {
namespace {

using base::from_hex;

std::string bytes(std::string_view hex) { return *from_hex(hex); }
std::string reversed(std::string_view octets) { return std::string(octets.rbegin(), octets.rend()); }

// --- real certificates ----------------------------------------------------------------------------------------------

/// What signature verification needs of a certificate.
struct Pieces {
  std::string signed_part, algorithm_oid, signature, issuer, subject, spki;
};

std::optional<Pieces> split(const std::string& certificate) {
  der::Reader outside(certificate);
  auto inside = outside.enter(der::kSequence);
  if (!inside) return std::nullopt;
  const auto tbs = inside->take(der::kSequence), algorithm = inside->take(der::kSequence), signature = inside->take(der::kBitString);
  if (!tbs || !algorithm || !signature) return std::nullopt;
  der::Reader fields = inside->inside(*tbs);
  fields.take(der::context(0));  // version
  fields.take();                 // serial number
  fields.take();                 // signature
  const auto issuer = fields.take();
  fields.take();  // validity
  const auto subject = fields.take(), spki = fields.take();
  const auto oid = inside->inside(*algorithm).take(der::kOid);
  if (!issuer || !subject || !spki || !oid) return std::nullopt;
  return Pieces{std::string(tbs->whole),     std::string(oid->content),   std::string(*der::bit_string(*signature)),
                std::string(issuer->whole), std::string(subject->whole), std::string(spki->whole)};
}

std::string without_armour(const std::string& file) {
  if (!file.starts_with("-----BEGIN")) return file;
  const std::size_t begin = file.find('\n') + 1;
  std::string text = file.substr(begin, file.find("-----END") - begin);
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r'; });
  std::string der(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(der.data()), reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  der.resize(static_cast<std::size_t>(size) - static_cast<std::size_t>(std::count(text.begin(), text.end(), '=')));
  return der;
}

bool signed_by(const Pieces& certificate, const PublicKey& key) {
  const auto algorithm = algorithm_of_oid(certificate.algorithm_oid);
  return algorithm && key.verify(*algorithm, hash(digest_of(*algorithm), certificate.signed_part), certificate.signature);
}

TEST(RealCertificates, EveryAuthorityIsSignedByItsIssuer) {
  std::vector<Pieces> all;
  for (const char* folder : {"pki/ca/prod", "pki/ca/test", "pki/ca/derived"}) {
    for (const std::string& name : shared_files(folder)) {
      const auto pieces = split(without_armour(*shared_file(name)));
      ASSERT_TRUE(pieces) << name;
      ASSERT_TRUE(PublicKey::read(pieces->spki)) << name;
      all.push_back(*pieces);
    }
  }
  if (all.empty()) GTEST_SKIP() << kNoSharedSamples;
  for (const Pieces& certificate : all) {
    const bool holds = std::any_of(all.begin(), all.end(), [&](const Pieces& issuer) {
      return issuer.subject == certificate.issuer && signed_by(certificate, *PublicKey::read(issuer.spki));
    });
    EXPECT_TRUE(holds) << base::to_hex(certificate.subject);
  }
}

// --- making and reading ---------------------------------------------------------------------------------------------

struct Made {
  PrivateKey secret;
  PublicKey key;
};

Made made(PrivateKey secret) {
  auto key = PublicKey::read(secret.spki());
  EXPECT_TRUE(key);
  return {std::move(secret), *key};
}

TEST(Keys, WhatIsSignedHoldsForThatDigestAndKeyOnly) {
  const std::string digest = hash(Digest::streebog512, "application"), other = hash(Digest::streebog512, "another");
  const Made alice = made(PrivateKey::generate(KeyKind::gost2015)), bob = made(PrivateKey::generate(KeyKind::gost2015));
  const std::string signature = alice.secret.sign(Algorithm::gost2015, digest);
  EXPECT_TRUE(alice.key.verify(Algorithm::gost2015, digest, signature));
  EXPECT_FALSE(alice.key.verify(Algorithm::gost2015, other, signature));
  EXPECT_FALSE(bob.key.verify(Algorithm::gost2015, digest, signature));
  EXPECT_FALSE(alice.key.verify(Algorithm::rsa_sha256, hash(Digest::sha256, "application"), signature));
}

TEST(Keys, RussianOrderIsRefused) {
  const std::string digest = hash(Digest::streebog512, "application");
  const Made alice = made(PrivateKey::gost_from_seed(bytes("0102030405")));
  const std::string signature = alice.secret.sign(Algorithm::gost2015, digest);
  EXPECT_FALSE(alice.key.verify(Algorithm::gost2015, digest, reversed(signature)));
}

}  // namespace
}  // namespace mekenjai::edge::eds::crypto
