#include "i18n/latin.hpp"

#include <array>
#include <stdexcept>
#include <unordered_map>
#include <vector>

#include "base/embedded.hpp"

namespace mekenjai::i18n {
namespace {

struct Row {
  char32_t small, capital;
  std::string_view latin;
};
constexpr Row kLetters[] = {
    {U'а', U'А', "a"},
    {U'ә', U'Ә', "ä"},
    {U'б', U'Б', "b"},
    {U'в', U'В', "v"},
    {U'г', U'Г', "g"},
    {U'ғ', U'Ғ', "ğ"},
    {U'д', U'Д', "d"},
    {U'е', U'Е', "e"},
    {U'ж', U'Ж', "j"},
    {U'з', U'З', "z"},
    {U'и', U'И', "i"},
    {U'й', U'Й', "i"},
    {U'к', U'К', "k"},
    {U'қ', U'Қ', "q"},
    {U'л', U'Л', "l"},
    {U'м', U'М', "m"},
    {U'н', U'Н', "n"},
    {U'ң', U'Ң', "ñ"},
    {U'о', U'О', "o"},
    {U'ө', U'Ө', "ö"},
    {U'п', U'П', "p"},
    {U'р', U'Р', "r"},
    {U'с', U'С', "s"},
    {U'т', U'Т', "t"},
    {U'у', U'У', "u"},
    {U'ұ', U'Ұ', "ū"},
    {U'ү', U'Ү', "ü"},
    {U'ф', U'Ф', "f"},
    {U'х', U'Х', "h"},
    {U'һ', U'Һ', "h"},
    {U'ш', U'Ш', "ş"},
    {U'ы', U'Ы', "y"},
    {U'і', U'І', "ı"},
    // Letters of loanwords and of names from other languages (ADR 0009).
    {U'ё', U'Ё', "ö"},
    {U'ц', U'Ц', "s"},
    {U'ч', U'Ч', "tş"},
    {U'щ', U'Щ', "ş"},
    {U'ъ', U'Ъ', ""},
    {U'ь', U'Ь', ""},
    {U'э', U'Э', "e"},
    {U'ю', U'Ю', "iu"},
    {U'я', U'Я', "ia"},
    // Neighbours, as registers write the names of people who were born there: Ukrainian,
    // Belarusian, Serbian, Macedonian; Tatar, Bashkir, Tajik, Kyrgyz, Uzbek.
    {U'ґ', U'Ґ', "g"},
    {U'є', U'Є', "e"},
    {U'ї', U'Ї', "i"},
    {U'ў', U'Ў', "u"},
    {U'ђ', U'Ђ', "dj"},
    {U'ѓ', U'Ѓ', "g"},
    {U'ѕ', U'Ѕ', "dz"},
    {U'ј', U'Ј', "i"},
    {U'љ', U'Љ', "l"},
    {U'њ', U'Њ', "n"},
    {U'ћ', U'Ћ', "tş"},
    {U'ќ', U'Ќ', "k"},
    {U'ѐ', U'Ѐ', "e"},
    {U'ѝ', U'Ѝ', "i"},
    {U'џ', U'Џ', "dj"},
    {U'җ', U'Җ', "j"},
    {U'ҙ', U'Ҙ', "z"},
    {U'ҡ', U'Ҡ', "q"},
    {U'ҫ', U'Ҫ', "s"},
    {U'ҳ', U'Ҳ', "h"},
    {U'ҷ', U'Ҷ', "j"},
    {U'ӣ', U'Ӣ', "i"},
    {U'ӯ', U'Ӯ', "ū"},
    {U'ҥ', U'Ҥ', "ñ"},
    {U'ӑ', U'Ӑ', "a"},
    {U'ӗ', U'Ӗ', "e"},
    {U'ӳ', U'Ӳ', "ü"},
};

// Cyrillic and its supplement: two bytes in UTF-8, the first of them D0 to D4.
constexpr char32_t kFirst = 0x400, kEnd = 0x530;

std::string_view capital_of(std::string_view letter) {
  static constexpr std::pair<std::string_view, std::string_view> kCapitals[] = {
      {"ä", "Ä"}, {"ğ", "Ğ"}, {"i", "İ"}, {"ı", "I"}, {"ñ", "Ñ"},
      {"ö", "Ö"}, {"ş", "Ş"}, {"ū", "Ū"}, {"ü", "Ü"}};
  static constexpr std::string_view kSmall = "abcdefghjklmnopqrstuvwxyz",
                                    kLarge = "ABCDEFGHJKLMNOPQRSTUVWXYZ";
  for (const auto& [small, capital] : kCapitals) {
    if (letter == small) return capital;
  }
  const std::size_t at = kSmall.find(letter);
  return at == std::string_view::npos ? letter : kLarge.substr(at, 1);
}

std::size_t length_of_first(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  return std::min<std::size_t>(first < 0xC0   ? 1
                               : first < 0xE0 ? 2
                               : first < 0xF0 ? 3
                                              : 4,
                               text.size());
}

/// "ia" as "İa" or, `all` of it, as "İA".
std::string with_capital(std::string_view latin, bool all) {
  std::string out;
  for (bool first = true; !latin.empty(); first = false) {
    const std::string_view letter = latin.substr(0, length_of_first(latin));
    out += first || all ? capital_of(letter) : letter;
    latin.remove_prefix(letter.size());
  }
  return out;
}

struct Letter {
  char32_t small = 0;  // 0: no letter that we know
  bool capital = false;
  std::string_view latin;
};

const Letter& known(char32_t code) {
  static const std::array<Letter, kEnd - kFirst> all = [] {
    std::array<Letter, kEnd - kFirst> made{};
    for (const Row& row : kLetters) {
      made[row.small - kFirst] = {row.small, false, row.latin};
      made[row.capital - kFirst] = {row.small, true, row.latin};
    }
    return made;
  }();
  return all[code - kFirst];
}

/// The Cyrillic letter at the start of a text; nothing where there is none.
const Letter* cyrillic(std::string_view text) {
  if (text.size() < 2) return nullptr;
  const auto first = static_cast<unsigned char>(text[0]),
             second = static_cast<unsigned char>(text[1]);
  if (first < 0xD0 || first > 0xD4 || (second & 0xC0) != 0x80) return nullptr;
  const char32_t code = static_cast<char32_t>(first & 0x1F) << 6 | (second & 0x3FU);
  if (code >= kEnd) return nullptr;
  const Letter& letter = known(code);
  return letter.small == 0 ? nullptr : &letter;
}

using Word = std::vector<const Letter*>;

/// Words and beginnings of words that are written otherwise than the rule says, by their first two
/// letters.
class Exceptions {
 public:
  struct Entry {
    std::u32string cyrillic;
    std::string latin;
    bool stem;  // any ending may follow
  };

