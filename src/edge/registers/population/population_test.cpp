#include "edge/registers/population/population.hpp"

#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "edge/registers/embedded.hpp"
#include "edge/registers/people.hpp"
#include "edge/registers/population/extract_files.hpp"
#include "edge/registers/population/names.hpp"
#include "edge/registers/population/places.hpp"
#include "edge/registers/population/stories.hpp"
#include "edge/registers/test_registers.hpp"

namespace mekenjai::edge::registers::population {
namespace {

std::string content(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(Names, FollowTheRules) {
  EXPECT_EQ(surname_for("Ахметов", Sex::female), "Ахметова");
  EXPECT_EQ(surname_for("Лановский", Sex::female), "Лановская");
  EXPECT_EQ(surname_for("Мұсин", Sex::female), "Мұсина");
  EXPECT_EQ(surname_for("Қыдырәлі", Sex::female), "Қыдырәлі");
  EXPECT_EQ(surname_for("Ахметов", Sex::male), "Ахметов");
  EXPECT_EQ(patronymic("Серік", Tongue::kazakh, Sex::male), "Серікұлы");
  EXPECT_EQ(patronymic("Серік", Tongue::kazakh, Sex::female), "Серікқызы");
  EXPECT_EQ(patronymic("Иван", Tongue::russian, Sex::female), "Ивановна");
  EXPECT_EQ(patronymic("Сергей", Tongue::russian, Sex::male), "Сергеевич");
  EXPECT_EQ(patronymic("Юрий", Tongue::russian, Sex::female), "Юрьевна");
  EXPECT_EQ(patronymic("Игорь", Tongue::russian, Sex::male), "Игоревич");
  EXPECT_EQ(patronymic("Илья", Tongue::russian, Sex::female), "Ильинична");
}

TEST(Places, StandInEveryRegion) {
  std::set<std::string_view> regions;
  for (const City& city : cities()) regions.insert(city.kato.substr(0, 2));
  EXPECT_EQ(regions.size(), 20U);
  EXPECT_GE(cities().size(), 30U);
  EXPECT_GE(streets().size(), 150U);
  EXPECT_EQ(cities()[astana()].name_ru, "город Астана");
}

class Population : public ::testing::Test {
 protected:
  void write(const std::filesystem::path& out, std::uint64_t persons, std::uint64_t seed = 7) {
    const auto written = write_population({.persons = persons, .seed = seed, .out = out});
    ASSERT_TRUE(written) << written.error();
  }
};

TEST_F(Population, IsTheSameForTheSameSeed) {
  const TestFolder one, two, other;
  write(one.path(), 1500);
  write(two.path(), 1500);
  write(other.path(), 1500, 8);
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(one.path())) {
    EXPECT_EQ(content(entry.path()), content(two.path() / entry.path().filename())) << entry.path();
  }
  EXPECT_NE(content(one.path() / "persons.csv"), content(other.path() / "persons.csv"));
}

TEST_F(Population, HasTheSameBytesOnEveryMachine) {
  const TestFolder folder;
  write(folder.path(), 500, 1);
  std::string all;
  for (const char* file :
       {"persons.csv", "relations.csv", "phones.csv", "organisations.csv", "dwellings.csv",
        "rights.csv", "encumbrances.csv", "leases.csv", "lease_members.csv", "residences.csv",
        "students.csv", "centres.csv", "staff.csv"}) {
    all += content(folder.path() / file);
  }
  // Changes only when somebody changes the stories, the names or the places on purpose.
  EXPECT_EQ(base::to_hex(base::sha256(all)), "05aa205140b26a6aa16cbb495ce6fcc9b0a34b16b8a19cf4e5e20d1aeb22248a");
}

TEST_F(Population, HasExactlyTheNumberOfPeople) {
  for (const std::uint64_t persons : {1U, 39U, 40U, 500U, 1234U}) {
    const TestFolder folder;
    write(folder.path(), persons);
    const std::string text = content(folder.path() / "persons.csv");
    EXPECT_EQ(static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')), persons + 1);
  }
}

TEST_F(Population, NoStoryIsLongerThanItMay) {
  const TestFolder folder;
  ExtractFiles files(folder.path());
  World world(files, kReferenceDay, 1, 1'000'000);
  for (const Story& story : stories()) {
    const std::uint64_t before = world.people();
    world.choose_city();
    story.tell(world);
    EXPECT_LE(world.people() - before, kMaxFamily) << story.name;
  }
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t before = world.people();
    tell_ordinary(world);
    ASSERT_LE(world.people() - before, kMaxFamily);
  }
}

TEST_F(Population, RefusesWhatItCannotDo) {
  EXPECT_FALSE(write_population({.persons = 0, .out = "x"}));
  EXPECT_FALSE(write_population({.persons = kMaxPersons + 1, .out = "x"}));
  const TestFolder folder;
  folder.write("file", "");
  EXPECT_FALSE(write_population({.persons = 10, .out = folder.path() / "file"}));
}

/// 2000 people, imported.
class ImportedPopulation : public Population {
 protected:
  void SetUp() override {
    write(registers.folder.path(), 2000);
    const ImportReport report = registers.import();
    for (const ImportError& error : report.errors) ADD_FAILURE() << describe(error);
  }
  std::int64_t count(const std::string& from) {
    return registers.database.number("SELECT COUNT(*) FROM " + from).value_or(0);
  }
  TestRegisters registers;
};

TEST_F(ImportedPopulation, HasPeopleForEveryRowOfTheDecisionTable) {
  const std::string day = std::to_string(20'260'815), adult = std::to_string(20'260'815 - 180'000);
  const std::string now = " from_day <= " + day + " AND (to_day = 0 OR to_day >= " + day + ") ";
  const std::string held =
      "reg_right r JOIN reg_person p ON p.iin = r.holder WHERE r.to_day = 0 AND ";
  const std::string placed = "reg_dwelling d JOIN reg_street s ON s.id = d.street WHERE ";
  const std::pair<const char*, std::string> ingredients[] = {
      {"A2", "reg_person WHERE birth_date % 1000000 <> iin / 1000000"},
      {"A4", "reg_person WHERE death_date > 0"},
      {"A5", "reg_person p WHERE birth_date < " + adult +
                 " AND NOT EXISTS(SELECT 1 FROM reg_phone f WHERE f.iin = p.iin)"},
      {"A9 expired",
       "reg_person WHERE document_expires BETWEEN 1 AND " + day + " AND birth_date < " + adult},
      {"A9 missing", "reg_person WHERE document_number = '' AND birth_date < " + adult},
      {"B14", "reg_person WHERE citizenship <> 'KAZ'"},
      {"B2", "reg_person WHERE birth_date BETWEEN 20080816 AND 20100815"},
      {"B3", "reg_person WHERE birth_date BETWEEN 20100816 AND 20120815"},
      {"B4",
       "reg_relation r JOIN reg_person p ON p.iin = r.related WHERE kind = 0 AND birth_date > "
       "20100815"},
      {"B6", "reg_person WHERE birth_date > 20120815"},
      {"B8 B9",
       "reg_relation r JOIN reg_person p ON p.iin = r.related WHERE kind = 1 AND capacity = 2"},
      {"B10 B11",
       "reg_relation r JOIN reg_person p ON p.iin = r.related WHERE kind = 2 AND capacity = 1"},
      {"guardian of a child",
       "reg_relation r JOIN reg_person p ON p.iin = r.related WHERE kind = 1 AND capacity = 0"},
      {"guardian no more", "reg_relation WHERE kind = 1 AND to_day > 0"},
      {"grandparents", "reg_relation WHERE kind = 5"},
      {"siblings", "reg_relation WHERE kind = 4"},
      {"C1", "reg_dwelling WHERE actual = 0"},
      {"C4 plot", "reg_dwelling WHERE kind = 11"},
      {"C4 non-residential", "reg_dwelling WHERE kind = 12"},
      {"C5", "reg_dwelling WHERE kind = 10"},
      {"C10", "reg_residence WHERE kind = 1 AND" + now},
      {"C11", "reg_encumbrance WHERE kind = 0 AND to_day = 0"},
      {"C11 ended", "reg_encumbrance WHERE kind = 0 AND to_day > 0"},
      {"C12", "reg_encumbrance WHERE kind = 1"},
      {"D1", held + "birth_date > " + adult},
      {"D2", held + "capacity = 2"},
      {"D3", held + "capacity = 1"},
      {"D7", held + "death_date > 0"},
      {"D11",
       "reg_right r WHERE holder / 10000000 % 10 <= 3 AND "
       "NOT EXISTS(SELECT 1 FROM reg_person p WHERE p.iin = r.holder)"},
      {"D8", "reg_right r JOIN reg_organisation o ON o.bin = r.holder WHERE kind = 0"},
      {"D8 unknown",
       "reg_right r WHERE holder / 10000000 % 10 >= 4 AND "
       "NOT EXISTS(SELECT 1 FROM reg_organisation o WHERE o.bin = r.holder)"},
      {"D13",
       "reg_dwelling d WHERE kind = 1 AND NOT EXISTS(SELECT 1 FROM reg_right r WHERE r.rka = "
       "d.rka)"},
      {"D5", "(SELECT rka FROM reg_right WHERE to_day = 0 GROUP BY rka HAVING COUNT(*) = 3)"},
      {"D12", held + "capacity = 0 AND NOT EXISTS(SELECT 1 FROM reg_phone f WHERE f.iin = p.iin)"},
      {"mixed",
       "reg_right a JOIN reg_right b ON a.rka = b.rka JOIN reg_organisation o ON o.bin = a.holder "
       "JOIN reg_person p ON p.iin = b.holder WHERE o.kind = 1"},
      {"E5",
       "reg_right r JOIN reg_organisation o ON o.bin = r.holder WHERE kind = 1 AND "
       "NOT EXISTS(SELECT 1 FROM reg_lease l WHERE l.rka = r.rka)"},
      {"E4", "reg_lease l WHERE to_day BETWEEN 1 AND " + day +
                 " AND NOT EXISTS(SELECT 1 FROM reg_lease m WHERE m.rka = l.rka AND m.from_day > "
                 "l.from_day)"},
      {"E1 E2", "reg_lease l JOIN reg_lease_member m ON m.lease = l.lease WHERE" + now},
      {"F2", placed + "s.kato / 10000000 = 71 AND useful_area_cm2 BETWEEN 450000 AND 459000"},
      {"F5", placed + "s.kato / 10000000 = 71 AND useful_area_cm2 < 300000"},
      {"F6", placed + "s.kato / 10000000 = 71 AND d.kind = 1 AND useful_area_cm2 IS NULL"},
      {"F4", "reg_student WHERE kato = 710000000 AND" + now},
      {"F8", "(SELECT rka FROM reg_residence WHERE" + now + "GROUP BY rka HAVING COUNT(*) >= 14)"},
      {"G9", "reg_phone WHERE since = " + day},
      {"a number of two people",
       "(SELECT phone FROM reg_phone GROUP BY phone HAVING COUNT(*) = 2)"},
  };
  for (const auto& [row, from] : ingredients) EXPECT_GT(count(from), 0) << row;
  for (int kind = 0; kind <= 12; ++kind) {
    EXPECT_GT(count("reg_dwelling WHERE kind = " + std::to_string(kind)), 0) << "kind " << kind;
  }
  EXPECT_EQ(count("(SELECT DISTINCT role FROM reg_staff)"), 5);
  EXPECT_EQ(count("(SELECT DISTINCT kato / 10000000 FROM reg_centre)"), 20);
  EXPECT_EQ(count("(SELECT DISTINCT language FROM reg_person)"), 2);
}

TEST_F(ImportedPopulation, HasEveryKindOfPersonToTry) {
  std::set<std::string> kinds;
  for (const PersonToTry& person : people_to_try(registers.database, kReferenceDay)) {
    kinds.insert(person.what);
    EXPECT_EQ(person.phone.empty(), person.what == "no_phone") << person.what;
  }
  const std::set<std::string> expected{"owner",
                                       "newcomer",
                                       "tenant",
                                       "lease_member",
                                       "co_owner",
                                       "parent",
                                       "guardian",
                                       "minor_owner_home",
                                       "incapable_owner_home",
                                       "dead_owner_home",
                                       "company_home",
                                       "owner_without_phone_home",
                                       "crowded_home",
                                       "teenager",
                                       "teenager_16",
                                       "ward",
                                       "limited_ward",
                                       "foreigner",
                                       "no_phone",
                                       "psc_receptionist",
                                       "psc_operator",
                                       "housing_clerk",
                                       "migration_officer",
                                       "auditor"};
  EXPECT_EQ(kinds, expected);
}

TEST_F(ImportedPopulation, StillHasItsOwnersAndNewcomersSomeMonthsAroundTheReferenceDay) {
  for (const char* today : {"2026-01-15", "2026-11-23", "2027-06-01"}) {
    std::set<std::string> kinds;
    for (const PersonToTry& person : people_to_try(registers.database, date(today)))
      kinds.insert(person.what);
    for (const char* what : {"owner", "newcomer", "tenant", "lease_member", "co_owner", "parent",
                             "minor_owner_home"}) {
      EXPECT_TRUE(kinds.contains(what)) << today << " " << what;
    }
  }
}

TEST_F(ImportedPopulation, IsFoundByAddress) {
  EmbeddedRegisters embedded(registers.database);
  const auto found = *embedded.find_dwellings("астана абая 1", 20);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].locality_ru, "город Астана");
  EXPECT_EQ(found[0].street_ru, "проспект Абая");
}

}  // namespace
}  // namespace mekenjai::edge::registers::population
