// The person's messages, newest first.
#include "api/views_json.hpp"

namespace mekenjai::api {
namespace {

namespace json = boost::json;

Answer list(const Api& api, Request& request) {
  Result<PageRequest> page = page_of(request);
  if (!page) co_return refuse(api, request, page.error());
  flow::Caller caller = caller_of(request);
  const Result<flow::Page<flow::MessageView>> found =
      co_await api.service.messages(std::move(caller), std::move(page->cursor), page->limit);
  if (!found) co_return refuse(api, request, found.error());
  const Reader reader = reader_of(api, request);
  co_return reply(request, 200, list_json(*found, [&](const flow::MessageView& view) {
                    return message_json(view, reader);
                  }));
}

Answer mark_read(const Api& api, Request& request) {
  if (const auto problem = read_empty_body(request)) co_return refuse(api, request, *problem);
  std::string id = request.parameters[0];
  if (!is_plausible_id(id)) co_return not_found(api, request);
  json::object read{{"id", id}, {"read", true}};
  flow::Caller caller = caller_of(request);
  const Result<flow::Done> done =
      co_await api.service.read_message(std::move(caller), std::move(id));
  if (!done) co_return refuse(api, request, done.error());
  co_return reply(request, 200, read);
}

}  // namespace

void add_messages(Table& table) {
  table.add(Method::get, "/api/v1/messages", Guard::token, list);
  table.add(Method::post, "/api/v1/messages/{id}/read", Guard::token, mark_read);
}

}  // namespace mekenjai::api
