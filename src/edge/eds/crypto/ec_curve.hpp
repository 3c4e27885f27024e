// GOST R 34.10 (RFC 7091) on any curve, by OpenSSL's arithmetic: for the archive's 256-bit curve, for making keys and
// signatures, and as the peer that the own arithmetic of gost2015.hpp is measured and checked against.
#pragma once

#include <openssl/ec.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mekenjai::edge::eds::crypto {

/// Affine coordinates, little-endian, each as long as the curve's numbers.
struct EcPoint {
  std::string x, y;
};

/// Safe to use from several threads. All numbers go in and come out little-endian, at the curve's size.
class EcCurve {
 public:
  /// Hexadecimal, big-endian, as standards print them.
  struct Parameters {
    const char *p, *a, *b, *q, *x, *y;
  };
  explicit EcCurve(const Parameters& parameters);

  /// id-tc26-gost-3410-12-512-paramSetA (RFC 7836, A.1).
  static const EcCurve& gost2015();
  /// id-GostR3410-2001-CryptoPro-A-ParamSet (RFC 4357, 11.4).
  static const EcCurve& gost2004();

  std::size_t size() const { return size_; }
  /// Whether both coordinates are below p and the point is on the curve.
  bool contains(const EcPoint& point) const;
  /// RFC 7091, 6.2; the signature is r || s. The point must be on the curve.
  bool verify(const EcPoint& key, std::string_view digest, std::string_view signature) const;
  /// scalar * G; nothing for a scalar outside 1..q-1.
  std::optional<EcPoint> multiply_base(std::string_view scalar) const;
  /// RFC 7091, 6.1, with the one-time number `k` of 1..q-1; nothing in the case, never met, that another is needed.
  std::optional<std::string> sign(std::string_view private_key, std::string_view digest, std::string_view k) const;
  /// Big-endian octets of any length modulo q, and 1 for zero.
  std::string reduce(std::string_view octets) const;

 private:
  struct Free {
    void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
    void operator()(BIGNUM* number) const { BN_clear_free(number); }
  };
  std::unique_ptr<EC_GROUP, Free> group_;
  std::unique_ptr<BIGNUM, Free> p_, q_;
  std::size_t size_ = 0;
};

}  // namespace mekenjai::edge::eds::crypto
