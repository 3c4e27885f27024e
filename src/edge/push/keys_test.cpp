// Keys, tokens and messages: what browsers and push services will check, and what garbled keys get.
#include <gmock/gmock.h>

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <boost/json/parse.hpp>

#include "base/bytes.hpp"
#include "edge/push/message.hpp"
#include "edge/push/vapid.hpp"

namespace mekenjai::edge::push {
namespace {

using base::from_base64url;
using base::to_base64url;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

// RFC 8291, appendix A.
constexpr const char* kReceiverPoint =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
constexpr const char* kReceiverNumber = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
constexpr const char* kReceiverAuth = "BTBZMqHH6r4Tts7J_aSIgg";
constexpr const char* kSenderNumber = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
constexpr const char* kSenderPoint =
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
constexpr const char* kVectorText = "When I grow up, I want to be a watermelon";

// The order of the curve and the number before it (SEC 2, 2.4.2).
const std::string kOrder = *base::from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
const std::string kLargest = *base::from_hex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550");

P256Key vector_sender() { return P256Key::from_base64url(kSenderNumber).value(); }

TEST(P256, KnowsThePointOfANumber) {
  EXPECT_EQ(to_base64url(vector_sender().point()), kSenderPoint);
  EXPECT_EQ(to_base64url(P256Key::from_base64url(kReceiverNumber)->point()), kReceiverPoint);
}

TEST(P256, BothSidesAgreeOnTheSecretOfTheVector) {
  const auto ours = vector_sender().shared_secret(*from_base64url(kReceiverPoint));
  const auto theirs = P256Key::from_base64url(kReceiverNumber)->shared_secret(*from_base64url(kSenderPoint));
  ASSERT_TRUE(ours && theirs);
  EXPECT_EQ(to_base64url(*ours), "kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs");
  EXPECT_EQ(*ours, *theirs);
}

TEST(P256, NumbersOutsideTheCurveAreNoKeys) {
  EXPECT_TRUE(P256Key::from_number(kLargest));
  EXPECT_TRUE(P256Key::from_number(std::string(31, '\0') + '\x01'));
  EXPECT_FALSE(P256Key::from_number(kOrder));
  EXPECT_FALSE(P256Key::from_number(std::string(32, '\0')));
  EXPECT_FALSE(P256Key::from_number(std::string(32, '\xFF')));
  EXPECT_FALSE(P256Key::from_number(std::string(31, '\x01')));
  EXPECT_FALSE(P256Key::from_number(std::string(33, '\x01')));
  EXPECT_FALSE(P256Key::from_number(""));
  EXPECT_FALSE(P256Key::from_base64url("not a key"));
}

TEST(P256, TravelsAsPemAndComesBackTheSame) {
  const P256Key key = P256Key::generate();
  const std::string pem = key.pem();
  EXPECT_THAT(pem, StartsWith("-----BEGIN PRIVATE KEY-----\n"));
  const auto again = P256Key::from_pem(pem);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->number(), key.number());
  EXPECT_EQ(again->point(), key.point());
  EXPECT_NE(P256Key::generate().number(), key.number());
}

TEST(P256, OtherPemIsNone) {
  const std::string pem = P256Key::generate().pem();
  for (std::size_t size = 0; size + 30 < pem.size(); size += 7)
    EXPECT_FALSE(P256Key::from_pem(pem.substr(0, size))) << size;
  std::string garbled = pem;
  garbled[40] = garbled[40] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(P256Key::from_pem(garbled));
  EXPECT_FALSE(P256Key::from_pem(std::string(kMaxPem + 1, ' ') + pem));
  // A password cannot be asked for.
  EXPECT_FALSE(
      P256Key::from_pem("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGHAgEAMBMG\n-----END ENCRYPTED PRIVATE KEY-----\n"));
  for (const auto& [type, setting] : {std::pair{"EC", "secp384r1"}, std::pair{"ED25519", ""}}) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> other(
        *setting != '\0' ? EVP_PKEY_Q_keygen(nullptr, nullptr, type, setting)
                         : EVP_PKEY_Q_keygen(nullptr, nullptr, type),
        &EVP_PKEY_free);
    const std::unique_ptr<BIO, decltype(&BIO_free_all)> memory(BIO_new(BIO_s_mem()), &BIO_free_all);
    ASSERT_EQ(PEM_write_bio_PKCS8PrivateKey(memory.get(), other.get(), nullptr, nullptr, 0, nullptr, nullptr), 1);
    char* text = nullptr;
    const long size = BIO_get_mem_data(memory.get(), &text);
    EXPECT_FALSE(P256Key::from_pem(std::string_view(text, static_cast<std::size_t>(size)))) << type << " " << setting;
  }
}

