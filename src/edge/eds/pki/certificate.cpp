#include "edge/eds/pki/certificate.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "edge/eds/pki/reading.hpp"

namespace mekenjai::edge::eds {
namespace {

using der::Element;
using der::Reader;

constexpr std::size_t kMaxCertificate = 64 * 1024;  // real ones have 1 to 3 KB
constexpr std::size_t kMaxSerial = 20;              // RFC 5280, 4.1.2.2
constexpr std::int64_t kVersion3 = 2;

/// The pieces of a certificate, none judged yet.
struct Outline {
  reading::Signed envelope;
  Element serial, algorithm, issuer, validity, subject, spki;
  std::optional<Element> extensions;
};

std::optional<Outline> outline(std::string_view bytes) {
  Reader whole(bytes);
  auto outer = whole.enter(der::kSequence);
  if (!outer || !whole.at_end()) return std::nullopt;
  const auto envelope = reading::signed_body(*outer);
  if (!envelope || !outer->at_end()) return std::nullopt;
  Reader body(envelope->body.content);
  auto version = body.enter(der::context(0));
  if (!version) return std::nullopt;
  const auto number = version->take(der::kInteger);
  if (!number || !version->at_end() || der::small_integer(*number) != kVersion3) return std::nullopt;
  const auto serial = body.take(der::kInteger);
  const auto algorithm = body.take(der::kSequence);
  const auto issuer = body.take(der::kSequence);
  const auto validity = body.take(der::kSequence);
  const auto subject = body.take(der::kSequence);
  const auto spki = body.take(der::kSequence);
  if (!serial || !algorithm || !issuer || !validity || !subject || !spki) return std::nullopt;
  const auto extensions = body.take(der::context(3));  // unique identifiers before them are of v2, and met nowhere
  if (!body.at_end()) return std::nullopt;
  return Outline{*envelope, *serial, *algorithm, *issuer, *validity, *subject, *spki, extensions};
}

bool read_validity(const Element& element, Certificate& into) {
  Reader fields(element.content);
  const auto from = fields.take(), to = fields.take();
  if (!from || !to || !fields.at_end()) return false;
  const auto not_before = der::time(*from), not_after = der::time(*to);
  if (!not_before || !not_after) return false;
  into.not_before = *not_before;
  into.not_after = *not_after;
  return true;
}

/// Calls `take(oid, value)` for every attribute of a Name, those of multi-valued RDNs among them.
template <class Take>
bool each_attribute(const Element& name, Take take) {
  for (Reader rdns(name.content); !rdns.at_end();) {
    auto attributes = rdns.enter(der::kSet);
    if (!attributes || attributes->at_end()) return false;
    while (!attributes->at_end()) {
      auto fields = attributes->enter(der::kSequence);
      if (!fields) return false;
      const auto oid = fields->take(der::kOid);
      const auto value = fields->take();
      if (!oid || !value || !fields->at_end() || !take(oid->content, *value)) return false;
    }
  }
  return true;
}

bool read_subject(const Element& name, Subject& into) {
  return each_attribute(name, [&](std::string_view oid, const Element& value) {
    const auto keep = [&](std::string& field) {
      const auto text = der::text(value);
      if (text && field.empty()) field = *text;
      return text.has_value();
    };
    const auto add = [&](std::vector<std::string>& list) {
      const auto text = der::text(value);
      if (text) list.push_back(*text);
      return text.has_value();
    };
    if (oid == std::string_view(oids::kSerialNumber)) return add(into.serial_numbers);
    if (oid == std::string_view(oids::kOrganisationalUnit)) return add(into.organisational_units);
    if (oid == std::string_view(oids::kCommonName)) return keep(into.common_name);
    if (oid == std::string_view(oids::kSurname)) return keep(into.surname);
    if (oid == std::string_view(oids::kGivenName)) return keep(into.patronymic);
    if (oid == std::string_view(oids::kOrganisation)) return keep(into.organisation);
    if (oid == std::string_view(oids::kUid)) return keep(into.uid);
    return true;
  });
}

bool read_issuer_name(const Element& name, std::string& common_name) {
  return each_attribute(name, [&](std::string_view oid, const Element& value) {
    if (oid != std::string_view(oids::kCommonName)) return true;
    const auto text = der::text(value);
    if (text && common_name.empty()) common_name = *text;
    return text.has_value();
  });
}

// --- extensions ---------------------------------------------------------------------------------------------------

bool read_basic_constraints(std::string_view value, Certificate& into) {
  Reader whole(value);
  auto fields = whole.enter(der::kSequence);
  if (!fields || !whole.at_end()) return false;
  const auto ca = fields->take(der::kBoolean);
  const auto length = fields->take(der::kInteger);
  if (!fields->at_end()) return false;
  into.ca = ca && *der::boolean(*ca);
  if (!length) return true;
  const auto number = der::small_integer(*length);
  if (!number || *number < 0 || *number > 255 || !*into.ca) return false;
  into.path_length = static_cast<int>(*number);
  return true;
}

bool read_key_usage(std::string_view value, Certificate& into) {
  const auto bits = der::sole(value);
  if (!bits || bits->tag != der::kBitString || bits->content.size() < 2 || bits->content.size() > 3) return false;
  const auto unused = static_cast<std::uint8_t>(bits->content.front());
  if (unused > 7) return false;
  const std::size_t count = (bits->content.size() - 1) * 8 - unused;
  unsigned usage = 0;
  for (std::size_t bit = 0; bit < count; ++bit) {
    const auto octet = static_cast<std::uint8_t>(bits->content[1 + bit / 8]);
    if ((octet & (0x80u >> (bit % 8))) != 0) usage |= 1u << bit;
  }
  into.key_usage = usage;
  return true;
}

bool read_extended_key_usage(std::string_view value, Certificate& into) {
  Reader whole(value);
  auto list = whole.enter(der::kSequence);
  if (!list || !whole.at_end() || list->at_end()) return false;
  while (!list->at_end()) {
    const auto oid = list->take(der::kOid);
    if (!oid) return false;
    into.extended_key_usage.emplace_back(oid->content);
  }
  return true;
}

bool read_policies(std::string_view value, Certificate& into) {
  Reader whole(value);
  auto list = whole.enter(der::kSequence);
  if (!list || !whole.at_end() || list->at_end()) return false;
  while (!list->at_end()) {
    auto policy = list->enter(der::kSequence);
    if (!policy) return false;
    const auto oid = policy->take(der::kOid);
    if (!oid) return false;
    into.policies.emplace_back(oid->content);
  }
  return true;
}

bool read_subject_key_id(std::string_view value, Certificate& into) {
  const auto id = der::sole(value);
  if (!id || id->tag != der::kOctetString) return false;
  into.subject_key_id = id->content;
  return true;
}

bool read_authority_key_id(std::string_view value, Certificate& into) {
  Reader whole(value);
  auto fields = whole.enter(der::kSequence);
  if (!fields || !whole.at_end()) return false;
  if (const auto id = fields->take(der::context(0, false))) into.authority_key_id = id->content;
  return true;
}

constexpr std::uint8_t kUri = der::context(6, false);  // of GeneralName

bool read_authority_info(std::string_view value, Certificate& into) {
  Reader whole(value);
  auto list = whole.enter(der::kSequence);
  if (!list || !whole.at_end()) return false;
  while (!list->at_end()) {
    auto fields = list->enter(der::kSequence);
    if (!fields) return false;
    const auto method = fields->take(der::kOid);
    const auto place = fields->take();
    if (!method || !place) return false;
    if (method->content == std::string_view(oids::kAiaOcsp) && place->tag == kUri) {
      into.ocsp_addresses.emplace_back(place->content);
    }
  }
  return true;
}

bool read_distribution_points(std::string_view value, Certificate& into) {
  Reader whole(value);
  auto list = whole.enter(der::kSequence);
  if (!list || !whole.at_end()) return false;
  while (!list->at_end()) {
    auto point = list->enter(der::kSequence);
    if (!point) return false;
    auto name = point->enter(der::context(0));
    auto places = name ? name->enter(der::context(0)) : std::nullopt;
    while (places && !places->at_end()) {
      const auto place = places->take();
      if (!place) return false;
      if (place->tag == kUri) into.crl_addresses.emplace_back(place->content);
    }
  }
  return true;
}

struct ExtensionRule {
  std::string_view oid;
  bool may_be_critical;  // eds.md 5, point 11
  bool (*read)(std::string_view value, Certificate& into);
};

const ExtensionRule kExtensionRules[] = {
    {oids::kBasicConstraints, true, read_basic_constraints},
    {oids::kKeyUsage, true, read_key_usage},
    {oids::kExtendedKeyUsage, true, read_extended_key_usage},
    {oids::kCertificatePolicies, true, read_policies},
    {oids::kSubjectAltName, true, [](std::string_view, Certificate&) { return true; }},
    {oids::kSubjectKeyId, false, read_subject_key_id},
    {oids::kAuthorityKeyId, false, read_authority_key_id},
    {oids::kAuthorityInfoAccess, false, read_authority_info},
    {oids::kCrlDistributionPoints, false, read_distribution_points},
    {oids::kOcspNoCheck, false,
     [](std::string_view, Certificate& into) { return into.ocsp_no_check = true; }},
};

bool read_extensions(const Element& element, Certificate& into) {
  const auto extensions = reading::extensions(Reader(element.content));
  if (!extensions) return false;
  for (const auto& extension : *extensions) {
    const auto* rule = std::find_if(std::begin(kExtensionRules), std::end(kExtensionRules),
                                    [&](const ExtensionRule& each) { return each.oid == extension.oid; });
    const bool known = rule != std::end(kExtensionRules);
    if (known && !rule->read(extension.value, into)) return false;
    if (extension.critical && !(known && rule->may_be_critical)) {
      into.unknown_critical.push_back(der::dotted(extension.oid));
    }
    if (extension.oid == std::string_view(oids::kExtendedKeyUsage)) into.extended_key_usage_critical = extension.critical;
  }
  return true;
}

bool read_serial(const Element& element, Certificate& into) {
  const auto serial = der::unsigned_integer(element);
  if (!serial || serial->empty() || serial->size() > kMaxSerial) return false;
  into.serial = *serial;
  return true;
}

bool fill(const Outline& parts, Certificate& into) {
  into.tbs = parts.envelope.body.whole;
  into.spki = parts.spki.whole;
  into.issuer = parts.issuer.whole;
  into.subject_name = parts.subject.whole;
  into.signature = parts.envelope.signature;
  into.fingerprint = base::sha256(into.der);
  return read_serial(parts.serial, into) && read_validity(parts.validity, into) &&
         read_subject(parts.subject, into.subject) && read_issuer_name(parts.issuer, into.issuer_common_name) &&
         (!parts.extensions || read_extensions(*parts.extensions, into));
}

/// The digits behind a prefix, where the text is the prefix and twelve digits.
std::optional<std::string> twelve_digits(std::string_view text, std::string_view prefix) {
  constexpr std::size_t kDigits = 12;
  if (text.size() != prefix.size() + kDigits || !text.starts_with(prefix)) return std::nullopt;
  const std::string_view digits = text.substr(prefix.size());
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return std::string(digits);
}

}  // namespace

std::optional<std::string> Subject::iin() const {
  if (serial_numbers.size() != 1) return std::nullopt;
  return twelve_digits(serial_numbers.front(), "IIN");
}

std::optional<std::string> Subject::bin() const {
  std::optional<std::string> found;
  for (const std::string& unit : organisational_units) {
    const auto bin = twelve_digits(unit, "BIN");
    if (bin && found) return std::nullopt;
    if (bin) found = bin;
  }
  return found;
}

bool Subject::names_organisation() const {
  return std::any_of(organisational_units.begin(), organisational_units.end(),
                     [](const std::string& unit) { return unit.starts_with("BIN"); });
}

bool Certificate::for_purpose(std::string_view oid_content) const {
  return std::find(extended_key_usage.begin(), extended_key_usage.end(), oid_content) != extended_key_usage.end();
}

Checked<CertificatePtr> Certificate::read(std::string_view bytes) {
  const auto malformed = [](const char* what) { return fault(Reason::malformed, what); };
  if (bytes.size() > kMaxCertificate) return malformed("too large for a certificate");
  if (!der::is_der(bytes)) return malformed("the certificate is not DER");
  const auto parts = outline(bytes);
  if (!parts) return malformed("not an X.509 v3 certificate");
  if (parts->algorithm.whole != parts->envelope.algorithm.whole) return malformed("two different signature algorithms");
  const auto algorithm = reading::signature_algorithm(parts->algorithm);
  if (!algorithm) return tl::unexpected(algorithm.error());
  auto key = crypto::PublicKey::read(parts->spki.whole);
  if (!key) return fault(Reason::weak_algorithm, "the certificate's key is not of a kind that is taken");
  auto made = std::make_shared<Certificate>(std::string(bytes), std::move(*key), *algorithm);
  if (!fill(*outline(made->der), *made)) return malformed("a field or an extension of the certificate is malformed");
  return made;
}

Checked<CertificatePtr> Certificate::read_file(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return fault(Reason::malformed, "cannot be read");
  std::string bytes(2 * kMaxCertificate, '\0');  // armour is a third longer
  stream.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(stream.gcount()));
  const auto octets = unarmoured(bytes);
  if (!octets) return fault(Reason::malformed, "neither DER nor PEM nor base64");
  return read(*octets);
}

bool signed_by(const Certificate& certificate, const Certificate& issuer) {
  if (crypto::kind_of(certificate.algorithm) != issuer.key.kind()) return false;
  const std::string digest = crypto::hash(crypto::digest_of(certificate.algorithm), certificate.tbs);
  return issuer.key.verify(certificate.algorithm, digest, certificate.signature);
}

std::string name_hash(crypto::Digest digest, const Certificate& issuer) {
  return crypto::hash(digest, issuer.subject_name);
}

std::string key_hash(crypto::Digest digest, const Certificate& issuer) {
  return crypto::hash(digest, issuer.key.bits_content());
}

}  // namespace mekenjai::edge::eds
