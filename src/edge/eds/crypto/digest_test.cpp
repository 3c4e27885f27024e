// The digests: published examples, and the same digest however the bytes come.
#include "edge/eds/crypto/digest.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/bytes.hpp"
#include "edge/eds/asn1/oids.hpp"

namespace mekenjai::edge::eds::crypto {
namespace {

using base::from_hex;
using base::to_hex;

constexpr Digest kAll[] = {Digest::sha1, Digest::sha256, Digest::sha512, Digest::streebog512, Digest::gost34311};

std::string hex_hash(Digest digest, std::string_view bytes) { return to_hex(hash(digest, bytes)); }

TEST(Streebog, GivesTheExamplesOfRfc6986) {
  EXPECT_EQ(hex_hash(Digest::streebog512, "012345678901234567890123456789012345678901234567890123456789012"),
            "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa"
            "00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48");
  // "The winds, Stribog's grandsons, blow arrows from the sea": a line of the twelfth century, longer than a block.
  const std::string second = *from_hex(
      "d1e520e2e5f2f0e82c20d1f2f0e8e1eee6e820e2edf3f6e82c20e2e5fef2fa20f120eceef0ff20f1f2f0e5ebe0ece820ede020f5f0e0e1f0"
      "fbff20efebfaeafb20c8e3eef0e5e2fb");
  EXPECT_EQ(hex_hash(Digest::streebog512, second),
            "1e88e62226bfca6f9994f1f2d51569e0daf8475a3b0fe61a5300eee46d961376"
            "035fe83549ada2b8620fcd7c496ce5b33f0cb9dddc2b6460143b03dabac9fb28");
}

TEST(Gost34311, GivesTheExamplesOfRfc5831) {
  EXPECT_EQ(hex_hash(Digest::gost34311, "This is message, length=32 bytes"),
            "b1c466d37519b82e8319819ff32595e047a28cb6f83eff1c6916a815a637fffa");
  EXPECT_EQ(hex_hash(Digest::gost34311, "Suppose the original message has length = 50 bytes"),
            "471aba57a60a770d3a76130635c1fbea4ef14de51f78b4ae57dd893b62f55208");
  EXPECT_EQ(hex_hash(Digest::gost34311, ""), "ce85b99cc46752fffee35cab9a7b0278abb4c2d2055cff685af4912c49490f8d");
}

TEST(Sha, IsThatOfFips180) {
  EXPECT_EQ(hex_hash(Digest::sha1, "abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex_hash(Digest::sha256, "abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_hash(Digest::sha512, "abc"),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

TEST(Digest, IsTheSameHoweverTheBytesCome) {
  std::mt19937_64 random(2015);
  for (const Digest digest : kAll) {
    for (int i = 0; i < 60; ++i) {
      std::string bytes(random() % 400, '\0');
      for (char& byte : bytes) byte = static_cast<char>(random());
      Hasher hasher(digest);
      for (std::string_view rest = bytes; !rest.empty();) {
        const std::size_t piece = std::min<std::size_t>(random() % 130, rest.size());  // none, too
        hasher.update(rest.substr(0, piece));
        rest.remove_prefix(piece);
      }
      EXPECT_EQ(hasher.finish(), hash(digest, bytes)) << bytes.size();
    }
  }
}

TEST(Digest, HasAnOidAndASizeOfItsOwn) {
  for (const Digest digest : kAll) {
    EXPECT_EQ(digest_of_oid(oid_of(digest)), digest);
    EXPECT_EQ(hash(digest, "x").size(), size_of(digest));
  }
  EXPECT_EQ(digest_of_oid(oids::kGost2015Key512), std::nullopt);
  EXPECT_EQ(digest_of_oid(""), std::nullopt);
}

}  // namespace
}  // namespace mekenjai::edge::eds::crypto
