// Numbers modulo q, the order of the curve of GOST 2015: what multiplies points.
#pragma once

#include "edge/eds/crypto/number512.hpp"

namespace mekenjai::edge::eds::crypto::wide {

inline constexpr Number kQ{0xcacdb1411f10b275, 0x9b4b38abfad2b85d, 0x6ff22b8d4e056060, 0x27e69532f48d8911,
                           ~Word{0},           ~Word{0},           ~Word{0},           ~Word{0}};

/// For any number of 512 bits: q is above half of 2^512.
inline Number modulo_q(Number number) {
  if (!less(number, kQ)) subtract(number, kQ);
  return number;
}

/// q - number, for a number of 1..q-1.
inline Number negate_q(const Number& number) {
  Number result = kQ;
  subtract(result, number);
  return result;
}

/// The product modulo q, below q.
Number multiply_q(const Number& left, const Number& right);

/// 1 / number modulo q, for a number of 1..q-1.
Number inverse_q(const Number& number);

}  // namespace mekenjai::edge::eds::crypto::wide
