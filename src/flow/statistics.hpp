// What the service tells everybody about itself: how many applications, how they ended, how fast.
// Only days that are over are told. Every number is rounded down to a whole five, and down again
// where a total would tell what a hidden part is; shares, times and reasons are told of twenty or
// more only. So nobody can be found in it.
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

/// The texts of the catalogue say these numbers.
inline constexpr std::int64_t kSmallestNumber = 5;
/// Of fewer than these no share, no median and no reason is told.
inline constexpr std::int64_t kSmallestBase = 20;
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
  base::Instant counted_at;  // the midnight up to which everything is counted
  Told applications;
  Told registered, rejected, sent_to_psc, withdrawn, open;
  /// Of those decided, in percent: by the rules, without a member of staff (not sent to a centre).
  std::optional<int> without_staff_percent;
  /// From signature to decision: half of the decisions took no longer (`store::coarse`).
  std::optional<std::int64_t> median_s;
  std::vector<OfMonth> months;  // all twelve, of the region asked for
  Ranking<OfCode> reasons, centre_reasons;
  Ranking<OfRegion> regions;  // of the month asked for, whatever region was asked for
  /// Those told over twelve months, the biggest first.
  std::vector<OfRegion> known_regions;
};

/// The twelve months that end with this one, the oldest first.
std::vector<Month> months_shown(base::Date today);

/// What may be told of figures. Every number is told as one, whatever page it stands on.
class Statistics {
 public:
  /// `figures` as they stood at the last midnight before `now`.
  Statistics(std::vector<store::Figure> figures, std::map<int, store::RegionName> names,
             base::Instant now);

  /// Whether the address register has such a region; 0 is always there.
  bool has(int region) const { return region == 0 || names_.contains(region); }
  StatisticsView view(const StatisticsFilter& filter);

 private:
  static constexpr int kAll = -1;  // months, regions
  /// A number with what it is made of: applications; their outcomes; the codes of an outcome.
  struct Cell {
    domain::Status outcome = domain::Status::draft;  // draft: applications of every outcome
    std::optional<rules::Code> code{};
    int month = kAll, region = kAll;
    auto operator<=>(const Cell&) const = default;
  };
  /// What a reader knows of a number: what is told, and what it is at most.
  struct Known {
    Told told;
    std::int64_t most = 0;
  };

  std::int64_t count(const Cell& cell) const;
  Known known(const Cell& cell);
  Known work_out(const Cell& cell);
  /// The lines of a table that add up to the cell.
  std::vector<std::vector<Cell>> lines(const Cell& cell) const;
  std::map<std::int64_t, std::int64_t> waits(const StatisticsFilter& filter) const;
  Cell cell_of(const StatisticsFilter& filter, domain::Status outcome) const;
  std::optional<int> without_staff_percent(const StatisticsView& view) const;
  /// What may be told of each, biggest first; those that may not are `others` together.
  template <class Item, class Keys, class CellOf, class ItemOf>
  StatisticsView::Ranking<Item> ranked(const Keys& keys, const CellOf& cell_of, const ItemOf& item_of);
  StatisticsView::Ranking<StatisticsView::OfCode> reasons_of(const Cell& outcome);
  StatisticsView::Ranking<StatisticsView::OfRegion> regions_of(int month);

  const std::vector<store::Figure> figures_;
  const std::map<int, store::RegionName> names_;
  const base::Instant midnight_;
  const std::vector<Month> months_;
  std::vector<int> regions_;  // that have figures
  std::map<domain::Status, std::vector<rules::Code>> codes_;
  std::map<Cell, std::int64_t> counts_;
  std::map<Cell, Known> known_;
};

/// Pure: one view.
StatisticsView statistics_of(const std::vector<store::Figure>& figures,
                             const std::map<int, store::RegionName>& names,
                             const StatisticsFilter& filter, base::Instant now);

/// The statistics of the days that are over, read once a day. Any thread.
class StatisticsKeeper {
 public:
  using View = std::shared_ptr<const StatisticsView>;
  /// What was made already; nothing where it has to be made.
  View kept(const StatisticsFilter& filter, base::Date today);
  /// Reads on this connection where the day is a new one; while one thread does, others tell what
  /// was. Nothing for a region that the address register does not have.
  View made(store::Figures& figures, const StatisticsFilter& filter, base::Instant now);

 private:
  struct Day {
    base::Date day;
    std::mutex mutex;  // of what follows
    std::optional<Statistics> statistics;
    std::map<StatisticsFilter, View> views;
  };
  static std::shared_ptr<Day> read(store::Figures& figures, base::Instant now);
  /// Today's, or the one before while somebody reads today's.
  std::shared_ptr<Day> day(store::Figures& figures, base::Instant now);

  std::mutex mutex_, reading_;
  std::shared_ptr<Day> day_;
};

}  // namespace mekenjai::flow
