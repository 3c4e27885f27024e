// What a push says, and how it is encrypted so that only the browser can read it (RFC 8291 over RFC 8188, aes128gcm).
//
// A push carries no personal data: it says that there is something to look at, in the language of the person's choice,
// and the application asks the service for the rest with the session of whoever holds the phone. Its words are the same
// for everybody who is told of that kind. All pushes have the same length, so that the push service cannot tell one kind
// from the other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "edge/push/p256.hpp"

namespace mekenjai::edge::push {

inline constexpr std::size_t kAuthSecret = 16;
inline constexpr std::size_t kSalt = 16;
inline constexpr std::size_t kMaxMessage = 4096;  // a push service need not take more (RFC 8030, 7.2)
inline constexpr std::size_t kMessageHeader = kSalt + 4 + 1 + kP256Point;
inline constexpr std::size_t kTag = 16;
inline constexpr std::size_t kMaxText = kMaxMessage - kMessageHeader - kTag - 1;  // 3993 octets (RFC 8291, 4)
inline constexpr std::size_t kPaddedText = 512;  // longer than any note of ours; a test looks

enum class NoteKind {
  news,     // an application's state has changed, or a message has come
  consent,  // an owner is asked
};

struct Note {
  NoteKind kind = NoteKind::news;
  std::string language{};     // "kk", "kk-Latn", "ru", "en"
  std::string title{}, body{};  // as the phone shows them; empty: the application knows
  std::string open{};         // a path of ours that a touch leads to
};

/// {"kind":"news","lang":"kk","title":"…","body":"…","open":"/m/messages"}, without what is empty.
std::string text_of(const Note& note);

/// The browser's side of a subscription, checked.
class SubscriptionKeys {
 public:
  /// `keys.p256dh` and `keys.auth` of PushSubscription.toJSON(), base64url. The error names the wrong one.
  static tl::expected<SubscriptionKeys, std::string> read(std::string_view p256dh, std::string_view auth);

  const std::string& point() const { return point_; }
  const std::string& auth() const { return auth_; }

 private:
  SubscriptionKeys(std::string_view point, std::string_view auth) : point_(point), auth_(auth) {}
  std::string point_, auth_;
};

/// The body of a push with a key and a salt of its own, padded to kPaddedText. Nothing where the text is longer than
/// kMaxText.
std::optional<std::string> encrypt(const SubscriptionKeys& keys, std::string_view text);

/// The same with everything given: for the vector of RFC 8291, appendix A. `salt` has kSalt octets; `padded_to` 0: not
/// at all. A key and a salt are used once.
std::optional<std::string> encrypt_with(const SubscriptionKeys& keys, std::string_view text, const P256Key& sender,
                                        std::string_view salt, std::size_t padded_to);

}  // namespace mekenjai::edge::push
