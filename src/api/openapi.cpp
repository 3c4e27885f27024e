// The description of the API. The text is openapi.json beside this file, built into the program.
#include "api/api.hpp"
#include "base/embedded.hpp"

namespace mekenjai::embedded {
const std::vector<File>& api_description();  // made by cmake/embed.cmake
}

namespace mekenjai::api {
namespace {

Answer describe(const Api&, Request&) {
  Response response;
  response.content_type = "application/json; charset=utf-8";
  response.fixed_body = openapi();
  co_return response;
}

}  // namespace

std::string_view openapi() { return embedded::api_description().front().content; }

void add_openapi(Table& table) {
  table.add(Method::get, "/api/v1/openapi.json", Guard::open, describe);
}

}  // namespace mekenjai::api
