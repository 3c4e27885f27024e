// The closed list of algorithms, and what belongs to each.
#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/crypto/spki.hpp"

namespace mekenjai::edge::eds::crypto {
namespace {

struct Row {
  Algorithm algorithm;
  KeyKind kind;
  Digest digest;
  std::string_view oid;
  std::string_view key_oid;
};

constexpr Row kRows[] = {
    {Algorithm::rsa_sha256, KeyKind::rsa, Digest::sha256, oids::kSha256WithRsa, oids::kRsaEncryption},
    {Algorithm::rsa_sha1, KeyKind::rsa, Digest::sha1, oids::kSha1WithRsa, oids::kRsaEncryption},
    {Algorithm::gost2015, KeyKind::gost2015, Digest::streebog512, oids::kGost2015Signature512, oids::kGost2015Key512},
    {Algorithm::gost2004, KeyKind::gost2004, Digest::gost34311, oids::kGost2004Signature, oids::kGost2004Key},
};

const Row& row(Algorithm algorithm) { return kRows[static_cast<std::size_t>(algorithm)]; }

constexpr KeyKind kKinds[] = {KeyKind::rsa, KeyKind::gost2015, KeyKind::gost2004};

}  // namespace

std::optional<Algorithm> algorithm_of_oid(std::string_view oid_content, std::optional<Digest> digest) {
  for (const Row& known : kRows) {
    const bool named = oid_content == known.oid && digest.value_or(known.digest) == known.digest;
    const bool by_key = oid_content == known.key_oid && digest == known.digest;
    if (named || by_key) return known.algorithm;
  }
  return std::nullopt;
}

std::string_view oid_of(Algorithm algorithm) { return row(algorithm).oid; }
Digest digest_of(Algorithm algorithm) { return row(algorithm).digest; }
KeyKind kind_of(Algorithm algorithm) { return row(algorithm).kind; }

std::string name_of(KeyKind kind, int bits) {
  switch (kind) {
    case KeyKind::rsa: return "RSA-" + std::to_string(bits);
    case KeyKind::gost2015: return "GOST-2015-" + std::to_string(bits);
    case KeyKind::gost2004: return "GOST-2004";
  }
  return "";
}

const std::string& algorithm_identifier(KeyKind kind) {
  using der::oid;
  using der::sequence;
  static const std::string rsa = sequence({oid(oids::kRsaEncryption), der::null()});
  static const std::string gost2015 = sequence(
      {oid(oids::kGost2015Key512), sequence({oid(oids::kGost2015Params512), oid(oids::kStreebog512)})});
  static const std::string gost2004 = sequence(
      {oid(oids::kGost2004Key), sequence({oid(oids::kGost2004Params), oid(oids::kGost34311HashParams)})});
  switch (kind) {
    case KeyKind::rsa: return rsa;
    case KeyKind::gost2015: return gost2015;
    case KeyKind::gost2004: break;
  }
  return gost2004;
}

std::optional<KeyKind> kind_of_identifier(std::string_view identifier) {
  for (const KeyKind kind : kKinds) {
    if (identifier == algorithm_identifier(kind)) return kind;
  }
  return std::nullopt;
}

}  // namespace mekenjai::edge::eds::crypto
