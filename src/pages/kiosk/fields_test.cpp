#include "pages/kiosk/fields.hpp"

#include "base/bytes.hpp"
#include "pages/kiosk/keyboard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mekenjai::pages {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string page(std::string_view form, const Typed* typed = nullptr) {
  std::vector<KioskField> fields;
  return for_kiosk(form, typed, fields);
}
std::vector<KioskField> fields_of(std::string_view form) {
  std::vector<KioskField> fields;
  for_kiosk(form, nullptr, fields);
  return fields;
}

constexpr std::string_view kSearch =
    "<form action=\"/kiosk/apply/where\"><label for=\"q\">Қайда?</label>"
    "<input class=\"mk-input\" type=\"search\" id=\"q\" name=\"q\" value=\"\" autocomplete=\"on\" "
    "maxlength=\"200\"></form>";
constexpr std::string_view kDate =
    "<form method=\"post\"><input type=\"radio\" name=\"kind\" value=\"permanent\" checked><input "
    "type=\"radio\" name=\"kind\" value=\"temporary\">"
    "<label for=\"day\">Күн</label><input id=\"day\" name=\"day\" value=\"\" inputmode=\"numeric\" "
    "maxlength=\"2\">"
    "<label for=\"month\">Ай</label><input id=\"month\" name=\"month\" value=\"\" "
    "inputmode=\"numeric\" maxlength=\"2\"></form>";

// --- the page ----------------------------------------------------------------------------------

TEST(KioskPage, WithoutATextFieldHasNothingToTypeInto) {
  const std::string_view form =
      "<form method=\"post\"><input type=\"hidden\" name=\"csrf\" value=\"x\"><input "
      "type=\"checkbox\" name=\"a\"></form>";
  EXPECT_EQ(page(form),
            "<form autocomplete=\"off\" method=\"post\"><input type=\"hidden\" name=\"csrf\" "
            "value=\"x\"><input type=\"checkbox\" name=\"a\"></form>");
  EXPECT_TRUE(fields_of(form).empty());
}

TEST(KioskPage, ATextFieldIsReachedByKeysAndRememberedByNobody) {
  const std::string made = page(kSearch);
  EXPECT_THAT(made, HasSubstr("<form autocomplete=\"off\" id=\"kform\""));
  EXPECT_THAT(made, Not(HasSubstr("autocomplete=\"on\"")));
  EXPECT_EQ(fields_of(kSearch).front().label, "Қайда?");
}

TEST(KioskPage, OnlyTheFirstFormThatCanBeTypedIntoIsReachedByKeys) {
  const std::string made = page(fmt::format("<form method=\"post\"></form>{}{}", kSearch, kDate));
  EXPECT_EQ(made.find("kform"), made.rfind("kform"));
  EXPECT_LT(made.find("kform"), made.find("name=\"q\""));
}

TEST(TheKeyboard, IsThatOfTheLanguageOrOfTheChoiceAndOfDigitsForNumbers) {
  const i18n::Catalog& catalog = i18n::Catalog::built_in();
  const auto shown = [&](i18n::Language language, std::string_view form,
                         const Typed* typed = nullptr) {
    const std::string html = keyboard(Words(catalog, language, {}), fields_of(form), typed);
    std::string all;
    for (const std::string_view layout : {"kk", "ru", "latin", "digits"}) {
      if (html.find(fmt::format("data-layout=\"{}\">", layout)) != std::string::npos) all += layout;
    }
    return all;
  };
  using i18n::Language;
  EXPECT_EQ(shown(Language::kk, kSearch), "kk");
  EXPECT_EQ(shown(Language::ru, kSearch), "ru");
  EXPECT_EQ(shown(Language::en, kSearch), "latin");
  EXPECT_EQ(shown(Language::kk_latn, kSearch), "latin");
  const Typed chosen{{}, "ru", ""};
  EXPECT_EQ(shown(Language::kk, kSearch, &chosen), "ru");
  EXPECT_EQ(shown(Language::kk, kDate, &chosen), "digits");
}

TEST(TheKeyboard, HasEveryLetterOfTheNationalLayout) {
  for (const i18n::Language language : i18n::kLanguages) {
    const std::string html =
        keyboard(Words(i18n::Catalog::built_in(), language, {}), fields_of(kSearch), nullptr);
    std::string_view letters =
        "әіңғүұқөһйцукенгшщзхъфывапролджэячсмитьбюё0123456789./"
        "-,äğıñöşūüqwertyuiopasdfghjklzxcvbnm ";
    while (!letters.empty()) {
      const std::string_view letter = base::utf8_prefix(letters, 1);
      EXPECT_THAT(html, HasSubstr(fmt::format("name=\"key\" value=\"{}\"", letter)));
      letters.remove_prefix(letter.size());
    }
  }
}

