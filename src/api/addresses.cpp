// Looking for an address as people type it. Tells nothing about owners.
#include <boost/json/array.hpp>

#include "api/address_text.hpp"
#include "api/views_json.hpp"
#include "base/bytes.hpp"
#include "domain/words.hpp"

namespace mekenjai::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestQuery = 200;  // code points
constexpr std::size_t kMostFound = 20;

Answer search(const Api& api, Request& request) {
  const std::optional<std::string_view> given = request.query_value("q");
  std::vector<base::FieldError> errors;
  if (!given) errors.push_back({"q", "required"});
  if (given && base::utf8_length(*given) > kLongestQuery) errors.push_back({"q", "too_long"});
  if (!errors.empty()) co_return refuse(api, request, base::wrong_fields(std::move(errors)));
  std::string typed(*given);
  const Result<std::vector<flow::Address>> found = co_await api.service.addresses(std::move(typed));
  if (!found) co_return refuse(api, request, found.error());
  json::array items;
  for (const flow::Address& address : *found) {
    if (items.size() == kMostFound) break;
    items.push_back(json::object{{"rka", address.rka},
                                 {"address", address_text(address, request.language)},
                                 {"kind", json::string(domain::word(address.kind))}});
  }
  co_return reply(request, 200, json::object{{"items", std::move(items)}, {"next", nullptr}});
}

}  // namespace

void add_addresses(Table& table) {
  table.add(Method::get, "/api/v1/addresses", Guard::token, search, kSmallBody,
            table.limiter(&http::RateLimiters::address_searches));
}

}  // namespace mekenjai::api
