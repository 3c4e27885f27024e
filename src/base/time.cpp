#include "base/time.hpp"

#include <charconv>

namespace mekenjai::base {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

/// Reads exactly `width` digits; negative where they are not digits.
int digits(std::string_view text, std::size_t from, std::size_t width) {
  if (from + width > text.size()) return -1;
  int value = 0;
  for (std::size_t i = from; i < from + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

}  // namespace

Date civil_date(Instant at) {
  return Date{std::chrono::floor<days>(at + kCivilOffset)};
}

Instant start_of_day(Date date) { return Instant{sys_days{date}} - kCivilOffset; }

std::string civil_hh_mm(Instant at) {
  const auto local = at + kCivilOffset;
  const auto minutes = std::chrono::floor<std::chrono::minutes>(local) -
                       std::chrono::floor<days>(local);
  return fmt::format("{:02}:{:02}", minutes.count() / 60, minutes.count() % 60);
}

int age_on(Date birth, Date on) {
  int years = static_cast<int>(on.year()) - static_cast<int>(birth.year());
  Date birthday{on.year(), birth.month(), birth.day()};
  if (!birthday.ok()) birthday = on.year() / std::chrono::March / 1;  // born on 29 February
  if (sys_days{on} < sys_days{birthday}) --years;
  return years;
}

Date add_months(Date from, int months) {
  const auto month = std::chrono::year_month{from.year(), from.month()} +
                     std::chrono::months{months};
  const Date same_day = month / from.day();
  return same_day.ok() ? same_day : Date{month / std::chrono::last};
}

Date add_days(Date from, int count) { return Date{sys_days{from} + days{count}}; }

std::optional<Date> parse_date(std::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const Date date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                  std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return std::nullopt;
  return date;
}

std::string format_date(Date date) {
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string format_rfc3339(Instant at) {
  const auto local = at + kCivilOffset;
  const auto day = std::chrono::floor<days>(local);
  const long long millis = (local - day).count();
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}", format_date(Date{day}), millis / 3'600'000,
                                 millis / 60'000 % 60, millis / 1000 % 60);
  if (millis % 1000 != 0) text += fmt::format(".{:03}", millis % 1000);
  return text + "+05:00";
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  if (text.size() < 20) return std::nullopt;
  const std::optional<Date> date = parse_date(text.substr(0, 10));
  if (!date || (text[10] != 'T' && text[10] != 't')) return std::nullopt;
  if (text[13] != ':' || text[16] != ':') return std::nullopt;
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) {
    return std::nullopt;
  }
  std::size_t at = 19;
  int millis = 0;
  if (text[at] == '.') {
    const std::size_t start = ++at;
    int scale = 100;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
      millis += (text[at] - '0') * scale;
      scale /= 10;
      ++at;
    }
    if (at == start) return std::nullopt;
  }
  if (at >= text.size()) return std::nullopt;
  int offset_minutes = 0;
  if (text[at] == 'Z' || text[at] == 'z') {
    if (at + 1 != text.size()) return std::nullopt;
  } else if (text[at] == '+' || text[at] == '-') {
    if (text.size() != at + 6 || text[at + 3] != ':') return std::nullopt;
    const int hours = digits(text, at + 1, 2), minutes = digits(text, at + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    offset_minutes = (hours * 60 + minutes) * (text[at] == '-' ? -1 : 1);
  } else {
    return std::nullopt;
  }
  return Instant{sys_days{*date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second} + Millis{millis} - std::chrono::minutes{offset_minutes};
}

bool is_working_day(Date date) {
  const unsigned weekday = std::chrono::weekday{sys_days{date}}.iso_encoding();
  return weekday <= 5;
}

Instant add_working_days(Instant from, int count) {
  Instant at = from;
  while (count > 0) {
    at += days{1};
    if (is_working_day(civil_date(at))) --count;
  }
  return at;
}

}  // namespace mekenjai::base
