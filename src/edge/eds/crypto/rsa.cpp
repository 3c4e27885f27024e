#include "edge/eds/crypto/rsa.hpp"

#include <openssl/err.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <bit>
#include <new>
#include <stdexcept>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/crypto/spki.hpp"

namespace mekenjai::edge::eds::crypto {
namespace {

struct FreeContext {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};

const EVP_MD* md_of(Digest digest) { return digest == Digest::sha1 ? EVP_sha1() : EVP_sha256(); }

const unsigned char* octets(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

void must(int done) {
  if (done < 1) throw std::runtime_error("OpenSSL could not work with an RSA key");
}

/// The bits of an unsigned big-endian number without leading zero.
int bit_length(std::string_view number) {
  if (number.empty()) return 0;
  return static_cast<int>(8 * number.size()) - std::countl_zero(static_cast<std::uint8_t>(number.front()));
}

bool is_odd(std::string_view number) { return !number.empty() && (number.back() & 1) != 0; }

/// What i2d functions write.
template <class Write, class Key>
std::string written(Write write, Key* key) {
  unsigned char* out = nullptr;
  const int size = write(key, &out);
  must(size);
  const std::string bytes(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return bytes;
}

}  // namespace

RsaPublicKey::Context RsaPublicKey::begin(EVP_PKEY* key, const EVP_MD* md) {
  Context context(EVP_PKEY_CTX_new(key, nullptr));
  if (!context) throw std::bad_alloc();
  must(EVP_PKEY_verify_init(context.get()));
  must(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING));
  must(EVP_PKEY_CTX_set_signature_md(context.get(), md));
  return context;
}

std::optional<RsaPublicKey> RsaPublicKey::read(std::string_view bytes) {
  der::Reader outside(bytes);
  auto inside = outside.enter(der::kSequence);
  if (!inside || !outside.at_end()) return std::nullopt;
  const auto n_element = inside->take(der::kInteger), e_element = inside->take(der::kInteger);
  if (!n_element || !e_element || !inside->at_end()) return std::nullopt;
  const auto n = der::unsigned_integer(*n_element), e = der::unsigned_integer(*e_element);
  if (!n || !e || !is_odd(*n) || !is_odd(*e)) return std::nullopt;
  const int bits = bit_length(*n), e_bits = bit_length(*e);
  if (bits < kMinRsaBits || bits > kMaxRsaBits || e_bits < 17 || e_bits > 32) return std::nullopt;

  const unsigned char* at = octets(bytes);
  RsaPublicKey key;
  key.key_.reset(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(bytes.size())));
  if (!key.key_) {
    ERR_clear_error();
    return std::nullopt;
  }
  key.sha256_ = begin(key.key_.get(), EVP_sha256());
  key.sha1_ = begin(key.key_.get(), EVP_sha1());
  key.bits_ = bits;
  return key;
}

bool RsaPublicKey::verify(Digest kind, std::string_view digest, std::string_view signature) const {
  const Context context(EVP_PKEY_CTX_dup((kind == Digest::sha1 ? sha1_ : sha256_).get()));
  if (!context) throw std::bad_alloc();
  const bool holds =
      EVP_PKEY_verify(context.get(), octets(signature), signature.size(), octets(digest), digest.size()) == 1;
  if (!holds) ERR_clear_error();  // a wrong signature is an answer, not an error that waits for the next caller
  return holds;
}

RsaPrivateKey RsaPrivateKey::generate(int bits) {
  RsaPrivateKey key;
  key.key_.reset(EVP_RSA_gen(static_cast<unsigned>(bits)));
  if (!key.key_) throw std::runtime_error("OpenSSL could not make an RSA key");
  return key;
}

std::optional<RsaPrivateKey> RsaPrivateKey::read(std::string_view pkcs8_der) {
  const unsigned char* at = octets(pkcs8_der);
  RsaPrivateKey key;
  key.key_.reset(d2i_PrivateKey(EVP_PKEY_RSA, nullptr, &at, static_cast<long>(pkcs8_der.size())));
  const bool whole = at == octets(pkcs8_der) + pkcs8_der.size();
  if (!key.key_ || !whole || EVP_PKEY_get_bits(key.key_.get()) < kMinRsaBits) {
    ERR_clear_error();
    return std::nullopt;
  }
  return key;
}

std::string RsaPrivateKey::pkcs8() const {
  struct FreeInfo {
    void operator()(PKCS8_PRIV_KEY_INFO* info) const { PKCS8_PRIV_KEY_INFO_free(info); }
  };
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeInfo> info(EVP_PKEY2PKCS8(key_.get()));
  if (!info) throw std::bad_alloc();
  return written(i2d_PKCS8_PRIV_KEY_INFO, info.get());
}

std::string RsaPrivateKey::public_key() const { return written(i2d_PublicKey, key_.get()); }

std::string RsaPrivateKey::sign(Digest kind, std::string_view digest) const {
  const std::unique_ptr<EVP_PKEY_CTX, FreeContext> context(EVP_PKEY_CTX_new(key_.get(), nullptr));
  if (!context) throw std::bad_alloc();
  must(EVP_PKEY_sign_init(context.get()));
  must(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING));
  must(EVP_PKEY_CTX_set_signature_md(context.get(), md_of(kind)));
  std::size_t size = 0;
  must(EVP_PKEY_sign(context.get(), nullptr, &size, octets(digest), digest.size()));
  std::string signature(size, '\0');
  must(EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, octets(digest),
                     digest.size()));
  signature.resize(size);
  return signature;
}

}  // namespace mekenjai::edge::eds::crypto
