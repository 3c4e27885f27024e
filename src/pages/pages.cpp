#include "pages/pages.hpp"

#include "http/assets.hpp"
#include "pages/assets.hpp"
#include "pages/site.hpp"

namespace mekenjai::pages {

std::vector<http::Route> routes(flow::Service& service, const PagesContext& context) {
  Table table(std::make_shared<Site>(&service, context));
  add_home(table);
  add_help(table);
  add_statistics(table);
  add_sign_in(table);
  add_session(table);
  add_apply(table);
  add_applications(table);
  add_history(table);
  add_messages(table);
  add_consents(table);
  add_homes(table);
  add_signatures(table);
  add_push(table);
  add_app(table);
  add_kiosk(table);
  add_staff_kiosks(table);
  table.doorsteps();
  table.only({Channel::portal});
  if (context.sandbox) add_sandbox(table);
  std::vector<http::Route> routes = table.take();
  for (http::Route& route : http::asset_routes(hashed_assets())) routes.push_back(std::move(route));
  return routes;
}

std::function<http::Response(const base::Problem&, int status, const http::Request&)> error_page(
    const PagesContext& context) {
  auto site = std::make_shared<Site>(nullptr, context);
  return [site](const base::Problem& problem, int status, const http::Request& request) {
    http::Request copy = request;
    const Channel channel = enter(copy);
    if (std::optional<http::Response> chosen = language_chosen(copy)) {
      return leave(std::move(*chosen), channel);
    }
    Visit visit(*site, copy, channel);
    if (problem.code == "kiosk_not_set_up") return leave(not_set_up(visit), channel);
    if (problem.code == "consultant_explains") return explanations(visit, "/", status);
    return error_page(visit, status, problem.code, problem.retry_after_s);
  };
}

}  // namespace mekenjai::pages
