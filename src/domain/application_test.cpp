#include "domain/application.hpp"

#include <gtest/gtest.h>

namespace mekenjai::domain {
namespace {

TEST(ApplicationNumber, IsNeverMistakenForAnIin) {
  for (int i = 0; i < 1000; ++i) {
    const std::string number = new_application_number();
    ASSERT_TRUE(is_application_number(number)) << number;
    ASSERT_GT(number.substr(2, 2), "12");
  }
  EXPECT_FALSE(is_application_number("261314037710"));
  EXPECT_FALSE(is_application_number("991301300003"));
}

TEST(Id, IsAUuidOfVersionSevenThatSortsByTime) {
  const base::Instant now = base::parse_rfc3339("2026-11-23T10:00:00Z").value();
  const std::string first = new_id(now), later = new_id(now + base::Millis{1});
  EXPECT_TRUE(is_id(first));
  EXPECT_EQ(first[14], '7');
  EXPECT_LT(first, later);
  EXPECT_FALSE(is_id("not-an-id"));
  std::string before = new_id(now + base::Millis{2});
  for (int i = 0; i < 3000; ++i) {
    std::string after = new_id(now + base::Millis{2});
    ASSERT_LT(before, after);  // of one millisecond too
    before = std::move(after);
  }
}

TEST(Words, AreThoseOfTheContract) {
  EXPECT_EQ(word(Status::waiting_for_consent), "waiting_for_consent");
  EXPECT_EQ(parse_reason("return"), Reason::return_);
  EXPECT_EQ(word(ConsentStatus::void_), "void");
  EXPECT_FALSE(parse_answer("maybe"));
}

}  // namespace
}  // namespace mekenjai::domain
