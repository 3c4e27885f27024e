// Keys and raw signatures, in the encodings of НУЦ РК: there is one byte order for each (eds.md 3.1; GOST
// R 34.10-2015 with r || s little-endian, which is RFC 9215's block reversed), and no other is tried.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "edge/eds/crypto/digest.hpp"

namespace mekenjai::edge::eds::crypto {

enum class KeyKind {
  rsa,       // 2048 bits and more
  gost2015,  // GOST R 34.10-2015, 512 bits, parameter set A (RFC 7836, A.1)
  gost2004,  // GOST 34.310-2004, 256 bits, CryptoPro-A (RFC 4357); archive only
};

enum class Algorithm { rsa_sha256, rsa_sha1, gost2015, gost2004 };

/// Of a signatureAlgorithm's OID content; the key's own OID stands there too in some CMS (eds.md 1.2, 4.2),
/// then with `digest` it says which. Nothing outside the closed list.
std::optional<Algorithm> algorithm_of_oid(std::string_view oid_content, std::optional<Digest> digest = {});
std::string_view oid_of(Algorithm algorithm);
Digest digest_of(Algorithm algorithm);
KeyKind kind_of(Algorithm algorithm);
/// RSA with SHA-1 and GOST 34.310-2004: good for old documents with a time-stamp, never for new ones.
constexpr bool archive_only(Algorithm algorithm) {
  return algorithm == Algorithm::rsa_sha1 || algorithm == Algorithm::gost2004;
}
/// "GOST-2015-512", "RSA-2048", "GOST-2004": for reports and pages.
std::string name_of(KeyKind kind, int bits);

/// Safe to use from several threads; copies share the key and its tables.
class PublicKey {
 public:
  /// From a SubjectPublicKeyInfo in DER, exactly: OIDs, parameters and lengths are checked, and the point is
  /// on the curve. Nothing for any other key, RSA below 2048 bits and an even or tiny exponent among them.
  static std::optional<PublicKey> read(std::string_view spki_der);

  KeyKind kind() const;
  int bits() const;
  /// The signature, in the encoding of certificates and CMS, holds for the digest's octets.
  bool verify(Algorithm algorithm, std::string_view digest, std::string_view signature) const;
  /// Builds tables for a key that verifies again and again (a CA, OCSP or TSA key): about 5 ms and 1 MB once,
  /// then four times the speed. No effect on other kinds.
  void prepare() const;
  /// The content of the BIT STRING subjectPublicKey, for key identifiers and OCSP.
  const std::string& bits_content() const;
  bool operator==(const PublicKey& other) const;

 private:
  struct Key;
  explicit PublicKey(std::shared_ptr<const Key> key) : key_(std::move(key)) {}
  std::shared_ptr<const Key> key_;
};

/// Only the sandbox and tests hold private keys: a person's key never reaches this program.
class PrivateKey {
 public:
  /// RSA: `bits` from 2048 to 8192. GOST 2004 is not made any more: std::invalid_argument.
  static PrivateKey generate(KeyKind kind, int bits = 2048);
  /// GOST 2015 from 64 octets, big-endian, reduced into 1..q-1: the same octets give the same key.
  static PrivateKey gost_from_seed(std::string_view seed);
  /// PKCS#8 in DER as in keys of НУЦ РК (eds.md 3.1: OCTET STRING { OCTET STRING(64) }, little-endian; of GOST 2004
  /// OCTET STRING { INTEGER }).
  static std::optional<PrivateKey> read(std::string_view pkcs8_der);

  KeyKind kind() const;
  std::string pkcs8() const;
  std::string spki() const;
  /// In the encoding of certificates and CMS. Throws std::invalid_argument where the algorithm is not of the key's
  /// kind or the digest not of the algorithm's size.
  std::string sign(Algorithm algorithm, std::string_view digest) const;

 private:
  struct Key;
  explicit PrivateKey(std::shared_ptr<const Key> key) : key_(std::move(key)) {}
  std::shared_ptr<const Key> key_;
};

}  // namespace mekenjai::edge::eds::crypto
