#include "base/canonical.hpp"

#include <boost/json/value.hpp>

#include <stdexcept>

#include "base/bytes.hpp"

namespace mekenjai::base {
namespace {

namespace json = boost::json;

constexpr std::int64_t kLargestInteger = (std::int64_t{1} << 53) - 1;

/// Order of names by their UTF-16 code units (RFC 8785, 3.2.3). UTF-8 sorts by code point, which
/// differs only where one text has a surrogate pair (lead byte F0 and above) and the other U+E000
/// to U+FFFF (EE, EF).
bool utf16_less(std::string_view left, std::string_view right) {
  const auto [l, r] = std::mismatch(left.begin(), left.end(), right.begin(), right.end());
  if (l == left.end() || r == right.end()) return l == left.end() && r != right.end();
  const auto a = static_cast<unsigned char>(*l), b = static_cast<unsigned char>(*r);
  const auto above_surrogates = [](unsigned char lead) { return lead == 0xEE || lead == 0xEF; };
  if (a >= 0xF0 && above_surrogates(b)) return true;
  if (b >= 0xF0 && above_surrogates(a)) return false;
  return a < b;
}

void write_string(std::string_view text, std::string& out) {
  if (!is_utf8(text)) throw std::invalid_argument("canonical JSON: not UTF-8");
  static constexpr char kDigits[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\r':
        out += "\\r";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kDigits[c >> 4];
          out += kDigits[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void write_integer(const json::value& value, std::string& out) {
  if (value.is_uint64() && value.get_uint64() <= static_cast<std::uint64_t>(kLargestInteger)) {
    out += std::to_string(value.get_uint64());
  } else if (value.is_int64() && value.get_int64() >= -kLargestInteger &&
             value.get_int64() <= kLargestInteger) {
    out += std::to_string(value.get_int64());
  } else {
    throw std::invalid_argument("canonical JSON: a number that is not an integer within 2^53");
  }
}

void write(const json::value& value, std::string& out);

void write_array(const json::array& array, std::string& out) {
  out += '[';
  for (const json::value& item : array) {
    if (&item != &array.front()) out += ',';
    write(item, out);
  }
  out += ']';
}

void write_object(const json::object& object, std::string& out) {
  std::vector<const json::key_value_pair*> members;
  members.reserve(object.size());
  for (const json::key_value_pair& member : object) members.push_back(&member);
  std::sort(members.begin(), members.end(), [](const auto* left, const auto* right) {
    return utf16_less(left->key(), right->key());
  });
  out += '{';
  for (const json::key_value_pair* member : members) {
    if (member != members.front()) out += ',';
    write_string(member->key(), out);
    out += ':';
    write(member->value(), out);
  }
  out += '}';
}

void write(const json::value& value, std::string& out) {
  switch (value.kind()) {
    case json::kind::null:
      out += "null";
      return;
    case json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case json::kind::string:
      write_string(value.get_string(), out);
      return;
    case json::kind::array:
      write_array(value.get_array(), out);
      return;
    case json::kind::object:
      write_object(value.get_object(), out);
      return;
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      write_integer(value, out);
      return;
  }
}

}  // namespace

std::string canonical_json(const boost::json::value& value) {
  std::string out;
  write(value, out);
  return out;
}

std::string canonical_string(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  write_string(text, out);
  return out;
}

}  // namespace mekenjai::base
