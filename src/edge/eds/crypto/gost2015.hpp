// Verification by GOST R 34.10-2015 of Kazakhstan with 512 bits, parameter set A: RFC 7091 over the curve of RFC 7836,
// A.1, in the byte orders of НУЦ РК (eds.md 3.1).
#pragma once

#include <memory>
#include <optional>
#include <string_view>

namespace mekenjai::edge::eds::crypto {

/// Safe to use from several threads.
class Gost2015Key {
 public:
  static constexpr std::size_t kSize = 128;           // x || y, each little-endian
  static constexpr std::size_t kSignatureSize = 128;  // r || s, each little-endian

  /// Nothing for another size, coordinates not below p, or a point that is not on the curve.
  static std::optional<Gost2015Key> read(std::string_view octets);

  /// The digest is the 64 octets of Streebog-512.
  bool verify(std::string_view digest, std::string_view signature) const;
  /// Tables for this key, once: see PublicKey::prepare.
  void prepare() const;

 private:
  struct State;
  explicit Gost2015Key(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

}  // namespace mekenjai::edge::eds::crypto
