#include "edge/registers/population/numbers.hpp"

namespace mekenjai::edge::registers::population {
namespace {

using std::chrono::sys_days;

constexpr sys_days kFirstDay{
    base::Date{std::chrono::year{1900}, std::chrono::January, std::chrono::day{1}}};
constexpr std::size_t kDays = 73'100;  // 1900 to 2100
// Operators' prefixes after +7.
constexpr std::string_view kPrefixes[] = {"700", "701", "702", "705", "706", "707", "708",
                                          "747", "771", "775", "776", "777", "778"};

}  // namespace

Numbers::Numbers() : people_of_day_(kDays * 2) {}

domain::Iin Numbers::iin(base::Date birth, domain::Sex sex) {
  const int year = static_cast<int>(birth.year());
  const bool woman = sex == domain::Sex::female;
  const auto day = static_cast<std::size_t>((sys_days{birth} - kFirstDay).count());
  std::uint16_t& people = people_of_day_.at(day * 2 + (woman ? 1 : 0));
  const int century = (year < 2000 ? 3 : 5) + (woman ? 1 : 0);
  for (;;) {
    // 7919 and 10000 have no common divisor: the serials of a day look scattered and do not repeat.
    const std::size_t serial = (people++ * std::size_t{7919} + day * 31) % 10'000;
    std::string digits =
        fmt::format("{:02}{:02}{:02}{}{:04}", year % 100, static_cast<unsigned>(birth.month()),
                    static_cast<unsigned>(birth.day()), century, serial);
    const std::optional<char> check = domain::iin_check_digit(digits);
    if (check) return *domain::Iin::from_digits(digits + *check);
  }
}

domain::Bin Numbers::bin(int year, int month) {
  for (;;) {
    std::string digits = fmt::format("{:02}{:02}40{:05}", year % 100, month, ++bins_ % 100'000);
    const std::optional<char> check = domain::iin_check_digit(digits);
    if (check) return *domain::Bin::from_digits(digits + *check);
  }
}

domain::Rka Numbers::rka() {
  constexpr std::uint64_t kRange = 1'000'000'000'000;
  // A leading zero, as the address register has it.
  return *domain::Rka::from_digits(fmt::format("0201{:012}", ++rkas_ * 736'878'771'463 % kRange));
}

std::string Numbers::phone() {
  constexpr std::uint64_t kNumbers = 10'000'000;
  const std::uint64_t number = phones_++;
  return fmt::format("+7{}{:07}", kPrefixes[number % std::size(kPrefixes)],
                     (number / std::size(kPrefixes) * 3'141'593 + 1'000'001) % kNumbers);
}

std::string Numbers::document_number() { return fmt::format("{:09}", 40'000'000 + ++documents_); }

}  // namespace mekenjai::edge::registers::population
