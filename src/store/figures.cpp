#include "store/figures.hpp"

#include <map>
#include <tuple>

namespace mekenjai::store {
namespace {

using domain::Status;

constexpr Status kOpen = Status::checking;
constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 24 * kHour;
constexpr std::int64_t kRegion = 10'000'000;  // KATO has nine digits, two tell the region

// For a row of `applications`.
constexpr std::string_view kRegionOf =
    "coalesce((SELECT s.kato/10000000 FROM reg_dwelling d JOIN reg_street s ON s.id=d.street "
    "WHERE d.rka=applications.rka), 0)";

Instant instant(std::int64_t millis) { return Instant{base::Millis{millis}}; }

std::int64_t seconds_between(Instant from, Instant to) {
  return coarse(std::max<std::int64_t>((to - from).count(), 0) / 1000);
}

}  // namespace

int number_of(base::Date day) {
  return (static_cast<int>(day.year()) * 100 +
          static_cast<int>(static_cast<unsigned>(day.month()))) *
             100 +
         static_cast<int>(static_cast<unsigned>(day.day()));
}
int civil_day(Instant at) { return number_of(base::civil_date(at)); }
int civil_month(Instant at) { return civil_day(at) / 100; }

std::int64_t coarse(std::int64_t seconds) {
  if (seconds < 2 * kMinute) return seconds;
  if (seconds < 2 * kHour) return seconds - seconds % kMinute;
  if (seconds < 3 * kDay) return seconds - seconds % kHour;
  return seconds - seconds % kDay;
}

FigureCounter::FigureCounter(sqlite::Database& db)
    : region_(db.prepare(fmt::format("SELECT {} FROM applications WHERE id=?", kRegionOf))),
      signed_of_(db.prepare(
          "SELECT signed_at, region FROM applications WHERE id=? AND signed_at IS NOT NULL")),
      add_(db.prepare("INSERT INTO figures VALUES(?,?,?,?,?,?,?) "
                      "ON CONFLICT DO UPDATE SET n=n+excluded.n")) {}

void FigureCounter::add(int month, int region, Status outcome, std::string_view code,
                        std::int64_t seconds, int day, int by) {
  add_.with(month, region, static_cast<int>(outcome), code, seconds, day, by).run();
}

int FigureCounter::region_now(std::string_view application) {
  sqlite::Rows rows(region_.with(application));
  return rows.next() ? static_cast<int>(rows->integer(0)) : 0;
}

std::optional<FigureCounter::Signed> FigureCounter::signed_of(std::string_view application) {
  sqlite::Rows rows(signed_of_.with(application));
  if (!rows.next()) return std::nullopt;
  return Signed{instant(rows->integer(0)), static_cast<int>(rows->integer(1))};
}

void FigureCounter::signed_(std::string_view application, Instant at) {
  const std::optional<Signed> counted = signed_of(application);
  if (counted) add(civil_month(counted->at), counted->region, kOpen, "", 0, civil_day(at), 1);
}

void FigureCounter::ended(std::string_view application, Status outcome, std::string_view code,
                          Instant at) {
  const std::optional<Signed> counted = signed_of(application);
  if (!counted) return;
  const int month = civil_month(counted->at), day = civil_day(at);
  add(month, counted->region, kOpen, "", 0, day, -1);
  add(month, counted->region, outcome, code, seconds_between(counted->at, at), day, 1);
}

Figures::Figures(sqlite::Database& db)
    : since_(db.prepare("SELECT month, region, outcome, code, seconds, sum(n) FROM figures "
                        "WHERE month>=? AND day<? GROUP BY month, region, outcome, code, seconds "
                        "HAVING sum(n)>0")),
      name_(db.prepare("SELECT region_kk, region_ru, locality_kk, locality_ru FROM reg_street "
                       "WHERE kato>=? AND kato<? ORDER BY kato LIMIT 1")) {}

std::vector<Figure> Figures::since(int month, int day) {
  std::vector<Figure> figures;
  sqlite::Rows rows(since_.with(month, day));
  while (rows.next()) {
    figures.push_back({static_cast<int>(rows->integer(0)), static_cast<int>(rows->integer(1)),
                       static_cast<Status>(rows->integer(2)), rows->str(3), rows->integer(4),
                       rows->integer(5)});
  }
  return figures;
}

std::optional<RegionName> Figures::name_of(int region) {
  const std::int64_t first = region * kRegion;
  sqlite::Rows rows(name_.with(first, first + kRegion));
  if (!rows.next()) return std::nullopt;
  RegionName name{rows->str(0), rows->str(1)};
  if (name.kk.empty() && name.ru.empty()) name = {rows->str(2), rows->str(3)};
  return name;
}

void count_past(sqlite::Database& database) {
  // Of those that have ended nobody asks for the region again: their long rows stay as they are.
  database.execute(fmt::format(
      "UPDATE applications SET region={} WHERE signed_at IS NOT NULL AND status<{}", kRegionOf,
      static_cast<int>(Status::registered)));
  using Key = std::tuple<int, int, int, std::string, std::int64_t, int>;
  std::map<Key, std::int64_t> counted;
  {
    auto applications = database.prepare(fmt::format(
        "SELECT signed_at, {}, status, json_extract(nullif(decision,''), '$.code'), "
        "(SELECT max(j.at) FROM journal j WHERE j.application=applications.id AND "
        "j.application<>'' AND j.type IN ('decided','registered','withdrawn')) "
        "FROM applications WHERE signed_at IS NOT NULL",
        kRegionOf));
    sqlite::Rows rows(applications);
    while (rows.next()) {
      const Instant signed_at = instant(rows->integer(0));
      const auto status = static_cast<Status>(rows->integer(2));
      const bool ended = domain::is_final(status) && !rows->is_null(4);
      const bool decided = ended && status != Status::withdrawn;
      const Instant changed = ended ? instant(rows->integer(4)) : signed_at;
      ++counted[{civil_month(signed_at), static_cast<int>(rows->integer(1)),
                 static_cast<int>(ended ? status : kOpen), decided ? rows->str(3) : "",
                 ended ? seconds_between(signed_at, changed) : 0, civil_day(changed)}];
    }
  }
  auto add = database.prepare("INSERT INTO figures VALUES(?,?,?,?,?,?,?)");
  for (const auto& [key, n] : counted) {
    const auto& [month, region, outcome, code, seconds, day] = key;
    add.with(month, region, outcome, code, seconds, day, n).run();
  }
}

}  // namespace mekenjai::store
