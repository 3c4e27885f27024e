#include "i18n/catalog.hpp"

#include <gtest/gtest.h>

namespace mekenjai::i18n {
namespace {

TEST(Negotiate, TakesTheBestOfOursAndKazakhWhereNoneFits) {
  EXPECT_EQ(negotiate("ru-RU,ru;q=0.9,en;q=0.8"), Language::ru);
  EXPECT_EQ(negotiate("de, en;q=0.4, ru;q=0.7"), Language::ru);
  EXPECT_EQ(negotiate("fr"), Language::kk);
  EXPECT_EQ(negotiate(""), Language::kk);
  EXPECT_EQ(negotiate("EN"), Language::en);
  EXPECT_EQ(accepted("kk;q=0.1"), Language::kk);
  EXPECT_FALSE(accepted("de, fr;q=0.5"));
  EXPECT_FALSE(accepted("-, *, kkk, kk_Latn"));
}

TEST(Negotiate, TellsTheScriptsOfKazakhApart) {
  EXPECT_EQ(negotiate("kk"), Language::kk);
  EXPECT_EQ(negotiate("kk-KZ, ru;q=0.5"), Language::kk);
  EXPECT_EQ(negotiate("kk-Cyrl-KZ"), Language::kk);
  EXPECT_EQ(negotiate("kk-Latn"), Language::kk_latn);
  EXPECT_EQ(negotiate("KK-LATN-KZ, ru;q=0.5"), Language::kk_latn);
  EXPECT_EQ(negotiate("kk;q=0.8, kk-Latn"), Language::kk_latn);
  EXPECT_EQ(parse_language("kk-latn"), Language::kk_latn);
  EXPECT_EQ(parse_language("kk-KZ"), std::nullopt);
}

TEST(Fill, LeavesUnknownNamesAndBrokenBracesAlone) {
  EXPECT_EQ(fill("до {time}, {unknown} {", {{"time", "15:04"}}), "до 15:04, {unknown} {");
}

/// The {names} of a text, sorted. Kazakh puts a case on a time where others have none:
/// {time_dative} is {time}.
std::vector<std::string> names(std::string_view text) {
  std::vector<std::string> found;
  for (std::size_t open = text.find('{'); open != std::string_view::npos;
       open = text.find('{', open + 1)) {
    std::string name(text.substr(open + 1, text.find('}', open) - open - 1));
    if (name.ends_with("_dative")) name.resize(name.size() - 7);
    found.push_back(std::move(name));
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

TEST(Catalogues, SpeakAllLanguages) {
  const Catalog& catalog = Catalog::built_in();
  const std::vector<std::string_view> keys = catalog.keys(Language::en);
  ASSERT_GT(keys.size(), 10u);
  for (const Language language : kLanguages) {
    EXPECT_EQ(catalog.keys(language), keys) << tag(language);
    for (const std::string_view key : keys) {
      EXPECT_FALSE(catalog.text(language, key).empty()) << tag(language) << " " << key;
      EXPECT_EQ(names(catalog.text(language, key)), names(catalog.text(Language::en, key)))
          << tag(language) << " " << key;
    }
  }
}

}  // namespace
}  // namespace mekenjai::i18n
