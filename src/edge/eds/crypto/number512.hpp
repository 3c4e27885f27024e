// Numbers of 512 bits: eight words, the lowest first.
//
// Only public data goes through this arithmetic (signatures, digests and public keys to verify), so none of it needs to
// take the same time for all numbers. Private keys are worked on by OpenSSL (ec_curve.hpp).
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace mekenjai::edge::eds::crypto::wide {

using Word = std::uint64_t;
using Twice = unsigned __int128;  // a product of words

inline constexpr std::size_t kWords = 8;
using Number = std::array<Word, kWords>;

constexpr Word low(Twice value) { return static_cast<Word>(value); }
constexpr Word high(Twice value) { return static_cast<Word>(value >> 64); }

/// Of 64 octets, the lowest first.
inline Number from_octets(std::string_view octets) {
  static_assert(std::endian::native == std::endian::little, "octets are copied as they stand");
  Number number{};
  std::memcpy(number.data(), octets.data(), sizeof(number));
  return number;
}

constexpr bool is_zero(const Number& number) {
  Word any = 0;
  for (const Word word : number) any |= word;
  return any == 0;
}

constexpr bool less(const Number& left, const Number& right) {
  for (std::size_t i = kWords; i-- > 0;) {
    if (left[i] != right[i]) return left[i] < right[i];
  }
  return false;
}

/// result = left + right; returns the carry.
inline Word add(Number& result, const Number& left, const Number& right) {
  Word carry = 0;
#ifdef __x86_64__
  // GCC 12 makes three instructions of each step of the chain below, and much of a verification is spent in it.
  asm("movq 0(%[left]), %[w0]\n\taddq 0(%[right]), %[w0]\n\tmovq 8(%[left]), %[w1]\n\tadcq 8(%[right]), %[w1]\n\t"
      "movq 16(%[left]), %[w2]\n\tadcq 16(%[right]), %[w2]\n\tmovq 24(%[left]), %[w3]\n\tadcq 24(%[right]), %[w3]\n\t"
      "movq 32(%[left]), %[w4]\n\tadcq 32(%[right]), %[w4]\n\tmovq 40(%[left]), %[w5]\n\tadcq 40(%[right]), %[w5]\n\t"
      "movq 48(%[left]), %[w6]\n\tadcq 48(%[right]), %[w6]\n\tmovq 56(%[left]), %[w7]\n\tadcq 56(%[right]), %[w7]\n\t"
      "adcq $0, %[carry]"
      : [w0] "=&r"(result[0]), [w1] "=&r"(result[1]), [w2] "=&r"(result[2]), [w3] "=&r"(result[3]),
        [w4] "=&r"(result[4]), [w5] "=&r"(result[5]), [w6] "=&r"(result[6]), [w7] "=&r"(result[7]), [carry] "+&r"(carry)
      : [left] "r"(left.data()), [right] "r"(right.data()), "m"(left), "m"(right)
      : "cc");
#else
  for (std::size_t i = 0; i < kWords; ++i) {
    const Twice sum = static_cast<Twice>(left[i]) + right[i] + carry;
    result[i] = low(sum);
    carry = high(sum);
  }
#endif
  return carry;
}

/// result = left - right; returns the borrow.
inline Word subtract(Number& result, const Number& left, const Number& right) {
  Word borrow = 0;
#ifdef __x86_64__
  asm("movq 0(%[left]), %[w0]\n\tsubq 0(%[right]), %[w0]\n\tmovq 8(%[left]), %[w1]\n\tsbbq 8(%[right]), %[w1]\n\t"
      "movq 16(%[left]), %[w2]\n\tsbbq 16(%[right]), %[w2]\n\tmovq 24(%[left]), %[w3]\n\tsbbq 24(%[right]), %[w3]\n\t"
      "movq 32(%[left]), %[w4]\n\tsbbq 32(%[right]), %[w4]\n\tmovq 40(%[left]), %[w5]\n\tsbbq 40(%[right]), %[w5]\n\t"
      "movq 48(%[left]), %[w6]\n\tsbbq 48(%[right]), %[w6]\n\tmovq 56(%[left]), %[w7]\n\tsbbq 56(%[right]), %[w7]\n\t"
      "adcq $0, %[borrow]"
      : [w0] "=&r"(result[0]), [w1] "=&r"(result[1]), [w2] "=&r"(result[2]), [w3] "=&r"(result[3]),
        [w4] "=&r"(result[4]), [w5] "=&r"(result[5]), [w6] "=&r"(result[6]), [w7] "=&r"(result[7]),
        [borrow] "+&r"(borrow)
      : [left] "r"(left.data()), [right] "r"(right.data()), "m"(left), "m"(right)
      : "cc");
#else
  for (std::size_t i = 0; i < kWords; ++i) {
    const Twice difference = static_cast<Twice>(left[i]) - right[i] - borrow;
    result[i] = low(difference);
    borrow = high(difference) & 1;
  }
#endif
  return borrow;
}

inline Word add(Number& left, const Number& right) { return add(left, left, right); }
inline Word subtract(Number& left, const Number& right) { return subtract(left, left, right); }

/// `count` bits from bit `at` on; above the number there are zeros. `count` is below 32.
constexpr unsigned bits(const Number& number, std::size_t at, unsigned count) {
  const std::size_t word = at / 64;
  if (word >= kWords) return 0;
  const unsigned offset = at % 64;
  Word value = number[word] >> offset;
  if (offset + count > 64 && word + 1 < kWords) value |= number[word + 1] << (64 - offset);
  return static_cast<unsigned>(value & ((Word{1} << count) - 1));
}

using Product = std::array<Word, 2 * kWords>;

constexpr Product multiply(const Number& left, const Number& right) {
  Product product{};
#pragma GCC unroll 8
  for (std::size_t i = 0; i < kWords; ++i) {
    Word carry = 0;
#pragma GCC unroll 8
    for (std::size_t j = 0; j < kWords; ++j) {
      const Twice sum = static_cast<Twice>(left[i]) * right[j] + product[i + j] + carry;
      product[i + j] = low(sum);
      carry = high(sum);
    }
    product[i + kWords] = carry;
  }
  return product;
}

constexpr Product square(const Number& number) {
  Product product{};
#pragma GCC unroll 8
  for (std::size_t i = 0; i + 1 < kWords; ++i) {  // every product of two different words, once
    Word carry = 0;
#pragma GCC unroll 8
    for (std::size_t j = i + 1; j < kWords; ++j) {
      const Twice sum = static_cast<Twice>(number[i]) * number[j] + product[i + j] + carry;
      product[i + j] = low(sum);
      carry = high(sum);
    }
    product[i + kWords] = carry;
  }
  Word shifted = 0, carry = 0;
#pragma GCC unroll 8
  for (std::size_t i = 0; i < kWords; ++i) {  // twice that, and the squares of the words
    const Twice own = static_cast<Twice>(number[i]) * number[i];
    const Word even = product[2 * i] << 1 | shifted, odd = product[2 * i + 1] << 1 | product[2 * i] >> 63;
    shifted = product[2 * i + 1] >> 63;
    Twice sum = static_cast<Twice>(even) + low(own) + carry;
    product[2 * i] = low(sum);
    sum = static_cast<Twice>(odd) + high(own) + high(sum);
    product[2 * i + 1] = low(sum);
    carry = high(sum);
  }
  return product;
}

}  // namespace mekenjai::edge::eds::crypto::wide
