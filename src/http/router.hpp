// One table of routes. A pattern is a path whose segments are literal or `{name}`; a literal wins
// over a name.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "http/http.hpp"

namespace mekenjai::http {

std::string_view word(Method method);  // "GET" …; "" for `other`

/// Immutable after construction; safe to use from any thread.
class Router {
 public:
  /// Throws std::invalid_argument where two routes are the same or a pattern is malformed.
  explicit Router(std::vector<Route> routes);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  struct Match {
    const Route* route = nullptr;
    /// Where there is no route but the path is known: the methods it has, for the `Allow` field.
    std::string allow;
  };
  /// `path` as received, without the query and still encoded: an encoded slash separates nothing.
  /// HEAD finds the route of GET. What stands at {…} is decoded into `parameters`; a broken escape
  /// finds nothing.
  Match find(Method method, std::string_view path, std::vector<std::string>& parameters) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Endpoint {
    std::vector<std::string> segments;  // of the pattern; a name is kept with its braces
    std::vector<const Route*> routes;   // one per method
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  const Endpoint* endpoint(std::string_view path, std::vector<std::string>& parameters) const;

  std::vector<Route> routes_;
  std::unordered_map<std::string, Endpoint, Hash, std::equal_to<>> fixed_;  // by whole path
  std::map<std::size_t, std::vector<Endpoint>> named_;                      // by number of segments
};

}  // namespace mekenjai::http
