// Reading the journal's own payloads: what is missing reads as empty.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string_view>

namespace mekenjai::flow {

inline boost::json::string_view to_json(std::string_view text) { return {text.data(), text.size()}; }

inline std::string_view read_text(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(to_json(key));
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

inline std::int64_t read_number(const boost::json::object& object, std::string_view key) {
  const boost::json::value* value = object.if_contains(to_json(key));
  return value == nullptr || !value->is_number() ? 0 : value->to_number<std::int64_t>();
}

}  // namespace mekenjai::flow
