// Key pairs on the curve P-256, as Web Push knows them: a private number of 32 octets (big-endian) and a public point
// of 65 octets, uncompressed (SEC 1, 2.3.3). Arithmetic is OpenSSL's.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mekenjai::edge::push {

inline constexpr std::size_t kP256Number = 32;
inline constexpr std::size_t kP256Point = 65;
inline constexpr std::size_t kMaxPem = 8 * 1024;

/// Whether these are the octets of an uncompressed point on the curve.
bool is_p256_point(std::string_view octets);

/// A private key with its public one. Cheap to copy; may be used by any thread. What OpenSSL cannot do for want of
/// memory or of a random source is thrown.
class P256Key {
 public:
  static P256Key generate();
  /// 32 octets of a number from 1 to the curve's order less one; nothing for others.
  static std::optional<P256Key> from_number(std::string_view number);
  /// The same in base64url, as npm `web-push` keeps it.
  static std::optional<P256Key> from_base64url(std::string_view text);
  /// PKCS#8 or SEC 1, without a password; nothing for keys of another kind or curve.
  static std::optional<P256Key> from_pem(std::string_view pem);

  /// PKCS#8.
  std::string pem() const;
  const std::string& number() const { return number_; }
  const std::string& point() const { return point_; }

  /// ECDH (SP 800-56A, 5.7.1.2): 32 octets. Nothing where the octets are no point of the curve.
  std::optional<std::string> shared_secret(std::string_view other_point) const;
  /// ES256 (RFC 7518, 3.4): r and s, 32 octets each.
  std::string sign(std::string_view text) const;

 private:
  struct Handle;
  P256Key(std::shared_ptr<const Handle> handle, std::string number, std::string point);

  std::shared_ptr<const Handle> handle_;
  std::string number_, point_;
};

}  // namespace mekenjai::edge::push
