// A certificate (RFC 5280) as НУЦ РК issues them (eds.md 2.2), read once and never changed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "edge/eds/crypto/keys.hpp"
#include "edge/eds/asn1/fault.hpp"

namespace mekenjai::edge::eds {

using base::Instant;

/// Who a certificate names. Everything is taken by OID from the subject, never by position, never from CN or SAN.
struct Subject {
  std::vector<std::string> serial_numbers;   // every serialNumber attribute, as it stands: "IIN123456789011"
  std::vector<std::string> organisational_units;
  std::string common_name, surname, patronymic, organisation, uid;

  /// The twelve digits, where there is exactly one serialNumber and it is `IIN` + 12 digits.
  std::optional<std::string> iin() const;
  /// The twelve digits of the one OU that is `BIN` + 12 digits.
  std::optional<std::string> bin() const;
  /// Whether any OU claims a BIN, well-formed and alone or not.
  bool names_organisation() const;
};

/// Key usage, RFC 5280, 4.2.1.3.
enum KeyUsage : unsigned {
  kDigitalSignature = 1u << 0,
  kNonRepudiation = 1u << 1,
  kKeyEncipherment = 1u << 2,
  kDataEncipherment = 1u << 3,
  kKeyAgreement = 1u << 4,
  kKeyCertSign = 1u << 5,
  kCrlSign = 1u << 6,
};

struct Certificate;
using CertificatePtr = std::shared_ptr<const Certificate>;

struct Certificate {
  Certificate(std::string bytes, crypto::PublicKey public_key, crypto::Algorithm signed_with)
      : der(std::move(bytes)), key(std::move(public_key)), algorithm(signed_with) {}
  Certificate(const Certificate&) = delete;  // the views below look into `der`
  Certificate& operator=(const Certificate&) = delete;

  std::string der;
  base::Sha256 fingerprint{};      // SHA-256 of `der`
  std::string_view tbs;            // the signed part, within `der`
  std::string_view spki, issuer, subject_name;  // within `der`: SubjectPublicKeyInfo and Names, whole elements.
                                                // Names are compared octet by octet: НУЦ РК copies its own name
  std::string serial;              // unsigned big-endian octets without leading zero
  Instant not_before{}, not_after{};
  Subject subject;
  std::string issuer_common_name;
  crypto::PublicKey key;
  crypto::Algorithm algorithm;     // of the issuer's signature
  std::string signature;

  // Extensions. Absent ones are empty.
  std::optional<bool> ca;          // basicConstraints
  std::optional<int> path_length;
  std::optional<unsigned> key_usage;
  std::vector<std::string> extended_key_usage;  // OID contents, all of them
  bool extended_key_usage_critical = false;
  std::vector<std::string> policies;            // OID contents
  std::string subject_key_id, authority_key_id;
  bool ocsp_no_check = false;
  std::vector<std::string> unknown_critical;    // dotted OIDs of critical extensions that are not understood
  std::vector<std::string> ocsp_addresses, crl_addresses;  // as it claims; addresses come from configuration

  bool self_issued() const { return issuer == subject_name; }
  bool for_purpose(std::string_view oid_content) const;
  bool valid_at(Instant at) const { return not_before <= at && at <= not_after; }
  std::string serial_hex() const { return base::to_hex(serial); }

  /// From DER, exactly; `malformed`, or `weak_algorithm` for keys and signatures outside the closed list.
  static Checked<CertificatePtr> read(std::string_view der);
  /// DER, or PEM, or base64, as files hold them.
  static Checked<CertificatePtr> read_file(const std::string& file);
};

/// The issuer's key made the signature on the certificate.
bool signed_by(const Certificate& certificate, const Certificate& issuer);
/// Digests for OCSP CertIDs and key identifiers.
std::string name_hash(crypto::Digest digest, const Certificate& issuer);
std::string key_hash(crypto::Digest digest, const Certificate& issuer);

/// The octets inside DER (or BER: what begins with a SEQUENCE is taken as it is), one PEM block with any label ("BEGIN
/// CERTIFICATE", "BEGIN CMS" …, LF or CRLF) or bare base64. Nothing where armour is damaged or something stands beside it.
std::optional<std::string> unarmoured(std::string_view bytes);
/// Base64 (RFC 4648, section 4) with white space anywhere; padding and unused bits must be right.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace mekenjai::edge::eds
