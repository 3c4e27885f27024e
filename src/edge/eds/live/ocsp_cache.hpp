// Answers about certificates: asked for once, however many want one, and remembered while they are fresh enough for a
// new signature.
#pragma once

#include <atomic>
#include <deque>
#include <mutex>
#include <unordered_map>

#include "base/clock.hpp"
#include "edge/eds/live/breaker.hpp"
#include "edge/eds/live/http_client.hpp"
#include "edge/eds/live/on_pool.hpp"
#include "edge/eds/verify.hpp"

namespace mekenjai::edge::eds::live {

struct OcspSettings {
  std::vector<HttpAddress> addresses;       // asked in this order
  std::chrono::milliseconds timeout{4000};  // of one request
  std::chrono::seconds keep{300};           // how long an answer serves new signatures; 0: each asks anew
  std::chrono::milliseconds rest{3000};     // how long silence is remembered
};

struct OcspFigures {
  std::atomic<std::uint64_t> asked{0}, from_cache{0}, rejected{0}, unavailable{0};
};

/// What came of a question: an answer that can be judged again, or none because nobody could be asked.
struct OcspFinding {
  OcspJudgement::Status status = OcspJudgement::Status::unavailable;
  std::optional<Evidence::Ocsp> evidence{};  // also of an answer that was rejected: it must not be replaced by a list
};

class OcspCache {
 public:
  static constexpr std::size_t kMaxEntries = 10'000;  // about 3 KB each
  static constexpr std::size_t kNonceBytes = 32;      // RFC 8954

  /// All outlive the cache and what was asked of it. `pool` judges.
  OcspCache(OcspSettings settings, const Trust& trust, const base::Clock& clock, boost::asio::io_context& pool);

  /// A fresh answer at hand (by the business clock). Any thread.
  std::optional<Evidence::Ocsp> at_hand(const Certificate& certificate, const Certificate& issuer);
  /// The answer at hand, the one that somebody else is waiting for, or a new one. On one loop of a single thread.
  boost::asio::awaitable<OcspFinding> answer(OcspQuestion question);
  /// Forgets answers and silence alike. Any thread.
  void forget();

  const OcspFigures& figures() const { return figures_; }

 private:
  struct Kept {
    Evidence::Ocsp evidence;
    OcspJudgement::Status status;
    Instant asked_at, until;
  };
  /// A question that is being asked, and those who wait for its answer.
  struct Flight {
    explicit Flight(const boost::asio::any_io_executor& loop) : landed(loop) {}
    Event landed;
    OcspFinding finding;
  };
  std::optional<OcspFinding> remembered(const std::string& key);
  void remember(const std::string& key, const OcspFinding& finding, const OcspJudgement& judgement, Instant now);
  bool silent(const std::string& key);
  void note_silence(const std::string& key);
  boost::asio::awaitable<OcspFinding> ask(const std::string& key, OcspQuestion question);

  const OcspSettings settings_;
  const Trust& trust_;
  const base::Clock& clock_;
  boost::asio::io_context& pool_;
  OcspFigures figures_;

  // Of the loop alone.
  std::vector<Breaker> breakers_;  // of each address
  std::unordered_map<std::string, std::shared_ptr<Flight>> flights_;

  std::mutex mutex_;  // guards what follows
  std::unordered_map<std::string, Kept> kept_;
  std::deque<std::string> oldest_;  // keys in the order in which they came
  std::unordered_map<std::string, std::chrono::steady_clock::time_point> silent_until_;
  bool forgotten_ = false;  // the breakers are to be reset, too
};

}  // namespace mekenjai::edge::eds::live
