// The curve of GOST 2015: id-tc26-gost-3410-12-512-paramSetA (RFC 7836, A.1), y^2 = x^3 - 3x + b over `Field`.
#pragma once

#include <optional>
#include <vector>

#include "edge/eds/crypto/field512.hpp"

namespace mekenjai::edge::eds::crypto::wide {

struct Affine {
  Field x, y;
};

/// (x / z^2, y / z^3); the point at infinity has z = 0.
struct Jacobian {
  Field x, y, z;
};

extern const Affine kBase;

bool on_curve(const Affine& point);

Jacobian twice(const Jacobian& point);
Jacobian add(const Jacobian& left, const Affine& right);
/// Whether the affine x of the point, modulo q, is `r` (a number of 1..q-1). Without a division.
bool x_is(const Jacobian& point, const Number& r);

/// Multiples of a point that is used again and again, so that multiplying it takes additions only: with signed digits
/// of nine bits, the multiples 1 to 256 of 2^(18 i) times the point. The digits at odd places are added first and then
/// doubled nine times, which halves the table (0.95 MB).
class Comb {
 public:
  static constexpr unsigned kWidth = 9;
  static constexpr std::size_t kDigits = 57, kRows = (kDigits + 1) / 2, kColumns = std::size_t{1} << (kWidth - 1);

  /// The digits of a number, lowest first, each of -255..256.
  using Digits = std::array<int, kDigits>;
  static Digits digits(const Number& number);

  explicit Comb(const Affine& point);
  /// Adds the digits at even (0) or odd (1) places.
  void add_half(Jacobian& sum, const Digits& digits, std::size_t first) const;

  /// Of the curve's base point.
  static const Comb& base();

 private:
  std::vector<Affine> multiples_;
};

/// left * G + right * Q, for a Q that is met once.
Jacobian multiply(const Number& left, const Number& right, const Affine& q);
/// The same for a Q that has tables.
Jacobian multiply(const Number& left, const Number& right, const Comb& q);

}  // namespace mekenjai::edge::eds::crypto::wide
