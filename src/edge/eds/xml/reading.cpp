#include "edge/eds/xml/reading.hpp"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlerror.h>

#include <algorithm>
#include <span>

#include "base/bytes.hpp"

namespace mekenjai::edge::eds::xml {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

void say_nothing(void*, xmlError*) {}

/// What the handlers below see of a document while it is read. The reason why it was refused is kept.
struct Watch {
  std::vector<std::size_t> attributes;  // of each open element
  std::size_t open_attributes = 0;
  std::size_t elements = 0;
  std::string_view refusal;

  void refuse(xmlParserCtxt* parser, std::string_view why) {
    if (refusal.empty()) refusal = why;
    xmlStopParser(parser);
  }
};

Watch& watch_of(void* parser) { return *static_cast<Watch*>(static_cast<xmlParserCtxt*>(parser)->_private); }

void on_doctype(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
  watch_of(context).refuse(static_cast<xmlParserCtxt*>(context), "DOCTYPE");
}

void on_start(void* context, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri, int namespace_count,
              const xmlChar** namespaces, int attribute_count, int defaulted_count, const xmlChar** attributes) {
  auto* parser = static_cast<xmlParserCtxt*>(context);
  Watch& watch = watch_of(context);
  const auto count = static_cast<std::size_t>(attribute_count);
  watch.attributes.push_back(count);
  watch.open_attributes += count;
  if (watch.attributes.size() > static_cast<std::size_t>(kMaxXmlDepth)) return watch.refuse(parser, "too deep");
  if (++watch.elements > kMaxElements) return watch.refuse(parser, "too many elements");
  if (watch.open_attributes > kMaxOpenAttributes) return watch.refuse(parser, "too many attributes");
  if (parser->nsNr / 2 > kMaxNamespacesInScope) return watch.refuse(parser, "too many namespaces");
  const std::span declared(namespaces, 2 * static_cast<std::size_t>(namespace_count));  // prefix, name; …
  for (std::size_t i = 1; i < declared.size(); i += 2) {
    if (view(declared[i]).size() > kMaxNamespaceBytes) return watch.refuse(parser, "namespace name too long");
  }
  xmlSAX2StartElementNs(context, name, prefix, uri, namespace_count, namespaces, attribute_count, defaulted_count,
                        attributes);
}

void on_end(void* context, const xmlChar* name, const xmlChar* prefix, const xmlChar* uri) {
  Watch& watch = watch_of(context);
  watch.open_attributes -= watch.attributes.back();
  watch.attributes.pop_back();
  xmlSAX2EndElementNs(context, name, prefix, uri);
}

struct ParserDeleter {
  void operator()(xmlParserCtxt* parser) const { xmlFreeParserCtxt(parser); }
};

/// Comparing attributes of one tag costs libxml2 the square of their number before any handler is called, so that
/// they are counted first. A tag holds no '<', hence each one starts afresh, wherever a comment may have led.
bool has_crowded_tag(std::string_view bytes) {
  for (std::size_t at = bytes.find('<'); at != std::string_view::npos; at = bytes.find('<', at + 1)) {
    std::size_t attributes = 0;
    char quote = 0;
    for (std::size_t i = at + 1; i < bytes.size() && bytes[i] != '<' && (quote != 0 || bytes[i] != '>'); ++i) {
      const char sign = bytes[i];
      if (quote != 0) {
        if (sign == quote) quote = 0;
      } else if (sign == '"' || sign == '\'') {
        quote = sign;
      } else if (sign == '=' && ++attributes > kMaxAttributes) {
        return true;
      }
    }
  }
  return false;
}

/// version or encoding in the XML declaration; nothing where it is not there, "" where it cannot be read.
std::optional<std::string_view> declared(std::string_view declaration, std::string_view name) {
  std::size_t at = declaration.find(name);
  if (at == std::string_view::npos) return std::nullopt;
  declaration.remove_prefix(at + name.size());
  at = declaration.find_first_of("\"'");
  if (at == std::string_view::npos || declaration.substr(0, at).find_first_not_of(" \t\r\n=") != std::string_view::npos)
    return "";
  const char quote = declaration[at];
  declaration.remove_prefix(at + 1);
  return declaration.substr(0, std::min(declaration.find(quote), declaration.size()));
}

/// XML 1.0 in UTF-8, whatever the rest of the declaration says; that it is well-formed is libxml2's business.
bool declares_something_else(std::string_view bytes) {
  if (!bytes.starts_with("<?xml") || bytes.size() < 6 || kBlanks.find(bytes[5]) == std::string_view::npos) return false;
  const std::string_view declaration = bytes.substr(0, bytes.find("?>"));
  if (declared(declaration, "version").value_or("") != "1.0") return true;
  const std::string_view encoding = declared(declaration, "encoding").value_or("UTF-8");
  return !std::ranges::equal(encoding, std::string_view("utf-8"), [](char left, char right) {
    return (left >= 'A' && left <= 'Z' ? left | 0x20 : left) == right;
  });
}

}  // namespace

