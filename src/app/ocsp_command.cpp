#include "app/ocsp_command.hpp"

#include <boost/json.hpp>
#include <iostream>

#include "edge/eds/pki/ocsp.hpp"

namespace mekenjai::app {
namespace {

using namespace edge::eds;
namespace json = boost::json;

constexpr int kGood = 0, kNotGood = 1, kUsage = 2;
constexpr std::size_t kMaxAnswer = 1024 * 1024;
constexpr std::size_t kMaxNonce = 128;  // RFC 9654

CertificatePtr read_certificate(const std::string& file) {
  read_head(file, 1);  // says which file is missing
  const auto read = Certificate::read_file(file);
  if (!read) throw Unusable{file + " is not a certificate: " + describe(read.error())};
  return *read;
}

std::optional<std::string> nonce_of(const OcspCommand& command) {
  if (!command.nonce) return std::nullopt;
  const auto octets = base::from_hex(*command.nonce);
  if (!octets || octets->empty() || octets->size() > kMaxNonce) throw Unusable{"--nonce takes up to 128 octets in hexadecimal"};
  return octets;
}

OcspJudgement judge(const std::string& response, const CertificatePtr& certificate, std::optional<std::string> nonce,
                    const Trust& trust, Instant at) {
  const CertificatePtr issuer = trust.issuer_of(*certificate);
  if (issuer) return judge_ocsp(response, {certificate, issuer, std::move(nonce)}, trust, at);
  OcspJudgement judgement;
  judgement.status = OcspJudgement::Status::rejected;
  judgement.fault = Fault{Reason::untrusted_issuer, "the certificate's issuer is not among the certificates trusted", {}};
  return judgement;
}

json::value reason_of(const OcspJudgement& judgement) {
  if (judgement.fault) return json::value(edge::eds::word(judgement.fault->reason));
  const bool revoked = judgement.status == OcspJudgement::Status::revoked && judgement.revocation_reason;
  return revoked ? json::value(edge::eds::word(*judgement.revocation_reason)) : json::value(nullptr);
}

std::string report(const OcspJudgement& judgement) {
  const bool revoked = judgement.status == OcspJudgement::Status::revoked && judgement.revoked_at;
  return json::serialize(json::object{
      {"status", edge::eds::word(judgement.status)},
      {"revoked_at", revoked ? json::value(base::format_rfc3339(*judgement.revoked_at)) : json::value(nullptr)},
      {"reason", reason_of(judgement)}});
}

}  // namespace

int check_ocsp(const OcspCommand& command) {
  try {
    const Instant at = moment(command.at);
    const auto nonce = nonce_of(command);
    const std::string response = read_head(command.file, kMaxAnswer);
    const CertificatePtr certificate = read_certificate(command.certificate);
    const Trust trust = read_trust(command.trust);
    const OcspJudgement judgement = judge(response, certificate, nonce, trust, at);
    std::cout << report(judgement) << "\n";
    if (judgement.fault) std::cerr << describe(*judgement.fault) << "\n";
    return judgement.status == OcspJudgement::Status::good ? kGood : kNotGood;
  } catch (const Unusable& unusable) {
    std::cerr << unusable.sentence << "\n";
    return kUsage;
  }
}

}  // namespace mekenjai::app
