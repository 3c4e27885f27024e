#include "edge/eds/crypto/curve512.hpp"

#include "edge/eds/crypto/order512.hpp"

namespace mekenjai::edge::eds::crypto::wide {

const Affine kBase{{{3}},
                   {{0x89a589cb5215f2a4, 0x8028fe5fc235f5b8, 0x3d75e6a50e3a41e9, 0xdf1626be4fd036e9, 0x778064fdcbefa921,
                     0xce5e1c93acf1abc1, 0xa61b8816e25450e6, 0x7503cfe87a836ae3}}};

namespace {

constexpr Field kB{{0x503190785a71c760, 0x862ef9d4ebee4761, 0x4cb4574010da90dd, 0xee3cb090f30d2761, 0x79bd081cfd0b6265,
                    0x34b82574761cb0e8, 0xc1bd0b2b6667f1da, 0xe8c2505dedfc86dd}};

bool is_infinity(const Jacobian& point) { return is_zero(point.z); }

Jacobian from(const Affine& point) { return {point.x, point.y, Field::one()}; }

Affine negative(const Affine& point) { return {point.x, Field{} - point.y}; }

/// Adds digit * point, where `multiples` begins at the point's own.
template <class Multiple>
void add_digit(Jacobian& sum, int digit, Multiple multiple) {
  if (digit > 0) sum = add(sum, multiple(digit));
  if (digit < 0) sum = add(sum, negative(multiple(-digit)));
}

/// Makes points affine with one division for all of them (Montgomery). None may be at infinity.
void make_affine(const std::vector<Jacobian>& points, Affine* out) {
  std::vector<Field> products(points.size());  // of the z up to each point
  Field product = Field::one();
  for (std::size_t i = 0; i < points.size(); ++i) products[i] = product = product * points[i].z;
  Field rest = inverse(product);
  for (std::size_t i = points.size(); i-- > 0;) {
    const Field z = i > 0 ? rest * products[i - 1] : rest;  // 1 / z of this point
    rest = rest * points[i].z;
    const Field zz = square(z);
    out[i] = {points[i].x * zz, points[i].y * zz * z};
  }
}

// A scalar in non-adjacent form for a point without tables: of any five digits one at most is not zero, and it is odd.
constexpr unsigned kWindow = 5;
constexpr std::size_t kOdd = std::size_t{1} << (kWindow - 2);  // multiples 1, 3, … 15
constexpr std::size_t kBits = 64 * kWords + 1;
using Sparse = std::array<std::int8_t, kBits>;

Sparse sparse_digits(const Number& number) {
  Sparse digits{};
  unsigned carry = 0;
  for (std::size_t at = 0; at < kBits;) {
    if (bits(number, at, 1) == carry) {
      ++at;
      continue;
    }
    const unsigned value = bits(number, at, kWindow) + carry;
    carry = value >> (kWindow - 1) & 1;
    digits[at] = static_cast<std::int8_t>(static_cast<int>(value) - static_cast<int>(carry << kWindow));
    at += kWindow;
  }
  return digits;
}

std::array<Affine, kOdd> odd_multiples(const Affine& point) {
  std::array<Affine, kOdd> affine;
  Affine doubled;
  make_affine({twice(from(point))}, &doubled);
  std::vector<Jacobian> points{from(point)};
  while (points.size() < kOdd) points.push_back(add(points.back(), doubled));
  make_affine(points, affine.data());
  return affine;
}

}  // namespace

bool on_curve(const Affine& point) {
  const Field right = (square(point.x) - Field{{3}}) * point.x + kB;
  return equal(square(point.y), right);
}

/// Bernstein and Lange's Explicit-Formulas Database, "dbl-2001-b" (for a = -3). The order of the curve is odd, so no
/// point has y = 0; the point at infinity stays there.
Jacobian twice(const Jacobian& point) {
  const Field delta = square(point.z), gamma = square(point.y), beta = point.x * gamma;
  const Field slope = (point.x - delta) * (point.x + delta), alpha = shifted<1>(slope) + slope;
  const Field beta4 = shifted<2>(beta);
  const Field x = square(alpha) - shifted<1>(beta4);
  const Field y = alpha * (beta4 - x) - shifted<3>(square(gamma));
  return {x, y, shifted<1>(point.y * point.z)};
}

/// The textbook's, with the cases that a signature made on purpose could run into: the same point, and its opposite.
Jacobian add(const Jacobian& left, const Affine& right) {
  if (is_infinity(left)) return from(right);
  const Field zz = square(left.z);
  const Field h = right.x * zz - left.x, r = right.y * (left.z * zz) - left.y;
  if (is_zero(h)) [[unlikely]] return is_zero(r) ? twice(left) : Jacobian{};
  const Field hh = square(h), hhh = h * hh, v = left.x * hh;
  const Field x = square(r) - hhh - shifted<1>(v);
  return {x, r * (v - x) - left.y * hhh, left.z * h};
}

bool x_is(const Jacobian& point, const Number& r) {
  if (is_infinity(point)) return false;
  const Field zz = square(point.z);
  if (equal(point.x, Field{r} * zz)) return true;
  Number above = r;  // x may have been in q..p-1
  if (add(above, kQ) != 0 || !less(above, kP)) return false;
  return equal(point.x, Field{above} * zz);
}

// --- multiplying ----------------------------------------------------------------------------------------------------

Comb::Digits Comb::digits(const Number& number) {
  Digits digits{};
  int carry = 0;
  for (std::size_t i = 0; i < kDigits; ++i) {
    const int value = static_cast<int>(bits(number, kWidth * i, kWidth)) + carry;
    carry = value > static_cast<int>(kColumns) ? 1 : 0;  // never out of the last digit: it has eight bits of the number
    digits[i] = value - (carry << kWidth);
  }
  return digits;
}

Comb::Comb(const Affine& point) : multiples_(kRows * kColumns) {
  std::vector<Jacobian> powers{from(point)};
  while (powers.size() < kRows) {
    Jacobian power = powers.back();
    for (unsigned i = 0; i < 2 * kWidth; ++i) power = twice(power);
    powers.push_back(power);
  }
  std::vector<Affine> units(kRows);
  make_affine(powers, units.data());
  for (std::size_t row = 0; row < kRows; ++row) {
    std::vector<Jacobian> multiples{from(units[row])};
    while (multiples.size() < kColumns) multiples.push_back(add(multiples.back(), units[row]));
    make_affine(multiples, multiples_.data() + row * kColumns);
  }
}

void Comb::add_half(Jacobian& sum, const Digits& digits, std::size_t first) const {
  for (std::size_t i = first; i < kDigits; i += 2) {
    const Affine* row = multiples_.data() + i / 2 * kColumns - 1;
    add_digit(sum, digits[i], [row](int digit) { return row[digit]; });
  }
}

const Comb& Comb::base() {
  static const Comb comb(kBase);
  return comb;
}

Jacobian multiply(const Number& left, const Number& right, const Affine& q) {
  const auto of_base = Comb::digits(left);
  const auto of_q = sparse_digits(right);
  const auto odd = odd_multiples(q);
  Jacobian sum{};
  for (std::size_t at = kBits; at-- > 0;) {
    sum = twice(sum);
    add_digit(sum, of_q[at], [&odd](int digit) { return odd[static_cast<std::size_t>(digit) / 2]; });
    if (at == Comb::kWidth) Comb::base().add_half(sum, of_base, 1);  // the doublings that are left are theirs too
  }
  Comb::base().add_half(sum, of_base, 0);
  return sum;
}

Jacobian multiply(const Number& left, const Number& right, const Comb& q) {
  const auto of_base = Comb::digits(left), of_q = Comb::digits(right);
  Jacobian sum{};
  Comb::base().add_half(sum, of_base, 1);
  q.add_half(sum, of_q, 1);
  for (unsigned i = 0; i < Comb::kWidth; ++i) sum = twice(sum);
  Comb::base().add_half(sum, of_base, 0);
  q.add_half(sum, of_q, 0);
  return sum;
}

}  // namespace mekenjai::edge::eds::crypto::wide
