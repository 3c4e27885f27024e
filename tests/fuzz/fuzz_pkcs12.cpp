// Key files. Input under a MAC never gets past it, so the harness makes one for input that asks for it.
#include <openssl/hmac.h>
#include <openssl/pkcs12.h>

#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/make/pkcs12.hpp"
#include "tests/fuzz/world.hpp"

namespace mekenjai::fuzz {
namespace {

/// A PFX around an AuthenticatedSafe (RFC 7292, 4), with one iteration.
std::string with_mac(std::string_view safe) {
  unsigned char salt[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  unsigned char key[20], mac[20];
  unsigned int size = sizeof mac;
  const std::string password(kPassword);
  require(PKCS12_key_gen_utf8(password.c_str(), static_cast<int>(password.size()), salt, sizeof salt, PKCS12_MAC_ID, 1,
                              sizeof key, key, EVP_sha1()) == 1,
          "a key for the MAC");
  HMAC(EVP_sha1(), key, sizeof key, reinterpret_cast<const unsigned char*>(safe.data()), safe.size(), mac, &size);
  const auto octets = [](const unsigned char* bytes, std::size_t count) {
    return der::octet_string(view(bytes, count));
  };
  const std::string digest = der::sequence({der::sequence({der::oid(oids::kSha1), der::null()}), octets(mac, size)});
  return der::sequence({der::integer(3),
                        der::sequence({der::oid(oids::kData), der::element(der::context(0), der::octet_string(safe))}),
                        der::sequence({digest, octets(salt, sizeof salt), der::integer(1)})});
}

void try_file(std::string_view bytes) {
  const auto identity = make::read_pkcs12(bytes, kPassword);
  if (!identity) return;
  const auto key = crypto::PublicKey::read(identity->key.spki());
  require(key && identity->certificate->key == *key, "key and certificate belong together");
}

}  // namespace
}  // namespace mekenjai::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace mekenjai::fuzz;
  std::string_view bytes = view(data, size);
  if (asks_to_be_signed(bytes)) {
    try_file(with_mac(bytes));
  } else {
    try_file(bytes);
  }
  return 0;
}
