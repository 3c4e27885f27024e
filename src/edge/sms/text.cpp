#include "edge/sms/text.hpp"

#include <array>
#include <optional>
#include <unordered_map>

namespace mekenjai::edge::sms {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::uint8_t kEscape = 0x1B;

// 3GPP 23.038, 6.2.1; place = code. The escape stands at 1B.
constexpr std::u32string_view kGsm =
    U"@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    U"¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
static_assert(kGsm.size() == 128);

struct Extended {
  std::uint8_t code;
  char32_t character;
};
// 3GPP 23.038, 6.2.1.1.
constexpr std::array<Extended, 10> kExtension{{{0x0A, 0x0C},
                                               {0x14, U'^'},
                                               {0x28, U'{'},
                                               {0x29, U'}'},
                                               {0x2F, U'\\'},
                                               {0x3C, U'['},
                                               {0x3D, U'~'},
                                               {0x3E, U']'},
                                               {0x40, U'|'},
                                               {0x65, U'€'}}};

// For each character its code; from the extension table with the escape in the high octet.
const std::unordered_map<char32_t, std::uint16_t>& gsm_codes() {
  static const std::unordered_map<char32_t, std::uint16_t> codes = [] {
    std::unordered_map<char32_t, std::uint16_t> made;
    for (std::size_t i = 0; i < kGsm.size(); ++i) {
      if (i != kEscape) made.emplace(kGsm[i], static_cast<std::uint16_t>(i));
    }
    for (const Extended& e : kExtension) {
      made.emplace(e.character, static_cast<std::uint16_t>(kEscape << 8 | e.code));
    }
    return made;
  }();
  return codes;
}

std::optional<std::uint16_t> gsm_code(char32_t character) {
  const auto found = gsm_codes().find(character);
  if (found == gsm_codes().end()) return std::nullopt;
  return found->second;
}

// Valid UTF-8 is the caller's duty; a wrong octet becomes U+FFFD rather than a fault.
std::u32string from_utf8(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const std::size_t length = lead < 0x80       ? 1
                               : lead >> 5 == 6  ? 2
                               : lead >> 4 == 14 ? 3
                               : lead >> 3 == 30 ? 4
                                                 : 0;
    if (length == 0 || i + length > text.size()) {
      out.push_back(kReplacement);
      ++i;
      continue;
    }
    char32_t character = length == 1 ? lead : lead & (0x7FU >> length);
    bool valid = true;
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<std::uint8_t>(text[i + k]);
      valid = valid && (next & 0xC0U) == 0x80U;
      character = character << 6 | (next & 0x3FU);
    }
    out.push_back(valid && character <= 0x10FFFF ? character : kReplacement);
    i += valid ? length : 1;
  }
  return out;
}

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&out](char32_t octet) { out.push_back(static_cast<char>(octet)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

// A character as it goes out: one or two units that must stay in one part.
struct Piece {
  std::size_t units;
  std::string octets;
};

Piece gsm_piece(char32_t c) {
  const std::uint16_t code = *gsm_code(c);
  if (code < 0x100) return {1, std::string(1, static_cast<char>(code))};
  return {2, {static_cast<char>(kEscape), static_cast<char>(code & 0xFF)}};
}

Piece ucs2_piece(char32_t c) {
  const auto unit = [](std::string& out, char32_t u) {
    out.push_back(static_cast<char>(u >> 8));
    out.push_back(static_cast<char>(u));
  };
  Piece piece{1, {}};
  if (c >= 0xD800 && c <= 0xDFFF) c = kReplacement;
  if (c >= 0x10000) {
    piece.units = 2;
    unit(piece.octets, 0xD800 + ((c - 0x10000) >> 10));
    unit(piece.octets, 0xDC00 + ((c - 0x10000) & 0x3FF));
  } else {
    unit(piece.octets, c);
  }
  return piece;
}

std::vector<std::string> cut(const std::u32string& text, bool gsm) {
  std::vector<Piece> pieces;
  pieces.reserve(text.size());
  std::size_t units = 0;
  for (const char32_t c : text) {
    pieces.push_back(gsm ? gsm_piece(c) : ucs2_piece(c));
    units += pieces.back().units;
  }
  const bool single = units <= (gsm ? kGsmSingle : kUcs2Single);
  const std::size_t room = single ? units : (gsm ? kGsmPart : kUcs2Part);
  std::vector<std::string> parts(1);
  std::size_t used = 0;
  for (const Piece& piece : pieces) {
    if (used + piece.units > room) {
      if (parts.size() == kMaxParts) break;
      parts.emplace_back();
      used = 0;
    }
    parts.back() += piece.octets;
    used += piece.units;
  }
  return parts;
}

bool fits_gsm(const std::u32string& text) {
  for (const char32_t c : text) {
    if (!gsm_code(c)) return false;
  }
  return true;
}

std::string decode_gsm(std::string_view octets) {
  std::string out;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    const auto code = static_cast<std::uint8_t>(octets[i]);
    if (code == kEscape) {
      char32_t found = kReplacement;
      if (i + 1 < octets.size()) {
        const auto next = static_cast<std::uint8_t>(octets[++i]);
        for (const Extended& e : kExtension) {
          if (e.code == next) found = e.character;
        }
      }
      append_utf8(out, found);
    } else {
      append_utf8(out, code < kGsm.size() ? kGsm[code] : kReplacement);
    }
  }
  return out;
}

std::string decode_ucs2(std::string_view octets) {
  std::string out;
  char32_t high = 0;
  for (std::size_t i = 0; i < octets.size(); i += 2) {
    char32_t unit = kReplacement;
    if (i + 1 < octets.size()) {
      unit = static_cast<char32_t>(static_cast<std::uint8_t>(octets[i])) << 8 |
             static_cast<std::uint8_t>(octets[i + 1]);
    }
    const bool low = unit >= 0xDC00 && unit <= 0xDFFF;
    if (high != 0) {
      append_utf8(out, low ? 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00) : kReplacement);
      high = 0;
      if (low) continue;
    }
    if (unit >= 0xD800 && unit <= 0xDBFF) {
      high = unit;
    } else {
      append_utf8(out, low ? kReplacement : unit);
    }
  }
  if (high != 0) append_utf8(out, kReplacement);
  return out;
}

