// Signatures examined with authorities on real sockets: each of them well, silent, broken or lying. A lie is never
// replaced by another source, and silence is never an answer.
#include "edge/eds/live/live_examiner.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>

#include "edge/eds/live/http_client.hpp"
#include "edge/eds/live/loopback.hpp"
#include "edge/eds/make/test_authority.hpp"

namespace mekenjai::edge::eds::live {
namespace {

using boost::beast::http::field;
using make::Identity;
using make::kSaule;
using make::kTestNow;
using make::OcspAnswer;
using make::TestAuthority;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using namespace std::chrono_literals;

constexpr const char* kDocument = R"({"service":"residence"})";

class HandClock final : public base::Clock {
 public:
  base::Instant now() const override { return base::Instant{base::Millis{now_.load()}}; }
  void advance(base::Millis by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_{kTestNow.time_since_epoch().count()};
};

/// Everything around one signature: an authority, its servers, whose answers a test replaces, and the examiner.
class Live : public testing::Test {
 protected:
  using Handler = Loopback::Handler;

  Live() {
    config.timeout_ms = 5000;
    config.silence_ms = 60'000;
    config.threads = 2;
    folder = std::filesystem::temp_directory_path() / ("mekenjai-live-" + base::to_hex(base::random_bytes(8)));
    config.crl_folder = folder.string();
  }
  ~Live() override {
    examiner.reset();
    std::filesystem::remove_all(folder);
  }

  /// The responder: good about everybody, unless a test says otherwise.
  Handler ocsp_says(std::function<void(OcspAnswer&)> change = [](OcspAnswer&) {}) {
    return [this, change](const Loopback::Request& request) -> std::optional<std::string> {
      const auto asked = make::read_ocsp_request(request.body());
      if (!asked) return Loopback::status("400 Bad Request");
      OcspAnswer answer;
      answer.cert_id = asked->cert_id;
      answer.nonce = asked->nonce;
      answer.produced_at = answer.this_update = clock.now();
      answer.certificates = {authority.responder.certificate};
      change(answer);
      return Loopback::ok(make::ocsp_response(answer, authority.responder), "application/ocsp-response");
    };
  }
  static Handler always(std::string answer) {
    return [answer](const Loopback::Request&) { return answer; };
  }
  static Handler silence() {
    return [](const Loopback::Request&) { return std::nullopt; };
  }
  Handler stamps() {
    return [this](const Loopback::Request& request) {
      make::StampOrder order;
      order.at = clock.now();
      return Loopback::ok(make::timestamp_response(request.body(), authority.stamps, order), "application/timestamp-reply");
    };
  }

  Loopback& serve(Handler handler) { return *servers.emplace_back(std::make_unique<Loopback>(std::move(handler))); }
  Loopback& ocsp_is(Handler handler) {
    Loopback& server = serve(std::move(handler));
    config.ocsp.push_back(server.url("/ocsp"));
    return server;
  }
  Loopback& crl_is(Handler handler) {
    Loopback& server = serve(std::move(handler));
    config.crl.push_back(server.url("/full.crl"));
    return server;
  }

  void start(bool with_lists = true) {
    examiner = std::make_unique<LiveExaminer>(config, clock, authority.certificates());
    examiner->start();
    if (with_lists) fetch_lists();
  }
  void fetch_lists() {
    std::promise<void> fetched;
    examiner->refresh_lists([&] { fetched.set_value(); });
    fetched.get_future().get();
  }

  Expectation document() const {
    Expectation expectation;
    expectation.content = kDocument;
    expectation.iin = kSaule.iin;
    return expectation;
  }
  std::string signed_document(const Identity& who) const { return make::sign_cms(kDocument, who, clock.now()); }
  std::future<Examined> begin(std::string bytes, Expectation expectation) {
    auto promise = std::make_shared<std::promise<Examined>>();
    auto future = promise->get_future();
    examiner->examine(std::move(bytes), std::move(expectation), [promise](Examined examined) { promise->set_value(std::move(examined)); });
    return future;
  }
  Examined examine(std::string bytes) { return begin(std::move(bytes), document()).get(); }
  Examined examine() { return examine(signed_document(saule)); }

  static std::string why(const Examined& examined) { return examined.verdict.fault ? describe(*examined.verdict.fault) : "ok"; }

