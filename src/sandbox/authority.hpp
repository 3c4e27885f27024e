// The sandbox's certification authority at work: a responder on a port of its own that speaks OCSP (RFC 6960), lists
// (RFC 5280) and time-stamps (RFC 3161) with GOST and RSA keys, and the calls by which a player revokes certificates
// and takes the responder off the net. The service asks it as it would ask НУЦ РК.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "edge/eds/make/sandbox_authority.hpp"
#include "flow/engine.hpp"
#include "http/server.hpp"

namespace mekenjai::sandbox {

class Authority {
 public:
  struct Revoked {
    base::Instant at;
    std::optional<edge::eds::RevocationReason> reason;
  };
  /// By serial, unsigned octets without leading zero.
  using RevokedList = std::map<std::string, Revoked>;

  /// Listens on a free loopback port; answers after `start`. `kept`: what `kept_certificates` read. All outlive it.
  Authority(flow::Engine& engine, const base::Clock& clock, RevokedList kept);

  void start() { server_->start(); }
  void stop() { server_->stop(std::chrono::milliseconds(0)); }

  std::string url(std::string_view path) const { return fmt::format("http://{}{}", server_->address(), path); }
  std::vector<std::string> full_lists() const { return {url("/crl/gost.crl"), url("/crl/rsa.crl")}; }
  std::vector<std::string> delta_lists() const { return {url("/crl/gost_delta.crl"), url("/crl/rsa_delta.crl")}; }

  /// GET and POST /sandbox/certificates…, /sandbox/authority: for the service's own listener.
  std::vector<http::Route> routes();
  /// After a certificate's state or a switch has changed. Before `start`.
  std::function<void()> on_change = [] {};

 private:
  using Answer = boost::asio::awaitable<http::Response>;
  struct Down {
    std::atomic<bool> ocsp{false}, crl{false}, tsp{false};
  };
  std::vector<http::Route> responder_routes();
  http::Response answer_ocsp(std::string_view request_der) const;
  http::Response answer_list(edge::eds::crypto::KeyKind kind, bool delta) const;
  http::Response answer_stamp(std::string_view request_der);
  Answer show_certificates(http::Request& request);
  Answer change_certificate(http::Request& request);
  Answer show_switches(http::Request& request);
  Answer change_switches(http::Request& request);
  RevokedList revoked() const;

  flow::Engine& engine_;
  const base::Clock& clock_;
  const edge::eds::make::SandboxAuthority& keys_;
  const RevokedList base_list_;        // what the full lists say; deltas say what has changed since
  const std::int64_t base_number_;
  Down down_;
  std::atomic<std::int64_t> stamps_{0};
  mutable std::mutex mutex_;           // guards what follows
  RevokedList revoked_;
  std::unique_ptr<http::Server> server_;
};

/// The revoked certificates that an earlier run left in the data.
Authority::RevokedList kept_certificates(flow::Ledger& ledger);

}  // namespace mekenjai::sandbox
