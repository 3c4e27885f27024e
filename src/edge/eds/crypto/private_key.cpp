#include <algorithm>
#include <stdexcept>
#include <variant>

#include "base/bytes.hpp"
#include "edge/eds/asn1/der.hpp"
#include "edge/eds/crypto/ec_curve.hpp"
#include "edge/eds/crypto/rsa.hpp"
#include "edge/eds/crypto/spki.hpp"

namespace mekenjai::edge::eds::crypto {
namespace {

/// A private number of a GOST key, little-endian.
struct GostPrivateKey {
  std::string number;
};

const EcCurve& curve_of(KeyKind kind) { return kind == KeyKind::gost2015 ? EcCurve::gost2015() : EcCurve::gost2004(); }

std::string reversed(std::string_view octets) { return std::string(octets.rbegin(), octets.rend()); }

/// A random number of 1..q-1. Sixteen octets too many make the reduction even.
std::string random_number(const EcCurve& curve) { return curve.reduce(base::random_bytes(curve.size() + 16)); }

/// The privateKey of PKCS#8 (eds.md 3.1, 7.5): the number little-endian in an OCTET STRING for GOST 2015, big-endian in
/// an INTEGER for GOST 2004.
std::optional<std::string> read_number(KeyKind kind, std::string_view private_key) {
  const std::size_t size = curve_of(kind).size();
  const auto element = der::sole(private_key);
  if (!element) return std::nullopt;
  if (kind == KeyKind::gost2015) {
    if (element->tag != der::kOctetString || element->content.size() != size) return std::nullopt;
    return std::string(element->content);
  }
  if (element->tag != der::kInteger) return std::nullopt;
  const auto number = der::unsigned_integer(*element);
  if (!number || number->size() > size) return std::nullopt;
  std::string little_endian = reversed(*number);
  little_endian.resize(size, '\0');
  return little_endian;
}

}  // namespace

struct PrivateKey::Key {
  KeyKind kind;
  std::variant<RsaPrivateKey, GostPrivateKey> any;

  const std::string& number() const { return std::get<GostPrivateKey>(any).number; }
};

PrivateKey PrivateKey::generate(KeyKind kind, int bits) {
  if (kind == KeyKind::gost2015) {
    GostPrivateKey gost{random_number(EcCurve::gost2015())};
    return PrivateKey(std::make_shared<const Key>(Key{kind, std::move(gost)}));
  }
  if (kind != KeyKind::rsa || bits < kMinRsaBits || bits > kMaxRsaBits)
    throw std::invalid_argument("such keys are not made");
  return PrivateKey(std::make_shared<const Key>(Key{kind, RsaPrivateKey::generate(bits)}));
}

PrivateKey PrivateKey::gost_from_seed(std::string_view seed) {
  GostPrivateKey gost{EcCurve::gost2015().reduce(seed)};
  return PrivateKey(std::make_shared<const Key>(Key{KeyKind::gost2015, std::move(gost)}));
}

std::optional<PrivateKey> PrivateKey::read(std::string_view pkcs8_der) {
  der::Reader outside(pkcs8_der);
  auto inside = outside.enter(der::kSequence);
  if (!inside || !outside.at_end()) return std::nullopt;
  const auto version = inside->take(der::kInteger);
  const auto identifier = inside->take(der::kSequence), octets = inside->take(der::kOctetString);
  if (!version || !identifier || !octets) return std::nullopt;  // attributes may follow
  const auto kind = kind_of_identifier(identifier->whole);
  if (!kind) return std::nullopt;
  if (*kind == KeyKind::rsa) {
    auto rsa = RsaPrivateKey::read(pkcs8_der);
    if (!rsa) return std::nullopt;
    return PrivateKey(std::make_shared<const Key>(Key{*kind, std::move(*rsa)}));
  }
  const auto number = read_number(*kind, octets->content);
  if (!number || !curve_of(*kind).multiply_base(*number)) return std::nullopt;
  return PrivateKey(std::make_shared<const Key>(Key{*kind, GostPrivateKey{*number}}));
}

KeyKind PrivateKey::kind() const { return key_->kind; }

std::string PrivateKey::pkcs8() const {
  if (const auto* rsa = std::get_if<RsaPrivateKey>(&key_->any)) return rsa->pkcs8();
  const bool today = key_->kind == KeyKind::gost2015;
  const std::string number =
      today ? der::octet_string(key_->number()) : der::unsigned_integer(reversed(key_->number()));
  return der::sequence({der::integer(0), algorithm_identifier(key_->kind), der::octet_string(number)});
}

std::string PrivateKey::spki() const {
  const std::string& identifier = algorithm_identifier(key_->kind);
  if (const auto* rsa = std::get_if<RsaPrivateKey>(&key_->any)) {
    return der::sequence({identifier, der::bit_string(rsa->public_key())});
  }
  const auto point = curve_of(key_->kind).multiply_base(key_->number());
  if (!point) throw std::logic_error("a private key was outside its range");
  return der::sequence({identifier, der::bit_string(der::octet_string(point->x + point->y))});
}

std::string PrivateKey::sign(Algorithm algorithm, std::string_view digest) const {
  if (kind_of(algorithm) != key_->kind || digest.size() != size_of(digest_of(algorithm))) {
    throw std::invalid_argument("the algorithm is not of the key's kind, or the digest not of the algorithm");
  }
  if (const auto* rsa = std::get_if<RsaPrivateKey>(&key_->any)) return rsa->sign(digest_of(algorithm), digest);
  const EcCurve& curve = curve_of(key_->kind);
  for (;;) {
    if (auto signature = curve.sign(key_->number(), digest, random_number(curve))) return *signature;
  }
}

}  // namespace mekenjai::edge::eds::crypto