  const TestAuthority& authority = TestAuthority::shared();
  const Identity saule = authority.person();
  HandClock clock;
  EdsConfig config;
  std::filesystem::path folder;
  std::vector<std::unique_ptr<Loopback>> servers;
  std::unique_ptr<LiveExaminer> examiner;
};

// --- OCSP -----------------------------------------------------------------------------------------------------------

TEST_F(Live, AGoodAnswerMakesItValidAndIsKept) {
  Loopback& responder = ocsp_is(ocsp_says());
  start();
  const Examined examined = examine();
  EXPECT_EQ(examined.verdict.answer(), Answer::valid) << why(examined);
  EXPECT_EQ(examined.certificate, saule.certificate->der);
  EXPECT_THAT(examined.ocsp_response, Not(IsEmpty()));
  EXPECT_EQ(examined.archive, examined.received) << "no time-stamp was asked for";
  EXPECT_EQ(responder.last(field::content_type), "application/ocsp-request");
  EXPECT_EQ(examiner->figures().valid, 1u);
}

TEST_F(Live, ARevokedCertificateIsRefused) {
  ocsp_is(ocsp_says([](OcspAnswer& answer) {
    answer.status = OcspAnswer::Status::revoked;
    answer.revoked_at = answer.this_update - 24h;
    answer.reason = RevocationReason::key_compromise;
  }));
  start();
  const Examined examined = examine();
  EXPECT_EQ(word(examined.verdict.reason), "revoked") << why(examined);
  EXPECT_EQ(examiner->figures().invalid, 1u);
}

TEST_F(Live, WhatIsWrongAnywayAsksNobody) {
  Loopback& responder = ocsp_is(ocsp_says());
  start();
  std::string spoilt = signed_document(saule);
  spoilt.back() = static_cast<char>(spoilt.back() ^ 1);
  EXPECT_EQ(word(examine(spoilt).verdict.reason), "signature_mismatch");
  EXPECT_EQ(word(examine("no signature").verdict.reason), "malformed");
  EXPECT_EQ(responder.requests(), 0);
}

TEST_F(Live, SilenceIsCannotTellAndIsNotAskedForTwice) {
  config.timeout_ms = 50;
  Loopback& silent = ocsp_is(silence());
  start();
  EXPECT_EQ(examine().verdict.answer(), Answer::cannot_tell);
  EXPECT_EQ(examine().verdict.answer(), Answer::cannot_tell);
  EXPECT_EQ(silent.requests(), 1) << "its silence is remembered for a while";
  EXPECT_EQ(examiner->figures().cannot_tell, 2u);
}

TEST_F(Live, AfterItsRestTheSilentOneIsAskedAgain) {
  config.silence_ms = 0;
  std::atomic<bool> well{false};
  const Handler good = ocsp_says();
  Loopback& responder = ocsp_is([&](const Loopback::Request& request) { return well ? good(request) : Loopback::status("503 No"); });
  start();
  EXPECT_EQ(examine().verdict.answer(), Answer::cannot_tell);
  well = true;
  EXPECT_EQ(examine().verdict.answer(), Answer::valid);
  EXPECT_EQ(responder.requests(), 2);
}

TEST_F(Live, ADeadResponderIsLeftAloneForEverybody) {
  Loopback& dead = ocsp_is(always(Loopback::status("500 Broken")));
  Loopback& well = ocsp_is(ocsp_says());
  start();
  for (int i = 0; i < 6; ++i) {
    const Identity somebody = authority.person();
    EXPECT_EQ(examine(signed_document(somebody)).verdict.answer(), Answer::valid) << "the second address answers";
  }
  EXPECT_EQ(dead.requests(), 3);
  EXPECT_EQ(well.requests(), 6);
}

TEST_F(Live, APortalIsSilence) {
  ocsp_is(always("HTTP/1.1 303 See Other\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"));
  crl_is(always(Loopback::ok(authority.crl_of({}, clock.now()))));
  start();
  const Examined examined = examine();
  EXPECT_EQ(examined.verdict.answer(), Answer::valid) << why(examined);
  EXPECT_THAT(examined.crl_number, Not(IsEmpty()));
}

TEST_F(Live, TryLaterFallsBackToTheList) {
  ocsp_is(always(Loopback::ok(make::ocsp_failure(3))));
  crl_is(always(Loopback::ok(authority.crl_of({}, clock.now()))));
  start();
  const Examined good = examine();
  EXPECT_EQ(good.verdict.answer(), Answer::valid) << why(good);
  EXPECT_EQ(good.crl_number, "01");
  EXPECT_THAT(good.ocsp_response, IsEmpty());
}

TEST_F(Live, TheListRevokesWhereTheResponderIsSilent) {
  config.timeout_ms = 50;
  ocsp_is(silence());
  crl_is(always(Loopback::ok(authority.crl_of({{saule.certificate->serial, clock.now() - 1h}}, clock.now()))));
  start();
  EXPECT_EQ(word(examine().verdict.reason), "revoked");
}

TEST_F(Live, AnAnswerThatIsNotBelievedIsNotReplacedByAList) {
  crl_is(always(Loopback::ok(authority.crl_of({}, clock.now()))));
  const TestAuthority look_alike;
  const std::vector<std::pair<const char*, Handler>> lies{
      {"another's signature",
       [&](const Loopback::Request& request) {
         OcspAnswer answer = look_alike.answer(*saule.certificate, clock.now());
         const auto asked = make::read_ocsp_request(request.body());
         answer.cert_id = asked->cert_id;
         answer.nonce = asked->nonce;
         return Loopback::ok(make::ocsp_response(answer, look_alike.responder));
       }},
      {"another nonce", ocsp_says([](OcspAnswer& answer) { answer.nonce = std::string(32, 'x'); })},
      {"yesterday's", ocsp_says([](OcspAnswer& answer) { answer.produced_at = answer.this_update -= 24h; })},
      {"octets", always(Loopback::ok("\x30\x03\x0a\x01"))},
  };
  for (const auto& [what, lie] : lies) {
    config.ocsp.clear();
    ocsp_is(lie);
    ocsp_is(ocsp_says());  // nor is a second responder asked
    start();
    const Examined examined = examine();
    EXPECT_EQ(examined.verdict.answer(), Answer::cannot_tell) << what << ": " << why(examined);
    EXPECT_EQ(examiner->figures().ocsp_rejected, 1u) << what;
    examiner.reset();
  }
}

TEST_F(Live, AHundredWhoAskAtOnceAreOneQuestion) {
  Loopback& responder = ocsp_is(ocsp_says());
  start();
  std::vector<std::future<Examined>> all;
  for (int i = 0; i < 100; ++i) all.push_back(begin(signed_document(saule), document()));
  for (auto& one : all) EXPECT_EQ(one.get().verdict.answer(), Answer::valid);
  EXPECT_EQ(responder.requests(), 1);
  EXPECT_EQ(examiner->figures().ocsp_from_cache, 99u);
}

TEST_F(Live, AnAnswerServesNewSignaturesForFiveMinutesOfTheClock) {
  Loopback& responder = ocsp_is(ocsp_says());
  start();
  EXPECT_EQ(examine().verdict.answer(), Answer::valid);
  clock.advance(4min + 59s);
  EXPECT_EQ(examine().verdict.answer(), Answer::valid);
  EXPECT_EQ(responder.requests(), 1);
  clock.advance(1s);
  EXPECT_EQ(examine().verdict.answer(), Answer::valid);
  EXPECT_EQ(responder.requests(), 2);
  clock.advance(-1h);
  EXPECT_EQ(examine().verdict.answer(), Answer::valid);
  EXPECT_EQ(responder.requests(), 3) << "an answer of the future is none";
}

TEST_F(Live, AnAnswerServesNoLongerThanItSaysItself) {
  Loopback& responder = ocsp_is(ocsp_says([](OcspAnswer& answer) { answer.next_update = answer.this_update + 1min; }));
  start();
  examine();
  clock.advance(59s);
  examine();
  EXPECT_EQ(responder.requests(), 1);
  clock.advance(1s);
  EXPECT_EQ(examine().verdict.answer(), Answer::valid);
  EXPECT_EQ(responder.requests(), 2);
}

TEST_F(Live, ForgettingMakesARevocationKnownAtOnce) {
  std::atomic<bool> revoked{false};
  ocsp_is(ocsp_says([&](OcspAnswer& answer) {
    if (!revoked) return;
    answer.status = OcspAnswer::Status::revoked;
    answer.revoked_at = answer.this_update;
  }));
  start();
  EXPECT_EQ(examine().verdict.answer(), Answer::valid);
  revoked = true;
  EXPECT_EQ(examine().verdict.answer(), Answer::valid) << "remembered";
  examiner->forget_answers();
  EXPECT_EQ(word(examine().verdict.reason), "revoked");
}

// --- lists ----------------------------------------------------------------------------------------------------------

TEST_F(Live, ADeltaAddsToTheFullListAndFreesFromIt) {
  const Identity held = authority.person(), fresh = authority.person();
  make::CrlOrder full = authority.crl_order(clock.now());
  full.number = 7;
  full.entries = {{held.certificate->serial, clock.now() - 24h, RevocationReason::certificate_hold}};
  make::CrlOrder delta = authority.crl_order(clock.now());
  delta.number = 8;
  delta.delta_of = 7;
  delta.entries = {{held.certificate->serial, clock.now(), RevocationReason::remove_from_crl},
                   {fresh.certificate->serial, clock.now() - 1h, RevocationReason::key_compromise}};
  crl_is(always(Loopback::ok(make::crl(full, authority.issuer))));
  start();
  EXPECT_EQ(word(examine(signed_document(held)).verdict.reason), "revoked");
  EXPECT_EQ(word(examine(signed_document(fresh)).verdict.reason), "ok");
  examiner.reset();

  config.delta_crl = {serve(always(Loopback::ok(make::crl(delta, authority.issuer)))).url()};
  start();
  EXPECT_EQ(word(examine(signed_document(held)).verdict.reason), "ok");
  EXPECT_EQ(word(examine(signed_document(fresh)).verdict.reason), "revoked");
}

TEST_F(Live, AnExpiredListSaysNothing) {
  crl_is(always(Loopback::ok(authority.crl_of({}, clock.now()))));
  start();
  EXPECT_EQ(examine().verdict.answer(), Answer::valid);
  clock.advance(28h);
  EXPECT_EQ(examine().verdict.answer(), Answer::cannot_tell);
}

TEST_F(Live, AListThatIsNeededAndOutOfDateIsFetchedBeforeItsTime) {
  std::promise<void> fetched_anew;
  std::atomic<bool> later{false};
  crl_is([&](const Loopback::Request&) {
    if (later.exchange(false)) fetched_anew.set_value();
    return Loopback::ok(authority.crl_of({}, clock.now()));
  });
  start();
  clock.advance(28h);
  later = true;
  EXPECT_EQ(examine().verdict.answer(), Answer::cannot_tell);
  EXPECT_EQ(fetched_anew.get_future().wait_for(10s), std::future_status::ready);
  fetch_lists();
  EXPECT_EQ(examine().verdict.answer(), Answer::valid);
}

TEST_F(Live, ListsOfAnEarlierRunServeWhileTheNetIsDead) {
  Loopback& server = crl_is(always(Loopback::ok(authority.crl_of({{saule.certificate->serial, clock.now()}}, clock.now()))));
  start();
  EXPECT_EQ(word(examine().verdict.reason), "revoked");
  examiner.reset();
  EXPECT_GE(server.requests(), 1);
  servers.clear();
  start();
  EXPECT_EQ(examiner->figures().crl_loaded, 0u);
  EXPECT_THAT(examiner->lists()->lists(), SizeIs(1));
  EXPECT_EQ(word(examine().verdict.reason), "revoked");
}

TEST_F(Live, ListsOfAddressesThatAreGoneAreRemoved) {
  crl_is(always(Loopback::ok(authority.crl_of({}, clock.now()))));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "0123456789abcdef.crl") << "another address";
  std::ofstream(folder / "0123456789abcdef.crl.new") << "half";
  std::ofstream(folder / "notes.txt") << "somebody's own";
  start();
  EXPECT_FALSE(std::filesystem::exists(folder / "0123456789abcdef.crl"));
  EXPECT_FALSE(std::filesystem::exists(folder / "0123456789abcdef.crl.new"));
  EXPECT_TRUE(std::filesystem::exists(folder / "notes.txt"));
}

TEST_F(Live, ASpoiltFileOfAnEarlierRunIsPassedOver) {
  crl_is(silence());
  config.crl_timeout_ms = 50;
  const std::string name = base::to_hex(base::sha256(config.crl.front())).substr(0, 16) + ".crl";
  std::filesystem::create_directories(folder);
  std::ofstream(folder / name) << "half a li";
  start();
  EXPECT_THAT(examiner->lists()->lists(), IsEmpty());
  EXPECT_EQ(examine().verdict.answer(), Answer::cannot_tell);
}

TEST_F(Live, OnlyANewerListOfOurOwnIssuerReplacesOne) {
  const TestAuthority look_alike;
  std::mutex mutex;
  std::string served = authority.crl_of({{saule.certificate->serial, clock.now()}}, clock.now());
  crl_is([&](const Loopback::Request&) {
    const std::lock_guard lock(mutex);
    return Loopback::ok(served);
  });
  start();
  const auto next = [&](std::string list) {
    {
      const std::lock_guard lock(mutex);
      served = std::move(list);
    }
    fetch_lists();
    return examine().verdict.reason;
  };
  EXPECT_EQ(word(next(authority.crl_of({}, clock.now() - 1h))), "revoked") << "yesterday's list, played again";
  EXPECT_EQ(word(next(look_alike.crl_of({}, clock.now() + 1h))), "revoked") << "a look-alike's";
  EXPECT_EQ(word(next("octets")), "revoked");
  EXPECT_EQ(word(next(authority.crl_of({}, clock.now() + kClockSkew + 1s))), "revocation_unknown") << "a newer list counts, once its time has come";
  clock.advance(1s);
  EXPECT_EQ(word(examine().verdict.reason), "ok");
}

TEST_F(Live, AnUnchangedListIsNotSentAgain) {
  const std::string list = authority.crl_of({}, clock.now());
  crl_is([&](const Loopback::Request& request) {
    if (request[field::if_none_match] == "\"7\"") return Loopback::status("304 Not Modified");
    return Loopback::ok(list, "application/pkix-crl", "ETag: \"7\"\r\n");
  });
  start();
  fetch_lists();
  fetch_lists();
  EXPECT_EQ(examiner->figures().crl_loaded, 1u);
  EXPECT_EQ(examiner->figures().crl_failed, 0u);
  EXPECT_EQ(examine().verdict.answer(), Answer::valid);
}

// --- time-stamps ----------------------------------------------------------------------------------------------------

TEST_F(Live, AValidSignatureIsStampedForTheArchive) {
  ocsp_is(ocsp_says());
  config.tsp = serve(stamps()).url("/tsp");
  start();
  const Examined examined = examine();
  ASSERT_EQ(examined.verdict.answer(), Answer::valid) << why(examined);
  EXPECT_THAT(examined.timestamp, Not(IsEmpty()));
  ASSERT_TRUE(examined.verdict.signers.at(0).timestamp) << "the report that is kept tells of it";
  EXPECT_EQ(*examined.verdict.signers[0].timestamp, std::chrono::floor<std::chrono::seconds>(clock.now()));
  EXPECT_NE(examined.archive, examined.received);
  const auto archived = read_cms(examined.archive);
  ASSERT_TRUE(archived);
  ASSERT_THAT(archived->signers.at(0).timestamp_tokens, SizeIs(1));
  EXPECT_TRUE(verify_timestamp(archived->signers[0].timestamp_tokens[0], archived->signers[0].signature, authority.trust(), clock.now()));
  const Examined again = examine(examined.archive);
  EXPECT_EQ(again.verdict.answer(), Answer::valid) << why(again);
  EXPECT_EQ(again.timestamp, examined.timestamp) << "a signature that has one keeps it";
  EXPECT_EQ(examiner->figures().stamped, 1u);
}

TEST_F(Live, OfAnXmlSignatureTheStampIsKeptApart) {
  ocsp_is(ocsp_says());
  config.tsp = serve(stamps()).url("/tsp");
  start();
  const std::string xml = make::sign_xml("<application number=\"1\" sha256=\"ab\"/>", saule).value();
  Expectation expectation;
  expectation.xml_document = "<application number=\"1\" sha256=\"ab\"></application>";
  expectation.iin = kSaule.iin;
  const Examined examined = begin(xml, expectation).get();
  EXPECT_EQ(examined.verdict.answer(), Answer::valid) << why(examined);
  EXPECT_THAT(examined.timestamp, Not(IsEmpty()));
  EXPECT_EQ(examined.archive, xml);
}

TEST_F(Live, WithoutAStampASignatureIsNoLessValid) {
  ocsp_is(ocsp_says());
  const TestAuthority look_alike;
  const std::vector<std::pair<const char*, Handler>> failures{
      {"down", always(Loopback::status("503 No"))},
      {"octets", always(Loopback::ok("octets"))},
      {"another's", [&](const Loopback::Request& request) {
         make::StampOrder order;
         order.at = clock.now();
         return Loopback::ok(make::timestamp_response(request.body(), look_alike.stamps, order));
       }},
      {"over something else", [&](const Loopback::Request& request) {
         make::StampOrder order;
         order.at = clock.now();
         order.imprint = std::string(64, 'x');
         return Loopback::ok(make::timestamp_response(request.body(), authority.stamps, order));
       }},
  };
  for (const auto& [what, handler] : failures) {
    config.tsp = serve(handler).url();
    start();
    const Examined examined = examine();
    EXPECT_EQ(examined.verdict.answer(), Answer::valid) << what << ": " << why(examined);
    EXPECT_THAT(examined.timestamp, IsEmpty()) << what;
    EXPECT_EQ(examined.archive, examined.received) << what;
    EXPECT_EQ(examiner->figures().unstamped, 1u) << what;
    examiner.reset();
  }
}

// --- the pool -------------------------------------------------------------------------------------------------------

TEST_F(Live, MoreThanAThousandWaitingAreToldAtOnceAndTheOthersAtTheEnd) {
  config.timeout_ms = 600'000;
  ocsp_is(silence());
  start();
  const std::string bytes = signed_document(saule);
  std::vector<std::future<Examined>> waiting;
  for (std::size_t i = 0; i < Examiner::kMaxWaiting; ++i) waiting.push_back(begin(bytes, document()));
  const Examined refused = begin(bytes, document()).get();
  EXPECT_EQ(refused.verdict.answer(), Answer::cannot_tell);
  EXPECT_EQ(refused.received, bytes);
  EXPECT_EQ(examiner->figures().waiting, Examiner::kMaxWaiting);
  examiner->stop();
  for (auto& one : waiting) EXPECT_EQ(one.get().verdict.answer(), Answer::cannot_tell);
  EXPECT_EQ(begin(bytes, document()).get().verdict.answer(), Answer::cannot_tell) << "and whoever comes later";
}

TEST_F(Live, WhatWasNeverStartedStillAnswersWhenItEnds) {
  config.ocsp = {"http://127.0.0.1:1/"};
  examiner = std::make_unique<LiveExaminer>(config, clock, authority.certificates());
  auto waiting = begin(signed_document(saule), document());
  examiner.reset();
  EXPECT_EQ(waiting.get().verdict.answer(), Answer::cannot_tell);
}

// --- configuration --------------------------------------------------------------------------------------------------

TEST(EdsConfig, WrongValuesAreNamed) {
  const auto key = [](auto change) {
    EdsConfig config;
    change(config);
    const auto trouble = trouble_with(config);
    return trouble ? trouble->key : "";
  };
  EXPECT_EQ(key([](EdsConfig&) {}), "");
  EXPECT_EQ(key([](EdsConfig& c) { c.ocsp = {"http://good/", "https://bad/"}; }), "ocsp");
  EXPECT_EQ(key([](EdsConfig& c) { c.crl = {"bad"}; }), "crl");
  EXPECT_EQ(key([](EdsConfig& c) { c.delta_crl = {"bad"}; }), "delta_crl");
  EXPECT_EQ(key([](EdsConfig& c) { c.tsp = "bad"; }), "tsp");
  EXPECT_EQ(key([](EdsConfig& c) { c.origin = "mekenjai.kz"; }), "origin");
  EXPECT_EQ(key([](EdsConfig& c) { c.timeout_ms = 0; }), "timeout_ms");
  EXPECT_EQ(key([](EdsConfig& c) { c.crl_every_s = 0; }), "crl_every_s");
}

TEST(EdsConfig, WhatIsOnNeedsAnchorsASourceAndAnOrigin) {
  EdsConfig config;
  EXPECT_FALSE(missing_in(config));
  config.on = true;
  EXPECT_EQ(missing_in(config)->key, "trust");
  config.trust = "anchors";
  EXPECT_EQ(missing_in(config)->key, "ocsp");
  config.crl = {"http://crl/"};
  EXPECT_EQ(missing_in(config)->key, "origin");
  config.origin = "https://mekenjai.kz";
  EXPECT_FALSE(missing_in(config));
}

TEST(EdsConfig, WithoutAnchorsThereIsNoExaminer) {
  HandClock clock;
  EdsConfig config;
  EXPECT_THROW(LiveExaminer(config, clock), std::runtime_error);
  config.trust = "/nowhere";
  EXPECT_THROW(LiveExaminer(config, clock), std::runtime_error);
}

}  // namespace
}  // namespace mekenjai::edge::eds::live
