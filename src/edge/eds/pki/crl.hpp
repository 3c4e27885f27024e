// Lists of revoked certificates (RFC 5280, section 5): half a million entries with their delta, looked up in less
// than a microsecond (eds.md 5, points 15 and 16).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "edge/eds/pki/ocsp.hpp"

namespace mekenjai::edge::eds {

/// One list, its signature checked. Entries are sorted by serial; about 32 bytes each.
class Crl {
 public:
  struct Entry {
    Instant revoked_at;
    std::optional<RevocationReason> reason;
  };
  /// DER or PEM. Faults: malformed, weak_algorithm, untrusted_issuer (no issuer of that name in `trust`, or it
  /// lacks cRLSign), signature_mismatch, bad_certificate (a critical extension that is not understood).
  static Checked<std::shared_ptr<const Crl>> read(std::string_view bytes, const Trust& trust);

  const CertificatePtr& issuer() const;
  Instant this_update() const;
  Instant next_update() const;
  std::string number() const;                        // hex of cRLNumber
  std::optional<std::string> delta_of() const;       // hex of the base's number, for a delta
  bool is_delta() const;
  /// This is a delta that fits the base: counted from its number or an earlier one, and not older than it.
  bool continues(const Crl& base) const;
  std::size_t size() const;
  /// Unsigned big-endian octets without leading zero.
  std::optional<Entry> find(std::string_view serial) const;

 private:
  struct Data;
  explicit Crl(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};
using CrlPtr = std::shared_ptr<const Crl>;

struct CrlJudgement {
  enum class Status { good, revoked, unknown };  // unknown: no fresh list of this issuer
  Status status = Status::unknown;
  std::optional<Crl::Entry> entry;
  std::string number;  // of the newest list that was used, hex
  std::optional<Fault> fault;
};

/// The lists at hand, a base and the newest fitting delta for each issuer. Immutable; replaced as a whole.
class CrlSet {
 public:
  CrlSet() = default;
  explicit CrlSet(std::vector<CrlPtr> lists);
  /// Every list in a folder; files that are none, or not believed, are named in `faults`.
  static CrlSet from_folder(const std::string& folder, const Trust& trust, std::vector<std::string>& faults);
  /// thisUpdate <= at + kClockSkew and at <= nextUpdate are required; an expired list says nothing (order 500/НҚ, cl. 18). removeFromCRL of
  /// the delta frees an entry of the base.
  CrlJudgement judge(const Certificate& certificate, const Certificate& issuer, Instant at) const;
  const std::vector<CrlPtr>& lists() const { return lists_; }

 private:
  std::vector<CrlPtr> lists_;
};

}  // namespace mekenjai::edge::eds
