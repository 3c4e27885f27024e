#include "edge/eds/make/pkcs12.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509.h>

#include <stdexcept>

namespace mekenjai::edge::eds::make {
namespace {

constexpr int kIterations = 1024;  // as НУЦ РК writes
constexpr int kSaltBytes = 20;

template <auto function>
struct Free {
  template <class Handle>
  void operator()(Handle* handle) const {
    function(handle);
  }
};
void free_safes(STACK_OF(PKCS7) * safes) { sk_PKCS7_pop_free(safes, PKCS7_free); }
void free_bags(STACK_OF(PKCS12_SAFEBAG) * bags) { sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free); }

using Pkcs12Ptr = std::unique_ptr<PKCS12, Free<PKCS12_free>>;
using SafesPtr = std::unique_ptr<STACK_OF(PKCS7), Free<free_safes>>;
using BagsPtr = std::unique_ptr<STACK_OF(PKCS12_SAFEBAG), Free<free_bags>>;
using KeyInfoPtr = std::unique_ptr<PKCS8_PRIV_KEY_INFO, Free<PKCS8_PRIV_KEY_INFO_free>>;
using X509Ptr = std::unique_ptr<X509, Free<X509_free>>;
using PbePtr = std::unique_ptr<PBEPARAM, Free<PBEPARAM_free>>;
using Pbe2Ptr = std::unique_ptr<PBE2PARAM, Free<PBE2PARAM_free>>;
using Pbkdf2Ptr = std::unique_ptr<PBKDF2PARAM, Free<PBKDF2PARAM_free>>;

/// RC2-40 lives in the provider "legacy", which the rest of the program must not see: a library context of its own is the
/// default of this thread while one of these lives.
class LegacyScope {
 public:
  LegacyScope() : before_(OSSL_LIB_CTX_set0_default(context())) {}
  ~LegacyScope() {
    OSSL_LIB_CTX_set0_default(before_);
    ERR_clear_error();
  }
  LegacyScope(const LegacyScope&) = delete;
  LegacyScope& operator=(const LegacyScope&) = delete;

 private:
  static OSSL_LIB_CTX* context() {
    static OSSL_LIB_CTX* const made = [] {
      OSSL_LIB_CTX* own = OSSL_LIB_CTX_new();
      if (own == nullptr || OSSL_PROVIDER_load(own, "default") == nullptr ||
          OSSL_PROVIDER_load(own, "legacy") == nullptr) {
        throw std::runtime_error(
            "OpenSSL's provider \"legacy\" is missing; key files cannot be read or written without it");
      }
      return own;
    }();
    return made;
  }
  OSSL_LIB_CTX* before_;
};

template <class T>
T* made(T* handle) {
  if (handle == nullptr) throw std::bad_alloc();
  return handle;
}

bool bounded(const ASN1_INTEGER* iterations) {
  const long count = iterations == nullptr ? 1 : ASN1_INTEGER_get(iterations);
  return count >= 1 && count <= kMaxPkcs12Iterations;
}

/// Passwords that take minutes to try, and derivations that take gigabytes (scrypt), are somebody's joke on us.
bool bounded(const X509_ALGOR* scheme) {
  const ASN1_OBJECT* oid = nullptr;
  int kind = 0;
  const void* parameters = nullptr;
  X509_ALGOR_get0(&oid, &kind, &parameters, scheme);
  if (kind != V_ASN1_SEQUENCE) return false;
  if (OBJ_obj2nid(oid) != NID_pbes2) {
    const PbePtr pbe(static_cast<PBEPARAM*>(ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBEPARAM), scheme->parameter)));
    return pbe && bounded(pbe->iter);
  }
  const Pbe2Ptr pbes2(static_cast<PBE2PARAM*>(ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBE2PARAM), scheme->parameter)));
  if (!pbes2 || OBJ_obj2nid(pbes2->keyfunc->algorithm) != NID_id_pbkdf2) return false;
  const Pbkdf2Ptr derivation(
      static_cast<PBKDF2PARAM*>(ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM), pbes2->keyfunc->parameter)));
  return derivation && bounded(derivation->iter);
}

std::string der_of(const PKCS8_PRIV_KEY_INFO* key) {
  unsigned char* bytes = nullptr;
  const int size = i2d_PKCS8_PRIV_KEY_INFO(key, &bytes);
  if (size < 0) return "";
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_clear_free(bytes, static_cast<std::size_t>(size));
  return der;
}