  static const Exceptions& all() {
    static const Exceptions exceptions;
    return exceptions;
  }

  /// The longest that fits; nothing where none does.
  const Entry* find(const Word& word) const {
    if (word.size() < 2) return nullptr;
    const auto entries = by_start_.find(start(word[0]->small, word[1]->small));
    if (entries == by_start_.end()) return nullptr;
    const Entry* best = nullptr;
    for (const Entry& entry : entries->second) {
      if (fits(entry, word) && (best == nullptr || best->cyrillic.size() < entry.cyrillic.size()))
        best = &entry;
    }
    return best;
  }

 private:
  Exceptions() {
    for (const embedded::File& file : embedded::latin_words()) {
      std::string_view rest = file.content;
      while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (!line.empty() && line.front() != '#') add(line);
      }
    }
  }

  /// "пароль* = paröl"
  void add(std::string_view line) {
    const std::size_t sign = line.find(" = ");
    if (sign == std::string_view::npos)
      throw std::runtime_error("no ' = ' in words.txt: " + std::string(line));
    std::string_view left = line.substr(0, sign);
    Entry entry{{}, std::string(line.substr(sign + 3)), left.ends_with('*')};
    if (entry.stem) left.remove_suffix(1);
    for (const Letter* letter = cyrillic(left); letter != nullptr; letter = cyrillic(left)) {
      entry.cyrillic += letter->small;
      left.remove_prefix(2);
    }
    if (!left.empty() || entry.cyrillic.size() < 2) {
      throw std::runtime_error("not a Cyrillic word in words.txt: " + std::string(line));
    }
    by_start_[start(entry.cyrillic[0], entry.cyrillic[1])].push_back(std::move(entry));
  }

  static bool fits(const Entry& entry, const Word& word) {
    if (entry.stem ? word.size() < entry.cyrillic.size() : word.size() != entry.cyrillic.size())
      return false;
    for (std::size_t i = 0; i < entry.cyrillic.size(); ++i) {
      if (entry.cyrillic[i] != word[i]->small) return false;
    }
    return true;
  }

  static std::uint64_t start(char32_t first, char32_t second) {
    return static_cast<std::uint64_t>(first) << 32 | second;
  }

  std::unordered_map<std::uint64_t, std::vector<Entry>> by_start_;
};

/// Whether the letters around say that the word is in capitals: "ИЯ", not "Ия"; a single letter is
/// not.
bool among_capitals(const Word& word, std::size_t at) {
  if (at + 1 < word.size()) return word[at + 1]->capital;
  return at > 0 && word[at - 1]->capital;
}

/// What one letter becomes where it stands.
std::string_view latin_at(const Word& word, std::size_t at) {
  const char32_t before = at == 0 ? 0 : word[at - 1]->small;
  const bool after_i = before == U'и' || before == U'й';
  switch (word[at]->small) {
    case U'й':  // Дмитрий, сценарий: one i
      return before == U'и' ? std::string_view() : "i";
    case U'я':  // редакция, сияқты: redaksia, siaqty
      return after_i ? "a" : "ia";
    case U'ю':
      return after_i ? "u" : "iu";
    case U'ц':  // сценарий
      return before == U'с' ? std::string_view() : "s";
    default:
      return word[at]->latin;
  }
}

void write(std::string& out, const Word& word) {
  std::size_t at = 0;
  if (const Exceptions::Entry* exception = Exceptions::all().find(word)) {
    at = exception->cyrillic.size();
    out += word[0]->capital ? with_capital(exception->latin, among_capitals(word, 0))
                            : exception->latin;
  }
  for (; at < word.size(); ++at) {
    const std::string_view latin = latin_at(word, at);
    if (word[at]->capital) {
      out += with_capital(latin, among_capitals(word, at));
    } else {
      out += latin;
    }
  }
}

}  // namespace

std::string to_latin(std::string_view kazakh) {
  std::string latin;
  latin.reserve(kazakh.size());
  Word word;
  while (!kazakh.empty()) {
    std::size_t plain = 0;
    while (plain < kazakh.size() && cyrillic(kazakh.substr(plain)) == nullptr) ++plain;
    latin += kazakh.substr(0, plain);
    kazakh.remove_prefix(plain);
    word.clear();
    for (const Letter* letter = cyrillic(kazakh); letter != nullptr; letter = cyrillic(kazakh)) {
      word.push_back(letter);
      kazakh.remove_prefix(2);
    }
    if (!word.empty()) write(latin, word);
  }
  return latin;
}

bool has_cyrillic(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (cyrillic(text.substr(i)) != nullptr) return true;
  }
  return false;
}

}  // namespace mekenjai::i18n
