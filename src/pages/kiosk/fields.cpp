#include "pages/kiosk/fields.hpp"

#include <algorithm>
#include <optional>

#include "base/bytes.hpp"

namespace mekenjai::pages {
namespace {

constexpr std::string_view kForm = "kform";
constexpr std::size_t kLongestTyped = 400;  // characters, where the field says nothing

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// A start tag of our own templates: `<input name="q" checked>`; attributes in double quotes.
class Tag {
 public:
  explicit Tag(std::string_view text) : text_(text) {}

  bool is(std::string_view element) const {
    const std::string_view rest = std::string_view(text_).substr(1);
    return rest.starts_with(element) && rest.size() > element.size() &&
           (rest[element.size()] == ' ' || rest[element.size()] == '>');
  }
  std::optional<std::string_view> attribute(std::string_view name) const {
    const std::size_t at = text_.find(fmt::format(" {}=\"", name));
    if (at == std::string::npos) return std::nullopt;
    const std::size_t from = at + name.size() + 3, to = text_.find('"', from);
    return std::string_view(text_).substr(from, to - from);
  }
  void set(std::string_view name, std::string_view value) {
    remove(name);
    const std::size_t end = text_.find_first_of(" >", 1);
    text_.insert(end, fmt::format(" {}=\"{}\"", name, escaped(value)));
  }
  void remove(std::string_view name) {
    const std::size_t at = text_.find(fmt::format(" {}=\"", name));
    if (at != std::string::npos) text_.erase(at, text_.find('"', at + name.size() + 3) + 1 - at);
  }
  void check(bool on) {
    const std::size_t at = text_.find(" checked");
    if (at != std::string::npos) text_.erase(at, 8);
    if (on) text_.insert(text_.find_first_of(" >", 1), " checked");
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

bool is_text_field(const Tag& tag) {
  if (!tag.is("input")) return false;
  const std::string_view type = tag.attribute("type").value_or("text");
  return type == "text" || type == "search" || type == "tel" || type == "password";
}

/// To anywhere but the pages of a kiosk: other sites, other front doors, files, programs.
bool leads_out(const Tag& tag) {
  const std::string_view href = tag.attribute("href").value_or("");
  return tag.is("a") && !href.starts_with('#') && !href.starts_with("/kiosk/");
}

/// Without tags, entities as they are.
std::string words_of(std::string_view html) {
  std::string words;
  bool inside = false;
  for (const char c : html) {
    if (c == '<') inside = true;
    if (!inside) words += c;
    if (c == '>') inside = false;
  }
  return words;
}

std::string label_of(std::string_view html, std::string_view id) {
  const std::size_t at = html.find(fmt::format(" for=\"{}\"", id));
  if (at == std::string_view::npos) return {};
  const std::size_t from = html.find('>', at) + 1;
  return words_of(html.substr(from, html.find("</label>", from) - from));
}

const std::string* value_in(const http::Pairs& pairs, std::string_view name) {
  for (const auto& [key, value] : pairs) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool holds(const http::Pairs& pairs, std::string_view name, std::string_view value) {
  return std::any_of(pairs.begin(), pairs.end(),
                     [&](const auto& pair) { return pair.first == name && pair.second == value; });
}

class Rewriter {
 public:
  Rewriter(std::string_view html, const Typed* typed, std::vector<KioskField>& fields)
      : html_(html), typed_(typed), fields_(fields) {}

  std::string run() {
    out_.reserve(html_.size() + 2048);
    std::size_t at = 0;
    while (at < html_.size()) {
      const std::size_t open = html_.find('<', at);
      out_ += html_.substr(at, open - at);
      if (open == std::string_view::npos) break;
      const std::size_t close = html_.find('>', open);
      if (close == std::string_view::npos) {
        out_ += html_.substr(open);
        break;
      }
      at = close + 1;
      tag(html_.substr(open, at - open), at);
    }
    return std::move(out_);
  }

 private:
  void tag(std::string_view source, std::size_t at) {
    if (source.starts_with("<form ")) return form(source, at);
    if (source == "</form>") in_form_ = false;
    if (source == "</a>" && out_of_reach_) {
      out_of_reach_ = false;
      out_ += "</span>";
      return;
    }
    if (source.starts_with("<input ")) return field(source);
    if (source.starts_with("<a ") && leads_out(Tag(source))) {
      out_of_reach_ = true;
      out_ += "<span>";
      return;
    }
    out_ += source;
  }

  void form(std::string_view source, std::size_t at) {
    const std::string_view inside = html_.substr(at, html_.find("</form>", at) - at);
    Tag tag(source);
    if (!found_ && has_text_field(inside)) {
      found_ = in_form_ = true;
      tag.set("id", kForm);
    }
    tag.set("autocomplete", "off");
    out_ += tag.text();
  }

  static bool has_text_field(std::string_view html) {
    for (std::size_t at = html.find('<'); at != std::string_view::npos;
         at = html.find('<', at + 1)) {
      const std::size_t close = html.find('>', at);
      if (close == std::string_view::npos) return false;
      if (is_text_field(Tag(html.substr(at, close + 1 - at)))) return true;
    }
    return false;
  }

  void field(std::string_view source) {
    Tag tag(source);
    const std::string name(tag.attribute("name").value_or(""));
    if (is_text_field(tag)) {
      text_field(tag, name);
    } else {
      const std::string_view type = tag.attribute("type").value_or("");
      const bool ticks = type == "radio" || type == "checkbox";
      if (ticks && in_form_ && typed_ != nullptr)
        tag.check(holds(typed_->pairs, name, tag.attribute("value").value_or("on")));
    }
    out_ += tag.text();
  }

  void text_field(Tag& tag, const std::string& name) {
    tag.set("autocomplete", "off");
    tag.set("spellcheck", "false");
    if (name == "iin") tag.set("type", "password");
    if (!in_form_) return;
    KioskField field{name, label_of(html_, tag.attribute("id").value_or("")),
                     tag.attribute("inputmode") == "numeric", 0};
    // The field of an IIN takes spaces as well; keys send none.
    field.most = name == "iin"
                     ? 12
                     : std::strtoul(std::string(tag.attribute("maxlength").value_or("0")).c_str(),
                                    nullptr, 10);
    fields_.push_back(std::move(field));
    if (typed_ == nullptr) return;
    if (const std::string* value = value_in(typed_->pairs, name)) tag.set("value", *value);
  }

  std::string_view html_;
  const Typed* typed_;
  std::vector<KioskField>& fields_;
  std::string out_;
  bool found_ = false, in_form_ = false, out_of_reach_ = false;
};

std::string& value_at(http::Pairs& pairs, const std::string& name) {
  for (auto& [key, value] : pairs) {
    if (key == name) return value;
  }
  return pairs.emplace_back(name, "").second;
}

bool has_room(const KioskField& field, std::string_view value) {
  const std::size_t most = field.most == 0 ? kLongestTyped : field.most;
  return base::utf8_length(value) < most;
}

}  // namespace

std::string for_kiosk(std::string_view html, const Typed* typed, std::vector<KioskField>& fields) {
  fields.clear();
  return Rewriter(html, typed, fields).run();
}

Typed with_key(Typed typed, const std::vector<KioskField>& fields, std::string_view key) {
  if (key.empty() || fields.empty()) return typed;
  const auto named = std::find_if(fields.begin(), fields.end(), [&](const KioskField& field) {
    return field.name == typed.field;
  });
  const KioskField* field = named != fields.end() ? &*named : nullptr;
  if (key == "back") {
    // From the end: what was typed last.
    for (auto last = fields.rbegin(); field == nullptr && last != fields.rend(); ++last) {
      if (!value_at(typed.pairs, last->name).empty()) field = &*last;
    }
    if (field == nullptr) return typed;
    std::string& value = value_at(typed.pairs, field->name);
    const std::size_t length = base::utf8_length(value);
    if (length > 0) value.resize(base::utf8_prefix(value, length - 1).size());
    return typed;
  }
  if (base::utf8_length(key) != 1) return typed;
  for (auto first = fields.begin(); field == nullptr && first != fields.end(); ++first) {
    if (has_room(*first, value_at(typed.pairs, first->name))) field = &*first;
  }
  if (field == nullptr || (field->digits && (key.front() < '0' || key.front() > '9'))) return typed;
  std::string& value = value_at(typed.pairs, field->name);
  if (has_room(*field, value)) value += key;
  return typed;
}

}  // namespace mekenjai::pages
