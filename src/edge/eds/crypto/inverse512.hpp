// 1 / number modulo an odd number of 512 bits.
//
// Bernstein and Yang, "Fast constant-time gcd computation and modular inversion" (2019), in the form for public
// numbers: 62 division steps at a time are done on the lowest words alone and gathered in a matrix, which is then
// applied to the whole numbers. It takes a tenth of the time of BN_mod_inverse.
#pragma once

#include "edge/eds/crypto/number512.hpp"

namespace mekenjai::edge::eds::crypto::wide {

using Signed = std::int64_t;

inline constexpr std::size_t kLimbs = 9;
using Limbs = std::array<Signed, kLimbs>;  // of 62 bits; the last holds the sign
inline constexpr Word kLimbMask = ~Word{0} >> 2;

constexpr Limbs limbs_of(const Number& number) {
  Limbs limbs{};
  for (std::size_t i = 0; i < kLimbs; ++i) {
    const std::size_t at = 62 * i, word = at / 64, offset = at % 64;
    Word value = number[word] >> offset;
    if (offset > 2 && word + 1 < kWords) value |= number[word + 1] << (64 - offset);
    limbs[i] = static_cast<Signed>(value & kLimbMask);
  }
  return limbs;
}

struct Modulus {
  Limbs limbs;
  Word inverse = 0;  // of the modulus, modulo 2^62

  constexpr explicit Modulus(const Number& number) : limbs(limbs_of(number)), inverse(number[0]) {
    for (int i = 0; i < 6; ++i) inverse *= 2 - number[0] * inverse;  // each of Newton's steps doubles the right bits
    inverse &= kLimbMask;
  }
};

/// For a number below the modulus that has an inverse; the result is below the modulus.
Number inverse(const Number& number, const Modulus& modulus);

}  // namespace mekenjai::edge::eds::crypto::wide
