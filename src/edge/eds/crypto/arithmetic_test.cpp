// The own arithmetic of GOST 2015 beside OpenSSL's: on random numbers, and on those where carries run far.
#include <gtest/gtest.h>
#include <openssl/bn.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "edge/eds/crypto/curve512.hpp"
#include "edge/eds/crypto/ec_curve.hpp"
#include "edge/eds/crypto/order512.hpp"

namespace mekenjai::edge::eds::crypto::wide {
namespace {

struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
};
using Big = std::unique_ptr<BIGNUM, FreeNumber>;

Big big(const Number& number) {
  return Big(BN_lebin2bn(reinterpret_cast<const unsigned char*>(number.data()), sizeof(number), nullptr));
}

Number number(const BIGNUM* big) {
  Number result{};
  EXPECT_EQ(BN_bn2lebinpad(big, reinterpret_cast<unsigned char*>(result.data()), sizeof(result)),
            static_cast<int>(sizeof(result)));
  return result;
}

/// OpenSSL's answer to the same question.
template <class Function>
Number peer(Function function, const Number& left, const Number& right, const Number& modulus) {
  const std::unique_ptr<BN_CTX, FreeNumber> context(BN_CTX_new());
  const Big result(BN_new());
  EXPECT_EQ(function(result.get(), big(left).get(), big(right).get(), big(modulus).get(), context.get()), 1);
  return number(result.get());
}

std::string octets(const Number& number) {
  return std::string(reinterpret_cast<const char*>(number.data()), sizeof(number));
}

Number less_by(Number number, Word by) {
  subtract(number, Number{by});
  return number;
}

/// Every number that has been known to break such arithmetic, and many random ones.
std::vector<Number> interesting() {
  Number ones;
  ones.fill(~Word{0});
  std::vector<Number> numbers{{},
                              {1},
                              {2},
                              {568},
                              {569},
                              {570},
                              kP,
                              less_by(kP, 1),
                              less_by(kP, 2),
                              kQ,
                              less_by(kQ, 1),
                              less_by(kQ, 2),
                              ones,
                              less_by(ones, 1),
                              less_by(ones, 568),
                              {0, 0, 0, 0, 0, 0, 0, ~Word{0}},
                              {~Word{0}},
                              {0, 0, 0, 0, 1},
                              {0, ~Word{0}, ~Word{0}, ~Word{0}, ~Word{0}, ~Word{0}, ~Word{0}, ~Word{0}}};
  std::mt19937_64 random(512);
  for (int i = 0; i < 60; ++i) {
    Number number;
    for (Word& word : number) {
      const auto shape = random() % 6;
      word = shape == 0 ? 0 : shape == 1 ? ~Word{0} : random();
    }
    numbers.push_back(number);
  }
  return numbers;
}

TEST(Field, AddsSubtractsAndMultipliesAsOpenSslDoes) {
  for (const Number& a : interesting()) {
    for (const Number& b : interesting()) {
      EXPECT_EQ(remainder(Field{a} + Field{b}), peer(BN_mod_add, a, b, kP));
      EXPECT_EQ(remainder(Field{a} - Field{b}), peer(BN_mod_sub, a, b, kP));
      EXPECT_EQ(remainder(Field{a} * Field{b}), peer(BN_mod_mul, a, b, kP));
    }
    EXPECT_EQ(remainder(square(Field{a})), peer(BN_mod_mul, a, a, kP));
    EXPECT_EQ(remainder(shifted<1>(Field{a})), peer(BN_mod_mul, a, {2}, kP));
    EXPECT_EQ(remainder(shifted<3>(Field{a})), peer(BN_mod_mul, a, {8}, kP));
  }
}

TEST(Field, MultipliesTheSameOnEveryProcessor) {
  if (!has_adx()) GTEST_SKIP() << "this processor has one way of multiplying only";
  for (const Number& a : interesting()) {
    for (const Number& b : interesting()) {
      EXPECT_EQ(remainder(multiply_adx(Field{a}, Field{b})), remainder(multiply_anywhere(Field{a}, Field{b})));
    }
    EXPECT_EQ(remainder(square_anywhere(Field{a})), peer(BN_mod_mul, a, a, kP));
    EXPECT_EQ(remainder(multiply_anywhere(Field{a}, Field{kQ})), peer(BN_mod_mul, a, kQ, kP));
  }
}

TEST(Field, KnowsZeroInBothItsForms) {
  EXPECT_TRUE(is_zero(Field{}));
  EXPECT_TRUE(is_zero(Field{kP}));
  EXPECT_TRUE(equal(Field{{5}}, Field{{5}} + Field{kP}));
  EXPECT_FALSE(is_zero(Field{less_by(kP, 1)}));
}

TEST(Field, DividesBackToOne) {
  for (const Number& a : interesting()) {
    if (is_zero(Field{a})) continue;
    EXPECT_EQ(remainder(Field{a} * inverse(Field{a})), Number{1});
  }
}

TEST(Order, MultipliesAndDividesAsOpenSslDoes) {
  for (const Number& a : interesting()) {
    for (const Number& b : interesting()) EXPECT_EQ(multiply_q(a, b), peer(BN_mod_mul, a, b, kQ));
    const Number rest = modulo_q(a);
    if (is_zero(rest)) continue;
    const Number inverse = inverse_q(rest);
    EXPECT_TRUE(less(inverse, kQ));
    EXPECT_EQ(multiply_q(inverse, rest), Number{1});
    EXPECT_TRUE(is_zero(multiply_q(multiply_q(negate_q(rest), inverse), {1})) ||
                multiply_q(negate_q(rest), inverse) == less_by(kQ, 1));
  }
}

// --- points ---------------------------------------------------------------------------------------------------------

Affine affine(const EcPoint& point) { return {{from_octets(point.x)}, {from_octets(point.y)}}; }

Affine affine(const Jacobian& point) {
  const Field z = inverse(point.z), zz = square(z);
  return {{remainder(point.x * zz)}, {remainder(point.y * (zz * z))}};
}

Affine base_times(const Number& scalar) { return affine(*EcCurve::gost2015().multiply_base(octets(scalar))); }

void expect_same(const Affine& left, const Affine& right) {
  EXPECT_TRUE(equal(left.x, right.x));
  EXPECT_TRUE(equal(left.y, right.y));
}

TEST(Curve, HasItsBasePointAndNotItsNeighbour) {
  EXPECT_TRUE(on_curve(kBase));
  EXPECT_FALSE(on_curve({kBase.x, kBase.y + Field::one()}));
  expect_same(kBase, base_times({1}));
}

TEST(Curve, AddsAPointToItselfAndToItsOpposite) {
  const Jacobian base{kBase.x, kBase.y, Field::one()};
  const Jacobian same_point{kBase.x * Field{{4}}, kBase.y * Field{{8}}, {{2}}};
  expect_same(affine(add(base, kBase)), base_times({2}));
  expect_same(affine(add(same_point, kBase)), base_times({2}));
  const Affine opposite{kBase.x, Field{} - kBase.y};
  EXPECT_TRUE(is_zero(add(same_point, opposite).z));
  EXPECT_TRUE(is_zero(twice(Jacobian{}).z));
  expect_same(affine(add(Jacobian{}, kBase)), kBase);
}

/// left * G + right * Q for Q = secret * G is (left + right * secret) * G, which OpenSSL can say.
TEST(Curve, MultipliesAsOpenSslDoes) {
  const Number secret = modulo_q({0x1234567890abcdef, 3, 5, 7, 11, 13, 17, 0xfedcba0987654321});
  const Affine q = base_times(secret);
  const Comb tables(q);
  const std::vector<Number> scalars = interesting();
  for (std::size_t i = 0; i < scalars.size(); ++i) {
    const Number left = modulo_q(scalars[i]), right = modulo_q(scalars[(7 * i + 3) % scalars.size()]);
    const Number sum = peer(BN_mod_add, left, multiply_q(right, secret), kQ);
    const Jacobian met_once = multiply(left, right, q), with_tables = multiply(left, right, tables);
    if (is_zero(sum)) {
      EXPECT_TRUE(is_zero(met_once.z));
      EXPECT_TRUE(is_zero(with_tables.z));
      continue;
    }
    expect_same(affine(met_once), base_times(sum));
    expect_same(affine(with_tables), base_times(sum));
  }
}

TEST(Curve, MeetsTheSamePointAndItsOppositeOnTheWay) {
  const Number minus_one = less_by(kQ, 1);
  for (const Number& secret : {Number{1}, Number{2}, minus_one}) {  // Q = G, 2G, -G: sums run into equal points
    const Affine q = base_times(secret);
    const Comb tables(q);
    for (const Number& left : {Number{1}, Number{2}, Number{1 << 9}, minus_one}) {
      for (const Number& right : {Number{1}, Number{3}, Number{1 << 9}, minus_one}) {
        const Number sum = peer(BN_mod_add, left, multiply_q(right, secret), kQ);
        const Jacobian met_once = multiply(left, right, q), with_tables = multiply(left, right, tables);
        EXPECT_EQ(is_zero(met_once.z), is_zero(sum));
        EXPECT_EQ(is_zero(with_tables.z), is_zero(sum));
        if (is_zero(sum)) continue;
        expect_same(affine(met_once), base_times(sum));
        expect_same(affine(with_tables), base_times(sum));
      }
    }
  }
}

TEST(Curve, TheXOfAPointIsComparedModuloTheOrder) {
  const Number x = remainder(base_times({5}).x);
  const Jacobian point = multiply({2}, {3}, kBase);
  EXPECT_TRUE(x_is(point, modulo_q(x)));
  EXPECT_FALSE(x_is(point, less_by(modulo_q(x), 1)));
  EXPECT_FALSE(x_is(Jacobian{}, {1}));
  // x = q + 1 stands for r = 1, although no such signature will ever be met.
  Field above{kQ};
  above = above + Field::one();
  EXPECT_TRUE(x_is({above * Field{{9}}, {}, {{3}}}, {1}));
  EXPECT_FALSE(x_is({above * Field{{9}}, {}, {{3}}}, {2}));
}

}  // namespace
}  // namespace mekenjai::edge::eds::crypto::wide
