// The numbers that name people, organisations and addresses. Each is a type of its own, so that
// none is ever passed where another is meant.
#pragma once

#include <array>
#include <compare>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace mekenjai::domain {

/// A fixed number of decimal digits. Comparable, hashable, trivially copied.
template <class Tag, std::size_t N>
class Digits {
 public:
  static constexpr std::size_t kSize = N;

  /// The digits themselves; nothing is checked beyond length and characters.
  static std::optional<Digits> from_digits(std::string_view text) {
    if (text.size() != N) return std::nullopt;
    for (const char c : text) {
      if (c < '0' || c > '9') return std::nullopt;
    }
    Digits digits;
    std::memcpy(digits.digits_.data(), text.data(), N);
    return digits;
  }

  std::string_view view() const { return {digits_.data(), N}; }
  std::string str() const { return std::string(view()); }
  auto operator<=>(const Digits&) const = default;

 private:
  std::array<char, N> digits_{};
};

/// Individual identification number (ИИН / ЖСН).
using Iin = Digits<struct IinTag, 12>;
/// Business identification number (БИН / БСН).
using Bin = Digits<struct BinTag, 12>;
/// Registration code of an address (РКА / МТК).
using Rka = Digits<struct RkaTag, 16>;

/// Twelve digits with the right check digit, not all zero. The birth date in the digits is not
/// looked at: since resolution 853 of 26.08.2013 it need not agree (domain.md, 4.1).
std::optional<Iin> parse_iin(std::string_view text);
/// The check digit for the first eleven digits; nothing where the number is never issued.
std::optional<char> iin_check_digit(std::string_view first_eleven);
/// Same arithmetic as an IIN.
std::optional<Bin> parse_bin(std::string_view text);
/// Sixteen digits (contract, section 2).
std::optional<Rka> parse_rka(std::string_view text);
/// Whether a holder's number is a person's: the fifth digit of a BIN is 4 or more (domain.md, 4.2).
bool is_personal_number(std::string_view iin_or_bin);

/// A mobile number of Kazakhstan in E.164: accepts +7 7XX…, 8 7XX…, 7 7XX…, spaces and brackets.
std::optional<std::string> normalise_phone(std::string_view text);
/// "+77…" exactly as E.164 has it: a plus and 8 to 15 digits.
bool is_e164(std::string_view text);

}  // namespace mekenjai::domain

template <class Tag, std::size_t N>
struct std::hash<mekenjai::domain::Digits<Tag, N>> {
  std::size_t operator()(const mekenjai::domain::Digits<Tag, N>& digits) const noexcept {
    return std::hash<std::string_view>{}(digits.view());
  }
};
