#include "edge/eds/crypto/gost2015.hpp"

#include <atomic>
#include <mutex>

#include "edge/eds/crypto/curve512.hpp"
#include "edge/eds/crypto/order512.hpp"

namespace mekenjai::edge::eds::crypto {

using namespace wide;

struct Gost2015Key::State {
  Affine point;
  std::once_flag once;
  std::unique_ptr<const Comb> comb;
  std::atomic<const Comb*> ready{nullptr};  // of `comb`, once it is whole
};

std::optional<Gost2015Key> Gost2015Key::read(std::string_view octets) {
  if (octets.size() != kSize) return std::nullopt;
  const Number x = from_octets(octets.substr(0, kSize / 2)), y = from_octets(octets.substr(kSize / 2));
  if (!less(x, kP) || !less(y, kP) || !on_curve({{x}, {y}})) return std::nullopt;
  auto state = std::make_shared<State>();
  state->point = {{x}, {y}};
  return Gost2015Key(std::move(state));
}

/// RFC 7091, 6.2. The order of the group is q itself (its cofactor is 1), so a point of the curve needs no other check.
bool Gost2015Key::verify(std::string_view digest, std::string_view signature) const {
  if (digest.size() != sizeof(Number) || signature.size() != kSignatureSize) return false;
  const Number r = from_octets(signature.substr(0, kSignatureSize / 2)),
               s = from_octets(signature.substr(kSignatureSize / 2));
  if (is_zero(r) || is_zero(s) || !less(r, kQ) || !less(s, kQ)) return false;
  Number e = modulo_q(from_octets(digest));
  if (is_zero(e)) e = {1};

  const Number v = inverse_q(e);
  const Number z1 = multiply_q(s, v), z2 = negate_q(multiply_q(r, v));
  const Comb* comb = state_->ready.load(std::memory_order_acquire);
  return x_is(comb != nullptr ? multiply(z1, z2, *comb) : multiply(z1, z2, state_->point), r);
}

void Gost2015Key::prepare() const {
  std::call_once(state_->once, [this] {
    state_->comb = std::make_unique<const Comb>(state_->point);
    state_->ready.store(state_->comb.get(), std::memory_order_release);
  });
}

}  // namespace mekenjai::edge::eds::crypto
