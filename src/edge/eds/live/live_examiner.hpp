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
  std::vector<std::string> crl;         // [eds] crl: addresses of full lists, the CAs' own among them
  std::vector<std::string> delta_crl;   // [eds] delta_crl
  std::string tsp;                      // [eds] tsp; empty: signatures are kept without a time-stamp of ours
  std::string origin;                   // [eds] origin: "https://mekenjai.kz", stands in login challenges
  bool test_identities = false;         // [eds] test_identities
  int threads = 0;                      // [eds] threads; 0: half the cores, at least one
  int timeout_ms = 4000;                // [eds] timeout_ms, of one request to an authority
  int ocsp_keep_s = 300;                // [eds] ocsp_keep_s: how long an answer serves new signatures
  int silence_ms = 3000;                // [eds] silence_ms: how long an authority that is silent is left alone
  int crl_every_s = 3600, delta_crl_every_s = 600;
  int crl_timeout_ms = 120'000;         // [eds] crl_timeout_ms, of one download
  std::string crl_folder;               // where lists are kept between runs; set by serve: DATA/crl
};

struct ConfigTrouble {
  std::string key;   // of [eds]
  std::string what;  // the rest of the sentence: "is not an http:// address: …"
};
/// What is wrong with the addresses, limits and the origin that are given. Nothing where all is well.
std::optional<ConfigTrouble> trouble_with(const EdsConfig& config);
/// What a service that has it on cannot do without.
std::optional<ConfigTrouble> missing_in(const EdsConfig& config);

struct Figures {
  std::uint64_t valid = 0, invalid = 0, cannot_tell = 0;
  std::uint64_t ocsp_asked = 0, ocsp_from_cache = 0, ocsp_rejected = 0, ocsp_unavailable = 0;
  std::uint64_t crl_loaded = 0, crl_failed = 0, stamped = 0, unstamped = 0;
  std::uint64_t waiting = 0;
};

class LiveExaminer final : public Examiner {
 public:
  /// Throws std::runtime_error with a sentence for the operator where the trust folder cannot be read or is empty, or
  /// the configuration is wrong. `more_anchors`: the sandbox's. The clock is the business clock: what is judged is
  /// judged by it; what waits for the network waits in real time.
  LiveExaminer(EdsConfig config, const base::Clock& clock, std::vector<CertificatePtr> more_anchors = {});
  /// Stops, where nobody has.
  ~LiveExaminer() override;

  /// Before it, what is examined waits.
  void start();
  /// What waits is answered "cannot tell". Blocks until the threads have ended; a second call does nothing. Afterwards
  /// `examine` answers so at once, on the caller's thread.
  void stop();
  void examine(std::string bytes, Expectation expectation, std::function<void(Examined)> done) override;

  Figures figures() const;
  /// The revocation lists at hand.
  std::shared_ptr<const CrlSet> lists() const;
  /// Fetches the lists now; `done` on a thread of the pool. Not called where `stop` comes first.
  void refresh_lists(std::function<void()> done);
  /// Forgets what authorities have answered and that they were silent: for the sandbox, where somebody plays the CA.
  void forget_answers();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mekenjai::edge::eds::live
