// HTTP as the handlers see it. Beast stays in server.cpp; a handler gets a Request and gives a
// Response.
#pragma once

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "flow/kiosks.hpp"
#include "flow/views.hpp"
#include "i18n/catalog.hpp"

namespace mekenjai::http {

enum class Method { get, head, post, put, delete_, other };

/// One request, whole: the server has read and bounded it before.
struct Request {
  Method method = Method::get;
  std::string target;                                        // as received
  std::string path;                                          // decoded, without the query
  std::vector<std::pair<std::string, std::string>> query;    // decoded
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;
  std::string source;                            // the client's address, for limits
  i18n::Language language = i18n::Language::kk;  // API: Accept-Language; pages: see pages
  std::vector<std::string> parameters;           // what stands at {…} of the route, in order
  std::optional<flow::Session> session;          // set by the guard
  std::string token;                             // the session's token, set by the guard
  std::optional<flow::Kiosk> kiosk;              // where a route is at a kiosk, set by the guard
  std::string device;                            // that kiosk's token

  std::string_view header(std::string_view lower_case_name) const;
  std::optional<std::string_view> query_value(std::string_view name) const;
  std::optional<std::string_view> cookie(std::string_view name) const;
  /// Name and value of all of them, as sent.
  std::vector<std::pair<std::string_view, std::string_view>> cookies() const;
};

struct Response {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  /// Instead of `body`: bytes that live as long as the program (assets).
  std::string_view fixed_body{};
  std::vector<std::pair<std::string, std::string>> headers{};
  /// One more origin that the page's script may connect to (Content-Security-Policy):
  /// "wss://127.0.0.1:13579". Lives as long as the program, and is never made of anything that was
  /// sent to us.
  std::string_view connect_to{};
};

using Handler = std::function<boost::asio::awaitable<Response>(Request&)>;

/// Who may call a route. The server checks before the handler runs.
enum class Guard {
  open,       // anybody
  token,      // API: `Authorization: Bearer`; 401 problem otherwise
  cookie,     // pages: the session cookie; otherwise to the sign-in page and back
  open_page,  // pages: anybody; a session is set where there is one
};

/// Whether a route is a page for kiosks. There the kiosk's own credential is asked for first, and
/// only a session that was opened at that kiosk is one; on all other routes such a session is none.
enum class AtKiosk {
  no,
  yes,              // and while a consultant explains nothing is done: 403 for what would
  with_consultant,  // also then
};

class RateLimiter;

struct Route {
  Method method;
  std::string pattern;  // "/api/v1/applications/{id}/signature"
  Guard guard;
  Handler handler;
  std::size_t max_body = 64 * 1024;  // bytes
  /// Asked once a request, by source address, before the guard; none: no limit. Outlives the
  /// server.
  RateLimiter* limiter = nullptr;
  /// Of a page's front door, before every path of its own: "", "/m". Guard::cookie leads to the
  /// sign-in page there, and back to a path without it. Lives as long as the program.
  std::string_view prefix{};
  /// Guard::cookie: asked where nobody is signed in; none: to the sign-in page and back.
  Handler stranger{};
  AtKiosk at_kiosk = AtKiosk::no;
  /// Open pages ask for it by themselves: nobody is there for that, and the session grows no longer
  /// by it.
  bool watched = false;
};

/// 303 to a path of our own. Characters that no header may hold are encoded.
Response redirect(std::string_view location);
Response html(int status, std::string body);

/// Decodes %XX, and + to a space where `plus_is_space`. Nothing for a broken escape, for text that
/// is not UTF-8 and for a NUL.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space);
/// Encodes all but RFC 3986 unreserved characters.
std::string percent_encode(std::string_view text);

/// Whether the field Accept-Encoding names a coding with a weight above zero (RFC 9110, 12.5.3).
bool accepts_encoding(std::string_view accept_encoding, std::string_view coding);

using Pairs = std::vector<std::pair<std::string, std::string>>;
/// The pairs of a query or of an application/x-www-form-urlencoded body; nothing where one is
/// broken.
std::optional<Pairs> parse_form(std::string_view text);
/// The first value of `name`; nothing where there is none.
std::optional<std::string_view> value_of(const Pairs& pairs, std::string_view name);

}  // namespace mekenjai::http
