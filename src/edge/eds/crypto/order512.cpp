#include "edge/eds/crypto/order512.hpp"

#include <algorithm>

#include "edge/eds/crypto/inverse512.hpp"

namespace mekenjai::edge::eds::crypto::wide {
namespace {

/// 2^512 - q: what is above 512 bits comes back multiplied by it.
constexpr std::array<Word, 4> kExcessQ{0x35324ebee0ef4d8b, 0x64b4c754052d47a2, 0x900dd472b1fa9f9f, 0xd8196acd0b7276ee};

/// low + high * kExcessQ, for a `high` of at most eight words. As the excess is below 0.85 * 2^256 the sum fits into
/// four words more than `high`, or is below 2^513 where `high` has four.
template <std::size_t kHigh>
std::array<Word, kWords + 5> fold(const Word* low_words, const Word* high_words) {
  std::array<Word, kWords + 5> sum{};
  std::copy_n(low_words, kWords, sum.begin());
  for (std::size_t i = 0; i < kHigh; ++i) {
    Word carry = 0;
    for (std::size_t j = 0; j < kExcessQ.size(); ++j) {
      const Twice term = static_cast<Twice>(high_words[i]) * kExcessQ[j] + sum[i + j] + carry;
      sum[i + j] = low(term);
      carry = high(term);
    }
    for (std::size_t k = i + kExcessQ.size(); carry != 0 && k < sum.size(); ++k) {
      sum[k] += carry;
      carry = sum[k] < carry ? 1 : 0;
    }
  }
  return sum;
}

}  // namespace

Number multiply_q(const Number& left, const Number& right) {
  const Product product = multiply(left, right);
  const auto once = fold<kWords>(product.data(), product.data() + kWords);
  const auto again = fold<4>(once.data(), once.data() + kWords);
  Number result;
  std::copy_n(again.begin(), kWords, result.begin());
  if (again[kWords] != 0) add(result, {kExcessQ[0], kExcessQ[1], kExcessQ[2], kExcessQ[3]});
  return modulo_q(result);
}

Number inverse_q(const Number& number) {
  static constexpr Modulus modulus(kQ);
  return inverse(number, modulus);
}

}  // namespace mekenjai::edge::eds::crypto::wide
