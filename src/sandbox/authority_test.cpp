// The sandbox's authority over real sockets: the service's own examiner asks it, a player plays it.
#include "sandbox/authority.hpp"

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/json/parse.hpp>

#include "edge/eds/live/http_client.hpp"
#include "edge/eds/live/live_examiner.hpp"
#include "edge/eds/make/sign.hpp"
#include "flow/house.hpp"

namespace mekenjai::sandbox {
namespace {

namespace eds = edge::eds;
namespace json = boost::json;
namespace make = edge::eds::make;
using eds::Answer;
using eds::Examined;
using eds::crypto::KeyKind;
using eds::live::EdsConfig;
using eds::live::HttpAddress;
using eds::live::HttpAnswer;
using eds::live::HttpRequest;
using eds::live::LiveExaminer;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kDocument = "what is signed";
const make::Person kSaule{"900101300017", "АХМЕТОВА", "САУЛЕ", "БОЛАТҚЫЗЫ", {}, {}};

HttpAnswer ask(HttpRequest request) {
  boost::asio::io_context loop(1);
  auto answer = boost::asio::co_spawn(loop, eds::live::fetch(std::move(request)), boost::asio::use_future);
  loop.run();
  return answer.get();
}

class SandboxAuthorityAtWork : public testing::TestWithParam<KeyKind> {
 protected:
  SandboxAuthorityAtWork() : house_(1) {
    house_.open();
    open();
  }
  ~SandboxAuthorityAtWork() override { close(); }

  void open() {
    Authority::RevokedList kept;
    house_.engine->tell_and_wait([&](flow::Step& step) { kept = kept_certificates(step.ledger); });
    authority_ = std::make_unique<Authority>(*house_.engine, house_.clock, kept);
    http::ServerConfig listener;
    listener.listen = "127.0.0.1:0";
    listener.loops = 1;
    player_ = std::make_unique<http::Server>(listener, authority_->routes(), http::Hooks{});
    authority_->on_change = [this] {
      if (examiner_) examiner_->forget_answers();
    };
    authority_->start();
    player_->start();
    open_examiner();
  }
  void open_examiner() {
    examiner_.reset();
    EdsConfig config;
    config.ocsp = {authority_->url("/ocsp")};
    config.crl = authority_->full_lists();
    config.delta_crl = authority_->delta_lists();
    config.tsp = authority_->url("/tsp");
    examiner_ = std::make_unique<LiveExaminer>(config, house_.clock, keys_.certificates());
    examiner_->start();
    fetch_lists();
  }
  void close() {
    player_.reset();
    examiner_.reset();
    authority_.reset();
  }
  void restart() {
    close();
    open();
  }
  void fetch_lists() {
    std::promise<void> fetched;
    examiner_->refresh_lists([&] { fetched.set_value(); });
    fetched.get_future().get();
  }

  make::Identity issue() const { return keys_.issue_to(kSaule, GetParam(), house_.clock.now()); }
  Examined examine(const make::Identity& who) {
    eds::Expectation expectation;
    expectation.content = kDocument;
    auto promise = std::make_shared<std::promise<Examined>>();
    examiner_->examine(make::sign_cms(kDocument, who, house_.clock.now()), expectation,
                       [promise](Examined examined) { promise->set_value(std::move(examined)); });
    return promise->get_future().get();
  }
  std::string reason(const make::Identity& who) { return std::string(eds::word(examine(who).verdict.reason)); }

  HttpAnswer get(const std::string& path) { return ask({HttpAddress::parse("http://" + player_->address() + path).value()}); }
  HttpAnswer post(const std::string& path, const std::string& body) {
    return ask({HttpAddress::parse("http://" + player_->address() + path).value(), "application/json", body});
  }
  void revoke(const make::Identity& who, const std::string& body) {
    const HttpAnswer answer = post("/sandbox/certificates/" + who.certificate->serial_hex(), body);
    ASSERT_TRUE(answer.ok()) << answer.trouble;
  }

