#include "edge/sms/texts.hpp"

#include <array>

#include <fmt/format.h>

#include "base/bytes.hpp"
#include "edge/sms/text.hpp"

namespace mekenjai::edge::sms {
namespace {

using i18n::Language;

constexpr std::size_t kMaxRequestParts = 2;
/// Nobody's given name is cut below this.
constexpr std::size_t kShortestName = 3;
constexpr std::size_t kShortestStreet = 3;

std::string key_of(std::string_view stem, bool temporary, bool brief = false) {
  return fmt::format("{}.{}{}", stem, temporary ? "temporary" : "permanent", brief ? ".short" : "");
}

std::string_view answer_word(Reply::Answer answer) {
  switch (answer) {
    case Reply::Answer::grant:
      return "grant";
    case Reply::Answer::refuse:
      return "refuse";
    case Reply::Answer::fraud:
      break;
  }
  return "fraud";
}

std::string date_of(Language language, base::Date date) {
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = static_cast<unsigned>(date.day());
  const auto month = static_cast<unsigned>(date.month());
  const auto year = static_cast<int>(date.year());
  if (language == Language::en) return fmt::format("{} {} {}", day, kMonths.at(month - 1), year);
  return fmt::format("{:02}.{:02}.{}", day, month, year);
}

std::string short_date(base::Date date) {
  return fmt::format("{:02}.{:02}.{:02}", static_cast<unsigned>(date.day()),
                     static_cast<unsigned>(date.month()), static_cast<int>(date.year()) % 100);
}

// The dative of a Kazakh clock time, "15:04-ке": the ending follows the last word that is read.
std::string kazakh_dative(const std::string& hh_mm) {
  constexpr std::array<std::string_view, 10> kUnits{"ге", "ге", "ге", "ке", "ке",
                                                    "ке", "ға", "ге", "ге", "ға"};
  constexpr std::array<std::string_view, 6> kTens{"ге", "ға", "ға", "ға", "қа", "ге"};
  const int tens = hh_mm[hh_mm.size() - 2] - '0';
  const int units = hh_mm[hh_mm.size() - 1] - '0';
  const std::string_view ending =
      units == 0 ? kTens[static_cast<std::size_t>(tens)] : kUnits[static_cast<std::size_t>(units)];
  return fmt::format("{}-{}", hh_mm, ending);
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

// "Абай даңғылы" and "улица Абая" without the word for the kind of street.
std::string bare_street(std::string_view street) {
  constexpr std::array<std::string_view, 34> kKinds{
      "көшесі",      "көш.",       "даңғылы", "даң.",     "орамы",  "желекжолы", "тұйығы",
      "бульвары",    "жолы",       "тас",     "шағын",    "ауданы", "мөлтек",    "мкр.",
      "ықшамауданы", "улица",      "ул.",     "проспект", "пр.",    "пр-т",      "просп.",
      "переулок",    "пер.",       "бульвар", "бул.",     "б-р",    "шоссе",     "проезд",
      "тупик",       "микрорайон", "мкрн",    "street",   "avenue", "st."};
  std::string out;
  for (std::size_t at = 0; at < street.size();) {
    const std::size_t end = std::min(street.find(' ', at), street.size());
    const std::string_view word = street.substr(at, end - at);
    at = end + 1;
    if (word.empty() || std::find(kKinds.begin(), kKinds.end(), word) != kKinds.end()) continue;
    if (!out.empty()) out += ' ';
    out += word;
  }
  return out.empty() ? std::string(street) : out;
}

std::string cut(std::string_view text, std::size_t length) {
  if (base::utf8_length(text) <= length) return std::string(text);
  std::string_view kept = base::utf8_prefix(text, length);
  while (kept.ends_with(' ') || kept.ends_with('.')) kept.remove_suffix(1);
  return std::string(kept) + ".";
}

// "Абай 10-25"; "Абай 10".
std::string brief_place(std::string_view street, const Place& place) {
  std::string out(street);
  if (!place.house.empty()) out += (out.empty() ? "" : " ") + place.house;
  if (!place.flat.empty()) out += "-" + place.flat;
  return out;
}

std::string full_place(Language language, const Place& place) {
  if (place.house.empty()) return brief_place(place.street, place);
  const std::string_view key = place.flat.empty() ? "sms.place.full_house" : "sms.place.full_flat";
  std::string text = i18n::Catalog::built_in().format(
      language, key, {{"street", place.street}, {"house", place.house}, {"flat", place.flat}});
  if (text.starts_with(", ")) text.erase(0, 2);  // a village without street names
  return text;
}

// From the fullest to the shortest that is still an address.
std::vector<std::string> place_forms(Language language, const Place& place) {
  std::vector<std::string> forms;
  const std::string street = full_place(language, place);
  if (!place.locality.empty()) {
    forms.push_back(street.empty() ? place.locality : place.locality + ", " + street);
  }
  if (!street.empty()) {
    forms.push_back(street);
    forms.push_back(brief_place(place.street, place));
  }
  const std::string bare = bare_street(place.street);
  if (bare != place.street) forms.push_back(brief_place(bare, place));
  if (forms.empty()) forms.emplace_back();
  return forms;
}

std::vector<std::string> cut_place_forms(const Place& place) {
  std::vector<std::string> forms;
  const std::string bare = bare_street(place.street.empty() ? place.locality : place.street);
  for (std::size_t length = base::utf8_length(bare); length-- > kShortestStreet;) {
    forms.push_back(brief_place(cut(bare, length), place));
  }
  return forms;
}

// "Айгерім С." with a given name of at most `length` letters.
std::string cut_name(std::string_view who, std::size_t length) {
  const std::size_t space = who.rfind(' ');
  if (space == std::string_view::npos) return cut(who, length);
  return cut(who.substr(0, space), length) + std::string(who.substr(space));
}

/// Parts every run of exactly six digits in the middle (contract, section 3: no SMS but a code's holds one).
std::string without_code_look_alikes(std::string text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  for (std::size_t from = 0; from < text.size();) {
    std::size_t to = from;
    while (to < text.size() && digit(text[to])) ++to;
    if (to - from == 6) text.insert(from + 3, " ");
    from = std::max(to, from) + 1;
  }
  return text;
}

}  // namespace

std::optional<Script> parse_script(std::string_view word) {
  if (word == "latin") return Script::latin;
  if (word == "cyrillic") return Script::cyrillic;
  return std::nullopt;
}

// English and Kazakh in Latin letters are for readers of Latin letters whatever the script: the names in them are spelled
// so. Of the alphabet of 2021 an SMS shows what GSM 03.38 has.
std::string Texts::finished(Language language, std::string text) const {
  const bool latin = script_ == Script::latin || language == Language::en ||
                     language == Language::kk_latn;
  return latin ? transliterate(text) : text;
}

std::string Texts::composed(Language language, std::string_view key,
                            const i18n::Values& values) const {
  // Six digits that stand alone are a code and nothing else: a house number 100200 is written "100 200".
  i18n::Values safe = values;
  for (auto& [name, value] : safe) {
    if (name != "code") value = without_code_look_alikes(std::move(value));
  }
  return finished(language, i18n::Catalog::built_in().format(language, key, safe));
}

std::string Texts::with_place(Language language, std::string_view key, const Place& place,
                              i18n::Values values) const {
  values.emplace_back("place", "");
  std::string best;
  std::size_t fewest = kMaxParts + 1;
  for (std::string& form : place_forms(language, place)) {
    values.back().second = std::move(form);
    std::string text = composed(language, key, values);
    const std::size_t parts = count_parts(text);
    if (parts < fewest) {
      fewest = parts;
      best = std::move(text);
    }
    if (fewest <= kMaxRequestParts) break;
  }
  return best;
}

std::string Texts::code(Language language, const CodePurpose& purpose,
                        std::string_view code) const {
  i18n::Values values{{"code", std::string(code)}};
  if (const auto* sign = std::get_if<SignApplication>(&purpose)) {
    values.emplace_back("number", sign->number);
    return composed(language, "sms.code.sign_application", values);
  }
  if (const auto* answer = std::get_if<AnswerConsent>(&purpose)) {
    values.emplace_back("ref", answer->reference);
    if (!answer->answer) return composed(language, "sms.code.answer_consent", values);
    const std::string word = fmt::format("sms.answer.{}", answer_word(*answer->answer));
    values.emplace_back("answer", i18n::Catalog::built_in().text(language, word));
    return composed(language, "sms.code.answer_consent_named", values);
  }
  return composed(language, "sms.code.sign_in", values);
}

std::string Texts::consent_request(Language language, const ConsentRequest& request) const {
  const bool temporary = request.until.has_value();
  const std::string time = base::civil_hh_mm(request.deadline);
  const std::string others = request.others > 0 ? fmt::format(" +{}", request.others) : "";
  i18n::Values values{{"who", ""},
                      {"place", ""},
                      {"time", time},
                      {"time_dative", kazakh_dative(time)},
                      {"ref", request.reference},
                      {"until", temporary ? date_of(language, *request.until) : ""},
                      {"until_short", temporary ? short_date(*request.until) : ""}};
  std::string text;
  const auto fits = [&](bool brief, std::string who, std::string place) {
    values[0].second = std::move(who) + others;
    values[1].second = std::move(place);
    text = composed(language, key_of("sms.consent_request", temporary, brief), values);
    return count_parts(text) <= kMaxRequestParts;
  };
  const std::vector<std::string> forms = place_forms(language, request.place);
  for (const bool brief : {false, true}) {
    for (const std::string& form : forms) {
      if (fits(brief, request.who, form)) return text;
    }
  }
  const std::vector<std::string> cuts = cut_place_forms(request.place);
  for (const std::string& form : cuts) {
    if (fits(true, request.who, form)) return text;
  }
  // The house and the flat are cut last: half a number would be another flat.
  const std::string shortest = cuts.empty() ? forms.back() : cuts.back();
  for (std::size_t length = base::utf8_length(request.who); length-- > kShortestName;) {
    if (fits(true, cut_name(request.who, length), shortest)) return text;
  }
  const std::string who = cut_name(request.who, kShortestName);
  const std::string number = brief_place("", request.place);
  if (fits(true, who, number)) return text;
  for (std::size_t length = base::utf8_length(number); length-- > 0;) {
    if (fits(true, cut(who, 2 * kShortestName), cut(number, length))) return text;
  }
  return text;
}

std::string Texts::consent_void(Language language, std::string_view reference) const {
  return composed(language, "sms.consent_void", {{"ref", std::string(reference)}});
}

std::string Texts::consent_expired(Language language, std::string_view reference) const {
  return composed(language, "sms.consent_expired", {{"ref", std::string(reference)}});
}

std::string Texts::consent_taken(Language language, Reply::Answer answer,
                                 std::string_view reference) const {
  const std::string key = fmt::format("sms.consent_taken.{}", answer_word(answer));
  return composed(language, key, {{"ref", std::string(reference)}});
}

std::string Texts::help(Language language, const std::vector<std::string>& references) const {
  if (references.empty()) return composed(language, "sms.help.none", {});
  if (references.size() == 1) return composed(language, "sms.help.one", {{"ref", references[0]}});
  return composed(language, "sms.help.many", {{"refs", joined(references)}});
}

std::string Texts::use_eds(Language language) const {
  return composed(language, "sms.use_eds", {});
}

std::string Texts::which_reference(Language language,
                                   const std::vector<std::string>& references) const {
  if (references.empty()) return help(language, references);
  return composed(language, "sms.which_reference",
                  {{"ref", references.front()}, {"refs", joined(references)}});
}

std::string Texts::withdrawn_owner_notice(Language language, std::string_view reference) const {
  return composed(language, "sms.withdrawn_owner_notice", {{"ref", std::string(reference)}});
}

std::string Texts::registered(Language language, const Place& place,
                              std::optional<base::Date> until) const {
  return with_place(language, key_of("sms.registered", until.has_value()), place,
                    {{"until", until ? date_of(language, *until) : ""}});
}

std::string Texts::owner_notice_registered(Language language, const std::vector<std::string>& names,
                                           const Place& place,
                                           std::optional<base::Date> until) const {
  std::string listed = joined(names);
  if (listed.ends_with('.')) listed.pop_back();  // the sentence ends there
  return with_place(language, key_of("sms.owner_registered", until.has_value()), place,
                    {{"until", until ? date_of(language, *until) : ""}, {"names", listed}});
}

std::string Texts::rejected(Language language, std::string_view number,
                            std::string_view reason) const {
  while (reason.ends_with('.')) reason.remove_suffix(1);
  return composed(language, "sms.rejected",
                  {{"number", std::string(number)}, {"reason", std::string(reason)}});
}

std::string Texts::sent_to_psc(Language language, std::string_view number) const {
  return composed(language, "sms.sent_to_psc", {{"number", std::string(number)}});
}

std::string Texts::signature_refused(Language language, std::string_view number) const {
  return composed(language, "sms.signature_refused", {{"number", std::string(number)}});
}

std::string Texts::answer_unproven(Language language, std::string_view reference) const {
  return composed(language, "sms.answer_unproven", {{"reference", std::string(reference)}});
}

std::string Texts::register_down_long(Language language, std::string_view number) const {
  return composed(language, "sms.register_down_long", {{"number", std::string(number)}});
}

std::string Texts::temporary_ends_soon(Language language, const Place& place,
                                       base::Date until) const {
  return with_place(language, "sms.temporary_ends_soon", place,
                    {{"until", date_of(language, until)}});
}

std::string Texts::temporary_ended(Language language, const Place& place) const {
  return with_place(language, "sms.temporary_ended", place, {});
}

std::string Texts::children_ask(Language language, const std::vector<std::string>& names) const {
  if (names.empty()) return composed(language, "sms.children_ask", {});
  std::string listed = joined(names);
  if (listed.ends_with('.')) listed.pop_back();
  return composed(language, "sms.children_ask_named", {{"names", listed}});
}

}  // namespace mekenjai::edge::sms
