#include "edge/registers/import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge/registers/embedded.hpp"
#include "edge/registers/residence_writer.hpp"
#include "edge/registers/test_registers.hpp"

namespace mekenjai::edge::registers {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kAigerimRow = fmt::format(
    "{},Нұрланова,Айгерім,Серікқызы,f,1999-05-01,,KAZ,full,040000001,2030-01-01,kk\n", kAigerim);

class Import : public ::testing::Test {
 protected:
  void persons(const std::string& rows) {
    registers.folder.write("persons.csv", std::string(kPersonsHeader) + rows);
  }
  std::int64_t count(std::string_view table) {
    return *registers.database.number(fmt::format("SELECT COUNT(*) FROM {}", table));
  }
  std::vector<domain::Residence> residences(std::string_view of) {
    EmbeddedRegisters embedded(registers.database);
    return *embedded.residences(iin(of));
  }
  TestRegisters registers;
};

TEST_F(Import, TakesAFolderWithSomeOfTheFiles) {
  persons(kAigerimRow);
  registers.folder.write("phones.csv",
                         fmt::format("phone,since,iin\r\n+77010000001,,{}\r\n", kAigerim));
  registers.folder.write("notes.txt", "not an extract");
  const ImportReport report = registers.import();
  ASSERT_TRUE(report.ok());
  ASSERT_EQ(report.files.size(), 2U);
  EXPECT_EQ(report.files[0].file, "persons.csv");
  EXPECT_EQ(report.files[0].rows, 1U);
  EmbeddedRegisters embedded(registers.database);
  const auto person = *embedded.person(iin(kAigerim));
  ASSERT_TRUE(person);
  EXPECT_EQ(person->patronymic, "Серікқызы");
  EXPECT_EQ(person->birth_date, date("1999-05-01"));
  EXPECT_FALSE(person->death_date);
  const auto phone = *embedded.phone(iin(kAigerim));
  ASSERT_TRUE(phone) << "columns stand in any order";
  EXPECT_EQ(phone->number, "+77010000001");
  EXPECT_FALSE(phone->since);
}

TEST_F(Import, RefusesAFolderWithoutExtracts) {
  EXPECT_THAT(registers.complaints(), ElementsAre(HasSubstr("no extract in this folder")));
  EXPECT_THAT(import_folder(registers.database, registers.folder.path() / "missing").errors,
              ElementsAre(::testing::Field(&ImportError::what, "not a folder")));
}

TEST_F(Import, NamesAFileThatItDoesNotKnow) {
  persons(kAigerimRow);
  registers.folder.write("people.csv", "iin\n");
  EXPECT_THAT(registers.complaints(),
              ElementsAre(StartsWith("people.csv: no extract has this name")));
  EXPECT_EQ(count("reg_person"), 0);
}

TEST_F(Import, NamesColumnsThatAreUnknownMissingOrDouble) {
  registers.folder.write("phones.csv", "iin,phone,since,colour,iin\n");
  registers.folder.write("lease_members.csv", "lease\n");
  registers.folder.write("leases.csv", "");
  EXPECT_THAT(
      registers.complaints(),
      ElementsAre(StartsWith("phones.csv, line 1, column 4 (colour): unknown column"),
                  StartsWith("phones.csv, line 1, column 5 (iin): the column stands there twice"),
                  StartsWith("leases.csv, line 1: the file is empty"),
                  StartsWith("lease_members.csv, line 1 (iin): the column is missing")));
}

TEST_F(Import, NamesFileLineAndColumnOfEachBadCell) {
  persons(kAigerimRow + fmt::format("991301300004,А,Б,,m,1999-02-30,,KAZ,full,,,kk\n"
                                    "{},А,Б,,x,,2024-13-01,Kaz,whole,,,en\n",
                                    kBolat));
  registers.folder.write("phones.csv", fmt::format("iin,phone,since\n{},87010000001,\n", kAigerim));
  registers.folder.write("dwellings.csv", std::string(kDwellingsHeader) +
                                              "020100000000011,flat,71,,,,,,,1,1,45.123,yes\n"
                                              "0201000000000118,tent,710000000,,,,,,,1,1,-4,1\n");
  registers.folder.write(
      "rights.csv", fmt::format("rka,holder,share,from,to\n{0},{1},2/1,,\n{0},99134000000,1/2,,\n"
                                "{0},{1},0/1,2020-01-01,\n",
                                kFlat, kCompany));
  EXPECT_THAT(
      registers.complaints(),
      ElementsAre(
          StartsWith("persons.csv, line 3, column 1 (iin): not an IIN"),
          StartsWith(
              "persons.csv, line 3, column 6 (birth_date): \"1999-02-30\" is not a calendar day"),
          StartsWith("persons.csv, line 4, column 5 (sex): \"x\""),
          StartsWith("persons.csv, line 4, column 6 (birth_date): the cell is empty"),
          StartsWith("persons.csv, line 4, column 7 (death_date): \"2024-13-01\""),
          StartsWith("persons.csv, line 4, column 8 (citizenship): \"Kaz\""),
          AllOf(StartsWith("persons.csv, line 4, column 9 (capacity): \"whole\""),
                HasSubstr("use one of full, limited, none")),
          StartsWith("persons.csv, line 4, column 12 (language): \"en\""),
          StartsWith("phones.csv, line 2, column 2 (phone): not a phone number"),
          StartsWith("dwellings.csv, line 2, column 1 (rka)"),
          StartsWith("dwellings.csv, line 2, column 3 (kato)"),
          StartsWith("dwellings.csv, line 2, column 12 (useful_area): \"45.123\""),
          StartsWith("dwellings.csv, line 2, column 13 (actual): \"yes\""),
          StartsWith("dwellings.csv, line 3, column 2 (kind): \"tent\""),
          StartsWith("dwellings.csv, line 3, column 12 (useful_area): \"-4\""),
          StartsWith("rights.csv, line 2, column 3 (share): \"2/1\""),
          StartsWith("rights.csv, line 3, column 2 (holder)"),
          StartsWith("rights.csv, line 4, column 3 (share): \"0/1\"")));
  for (const std::string_view table : {"reg_person", "reg_phone", "reg_dwelling", "reg_right"}) {
    EXPECT_EQ(count(table), 0) << table << ": all of the folder or nothing";
  }
}

TEST_F(Import, CountsCellsAsTheFileHasThem) {
  registers.folder.write("phones.csv",
                         fmt::format("since,iin,phone\n\"2020-\n01-01\",{},x\n", kAigerim));
  EXPECT_THAT(registers.complaints(),
              ElementsAre(StartsWith("phones.csv, line 3, column 3 (phone)"),
                          AllOf(StartsWith("phones.csv, line 2, column 1 (since)"),
                                HasSubstr("the value"))));
}

TEST_F(Import, ComplainsAboutRowsThatCannotBeRead) {
  registers.folder.write(
      "phones.csv",
      fmt::format("iin,phone,since\n{0}\n{0},\"+7701\" 1,\n{0},+77010000001,\n", kAigerim));
  registers.folder.write(
      "centres.csv",
      "id,name_kk,name_ru,kato,address_kk,address_ru,phone,hours\nz,\xD0,x,710000000,\x01,,,\n");
  EXPECT_THAT(
      registers.complaints(),
      ElementsAre(StartsWith("phones.csv, line 2: the row has 1 cells, the header 3"),
                  StartsWith("phones.csv, line 3, column 2 (phone): text follows"),
                  StartsWith("centres.csv, line 2, column 2 (name_kk): the bytes are not UTF-8"),
                  StartsWith("centres.csv, line 2, column 5 (address_kk): a control character")));
}

TEST_F(Import, StopsAtTwentyErrors) {
  std::string rows;
  for (int i = 0; i < 100; ++i) rows += "1,+77010000001,\n";
  registers.folder.write("phones.csv", "iin,phone,since\n" + rows);
  EXPECT_EQ(registers.import().errors.size(), kMaxImportErrors);
}

TEST_F(Import, RefusesAKeyThatStandsTwiceInAFile) {
  persons(kAigerimRow + fmt::format("{},Смағұлов,Болат,,m,1990-01-01,,KAZ,full,,,ru\n", kBolat) +
          kAigerimRow);
  EXPECT_THAT(
      registers.complaints(),
      ElementsAre(StartsWith("persons.csv, line 4, column 1 (iin): the key of line 2 once more")));
}

TEST_F(Import, ReplacesRowsByKeyAndKeepsTheOthers) {
  persons(kAigerimRow);
  registers.folder.write("staff.csv", fmt::format("iin,role,bin,kato\n{},auditor,,\n", kAigerim));
  ASSERT_TRUE(registers.import().ok());
  const std::int64_t before = register_version(registers.database);
  persons(fmt::format("{},Смағұлова,Айгерім,,f,1999-05-01,,KAZ,full,,,ru\n", kAigerim));
  registers.folder.remove("staff.csv");
  ASSERT_TRUE(registers.import().ok());
  EmbeddedRegisters embedded(registers.database);
  EXPECT_EQ((*embedded.person(iin(kAigerim)))->surname, "Смағұлова");
  ASSERT_EQ(embedded.roles(iin(kAigerim))->size(), 1U);
  EXPECT_EQ((*embedded.roles(iin(kAigerim)))[0].bin, "");
  EXPECT_EQ(count("reg_person"), 1);
  EXPECT_GT(register_version(registers.database), before);
}

TEST_F(Import, TidiesTexts) {
  registers.folder.write(
      "centres.csv",
      "id,name_kk,name_ru,kato,address_kk,address_ru,phone,hours\n"
      "1,\" №1 \r\n ХҚКО\",\"ЦОН \"\"№1\"\"\",710000000,,,1414,\"9-18\n9-13\"\n");
  ASSERT_TRUE(registers.import().ok());
  EmbeddedRegisters embedded(registers.database);
  const auto centres = embedded.centres_near("711110000", 5);
  ASSERT_EQ(centres.size(), 1U);
  EXPECT_EQ(centres[0].name_kk, "№1 ХҚКО");
  EXPECT_EQ(centres[0].name_ru, "ЦОН \"№1\"");
  EXPECT_EQ(centres[0].hours, "9-18 9-13");
}

TEST_F(Import, TellsItsProgress) {
  persons(kAigerimRow);
  std::uint64_t checked = 0, written = 0;
  const ImportReport report =
      import_folder(registers.database, registers.folder.path(),
                    [&](ImportStage stage, std::uint64_t done, std::uint64_t total) {
                      EXPECT_LE(done, total);
                      if (stage == ImportStage::checking) checked = done;
                      if (stage == ImportStage::writing) written = done;
                    });
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(checked, kPersonsHeader.size() + kAigerimRow.size());
  EXPECT_EQ(written, checked);
}

// An extract never undoes what the service did
// -----------------------------------------------------------

class ImportAfterEntry : public Import {
 protected:
  void extract(const std::string& rows) {
    registers.folder.write("residences.csv", "iin,rka,kind,from,to\n" + rows);
    ASSERT_TRUE(registers.import().ok());
  }
  void service_moves_aigerim() {
    store::sqlite::Transaction transaction(registers.database);
    ResidenceWriter writer(registers.database);
    writer.close_permanent(iin(kAigerim), date("2026-09-01"), "application-1");
    writer.enter({iin(kAigerim),
                  rka(kFlat),
                  domain::ResidenceKind::permanent,
                  date("2026-09-01"),
                  {},
                  false},
                 "application-1");
    transaction.commit();
  }
  const std::string old_home = fmt::format("{},{},permanent,2015-01-01,\n", kAigerim, kHouse);
};

TEST_F(ImportAfterEntry, TheSameExtractAgainChangesNothing) {
  extract(old_home);
  service_moves_aigerim();
  extract(old_home);
  const auto all = residences(kAigerim);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].rka, rka(kHouse));
  EXPECT_TRUE(all[0].closed);
  EXPECT_EQ(all[0].to, date("2026-09-01"));
  EXPECT_EQ(all[1].rka, rka(kFlat));
  EXPECT_FALSE(all[1].closed);
}

