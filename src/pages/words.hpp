// Days, times, numbers and addresses as people read them, in a language.
#pragma once

#include <string>
#include <string_view>

#include "base/time.hpp"
#include "flow/views.hpp"
#include "i18n/catalog.hpp"
#include "i18n/collator.hpp"
#include "pages/templates.hpp"

namespace mekenjai::pages {

class Words {
 public:
  Words(const i18n::Catalog& catalog, i18n::Language language, base::Instant now)
      : catalog_(catalog), language_(language), now_(now) {}

  i18n::Language language() const { return language_; }
  base::Instant now() const { return now_; }
  base::Date today() const { return base::civil_date(now_); }

  std::string_view text(std::string_view key) const { return catalog_.text(language_, key); }
  bool has(std::string_view key) const { return catalog_.has(language_, key); }
  std::string text(std::string_view key, const i18n::Values& values) const {
    return catalog_.format(language_, key, values);
  }
  std::string plural(std::string_view key, long n, i18n::Values values = {}) const {
    return catalog_.plural(language_, key, n, std::move(values));
  }
  const i18n::Catalog& catalog() const { return catalog_; }

  /// "1 June 2027", "27 August"; `_to` and `_from` in the case that "until" and "since" ask for in
  /// Kazakh.
  std::string date(base::Date date) const;
  std::string date_to(base::Date date) const;
  std::string date_from(base::Date date) const;
  std::string day(base::Date date) const;
  /// "15:04", in Kazakh with the ending of "until" (15:04-ке) or "at" (15:04-те).
  std::string time(base::Instant at) const { return base::civil_hh_mm(at); }
  std::string time_to(base::Instant at) const { return with_ending(at, "page.time_ending_to"); }
  std::string time_at(base::Instant at) const { return with_ending(at, "page.time_ending_at"); }
  /// "Today, 14:04", "27 August, 14:04", with the year where it is not this one. `within` a
  /// sentence: "today, 14:04".
  std::string when(base::Instant at, bool within = false) const;
  /// "Today", "Yesterday", "27 August".
  std::string day_name(base::Date date, bool within = false) const;
  std::string age(int years) const { return plural("page.age", years); }

  std::string dwelling_kind(domain::DwellingKind kind) const;
  std::string address(const flow::Address& address) const;
  /// Where the plate hangs: "Астана қ., Сарыарқа ауданы".
  std::string place(const flow::Address& address) const;
  /// "Permanent, no end date", "Temporary, until 1 June 2027".
  std::string term(domain::ResidenceKind kind, const std::optional<base::Date>& until) const;

  /// The list as the alphabet of the language has it, by what `name` tells of each.
  template <class T, class Name>
  std::vector<T> sorted(std::vector<T> list, Name name) const {
    i18n::Collator::of(language_).sort(list, name);
    return list;
  }

  /// Fills the part `plate`: STREET, SUB, SUB_LANG, NUMBER (HOUSE, FLAT).
  void plate(Dictionary& values, const flow::Address& address) const;

 private:
  std::string with_ending(base::Instant at, std::string_view key) const;
  std::string date_as(std::string_view key, base::Date date) const;

  const i18n::Catalog& catalog_;
  i18n::Language language_;
  base::Instant now_;
};

/// "260814037715" as "2608 1403 7715" with spaces that do not break; RKA and references likewise.
std::string in_groups(std::string_view digits, std::size_t group);
/// A list: "Айгерім, Дәулет".
std::string joined(const std::vector<std::string>& names);

}  // namespace mekenjai::pages
