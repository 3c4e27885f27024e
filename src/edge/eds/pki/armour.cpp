#include <array>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/pki/certificate.hpp"

namespace mekenjai::edge::eds {
namespace {

constexpr std::string_view kBlank = " \t\r\n";
constexpr std::string_view kBegin = "-----BEGIN ", kEnd = "-----END ", kDashes = "-----";
constexpr std::uint8_t kNoDigit = 0xff;

constexpr std::array<std::uint8_t, 256> digit_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kDigits.size(); ++i) {
    values[static_cast<std::uint8_t>(kDigits[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
constexpr auto kValues = digit_values();

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// The base64 of the one block that the text is.
std::optional<std::string_view> pem_body(std::string_view text) {
  text.remove_prefix(kBegin.size());
  const std::size_t label_end = text.find(kDashes);
  if (label_end == std::string_view::npos) return std::nullopt;
  const std::string_view label = text.substr(0, label_end);
  text.remove_prefix(label_end + kDashes.size());
  const std::size_t body_end = text.find(kEnd);
  if (body_end == std::string_view::npos || label.find_first_of("\r\n") != std::string_view::npos) return std::nullopt;
  const std::string_view body = text.substr(0, body_end);
  text.remove_prefix(body_end + kEnd.size());
  const bool closed = text.starts_with(label) && text.substr(label.size()) == kDashes;
  return closed ? std::optional(body) : std::nullopt;
}

}  // namespace

std::optional<std::string> from_base64(std::string_view text) {
  std::string octets;
  octets.reserve(text.size() / 4 * 3);
  std::uint32_t group = 0;
  int digits = 0, padding = 0;
  for (const char c : text) {
    if (kBlank.find(c) != std::string_view::npos) continue;
    if (c == '=') {
      if (digits + ++padding > 4 || digits < 2) return std::nullopt;
      continue;
    }
    const std::uint8_t value = kValues[static_cast<std::uint8_t>(c)];
    if (value == kNoDigit || padding != 0) return std::nullopt;
    group = group << 6 | value;
    if (++digits < 4) continue;
    for (const int shift : {16, 8, 0}) octets += static_cast<char>(group >> shift & 0xff);
    group = 0;
    digits = 0;
  }
  if (digits == 0) return padding == 0 ? std::optional(octets) : std::nullopt;
  if (digits + padding != 4) return std::nullopt;
  group <<= 6 * padding;
  if ((group & (padding == 1 ? 0xffu : 0xffffu)) != 0) return std::nullopt;
  for (const int shift : {16, 8}) {
    if (shift == 16 || padding == 1) octets += static_cast<char>(group >> shift & 0xff);
  }
  return octets;
}

std::optional<std::string> unarmoured(std::string_view bytes) {
  // Base64 of a SEQUENCE begins with 'M', so that this octet says DER without doubt.
  if (!bytes.empty() && static_cast<std::uint8_t>(bytes.front()) == der::kSequence) return std::string(bytes);
  const std::string_view text = trimmed(bytes);
  if (!text.starts_with(kBegin)) return text.empty() ? std::nullopt : from_base64(text);
  const auto body = pem_body(text);
  return body ? from_base64(*body) : std::nullopt;
}

}  // namespace mekenjai::edge::eds
