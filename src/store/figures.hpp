// How many applications ended how, and how fast: counted as it happens, so that statistics read a
// few rows and never the applications. Nobody is in it: a month, a region, an outcome, a number;
// and the day on which the number changed, so that only days that are over need be told.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/application.hpp"
#include "store/sqlite/database.hpp"

namespace mekenjai::store {

using base::Instant;

/// Applications signed in a month, for dwellings of a region, that ended alike.
struct Figure {
  int month = 0;   // 202611: the civil month of the signature
  int region = 0;  // the first two digits of KATO; 0 where the address register has no such dwelling
  domain::Status outcome = domain::Status::checking;  // `checking` for all that are not decided yet
  std::string code;                                   // of the decision; empty where there is none
  std::int64_t seconds = 0;                           // from signature to decision (`coarse`)
  std::int64_t n = 0;
  bool operator==(const Figure&) const = default;
};

/// In the words of the address register; a city of republican significance is its own region.
struct RegionName {
  std::string kk, ru;
  bool operator==(const RegionName&) const = default;
};

/// 202611.
int civil_month(Instant at);
/// 20261129.
int civil_day(Instant at);
int number_of(base::Date day);
/// A time to a decision as it is counted: whole seconds up to two minutes, minutes up to two hours,
/// hours up to three days, then days. So there are few different ones, each known well enough.
std::int64_t coarse(std::int64_t seconds);

/// Counts, on the writer's connection.
class FigureCounter {
 public:
  explicit FigureCounter(sqlite::Database& database);
  FigureCounter(const FigureCounter&) = delete;
  FigureCounter& operator=(const FigureCounter&) = delete;

  /// The region where the application's dwelling stands now.
  int region_now(std::string_view application);
  /// The application has its `signed_at`, and its `region`: an import may move the dwelling before
  /// the end. `at`: when it is counted.
  void signed_(std::string_view application, Instant at);
  /// Its end, once. Does nothing for one that was never signed.
  void ended(std::string_view application, domain::Status outcome, std::string_view code,
             Instant at);

 private:
  struct Signed {
    Instant at;
    int region = 0;
  };
  std::optional<Signed> signed_of(std::string_view application);
  void add(int month, int region, domain::Status outcome, std::string_view code,
           std::int64_t seconds, int day, int by);

  sqlite::Statement region_, signed_of_, add_;
};

/// Reads; one object per connection.
class Figures {
 public:
  explicit Figures(sqlite::Database& database);
  Figures(const Figures&) = delete;
  Figures& operator=(const Figures&) = delete;

  /// Of all months from `month` (202611) on, as they stood when `day` (20261129) began.
  std::vector<Figure> since(int month, int day);
  std::optional<RegionName> name_of(int region);

 private:
  sqlite::Statement since_, name_;
};

/// Counts what was there before this release counted: state and journal, once.
void count_past(sqlite::Database& database);

}  // namespace mekenjai::store
