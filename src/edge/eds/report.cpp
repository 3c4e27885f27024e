// The report as the contract fixes it (section 6).
#include <boost/json.hpp>

#include "edge/eds/verify.hpp"

namespace mekenjai::edge::eds {
namespace {

namespace json = boost::json;

json::value text_or_null(std::string_view text) { return text.empty() ? json::value(nullptr) : json::value(text); }
json::value time_or_null(const std::optional<Instant>& at) {
  return at ? json::value(base::format_rfc3339(*at)) : json::value(nullptr);
}

std::string_view word(SignerReport::KeyUse use) {
  static constexpr std::string_view kWords[] = {"sign", "auth", "other"};
  return kWords[static_cast<std::size_t>(use)];
}

std::string_view word(SignerReport::Revocation revocation) {
  static constexpr std::string_view kWords[] = {"good", "revoked", "unknown"};
  return kWords[static_cast<std::size_t>(revocation)];
}

json::object as_json(const SignerReport& signer) {
  return {{"iin", text_or_null(signer.iin.value_or(""))},
          {"bin", text_or_null(signer.bin.value_or(""))},
          {"name", text_or_null(signer.name)},
          {"algorithm", text_or_null(signer.algorithm)},
          {"serial", text_or_null(signer.serial)},
          {"issuer", text_or_null(signer.issuer)},
          {"not_before", time_or_null(signer.not_before)},
          {"not_after", time_or_null(signer.not_after)},
          {"key_use", word(signer.key_use)},
          {"revocation", word(signer.revocation)},
          {"signing_time", time_or_null(signer.signing_time)},
          {"timestamp", time_or_null(signer.timestamp)},
          {"valid", signer.valid()},
          {"reason", eds::word(signer.reason)}};
}

}  // namespace

std::string report_json(const Verdict& verdict) {
  json::array signers;
  for (const SignerReport& signer : verdict.signers) signers.push_back(as_json(signer));
  return json::serialize(json::object{{"valid", verdict.valid()},
                                      {"reason", eds::word(verdict.reason)},
                                      {"format", text_or_null(verdict.format)},
                                      {"signers", std::move(signers)}});
}

}  // namespace mekenjai::edge::eds
