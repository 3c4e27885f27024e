#include "edge/registers/address_search.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge/registers/address_words.hpp"
#include "edge/registers/embedded.hpp"
#include "edge/registers/test_registers.hpp"

namespace mekenjai::edge::registers {
namespace {

using ::testing::ElementsAre;

TEST(Skeleton, IsOneForKazakhRussianAndLatin) {
  const std::vector<std::vector<const char*>> same = {
      {"Кенесары", "КЕНЕСАРЫ", "Kenesary", "qenesary"},
      {"Жібек жолы", "Жибек Жолы", "Zhibek zholy", "Jibek joly"},
      {"Қабанбай", "Кабанбай", "Qabanbai", "Kabanbay"},
      {"Сәтпаев", "Сатпаев", "Satpayev", "Satpaev"},
      {"Өскемен", "Oskemen", "Óskemen"},
      {"Ыбырай", "Ibirai", "Ybyray"},
      {"Шоқан", "Шокан", "Shokan", "Shoqan", "Şoqan"},
      {"Щучинск", "Shchuchinsk"},
      {"Ақтөбе", "Актобе", "Aqtobe"},
      {"Мәңгілік", "Мангилик", "Mangilik", "Mañgilik"},
      {"Ғарыш", "Garysh", "Gharysh"},
      {"Хан", "Khan", "Han"},
      {"Есіл", "Есиль", "Yesil", "Esil"},
  };
  for (const auto& group : same) {
    for (const char* text : group) EXPECT_EQ(skeleton(text), skeleton(group[0])) << text;
  }
}

TEST(WordPattern, CountsChangesAndSwaps) {
  EXPECT_EQ(WordPattern("kenesari").distance_to("kenesari"), 0);
  EXPECT_EQ(WordPattern("kenesari").distance_to("kenesri"), 1);
  EXPECT_EQ(WordPattern("abai").distance_to("abia"), 1);
  EXPECT_EQ(WordPattern("abai").distance_to("abaia"), 1);
  EXPECT_EQ(WordPattern("kenesari").distance_to("shevchenko"), 9);
  EXPECT_EQ(WordPattern("").distance_to("abc"), 3);
  EXPECT_EQ(WordPattern("abc").distance_to(""), 3);
}

class Addresses : public ::testing::Test {
 protected:
  Addresses() {
    std::string rows(kDwellingsHeader);
    const auto add = [&](std::string_view code, const char* kind, const char* city_kk,
                         const char* city_ru, const char* street_kk, const char* street_ru,
                         const char* house, const char* flat, const char* actual = "1") {
      rows += fmt::format("{},{},710000000,Облыс,Область,{},{},{},{},{},{},,{}\n", code, kind,
                          city_kk, city_ru, street_kk, street_ru, house, flat, actual);
    };
    const char *astana = "Астана қаласы", *astana_ru = "город Астана", *almaty = "Алматы қ.",
               *almaty_ru = "г. Алматы";
    add("0000000000000001", "building", astana, astana_ru, "Кенесары көшесі", "улица Кенесары",
        "40", "");
    add("0000000000000002", "flat", astana, astana_ru, "Кенесары көшесі", "улица Кенесары", "40",
        "118");
    add("0000000000000003", "flat", astana, astana_ru, "Кенесары көшесі", "улица Кенесары", "40",
        "119");
    add("0000000000000004", "flat", astana, astana_ru, "Кенесары көшесі", "улица Кенесары", "40/2",
        "118");
    add("0000000000000005", "house", astana, astana_ru, "Кенесары көшесі", "улица Кенесары", "42А",
        "");
    add("0000000000000006", "flat", astana, astana_ru, "Кенесары көшесі", "улица Кенесары", "40",
        "120", "0");
    add("0000000000000007", "house", almaty, almaty_ru, "Абай даңғылы", "проспект Абая", "10", "");
    add("0000000000000008", "house", astana, astana_ru, "Абай даңғылы", "проспект Абая", "10", "");
    add("0000000000000009", "plot", almaty, almaty_ru, "8 Наурыз көшесі", "улица 8 Марта", "15",
        "");
    add("0000000000000010", "house", almaty, almaty_ru, "12 ықшам ауданы", "микрорайон 12", "7",
        "");
    add("0000000000000011", "house", almaty, almaty_ru, "Шевченко көшесі", "улица Шевченко", "3",
        "");
    add("0000000000000012", "flat", astana, astana_ru, "Қабанбай батыр даңғылы",
        "проспект Кабанбай батыра", "15", "4");
    registers.folder.write("dwellings.csv", rows);
    const ImportReport report = registers.import();
    for (const ImportError& error : report.errors) ADD_FAILURE() << describe(error);
    embedded = std::make_unique<EmbeddedRegisters>(registers.database);
  }
  /// The number of the best dwelling, 0 for none.
  int best(std::string_view typed) {
    const auto found = *embedded->find_dwellings(typed, 20);
    return found.empty() ? 0 : std::stoi(found[0].rka.str());
  }

