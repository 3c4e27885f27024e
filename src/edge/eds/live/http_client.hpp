// Asking an authority over plain HTTP/1.1 (RFC 9112): OCSP, lists and time-stamps carry signatures of their own, and
// НУЦ РК serves them without TLS (eds.md 2.3). One connection a question, no redirect followed, every size limited.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

namespace mekenjai::edge::eds::live {

inline constexpr std::size_t kMaxAnswerHeader = 16 * 1024;
inline constexpr std::size_t kMaxSmallAnswer = 64 * 1024;         // OCSP and TSP
inline constexpr std::size_t kMaxListAnswer = 64 * 1024 * 1024;  // a full list is about 21 MB

/// "http://host[:port]/path?query".
struct HttpAddress {
  std::string text;       // as it was given, for logs
  std::string host;       // to be resolved; an IPv6 literal without its brackets
  std::string port;
  std::string authority;  // for the field Host
  std::string target;     // path and query, at least "/"

  /// The error says what is wrong with the text, after its name: "is not an http:// address".
  static tl::expected<HttpAddress, std::string> parse(const std::string& text);
};

/// "https://host" or "http://host:port": how a browser names a site (RFC 6454).
bool is_origin(const std::string& text);

struct HttpRequest {
  HttpAddress address;
  std::string content_type{};  // with one it is a POST of `body`, otherwise a GET
  std::string body{};
  std::string etag{}, last_modified{};  // a GET with what we have: If-None-Match, If-Modified-Since
  std::size_t max_body = kMaxSmallAnswer;
  std::chrono::milliseconds timeout{4000};  // from the name to the last octet
};

struct HttpAnswer {
  int status = 0;       // 0: no answer
  std::string body{};
  std::string etag{}, last_modified{};
  std::string trouble{};  // for the log: why it is neither `ok` nor `not_modified`

  bool ok() const { return status == 200 && trouble.empty(); }
  bool not_modified() const { return status == 304 && trouble.empty(); }
};

/// Asks and reads the whole answer. Never throws for what the network does. Runs on the caller's executor, which must
/// be a loop of a single thread. A page (text/html) is no answer: that is how captive portals look.
boost::asio::awaitable<HttpAnswer> fetch(HttpRequest request);

}  // namespace mekenjai::edge::eds::live
