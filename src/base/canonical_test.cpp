#include "base/canonical.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include <stdexcept>

namespace mekenjai::base {
namespace {

std::string canonical(std::string_view text) { return canonical_json(boost::json::parse(text)); }

TEST(Canonical, EscapesAsTheRfcExample) {
  // RFC 8785, 3.2.2: the string and the literals of the example.
  EXPECT_EQ(canonical(R"({"string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
                          "literals": [null, true, false]})"),
            "{\"literals\":[null,true,false],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

TEST(Canonical, SortsNamesByUtf16CodeUnits) {
  // RFC 8785, 3.2.3: the example of sorting.
  const std::string sorted = canonical(R"({"\u20ac": "Euro Sign", "\r": "Carriage Return",
      "\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One", "\ud83d\ude00": "Emoji: Grinning Face",
      "\u0080": "Control", "\u00f6": "Latin Small Letter O With Diaeresis"})");
  EXPECT_EQ(sorted,
            "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\","
            "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
            "\"😀\":\"Emoji: Grinning Face\",\"\xEF\xAC\xB3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

TEST(Canonical, APrefixComesFirst) {
  EXPECT_EQ(canonical(R"({"ab":1,"a":2,"":3})"), R"({"":3,"a":2,"ab":1})");
}

TEST(Canonical, KeepsTheOrderOfArraysAndNests) {
  EXPECT_EQ(canonical(R"([56, {"d": true, "10": null, "1": []}])"),
            R"([56,{"1":[],"10":null,"d":true}])");
}

TEST(Canonical, WritesEveryControlCharacter) {
  EXPECT_EQ(canonical_string(std::string("\0\x01\b\t\n\x0b\f\r\x1f\x7f", 10)),
            "\"\\u0000\\u0001\\b\\t\\n\\u000b\\f\\r\\u001f\x7f\"");
}

TEST(Canonical, WritesIntegersWithin2To53) {
  EXPECT_EQ(canonical("[0,-1,9007199254740991,-9007199254740991]"),
            "[0,-1,9007199254740991,-9007199254740991]");
  EXPECT_THROW(canonical("9007199254740992"), std::invalid_argument);
  EXPECT_THROW(canonical("18446744073709551615"), std::invalid_argument);
  EXPECT_THROW(canonical("1.5"), std::invalid_argument);
}

TEST(Canonical, RefusesTextThatIsNotUtf8) {
  EXPECT_THROW(canonical_string("\xED\xA0\x80"), std::invalid_argument);
  EXPECT_THROW(canonical_json(boost::json::value(boost::json::string("\xFF"))),
               std::invalid_argument);
}

}  // namespace
}  // namespace mekenjai::base
