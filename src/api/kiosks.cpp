// The devices of the self-service zones, for the staff of service centres.
#include <boost/json/array.hpp>

#include "api/views_json.hpp"

namespace mekenjai::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestCentre = 64, kLongestLabel = 60;  // characters

json::value time_json(const std::optional<base::Instant>& at) {
  return at ? json::value(base::format_rfc3339(*at)) : json::value(nullptr);
}

json::object kiosk_json(const flow::KioskView& kiosk) {
  return {{"id", kiosk.id},
          {"centre", kiosk.centre},
          {"label", kiosk.label},
          {"issued_at", base::format_rfc3339(kiosk.issued_at)},
          {"revoked_at", time_json(kiosk.revoked_at)},
          {"seen_at", time_json(kiosk.seen_at)}};
}

Answer issue(const Api& api, Request& request) {
  Result<std::optional<flow::Idempotency>> key = read_idempotency(request);
  if (!key) co_return refuse(api, request, key.error());
  const Result<json::value> body = read_body(request);
  if (!body) co_return refuse(api, request, body.error());
  base::FieldReader reader(*body);
  std::string centre = reader.text("centre", kLongestCentre),
              label = reader.text("label", kLongestLabel);
  if (const auto problem = reader.finish()) co_return refuse(api, request, *problem);
  flow::Caller caller = caller_of(request);
  const Result<flow::IssuedKiosk> issued = co_await api.service.kiosks().issue(
      std::move(caller), std::move(centre), std::move(label), std::move(*key));
  if (!issued) co_return refuse(api, request, issued.error());
  json::object answer = kiosk_json(issued->kiosk);
  answer["token"] = issued->token;
  answer["consultant_code"] = issued->consultant_code;
  co_return reply(request, 201, answer);
}

Answer list(const Api& api, Request& request) {
  flow::Caller caller = caller_of(request);
  const Result<std::vector<flow::KioskView>> kiosks =
      co_await api.service.kiosks().list(std::move(caller));
  if (!kiosks) co_return refuse(api, request, kiosks.error());
  json::array items;
  for (const flow::KioskView& kiosk : *kiosks) items.push_back(kiosk_json(kiosk));
  co_return reply(request, 200, json::object{{"items", std::move(items)}, {"next", nullptr}});
}

Answer revoke(const Api& api, Request& request) {
  std::string id = request.parameters[0];
  if (!is_plausible_id(id)) co_return not_found(api, request);
  flow::Caller caller = caller_of(request);
  const Result<flow::Done> done =
      co_await api.service.kiosks().revoke(std::move(caller), std::move(id));
  if (!done) co_return refuse(api, request, done.error());
  Response response;
  response.status = 204;
  co_return response;
}

}  // namespace

void add_kiosks(Table& table) {
  table.add(Method::post, "/api/v1/kiosks", Guard::token, issue);
  table.add(Method::get, "/api/v1/kiosks", Guard::token, list);
  table.add(Method::delete_, "/api/v1/kiosks/{id}", Guard::token, revoke);
}

}  // namespace mekenjai::api
