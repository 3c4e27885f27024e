// Signatures that nobody could tell about, examined again until somebody can: every few minutes, over restarts. Technical
// trouble is never a yes and never a refusal.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>

#include "flow/engine.hpp"

namespace mekenjai::flow {

class SignatureChecks {
 public:
  /// Examined again at a time, at most.
  static constexpr int kAtOnce = 64;

  explicit SignatureChecks(Engine& engine) : engine_(engine), under_way_(std::make_shared<UnderWay>()) {}

  /// When the next one is due; nothing where EDS is not configured.
  std::optional<Instant> next();
  /// Starts those that are due; each is due again later unless its verdict comes. On the scheduler's thread.
  void start_due();
  /// Until those under way have ended.
  void wait();

 private:
  struct UnderWay {
    std::mutex mutex;
    std::condition_variable ended;
    int count = 0;
    void end();
  };
  void start(const std::string& id, const EdsWays& eds);

  Engine& engine_;
  std::shared_ptr<UnderWay> under_way_;
};

}  // namespace mekenjai::flow
