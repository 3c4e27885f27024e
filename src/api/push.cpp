// Devices that are told by Web Push: which there are, one more, one less.
#include "api/views_json.hpp"
#include "edge/push/endpoint.hpp"

namespace mekenjai::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestKey = 128;  // characters of base64url

json::object device_json(const flow::PushDeviceView& device) {
  return {{"id", device.id},
          {"host", device.host},
          {"language", i18n::tag(device.language)},
          {"added_at", base::format_rfc3339(device.added_at)},
          {"told_at", instant_json(device.told_at)}};
}

/// What PushSubscription.toJSON() gives, and the language to be told in.
Result<flow::PushDevice> read_device(const json::value& body, const Request& request) {
  base::FieldReader reader(body);
  flow::PushDevice device;
  device.endpoint = reader.text("endpoint", edge::push::kMaxEndpoint);
  reader.pass_over("expirationTime");
  if (const json::value* keys = reader.object("keys")) {
    base::FieldReader inner(*keys, "keys.");
    device.p256dh = inner.text("p256dh", kLongestKey);
    device.auth = inner.text("auth", kLongestKey);
    reader.take_errors(inner);
  }
  device.language = request.language;
  if (const auto tag = reader.optional_text("language", kLongestKey)) {
    const auto language = i18n::parse_language(*tag);
    if (language) device.language = *language;
    if (!language && !reader.has_error("language")) reader.wrong("language", "unknown_value");
  }
  if (const auto problem = reader.finish()) return base::fail(*problem);
  return device;
}

Answer show(const Api& api, Request& request) {
  flow::Caller caller = caller_of(request);
  const Result<flow::PushView> view = co_await api.service.push(std::move(caller));
  if (!view) co_return refuse(api, request, view.error());
  json::array devices;
  for (const flow::PushDeviceView& device : view->devices) devices.push_back(device_json(device));
  const json::object body{{"public_key", view->public_key}, {"subscriptions", std::move(devices)}};
  co_return reply(request, 200, body);
}

Answer add(const Api& api, Request& request) {
  const Result<json::value> body = read_body(request);
  if (!body) co_return refuse(api, request, body.error());
  Result<flow::PushDevice> device = read_device(*body, request);
  if (!device) co_return refuse(api, request, device.error());
  Result<std::optional<flow::Idempotency>> key = read_idempotency(request);
  if (!key) co_return refuse(api, request, key.error());
  flow::Caller caller = caller_of(request);
  const Result<flow::PushDeviceView> added =
      co_await api.service.add_push_device(std::move(caller), std::move(*device), std::move(*key));
  if (!added) co_return refuse(api, request, added.error());
  co_return reply(request, 201, device_json(*added));
}

Response removed() {
  Response response;
  response.status = 204;
  return response;
}

Answer remove(const Api& api, Request& request) {
  std::string id = request.parameters[0];
  if (!is_plausible_id(id)) co_return not_found(api, request);
  flow::Caller caller = caller_of(request);
  const Result<flow::Done> done =
      co_await api.service.remove_push_device(std::move(caller), std::move(id));
  if (!done) co_return refuse(api, request, done.error());
  co_return removed();
}

Answer remove_all(const Api& api, Request& request) {
  flow::Caller caller = caller_of(request);
  const Result<flow::Done> done = co_await api.service.remove_push_devices(std::move(caller));
  if (!done) co_return refuse(api, request, done.error());
  co_return removed();
}

}  // namespace

void add_push(Table& table) {
  table.add(Method::get, "/api/v1/push", Guard::token, show);
  table.add(Method::post, "/api/v1/push/subscriptions", Guard::token, add);
  table.add(Method::delete_, "/api/v1/push/subscriptions/{id}", Guard::token, remove);
  table.add(Method::delete_, "/api/v1/push/subscriptions", Guard::token, remove_all);
}

}  // namespace mekenjai::api
