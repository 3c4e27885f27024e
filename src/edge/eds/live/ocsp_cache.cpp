#include "edge/eds/live/ocsp_cache.hpp"

#include <boost/asio/this_coro.hpp>
#include <spdlog/spdlog.h>

namespace mekenjai::edge::eds::live {
namespace {

namespace asio = boost::asio;
using Status = OcspJudgement::Status;

/// What a CertID means: this serial of this issuer.
std::string key_of(const Certificate& certificate, const Certificate& issuer) {
  std::string key(reinterpret_cast<const char*>(issuer.fingerprint.data()), issuer.fingerprint.size());
  return key += certificate.serial;
}

}  // namespace

OcspCache::OcspCache(OcspSettings settings, const Trust& trust, const base::Clock& clock, asio::io_context& pool)
    : settings_(std::move(settings)), trust_(trust), clock_(clock), pool_(pool),
      breakers_(settings_.addresses.size(), Breaker(settings_.rest)) {}

std::optional<OcspFinding> OcspCache::remembered(const std::string& key) {
  const Instant now = clock_.now();
  const std::lock_guard lock(mutex_);
  const auto found = kept_.find(key);
  if (found == kept_.end()) return std::nullopt;
  const Kept& kept = found->second;
  if (now < kept.asked_at || now >= kept.until) return std::nullopt;
  return OcspFinding{kept.status, kept.evidence};
}

std::optional<Evidence::Ocsp> OcspCache::at_hand(const Certificate& certificate, const Certificate& issuer) {
  auto finding = remembered(key_of(certificate, issuer));
  if (!finding) return std::nullopt;
  ++figures_.from_cache;
  return std::move(finding->evidence);
}

void OcspCache::remember(const std::string& key, const OcspFinding& finding, const OcspJudgement& judgement, Instant now) {
  Instant until = std::min(judgement.this_update + kOcspAge, now + settings_.keep);
  if (judgement.next_update) until = std::min(until, *judgement.next_update);
  if (until <= now) return;
  const std::lock_guard lock(mutex_);
  if (kept_.insert_or_assign(key, Kept{*finding.evidence, finding.status, now, until}).second) oldest_.push_back(key);
  while (oldest_.size() > kMaxEntries) {
    kept_.erase(oldest_.front());
    oldest_.pop_front();
  }
}

bool OcspCache::silent(const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(forgotten_, false)) std::for_each(breakers_.begin(), breakers_.end(), [](Breaker& b) { b.forget(); });
  const auto found = silent_until_.find(key);
  if (found == silent_until_.end()) return false;
  if (std::chrono::steady_clock::now() < found->second) return true;
  silent_until_.erase(found);
  return false;
}

void OcspCache::note_silence(const std::string& key) {
  const std::lock_guard lock(mutex_);
  if (silent_until_.size() >= kMaxEntries) silent_until_.clear();
  silent_until_[key] = std::chrono::steady_clock::now() + settings_.rest;
}

void OcspCache::forget() {
  const std::lock_guard lock(mutex_);
  kept_.clear();
  oldest_.clear();
  silent_until_.clear();
  forgotten_ = true;
}

asio::awaitable<OcspFinding> OcspCache::answer(OcspQuestion question) {
  const std::string key = key_of(*question.certificate, *question.issuer);
  if (auto finding = remembered(key)) {
    ++figures_.from_cache;
    co_return std::move(*finding);
  }
  if (const auto found = flights_.find(key); found != flights_.end()) {
    const std::shared_ptr<Flight> flight = found->second;
    ++figures_.from_cache;
    co_await flight->landed.wait();
    co_return flight->finding;
  }
  if (silent(key)) co_return OcspFinding{};
  const auto loop = co_await asio::this_coro::executor;
  const auto flight = std::make_shared<Flight>(loop);
  flights_.emplace(key, flight);
  try {
    flight->finding = co_await ask(key, std::move(question));
  } catch (const std::exception& failure) {
    spdlog::error("OCSP: {}", failure.what());
  }
  flights_.erase(key);
  flight->landed.happen();
  co_return flight->finding;
}

asio::awaitable<OcspFinding> OcspCache::ask(const std::string& key, OcspQuestion question) {
  question.nonce = base::random_bytes(kNonceBytes);
  const std::string asked = ocsp_request(question);
  for (std::size_t i = 0; i < settings_.addresses.size(); ++i) {
    Breaker& breaker = breakers_[i];
    if (breaker.resting()) continue;
    HttpRequest request{settings_.addresses[i], "application/ocsp-request", asked, {}, {}, kMaxSmallAnswer, settings_.timeout};
    ++figures_.asked;
    HttpAnswer answer = co_await fetch(std::move(request));
    if (!answer.ok()) {
      breaker.failed();
      spdlog::warn("OCSP {}: {}", settings_.addresses[i].text, answer.trouble);
      continue;
    }
    breaker.answered();
    const Instant now = clock_.now();
    std::function<OcspJudgement()> judge = [&] { return judge_ocsp(answer.body, question, trust_, now); };
    const OcspJudgement judgement = co_await on_pool<OcspJudgement>(pool_, std::move(judge));
    if (judgement.status == Status::unavailable || judgement.status == Status::rejected) {
      spdlog::warn("OCSP {}: {}{}", settings_.addresses[i].text, word(judgement.status),
                   judgement.fault ? ", " + describe(*judgement.fault) : "");
    }
    if (judgement.status == Status::unavailable) continue;
    OcspFinding finding{judgement.status, Evidence::Ocsp{std::move(answer.body), question.nonce}};
    if (judgement.status == Status::good || judgement.status == Status::revoked) remember(key, finding, judgement, now);
    if (judgement.status == Status::rejected) ++figures_.rejected;
    co_return finding;
  }
  ++figures_.unavailable;
  note_silence(key);
  co_return OcspFinding{};
}

}  // namespace mekenjai::edge::eds::live