TEST(TheKeyboard, LetsAFieldBeChosenWithoutScriptWhereThereAreSeveral) {
  const Words words(i18n::Catalog::built_in(), i18n::Language::kk, {});
  EXPECT_THAT(keyboard(words, fields_of(kSearch), nullptr), Not(HasSubstr("noscript")));
  const Typed typed{{}, "", "month"};
  const std::string html = keyboard(words, fields_of(kDate), &typed);
  EXPECT_THAT(html, HasSubstr("name=\"field\" value=\"day\" aria-pressed=\"false\">Күн</button>"));
  EXPECT_THAT(html, HasSubstr("name=\"field\" value=\"month\" aria-pressed=\"true\">Ай</button>"));
}

TEST(KioskPage, AnIinIsNotLegible) {
  const std::string made = page(
      "<form method=\"post\"><input name=\"iin\" value=\"\" inputmode=\"numeric\" "
      "autocomplete=\"username\"></form>");
  EXPECT_THAT(made, HasSubstr("type=\"password\""));
  EXPECT_THAT(made, Not(HasSubstr("username")));
}

TEST(KioskPage, NoLinkLeadsOut) {
  const std::string made = page(
      "<p><a href=\"https://egov.kz/\" rel=\"x\"><b>egov.kz</b></a> <a href=\"//evil/\">b</a> <a "
      "href=\"tel:1414\">1414</a> "
      "<a href=\"/profile\">e</a> <a href=\"#q\">c</a> <a href=\"/kiosk/apply\">d</a></p>");
  EXPECT_EQ(made,
            "<p><span><b>egov.kz</b></span> <span>b</span> <span>1414</span> <span>e</span> <a "
            "href=\"#q\">c</a> "
            "<a href=\"/kiosk/apply\">d</a></p>");
}

TEST(KioskPage, WhatWasTypedStandsThereAgain) {
  const Typed typed{{{"kind", "temporary"}, {"day", "<\"1&"}}, "", ""};
  const std::string made = page(kDate, &typed);
  EXPECT_THAT(made, HasSubstr("value=\"&lt;&quot;1&amp;\""));
  EXPECT_THAT(made, HasSubstr("<input type=\"radio\" name=\"kind\" value=\"permanent\">"));
  EXPECT_THAT(made, HasSubstr("<input checked type=\"radio\" name=\"kind\" value=\"temporary\">"));
}

TEST(KioskPage, BrokenHtmlIsLeftAsItIs) {
  for (const std::string_view odd : {"<p", "<", "a < b", "<input", "<form x"})
    EXPECT_EQ(fields_of(odd).size(), 0U) << odd;
}

// --- keys --------------------------------------------------------------------------------------

std::string value(const Typed& typed, std::string_view name) {
  return std::string(http::value_of(typed.pairs, name).value_or(""));
}

TEST(Keys, WriteWhereThereIsRoom) {
  const std::vector<KioskField> fields = fields_of(kDate);
  ASSERT_EQ(fields.size(), 2U);
  Typed typed;
  for (const char* digit : {"1", "5", "0", "3", "9"})
    typed = with_key(std::move(typed), fields, digit);
  EXPECT_EQ(value(typed, "day"), "15");
  EXPECT_EQ(value(typed, "month"), "03") << "full: the nine finds no room";
  for (int i = 0; i < 3; ++i) typed = with_key(std::move(typed), fields, "back");
  EXPECT_EQ(value(typed, "day") + "|" + value(typed, "month"), "1|");
}

TEST(Keys, WriteIntoTheChosenField) {
  Typed typed{{{"day", ""}}, "", "month"};
  typed = with_key(std::move(typed), fields_of(kDate), "7");
  EXPECT_EQ(value(typed, "day") + "|" + value(typed, "month"), "|7");
}

TEST(Keys, AreLettersOfAnyAlphabetAndNothingElse) {
  const std::vector<KioskField> search = fields_of(kSearch), date = fields_of(kDate);
  Typed typed;
  for (const char* letter : {"қ", "а", " ", "4"})
    typed = with_key(std::move(typed), search, letter);
  EXPECT_EQ(value(typed, "q"), "қа 4");
  typed = with_key(std::move(typed), search, "whole words");
  EXPECT_EQ(value(typed, "q"), "қа 4");
  typed = with_key(std::move(typed), search, "back");
  typed = with_key(std::move(typed), search, "back");
  typed = with_key(std::move(typed), search, "back");
  EXPECT_EQ(value(typed, "q"), "қ") << "a letter of two bytes is one";
  EXPECT_EQ(value(with_key(Typed{}, date, "ә"), "day"), "");
  EXPECT_EQ(value(with_key(Typed{}, search, "back"), "q"), "");
}

TEST(Keys, StopAtTwelveDigitsOfAnIin) {
  const std::vector<KioskField> fields = fields_of(
      "<form method=\"post\"><input name=\"iin\" inputmode=\"numeric\" maxlength=\"20\"></form>");
  Typed typed;
  for (int i = 0; i < 15; ++i) typed = with_key(std::move(typed), fields, "1");
  EXPECT_EQ(value(typed, "iin").size(), 12U);
}

}  // namespace
}  // namespace mekenjai::pages
