#include "pages/templates.hpp"

#include <ctemplate/template.h>

#include <map>
#include <mutex>
#include <set>
#include <stdexcept>

#include "base/embedded.hpp"
#include "pages/assets.hpp"
#include "pages/latin_page.hpp"

namespace mekenjai::pages {
namespace {

using i18n::Language;

constexpr int kSteps = 7;  // of an application: who, where, how long, why, check, consent, sign

std::optional<std::string_view> file_if_any(std::string_view name) {
  for (const embedded::File& file : embedded::templates()) {
    if (file.name == name) return file.content;
  }
  return std::nullopt;
}

std::string_view file(std::string_view name) {
  if (const auto found = file_if_any(name)) return *found;
  throw std::runtime_error(fmt::format("there is no template {}", name));
}

/// The channel's own template, else the one that all channels share.
std::string_view file_of(Channel channel, std::string_view own, std::string_view shared) {
  const auto found = file_if_any(fmt::format("{}/{}", pages::name(channel), own));
  return found ? *found : file(shared);
}

/// A text as HTML: escaped, {name} as a variable, **words** bold.
std::string as_html(std::string_view text) {
  std::string html;
  bool bold = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '&') {
      html += "&amp;";
    } else if (c == '<') {
      html += "&lt;";
    } else if (c == '>') {
      html += "&gt;";
    } else if (c == '"') {
      html += "&quot;";
    } else if (c == '*' && i + 1 < text.size() && text[i + 1] == '*') {
      html += bold ? "</b>" : "<b>";
      bold = !bold;
      ++i;
    } else if (c == '{') {
      const std::size_t close = text.find('}', i);
      if (close == std::string_view::npos)
        throw std::runtime_error(fmt::format("unclosed brace in: {}", text));
      html += "{{";
      for (const char letter : text.substr(i + 1, close - i - 1)) {
        html += letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
      }
      html += "}}";
      i = close;
    } else {
      html += c;
    }
  }
  return html;
}

/// What one page tells the layout.
struct Marks {
  std::string title, place;
  bool bar = true;
  int step = 0;
};

class Expander {
 public:
  Expander(const i18n::Catalog& catalog, Channel channel, Language language)
      : catalog_(catalog), channel_(channel), language_(language) {}

  std::string page(std::string_view name) {
    const std::string content =
        read(file_of(channel_, fmt::format("{}.html", name), fmt::format("pages/{}.html", name)));
    content_ = &content;
    page_ = name;
    std::string whole = read(file(fmt::format("layouts/{}.html", pages::name(channel_))));
    content_ = nullptr;
    return whole;
  }

 private:
  std::string text(std::string_view key) const {
    if (!catalog_.has(language_, key)) {
      throw std::runtime_error(fmt::format("no text for {} in {}", key, i18n::tag(language_)));
    }
    return as_html(catalog_.text(language_, key));
  }

  std::string read(std::string_view source) {
    std::string out;
    out.reserve(source.size() * 2);
    while (!source.empty()) {
      const std::size_t open = source.find("[[");
      out += source.substr(0, open);
      if (open == std::string_view::npos) break;
      const std::size_t close = source.find("]]", open);
      if (close == std::string_view::npos) throw std::runtime_error("unclosed [[ in a template");
      put(out, source.substr(open + 2, close - open - 2));
      source.remove_prefix(close + 2);
    }
    return out;
  }

  void put(std::string& out, std::string_view mark) {
    const std::size_t colon = mark.find(':');
    const std::string_view word = mark.substr(0, colon);
    const std::string_view value =
        colon == std::string_view::npos ? std::string_view() : mark.substr(colon + 1);
    if (mark.starts_with('>')) {
      const std::string name = fmt::format("parts/{}.html", mark.substr(1));
      std::string part = read(file_of(channel_, name, name));
      while (part.ends_with('\n')) part.pop_back();
      out += part;
    } else if (word == "i") {
      out += fmt::format("<svg class=\"mk-i\" aria-hidden=\"true\"><use href=\"{}#i-{}\"/></svg>",
                         asset_address("icons.svg"), value);
    } else if (word == "asset") {
      out += asset_address(value);
    } else if (colon != std::string_view::npos) {
      instruct(word, value, out);
    } else if (mark == "lang") {
      out += i18n::tag(language_);
    } else if (mark == "page") {
      out += page_;
    } else if (mark == "kazakh") {
      out += i18n::tag(i18n::is_kazakh(language_) ? language_ : Language::kk);
    } else if (mark == "title") {
      out += marks_.title;
    } else if (mark == "content") {
      out += *content_;
    } else if (mark == "languages") {
      languages(out);
    } else if (mark == "fonts") {
      fonts(out);
    } else if (mark == "bar") {
      if (marks_.bar) put(out, ">bar");
    } else if (mark == "steps") {
      steps(out);
    } else {
      out += text(mark);
    }
  }

