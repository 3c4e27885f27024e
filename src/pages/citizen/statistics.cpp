// What the service tells everybody about itself, with charts that are tables to a screen reader.
#include "api/address_text.hpp"
#include "pages/site.hpp"

namespace mekenjai::pages {
namespace {

using flow::Month;
using flow::Told;
using View = flow::StatisticsView;

// The chart of months, in units of its viewBox (statistics.html): columns stand on `kGround`.
constexpr int kColumn = 30, kColumnWidth = 22, kGround = 128, kHighest = 108;
constexpr int kWhole = 1000;  // width of a bar that stands for all, or for the longest
constexpr int kGap = 4;       // between the parts of one bar

std::string number(const Visit& visit, const Told& told) {
  return told ? std::to_string(*told) : std::string(visit.text("page.statistics.few"));
}

std::string month_name(const Visit& visit, Month month) {
  const auto which = static_cast<unsigned>(month.month());
  return visit.words.text(
      "page.statistics.month_year",
      {{"year", std::to_string(static_cast<int>(month.year()))},
       {"month", std::string(visit.text(fmt::format("page.statistics.month.{}", which)))}});
}

std::string region_name(const Visit& visit, const View::OfRegion& region) {
  const std::string name = api::region_text(region.name, visit.language);
  return name.empty() ? std::string(visit.text("page.statistics.unknown_region")) : name;
}

/// "12 minutes": the unit that the number was counted in.
std::string duration(const Visit& visit, std::int64_t seconds) {
  if (seconds == 0) return std::string(visit.text("page.statistics.no_seconds"));
  const auto in = [&](std::string_view unit, std::int64_t long_s) {
    return visit.words.plural(fmt::format("page.statistics.{}", unit),
                              static_cast<long>(seconds / long_s));
  };
  if (seconds < 60) return in("seconds", 1);
  if (seconds < 2 * 3600) return in("minutes", 60);
  if (seconds < 3 * 86400) return in("hours", 3600);
  return in("days", 86400);
}

/// What the addresses ask for; what cannot be asked for counts as not asked.
flow::StatisticsFilter filter_of(const Visit& visit) {
  flow::StatisticsFilter filter{flow::parse_month(visit.query("month")),
                                flow::parse_region(visit.query("region"))};
  const std::vector<Month> months = flow::months_shown(visit.words.today());
  if (filter.month && std::find(months.begin(), months.end(), *filter.month) == months.end())
    filter.month.reset();
  return filter;
}

void fill_choices(const Visit& visit, Page& page, const View& view) {
  for (auto month = view.months.rbegin(); month != view.months.rend(); ++month) {
    Dictionary* option = page.add("MONTH");
    set(*option, "VALUE", flow::format_month(month->month));
    set(*option, "TEXT", month_name(visit, month->month));
    if (view.filter.month == month->month) option->ShowSection("CHOSEN");
  }
  const auto called = [&visit](const View::OfRegion& region) { return region_name(visit, region); };
  for (const View::OfRegion& region : visit.words.sorted(view.known_regions, called)) {
    Dictionary* option = page.add("REGION");
    set(*option, "VALUE", flow::format_region(region.region));
    set(*option, "TEXT", region_name(visit, region));
    if (view.filter.region == region.region) option->ShowSection("CHOSEN");
  }
}

/// "November 2026", "The last 12 months".
std::string when_asked(const Visit& visit, const View& view) {
  return view.filter.month ? month_name(visit, *view.filter.month)
                           : std::string(visit.text("page.statistics.all_months"));
}

std::string where_asked(const Visit& visit, const View& view) {
  for (const View::OfRegion& region : view.known_regions) {
    if (view.filter.region == region.region) return region_name(visit, region);
  }
  return std::string(visit.text("page.statistics.all_regions"));
}

void fill_key_figures(const Visit& visit, Dictionary& figures, const View& view) {
  const std::string unknown(visit.text("page.statistics.few_to_tell"));
  set(figures, "WHAT", where_asked(visit, view) + " \u00B7 " + when_asked(visit, view));
  set(figures, "APPLICATIONS", number(visit, view.applications));
  set(figures, "BY_ITSELF",
      view.without_staff_percent
          ? visit.words.text("page.statistics.percent",
                             {{"n", std::to_string(*view.without_staff_percent)}})
          : unknown);
  set(figures, "MEDIAN", view.median_s ? duration(visit, *view.median_s) : unknown);
}

std::string chart_label(const Visit& visit, const View& view, std::int64_t most) {
  if (most == 0) return std::string(visit.text("page.statistics.months_chart_few"));
  return visit.words.text("page.statistics.months_chart",
                          {{"from", month_name(visit, view.months.front().month)},
                           {"to", month_name(visit, view.months.back().month)},
                           {"most", std::to_string(most)}});
}

void fill_column(Dictionary& figures, const View::OfMonth& month, int index, std::int64_t most,
                 bool now) {
  if (!month.applications) return;
  const auto height = std::max<std::int64_t>(2, *month.applications * kHighest / most);
  Dictionary* bar = figures.AddSectionDictionary("BAR");
  if (now) bar->ShowSection("NOW");
  bar->SetIntValue("X", index * kColumn + (kColumn - kColumnWidth) / 2);
  bar->SetIntValue("Y", kGround - height);
  bar->SetIntValue("HEIGHT", height);
  // The highest column and the one asked for carry their numbers.
  if (*month.applications != most && !now) return;
  Dictionary* top = bar->AddSectionDictionary("TOP");
  top->SetIntValue("AT", index * kColumn + kColumn / 2);
  top->SetIntValue("ABOVE", kGround - height - 6);
  top->SetIntValue("N", *month.applications);
}

void fill_months(const Visit& visit, Dictionary& figures, const View& view) {
  std::int64_t most = 0;
  for (const View::OfMonth& month : view.months)
    most = std::max(most, month.applications.value_or(0));
  set(figures, "CHART", chart_label(visit, view, most));
  set(figures, "FIRST", month_name(visit, view.months.front().month));
  set(figures, "LAST", month_name(visit, view.months.back().month));
  int index = 0;
  for (const View::OfMonth& month : view.months) {
    const bool now = view.filter.month == month.month;
    fill_column(figures, month, index++, most, now);
    Dictionary* row = figures.AddSectionDictionary("ROW");
    if (now) row->ShowSection("NOW");
    set(*row, "TEXT", month_name(visit, month.month));
    set(*row, "N", number(visit, month.applications));
  }
}

void fill_outcomes(const Visit& visit, Dictionary& figures, const View& view) {
  struct Outcome {
    std::string_view key, css;
    Told n;
  };
  const std::array outcomes{
      Outcome{"registered", "ok", view.registered}, Outcome{"rejected", "no", view.rejected},
      Outcome{"sent_to_psc", "psc", view.sent_to_psc}, Outcome{"withdrawn", "out", view.withdrawn},
      Outcome{"open", "wait", view.open}};
  std::int64_t all = 0, before = 0;
  for (const Outcome& outcome : outcomes) all += outcome.n.value_or(0);
  for (const Outcome& outcome : outcomes) {
    Dictionary* row = figures.AddSectionDictionary("OUTCOME");
    set(*row, "KIND", outcome.css);
    set(*row, "TEXT", visit.text(fmt::format("page.statistics.outcome.{}", outcome.key)));
    set(*row, "N", number(visit, outcome.n));
    if (!outcome.n) continue;
    const std::int64_t from = before * kWhole / all;
    before += *outcome.n;
    const std::int64_t to = before * kWhole / all;
    Dictionary* slice = figures.AddSectionDictionary("SLICE");
    set(*slice, "KIND", outcome.css);
    slice->SetIntValue("X", from);
    slice->SetIntValue("WIDTH", std::max<std::int64_t>(2, to - from - (before < all ? kGap : 0)));
  }
}

/// One row of a ranking; a bar beside the longest one's.
void fill_row(Dictionary& ranking, std::string_view text, std::string_view number, std::int64_t n,
              std::int64_t most) {
  Dictionary* item = ranking.AddSectionDictionary("ITEM");
  set(*item, "TEXT", text);
  set(*item, "N", number);
  if (n > 0) item->AddSectionDictionary("LENGTH")->SetIntValue("WIDTH", n * kWhole / most);
}

template <class Item, class Name>
void fill_ranking(const Visit& visit, Dictionary& values, const View::Ranking<Item>& ranking,
                  std::string_view heading, std::string_view column, std::string_view others,
                  Name name) {
  set(values, "NAME", visit.text(heading));
  set(values, "COLUMN", visit.text(column));
  const std::int64_t most =
      std::max(ranking.items.front().applications, ranking.others.value_or(0));
  for (const Item& item : ranking.items) {
    fill_row(values, name(item), std::to_string(item.applications), item.applications, most);
  }
  fill_row(values, visit.text(others), number(visit, ranking.others), ranking.others.value_or(0),
           most);
}

void fill_reasons(const Visit& visit, Dictionary& figures, const View& view) {
  const auto words = [&visit](const View::OfCode& reason) {
    return std::string(visit.text(fmt::format("statistics.code.{}", rules::word(reason.code))));
  };
  if (view.reasons.items.empty()) {
    figures.ShowSection("NO_REASONS");
  } else {
    fill_ranking(visit, *figures.AddSectionDictionary("REASONS"), view.reasons,
                 "page.statistics.reasons", "page.statistics.reason",
                 "page.statistics.other_reasons", words);
  }
  if (view.centre_reasons.items.empty()) return;
  fill_ranking(visit, *figures.AddSectionDictionary("CENTRE"), view.centre_reasons,
               "page.statistics.centre", "page.statistics.reason", "page.statistics.other_reasons",
               words);
}

void fill_regions(const Visit& visit, Page& page, const View& view) {
  if (view.regions.items.empty()) return;
  Dictionary* regions = page.add("REGIONS");
  set(*regions, "WHEN", when_asked(visit, view));
  fill_ranking(visit, *regions, view.regions, "page.statistics.regions", "page.statistics.region",
               "page.statistics.other_regions",
               [&visit](const View::OfRegion& region) { return region_name(visit, region); });
}

awaitable<Response> statistics(Visit& visit) {
  const flow::StatisticsFilter filter = filter_of(visit);
  auto found = co_await visit.service().statistics(filter);
  if (!found && found.error().trouble == base::Trouble::unprocessable) {
    const flow::StatisticsFilter everything{filter.month, {}};
    found = co_await visit.service().statistics(everything);
  }
  if (!found) co_return problem_page(visit, found.error());
  const View& view = **found;
  Page page(visit, "statistics");
  fill_choices(visit, page, view);
  if (view.applications) {
    Dictionary* figures = page.add("FIGURES");
    fill_key_figures(visit, *figures, view);
    fill_months(visit, *figures, view);
    fill_outcomes(visit, *figures, view);
    fill_reasons(visit, *figures, view);
  } else {
    Dictionary* empty = page.add("EMPTY");
    if (view.filter.month || view.filter.region) empty->ShowSection("FILTERED");
  }
  fill_regions(visit, page, view);
  const base::Date last_day = base::add_days(base::civil_date(view.counted_at), -1);
  page.set("DAY", visit.words.date(last_day));
  co_return page.done();
}

}  // namespace

void add_statistics(Table& table) {
  table.get("/statistics", Guard::open_page, statistics,
            table.limiter(&http::RateLimiters::address_searches));
}

}  // namespace mekenjai::pages