std::string der_of(const X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  if (size < 0) return "";
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

/// What the bags hold, before anybody looks whether it fits together.
struct Contents {
  std::vector<std::string> keys, certificates;  // DER

  ~Contents() {
    for (std::string& key : keys) OPENSSL_cleanse(key.data(), key.size());
  }
};

struct Password {
  const char* text;
  int size;
};

std::optional<Fault> open_bag(const PKCS12_SAFEBAG* bag, Password password, Contents& contents) {
  switch (PKCS12_SAFEBAG_get_nid(bag)) {
    case NID_keyBag:
      contents.keys.push_back(der_of(PKCS12_SAFEBAG_get0_p8inf(bag)));
      return std::nullopt;
    case NID_pkcs8ShroudedKeyBag: {
      const X509_ALGOR* scheme = nullptr;
      X509_SIG_get0(PKCS12_SAFEBAG_get0_pkcs8(bag), &scheme, nullptr);
      if (!bounded(scheme)) return Fault{Reason::malformed, "the key's password scheme is not taken"};
      const KeyInfoPtr key(PKCS12_decrypt_skey(bag, password.text, password.size));
      if (!key) return Fault{Reason::wrong_person, "the password does not open the key"};
      contents.keys.push_back(der_of(key.get()));
      return std::nullopt;
    }
    case NID_certBag: {
      const X509Ptr certificate(PKCS12_SAFEBAG_get1_cert(bag));
      if (certificate) contents.certificates.push_back(der_of(certificate.get()));
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

/// The bags of one safe, decrypted where it is encrypted.
Checked<BagsPtr> bags_of(PKCS7* safe, Password password) {
  if (PKCS7_type_is_data(safe)) {
    BagsPtr bags(PKCS12_unpack_p7data(safe));
    if (!bags) return fault(Reason::malformed, "a safe that cannot be read");
    return bags;
  }
  if (!PKCS7_type_is_encrypted(safe) || safe->d.encrypted == nullptr || safe->d.encrypted->enc_data == nullptr) {
    return fault(Reason::malformed, "a safe that is neither plain nor encrypted with a password");
  }
  if (!bounded(safe->d.encrypted->enc_data->algorithm))
    return fault(Reason::malformed, "the safe's password scheme is not taken");
  BagsPtr bags(PKCS12_unpack_p7encdata(safe, password.text, password.size));
  if (!bags) return fault(Reason::wrong_person, "the password does not open the certificates");
  return bags;
}

std::optional<Fault> open_all(std::string_view bytes, std::string_view password_text, Contents& contents) {
  const LegacyScope legacy;
  const auto* position = reinterpret_cast<const unsigned char*>(bytes.data());
  const Pkcs12Ptr file(d2i_PKCS12(nullptr, &position, static_cast<long>(bytes.size())));
  if (!file || position != reinterpret_cast<const unsigned char*>(bytes.data() + bytes.size())) {
    return Fault{Reason::malformed, "not a PKCS#12 file"};
  }
  const std::string terminated(password_text);
  const Password password{terminated.c_str(), static_cast<int>(terminated.size())};
  if (PKCS12_mac_present(file.get()) != 1) return Fault{Reason::malformed, "a key file without MAC"};
  const ASN1_INTEGER* iterations = nullptr;
  PKCS12_get0_mac(nullptr, nullptr, nullptr, &iterations, file.get());
  if (!bounded(iterations)) return Fault{Reason::malformed, "too many iterations of the MAC"};
  if (PKCS12_verify_mac(file.get(), password.text, password.size) != 1) {
    return Fault{Reason::wrong_person, "the password does not fit, or the file is damaged"};
  }
  const SafesPtr safes(PKCS12_unpack_authsafes(file.get()));
  if (!safes || sk_PKCS7_num(safes.get()) > kMaxPkcs12Parts) return Fault{Reason::malformed, "no safes, or too many"};
  for (int i = 0; i < sk_PKCS7_num(safes.get()); ++i) {
    const auto bags = bags_of(sk_PKCS7_value(safes.get(), i), password);
    if (!bags) return bags.error();
    if (sk_PKCS12_SAFEBAG_num(bags->get()) > kMaxPkcs12Parts) return Fault{Reason::malformed, "too many bags"};
    for (int j = 0; j < sk_PKCS12_SAFEBAG_num(bags->get()); ++j) {
      if (auto fault = open_bag(sk_PKCS12_SAFEBAG_value(bags->get(), j), password, contents)) return fault;
    }
  }
  return std::nullopt;
}

// --- writing ------------------------------------------------------------------------------------------------------

/// How key stores know which certificate belongs to the key.
void label(PKCS12_SAFEBAG* bag, const Certificate& certificate) {
  std::string id = crypto::hash(crypto::Digest::sha1, certificate.der);
  const std::string alias = certificate.serial_hex();
  PKCS12_add_localkeyid(bag, reinterpret_cast<unsigned char*>(id.data()), static_cast<int>(id.size()));
  PKCS12_add_friendlyname_utf8(bag, alias.c_str(), static_cast<int>(alias.size()));
}

BagsPtr one_bag(PKCS12_SAFEBAG* bag, const Certificate& certificate) {
  label(made(bag), certificate);
  BagsPtr bags(made(sk_PKCS12_SAFEBAG_new_null()));
  sk_PKCS12_SAFEBAG_push(bags.get(), bag);
  return bags;
}

PKCS12_SAFEBAG* key_bag(const crypto::PrivateKey& key, Password password) {
  std::string pkcs8 = key.pkcs8();
  const auto* position = reinterpret_cast<const unsigned char*>(pkcs8.data());
  const KeyInfoPtr info(made(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &position, static_cast<long>(pkcs8.size()))));
  OPENSSL_cleanse(pkcs8.data(), pkcs8.size());
  std::string salt = base::random_bytes(kSaltBytes);
  return PKCS12_SAFEBAG_create_pkcs8_encrypt(NID_pbe_WithSHA1And3_Key_TripleDES_CBC, password.text, password.size,
                                             reinterpret_cast<unsigned char*>(salt.data()), kSaltBytes, kIterations,
                                             info.get());
}

PKCS12_SAFEBAG* certificate_bag(const Certificate& certificate) {
  const auto* position = reinterpret_cast<const unsigned char*>(certificate.der.data());
  const X509Ptr x509(made(d2i_X509(nullptr, &position, static_cast<long>(certificate.der.size()))));
  return PKCS12_SAFEBAG_create_cert(x509.get());
}

}  // namespace

Checked<Identity> read_pkcs12(std::string_view bytes, std::string_view password) {
  if (bytes.size() > kMaxPkcs12Bytes) return fault(Reason::malformed, "too large for a key file");
  if (password.size() > kMaxPassword || password.find('\0') != std::string_view::npos) {
    return fault(Reason::wrong_person, "no password of a key file");
  }
  Contents contents;
  if (auto fault = open_all(bytes, password, contents)) return tl::unexpected<Fault>(*std::move(fault));
  if (contents.keys.size() != 1) {
    return fault(Reason::malformed, fmt::format("{} keys where one was expected", contents.keys.size()));
  }
  const auto key = crypto::PrivateKey::read(contents.keys.front());
  if (!key || key->kind() == crypto::KeyKind::gost2004) {
    return fault(Reason::weak_algorithm, "a key of a kind that no longer signs");
  }
  const auto half = crypto::PublicKey::read(key->spki());
  std::vector<Fault> causes;
  for (const std::string& der : contents.certificates) {
    auto certificate = Certificate::read(der);
    if (!certificate) {
      causes.push_back(certificate.error());
    } else if (half && (*certificate)->key == *half) {
      return Identity{*key, *std::move(certificate)};
    }
  }
  return fault(Reason::bad_certificate, "no certificate of this key", std::move(causes));
}

std::string write_pkcs12(const Identity& identity, std::string_view password_text) {
  const LegacyScope legacy;
  const std::string terminated(password_text);
  const Password password{terminated.c_str(), static_cast<int>(terminated.size())};
  const BagsPtr keys = one_bag(key_bag(identity.key, password), *identity.certificate);
  const BagsPtr certificates = one_bag(certificate_bag(*identity.certificate), *identity.certificate);
  const SafesPtr safes(made(sk_PKCS7_new_null()));
  sk_PKCS7_push(safes.get(), made(PKCS12_pack_p7data(keys.get())));
  sk_PKCS7_push(safes.get(), made(PKCS12_pack_p7encdata(NID_pbe_WithSHA1And40BitRC2_CBC, password.text, password.size,
                                                        nullptr, kSaltBytes, kIterations, certificates.get())));
  const Pkcs12Ptr file(made(PKCS12_init(NID_pkcs7_data)));
  unsigned char* bytes = nullptr;
  if (PKCS12_pack_authsafes(file.get(), safes.get()) != 1 ||
      PKCS12_set_mac(file.get(), password.text, password.size, nullptr, kSaltBytes, kIterations, EVP_sha1()) != 1) {
    throw std::runtime_error("a key file could not be made");
  }
  const int size = i2d_PKCS12(file.get(), &bytes);
  if (size < 0) throw std::runtime_error("a key file could not be written");
  std::string der(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return der;
}

}  // namespace mekenjai::edge::eds::make
