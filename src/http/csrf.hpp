// Cookies, and forms that only our own pages can send.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/http.hpp"

namespace mekenjai::http {

inline constexpr std::string_view kSessionCookie = "__Host-session";
inline constexpr std::string_view kVisitCookie = "__Host-visit";
inline constexpr std::string_view kKioskCookie = "__Host-kiosk";

/// A `Set-Cookie` value: Secure, HttpOnly, SameSite=Lax, Path=/. `max_age_s` 0 forgets the cookie,
/// none: until the browser closes. The value must be of token characters.
std::string set_cookie(std::string_view name, std::string_view value, std::optional<int> max_age_s);
inline std::string clear_cookie(std::string_view name) { return set_cookie(name, "", 0); }

/// Whether a browser says that the request comes from another site (`Sec-Fetch-Site`, otherwise
/// `Origin` against `Host`). Programs that send neither pass: they hold no cookies of a person. The
/// server asks this of every page route that changes something.
bool is_cross_site(const Request& request);

/// Form tokens. A signed-in person's are made with the session's secret, a visitor's with ours and
/// bound to the cookie `__Host-visit` (signed double submit). Every token is different, so
/// compression tells nothing. Safe to use from any thread.
class Csrf {
 public:
  /// `secret`: at least 32 bytes, the same in every process behind one name; tokens of another
  /// secret fail.
  explicit Csrf(std::string secret);

  struct Token {
    std::string value;  // for the hidden field
    std::optional<std::string>
        set_cookie;  // to be sent along, where the visitor has no good cookie yet
  };
  Token token(const Request& request) const;
  /// A name for a person that stays the same and means nothing to anybody else: by it a browser tells apart what it
  /// keeps of two people.
  std::string pseudonym(std::string_view iin) const;
  /// Compares in constant time.
  bool check(const Request& request, std::string_view token) const;

 private:
  std::string visit_cookie(std::string_view id) const;
  /// The visitor's id where his cookie is one of ours.
  std::optional<std::string> visit_of(const Request& request) const;

  std::string secret_;
};

}  // namespace mekenjai::http
