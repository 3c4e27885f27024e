// For those who watch over the process: is it alive, may requests be sent to it.
#include "api/api.hpp"

namespace mekenjai::api {
namespace {

namespace json = boost::json;

Answer live(const Api&, Request& request) {
  co_return reply(request, 200, json::object{{"status", "live"}});
}

Answer ready(const Api& api, Request& request) {
  const bool is_ready = !api.context.ready || api.context.ready();
  if (is_ready) co_return reply(request, 200, json::object{{"status", "ready"}});
  co_return refuse(api, request, base::Problem{base::Trouble::unavailable, "not_ready"});
}

}  // namespace

void add_health(Table& table) {
  table.add(Method::get, "/health/live", Guard::open, live);
  table.add(Method::get, "/health/ready", Guard::open, ready);
}

}  // namespace mekenjai::api
