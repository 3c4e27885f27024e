// OpenSSL's own programs read and believe what we make with RSA keys: another reader of the same standards. (GOST of НУЦ РК
// it can only print.) The sandbox's authority serves, since OpenSSL judges some answers by the clock on the wall.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "edge/eds/make/sandbox_authority.hpp"
#include "edge/eds/make/test_authority.hpp"

namespace mekenjai::edge::eds::make {
namespace {

using crypto::KeyKind;
using testing::HasSubstr;
using namespace std::chrono_literals;

class Peers : public testing::Test {
 protected:
  struct Said {
    int code;
    std::string text;  // both streams
  };

  void SetUp() override {
    if (run("openssl version").code != 0)
      GTEST_SKIP() << "the program openssl is not installed, so nothing was compared with it";
    ASSERT_NE(mkdtemp(folder_.data()), nullptr);
    write("root.pem", pem(*authority_.certificates().at(2)));
    write("nca.pem", pem(*authority_.certificates().at(3)));
    write("chain.pem", pem(*authority_.certificates().at(2)) + pem(*authority_.certificates().at(3)));
    write("saule.pem", pem(*saule_.certificate));
  }
  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  static std::string pem(const Certificate& certificate) {
    std::string text = armoured(certificate.der);
    for (std::size_t at; (at = text.find("CMS")) != std::string::npos;) text.replace(at, 3, "CERTIFICATE");
    return text;
  }
  void write(const std::string& name, std::string_view bytes) const {
    std::ofstream(folder_ + "/" + name, std::ios::binary) << bytes;
  }
  Said run(const std::string& command) const {
    const std::string within = "cd " + folder_ + " 2>/dev/null; " + command + " 2>&1";
    std::FILE* const pipe = popen(within.c_str(), "r");
    if (pipe == nullptr) return {127, ""};
    std::string text;
    std::array<char, 4096> buffer{};
    for (std::size_t size; (size = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
      text.append(buffer.data(), size);
    const int status = pclose(pipe);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 127, text};
  }
  void expect(const std::string& command, const testing::Matcher<std::string>& what) const {
    const Said said = run(command);
    EXPECT_EQ(said.code, 0) << command << "\n" << said.text;
    EXPECT_THAT(said.text, what) << command;
  }

  OcspAnswer answer(KeyKind kind, const Certificate& certificate) const {
    OcspAnswer answer;
    answer.cert_id = cert_id(crypto::Digest::sha256, *authority_.issuer(kind).certificate, certificate.serial);
    answer.produced_at = answer.this_update = now_;
    answer.next_update = now_ + 1h;
    answer.nonce = "sixteen octets !";
    answer.certificates = {authority_.ocsp_responder(kind).certificate};
    return answer;
  }

  const SandboxAuthority& authority_ = SandboxAuthority::instance();
  const Instant now_ = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const Identity saule_ = authority_.issue_to(kSaule, KeyKind::rsa, now_);
  std::string folder_ = std::filesystem::temp_directory_path() / "eds_peers_XXXXXX";
};

TEST_F(Peers, Certificate) {
  expect("openssl verify -x509_strict -CAfile root.pem -untrusted nca.pem saule.pem", HasSubstr("saule.pem: OK"));
  expect("openssl x509 -in saule.pem -noout -text -nameopt utf8", HasSubstr("IIN" + kSaule.iin));
}

TEST_F(Peers, Cms) {
  write("attached.cms", sign_cms("what Saule signs", saule_, now_));
  expect("openssl cms -verify -inform DER -in attached.cms -CAfile chain.pem", HasSubstr("what Saule signs"));
  write("content", "what Saule signs");
  write("detached.pem", armoured(sign_cms("what Saule signs", saule_, now_, false)));
  expect("openssl cms -verify -binary -inform PEM -in detached.pem -content content -CAfile chain.pem",
         HasSubstr("successful"));
  write("content", "what Saule does not sign");
  EXPECT_NE(run("openssl cms -verify -binary -inform PEM -in detached.pem -content content -CAfile chain.pem").code, 0);
}

TEST_F(Peers, Ocsp) {
  write("good.der", ocsp_response(answer(KeyKind::rsa, *saule_.certificate), authority_.ocsp_responder(KeyKind::rsa)));
  const std::string judge = " -sha256 -issuer nca.pem -cert saule.pem -CAfile chain.pem -no_nonce";
  expect("openssl ocsp -respin good.der" + judge,
         testing::AllOf(HasSubstr("Response verify OK"), HasSubstr("saule.pem: good")));
  OcspAnswer revoked = answer(KeyKind::rsa, *saule_.certificate);
  revoked.status = OcspAnswer::Status::revoked;
  revoked.revoked_at = now_ - 1h;
  revoked.reason = RevocationReason::superseded;
  write("revoked.der", ocsp_response(revoked, authority_.ocsp_responder(KeyKind::rsa)));
  expect("openssl ocsp -respin revoked.der" + judge,
         testing::AllOf(HasSubstr("Response verify OK"), HasSubstr("saule.pem: revoked"), HasSubstr("superseded")));
  const Identity gost = authority_.issue_to(kSaule, KeyKind::gost2015, now_);
  write("gost.der",
        ocsp_response(answer(KeyKind::gost2015, *gost.certificate), authority_.ocsp_responder(KeyKind::gost2015)));
  expect("openssl ocsp -respin gost.der -text -noverify",
         testing::AllOf(HasSubstr("Cert Status: good"), HasSubstr("OCSP Nonce")));
}

TEST_F(Peers, OcspRequest) {
  expect("openssl ocsp -sha256 -issuer nca.pem -cert saule.pem -nonce -reqout asked.der; echo done", HasSubstr("done"));
  std::ifstream file(folder_ + "/asked.der", std::ios::binary);
  const auto asked = read_ocsp_request(std::string(std::istreambuf_iterator<char>(file), {}));
  ASSERT_TRUE(asked) << describe(asked.error());
  EXPECT_EQ(asked->serial, saule_.certificate->serial);
  EXPECT_TRUE(asked->nonce);
  EXPECT_EQ(authority_.issuer_of(*asked), &authority_.issuer(KeyKind::rsa));
}

TEST_F(Peers, RevocationLists) {
  CrlOrder order;
  order.this_update = now_;
  order.next_update = now_ + 27h;
  order.number = 7;
  order.entries.push_back({saule_.certificate->serial, now_ - 1h, RevocationReason::key_compromise});
  write("full.crl", crl(order, authority_.issuer(KeyKind::rsa)));
  expect("openssl crl -inform DER -in full.crl -CAfile nca.pem -noout -text",
         testing::AllOf(HasSubstr("verify OK"), HasSubstr("Key Compromise"), HasSubstr("CRL Number")));
  order.delta_of = 7;
  order.number = 8;
  write("delta.crl", crl(order, authority_.issuer(KeyKind::rsa)));
  expect("openssl crl -inform DER -in delta.crl -CAfile nca.pem -noout -text",
         testing::AllOf(HasSubstr("verify OK"), HasSubstr("Delta CRL Indicator: critical")));
  write("gost.crl", crl(order, authority_.issuer(KeyKind::gost2015)));
  expect("openssl crl -inform DER -in gost.crl -noout -text", HasSubstr("Key Compromise"));
}

TEST_F(Peers, TimeStamps) {
  write("data", "a signature");
  expect("openssl ts -query -data data -sha256 -cert -out asked.tsq; echo done", HasSubstr("done"));
  std::ifstream file(folder_ + "/asked.tsq", std::ios::binary);
  const std::string asked(std::istreambuf_iterator<char>(file), {});
  StampOrder order;
  order.at = now_;
  write("rsa.tsr", timestamp_response(asked, authority_.time_stamps(KeyKind::rsa), order));
  expect("openssl ts -verify -queryfile asked.tsq -in rsa.tsr -CAfile root.pem -untrusted nca.pem",
         HasSubstr("Verification: OK"));
  write("gost.tsr", timestamp_response(asked, authority_.time_stamps(KeyKind::gost2015), order));
  expect("openssl ts -reply -in gost.tsr -text", HasSubstr("Status: Granted"));
  write("refused.tsr", timestamp_response("no request", authority_.time_stamps(KeyKind::rsa), order));
  expect("openssl ts -reply -in refused.tsr -text",
         testing::AllOf(HasSubstr("Status: Rejected"), HasSubstr("the data submitted has the wrong format")));
}

}  // namespace
}  // namespace mekenjai::edge::eds::make
