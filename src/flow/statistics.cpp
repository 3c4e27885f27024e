#include "flow/statistics.hpp"

#include <algorithm>
#include <set>

namespace mekenjai::flow {
namespace {

using domain::Status;
using store::Figure;

constexpr Status kAnyOutcome = Status::draft;  // a draft is counted nowhere
constexpr Status kOpen = Status::checking;
constexpr std::array kOutcomes{Status::registered, Status::rejected, Status::sent_to_psc,
                               Status::withdrawn, kOpen};
constexpr int kRegions = 100;  // two digits of KATO

Month month_of(base::Date date) { return {date.year(), date.month()}; }

int number_of(Month month) {
  return static_cast<int>(month.year()) * 100 + static_cast<int>(static_cast<unsigned>(month.month()));
}

/// A reported fraud reads as a refusal, here as everywhere outside of the staff's desk.
std::optional<rules::Code> code_of(const Figure& figure) {
  if (figure.outcome != Status::rejected && figure.outcome != Status::sent_to_psc) return std::nullopt;
  const auto code = rules::from_word<rules::Code>(figure.code);
  if (!code) return std::nullopt;
  return rules::code_for_applicant(*code);
}

/// The most that a total may be told as, so that each hidden part could be nobody at all.
template <class Known>
std::optional<std::int64_t> limit_of(const std::vector<Known>& parts) {
  std::int64_t most = 0, most_hidden = -1;
  for (const Known& part : parts) {
    most += part.most;
    if (!part.told) most_hidden = std::max(most_hidden, part.most);
  }
  if (most_hidden < 0) return std::nullopt;
  return most - most_hidden;
}

template <class Item>
void sort_biggest_first(std::vector<Item>& items) {
  std::stable_sort(items.begin(), items.end(), [](const Item& a, const Item& b) {
    return a.applications > b.applications;
  });
}

std::optional<std::int64_t> median(const std::map<std::int64_t, std::int64_t>& waits) {
  std::int64_t all = 0;
  for (const auto& [seconds, n] : waits) all += n;
  if (all < kSmallestBase) return std::nullopt;
  std::int64_t before = 0;
  for (const auto& [seconds, n] : waits) {
    before += n;
    if (2 * before >= all) return seconds;
  }
  return std::nullopt;
}

}  // namespace

Told told(std::int64_t n) {
  if (n < kSmallestNumber) return std::nullopt;
  return n - n % kSmallestNumber;
}

std::vector<Month> months_shown(base::Date today) {
  std::vector<Month> months;
  for (int back = kMonthsShown - 1; back >= 0; --back) {
    months.push_back(month_of(today) - std::chrono::months(back));
  }
  return months;
}

Statistics::Statistics(std::vector<Figure> figures, std::map<int, store::RegionName> names, base::Instant now)
    : figures_(std::move(figures)),
      names_(std::move(names)),
      midnight_(base::start_of_day(base::civil_date(now))),
      months_(months_shown(base::civil_date(now))) {
  std::set<int> regions;
  std::map<Status, std::set<rules::Code>> codes;
  const int first = number_of(months_.front()), last = number_of(months_.back());
  for (const Figure& figure : figures_) {
    if (figure.month < first || figure.month > last) continue;
    regions.insert(figure.region);
    const auto code = code_of(figure);
    if (code) codes[figure.outcome].insert(*code);
    for (const int month : {figure.month, kAll}) {
      for (const int region : {figure.region, kAll}) {
        counts_[{kAnyOutcome, {}, month, region}] += figure.n;
        counts_[{figure.outcome, {}, month, region}] += figure.n;
        if (code) counts_[{figure.outcome, code, month, region}] += figure.n;
      }
    }
  }
  regions_.assign(regions.begin(), regions.end());
  for (const auto& [outcome, of] : codes) codes_[outcome].assign(of.begin(), of.end());
}

std::int64_t Statistics::count(const Cell& cell) const {
  const auto found = counts_.find(cell);
  return found == counts_.end() ? 0 : found->second;
}

std::vector<std::vector<Statistics::Cell>> Statistics::lines(const Cell& cell) const {
  std::vector<std::vector<Cell>> lines;
  const auto add = [&](const auto& keys, auto set) {
    std::vector<Cell>& line = lines.emplace_back();
    for (const auto& key : keys) {
      line.push_back(cell);
      set(line.back(), key);
    }
  };
  if (cell.month == kAll) add(months_, [](Cell& part, Month month) { part.month = number_of(month); });
  if (cell.region == kAll) add(regions_, [](Cell& part, int region) { part.region = region; });
  if (cell.outcome == kAnyOutcome) add(kOutcomes, [](Cell& part, Status outcome) { part.outcome = outcome; });
  // Reasons of a few are not told at all: a reader knows nothing of them, and nothing follows.
  const auto codes = codes_.find(cell.outcome);
  if (!cell.code && codes != codes_.end() && count(cell) >= kSmallestBase) {
    add(codes->second, [](Cell& part, rules::Code code) { part.code = code; });
  }
  return lines;
}

Statistics::Known Statistics::known(const Cell& cell) {
  if (const auto found = known_.find(cell); found != known_.end()) return found->second;
  return known_.emplace(cell, work_out(cell)).first->second;
}

Statistics::Known Statistics::work_out(const Cell& cell) {
  if (cell.code) {
    Cell outcome = cell;
    outcome.code.reset();
    const std::int64_t of = count(outcome);
    if (of < kSmallestBase) return {std::nullopt, told(of).value_or(0) + kSmallestNumber - 1};
  }
  std::int64_t n = count(cell);
  for (const std::vector<Cell>& line : lines(cell)) {
    std::vector<Known> parts;
    for (const Cell& part : line) parts.push_back(known(part));
    n = std::min(n, limit_of(parts).value_or(n));
  }
  const Told number = told(n);
  return {number, number.value_or(0) + kSmallestNumber - 1};
}

Statistics::Cell Statistics::cell_of(const StatisticsFilter& filter, Status outcome) const {
  return {outcome, {}, filter.month ? number_of(*filter.month) : kAll, filter.region.value_or(kAll)};
}

std::map<std::int64_t, std::int64_t> Statistics::waits(const StatisticsFilter& filter) const {
  std::map<std::int64_t, std::int64_t> waits;
  const int first = number_of(filter.month.value_or(months_.front())),
            last = number_of(filter.month.value_or(months_.back()));
  for (const Figure& figure : figures_) {
    if (figure.outcome == Status::withdrawn || figure.outcome == kOpen) continue;
    if (figure.month < first || figure.month > last) continue;
    if (!filter.region || *filter.region == figure.region) waits[figure.seconds] += figure.n;
  }
  return waits;
}

std::optional<int> Statistics::without_staff_percent(const StatisticsView& view) const {
  // Of numbers that are told anyway: the share tells nothing new.
  const std::int64_t by_rules = view.registered.value_or(0) + view.rejected.value_or(0);
  const std::int64_t decided = by_rules + view.sent_to_psc.value_or(0);
  if (decided < kSmallestBase) return std::nullopt;
  return static_cast<int>((200 * by_rules + decided) / (2 * decided));
}

template <class Item, class Keys, class CellOf, class ItemOf>
StatisticsView::Ranking<Item> Statistics::ranked(const Keys& keys, const CellOf& cell_of, const ItemOf& item_of) {
  StatisticsView::Ranking<Item> ranking;
  std::int64_t others = 0;
  std::vector<Known> hidden;
  for (const auto& key : keys) {
    const Cell cell = cell_of(key);
    const Known number = known(cell);
    if (number.told) {
      ranking.items.push_back(item_of(key, *number.told));
    } else {
      others += count(cell);
      hidden.push_back(number);
    }
  }
  sort_biggest_first(ranking.items);
  ranking.others = told(std::min(others, limit_of(hidden).value_or(others)));
  return ranking;
}

StatisticsView::Ranking<StatisticsView::OfCode> Statistics::reasons_of(const Cell& outcome) {
  const auto codes = codes_.find(outcome.outcome);
  if (codes == codes_.end() || count(outcome) < kSmallestBase) return {};
  const auto cell_of = [&](rules::Code code) {
    Cell cell = outcome;
    cell.code = code;
    return cell;
  };
  const auto item_of = [](rules::Code code, std::int64_t n) { return StatisticsView::OfCode{code, n}; };
  return ranked<StatisticsView::OfCode>(codes->second, cell_of, item_of);
}

StatisticsView::Ranking<StatisticsView::OfRegion> Statistics::regions_of(int month) {
  const auto cell_of = [&](int region) { return Cell{kAnyOutcome, {}, month, region}; };
  const auto item_of = [&](int region, std::int64_t n) {
    const auto name = names_.find(region);
    return StatisticsView::OfRegion{region, name == names_.end() ? store::RegionName{} : name->second, n};
  };
  return ranked<StatisticsView::OfRegion>(regions_, cell_of, item_of);
}

StatisticsView Statistics::view(const StatisticsFilter& filter) {
  StatisticsView view;
  view.filter = filter;
  view.counted_at = midnight_;
  const auto number = [&](Status outcome) { return known(cell_of(filter, outcome)).told; };
  view.applications = number(kAnyOutcome);
  view.registered = number(Status::registered);
  view.rejected = number(Status::rejected);
  view.sent_to_psc = number(Status::sent_to_psc);
  view.withdrawn = number(Status::withdrawn);
  view.open = number(kOpen);
  view.without_staff_percent = without_staff_percent(view);
  view.median_s = median(waits(filter));
  for (const Month month : months_) {
    view.months.push_back({month, known(cell_of({month, filter.region}, kAnyOutcome)).told});
  }
  view.reasons = reasons_of(cell_of(filter, Status::rejected));
  view.centre_reasons = reasons_of(cell_of(filter, Status::sent_to_psc));
  view.regions = regions_of(filter.month ? number_of(*filter.month) : kAll);
  view.known_regions = regions_of(kAll).items;
  return view;
}

StatisticsView statistics_of(const std::vector<Figure>& figures, const std::map<int, store::RegionName>& names,
                             const StatisticsFilter& filter, base::Instant now) {
  return Statistics(figures, names, now).view(filter);
}

StatisticsKeeper::View StatisticsKeeper::kept(const StatisticsFilter& filter, base::Date today) {
  std::shared_ptr<Day> known;
  {
    const std::lock_guard lock(mutex_);
    known = day_;
  }
  if (!known || known->day != today) return nullptr;
  const std::lock_guard lock(known->mutex);
  const auto found = known->views.find(filter);
  return found == known->views.end() ? nullptr : found->second;
}

std::shared_ptr<StatisticsKeeper::Day> StatisticsKeeper::read(store::Figures& figures, base::Instant now) {
  auto day = std::make_shared<Day>();
  day->day = base::civil_date(now);
  std::map<int, store::RegionName> names;
  for (int region = 1; region < kRegions; ++region) {
    if (auto name = figures.name_of(region)) names.emplace(region, *std::move(name));
  }
  const int first = number_of(months_shown(day->day).front());
  day->statistics.emplace(figures.since(first, store::number_of(day->day)), std::move(names), now);
  return day;
}

std::shared_ptr<StatisticsKeeper::Day> StatisticsKeeper::day(store::Figures& figures, base::Instant now) {
  const base::Date today = base::civil_date(now);
  const auto latest = [this] {
    const std::lock_guard lock(mutex_);
    return day_;
  };
  std::shared_ptr<Day> known = latest();
  if (known && known->day == today) return known;
  std::unique_lock reading(reading_, std::defer_lock);
  if (known) {
    if (!reading.try_lock()) return known;
  } else {
    reading.lock();  // nothing to tell yet
  }
  known = latest();
  if (known && known->day == today) return known;
  known = read(figures, now);
  const std::lock_guard lock(mutex_);
  day_ = known;
  return known;
}

StatisticsKeeper::View StatisticsKeeper::made(store::Figures& figures, const StatisticsFilter& filter,
                                              base::Instant now) {
  const std::shared_ptr<Day> of = day(figures, now);
  const std::lock_guard lock(of->mutex);
  if (filter.region && !of->statistics->has(*filter.region)) return nullptr;
  View& view = of->views[filter];
  if (!view) view = std::make_shared<const StatisticsView>(of->statistics->view(filter));
  return view;
}

}  // namespace mekenjai::flow
