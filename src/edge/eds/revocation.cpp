// Whether somebody has revoked a certificate, by the answers and lists at hand (eds.md 5, points 13 to 16).
#include "edge/eds/levels.hpp"

namespace mekenjai::edge::eds::levels {
namespace {

using Status = OcspJudgement::Status;

/// How bad an answer is; of several about one certificate the worst counts.
int badness(Status status) {
  switch (status) {
    case Status::good: return 1;
    case Status::unknown: return 2;
    case Status::not_issued: return 3;
    case Status::revoked: return 4;
    default: return 0;
  }
}

/// What was signed before a harmless revocation, at a time that is proven, stays good; anything else does not.
bool still_good(Instant revoked_at, std::optional<RevocationReason> reason, Instant reference, bool timestamped) {
  return timestamped && reason && benign(*reason) && revoked_at > reference;
}

std::string when(Instant revoked_at, std::optional<RevocationReason> reason) {
  return fmt::format("revoked at {}{}{}", base::format_rfc3339(revoked_at), reason ? ", " : "", reason ? word(*reason) : "");
}

/// The fault of an answer, if it is one.
std::optional<Fault> fault_of(const OcspJudgement& judgement, Instant reference, bool timestamped) {
  switch (judgement.status) {
    case Status::good: return std::nullopt;
    case Status::not_issued: return Fault{Reason::revoked, "the authority never issued this serial"};
    case Status::revoked: {
      const Instant at = judgement.revoked_at.value_or(Instant{});
      if (still_good(at, judgement.revocation_reason, reference, timestamped)) return std::nullopt;
      return Fault{Reason::revoked, when(at, judgement.revocation_reason)};
    }
    default: return Fault{Reason::bad_certificate, "the responder does not know the certificate"};
  }
}

std::optional<Fault> fault_of(const Crl::Entry& entry, Instant reference, bool timestamped) {
  if (still_good(entry.revoked_at, entry.reason, reference, timestamped)) return std::nullopt;
  return Fault{Reason::revoked, when(entry.revoked_at, entry.reason)};
}

}  // namespace

std::vector<OcspQuestion> questions_of(const Path& path) {
  std::vector<OcspQuestion> questions;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) questions.push_back({path[i], path[i + 1], std::nullopt});
  return questions;
}

Revocations::Revocations(const Evidence& evidence, const Trust& trust, Instant now,
                         const std::vector<TrustedSignature>& signers)
    : evidence_(evidence), now_(now) {
  std::vector<Concern> concerns, above;
  const auto add = [&](const Path& path, bool signer_first) {
    for (OcspQuestion& question : questions_of(path)) {
      (signer_first ? concerns : above).push_back({std::move(question), signer_first});
      signer_first = false;
    }
  };
  for (const TrustedSignature& signer : signers) {
    add(signer.path, true);
    if (signer.timed.timestamp) add(signer.timed.timestamp->path, false);
  }
  concerns.insert(concerns.end(), above.begin(), above.end());
  for (const Evidence::Ocsp& given : evidence.ocsp) take(given, concerns, trust);
}

/// An answer that cannot be believed stands in a signer's way, unless it is about a CA or an authority: then it is as if
/// it were not there. Whom it is about can be told only where judge_ocsp says so.
void Revocations::take(const Evidence::Ocsp& given, const std::vector<Concern>& concerns, const Trust& trust) {
  std::optional<Fault> refusal;
  bool used = false;
  for (const Concern& concern : concerns) {
    OcspQuestion question = concern.question;
    question.nonce = given.nonce;
    OcspJudgement judgement = judge_ocsp(given.response, question, trust, now_);
    if (judgement.status == Status::unavailable) return;
    if (judgement.status != Status::rejected) {
      answers_.push_back({question.certificate->fingerprint, std::move(judgement), given.response});
      used = true;
      continue;
    }
    Fault why = judgement.fault.value_or(Fault{Reason::malformed, "refused"});
    const bool about_another = why.reason == Reason::content_mismatch;
    if (!about_another && !concern.of_signer && refusal) return;
    if (!about_another && concern.of_signer) {
      unbelievable_ = std::move(why);
      return;
    }
    refusal = std::move(why);
  }
  if (!used && refusal) unbelievable_ = std::move(refusal);
}

