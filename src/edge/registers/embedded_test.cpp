#include "edge/registers/embedded.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge/registers/residence_writer.hpp"
#include "edge/registers/switched.hpp"
#include "edge/registers/test_registers.hpp"

namespace mekenjai::edge::registers {
namespace {

using ::testing::ElementsAre;

/// Айгерім and Болат own a flat by halves since Болат bought in; Дана rents a house of the state.
class Embedded : public ::testing::Test {
 protected:
  Embedded() {
    const auto text = [&](const char* file, std::string_view content) {
      registers.folder.write(file, content);
    };
    text("persons.csv",
         fmt::format(
             "{}{},Нұрланова,Айгерім,Серікқызы,f,1999-05-01,2026-01-02,KAZ,limited,040000001,"
             "2030-01-01,kk\n",
             kPersonsHeader, kAigerim));
    text("relations.csv",
         fmt::format("iin,related_iin,relation,from,to\n{0},{1},spouse,2020-01-01,\n"
                     "{2},{0},trustee,,2025-01-01\n",
                     kAigerim, kBolat, kDana));
    text("phones.csv",
         fmt::format("iin,phone,since\n{},+77010000001,2020-01-01\n{},+77010000001,\n", kBolat,
                     kAigerim));
    text("organisations.csv",
         fmt::format(
             "bin,name_kk,name_ru,kind,head_iin,contact,kato\n{},Әкімдік,Акимат,state,,,750000000\n"
             "040340000027,Тұрғын үй,Жильё,housing_body,{},+7 7172 11,710000000\n"
             "040340000037,Есіл,Есиль,housing_body,,,711210000\n",
             kCompany, kDana));
    text("dwellings.csv", fmt::format("{}{},flat,711110000,Астана қаласы,город "
                                      "Астана,Астана,Астана,Кенесары көшесі,улица Кенесары,40,118,"
                                      "45.5,1\n{},house,750000000,,,Алматы,Алматы,,,7,,,0\n",
                                      kDwellingsHeader, kFlat, kHouse));
    text("rights.csv",
         fmt::format("rka,holder,share,from,to\n{0},{1},1/2,2010-01-01,\n{0},{2},1/2,2021-01-01,\n"
                     "{0},{3},1/2,,2020-12-31\n{4},{5},1/1,,\n",
                     kFlat, kAigerim, kBolat, kDana, kHouse, kCompany));
    text("encumbrances.csv", fmt::format("rka,kind,from,to\n{},mortgage,2021-01-01,\n", kFlat));
    text("leases.csv",
         fmt::format(
             "lease,rka,tenant_iin,housing_body_bin,from,to\nN-2,{0},{1},040340000027,2020-01-01,\n"
             "N-1,{0},{2},,2010-01-01,2019-12-31\n",
             kHouse, kDana, kBolat));
    text("lease_members.csv", fmt::format("lease,iin\nN-2,{}\nN-2,{}\n", kBolat, kAigerim));
    text("residences.csv", fmt::format("iin,rka,kind,from,to\n{0},{1},permanent,2010-01-01,\n"
                                       "{0},{2},temporary,2026-01-01,2026-06-30\n",
                                       kAigerim, kFlat, kHouse));
    text("students.csv",
         fmt::format("iin,kato,from,to\n{},711110000,2025-09-01,2029-06-30\n", kDana));
    text("centres.csv",
         "id,name_kk,name_ru,kato,address_kk,address_ru,phone,hours\n"
         "c1,А,А,750000000,,,,\nc2,Б,Б,711210000,,,,\nc3,В,В,711110000,,,,\n");
    text("staff.csv",
         fmt::format("iin,role,bin,kato\n{},housing_clerk,040340000027,710000000\n", kDana));
    const ImportReport report = registers.import();
    for (const ImportError& error : report.errors) ADD_FAILURE() << describe(error);
    embedded = std::make_unique<EmbeddedRegisters>(registers.database);
  }

