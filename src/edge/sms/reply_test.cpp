#include "edge/sms/reply.hpp"

#include <set>

#include <gmock/gmock.h>

namespace mekenjai::edge::sms {
namespace {

using Answer = Reply::Answer;

struct Case {
  std::string_view text;
  Answer answer;
  std::string_view reference;  // "" = none
};

TEST(Reply, WhatPeopleWrite) {
  const std::vector<Case> cases{
      {"R 1 ABC234", Answer::grant, "ABC234"},
      {"R 2 ABC234", Answer::refuse, "ABC234"},
      {"R 3 ABC234", Answer::fraud, "ABC234"},
      {"r 1 abc234", Answer::grant, "ABC234"},
      {"R1ABC234", Answer::grant, "ABC234"},
      {" R  1   abc 234 ", Answer::grant, "ABC234"},
      {"R\n1\tABC234", Answer::grant, "ABC234"},
      {"R\u00A01\u00A0ABC234", Answer::grant, "ABC234"},
      {"Р 1 ABC234", Answer::grant, "ABC234"},  // Cyrillic Р
      {"р 2 abc234", Answer::refuse, "ABC234"},
      {"1 ABC234", Answer::grant, "ABC234"},
      {"1ABC234", Answer::grant, "ABC234"},
      {"R134567A", Answer::grant, "34567A"},  // the answer touches digits
      {"1", Answer::grant, ""},
      {"R 2", Answer::refuse, ""},
      {"3", Answer::fraud, ""},
      {"р3", Answer::fraud, ""},
      {"ИӘ", Answer::grant, ""},
      {"иә ABC234", Answer::grant, "ABC234"},
      {"Ия", Answer::grant, ""},
      {"да", Answer::grant, ""},
      {"ДА ABC234", Answer::grant, "ABC234"},
      {"Yes", Answer::grant, ""},
      {"ia abc234", Answer::grant, "ABC234"},
      {"DA", Answer::grant, ""},
      {"ЖОҚ", Answer::refuse, ""},
      {"жоқ", Answer::refuse, ""},
      {"жок", Answer::refuse, ""},
      {"Нет ABC234", Answer::refuse, "ABC234"},
      {"no", Answer::refuse, ""},
      {"NO ABC234", Answer::refuse, "ABC234"},
      {"joq", Answer::refuse, ""},
      {"net", Answer::refuse, ""},
      {"R ИӘ ABC234", Answer::grant, "ABC234"},
  };
  for (const Case& c : cases) {
    const auto reply = parse_reply(c.text);
    ASSERT_TRUE(reply.has_value()) << c.text;
    EXPECT_EQ(reply->answer, c.answer) << c.text;
    EXPECT_EQ(reply->reference.value_or(""), c.reference) << c.text;
  }
}

TEST(Reply, CyrillicLettersInAReferenceAreTheLatinOnesTheyLookLike) {
  EXPECT_EQ(parse_reply("R 1 АВСЕНК")->reference, "ABCEHK");
  EXPECT_EQ(parse_reply("р 1 авсенк")->reference, "ABCEHK");
  EXPECT_EQ(parse_reply("1 МРТХУ2")->reference, "MPTXY2");
}

TEST(Reply, LookAlikesThatAreNeverIssuedAreRead) {
  EXPECT_EQ(parse_reply("R 1 SZ8GUA")->reference, "52B6VA");
}

TEST(Reply, AnythingElseIsNoAnswer) {
  for (const std::string_view text : {"",
                                      " ",
                                      "R",
                                      "Р",
                                      "ABC234",
                                      "R ABC234",
                                      "2ABC34",
                                      "R 4 ABC234",
                                      "0",
                                      "R 0 ABC234",
                                      "R 1 ABC23",
                                      "R 1 ABC2345",
                                      "R 1 ABC234 R 2 ABC234",
                                      "R 1 ABC234!",
                                      "12",
                                      "11",
                                      "R 12",
                                      "1 2",
                                      "да нет",
                                      "ДА, согласен",
                                      "не",
                                      "не да",
                                      "Кто это?",
                                      "yes please",
                                      "R R 1 ABC234",
                                      "1 ABC0O1",
                                      "R 1 ОIL234",
                                      "noo",
                                      "жоққ",
                                      "иә иә",
                                      "\xff\xfe",
                                      "R 1 \xd0",
                                      "+1",
                                      "1.",
                                      "STOP",
                                      "123456",
                                      "R 1 漢字漢字漢字"}) {
    EXPECT_FALSE(parse_reply(text).has_value()) << text;
  }
}

TEST(Reply, SixDigitsAfterAnAnswerAreACodeNotAReference) {
  EXPECT_FALSE(parse_reply("1 234567").has_value());
  EXPECT_FALSE(parse_reply("R 1 234567").has_value());
  EXPECT_FALSE(parse_reply("ДА 888888").has_value());
  EXPECT_FALSE(parse_reply("1234567").has_value());
}

TEST(Reply, ALetterOfTenPagesCostsNothing) {
  EXPECT_FALSE(parse_reply(std::string(1'000'000, '1')).has_value());
}

TEST(Reply, NoBareReferenceIsEverAnAnswer) {
  for (int i = 0; i < 20'000; ++i) {
    const std::string reference = new_reference();
    EXPECT_FALSE(parse_reply(reference).has_value()) << reference;
    EXPECT_FALSE(parse_reply("R" + reference).has_value()) << reference;
  }
}

TEST(Reference, IsOfItsAlphabetHasALetterAndComesBack) {
  std::set<std::string> seen;
  for (int i = 0; i < 5'000; ++i) {
    const std::string reference = new_reference();
    EXPECT_TRUE(is_reference(reference)) << reference;
    EXPECT_TRUE(std::any_of(reference.begin(), reference.end(),
                            [](char c) { return c >= 'A' && c <= 'Z'; }));
    EXPECT_EQ(parse_reply("R 3 " + reference), (Reply{Answer::fraud, reference}));
    seen.insert(reference);
  }
  EXPECT_GT(seen.size(), 4'990U);
  EXPECT_FALSE(is_reference("234567"));
  EXPECT_FALSE(is_reference("ABC23"));
  EXPECT_FALSE(is_reference("ABC23O"));
}

TEST(Reference, AlphabetHasNoLookAlikes) {
  for (const std::string_view alike : {"O0Q", "I1L", "5S", "2Z", "6G", "8B", "UV"}) {
    const auto kept = std::count_if(alike.begin(), alike.end(), [](char c) {
      return kReferenceAlphabet.find(c) != std::string_view::npos;
    });
    EXPECT_LE(kept, 1) << alike;
  }
}

}  // namespace
}  // namespace mekenjai::edge::sms
