#include "edge/eds/pki/trust.hpp"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <unordered_map>
#include <unordered_set>

namespace mekenjai::edge::eds {
namespace {

constexpr std::size_t kMaxRemembered = 50'000;  // signatures, of each of two generations; about 5 MB
constexpr std::size_t kMaxKept = 64;            // certificates of responders and time-stamp authorities
// Tables for a key cost as much as ten verifications or more: a command line checks one certificate and needs none.
constexpr int kPrepareAfter = 3;

std::string as_text(const base::Sha256& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

/// For engineers' messages: names of CAs only, which are nobody's personal data.
std::string name_of(const Certificate& authority) { return authority.subject.common_name; }

std::optional<Fault> wrong_time(const Certificate& certificate, std::string_view who, Instant at) {
  if (at < certificate.not_before) {
    return Fault{Reason::not_yet_valid, fmt::format("{} is valid from {}", who, base::format_rfc3339(certificate.not_before))};
  }
  if (at > certificate.not_after) {
    return Fault{Reason::expired, fmt::format("{} was valid until {}", who, base::format_rfc3339(certificate.not_after))};
  }
  return std::nullopt;
}

std::optional<Fault> not_understood(const Certificate& certificate, std::string_view who) {
  if (certificate.unknown_critical.empty()) return std::nullopt;
  return Fault{Reason::bad_certificate, fmt::format("{} has a critical extension {} that is not understood", who,
                                                    certificate.unknown_critical.front())};
}

/// What a CA must be to stand behind `between` other CAs (RFC 5280, 6.1.4 k to n).
std::optional<Fault> no_authority(const Certificate& issuer, std::size_t between) {
  const auto bad = [&](std::string_view what) {
    return Fault{Reason::bad_certificate, fmt::format("{} {}", name_of(issuer), what)};
  };
  if (!issuer.ca.value_or(false)) return bad("is no CA");
  if ((issuer.key_usage.value_or(0) & kKeyCertSign) == 0) return bad("may not sign certificates");
  if (issuer.path_length && static_cast<std::size_t>(*issuer.path_length) < between) return bad("allows no CA below it");
  return std::nullopt;
}

bool is_certificate_file(const std::filesystem::path& path) {
  const std::string ending = path.extension().string();
  return ending == ".cer" || ending == ".crt" || ending == ".pem" || ending == ".der";
}

}  // namespace

struct Trust::Memory {
  std::mutex mutex;
  std::unordered_set<std::string> proven, older;  // fingerprints of certificate and issuer, two generations
  std::unordered_map<std::string, int> issued;    // signatures verified, by the issuer's fingerprint
  std::unordered_map<std::string, CertificatePtr> kept;