/// Verifies as a push service does: with the public key of the field k alone.
bool verifies(const std::string& point, const std::string& text, const std::string& signature) {
  std::string group = "prime256v1", key = point;
  const OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
                               OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, key.data(), key.size()),
                               OSSL_PARAM_construct_end()};
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> making(
      EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr), &EVP_PKEY_CTX_free);
  EVP_PKEY* made = nullptr;
  EVP_PKEY_fromdata_init(making.get());
  if (EVP_PKEY_fromdata(making.get(), &made, EVP_PKEY_PUBLIC_KEY, const_cast<OSSL_PARAM*>(params)) != 1) return false;
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> known(made, &EVP_PKEY_free);
  const auto* bytes = reinterpret_cast<const unsigned char*>(signature.data());
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(), &ECDSA_SIG_free);
  ECDSA_SIG_set0(pair.get(), BN_bin2bn(bytes, 32, nullptr), BN_bin2bn(bytes + 32, 32, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, known.get());
  const int good = EVP_DigestVerify(context.get(), der, static_cast<std::size_t>(size),
                                    reinterpret_cast<const unsigned char*>(text.data()), text.size());
  OPENSSL_free(der);
  return good == 1;
}

struct Token {
  std::string signed_text, signature, point;
  boost::json::object header, claims;
};

Token taken_apart(const std::string& field) {
  Token token;
  const std::size_t comma = field.find(", k=");
  EXPECT_THAT(field, StartsWith("vapid t="));
  EXPECT_NE(comma, std::string::npos);
  token.point = from_base64url(field.substr(comma + 4)).value();
  const std::string jwt = field.substr(8, comma - 8);
  const std::size_t first = jwt.find('.'), second = jwt.rfind('.');
  token.signed_text = jwt.substr(0, second);
  token.signature = from_base64url(jwt.substr(second + 1)).value();
  token.header = boost::json::parse(*from_base64url(jwt.substr(0, first))).as_object();
  token.claims = boost::json::parse(*from_base64url(jwt.substr(first + 1, second - first - 1))).as_object();
  return token;
}

constexpr base::Instant kNow{1'795'000'000'500ms};
constexpr const char* kFcm = "https://fcm.googleapis.com";

