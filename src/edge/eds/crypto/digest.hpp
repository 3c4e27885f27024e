// The digests of the field. All give octets in the order in which their standards print them.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mekenjai::edge::eds::crypto {

enum class Digest {
  sha1,         // archive only, and inside certificate identifiers
  sha256,
  sha512,       // only inside certificate identifiers
  streebog512,  // GOST R 34.11-2015 of Kazakhstan, RFC 6986
  gost34311,    // GOST 34.311-95: RFC 5831 with the test S-box (RFC 4357); archive only
};

/// Of an AlgorithmIdentifier's OID content; nothing outside the closed list.
std::optional<Digest> digest_of_oid(std::string_view oid_content);
std::string_view oid_of(Digest digest);
std::size_t size_of(Digest digest);

/// Digest of bytes that come in pieces.
class Hasher {
 public:
  explicit Hasher(Digest digest);
  ~Hasher();
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  Hasher& update(std::string_view bytes);
  /// Ends it; the hasher is used up.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string hash(Digest digest, std::string_view bytes);

}  // namespace mekenjai::edge::eds::crypto
