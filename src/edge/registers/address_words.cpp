#include "edge/registers/address_words.hpp"

#include <unordered_set>

namespace mekenjai::edge::registers {
namespace {

/// Reads one code point of valid UTF-8; a wrong byte counts as a character of its own.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (length == 1 || at + length > text.size()) {
    ++at;
    return first;
  }
  char32_t point = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) point = point << 6 | (byte(at + i) & 0x3FU);
  at += length;
  return point;
}

/// Latin for a lower-case letter; nullptr where it is none.
const char* latin_of(char32_t c) {
  switch (c) {
    case U'а':
    case U'ә':
    case U'ä':
    case U'á':
      return "a";
    case U'б':
      return "b";
    case U'в':
      return "v";
    case U'г':
    case U'ғ':
    case U'ğ':
    case U'ǵ':
      return "g";
    case U'д':
      return "d";
    case U'е':
    case U'ё':
    case U'э':
      return "e";
    case U'ж':
      return "j";
    case U'з':
      return "z";
    case U'и':
    case U'й':
    case U'ы':
    case U'і':
    case U'ı':
    case U'í':
      return "i";
    case U'к':
    case U'қ':
      return "k";
    case U'л':
      return "l";
    case U'м':
      return "m";
    case U'н':
    case U'ң':
    case U'ñ':
    case U'ń':
    case U'ŋ':
      return "n";
    case U'о':
    case U'ө':
    case U'ö':
    case U'ó':
      return "o";
    case U'п':
      return "p";
    case U'р':
      return "r";
    case U'с':
      return "s";
    case U'т':
      return "t";
    case U'у':
    case U'ұ':
    case U'ү':
    case U'ü':
    case U'ū':
    case U'ú':
    case U'ý':
      return "u";
    case U'ф':
      return "f";
    case U'х':
    case U'һ':
      return "h";
    case U'ц':
      return "ts";
    case U'ч':
      return "ch";
    case U'ш':
    case U'щ':
    case U'ş':
      return "sh";
    case U'ъ':
    case U'ь':
    case U'ʹ':
    case U'’':
    case U'\'':
    case U'`':
      return "";
    case U'ю':
      return "iu";
    case U'я':
      return "ia";
    default:
      return nullptr;
  }
}

char32_t lower(char32_t c) {
  if (c >= U'A' && c <= U'Z') return c + 32;
  if (c >= U'А' && c <= U'Я') return c + 32;
  if (c >= U'Ѐ' && c <= U'Џ') return c + 80;
  if (c == U'Ä' || c == U'Ö' || c == U'Ü' || c == U'Ñ' || c == U'Á' || c == U'Ó' || c == U'Ú' ||
      c == U'Ý' || c == U'Í') {
    return c + 32;
  }
  if (c == U'İ') return U'i';
  // Kazakh letters and Latin Extended stand in pairs, the capital first.
  switch (c) {
    case U'Ә':
    case U'Ғ':
    case U'Қ':
    case U'Ң':
    case U'Ө':
    case U'Ү':
    case U'Ұ':
    case U'Һ':
    case U'Ğ':
    case U'Ş':
    case U'Ǵ':
    case U'Ń':
    case U'Ŋ':
    case U'Ū':
      return c + 1;
    case U'І':
      return U'і';
    default:
      return c;
  }
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

/// Words that say what sort of thing a name is, in their skeletons: they tell nothing apart.
const std::unordered_set<std::string>& noise() {
  static const std::unordered_set<std::string> words = [] {
    std::unordered_set<std::string> all;
    for (const char* word :
         {"улица",         "ул",        "көшесі",      "көше",       "кош",         "street",
          "str",           "st",        "проспект",    "просп",      "пр",          "даңғылы",
          "даңғыл",        "данг",      "prospekt",    "avenue",     "ave",         "переулок",
          "пер",           "тұйық",     "тұйығы",      "lane",       "микрорайон",  "мкр",
          "мкрн",          "шағын",     "шағынауданы", "ықшам",      "ықшамауданы", "mkr",
          "microdistrict", "аудан",     "ауданы",      "район",      "district",    "город",
          "гор",           "қала",      "қаласы",      "city",       "область",     "обл",
          "облысы",        "region",    "село",        "ауылы",      "ауыл",        "аул",
          "поселок",       "пос",       "кенті",       "кент",       "village",     "бульвар",
          "бульвары",      "гүлзары",   "boulevard",   "имени",      "им",          "атындағы",
          "атын",          "строение",  "стр",         "республика", "казахстан",   "қазақстан",
          "kazakhstan",    "qazaqstan", "рк",          "қр",         "дачное",      "общество",
          "жилой",         "массив"}) {
      all.insert(skeleton(word));
    }
    return all;
  }();
  return words;
}

enum class Marker { none, house, flat, house_or_before, flat_or_before };

/// «дом 12 кв 7» names the number that follows, «12 үй, 7 пәтер» the one before.
Marker marker(const std::string& word) {
  static const std::unordered_map<std::string, Marker> markers = [] {
    std::unordered_map<std::string, Marker> all;
    for (const char* text : {"дом", "д", "house", "bldg", "dom"})
      all[skeleton(text)] = Marker::house;
    for (const char* text :
         {"квартира", "кв", "kv", "flat", "apt", "apartment", "комната", "ком", "room"}) {
      all[skeleton(text)] = Marker::flat;
    }
    for (const char* text : {"үй", "үйі"}) all[skeleton(text)] = Marker::house_or_before;
    for (const char* text : {"пәтер", "пәтері", "бөлме"})
      all[skeleton(text)] = Marker::flat_or_before;
    return all;
  }();
  const auto found = markers.find(word);
  return found == markers.end() ? Marker::none : found->second;
}

/// Runs of letters, and numbers with what belongs to them: "40", "40a", "40/2".
std::vector<std::string> tokens(std::string_view text) {
  std::vector<std::string> all;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t begin = at;
    if (is_letter(text[at])) {
      while (at < text.size() && is_letter(text[at])) ++at;
    } else if (is_digit(text[at])) {
      while (at < text.size() && is_digit(text[at])) ++at;
      // One letter that no other follows is part of the number («40а»), so is a fraction («40/2»).
      if (at < text.size() && is_letter(text[at]) &&
          (at + 1 == text.size() || !is_letter(text[at + 1])) &&
          (at + 1 == text.size() || !is_digit(text[at + 1]))) {
        ++at;
      }
      if (at + 1 < text.size() && text[at] == '/' && is_digit(text[at + 1])) {
        ++at;
        while (at < text.size() && is_digit(text[at])) ++at;
      }
    } else {
      ++at;
      continue;
    }
    all.emplace_back(text.substr(begin, at - begin));
  }
  return all;
}

}  // namespace

