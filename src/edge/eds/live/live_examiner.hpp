// Verification in service: a pool for the arithmetic, HTTP for OCSP, CRL and TSP, caches in between. Addresses and
// anchors come from the configuration, never from a certificate.
#pragma once

#include <atomic>
#include <chrono>

#include "base/clock.hpp"
#include "edge/eds/examiner.hpp"

namespace mekenjai::edge::eds::live {

struct EdsConfig {
  bool on = false;                      // [eds] on; without it the API answers method_unavailable
  std::string trust;                    // [eds] trust: folder of certificates
  std::vector<std::string> ocsp;        // [eds] ocsp: addresses, tried in this order
  std::vector<std::string> crl;         // [eds] crl: addresses of full lists
  std::vector<std::string> delta_crl;   // [eds] delta_crl
  std::string tsp;                      // [eds] tsp; empty: signatures are kept without a time-stamp of ours
  std::string origin;                   // [eds] origin: "https://mekenjai.kz", stands in login challenges
  bool test_identities = false;         // [eds] test_identities
  int threads = 0;                      // [eds] threads; 0: half the cores, at least one
  int timeout_ms = 4000;                // [eds] timeout_ms, of one request to an authority
  int crl_every_s = 3600, delta_crl_every_s = 600;
  std::string crl_folder;               // where lists are kept between runs; set by serve: DATA/crl
};

struct Figures {
  std::atomic<std::uint64_t> valid{0}, invalid{0}, cannot_tell{0}, ocsp_asked{0}, ocsp_from_cache{0}, crl_loaded{0}, stamped{0};
};

class LiveExaminer final : public Examiner {
 public:
  /// Throws std::runtime_error with a sentence for the operator where the trust folder cannot be read or is empty.
  /// `more_anchors`: the sandbox's.
  LiveExaminer(EdsConfig config, const base::Clock& clock, std::vector<CertificatePtr> more_anchors = {});
  ~LiveExaminer() override;

  void start();
  /// What waits is answered "cannot tell".
  void stop();
  void examine(std::string bytes, Expectation expectation, std::function<void(Examined)> done) override;
  const Figures& figures() const;
  /// Fetches the lists now; for tests and at start. `done` on a thread of the pool.
  void refresh_lists(std::function<void()> done);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mekenjai::edge::eds::live
