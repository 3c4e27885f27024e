#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/levels.hpp"

namespace mekenjai::edge::eds {
namespace {

using namespace levels;

SignerReport::KeyUse key_use_of(const Certificate& certificate) {
  const unsigned usage = certificate.key_usage.value_or(0);
  if ((usage & kNonRepudiation) != 0) return SignerReport::KeyUse::sign;
  const bool authenticates = (usage & kDigitalSignature) != 0 && certificate.for_purpose(oids::kClientAuth);
  return authenticates ? SignerReport::KeyUse::auth : SignerReport::KeyUse::other;
}

/// What can be said of a signer whatever becomes of him.
SignerReport introduce(const CertificatePtr& certificate) {
  SignerReport report;
  if (!certificate) return report;
  report.iin = certificate->subject.iin();
  report.bin = certificate->subject.bin();
  report.name = certificate->subject.common_name;
  report.algorithm = crypto::name_of(certificate->key.kind(), certificate->key.bits());
  report.serial = certificate->serial_hex();
  report.issuer = certificate->issuer_common_name;
  report.not_before = certificate->not_before;
  report.not_after = certificate->not_after;
  report.key_use = key_use_of(*certificate);
  return report;
}

/// One signer on his way up the levels; where he stops, the fault says why.
struct Climb {
  SignerReport report;
  std::optional<Fault> fault;
  std::optional<TrustedSignature> trusted;
};

Climb climb(const Opened& opened, SignerOutcome outcome, const Expectation& expectation, const Trust& trust, Instant now) {
  Climb climb{introduce(outcome.certificate), std::nullopt, std::nullopt};
  if (!outcome.signature) {
    climb.fault = std::move(outcome.signature.error());
    return climb;
  }
  climb.report.signing_time = outcome.signature->claimed_at;
  climb.fault = wrong_content(opened, *outcome.signature, expectation, now);
  if (climb.fault) return climb;
  auto timed = levels::timed(std::move(*outcome.signature), expectation, trust, now);
  if (!timed) {
    climb.fault = std::move(timed.error());
    return climb;
  }
  if (timed->timestamp) climb.report.timestamp = timed->timestamp->at;
  auto trusted = levels::trusted(std::move(*timed), expectation, trust);
  if (!trusted) {
    climb.fault = std::move(trusted.error());
    return climb;
  }
  climb.trusted = std::move(*trusted);
  return climb;
}

std::vector<Climb> climb_all(Opened& opened, const Expectation& expectation, const Trust& trust, Instant now) {
  std::vector<Climb> climbs;
  for (SignerOutcome& outcome : opened.signers) climbs.push_back(climb(opened, std::move(outcome), expectation, trust, now));
  return climbs;
}

/// The first that is invalid; "cannot tell" is said only where nobody is.
const Fault* first_fault(const std::vector<Climb>& climbs) {
  const Fault* undecided = nullptr;
  for (const Climb& one : climbs) {
    if (!one.fault) continue;
    if (answer_of(one.fault->reason) == Answer::invalid) return &*one.fault;
    if (undecided == nullptr) undecided = &*one.fault;
  }
  return undecided;
}

}  // namespace

Checked<TimedSignature> levels::timed(IntactSignature intact, const Expectation& expectation, const Trust& trust, Instant now) {
  if (intact.timestamp_tokens.empty()) {
    const Instant known = std::min(expectation.received_at.value_or(now), now);
    return TimedSignature{std::move(intact), known, std::nullopt};
  }
  if (intact.timestamp_tokens.size() > 1) return fault(Reason::bad_timestamp, "several time-stamps");
  auto timestamp = verify_timestamp(intact.timestamp_tokens.front(), intact.signature, trust, now);
  if (!timestamp) return tl::unexpected(std::move(timestamp.error()));
  const Instant at = timestamp->at;
  return TimedSignature{std::move(intact), at, std::move(*timestamp)};
}

Verdict verify(std::string_view bytes, const Expectation& expectation, const Trust& trust, const Evidence& evidence,
               Instant now) {
  Verdict verdict;
  Opened opened = open(bytes, expectation);
  verdict.format = opened.format;
  if (!opened.fault && opened.signers.empty()) opened.fault = Fault{Reason::no_signature, "no signer"};
  if (opened.fault) {
    verdict.reason = opened.fault->reason;
    verdict.fault = std::move(opened.fault);
    return verdict;
  }
  std::vector<Climb> climbs = climb_all(opened, expectation, trust, now);
  std::vector<TrustedSignature> trusted;
  for (const Climb& one : climbs) {
    if (one.trusted) trusted.push_back(*one.trusted);
  }
  const Revocations revocations(evidence, trust, now, trusted);
  for (Climb& one : climbs) {
    if (!one.trusted) continue;
    auto proven = revocations.proven(std::move(*one.trusted), expectation.require_revocation, one.report.revocation);
    if (proven) {
      verdict.proven.push_back(std::move(*proven));
    } else {
      one.fault = std::move(proven.error());
    }
  }
  const Fault* const wrong = first_fault(climbs);
  verdict.reason = wrong == nullptr ? Reason::ok : wrong->reason;
  if (wrong != nullptr) {
    verdict.fault = *wrong;
    verdict.proven.clear();
  }
  for (Climb& one : climbs) {
    one.report.reason = one.fault ? one.fault->reason : Reason::ok;
    verdict.signers.push_back(std::move(one.report));
  }
  return verdict;
}

std::vector<OcspQuestion> revocation_questions(std::string_view bytes, const Expectation& expectation, const Trust& trust,
                                               Instant now) {
  Opened opened = open(bytes, expectation);
  const std::vector<Climb> climbs = climb_all(opened, expectation, trust, now);
  if (first_fault(climbs) != nullptr) return {};
  std::vector<OcspQuestion> questions, above;
  const auto add = [](std::vector<OcspQuestion>& to, const OcspQuestion& question) {
    const bool asked = std::any_of(to.begin(), to.end(), [&](const OcspQuestion& one) {
      return one.certificate->fingerprint == question.certificate->fingerprint;
    });
    if (!asked) to.push_back(question);
  };
  for (const Climb& one : climbs) {
    const std::vector<OcspQuestion> path = questions_of(one.trusted->path);
    for (std::size_t i = 0; i < path.size(); ++i) add(i == 0 ? questions : above, path[i]);
    if (!one.trusted->timed.timestamp) continue;
    for (const OcspQuestion& question : questions_of(one.trusted->timed.timestamp->path)) add(above, question);
  }
  for (const OcspQuestion& question : above) add(questions, question);
  return questions;
}

}  // namespace mekenjai::edge::eds