TEST_F(ImportAfterEntry, ANewerExtractThatKnowsTheEntryDoesNotDoubleIt) {
  extract(old_home);
  service_moves_aigerim();
  extract(fmt::format("{0},{1},permanent,2015-01-01,2026-08-31\n{0},{2},permanent,2026-09-01,\n",
                      kAigerim, kHouse, kFlat));
  const auto all = residences(kAigerim);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0].to, date("2026-09-01")) << "the day on which the service closed it";
}

TEST_F(ImportAfterEntry, AnOlderHomeThatComesLateIsClosedByTheEntry) {
  service_moves_aigerim();
  extract(old_home);
  const auto all = residences(kAigerim);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_TRUE(all[0].closed);
  EXPECT_EQ(all[0].to, date("2026-09-01"));
}

TEST_F(ImportAfterEntry, OtherPeopleAndTemporaryStaysAreNotTouched) {
  service_moves_aigerim();
  extract(fmt::format("{0},{2},temporary,2026-06-01,2027-01-01\n{1},{2},permanent,,\n", kAigerim,
                      kBolat, kHouse));
  EXPECT_TRUE(domain::in_force(residences(kAigerim)[0], date("2026-10-01")));
  EXPECT_TRUE(domain::in_force(residences(kBolat)[0], date("2026-10-01")));
}