  TestRegisters registers;
  std::unique_ptr<EmbeddedRegisters> embedded;
};

TEST_F(Addresses, AreFoundAsPeopleTypeThem) {
  const std::pair<const char*, int> table[] = {
      {"Кенесары 40 118", 2},
      {"кенесары көшесі 40, 118", 2},
      {"Kenesary 40-118", 2},
      {"улица Кенесары, дом 40, квартира 118", 2},
      {"ул.Кенесары д.40 кв.118", 2},
      {"Кенесары көшесі, 40 үй, 118 пәтер", 2},
      {"Кенесары көшесі үй 40 пәтер 118", 2},
      {"г. Астана, Кенесары 40/118", 2},
      {"Kenesary street 40 apt 118", 2},
      {"КЕНЕСАРЫ 40 118", 2},
      {"Кенесары 40", 1},
      {"Кенесары 40/2", 4},
      {"Кенесары 40/2-118", 4},
      {"Кенесары 42а", 5},
      {"kenesary 42a", 5},
      {"Кенесары 42", 5},
      {"алматы абая 10", 7},
      {"Алматы, Абай даңғылы 10", 7},
      {"Almaty Abay 10", 7},
      {"abai 10 astana", 8},
      {"проспект Абая, 10, Астана", 8},
      {"8 марта 15", 9},
      {"8 наурыз 15", 9},
      {"12 мкр 7", 10},
      {"микрорайон 12 дом 7", 10},
      {"шевченко 3", 11},
      {"Кабанбай батыра 15-4", 12},
      {"qabanbai batyr 15 4", 12},
      // the Latin alphabet of 2021, as pages in it show addresses
      {"Astana q., Kenesary köşesı, 40, 118-päter", 2},
      {"QABANBAI BATYR DAÑĞYLY, 15, 4-PÄTER", 12},
      {"Şevtşenko köşesı 3", 11},
      // typing errors
      {"Кенисары 40 118", 2},
      {"Кенеасры 40 118", 2},
      {"Кенсары 40 118", 2},
      {"Шевчинко 3", 11},
      {"абйа 10 алматы", 7},
      {"Кабонбай 15 4", 12},
      {"алмаыт абая 10", 7},
      // not yet typed to the end
      {"кенес", 1},
      {"шевч", 11},
      // sixteen digits are an RKA
      {"0000000000000004", 4},
      {"0000 0000 0000 0004", 4},
      {"0000000000000006", 0},
      {"9999999999999999", 0},
      // nothing of ours
      {"", 0},
      {"   ", 0},
      {"%_' OR 1=1 --", 0},
      {"Кенесары 41", 0},
      {"Пушкин 1", 0},
  };
  for (const auto& [typed, expected] : table) EXPECT_EQ(best(typed), expected) << typed;
}

TEST_F(Addresses, OnlyActualOnesAreShownEachOnce) {
  const auto found = *embedded->find_dwellings("Кенесары 40", 20);
  std::vector<std::string> codes;
  for (const domain::Dwelling& dwelling : found) {
    EXPECT_TRUE(dwelling.actual);
    codes.push_back(dwelling.rka.str());
  }
  std::sort(codes.begin(), codes.end());
  EXPECT_EQ(std::unique(codes.begin(), codes.end()), codes.end());
  EXPECT_EQ(found.size(), 4U);
}

TEST_F(Addresses, AStreetAloneListsSomeOfItsHomesUpToTheLimit) {
  EXPECT_EQ(embedded->find_dwellings("Кенесары", 20)->size(), 5U);
  EXPECT_EQ(embedded->find_dwellings("Кенесары", 2)->size(), 2U);
  EXPECT_TRUE(embedded->find_dwellings("Кенесары", 0)->empty());
}

TEST_F(Addresses, LongNonsenseIsHarmless) {
  EXPECT_TRUE(embedded->find_dwellings(std::string(100'000, 'x'), 20)->empty());
  EXPECT_TRUE(embedded->find_dwellings("\xFF\xFE\xD0", 20).available());
  EXPECT_TRUE(embedded->find_dwellings("Кенесары 99999999999999999999999999 1", 20)->empty());
}

TEST_F(Addresses, AnImportIsSeenAtOnce) {
  EXPECT_EQ(best("Пушкин 1"), 0);
  std::string rows(kDwellingsHeader);
  rows += "0000000000000020,house,710000000,,,Астана,Астана,Пушкин көшесі,улица Пушкина,1,,,1\n";
  registers.folder.write("dwellings.csv", rows);
  ASSERT_TRUE(registers.import().ok());
  EXPECT_EQ(best("Пушкин 1"), 20);
}

}  // namespace
}  // namespace mekenjai::edge::registers
