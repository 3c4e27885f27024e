// The field of the curve of GOST 2015: numbers modulo p = 2^512 - 569.
#pragma once

#include "edge/eds/crypto/inverse512.hpp"
#include "edge/eds/crypto/number512.hpp"

namespace mekenjai::edge::eds::crypto::wide {

inline constexpr Word kExcess = 569;  // 2^512 modulo p, so that what is above 512 bits comes back multiplied by it
inline constexpr Number kP{
    ~Word{0} - (kExcess - 1), ~Word{0}, ~Word{0}, ~Word{0}, ~Word{0}, ~Word{0}, ~Word{0}, ~Word{0}};

/// Any number of 512 bits stands for its remainder; only `is_zero` and `remainder` look at which.
struct Field {
  Number number;

  static constexpr Field one() { return {{1}}; }
};

/// The carries out of the lowest word are one case in 2^54: not worth a chain of eight additions.
constexpr void add_word(Number& number, Word word) {
  number[0] += word;
  if (number[0] >= word) [[likely]] return;
  for (std::size_t i = 1; i < kWords; ++i) {
    if (++number[i] != 0) return;
  }
  number[0] += kExcess;  // it went past 2^512, and so is small now
}

constexpr void subtract_word(Number& number, Word word) {
  const Word before = number[0];
  number[0] -= word;
  if (before >= word) [[likely]] return;
  for (std::size_t i = 1; i < kWords; ++i) {
    if (number[i]-- != 0) return;
  }
  number[0] -= kExcess;  // it went below zero, and so is large now
}

inline Field operator+(const Field& left, const Field& right) {
  Field sum;
  add_word(sum.number, add(sum.number, left.number, right.number) * kExcess);
  return sum;
}

inline Field operator-(const Field& left, const Field& right) {
  Field difference;
  subtract_word(difference.number, subtract(difference.number, left.number, right.number) * kExcess);
  return difference;
}

// Not inline on purpose: with eight of them in one function GCC runs out of registers and the doubling of a point takes
// a third longer.
Field operator*(const Field& left, const Field& right);
Field square(const Field& value);

/// The ways of multiplying, between which `*` and `square` choose: that of any processor, and that of x86-64 since 2014
/// (instructions BMI2 and ADX), in half the time. The second may only be called where `has_adx()`.
Field multiply_anywhere(const Field& left, const Field& right);
Field square_anywhere(const Field& value);
bool has_adx();
Field multiply_adx(const Field& left, const Field& right);

/// value * 2^count, for a small count.
template <unsigned kCount>
constexpr Field shifted(const Field& value) {
  Field result;
  result.number[0] = value.number[0] << kCount;
  for (std::size_t i = 1; i < kWords; ++i) {
    result.number[i] = value.number[i] << kCount | value.number[i - 1] >> (64 - kCount);
  }
  add_word(result.number, (value.number[kWords - 1] >> (64 - kCount)) * kExcess);
  return result;
}

/// The remainder, below p.
inline Number remainder(const Field& value) {
  Number number = value.number;
  if (!less(number, kP)) subtract(number, kP);
  return number;
}

constexpr bool is_zero(const Field& value) { return is_zero(value.number) || value.number == kP; }
inline bool equal(const Field& left, const Field& right) { return is_zero(left - right); }

/// 1 / value, of a value that is not zero.
inline Field inverse(const Field& value) {
  static constexpr Modulus modulus(kP);
  return {inverse(remainder(value), modulus)};
}

}  // namespace mekenjai::edge::eds::crypto::wide
