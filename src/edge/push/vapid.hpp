// Who we are, told to push services (VAPID, RFC 8292): a token signed with the key that browsers subscribed to.
#pragma once

#include <chrono>
#include <map>
#include <string>

#include <tl/expected.hpp>

#include "base/time.hpp"
#include "edge/push/p256.hpp"

namespace mekenjai::edge::push {

inline constexpr std::chrono::hours kTokenLife{12};       // RFC 8292, 2 allows 24
inline constexpr std::chrono::minutes kTokenRenewed{30};  // before its end, for clocks that differ
inline constexpr std::size_t kMaxTokens = 256;            // origins remembered; a browser may name any
inline constexpr std::size_t kMaxSubject = 256;

/// Tokens, one an origin. Used on one thread.
class Vapid {
 public:
  /// `subject` is how a push service reaches us: "mailto:…" or "https://…" (RFC 8292, 2.1). The error says what is
  /// wrong with it. A new key makes every subscription useless: it is kept as long as the service lives.
  static tl::expected<Vapid, std::string> make(P256Key key, std::string subject);

  /// The field Authorization for a push service, "https://host[:port]": "vapid t=…, k=…" (RFC 8292, 3). `now` is what
  /// the world's clocks show: a push service refuses a token from the sandbox's tomorrow.
  const std::string& authorization(const std::string& origin, base::Instant now);

  /// What a page gives to `pushManager.subscribe` as `applicationServerKey`, base64url.
  std::string public_key() const;

 private:
  struct Token {
    std::string field;
    base::Instant expires;
  };

  Vapid(P256Key key, std::string subject) : key_(std::move(key)), subject_(std::move(subject)) {}
  Token issue(const std::string& origin, base::Instant now) const;

  P256Key key_;
  std::string subject_;
  std::map<std::string, Token> tokens_;
};

}  // namespace mekenjai::edge::push
