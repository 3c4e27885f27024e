// What was signed by digital signature, with all that proves it, for the signer to keep.
#include "api/views_json.hpp"

namespace mekenjai::api {
namespace {

Answer container(const Api& api, Request& request) {
  std::string id = request.parameters[0];
  if (!is_plausible_id(id)) co_return not_found(api, request);
  flow::Caller caller = caller_of(request);
  Result<flow::SignatureContainer> found = co_await api.service.signature_container(std::move(caller), std::move(id));
  if (!found) co_return refuse(api, request, found.error());
  Response response;
  response.content_type = "application/zip";
  response.headers.emplace_back("Content-Disposition", fmt::format("attachment; filename=\"{}\"", found->file_name));
  response.body = std::move(found->zip);
  co_return response;
}

}  // namespace

void add_signatures(Table& table) {
  table.add(Method::get, "/api/v1/signatures/{id}/container", Guard::token, container);
}

}  // namespace mekenjai::api
