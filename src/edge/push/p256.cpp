#include "edge/push/p256.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <stdexcept>

#include "base/bytes.hpp"

namespace mekenjai::edge::push {
namespace {

template <auto Free>
struct FreedBy {
  template <class T>
  void operator()(T* thing) const {
    Free(thing);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, FreedBy<Free>>;

using Number = Owned<BIGNUM, BN_clear_free>;
using Group = Owned<EC_GROUP, EC_GROUP_free>;
using Point = Owned<EC_POINT, EC_POINT_free>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using DigestContext = Owned<EVP_MD_CTX, EVP_MD_CTX_free>;
using Signature = Owned<ECDSA_SIG, ECDSA_SIG_free>;
using Memory = Owned<BIO, BIO_free_all>;
using Params = Owned<OSSL_PARAM, OSSL_PARAM_free>;
using ParamsBuilder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;

constexpr const char* kGroupName = "prime256v1";
constexpr std::size_t kMaxDerSignature = 72;

const unsigned char* octets(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* octets(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

/// Outsiders' octets are looked at before; what fails here is our own fault or the machine's.
void must(bool done) {
  if (done) return;
  ERR_clear_error();
  throw std::runtime_error("OpenSSL could not work with a key on P-256");
}

const EC_GROUP* group() {
  static const Group curve(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
  must(curve != nullptr);
  return curve.get();
}

/// The public point of a private number.
std::string point_of(const BIGNUM* number) {
  const Point point(EC_POINT_new(group()));
  must(point && EC_POINT_mul(group(), point.get(), number, nullptr, nullptr, nullptr) == 1);
  std::string out(kP256Point, '\0');
  must(EC_POINT_point2oct(group(), point.get(), POINT_CONVERSION_UNCOMPRESSED, octets(out), out.size(), nullptr) ==
       kP256Point);
  return out;
}

/// A key of OpenSSL's: private where there is a number, otherwise public.
Key make_key(std::string_view point, const BIGNUM* number) {
  const ParamsBuilder builder(OSSL_PARAM_BLD_new());
  must(builder && OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, kGroupName, 0) == 1 &&
       OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()) == 1);
  if (number != nullptr) must(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PRIV_KEY, number) == 1);
  const Params params(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  must(params && context && EVP_PKEY_fromdata_init(context.get()) == 1);
  EVP_PKEY* made = nullptr;
  const int selection = number != nullptr ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
  must(EVP_PKEY_fromdata(context.get(), &made, selection, params.get()) == 1);
  return Key(made);
}

std::string padded(const BIGNUM* number) {
  std::string out(kP256Number, '\0');
  must(BN_bn2binpad(number, octets(out), static_cast<int>(out.size())) == static_cast<int>(kP256Number));
  return out;
}

}  // namespace

struct P256Key::Handle {
  Key key;
};

bool is_p256_point(std::string_view bytes) {
  if (bytes.size() != kP256Point || bytes.front() != POINT_CONVERSION_UNCOMPRESSED) return false;
  const Point point(EC_POINT_new(group()));
  must(point != nullptr);
  const bool on_curve = EC_POINT_oct2point(group(), point.get(), octets(bytes), bytes.size(), nullptr) == 1;
  ERR_clear_error();
  return on_curve;
}

P256Key::P256Key(std::shared_ptr<const Handle> handle, std::string number, std::string point)
    : handle_(std::move(handle)), number_(std::move(number)), point_(std::move(point)) {}

P256Key P256Key::generate() {
  for (;;) {  // one number in 2^32 is out of range
    if (auto key = from_number(base::random_bytes(kP256Number))) return *std::move(key);
  }
}

std::optional<P256Key> P256Key::from_number(std::string_view bytes) {
  if (bytes.size() != kP256Number) return std::nullopt;
  const Number number(BN_bin2bn(octets(bytes), static_cast<int>(bytes.size()), nullptr));
  must(number != nullptr);
  if (BN_is_zero(number.get()) || BN_cmp(number.get(), EC_GROUP_get0_order(group())) >= 0) return std::nullopt;
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  std::string point = point_of(number.get());
  auto handle = std::make_shared<const Handle>(Handle{make_key(point, number.get())});
  return P256Key(std::move(handle), std::string(bytes), std::move(point));
}

std::optional<P256Key> P256Key::from_base64url(std::string_view text) {
  const auto number = base::from_base64url(text);
  return number ? from_number(*number) : std::nullopt;
}

std::optional<P256Key> P256Key::from_pem(std::string_view pem) {
  if (pem.size() > kMaxPem) return std::nullopt;
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  must(memory != nullptr);
  // Without a function of our own, OpenSSL asks for a password on the terminal.
  const auto no_password = [](char*, int, int, void*) { return -1; };
  const Key key(PEM_read_bio_PrivateKey(memory.get(), nullptr, no_password, nullptr));
  ERR_clear_error();
  if (!key || EVP_PKEY_is_a(key.get(), "EC") != 1) return std::nullopt;
  char name[32] = {};
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key.get(), name, sizeof name, &size) != 1 || std::string_view(name) != kGroupName) {
    return std::nullopt;
  }
  BIGNUM* value = nullptr;
  if (EVP_PKEY_get_bn_param(key.get(), OSSL_PKEY_PARAM_PRIV_KEY, &value) != 1) return std::nullopt;
  const Number number(value);
  return from_number(padded(number.get()));
}

std::string P256Key::pem() const {
  const Memory memory(BIO_new(BIO_s_mem()));
  must(memory &&
       PEM_write_bio_PKCS8PrivateKey(memory.get(), handle_->key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  must(size > 0);
  return std::string(text, static_cast<std::size_t>(size));
}

std::optional<std::string> P256Key::shared_secret(std::string_view other_point) const {
  if (!is_p256_point(other_point)) return std::nullopt;
  const Key other = make_key(other_point, nullptr);
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, handle_->key.get(), nullptr));
  must(context && EVP_PKEY_derive_init(context.get()) == 1 &&
       EVP_PKEY_derive_set_peer(context.get(), other.get()) == 1);
  std::string secret(kP256Number, '\0');
  std::size_t size = secret.size();
  must(EVP_PKEY_derive(context.get(), octets(secret), &size) == 1 && size == secret.size());
  return secret;
}

std::string P256Key::sign(std::string_view text) const {
  const DigestContext context(EVP_MD_CTX_new());
  must(context && EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, handle_->key.get()) == 1);
  std::string der(kMaxDerSignature, '\0');
  std::size_t size = der.size();
  must(EVP_DigestSign(context.get(), octets(der), &size, octets(text), text.size()) == 1);
  const unsigned char* at = octets(der);
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  must(signature != nullptr);
  return padded(ECDSA_SIG_get0_r(signature.get())) + padded(ECDSA_SIG_get0_s(signature.get()));
}

}  // namespace mekenjai::edge::push