TEST(Vapid, TellsWhoWeAreForTwelveHours) {
  const P256Key key = P256Key::generate();
  auto vapid = Vapid::make(key, "mailto:push@mekenjai.example").value();
  const Token token = taken_apart(vapid.authorization(kFcm, kNow));
  EXPECT_EQ(token.header, (boost::json::object{{"typ", "JWT"}, {"alg", "ES256"}}));
  EXPECT_EQ(token.claims,
            (boost::json::object{
                {"aud", kFcm}, {"exp", 1'795'000'000 + 12 * 3600}, {"sub", "mailto:push@mekenjai.example"}}));
  EXPECT_EQ(token.point, key.point());
  EXPECT_EQ(to_base64url(token.point), vapid.public_key());
  ASSERT_EQ(token.signature.size(), 64u) << "r and s, not DER";
  EXPECT_TRUE(verifies(token.point, token.signed_text, token.signature));
  EXPECT_FALSE(verifies(token.point, token.signed_text + "x", token.signature));
  EXPECT_FALSE(verifies(P256Key::generate().point(), token.signed_text, token.signature));
}

TEST(Vapid, SignaturesWithLeadingZerosKeepTheirSize) {
  const P256Key key = P256Key::generate();
  bool seen = false;  // one in 128 has such a half
  for (int i = 0; i < 20'000 && !seen; ++i) {
    const std::string text = std::to_string(i), signature = key.sign(text);
    ASSERT_EQ(signature.size(), 64u);
    seen = signature[0] == '\0' || signature[32] == '\0';
    if (seen) {
      EXPECT_TRUE(verifies(key.point(), text, signature));
    }
  }
  EXPECT_TRUE(seen);
}

TEST(Vapid, ATokenIsKeptForItsOriginUntilShortlyBeforeItsEnd) {
  auto vapid = Vapid::make(P256Key::generate(), "https://mekenjai.example").value();
  const std::string first = vapid.authorization(kFcm, kNow);
  EXPECT_EQ(vapid.authorization(kFcm, kNow + 11h), first);
  EXPECT_NE(vapid.authorization("https://web.push.apple.com", kNow), first) << "another audience";
  EXPECT_EQ(vapid.authorization(kFcm, kNow), first);
  const std::string second = vapid.authorization(kFcm, kNow + 11h + 30min);
  EXPECT_NE(second, first);
  EXPECT_EQ(taken_apart(second).claims.at("exp").as_int64(), 1'795'000'000 + (23 * 60 + 30) * 60);
  EXPECT_NE(vapid.authorization(kFcm, kNow), second) << "a clock that was set back";
}

TEST(Vapid, ManyOriginsAreForgottenNotKept) {
  auto vapid = Vapid::make(P256Key::generate(), "https://mekenjai.example").value();
  const std::string first = vapid.authorization(kFcm, kNow);
  for (std::size_t i = 0; i < kMaxTokens; ++i) vapid.authorization(fmt::format("https://push{}.example.kz", i), kNow);
  EXPECT_NE(vapid.authorization(kFcm, kNow), first);
}

TEST(Vapid, ASubjectIsAWayToReachUs) {
  for (const char* good : {"mailto:push@mekenjai.example", "https://mekenjai.example/contact"}) {
    EXPECT_TRUE(Vapid::make(P256Key::generate(), good)) << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("push@mekenjai.example"), std::string("mailto:"), std::string("mailto:@"),
        std::string("mailto:me@"), std::string("http://mekenjai.example"), std::string("https://"),
        std::string("mailto:a b@c"), std::string("mailto:a@b\r\nX: y"), std::string("https://мекен.example"),
        "https://" + std::string(kMaxSubject, 'a')}) {
    EXPECT_FALSE(Vapid::make(P256Key::generate(), bad)) << bad;
  }
}

TEST(Message, IsTheVectorOfRfc8291) {
  const auto keys = SubscriptionKeys::read(kReceiverPoint, kReceiverAuth).value();
  const auto body = encrypt_with(keys, kVectorText, vector_sender(), *from_base64url("DGv6ra1nlYgDCS1FRnbzlw"), 0);
  ASSERT_TRUE(body);
  EXPECT_EQ(
      to_base64url(*body),
      "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBr"
      "u3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN");
}

TEST(Message, EveryNoteHasTheSameLengthAndNoTwoAreAlike) {
  const auto keys = SubscriptionKeys::read(kReceiverPoint, kReceiverAuth).value();
  const std::string news = text_of({NoteKind::news, "kk-Latn"}), consent = text_of({NoteKind::consent, ""});
  EXPECT_EQ(news, R"({"kind":"news","lang":"kk-Latn"})");
  EXPECT_EQ(consent, R"({"kind":"consent"})");
  const std::string first = *encrypt(keys, news), second = *encrypt(keys, consent), third = *encrypt(keys, news);
  EXPECT_EQ(first.size(), second.size());
  EXPECT_EQ(first.size(), kMessageHeader + kPaddedText + 1 + kTag);
  EXPECT_NE(first, third);
  EXPECT_NE(first.substr(0, kSalt), third.substr(0, kSalt));
  EXPECT_NE(first.substr(21, kP256Point), third.substr(21, kP256Point)) << "a key pair of its own";
}

TEST(Message, TheLongestTextFillsTheMessage) {
  const auto keys = SubscriptionKeys::read(kReceiverPoint, kReceiverAuth).value();
  EXPECT_EQ(encrypt(keys, std::string(3993, 'x'))->size(), kMaxMessage);
  EXPECT_FALSE(encrypt(keys, std::string(3994, 'x')));
  EXPECT_EQ(encrypt(keys, "")->size(), kMessageHeader + kPaddedText + 1 + kTag);
  EXPECT_FALSE(encrypt_with(keys, "x", vector_sender(), "short salt", 0));
}

TEST(SubscriptionKeys, GarbledOnesAreRefusedByName) {
  const std::string point = *from_base64url(kReceiverPoint), auth = *from_base64url(kReceiverAuth);
  for (std::size_t size = 0; size < point.size(); ++size) {
    EXPECT_EQ(SubscriptionKeys::read(to_base64url(point.substr(0, size)), kReceiverAuth).error(), "p256dh") << size;
  }
  for (std::size_t size = 0; size < auth.size(); ++size) {
    EXPECT_EQ(SubscriptionKeys::read(kReceiverPoint, to_base64url(auth.substr(0, size))).error(), "auth") << size;
  }
  EXPECT_EQ(SubscriptionKeys::read(to_base64url(point + "x"), kReceiverAuth).error(), "p256dh");
  EXPECT_EQ(SubscriptionKeys::read(kReceiverPoint, to_base64url(auth + "x")).error(), "auth");
  for (std::size_t at = 0; at < point.size(); ++at) {  // off the curve, or another form of the point
    std::string garbled = point;
    garbled[at] = static_cast<char>(garbled[at] ^ 1);
    EXPECT_FALSE(SubscriptionKeys::read(to_base64url(garbled), kReceiverAuth)) << at;
  }
  const std::string compressed = '\x02' + point.substr(1, 32), infinity(1, '\0');
  EXPECT_FALSE(SubscriptionKeys::read(to_base64url(compressed), kReceiverAuth));
  EXPECT_FALSE(SubscriptionKeys::read(to_base64url(infinity), kReceiverAuth));
  EXPECT_FALSE(SubscriptionKeys::read(to_base64url('\x04' + std::string(64, '\xFF')), kReceiverAuth));
  EXPECT_FALSE(SubscriptionKeys::read(to_base64url('\x04' + std::string(64, '\0')), kReceiverAuth));
  EXPECT_FALSE(SubscriptionKeys::read(std::string(kReceiverPoint) + "=", kReceiverAuth));
  EXPECT_FALSE(SubscriptionKeys::read("", ""));
}

}  // namespace
}  // namespace mekenjai::edge::push
