#include "http/router.hpp"

#include <stdexcept>

namespace mekenjai::http {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    path.remove_prefix(1);  // the slash
    const std::size_t end = path.find('/');
    segments.push_back(path.substr(0, end));
    path.remove_prefix(end == std::string_view::npos ? path.size() : end);
  }
  return segments;
}

bool is_name(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

const Route* for_method(const std::vector<const Route*>& routes, Method method) {
  const Method wanted = method == Method::head ? Method::get : method;
  for (const Route* route : routes) {
    if (route->method == wanted) return route;
  }
  return nullptr;
}

std::string allowed(const std::vector<const Route*>& routes) {
  std::string allow;
  for (const Route* route : routes) {
    if (!allow.empty()) allow += ", ";
    allow += word(route->method);
    if (route->method == Method::get) allow += ", HEAD";
  }
  return allow;
}

/// Whether the path's segments fit the pattern's; literal segments before named ones decide which
/// fits better.
bool fits(const std::vector<std::string>& pattern, const std::vector<std::string_view>& segments) {
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_name(pattern[i]) ? segments[i].empty() : pattern[i] != segments[i]) return false;
  }
  return true;
}

}  // namespace

std::string_view word(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::head:
      return "HEAD";
    case Method::post:
      return "POST";
    case Method::put:
      return "PUT";
    case Method::delete_:
      return "DELETE";
    case Method::other:
      break;
  }
  return "";
}

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (const Route& route : routes_) {
    if (route.pattern.empty() || route.pattern.front() != '/' || word(route.method).empty()) {
      throw std::invalid_argument("malformed route: " + route.pattern);
    }
    const std::vector<std::string_view> segments = split(route.pattern);
    std::vector<const Route*>* methods = nullptr;
    if (std::none_of(segments.begin(), segments.end(), is_name)) {
      methods = &fixed_[route.pattern].routes;
    } else {
      std::vector<Endpoint>& endpoints = named_[segments.size()];
      const std::vector<std::string> pattern(segments.begin(), segments.end());
      auto found = std::find_if(endpoints.begin(), endpoints.end(), [&](const Endpoint& endpoint) {
        return endpoint.segments == pattern;
      });
      if (found == endpoints.end()) found = endpoints.insert(endpoints.end(), {pattern, {}});
      methods = &found->routes;
    }
    if (for_method(*methods, route.method) != nullptr) {
      throw std::invalid_argument(
          fmt::format("two routes {} {}", word(route.method), route.pattern));
    }
    methods->push_back(&route);
  }
  for (auto& [count, endpoints] : named_) {
    // The one with the most literal segments first, so that a literal wins over a name.
    std::stable_sort(
        endpoints.begin(), endpoints.end(), [](const Endpoint& left, const Endpoint& right) {
          const auto names = [](const Endpoint& endpoint) {
            return std::count_if(endpoint.segments.begin(), endpoint.segments.end(), is_name);
          };
          return names(left) < names(right);
        });
  }
}

const Router::Endpoint* Router::endpoint(std::string_view path,
                                         std::vector<std::string>& parameters) const {
  if (const auto found = fixed_.find(path); found != fixed_.end()) return &found->second;
  if (path.empty() || path.front() != '/') return nullptr;
  const std::vector<std::string_view> segments = split(path);
  const auto candidates = named_.find(segments.size());
  if (candidates == named_.end()) return nullptr;
  for (const Endpoint& endpoint : candidates->second) {
    if (!fits(endpoint.segments, segments)) continue;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      if (!is_name(endpoint.segments[i])) continue;
      std::optional<std::string> decoded = percent_decode(segments[i], false);
      if (!decoded) return nullptr;
      parameters.push_back(std::move(*decoded));
    }
    return &endpoint;
  }
  return nullptr;
}

Router::Match Router::find(Method method, std::string_view path,
                           std::vector<std::string>& parameters) const {
  parameters.clear();
  const Endpoint* found = endpoint(path, parameters);
  if (found == nullptr) return {};
  const Route* route = for_method(found->routes, method);
  if (route == nullptr) return {nullptr, allowed(found->routes)};
  return {route, {}};
}

}  // namespace mekenjai::http
