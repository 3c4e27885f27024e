// The portal: HTML made by the server, a table of routes over the flow. Everything works without
// script.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "flow/service.hpp"
#include "http/csrf.hpp"
#include "http/http.hpp"
#include "http/rate_limit.hpp"
#include "i18n/catalog.hpp"
#include "policy/policy.hpp"

namespace mekenjai::pages {

/// What the pages need beside the flow. All of it outlives the routes.
struct PagesContext {
  const i18n::Catalog& catalog = i18n::Catalog::built_in();
  const policy::Editions& editions = policy::Editions::built_in();
  /// Makes and checks the tokens of forms; the same in every process behind one name.
  std::shared_ptr<const http::Csrf> csrf;
  /// Limits by source address; none: no limits (sandbox).
  http::RateLimiters* limiters = nullptr;
  /// The service runs under --sandbox: pages lead to /sandbox, which exists.
  bool sandbox = false;
  /// SMS go out in Cyrillic ([sms] script): the page about false SMS shows them so.
  bool cyrillic_sms = false;
};

/// All pages, and the files they load (/assets/…).
std::vector<http::Route> routes(flow::Service& service, const PagesContext& context);

/// The page for a problem met before a handler ran (http::Hooks::error_page).
std::function<http::Response(const base::Problem&, int status, const http::Request&)> error_page(
    const PagesContext& context);

}  // namespace mekenjai::pages
