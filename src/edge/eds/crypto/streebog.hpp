// Streebog-512, the digest GOST R 34.11-2012 (RFC 6986), which Kazakhstan has as GOST R 34.11-2015. OpenSSL has none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mekenjai::edge::eds::crypto {

class Streebog512 {
 public:
  static constexpr std::size_t kSize = 64;

  void update(std::string_view bytes);
  /// The digest, in the order of octets in which RFC 6986 lets it stand in memory; the object is used up.
  std::string finish();

 private:
  /// 512 bits; the word at 0 holds the lowest.
  using Block = std::array<std::uint64_t, 8>;

  void take(const Block& message, std::uint64_t bits);
  static void compress(Block& state, std::uint64_t bits_before, const Block& message);

  Block state_{};
  Block sum_{};             // of all blocks, modulo 2^512
  std::uint64_t bits_ = 0;  // 2 EiB are enough
  std::array<char, 64> rest_{};
  std::size_t rest_size_ = 0;
};

}  // namespace mekenjai::edge::eds::crypto
