#include "pages/latin_page.hpp"

#include <ctemplate/per_expand_data.h>
#include <ctemplate/template_emitter.h>
#include <ctemplate/template_modifiers.h>

#include <algorithm>

#include "i18n/latin.hpp"

namespace mekenjai::pages {
namespace {

class LatinModifier : public ctemplate::TemplateModifier {
  void Modify(const char* in, std::size_t size, const ctemplate::PerExpandData*,
              ctemplate::ExpandEmitter* out, const std::string&) const override {
    const std::string latin = i18n::to_latin({in, size});
    out->Emit(latin.data(), latin.size());
  }
};

void know_modifier() {
  static const LatinModifier modifier;
  // Ours escapes nothing, and ctemplate is not told that it does: what has to be escaped stays
  // named.
  [[maybe_unused]] static const bool known = ctemplate::AddModifier("x-latin", &modifier);
}

/// Whether somebody reads the value that begins behind `before`, which ends inside of a tag.
bool is_read(std::string_view before) {
  const std::size_t tag = before.rfind('<');
  const std::size_t quote = before.rfind("=\"");
  if (quote == std::string_view::npos || quote < tag) return false;
  std::string_view name = before.substr(tag, quote - tag);
  name.remove_prefix(name.find_last_of(' ') + 1);
  for (const std::string_view read : {"aria-label", "title", "alt", "placeholder"}) {
    if (name == read) return true;
  }
  return name.starts_with("data-text");
}

/// Whether the element that `before` ends in keeps its text as it is.
bool keeps_text(std::string_view before) {
  const std::size_t open = before.rfind('<');
  if (open == std::string_view::npos) return false;
  const std::string_view tag = before.substr(open);
  if (tag.starts_with("<pre")) return true;
  for (const std::string_view none : {" lang=\"und\"", " lang=\"mul\"", " lang=\"zxx\""}) {
    if (tag.find(none) != std::string_view::npos) return true;
  }
  return false;
}

bool in_latin(std::string_view before) {
  const std::size_t open = before.rfind('<'), close = before.rfind('>');
  const bool in_tag =
      open != std::string_view::npos && (close == std::string_view::npos || close < open);
  return in_tag ? is_read(before) : !keeps_text(before);
}

}  // namespace

std::string with_latin_values(std::string_view html) {
  know_modifier();
  std::string out;
  out.reserve(html.size() + html.size() / 8);
  std::size_t at = 0;
  for (std::size_t open = html.find("{{"); open != std::string_view::npos;
       open = html.find("{{", at)) {
    const std::size_t close = std::min(html.find("}}", open), html.size());
    const std::string_view name = html.substr(open + 2, close - open - 2);
    out += html.substr(at, close - at);
    const bool variable = !name.empty() && name.front() >= 'A' && name.front() <= 'Z' &&
                          name.find(':') == std::string_view::npos;
    if (variable && in_latin(html.substr(0, open))) out += ":x-latin:h";
    at = close;
  }
  out += html.substr(at);
  return out;
}

}  // namespace mekenjai::pages
