#include "edge/sms/text.hpp"

#include <gmock/gmock.h>

#include "base/bytes.hpp"

namespace mekenjai::edge::sms {
namespace {

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

std::string round_trip(std::string_view text) {
  const Encoded encoded = encode(text);
  std::string octets;
  for (const std::string& part : encoded.parts) octets += part;
  return decode(static_cast<std::uint8_t>(encoded.coding), octets);
}

TEST(Encode, ChoosesGsmWhereItCan) {
  EXPECT_EQ(encode("R 1 ABC234").coding, Coding::gsm7);
  EXPECT_EQ(encode("@£$ Ññ Ω €[]").coding, Coding::gsm7);
  EXPECT_EQ(encode("Иә").coding, Coding::ucs2);
  EXPECT_EQ(encode("`").coding, Coding::ucs2);
  EXPECT_EQ(encode("").parts, std::vector<std::string>{""});
}

TEST(Encode, ExtensionCharactersTakeTwoOctets) {
  EXPECT_EQ(encode("Ok{}").parts.front(), "Ok\x1b\x28\x1b\x29");
  EXPECT_EQ(encode("@").parts.front(), std::string(1, '\0'));
  EXPECT_EQ(base::to_hex(encode("Иә").parts.front()), "041804d9");
  EXPECT_EQ(base::to_hex(encode("😀").parts.front()), "d83dde00");
}

TEST(Encode, LengthsOfParts) {
  EXPECT_EQ(count_parts(repeated("a", 160)), 1U);
  EXPECT_EQ(count_parts(repeated("a", 161)), 2U);
  EXPECT_EQ(count_parts(repeated("a", 306)), 2U);
  EXPECT_EQ(count_parts(repeated("a", 307)), 3U);
  EXPECT_EQ(count_parts(repeated("€", 80)), 1U);
  EXPECT_EQ(count_parts(repeated("€", 81)), 2U);
  EXPECT_EQ(count_parts(repeated("ә", 70)), 1U);
  EXPECT_EQ(count_parts(repeated("ә", 71)), 2U);
  EXPECT_EQ(count_parts(repeated("ә", 134)), 2U);
  EXPECT_EQ(count_parts(repeated("ә", 135)), 3U);
  EXPECT_EQ(encode(repeated("a", 161)).parts.front().size(), kGsmPart);
  EXPECT_EQ(encode(repeated("ә", 71)).parts.front().size(), 2 * kUcs2Part);
}

TEST(Encode, NeverCutsAPair) {
  const Encoded gsm = encode(repeated("a", 152) + repeated("{", 10));
  ASSERT_EQ(gsm.parts.size(), 2U);
  EXPECT_EQ(gsm.parts[0].size(), 152U);
  EXPECT_EQ(gsm.parts[1].substr(0, 2), "\x1b\x28");

  const Encoded ucs2 = encode(repeated("ә", 66) + repeated("😀", 5));
  ASSERT_EQ(ucs2.parts.size(), 2U);
  EXPECT_EQ(ucs2.parts[0].size(), 2U * 66);
  EXPECT_EQ(base::to_hex(ucs2.parts[1].substr(0, 4)), "d83dde00");
}

TEST(Decode, IsTheWayBack) {
  for (const std::string_view text :
       {"Ok {}[]~|\\^€", "Иә 1", "Әкеңнің үйі ғой, һәм өңір", "😀 smile", "Ünïcode\nтест"}) {
    EXPECT_EQ(round_trip(text), text);
  }
}

TEST(Decode, OtherCodings) {
  EXPECT_EQ(decode(3, "\xe9"), "é");
  EXPECT_EQ(decode(1, "abc"), "abc");
  EXPECT_EQ(decode(6, "\xb4\xd0"), "Да");
  EXPECT_EQ(decode(0x18, *base::from_hex("0418")), "И");  // UCS-2 of class 0
  EXPECT_EQ(decode(0x10, std::string(1, '\0')), "@");     // GSM of class 0
  EXPECT_EQ(decode(0xF0, "a"), "a");
}

TEST(Decode, NonsenseBecomesAReplacementCharacter) {
  EXPECT_EQ(decode(0, "\x1b"), "\xef\xbf\xbd");
  EXPECT_EQ(decode(0, "\xff"), "\xef\xbf\xbd");
  EXPECT_EQ(decode(8, *base::from_hex("d83d0041")),
            "\xef\xbf\xbd"
            "A");
  EXPECT_EQ(decode(8, *base::from_hex("0041ff")), "A\xef\xbf\xbd");
}

struct Spelling {
  std::string_view cyrillic;
  std::string_view latin;
};

TEST(Transliterate, SpellsAsTheStateDoes) {
  const std::vector<Spelling> spellings{
      {"Сіздің жеке куәлігіңіздің жарамдылық мерзімі 30 күннен кейін аяқталады",
       "Sizdin jeke kualiginizdin jaramdylyq merzimi 30 kunnen keiin aiaqtalady"},
      {"Айгерім С.", "Aigerim S."},
      {"Қайда тұрасыз?", "Qaida turasyz?"},
      {"Шымкент, ШЫМКЕНТ, Щучинск", "Shymkent, SHYMKENT, Shuchinsk"},
      {"Юлия Я.", "Iuliia Ia."},
      {"объезд, весь", "obezd, ves"},
      {"Һәм Ғ Ү Ұ Ө Ң", "Ham G U U O N"},
      {"Ёлка и цех, жизнь", "Iolka i tseh, jizn"},
      {"«Мекенжай» – № 5…", "\"Mekenjai\" - No 5..."},
      {"Şymkent, Qazaqstan", "Shymkent, Qazaqstan"},
      {"Latin stays: {R 1}", "Latin stays: {R 1}"},
      {"漢", "?"},
  };
  for (const Spelling& s : spellings) {
    EXPECT_EQ(transliterate(s.cyrillic), s.latin);
    EXPECT_EQ(encode(transliterate(s.cyrillic)).coding, Coding::gsm7) << s.cyrillic;
  }
}

TEST(Transliterate, KnowsEveryLetterOfBothAlphabets) {
  const std::string_view letters =
      "АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯаәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя";
  const std::string latin = transliterate(letters);
  EXPECT_EQ(latin.find('?'), std::string::npos) << latin;
  EXPECT_EQ(encode(latin).coding, Coding::gsm7);
}

}  // namespace
}  // namespace mekenjai::edge::sms
