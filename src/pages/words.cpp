#include "pages/words.hpp"

#include "api/address_text.hpp"
#include "domain/words.hpp"
#include "i18n/latin.hpp"

namespace mekenjai::pages {
namespace {

using i18n::Language;

std::string_view first_of(std::string_view first, std::string_view second) {
  return first.empty() ? second : first;
}

void add(std::string& list, std::string_view part) {
  if (part.empty() || list == part) return;
  if (!list.empty()) list += ", ";
  list += part;
}

}  // namespace

std::string in_groups(std::string_view digits, std::size_t group) {
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i % group == 0) out += "\u00A0";
    out += digits[i];
  }
  return out;
}

std::string joined(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) {
    if (!list.empty()) list += ", ";
    list += name;
  }
  return list;
}

std::string Words::date_as(std::string_view key, base::Date date) const {
  const unsigned month = static_cast<unsigned>(date.month());
  return text(key, {{"year", std::to_string(static_cast<int>(date.year()))},
                    {"day", std::to_string(static_cast<unsigned>(date.day()))},
                    {"month", std::string(text(fmt::format("page.month.{}", month)))},
                    {"month_to", std::string(text(fmt::format("page.month_to.{}", month)))},
                    {"month_from", std::string(text(fmt::format("page.month_from.{}", month)))}});
}

std::string Words::date(base::Date date) const { return date_as("page.date.full", date); }
std::string Words::date_to(base::Date date) const { return date_as("page.date.full_to", date); }
std::string Words::date_from(base::Date date) const { return date_as("page.date.full_from", date); }
std::string Words::day(base::Date date) const { return date_as("page.date.short", date); }

std::string Words::with_ending(base::Instant at, std::string_view key) const {
  // The catalogue lists the endings for the last word of the minutes: 0 to 9, then 10 to 50; "-"
  // for none.
  std::string clock = base::civil_hh_mm(at);
  std::string_view endings = text(key);
  if (endings == "-") return clock;
  const std::size_t tens = static_cast<std::size_t>(clock[3] - '0'),
                    units = static_cast<std::size_t>(clock[4] - '0');
  std::size_t index = units != 0 || tens == 0 ? units : 9 + tens;
  while (index-- > 0) endings.remove_prefix(std::min(endings.find(' '), endings.size() - 1) + 1);
  clock += '-';
  clock += endings.substr(0, endings.find(' '));
  return clock;
}

std::string Words::day_name(base::Date date, bool within) const {
  if (date == today()) return std::string(text(within ? "page.today_within" : "page.today"));
  if (date == base::add_days(today(), -1))
    return std::string(text(within ? "page.yesterday_within" : "page.yesterday"));
  return date.year() == today().year() ? day(date) : this->date(date);
}

std::string Words::when(base::Instant at, bool within) const {
  const std::string name = day_name(base::civil_date(at), within);
  return text("page.date.with_time", {{"date", name}, {"time", time(at)}});
}

std::string Words::dwelling_kind(domain::DwellingKind kind) const {
  return std::string(text(fmt::format("page.dwelling.{}", domain::word(kind))));
}

std::string Words::address(const flow::Address& address) const {
  return api::address_text(address, language_);
}

std::string Words::place(const flow::Address& address) const {
  std::string place;
  if (i18n::is_kazakh(language_)) {
    add(place, first_of(address.region_kk, address.region_ru));
    add(place, first_of(address.locality_kk, address.locality_ru));
  } else {
    add(place, first_of(address.region_ru, address.region_kk));
    add(place, first_of(address.locality_ru, address.locality_kk));
    if (language_ == Language::en) place = api::in_latin(place);
  }
  if (language_ == Language::kk_latn) place = i18n::to_latin(place);
  return place;
}

std::string Words::term(domain::ResidenceKind kind, const std::optional<base::Date>& until) const {
  if (kind == domain::ResidenceKind::permanent || !until)
    return std::string(text("page.term.permanent"));
  return text("page.term.temporary", {{"date_to", date_to(*until)}});
}

void Words::plate(Dictionary& values, const flow::Address& address) const {
  std::string street(first_of(address.street_kk, address.street_ru));
  std::string sub;
  if (!i18n::is_kazakh(language_)) sub = first_of(address.street_ru, address.street_kk);
  if (street.empty()) {
    street = first_of(address.locality_kk, address.locality_ru);
    sub.clear();
  }
  const std::string_view locality = i18n::is_kazakh(language_)
                                        ? first_of(address.locality_kk, address.locality_ru)
                                        : first_of(address.locality_ru, address.locality_kk);
  add(sub, locality);
  if (language_ == Language::en) sub = api::in_latin(sub);
  // In Latin letters these come out by the template (latin_page.hpp).
  values.SetValue("STREET", street);
  values.SetValue("SUB", sub);
  values.SetValue("SUB_LANG", std::string(i18n::tag(language_)));
  if (address.house.empty()) return;
  Dictionary* number = values.AddSectionDictionary("NUMBER");
  number->SetValue("HOUSE", address.house);
  if (address.flat.empty()) return;
  const bool room =
      address.kind == domain::DwellingKind::room || address.kind == domain::DwellingKind::dormitory;
  number->AddSectionDictionary("FLAT")->SetValue(
      "TEXT", catalog_.format(Language::kk, room ? "page.plate.room" : "page.plate.flat",
                              {{"n", address.flat}}));
}

}  // namespace mekenjai::pages
