// Instants and civil dates. Civil time is Asia/Almaty, fixed +05:00 (contract, preamble).
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mekenjai::base {

using Millis = std::chrono::milliseconds;
/// A moment, UTC, in milliseconds. What the journal stores.
using Instant = std::chrono::sys_time<Millis>;
/// A civil day in Kazakhstan.
using Date = std::chrono::year_month_day;

inline constexpr std::chrono::hours kCivilOffset{5};

/// The civil day on which the instant falls.
Date civil_date(Instant at);
/// 00:00 of the civil day.
Instant start_of_day(Date date);
/// Hours and minutes of the civil clock, "15:04".
std::string civil_hh_mm(Instant at);

/// Full years at `on`; an age is reached at 00:00 of the birthday, 29 February counts as 1 March.
int age_on(Date birth, Date on);
/// The same day `months` later, the last day of that month where it has no such day.
Date add_months(Date from, int months);
Date add_days(Date from, int days);

/// "YYYY-MM-DD", a real calendar day; nothing otherwise.
std::optional<Date> parse_date(std::string_view text);
std::string format_date(Date date);
/// RFC 3339 with the offset +05:00, milliseconds only where there are any.
std::string format_rfc3339(Instant at);
/// RFC 3339 with any offset.
std::optional<Instant> parse_rfc3339(std::string_view text);

/// Monday to Friday; holidays are not known here.
bool is_working_day(Date date);
/// The moment `days` working days after `from`, at the same clock time.
Instant add_working_days(Instant from, int days);

}  // namespace mekenjai::base