std::string skeleton(std::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const char32_t c = lower(next_code_point(utf8, at));
    if ((c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9') || c == U'/') {
      out += static_cast<char>(c);
    } else if (const char* latin = latin_of(c)) {
      out += latin;
    } else {
      out += ' ';
    }
  }
  // Digraphs of the Latin spellings, then letters that they use differently.
  replace_all(out, "shch", "sh");
  replace_all(out, "tsh", "ch");
  replace_all(out, "zh", "j");
  replace_all(out, "kh", "h");
  replace_all(out, "gh", "g");
  replace_all(out, "dj", "j");
  for (char& c : out) {
    if (c == 'q') c = 'k';
    if (c == 'y') c = 'i';
    if (c == 'w') c = 'u';
    if (c == 'x') c = 'h';
  }
  replace_all(out, "ie", "e");
  // Doubled letters count once («Әулиеата» and «Аулие-Ата», "iy" and "й"); digits stay as they are.
  out.erase(
      std::unique(out.begin(), out.end(), [](char a, char b) { return a == b && is_letter(a); }),
      out.end());
  return out;
}

AddressParts address_parts(std::string_view utf8) {
  using Means = AddressParts::Number::Means;
  AddressParts parts;
  Means next = Means::unknown;
  bool after_number = false;  // the token before was a number that nothing has named yet
  for (std::string& token : tokens(skeleton(utf8))) {
    if (is_digit(token[0])) {
      after_number = next == Means::unknown;
      parts.numbers.push_back({std::move(token), std::exchange(next, Means::unknown)});
      continue;
    }
    const Marker says = marker(token);
    if (says == Marker::none) {
      if (token.size() > 1 && !noise().contains(token)) parts.words.push_back(std::move(token));
    } else {
      const bool of_house = says == Marker::house || says == Marker::house_or_before;
      const bool before = says == Marker::house_or_before || says == Marker::flat_or_before;
      Means& named = before && after_number ? parts.numbers.back().means : next;
      named = of_house ? Means::house : Means::flat;
    }
    after_number = false;
  }
  return parts;
}

std::vector<std::string> name_words(std::string_view utf8) {
  std::vector<std::string> words, all = tokens(skeleton(utf8));
  for (const std::string& token : all) {
    if (token.size() > 1 || is_digit(token[0])) {
      if (!noise().contains(token)) words.push_back(token);
    }
  }
  // A name made of nothing but such words («Аул») is a name all the same.
  return words.empty() ? all : words;
}

WordPattern::WordPattern(std::string_view word) : size_(std::min<std::size_t>(word.size(), 64)) {
  for (std::size_t i = 0; i < size_; ++i) {
    rows_of_[static_cast<unsigned char>(word[i])] |= std::uint64_t{1} << i;
  }
}

int WordPattern::distance_to(std::string_view other) const {
  // Bit-parallel: Myers 1999 with the swap of neighbours by Hyyrö 2003. A bit is a row of the
  // matrix.
  if (size_ == 0) return static_cast<int>(other.size());
  const std::uint64_t last = std::uint64_t{1} << (size_ - 1);
  std::uint64_t positive = ~std::uint64_t{0}, negative = 0, diagonal = 0, matched_before = 0;
  int distance = static_cast<int>(size_);
  for (const char c : other.substr(0, 64)) {
    const std::uint64_t matched = rows_of_[static_cast<unsigned char>(c)];
    const std::uint64_t swapped = ((~diagonal & matched) << 1) & matched_before;
    diagonal = (((matched & positive) + positive) ^ positive) | matched | negative | swapped;
    std::uint64_t up = negative | ~(diagonal | positive);
    std::uint64_t down = diagonal & positive;
    distance += (up & last) != 0 ? 1 : 0;
    distance -= (down & last) != 0 ? 1 : 0;
    up = up << 1 | 1;
    down <<= 1;
    positive = down | ~(diagonal | up);
    negative = up & diagonal;
    matched_before = matched;
  }
  return distance;
}

}  // namespace mekenjai::edge::registers
