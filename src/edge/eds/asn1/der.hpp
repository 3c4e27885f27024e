// ASN.1 as it stands in certificates and signatures: reading without copying, strict DER (X.690, section 10)
// unless BER is asked for, and writing. Nothing here throws on input; what is not well-formed is nothing.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"

namespace mekenjai::edge::eds::der {

/// DER for everything that is signed; BER, with its indefinite lengths, for the envelopes around it.
enum class Rules { der, ber };

inline constexpr int kMaxDepth = 24;  // the deepest real container has 14 levels

// Identifier octets. Numbers above 30 are met nowhere in this field and are refused.
inline constexpr std::uint8_t kBoolean = 0x01, kInteger = 0x02, kBitString = 0x03, kOctetString = 0x04, kNull = 0x05,
                              kOid = 0x06, kEnumerated = 0x0a, kUtf8String = 0x0c, kPrintableString = 0x13,
                              kT61String = 0x14, kIa5String = 0x16, kUtcTime = 0x17, kGeneralizedTime = 0x18,
                              kBmpString = 0x1e, kSequence = 0x30, kSet = 0x31;
/// [number] of a context, primitive or constructed.
constexpr std::uint8_t context(int number, bool constructed = true) {
  return static_cast<std::uint8_t>(0x80 | (constructed ? 0x20 : 0) | number);
}

/// One element. Both views look into the input, which must live on.
struct Element {
  std::uint8_t tag = 0;
  std::string_view content;  // without the end-of-contents of an indefinite length
  std::string_view whole;    // from the identifier to the last octet
  bool constructed() const { return (tag & 0x20) != 0; }
};

class Reader {
 public:
  explicit Reader(std::string_view bytes, Rules rules = Rules::der, int depth = kMaxDepth)
      : rest_(bytes), rules_(rules), depth_(depth) {}

  bool at_end() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }
  /// The identifier of the next element; 0 at the end.
  std::uint8_t tag() const { return rest_.empty() ? 0 : static_cast<std::uint8_t>(rest_.front()); }
  /// The next element; nothing where there is none or it is malformed.
  std::optional<Element> take();
  /// The next element if it has this identifier; otherwise nothing, and the reader stays where it is.
  std::optional<Element> take(std::uint8_t tag);
  /// The inside of the next element, if it has this identifier.
  std::optional<Reader> enter(std::uint8_t tag);
  Reader inside(const Element& element) const { return Reader(element.content, rules_, depth_ - 1); }

 private:
  std::string_view rest_;
  Rules rules_;
  int depth_;
};

/// The one element that the bytes are, with nothing behind it.
std::optional<Element> sole(std::string_view bytes, Rules rules = Rules::der);
/// Whether every element, down to the leaves, is encoded as DER requires (lengths, booleans, integers).
bool is_der(std::string_view bytes);

/// The content of an INTEGER that is not negative, without leading zero; "" is zero.
std::optional<std::string_view> unsigned_integer(const Element& element);
std::optional<std::int64_t> small_integer(const Element& element);
std::optional<bool> boolean(const Element& element);
/// The content of a BIT STRING of whole octets.
std::optional<std::string_view> bit_string(const Element& element);
/// The content of an OCTET STRING; under BER it may come in pieces.
std::optional<std::string> octet_string(const Element& element, Rules rules = Rules::der);
/// UTCTime or GeneralizedTime in UTC (RFC 5280, 4.1.2.5; fractions of GeneralizedTime are dropped).
std::optional<base::Instant> time(const Element& element);
/// A string of any of the ASN.1 kinds as UTF-8; nothing where it holds a zero octet or is not valid.
std::optional<std::string> text(const Element& element);
/// "1.2.398.3.3.4.1.1" of an OID's content; "" where it is malformed.
std::string dotted(std::string_view oid_content);

// --- writing ------------------------------------------------------------------------------------------------------

std::string element(std::uint8_t tag, std::string_view content);
std::string sequence(std::initializer_list<std::string_view> elements);
/// SET OF: sorted as DER requires.
std::string set_of(std::vector<std::string> elements);
std::string integer(std::int64_t value);
/// An INTEGER of unsigned big-endian octets.
std::string unsigned_integer(std::string_view octets);
std::string boolean(bool value);
std::string oid(std::string_view oid_content);
std::string octet_string(std::string_view octets);
std::string bit_string(std::string_view octets, int unused_bits = 0);
std::string null();
std::string utf8_string(std::string_view text);
std::string printable_string(std::string_view text);
/// UTCTime until 2049, GeneralizedTime after (RFC 5280).
std::string time(base::Instant at);
std::string generalized_time(base::Instant at);

}  // namespace mekenjai::edge::eds::der