  void instruct(std::string_view word, std::string_view value, std::string& out) {
    if (word == "title") {
      marks_.title = value.starts_with('=') ? std::string(value.substr(1)) : text(value);
    } else if (word == "nav") {
      marks_.place = value;
    } else if (word == "bar") {
      marks_.bar = value != "no";
    } else if (word == "step") {
      marks_.step = value.front() - '0';
    } else if (word == "current") {
      if (marks_.place == value) out += " aria-current=\"page\"";
    } else {
      throw std::runtime_error(fmt::format("unknown mark {} in a template", word));
    }
  }

  void languages(std::string& out) const {
    for (const Language language : i18n::kLanguages) {
      const std::string tag(i18n::tag(language));
      const std::string word(i18n::word(language));
      std::string variable = word;
      for (char& c : variable) c = c == '_' ? c : static_cast<char>(c - 32);
      out += fmt::format(
          "<a href=\"{{{{HREF_{}}}}}\" lang=\"{}\" hreflang=\"{}\"{}>{}<span class=\"mk-vh\"> "
          "{}</span></a>",
          variable, tag, tag, language == language_ ? " aria-current=\"true\"" : "",
          text("page.lang." + word), text("page.lang_name." + word));
    }
  }

  void fonts(std::string& out) const {
    const auto preload = [&out](std::string_view name) {
      out += fmt::format(
          "<link rel=\"preload\" href=\"{}\" as=\"font\" type=\"font/woff2\" crossorigin>",
          asset_address(name));
    };
    const bool latin = language_ == Language::en || language_ == Language::kk_latn;
    preload(latin ? "golos-latin.woff2" : "golos-cyrillic.woff2");
    if (language_ == Language::kk) preload("golos-cyrillic-ext.woff2");
    if (language_ == Language::kk_latn) {
      preload("golos-latin-kk.woff2");
      preload("golos-latin-ext.woff2");
      out += fmt::format("<link rel=\"stylesheet\" href=\"{}\">", asset_address("kk-latn.css"));
    }
  }

  void steps(std::string& out) const {
    out += fmt::format("<p class=\"mk-step\"><svg viewBox=\"0 0 {} 6\" aria-hidden=\"true\">",
                       kSteps * 20);
    for (int i = 0; i < kSteps; ++i) {
      out += fmt::format("<path{} d=\"M{} 3h16\"/>", i < marks_.step ? " class=\"is-on\"" : "",
                         i * 20);
    }
    out += "</svg>";
    out += i18n::fill(catalog_.text(language_, "page.step"),
                      {{"step", std::to_string(marks_.step)}, {"of", std::to_string(kSteps)}});
    out += "</p>";
  }

  const i18n::Catalog& catalog_;
  Channel channel_;
  Language language_;
  Marks marks_;
  const std::string* content_ = nullptr;
  std::string_view page_;  // its name
};

/// Without the indentation and the empty lines of the source.
std::string without_margins(std::string_view html) {
  std::string out;
  out.reserve(html.size());
  while (!html.empty()) {
    const std::size_t end = html.find('\n');
    std::string_view line = html.substr(0, end);
    html.remove_prefix(end == std::string_view::npos ? html.size() : end + 1);
    while (!line.empty() && line.front() == ' ') line.remove_prefix(1);
    while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
    if (line.empty()) continue;
    out += line;
    out += '\n';
  }
  return out;
}

/// Variables that hold an address of another site.
constexpr std::string_view kElsewhere[] = {"{{APP}}"};

