// The devices of the self-service zones (ADR 0010): staff issues a token to a kiosk of a service
// centre, the kiosk shows it with every request, staff takes it back. A code that is issued with
// the token lets a consultant explain at that kiosk; while he does, nobody can act there.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "domain/registers.hpp"
#include "flow/task.hpp"
#include "flow/views.hpp"

namespace mekenjai::flow {

/// A kiosk as its own requests show it.
struct Kiosk {
  std::string id, centre;
  bool consultant = false;  // a consultant explains: nothing may be done
};

/// A kiosk as staff sees it.
struct KioskView {
  std::string id, centre, label;
  Instant issued_at;
  std::optional<Instant> revoked_at, seen_at;  // seen: within the last minutes
};

struct IssuedKiosk {
  KioskView kiosk;
  std::string token;            // shown once; the store keeps its digest only
  std::string consultant_code;  // likewise
};

class Kiosks {
 public:
  virtual ~Kiosks() = default;

  // --- for staff -------------------------------------------------------------------------------
  // Receptionists and operators (`staff.csv`), for the centres of their region: the first two
  // digits of KATO, everywhere where their row names no place. Problems: forbidden (403),
  // register_unavailable (503).
  /// The same key means the same kiosk: it gets another token in place of the one whose answer may
  /// have been lost. Problems: invalid (422: centre `unknown_value`, label `required`, `too_long`,
  /// `bad_characters`), key_reused (422), wrong_state (409: the kiosk has been in use since, or was
  /// revoked).
  virtual Task<IssuedKiosk> issue(Caller, std::string centre, std::string label,
                                  std::optional<Idempotency>) = 0;
  /// Those in use first, then those revoked, each newest first.
  virtual Task<std::vector<KioskView>> list(Caller) = 0;
  /// From the kiosk's next request on. Again is done as well. Problem: not_found.
  virtual Task<Done> revoke(Caller, std::string id) = 0;
  virtual Task<std::vector<domain::Centre>> centres(Caller) = 0;

  // --- for a kiosk -----------------------------------------------------------------------------
  /// The kiosk whose token this is; nothing where it is none or revoked. Fast (memory) in the
  /// common case.
  virtual boost::asio::awaitable<std::optional<Kiosk>> of_token(std::string token) = 0;
  /// Somebody did something there so long ago. Where nobody has for 90 s, a consultant has left
  /// too.
  virtual void used(const std::string& token, base::Millis ago) = 0;
  /// `screen`: a secret of the browser there. Problems: wrong_code (422, value "attempts_left"),
  /// blocked (429), not_found.
  virtual Task<Done> let_consultant_in(std::string token, std::string code, std::string screen) = 0;
  /// By the browser that let him in; of another one that shows the same token nothing comes.
  virtual Task<Done> let_consultant_out(std::string token, std::string screen) = 0;
};

}  // namespace mekenjai::flow
