// The front door: HTTP/1.1 (RFC 9110, RFC 9112) on one event loop a core.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "http/http.hpp"

namespace mekenjai::flow {
class Service;
}

namespace mekenjai::http {

struct ServerCore;

/// Every limit of the front door. Sizes in bytes.
struct Limits {
  std::size_t target = 4 * 1024;     // 414 above
  std::size_t header = 16 * 1024;    // request line and fields together; 431 above
  std::size_t header_fields = 64;    // 431 above
  std::size_t body = 1024 * 1024;    // above any Route::max_body; 413 above
  std::size_t connections = 10'000;  // 503 and closed above
  std::size_t connections_a_source =
      1'000;  // likewise; 0: no limit; not asked where `trust_forwarded`
  std::size_t requests_a_connection = 100'000;  // then it is closed
  std::chrono::milliseconds header_time{
      10'000};                                  // from the first byte to the end of the header; 408
  std::chrono::milliseconds body_time{30'000};  // 408
  std::chrono::milliseconds handler_time{60'000};  // 503 and closed
  std::chrono::milliseconds write_time{60'000};    // closed
  std::chrono::milliseconds idle_time{75'000};     // silence between two requests; closed
  std::chrono::milliseconds linger_time{
      2'000};  // after an early answer, so that the client reads it
};

struct ServerConfig {
  std::string listen =
      "127.0.0.1:8080";   // ADDR:PORT, [ADDR]:PORT for IPv6; port 0 picks a free one
  std::size_t loops = 0;  // threads; 0: as many as cores
  Limits limits{};
  /// The client's address is the last one of `X-Forwarded-For`: only behind a proxy that writes it.
  bool trust_forwarded = false;
};

/// What the server asks others for. Each may be called from any loop at once.
struct Hooks {
  /// The live session of a token; needed where a route has a guard other than `open`.
  std::function<boost::asio::awaitable<std::optional<flow::Session>>(std::string token)> session{};
  /// The same without it being a use of the session, for routes that are watched; none: `session`.
  std::function<boost::asio::awaitable<std::optional<flow::Session>>(std::string token)>
      session_watched{};
  /// The kiosk of a device's token; needed where a route is at a kiosk.
  std::function<boost::asio::awaitable<std::optional<flow::Kiosk>>(std::string device)> kiosk{};
  /// Somebody at a kiosk has gone to a page just now. `token`: his session's, or empty.
  std::function<void(const std::string& device, const std::string& token)> used_at_kiosk{};
  /// The page for a problem met before a handler ran; none: a plain one. Paths below /api/ get
  /// problem+json.
  std::function<Response(const base::Problem&, int status, const Request&)> error_page{};
  /// After each answer: pattern of the route ("" where none), status, time from the end of the
  /// request.
  std::function<void(std::string_view pattern, int status, std::chrono::microseconds)> on_request{};
};

/// Hooks whose sessions are the flow's.
Hooks hooks_for(flow::Service& service);

class Server {
 public:
  /// Binds and listens; nothing is answered before `start`. Throws std::runtime_error where the
  /// address is not free or not one, std::invalid_argument for a bad table of routes.
  Server(ServerConfig config, std::vector<Route> routes, Hooks hooks);
  /// Stops at once where `stop` was not called. What handlers wait for must have answered or been
  /// destroyed before: they come back to loops that end here.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  std::uint16_t port() const;
  std::string address() const;  // "127.0.0.1:8080"
  const std::vector<Route>& routes() const;

  void start();
  /// Accepts nothing more, closes idle connections, lets running requests finish for at most
  /// `drain`, then closes what is left and ends the loops. Blocks; not from a loop. A second call
  /// does nothing.
  void stop(std::chrono::milliseconds drain = std::chrono::seconds(10));

  /// Connections open now.
  std::size_t connections() const;

 private:
  std::unique_ptr<ServerCore> core_;
};

}  // namespace mekenjai::http
