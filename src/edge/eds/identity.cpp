// Whose signature it is, and whether his certificate may make it (eds.md 5, points 1 and 7 to 12).
#include "domain/ids.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/levels.hpp"

namespace mekenjai::edge::eds::levels {
namespace {

constexpr oids::Oid kPersonsSystem = "1.2.398.3.3.4.1.1.1";  // acts without the person

// --- use and role -------------------------------------------------------------------------------------------------

// Each says what is wrong, "" where nothing is.

std::string_view wrong_role(const Certificate& certificate) {
  const std::string_view legal_entity = oids::kLegalEntity;
  for (const std::string& purpose : certificate.extended_key_usage) {
    if (purpose.starts_with(legal_entity)) return "the role is a legal entity's";
    if (purpose == std::string_view(kPersonsSystem)) return "the role is a person's information system";
  }
  if (!certificate.for_purpose(oids::kNaturalPerson)) return "the role is not a natural person's";
  if (certificate.subject.names_organisation()) return "the certificate names an organisation";
  return "";
}

std::string_view wrong_use(const Certificate& certificate, Use use) {
  const unsigned usage = certificate.key_usage.value_or(0);
  const bool authenticates = certificate.for_purpose(oids::kClientAuth);
  if (use == Use::document) {
    if ((usage & kNonRepudiation) == 0) return "the key may not sign documents (no nonRepudiation)";
    if (authenticates && !certificate.for_purpose(oids::kEmailProtection)) return "the key is for authentication only";
  } else {
    if ((usage & kDigitalSignature) == 0) return "the key may not sign in (no digitalSignature)";
    // One GOST-2015 certificate serves both (eds.md 2.2); all others come in pairs.
    if (!authenticates && certificate.key.kind() != crypto::KeyKind::gost2015) return "the key is not for authentication";
  }
  return wrong_role(certificate);
}

/// 1.2.398.3.3.2 of today; its arcs .1 to .4 from 2018 to 2024.
bool known_policy(std::string_view policy) {
  const std::string_view today = oids::kPolicyNuc;
  if (policy == today) return true;
  return policy.size() == today.size() + 1 && policy.starts_with(today) && policy.back() >= 1 && policy.back() <= 4;
}

// --- the person ---------------------------------------------------------------------------------------------------

/// The first six digits are a day of the century that the seventh tells; 0 there leaves it open.
bool on_the_calendar(std::string_view iin) {
  const auto two = [&](std::size_t at) { return (iin[at] - '0') * 10 + (iin[at + 1] - '0'); };
  const auto is_day = [&](int century) {
    const std::chrono::year_month_day date{std::chrono::year{century + two(0)}, std::chrono::month{static_cast<unsigned>(two(2))},
                                           std::chrono::day{static_cast<unsigned>(two(4))}};
    return date.ok();
  };
  const int seventh = iin[6] - '0';
  if (seventh == 0) return is_day(1900) || is_day(2000);
  return seventh <= 6 && is_day(1800 + (seventh - 1) / 2 * 100);
}

// --- algorithms ---------------------------------------------------------------------------------------------------

bool weak_path(const Path& path) {  // an anchor's own signature proves nothing and harms nothing
  return std::any_of(path.begin(), path.end() - 1, [](const CertificatePtr& one) { return crypto::archive_only(one->algorithm); });
}

}  // namespace

Checked<std::string> iin_of(const Certificate& certificate, bool test_identities) {
  const std::vector<std::string>& numbers = certificate.subject.serial_numbers;
  if (numbers.size() > 1) return fault(Reason::ambiguous, "several serial numbers in the subject");
  auto iin = certificate.subject.iin();
  if (!iin) return fault(Reason::bad_certificate, "the subject has no IIN where it must stand");
  if (!test_identities && !(domain::parse_iin(*iin) && on_the_calendar(*iin))) {
    return fault(Reason::bad_certificate, "an IIN that nobody can have");
  }
  return std::move(*iin);
}

Checked<TrustedSignature> trusted(TimedSignature timed, const Expectation& expectation, const Trust& trust) {
  const CertificatePtr certificate = timed.intact.certificate;
  const bool archived = expectation.allow_archive && timed.timestamp && timed.reference < kArchiveEnds;
  if (crypto::archive_only(timed.intact.algorithm) && !archived) {
    return fault(Reason::weak_algorithm, "good for the archive only, with a time-stamp before 2025");
  }
  auto path = trust.path(certificate, timed.reference);
  if (!path) return tl::unexpected(std::move(path.error()));
  if (weak_path(*path) && !archived) return fault(Reason::weak_algorithm, "the issuer's signature is of an old kind");
  const std::string_view wrong = wrong_use(*certificate, expectation.use);
  if (!wrong.empty()) return fault(Reason::wrong_key_use, std::string(wrong));
  if (std::none_of(certificate->policies.begin(), certificate->policies.end(), known_policy)) {
    return fault(Reason::bad_certificate, "no policy of НУЦ РК");
  }
  auto iin = iin_of(*certificate, expectation.test_identities);
  if (!iin) return tl::unexpected(std::move(iin.error()));
  if (expectation.iin && *iin != *expectation.iin) return fault(Reason::wrong_person, "signed by somebody else");
  return TrustedSignature{std::move(timed), std::move(*path), std::move(*iin), certificate->subject.bin()};
}

}  // namespace mekenjai::edge::eds::levels
