#include "i18n/catalog.hpp"

#include <cstring>
#include <stdexcept>

#include "base/embedded.hpp"
#include "i18n/latin.hpp"

namespace mekenjai::i18n {
namespace {

/// Reads the machine's byte order: catalogues are compiled on the machine that they are built into.
std::uint32_t word_at(std::string_view mo, std::size_t at) {
  if (at + 4 > mo.size()) throw std::runtime_error("a catalogue is cut short");
  std::uint32_t value;
  std::memcpy(&value, mo.data() + at, 4);
  return value;
}

std::string_view string_at(std::string_view mo, std::size_t entry) {
  const std::size_t length = word_at(mo, entry), offset = word_at(mo, entry + 4);
  if (offset + length > mo.size()) throw std::runtime_error("a catalogue is cut short");
  return mo.substr(offset, length);
}

/// Which plural form serves `n`: Kazakh has one form after a numeral here, Russian three, English
/// two (Unicode CLDR plural rules for cardinals).
std::size_t plural_form(Language language, long n) {
  if (is_kazakh(language)) return 0;
  if (language == Language::en) return n == 1 ? 0 : 1;
  if (n % 10 == 1 && n % 100 != 11) return 0;
  return n % 10 >= 2 && n % 10 <= 4 && (n % 100 < 10 || n % 100 >= 20) ? 1 : 2;
}

std::string in_small_letters(std::string_view text) {
  std::string small(text);
  for (char& c : small) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return small;
}

/// The language of a range such as "kk-Latn-KZ" or "ru-RU": the longest of our tags that it begins
/// with (RFC 4647, 3.4).
std::optional<Language> look_up(std::string_view range) {
  while (!range.empty()) {
    if (const std::optional<Language> language = parse_language(range)) return language;
    const std::size_t dash = range.rfind('-');
    range = range.substr(0, dash == std::string_view::npos ? 0 : dash);
  }
  return std::nullopt;
}

}  // namespace

struct Catalog::Texts {
  // The keys and texts are views into the program's own bytes, or into `made`.
  std::unordered_map<std::string_view, std::string_view> by_key;
  std::string made;

  /// The layout of a .mo file: gettext manual, "The Format of GNU MO Files".
  void read(std::string_view mo) {
    if (word_at(mo, 0) != 0x950412de) throw std::runtime_error("not a compiled catalogue");
    const std::size_t count = word_at(mo, 8), originals = word_at(mo, 12), texts = word_at(mo, 16);
    by_key.reserve(by_key.size() + count);
    for (std::size_t i = 0; i < count; ++i) {
      std::string_view key = string_at(mo, originals + 8 * i);
      key = key.substr(0, key.find('\0'));  // a plural entry has its second msgid behind a zero
      if (!key.empty()) by_key.insert_or_assign(key, string_at(mo, texts + 8 * i));
    }
  }

