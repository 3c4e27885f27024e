#include "edge/eds/make/sandbox_authority.hpp"

#include <stdexcept>

#include "base/bytes.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/make/sandbox_keys.hpp"

namespace mekenjai::edge::eds::make {
namespace {

using std::chrono::sys_days;
using namespace std::chrono_literals;

constexpr std::size_t kKeyIdBytes = 20, kMarkBytes = 8, kRandomBytes = kKeyIdBytes - kMarkBytes;
constexpr std::string_view kMarkKey = "mekenjai sandbox: the mark of an issued serial";

/// The validity of the real hierarchy (eds.md 2.1). Responder and time-stamps have it too, unlike real ones: a
/// sandbox's clock is moved by years.
constexpr Instant kFrom = sys_days{2022y / 6 / 15} + 5h + 1min + 9s;
constexpr Instant kRootUntil = sys_days{2045y / 9 / 8} + 5h + 1min + 9s;
constexpr Instant kUntil = sys_days{2045y / 9 / 7} + 5h + 1min + 9s;

crypto::PrivateKey gost_key(std::string_view sentence) {
  return crypto::PrivateKey::gost_from_seed(crypto::hash(crypto::Digest::streebog512, sentence));
}

crypto::PrivateKey rsa_key(std::string_view base64) {
  const auto der = unarmoured(base64);
  auto key = der ? crypto::PrivateKey::read(*der) : std::nullopt;
  if (!key) throw std::logic_error("a key of the sandbox's authority cannot be read");
  return *std::move(key);
}

/// The eight octets that follow a serial's first twelve, so that no list of issued serials has to be kept.
std::string mark(std::string_view random) {
  const base::Sha256 code = base::hmac_sha256(kMarkKey, random);
  return std::string(reinterpret_cast<const char*>(code.data()), kMarkBytes);
}

std::string marked_key_id() {
  std::string random = base::random_bytes(kRandomBytes);
  random[0] = static_cast<char>(random[0] & 0x7f);  // serials are key identifiers with this bit cleared
  const std::string key_id = random + mark(random);
  return key_id;
}

Identity issued_by(const Identity& issuer, CertificateOrder order, crypto::PrivateKey key) {
  order.not_after = std::min(order.not_after, issuer.certificate->not_after);
  return Identity{key, issue(order, key, &issuer)};
}

}  // namespace

struct SandboxAuthority::Branch {
  struct Keys {
    crypto::PrivateKey root, issuer, responder, stamps;
  };

  Branch(std::string_view kind, const Keys& keys)
      : root(make_root(kind, keys.root)),
        issuer(make_issuer(root, kind, keys.issuer)),
        responder(make_service(issuer, ocsp_responder_order("SANDBOX OCSP RESPONDER", kFrom), keys.responder)),
        stamps(
            make_service(issuer, time_stamp_authority_order("SANDBOX TIME-STAMPING AUTHORITY", kFrom), keys.stamps)) {}

  Identity root, issuer, responder, stamps;

 private:
  static Identity make_root(std::string_view kind, const crypto::PrivateKey& key) {
    CertificateOrder order =
        ca_order(fmt::format("SANDBOX НЕГІЗГІ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ ({}) 2022", kind), kFrom, 0, {});
    order.not_after = kRootUntil;
    order.extensions = {basic_constraints(true), key_usage(kKeyCertSign | kCrlSign),
                        policies({std::string(oids::kPolicyKuc)})};
    return Identity{key, issue(order, key, nullptr)};
  }
  static Identity make_issuer(const Identity& root, std::string_view kind, const crypto::PrivateKey& key) {
    CertificateOrder order = ca_order(fmt::format("SANDBOX ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ ({}) 2022", kind), kFrom, 0, 0);
    order.not_after = kUntil;
    return issued_by(root, order, key);
  }
  static Identity make_service(const Identity& issuer, CertificateOrder order, const crypto::PrivateKey& key) {
    order.not_after = kUntil;
    return issued_by(issuer, order, key);
  }
};

const SandboxAuthority& SandboxAuthority::instance() {
  static const SandboxAuthority authority;
  return authority;
}

SandboxAuthority::SandboxAuthority()
    : gost_(std::make_shared<const Branch>(
          "GOST",
          Branch::Keys{gost_key("mekenjai sandbox: root"), gost_key("mekenjai sandbox: issuing authority"),
                       gost_key("mekenjai sandbox: OCSP responder"), gost_key("mekenjai sandbox: time-stamps")})),
      rsa_(std::make_shared<const Branch>(
          "RSA", Branch::Keys{rsa_key(sandbox_keys::kRootKey), rsa_key(sandbox_keys::kIssuerKey),
                              rsa_key(sandbox_keys::kResponderKey), rsa_key(sandbox_keys::kStampsKey)})) {}

Identity SandboxAuthority::issue_to(const Person& person, crypto::KeyKind kind, Instant at, RsaUse use) const {
  CertificateOrder order = person_order(person, kind, std::chrono::floor<std::chrono::seconds>(at), use);
  order.key_id = marked_key_id();
  return issued_by(issuer(kind), std::move(order), crypto::PrivateKey::generate(kind));
}

bool SandboxAuthority::issued(std::string_view serial) const {
  if (serial.size() > kKeyIdBytes) return false;
  const std::string whole = std::string(kKeyIdBytes - serial.size(), '\0') + std::string(serial);
  return base::equal_in_constant_time(mark(std::string_view(whole).substr(0, kRandomBytes)),
                                      std::string_view(whole).substr(kRandomBytes));
}

std::vector<CertificatePtr> SandboxAuthority::certificates() const {
  return {gost_->root.certificate, gost_->issuer.certificate, rsa_->root.certificate, rsa_->issuer.certificate};
}

const Identity& SandboxAuthority::issuer(crypto::KeyKind kind) const {
  return kind == crypto::KeyKind::rsa ? rsa_->issuer : gost_->issuer;
}

const Identity& SandboxAuthority::ocsp_responder(crypto::KeyKind kind) const {
  return kind == crypto::KeyKind::rsa ? rsa_->responder : gost_->responder;
}

const Identity& SandboxAuthority::time_stamps(crypto::KeyKind kind) const {
  return kind == crypto::KeyKind::rsa ? rsa_->stamps : gost_->stamps;
}

const Identity* SandboxAuthority::issuer_of(const OcspRequest& request) const {
  for (const Identity* issuer : {&gost_->issuer, &rsa_->issuer, &gost_->root, &rsa_->root}) {
    if (request.issuer_name_hash == name_hash(request.digest, *issuer->certificate) &&
        request.issuer_key_hash == key_hash(request.digest, *issuer->certificate)) {
      return issuer;
    }
  }
  return nullptr;
}

}  // namespace mekenjai::edge::eds::make
