// What a person wrote back to a consent request (contract, section 4), and the references.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mekenjai::edge::sms {

/// `A-Z2-9` without look-alikes: O I L Q are out, and of the pairs 5/S 2/Z 6/G 8/B U/V one each.
inline constexpr std::string_view kReferenceAlphabet = "ABCDEFHJKMNPRTVWXY2345679";
inline constexpr std::size_t kReferenceLength = 6;

struct Reply {
  enum class Answer { grant, refuse, fraud };
  Answer answer = Answer::refuse;
  std::optional<std::string> reference;
  bool operator==(const Reply&) const = default;
};

/// `R 1 REF`, `R 2 REF`, `R 3 REF`: upper or lower case, Latin R or Cyrillic Р or neither, spaces
/// anywhere; ИӘ ИЯ ДА YES IA DA for 1, ЖОҚ ЖОК НЕТ NO JOQ NET for 2; the reference may be missing.
/// In a reference Cyrillic letters stand for the Latin ones they look like, and a look-alike that
/// the alphabet leaves out for the one it keeps (S is 5). Nothing for any other text: six digits
/// alone after the answer are somebody's one-time code, not a reference.
std::optional<Reply> parse_reply(std::string_view utf8);

/// A random reference; holds at least one letter, so that it never looks like a one-time code.
std::string new_reference();
/// Whether `text` is a reference exactly as `new_reference` writes it.
bool is_reference(std::string_view text);

}  // namespace mekenjai::edge::sms
