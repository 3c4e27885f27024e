#include "edge/eds/asn1/fault.hpp"

#include <array>

namespace mekenjai::edge::eds {
namespace {

constexpr std::array<std::string_view, 19> kWords{
    "ok", "malformed", "no_signature", "no_signed_attributes", "digest_mismatch", "signature_mismatch",
    "untrusted_issuer", "bad_certificate", "expired", "not_yet_valid", "revoked", "revocation_unknown",
    "wrong_key_use", "wrong_person", "weak_algorithm", "bad_timestamp", "content_mismatch", "bad_challenge", "ambiguous"};
static_assert(kWords.size() == static_cast<std::size_t>(Reason::ambiguous) + 1);

}  // namespace

std::string_view word(Reason reason) { return kWords[static_cast<std::size_t>(reason)]; }

std::string describe(const Fault& fault) {
  std::string text = fmt::format("{}: {}", word(fault.reason), fault.detail);
  if (fault.causes.empty()) return text;
  text += " (";
  for (std::size_t i = 0; i < fault.causes.size(); ++i) {
    if (i > 0) text += "; ";
    text += describe(fault.causes[i]);
  }
  return text + ")";
}

}  // namespace mekenjai::edge::eds
