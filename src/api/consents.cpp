// Consents: what others ask of me as owner, co-owner, tenant or adult registrant.
#include "api/views_json.hpp"

namespace mekenjai::api {
namespace {

namespace json = boost::json;

/// A reference as people copy it from an SMS; nothing where it can be none of ours.
std::optional<std::string> reference_of(std::string_view typed) {
  std::string reference;
  for (const char c : typed) {
    if (c == ' ') continue;
    reference += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  const bool plain = std::all_of(reference.begin(), reference.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
  if (reference.size() != 6 || !plain) return std::nullopt;
  return reference;
}

Answer list(const Api& api, Request& request) {
  Result<PageRequest> page = page_of(request);
  if (!page) co_return refuse(api, request, page.error());
  std::optional<std::string> reference;
  if (const auto typed = request.query_value("ref")) {
    reference = reference_of(*typed);
    if (!reference)
      co_return reply(request, 200, json::object{{"items", json::array()}, {"next", nullptr}});
  }
  flow::Caller caller = caller_of(request);
  const Result<flow::Page<flow::ConsentView>> found = co_await api.service.consents(
      std::move(caller), std::move(reference), std::move(page->cursor), page->limit);
  if (!found) co_return refuse(api, request, found.error());
  const Reader reader = reader_of(api, request);
  co_return reply(request, 200, list_json(*found, [&](const flow::ConsentView& view) {
                    return consent_json(view, reader);
                  }));
}

Answer request_code(const Api& api, Request& request) {
  std::optional<std::string> answer;
  if (!request.body.empty()) {
    const Result<json::value> body = read_body(request);
    if (!body) co_return refuse(api, request, body.error());
    base::FieldReader reader(*body);
    answer = reader.optional_text("answer", 64);
    if (answer && *answer != "grant" && *answer != "refuse" && *answer != "fraud") {
      reader.wrong("answer", "unknown_value");
    }
    if (const auto problem = reader.finish()) co_return refuse(api, request, *problem);
  }
  std::string id = request.parameters[0];
  if (!is_plausible_id(id)) co_return not_found(api, request);
  flow::Caller caller = caller_of(request);
  const Result<flow::Done> done = co_await api.service.request_consent_code(
      std::move(caller), std::move(id), std::move(answer));
  if (!done) co_return refuse(api, request, done.error());
  co_return reply(request, 202, json::object());
}

Answer answer(const Api& api, Request& request) {
  const Result<json::value> body = read_body(request);
  if (!body) co_return refuse(api, request, body.error());
  base::FieldReader fields(*body);
  std::string given = fields.one_of("answer", {"grant", "refuse", "fraud"});
  flow::SignatureRequest signature = read_signature(fields);
  if (const auto problem = fields.finish()) co_return refuse(api, request, *problem);
  std::string id = request.parameters[0];
  if (!is_plausible_id(id)) co_return not_found(api, request);
  flow::Caller caller = caller_of(request);
  const Result<flow::ConsentView> view = co_await api.service.answer(
      std::move(caller), std::move(id), std::move(given), std::move(signature));
  if (!view) co_return refuse(api, request, view.error());
  co_return reply(request, 200, consent_json(*view, reader_of(api, request)));
}

}  // namespace

void add_consents(Table& table) {
  http::RateLimiter* codes = table.limiter(&http::RateLimiters::codes);
  table.add(Method::get, "/api/v1/consents", Guard::token, list);
  table.add(Method::post, "/api/v1/consents/{id}/sms-code", Guard::token, request_code, kSmallBody,
            codes);
  table.add(Method::post, "/api/v1/consents/{id}/answer", Guard::token, answer, kSignatureBody,
            codes);
}

}  // namespace mekenjai::api
