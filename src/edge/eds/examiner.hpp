// What the flow asks: is this signature good, and what is to be kept of it? Behind it stand the own verification (live/) or,
// where the law wants it, a certified library.
#pragma once

#include <functional>

#include "edge/eds/verify.hpp"

namespace mekenjai::edge::eds {

/// A verdict with everything that is kept for the archive.
struct Examined {
  Verdict verdict;
  std::string received;                  // the bytes as they came
  std::string certificate;               // DER of the signer's, "" where unknown
  std::string ocsp_response;             // DER; or
  std::string crl_number;                // hex
  std::string timestamp;                 // DER token: the signature's own, or the one we asked for
  std::string archive;                   // CMS with the time-stamp (CAdES-T); `received` for XML and without one
};

class Examiner {
 public:
  virtual ~Examiner() = default;
  /// Examines on a pool of its own, fetching what is missing; `done` is called once, on a thread of that pool. More
  /// than `kMaxWaiting` at a time are answered at once with "cannot tell".
  virtual void examine(std::string bytes, Expectation expectation, std::function<void(Examined)> done) = 0;

  static constexpr std::size_t kMaxWaiting = 1000;
};

}  // namespace mekenjai::edge::eds
