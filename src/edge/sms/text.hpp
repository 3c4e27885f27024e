// The alphabets of SMS: GSM 03.38 and UCS-2, the cutting into parts, and the Latin spelling of
// Kazakh and Russian in which the state writes its own messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mekenjai::edge::sms {

/// data_coding of SMPP 3.4, 5.2.19, as far as we send it.
enum class Coding : std::uint8_t { gsm7 = 0, ucs2 = 8 };

/// Characters of a message in one part, and of each part of a longer one (3GPP 23.038, 23.040:
/// six octets go to the header that joins the parts).
inline constexpr std::size_t kGsmSingle = 160;
inline constexpr std::size_t kGsmPart = 153;
inline constexpr std::size_t kUcs2Single = 70;
inline constexpr std::size_t kUcs2Part = 67;
/// More parts than this cannot be numbered.
inline constexpr std::size_t kMaxParts = 255;

/// A text ready to send. GSM 03.38 is one octet a character (two for the extension table), UCS-2
/// is big-endian. Parts carry no header.
struct Encoded {
  Coding coding = Coding::gsm7;
  std::vector<std::string> parts;
};

/// GSM 03.38 where it has every character, UCS-2 otherwise. Neither an escape nor a surrogate pair
/// is cut. An empty text is one empty part; what goes beyond `kMaxParts` is left away.
Encoded encode(std::string_view utf8);
/// How many parts `encode` makes.
std::size_t count_parts(std::string_view utf8);

/// The text of octets by their data_coding (SMPP 3.4, 5.2.19; the groups of 3GPP 23.038 too).
/// Octets without meaning become U+FFFD; a half surrogate pair too.
std::string decode(std::uint8_t data_coding, std::string_view octets);

/// Kazakh and Russian Cyrillic, Kazakh Latin of 2021 and the usual typographic signs in GSM 03.38.
/// The spelling of 1414's own notices: "Жеке куәлігіңіз" is "Jeke kualiginiz". One letter becomes
///   а a  ә a  б b  в v  г g  ғ g  д d  е e  ё io ж j  з z  и i  й i  к k  қ q  л l  м m  н n
///   ң n  о o  ө o  п p  р r  с s  т t  у u  ұ u  ү u  ф f  х h  һ h  ц ts ч ch ш sh щ sh ъ -
///   ы y  і i  ь -  э e  ю iu я ia
/// (- is nothing). A pair after a capital is "Sh", inside capitals "SH". « » become ", dashes -,
/// № No, ₸ tg, … three full stops. A character that GSM 03.38 does not have becomes ?.
std::string transliterate(std::string_view utf8);

}  // namespace mekenjai::edge::sms
