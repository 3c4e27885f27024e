// Applications: a draft, its signature, what became of it.
#include "api/views_json.hpp"
#include "base/bytes.hpp"
#include "domain/application.hpp"

namespace mekenjai::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kMostRegistrants = 10;
constexpr std::size_t kLongestReason = 500;  // code points

/// Rows A1 and A8 and the form of each field; what they mean together is the flow's to judge.
flow::DraftRequest read_draft(base::FieldReader& reader) {
  flow::DraftRequest draft;
  draft.kind = reader.one_of("kind", {"permanent", "temporary"});
  draft.until = reader.optional_text("until", 32);
  if (draft.until && !reader.has_error("until") && !base::parse_date(*draft.until))
    reader.wrong("until", "bad_date");
  draft.rka = reader.text("rka", 64);
  if (!draft.rka.empty() && !domain::parse_rka(draft.rka)) reader.wrong("rka", "bad_rka");
  draft.registrants = reader.texts("registrants", kMostRegistrants, 64);
  for (std::size_t i = 0; i < draft.registrants.size(); ++i) {
    const std::string field = fmt::format("registrants[{}]", i);
    const auto here = draft.registrants.begin() + static_cast<std::ptrdiff_t>(i);
    if (reader.has_error(field)) continue;
    if (!domain::parse_iin(*here)) {
      reader.wrong(field, "bad_iin");  // row A1
    } else if (std::find(draft.registrants.begin(), here, *here) != here) {
      reader.wrong(field, "duplicate");
    }
  }
  draft.reason =
      reader.one_of("reason", {"purchase", "family", "marriage", "work", "study", "treatment",
                               "rent", "service_housing", "return", "other"});
  draft.reason_text = reader.optional_text("reason_text", kLongestReason);
  draft.data_consent = reader.is_true("data_consent");
  if (!draft.data_consent) reader.wrong("data_consent", "no_data_consent");  // row A8
  return draft;
}

Response show(const Api& api, const Request& request, int status,
              const Result<flow::ApplicationView>& view) {
  if (!view) return refuse(api, request, view.error());
  return reply(request, status, application_json(*view, reader_of(api, request)));
}

Answer create(const Api& api, Request& request) {
  Result<std::optional<flow::Idempotency>> idempotency = read_idempotency(request);
  if (!idempotency) co_return refuse(api, request, idempotency.error());
  const Result<json::value> body = read_body(request);
  if (!body) co_return refuse(api, request, body.error());
  base::FieldReader reader(*body);
  flow::DraftRequest draft = read_draft(reader);
  if (const auto problem = reader.finish()) co_return refuse(api, request, *problem);
  flow::Caller caller = caller_of(request);
  const Result<flow::ApplicationView> view =
      co_await api.service.draft(std::move(caller), std::move(draft), std::move(*idempotency));
  Response response = show(api, request, 201, view);
  if (view)
    response.headers.emplace_back("Location", fmt::format("{}/applications/{}", kPrefix, view->id));
  co_return response;
}

Answer list(const Api& api, Request& request) {
  Result<PageRequest> page = page_of(request);
  if (!page) co_return refuse(api, request, page.error());
  flow::Caller caller = caller_of(request);
  const Result<flow::Page<flow::ApplicationView>> found =
      co_await api.service.applications(std::move(caller), std::move(page->cursor), page->limit);
  if (!found) co_return refuse(api, request, found.error());
  const Reader reader = reader_of(api, request);
  co_return reply(request, 200, list_json(*found, [&](const flow::ApplicationView& view) {
                    return application_json(view, reader);
                  }));
}

Answer get(const Api& api, Request& request) {
  std::string id = request.parameters[0];
  if (!domain::is_id(id)) co_return not_found(api, request);
  flow::Caller caller = caller_of(request);
  const Result<flow::ApplicationView> view =
      co_await api.service.application(std::move(caller), std::move(id));
  co_return show(api, request, 200, view);
}

Answer request_code(const Api& api, Request& request) {
  if (const auto problem = read_empty_body(request)) co_return refuse(api, request, *problem);
  std::string id = request.parameters[0];
  if (!domain::is_id(id)) co_return not_found(api, request);
  flow::Caller caller = caller_of(request);
  const Result<flow::Done> done =
      co_await api.service.request_signature_code(std::move(caller), std::move(id));
  if (!done) co_return refuse(api, request, done.error());
  co_return reply(request, 202, json::object());
}

Answer sign(const Api& api, Request& request) {
  const Result<json::value> body = read_body(request);
  if (!body) co_return refuse(api, request, body.error());
  base::FieldReader reader(*body);
  flow::SignatureRequest signature = read_signature(reader);
  if (const auto problem = reader.finish()) co_return refuse(api, request, *problem);
  std::string id = request.parameters[0];
  if (!domain::is_id(id)) co_return not_found(api, request);
  flow::Caller caller = caller_of(request);
  const Result<flow::ApplicationView> view =
      co_await api.service.sign(std::move(caller), std::move(id), std::move(signature));
  co_return show(api, request, 200, view);
}

Answer withdraw(const Api& api, Request& request) {
  if (const auto problem = read_empty_body(request)) co_return refuse(api, request, *problem);
  std::string id = request.parameters[0];
  if (!domain::is_id(id)) co_return not_found(api, request);
  flow::Caller caller = caller_of(request);
  const Result<flow::ApplicationView> view =
      co_await api.service.withdraw(std::move(caller), std::move(id));
  co_return show(api, request, 200, view);
}

}  // namespace

void add_applications(Table& table) {
  http::RateLimiter* applications = table.limiter(&http::RateLimiters::applications);
  http::RateLimiter* codes = table.limiter(&http::RateLimiters::codes);
  table.add(Method::post, "/api/v1/applications", Guard::token, create, kSmallBody, applications);
  table.add(Method::get, "/api/v1/applications", Guard::token, list);
  table.add(Method::get, "/api/v1/applications/{id}", Guard::token, get);
  table.add(Method::post, "/api/v1/applications/{id}/sms-code", Guard::token, request_code,
            kSmallBody, codes);
  table.add(Method::post, "/api/v1/applications/{id}/signature", Guard::token, sign, kSignatureBody,
            codes);
  table.add(Method::post, "/api/v1/applications/{id}/withdrawal", Guard::token, withdraw);
}

}  // namespace mekenjai::api
