#include "edge/eds/asn1/der.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace mekenjai::edge::eds::der {
namespace {

constexpr std::size_t kMaxLengthOctets = 4;  // 4 GiB: more than any limit on input lets through

std::uint8_t octet(std::string_view bytes, std::size_t at) { return static_cast<std::uint8_t>(bytes[at]); }

struct Header {
  std::uint8_t tag = 0;
  std::size_t size = 0;    // of identifier and length octets
  std::size_t length = 0;  // of the content
  bool indefinite = false;
};

std::optional<Header> header(std::string_view bytes, Rules rules) {
  if (bytes.size() < 2) return std::nullopt;
  Header header{octet(bytes, 0), 2, octet(bytes, 1), false};
  if ((header.tag & 0x1f) == 0x1f) return std::nullopt;  // high tag numbers
  if (header.length < 0x80) return header;
  if (header.length == 0x80) {
    if (rules == Rules::der || (header.tag & 0x20) == 0) return std::nullopt;
    header.length = 0;
    header.indefinite = true;
    return header;
  }
  const std::size_t octets = header.length & 0x7f;
  if (octets > kMaxLengthOctets || bytes.size() < 2 + octets) return std::nullopt;
  header.length = 0;
  for (std::size_t i = 0; i < octets; ++i) header.length = header.length << 8 | octet(bytes, 2 + i);
  const bool shortest = header.length >= 0x80 && octet(bytes, 2) != 0;
  if (rules == Rules::der && !shortest) return std::nullopt;
  header.size = 2 + octets;
  return header;
}

bool is_end_of_contents(std::string_view bytes) { return bytes.size() >= 2 && bytes[0] == 0 && bytes[1] == 0; }

std::optional<Element> read(std::string_view bytes, Rules rules, int depth) {
  if (depth <= 0) return std::nullopt;
  const auto head = header(bytes, rules);
  if (!head) return std::nullopt;
  if (!head->indefinite) {
    if (head->length > bytes.size() - head->size) return std::nullopt;
    return Element{head->tag, bytes.substr(head->size, head->length), bytes.substr(0, head->size + head->length)};
  }
  std::size_t end = head->size;
  while (!is_end_of_contents(bytes.substr(end))) {
    const auto inner = read(bytes.substr(end), rules, depth - 1);
    if (!inner) return std::nullopt;
    end += inner->whole.size();
  }
  return Element{head->tag, bytes.substr(head->size, end - head->size), bytes.substr(0, end + 2)};
}

bool minimal_integer(std::string_view content) {
  if (content.empty()) return false;
  if (content.size() == 1) return true;
  const bool needless = (octet(content, 0) == 0 && octet(content, 1) < 0x80) ||
                        (octet(content, 0) == 0xff && octet(content, 1) >= 0x80);
  return !needless;
}

bool is_der(std::string_view bytes, int depth) {
  while (!bytes.empty()) {
    const auto element = read(bytes, Rules::der, depth);
    if (!element) return false;
    const bool universal = (element->tag & 0xc0) == 0;
    const bool collection = (element->tag | 0x20) == kSequence || (element->tag | 0x20) == kSet;
    if (universal && element->constructed() != collection) return false;
    if (element->constructed()) {
      if (!is_der(element->content, depth - 1)) return false;
    } else if (element->tag == kBoolean) {
      if (element->content.size() != 1 || (octet(element->content, 0) != 0 && octet(element->content, 0) != 0xff)) return false;
    } else if (element->tag == kInteger || element->tag == kEnumerated) {
      if (!minimal_integer(element->content)) return false;
    } else if (element->tag == kNull) {
      if (!element->content.empty()) return false;
    }
    bytes.remove_prefix(element->whole.size());
  }
  return true;
}

int digits(std::string_view text, std::size_t at, std::size_t count) {
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

void append_utf8(std::string& text, std::uint32_t point) {
  if (point < 0x80) {
    text += static_cast<char>(point);
  } else if (point < 0x800) {
    text += static_cast<char>(0xc0 | point >> 6);
    text += static_cast<char>(0x80 | (point & 0x3f));
  } else {
    text += static_cast<char>(0xe0 | point >> 12);
    text += static_cast<char>(0x80 | (point >> 6 & 0x3f));
    text += static_cast<char>(0x80 | (point & 0x3f));
  }
}

}  // namespace

std::optional<Element> Reader::take() {
  const auto element = read(rest_, rules_, depth_);
  if (element) rest_.remove_prefix(element->whole.size());
  return element;
}

std::optional<Element> Reader::take(std::uint8_t tag) {
  if (rest_.empty() || this->tag() != tag) return std::nullopt;
  return take();
}

std::optional<Reader> Reader::enter(std::uint8_t tag) {
  const auto element = take(tag);
  if (!element) return std::nullopt;
  return inside(*element);
}

std::optional<Element> sole(std::string_view bytes, Rules rules) {
  Reader reader(bytes, rules);
  const auto element = reader.take();
  if (!element || !reader.at_end()) return std::nullopt;
  return element;
}

bool is_der(std::string_view bytes) { return is_der(bytes, kMaxDepth); }

std::optional<std::string_view> unsigned_integer(const Element& element) {
  if (element.tag != kInteger || !minimal_integer(element.content) || octet(element.content, 0) >= 0x80) return std::nullopt;
  return octet(element.content, 0) == 0 ? element.content.substr(1) : element.content;
}

std::optional<std::int64_t> small_integer(const Element& element) {
  if ((element.tag != kInteger && element.tag != kEnumerated) || !minimal_integer(element.content)) return std::nullopt;
  if (element.content.size() > 8) return std::nullopt;
  std::uint64_t value = octet(element.content, 0) >= 0x80 ? ~std::uint64_t{0} : 0;
  for (const char c : element.content) value = value << 8 | static_cast<std::uint8_t>(c);
  return static_cast<std::int64_t>(value);
}

std::optional<bool> boolean(const Element& element) {
  if (element.tag != kBoolean || element.content.size() != 1) return std::nullopt;
  return octet(element.content, 0) != 0;
}

std::optional<std::string_view> bit_string(const Element& element) {
  if (element.tag != kBitString || element.content.empty() || element.content.front() != 0) return std::nullopt;
  return element.content.substr(1);
}

std::optional<std::string> octet_string(const Element& element, Rules rules) {
  if (element.tag == kOctetString) return std::string(element.content);
  if (rules == Rules::der || element.tag != (kOctetString | 0x20)) return std::nullopt;
  std::string joined;
  for (Reader pieces(element.content, Rules::ber); !pieces.at_end();) {
    const auto piece = pieces.take(kOctetString);  // pieces of pieces are met nowhere
    if (!piece) return std::nullopt;
    joined += piece->content;
  }
  return joined;
}

std::optional<base::Instant> time(const Element& element) {
  std::string_view text = element.content;
  const std::size_t year_digits = element.tag == kUtcTime ? 2 : 4;
  if (element.tag != kUtcTime && element.tag != kGeneralizedTime) return std::nullopt;
  if (text.size() < year_digits + 11 || text.back() != 'Z') return std::nullopt;
  text.remove_suffix(1);
  int year = digits(text, 0, year_digits);
  if (year < 0) return std::nullopt;
  if (year_digits == 2) year += year < 50 ? 2000 : 1900;
  const int month = digits(text, year_digits, 2), day = digits(text, year_digits + 2, 2);
  const int hour = digits(text, year_digits + 4, 2), minute = digits(text, year_digits + 6, 2),
            second = digits(text, year_digits + 8, 2);
  const std::string_view fraction = text.substr(year_digits + 10);
  const bool fraction_ok = fraction.empty() || (year_digits == 4 && fraction.size() > 1 && fraction.front() == '.' &&
                                                fraction.find_first_not_of("0123456789", 1) == std::string_view::npos);
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!fraction_ok || month < 1 || day < 1 || !date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 ||
      second < 0 || second > 59) {
    return std::nullopt;
  }
  return base::Instant{std::chrono::sys_days{date}} + std::chrono::hours{hour} + std::chrono::minutes{minute} +
         std::chrono::seconds{second};
}

