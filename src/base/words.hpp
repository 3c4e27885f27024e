// Enumerations by their words: a table in the order of the enumeration, where the position is the value.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>

namespace mekenjai::base {

/// The value whose word it is; nothing for any other word.
template <class Enum, std::size_t N>
std::optional<Enum> value_in(const std::string_view (&words)[N], std::string_view word) {
  const auto found = std::find(std::begin(words), std::end(words), word);
  if (found == std::end(words)) return std::nullopt;
  return static_cast<Enum>(found - std::begin(words));
}

}  // namespace mekenjai::base
