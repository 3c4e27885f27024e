// CMS containers and time-stamp tokens, as they come from anybody: read, proven, judged.
#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/make/sign.hpp"
#include "edge/eds/verify.hpp"
#include "tests/fuzz/world.hpp"

namespace mekenjai::fuzz {
namespace {

void try_container(std::string_view bytes) {
  const auto cms = read_cms(bytes);
  if (!cms) return;
  for (const std::optional<std::string_view>& detached :
       {std::optional<std::string_view>{}, std::optional(kDocument)}) {
    const auto signatures = intact(*cms, detached, oids::kData);
    if (!signatures) continue;
    require(!signatures->empty(), "somebody signed");
    for (const IntactSignature& signature : *signatures) {
      require(signature.certificate != nullptr, "a signature has its certificate");
      const bool ours = trust().issuer_of(*signature.certificate) != nullptr;
      require(!ours || signature.content == kDocument, "nobody of ours signed anything else");
    }
  }
}

void try_verdict(std::string_view bytes) {
  Expectation expectation;
  expectation.require_revocation = false;
  expectation.test_identities = true;
  static const std::string document(kDocument);
  const auto cms = unarmoured(bytes);
  const auto read = cms ? read_cms(*cms) : read_cms(bytes);
  if (read && !read->content) expectation.content = document;
  const Verdict verdict = verify(bytes, expectation, trust(), {}, kNow);
  require(verdict.valid() == (verdict.reason == Reason::ok && !verdict.proven.empty()), "valid means proven");
  require(!report_json(verdict).empty(), "there is always a report");
  for (const ProvenSignature& proven : verdict.proven) {
    const std::string& content = proven.trusted.timed.intact.content;
    require(content == kDocument || looks_like_xml(bytes), "what is valid was signed");
  }
  revocation_questions(bytes, expectation, trust(), kNow);
}

/// A TSTInfo that the authority would never make, but signed by it.
std::string stamped(std::string_view info) {
  const make::Identity& stamps = authority().time_stamps(crypto::KeyKind::gost2015);
  make::CmsOrder order;
  order.content = info;
  order.content_type = std::string(oids::kTstInfo);
  order.signers.push_back({.identity = &stamps, .signing_time = kNow});
  return make::sign_cms(order);
}

void try_timestamp(std::string_view token) {
  const auto stamp = verify_timestamp(token, kDocument, trust(), kNow);
  if (!stamp) return;
  require(stamp->at <= kNow + kClockSkew, "no stamp comes from the future");
  require(!stamp->path.empty(), "a stamp has its path");
  const bool imprint = token.find(crypto::hash(crypto::Digest::sha256, kDocument)) != std::string_view::npos ||
                       token.find(crypto::hash(crypto::Digest::streebog512, kDocument)) != std::string_view::npos ||
                       token.find(crypto::hash(crypto::Digest::sha512, kDocument)) != std::string_view::npos;
  require(imprint, "the stamp is on what was stamped");
}

}  // namespace
}  // namespace mekenjai::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mekenjai::fuzz;
  std::string_view bytes = view(data, size);
  if (asks_to_be_signed(bytes)) {
    try_timestamp(stamped(bytes));
    return 0;
  }
  try_container(bytes);
  try_timestamp(bytes);
  if (const auto token = token_of_response(bytes)) try_timestamp(*token);
  try_verdict(bytes);
  if (const auto more = with_timestamp(bytes, bytes)) require(read_cms(*more).has_value(), "what we write can be read");
  return 0;
}
