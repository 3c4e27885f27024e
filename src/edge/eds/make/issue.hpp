// Making certificates, for the sandbox and for tests: the profile of НУЦ РК (eds.md 2.2) and, by leaving parts out or
// changing them, every profile that must be refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "edge/eds/pki/certificate.hpp"

namespace mekenjai::edge::eds::make {

/// A key with its certificate.
struct Identity {
  crypto::PrivateKey key;
  CertificatePtr certificate;
};

struct NameAttribute {
  std::string oid;         // content octets
  std::string value;       // UTF-8
  bool printable = false;  // PrintableString instead of UTF8String
};
std::string name(const std::vector<NameAttribute>& attributes);

struct Extension {
  std::string oid;
  std::string value;  // DER
  bool critical = false;
};

/// What a certificate is to say. Defaults make an empty v3 certificate.
struct CertificateOrder {
  std::vector<NameAttribute> subject;
  Instant not_before, not_after;
  std::string serial;                 // empty: the subject key identifier with the top bit cleared (eds.md 2.1)
  std::vector<Extension>
      extensions;  // in this order; SKI and AKI follow where `key_ids` is set (before the key store's)
  bool key_ids = true;
  std::optional<std::string> key_id;  // 20 octets; SHA-1 of the key's bits where absent
};

/// Signed by the issuer; self-signed where there is none (then `key` signs). Throws std::invalid_argument where the
/// order makes something that cannot be read as a certificate.
CertificatePtr issue(const CertificateOrder& order, const crypto::PrivateKey& key, const Identity* issuer);
/// The same as octets, readable or not.
std::string issue_der(const CertificateOrder& order, const crypto::PrivateKey& key, const Identity* issuer);

/// Extensions by name, for orders.
Extension basic_constraints(bool ca, std::optional<int> path_length = {});
Extension key_usage(unsigned usage);
Extension extended_key_usage(const std::vector<std::string>& oids, bool critical = false);
Extension policies(const std::vector<std::string>& oids);

/// A natural person's certificate, in the exact profile: GOST-2015 signs and logs in; RSA is `sign` or `auth`.
struct Person {
  std::string iin, surname, given_name, patronymic;
  std::optional<std::string> bin, organisation;  // an employee's
};
enum class RsaUse { sign, authenticate };
CertificateOrder person_order(const Person& person, crypto::KeyKind kind, Instant from, RsaUse use = RsaUse::sign);
CertificateOrder ca_order(std::string_view common_name, Instant from, int years, std::optional<int> path_length);
CertificateOrder ocsp_responder_order(std::string_view common_name, Instant from);
CertificateOrder time_stamp_authority_order(std::string_view common_name, Instant from);

}  // namespace mekenjai::edge::eds::make
