#include "flow/statistics.hpp"

#include <algorithm>

namespace mekenjai::flow {
namespace {

using domain::Status;
using store::Figure;

Month month_of(base::Date date) { return {date.year(), date.month()}; }

int number_of(Month month) {
  return static_cast<int>(month.year()) * 100 + static_cast<int>(static_cast<unsigned>(month.month()));
}

/// Counts one by one what a view tells.
struct Count {
  std::int64_t applications = 0;
  std::map<Status, std::int64_t> outcomes;
  std::map<rules::Code, std::int64_t> reasons, centre_reasons;
  std::map<std::int64_t, std::int64_t> waits;  // seconds to a decision → how many

  void add(const Figure& figure) {
    applications += figure.n;
    outcomes[figure.outcome] += figure.n;
    if (figure.outcome == Status::withdrawn || figure.outcome == Status::checking) return;
    waits[figure.seconds] += figure.n;
    const auto code = rules::from_word<rules::Code>(figure.code);
    if (!code) return;
    // A reported fraud reads as a refusal, here as everywhere outside of the staff's desk.
    const rules::Code shown = rules::code_for_applicant(*code);
    if (figure.outcome == Status::rejected) reasons[shown] += figure.n;
    if (figure.outcome == Status::sent_to_psc) centre_reasons[shown] += figure.n;
  }

  std::int64_t of(Status status) const {
    const auto found = outcomes.find(status);
    return found == outcomes.end() ? 0 : found->second;
  }
};

template <class Item, class Key, class Make>
StatisticsView::Ranking<Item> ranked(const std::map<Key, std::int64_t>& counted, Make make) {
  StatisticsView::Ranking<Item> ranking;
  std::int64_t others = 0;
  for (const auto& [key, n] : counted) {
    if (const Told number = told(n)) {
      ranking.items.push_back(make(key, *number));
    } else {
      others += n;
    }
  }
  std::stable_sort(ranking.items.begin(), ranking.items.end(), [](const Item& a, const Item& b) {
    return a.applications > b.applications;
  });
  ranking.others = told(others);
  return ranking;
}

std::optional<std::int64_t> median(const std::map<std::int64_t, std::int64_t>& waits) {
  std::int64_t all = 0;
  for (const auto& [seconds, n] : waits) all += n;
  if (!told(all)) return std::nullopt;
  std::int64_t before = 0;
  for (const auto& [seconds, n] : waits) {
    before += n;
    if (2 * before >= all) return seconds;
  }
  return std::nullopt;
}

std::optional<int> without_staff_percent(const Count& count) {
  const std::int64_t by_rules = count.of(Status::registered) + count.of(Status::rejected);
  const Told decided = told(by_rules + count.of(Status::sent_to_psc));
  const Told alone = told(by_rules);
  if (!decided || !alone) return std::nullopt;
  return static_cast<int>((200 * *alone + *decided) / (2 * *decided));
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

StatisticsView statistics_of(const std::vector<Figure>& figures,
                             const std::map<int, store::RegionName>& names,
                             const StatisticsFilter& filter, base::Instant now) {
  StatisticsView view;
  view.filter = filter;
  view.counted_at = now;
  const std::vector<Month> shown = months_shown(base::civil_date(now));
  const int first = number_of(shown.front()), last = number_of(shown.back());

  Count count;
  std::map<int, std::int64_t> months, regions, all_regions;
  for (const Figure& figure : figures) {
    if (figure.month < first || figure.month > last) continue;
    const bool in_month = !filter.month || number_of(*filter.month) == figure.month;
    const bool in_region = !filter.region || *filter.region == figure.region;
    if (in_region) months[figure.month] += figure.n;
    if (in_month) regions[figure.region] += figure.n;
    if (in_month && in_region) count.add(figure);
    all_regions[figure.region] += figure.n;
  }

  view.applications = told(count.applications);
  view.registered = told(count.of(Status::registered));
  view.rejected = told(count.of(Status::rejected));
  view.sent_to_psc = told(count.of(Status::sent_to_psc));
  view.withdrawn = told(count.of(Status::withdrawn));
  view.open = told(count.of(Status::checking));
  view.without_staff_percent = without_staff_percent(count);
  view.median_s = median(count.waits);
  for (const Month month : shown) view.months.push_back({month, told(months[number_of(month)])});

  const auto of_code = [](rules::Code code, std::int64_t n) { return StatisticsView::OfCode{code, n}; };
  view.reasons = ranked<StatisticsView::OfCode>(count.reasons, of_code);
  view.centre_reasons = ranked<StatisticsView::OfCode>(count.centre_reasons, of_code);
  const auto of_region = [&names](int region, std::int64_t n) {
    const auto name = names.find(region);
    return StatisticsView::OfRegion{region, name == names.end() ? store::RegionName{} : name->second, n};
  };
  view.regions = ranked<StatisticsView::OfRegion>(regions, of_region);
  view.known_regions = ranked<StatisticsView::OfRegion>(all_regions, of_region).items;
  return view;
}

bool StatisticsKeeper::good(base::Date today) const {
  return read_ && read_->last == month_of(today) && Clock::now() < read_->good_until;
}

StatisticsKeeper::View StatisticsKeeper::kept(const StatisticsFilter& filter, base::Date today) {
  const std::lock_guard lock(mutex_);
  if (!good(today)) return nullptr;
  const auto found = read_->views.find(filter);
  return found == read_->views.end() ? nullptr : found->second;
}

std::shared_ptr<StatisticsKeeper::Read> StatisticsKeeper::read(store::Figures& figures, base::Instant now) {
  const Clock::time_point began = Clock::now();
  auto read = std::make_shared<Read>();
  const std::vector<Month> shown = months_shown(base::civil_date(now));
  read->figures = figures.since(number_of(shown.front()));
  for (const Figure& figure : read->figures) {
    if (read->names.contains(figure.region)) continue;
    read->names[figure.region] = figures.name_of(figure.region).value_or(store::RegionName{});
  }
  read->counted_at = now;
  read->last = shown.back();
  const Clock::duration keep = (Clock::now() - began) * 1000;
  read->good_until = Clock::now() + std::clamp<Clock::duration>(keep, kShortest, kLongest);
  return read;
}

StatisticsKeeper::View StatisticsKeeper::made(store::Figures& figures, const StatisticsFilter& filter,
                                              base::Instant now) {
  std::shared_ptr<Read> known;
  {
    const std::lock_guard lock(mutex_);
    if (good(base::civil_date(now))) known = read_;
  }
  // Two threads may read at once; the later one stays. That is cheaper than having one wait.
  if (!known) {
    known = read(figures, now);
    const std::lock_guard lock(mutex_);
    read_ = known;
  }
  auto view = std::make_shared<const StatisticsView>(
      statistics_of(known->figures, known->names, filter, known->counted_at));
  const std::lock_guard lock(mutex_);
  known->views.emplace(filter, view);
  return view;
}

}  // namespace mekenjai::flow
