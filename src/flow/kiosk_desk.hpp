// The kiosks over the engine.
#pragma once

#include <mutex>
#include <unordered_map>

#include "flow/engine.hpp"
#include "flow/kiosks.hpp"

namespace mekenjai::flow {

/// A kiosk where nobody has touched anything for so long is free for the next person.
inline constexpr std::chrono::seconds kKioskIdle{90};

class KioskDesk final : public Kiosks {
 public:
  static constexpr std::size_t kLongestLabel = 60;  // characters
  static constexpr std::chrono::minutes kSeenWritten{5};
  static constexpr int kWrongCodes = 5;
  static constexpr std::chrono::minutes kBlocked{15};
  static constexpr std::chrono::hours kKeyKept{24};  // contract, section 3

  explicit KioskDesk(Engine& engine) : engine_(engine) {}

  Task<IssuedKiosk> issue(Caller, std::string centre, std::string label,
                          std::optional<Idempotency> key) override;
  Task<std::vector<KioskView>> list(Caller) override;
  Task<Done> revoke(Caller, std::string id) override;
  Task<std::vector<domain::Centre>> centres(Caller) override;

  boost::asio::awaitable<std::optional<Kiosk>> of_token(std::string token) override;
  void used(const std::string& token, base::Millis ago) override;
  Task<Done> let_consultant_in(std::string token, std::string code, std::string screen) override;
  Task<Done> let_consultant_out(std::string token, std::string screen) override;

 private:
  struct Held {
    Kiosk kiosk;
    Instant used_at;       // last use by a person
    Instant written_at;    // last sign of life that the store knows
    std::string screen{};  // of the browser that let a consultant in; empty: nobody remembers
  };
  void note(const std::string& digest, bool consultant, const std::string& screen);
  void forget(const std::string& id);

  Engine& engine_;
  std::mutex mutex_;
  int revocations_ = 0;
  std::unordered_map<std::string, Held>
      held_;  // by the token's digest; some thousands in the whole country
};

}  // namespace mekenjai::flow