  bool knows(const std::string& pair) {
    const std::lock_guard lock(mutex);
    return proven.contains(pair) || older.contains(pair);
  }
  void learn(const std::string& pair) {
    const std::lock_guard lock(mutex);
    if (proven.size() >= kMaxRemembered) {
      older = std::move(proven);
      proven.clear();
    }
    proven.insert(pair);
  }
  int count(const std::string& issuer) {
    const std::lock_guard lock(mutex);
    return ++issued[issuer];
  }
};

tl::expected<Trust, std::string> Trust::from_folder(const std::string& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (entry->is_regular_file(error) && is_certificate_file(entry->path())) files.push_back(entry->path());
  }
  if (error) return tl::unexpected(fmt::format("{} cannot be read: {}", folder, error.message()));
  if (files.empty()) {
    return tl::unexpected(fmt::format("{} has no certificate in it (*.cer, *.crt, *.pem, *.der)", folder));
  }
  std::sort(files.begin(), files.end());
  std::vector<CertificatePtr> certificates;
  for (const auto& file : files) {
    const auto read = Certificate::read_file(file.string());
    if (!read) return tl::unexpected(fmt::format("{} is not a certificate: {}", file.string(), describe(read.error())));
    if ((*read)->self_issued() && !signed_by(**read, **read)) {
      return tl::unexpected(fmt::format("{} names itself as its issuer, but has not signed itself", file.string()));
    }
    certificates.push_back(*read);
  }
  return Trust(std::move(certificates));
}

Trust::Trust(std::vector<CertificatePtr> certificates) : memory_(std::make_shared<Memory>()) {
  for (CertificatePtr& certificate : certificates) {
    const bool twice = std::any_of(all_.begin(), all_.end(), [&](const CertificatePtr& other) {
      return other->fingerprint == certificate->fingerprint;
    });
    if (twice || (certificate->self_issued() && !proven(*certificate, *certificate))) continue;
    by_subject_.emplace(std::string(certificate->subject_name), certificate);
    all_.push_back(std::move(certificate));
  }
}

bool Trust::proven(const Certificate& certificate, const Certificate& issuer) const {
  const std::string issuer_id = as_text(issuer.fingerprint);
  const std::string pair = as_text(certificate.fingerprint) + issuer_id;
  if (memory_->knows(pair)) return true;
  if (memory_->count(issuer_id) >= kPrepareAfter) issuer.key.prepare();
  if (!signed_by(certificate, issuer)) return false;
  memory_->learn(pair);
  return true;
}

Checked<CertificatePtr> Trust::recall(std::string_view der) const {
  const std::string id = as_text(base::sha256(der));
  {
    const std::lock_guard lock(memory_->mutex);
    const auto known = memory_->kept.find(id);
    if (known != memory_->kept.end()) return known->second;
  }
  return Certificate::read(der);
}

void Trust::keep(const CertificatePtr& service_certificate) const {
  {
    const std::lock_guard lock(memory_->mutex);
    if (memory_->kept.size() >= kMaxKept) memory_->kept.clear();
    memory_->kept.emplace(as_text(service_certificate->fingerprint), service_certificate);
  }
  if (memory_->count(as_text(service_certificate->fingerprint)) >= kPrepareAfter) service_certificate->key.prepare();
}

/// Those of the issuer's name, whose key identifier fits first: only the order is taken from it, never the proof.
std::vector<CertificatePtr> Trust::candidates(const Certificate& certificate) const {
  std::vector<CertificatePtr> found;
  const auto [first, last] = by_subject_.equal_range(certificate.issuer);
  for (auto each = first; each != last; ++each) found.push_back(each->second);
  std::stable_partition(found.begin(), found.end(), [&](const CertificatePtr& issuer) {
    return !issuer->subject_key_id.empty() && issuer->subject_key_id == certificate.authority_key_id;
  });
  return found;
}

CertificatePtr Trust::issuer_of(const Certificate& certificate) const {
  for (const CertificatePtr& issuer : candidates(certificate)) {
    if (proven(certificate, *issuer)) return issuer;
  }
  return nullptr;
}

Checked<Path> Trust::path(const CertificatePtr& certificate, Instant at) const {
  if (const auto wrong = wrong_time(*certificate, "the certificate", at)) return tl::unexpected(*wrong);
  if (const auto wrong = not_understood(*certificate, "the certificate")) return tl::unexpected(*wrong);
  return extend({certificate}, at);
}

/// The trail's last certificate is good by itself; who stands behind it?
Checked<Path> Trust::extend(const Trail& trail, Instant at) const {
  const Certificate& last = *trail.back();
  const bool pinned = std::any_of(all_.begin(), all_.end(), [&](const CertificatePtr& known) {
    return known->fingerprint == last.fingerprint;
  });
  if (pinned && last.self_issued()) return trail;
  Fault refusal{Reason::untrusted_issuer, fmt::format("no path from what {} issued", last.issuer_common_name), {}};
  for (const CertificatePtr& issuer : candidates(last)) {
    auto found = through(issuer, trail, at);
    if (found) return found;
    // A CA that has signed and may not have, or not now, says more than one that has not signed.
    if (refusal.reason == Reason::untrusted_issuer) refusal.reason = found.error().reason;
    refusal.causes.push_back(std::move(found.error()));
  }
  if (refusal.causes.empty()) refusal.detail = fmt::format("{} is not among the certificates trusted", last.issuer_common_name);
  return tl::unexpected(std::move(refusal));
}

Checked<Path> Trust::through(const CertificatePtr& issuer, const Trail& trail, Instant at) const {
  const bool met = std::any_of(trail.begin(), trail.end(), [&](const CertificatePtr& known) {
    return known->fingerprint == issuer->fingerprint;
  });
  if (met) return fault(Reason::untrusted_issuer, fmt::format("{} leads back to itself", name_of(*issuer)));
  if (trail.size() >= kMaxPath) return fault(Reason::untrusted_issuer, "the path is too long");
  if (!proven(*trail.back(), *issuer)) {
    return fault(Reason::untrusted_issuer, fmt::format("the key of {} made no such signature", name_of(*issuer)));
  }
  if (const auto wrong = no_authority(*issuer, trail.size() - 1)) return tl::unexpected(*wrong);
  if (const auto wrong = not_understood(*issuer, name_of(*issuer))) return tl::unexpected(*wrong);
  if (const auto wrong = wrong_time(*issuer, name_of(*issuer), at)) return tl::unexpected(*wrong);
  Trail longer = trail;
  longer.push_back(issuer);
  return extend(longer, at);
}

}  // namespace mekenjai::edge::eds
