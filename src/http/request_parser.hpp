// Beast's parser of requests, made to fill our Request and to be stricter. For server.cpp only:
// Beast is dear to compile.
#pragma once

#include <boost/beast/http/basic_parser.hpp>

#include <string>
#include <string_view>

#include "http/server.hpp"

namespace mekenjai::http {

/// Something about a request that ends it before a handler runs.
struct Fault {
  int status = 0;  // 0: none
  std::string_view code;
};

inline constexpr Fault kMalformed{400, "malformed_request"};
inline constexpr Fault kBadHost{400, "bad_host"};
inline constexpr Fault kMalformedUtf8{400, "malformed_utf8"};
inline constexpr Fault kTimeout{408, "request_timeout"};
inline constexpr Fault kTooLarge{413, "too_large"};
inline constexpr Fault kTargetTooLong{414, "target_too_long"};
inline constexpr Fault kExpectation{417, "expectation_failed"};
inline constexpr Fault kHeaderTooLarge{431, "header_too_large"};
inline constexpr Fault kNotImplemented{501, "not_implemented"};
inline constexpr Fault kBusy{503, "busy"};
inline constexpr Fault kVersion{505, "http_version"};

/// Whether `left` is `lower` (which is in lower case) but for the case of ASCII letters.
bool equals_ignoring_case(std::string_view left, std::string_view lower);

/// Beast reads the wire format; this keeps what it finds and is stricter where a proxy in front
/// might read the same bytes in another way (RFC 9112, 6.1 and 11.2).
class RequestParser final : public boost::beast::http::basic_parser<true> {
 public:
  /// Both outlive the parser.
  RequestParser(Request& request, const Limits& limits);

  /// What stopped it, where it was us and not Beast.
  const Fault& fault() const { return fault_; }
  bool has_start_line() const { return started_; }
  bool wants_continue() const { return wants_continue_; }
  /// Before the body is read.
  void allow_body(std::size_t bytes) { max_body_ = bytes; }

 private:
  using string_view = boost::beast::string_view;
  using ErrorCode = boost::beast::error_code;

  void on_request_impl(boost::beast::http::verb, string_view method, string_view target,
                       int version, ErrorCode& error) override;
  void on_response_impl(int, string_view, int, ErrorCode&) override {}
  void on_field_impl(boost::beast::http::field field, string_view name, string_view value,
                     ErrorCode& error) override;
  void on_header_impl(ErrorCode& error) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(string_view body, ErrorCode& error) override {
    return take(body, error);
  }
  void on_chunk_header_impl(std::uint64_t size, string_view extensions, ErrorCode& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t, string_view body, ErrorCode& error) override {
    return take(body, error);
  }
  void on_finish_impl(ErrorCode&) override {}

  void refuse(const Fault& fault, ErrorCode& error);
  /// What a field means for reading on; the fault where it is refused.
  const Fault* look_at(boost::beast::http::field field, std::string_view value);
  std::size_t take(string_view body, ErrorCode& error);

  Request& request_;
  const Limits& limits_;
  Fault fault_;
  std::size_t max_body_ = 0, trailers_ = 0;
  bool started_ = false, header_done_ = false, has_host_ = false, has_length_ = false;
  bool wants_continue_ = false;
};

/// What to answer where the parser stopped with an error.
Fault fault_of(const RequestParser& parser, const boost::system::error_code& error);

}  // namespace mekenjai::http
