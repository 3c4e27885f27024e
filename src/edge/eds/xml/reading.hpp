// Reading XML with libxml2 under limits, and a few plain questions to its nodes. Everything that costs more than
// its size is refused while reading: DOCTYPE before a single entity is known, depth, and what makes canonical
// forms grow (namespaces in scope, attributes).
#pragma once

#include <libxml/tree.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "edge/eds/xml/xml.hpp"

namespace mekenjai::edge::eds::xml {

inline constexpr std::string_view kSignatureNamespace = "http://www.w3.org/2000/09/xmldsig#";

inline constexpr std::size_t kMaxElements = 50'000;
inline constexpr std::size_t kMaxAttributes = 128;      // of one element, namespace declarations among them
inline constexpr std::size_t kMaxOpenAttributes = 512;  // of an element and all around it
inline constexpr int kMaxNamespacesInScope = 24;
inline constexpr std::size_t kMaxNamespaceBytes = 512;  // of one name

struct DocumentDeleter {
  void operator()(xmlDoc* document) const { xmlFreeDoc(document); }
};
using Document = std::unique_ptr<xmlDoc, DocumentDeleter>;

/// libxml2 would otherwise write errors to the terminal. For the calling thread, while it lives.
class QuietErrors {
 public:
  QuietErrors();
  ~QuietErrors();
  QuietErrors(const QuietErrors&) = delete;
  QuietErrors& operator=(const QuietErrors&) = delete;

 private:
  void (*handler_)(void*, xmlError*);
  void* context_;
};

/// A well-formed document (namespaces too) in UTF-8, XML 1.0, within the limits and without DOCTYPE. Fault: malformed.
/// The caller holds QuietErrors.
Checked<Document> read_document(std::string_view bytes);

inline std::string_view view(const xmlChar* text) {
  return text == nullptr ? std::string_view{} : std::string_view(reinterpret_cast<const char*>(text));
}
inline std::string_view name_of(const xmlNode* node) { return view(node->name); }
bool is_element(const xmlNode* node);
/// An element of this local name in this namespace; "" is none.
bool is(const xmlNode* node, std::string_view space, std::string_view name);
inline bool is_signature_part(const xmlNode* node, std::string_view name) {
  return is(node, kSignatureNamespace, name);
}

/// The next node in document order within `root`; null at the end. No recursion.
xmlNode* following(xmlNode* node, const xmlNode* root);

/// The child elements; nothing where there is more than white space between them.
std::optional<std::vector<xmlNode*>> elements(const xmlNode* node);
/// The text of an element that has no elements inside; nothing where it has.
std::optional<std::string> text(const xmlNode* node);
/// An attribute without namespace.
std::optional<std::string> attribute(const xmlNode* node, const char* name);
std::string value(const xmlAttr* attribute);

}  // namespace mekenjai::edge::eds::xml
