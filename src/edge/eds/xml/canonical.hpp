// Canonical XML (C14N 1.0, RFC 3076) and its exclusive form (RFC 3741), of a whole document or of one element in it.
#pragma once

#include "edge/eds/xml/reading.hpp"

namespace mekenjai::edge::eds::xml {

/// Escapes and repeated namespaces may make a canonical form larger than what was read, but not without end.
inline constexpr std::size_t kMaxCanonicalBytes = 4 * kMaxXmlBytes;
inline constexpr std::size_t kMaxInclusivePrefixes = 16;

/// How; what a CanonicalizationMethod or a Transform says. Comments are no question: where there is one, nothing is
/// signed (eds.md 7.2).
struct Canonicalisation {
  bool exclusive = false;
  std::vector<std::string> inclusive_prefixes{};  // of the exclusive form

  /// From the element; nothing for any other algorithm or for parameters that are not known.
  static std::optional<Canonicalisation> read(const xmlNode* element);
};

/// Nothing where a namespace is relative (C14N, 1.3) or the form grows too large.
std::optional<std::string> canonical_document(xmlDoc* document, const Canonicalisation& how);
/// The element with all inside it, in its place: namespaces and xml: attributes come from around it. Costs what the
/// element costs, however large the document.
std::optional<std::string> canonical_element(xmlNode* element, const Canonicalisation& how);

}  // namespace mekenjai::edge::eds::xml