  const make::SandboxAuthority& keys_ = make::SandboxAuthority::instance();
  flow::House house_;
  std::unique_ptr<Authority> authority_;
  std::unique_ptr<http::Server> player_;
  std::unique_ptr<LiveExaminer> examiner_;
};
INSTANTIATE_TEST_SUITE_P(, SandboxAuthorityAtWork, testing::Values(KeyKind::gost2015, KeyKind::rsa),
                         [](const auto& kind) { return kind.param == KeyKind::rsa ? "Rsa" : "Gost"; });

TEST_P(SandboxAuthorityAtWork, WhatItIssuedIsGoodAndStamped) {
  const Examined examined = examine(issue());
  EXPECT_EQ(examined.verdict.answer(), Answer::valid) << (examined.verdict.fault ? describe(*examined.verdict.fault) : "");
  EXPECT_THAT(examined.ocsp_response, Not(IsEmpty()));
  EXPECT_THAT(examined.timestamp, Not(IsEmpty()));
}

TEST_P(SandboxAuthorityAtWork, WhatItNeverIssuedIsRefused) {
  const auto key = eds::crypto::PrivateKey::generate(GetParam());
  const make::CertificateOrder order = make::person_order(kSaule, GetParam(), house_.clock.now());
  const make::Identity forged{key, make::issue(order, key, &keys_.issuer(GetParam()))};
  const Examined examined = examine(forged);
  EXPECT_EQ(word(examined.verdict.reason), "revoked");
  EXPECT_THAT(describe(*examined.verdict.fault), testing::HasSubstr("never issued"));
}

TEST_P(SandboxAuthorityAtWork, AKeyIsRevokedAndRestoredAndARestartForgetsNothing) {
  const make::Identity saule = issue(), other = issue();
  EXPECT_EQ(reason(saule), "ok");
  revoke(saule, R"({"revoked": true, "reason": "key_compromise"})");
  EXPECT_EQ(reason(saule), "revoked");
  EXPECT_EQ(reason(other), "ok");
  const json::value listed = json::parse(get("/sandbox/certificates").body);
  ASSERT_EQ(listed.as_array().size(), 1u);
  EXPECT_EQ(listed.at(0).at("serial").as_string(), saule.certificate->serial_hex());
  EXPECT_EQ(listed.at(0).at("reason").as_string(), "key_compromise");
  restart();
  EXPECT_EQ(reason(saule), "revoked");
  revoke(saule, R"({"revoked": false})");
  EXPECT_EQ(reason(saule), "ok");
  restart();
  EXPECT_EQ(reason(saule), "ok");
}

TEST_P(SandboxAuthorityAtWork, WithTheResponderDownTheListsTellTheSame) {
  const make::Identity saule = issue(), other = issue();
  revoke(saule, R"({"revoked": true})");
  restart();  // the full list knows saule now
  ASSERT_TRUE(post("/sandbox/authority", R"({"ocsp_down": true, "tsp_down": true})").ok());
  EXPECT_EQ(reason(saule), "revoked");
  const Examined good = examine(other);
  EXPECT_EQ(word(good.verdict.reason), "ok");
  EXPECT_THAT(good.crl_number, Not(IsEmpty()));
  EXPECT_THAT(good.timestamp, IsEmpty());
  revoke(saule, R"({"revoked": false})");
  revoke(other, R"({"revoked": true})");
  fetch_lists();
  EXPECT_EQ(reason(saule), "ok") << "the delta frees from the full list";
  EXPECT_EQ(reason(other), "revoked") << "and adds to it";
}

TEST_P(SandboxAuthorityAtWork, WithEverythingDownNobodyCanTell) {
  ASSERT_TRUE(post("/sandbox/authority", R"({"ocsp_down": true, "crl_down": true})").ok());
  open_examiner();
  const make::Identity saule = issue();
  EXPECT_EQ(reason(saule), "revocation_unknown");
  const HttpAnswer answer = post("/sandbox/authority", R"({"ocsp_down": false})");
  EXPECT_EQ(json::parse(answer.body).at("crl_down"), true);
  EXPECT_EQ(json::parse(answer.body).at("ocsp_down"), false);
  EXPECT_EQ(reason(saule), "ok");
}

TEST_P(SandboxAuthorityAtWork, WhatIsNoQuestionIsToldSo) {
  EXPECT_EQ(ask({HttpAddress::parse(authority_->url("/ocsp")).value(), "application/ocsp-request", "octets"}).body, make::ocsp_failure(1));
  EXPECT_EQ(ask({HttpAddress::parse(authority_->url("/ocsp/octets")).value()}).body, make::ocsp_failure(1));
  EXPECT_EQ(get("/sandbox/certificates/xyz").status, 405);
  EXPECT_EQ(post("/sandbox/certificates/xyz", R"({"revoked": true})").status, 404);
  EXPECT_EQ(post("/sandbox/certificates/0102", R"({"revoked": true, "reason": "mood"})").status, 422);
  EXPECT_EQ(post("/sandbox/certificates/0102", R"({})").status, 422);
  EXPECT_EQ(post("/sandbox/authority", R"({"rain": true})").status, 422);
}

TEST_P(SandboxAuthorityAtWork, OcspIsAnsweredToAGetAsWell) {
  const make::Identity saule = issue();
  const eds::OcspQuestion question{saule.certificate, keys_.issuer(GetParam()).certificate, std::nullopt};
  std::string encoded = base::to_base64url(eds::ocsp_request(question));
  std::replace(encoded.begin(), encoded.end(), '-', '+');
  std::replace(encoded.begin(), encoded.end(), '_', '/');
  encoded.append((4 - encoded.size() % 4) % 4, '=');
  const HttpAnswer answer = ask({HttpAddress::parse(authority_->url("/ocsp/" + http::percent_encode(encoded))).value()});
  ASSERT_TRUE(answer.ok()) << answer.trouble;
  const auto judged = eds::judge_ocsp(answer.body, question, eds::Trust(keys_.certificates()), house_.clock.now());
  EXPECT_EQ(judged.status, eds::OcspJudgement::Status::good) << (judged.fault ? describe(*judged.fault) : "");
}

}  // namespace
}  // namespace mekenjai::sandbox
