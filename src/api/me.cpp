// The signed-in person as the registers know him.
#include "api/views_json.hpp"

namespace mekenjai::api {
namespace {

Answer me(const Api& api, Request& request) {
  flow::Caller caller = caller_of(request);
  const Result<flow::MeView> view = co_await api.service.me(std::move(caller));
  if (!view) co_return refuse(api, request, view.error());
  co_return reply(request, 200, me_json(*view, reader_of(api, request)));
}

}  // namespace

void add_me(Table& table) { table.add(Method::get, "/api/v1/me", Guard::token, me); }

}  // namespace mekenjai::api
