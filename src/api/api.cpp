#include "api/api.hpp"

#include <boost/json/serialize.hpp>

#include "base/bytes.hpp"
#include "domain/application.hpp"

namespace mekenjai::api {
namespace {

constexpr std::size_t kLongestSignature = 1000 * 1024;  // characters of base64 or XML
constexpr std::size_t kLongestCursor = 256;

/// `application/json`, in whatever case, with no charset but utf-8 (RFC 8259 has no other).
bool is_json(std::string_view content_type) {
  std::string plain;
  for (const char c : content_type) {
    if (c != ' ' && c != '\t' && c != '"')
      plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  }
  return plain == "application/json" || plain == "application/json;" ||
         plain == "application/json;charset=utf-8";
}

bool is_code(std::string_view text) {
  return text.size() == 6 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

}  // namespace

void Table::add(Method method, std::string pattern, Guard guard,
                Answer (*handler)(const Api&, Request&), std::size_t max_body,
                http::RateLimiter* limiter) {
  http::Route route{method, std::move(pattern), guard, {}, max_body, limiter};
  route.handler = [api = api_, handler](Request& request) { return handler(*api, request); };
  routes_.push_back(std::move(route));
}

http::RateLimiter* Table::limiter(http::RateLimiter http::RateLimiters::*which) const {
  return api_->context.limiters == nullptr ? nullptr : &(api_->context.limiters->*which);
}

Result<boost::json::value> read_body(const Request& request) {
  const std::string_view type = request.header("content-type");
  if (!is_json(type) && !(type.empty() && request.body.empty())) {
    return base::fail(base::Trouble::unsupported_media, "unsupported_media");
  }
  return base::parse_json(request.body, {.bytes = kSignatureBody, .depth = 8});
}

std::optional<base::Problem> read_empty_body(const Request& request) {
  if (request.body.empty()) return std::nullopt;
  const Result<boost::json::value> body = read_body(request);
  if (!body) return body.error();
  base::FieldReader reader(*body);
  return reader.finish();
}

Response reply(const Request& request, int status, const boost::json::value& body) {
  Response response;
  response.status = status;
  response.content_type = "application/json; charset=utf-8";
  response.headers.emplace_back("Content-Language", i18n::tag(request.language));
  response.body = boost::json::serialize(body);
  return response;
}

Response refuse(const Api& api, const Request& request, const base::Problem& problem) {
  // A problem about fields is coded as its errors are where they agree, whoever found them.
  if (problem.code == "invalid" && !problem.errors.empty()) {
    return http::problem_response(base::wrong_fields(problem.errors), request.language,
                                  api.context.catalog);
  }
  return http::problem_response(problem, request.language, api.context.catalog);
}

Response not_found(const Api& api, const Request& request) {
  return refuse(api, request, base::Problem{base::Trouble::not_found, "not_found"});
}

Result<std::optional<flow::Idempotency>> read_idempotency(const Request& request) {
  std::optional<flow::Idempotency> key;
  for (const auto& [name, value] : request.headers) {
    if (name != "idempotency-key") continue;
    const bool visible =
        std::all_of(value.begin(), value.end(), [](char c) { return c > ' ' && c < '\x7F'; });
    if (key || value.empty() || value.size() > 64 || !visible) {
      return base::fail(base::wrong_fields({{"Idempotency-Key", "bad_idempotency_key"}}));
    }
    const base::Sha256 digest = base::sha256(request.body);
    key = flow::Idempotency{value, std::string(digest.begin(), digest.end())};
  }
  return key;
}

flow::Caller caller_of(const Request& request) {
  return {request.session.value().iin, request.language, request.source};
}

bool is_plausible_id(std::string_view id) {
  const auto is_token = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
           c == '_';
  };
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), is_token);
}

Result<PageRequest> page_of(const Request& request) {
  PageRequest page;
  std::vector<base::FieldError> errors;
  if (const auto cursor = request.query_value("cursor")) {
    page.cursor = std::string(*cursor);
    if (cursor->empty() || cursor->size() > kLongestCursor)
      errors.push_back({"cursor", "bad_cursor"});
  }
  if (const auto limit = request.query_value("limit")) {
    const bool digits = !limit->empty() && limit->size() <= 3 &&
                        limit->find_first_not_of("0123456789") == std::string_view::npos;
    page.limit = digits ? std::stoi(std::string(*limit)) : 0;
    if (page.limit < 1 || page.limit > kLargestPage) errors.push_back({"limit", "bad_limit"});
  }
  if (!errors.empty()) return base::fail(base::wrong_fields(std::move(errors)));
  return page;
}

void read_container(base::FieldReader& reader, flow::SignatureRequest& signature) {
  signature.cms = reader.optional_text("cms", kLongestSignature, true).value_or("");
  signature.xml = reader.optional_text("xml", kLongestSignature, true).value_or("");
  const bool wrong = reader.has_error("cms") || reader.has_error("xml");
  if (!wrong && signature.cms.empty() == signature.xml.empty()) {
    reader.wrong("cms", signature.cms.empty() ? "required" : "cms_or_xml");
  }
}

flow::SignatureRequest read_signature(base::FieldReader& reader) {
  flow::SignatureRequest signature;
  signature.method = reader.one_of("method", {"sms", "eds"});
  if (signature.method == "sms") {
    signature.code = reader.text("code", 64);
    if (!reader.has_error("code") && !is_code(signature.code)) reader.wrong("code", "bad_code");
  } else if (signature.method == "eds") {
    read_container(reader, signature);
  } else {
    for (const std::string_view name : {"code", "cms", "xml"})
      reader.optional_text(name, kLongestSignature, true);
  }
  return signature;
}

std::vector<http::Route> routes(flow::Service& service, const ApiContext& context) {
  Table table(std::make_shared<const Api>(Api{service, context}));
  add_sign_in(table);
  add_session(table);
  add_me(table);
  add_addresses(table);
  add_applications(table);
  add_consents(table);
  add_signatures(table);
  add_egov_mobile(table);
  add_messages(table);
  add_push(table);
  add_dwellings(table);
  add_kiosks(table);
  add_health(table);
  add_statistics(table);
  add_openapi(table);
  return table.take();
}

}  // namespace mekenjai::api
