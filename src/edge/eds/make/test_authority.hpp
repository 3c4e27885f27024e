// For tests: a certification authority in memory, with everything around it, in the profile of НУЦ РК. Fresh keys each
// time: two of them are look-alikes: same names, other keys.
//   const make::TestAuthority authority;
//   const make::Identity saule = authority.person();
//   const std::string cms = authority.stamped(make::sign_cms(content, saule, make::kTestNow), make::kTestNow);
//   verify(cms, expectation, authority.trust(), {.ocsp = {{authority.ocsp(*saule.certificate, make::kTestNow)}}}, make::kTestNow);
#pragma once

#include <stdexcept>

#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/cms/timestamp.hpp"
#include "edge/eds/make/answers.hpp"
#include "edge/eds/make/sign.hpp"
#include "edge/eds/pki/trust.hpp"

namespace mekenjai::edge::eds::make {

inline constexpr Instant kTestNow =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + std::chrono::hours{12};
inline constexpr Instant kTestFrom = std::chrono::sys_days{std::chrono::year{2026} / 5 / 1};

inline const Person kSaule{"900101300017", "АХМЕТОВА", "САУЛЕ", "БОЛАТҚЫЗЫ", {}, {}};
inline const Person kBolat{"850715400028", "АХМЕТОВ", "БОЛАТ", "СЕРІКҰЛЫ", {}, {}};

class TestAuthority {
 public:
  explicit TestAuthority(crypto::KeyKind kind = crypto::KeyKind::gost2015)
      : kind_(kind),
        root(self_signed(ca_order("TEST ROOT", kTestFrom - std::chrono::years{4}, 20, {}))),
        issuer(issued_by(root, ca_order("TEST NCA", kTestFrom - std::chrono::years{3}, 15, 0))),
        responder(issued_by(issuer, ocsp_responder_order("TEST OCSP", kTestFrom))),
        stamps(issued_by(issuer, time_stamp_authority_order("TEST TSA", kTestFrom))) {}

  /// One for the whole test program: RSA keys take their time.
  static const TestAuthority& shared(crypto::KeyKind kind = crypto::KeyKind::gost2015) {
    static const TestAuthority gost(crypto::KeyKind::gost2015);
    if (kind != crypto::KeyKind::rsa) return gost;
    static const TestAuthority rsa(crypto::KeyKind::rsa);
    return rsa;
  }

  /// A key of the authority's kind with the certificate ordered.
  Identity issue_order(const CertificateOrder& order) const { return issued_by(issuer, order); }
  Identity issued_by(const Identity& by, const CertificateOrder& order) const {
    const crypto::PrivateKey key = crypto::PrivateKey::generate(kind_);
    return Identity{key, issue(order, key, &by)};
  }
  Identity self_signed(const CertificateOrder& order) const {
    const crypto::PrivateKey key = crypto::PrivateKey::generate(kind_);
    return Identity{key, issue(order, key, nullptr)};
  }
  CertificateOrder order_for(const Person& person, RsaUse use = RsaUse::sign) const {
    return person_order(person, kind_, kTestFrom, use);
  }
  /// For a year from kTestFrom.
  Identity person(const Person& person = kSaule, RsaUse use = RsaUse::sign) const {
    return issue_order(order_for(person, use));
  }

  std::vector<CertificatePtr> certificates() const { return {root.certificate, issuer.certificate}; }
  Trust trust() const { return Trust(certificates()); }

  /// What the responder answers when all is well; tests change what they like.
  OcspAnswer answer(const Certificate& certificate, Instant at, std::optional<std::string> nonce = {}) const {
    OcspAnswer answer;
    answer.cert_id = cert_id(crypto::Digest::sha256, *issuer.certificate, certificate.serial);
    answer.produced_at = answer.this_update = at;
    answer.nonce = std::move(nonce);
    answer.certificates = {responder.certificate};
    return answer;
  }
  /// "good", signed by the responder.
  std::string ocsp(const Certificate& certificate, Instant at, std::optional<std::string> nonce = {}) const {
    return ocsp_response(answer(certificate, at, std::move(nonce)), responder);
  }
  /// A list of the day, for a day.
  CrlOrder crl_order(Instant at) const {
    CrlOrder order;
    order.this_update = at;
    order.next_update = at + std::chrono::hours{27};
    return order;
  }
  std::string crl_of(std::vector<CrlOrder::Entry> entries, Instant at) const {
    CrlOrder order = crl_order(at);
    order.entries = std::move(entries);
    return crl(order, issuer);
  }

  /// A token over octets, by our time-stamp authority or another.
  std::string token(std::string_view stamped_octets, Instant at, const Identity* by = nullptr) const {
    StampOrder order;
    order.at = at;
    return token(stamped_octets, order, by);
  }
  std::string token(std::string_view stamped_octets, const StampOrder& order, const Identity* by = nullptr) const {
    const crypto::Digest digest = kind_ == crypto::KeyKind::rsa ? crypto::Digest::sha256 : crypto::Digest::streebog512;
    const std::string request = timestamp_request(digest, stamped_octets, "\x01 eight", "");
    return value(token_of_response(timestamp_response(request, by != nullptr ? *by : stamps, order)));
  }
  /// The container with a time-stamp on its first signature.
  std::string stamped(std::string_view cms, Instant at, const Identity* by = nullptr) const {
    return value(with_timestamp(cms, token(value(read_cms(cms)).signers.at(0).signature, at, by)));
  }

 private:
  template <class T>
  static T value(Checked<T> checked) {
    if (!checked) throw std::logic_error(describe(checked.error()));
    return *std::move(checked);
  }

  crypto::KeyKind kind_;

 public:
  Identity root, issuer, responder, stamps;
};

}  // namespace mekenjai::edge::eds::make
