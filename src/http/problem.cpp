#include "http/problem.hpp"

#include "base/canonical.hpp"

namespace mekenjai::http {
namespace {

using base::canonical_string;

bool is_small_number(std::string_view text) {
  return !text.empty() && text.size() <= 9 && (text.size() == 1 || text.front() != '0') &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// "40 с", "15 мин", "3 ч", rounded up.
std::string duration_text(int seconds, i18n::Language language) {
  static constexpr std::string_view kUnits[i18n::kLanguages.size()][3] = {
      {"с", "мин", "сағ"}, {"s", "min", "sağ"}, {"с", "мин", "ч"}, {"s", "min", "h"}};
  const auto& units = kUnits[static_cast<std::size_t>(language)];
  if (seconds < 60) return fmt::format("{} {}", seconds, units[0]);
  if (seconds <= 90 * 60) return fmt::format("{} {}", (seconds + 59) / 60, units[1]);
  return fmt::format("{} {}", (seconds + 3599) / 3600, units[2]);
}

bool is_reserved(std::string_view name) {
  static constexpr std::string_view kReserved[] = {"type",   "title", "status",
                                                   "detail", "code",  "errors"};
  return std::find(std::begin(kReserved), std::end(kReserved), name) != std::end(kReserved);
}

void add_member(std::string& out, std::string_view name, std::string_view value) {
  out += ',';
  out += canonical_string(name);
  out += ':';
  // A field's name may be digits too: only what counts is a number.
  out += name.ends_with("_left") && is_small_number(value) ? std::string(value)
                                                           : canonical_string(value);
}

}  // namespace

int status_of(base::Trouble trouble) {
  switch (trouble) {
    case base::Trouble::malformed:
      return 400;
    case base::Trouble::not_signed_in:
      return 401;
    case base::Trouble::forbidden:
      return 403;
    case base::Trouble::not_found:
      return 404;
    case base::Trouble::wrong_state:
      return 409;
    case base::Trouble::too_large:
      return 413;
    case base::Trouble::unsupported_media:
      return 415;
    case base::Trouble::unprocessable:
      return 422;
    case base::Trouble::too_many:
      return 429;
    case base::Trouble::unavailable:
      return 503;
    case base::Trouble::internal:
      break;
  }
  return 500;
}

int retry_after_s(const base::Problem& problem) {
  constexpr int kTooMany = 60, kUnavailable = 5;
  if (problem.retry_after_s > 0) return problem.retry_after_s;
  if (problem.trouble == base::Trouble::too_many) return kTooMany;
  return problem.trouble == base::Trouble::unavailable ? kUnavailable : 0;
}

ProblemText text_of(const base::Problem& problem, i18n::Language language,
                    const i18n::Catalog& catalog) {
  i18n::Values values;
  for (const auto& [name, value] : problem.values) values.emplace_back(name, value);
  if (const int wait_s = retry_after_s(problem); wait_s > 0) {
    values.emplace_back("retry_after", duration_text(wait_s, language));
  }
  // A code without a text of its own still says what class of trouble it is, and nothing wrong;
  // where it is that of wrong fields, the field's text says it.
  std::string key = "problem." + problem.code;
  if (!catalog.has(language, key + ".title")) {
    if (!problem.errors.empty()) {
      return {std::string(catalog.text(language, "problem.invalid.title")),
              text_of(problem.errors.front(), language, catalog)};
    }
    key = problem.trouble == base::Trouble::internal ? "problem.internal" : "problem.general";
  }
  // A signature has many ways to be wrong: its reason has a text of its own.
  const auto reason = std::find_if(problem.values.begin(), problem.values.end(),
                                   [](const auto& value) { return value.first == "reason"; });
  std::string detail = key + ".detail";
  if (reason != problem.values.end()) {
    const std::string special = key + ".reason." + reason->second;
    if (catalog.has(language, special)) detail = special;
  }
  return {catalog.format(language, key + ".title", values), catalog.format(language, detail, values)};
}

std::string text_of(const base::FieldError& error, i18n::Language language,
                    const i18n::Catalog& catalog) {
  std::string key = "field." + error.code;
  if (!catalog.has(language, key)) key = "field.general";
  return std::string(catalog.text(language, key));
}

Response problem_response(const base::Problem& problem, i18n::Language language,
                          const i18n::Catalog& catalog, int status) {
  Response response;
  response.status = status != 0 ? status : status_of(problem.trouble);
  response.content_type = "application/problem+json; charset=utf-8";
  response.headers.emplace_back("Content-Language", i18n::tag(language));
  if (const int wait_s = retry_after_s(problem); wait_s > 0) {
    response.headers.emplace_back("Retry-After", std::to_string(wait_s));
  }
  const ProblemText text = text_of(problem, language, catalog);
  std::string& out = response.body;
  out =
      fmt::format("{{\"type\":\"about:blank\",\"title\":{},\"status\":{},\"detail\":{},\"code\":{}",
                  canonical_string(text.title), response.status, canonical_string(text.detail),
                  canonical_string(problem.code));
  for (const auto& [name, value] : problem.values) {
    if (!is_reserved(name)) add_member(out, name, value);
  }
  if (!problem.errors.empty()) {
    out += ",\"errors\":[";
    for (const base::FieldError& error : problem.errors) {
      if (&error != &problem.errors.front()) out += ',';
      out += fmt::format("{{\"field\":{},\"code\":{},\"detail\":{}}}",
                         canonical_string(error.field), canonical_string(error.code),
                         canonical_string(text_of(error, language, catalog)));
    }
    out += ']';
  }
  out += '}';
  return response;
}

}  // namespace mekenjai::http
