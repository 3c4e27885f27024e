#include "edge/eds/crypto/inverse512.hpp"

#include <algorithm>
#include <utility>

namespace mekenjai::edge::eds::crypto::wide {
namespace {

/// Of a number that is not negative and below 2^512.
Number number_of(const Limbs& limbs) {
  Number number{};
  for (std::size_t i = 0; i < kLimbs; ++i) {
    const auto value = static_cast<Word>(limbs[i]);
    const std::size_t at = 62 * i, word = at / 64, offset = at % 64;
    number[word] |= value << offset;
    if (offset > 2 && word + 1 < kWords) number[word + 1] |= value >> (64 - offset);
  }
  return number;
}

using SignedTwice = __int128;

/// What 62 steps do to (f, g), times 2^62.
struct Matrix {
  Signed u, v, q, r;
};

Signed wrap(Word value) { return static_cast<Signed>(value); }

/// The steps are of the lowest bits only; `eta` is the negative of the papers' delta.
Matrix steps(Signed& eta, Word f, Word g) {
  Word u = 1, v = 0, q = 0, r = 1;
  int left = 62;
  for (;;) {
    const int zeros = std::countr_zero(g | (~Word{0} << left));
    g >>= zeros;
    u <<= zeros;
    v <<= zeros;
    eta -= zeros;
    left -= zeros;
    if (left == 0) return {wrap(u), wrap(v), wrap(q), wrap(r)};
    const bool exchange = eta < 0;
    if (exchange) {
      eta = -eta;
      f = std::exchange(g, Word{0} - f);
      u = std::exchange(q, Word{0} - u);
      v = std::exchange(r, Word{0} - v);
    }
    // As many of the lowest bits of g as eta allows are made zero by one multiple of f.
    const int limit = std::min(static_cast<int>(std::min<Signed>(eta + 1, left)), exchange ? 6 : 4);
    const Word mask = ~Word{0} >> (64 - limit);
    const Word inverse = exchange ? f * (f * f - 2) : Word{0} - (f + (((f + 1) & 4) << 1));  // -1/f modulo 2^6 or 2^4
    const Word multiple = g * inverse & mask;
    g += f * multiple;
    q += u * multiple;
    r += v * multiple;
  }
}

/// (f, g) * matrix / 2^62, exactly.
void apply(const Matrix& m, Limbs& f, Limbs& g) {
  SignedTwice cf = static_cast<SignedTwice>(m.u) * f[0] + static_cast<SignedTwice>(m.v) * g[0];
  SignedTwice cg = static_cast<SignedTwice>(m.q) * f[0] + static_cast<SignedTwice>(m.r) * g[0];
  for (std::size_t i = 1; i < kLimbs; ++i) {
    cf = (cf >> 62) + static_cast<SignedTwice>(m.u) * f[i] + static_cast<SignedTwice>(m.v) * g[i];
    cg = (cg >> 62) + static_cast<SignedTwice>(m.q) * f[i] + static_cast<SignedTwice>(m.r) * g[i];
    f[i - 1] = static_cast<Signed>(static_cast<Word>(cf) & kLimbMask);
    g[i - 1] = static_cast<Signed>(static_cast<Word>(cg) & kLimbMask);
  }
  f[kLimbs - 1] = static_cast<Signed>(cf >> 62);
  g[kLimbs - 1] = static_cast<Signed>(cg >> 62);
}

/// (d, e) * matrix / 2^62 modulo the modulus; d and e stay between minus twice the modulus and the modulus.
void apply(const Matrix& m, Limbs& d, Limbs& e, const Modulus& modulus) {
  const Signed d_sign = d[kLimbs - 1] >> 63, e_sign = e[kLimbs - 1] >> 63;
  Signed md = (m.u & d_sign) + (m.v & e_sign), me = (m.q & d_sign) + (m.r & e_sign);
  SignedTwice cd = static_cast<SignedTwice>(m.u) * d[0] + static_cast<SignedTwice>(m.v) * e[0];
  SignedTwice ce = static_cast<SignedTwice>(m.q) * d[0] + static_cast<SignedTwice>(m.r) * e[0];
  // The multiples of the modulus that make the lowest 62 bits zero.
  md -= wrap((modulus.inverse * static_cast<Word>(cd) + static_cast<Word>(md)) & kLimbMask);
  me -= wrap((modulus.inverse * static_cast<Word>(ce) + static_cast<Word>(me)) & kLimbMask);
  cd += static_cast<SignedTwice>(modulus.limbs[0]) * md;
  ce += static_cast<SignedTwice>(modulus.limbs[0]) * me;
  for (std::size_t i = 1; i < kLimbs; ++i) {
    cd = (cd >> 62) + static_cast<SignedTwice>(m.u) * d[i] + static_cast<SignedTwice>(m.v) * e[i];
    ce = (ce >> 62) + static_cast<SignedTwice>(m.q) * d[i] + static_cast<SignedTwice>(m.r) * e[i];
    cd += static_cast<SignedTwice>(modulus.limbs[i]) * md;
    ce += static_cast<SignedTwice>(modulus.limbs[i]) * me;
    d[i - 1] = static_cast<Signed>(static_cast<Word>(cd) & kLimbMask);
    e[i - 1] = static_cast<Signed>(static_cast<Word>(ce) & kLimbMask);
  }
  d[kLimbs - 1] = static_cast<Signed>(cd >> 62);
  e[kLimbs - 1] = static_cast<Signed>(ce >> 62);
}

/// limbs = factor * limbs + plus, with each limb in its range again.
void adjust(Limbs& limbs, Signed factor, const Limbs& plus) {
  Signed carry = 0;
  for (std::size_t i = 0; i < kLimbs; ++i) {
    const Signed sum = factor * limbs[i] + plus[i] + carry;
    const bool last = i + 1 == kLimbs;
    limbs[i] = last ? sum : static_cast<Signed>(static_cast<Word>(sum) & kLimbMask);
    carry = sum >> 62;
  }
}

bool is_zero(const Limbs& limbs) {
  return std::all_of(limbs.begin(), limbs.end(), [](Signed limb) { return limb == 0; });
}

bool negative(const Limbs& limbs) { return limbs[kLimbs - 1] < 0; }

}  // namespace

Number inverse(const Number& number, const Modulus& modulus) {
  Limbs f = modulus.limbs, g = limbs_of(number), d{}, e{1};
  for (Signed eta = -1; !is_zero(g);) {
    const Matrix matrix = steps(eta, static_cast<Word>(f[0]), static_cast<Word>(g[0]));
    apply(matrix, d, e, modulus);
    apply(matrix, f, g);
  }
  // f is 1 or -1 now, and d the inverse or its negative, between minus twice the modulus and the modulus.
  if (negative(d)) adjust(d, 1, modulus.limbs);
  if (negative(f)) adjust(d, -1, {});
  if (negative(d)) adjust(d, 1, modulus.limbs);
  return number_of(d);
}

}  // namespace mekenjai::edge::eds::crypto::wide