  /// Adds what `kazakh` has and this has not.
  void add_in_latin(const Texts& kazakh) {
    std::vector<std::pair<std::string_view, std::size_t>> ends;
    for (const auto& [key, text] : kazakh.by_key) {
      if (by_key.contains(key)) continue;
      made += to_latin(text);
      ends.emplace_back(key, made.size());
    }
    std::size_t begin = 0;
    for (const auto& [key, end] : ends) {
      by_key.emplace(key, std::string_view(made).substr(begin, end - begin));
      begin = end;
    }
  }
};

std::string_view tag(Language language) {
  static constexpr std::string_view kTags[kLanguages.size()] = {"kk", "kk-Latn", "ru", "en"};
  return kTags[static_cast<std::size_t>(language)];
}

std::string_view word(Language language) {
  return language == Language::kk_latn ? "kk_latn" : tag(language);
}

std::optional<Language> parse_language(std::string_view text) {
  for (const Language language : kLanguages) {
    if (in_small_letters(tag(language)) == in_small_letters(text)) return language;
  }
  return std::nullopt;
}

Language negotiate(std::string_view accept_language) {
  return accepted(accept_language).value_or(Language::kk);
}

std::optional<Language> accepted(std::string_view accept_language) {
  std::optional<Language> best;
  int best_weight = 0;
  while (!accept_language.empty()) {
    const std::size_t comma = accept_language.find(',');
    std::string_view range = accept_language.substr(0, comma);
    accept_language.remove_prefix(comma == std::string_view::npos ? accept_language.size()
                                                                  : comma + 1);
    int weight = 1000;
    if (const std::size_t semicolon = range.find(';'); semicolon != std::string_view::npos) {
      const std::size_t q = range.find("q=", semicolon);
      if (q != std::string_view::npos) {
        weight = static_cast<int>(
            1000 * std::strtod(std::string(range.substr(q + 2)).c_str(), nullptr) + 0.5);
      }
      range = range.substr(0, semicolon);
    }
    while (!range.empty() && range.front() == ' ') range.remove_prefix(1);
    while (!range.empty() && range.back() == ' ') range.remove_suffix(1);
    const std::optional<Language> language = look_up(range);
    if (language && weight > best_weight) {
      best = language;
      best_weight = weight;
    }
  }
  return best;
}

std::string fill(std::string_view text, const Values& values) {
  std::string filled;
  filled.reserve(text.size() + 32);
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    filled += text.substr(0, open);
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    const std::size_t close = text.find('}');
    if (close == std::string_view::npos) {
      filled += text;
      break;
    }
    const std::string_view name = text.substr(1, close - 1);
    const auto value =
        std::find_if(values.begin(), values.end(), [&](const auto& v) { return v.first == name; });
    if (value == values.end()) {
      filled += text.substr(0, close + 1);
    } else {
      filled += value->second;
    }
    text.remove_prefix(close + 1);
  }
  return filled;
}

Catalog::Catalog() {
  std::array<std::shared_ptr<Texts>, kLanguages.size()> read;
  for (const embedded::File& file : embedded::catalogues()) {
    const std::optional<Language> language =
        parse_language(file.name.substr(0, file.name.rfind('.')));
    if (!language) continue;
    auto& texts = read[static_cast<std::size_t>(*language)];
    texts = std::make_shared<Texts>();
    texts->read(file.content);
  }
  for (const auto& texts : read) {
    if (!texts) throw std::runtime_error("a language has no catalogue");
  }
  read[static_cast<std::size_t>(Language::kk_latn)]->add_in_latin(
      *read[static_cast<std::size_t>(Language::kk)]);
  std::copy(read.begin(), read.end(), texts_.begin());
}

const Catalog& Catalog::built_in() {
  static const Catalog catalog;
  return catalog;
}

std::string_view Catalog::text(Language language, std::string_view key) const {
  const auto& texts = texts_[static_cast<std::size_t>(language)]->by_key;
  const auto found = texts.find(key);
  return found == texts.end() ? key : found->second.substr(0, found->second.find('\0'));
}

bool Catalog::has(Language language, std::string_view key) const {
  return texts_[static_cast<std::size_t>(language)]->by_key.contains(key);
}

std::string Catalog::format(Language language, std::string_view key, const Values& values) const {
  std::string filled = fill(text(language, key), values);
  return language == Language::kk_latn ? to_latin(filled) : filled;
}

std::string Catalog::plural(Language language, std::string_view key, long n, Values values) const {
  const auto& texts = texts_[static_cast<std::size_t>(language)]->by_key;
  const auto found = texts.find(key);
  if (found == texts.end()) return std::string(key);
  std::string_view forms = found->second;
  for (std::size_t form = plural_form(language, n); form > 0; --form) {
    const std::size_t end = forms.find('\0');
    if (end == std::string_view::npos) break;
    forms.remove_prefix(end + 1);
  }
  values.emplace_back("n", std::to_string(n));
  std::string filled = fill(forms.substr(0, forms.find('\0')), values);
  return language == Language::kk_latn ? to_latin(filled) : filled;
}

std::vector<std::string_view> Catalog::keys(Language language) const {
  std::vector<std::string_view> keys;
  for (const auto& [key, text] : texts_[static_cast<std::size_t>(language)]->by_key)
    keys.push_back(key);
  std::sort(keys.begin(), keys.end());
  return keys;
}

}  // namespace mekenjai::i18n
