#include "edge/sms/reply.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/bytes.hpp"

namespace mekenjai::edge::sms {
namespace {

using Answer = Reply::Answer;

struct Word {
  std::u32string_view text;
  Answer answer;
};
// None is the beginning of another and none begins with R, so a text without spaces reads one way.
constexpr std::array<Word, 15> kWords{{
    {U"1", Answer::grant},
    {U"2", Answer::refuse},
    {U"3", Answer::fraud},
    {U"ИӘ", Answer::grant},
    {U"ИЯ", Answer::grant},
    {U"ДА", Answer::grant},
    {U"YES", Answer::grant},
    {U"IA", Answer::grant},
    {U"DA", Answer::grant},
    {U"ЖОҚ", Answer::refuse},
    {U"ЖОК", Answer::refuse},
    {U"НЕТ", Answer::refuse},
    {U"NO", Answer::refuse},
    {U"JOQ", Answer::refuse},
    {U"NET", Answer::refuse},
}};

char32_t upper(char32_t c) {
  if (c >= U'a' && c <= U'z') return c - (U'a' - U'A');
  if (c >= U'а' && c <= U'я') return c - (U'а' - U'А');
  if (c == U'ё') return U'Ё';
  if (c == U'і') return U'І';
  if (c == U'һ') return U'Һ';
  // Ғ Қ Ң Ұ Ү Ә Ө and the like: capital and small letter are neighbours.
  if (c >= 0x048A && c <= 0x04FF && c % 2 == 1 && !(c >= 0x04C1 && c <= 0x04CE)) return c - 1;
  return c;
}

bool is_space(char32_t c) {
  return c == U' ' || (c >= U'\t' && c <= U'\r') || c == 0x00A0 || (c >= 0x2000 && c <= 0x200B) ||
         c == 0x202F || c == 0xFEFF;
}

// Upper case, without spaces. `utf8` is valid.
std::u32string folded(std::string_view utf8) {
  std::u32string out;
  for (std::size_t i = 0; i < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t c = length == 1 ? lead : lead & (0x7FU >> length);
    for (std::size_t k = 1; k < length; ++k) {
      c = c << 6 | (static_cast<unsigned char>(utf8[i + k]) & 0x3FU);
    }
    i += length;
    if (!is_space(c)) out.push_back(upper(c));
  }
  return out;
}

// What a person types for a character of a reference; 0 where it can be none.
char as_reference_character(char32_t c) {
  static const std::unordered_map<char32_t, char> look_alikes{
      {U'А', 'A'}, {U'В', 'B'}, {U'С', 'C'}, {U'Е', 'E'}, {U'Н', 'H'}, {U'К', 'K'},
      {U'Қ', 'K'}, {U'М', 'M'}, {U'Р', 'P'}, {U'Т', 'T'}, {U'Х', 'X'}, {U'У', 'Y'},
      {U'Ү', 'Y'}, {U'8', 'B'}, {U'S', '5'}, {U'Z', '2'}, {U'G', '6'}, {U'U', 'V'},
  };
  if (const auto found = look_alikes.find(c); found != look_alikes.end()) return found->second;
  if (c < 0x80 && kReferenceAlphabet.find(static_cast<char>(c)) != std::string_view::npos) {
    return static_cast<char>(c);
  }
  return 0;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<std::string> read_reference(std::u32string_view typed) {
  if (typed.size() != kReferenceLength) return std::nullopt;
  const bool digits =
      std::all_of(typed.begin(), typed.end(), [](char32_t c) { return c >= U'0' && c <= U'9'; });
  if (digits) return std::nullopt;
  std::string reference;
  for (const char32_t c : typed) {
    const char read = as_reference_character(c);
    if (read == 0) return std::nullopt;
    reference.push_back(read);
  }
  if (!is_reference(reference)) return std::nullopt;
  return reference;
}

}  // namespace

std::optional<Reply> parse_reply(std::string_view utf8) {
  // No answer is longer; whoever writes a letter to us gets help, and costs no time.
  constexpr std::size_t kLongest = 256;
  if (utf8.size() > kLongest || !base::is_utf8(utf8)) return std::nullopt;
  const std::u32string text = folded(utf8);
  std::u32string_view rest = text;
  if (rest.starts_with(U'R') || rest.starts_with(U'Р')) rest.remove_prefix(1);
  for (const Word& word : kWords) {
    if (!rest.starts_with(word.text)) continue;
    rest.remove_prefix(word.text.size());
    if (rest.empty()) return Reply{word.answer, std::nullopt};
    std::optional<std::string> reference = read_reference(rest);
    if (!reference) return std::nullopt;
    return Reply{word.answer, std::move(reference)};
  }
  return std::nullopt;
}

std::string new_reference() {
  std::string reference;
  do {
    reference.clear();
    for (std::size_t i = 0; i < kReferenceLength; ++i) {
      const auto bound = static_cast<std::uint32_t>(kReferenceAlphabet.size());
      reference.push_back(kReferenceAlphabet[base::random_below(bound)]);
    }
  } while (!is_reference(reference));
  return reference;
}

bool is_reference(std::string_view text) {
  return text.size() == kReferenceLength &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return kReferenceAlphabet.find(c) != std::string_view::npos; }) &&
         !std::all_of(text.begin(), text.end(), is_digit);
}

}  // namespace mekenjai::edge::sms
