// Verification by GOST R 34.10-2015 of Kazakhstan with 512 bits, parameter set A: RFC 7091 over the curve of RFC 7836,
// A.1, in the byte orders of НУЦ РК (eds.md 3.1).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "edge/eds/crypto/ec_curve.hpp"

namespace mekenjai::edge::eds::crypto {

class Gost2015Key {
 public:
  static constexpr std::size_t kSize = 128;           // x || y, each little-endian
  static constexpr std::size_t kSignatureSize = 128;  // r || s, each little-endian

  /// Nothing for another size, coordinates not below p, or a point that is not on the curve.
  static std::optional<Gost2015Key> read(std::string_view octets);

  bool verify(std::string_view digest, std::string_view signature) const;
  void prepare() const;

 private:
  EcPoint point_;
};

}  // namespace mekenjai::edge::eds::crypto