std::optional<std::string> text(const Element& element) {
  std::string value;
  switch (element.tag) {
    case kUtf8String:
    case kPrintableString:
    case kIa5String:
      value = element.content;
      break;
    case kT61String:  // read as Latin-1, as everybody does
      for (const char c : element.content) append_utf8(value, static_cast<std::uint8_t>(c));
      break;
    case kBmpString:
      if (element.content.size() % 2 != 0) return std::nullopt;
      for (std::size_t i = 0; i < element.content.size(); i += 2) {
        append_utf8(value, static_cast<std::uint32_t>(octet(element.content, i) << 8 | octet(element.content, i + 1)));
      }
      break;
    default:
      return std::nullopt;
  }
  if (value.find('\0') != std::string::npos || !base::is_utf8(value)) return std::nullopt;
  return value;
}

std::string dotted(std::string_view content) {
  std::string text;
  std::uint64_t arc = 0;
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (arc >> 56 != 0) return "";
    arc = arc << 7 | (octet(content, i) & 0x7f);
    if ((octet(content, i) & 0x80) != 0) {
      if (i + 1 == content.size()) return "";
      continue;
    }
    if (text.empty()) {
      const std::uint64_t first = std::min<std::uint64_t>(arc / 40, 2);
      text = fmt::format("{}.{}", first, arc - first * 40);
    } else {
      text += fmt::format(".{}", arc);
    }
    arc = 0;
  }
  return text;
}

