// The templates of web/templates, one set a channel and language: texts, icons and addresses of
// files are put in once, at start, so that rendering looks nothing up.
#pragma once

#include <ctemplate/template_dictionary.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "i18n/catalog.hpp"
#include "pages/channel.hpp"

namespace mekenjai::pages {

using Dictionary = ctemplate::TemplateDictionary;

/// What a template may hold beside ctemplate's own markers:
///   [[key]]            the text of the catalogue; its {name} becomes the variable {{NAME}}, its
///   **words** are bold
///   [[>part]]          parts/part.html
///   [[i:home]]         an icon
///   [[asset:app.js]]   the address of a file
///   [[title:key]] [[title:={{VARIABLE}}]] [[nav:history]] [[bar:no]] [[step:2]]   what the layout
///   is to know
/// and, in the layout, [[lang]] [[page]] [[title]] [[content]] [[languages]] [[fonts]] [[bar]]
/// [[current:place]].
///
/// The layout of a channel is layouts/<channel>.html. In a channel, CHANNEL/page.html takes the
/// place of pages/page.html, CHANNEL/parts/part.html that of parts/part.html. Addresses of our own
/// pages (in href, action, data-state and data-qr) are written without a channel; its prefix is put
/// before them.
class Templates {
 public:
  explicit Templates(const i18n::Catalog& catalog);
  ~Templates();

  /// The page in a language. Safe to call from any thread. Throws std::runtime_error naming the
  /// template that is wrong.
  std::string render(std::string_view page, Channel channel, i18n::Language language,
                     const Dictionary& values) const;
  /// Makes every page of every channel and language. Throws as `render` does.
  void make_all() const;

  Templates(const Templates&) = delete;
  Templates& operator=(const Templates&) = delete;

 private:
  struct Made;
  const Made& made(std::string_view page, Channel channel, i18n::Language language) const;

  const i18n::Catalog& catalog_;
  std::unordered_map<std::string, std::unique_ptr<Made>>
      pages_;  // by key_of; the map itself never changes
};

/// The pages there are in a channel, and the keys that templates name (for the test).
std::vector<std::string> template_names(Channel channel);
std::vector<std::string> template_keys();

}  // namespace mekenjai::pages
