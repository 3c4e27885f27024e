#include "http/csrf.hpp"

#include <stdexcept>

#include "base/bytes.hpp"

namespace mekenjai::http {
namespace {

constexpr std::size_t kNonce = 22;  // characters of 16 bytes in base64url
constexpr std::size_t kMac = 43;    // of 32 bytes

std::string mac(std::string_view key, std::string_view purpose, std::string_view id,
                std::string_view nonce) {
  const base::Sha256 digest = base::hmac_sha256(key, fmt::format("{}\n{}\n{}", purpose, id, nonce));
  return base::to_base64url({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string nonce() { return base::to_base64url(base::random_bytes(16)); }

std::string_view authority_of(std::string_view origin) {
  const std::size_t scheme = origin.find("://");
  return scheme == std::string_view::npos ? std::string_view() : origin.substr(scheme + 3);
}

}  // namespace

std::string set_cookie(std::string_view name, std::string_view value,
                       std::optional<int> max_age_s) {
  std::string cookie = fmt::format("{}={}; Path=/; Secure; HttpOnly; SameSite=Lax", name, value);
  if (max_age_s) cookie += fmt::format("; Max-Age={}", *max_age_s);
  return cookie;
}

bool is_cross_site(const Request& request) {
  if (const std::string_view site = request.header("sec-fetch-site"); !site.empty()) {
    return site != "same-origin" && site != "none";
  }
  const std::string_view origin = request.header("origin");
  return !origin.empty() && authority_of(origin) != request.header("host");
}

Csrf::Csrf(std::string secret) : secret_(std::move(secret)) {
  if (secret_.size() < 32) throw std::invalid_argument("the secret for forms is too short");
}

std::string Csrf::visit_cookie(std::string_view id) const {
  return fmt::format("{}{}", id, mac(secret_, "visit", id, ""));
}

std::optional<std::string> Csrf::visit_of(const Request& request) const {
  const std::optional<std::string_view> cookie = request.cookie(kVisitCookie);
  if (!cookie || cookie->size() != kNonce + kMac) return std::nullopt;
  const std::string id(cookie->substr(0, kNonce));
  if (!base::equal_in_constant_time(*cookie, visit_cookie(id))) return std::nullopt;
  return id;
}

Csrf::Token Csrf::token(const Request& request) const {
  const std::string fresh = nonce();
  if (request.session)
    return {fresh + mac(request.session->csrf_key, "session", "", fresh), std::nullopt};
  std::optional<std::string> id = visit_of(request);
  std::optional<std::string> cookie;
  if (!id) {
    id = nonce();
    cookie = set_cookie(kVisitCookie, visit_cookie(*id), std::nullopt);
  }
  return {fresh + mac(secret_, "form", *id, fresh), std::move(cookie)};
}

std::string Csrf::pseudonym(std::string_view iin) const {
  return mac(secret_, "person", iin, "").substr(0, kNonce);
}

bool Csrf::check(const Request& request, std::string_view token) const {
  if (token.size() != kNonce + kMac) return false;
  const std::string_view used = token.substr(0, kNonce), given = token.substr(kNonce);
  if (request.session) {
    return base::equal_in_constant_time(given, mac(request.session->csrf_key, "session", "", used));
  }
  const std::optional<std::string> id = visit_of(request);
  return id && base::equal_in_constant_time(given, mac(secret_, "form", *id, used));
}

}  // namespace mekenjai::http
