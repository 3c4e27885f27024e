#include "edge/eds/crypto/digest.hpp"

#include <openssl/evp.h>

#include <new>
#include <stdexcept>
#include <variant>

#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/crypto/gost34311.hpp"
#include "edge/eds/crypto/streebog.hpp"

namespace mekenjai::edge::eds::crypto {
namespace {

struct Row {
  Digest digest;
  std::string_view oid;
  std::size_t size;
};

constexpr Row kRows[] = {
    {Digest::sha1, oids::kSha1, 20},
    {Digest::sha256, oids::kSha256, 32},
    {Digest::sha512, oids::kSha512, 64},
    {Digest::streebog512, oids::kStreebog512, Streebog512::kSize},
    {Digest::gost34311, oids::kGost34311, Gost34311::kSize},
};

const Row& row(Digest digest) { return kRows[static_cast<std::size_t>(digest)]; }

/// One of SHA, by OpenSSL.
class Sha {
 public:
  explicit Sha(const EVP_MD* kind) : context_(EVP_MD_CTX_new()) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), kind, nullptr) != 1) throw std::bad_alloc();
  }
  void update(std::string_view bytes) { EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()); }
  std::string finish() {
    std::string digest(EVP_MAX_MD_SIZE, '\0');
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context_.get(), reinterpret_cast<unsigned char*>(digest.data()), &size) != 1) {
      throw std::runtime_error("OpenSSL could not finish a digest");
    }
    digest.resize(size);
    return digest;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

using Any = std::variant<Streebog512, Gost34311, Sha>;

Any begin(Digest digest) {
  switch (digest) {
    case Digest::sha1: return Sha(EVP_sha1());
    case Digest::sha256: return Sha(EVP_sha256());
    case Digest::sha512: return Sha(EVP_sha512());
    case Digest::streebog512: return Streebog512();
    case Digest::gost34311: return Gost34311();
  }
  throw std::invalid_argument("no such digest");
}

}  // namespace

std::optional<Digest> digest_of_oid(std::string_view oid_content) {
  for (const Row& known : kRows) {
    if (known.oid == oid_content) return known.digest;
  }
  return std::nullopt;
}

std::string_view oid_of(Digest digest) { return row(digest).oid; }
std::size_t size_of(Digest digest) { return row(digest).size; }

struct Hasher::State {
  Any any;
};

Hasher::Hasher(Digest digest) : state_(std::make_unique<State>(State{begin(digest)})) {}
Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

Hasher& Hasher::update(std::string_view bytes) {
  std::visit([&](auto& hash) { hash.update(bytes); }, state_->any);
  return *this;
}

std::string Hasher::finish() {
  return std::visit([](auto& hash) { return hash.finish(); }, state_->any);
}

std::string hash(Digest digest, std::string_view bytes) { return Hasher(digest).update(bytes).finish(); }

}  // namespace mekenjai::edge::eds::crypto