QuietErrors::QuietErrors() : handler_(xmlStructuredError), context_(xmlStructuredErrorContext) {
  static const bool initialised = (xmlInitParser(), true);  // once, by one thread (libxml2's "Thread safety")
  static_cast<void>(initialised);
  xmlSetStructuredErrorFunc(nullptr, say_nothing);
}

QuietErrors::~QuietErrors() { xmlSetStructuredErrorFunc(context_, handler_); }

Checked<Document> read_document(std::string_view bytes) {
  if (bytes.size() > kMaxXmlBytes) return fault(Reason::malformed, "XML: too large");
  if (bytes.starts_with(kByteOrderMark)) bytes.remove_prefix(kByteOrderMark.size());
  if (bytes.find('\0') != std::string_view::npos) return fault(Reason::malformed, "XML: zero octet");
  if (!base::is_utf8(bytes)) return fault(Reason::malformed, "XML: not UTF-8");
  if (declares_something_else(bytes)) return fault(Reason::malformed, "XML: declared as another version or encoding");
  if (has_crowded_tag(bytes)) return fault(Reason::malformed, "XML: too many attributes");

  const std::unique_ptr<xmlParserCtxt, ParserDeleter> parser(xmlNewParserCtxt());
  if (!parser) return fault(Reason::malformed, "XML: no memory");
  Watch watch;
  parser->_private = &watch;
  parser->sax->internalSubset = on_doctype;
  parser->sax->startElementNs = on_start;
  parser->sax->endElementNs = on_end;
  // Entities are left as they are, but none can be declared. The bytes are UTF-8, whatever they may claim.
  constexpr int kOptions =
      XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_IGNORE_ENC | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
  Document document(
      xmlCtxtReadMemory(parser.get(), bytes.data(), static_cast<int>(bytes.size()), nullptr, nullptr, kOptions));
  if (!watch.refusal.empty()) return fault(Reason::malformed, fmt::format("XML: {}", watch.refusal));
  if (!document || parser->wellFormed == 0 || parser->nsWellFormed == 0 || document->intSubset != nullptr) {
    return fault(Reason::malformed, "XML: not well-formed");
  }
  if (xmlDocGetRootElement(document.get()) == nullptr) return fault(Reason::malformed, "XML: no element");
  return document;
}

bool is_element(const xmlNode* node) { return node->type == XML_ELEMENT_NODE; }

bool is(const xmlNode* node, std::string_view space, std::string_view name) {
  return is_element(node) && name_of(node) == name &&
         (node->ns == nullptr ? space.empty() : view(node->ns->href) == space);
}

xmlNode* following(xmlNode* node, const xmlNode* root) {
  if (is_element(node) && node->children != nullptr) return node->children;
  while (node != root && node->next == nullptr) node = node->parent;
  return node == root ? nullptr : node->next;
}

std::optional<std::vector<xmlNode*>> elements(const xmlNode* node) {
  std::vector<xmlNode*> found;
  for (xmlNode* child = node->children; child != nullptr; child = child->next) {
    if (is_element(child)) {
      found.push_back(child);
    } else if (child->type != XML_TEXT_NODE ||
               view(child->content).find_first_not_of(kBlanks) != std::string_view::npos) {
      return std::nullopt;
    }
  }
  return found;
}

std::optional<std::string> text(const xmlNode* node) {
  std::string text;
  for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
    if (child->type != XML_TEXT_NODE && child->type != XML_CDATA_SECTION_NODE) return std::nullopt;
    text += view(child->content);
  }
  return text;
}

std::string value(const xmlAttr* attribute) {
  std::string text;
  for (const xmlNode* child = attribute->children; child != nullptr; child = child->next) text += view(child->content);
  return text;
}

std::optional<std::string> attribute(const xmlNode* node, const char* name) {
  for (const xmlAttr* attribute = node->properties; attribute != nullptr; attribute = attribute->next) {
    if (attribute->ns == nullptr && view(attribute->name) == name) return value(attribute);
  }
  return std::nullopt;
}

}  // namespace mekenjai::edge::eds::xml
