// The container of a signature, for its signer to keep: the document, the signature and what was
// found about it.
#include "pages/site.hpp"

namespace mekenjai::pages {
namespace {

awaitable<Response> container(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const std::string id = visit.parameter(0);
  base::Result<flow::SignatureContainer> found =
      co_await visit.service().signature_container(caller, id);
  if (!found) co_return problem_page(visit, found.error());
  Response response;
  response.content_type = "application/zip";
  response.body = std::move(found->zip);
  response.headers.emplace_back("Content-Disposition",
                                fmt::format("attachment; filename=\"{}\"", found->file_name));
  co_return response;
}

}  // namespace

void add_signatures(Table& table) { table.get("/signatures/{id}", Guard::cookie, container); }

}  // namespace mekenjai::pages
