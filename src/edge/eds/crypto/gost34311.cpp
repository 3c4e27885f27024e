#include "edge/eds/crypto/gost34311.hpp"

#include <bit>
#include <cstring>

namespace mekenjai::edge::eds::crypto {
namespace {

static_assert(std::endian::native == std::endian::little, "blocks are read as words with their lowest octet first");

/// id-GostR3411-94-TestParamSet, the row of the lowest four bits first.
constexpr std::uint8_t kSubstitution[8][16] = {
    {4, 10, 9, 2, 13, 8, 0, 14, 6, 11, 1, 12, 7, 15, 5, 3}, {14, 11, 4, 12, 6, 13, 15, 10, 2, 3, 8, 1, 0, 7, 5, 9},
    {5, 8, 1, 13, 10, 3, 4, 2, 14, 15, 12, 7, 6, 0, 9, 11}, {7, 13, 10, 1, 0, 8, 9, 15, 14, 4, 6, 12, 11, 2, 5, 3},
    {6, 12, 7, 1, 5, 15, 13, 8, 4, 10, 9, 14, 0, 3, 11, 2}, {4, 11, 10, 0, 7, 2, 1, 13, 3, 6, 8, 5, 9, 12, 15, 14},
    {13, 11, 4, 1, 3, 15, 5, 9, 0, 10, 14, 7, 6, 8, 2, 12}, {1, 15, 13, 0, 5, 7, 10, 4, 9, 2, 3, 14, 6, 11, 8, 12},
};

using Tables = std::array<std::array<std::uint32_t, 256>, 4>;

/// An octet at a place of a word after the substitution and the turn by 11 bits.
constexpr Tables make_tables() {
  Tables tables{};
  for (unsigned place = 0; place < 4; ++place) {
    for (unsigned octet = 0; octet < 256; ++octet) {
      const std::uint32_t low = kSubstitution[2 * place][octet & 15], high = kSubstitution[2 * place + 1][octet >> 4];
      tables[place][octet] = std::rotl((low | high << 4) << (8 * place), 11);
    }
  }
  return tables;
}
constexpr Tables kTables = make_tables();

using Words = std::array<std::uint64_t, 4>;

constexpr Words kThirdKeyMask{0xff00ff00ff00ff00, 0x00ff00ff00ff00ff, 0xff0000ff00ffff00, 0xff00ffff000000ff};

Words operator^(const Words& left, const Words& right) {
  return {left[0] ^ right[0], left[1] ^ right[1], left[2] ^ right[2], left[3] ^ right[3]};
}

/// A of RFC 5831, 5.1.
Words shift(const Words& in) { return {in[1], in[2], in[3], in[0] ^ in[1]}; }

/// P of RFC 5831, 5.1: the key of GOST 28147-89 as eight words, the first first.
std::array<std::uint32_t, 8> key_of(const Words& in) {
  std::array<std::uint32_t, 8> key{};
  for (unsigned i = 0; i < 32; ++i) {
    key[i / 4] |= static_cast<std::uint32_t>(in[i % 4] >> 8 * (i / 4) & 0xff) << 8 * (i % 4);
  }
  return key;
}

/// GOST 28147-89 (RFC 5830, 5) of one block.
std::uint64_t encipher(const std::array<std::uint32_t, 8>& key, std::uint64_t block) {
  auto low = static_cast<std::uint32_t>(block), high = static_cast<std::uint32_t>(block >> 32);
  for (unsigned round = 0; round < 32; ++round) {
    const std::uint32_t x = low + key[round < 24 ? round % 8 : 31 - round];
    const std::uint32_t turned =
        kTables[0][x & 0xff] ^ kTables[1][x >> 8 & 0xff] ^ kTables[2][x >> 16 & 0xff] ^ kTables[3][x >> 24];
    const std::uint32_t next = turned ^ high;
    high = low;
    low = next;
  }
  return static_cast<std::uint64_t>(low) << 32 | high;
}

/// psi of RFC 5831, 5.3, so many times: a shift register of sixteen words of 16 bits.
Words mix(const Words& in, std::size_t times) {
  std::array<std::uint16_t, 16 + 61> words{};
  std::memcpy(words.data(), in.data(), 32);
  for (std::size_t i = 0; i < times; ++i) {
    words[i + 16] = words[i] ^ words[i + 1] ^ words[i + 2] ^ words[i + 3] ^ words[i + 12] ^ words[i + 15];
  }
  Words out;
  std::memcpy(out.data(), words.data() + times, 32);
  return out;
}

}  // namespace

/// The step function of RFC 5831, 5.
void Gost34311::step(const Block& message) {
  Words u = state_, v = message, enciphered;
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) {
      u = shift(u);
      v = shift(shift(v));
    }
    if (i == 2) u = u ^ kThirdKeyMask;
    enciphered[i] = encipher(key_of(u ^ v), state_[i]);
  }
  state_ = mix(state_ ^ mix(message ^ mix(enciphered, 12), 1), 61);
}

void Gost34311::take(const Block& message, std::uint64_t bits) {
  step(message);
  bits_ += bits;
  std::uint64_t carry = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const unsigned __int128 sum = static_cast<unsigned __int128>(sum_[i]) + message[i] + carry;
    sum_[i] = static_cast<std::uint64_t>(sum);
    carry = static_cast<std::uint64_t>(sum >> 64);
  }
}

void Gost34311::update(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t taken = bytes.copy(rest_.data() + rest_size_, kSize - rest_size_);
    rest_size_ += taken;
    bytes.remove_prefix(taken);
    if (rest_size_ < kSize) continue;
    Block message;
    std::memcpy(message.data(), rest_.data(), kSize);
    take(message, 8 * kSize);
    rest_size_ = 0;
  }
}

std::string Gost34311::finish() {
  if (rest_size_ > 0) {
    Block message{};
    std::memcpy(message.data(), rest_.data(), rest_size_);
    take(message, 8 * rest_size_);
  }
  step(Block{bits_});
  step(sum_);
  return std::string(reinterpret_cast<const char*>(state_.data()), kSize);
}

}  // namespace mekenjai::edge::eds::crypto
