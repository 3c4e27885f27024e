#include "edge/eds/crypto/field512.hpp"

namespace mekenjai::edge::eds::crypto::wide {
namespace {

inline Field reduced(const Product& product) {
  Field result;
  Word carry = 0;
#pragma GCC unroll 8
  for (std::size_t i = 0; i < kWords; ++i) {
    const Twice sum = static_cast<Twice>(product[kWords + i]) * kExcess + product[i] + carry;
    result.number[i] = low(sum);
    carry = high(sum);
  }
  add_word(result.number, carry * kExcess);
  return result;
}

}  // namespace

Field operator*(const Field& left, const Field& right) { return reduced(multiply(left.number, right.number)); }
Field square(const Field& value) { return reduced(square(value.number)); }

}  // namespace mekenjai::edge::eds::crypto::wide
