// Lists of revoked certificates, alone and as the delta of another.
#include "edge/eds/asn1/der.hpp"
#include "edge/eds/make/answers.hpp"
#include "tests/fuzz/world.hpp"

namespace mekenjai::fuzz {
namespace {

constexpr std::size_t kSmallestEntry = 20;  // SEQUENCE { INTEGER, UTCTime }

const make::Identity& issuer() { return authority().issuer(crypto::KeyKind::gost2015); }

/// A TBSCertList that the issuer would never make, but signed by it.
std::string list(std::string_view tbs) {
  constexpr auto kAlgorithm = crypto::Algorithm::gost2015;
  const std::string signature = issuer().key.sign(kAlgorithm, crypto::hash(crypto::digest_of(kAlgorithm), tbs));
  return der::sequence(
      {tbs, der::sequence({der::oid(crypto::oid_of(kAlgorithm)), der::null()}), der::bit_string(signature)});
}

const CrlPtr& base_list() {
  static const CrlPtr base = [] {
    make::CrlOrder order;
    order.entries = {{std::string(kSerial), kNow - 1h, RevocationReason::certificate_hold}};
    order.this_update = kNow - 2h;
    order.next_update = kNow + 24h;
    return Crl::read(make::crl(order, issuer()), trust()).value();
  }();
  return base;
}

void try_list(std::string_view bytes) {
  const auto read = Crl::read(bytes, trust());
  if (!read) return;
  const CrlPtr& crl = *read;
  require(crl->issuer() != nullptr, "a list has its issuer");
  require(crl->size() * kSmallestEntry <= bytes.size(), "entries are not made of nothing");
  const bool found = crl->find(kSerial).has_value();
  require(!found || bytes.find(kSerial) != std::string_view::npos || bytes.starts_with('-'), "nobody else is revoked");
  crl->find("");
  crl->find("\x01");
  crl->find(std::string(200, '\xff'));
  const CrlJudgement alone = CrlSet({crl}).judge(*certificate(), *issuer().certificate, kNow);
  require(alone.status != CrlJudgement::Status::revoked || found, "revoked by an entry");
  require(alone.status != CrlJudgement::Status::good || !crl->delta_of(), "a delta alone says nothing good");
  CrlSet({base_list(), crl}).judge(*certificate(), *issuer().certificate, kNow);
}

}  // namespace
}  // namespace mekenjai::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mekenjai::fuzz;
  std::string_view bytes = view(data, size);
  if (asks_to_be_signed(bytes)) {
    try_list(list(bytes));
  } else {
    try_list(bytes);
  }
  return 0;
}