std::string decode_octets(std::string_view octets, char32_t (*character)(std::uint8_t)) {
  std::string out;
  for (const char c : octets) append_utf8(out, character(static_cast<std::uint8_t>(c)));
  return out;
}

char32_t latin1(std::uint8_t octet) { return octet; }

char32_t iso_8859_5(std::uint8_t octet) {
  if (octet <= 0xA0 || octet == 0xAD) return octet;
  if (octet == 0xF0) return U'№';
  if (octet == 0xFD) return U'§';
  return 0x360U + octet;
}

enum class Alphabet { gsm, latin, cyrillic, ucs2 };

Alphabet alphabet_of(std::uint8_t data_coding) {
  switch (data_coding) {
    case 0x00:
      return Alphabet::gsm;
    case 0x06:
      return Alphabet::cyrillic;
    case 0x08:
      return Alphabet::ucs2;
    default:
      break;
  }
  if (data_coding < 0x10) return Alphabet::latin;  // IA5, Latin 1, octets
  if (data_coding < 0x40) {                        // 3GPP 23.038, general data coding with a class
    const int kind = data_coding >> 2 & 3;
    return kind == 2 ? Alphabet::ucs2 : kind == 0 ? Alphabet::gsm : Alphabet::latin;
  }
  if (data_coding >= 0xF0) return (data_coding & 0x04) != 0 ? Alphabet::latin : Alphabet::gsm;
  return data_coding >= 0xE0 ? Alphabet::ucs2 : Alphabet::gsm;
}

// Cyrillic small letters by code; the capitals follow from them.
const std::unordered_map<char32_t, std::string_view>& small_letters() {
  static const std::unordered_map<char32_t, std::string_view> letters{
      {U'а', "a"},
      {U'ә', "a"},
      {U'б', "b"},
      {U'в', "v"},
      {U'г', "g"},
      {U'ғ', "g"},
      {U'д', "d"},
      {U'е', "e"},
      {U'ё', "io"},
      {U'ж', "j"},
      {U'з', "z"},
      {U'и', "i"},
      {U'й', "i"},
      {U'к', "k"},
      {U'қ', "q"},
      {U'л', "l"},
      {U'м', "m"},
      {U'н', "n"},
      {U'ң', "n"},
      {U'о', "o"},
      {U'ө', "o"},
      {U'п', "p"},
      {U'р', "r"},
      {U'с', "s"},
      {U'т', "t"},
      {U'у', "u"},
      {U'ұ', "u"},
      {U'ү', "u"},
      {U'ф', "f"},
      {U'х', "h"},
      {U'һ', "h"},
      {U'ц', "ts"},
      {U'ч', "ch"},
      {U'ш', "sh"},
      {U'щ', "sh"},
      {U'ъ', ""},
      {U'ы', "y"},
      {U'і', "i"},
      {U'ь', ""},
      {U'э', "e"},
      {U'ю', "iu"},
      {U'я', "ia"},
      // Kazakh Latin of 2021, as a name may be written in a register.
      {U'ğ', "g"},
      {U'ı', "i"},
      {U'ñ', "n"},
      {U'ş', "sh"},
      {U'ū', "u"},
      // Letters of neighbours in the registers' names.
      {U'ї', "i"},
      {U'є', "e"},
      {U'ґ', "g"},
      {U'ў', "u"},
      {U'ҳ', "h"},
      {U'ӯ', "u"},
  };
  return letters;
}

