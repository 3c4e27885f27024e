#include "edge/push/report.hpp"

#include <charconv>

namespace mekenjai::edge::push {
namespace {

using std::chrono::seconds;

/// All of `text` as a number of digits; negative for anything else.
long long digits(std::string_view text) {
  long long value = -1;
  if (text.empty() || text.front() < '0' || text.front() > '9') return -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size()) return -1;
  // More digits than a number holds are a very long wait.
  return error == std::errc::result_out_of_range ? seconds(kMaxRetryAfter).count() : error == std::errc{} ? value : -1;
}

/// "Sun, 06 Nov 1994 08:49:37 GMT"; the obsolete forms are not written by anybody (RFC 9110, 5.6.7).
std::optional<base::Instant> read_http_date(std::string_view text) {
  static constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != 29 || !text.ends_with(" GMT") || text[3] != ',' || text[19] != ':' || text[22] != ':') {
    return std::nullopt;
  }
  const std::size_t month = kMonths.find(text.substr(8, 3));
  const long long day = digits(text.substr(5, 2)), year = digits(text.substr(12, 4));
  const long long hour = digits(text.substr(17, 2)), minute = digits(text.substr(20, 2)),
                  second = digits(text.substr(23, 2));
  if (month == std::string_view::npos || month % 3 != 0 || day < 0 || year < 0) return std::nullopt;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
  const base::Date date{std::chrono::year(static_cast<int>(year)),
                        std::chrono::month(static_cast<unsigned>(month / 3 + 1)),
                        std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return base::Instant{std::chrono::sys_days{date}} + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         seconds(second);
}

Fate fate_of(int status) {
  if (status >= 200 && status < 300) return Fate::taken;
  if (status == 404 || status == 410) return Fate::gone;
  if (status == 408 || status == 425 || status == 429 || status >= 500 || status < 200) return Fate::later;
  return Fate::refused;
}

}  // namespace

std::string_view word(Fate fate) {
  static constexpr std::string_view kWords[] = {"taken", "gone", "later", "refused"};
  return kWords[static_cast<std::size_t>(fate)];
}

std::chrono::seconds read_retry_after(std::string_view field, base::Instant now) {
  const seconds limit = kMaxRetryAfter;
  if (const long long count = digits(field); count >= 0) return std::min(seconds(count), limit);
  const auto date = read_http_date(field);
  if (!date || *date <= now) return seconds(0);
  return std::min(std::chrono::ceil<seconds>(*date - now), limit);
}

Report report_of(int status, std::string_view retry_after, base::Instant now) {
  Report report;
  report.fate = fate_of(status);
  report.status = status;
  if (report.fate == Fate::later) report.retry_after = read_retry_after(retry_after, now);
  if (report.fate != Fate::taken) report.trouble = fmt::format("status {}", status);
  return report;
}

}  // namespace mekenjai::edge::push
