#include "policy/policy.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/embedded.hpp"

namespace mekenjai::policy {
namespace {

base::Date day(std::string_view text) { return base::parse_date(text).value(); }

std::string first_edition() {
  for (const embedded::File& file : embedded::policies()) {
    if (file.name == "kz-2025-11-24.toml") return std::string(file.content);
  }
  return {};
}

/// The edition with one text replaced; empty where the text is not there.
std::string with(const std::string& from, const std::string& to) {
  std::string edition = first_edition();
  const std::size_t at = edition.find(from);
  if (at == std::string::npos) return {};
  return edition.replace(at, from.size(), to);
}

std::string error_of(const std::string& content) {
  const base::Result<Editions> parsed = Editions::parse({{"one.toml", content}});
  return parsed ? "no error" : text_of(parsed.error());
}

TEST(Editions, TheOneOfTheDay) {
  const Editions& editions = Editions::built_in();
  EXPECT_EQ(editions.all().size(), 2u);
  EXPECT_EQ(editions.in_force(day("2026-07-31")).version, "kz-2025-11-24");
  EXPECT_EQ(editions.in_force(day("2026-08-01")).version, "kz-2026-08-01");
  EXPECT_EQ(editions.in_force(day("2025-11-24")).version, "kz-2025-11-24");
  // Before the first of them: the oldest.
  EXPECT_EQ(editions.in_force(day("2020-01-01")).version, "kz-2025-11-24");
  ASSERT_NE(editions.by_version("kz-2025-11-24"), nullptr);
  EXPECT_EQ(editions.by_version("kz-2025-11-24")->valid_from, day("2025-11-24"));
  EXPECT_EQ(editions.by_version("kz-1991-12-16"), nullptr);
}

TEST(Editions, SayWhatTheTableSays) {
  for (const Policy& edition : Editions::built_in().all()) {
    SCOPED_TRACE(edition.version);
    const Policy table;  // the struct's defaults are the table's values
    EXPECT_EQ(edition.adult_age, table.adult_age);
    EXPECT_EQ(edition.own_application_age, table.own_application_age);
    EXPECT_EQ(edition.child_age, table.child_age);
    EXPECT_EQ(edition.representative_until_age, table.representative_until_age);
    EXPECT_EQ(edition.document_age, table.document_age);
    EXPECT_EQ(edition.applicant_for_others_age, table.applicant_for_others_age);
    EXPECT_EQ(edition.second_factor, table.second_factor);
    EXPECT_EQ(edition.temporary_min_months, table.temporary_min_months);
    EXPECT_EQ(edition.temporary_max_months, table.temporary_max_months);
    EXPECT_EQ(edition.density_people, table.density_people);
    EXPECT_EQ(edition.density_new, table.density_new);
    EXPECT_EQ(edition.density_days, table.density_days);
    EXPECT_EQ(edition.consent_window_s, table.consent_window_s);
    EXPECT_EQ(edition.link_bound_before_expiry_s, table.link_bound_before_expiry_s);
    EXPECT_EQ(edition.retry_first_s, table.retry_first_s);
    EXPECT_EQ(edition.retry_again_s, table.retry_again_s);
    EXPECT_EQ(edition.retry_message_working_days, table.retry_message_working_days);
    EXPECT_EQ(edition.phone_min_age_s, table.phone_min_age_s);
    EXPECT_EQ(edition.hold_after_fraud_s, table.hold_after_fraud_s);
    EXPECT_EQ(edition.consent_kept_s, table.consent_kept_s);
    EXPECT_EQ(edition.reminder_days, table.reminder_days);
    EXPECT_EQ(edition.requests_from_one_a_day, table.requests_from_one_a_day);
    EXPECT_EQ(edition.requests_from_all_a_day, table.requests_from_all_a_day);
    EXPECT_EQ(edition.forecast_strangers_a_day, table.forecast_strangers_a_day);
  }
}

TEST(Norms, OfAstanaFromTheFirstOfAugust) {
  const Policy& edition = Editions::built_in().in_force(day("2026-08-01"));
  ASSERT_NE(edition.norm_at("710000000", day("2026-08-01")), nullptr);
  EXPECT_EQ(edition.norm_at("711210000", day("2026-08-01"))->area_cm2_per_person, 150'000);
  EXPECT_EQ(edition.norm_at("710000000", day("2026-07-31")), nullptr);
  EXPECT_EQ(edition.norm_at("750000000", day("2026-08-01")), nullptr);
  EXPECT_EQ(edition.norm_at("", day("2026-08-01")), nullptr);
  EXPECT_TRUE(Editions::built_in().in_force(day("2026-07-31")).norms.empty());
}

TEST(Norms, TheNearestPlaceAndTheLatestDayCount) {
  Policy edition;
  edition.norms = {{"71", 150'000, day("2026-08-01")},
                   {"7112", 180'000, day("2026-08-01")},
                   {"71", 160'000, day("2027-01-01")}};
  EXPECT_EQ(edition.norm_at("711310000", day("2026-12-31"))->area_cm2_per_person, 150'000);
  EXPECT_EQ(edition.norm_at("711310000", day("2027-01-01"))->area_cm2_per_person, 160'000);
  EXPECT_EQ(edition.norm_at("711210000", day("2027-01-01"))->area_cm2_per_person, 180'000);
}

TEST(Basis, OfARow) {
  const Policy& edition = Editions::built_in().in_force(day("2026-11-23"));
  const std::vector<Basis>& of_minor = edition.basis_of("D1");
  ASSERT_FALSE(of_minor.empty());
  EXPECT_EQ(of_minor[0].act, "joint_order_500_801");
  EXPECT_EQ(of_minor[0].article, "cl. 3");
  EXPECT_EQ(edition.basis_of("B6")[0].article, "art. 16");
  EXPECT_TRUE(edition.basis_of("Z9").empty());
}

struct BrokenCase {
  const char* what;
  std::string content;
  const char* error;
};

TEST(Parse, NamesFileLineAndKeyOfWhatIsWrong) {
  const BrokenCase cases[] = {
      {"an unknown key", with("[term]", "[term]\nlargest = 3"),
       "one.toml:19: term.largest is an unknown key"},
      {"an unknown section", first_edition() + "\n[moon]\nphase = 1\n", "moon is an unknown key"},
      {"a missing value", with("document = 16", "# document = 16"),
       "one.toml:7: ages.document is missing"},
      {"a text for a number", with("adult = 18", "adult = \"18\""),
       "one.toml:8: ages.adult is not a whole number"},
      {"a fraction", with("adult = 18", "adult = 18.0"),
       "one.toml:8: ages.adult is not a whole number"},
      {"out of range", with("adult = 18", "adult = 0"), "one.toml:8: ages.adult is not from 1"},
      {"a text for a date", with("valid_from = 2025-11-24", "valid_from = \"2025-11-24\""),
       "one.toml:5: valid_from is not a date"},
      {"not a row", with("A0 = [", "A99x = ["), "basis.A99x is not a row of the table"},
      {"an act with more",
       with("{ act = \"law_state_services\", ", "{ act = \"law_state_services\", date = 1, "),
       "basis.A0[0].date is an unknown key"},
      {"not TOML", "version = ", "one.toml:1:"},
      {"a key twice", with("[term]", "[ages]"), "one.toml:"},
      {"a norm without digits",
       with("[basis]",
            "[[norms]]\nkato_prefix = \"7x\"\narea_cm2_per_person = 1\n"
            "from = 2026-08-01\n[basis]"),
       "norms[0].kato_prefix is not 1 to 9 digits"},
      {"a norm of nothing",
       with("[basis]",
            "[[norms]]\nkato_prefix = \"71\"\narea_cm2_per_person = 0\n"
            "from = 2026-08-01\n[basis]"),
       "norms[0].area_cm2_per_person is not from 1"},
  };
  for (const BrokenCase& one : cases) {
    SCOPED_TRACE(one.what);
    ASSERT_FALSE(one.content.empty());
    EXPECT_NE(error_of(one.content).find(one.error), std::string::npos) << error_of(one.content);
  }
}

TEST(Parse, TwoEditionsOfOneDayAreAMistake) {
  const base::Result<Editions> twice =
      Editions::parse({{"a.toml", first_edition()}, {"b.toml", first_edition()}});
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, "bad_policy");
  EXPECT_FALSE(Editions::parse({}));
}

TEST(Read, TakesEveryTomlOfAFolder) {
  const std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / "mekenjai_policy_test";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  EXPECT_FALSE(Editions::read(folder.string()));  // nothing there
  for (const embedded::File& file : embedded::policies()) {
    std::ofstream(folder / file.name) << file.content;
  }
  std::ofstream(folder / "notes.txt") << "not a policy";
  const base::Result<Editions> read = Editions::read(folder.string());
  ASSERT_TRUE(read) << text_of(read.error());
  EXPECT_EQ(read->all().back().version, "kz-2026-08-01");
  EXPECT_FALSE(Editions::read((folder / "missing").string()));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace mekenjai::policy