/// Puts the channel's prefix before the addresses of our own pages. A variable is taken for such an
/// address.
std::string with_prefix(std::string html, Channel channel) {
  if (prefix(channel).empty()) return html;
  std::string out;
  out.reserve(html.size() + 1024);
  std::string_view rest = html;
  while (!rest.empty()) {
    std::size_t best = std::string_view::npos, length = 0;
    for (const std::string_view attribute :
         {" href=\"", " action=\"", " data-state=\"", " data-qr=\""}) {
      if (const std::size_t at = rest.find(attribute); at < best) {
        best = at;
        length = attribute.size();
      }
    }
    out += rest.substr(0, best == std::string_view::npos ? best : best + length);
    if (best == std::string_view::npos) break;
    rest.remove_prefix(best + length);
    const std::string_view address = rest.substr(0, rest.find('"'));
    const bool elsewhere =
        std::find(std::begin(kElsewhere), std::end(kElsewhere), address) != std::end(kElsewhere);
    const bool variable = address.starts_with("{{") && !elsewhere;
    if (variable || !is_shared(address)) out += prefix(channel);
  }
  return out;
}

std::string key_of(std::string_view page, Channel channel, Language language) {
  return fmt::format("{}/{}/{}", name(channel), i18n::tag(language), page);
}

}  // namespace

std::vector<std::string> template_names(Channel channel) {
  std::set<std::string> names;
  for (const embedded::File& file : embedded::templates()) {
    std::string_view path = file.name;
    for (const std::string_view folder : {std::string_view("pages"), name(channel)}) {
      if (!path.starts_with(fmt::format("{}/", folder))) continue;
      path.remove_prefix(folder.size() + 1);
      if (path.find('/') == std::string_view::npos) names.emplace(path.substr(0, path.size() - 5));
      break;
    }
  }
  return {names.begin(), names.end()};
}

std::vector<std::string> template_keys() {
  std::set<std::string> keys;
  for (const embedded::File& file : embedded::templates()) {
    std::string_view source = file.content;
    for (std::size_t open = source.find("[["); open != std::string_view::npos;
         open = source.find("[[")) {
      const std::size_t close = source.find("]]", open);
      std::string_view mark = source.substr(open + 2, close - open - 2);
      source.remove_prefix(close + 2);
      if (mark.starts_with("title:") && !mark.starts_with("title:=")) mark.remove_prefix(6);
      if (mark.find('.') != std::string_view::npos && mark.find(':') == std::string_view::npos)
        keys.emplace(mark);
    }
  }
  return {keys.begin(), keys.end()};
}

struct Templates::Made {
  std::once_flag once;
  std::string key;  // in ctemplate's cache
};

Templates::Templates(const i18n::Catalog& catalog) : catalog_(catalog) {
  for (const Channel channel : kChannels) {
    for (const std::string& page : template_names(channel)) {
      for (const Language language : i18n::kLanguages) {
        auto made = std::make_unique<Made>();
        made->key = key_of(page, channel, language);
        std::string key = made->key;
        pages_.emplace(std::move(key), std::move(made));
      }
    }
  }
}

Templates::~Templates() = default;

const Templates::Made& Templates::made(std::string_view page, Channel channel,
                                       Language language) const {
  const auto found = pages_.find(key_of(page, channel, language));
  if (found == pages_.end()) throw std::runtime_error(fmt::format("there is no page {}", page));
  Made& made = *found->second;
  std::call_once(made.once, [&] {
    std::string html;
    try {
      html =
          with_prefix(without_margins(Expander(catalog_, channel, language).page(page)), channel);
      if (language == Language::kk_latn) html = with_latin_values(html);
    } catch (const std::exception& error) {
      throw std::runtime_error(
          fmt::format("the page {} ({}): {}", page, name(channel), error.what()));
    }
    // Two sites in one process register the same pages: the first ones stay.
    if (!ctemplate::StringToTemplateCache(made.key, html, ctemplate::DO_NOT_STRIP) &&
        ctemplate::Template::GetTemplate(made.key, ctemplate::DO_NOT_STRIP) == nullptr) {
      throw std::runtime_error(fmt::format("the page {} has a mistake", page));
    }
  });
  return made;
}

void Templates::make_all() const {
  for (const Channel channel : kChannels) {
    for (const std::string& page : template_names(channel)) {
      for (const Language language : i18n::kLanguages) made(page, channel, language);
    }
  }
}

std::string Templates::render(std::string_view page, Channel channel, Language language,
                              const Dictionary& values) const {
  const Made& found = made(page, channel, language);
  std::string html;
  html.reserve(24 * 1024);
  if (!ctemplate::ExpandTemplate(found.key, ctemplate::DO_NOT_STRIP, &values, &html)) {
    throw std::runtime_error(fmt::format("the page {} cannot be made", page));
  }
  return html;
}

}  // namespace mekenjai::pages
