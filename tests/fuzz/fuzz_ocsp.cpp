// Answers of OCSP responders, and the requests that the sandbox's own responder reads.
#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/make/answers.hpp"
#include "tests/fuzz/world.hpp"

namespace mekenjai::fuzz {
namespace {

const make::Identity& issuer() { return authority().issuer(crypto::KeyKind::gost2015); }

OcspQuestion question(std::optional<std::string> nonce = {}) {
  return {certificate(), issuer().certificate, std::move(nonce)};
}

/// A ResponseData that the responder would never make, but signed by it.
std::string response(std::string_view data) {
  const make::Identity& responder = authority().ocsp_responder(crypto::KeyKind::gost2015);
  constexpr auto kAlgorithm = crypto::Algorithm::gost2015;
  const std::string signature = responder.key.sign(kAlgorithm, crypto::hash(crypto::digest_of(kAlgorithm), data));
  const std::string basic = der::sequence({data, der::sequence({der::oid(crypto::oid_of(kAlgorithm)), der::null()}),
                                           der::bit_string(signature),
                                           der::element(der::context(0), der::sequence({responder.certificate->der}))});
  return der::sequence(
      {der::element(der::kEnumerated, std::string(1, '\0')),
       der::element(der::context(0), der::sequence({der::oid(oids::kOcspBasic), der::octet_string(basic)}))});
}

void try_response(std::string_view bytes) {
  for (const auto& nonce : {std::optional<std::string>{}, std::optional<std::string>("0123456789abcdef")}) {
    const OcspJudgement judgement = judge_ocsp(bytes, question(nonce), trust(), kNow);
    const bool believed =
        judgement.status != OcspJudgement::Status::rejected && judgement.status != OcspJudgement::Status::unavailable;
    require(believed || judgement.fault.has_value(), "there is a reason to believe nothing");
    require(!word(judgement.status).empty(), "every status has a word");
    if (!believed) continue;
    require(bytes.find(kSerial) != std::string_view::npos, "the answer is about the certificate");
    require(!nonce || bytes.find(*nonce) != std::string_view::npos, "the answer is to the question");
    require(judgement.this_update <= kNow + kClockSkew && judgement.produced_at <= kNow + kClockSkew,
            "nothing comes from the future");
    require(judgement.status != OcspJudgement::Status::revoked || judgement.revoked_at.has_value(),
            "revoked at some time");
  }
}

void try_request(std::string_view bytes) {
  const auto request = make::read_ocsp_request(bytes);
  if (!request) return;
  require(bytes.find(request->cert_id) != std::string_view::npos, "the answer will echo what was asked");
  require(request->issuer_name_hash.size() == crypto::size_of(request->digest), "hashes have their size");
  authority().issuer_of(*request);
}

}  // namespace
}  // namespace mekenjai::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mekenjai::fuzz;
  std::string_view bytes = view(data, size);
  if (asks_to_be_signed(bytes)) {
    try_response(response(bytes));
    return 0;
  }
  try_response(bytes);
  try_request(bytes);
  return 0;
}
