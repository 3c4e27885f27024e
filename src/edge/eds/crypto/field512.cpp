#include "edge/eds/crypto/field512.hpp"

#ifdef __x86_64__
#include <cpuid.h>
#endif

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

#ifdef __x86_64__

/// (t0 … t8) = (t0 … t7) + factor * number. Two chains of carries run beside each other, which no compiler writes.
inline void add_multiple(Word& t0, Word& t1, Word& t2, Word& t3, Word& t4, Word& t5, Word& t6, Word& t7, Word& t8,
                         Word factor, const Number& number) {
  Word part, above;
  asm("xorl %k[t8], %k[t8]\n\t"  // and no carry in either chain
      "mulxq 0(%[number]), %[part], %[above]\n\tadcxq %[part], %[t0]\n\tadoxq %[above], %[t1]\n\t"
      "mulxq 8(%[number]), %[part], %[above]\n\tadcxq %[part], %[t1]\n\tadoxq %[above], %[t2]\n\t"
      "mulxq 16(%[number]), %[part], %[above]\n\tadcxq %[part], %[t2]\n\tadoxq %[above], %[t3]\n\t"
      "mulxq 24(%[number]), %[part], %[above]\n\tadcxq %[part], %[t3]\n\tadoxq %[above], %[t4]\n\t"
      "mulxq 32(%[number]), %[part], %[above]\n\tadcxq %[part], %[t4]\n\tadoxq %[above], %[t5]\n\t"
      "mulxq 40(%[number]), %[part], %[above]\n\tadcxq %[part], %[t5]\n\tadoxq %[above], %[t6]\n\t"
      "mulxq 48(%[number]), %[part], %[above]\n\tadcxq %[part], %[t6]\n\tadoxq %[above], %[t7]\n\t"
      "mulxq 56(%[number]), %[part], %[above]\n\tadcxq %[part], %[t7]\n\tadoxq %[t8], %[above]\n\t"
      "adcxq %[above], %[t8]"
      : [t0] "+&r"(t0), [t1] "+&r"(t1), [t2] "+&r"(t2), [t3] "+&r"(t3), [t4] "+&r"(t4), [t5] "+&r"(t5), [t6] "+&r"(t6),
        [t7] "+&r"(t7), [t8] "=&r"(t8), [part] "=&r"(part), [above] "=&r"(above)
      : [number] "r"(number.data()), "d"(factor), "m"(number)
      : "cc");
}

#endif

}  // namespace

Field multiply_anywhere(const Field& left, const Field& right) { return reduced(multiply(left.number, right.number)); }
Field square_anywhere(const Field& value) { return reduced(square(value.number)); }

#ifdef __x86_64__

bool has_adx() {
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) == 0) return false;
  return (ebx & bit_BMI2) != 0 && (ebx & bit_ADX) != 0;
}

Field multiply_adx(const Field& left, const Field& right) {
  const Number &a = left.number, &b = right.number;
  Number low;
  Word t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0, t6 = 0, t7 = 0, t8;
  // Each line ends one word of the product; the other eight move on by a place.
  add_multiple(t0, t1, t2, t3, t4, t5, t6, t7, t8, a[0], b), low[0] = t0;
  add_multiple(t1, t2, t3, t4, t5, t6, t7, t8, t0, a[1], b), low[1] = t1;
  add_multiple(t2, t3, t4, t5, t6, t7, t8, t0, t1, a[2], b), low[2] = t2;
  add_multiple(t3, t4, t5, t6, t7, t8, t0, t1, t2, a[3], b), low[3] = t3;
  add_multiple(t4, t5, t6, t7, t8, t0, t1, t2, t3, a[4], b), low[4] = t4;
  add_multiple(t5, t6, t7, t8, t0, t1, t2, t3, t4, a[5], b), low[5] = t5;
  add_multiple(t6, t7, t8, t0, t1, t2, t3, t4, t5, a[6], b), low[6] = t6;
  add_multiple(t7, t8, t0, t1, t2, t3, t4, t5, t6, a[7], b), low[7] = t7;
  const Number high{t8, t0, t1, t2, t3, t4, t5, t6};
  Word r0 = low[0], r1 = low[1], r2 = low[2], r3 = low[3], r4 = low[4], r5 = low[5], r6 = low[6], r7 = low[7], carry;
  add_multiple(r0, r1, r2, r3, r4, r5, r6, r7, carry, kExcess, high);
  Field result{{r0, r1, r2, r3, r4, r5, r6, r7}};
  add_word(result.number, carry * kExcess);
  return result;
}

#else

bool has_adx() { return false; }
Field multiply_adx(const Field& left, const Field& right) { return multiply_anywhere(left, right); }

#endif

namespace {
const bool kAdx = has_adx();
}

Field operator*(const Field& left, const Field& right) {
  return kAdx ? multiply_adx(left, right) : multiply_anywhere(left, right);
}
Field square(const Field& value) { return kAdx ? multiply_adx(value, value) : square_anywhere(value); }

}  // namespace mekenjai::edge::eds::crypto::wide
