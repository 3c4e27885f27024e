#include "edge/push/message.hpp"

#include <openssl/evp.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <memory>
#include <stdexcept>

#include "base/bytes.hpp"

namespace mekenjai::edge::push {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kContentKey = 16;
constexpr std::size_t kNonce = 12;
constexpr char kLastRecord = 2;  // the delimiter of RFC 8188, 2

const unsigned char* octets(std::string_view bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* octets(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

std::string mac(std::string_view key, std::string_view text) {
  const base::Sha256 digest = base::hmac_sha256(key, text);
  return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
}

/// HKDF with SHA-256 (RFC 5869) for at most one block of output.
std::string hkdf(std::string_view salt, std::string_view secret, std::string info, std::size_t size) {
  return mac(mac(salt, secret), info + '\x01').substr(0, size);
}

struct CipherContextFree {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

void must(bool done) {
  if (!done) throw std::runtime_error("OpenSSL could not encrypt by AES-128-GCM");
}

std::string aes_128_gcm(std::string_view key, std::string_view nonce, std::string_view text) {
  const std::unique_ptr<EVP_CIPHER_CTX, CipherContextFree> context(EVP_CIPHER_CTX_new());
  must(context && EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, octets(key), octets(nonce)) == 1);
  std::string out(text.size() + kTag, '\0');
  int written = 0, last = 0;
  must(EVP_EncryptUpdate(context.get(), octets(out), &written, octets(text), static_cast<int>(text.size())) == 1);
  must(EVP_EncryptFinal_ex(context.get(), octets(out) + written, &last) == 1 &&
       static_cast<std::size_t>(written + last) == text.size());
  must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, kTag, octets(out) + text.size()) == 1);
  return out;
}

/// salt, record size, and the sender's point as the key's name (RFC 8188, 2.1; RFC 8291, 4).
std::string header(std::string_view salt, std::string_view sender_point) {
  static_assert(kMaxMessage == 0x1000);
  std::string out(salt);
  out += "\0\0\x10\0"sv;
  out += static_cast<char>(kP256Point);
  return out.append(sender_point);
}

std::string_view word(NoteKind kind) { return kind == NoteKind::consent ? "consent" : "news"; }

}  // namespace

std::string text_of(const Note& note) {
  boost::json::object text{{"kind", word(note.kind)}};
  const auto add = [&text](const char* name, const std::string& value) {
    if (!value.empty()) text[name] = value;
  };
  add("lang", note.language);
  add("title", note.title);
  add("body", note.body);
  add("open", note.open);
  return boost::json::serialize(text);
}

tl::expected<SubscriptionKeys, std::string> SubscriptionKeys::read(std::string_view p256dh, std::string_view auth) {
  const auto point = base::from_base64url(p256dh);
  if (!point || !is_p256_point(*point)) return tl::unexpected<std::string>("p256dh");
  const auto secret = base::from_base64url(auth);
  if (!secret || secret->size() != kAuthSecret) return tl::unexpected<std::string>("auth");
  SubscriptionKeys keys(*point, *secret);
  return keys;
}

std::optional<std::string> encrypt(const SubscriptionKeys& keys, std::string_view text) {
  return encrypt_with(keys, text, P256Key::generate(), base::random_bytes(kSalt), kPaddedText);
}

std::optional<std::string> encrypt_with(const SubscriptionKeys& keys, std::string_view text, const P256Key& sender,
                                        std::string_view salt, std::size_t padded_to) {
  if (text.size() > kMaxText || salt.size() != kSalt || padded_to > kMaxText) return std::nullopt;
  const auto secret = sender.shared_secret(keys.point());
  if (!secret) throw std::logic_error("a checked point is not on the curve");
  const std::string who = std::string("WebPush: info\0"sv) + keys.point() + sender.point();
  const std::string material = hkdf(keys.auth(), *secret, who, 32);
  const std::string key = hkdf(salt, material, std::string("Content-Encoding: aes128gcm\0"sv), kContentKey);
  const std::string nonce = hkdf(salt, material, std::string("Content-Encoding: nonce\0"sv), kNonce);
  std::string record(text);
  record += kLastRecord;
  if (text.size() < padded_to) record.append(padded_to - text.size(), '\0');
  return header(salt, sender.point()) + aes_128_gcm(key, nonce, record);
}

}  // namespace mekenjai::edge::push
