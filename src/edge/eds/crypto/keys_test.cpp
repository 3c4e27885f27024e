// Keys and signatures: real certificates and keys, published examples, and everything that is refused.
#include "edge/eds/crypto/keys.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <thread>

#include "base/bytes.hpp"
#include "edge/eds/asn1/der.hpp"
#include "edge/eds/asn1/oids.hpp"
#include "edge/eds/crypto/ec_curve.hpp"
#include "edge/eds/crypto/spki.hpp"
#include "edge/eds/shared_samples.hpp"

namespace mekenjai::edge::eds::crypto {
namespace {

using base::from_hex;

std::string bytes(std::string_view hex) { return *from_hex(hex); }
std::string reversed(std::string_view octets) { return std::string(octets.rbegin(), octets.rend()); }

// --- real certificates ----------------------------------------------------------------------------------------------

/// What signature verification needs of a certificate.
struct Pieces {
  std::string signed_part, algorithm_oid, signature, issuer, subject, spki;
};

std::optional<Pieces> split(const std::string& certificate) {
  der::Reader outside(certificate);
  auto inside = outside.enter(der::kSequence);
  if (!inside) return std::nullopt;
  const auto tbs = inside->take(der::kSequence), algorithm = inside->take(der::kSequence),
             signature = inside->take(der::kBitString);
  if (!tbs || !algorithm || !signature) return std::nullopt;
  der::Reader fields = inside->inside(*tbs);
  fields.take(der::context(0));  // version
  fields.take();                 // serial number
  fields.take();                 // signature
  const auto issuer = fields.take();
  fields.take();  // validity
  const auto subject = fields.take(), spki = fields.take();
  const auto oid = inside->inside(*algorithm).take(der::kOid);
  if (!issuer || !subject || !spki || !oid) return std::nullopt;
  return Pieces{std::string(tbs->whole),    std::string(oid->content),   std::string(*der::bit_string(*signature)),
                std::string(issuer->whole), std::string(subject->whole), std::string(spki->whole)};
}

std::string without_armour(const std::string& file) {
  if (!file.starts_with("-----BEGIN")) return file;
  const std::size_t begin = file.find('\n') + 1;
  std::string text = file.substr(begin, file.find("-----END") - begin);
  std::erase_if(text, [](char c) { return c == '\n' || c == '\r'; });
  std::string der(text.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(der.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  der.resize(static_cast<std::size_t>(size) - static_cast<std::size_t>(std::count(text.begin(), text.end(), '=')));
  return der;
}

bool signed_by(const Pieces& certificate, const PublicKey& key) {
  const auto algorithm = algorithm_of_oid(certificate.algorithm_oid);
  return algorithm &&
         key.verify(*algorithm, hash(digest_of(*algorithm), certificate.signed_part), certificate.signature);
}

TEST(RealCertificates, EveryAuthorityIsSignedByItsIssuer) {
  std::vector<Pieces> all;
  for (const char* folder : {"pki/ca/prod", "pki/ca/test", "pki/ca/derived"}) {
    for (const std::string& name : shared_files(folder)) {
      const auto pieces = split(without_armour(*shared_file(name)));
      ASSERT_TRUE(pieces) << name;
      ASSERT_TRUE(PublicKey::read(pieces->spki)) << name;
      all.push_back(*pieces);
    }
  }
  if (all.empty()) GTEST_SKIP() << kNoSharedSamples;
  for (const Pieces& certificate : all) {
    const bool holds = std::any_of(all.begin(), all.end(), [&](const Pieces& issuer) {
      return issuer.subject == certificate.issuer && signed_by(certificate, *PublicKey::read(issuer.spki));
    });
    EXPECT_TRUE(holds) << base::to_hex(certificate.subject);
  }
}

// --- real private keys ----------------------------------------------------------------------------------------------

struct FreePkcs12 {
  void operator()(PKCS12* store) const { PKCS12_free(store); }
  void operator()(STACK_OF(PKCS7) * safes) const { sk_PKCS7_pop_free(safes, PKCS7_free); }
  void operator()(STACK_OF(PKCS12_SAFEBAG) * bags) const { sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free); }
  void operator()(PKCS8_PRIV_KEY_INFO* info) const { PKCS8_PRIV_KEY_INFO_free(info); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};
template <class Kind>
using Owned = std::unique_ptr<Kind, FreePkcs12>;

template <class Write, class Kind>
std::string der_of(Write write, Kind* object) {
  unsigned char* out = nullptr;
  const int size = write(object, &out);
  std::string bytes(reinterpret_cast<char*>(out), static_cast<std::size_t>(size));
  OPENSSL_free(out);
  return bytes;
}

/// What a test key's file holds, opened by OpenSSL with the algorithms of the last century.
struct KeyFile {
  std::string pkcs8, certificate;
};

std::optional<KeyFile> open_key_file(const std::string& file, const char* password) {
  static OSSL_PROVIDER* const legacy = OSSL_PROVIDER_load(nullptr, "legacy");
  static OSSL_PROVIDER* const usual = OSSL_PROVIDER_load(nullptr, "default");
  if (legacy == nullptr || usual == nullptr) return std::nullopt;
  const auto* at = reinterpret_cast<const unsigned char*>(file.data());
  const Owned<PKCS12> store(d2i_PKCS12(nullptr, &at, static_cast<long>(file.size())));
  if (!store || PKCS12_verify_mac(store.get(), password, -1) != 1) return std::nullopt;
  const Owned<STACK_OF(PKCS7)> safes(PKCS12_unpack_authsafes(store.get()));
  KeyFile opened;
  for (int i = 0; i < sk_PKCS7_num(safes.get()); ++i) {
    PKCS7* safe = sk_PKCS7_value(safes.get(), i);
    const Owned<STACK_OF(PKCS12_SAFEBAG)> bags(PKCS7_type_is_data(safe) ? PKCS12_unpack_p7data(safe)
                                                                        : PKCS12_unpack_p7encdata(safe, password, -1));
    for (int k = 0; k < sk_PKCS12_SAFEBAG_num(bags.get()); ++k) {
      const PKCS12_SAFEBAG* bag = sk_PKCS12_SAFEBAG_value(bags.get(), k);
      if (PKCS12_SAFEBAG_get_nid(bag) == NID_pkcs8ShroudedKeyBag) {
        const Owned<PKCS8_PRIV_KEY_INFO> info(PKCS12_decrypt_skey(bag, password, -1));
        if (info) opened.pkcs8 = der_of(i2d_PKCS8_PRIV_KEY_INFO, info.get());
      } else if (const Owned<X509> certificate(PKCS12_SAFEBAG_get1_cert(bag));
                 certificate && opened.certificate.empty()) {
        opened.certificate = der_of(i2d_X509, certificate.get());
      }
    }
  }
  if (opened.pkcs8.empty() || opened.certificate.empty()) return std::nullopt;
  return opened;
}

Algorithm algorithm_of(KeyKind kind) {
  return kind == KeyKind::rsa        ? Algorithm::rsa_sha256
         : kind == KeyKind::gost2015 ? Algorithm::gost2015
                                     : Algorithm::gost2004;
}

TEST(RealKeys, FitTheirCertificatesAndSign) {
  const auto names = shared_files("pki/given/p12");
  if (names.empty()) GTEST_SKIP() << kNoSharedSamples;
  std::map<KeyKind, int> read;
  for (const std::string& name : names) {
    const std::string file = *shared_file(name);
    auto opened = open_key_file(file, "Qwerty12");
    if (!opened) opened = open_key_file(file, "Aa123456");
    if (!opened && name.ends_with(".p12")) ADD_FAILURE() << name << " could not be opened";
    if (!opened) continue;
    const auto secret = PrivateKey::read(opened->pkcs8);
    if (name.find("gost2004old") != std::string::npos && !secret)
      continue;  // an identifier from before the arc of Kazakhstan
    ASSERT_TRUE(secret) << name;
    const auto pieces = split(opened->certificate);
    ASSERT_TRUE(pieces) << name;
    EXPECT_EQ(secret->spki(), pieces->spki) << name;
    EXPECT_EQ(PrivateKey::read(secret->pkcs8())->spki(), pieces->spki) << name;
    const Algorithm algorithm = algorithm_of(secret->kind());
    const std::string digest = hash(digest_of(algorithm), name);
    const auto key = PublicKey::read(pieces->spki);
    ASSERT_TRUE(key) << name;
    EXPECT_TRUE(key->verify(algorithm, digest, secret->sign(algorithm, digest))) << name;
    ++read[secret->kind()];
  }
  EXPECT_GT(read[KeyKind::gost2015], 0);
  EXPECT_GT(read[KeyKind::gost2004], 0);
  EXPECT_GT(read[KeyKind::rsa], 0);
}

// --- published examples ---------------------------------------------------------------------------------------------

std::string little_endian(std::string_view hex) { return reversed(bytes(hex)); }

/// RFC 7091, 7.2: another curve than ours, and so a check of the mathematics that ours is checked against.
TEST(Rfc7091, Example512) {
  const EcCurve curve({
      .p = "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15D"
           "F1D852741AF4704A0458047E80E4546D35B8336FAC224DD81664BBF528BE6373",
      .a = "7",
      .b = "1CFF0806A31116DA29D8CFA54E57EB748BC5F377E49400FDD788B649ECA1AC43"
           "61834013B2AD7322480A89CA58E0CF74BC9E540C2ADD6897FAD0A3084F302ADC",
      .q = "4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15D"
           "A82F2D7ECB1DBAC719905C5EECC423F1D86E25EDBE23C595D644AAF187E6E6DF",
      .x = "24D19CC64572EE30F396BF6EBBFD7A6C5213B3B3D7057CC825F91093A68CD762"
           "FD60611262CD838DC6B60AA7EEE804E28BC849977FAC33B4B530F1B120248A9A",
      .y = "2BB312A43BD2CE6E0D020613C857ACDDCFBF061E91E5F2C3F32447C259F39B2C"
           "83AB156D77F1496BF7EB3351E1EE4E43DC1A18B91B24640B6DBB92CB1ADD371E",
  });
  const std::string d = little_endian(
      "0ba6048aadae241ba40936d47756d7c93091a0e8514669700ee7508e508b1020"
      "72e8123b2200a0563322dad2827e2714a2636b7bfd18aadfc62967821fa18dd4");
  const std::string e = little_endian(
      "3754f3cfacc9e0615c4f4a7c4d8dab531b09b6f9c170c533a71d147035b0c591"
      "7184ee536593f4414339976c647c5d5a407adedb1d560c4fc6777d2972075b8c");
  const std::string k = little_endian(
      "0359e7f4b1410feacc570456c6801496946312120b39d019d455986e364f3658"
      "86748ed7a44b3e794434006011842286212273a6d14cf70ea3af71bb1ae679f1");
  const EcPoint q{little_endian("115dc5bc96760c7b48598d8ab9e740d4c4a85a65be33c1815b5c320c854621dd"
                                "5a515856d13314af69bc5b924c8b4ddff75c45415c1d9dd9dd33612cd530efe1"),
                  little_endian("37c7c90cd40b0f5621dc3ac1b751cfa0e2634fa0503b3d52639f5d7fb72afd61"
                                "ea199441d943ffe7f0c70a2759a3cdb84c114e1f9339fdf27f35eca93677beec")};
  const std::string r = little_endian(
      "2f86fa60a081091a23dd795e1e3c689ee512a3c82ee0dcc2643c78eea8fcacd3"
      "5492558486b20f1c9ec197c90699850260c93bcbcd9c5c3317e19344e173ae36");
  const std::string s = little_endian(
      "1081b394696ffe8e6585e7a9362d26b6325f56778aadbc081c0bfbe933d52ff5"
      "823ce288e8c4f362526080df7f70ce406a6eeb1f56919cb92a9853bde73e5b4a");
  EXPECT_EQ(curve.multiply_base(d)->x, q.x);
  EXPECT_EQ(curve.multiply_base(d)->y, q.y);
  EXPECT_EQ(curve.sign(d, e, k), r + s);
  EXPECT_TRUE(curve.verify(q, e, r + s));
  EXPECT_FALSE(curve.verify(q, e, s + r));
}

/// RFC 7836, appendix B, has two keys on our curve, with d and x || y little-endian: so НУЦ РК writes them too.
TEST(Rfc7836, KeysOfParameterSetA) {
  const std::pair<const char*, const char*> keys[] = {
      {"c990ecd972fce84ec4db022778f50fcac726f46708384b8d458304962d7147f8c2db41cef22c90b102f2968404f9b9be6d47c79692d8182"
       "6b32b8daca43cb667",
       "aab0eda4abff21208d18799fb9a8556654ba783070eba10cb9abb253ec56dcf5d3ccba6192e464e6e5bcb6dea137792f2431f6c897eb1b3"
       "c0cc14327b1adc0a7"
       "914613a3074e363aedb204d38d3563971bd8758e878c9db11403721b48002d38461f92472d40ea92f9958c0ffa4c93756401b97f89fdbe0"
       "b5e46e4a4631cdb5a"},
      {"48c859f7b6f11585887cc05ec6ef1390cfea739b1a18c0d4662293ef63b79e3b8014070b44918590b4b996acfea4edfbbbcccc8c06edd8b"
       "f5bda92a51392d0db",
       "192fe183b9713a077253c72c8735de2ea42a3dbc66ea317838b65fa32523cd5efca974eda7c863f4954d1147f1f2b25c395fce1c129175e"
       "876d132e94ed5a651"
       "04883b414c9b592ec4dc84826f07d0b6d9006dda176ce48c391e3f97d102e03bb598bf132a228a45f7201aba08fc524a2d77e43a362ab02"
       "2ad4028f75bde3b79"}};
  for (const auto& [secret, open] : keys) {
    const std::string pkcs8 = der::sequence({der::integer(0), algorithm_identifier(KeyKind::gost2015),
                                             der::octet_string(der::octet_string(bytes(secret)))});
    const auto key = PrivateKey::read(pkcs8);
    ASSERT_TRUE(key);
    EXPECT_EQ(key->pkcs8(), pkcs8);
    EXPECT_EQ(PublicKey::read(key->spki())->bits_content(), der::octet_string(bytes(open)));
  }
}

// --- making and verifying -------------------------------------------------------------------------------------------

struct Made {
  PrivateKey secret;
  PublicKey key;
};

Made made(PrivateKey secret) {
  auto key = PublicKey::read(secret.spki());
  EXPECT_TRUE(key);
  return {std::move(secret), *key};
}

Made gost(std::string_view seed) { return made(PrivateKey::gost_from_seed(seed)); }

std::string digest_of_text(std::string_view text) { return hash(Digest::streebog512, text); }

TEST(Keys, WhatIsSignedHoldsForThatDigestAndKeyOnly) {
  const std::string digest = digest_of_text("application"), other = digest_of_text("another");
  const Made alice = made(PrivateKey::generate(KeyKind::gost2015)), bob = made(PrivateKey::generate(KeyKind::gost2015));
  const std::string signature = alice.secret.sign(Algorithm::gost2015, digest);
  for (int prepared = 0; prepared < 2; ++prepared) {
    EXPECT_TRUE(alice.key.verify(Algorithm::gost2015, digest, signature));
    EXPECT_FALSE(alice.key.verify(Algorithm::gost2015, other, signature));
    EXPECT_FALSE(bob.key.verify(Algorithm::gost2015, digest, signature));
    EXPECT_FALSE(alice.key.verify(Algorithm::rsa_sha256, hash(Digest::sha256, "application"), signature));
    EXPECT_FALSE(alice.key.verify(Algorithm::gost2004, hash(Digest::gost34311, "application"), signature.substr(64)));
    alice.key.prepare();
    bob.key.prepare();
  }
  EXPECT_FALSE(alice.key == bob.key);
  EXPECT_TRUE(alice.key == *PublicKey::read(alice.secret.spki()));
  EXPECT_EQ(alice.key.kind(), KeyKind::gost2015);
  EXPECT_EQ(name_of(alice.key.kind(), alice.key.bits()), "GOST-2015-512");
}

TEST(Keys, ASeedGivesAlwaysTheSameKey) {
  const std::string seed(64, '\x5a');
  EXPECT_EQ(PrivateKey::gost_from_seed(seed).pkcs8(), PrivateKey::gost_from_seed(seed).pkcs8());
  EXPECT_NE(PrivateKey::gost_from_seed(seed).pkcs8(), PrivateKey::gost_from_seed(seed + "x").pkcs8());
  const std::string zero(64, '\0'), ones(64, '\xff');  // outside 1..q-1, and still keys
  EXPECT_TRUE(PublicKey::read(PrivateKey::gost_from_seed(zero).spki()));
  EXPECT_TRUE(PublicKey::read(PrivateKey::gost_from_seed(ones).spki()));
}

TEST(Keys, EveryChangedBitOfASignatureIsSeen) {
  const Made alice = gost("alice");
  const std::string digest = digest_of_text("application"), signature = alice.secret.sign(Algorithm::gost2015, digest);
  alice.key.prepare();
  for (std::size_t bit = 0; bit < 8 * signature.size(); ++bit) {
    std::string changed = signature;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
    EXPECT_FALSE(alice.key.verify(Algorithm::gost2015, digest, changed)) << bit;
  }
}

TEST(Keys, OwnArithmeticAndOpenSslGiveTheSameVerdict) {
  for (int i = 0; i < 40; ++i) {
    const Made maker = gost("maker " + std::to_string(i));
    const std::string content = maker.key.bits_content().substr(3);  // behind the header of the OCTET STRING
    const EcPoint point{content.substr(0, 64), content.substr(64)};
    const std::string digest = digest_of_text(std::to_string(i));
    std::string signature = maker.secret.sign(Algorithm::gost2015, digest);
    if (i % 4 == 3) signature[static_cast<std::size_t>(i)] ^= 1;
    const bool verdict = EcCurve::gost2015().verify(point, digest, signature);
    EXPECT_EQ(verdict, i % 4 != 3);
    EXPECT_EQ(maker.key.verify(Algorithm::gost2015, digest, signature), verdict);
    if (i % 8 != 0) continue;
    maker.key.prepare();
    EXPECT_EQ(maker.key.verify(Algorithm::gost2015, digest, signature), verdict);
  }
}

TEST(Keys, ADigestOfZeroAndOnesIsSignedToo) {
  const Made alice = gost("alice");
  const std::string order = little_endian(
      "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
      "27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275");
  for (const std::string& digest :
       {std::string(64, '\0'), std::string(64, '\xff'), order}) {  // 0 modulo q stands for 1
    EXPECT_TRUE(alice.key.verify(Algorithm::gost2015, digest, alice.secret.sign(Algorithm::gost2015, digest)));
  }
}

TEST(Keys, AreSharedByThreadsWhileTheirTablesAreMade) {
  const Made authority = gost("authority");
  const std::string digest = digest_of_text("certificate"),
                    signature = authority.secret.sign(Algorithm::gost2015, digest);
  std::atomic<int> held{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, key = authority.key] {
      for (int n = 0; n < 20; ++n) {
        if (n == 5) key.prepare();
        held += key.verify(Algorithm::gost2015, digest, signature) ? 1 : 0;
      }
    });
  }
  threads.clear();
  EXPECT_EQ(held, 80);
}

// --- what is refused ------------------------------------------------------------------------------------------------

TEST(Refused, SignaturesInAnotherForm) {
  const Made alice = gost("alice");
  const std::string digest = digest_of_text("application"), signature = alice.secret.sign(Algorithm::gost2015, digest);
  const std::string r = signature.substr(0, 64), s = signature.substr(64), zero(64, '\0'), ones(64, '\xff');
  const std::string order = little_endian(
      "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
      "27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275");
  const auto holds = [&](const std::string& form) { return alice.key.verify(Algorithm::gost2015, digest, form); };
  ASSERT_TRUE(holds(signature));
  EXPECT_FALSE(holds(reversed(signature))) << "the Russian order: s || r, big-endian";
  EXPECT_FALSE(holds(reversed(r) + reversed(s)));
  EXPECT_FALSE(holds(s + r));
  EXPECT_FALSE(holds(zero + s));
  EXPECT_FALSE(holds(r + zero));
  EXPECT_FALSE(holds(zero + zero));
  EXPECT_FALSE(holds(order + s));
  EXPECT_FALSE(holds(r + order));
  EXPECT_FALSE(holds(ones + ones));
  EXPECT_FALSE(holds(signature + std::string(1, '\0'))) << "129 octets";
  EXPECT_FALSE(holds(signature.substr(0, 127)));
  EXPECT_FALSE(holds(""));
  EXPECT_FALSE(alice.key.verify(Algorithm::gost2015, digest.substr(0, 63), signature));
  EXPECT_FALSE(alice.key.verify(Algorithm::gost2015, "", signature));
}

std::string gost_spki(std::string_view key_oid, std::string_view parameters, std::string_view digest,
                      const std::string& octets) {
  const std::string inner = der::sequence({der::oid(parameters), der::oid(digest)});
  return der::sequence({der::sequence({der::oid(key_oid), inner}), der::bit_string(der::octet_string(octets))});
}

TEST(Refused, KeysInAnotherForm) {
  const std::string octets = gost("alice").key.bits_content().substr(3);
  const std::string x = octets.substr(0, 64), y = octets.substr(64);
  const auto spki = [&](const std::string& point) {
    return gost_spki(oids::kGost2015Key512, oids::kGost2015Params512, oids::kStreebog512, point);
  };
  ASSERT_TRUE(PublicKey::read(spki(octets)));
  EXPECT_FALSE(PublicKey::read(spki(y + x))) << "off the curve";
  EXPECT_FALSE(PublicKey::read(spki(reversed(x) + reversed(y)))) << "big-endian";
  EXPECT_FALSE(PublicKey::read(spki(x + std::string(64, '\0'))));
  EXPECT_FALSE(PublicKey::read(spki(std::string(128, '\0'))));
  EXPECT_FALSE(PublicKey::read(spki(octets + "x")));
  EXPECT_FALSE(PublicKey::read(spki(octets.substr(1))));
  EXPECT_FALSE(PublicKey::read(spki("")));

  const std::string_view russian = "\x2a\x85\x03\x07\x01\x02\x01\x02\x01";  // 1.2.643.7.1.2.1.2.1
  EXPECT_FALSE(PublicKey::read(gost_spki(oids::kGost2015Key512, russian, oids::kStreebog512, octets)));
  EXPECT_FALSE(PublicKey::read(gost_spki(oids::kGost2015Key512, oids::kGost2004Params, oids::kStreebog512, octets)));
  EXPECT_FALSE(PublicKey::read(gost_spki(oids::kGost2015Key512, oids::kGost2015Params512, oids::kSha256, octets)));
  EXPECT_FALSE(
      PublicKey::read(gost_spki(oids::kGost2004Key, oids::kGost2004Params, oids::kGost34311HashParams, octets)));
  EXPECT_FALSE(PublicKey::read(spki(octets) + std::string(1, '\0'))) << "an octet behind the key";
  EXPECT_FALSE(PublicKey::read(""));
  const std::string bare = der::sequence({algorithm_identifier(KeyKind::gost2015), der::bit_string(octets)});
  EXPECT_FALSE(PublicKey::read(bare)) << "no OCTET STRING around the point";
  const std::string odd =
      der::sequence({algorithm_identifier(KeyKind::gost2015), der::bit_string(der::octet_string(octets), 1)});
  EXPECT_FALSE(PublicKey::read(odd)) << "seven bits in the last octet";
}

/// The point (3, y) of our curve is the base point; with x = 3 + p it would be the same point written otherwise.
TEST(Refused, CoordinatesNotBelowP) {
  std::string x(64, '\xff');  // p + x for a small x: 2^512 - 569 + 3
  x[0] = '\xca';
  x[1] = '\xfd';
  const std::string y = little_endian(
      "7503CFE87A836AE3A61B8816E25450E6CE5E1C93ACF1ABC1778064FDCBEFA921"
      "DF1626BE4FD036E93D75E6A50E3A41E98028FE5FC235F5B889A589CB5215F2A4");
  std::string three(64, '\0');
  three[0] = 3;
  ASSERT_TRUE(
      PublicKey::read(gost_spki(oids::kGost2015Key512, oids::kGost2015Params512, oids::kStreebog512, three + y)));
  EXPECT_FALSE(PublicKey::read(gost_spki(oids::kGost2015Key512, oids::kGost2015Params512, oids::kStreebog512, x + y)));
}

TEST(Refused, EveryTruncatedOrChangedKeyIsRefusedOrAKey) {  // and none makes the reader read beyond it
  const std::string spki = gost("alice").secret.spki();
  for (std::size_t size = 0; size < spki.size(); ++size)
    EXPECT_FALSE(PublicKey::read(std::string_view(spki).substr(0, size)));
  for (std::size_t i = 0; i < spki.size(); ++i) {
    std::string changed = spki;
    changed[i] = static_cast<char>(changed[i] ^ 0x40);
    EXPECT_FALSE(PublicKey::read(changed)) << i;
  }
}

TEST(Refused, PrivateKeysOutsideTheirRange) {
  const auto pkcs8 = [](const std::string& number) {
    return der::sequence(
        {der::integer(0), algorithm_identifier(KeyKind::gost2015), der::octet_string(der::octet_string(number))});
  };
  EXPECT_FALSE(PrivateKey::read(pkcs8(std::string(64, '\0'))));
  EXPECT_FALSE(PrivateKey::read(pkcs8(std::string(64, '\xff'))));
  EXPECT_FALSE(PrivateKey::read(pkcs8(std::string(63, '\x01'))));
  EXPECT_FALSE(PrivateKey::read("not a key"));
  EXPECT_THROW(PrivateKey::generate(KeyKind::gost2004), std::invalid_argument);
  EXPECT_THROW(PrivateKey::generate(KeyKind::rsa, 1024), std::invalid_argument);
  EXPECT_THROW(gost("alice").secret.sign(Algorithm::rsa_sha256, hash(Digest::sha256, "")), std::invalid_argument);
}

// --- RSA and the archive --------------------------------------------------------------------------------------------

TEST(Rsa, SignsWithTheDigestOfTheAlgorithm) {
  const Made alice = made(PrivateKey::generate(KeyKind::rsa));
  EXPECT_EQ(name_of(alice.key.kind(), alice.key.bits()), "RSA-2048");
  const std::string digest = hash(Digest::sha256, "application"), old_digest = hash(Digest::sha1, "application");
  const std::string signature = alice.secret.sign(Algorithm::rsa_sha256, digest);
  const std::string old_signature = alice.secret.sign(Algorithm::rsa_sha1, old_digest);
  for (int i = 0; i < 2; ++i) {  // a wrong one leaves nothing behind for the next
    EXPECT_TRUE(alice.key.verify(Algorithm::rsa_sha256, digest, signature));
    EXPECT_TRUE(alice.key.verify(Algorithm::rsa_sha1, old_digest, old_signature));
    EXPECT_FALSE(alice.key.verify(Algorithm::rsa_sha256, hash(Digest::sha256, "another"), signature));
    EXPECT_FALSE(alice.key.verify(Algorithm::rsa_sha1, old_digest, signature));
    EXPECT_FALSE(alice.key.verify(Algorithm::rsa_sha256, digest, signature.substr(1)));
    EXPECT_FALSE(alice.key.verify(Algorithm::rsa_sha256, digest, ""));
    EXPECT_FALSE(alice.key.verify(Algorithm::rsa_sha256, digest, signature + "x"));
  }
  const auto read = PrivateKey::read(alice.secret.pkcs8());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->spki(), alice.secret.spki());
}

std::string rsa_spki(const std::string& modulus, const std::string& exponent) {
  const std::string key = der::sequence({der::unsigned_integer(modulus), der::unsigned_integer(exponent)});
  return der::sequence({algorithm_identifier(KeyKind::rsa), der::bit_string(key)});
}

TEST(Rsa, WeakAndOverlongKeysAreRefused) {
  const auto modulus = [](std::size_t octets) { return std::string(octets, '\xc1'); };  // odd, with its highest bit set
  const std::string usual = bytes("010001");
  EXPECT_TRUE(PublicKey::read(rsa_spki(modulus(256), usual)));
  EXPECT_TRUE(PublicKey::read(rsa_spki(modulus(1024), usual)));
  EXPECT_FALSE(PublicKey::read(rsa_spki(modulus(128), usual))) << "RSA-1024";
  EXPECT_FALSE(PublicKey::read(rsa_spki("\x7f" + modulus(255), usual))) << "2047 bits";
  EXPECT_FALSE(PublicKey::read(rsa_spki(modulus(1025), usual)));
  EXPECT_FALSE(PublicKey::read(rsa_spki(modulus(255) + "\xc0", usual))) << "an even modulus";
  EXPECT_FALSE(PublicKey::read(rsa_spki(modulus(256), bytes("03"))));
  EXPECT_FALSE(PublicKey::read(rsa_spki(modulus(256), bytes("01"))));
  EXPECT_FALSE(PublicKey::read(rsa_spki(modulus(256), bytes("010000"))));
  EXPECT_FALSE(PublicKey::read(rsa_spki(modulus(256), bytes("0100000001"))));
  EXPECT_FALSE(PublicKey::read(rsa_spki(modulus(256), "")));
  const std::string without_null =
      der::sequence({der::sequence({der::oid(oids::kRsaEncryption)}),
                     der::bit_string(der::sequence({der::unsigned_integer(modulus(256)), der::integer(65537)}))});
  EXPECT_FALSE(PublicKey::read(without_null));
}

TEST(Gost2004, IsVerifiedForTheArchive) {
  const std::string pkcs8 = der::sequence({der::integer(0), algorithm_identifier(KeyKind::gost2004),
                                           der::octet_string(der::unsigned_integer(hash(Digest::gost34311, "key")))});
  const auto secret = PrivateKey::read(pkcs8);
  ASSERT_TRUE(secret);
  EXPECT_EQ(secret->pkcs8(), pkcs8);
  const Made archive = made(*secret);
  const std::string digest = hash(Digest::gost34311, "document"), signature = secret->sign(Algorithm::gost2004, digest);
  EXPECT_EQ(signature.size(), 64u);
  EXPECT_TRUE(archive.key.verify(Algorithm::gost2004, digest, signature));
  EXPECT_FALSE(archive.key.verify(Algorithm::gost2004, hash(Digest::gost34311, "another"), signature));
  EXPECT_FALSE(archive.key.verify(Algorithm::gost2004, digest, reversed(signature)));
  EXPECT_FALSE(archive.key.verify(Algorithm::gost2004, digest, std::string(64, '\0')));
  EXPECT_TRUE(archive_only(Algorithm::gost2004));
}

TEST(Algorithms, AreNamedByTheirOidOrByTheKeysOidAndTheDigest) {
  EXPECT_EQ(algorithm_of_oid(oids::kGost2015Signature512), Algorithm::gost2015);
  EXPECT_EQ(algorithm_of_oid(oids::kGost2015Signature512, Digest::streebog512), Algorithm::gost2015);
  EXPECT_EQ(algorithm_of_oid(oids::kGost2015Signature512, Digest::sha256), std::nullopt) << "the two do not fit";
  EXPECT_EQ(algorithm_of_oid(oids::kGost2015Key512, Digest::streebog512), Algorithm::gost2015);
  EXPECT_EQ(algorithm_of_oid(oids::kGost2015Key512), std::nullopt);
  EXPECT_EQ(algorithm_of_oid(oids::kGost2004Key, Digest::gost34311), Algorithm::gost2004);
  EXPECT_EQ(algorithm_of_oid(oids::kRsaEncryption, Digest::sha256), Algorithm::rsa_sha256);
  EXPECT_EQ(algorithm_of_oid(oids::kRsaEncryption, Digest::sha1), Algorithm::rsa_sha1);
  EXPECT_EQ(algorithm_of_oid(oids::kRsaEncryption, Digest::sha512), std::nullopt);
  EXPECT_EQ(algorithm_of_oid(oids::kSha256WithRsa, Digest::sha1), std::nullopt);
  EXPECT_EQ(algorithm_of_oid(oids::kSha256), std::nullopt);
  for (const Algorithm algorithm :
       {Algorithm::rsa_sha256, Algorithm::rsa_sha1, Algorithm::gost2015, Algorithm::gost2004}) {
    EXPECT_EQ(algorithm_of_oid(oid_of(algorithm)), algorithm);
  }
}

}  // namespace
}  // namespace mekenjai::edge::eds::crypto
