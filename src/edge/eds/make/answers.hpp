// What the authorities of a public-key infrastructure answer: OCSP responses, revocation lists, time-stamps. For the
// sandbox's own responder and for tests, in the real formats.
#pragma once

#include "edge/eds/pki/crl.hpp"
#include "edge/eds/make/issue.hpp"

namespace mekenjai::edge::eds::make {

/// What an OCSP request asks. Fault: malformed.
struct OcspRequest {
  std::string cert_id;                 // the whole CertID element, echoed in the answer
  crypto::Digest digest{};
  std::string issuer_name_hash, issuer_key_hash, serial;
  std::optional<std::string> nonce;
};
Checked<OcspRequest> read_ocsp_request(std::string_view der);

struct OcspAnswer {
  std::string cert_id;                 // as asked, or another
  enum class Status { good, revoked, unknown } status = Status::good;
  Instant revoked_at{};
  std::optional<RevocationReason> reason{};
  Instant produced_at{}, this_update{};
  std::optional<Instant> next_update{};
  std::optional<std::string> nonce{};
  bool extended_revoke = false;
  std::vector<CertificatePtr> certificates{};  // the responder's, usually
};
std::string cert_id(crypto::Digest digest, const Certificate& issuer, std::string_view serial);
std::string ocsp_response(const OcspAnswer& answer, const Identity& responder);
/// tryLater (3), unauthorized (6) and the other answers without content.
std::string ocsp_failure(int status);

struct CrlOrder {
  struct Entry {
    std::string serial;
    Instant revoked_at;
    std::optional<RevocationReason> reason{};
  };
  std::vector<Entry> entries;
  Instant this_update{}, next_update{};
  std::int64_t number = 1;
  std::optional<std::int64_t> delta_of{};
  std::vector<Extension> extensions{};  // further ones
};
std::string crl(const CrlOrder& order, const Identity& issuer);

struct StampOrder {
  Instant at{};
  std::string policy{};                     // OID content
  std::int64_t serial = 1;
  std::optional<std::string> imprint{};     // another than asked
};
/// A TimeStampResp to a request in DER. Refuses (status 2, badRequest) what it cannot read.
std::string timestamp_response(std::string_view request_der, const Identity& authority, const StampOrder& order);

}  // namespace mekenjai::edge::eds::make
