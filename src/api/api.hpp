// What the resources share: bodies in, answers and problems out. Inside of src/api only.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <memory>

#include "api/routes.hpp"
#include "base/json.hpp"
#include "http/problem.hpp"

namespace mekenjai::api {

using base::Result;
using http::Guard;
using http::Method;
using http::Request;
using http::Response;
using Answer = boost::asio::awaitable<Response>;

inline constexpr std::string_view kPrefix = "/api/v1";
inline constexpr std::size_t kSmallBody = 16 * 1024;  // bytes; bodies without a signature
inline constexpr std::size_t kSignatureBody =
    1024 * 1024;  // bytes; a CMS or XML signature with its chain
inline constexpr int kPageSize = 20, kLargestPage = 100;  // items of a list

struct Api {
  flow::Service& service;
  ApiContext context;
};

/// Adds routes that call `Answer f(const Api&, Request&)`.
class Table {
 public:
  explicit Table(std::shared_ptr<const Api> api) : api_(std::move(api)) {}
  void add(Method method, std::string pattern, Guard guard, Answer (*handler)(const Api&, Request&),
           std::size_t max_body = kSmallBody, http::RateLimiter* limiter = nullptr);
  /// The limiter where limits are on.
  http::RateLimiter* limiter(http::RateLimiter http::RateLimiters::*which) const;
  std::vector<http::Route> take() { return std::move(routes_); }

 private:
  std::shared_ptr<const Api> api_;
  std::vector<http::Route> routes_;
};

void add_sign_in(Table& table);
void add_session(Table& table);
void add_me(Table& table);
void add_addresses(Table& table);
void add_applications(Table& table);
void add_consents(Table& table);
void add_signatures(Table& table);
void add_egov_mobile(Table& table);
void add_messages(Table& table);
void add_push(Table& table);
void add_dwellings(Table& table);
void add_statistics(Table& table);
void add_kiosks(Table& table);
void add_health(Table& table);
void add_openapi(Table& table);

/// The body as JSON. Problems: unsupported_media (415), and those of base::parse_json.
Result<boost::json::value> read_body(const Request& request);
/// A body that must be absent or `{}`; the problem otherwise.
std::optional<base::Problem> read_empty_body(const Request& request);

/// `application/json` in the reader's language.
Response reply(const Request& request, int status, const boost::json::value& body);
Response refuse(const Api& api, const Request& request, const base::Problem& problem);
Response not_found(const Api& api, const Request& request);

/// The key of a request that may be sent twice: 1 to 64 visible ASCII characters, once.
Result<std::optional<flow::Idempotency>> read_idempotency(const Request& request);

/// Who asks; only behind Guard::token.
flow::Caller caller_of(const Request& request);

/// An id as we make them, in a path: anything else is somebody's guess and not there.
bool is_plausible_id(std::string_view id);

/// `?cursor=…&limit=…`. Wrong ones are named.
struct PageRequest {
  std::optional<std::string> cursor;
  int limit = kPageSize;
};
Result<PageRequest> page_of(const Request& request);

/// `{items: […], next: cursor|null}`
template <class T, class ToJson>
boost::json::object list_json(const flow::Page<T>& page, const ToJson& to_json) {
  boost::json::array items;
  for (const T& item : page.items) items.push_back(to_json(item));
  boost::json::value next;
  if (page.next) next = *page.next;
  return {{"items", std::move(items)}, {"next", std::move(next)}};
}

/// `cms` or `xml`, and just one of them: `required`, `cms_or_xml`.
void read_container(base::FieldReader& reader, flow::SignatureRequest& signature);
/// A signature as it stands in a body beside other fields: `method` and `code`, `cms` or `xml`.
flow::SignatureRequest read_signature(base::FieldReader& reader);

}  // namespace mekenjai::api
