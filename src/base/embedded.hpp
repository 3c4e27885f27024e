// Files built into the program (cmake/embed.cmake).
#pragma once

#include <string_view>
#include <vector>

namespace mekenjai::embedded {

struct File {
  std::string_view name;  // relative to the folder it was taken from
  std::string_view content;
};

/// The compiled catalogues: "kk.mo", "kk-Latn.mo", "ru.mo", "en.mo".
const std::vector<File>& catalogues();
/// locales/kk-Latn/words.txt
const std::vector<File>& latin_words();
/// policy/*.toml
const std::vector<File>& policies();
/// web/templates
const std::vector<File>& templates();
/// What browsers load: styles, icons, fonts, scripts, with precompressed .gz beside.
const std::vector<File>& assets();

}  // namespace mekenjai::embedded
