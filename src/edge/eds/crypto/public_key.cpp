#include <variant>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/crypto/ec_curve.hpp"
#include "edge/eds/crypto/gost2015.hpp"
#include "edge/eds/crypto/rsa.hpp"
#include "edge/eds/crypto/spki.hpp"

namespace mekenjai::edge::eds::crypto {
namespace {

/// The OCTET STRING that is the content of a GOST key's BIT STRING.
std::optional<std::string_view> inner_octets(std::string_view content) {
  const auto element = der::sole(content);
  if (!element || element->tag != der::kOctetString) return std::nullopt;
  return element->content;
}

class Gost2004Key {
 public:
  static std::optional<Gost2004Key> read(std::string_view octets) {
    const EcCurve& curve = EcCurve::gost2004();
    if (octets.size() != 2 * curve.size()) return std::nullopt;
    Gost2004Key key;
    key.point_ = {std::string(octets.substr(0, curve.size())), std::string(octets.substr(curve.size()))};
    if (!curve.contains(key.point_)) return std::nullopt;
    return key;
  }
  bool verify(std::string_view digest, std::string_view signature) const {
    return EcCurve::gost2004().verify(point_, digest, signature);
  }

 private:
  EcPoint point_;
};

using Any = std::variant<RsaPublicKey, Gost2015Key, Gost2004Key>;

template <class Key>
std::optional<Any> any(std::optional<Key> key) {
  if (!key) return std::nullopt;
  return Any(std::move(*key));
}

std::optional<Any> read_content(KeyKind kind, std::string_view content) {
  if (kind == KeyKind::rsa) return any(RsaPublicKey::read(content));
  const auto octets = inner_octets(content);
  if (!octets) return std::nullopt;
  if (kind == KeyKind::gost2015) return any(Gost2015Key::read(*octets));
  return any(Gost2004Key::read(*octets));
}

}  // namespace

struct PublicKey::Key {
  KeyKind kind;
  std::string content;
  Any any;
};

std::optional<PublicKey> PublicKey::read(std::string_view spki_der) {
  der::Reader outside(spki_der);
  auto inside = outside.enter(der::kSequence);
  if (!inside || !outside.at_end()) return std::nullopt;
  const auto identifier = inside->take(der::kSequence), bits = inside->take(der::kBitString);
  if (!identifier || !bits || !inside->at_end()) return std::nullopt;
  const auto kind = kind_of_identifier(identifier->whole);
  const auto content = der::bit_string(*bits);
  if (!kind || !content) return std::nullopt;
  auto any = read_content(*kind, *content);
  if (!any) return std::nullopt;
  return PublicKey(std::make_shared<const Key>(Key{*kind, std::string(*content), std::move(*any)}));
}

KeyKind PublicKey::kind() const { return key_->kind; }

int PublicKey::bits() const {
  if (const auto* rsa = std::get_if<RsaPublicKey>(&key_->any)) return rsa->bits();
  return key_->kind == KeyKind::gost2015 ? 512 : 256;
}

bool PublicKey::verify(Algorithm algorithm, std::string_view digest, std::string_view signature) const {
  const Digest digest_kind = digest_of(algorithm);
  if (kind_of(algorithm) != key_->kind || digest.size() != size_of(digest_kind)) return false;
  if (const auto* rsa = std::get_if<RsaPublicKey>(&key_->any)) return rsa->verify(digest_kind, digest, signature);
  if (const auto* gost = std::get_if<Gost2015Key>(&key_->any)) return gost->verify(digest, signature);
  return std::get<Gost2004Key>(key_->any).verify(digest, signature);
}

void PublicKey::prepare() const {
  if (const auto* gost = std::get_if<Gost2015Key>(&key_->any)) gost->prepare();
}

const std::string& PublicKey::bits_content() const { return key_->content; }

bool PublicKey::operator==(const PublicKey& other) const {
  return key_->kind == other.key_->kind && key_->content == other.key_->content;
}

}  // namespace mekenjai::edge::eds::crypto