// --- writing ------------------------------------------------------------------------------------------------------

std::string element(std::uint8_t tag, std::string_view content) {
  std::string bytes(1, static_cast<char>(tag));
  if (content.size() < 0x80) {
    bytes += static_cast<char>(content.size());
  } else {
    std::string length;
    for (std::size_t rest = content.size(); rest != 0; rest >>= 8) length.insert(length.begin(), static_cast<char>(rest & 0xff));
    bytes += static_cast<char>(0x80 | length.size());
    bytes += length;
  }
  bytes += content;
  return bytes;
}

std::string sequence(std::initializer_list<std::string_view> elements) {
  std::string content;
  for (const std::string_view part : elements) content += part;
  return element(kSequence, content);
}

std::string set_of(std::vector<std::string> elements) {
  std::sort(elements.begin(), elements.end());
  std::string content;
  for (const std::string& part : elements) content += part;
  return element(kSet, content);
}

std::string integer(std::int64_t value) {
  std::string content;
  do {
    content.insert(content.begin(), static_cast<char>(value & 0xff));
    value >>= 8;
  } while (value != 0 && value != -1);
  const bool negative = value == -1;
  if ((octet(content, 0) >= 0x80) != negative) content.insert(content.begin(), static_cast<char>(negative ? 0xff : 0));
  return element(kInteger, content);
}

std::string unsigned_integer(std::string_view octets) {
  while (!octets.empty() && octets.front() == 0) octets.remove_prefix(1);
  std::string content(octets);
  if (content.empty() || octet(content, 0) >= 0x80) content.insert(content.begin(), '\0');
  return element(kInteger, content);
}

std::string boolean(bool value) { return element(kBoolean, std::string(1, static_cast<char>(value ? 0xff : 0))); }
std::string oid(std::string_view oid_content) { return element(kOid, oid_content); }
std::string octet_string(std::string_view octets) { return element(kOctetString, octets); }
std::string null() { return element(kNull, ""); }
std::string utf8_string(std::string_view text) { return element(kUtf8String, text); }
std::string printable_string(std::string_view text) { return element(kPrintableString, text); }

std::string bit_string(std::string_view octets, int unused_bits) {
  return element(kBitString, std::string(1, static_cast<char>(unused_bits)) + std::string(octets));
}

namespace {
std::string stamp(base::Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss clock{std::chrono::floor<std::chrono::seconds>(at - day)};
  return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}Z", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()), clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}
}  // namespace

std::string generalized_time(base::Instant at) { return element(kGeneralizedTime, stamp(at)); }

std::string time(base::Instant at) {
  const std::string text = stamp(at);
  return text < "2050" && text >= "1950" ? element(kUtcTime, std::string_view(text).substr(2)) : generalized_time(at);
}

}  // namespace mekenjai::edge::eds::der
