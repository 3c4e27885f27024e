#include "http/response_head.hpp"

#include <boost/beast/http/status.hpp>

#include <spdlog/spdlog.h>

#include "http/request_parser.hpp"

namespace mekenjai::http {
namespace {

// On every answer that a browser may show or run. Forms need the origin of their own page, so the
// referrer policy is same-origin: with no-referrer a browser sends `Origin: null` with a form.
constexpr std::string_view kPolicyUntilConnect =
    "Content-Security-Policy: default-src 'none'; style-src 'self'; img-src 'self' data:; font-src "
    "'self'; "
    "script-src 'self'; connect-src 'self'";
constexpr std::string_view kSecurityHeaders =
    "; form-action 'self'; base-uri 'none'; frame-ancestors "
    "'none'; "
    "manifest-src 'self'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: same-origin\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n";

// Files that are kept for ever are parts of pages, whose policy holds for them; a view loads
// several of them, and heads are bytes too.
constexpr std::string_view kHeadersOfParts =
    "X-Content-Type-Options: nosniff\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";

bool is_part_of_pages(const Response& response) {
  return std::any_of(response.headers.begin(), response.headers.end(), [](const auto& header) {
    return header.first == "Cache-Control" && header.second.find("immutable") != std::string::npos;
  });
}

bool is_header_value(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7F;
  });
}

std::string_view reason_of(int status) {
  const auto text =
      boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
  return {text.data(), text.size()};
}

}  // namespace

std::string http_date(std::time_t at) {
  static constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm utc{};
  gmtime_r(&at, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[utc.tm_wday], utc.tm_mday,
                     kMonths[utc.tm_mon], 1900 + utc.tm_year, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

void write_head(std::string& out, const Response& response, std::size_t body_size,
                std::string_view date, bool close) {
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\nDate: {}\r\n", response.status,
                 reason_of(response.status), date);
  if (response.status != 304 && response.status != 204) {
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", body_size);
    if (body_size > 0)
      fmt::format_to(std::back_inserter(out), "Content-Type: {}\r\n", response.content_type);
  }
  bool has_cache_control = false;
  for (const auto& [name, value] : response.headers) {
    if (!is_header_value(name) || !is_header_value(value)) {
      spdlog::error("http: a header was left out, its value has control characters: {}", name);
      continue;
    }
    has_cache_control = has_cache_control || equals_ignoring_case(name, "cache-control");
    fmt::format_to(std::back_inserter(out), "{}: {}\r\n", name, value);
  }
  if (!has_cache_control) out += "Cache-Control: no-store\r\n";
  if (is_part_of_pages(response)) {
    out += kHeadersOfParts;
  } else {
    out += kPolicyUntilConnect;
    if (!response.connect_to.empty()) {
      out += ' ';
      out += response.connect_to;
    }
    out += kSecurityHeaders;
  }
  if (close) out += "Connection: close\r\n";
  out += "\r\n";
}

}  // namespace mekenjai::http
