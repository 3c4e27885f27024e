// RSA with PKCS#1 v1.5 (RFC 8017, 8.2), by OpenSSL.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "edge/eds/crypto/digest.hpp"

namespace mekenjai::edge::eds::crypto {

inline constexpr int kMinRsaBits = 2048;
inline constexpr int kMaxRsaBits = 8192;  // above, one verification is a way to tire the server

class RsaPublicKey {
 public:
  /// From an RSAPublicKey (RFC 8017, A.1.1) in DER; nothing for a modulus outside the limits or an exponent that is
  /// even, below 65537 or above 32 bits.
  static std::optional<RsaPublicKey> read(std::string_view der);
  int bits() const { return bits_; }
  bool verify(Digest kind, std::string_view digest, std::string_view signature) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  };
  using Context = std::unique_ptr<EVP_PKEY_CTX, Free>;
  static Context begin(EVP_PKEY* key, const EVP_MD* md);

  std::unique_ptr<EVP_PKEY, Free> key_;
  Context sha256_, sha1_;  // set up once; a verification works on a copy
  int bits_ = 0;
};

class RsaPrivateKey {
 public:
  static RsaPrivateKey generate(int bits);
  /// From PKCS#8.
  static std::optional<RsaPrivateKey> read(std::string_view pkcs8_der);
  std::string pkcs8() const;
  /// The RSAPublicKey.
  std::string public_key() const;
  std::string sign(Digest kind, std::string_view digest) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  std::unique_ptr<EVP_PKEY, Free> key_;
};

}  // namespace mekenjai::edge::eds::crypto