const std::unordered_map<char32_t, char32_t>& small_of_capital() {
  static const std::unordered_map<char32_t, char32_t> pairs = [] {
    std::unordered_map<char32_t, char32_t> made{
        {U'Ё', U'ё'}, {U'Ә', U'ә'}, {U'Ғ', U'ғ'}, {U'Қ', U'қ'}, {U'Ң', U'ң'},
        {U'Ө', U'ө'}, {U'Ұ', U'ұ'}, {U'Ү', U'ү'}, {U'Һ', U'һ'}, {U'І', U'і'},
        {U'Ğ', U'ğ'}, {U'Ñ', U'ñ'}, {U'Ş', U'ş'}, {U'Ū', U'ū'}, {U'Ї', U'ї'},
        {U'Є', U'є'}, {U'Ґ', U'ґ'}, {U'Ў', U'ў'}, {U'Ҳ', U'ҳ'}, {U'Ӯ', U'ӯ'},
    };
    for (char32_t c = U'А'; c <= U'Я'; ++c) made.emplace(c, c + (U'а' - U'А'));
    for (char32_t c = U'A'; c <= U'Z'; ++c) made.emplace(c, c + (U'a' - U'A'));
    return made;
  }();
  return pairs;
}

bool is_capital(char32_t c) { return small_of_capital().contains(c); }

std::string_view sign(char32_t c) {
  switch (c) {
    case U'«':
    case U'»':
    case U'“':
    case U'”':
    case U'„':
      return "\"";
    case U'‘':
    case U'’':
      return "'";
    case U'–':
    case U'—':
    case U'−':
    case 0x2011:  // hyphen that does not break
      return "-";
    case U'…':
      return "...";
    case U'№':
      return "No";
    case U'₸':
      return "tg";
    case 0x00A0:  // spaces that do not break
    case 0x202F:
    case 0x2009:
      return " ";
    case U'²':
      return "2";
    case U'İ':
      return "I";
    default:
      return {};
  }
}

void append_capitalised(std::string& out, std::string_view letters, bool all_capitals) {
  for (std::size_t i = 0; i < letters.size(); ++i) {
    const bool raise = i == 0 || all_capitals;
    out.push_back(raise ? static_cast<char>(letters[i] - 'a' + 'A') : letters[i]);
  }
}

}  // namespace

Encoded encode(std::string_view utf8) {
  const std::u32string text = from_utf8(utf8);
  const bool gsm = fits_gsm(text);
  return Encoded{gsm ? Coding::gsm7 : Coding::ucs2, cut(text, gsm)};
}

std::size_t count_parts(std::string_view utf8) { return encode(utf8).parts.size(); }

std::string decode(std::uint8_t data_coding, std::string_view octets) {
  switch (alphabet_of(data_coding)) {
    case Alphabet::gsm:
      return decode_gsm(octets);
    case Alphabet::ucs2:
      return decode_ucs2(octets);
    case Alphabet::cyrillic:
      return decode_octets(octets, iso_8859_5);
    case Alphabet::latin:
      break;
  }
  return decode_octets(octets, latin1);
}

std::string transliterate(std::string_view utf8) {
  const std::u32string text = from_utf8(utf8);
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    const auto capital = small_of_capital().find(c);
    const char32_t small = capital == small_of_capital().end() ? c : capital->second;
    const auto letter = small_letters().find(small);
    if (letter != small_letters().end()) {
      if (small == c) {
        out += letter->second;
      } else {
        const bool shouted =
            (i + 1 < text.size() && is_capital(text[i + 1])) || (i > 0 && is_capital(text[i - 1]));
        append_capitalised(out, letter->second, shouted);
      }
    } else if (const std::string_view replaced = sign(c); !replaced.empty()) {
      out += replaced;
    } else if (gsm_code(c)) {
      append_utf8(out, c);
    } else {
      out += '?';
    }
  }
  return out;
}

}  // namespace mekenjai::edge::sms
