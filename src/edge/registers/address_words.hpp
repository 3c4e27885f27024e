// Addresses as people type them: one Latin skeleton for Kazakh, Russian and Latin spelling, and how
// far two words are from each other.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mekenjai::edge::registers {

/// Lower-case Latin letters and digits that «Кенесары», "Kenesary" and "Qenesary" have in common.
/// Letters that the spellings write differently fall together (қ/к/q → k, ү/ұ/у → u, zh/ж → j,
/// y/й/ы/і → i); other characters become spaces.
std::string skeleton(std::string_view utf8);

/// What was typed (or is written in the register), in parts.
struct AddressParts {
  std::vector<std::string> words;  // skeletons, without "street", "city" and the like
  struct Number {
    std::string text;  // skeleton, "40", "40a", "40/2"
    enum class Means { unknown, house, flat } means = Means::unknown;
  };
  std::vector<Number> numbers;
};
AddressParts address_parts(std::string_view utf8);

/// Words of a street's or a settlement's name; its numbers («8 Марта») are words as well.
std::vector<std::string> name_words(std::string_view utf8);

/// A word that is compared with many others: insertions, deletions, replacements and swaps of
/// neighbours between the two (optimal string alignment). Of words longer than 64 bytes the
/// beginning counts.
class WordPattern {
 public:
  explicit WordPattern(std::string_view word);
  int distance_to(std::string_view other) const;

 private:
  std::array<std::uint64_t, 256> rows_of_{};  // bit i: the word has this byte at i
  std::size_t size_;
};

}  // namespace mekenjai::edge::registers
