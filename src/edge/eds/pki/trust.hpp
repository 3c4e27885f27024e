// Paths from a certificate to anchors that we pinned ourselves (eds.md 5, points 7 to 11; RFC 5280, section 6).
// Nothing is ever fetched for a path.
#pragma once

#include <map>
#include <mutex>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "edge/eds/pki/certificate.hpp"

namespace mekenjai::edge::eds {

/// From the certificate asked about (front) to the anchor (back). At most `kMaxPath` long.
using Path = std::vector<CertificatePtr>;
inline constexpr std::size_t kMaxPath = 4;  // end entity, two CAs, anchor

/// From this moment on nothing new is signed with crypto::archive_only() algorithms (eds.md 5, point 1).
inline constexpr Instant kArchiveEnds{std::chrono::sys_days{std::chrono::year{2025} / 1 / 1}};

class Trust {
 public:
  /// Self-signed certificates are the anchors, others intermediates. A name without a readable certificate in
  /// it fails and is named.
  static tl::expected<Trust, std::string> from_folder(const std::string& folder);
  /// A certificate that names itself as its issuer and did not sign itself is left out.
  explicit Trust(std::vector<CertificatePtr> certificates);

  /// Issuers are sought by name and proven by signature; basicConstraints, keyCertSign, pathLen, validity of
  /// every certificate at `at`, unknown critical extensions. Signatures once found good are remembered by
  /// fingerprint (bounded); CA keys are prepared. Faults: untrusted_issuer, bad_certificate, expired,
  /// not_yet_valid, with what was tried below.
  Checked<Path> path(const CertificatePtr& certificate, Instant at) const;
  /// The CA that issued a certificate, by name and signature only.
  CertificatePtr issuer_of(const Certificate& certificate) const;
  /// signed_by(), remembered where it holds.
  bool proven(const Certificate& certificate, const Certificate& issuer) const;
  /// Certificate::read() for those that come again and again with every answer of a responder or an authority: once
  /// kept by `keep`, the same octets give the same object with its prepared key.
  Checked<CertificatePtr> recall(std::string_view der) const;
  void keep(const CertificatePtr& service_certificate) const;
  std::span<const CertificatePtr> certificates() const { return all_; }

 private:
  struct Memory;
  using Trail = std::vector<CertificatePtr>;
  Checked<Path> extend(const Trail& trail, Instant at) const;
  Checked<Path> through(const CertificatePtr& issuer, const Trail& trail, Instant at) const;
  std::vector<CertificatePtr> candidates(const Certificate& certificate) const;

  std::vector<CertificatePtr> all_;
  std::multimap<std::string, CertificatePtr, std::less<>> by_subject_;
  std::shared_ptr<Memory> memory_;
};

}  // namespace mekenjai::edge::eds
