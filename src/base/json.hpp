// JSON from outside: strict to parse (RFC 8259 without its leeway) and read field by field, so that
// all that is wrong can be told at once.
#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace mekenjai::base {

struct JsonLimits {
  std::size_t bytes = 64 * 1024;
  std::size_t depth = 16;
};

/// One JSON text. Problems (all `malformed` but the last): malformed_utf8, malformed_json,
/// duplicate_field (with the value "field": a name stands twice in an object, at whatever depth),
/// too_large.
Result<boost::json::value> parse_json(std::string_view text, const JsonLimits& limits = {});

/// Reads the fields of one object and collects what is wrong with them. A field that is absent or
/// null counts as not given. Lengths are in code points. Strings may hold no control characters.
class FieldReader {
 public:
  /// The value must outlive the reader. Anything but an object is `wrong_type` of the field "". `within`: stands before
  /// the names of wrong fields where the object is part of another one ("keys.").
  explicit FieldReader(const boost::json::value& value, std::string within = {});

  /// `required` where it is missing or empty, `wrong_type`, `too_long`, `bad_characters`; "" then.
  std::string text(std::string_view name, std::size_t max_length);
  /// Nothing where it is not given. `lines`: line breaks and tabs are allowed.
  std::optional<std::string> optional_text(std::string_view name, std::size_t max_length,
                                           bool lines = false);
  /// One of the words: `required`, `wrong_type`, `unknown_value`; "" then.
  std::string one_of(std::string_view name, std::initializer_list<std::string_view> words);
  /// Nothing where it is not given or `wrong_type`.
  std::optional<bool> boolean(std::string_view name);
  /// Whether it is given and true; anything else is false and no error.
  bool is_true(std::string_view name);
  /// `required` where there are none, `too_many` above `max_items`; items as `text` does, named
  /// `name[2]`.
  std::vector<std::string> texts(std::string_view name, std::size_t max_items,
                                 std::size_t max_length);

  /// An object for a reader of its own: `required`, `wrong_type`; none then.
  const boost::json::value* object(std::string_view name);
  /// A field that may be given and is not looked at.
  void pass_over(std::string_view name) { find(name); }
  /// What a reader of a part has found wrong, and what nobody asked that part for.
  void take_errors(FieldReader& part);

  /// Names a wrong field; what the caller finds beyond types and lengths.
  void wrong(std::string field, std::string code);
  bool has_error(std::string_view field) const;

  /// Looks for fields that nobody asked for (`unknown_field`) and tells all that is wrong: a 422
  /// whose code is that of the errors where they agree, `invalid` otherwise. Nothing where
  /// nothing is.
  std::optional<Problem> finish();

 private:
  const boost::json::value* find(std::string_view name);
  std::string checked(std::string field, const boost::json::value& value, std::size_t max_length,
                      bool lines);

  const boost::json::object* object_ = nullptr;
  std::string within_;
  std::vector<std::string> asked_;
  std::vector<FieldError> errors_;
};

/// A 422 for these fields, coded as `FieldReader::finish` does.
Problem wrong_fields(std::vector<FieldError> errors);

}  // namespace mekenjai::base