auto Revocations::answer_about(const Certificate& certificate) const -> const Answer* {
  const Answer* worst = nullptr;
  for (const Answer& answer : answers_) {
    if (answer.certificate != certificate.fingerprint) continue;
    if (worst == nullptr || badness(answer.judgement.status) > badness(worst->judgement.status)) worst = &answer;
  }
  return worst;
}

std::optional<Fault> Revocations::authority_revoked(const Path& path, std::size_t from, Instant at, bool timestamped) const {
  for (std::size_t i = from; i + 1 < path.size(); ++i) {
    if (const Answer* answer = answer_about(*path[i])) {
      if (auto wrong = fault_of(answer->judgement, at, timestamped)) return wrong;
    }
    if (!evidence_.crls) continue;
    const CrlJudgement listed = evidence_.crls->judge(*path[i], *path[i + 1], now_);
    if (listed.status != CrlJudgement::Status::revoked) continue;
    if (auto wrong = fault_of(*listed.entry, at, timestamped)) return wrong;
  }
  return std::nullopt;
}

Checked<ProvenSignature> Revocations::proven(TrustedSignature trusted, bool require, SignerReport::Revocation& status) const {
  using Report = SignerReport::Revocation;
  const TimedSignature& timed = trusted.timed;
  const Certificate& certificate = *timed.intact.certificate;
  const bool timestamped = timed.timestamp.has_value();
  const auto revoked = [&](Fault wrong, std::string_view who) {
    return fault(wrong.reason, std::string(who), {std::move(wrong)});
  };
  if (timestamped) {
    if (auto wrong = authority_revoked(timed.timestamp->path, 0, timed.reference, true)) {
      return fault(Reason::bad_timestamp, "the time-stamp authority", {std::move(*wrong)});
    }
  }
  if (auto wrong = authority_revoked(trusted.path, 1, timed.reference, timestamped)) {
    status = Report::revoked;
    return revoked(std::move(*wrong), "a CA above the certificate");
  }
  if (const Answer* answer = answer_about(certificate)) {
    auto wrong = fault_of(answer->judgement, timed.reference, timestamped);
    status = !wrong ? Report::good : wrong->reason == Reason::revoked ? Report::revoked : Report::unknown;
    if (wrong) return tl::unexpected(std::move(*wrong));
    return ProvenSignature{std::move(trusted), answer->judgement, answer->response, {}};
  }
  if (unbelievable_) {  // another source would be the way around an answer that somebody has spoilt
    return fault(Reason::revocation_unknown, "an OCSP answer cannot be believed", {*unbelievable_});
  }
  CrlJudgement listed;
  if (evidence_.crls && trusted.path.size() > 1) listed = evidence_.crls->judge(certificate, *trusted.path[1], now_);
  if (listed.status == CrlJudgement::Status::revoked) {
    auto wrong = fault_of(*listed.entry, timed.reference, timestamped);
    status = wrong ? Report::revoked : Report::good;
    if (wrong) return tl::unexpected(std::move(*wrong));
    return ProvenSignature{std::move(trusted), std::nullopt, {}, listed.number};
  }
  // Lists forget certificates once they have expired (RFC 5280, 3.3).
  if (listed.status == CrlJudgement::Status::good && now_ <= certificate.not_after) {
    status = Report::good;
    return ProvenSignature{std::move(trusted), std::nullopt, {}, listed.number};
  }
  if (!require) return ProvenSignature{std::move(trusted), std::nullopt, {}, {}};
  return fault(Reason::revocation_unknown, "no answer and no fresh list about the certificate",
               listed.fault ? std::vector<Fault>{*listed.fault} : std::vector<Fault>{});
}

}  // namespace mekenjai::edge::eds::levels
