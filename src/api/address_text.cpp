#include "api/address_text.hpp"

#include "base/bytes.hpp"
#include "i18n/latin.hpp"

namespace mekenjai::api {
namespace {

using i18n::Language;

/// Astana, Almaty, Shymkent: cities outside of any region, their KATO begins with 7
/// (domain.md, 4.3).
bool is_republican_city(const flow::Address& address) { return address.kato.starts_with('7'); }

/// Whether the name says of itself that it is a city: extracts write both "Астана қ." and "Астана".
bool names_its_kind(std::string_view locality) {
  static constexpr std::string_view kWords[] = {"қ.", "қаласы", "г.", "город "};
  return std::any_of(std::begin(kWords), std::end(kWords), [&](std::string_view word) {
    return locality.find(word) != std::string_view::npos;
  });
}

void add(std::string& out, std::string_view part) {
  if (part.empty()) return;
  if (!out.empty()) out += ", ";
  out += part;
}

std::string_view in_language(std::string_view kk, std::string_view ru, Language language) {
  const bool kazakh = i18n::is_kazakh(language);
  const std::string_view first = kazakh ? kk : ru, second = kazakh ? ru : kk;
  return first.empty() ? second : first;
}

std::string locality_text(const flow::Address& address, Language language) {
  const std::string name(in_language(address.locality_kk, address.locality_ru, language));
  if (name.empty() || !is_republican_city(address) || names_its_kind(name)) return name;
  return i18n::is_kazakh(language) ? name + " қ." : "г. " + name;
}

std::string house_text(const flow::Address& address, Language language) {
  if (address.house.empty() || i18n::is_kazakh(language)) return address.house;
  return "д. " + address.house;
}

std::string flat_text(const flow::Address& address, Language language) {
  if (address.flat.empty()) return {};
  const bool room =
      address.kind == domain::DwellingKind::room || address.kind == domain::DwellingKind::dormitory;
  if (i18n::is_kazakh(language)) return address.flat + (room ? "-бөлме" : "-пәтер");
  return (room ? "комн. " : "кв. ") + address.flat;
}

std::string cyrillic_text(const flow::Address& address, Language language) {
  std::string out;
  const std::string locality = locality_text(address, language);
  if (!is_republican_city(address))
    add(out, in_language(address.region_kk, address.region_ru, language));
  add(out, locality);
  add(out, in_language(address.street_kk, address.street_ru, language));
  add(out, house_text(address, language));
  add(out, flat_text(address, language));
  return out;
}

std::string english_text(const flow::Address& address) {
  std::string out;
  if (!is_republican_city(address))
    add(out, in_latin(in_language(address.region_kk, address.region_ru, Language::en)));
  add(out, in_latin(in_language(address.locality_kk, address.locality_ru, Language::en)));
  add(out, in_latin(in_language(address.street_kk, address.street_ru, Language::en)));
  if (!address.house.empty()) add(out, "house " + in_latin(address.house));
  const bool room =
      address.kind == domain::DwellingKind::room || address.kind == domain::DwellingKind::dormitory;
  if (!address.flat.empty()) add(out, (room ? "room " : "flat ") + in_latin(address.flat));
  return out;
}

struct Letter {
  char32_t cyrillic;
  std::string_view latin;
};
constexpr Letter kLetters[] = {
    {U'а', "a"},  {U'ә', "a"},  {U'б', "b"},  {U'в', "v"},  {U'г', "g"},    {U'ғ', "g"},
    {U'д', "d"},  {U'е', "e"},  {U'ё', "yo"}, {U'ж', "zh"}, {U'з', "z"},    {U'и', "i"},
    {U'й', "y"},  {U'к', "k"},  {U'қ', "q"},  {U'л', "l"},  {U'м', "m"},    {U'н', "n"},
    {U'ң', "ng"}, {U'о', "o"},  {U'ө', "o"},  {U'п', "p"},  {U'р', "r"},    {U'с', "s"},
    {U'т', "t"},  {U'у', "u"},  {U'ұ', "u"},  {U'ү', "u"},  {U'ф', "f"},    {U'х', "kh"},
    {U'һ', "h"},  {U'ц', "ts"}, {U'ч', "ch"}, {U'ш', "sh"}, {U'щ', "shch"}, {U'ъ', ""},
    {U'ы', "y"},  {U'і', "i"},  {U'ь', ""},   {U'э', "e"},  {U'ю', "yu"},   {U'я', "ya"}};
// Capitals of the Kazakh letters; the Russian ones stand 32 before their small letters, Ё 80.
constexpr std::pair<char32_t, char32_t> kCapitals[] = {
    {U'Ә', U'ә'}, {U'Ғ', U'ғ'}, {U'Қ', U'қ'}, {U'Ң', U'ң'}, {U'Ө', U'ө'},
    {U'Ұ', U'ұ'}, {U'Ү', U'ү'}, {U'Һ', U'һ'}, {U'І', U'і'}, {U'Ё', U'ё'}};

char32_t small_letter(char32_t letter) {
  if (letter >= U'А' && letter <= U'Я') return letter + 32;
  for (const auto& [capital, small] : kCapitals) {
    if (letter == capital) return small;
  }
  return letter;
}

}  // namespace

std::string address_text(const flow::Address& address, Language language) {
  std::string text =
      language == Language::en ? english_text(address) : cyrillic_text(address, language);
  if (language == Language::kk_latn) text = i18n::to_latin(text);
  return text.empty() ? address.rka : text;
}

std::string region_text(const store::RegionName& name, Language language) {
  const std::string text(in_language(name.kk, name.ru, language));
  if (language == Language::kk_latn) return i18n::to_latin(text);
  return language == Language::en ? in_latin(text) : text;
}

std::string in_latin(std::string_view cyrillic) {
  std::string latin;
  while (!cyrillic.empty()) {
    const std::string_view piece = base::utf8_prefix(cyrillic, 1);
    cyrillic.remove_prefix(piece.size());
    if (piece.size() != 2) {
      latin += piece;
      continue;
    }
    const auto letter = static_cast<char32_t>((static_cast<unsigned char>(piece[0]) & 0x1F) << 6 |
                                              (static_cast<unsigned char>(piece[1]) & 0x3F));
    const char32_t small = small_letter(letter);
    const auto found = std::find_if(std::begin(kLetters), std::end(kLetters),
                                    [&](const Letter& known) { return known.cyrillic == small; });
    if (found == std::end(kLetters)) {
      latin += piece;
      continue;
    }
    std::string written(found->latin);
    if (small != letter && !written.empty()) written[0] = static_cast<char>(written[0] - 32);
    latin += written;
  }
  return latin;
}

std::string full_name(const domain::Person& person) {
  std::string name = person.surname;
  for (const std::string& part : {person.given_name, person.patronymic}) {
    if (part.empty()) continue;
    if (!name.empty()) name += ' ';
    name += part;
  }
  return name;
}

}  // namespace mekenjai::api
