#include "base/json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <unordered_set>

#include "base/bytes.hpp"

namespace mekenjai::base {
namespace {

namespace json = boost::json;
using ErrorCode = json::error_code;

/// Builds the value as json::parse does, and remembers the names of each open object: Boost.JSON
/// takes the last of two equal names and says nothing.
struct Handler {
  static constexpr std::size_t max_object_size = json::object::max_size();
  static constexpr std::size_t max_array_size = json::array::max_size();
  static constexpr std::size_t max_key_size = json::string::max_size();
  static constexpr std::size_t max_string_size = json::string::max_size();

  json::value_stack stack;
  std::vector<std::unordered_set<std::string>> names;
  std::string name;
  std::optional<std::string> duplicate;

  bool on_document_begin(ErrorCode&) { return true; }
  bool on_document_end(ErrorCode&) { return true; }
  bool on_object_begin(ErrorCode&) {
    names.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t count, ErrorCode&) {
    names.pop_back();
    stack.push_object(count);
    return true;
  }
  bool on_array_begin(ErrorCode&) { return true; }
  bool on_array_end(std::size_t count, ErrorCode&) {
    stack.push_array(count);
    return true;
  }
  bool on_key_part(json::string_view part, std::size_t, ErrorCode&) {
    name.append(part.data(), part.size());
    stack.push_chars(part);
    return true;
  }
  bool on_key(json::string_view part, std::size_t, ErrorCode& error) {
    name.append(part.data(), part.size());
    stack.push_key(part);
    if (!names.back().insert(name).second) {
      duplicate = name;
      error = json::error::extra_data;
      return false;
    }
    name.clear();
    return true;
  }
  bool on_string_part(json::string_view part, std::size_t, ErrorCode&) {
    stack.push_chars(part);
    return true;
  }
  bool on_string(json::string_view part, std::size_t, ErrorCode&) {
    stack.push_string(part);
    return true;
  }
  bool on_number_part(json::string_view, ErrorCode&) { return true; }
  bool on_int64(std::int64_t value, json::string_view, ErrorCode&) {
    stack.push_int64(value);
    return true;
  }
  bool on_uint64(std::uint64_t value, json::string_view, ErrorCode&) {
    stack.push_uint64(value);
    return true;
  }
  bool on_double(double value, json::string_view, ErrorCode&) {
    stack.push_double(value);
    return true;
  }
  bool on_bool(bool value, ErrorCode&) {
    stack.push_bool(value);
    return true;
  }
  bool on_null(ErrorCode&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, ErrorCode&) { return true; }
  bool on_comment(json::string_view, ErrorCode&) { return true; }
};

bool has_controls(std::string_view text, bool lines) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (lines && (byte == '\n' || byte == '\r' || byte == '\t')) continue;
    if (byte < 0x20 || byte == 0x7F) return true;
    // C1 controls, U+0080 to U+009F
    if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      return true;
  }
  return false;
}

}  // namespace

Result<json::value> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes) return fail(Trouble::too_large, "too_large");
  if (!is_utf8(text)) return fail(Trouble::malformed, "malformed_utf8");
  json::parse_options options;
  options.max_depth = limits.depth;
  json::basic_parser<Handler> parser(options);
  Handler& handler = parser.handler();
  handler.stack.reset();
  ErrorCode error;
  const std::size_t used = parser.write_some(false, text.data(), text.size(), error);
  if (handler.duplicate) {
    Problem problem{Trouble::malformed, "duplicate_field"};
    problem.values.emplace_back("field", std::string(utf8_prefix(*handler.duplicate, 64)));
    return fail(std::move(problem));
  }
  if (error || used != text.size() || !parser.done())
    return fail(Trouble::malformed, "malformed_json");
  return handler.stack.release();
}

FieldReader::FieldReader(const json::value& value, std::string within)
    : object_(value.if_object()), within_(std::move(within)) {
  if (object_ == nullptr) wrong("", "wrong_type");
}

