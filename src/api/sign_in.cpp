// Signing in: by one-time code, by digital signature (EDS).
#include "api/views_json.hpp"

namespace mekenjai::api {
namespace {

namespace json = boost::json;

json::object signed_in_json(const flow::SignedIn& signed_in) {
  return {{"token", signed_in.token},
          {"expires_at", base::format_rfc3339(signed_in.expires_at)},
          {"person", person_json(signed_in.person)}};
}

Answer request_code(const Api& api, Request& request) {
  const Result<json::value> body = read_body(request);
  if (!body) co_return refuse(api, request, body.error());
  base::FieldReader reader(*body);
  std::string iin = reader.text("iin", 64);
  if (!reader.has_error("iin") && !iin.empty() && !domain::parse_iin(iin))
    reader.wrong("iin", "bad_iin");
  if (const auto problem = reader.finish()) co_return refuse(api, request, *problem);
  std::string source = request.source;
  const Result<std::string> challenge = co_await api.service.request_sign_in_code(
      std::move(iin), std::move(source), request.language);
  if (!challenge) co_return refuse(api, request, challenge.error());
  co_return reply(request, 202, json::object{{"challenge", *challenge}});
}

Answer sign_in(const Api& api, Request& request) {
  const Result<json::value> body = read_body(request);
  if (!body) co_return refuse(api, request, body.error());
  base::FieldReader reader(*body);
  std::string code = reader.text("code", 64);
  const bool six_digits =
      code.size() == 6 && code.find_first_not_of("0123456789") == std::string::npos;
  if (!reader.has_error("code") && !code.empty() && !six_digits) reader.wrong("code", "bad_code");
  if (const auto problem = reader.finish()) co_return refuse(api, request, *problem);
  std::string challenge = request.parameters[0], source = request.source;
  if (!is_plausible_id(challenge)) co_return not_found(api, request);
  const Result<flow::SignedIn> signed_in =
      co_await api.service.sign_in(std::move(challenge), std::move(code), std::move(source), false);
  if (!signed_in) co_return refuse(api, request, signed_in.error());
  co_return reply(request, 200, signed_in_json(*signed_in));
}

Answer request_eds_challenge(const Api& api, Request& request) {
  if (const auto problem = read_empty_body(request)) co_return refuse(api, request, *problem);
  std::string source = request.source;
  const Result<flow::EdsChallenge> challenge = co_await api.service.request_eds_challenge(std::move(source));
  if (!challenge) co_return refuse(api, request, challenge.error());
  co_return reply(request, 201,
                  json::object{{"challenge", challenge->id},
                               {"content", challenge->content},
                               {"expires_at", base::format_rfc3339(challenge->expires_at)}});
}

Answer sign_in_by_eds(const Api& api, Request& request) {
  const Result<json::value> body = read_body(request);
  if (!body) co_return refuse(api, request, body.error());
  base::FieldReader reader(*body);
  flow::SignatureRequest signature;
  signature.method = "eds";
  read_container(reader, signature);
  if (const auto problem = reader.finish()) co_return refuse(api, request, *problem);
  std::string challenge = request.parameters[0], source = request.source;
  if (!is_plausible_id(challenge)) co_return not_found(api, request);
  const Result<flow::EdsSignIn> done = co_await api.service.sign_in_eds(
      std::move(challenge), std::move(signature), std::move(source), false);
  if (!done) co_return refuse(api, request, done.error());
  if (done->signed_in) co_return reply(request, 200, signed_in_json(*done->signed_in));
  co_return reply(request, 202, json::object{{"challenge", done->sms_challenge}, {"next", "sms"}});
}

}  // namespace

void add_sign_in(Table& table) {
  http::RateLimiter* sign_ins = table.limiter(&http::RateLimiters::sign_ins);
  http::RateLimiter* codes = table.limiter(&http::RateLimiters::codes);
  table.add(Method::post, "/api/v1/sign-in/sms", Guard::open, request_code, kSmallBody, sign_ins);
  table.add(Method::post, "/api/v1/sign-in/sms/{challenge}", Guard::open, sign_in, kSmallBody,
            codes);
  table.add(Method::post, "/api/v1/sign-in/eds", Guard::open, request_eds_challenge, kSmallBody,
            sign_ins);
  table.add(Method::post, "/api/v1/sign-in/eds/{challenge}", Guard::open, sign_in_by_eds,
            kSignatureBody, codes);
}

}  // namespace mekenjai::api
