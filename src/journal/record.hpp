// The journal: what happened, appended and never changed. Each record carries the hash of the one before,
// so that a change anywhere shows (docs/formats/journal.md).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace mekenjai::journal {

struct Record {
  std::int64_t sequence = 0;  // 1, 2, 3 …
  base::Instant at;
  std::string_view actor;        // applicant, owner, system, officer
  std::string_view type;         // signed, consent_granted …
  std::string_view application;  // UUID, or empty
  std::string_view payload;      // canonical JSON
  base::Sha256 previous{};
};

/// SHA-256 of the record's canonical JSON.
base::Sha256 hash_of(const Record& record);

/// The newest record's number and hash; zero and zeros for an empty journal.
struct Head {
  std::int64_t sequence = 0;
  base::Sha256 hash{};
};

/// The chain's state while records are appended or checked one after the other.
class Chain {
 public:
  explicit Chain(Head head = {}) : head_(head) {}
  const Head& head() const { return head_; }
  /// Fills number and previous hash of the next record and moves on; returns its hash.
  base::Sha256 append(Record& record);

 private:
  Head head_;
};

}  // namespace mekenjai::journal
