// The certification authority of every sandbox: a root, an issuing CA, an OCSP responder and a time-stamp authority for GOST
// and for RSA each. Its keys are in the source, so that a key made by the command works with any sandbox; it is an
// anchor under --sandbox only, and is in no trust folder.
#pragma once

#include "edge/eds/make/answers.hpp"

namespace mekenjai::edge::eds::make {

class SandboxAuthority {
 public:
  /// The one there is; its keys are read at the first use.
  static const SandboxAuthority& instance();

  /// A key for a sandbox person, in the profile of НУЦ РК. Valid from `at` for a year.
  Identity issue_to(const Person& person, crypto::KeyKind kind, Instant at, RsaUse use = RsaUse::sign) const;
  /// Whether a serial was given out by `issue_to`: it carries a mark that only this authority can make.
  bool issued(std::string_view serial) const;

  /// Root and issuing CA of both kinds: what a sandbox trusts.
  std::vector<CertificatePtr> certificates() const;
  const Identity& issuer(crypto::KeyKind kind) const;
  const Identity& ocsp_responder(crypto::KeyKind kind) const;
  const Identity& time_stamps(crypto::KeyKind kind) const;
  /// Which of the issuers a CertID or a Name means; nothing for others.
  const Identity* issuer_of(const OcspRequest& request) const;

 private:
  SandboxAuthority();
  struct Branch;
  std::shared_ptr<const Branch> gost_, rsa_;
};

}  // namespace mekenjai::edge::eds::make
