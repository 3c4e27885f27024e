#include "edge/eds/make/issue.hpp"

#include <stdexcept>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"

namespace mekenjai::edge::eds::make {
namespace {

constexpr std::uint8_t kGeneralNameUri = der::context(6, false);
constexpr oids::Oid kEmployee = "1.2.398.3.3.4.1.2.5";
constexpr std::string_view kPractice = "http://pki.sandbox.invalid/cps";
constexpr std::string_view kOcspAddress = "http://ocsp.sandbox.invalid/";

std::string algorithm_identifier(crypto::Algorithm algorithm) {
  return der::sequence({der::oid(crypto::oid_of(algorithm)), der::null()});
}

crypto::Algorithm signing_algorithm(crypto::KeyKind kind) {
  return kind == crypto::KeyKind::rsa ? crypto::Algorithm::rsa_sha256 : crypto::Algorithm::gost2015;
}

std::string_view file_stem(crypto::KeyKind kind) { return kind == crypto::KeyKind::rsa ? "rsa" : "gost"; }

std::string encoded(const Extension& extension) {
  return der::sequence({der::oid(extension.oid), extension.critical ? der::boolean(true) : "",
                        der::octet_string(extension.value)});
}

std::string key_bits(const crypto::PrivateKey& key) {
  const auto read = crypto::PublicKey::read(key.spki());
  if (!read) throw std::invalid_argument("a key whose public half cannot be read");
  return read->bits_content();
}

Extension subject_key_id(std::string_view key_id) {
  return {std::string(oids::kSubjectKeyId), der::octet_string(key_id), false};
}

Extension authority_key_id(std::string_view key_id) {
  return {std::string(oids::kAuthorityKeyId), der::sequence({der::element(der::context(0, false), key_id)}), false};
}

/// Where НУЦ РК puts the key identifiers: last, but before the kind of key store.
std::string extensions(const CertificateOrder& order, const std::string& key_id, const Certificate* issuer) {
  std::string before, after;
  for (const Extension& extension : order.extensions) {
    (extension.oid == oids::kKeyStoreKind ? after : before) += encoded(extension);
  }
  if (order.key_ids) {
    before += encoded(subject_key_id(key_id));
    before += encoded(authority_key_id(issuer != nullptr ? issuer->subject_key_id : key_id));
  }
  return before + after;
}

/// Who signs: the issuer, or the key itself.
std::string issue_der(const CertificateOrder& order, const crypto::PrivateKey& key, const Certificate* issuer,
                      const crypto::PrivateKey& signer) {
  const std::string key_id = order.key_id.value_or(crypto::hash(crypto::Digest::sha1, key_bits(key)));
  std::string serial = order.serial;
  if (serial.empty()) {
    serial = key_id;
    serial[0] = static_cast<char>(serial[0] & 0x7f);
  }
  const crypto::Algorithm algorithm = signing_algorithm(signer.kind());
  const std::string subject = name(order.subject);
  const std::string further = extensions(order, key_id, issuer);
  const std::string tbs = der::sequence({
      der::element(der::context(0), der::integer(2)),
      der::unsigned_integer(serial),
      algorithm_identifier(algorithm),
      issuer != nullptr ? issuer->subject_name : std::string_view(subject),
      der::sequence({der::time(order.not_before), der::time(order.not_after)}),
      subject,
      key.spki(),
      further.empty() ? "" : der::element(der::context(3), der::element(der::kSequence, further)),
  });
  const std::string signature = signer.sign(algorithm, crypto::hash(crypto::digest_of(algorithm), tbs));
  return der::sequence({tbs, algorithm_identifier(algorithm), der::bit_string(signature)});
}

Extension distribution_points(std::string_view oid, std::string_view address) {
  const std::string uri = der::element(kGeneralNameUri, address);
  const std::string full_name = der::element(der::context(0), der::element(der::context(0), uri));
  return {std::string(oid), der::sequence({der::sequence({full_name})}), false};
}

Extension authority_access(crypto::KeyKind kind) {
  const std::string ca = fmt::format("http://pki.sandbox.invalid/cert/nca_{}.cer", file_stem(kind));
  return {std::string(oids::kAuthorityInfoAccess),
          der::sequence({der::sequence({der::oid(oids::kAiaOcsp), der::element(kGeneralNameUri, kOcspAddress)}),
                         der::sequence({der::oid(oids::kAiaCaIssuers), der::element(kGeneralNameUri, ca)})}),
          false};
}

Extension crl_address(crypto::KeyKind kind) {
  return distribution_points(oids::kCrlDistributionPoints,
                             fmt::format("http://crl.sandbox.invalid/nca_{}.crl", file_stem(kind)));
}

Extension delta_crl_address(crypto::KeyKind kind) {
  return distribution_points(oids::kFreshestCrl,
                             fmt::format("http://crl.sandbox.invalid/nca_d_{}.crl", file_stem(kind)));
}

Extension key_in_file() {
  return {std::string(oids::kKeyStoreKind), der::sequence({der::oid(oids::kKeyStoreFile)}), false};
}

NameAttribute utf8(std::string_view oid, std::string_view value) { return {std::string(oid), std::string(value)}; }
NameAttribute printable(std::string_view oid, std::string_view value) {
  return {std::string(oid), std::string(value), true};
}

std::vector<NameAttribute> service_name(std::string_view common_name) {
  return {utf8(oids::kCommonName, common_name), printable(oids::kCountry, "KZ")};
}

Instant years_later(Instant from, int years) {
  const auto day = std::chrono::floor<std::chrono::days>(from);
  std::chrono::year_month_day date = std::chrono::year_month_day{day} + std::chrono::years{years};
  if (!date.ok()) date = date.year() / date.month() / std::chrono::last;
  return Instant{std::chrono::sys_days{date}} + (from - day);
}

unsigned person_key_usage(crypto::KeyKind kind, RsaUse use) {
  if (kind != crypto::KeyKind::rsa) return kDigitalSignature | kNonRepudiation | kKeyAgreement;
  return use == RsaUse::sign ? kDigitalSignature | kNonRepudiation : kDigitalSignature | kKeyEncipherment;
}

std::vector<std::string> person_purposes(const Person& person, crypto::KeyKind kind, RsaUse use) {
  const bool authenticates = kind == crypto::KeyKind::rsa && use == RsaUse::authenticate;
  std::vector<std::string> purposes{std::string(authenticates ? oids::kClientAuth : oids::kEmailProtection)};
  if (person.bin) {
    purposes.emplace_back(oids::kLegalEntity);
    purposes.emplace_back(kEmployee);
  } else {
    purposes.emplace_back(oids::kNaturalPerson);
  }
  return purposes;
}

}  // namespace

std::string name(const std::vector<NameAttribute>& attributes) {
  std::string names;
  for (const NameAttribute& attribute : attributes) {
    const std::string value =
        attribute.printable ? der::printable_string(attribute.value) : der::utf8_string(attribute.value);
    names += der::element(der::kSet, der::sequence({der::oid(attribute.oid), value}));
  }
  return der::element(der::kSequence, names);
}

CertificatePtr issue(const CertificateOrder& order, const crypto::PrivateKey& key, const Identity* issuer) {
  const std::string bytes = issue_der(order, key, issuer);
  auto read = Certificate::read(bytes);
  if (!read) throw std::invalid_argument("a certificate that cannot be read: " + describe(read.error()));
  return *std::move(read);
}

std::string issue_der(const CertificateOrder& order, const crypto::PrivateKey& key, const Identity* issuer) {
  if (issuer == nullptr) return issue_der(order, key, nullptr, key);
  return issue_der(order, key, issuer->certificate.get(), issuer->key);
}

Extension basic_constraints(bool ca, std::optional<int> path_length) {
  const std::string length = path_length ? der::integer(*path_length) : "";
  return {std::string(oids::kBasicConstraints), der::sequence({ca ? der::boolean(true) : "", length}), true};
}

Extension key_usage(unsigned usage) {
  std::uint8_t octet = 0;  // bit 0 of the list is the highest of the octet
  int unused = 8;
  for (int bit = 0; bit < 8; ++bit) {
    if ((usage >> bit & 1) == 0) continue;
    octet = static_cast<std::uint8_t>(octet | 0x80 >> bit);
    unused = 7 - bit;
  }
  const std::string bits =
      octet == 0 ? der::bit_string("") : der::bit_string(std::string(1, static_cast<char>(octet)), unused);
  return {std::string(oids::kKeyUsage), bits, true};
}

Extension extended_key_usage(const std::vector<std::string>& purposes, bool critical) {
  std::string list;
  for (const std::string& purpose : purposes) list += der::oid(purpose);
  return {std::string(oids::kExtendedKeyUsage), der::element(der::kSequence, list), critical};
}

Extension policies(const std::vector<std::string>& policy_oids) {
  const std::string practice =
      der::sequence({der::sequence({der::oid(oids::kCps), der::element(der::kIa5String, kPractice)})});
  std::string list;
  for (const std::string& policy : policy_oids) list += der::sequence({der::oid(policy), practice});
  return {std::string(oids::kCertificatePolicies), der::element(der::kSequence, list), false};
}

CertificateOrder person_order(const Person& person, crypto::KeyKind kind, Instant from, RsaUse use) {
  CertificateOrder order;
  order.subject = {
      utf8(oids::kCommonName, person.surname + " " + person.given_name),
      utf8(oids::kSurname, person.surname),
      printable(oids::kSerialNumber, "IIN" + person.iin),
      printable(oids::kCountry, "KZ"),
  };
  if (person.organisation) order.subject.push_back(utf8(oids::kOrganisation, *person.organisation));
  if (person.bin) order.subject.push_back(utf8(oids::kOrganisationalUnit, "BIN" + *person.bin));
  if (!person.patronymic.empty()) order.subject.push_back(utf8(oids::kGivenName, person.patronymic));
  order.not_before = from;
  order.not_after = years_later(from, 1);
  order.extensions = {
      policies({std::string(oids::kPolicyNuc)}),
      authority_access(kind),
      crl_address(kind),
      delta_crl_address(kind),
      extended_key_usage(person_purposes(person, kind, use)),
      key_usage(person_key_usage(kind, use)),
      key_in_file(),
  };
  return order;
}

CertificateOrder ca_order(std::string_view common_name, Instant from, int years, std::optional<int> path_length) {
  CertificateOrder order;
  order.subject = service_name(common_name);
  order.not_before = from;
  order.not_after = years_later(from, years);
  order.extensions = {basic_constraints(true, path_length), key_usage(kKeyCertSign | kCrlSign),
                      policies({std::string(oids::kPolicyNuc)})};
  return order;
}

CertificateOrder ocsp_responder_order(std::string_view common_name, Instant from) {
  CertificateOrder order;
  order.subject = service_name(common_name);
  order.not_before = from;
  order.not_after = years_later(from, 3);
  order.extensions = {extended_key_usage({std::string(oids::kOcspSigning)}), key_usage(kDigitalSignature),
                      Extension{std::string(oids::kOcspNoCheck), der::null(), false}};
  return order;
}

CertificateOrder time_stamp_authority_order(std::string_view common_name, Instant from) {
  CertificateOrder order;
  order.subject = service_name(common_name);
  order.not_before = from;
  order.not_after = years_later(from, 3);
  order.extensions = {extended_key_usage({std::string(oids::kTimeStamping)}, true),
                      policies({std::string(oids::kPolicyTsa)}), key_usage(kDigitalSignature), key_in_file()};
  return order;
}

}  // namespace mekenjai::edge::eds::make
