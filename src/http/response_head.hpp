// An answer's head as bytes, with the headers that every answer has.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include "http/http.hpp"

namespace mekenjai::http {

/// IMF-fixdate (RFC 9110, 5.6.7).
std::string http_date(std::time_t at);

/// Appends status line and fields. `close`: the connection ends after it. A field that would split
/// the answer is left out and logged.
void write_head(std::string& out, const Response& response, std::size_t body_size,
                std::string_view date, bool close);

}  // namespace mekenjai::http
