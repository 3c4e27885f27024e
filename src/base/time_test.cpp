#include "base/time.hpp"

#include <gtest/gtest.h>

namespace mekenjai::base {
namespace {

using namespace std::chrono;

Date day(std::string_view text) { return parse_date(text).value(); }

TEST(Age, IsReachedAtTheStartOfTheBirthday) {
  EXPECT_EQ(age_on(day("2008-11-24"), day("2026-11-23")), 17);
  EXPECT_EQ(age_on(day("2008-11-24"), day("2026-11-24")), 18);
}

TEST(Age, CountsTheTwentyNinthOfFebruaryAsTheFirstOfMarch) {
  EXPECT_EQ(age_on(day("2008-02-29"), day("2026-02-28")), 17);
  EXPECT_EQ(age_on(day("2008-02-29"), day("2026-03-01")), 18);
  EXPECT_EQ(age_on(day("2008-02-29"), day("2028-02-29")), 20);
}

TEST(CivilDate, TurnsAtMidnightInAlmaty) {
  EXPECT_EQ(civil_date(parse_rfc3339("2026-11-23T18:59:59Z").value()), day("2026-11-23"));
  EXPECT_EQ(civil_date(parse_rfc3339("2026-11-23T19:00:00Z").value()), day("2026-11-24"));
  EXPECT_EQ(civil_hh_mm(parse_rfc3339("2026-11-23T19:04:59Z").value()), "00:04");
}

TEST(Months, EndOnTheLastDayWhereTheMonthIsShorter) {
  EXPECT_EQ(add_months(day("2026-01-31"), 1), day("2026-02-28"));
  EXPECT_EQ(add_months(day("2026-11-23"), 12), day("2027-11-23"));
}

TEST(Rfc3339, SurvivesTheRoundTrip) {
  const Instant at = parse_rfc3339("2026-11-23T10:00:00.250+05:00").value();
  EXPECT_EQ(format_rfc3339(at), "2026-11-23T10:00:00.250+05:00");
  EXPECT_EQ(parse_rfc3339("2026-11-23T05:00:00.25Z"), at);
  for (const char* bad : {"", "2026-11-23", "2026-11-23T10:00:00", "2026-13-01T00:00:00Z",
                          "2026-11-23T10:00:00.Z", "2026-11-23T10:00:00+0500"}) {
    EXPECT_FALSE(parse_rfc3339(bad)) << bad;
  }
}

TEST(WorkingDays, SkipTheWeekend) {
  const Instant friday = parse_rfc3339("2026-11-20T12:00:00+05:00").value();
  EXPECT_EQ(format_rfc3339(add_working_days(friday, 3)), "2026-11-25T12:00:00+05:00");
}

TEST(ParseDate, KnowsTheCalendar) {
  EXPECT_FALSE(parse_date("2026-02-29"));
  EXPECT_TRUE(parse_date("2028-02-29"));
  EXPECT_FALSE(parse_date("2026-2-9"));
}

}  // namespace
}  // namespace mekenjai::base
