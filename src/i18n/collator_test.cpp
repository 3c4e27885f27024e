#include "i18n/collator.hpp"

#include <gmock/gmock.h>

namespace mekenjai::i18n {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> sorted(Language language, std::vector<std::string> names) {
  Collator::of(language).sort(names, [](const std::string& name) { return name; });
  return names;
}

/// The letters of an alphabet, handed over backwards.
std::string alphabet(Language language, std::vector<std::string> letters) {
  std::reverse(letters.begin(), letters.end());
  std::string out;
  for (const std::string& letter : sorted(language, std::move(letters))) out += letter + " ";
  return out;
}

TEST(Collation, KnowsTheKazakhAlphabet) {
  EXPECT_EQ(alphabet(Language::kk,
                     {"а", "ә", "б", "в", "г", "ғ", "д", "е", "ё", "ж", "з", "и", "й", "к",
                      "қ", "л", "м", "н", "ң", "о", "ө", "п", "р", "с", "т", "у", "ұ", "ү",
                      "ф", "х", "һ", "ц", "ч", "ш", "щ", "ъ", "ы", "і", "ь", "э", "ю", "я"}),
            "а ә б в г ғ д е ё ж з и й к қ л м н ң о ө п р с т у ұ ү ф х һ ц ч ш щ ъ ы і ь э ю я ");
}

TEST(Collation, KnowsTheLatinAlphabetOf2021) {
  EXPECT_EQ(alphabet(Language::kk_latn, {"a", "ä", "b", "d", "e", "f", "g", "ğ", "h", "ı", "i",
                                         "j", "k", "l", "m", "n", "ñ", "o", "ö", "p", "q", "r",
                                         "s", "ş", "t", "u", "ū", "ü", "v", "y", "z"}),
            "a ä b d e f g ğ h ı i j k l m n ñ o ö p q r s ş t u ū ü v y z ");
  EXPECT_THAT(sorted(Language::kk_latn, {"İlias", "Ilgızar", "Jan", "Ärman", "Azat", "Bibı"}),
              ElementsAre("Azat", "Ärman", "Bibı", "Ilgızar", "İlias", "Jan"));
}

TEST(Collation, SortsWhatARegisterWritesAsItIsSpelledInLatinLetters) {
  EXPECT_THAT(
      sorted(Language::kk_latn, {"Яна", "Қанат", "Өтеген", "Ғалым", "Ілияс", "Виктор"}),
      ElementsAre("Ғалым", "Ілияс", "Яна", "Өтеген", "Қанат", "Виктор"));
}

TEST(Collation, SortsNamesAsTheirReadersExpect) {
  EXPECT_THAT(
      sorted(Language::kk,
             {"Әлия", "Үміт", "Ботагөз", "Інжу", "Ұлжан", "Азат", "Ырыс", "Қанат", "Камила"}),
      ElementsAre("Азат", "Әлия", "Ботагөз", "Камила", "Қанат", "Ұлжан", "Үміт", "Ырыс", "Інжу"));
  EXPECT_THAT(sorted(Language::ru, {"Яна", "Ёлкин", "Егоров", "Ёж", "Жуков", "азов"}),
              ElementsAre("азов", "Егоров", "Ёж", "Ёлкин", "Жуков", "Яна"));
  EXPECT_THAT(sorted(Language::en, {"Öskemen", "Zhanaozen", "Oral", "Aktau"}),
              ElementsAre("Aktau", "Oral", "Öskemen", "Zhanaozen"));
}

TEST(Collation, TakesNumbersForNumbers) {
  EXPECT_THAT(sorted(Language::kk, {"Абай к., 10", "Абай к., 9", "Абай к., 9а", "Абай к., 100"}),
              ElementsAre("Абай к., 9", "Абай к., 9а", "Абай к., 10", "Абай к., 100"));
}

TEST(Collation, ReadsLongNamesToTheirEnd) {
  const std::string begin(500, 'a');
  EXPECT_TRUE(Collator::of(Language::kk).less(begin + "а", begin + "ә"));
  EXPECT_FALSE(Collator::of(Language::kk).less(begin + "ә", begin + "а"));
  EXPECT_TRUE(Collator::of(Language::kk).less("", "а"));
}

TEST(Collation, KeepsTheOrderOfWhatIsCalledAlike) {
  std::vector<std::pair<std::string, int>> people{{"Б", 1}, {"А", 2}, {"Б", 3}, {"А", 4}};
  Collator::of(Language::kk).sort(people, [](const auto& one) { return one.first; });
  EXPECT_THAT(people, ElementsAre(std::pair("А", 2), std::pair("А", 4), std::pair("Б", 1),
                                  std::pair("Б", 3)));
}

}  // namespace
}  // namespace mekenjai::i18n
