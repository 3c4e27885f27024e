// The session: its end.
#include "api/api.hpp"

namespace mekenjai::api {
namespace {

Answer sign_out(const Api& api, Request& request) {
  std::string token = request.token;
  const Result<flow::Done> done = co_await api.service.sign_out(std::move(token));
  if (!done) co_return refuse(api, request, done.error());
  Response response;
  response.status = 204;
  co_return response;
}

}  // namespace

void add_session(Table& table) {
  table.add(Method::delete_, "/api/v1/session", Guard::token, sign_out);
}

}  // namespace mekenjai::api
