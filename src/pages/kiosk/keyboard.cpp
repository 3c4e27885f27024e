#include "pages/kiosk/keyboard.hpp"

#include "base/bytes.hpp"
#include "pages/assets.hpp"

namespace mekenjai::pages {
namespace {

struct Layout {
  std::string_view name, lang, label;
  std::size_t own_row;  // which row has the letters that only this language has
};
constexpr std::size_t kNone = 99;
constexpr Layout kLayouts[] = {
    {"kk", "kk", "page.lang.kk", 0},
    {"ru", "ru", "page.lang.ru", kNone},
    {"latin", "kk-Latn", "page.kiosk.kb.name.latin", 0},
};

/// Every key sends the form to where it is shown again with one character more.
constexpr std::string_view kSends =
    "form=\"kform\" formaction=\"/kiosk/key\" formmethod=\"post\" formnovalidate";

class Keyboard {
 public:
  explicit Keyboard(const Words& words) : words_(words) {}

  std::string letters(const Layout& layout, bool shown) const {
    std::string html = open(layout.name, shown, "");
    html += "<div>" + digits("1234567890") + back() + "</div>";
    // The letters are the same in every language of the page; the catalogue of Kazakh has them.
    std::string_view rows = words_.catalog().text(
        i18n::Language::kk, fmt::format("page.kiosk.kb.rows.{}", layout.name));
    for (std::size_t number = 0; !rows.empty(); ++number) {
      const std::size_t end = rows.find(' ');
      html += fmt::format("<div lang=\"{}\">{}</div>", layout.lang,
                          row(rows.substr(0, end), number == layout.own_row));
      rows.remove_prefix(end == std::string_view::npos ? rows.size() : end + 1);
    }
    html += fmt::format("<div class=\"sp\"><span class=\"mk-kl\" role=\"group\" aria-label=\"{}\">",
                        words_.text("page.kiosk.kb.layout"));
    for (const Layout& other : kLayouts) html += choice(other, other.name == layout.name);
    html += fmt::format("</span><button {} name=\"key\" value=\" \">{}</button>{}</div></section>",
                        kSends, words_.text("page.kiosk.kb.space"), go());
    return html;
  }

  std::string pad(bool shown) const {
    std::string html = open("digits", shown, " class=\"mk-kb__n\"");
    for (const std::string_view row : {"123", "456", "789"})
      html += "<div>" + digits(row) + "</div>";
    return html + "<div>" + back() + digits("0") + go() + "</div></section>";
  }

 private:
  static std::string open(std::string_view name, bool shown, std::string_view more) {
    return fmt::format("<section{} data-layout=\"{}\"{}>", more, name, shown ? "" : " hidden");
  }

  std::string key(std::string_view character, std::string_view css) const {
    const std::string_view spoken = character == "."   ? "dot"
                                    : character == "," ? "comma"
                                    : character == "/" ? "slash"
                                    : character == "-" ? "dash"
                                                       : "";
    const std::string label =
        spoken.empty() ? ""
                       : fmt::format(" aria-label=\"{}\"",
                                     words_.text(fmt::format("page.kiosk.kb.{}", spoken)));
    return fmt::format("<button {} name=\"key\" value=\"{}\"{}{}>{}</button>", kSends, character,
                       css, label, character);
  }
  std::string row(std::string_view letters, bool own) const {
    std::string html;
    while (!letters.empty()) {
      const std::string_view letter = base::utf8_prefix(letters, 1);
      html += key(letter, own ? " class=\"kk\"" : "");
      letters.remove_prefix(letter.size());
    }
    return html;
  }
  std::string digits(std::string_view row) const {
    std::string html;
    for (std::size_t i = 0; i < row.size(); ++i) html += key(row.substr(i, 1), "");
    return html;
  }
  std::string back() const {
    return fmt::format(
        "<button {} name=\"key\" value=\"back\" class=\"soft\" aria-label=\"{}\">{}</button>",
        kSends, words_.text("page.kiosk.kb.back"), icon("back"));
  }
  std::string choice(const Layout& layout, bool pressed) const {
    const std::string_view seen = words_.catalog().text(i18n::Language::kk, layout.label);
    const std::string_view said = words_.text(fmt::format("page.kiosk.kb.{}", layout.name));
    return fmt::format(
        "<button {} name=\"layout\" value=\"{}\" class=\"soft\" aria-pressed=\"{}\" "
        "aria-label=\"{}: {}\"><span lang=\"{}\">{}</span></button>",
        kSends, layout.name, pressed, seen, said, layout.lang, seen);
  }
  std::string go() const {
    return fmt::format("<button class=\"mk-btn\" form=\"kform\">{} {}</button>",
                       words_.text("page.kiosk.kb.go"), icon("right"));
  }
  static std::string icon(std::string_view name) {
    return fmt::format("<svg class=\"mk-i\" aria-hidden=\"true\"><use href=\"{}#i-{}\"/></svg>",
                       asset_address("icons.svg"), name);
  }

  const Words& words_;
};

/// Where several fields can be typed into, keys that are sent must know into which.
std::string choices(const std::vector<KioskField>& fields, const Typed* typed) {
  std::string html = "<noscript><div>";
  for (const KioskField& field : fields) {
    const bool pressed = typed != nullptr && typed->field == field.name;
    html += fmt::format(
        "<button {} class=\"soft\" name=\"field\" value=\"{}\" aria-pressed=\"{}\">{}</button>",
        kSends, field.name, pressed, field.label);
  }
  return html + "</div></noscript>";
}

std::string_view layout_of(i18n::Language language) {
  if (language == i18n::Language::ru) return "ru";
  return language == i18n::Language::kk ? "kk" : "latin";
}

}  // namespace

std::string keyboard(const Words& words, const std::vector<KioskField>& fields,
                     const Typed* typed) {
  const bool digits = std::all_of(fields.begin(), fields.end(),
                                  [](const KioskField& field) { return field.digits; });
  std::string_view shown = layout_of(words.language());
  if (typed != nullptr && !typed->layout.empty()) shown = typed->layout;
  if (digits) shown = "digits";
  const Keyboard keys(words);
  std::string html = fmt::format(
      "<div class=\"mk-kb\" role=\"region\" aria-label=\"{}\" data-kb data-typed=\"{}\" "
      "data-of=\"{}\">",
      words.text("page.kiosk.kb"), words.text("page.kiosk.kb.typed"),
      words.text("page.kiosk.kb.of"));
  if (fields.size() > 1) html += choices(fields, typed);
  for (const Layout& layout : kLayouts) html += keys.letters(layout, layout.name == shown);
  return html + keys.pad(digits) + "</div>";
}

}  // namespace mekenjai::pages