const json::value* FieldReader::find(std::string_view name) {
  asked_.emplace_back(name);
  if (object_ == nullptr) return nullptr;
  const json::value* value = object_->if_contains(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

std::string FieldReader::checked(std::string field, const json::value& value,
                                 std::size_t max_length, bool lines) {
  const json::string* string = value.if_string();
  if (string == nullptr) {
    wrong(std::move(field), "wrong_type");
  } else if (utf8_length(*string) > max_length) {
    wrong(std::move(field), "too_long");
  } else if (has_controls(*string, lines)) {
    wrong(std::move(field), "bad_characters");
  } else {
    return std::string(*string);
  }
  return {};
}

std::string FieldReader::text(std::string_view name, std::size_t max_length) {
  const json::value* value = find(name);
  if (value == nullptr || (value->is_string() && value->get_string().empty())) {
    if (object_ != nullptr) wrong(std::string(name), "required");
    return {};
  }
  return checked(std::string(name), *value, max_length, false);
}

std::optional<std::string> FieldReader::optional_text(std::string_view name, std::size_t max_length,
                                                      bool lines) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  return checked(std::string(name), *value, max_length, lines);
}

std::string FieldReader::one_of(std::string_view name,
                                std::initializer_list<std::string_view> words) {
  std::string word = text(name, 64);
  if (has_error(name) || object_ == nullptr) return {};
  if (std::find(words.begin(), words.end(), word) == words.end()) {
    wrong(std::string(name), "unknown_value");
    return {};
  }
  return word;
}

std::optional<bool> FieldReader::boolean(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (const bool* boolean = value->if_bool()) return *boolean;
  wrong(std::string(name), "wrong_type");
  return std::nullopt;
}

bool FieldReader::is_true(std::string_view name) {
  const json::value* value = find(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::vector<std::string> FieldReader::texts(std::string_view name, std::size_t max_items,
                                            std::size_t max_length) {
  const json::value* value = find(name);
  const json::array* array = value == nullptr ? nullptr : value->if_array();
  if (value != nullptr && array == nullptr) {
    wrong(std::string(name), "wrong_type");
    return {};
  }
  if (array == nullptr || array->empty()) {
    if (object_ != nullptr) wrong(std::string(name), "required");
    return {};
  }
  if (array->size() > max_items) {
    wrong(std::string(name), "too_many");
    return {};
  }
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < array->size(); ++i) {
    texts.push_back(checked(fmt::format("{}[{}]", name, i), (*array)[i], max_length, false));
  }
  return texts;
}

const json::value* FieldReader::object(std::string_view name) {
  const json::value* value = find(name);
  if (value != nullptr && value->is_object()) return value;
  if (object_ != nullptr) wrong(std::string(name), value == nullptr ? "required" : "wrong_type");
  return nullptr;
}

void FieldReader::take_errors(FieldReader& part) {
  if (const std::optional<Problem> problem = part.finish()) {
    errors_.insert(errors_.end(), problem->errors.begin(), problem->errors.end());
  }
}

void FieldReader::wrong(std::string field, std::string code) {
  errors_.push_back({within_ + field, std::move(code)});
}

bool FieldReader::has_error(std::string_view field) const {
  return std::any_of(errors_.begin(), errors_.end(),
                     [&](const FieldError& error) { return error.field == within_ + std::string(field); });
}

std::optional<Problem> FieldReader::finish() {
  constexpr std::size_t kNamed = 20, kNameLength = 64;
  if (object_ != nullptr) {
    for (const json::key_value_pair& member : *object_) {
      if (errors_.size() >= kNamed) break;
      if (std::find(asked_.begin(), asked_.end(), std::string_view(member.key())) == asked_.end()) {
        wrong(std::string(utf8_prefix(member.key(), kNameLength)), "unknown_field");
      }
    }
  }
  // Of what is no object there is nothing more to say.
  if (object_ == nullptr) errors_.resize(1);
  if (errors_.empty()) return std::nullopt;
  return wrong_fields(std::move(errors_));
}

Problem wrong_fields(std::vector<FieldError> errors) {
  const bool agree = std::all_of(errors.begin(), errors.end(), [&](const FieldError& error) {
    return error.code == errors.front().code;
  });
  Problem problem{Trouble::unprocessable, agree ? errors.front().code : "invalid"};
  problem.errors = std::move(errors);
  return problem;
}

}  // namespace mekenjai::base
