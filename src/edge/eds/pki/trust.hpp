// Paths from a certificate to anchors that we pinned ourselves (eds.md 5, points 7 to 11; RFC 5280, section 6).
// Nothing is ever fetched for a path.
#pragma once

#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "edge/eds/pki/certificate.hpp"

namespace mekenjai::edge::eds {

/// From the certificate asked about (front) to the anchor (back). At most `kMaxPath` long.
using Path = std::vector<CertificatePtr>;
inline constexpr std::size_t kMaxPath = 4;  // end entity, two CAs, anchor

class Trust {
 public:
  /// Self-signed certificates are the anchors, others intermediates. A name without a readable certificate in
  /// it fails and is named.
  static tl::expected<Trust, std::string> from_folder(const std::string& folder);
  explicit Trust(std::vector<CertificatePtr> certificates);

  /// Issuers are sought by name and proven by signature; basicConstraints, keyCertSign, pathLen, validity of
  /// every certificate at `at`, unknown critical extensions. Signatures once found good are remembered by
  /// fingerprint (bounded); CA keys are prepared. Faults: untrusted_issuer, bad_certificate, expired,
  /// not_yet_valid, with what was tried below.
  Checked<Path> path(const CertificatePtr& certificate, Instant at) const;
  /// The CA that issued a certificate, by name and signature only.
  CertificatePtr issuer_of(const Certificate& certificate) const;
  std::span<const CertificatePtr> certificates() const { return all_; }

 private:
  struct Memory;
  std::vector<CertificatePtr> all_;
  std::multimap<std::string, CertificatePtr, std::less<>> by_subject_;
  std::shared_ptr<Memory> memory_;
};

}  // namespace mekenjai::edge::eds
