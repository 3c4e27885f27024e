// What a form page costs to make, beside its limit: 30 µs (design of the portal).
#include <benchmark/benchmark.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "api/fake_service.hpp"
#include "pages/pages.hpp"

namespace mekenjai::pages {
namespace {

void form_page(benchmark::State& state) {
  api::FakeService service;
  PagesContext context;
  context.csrf = std::make_shared<http::Csrf>(std::string(32, 's'));
  const std::vector<http::Route> table = routes(service, context);
  const http::Route* route = nullptr;
  for (const http::Route& candidate : table) {
    if (candidate.pattern == "/apply/reason" && candidate.method == http::Method::get)
      route = &candidate;
  }
  http::Request request;
  request.target = request.path = "/apply/reason";
  request.session = flow::Session{};
  request.session->iin = api::FakeService::iin();
  request.session->display_name = "A B.";
  request.session->csrf_key = std::string(32, 'k');
  boost::asio::io_context io;
  std::size_t bytes = 0;
  const auto once = [&]() -> boost::asio::awaitable<void> {
    const http::Response response = co_await route->handler(request);
    bytes = response.body.size();
  };
  for (auto unused : state) {
    boost::asio::co_spawn(io, once(), boost::asio::detached);
    io.run();
    io.restart();
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(form_page)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace mekenjai::pages
