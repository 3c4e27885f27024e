// Who is registered at a dwelling of mine.
#include <boost/json/array.hpp>

#include "api/views_json.hpp"
#include "domain/words.hpp"
#include "i18n/collator.hpp"

namespace mekenjai::api {
namespace {

namespace json = boost::json;

Answer residents(const Api& api, Request& request) {
  std::string rka = request.parameters[0];
  if (!domain::parse_rka(rka)) co_return not_found(api, request);
  flow::Caller caller = caller_of(request);
  Result<std::vector<flow::ResidentView>> found =
      co_await api.service.residents(std::move(caller), std::move(rka));
  if (!found) co_return refuse(api, request, found.error());
  i18n::Collator::of(request.language).sort(*found, [](const auto& one) { return one.name; });
  json::array items;
  for (const flow::ResidentView& resident : *found) {
    items.push_back(json::object{{"name", resident.name},
                                 {"kind", json::string(domain::word(resident.kind))},
                                 {"from", date_json(resident.from)},
                                 {"until", date_json(resident.until)}});
  }
  co_return reply(request, 200, json::object{{"items", std::move(items)}, {"next", nullptr}});
}

}  // namespace

void add_dwellings(Table& table) {
  table.add(Method::get, "/api/v1/dwellings/{rka}/residents", Guard::token, residents);
}

}  // namespace mekenjai::api
