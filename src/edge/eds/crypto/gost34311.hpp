// The digest GOST 34.311-95 (GOST R 34.11-94, RFC 5831), with which documents were signed until 2024. Its S-box here is
// id-GostR3411-94-TestParamSet (RFC 4357, 11.2) and its start vector zero: so it is in certificates of НУЦ РК.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mekenjai::edge::eds::crypto {

class Gost34311 {
 public:
  static constexpr std::size_t kSize = 32;

  void update(std::string_view bytes);
  /// The digest as it stands in memory, lowest octet first; the object is used up.
  std::string finish();

 private:
  /// 256 bits; the word at 0 holds the lowest.
  using Block = std::array<std::uint64_t, 4>;

  void take(const Block& message, std::uint64_t bits);
  void step(const Block& message);

  Block state_{};
  Block sum_{};  // of all blocks, modulo 2^256
  std::uint64_t bits_ = 0;
  std::array<char, 32> rest_{};
  std::size_t rest_size_ = 0;
};

}  // namespace mekenjai::edge::eds::crypto
