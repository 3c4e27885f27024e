// The texts of the service in its languages, from the gettext catalogues in locales/. Kazakh in
// Latin letters has none of its own: it is made from Kazakh (latin.hpp).
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mekenjai::i18n {

/// `kk` is written in Cyrillic, `kk_latn` in the Latin alphabet of 2021.
enum class Language { kk, kk_latn, ru, en };
inline constexpr std::array kLanguages{Language::kk, Language::kk_latn, Language::ru, Language::en};
constexpr bool is_kazakh(Language language) {
  return language == Language::kk || language == Language::kk_latn;
}

/// By BCP 47: "kk", "kk-Latn", "ru", "en".
std::string_view tag(Language language);
/// The same as a part of keys: "kk_latn".
std::string_view word(Language language);
/// By its tag, in capitals or not (RFC 5646, 2.1.1).
std::optional<Language> parse_language(std::string_view tag);
/// The best of ours that an `Accept-Language` header names; nothing where it names none.
std::optional<Language> accepted(std::string_view accept_language);
/// The best of ours for an `Accept-Language` header (RFC 9110, 12.5.4); kk where none fits.
Language negotiate(std::string_view accept_language);

/// What stands for the {names} in a text.
using Values = std::vector<std::pair<std::string_view, std::string>>;

/// All texts, read once; safe to use from any thread.
class Catalog {
 public:
  /// The catalogues built into the program.
  static const Catalog& built_in();

  /// The text of `key`; the key itself where there is none (a test finds those).
  std::string_view text(Language language, std::string_view key) const;
  bool has(Language language, std::string_view key) const;
  /// The text with its {names} filled in, which in kk_latn are in Latin letters then, too.
  std::string format(Language language, std::string_view key, const Values& values) const;
  /// The plural form of `key` for `n`, with {n} and the other names filled in.
  std::string plural(Language language, std::string_view key, long n, Values values = {}) const;
  std::vector<std::string_view> keys(Language language) const;

  Catalog(const Catalog&) = delete;
  Catalog& operator=(const Catalog&) = delete;

 private:
  Catalog();
  struct Texts;
  std::array<std::shared_ptr<const Texts>, kLanguages.size()> texts_;
};

/// Fills {names} in a text; a name without a value stays as it is.
std::string fill(std::string_view text, const Values& values);

}  // namespace mekenjai::i18n