  TestRegisters registers;
  std::unique_ptr<EmbeddedRegisters> embedded;
};

TEST_F(Embedded, KnowsPeople) {
  const auto person = *embedded->person(iin(kAigerim));
  ASSERT_TRUE(person);
  EXPECT_EQ(person->iin, iin(kAigerim));
  EXPECT_EQ(person->sex, domain::Sex::female);
  EXPECT_EQ(person->capacity, domain::Capacity::limited);
  EXPECT_EQ(person->death_date, date("2026-01-02"));
  EXPECT_EQ(person->document_expires, date("2030-01-01"));
  const auto nobody = embedded->person(iin(kBolat));
  EXPECT_TRUE(nobody.available());
  EXPECT_FALSE(*nobody);
}

TEST_F(Embedded, FindsRelationsFromEitherSide) {
  const auto relations = *embedded->relations(iin(kAigerim));
  ASSERT_EQ(relations.size(), 2U);
  EXPECT_EQ(relations[0].kind, domain::RelationKind::spouse);
  EXPECT_EQ(relations[0].related, iin(kBolat));
  EXPECT_EQ(relations[1].iin, iin(kDana));
  EXPECT_EQ(relations[1].to, date("2025-01-01"));
  EXPECT_EQ(embedded->relations(iin(kBolat))->size(), 1U);
}

TEST_F(Embedded, KnowsStudentsOfACityOnADay) {
  EXPECT_TRUE(*embedded->is_student(iin(kDana), "71", date("2026-01-01")));
  EXPECT_FALSE(*embedded->is_student(iin(kDana), "75", date("2026-01-01")));
  EXPECT_FALSE(*embedded->is_student(iin(kDana), "71", date("2025-08-31")));
  EXPECT_FALSE(*embedded->is_student(iin(kDana), "71", date("2029-07-01")));
}

TEST_F(Embedded, KnowsPhonesBothWays) {
  EXPECT_EQ((*embedded->phone(iin(kBolat)))->since, date("2020-01-01"));
  EXPECT_THAT(*embedded->people_of_phone("+77010000001"), ElementsAre(iin(kAigerim), iin(kBolat)));
  EXPECT_TRUE(embedded->people_of_phone("+77010000002")->empty());
  EXPECT_TRUE(embedded->people_of_phone("anything")->empty());
}

TEST_F(Embedded, KnowsDwellings) {
  const auto flat = *embedded->dwelling(rka(kFlat));
  ASSERT_TRUE(flat);
  EXPECT_EQ(flat->rka.view(), kFlat) << "with its leading zero";
  EXPECT_EQ(flat->kato, "711110000");
  EXPECT_EQ(flat->useful_area_cm2, 455'000);
  EXPECT_EQ(flat->street_kk, "Кенесары көшесі");
  const auto house = *embedded->dwelling(rka(kHouse));
  ASSERT_TRUE(house);
  EXPECT_FALSE(house->actual);
  EXPECT_FALSE(house->useful_area_cm2);
}

TEST_F(Embedded, KnowsRightsAndHoldings) {
  const auto rights = *embedded->rights(rka(kFlat));
  ASSERT_EQ(rights.size(), 3U) << "past ones too";
  EXPECT_EQ(rights[0].holder, kAigerim);
  EXPECT_EQ(rights[2].to, date("2020-12-31"));
  EXPECT_EQ(embedded->holdings(iin(kBolat), date("2026-01-01"))->size(), 1U);
  EXPECT_EQ((*embedded->holdings(iin(kBolat), date("2026-01-01")))[0].second, "1/2");
  EXPECT_TRUE(embedded->holdings(iin(kBolat), date("2020-12-31"))->empty());
  EXPECT_TRUE(embedded->holdings(iin(kDana), date("2026-01-01"))->empty());
  ASSERT_EQ(embedded->encumbrances(rka(kFlat))->size(), 1U);
  EXPECT_EQ((*embedded->encumbrances(rka(kFlat)))[0].kind, domain::EncumbranceKind::mortgage);
}

TEST_F(Embedded, KnowsOrganisationsAndHousingBodies) {
  EXPECT_EQ((*embedded->organisation(kCompany))->kind, domain::OrganisationKind::state);
  EXPECT_FALSE(*embedded->organisation("123"));
  EXPECT_EQ((*embedded->organisation("040340000027"))->head_iin, kDana);
  // The district's own body; else the city's, which contains the place, before a neighbour
  // district's.
  EXPECT_EQ((*embedded->housing_body_at("711210000"))->name_ru, "Есиль");
  EXPECT_EQ((*embedded->housing_body_at("711110000"))->name_ru, "Жильё");
  EXPECT_FALSE(*embedded->housing_body_at("750000000"));
}

TEST_F(Embedded, KnowsLeasesWithTheirMembers) {
  const auto leases = *embedded->leases(rka(kHouse));
  ASSERT_EQ(leases.size(), 2U);
  EXPECT_EQ(leases[0].number, "N-1");
  EXPECT_EQ(leases[0].housing_body_bin, "");
  EXPECT_EQ(leases[1].tenant, iin(kDana));
  EXPECT_THAT(leases[1].members, ElementsAre(iin(kAigerim), iin(kBolat)));
}

TEST_F(Embedded, KnowsResidencesOfPeopleAndDwellings) {
  EXPECT_EQ(embedded->residences(iin(kAigerim))->size(), 2U);
  ASSERT_EQ(embedded->residents(rka(kHouse))->size(), 1U);
  EXPECT_EQ((*embedded->residents(rka(kHouse)))[0].kind, domain::ResidenceKind::temporary);
  ResidenceWriter writer(registers.database);
  writer.enter(
      {iin(kDana), rka(kHouse), domain::ResidenceKind::permanent, date("2026-09-01"), {}, false},
      "a");
  EXPECT_EQ(embedded->residents(rka(kHouse))->size(), 2U);
}

TEST_F(Embedded, NamesTheNearestCentresFirst) {
  const auto near = embedded->centres_near("711110000", 5);
  ASSERT_EQ(near.size(), 2U) << "not those of another region";
  EXPECT_EQ(near[0].id, "c3");
  EXPECT_EQ(embedded->centres_near("711110000", 1).size(), 1U);
  EXPECT_EQ(embedded->centres_near("550000000", 5).size(), 3U) << "none in the region: any";
}

TEST_F(Embedded, KnowsRoles) {
  const auto roles = *embedded->roles(iin(kDana));
  ASSERT_EQ(roles.size(), 1U);
  EXPECT_EQ(roles[0].role, "housing_clerk");
  EXPECT_EQ(roles[0].kato, "710000000");
}

TEST_F(Embedded, AFaultOfTheStoreIsSilenceNotAnAnswer) {
  registers.database.execute("DROP TABLE reg_person");
  EXPECT_FALSE(embedded->person(iin(kAigerim)).available());
  EXPECT_TRUE(embedded->relations(iin(kAigerim)).available());
}

TEST_F(Embedded, EachRegisterFallsSilentByItself) {
  Switches switches;
  SwitchedRegisters switched(*embedded, switches);
  const domain::Date day = date("2026-01-01");
  const auto answering = [&] {
    std::string words;
    const auto note = [&](bool available, const char* word) { words += available ? word : ""; };
    note(switched.person(iin(kDana)).available() && switched.relations(iin(kDana)).available() &&
             switched.is_student(iin(kDana), "71", day).available() &&
             switched.roles(iin(kDana)).available(),
         "persons ");
    note(switched.dwelling(rka(kFlat)).available() &&
             switched.find_dwellings("Кенесары", 5).available(),
         "dwellings ");
    note(switched.rights(rka(kFlat)).available() && switched.encumbrances(rka(kFlat)).available() &&
             switched.holdings(iin(kDana), day).available() &&
             switched.organisation(kCompany).available() &&
             switched.housing_body_at("711110000").available(),
         "rights ");
    note(switched.leases(rka(kFlat)).available(), "leases ");
    note(switched.phone(iin(kDana)).available() &&
             switched.people_of_phone("+77010000001").available(),
         "phones ");
    note(switched.residences(iin(kDana)).available() && switched.residents(rka(kFlat)).available(),
         "residences ");
    return words;
  };
  const std::string all = "persons dwellings rights leases phones residences ";
  EXPECT_EQ(answering(), all);
  using rules::Register;
  const std::pair<Register, std::string> each[] = {
      {Register::persons, "persons "}, {Register::dwellings, "dwellings "},
      {Register::rights, "rights "},   {Register::leases, "leases "},
      {Register::phones, "phones "},   {Register::residences, "residences "}};
  for (const auto& [which, word] : each) {
    switches.set(which, true);
    std::string rest = all;
    rest.erase(rest.find(word), word.size());
    EXPECT_EQ(answering(), rest);
    EXPECT_FALSE(switched.centres_near("711110000", 5).empty());
    switches.set(which, false);
  }
}

}  // namespace
}  // namespace mekenjai::edge::registers
