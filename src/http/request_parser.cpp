#include "http/request_parser.hpp"

#include <boost/beast/http/error.hpp>

#include "http/router.hpp"

namespace mekenjai::http {
namespace {

namespace beast_http = boost::beast::http;

constexpr std::size_t kLongestChunkExtension = 1024;  // bytes

Method method_of(std::string_view text) {
  for (const Method method : {Method::get, Method::head, Method::post, Method::put, Method::delete_}) {
    if (text == word(method)) return method;
  }
  return Method::other;
}

/// Methods that are known but that no route has: 405, not 501 (RFC 9110, 15.6.2).
bool is_known_method(std::string_view text) {
  static constexpr std::string_view kKnown[] = {"PATCH", "OPTIONS", "TRACE", "CONNECT"};
  return method_of(text) != Method::other ||
         std::find(std::begin(kKnown), std::end(kKnown), text) != std::end(kKnown);
}

}  // namespace

bool equals_ignoring_case(std::string_view left, std::string_view lower) {
  return left.size() == lower.size() &&
         std::equal(left.begin(), left.end(), lower.begin(), [](char l, char r) {
           return (l >= 'A' && l <= 'Z' ? static_cast<char>(l + 32) : l) == r;
         });
}

RequestParser::RequestParser(Request& request, const Limits& limits)
    : request_(request), limits_(limits) {
  header_limit(static_cast<std::uint32_t>(limits.header));
  body_limit(boost::none);  // asked by us, where the answer is 413
}

void RequestParser::refuse(const Fault& fault, ErrorCode& error) {
  fault_ = fault;
  error = beast_http::error::bad_value;
}

void RequestParser::on_request_impl(beast_http::verb, string_view method, string_view target,
                                    int version, ErrorCode& error) {
  const std::string_view name(method.data(), method.size());
  started_ = true;
  request_.method = method_of(name);
  request_.target.assign(target.data(), target.size());
  if (target.size() > limits_.target) return refuse(kTargetTooLong, error);
  if (version != 11) return refuse(kVersion, error);
  if (!is_known_method(name)) return refuse(kNotImplemented, error);
}

const Fault* RequestParser::look_at(beast_http::field field, std::string_view value) {
  switch (field) {
    case beast_http::field::host:
      if (has_host_ || value.find_first_of(" /@?#,\\") != std::string_view::npos) return &kBadHost;
      has_host_ = true;
      return nullptr;
    case beast_http::field::content_length:
      if (has_length_ || value.empty()) return &kMalformed;
      if (value.find_first_not_of("0123456789") != std::string_view::npos) return &kMalformed;
      has_length_ = true;
      return nullptr;
    case beast_http::field::transfer_encoding:
      return equals_ignoring_case(value, "chunked") ? nullptr : &kNotImplemented;
    case beast_http::field::expect:
      wants_continue_ = true;
      return equals_ignoring_case(value, "100-continue") ? nullptr : &kExpectation;
    default:
      return nullptr;
  }
}

void RequestParser::on_field_impl(beast_http::field field, string_view name, string_view value,
                                  ErrorCode& error) {
  if (header_done_) {  // a trailer: nothing here wants one
    if (++trailers_ > limits_.header_fields) refuse(kHeaderTooLarge, error);
    return;
  }
  if (request_.headers.size() >= limits_.header_fields) return refuse(kHeaderTooLarge, error);
  if (const Fault* fault = look_at(field, {value.data(), value.size()}))
    return refuse(*fault, error);
  auto& [kept_name, kept_value] = request_.headers.emplace_back();
  kept_name.resize(name.size());
  std::transform(name.begin(), name.end(), kept_name.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  kept_value.assign(value.data(), value.size());
}

void RequestParser::on_header_impl(ErrorCode& error) {
  header_done_ = true;
  if (!has_host_) refuse(kBadHost, error);
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, string_view extensions,
                                         ErrorCode& error) {
  const bool too_large = size > max_body_ - request_.body.size();
  if (too_large || extensions.size() > kLongestChunkExtension) refuse(kTooLarge, error);
}

std::size_t RequestParser::take(string_view body, ErrorCode& error) {
  if (body.size() > max_body_ - request_.body.size()) {
    refuse(kTooLarge, error);
    return 0;
  }
  request_.body.append(body.data(), body.size());
  return body.size();
}

Fault fault_of(const RequestParser& parser, const boost::system::error_code& error) {
  if (parser.fault().status != 0) return parser.fault();
  if (error == beast_http::error::header_limit)
    return parser.has_start_line() ? kHeaderTooLarge : kTargetTooLong;
  if (error == beast_http::error::bad_version) return kVersion;
  return kMalformed;
}

}  // namespace mekenjai::http
