// How the registers' tables store numbers and days: as integers, which SQLite keeps in few bytes.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "domain/ids.hpp"

namespace mekenjai::edge::registers {

/// The value of a text of at most 18 decimal digits.
inline std::int64_t packed_digits(std::string_view digits) {
  std::int64_t value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

/// The digits of a number with the leading zeros that packing lost.
template <std::size_t N>
std::array<char, N> digits_of(std::int64_t value) {
  std::array<char, N> digits;
  for (std::size_t at = N; at-- > 0; value /= 10) digits[at] = static_cast<char>('0' + value % 10);
  return digits;
}

template <std::size_t N>
std::string digits_str(std::int64_t value) {
  const std::array<char, N> digits = digits_of<N>(value);
  return {digits.data(), N};
}

template <class Tag, std::size_t N>
std::int64_t packed(const domain::Digits<Tag, N>& digits) {
  return packed_digits(digits.view());
}

/// An IIN, BIN or RKA from its packed form.
template <class Number>
Number unpacked(std::int64_t value) {
  const auto digits = digits_of<Number::kSize>(value);
  return *Number::from_digits({digits.data(), digits.size()});
}

/// Days are stored as the number YYYYMMDD: it sorts, can be read in a shell, and an age is a
/// subtraction of whole years. 0 stands for "none", so that a key may hold it.
inline constexpr std::int64_t kNoDay = 0;

inline std::int64_t packed_day(base::Date day) {
  return static_cast<int>(day.year()) * 10'000 +
         static_cast<std::int64_t>(static_cast<unsigned>(day.month())) * 100 +
         static_cast<std::int64_t>(static_cast<unsigned>(day.day()));
}

inline std::int64_t packed_day(const std::optional<base::Date>& day) {
  return day ? packed_day(*day) : kNoDay;
}

inline base::Date unpacked_day(std::int64_t value) {
  return base::Date{std::chrono::year{static_cast<int>(value / 10'000)},
                    std::chrono::month{static_cast<unsigned>(value / 100 % 100)},
                    std::chrono::day{static_cast<unsigned>(value % 100)}};
}

inline std::optional<base::Date> unpacked_optional_day(std::int64_t value) {
  if (value == kNoDay) return std::nullopt;
  return unpacked_day(value);
}

}  // namespace mekenjai::edge::registers
