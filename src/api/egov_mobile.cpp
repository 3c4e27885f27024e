// What eGov Mobile asks after it has read our QR code (eds.md 4.3): API 1 tells who wants what, API 2 gives the document and
// takes it back signed. The names of fields are those of eGov; the person is known by his certificate alone.
#include "api/views_json.hpp"
#include "domain/application.hpp"

namespace mekenjai::api {
namespace {

namespace json = boost::json;
using i18n::Language;

constexpr std::size_t kLongestSigned = 1000 * 1024;  // characters
constexpr int kVersion = 1;
constexpr int kDocument = 1;  // one document a code

std::string_view word_of(flow::QrPurpose purpose) {
  static constexpr std::string_view kWords[] = {"sign_in", "application", "consent"};
  return kWords[static_cast<std::size_t>(purpose)];
}

/// "2026-11-22T16:21:37.000+0500": as the app writes it, milliseconds always and no colon. Whole seconds are enough.
std::string expiry(base::Instant at) {
  const std::string text = base::format_rfc3339(std::chrono::floor<std::chrono::seconds>(at));
  return text.substr(0, 19) + ".000" + text.substr(19, 3) + text.substr(23);
}

std::string title_of(const Api& api, const flow::QrApi2& shown, Language language) {
  const std::string_view what = shown.answer ? domain::word(*shown.answer) : word_of(shown.purpose);
  return api.context.catalog.format(language, fmt::format("egov_mobile.document.{}", what), {{"number", shown.number}});
}

json::object issued(const Api& api, const flow::QrApi2& shown, Language language) {
  json::array meta;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (value.empty()) return;
    const std::string key = fmt::format("egov_mobile.meta.{}", name);
    meta.push_back(json::object{{"name", api.context.catalog.format(language, key, {})}, {"value", value}});
  };
  add("number", shown.number);
  add("reference", shown.reference);
  json::object document{{"id", kDocument},
                        {"nameRu", title_of(api, shown, Language::ru)},
                        {"nameKz", title_of(api, shown, Language::kk)},
                        {"nameEn", title_of(api, shown, Language::en)},
                        {"meta", std::move(meta)},
                        {"documentXml", shown.xml}};
  return {{"signMethod", "XML"}, {"version", kVersion}, {"documentsToSign", json::array{std::move(document)}}};
}

/// What came back signed; nothing where it is not our one document.
std::optional<std::string> signed_document(const json::value& body) {
  const json::object* object = body.if_object();
  const json::value* method = object == nullptr ? nullptr : object->if_contains("signMethod");
  if (method == nullptr || *method != "XML") return std::nullopt;
  const json::value* list = object->if_contains("documentsToSign");
  if (list == nullptr || !list->is_array() || list->get_array().size() != 1) return std::nullopt;
  const json::object* document = list->get_array().front().if_object();
  const json::value* id = document == nullptr ? nullptr : document->if_contains("id");
  if (id == nullptr || *id != kDocument) return std::nullopt;
  const json::value* xml = document->if_contains("documentXml");
  if (xml == nullptr || !xml->is_string() || xml->get_string().size() > kLongestSigned) return std::nullopt;
  return std::string(xml->get_string());
}

std::string token_of(const Request& request) {
  const std::string_view authorization = request.header("authorization");
  constexpr std::string_view kBearer = "Bearer ";
  return authorization.starts_with(kBearer) ? std::string(authorization.substr(kBearer.size())) : std::string();
}

/// The app knows two answers to a signature: taken, and 403. Trouble of ours is neither: it sends again.
Response refuse_signature(const Api& api, const Request& request, const base::Problem& problem) {
  Response response = refuse(api, request, problem);
  if (response.status >= 400 && response.status < 500 && response.status != 404) response.status = 403;
  return response;
}

Answer opened(const Api& api, Request& request) {
  std::string id = request.parameters[0];
  if (!is_plausible_id(id)) co_return not_found(api, request);
  const Result<flow::QrApi1> found = co_await api.service.qr_opened(std::move(id));
  if (!found) co_return refuse(api, request, found.error());
  const Organisation& organisation = api.context.organisation;
  const std::string key = fmt::format("egov_mobile.description.{}", word_of(found->purpose));
  co_return reply(request, 200,
                  json::object{{"description", api.context.catalog.format(request.language, key, {})},
                               {"expiry_date", expiry(found->expires_at)},
                               {"organisation", {{"nameRu", organisation.name_ru},
                                                 {"nameKz", organisation.name_kk},
                                                 {"nameEn", organisation.name_en},
                                                 {"bin", organisation.bin}}},
                               {"document", {{"uri", found->documents_url},
                                             {"auth_type", "Token"},
                                             {"auth_token", found->token}}}});
}

Answer documents(const Api& api, Request& request) {
  std::string id = request.parameters[0], token = token_of(request);
  if (!is_plausible_id(id)) co_return not_found(api, request);
  const Result<flow::QrApi2> shown = co_await api.service.qr_documents(std::move(id), std::move(token));
  if (!shown) co_return refuse(api, request, shown.error());
  co_return reply(request, 200, issued(api, *shown, request.language));
}

Answer take_signed(const Api& api, Request& request) {
  std::string id = request.parameters[0], token = token_of(request);
  if (!is_plausible_id(id)) co_return not_found(api, request);
  const Result<json::value> body = read_body(request);
  if (!body) co_return refuse(api, request, body.error());
  std::optional<std::string> xml = signed_document(*body);
  if (!xml) {
    const base::Problem problem{base::Trouble::unprocessable, "bad_signature", {}, 0, {{"reason", "malformed"}}};
    co_return refuse_signature(api, request, problem);
  }
  const Result<flow::Done> done = co_await api.service.qr_signed(std::move(id), std::move(token), *std::move(xml));
  if (!done) co_return refuse_signature(api, request, done.error());
  Response response;
  response.body = "success";
  co_return response;
}

}  // namespace

void add_egov_mobile(Table& table) {
  http::RateLimiter* codes = table.limiter(&http::RateLimiters::codes);
  table.add(Method::get, "/egov-mobile/{id}", Guard::open, opened, kSmallBody, codes);
  table.add(Method::get, "/egov-mobile/{id}/documents", Guard::open, documents, kSmallBody, codes);
  table.add(Method::put, "/egov-mobile/{id}/documents", Guard::open, take_signed, kSignatureBody, codes);
}

}  // namespace mekenjai::api
