#include "edge/eds/crypto/ec_curve.hpp"

#include <openssl/bn.h>

#include <new>
#include <stdexcept>

namespace mekenjai::edge::eds::crypto {
namespace {

/// Numbers of one calculation; they go with it.
class Numbers {
 public:
  Numbers() : context_(BN_CTX_new()) {
    if (!context_) throw std::bad_alloc();
    BN_CTX_start(context_.get());
  }
  ~Numbers() { BN_CTX_end(context_.get()); }
  Numbers(const Numbers&) = delete;
  Numbers& operator=(const Numbers&) = delete;

  BN_CTX* context() { return context_.get(); }
  BIGNUM* fresh() {
    BIGNUM* number = BN_CTX_get(context_.get());
    if (number == nullptr) throw std::bad_alloc();
    return number;
  }
  BIGNUM* little_endian(std::string_view octets) {
    BIGNUM* number = fresh();
    BN_lebin2bn(reinterpret_cast<const unsigned char*>(octets.data()), static_cast<int>(octets.size()), number);
    return number;
  }
  BIGNUM* hex(const char* digits) {
    BIGNUM* number = fresh();
    if (BN_hex2bn(&number, digits) == 0) throw std::bad_alloc();
    return number;
  }

 private:
  struct Free {
    void operator()(BN_CTX* context) const { BN_CTX_free(context); }
  };
  std::unique_ptr<BN_CTX, Free> context_;
};

struct FreePoint {
  void operator()(EC_POINT* point) const { EC_POINT_free(point); }
};
using Point = std::unique_ptr<EC_POINT, FreePoint>;

Point new_point(const EC_GROUP* group) {
  Point point(EC_POINT_new(group));
  if (!point) throw std::bad_alloc();
  return point;
}

std::string little_endian(const BIGNUM* number, std::size_t size) {
  std::string octets(size, '\0');
  BN_bn2lebinpad(number, reinterpret_cast<unsigned char*>(octets.data()), static_cast<int>(size));
  return octets;
}

/// e of RFC 7091, 6: the digest modulo q, or 1.
BIGNUM* digest_number(Numbers& numbers, std::string_view digest, const BIGNUM* q) {
  BIGNUM* e = numbers.fresh();
  BN_nnmod(e, numbers.little_endian(digest), q, numbers.context());
  if (BN_is_zero(e)) BN_one(e);
  return e;
}

bool in_range(const BIGNUM* number, const BIGNUM* q) { return !BN_is_zero(number) && BN_cmp(number, q) < 0; }

void must(int done) {
  if (done != 1) throw std::runtime_error("OpenSSL could not calculate on a curve");
}

}  // namespace

EcCurve::EcCurve(const Parameters& parameters) {
  Numbers numbers;
  p_.reset(BN_dup(numbers.hex(parameters.p)));
  q_.reset(BN_dup(numbers.hex(parameters.q)));
  group_.reset(
      EC_GROUP_new_curve_GFp(p_.get(), numbers.hex(parameters.a), numbers.hex(parameters.b), numbers.context()));
  if (!p_ || !q_ || !group_) throw std::bad_alloc();
  size_ = static_cast<std::size_t>(BN_num_bytes(p_.get()));
  const Point base = new_point(group_.get());
  must(EC_POINT_set_affine_coordinates(group_.get(), base.get(), numbers.hex(parameters.x), numbers.hex(parameters.y),
                                       numbers.context()));
  must(EC_GROUP_set_generator(group_.get(), base.get(), q_.get(), BN_value_one()));
}

const EcCurve& EcCurve::gost2015() {
  static const EcCurve curve({
      .p = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
           "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC7",
      .a = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
           "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFDC4",
      .b = "E8C2505DEDFC86DDC1BD0B2B6667F1DA34B82574761CB0E879BD081CFD0B6265"
           "EE3CB090F30D27614CB4574010DA90DD862EF9D4EBEE4761503190785A71C760",
      .q = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
           "27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275",
      .x = "3",
      .y = "7503CFE87A836AE3A61B8816E25450E6CE5E1C93ACF1ABC1778064FDCBEFA921"
           "DF1626BE4FD036E93D75E6A50E3A41E98028FE5FC235F5B889A589CB5215F2A4",
  });
  return curve;
}

const EcCurve& EcCurve::gost2004() {
  static const EcCurve curve({
      .p = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD97",
      .a = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFD94",
      .b = "A6",
      .q = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893",
      .x = "1",
      .y = "8D91E471E0989CDA27DF505A453F2B7635294F2DDF23E3B122ACC99C9E9F1E14",
  });
  return curve;
}

bool EcCurve::contains(const EcPoint& point) const {
  Numbers numbers;
  if (point.x.size() != size_ || point.y.size() != size_) return false;
  BIGNUM* const x = numbers.little_endian(point.x);
  BIGNUM* const y = numbers.little_endian(point.y);
  if (BN_cmp(x, p_.get()) >= 0 || BN_cmp(y, p_.get()) >= 0) return false;
  const Point on_curve = new_point(group_.get());
  return EC_POINT_set_affine_coordinates(group_.get(), on_curve.get(), x, y, numbers.context()) == 1;
}

bool EcCurve::verify(const EcPoint& key, std::string_view digest, std::string_view signature) const {
  if (signature.size() != 2 * size_) return false;
  Numbers numbers;
  BN_CTX* const context = numbers.context();
  const BIGNUM* r = numbers.little_endian(signature.substr(0, size_));
  const BIGNUM* s = numbers.little_endian(signature.substr(size_));
  if (!in_range(r, q_.get()) || !in_range(s, q_.get())) return false;

  BIGNUM* const inverse = numbers.fresh();
  BIGNUM* const z1 = numbers.fresh();
  BIGNUM* const z2 = numbers.fresh();
  if (BN_mod_inverse(inverse, digest_number(numbers, digest, q_.get()), q_.get(), context) == nullptr) return false;
  must(BN_mod_mul(z1, s, inverse, q_.get(), context));
  must(BN_mod_mul(z2, r, inverse, q_.get(), context));
  must(BN_sub(z2, q_.get(), z2));

  const Point q = new_point(group_.get());
  const Point c = new_point(group_.get());
  BIGNUM* const x = numbers.fresh();
  must(EC_POINT_set_affine_coordinates(group_.get(), q.get(), numbers.little_endian(key.x),
                                       numbers.little_endian(key.y), context));
  must(EC_POINT_mul(group_.get(), c.get(), z1, q.get(), z2, context));
  if (EC_POINT_is_at_infinity(group_.get(), c.get()) == 1) return false;
  must(EC_POINT_get_affine_coordinates(group_.get(), c.get(), x, nullptr, context));
  must(BN_nnmod(x, x, q_.get(), context));
  return BN_cmp(x, r) == 0;
}

std::optional<EcPoint> EcCurve::multiply_base(std::string_view scalar) const {
  Numbers numbers;
  const BIGNUM* number = numbers.little_endian(scalar);
  if (!in_range(number, q_.get())) return std::nullopt;
  const Point product = new_point(group_.get());
  BIGNUM* const x = numbers.fresh();
  BIGNUM* const y = numbers.fresh();
  must(EC_POINT_mul(group_.get(), product.get(), number, nullptr, nullptr, numbers.context()));
  must(EC_POINT_get_affine_coordinates(group_.get(), product.get(), x, y, numbers.context()));
  return EcPoint{little_endian(x, size_), little_endian(y, size_)};
}

std::optional<std::string> EcCurve::sign(std::string_view private_key, std::string_view digest,
                                         std::string_view k) const {
  Numbers numbers;
  BN_CTX* const context = numbers.context();
  const auto c = multiply_base(k);
  if (!c) return std::nullopt;
  BIGNUM* const r = numbers.fresh();
  BIGNUM* const s = numbers.fresh();
  BIGNUM* const ke = numbers.fresh();
  must(BN_nnmod(r, numbers.little_endian(c->x), q_.get(), context));
  must(BN_mod_mul(s, r, numbers.little_endian(private_key), q_.get(), context));
  must(BN_mod_mul(ke, numbers.little_endian(k), digest_number(numbers, digest, q_.get()), q_.get(), context));
  must(BN_mod_add(s, s, ke, q_.get(), context));
  if (BN_is_zero(r) || BN_is_zero(s)) return std::nullopt;
  return little_endian(r, size_) + little_endian(s, size_);
}

std::string EcCurve::reduce(std::string_view octets) const {
  Numbers numbers;
  BIGNUM* const number = numbers.fresh();
  BN_bin2bn(reinterpret_cast<const unsigned char*>(octets.data()), static_cast<int>(octets.size()), number);
  must(BN_nnmod(number, number, q_.get(), numbers.context()));
  if (BN_is_zero(number)) BN_one(number);
  return little_endian(number, size_);
}

}  // namespace mekenjai::edge::eds::crypto
