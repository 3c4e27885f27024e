#include "edge/eds/crypto/gost2015.hpp"

namespace mekenjai::edge::eds::crypto {

std::optional<Gost2015Key> Gost2015Key::read(std::string_view octets) {
  if (octets.size() != kSize) return std::nullopt;
  Gost2015Key key;
  key.point_ = {std::string(octets.substr(0, kSize / 2)), std::string(octets.substr(kSize / 2))};
  if (!EcCurve::gost2015().contains(key.point_)) return std::nullopt;
  return key;
}

bool Gost2015Key::verify(std::string_view digest, std::string_view signature) const {
  return EcCurve::gost2015().verify(point_, digest, signature);
}

void Gost2015Key::prepare() const {}

}  // namespace mekenjai::edge::eds::crypto
