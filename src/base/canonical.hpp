// The JSON Canonicalization Scheme (RFC 8785): one byte string for one value, so that it can be
// hashed and signed.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/fwd.hpp>

namespace mekenjai::base {

/// The canonical text of a value of null, booleans, strings, arrays, objects and integers within
/// ±(2^53 - 1). Throws std::invalid_argument for any other number and for text that is not UTF-8:
/// both are mistakes of the caller, whose values are made by the program itself.
std::string canonical_json(const boost::json::value& value);

/// One string as RFC 8785, 3.2.2.2 writes it, with its quotes. Throws as `canonical_json` does.
std::string canonical_string(std::string_view text);

}  // namespace mekenjai::base