TEST_F(ImportAfterEntry, ClearingEntriesGivesBackTheExtract) {
  extract(fmt::format("{},{},permanent,2015-01-01,2030-01-01\n", kAigerim, kHouse));
  service_moves_aigerim();
  service_moves_aigerim();  // and once more to the same place on the same day: two entries
  EXPECT_EQ(residences(kAigerim).size(), 3U);
  ResidenceWriter(registers.database).clear_service_entries();
  const auto all = residences(kAigerim);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_FALSE(all[0].closed);
  EXPECT_EQ(all[0].to, date("2030-01-01"));
}

TEST_F(ImportAfterEntry, AReaderGoesOnWhileAnImportWrites) {
  extract(old_home);
  store::sqlite::Database reader(registers.file(), store::sqlite::Access::read_only);
  EmbeddedRegisters embedded(reader);
  registers.folder.write("residences.csv",
                         fmt::format("iin,rka,kind,from,to\n{},{},permanent,,\n", kBolat, kHouse));
  const ImportReport report = import_folder(
      registers.database, registers.folder.path(), [&](ImportStage, std::uint64_t, std::uint64_t) {
        ASSERT_TRUE(embedded.residents(rka(kHouse)).available());
      });
  ASSERT_TRUE(report.ok());
  EXPECT_EQ(embedded.residents(rka(kHouse))->size(), 2U);
}

}  // namespace
}  // namespace mekenjai::edge::registers
