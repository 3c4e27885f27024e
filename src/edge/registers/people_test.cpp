#include "edge/registers/people.hpp"

#include <gtest/gtest.h>

#include "edge/registers/test_registers.hpp"

namespace mekenjai::edge::registers {
namespace {

TEST(PeopleToTry, AreFoundInRegistersOfAnyOrigin) {
  TestRegisters registers;
  const base::Date today = date("2026-09-01");
  EXPECT_TRUE(people_to_try(registers.database, today).empty()) << "nobody there";

  // Болат owns a house and lives elsewhere; Айгерім owns nothing.
  registers.folder.write(
      "persons.csv", fmt::format("{}{},Нұрланова,Айгерім,,f,1999-05-01,,KAZ,full,1,2030-01-01,kk\n"
                                 "{},Смағұлов,Болат,,m,1980-05-01,,KAZ,full,2,2030-01-01,ru\n",
                                 kPersonsHeader, kAigerim, kBolat));
  registers.folder.write(
      "phones.csv",
      fmt::format("iin,phone,since\n{},+77010000001,\n{},+77010000002,\n", kAigerim, kBolat));
  registers.folder.write(
      "dwellings.csv",
      fmt::format("{}{},house,750000000,,,Алматы,Алматы,Абай даңғылы,проспект Абая,"
                  "7,,60,1\n",
                  kDwellingsHeader, kHouse));
  registers.folder.write("rights.csv",
                         fmt::format("rka,holder,share,from,to\n{},{},1/1,,\n", kHouse, kBolat));
  ASSERT_TRUE(registers.import().ok());

  const auto people = people_to_try(registers.database, today);
  ASSERT_EQ(people.size(), 2U);
  EXPECT_EQ(people[0].what, "owner");
  EXPECT_EQ(people[0].iin, iin(kBolat));
  EXPECT_EQ(people[0].name, "Болат Смағұлов");
  EXPECT_EQ(people[0].phone, "+77010000002");
  EXPECT_EQ(people[0].rka, kHouse);
  EXPECT_EQ(people[0].address, "Алматы, проспект Абая, 7");
  EXPECT_EQ(people[0].outcome + " " + people[0].code + " " + people[0].row,
            "register sole_owner D4");
  EXPECT_EQ(people[1].what, "newcomer");
  EXPECT_EQ(people[1].iin, iin(kAigerim));
  EXPECT_EQ(people[1].address, "Алматы, Абай даңғылы, 7");
  EXPECT_EQ(people[1].outcome + " " + people[1].code + " " + people[1].row, "wait owners D6");
  ASSERT_EQ(people[1].consenters.size(), 1U);
  EXPECT_EQ(people[1].consenters[0], iin(kBolat));
}

}  // namespace
}  // namespace mekenjai::edge::registers
