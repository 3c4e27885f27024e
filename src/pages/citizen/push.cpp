#include "pages/push.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "http/problem.hpp"

namespace mekenjai::pages {
namespace {

namespace json = boost::json;

/// Says which of the devices this browser is. It lets a service worker whose browser has got a new
/// address tell us so long after the session has ended, and nothing else.
constexpr std::string_view kDeviceCookie = "__Host-device";
constexpr int kDeviceLife = 400 * 24 * 3600;  // seconds; browsers keep no cookie for longer

std::string device_of(const Visit& visit) {
  return std::string(visit.request.cookie(kDeviceCookie).value_or(""));
}

Response answer_json(int status, const json::object& body) {
  Response response;
  response.status = status;
  response.content_type = "application/json; charset=utf-8";
  response.body = json::serialize(body);
  return response;
}

/// What a script is told of a problem: its panel has the words.
Response problem_json(const base::Problem& problem) {
  return answer_json(http::status_of(problem.trouble), {{"code", problem.code}});
}

flow::PushDevice device_in_form(const Visit& visit) {
  flow::PushDevice device;
  device.endpoint = visit.field("endpoint");
  device.p256dh = visit.field("p256dh");
  device.auth = visit.field("auth");
  device.language = visit.language;
  device.door = prefix(visit.channel);
  return device;
}

/// For the service worker, which has no page: the key, and a token for the form it is about to
/// send.
awaitable<Response> state(Visit& visit) {
  if (!visit.service().push_available()) co_return answer_json(404, {{"code", "push_off"}});
  http::Csrf::Token token = visit.site.context.csrf->token(visit.request);
  Response response =
      answer_json(200, {{"public_key", visit.service().push_key()}, {"csrf", token.value}});
  if (token.set_cookie) response.headers.emplace_back("Set-Cookie", *token.set_cookie);
  co_return response;
}

awaitable<Response> renew(Visit& visit, flow::PushDevice device) {
  const std::string id = device_of(visit);
  if (id.empty()) co_return answer_json(401, {{"code", "not_signed_in"}});
  const base::Result<flow::Done> done =
      co_await visit.service().renew_push_device(id, std::move(device));
  if (!done) co_return problem_json(done.error());
  co_return answer_json(200, {{"id", id}});
}

awaitable<Response> subscribe(Visit& visit) {
  flow::PushDevice device = device_in_form(visit);
  // The browser has a new address: language and door stay, and no session is needed.
  if (!visit.field("renewal").empty()) co_return co_await renew(visit, std::move(device));
  if (!visit.signed_in()) co_return answer_json(401, {{"code", "not_signed_in"}});
  const flow::Caller caller = visit.caller();
  const std::optional<flow::Idempotency> once;
  const base::Result<flow::PushDeviceView> added =
      co_await visit.service().add_push_device(caller, std::move(device), once);
  if (!added) co_return problem_json(added.error());
  const std::string before = device_of(visit);
  if (!before.empty() && before != added->id) {
    // The same browser, under its former address or with another person.
    const base::Result<flow::Done> gone = co_await visit.service().forget_push_device(before);
    static_cast<void>(gone);
  }
  Response response = answer_json(201, {{"id", added->id}});
  response.headers.emplace_back("Set-Cookie",
                                http::set_cookie(kDeviceCookie, added->id, kDeviceLife));
  co_return response;
}

/// Back to the panel, which says how it is now.
Response to_panel(const std::optional<std::string>& cookie) {
  Response response = http::redirect("/profile#push");
  if (cookie) response.headers.emplace_back("Set-Cookie", *cookie);
  return response;
}

awaitable<Response> turn_off(Visit& visit) {
  const std::optional<std::string> cookie = co_await forget_device(visit);
  co_return to_panel(cookie);
}

awaitable<Response> turn_off_everywhere(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const base::Result<flow::Done> done = co_await visit.service().remove_push_devices(caller);
  if (!done) co_return problem_page(visit, done.error());
  co_return to_panel(http::clear_cookie(kDeviceCookie));
}

}  // namespace

awaitable<void> fill_push(Visit& visit, Page& page) {
  if (visit.channel == Channel::kiosk || !visit.service().push_available()) co_return;
  const flow::Caller caller = visit.caller();
  const base::Result<flow::PushView> view = co_await visit.service().push(caller);
  if (!view) co_return;  // the rest of the page is worth showing
  Dictionary* panel = page.add("PUSH");
  set(*panel, "KEY", view->public_key);
  const std::string here = device_of(visit);
  for (const flow::PushDeviceView& device : view->devices) {
    if (device.id != here) continue;
    panel->ShowSection("KNOWN");
    // He reads in another language now.
    if (device.language != visit.language) panel->ShowSection("STALE");
  }
  if (view->devices.empty()) co_return;
  const long count = static_cast<long>(view->devices.size());
  say(*panel, "DEVICES", visit.words.plural("page.push.devices", count));
}

awaitable<std::optional<std::string>> forget_device(Visit& visit) {
  const std::string id = device_of(visit);
  if (id.empty()) co_return std::nullopt;
  const base::Result<flow::Done> done = co_await visit.service().forget_push_device(id);
  co_return done ? std::optional(http::clear_cookie(kDeviceCookie)) : std::nullopt;
}

void add_push(Table& table) {
  table.only({Channel::portal, Channel::mobile});
  table.get("/push", Guard::open_page, state);
  table.post("/push/subscriptions", Guard::open_page, subscribe,
             table.limiter(&http::RateLimiters::codes));
  table.post("/push/off", Guard::cookie, turn_off);
  table.post("/push/off-everywhere", Guard::cookie, turn_off_everywhere);
  table.everywhere();
}

}  // namespace mekenjai::pages
