#include "edge/eds/xml/canonical.hpp"

#include <libxml/c14n.h>

#include <algorithm>
#include <array>

namespace mekenjai::edge::eds::xml {
namespace {

constexpr std::string_view kExclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
constexpr std::array<std::pair<std::string_view, bool>, 4> kAlgorithms{{
    {"http://www.w3.org/TR/2001/REC-xml-c14n-20010315", false},
    {"http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments", false},
    {kExclusive, true},
    {"http://www.w3.org/2001/10/xml-exc-c14n#WithComments", true},
}};

struct Output {
  std::string bytes;
  bool too_large = false;
};

/// Goes on to accept what is too much and drops it: after an error libxml2 would keep on filling its own buffer.
int write_to(void* context, const char* data, int size) {
  auto& output = *static_cast<Output*>(context);
  const auto count = static_cast<std::size_t>(size);
  output.too_large = output.too_large || output.bytes.size() + count > kMaxCanonicalBytes;
  if (!output.too_large) output.bytes.append(data, count);
  return size;
}

std::optional<std::string> canonical(xmlDoc* document, xmlC14NIsVisibleCallback visible, const Canonicalisation& how) {
  std::vector<xmlChar*> prefixes;
  for (const std::string& prefix : how.inclusive_prefixes) {
    prefixes.push_back(reinterpret_cast<xmlChar*>(const_cast<char*>(prefix.c_str())));  // only read
  }
  prefixes.push_back(nullptr);
  Output output;
  xmlOutputBuffer* buffer = xmlOutputBufferCreateIO(write_to, nullptr, &output, nullptr);
  if (buffer == nullptr) return std::nullopt;
  const int done = xmlC14NExecute(document, visible, nullptr, how.exclusive ? XML_C14N_EXCLUSIVE_1_0 : XML_C14N_1_0,
                                  how.exclusive ? prefixes.data() : nullptr, 0, buffer);
  const int closed = xmlOutputBufferClose(buffer);  // writes the rest
  if (done < 0 || closed < 0 || output.too_large) return std::nullopt;
  return std::move(output.bytes);
}

/// The element is alone on the way down from the root, and the elements in it are marked, while this lives.
class Alone {
 public:
  explicit Alone(xmlNode* element) : element_(element) {
    for (xmlNode* node = element; node->parent != nullptr; node = node->parent) {
      places_.push_back({node, node->prev, node->next, node->parent->children, node->parent->last});
      node->parent->children = node->parent->last = node;
      node->prev = node->next = nullptr;
    }
    mark(&element_);
  }
  ~Alone() {
    mark(nullptr);
    for (const Place& place : places_) {
      place.node->prev = place.previous;
      place.node->next = place.next;
      place.node->parent->children = place.first;
      place.node->parent->last = place.last;
    }
  }
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;

  /// libxml2 asks about an element, or about a text, attribute or namespace of `parent`.
  static int visible(void*, xmlNode* node, xmlNode* parent) {
    const bool element = node->type == XML_ELEMENT_NODE && node->_private != nullptr;
    return element || (parent != nullptr && parent->type == XML_ELEMENT_NODE && parent->_private != nullptr) ? 1 : 0;
  }

 private:
  struct Place {
    xmlNode *node, *previous, *next, *first, *last;
  };
  void mark(void* sign) {
    for (xmlNode* node = element_; node != nullptr; node = following(node, element_)) {
      if (is_element(node)) node->_private = sign;
    }
  }
  xmlNode* element_;
  std::vector<Place> places_;
};

std::optional<std::vector<std::string>> prefix_list(const xmlNode* element) {
  const auto list = attribute(element, "PrefixList");
  if (!list || element->children != nullptr) return std::nullopt;
  std::vector<std::string> prefixes;
  constexpr std::string_view kBlanks = " \t\r\n";
  for (std::size_t at = list->find_first_not_of(kBlanks); at != std::string::npos;) {
    const std::size_t end = std::min(list->find_first_of(kBlanks, at), list->size());
    prefixes.push_back(list->substr(at, end - at));
    at = list->find_first_not_of(kBlanks, end);
  }
  if (prefixes.size() > kMaxInclusivePrefixes) return std::nullopt;
  return prefixes;
}

}  // namespace

std::optional<Canonicalisation> Canonicalisation::read(const xmlNode* element) {
  const auto algorithm = attribute(element, "Algorithm");
  const auto parameters = elements(element);
  if (!algorithm || !parameters) return std::nullopt;
  const auto* known =
      std::ranges::find(kAlgorithms, std::string_view(*algorithm), &decltype(kAlgorithms)::value_type::first);
  if (known == kAlgorithms.end()) return std::nullopt;
  if (parameters->empty()) return Canonicalisation{known->second};
  if (!known->second || parameters->size() > 1 || !is(parameters->front(), kExclusive, "InclusiveNamespaces"))
    return std::nullopt;
  auto prefixes = prefix_list(parameters->front());
  if (!prefixes) return std::nullopt;
  return Canonicalisation{true, std::move(*prefixes)};
}

std::optional<std::string> canonical_document(xmlDoc* document, const Canonicalisation& how) {
  return canonical(document, nullptr, how);
}

std::optional<std::string> canonical_element(xmlNode* element, const Canonicalisation& how) {
  const Alone alone(element);
  return canonical(element->doc, Alone::visible, how);
}

}  // namespace mekenjai::edge::eds::xml
