// What the service tells everybody about itself: how many applications, how they ended, how fast.
// Every number is rounded down to a whole five, so whatever is subtracted from whatever, no number
// below five comes out: nobody can be found in it.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "rules/decision.hpp"
#include "store/figures.hpp"

namespace mekenjai::flow {

using Month = std::chrono::year_month;

/// "2026-11"; nothing for any other form.
inline std::optional<Month> parse_month(std::string_view text) {
  if (text.size() != 7) return std::nullopt;
  const auto day = base::parse_date(std::string(text) + "-01");
  if (!day) return std::nullopt;
  return Month{day->year(), day->month()};
}
inline std::string format_month(Month month) { return base::format_date(month / 1).substr(0, 7); }

/// "75", the first two digits of KATO, or "00" for addresses that no register has.
inline std::optional<int> parse_region(std::string_view text) {
  if (text.size() != 2 || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  return (text[0] - '0') * 10 + (text[1] - '0');
}
inline std::string format_region(int region) { return fmt::format("{:02}", region); }

/// The texts of the catalogue say this number in words.
inline constexpr std::int64_t kSmallestNumber = 5;
inline constexpr int kMonthsShown = 12;

/// A number as it is told: a multiple of five, or nothing for 0 to 4.
using Told = std::optional<std::int64_t>;
Told told(std::int64_t n);

struct StatisticsFilter {
  std::optional<Month> month;  // one of the twelve; nothing: all of them
  std::optional<int> region;
  auto operator<=>(const StatisticsFilter&) const = default;
};

struct StatisticsView {
  struct OfMonth {
    Month month;
    Told applications;
  };
  struct OfCode {
    rules::Code code;
    std::int64_t applications = 0;
  };
  struct OfRegion {
    int region = 0;
    store::RegionName name;  // empty for addresses that no register has
    std::int64_t applications = 0;
  };
  /// Those big enough to be told, the biggest first, and all the others together.
  template <class Item>
  struct Ranking {
    std::vector<Item> items;
    Told others;
  };

  StatisticsFilter filter;
  base::Instant counted_at;
  Told applications;
  Told registered, rejected, sent_to_psc, withdrawn, open;
  /// Of those decided, in percent: by the rules, without a member of staff (not sent to a centre).
  std::optional<int> without_staff_percent;
  /// From signature to decision: half of the decisions took no longer (`store::coarse`).
  std::optional<std::int64_t> median_s;
  std::vector<OfMonth> months;  // all twelve, of the region asked for
  Ranking<OfCode> reasons, centre_reasons;
  Ranking<OfRegion> regions;  // of the month asked for, whatever region was asked for
  /// All that can be asked for: told over twelve months.
  std::vector<OfRegion> known_regions;
};

/// The twelve months that end with this one, the oldest first.
std::vector<Month> months_shown(base::Date today);

/// Pure: what to tell of figures. `names` of regions; those without are told without.
StatisticsView statistics_of(const std::vector<store::Figure>& figures,
                             const std::map<int, store::RegionName>& names,
                             const StatisticsFilter& filter, base::Instant now);

/// Figures and answers that may be a little old: kept a thousand times as long as it took to read
/// them, so that reading never takes more than a thousandth of a thread. Any thread.
class StatisticsKeeper {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kShortest{1};
  static constexpr std::chrono::minutes kLongest{10};

  using View = std::shared_ptr<const StatisticsView>;
  /// What was told lately; nothing where it has to be made.
  View kept(const StatisticsFilter& filter, base::Date today);
  /// Made from the figures on this connection, or from those read lately.
  View made(store::Figures& figures, const StatisticsFilter& filter, base::Instant now);

 private:
  struct Read {
    std::vector<store::Figure> figures;
    std::map<int, store::RegionName> names;
    base::Instant counted_at;
    Month last;  // of the twelve
    Clock::time_point good_until;
    std::map<StatisticsFilter, View> views;
  };
  static std::shared_ptr<Read> read(store::Figures& figures, base::Instant now);
  bool good(base::Date today) const;

  std::mutex mutex_;
  std::shared_ptr<Read> read_;
};

}  // namespace mekenjai::flow
