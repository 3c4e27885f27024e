// Small conversions of bytes: hex, digests, random, constant-time comparison, UTF-8.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mekenjai::base {

using Sha256 = std::array<std::uint8_t, 32>;

Sha256 sha256(std::string_view bytes);
Sha256 hmac_sha256(std::string_view key, std::string_view bytes);

std::string to_hex(const std::uint8_t* data, std::size_t size);
inline std::string to_hex(const Sha256& digest) { return to_hex(digest.data(), digest.size()); }
inline std::string to_hex(std::string_view bytes) {
  return to_hex(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}
/// Raw bytes of a hex string; nothing where it is not one.
std::optional<std::string> from_hex(std::string_view hex);
std::string to_base64url(std::string_view bytes);
/// Raw bytes of base64url without padding (RFC 4648, 5), as to_base64url writes it; nothing for any other text.
std::optional<std::string> from_base64url(std::string_view text);

/// Compares without telling by time where the difference is.
bool equal_in_constant_time(std::string_view left, std::string_view right);

/// Bytes of the system's random source.
std::string random_bytes(std::size_t count);
/// A number below `bound`, evenly distributed.
std::uint32_t random_below(std::uint32_t bound);

/// Valid UTF-8 without surrogates and overlong forms (RFC 3629).
bool is_utf8(std::string_view text);
/// Length in code points of valid UTF-8.
std::size_t utf8_length(std::string_view text);
/// The first `count` code points of valid UTF-8.
std::string_view utf8_prefix(std::string_view text, std::size_t count);

}  // namespace mekenjai::base
