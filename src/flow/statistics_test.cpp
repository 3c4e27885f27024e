// Statistics: counted as it happens, told so that nobody can be found in it.
#include "flow/statistics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "flow/house.hpp"
#include "flow/rebuilt.hpp"

namespace mekenjai::flow {
namespace {

using domain::Status;
using store::Figure;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using namespace std::chrono_literals;

base::Instant at(std::string_view rfc3339) { return *base::parse_rfc3339(rfc3339); }
const base::Instant kNow = at("2026-11-29T15:00:00+05:00");
constexpr Month kNovember{std::chrono::year{2026}, std::chrono::November};

StatisticsView view_of(const std::vector<Figure>& figures, StatisticsFilter filter = {}) {
  return statistics_of(figures, {{71, {"Астана", "Астана"}}, {75, {"Алматы", "Алматы"}}}, filter, kNow);
}

// --- what is told -----------------------------------------------------------------------------------------------

TEST(Told, IsRoundedDownToFivesAndNothingBelow) {
  for (const std::int64_t few : {0, 1, 4}) EXPECT_EQ(told(few), std::nullopt);
  EXPECT_EQ(told(5), 5);
  EXPECT_EQ(told(9), 5);
  EXPECT_EQ(told(2'903), 2'900);
}

TEST(Told, TheTextsSayTheSameNumber) {
  for (const i18n::Language language : i18n::kLanguages) {
    for (const std::string_view key : {"page.statistics.few", "page.statistics.other_reasons"}) {
      EXPECT_NE(i18n::Catalog::built_in().text(language, key).find(std::to_string(kSmallestNumber)),
                std::string_view::npos)
          << key;
    }
  }
}

TEST(Filter, IsReadFromItsForms) {
  EXPECT_EQ(parse_month("2026-11"), kNovember);
  for (const std::string_view bad : {"", "2026-13", "2026-1", "2026-11-01", "november"})
    EXPECT_EQ(parse_month(bad), std::nullopt) << bad;
  EXPECT_EQ(format_month(kNovember), "2026-11");
  EXPECT_EQ(parse_region("75"), 75);
  EXPECT_EQ(parse_region("00"), 0);
  for (const std::string_view bad : {"", "7", "750", "7x", "-5"}) EXPECT_EQ(parse_region(bad), std::nullopt) << bad;
  EXPECT_EQ(format_region(0), "00");
}

TEST(Months, AreTheTwelveThatEndWithThisOne) {
  const std::vector<Month> months = months_shown(base::civil_date(kNow));
  ASSERT_EQ(months.size(), 12U);
  EXPECT_EQ(format_month(months.front()), "2025-12");
  EXPECT_EQ(format_month(months.back()), "2026-11");
}

TEST(Months, BeginAtMidnightInKazakhstan) {
  EXPECT_EQ(store::civil_month(at("2026-10-31T18:59:59.999Z")), 202610);
  EXPECT_EQ(store::civil_month(at("2026-10-31T19:00:00Z")), 202611);
  EXPECT_EQ(store::civil_month(at("2026-12-31T19:00:00Z")), 202701);
}

TEST(Waits, AreCountedInUnitsThatGrow) {
  EXPECT_EQ(store::coarse(0), 0);
  EXPECT_EQ(store::coarse(119), 119);
  EXPECT_EQ(store::coarse(15 * 60 + 59), 15 * 60);
  EXPECT_EQ(store::coarse(3 * 3600 + 1), 3 * 3600);
  EXPECT_EQ(store::coarse(4 * 86400 + 5), 4 * 86400);
  for (std::int64_t s = 0, before = 0; s < 10 * 86400; s += 7, before = store::coarse(s - 7))
    ASSERT_LE(before, store::coarse(s));
}

TEST(View, OfNothingTellsNothing) {
  const StatisticsView view = view_of({});
  EXPECT_EQ(view.applications, std::nullopt);
  EXPECT_EQ(view.median_s, std::nullopt);
  EXPECT_EQ(view.without_staff_percent, std::nullopt);
  EXPECT_THAT(view.reasons.items, IsEmpty());
  EXPECT_THAT(view.known_regions, IsEmpty());
  ASSERT_EQ(view.months.size(), 12U);
  for (const auto& month : view.months) EXPECT_EQ(month.applications, std::nullopt);
}

TEST(View, TellsOutcomesReasonsAndRegions) {
  const std::vector<Figure> figures{
      {202611, 75, Status::registered, "sole_owner", 1, 40},
      {202611, 75, Status::registered, "owners", 15 * 60, 21},
      {202611, 75, Status::rejected, "no_consent_in_time", 3600, 12},
      {202611, 71, Status::rejected, "norm_exceeded", 0, 7},
      {202611, 71, Status::rejected, "not_in_lease", 0, 3},
      {202611, 71, Status::sent_to_psc, "owner_needs_psc", 0, 9},
      {202610, 71, Status::withdrawn, "", 100, 6},
      {202611, 10, Status::checking, "", 0, 4},
  };
  const StatisticsView view = view_of(figures);
  EXPECT_EQ(view.applications, 100);  // 102
  EXPECT_EQ(view.registered, 60);
  EXPECT_EQ(view.rejected, 20);
  EXPECT_EQ(view.sent_to_psc, 5);
  EXPECT_EQ(view.withdrawn, 5);
  EXPECT_EQ(view.open, std::nullopt);
  EXPECT_EQ(view.without_staff_percent, 94);  // 80 of 85
  EXPECT_EQ(view.median_s, 1);  // 0 s 19 times, 1 s 40 times, of 92: the forty-sixth
  ASSERT_EQ(view.reasons.items.size(), 2U);
  EXPECT_EQ(view.reasons.items[0].code, rules::Code::no_consent_in_time);
  EXPECT_EQ(view.reasons.items[0].applications, 10);
  EXPECT_EQ(view.reasons.others, std::nullopt) << "three that were not in a lease";
  EXPECT_THAT(view.centre_reasons.items, IsEmpty()) << "of nine no reason is told";
  ASSERT_EQ(view.regions.items.size(), 2U);
  EXPECT_EQ(view.regions.items[0].region, 75);
  EXPECT_EQ(view.regions.items[0].name.ru, "Алматы");
  EXPECT_EQ(view.regions.others, std::nullopt) << "region 10 has four";
  EXPECT_EQ(view.months.back().applications, 90) << "96, but 95 would tell that withdrawn and open ones are no fewer than some";
  EXPECT_EQ(view.months[10].applications, 5);
}

TEST(View, OfAMonthAndARegion) {
  const std::vector<Figure> figures{
      {202611, 75, Status::registered, "owners", 600, 30}, {202610, 75, Status::registered, "owners", 60, 10},
      {202611, 71, Status::rejected, "owner_refused", 30, 20}, {202511, 75, Status::registered, "owners", 60, 500}};
  const StatisticsView almaty = view_of(figures, {kNovember, 75});
  EXPECT_EQ(almaty.applications, 30);
  EXPECT_EQ(almaty.median_s, 600);
  EXPECT_EQ(almaty.months[10].applications, 10) << "the chart has all months of the region";
  EXPECT_EQ(almaty.regions.items.size(), 2U) << "the regions are those of the month";
  EXPECT_EQ(view_of(figures).applications, 60) << "what is thirteen months old is not told";
  EXPECT_EQ(view_of(figures, {std::nullopt, 10}).applications, std::nullopt);
}

TEST(View, AReportedFraudReadsAsARefusal) {
  const StatisticsView view = view_of({{202611, 75, Status::rejected, "fraud_reported", 60, 14},
                                       {202611, 75, Status::rejected, "owner_refused", 60, 9}});
  ASSERT_EQ(view.reasons.items.size(), 1U);
  EXPECT_EQ(view.reasons.items[0].code, rules::Code::owner_refused);
  EXPECT_EQ(view.reasons.items[0].applications, 20);
}

TEST(View, TheMedianIsTheMiddleOne) {
  const auto waits = [](std::vector<std::pair<std::int64_t, std::int64_t>> of) {
    std::vector<Figure> figures;
    for (const auto& [seconds, n] : of) figures.push_back({202611, 75, Status::registered, "owners", seconds, n});
    return view_of(figures).median_s;
  };
  EXPECT_EQ(waits({{10, 10}, {20, 1}, {30, 10}}), 20);
  EXPECT_EQ(waits({{10, 30}, {3600, 30}}), 10) << "half took no longer";
  EXPECT_EQ(waits({{0, 1}, {3600, 100}}), 3600);
  EXPECT_EQ(waits({{10, 19}}), std::nullopt) << "who has eighteen of them would learn of the last";
}

TEST(View, FourOfEachAreNotToldByTheirTotal) {
  std::vector<Figure> figures;
  for (const Status outcome : {Status::registered, Status::rejected, Status::sent_to_psc, Status::withdrawn, Status::checking})
    figures.push_back({202611, 75, outcome, "", 60, 4});
  const StatisticsView view = view_of(figures);
  EXPECT_EQ(view.registered, std::nullopt);
  EXPECT_EQ(view.applications, 15) << "20 would say that each of the five is exactly four";
}

TEST(View, OfNineteenNoShareNoTimeAndNoReason) {
  const auto of = [](std::int64_t n) {
    return view_of({{202611, 75, Status::rejected, "owner_refused", 60, n}});
  };
  EXPECT_EQ(of(19).without_staff_percent, std::nullopt);
  EXPECT_EQ(of(19).median_s, std::nullopt);
  EXPECT_THAT(of(19).reasons.items, IsEmpty());
  EXPECT_EQ(of(20).without_staff_percent, 100);
  EXPECT_EQ(of(20).median_s, 60);
  EXPECT_EQ(of(20).reasons.items.size(), 1U);
}

/// A total with its parts, as a reader can put them together from pages.
struct Sum {
  Told total;
  std::vector<Told> parts;
};

std::vector<Told> all_of(const StatisticsView& view) {
  std::vector<Told> numbers{view.applications, view.registered, view.rejected,
                            view.sent_to_psc,  view.withdrawn,  view.open};
  for (const auto& month : view.months) numbers.push_back(month.applications);
  for (const auto* ranking : {&view.reasons, &view.centre_reasons}) {
    for (const auto& reason : ranking->items) numbers.emplace_back(reason.applications);
    numbers.push_back(ranking->others);
  }
  for (const auto& region : view.regions.items) numbers.emplace_back(region.applications);
  numbers.push_back(view.regions.others);
  return numbers;
}

constexpr std::array kRegionsTold{10, 71, 75};
constexpr std::array kOutcomesTold{&StatisticsView::applications, &StatisticsView::registered,
                                   &StatisticsView::rejected,     &StatisticsView::sent_to_psc,
                                   &StatisticsView::withdrawn,    &StatisticsView::open};

std::vector<Sum> sums_of(Statistics& statistics) {
  std::vector<Sum> sums;
  std::vector<std::optional<Month>> months{std::nullopt};
  for (const Month month : months_shown(base::civil_date(kNow))) months.emplace_back(month);
  std::vector<std::optional<int>> regions{std::nullopt};
  for (const int region : kRegionsTold) regions.emplace_back(region);
  std::map<StatisticsFilter, StatisticsView> views;
  for (const auto& month : months) {
    for (const auto& region : regions) views.emplace(StatisticsFilter{month, region}, statistics.view({month, region}));
  }
  for (const auto& month : months) {
    for (const auto& region : regions) {
      const StatisticsView& view = views.at({month, region});
      sums.push_back({view.applications, {view.registered, view.rejected, view.sent_to_psc, view.withdrawn, view.open}});
      for (const auto number : kOutcomesTold) {
        Sum by_month{view.*number, {}}, by_region{view.*number, {}};
        for (const auto& one : months) {
          if (one) by_month.parts.push_back(views.at({one, region}).*number);
        }
        for (const int one : kRegionsTold) by_region.parts.push_back(views.at({month, one}).*number);
        if (!month) sums.push_back(std::move(by_month));
        if (!region) sums.push_back(std::move(by_region));
      }
    }
  }
  return sums;
}

TEST(Subtraction, NarrowsNoHiddenNumber) {
  std::mt19937 random(20261129);
  const auto upto = [&random](int most) { return std::uniform_int_distribution<int>(0, most)(random); };
  for (int round = 0; round < 60; ++round) {
    std::vector<Figure> figures;
    for (const int region : kRegionsTold) {
      for (const int month : {202609, 202610, 202611}) {
        for (const auto& [outcome, code] :
             {std::pair{Status::registered, "sole_owner"}, std::pair{Status::rejected, "owner_refused"},
              std::pair{Status::rejected, "norm_exceeded"}, std::pair{Status::sent_to_psc, "owner_needs_psc"},
              std::pair{Status::withdrawn, ""}}) {
          // Often four, the number that totals tell most easily.
          const int n = upto(2) == 0 ? 4 : upto(round % 20 + 1);
          if (n > 0) figures.push_back({month, region, outcome, code, 60, n});
        }
      }
    }
    Statistics statistics(figures, {}, kNow);
    for (const std::optional<int> region : {std::optional<int>(), std::optional<int>(71)}) {
      for (const Told& number : all_of(statistics.view({kNovember, region})))
        ASSERT_EQ(number.value_or(0) % kSmallestNumber, 0) << "any difference is a multiple of five too";
    }
    for (const Sum& sum : sums_of(statistics)) {
      std::int64_t most = 0;
      bool hidden = false;
      for (const Told& part : sum.parts) {
        most += part.value_or(0) + kSmallestNumber - 1;
        hidden = hidden || !part;
      }
      // All the other parts have room for the whole total: each hidden one may be nobody.
      ASSERT_TRUE(!hidden || sum.total.value_or(0) <= most - (kSmallestNumber - 1)) << most;
    }
  }
}

// --- what is counted --------------------------------------------------------------------------------------------

class Counting : public ::testing::Test {
 protected:
  Counting() {
    house.open();
    house.bind();
  }
  std::vector<Figure> figures() {
    return house.engine->ask_and_wait<std::vector<Figure>>([](Reader& reader) { return reader.figures.since(0, 99999999); });
  }
  House house{8};
};

TEST_F(Counting, AnApplicationIsCountedWhenItIsSignedAndMovesWhenItEnds) {
  const std::string id = house.draft(House::applicant(0), 0);
  EXPECT_THAT(figures(), IsEmpty()) << "a draft is nobody's business";
  house.sign(id);
  EXPECT_THAT(figures(), ElementsAre(Figure{202603, 75, Status::checking, "", 0, 1}));
  house.clock.advance(14min + 5s);
  house.answer(1, id, 1);
  EXPECT_THAT(figures(), ElementsAre(Figure{202603, 75, Status::registered, "owners", 14 * 60, 1}));
}

TEST_F(Counting, EveryEndHasItsPlace) {
  const std::string silent = house.apply(House::applicant(0), 0), refused = house.apply(House::applicant(1), 1),
                    fraud = house.apply(House::applicant(2), 2), withdrawn = house.apply(House::applicant(3), 3);
  house.answer(3, refused, 2);
  house.answer(5, fraud, 3);
  house.engine->tell_and_wait([&](Step& step) { step.ledger.happen(Actor::applicant, "withdrawn", withdrawn, {}); });
  house.clock.advance(1h);
  house.work_off();
  ASSERT_EQ(house.status(silent), Status::rejected);
  EXPECT_THAT(figures(), UnorderedElementsAre(Figure{202603, 75, Status::rejected, "no_consent_in_time", 3600, 1},
                                              Figure{202603, 75, Status::rejected, "owner_refused", 0, 1},
                                              Figure{202603, 75, Status::rejected, "fraud_reported", 0, 1},
                                              Figure{202603, 75, Status::withdrawn, "", 0, 1}));
}

TEST_F(Counting, TheMonthIsThatOfTheSignatureInKazakhstan) {
  house.clock.move_to(at("2026-03-31T23:59:59.999+05:00"));
  house.bind();
  const std::string march = house.apply(House::applicant(0), 0);
  house.clock.advance(1ms);
  const std::string april = house.apply(House::applicant(1), 1);
  house.clock.advance(10min);
  house.answer(1, march, 1);
  house.answer(3, april, 1);
  EXPECT_THAT(figures(), UnorderedElementsAre(Figure{202603, 75, Status::registered, "owners", 600, 1},
                                              Figure{202604, 75, Status::registered, "owners", 600, 1}));
}

TEST_F(Counting, ADwellingThatMovesMeanwhileStaysInItsRegion) {
  const std::string id = house.apply(House::applicant(0), 0);
  house.close();
  store::sqlite::Database(house.file(), store::sqlite::Access::read_write)
      .execute("UPDATE reg_street SET kato=710000000");
  house.open();
  house.bind();
  house.answer(1, id, 1);
  const std::vector<Figure> almaty{{202603, 75, Status::registered, "owners", 0, 1}};
  EXPECT_EQ(figures(), almaty);
  house.close();
  rebuild(house.file());
  house.open();
  EXPECT_EQ(figures(), almaty) << "the journal says where it stood";
}

TEST_F(Counting, ADayIsToldWhenItIsOver) {
  const std::string id = house.apply(House::applicant(0), 0);
  const auto before = [this](int day) {
    return house.engine->ask_and_wait<std::vector<Figure>>([day](Reader& reader) { return reader.figures.since(0, day); });
  };
  house.clock.move_to(at("2026-03-02T10:30:00+05:00"));
  EXPECT_THAT(before(20260302), IsEmpty());
  EXPECT_THAT(before(20260303), ElementsAre(Figure{202603, 75, Status::checking, "", 0, 1}));
  house.clock.move_to(at("2026-03-03T00:00:00+05:00"));
  house.engine->tell_and_wait([&](Step& step) { step.ledger.happen(Actor::applicant, "withdrawn", id, {}); });
  EXPECT_THAT(before(20260303), ElementsAre(Figure{202603, 75, Status::checking, "", 0, 1}))
      << "what ended after midnight was open at midnight";
  EXPECT_EQ(before(20260304).front().outcome, Status::withdrawn);
}

TEST_F(Counting, TheRegionIsNamedAsTheAddressRegisterNamesIt) {
  const auto name = [this](int region) {
    return house.engine->ask_and_wait<std::optional<store::RegionName>>(
        [region](Reader& reader) { return reader.figures.name_of(region); });
  };
  EXPECT_EQ(name(75), (store::RegionName{"Алматы", "Алматы"})) << "a city that is a region of its own";
  EXPECT_EQ(name(71), std::nullopt);
  EXPECT_EQ(name(0), std::nullopt);
}

TEST_F(Counting, WhatAnOlderReleaseLeftIsCountedOnce) {
  const std::string granted = house.apply(House::applicant(0), 0), open = house.apply(House::applicant(1), 1),
                    withdrawn = house.apply(House::applicant(2), 2), late = house.apply(House::applicant(3), 3);
  house.draft(House::applicant(4), 4);
  house.clock.advance(7min);
  house.answer(1, granted, 1);
  house.answer(7, late, 3);
  house.engine->tell_and_wait([&](Step& step) { step.ledger.happen(Actor::applicant, "withdrawn", withdrawn, {}); });
  const std::vector<Figure> live = figures();
  ASSERT_EQ(live.size(), 4U);
  house.close();
  {
    // As the release before this one left it: nothing counted, no region noted.
    store::sqlite::Database database(house.file(), store::sqlite::Access::read_write);
    database.execute("DROP TABLE figures; ALTER TABLE applications DROP COLUMN region; PRAGMA user_version=2");
  }
  house.open();
  EXPECT_THAT(figures(), ::testing::UnorderedElementsAreArray(live));
  house.bind();
  house.answer(3, open, 1);
  EXPECT_THAT(figures(), ::testing::Contains(Figure{202603, 75, Status::registered, "owners", 7 * 60, 2}));
}

TEST_F(Counting, AViewIsMadeOnceADay) {
  StatisticsKeeper keeper;
  const auto made = [&](base::Instant now, StatisticsFilter filter = {}) {
    return house.engine->ask_and_wait<StatisticsKeeper::View>(
        [&](Reader& reader) { return keeper.made(reader.figures, filter, now); });
  };
  const base::Instant now = at("2026-11-30T23:59:59+05:00"), next = now + 1s;
  EXPECT_EQ(keeper.kept({}, base::civil_date(now)), nullptr);
  const auto first = made(now);
  EXPECT_EQ(first->counted_at, at("2026-11-30T00:00:00+05:00"));
  EXPECT_EQ(made(now), first) << "not twice";
  EXPECT_EQ(keeper.kept({}, base::civil_date(now)), first);
  EXPECT_EQ(keeper.kept({kNovember, {}}, base::civil_date(now)), nullptr) << "nobody has asked for it";
  EXPECT_EQ(keeper.kept({}, base::civil_date(next)), nullptr);
  EXPECT_EQ(format_month(made(next)->months.back().month), "2026-12");
  EXPECT_NE(made(now, {{}, 75}), nullptr);
  EXPECT_EQ(made(now, {{}, 99}), nullptr) << "no address is there";
}

}  // namespace
}  // namespace mekenjai::flow
