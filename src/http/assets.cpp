#include "http/assets.hpp"

#include <unordered_map>

#include "base/bytes.hpp"

namespace mekenjai::http {
namespace {

struct Form {
  std::string_view coding;  // of HTTP; empty: as it is
  std::string_view content;
  std::string etag;
};
struct Asset {
  std::vector<Form> forms;  // smallest first, the plain one last
  std::string_view content_type;
  std::string_view cache_control;
};

std::string_view content_type_of(std::string_view name) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {".css", "text/css; charset=utf-8"},
      {".js", "text/javascript; charset=utf-8"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".woff2", "font/woff2"},
      {".json", "application/json; charset=utf-8"},
      {".webmanifest", "application/manifest+json; charset=utf-8"},
      {".txt", "text/plain; charset=utf-8"},
      {".html", "text/html; charset=utf-8"},
      {".map", "application/json; charset=utf-8"},
  };
  for (const auto& [ending, type] : kTypes) {
    if (name.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

/// `name.1a2b3c4d.css`, `name-1a2b3c4d.css`: a part of eight or more hex digits before the ending.
bool has_digest(std::string_view name) {
  const std::size_t ending = name.rfind('.');
  if (ending == std::string_view::npos || ending == 0) return false;
  const std::size_t start = name.find_last_of(".-", ending - 1);
  if (start == std::string_view::npos) return false;
  const std::string_view digest = name.substr(start + 1, ending - start - 1);
  return digest.size() >= 8 &&
         digest.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool belongs_at_root(std::string_view name) {
  static constexpr std::string_view kRoot[] = {"icons.svg", "favicon.ico", "favicon.svg",
                                               "robots.txt", "sw.js"};
  return std::find(std::begin(kRoot), std::end(kRoot), name) != std::end(kRoot) ||
         (name.ends_with(".webmanifest") && name.find('/') == std::string_view::npos);
}

/// If-None-Match against our tag: weak comparison, a list or `*` (RFC 9110, 13.1.2).
bool matches(std::string_view if_none_match, std::string_view etag) {
  return if_none_match == "*" || if_none_match.find(etag) != std::string_view::npos;
}

Response respond(const Asset& asset, const Request& request) {
  const std::string_view accepted = request.header("accept-encoding");
  const Form& form = *std::find_if(asset.forms.begin(), asset.forms.end(), [&](const Form& one) {
    return one.coding.empty() || accepts_encoding(accepted, one.coding);
  });
  Response response;
  response.content_type = asset.content_type;
  response.headers.emplace_back("ETag", form.etag);
  response.headers.emplace_back("Cache-Control", asset.cache_control);
  if (asset.forms.size() > 1) response.headers.emplace_back("Vary", "Accept-Encoding");
  if (matches(request.header("if-none-match"), form.etag)) {
    response.status = 304;
    return response;
  }
  if (!form.coding.empty()) response.headers.emplace_back("Content-Encoding", form.coding);
  response.fixed_body = form.content;
  return response;
}

constexpr std::pair<std::string_view, std::string_view> kCodings[] = {{".br", "br"},
                                                                      {".gz", "gzip"}};

std::string etag_of(std::string_view content) {
  return base::to_hex(base::sha256(content)).substr(0, 20);
}

}  // namespace

std::vector<Route> asset_routes(const std::vector<embedded::File>& files) {
  std::unordered_map<std::string_view, std::string_view> by_name;
  for (const embedded::File& file : files) by_name.emplace(file.name, file.content);
  std::vector<Route> routes;
  for (const auto& [name, content] : by_name) {
    const bool packed = name.ends_with(".gz") || name.ends_with(".br");
    if (packed && by_name.contains(name.substr(0, name.size() - 3))) continue;
    auto asset = std::make_shared<Asset>();
    const std::string tag = etag_of(content);
    for (const auto& [ending, coding] : kCodings) {
      const auto form = by_name.find(fmt::format("{}{}", name, ending));
      if (form == by_name.end()) continue;
      asset->forms.push_back({coding, form->second, fmt::format("\"{}-{}\"", tag, coding)});
    }
    asset->forms.push_back({"", content, fmt::format("\"{}\"", tag)});
    asset->content_type = content_type_of(name);
    asset->cache_control =
        has_digest(name) ? "public, max-age=31536000, immutable" : "public, no-cache";
    const Handler handler = [asset](Request& request) -> boost::asio::awaitable<Response> {
      co_return respond(*asset, request);
    };
    routes.push_back({Method::get, fmt::format("/assets/{}", name), Guard::open, handler});
    if (belongs_at_root(name))
      routes.push_back({Method::get, fmt::format("/{}", name), Guard::open, handler});
  }
  return routes;
}

}  // namespace mekenjai::http
