// The JSON API of the contract, section 3: a table of routes over the flow. A file per resource.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "flow/service.hpp"
#include "http/http.hpp"
#include "http/rate_limit.hpp"
#include "i18n/catalog.hpp"
#include "policy/policy.hpp"

namespace mekenjai::api {

/// Who asks for signatures, as eGov Mobile shows it.
struct Organisation {
  std::string name_kk = "Тұрғылықты жері бойынша тіркеу қызметі";
  std::string name_ru = "Служба регистрации по месту жительства";
  std::string name_en = "Residence registration service";
  std::string bin{};
};

/// What the API needs beside the flow. All of it outlives the routes.
struct ApiContext {
  const i18n::Catalog& catalog = i18n::Catalog::built_in();
  const policy::Editions& editions = policy::Editions::built_in();
  /// Limits by source address; none: no limits (sandbox).
  http::RateLimiters* limiters = nullptr;
  /// Whether requests can be answered: /health/ready. None: always.
  std::function<bool()> ready{};
  Organisation organisation{};
};

/// All routes: /api/v1/… and /health/…
std::vector<http::Route> routes(flow::Service& service, const ApiContext& context);

/// The description that `GET /api/v1/openapi.json` gives (OpenAPI 3.1).
std::string_view openapi();

}  // namespace mekenjai::api
