// The digital signature in the life of an application: what is signed counts, what nobody can tell about waits, what is wrong
// changes nothing. Behind the examiner stands a fake that the tests tell what to say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <regex>

#include "flow/house.hpp"
#include "flow/rebuilt.hpp"

namespace mekenjai::flow {
namespace {

using domain::ConsentStatus;
using domain::Status;
using edge::eds::Examined;
using edge::eds::Expectation;
using edge::eds::Reason;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

constexpr std::chrono::hours kHour{1};

/// "signed by IIN over CONTENT" is a signature; what it is worth is what the test has said.
class FakeExaminer final : public edge::eds::Examiner {
 public:
  void examine(std::string bytes, Expectation expectation, std::function<void(Examined)> done) override {
    asked.push_back(expectation);
    Examined examined;
    examined.received = examined.archive = bytes;
    examined.verdict.format = expectation.xml_document ? "xml" : "cms";
    const std::size_t bar = bytes.find('|');
    const std::string who = bytes.substr(0, bar).substr(bytes.starts_with('<') ? 1 : 0), what = bytes.substr(bar + 1);
    const std::string wanted = expectation.xml_document.value_or(expectation.content.value_or(""));
    examined.verdict.reason = what != wanted ? Reason::content_mismatch
                              : expectation.iin && *expectation.iin != who ? Reason::wrong_person
                                                                          : says;
    edge::eds::SignerReport signer;
    signer.iin = who;
    signer.name = "ОСПАНОВ ЕРЛАН";
    signer.algorithm = "gost2015-512";
    signer.reason = examined.verdict.reason;
    examined.verdict.signers.push_back(signer);
    if (examined.verdict.valid()) {
      edge::eds::ProvenSignature proven;
      proven.trusted.iin = who;
      proven.trusted.timed.intact.signature = value.empty() ? bytes : value;
      examined.verdict.proven.push_back(proven);
      examined.certificate = "certificate";
      examined.ocsp_response = "ocsp";
    }
    if (hold) {
      held = [done = std::move(done), examined = std::move(examined)]() mutable { done(std::move(examined)); };
      held_one.set_value();
      return;
    }
    done(std::move(examined));
  }

  bool hold = false;  // the answer comes when `held` is called
  std::function<void()> held;
  std::promise<void> held_one;

  Reason says = Reason::ok;
  std::string value;  // of the signature, where two are to be the same
  std::vector<Expectation> asked;
};

std::string signed_by(const Iin& who, const std::string& what) { return who.str() + "|" + what; }

class Eds : public ::testing::Test {
 protected:
  Eds() { open(); }
  void open() {
    house.open();
    house.bind();
    service.emplace(*house.engine);
    service->set_eds({&examiner, "https://mekenjai.kz", false});
  }
  void restart() {
    service.reset();
    house.close();
    open();
  }

  template <class T>
  base::Result<T> wait(Task<T> task) {
    boost::asio::io_context loop;
    auto result = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
    loop.run();
    return result.get();
  }
  static std::string problem(const auto& result) {
    if (result) return "none";
    std::string text = result.error().code;
    for (const auto& [name, value] : result.error().values) text += " " + value;
    return text;
  }
  static Caller caller(const Iin& iin) { return {iin, i18n::Language::ru, "10.0.0.1"}; }
  static SignatureRequest cms(const Iin& who, const std::string& what) { return {"eds", "", signed_by(who, what), ""}; }
  static SignatureRequest xml(const Iin& who, const std::string& what) { return {"eds", "", "", "<" + signed_by(who, what)}; }

  base::Result<ApplicationView> sign(const std::string& id, const Iin& who) {
    const auto view = wait(service->application(caller(house.application(id).applicant), id));
    return wait(service->sign(caller(house.application(id).applicant), id, cms(who, view->document.content)));
  }
  ConsentView asked_of(int owner) {
    const auto page = wait(service->consents(caller(House::person(owner)), std::nullopt, std::nullopt, 1));
    return page->items.at(0);
  }
  static std::string content_of(const ConsentView& consent, domain::Answer answer) {
    for (const auto& [of, document] : consent.documents) {
      if (of == answer) return document.content;
    }
    return {};
  }
  base::Result<ConsentView> answer(int owner, domain::Answer what) {
    const ConsentView consent = asked_of(owner);
    return wait(service->answer(caller(House::person(owner)), consent.id, std::string(domain::word(what)),
                                cms(House::person(owner), content_of(consent, what))));
  }
  ApplicationView shown(const std::string& id) {
    return *wait(service->application(caller(house.application(id).applicant), id));
  }
  /// Moves the clock to the next thing that falls due, and does it.
  void next() {
    const auto at = house.scheduler->next();
    ASSERT_TRUE(at);
    house.clock.move_to(std::max(*at, house.clock.now()));
    house.work_off();
  }
  void forget_phone(int index) {
    house.engine->tell_and_wait([&](Step& step) {
      auto forget = step.ledger.database().prepare("DELETE FROM reg_phone WHERE iin=?");
      forget.with(store::number_of(House::person(index))).run();
    });
  }

  FakeExaminer examiner;
  House house{8};
  std::optional<ServiceImpl> service;
};

// --- the applicant ----------------------------------------------------------------------------------------------

TEST_F(Eds, TheApplicantSignsAndTheRulesDecide) {
  const std::string id = house.draft(House::owner(0), 0);
  const auto view = sign(id, House::owner(0));
  ASSERT_TRUE(view) << problem(view);
  EXPECT_EQ(view->status, Status::registered);
  EXPECT_EQ(examiner.asked.back().use, edge::eds::Use::document);
  EXPECT_EQ(examiner.asked.back().iin, House::owner(0).str());
  ASSERT_TRUE(view->signature);
  EXPECT_EQ(view->signature->method, "eds");
  EXPECT_EQ(view->signature->signer_name, "ОСПАНОВ ЕРЛАН");
  EXPECT_EQ(view->signature->reason, "ok");
  EXPECT_EQ(view->signature->revocation_by, "ocsp");
  const std::string event = house.events(id).at(1).payload;
  EXPECT_THAT(event, HasSubstr(base::to_hex(base::sha256(signed_by(House::owner(0), view->document.content)))));
  EXPECT_THAT(event, Not(HasSubstr(House::owner(0).str()))) << "the journal names nobody";
}

TEST_F(Eds, AnXmlSignatureIsMadeOverTheCanonicalElement) {
  const std::string id = house.draft(House::owner(0), 0);
  const ApplicationView draft = shown(id);
  EXPECT_EQ(draft.document.xml, fmt::format(R"(<application number="{}" sha256="{}"/>)", draft.number, draft.document.sha256));
  const std::string canonical = fmt::format(R"(<application number="{}" sha256="{}"></application>)", draft.number, draft.document.sha256);
  const auto view = wait(service->sign(caller(House::owner(0)), id, xml(House::owner(0), canonical)));
  ASSERT_TRUE(view) << problem(view);
  EXPECT_EQ(view->signature->format, "xml");
  EXPECT_FALSE(examiner.asked.back().content);
}

TEST_F(Eds, ABadSignatureLeavesTheDraft) {
  const std::string id = house.draft(House::owner(0), 0);
  examiner.says = Reason::revoked;
  EXPECT_EQ(problem(sign(id, House::owner(0))), "bad_signature revoked");
  examiner.says = Reason::ok;
  EXPECT_EQ(problem(sign(id, House::owner(1))), "bad_signature wrong_person");
  const std::string other = house.draft(House::owner(0), 1);
  const auto foreign = wait(service->sign(caller(House::owner(0)), id, cms(House::owner(0), shown(other).document.content)));
  EXPECT_EQ(problem(foreign), "bad_signature content_mismatch");
  EXPECT_EQ(problem(wait(service->sign(caller(House::owner(0)), id, SignatureRequest{"eds", "", "<a/>", ""}))), "bad_signature malformed");
  EXPECT_EQ(problem(wait(service->sign(caller(House::owner(1)), id, cms(House::owner(1), "x")))), "not_found");
  EXPECT_EQ(house.status(id), Status::draft);
  EXPECT_THAT(house.event_types(id), ElementsAre("drafted"));
  EXPECT_EQ(house.number("SELECT count(*) FROM signatures"), 0);
}

TEST_F(Eds, ASignatureCountsOnce) {
  examiner.value = "the same value";
  ASSERT_TRUE(sign(house.draft(House::owner(0), 0), House::owner(0)));
  const std::string again = house.draft(House::owner(0), 0);
  EXPECT_EQ(problem(sign(again, House::owner(0))), "bad_signature content_mismatch");
  EXPECT_EQ(house.status(again), Status::draft);
}

TEST_F(Eds, NobodyNeedsAPhoneForIt) {
  forget_phone(1);
  const auto view = sign(house.draft(House::owner(0), 0), House::owner(0));
  ASSERT_TRUE(view) << problem(view);
  EXPECT_EQ(view->status, Status::registered);
}

TEST_F(Eds, WithoutAnExaminerThereIsNoSuchMethod) {
  const std::string id = house.draft(House::owner(0), 0);
  const std::string content = shown(id).document.content;
  service->set_eds({});
  EXPECT_FALSE(service->eds_available());
  EXPECT_EQ(problem(wait(service->sign(caller(House::owner(0)), id, cms(House::owner(0), content)))), "method_unavailable");
  EXPECT_EQ(problem(wait(service->request_eds_challenge(""))), "method_unavailable");
  EXPECT_EQ(problem(wait(service->offer_qr(QrPurpose::sign_in, "", "", std::nullopt, ""))), "method_unavailable");
}

// --- nobody can tell --------------------------------------------------------------------------------------------

TEST_F(Eds, WhatNobodyCanTellWaitsAndIsFoundGoodLater) {
  const std::string id = house.draft(House::owner(0), 0);
  const Instant received = house.clock.now();
  examiner.says = Reason::revocation_unknown;
  const auto view = sign(id, House::owner(0));
  ASSERT_TRUE(view) << problem(view);
  EXPECT_EQ(view->status, Status::checking);
  EXPECT_TRUE(view->signature_checking);
  EXPECT_TRUE(view->signature->checking);
  EXPECT_EQ(house.scheduler->next(), received + 60s);
  next();
  EXPECT_EQ(house.status(id), Status::checking);
  EXPECT_EQ(house.scheduler->next(), received + 60s + 5min);
  restart();
  next();
  EXPECT_EQ(house.status(id), Status::checking) << "and over a restart";
  EXPECT_THAT(house.event_types(id), ElementsAre("drafted", "signature_received")) << "repeated tries are no news";
  examiner.says = Reason::ok;
  next();
  EXPECT_EQ(house.status(id), Status::registered);
  EXPECT_EQ(house.application(id).signed_at, received) << "signed when he signed, not when it was believed";
  EXPECT_EQ(shown(id).signature->checked_at, house.clock.now());
  EXPECT_FALSE(house.scheduler->next() && *house.scheduler->next() <= house.clock.now());
}

TEST_F(Eds, WhatIsFoundBadLaterIsADraftAgain) {
  const std::string id = house.draft(House::owner(0), 0);
  examiner.says = Reason::revocation_unknown;
  ASSERT_TRUE(sign(id, House::owner(0)));
  examiner.says = Reason::revoked;
  next();
  EXPECT_EQ(house.status(id), Status::draft);
  EXPECT_FALSE(house.application(id).signed_at);
  EXPECT_EQ(shown(id).signature->reason, "revoked");
  const auto messages = wait(service->messages(caller(House::owner(0)), std::nullopt, 5));
  ASSERT_FALSE(messages->items.empty());
  EXPECT_EQ(messages->items.front().kind, "signature_refused");
  EXPECT_THAT(house.sms_to(1).back().text, HasSubstr(shown(id).number));
  examiner.says = Reason::ok;
  EXPECT_EQ(problem(sign(id, House::owner(0))), "none") << "with a good one it goes on";
  EXPECT_EQ(house.status(id), Status::registered);
}

TEST_F(Eds, WhatIsBeingCheckedCanBeTakenBack) {
  const std::string id = house.draft(House::owner(0), 0);
  examiner.says = Reason::revocation_unknown;
  ASSERT_TRUE(sign(id, House::owner(0)));
  ASSERT_TRUE(wait(service->withdraw(caller(House::owner(0)), id)));
  EXPECT_FALSE(house.scheduler->next());
  examiner.says = Reason::ok;
  house.clock.advance(1h);
  house.work_off();
  EXPECT_EQ(house.status(id), Status::withdrawn);
}

// --- the owner --------------------------------------------------------------------------------------------------

TEST_F(Eds, AnOwnerWithoutAPhoneConsents) {
  forget_phone(1);
  const std::string id = house.apply(House::applicant(0), 0);
  ASSERT_EQ(house.status(id), Status::waiting_for_consent);
  const ConsentView consent = asked_of(1);
  ASSERT_EQ(consent.documents.size(), 3U);
  EXPECT_THAT(content_of(consent, domain::Answer::grant), HasSubstr(consent.reference));
  EXPECT_THAT(content_of(consent, domain::Answer::grant), HasSubstr("Оспанов Ерлан"));
  EXPECT_THAT(content_of(consent, domain::Answer::grant), Not(HasSubstr(House::applicant(0).str()))) << "an IIN is not the owner's to know";
  const auto view = answer(1, domain::Answer::grant);
  ASSERT_TRUE(view) << problem(view);
  EXPECT_EQ(view->status, ConsentStatus::granted);
  EXPECT_EQ(view->signature->reason, "ok");
  EXPECT_EQ(house.status(id), Status::registered);
}

TEST_F(Eds, ASignedRefusalIsNoConsent) {
  const std::string id = house.apply(House::applicant(0), 0);
  const ConsentView consent = asked_of(1);
  const auto swapped = wait(service->answer(caller(House::owner(0)), consent.id, "grant",
                                            cms(House::owner(0), content_of(consent, domain::Answer::refuse))));
  EXPECT_EQ(problem(swapped), "bad_signature content_mismatch");
  EXPECT_EQ(house.status(id), Status::waiting_for_consent);
  ASSERT_TRUE(answer(1, domain::Answer::fraud));
  EXPECT_EQ(house.status(id), Status::rejected);
  EXPECT_THAT(house.event_types(id), Contains("fraud_reported"));
}

TEST_F(Eds, TheHourDoesNotEndWhileAnAnswerIsBeingChecked) {
  const std::string id = house.apply(House::applicant(0), 0);
  const Instant asked = house.clock.now();
  house.clock.advance(59min);
  examiner.says = Reason::revocation_unknown;
  const auto view = answer(1, domain::Answer::grant);
  ASSERT_TRUE(view) << problem(view);
  EXPECT_EQ(view->status, ConsentStatus::pending);
  EXPECT_TRUE(view->signature_checking);
  house.clock.move_to(asked + 3h);
  house.work_off();
  EXPECT_EQ(house.status(id), Status::waiting_for_consent);
  restart();
  house.work_off();
  EXPECT_EQ(house.status(id), Status::waiting_for_consent);
  EXPECT_THAT(shown(id).history.back().event, Not(HasSubstr("answer"))) << "the applicant does not learn who answers";
  examiner.says = Reason::ok;
  next();
  EXPECT_EQ(house.status(id), Status::registered);
  EXPECT_EQ(house.consents(id).front().answered_at, asked + 59min);
}

TEST_F(Eds, AnAnswerThatIsExaminedOverTheEndOfTheHourCounts) {
  const std::string id = house.apply(House::applicant(0), 0);
  const Instant asked = house.clock.now();
  house.clock.move_to(asked + kHour - 1s);
  examiner.hold = true;
  const ConsentView consent = asked_of(1);
  boost::asio::io_context loop;
  const auto work = boost::asio::make_work_guard(loop);  // what the examiner is told with keeps nothing running
  auto answered = boost::asio::co_spawn(
      loop, service->answer(caller(House::owner(0)), consent.id, "grant", cms(House::owner(0), content_of(consent, domain::Answer::grant))),
      boost::asio::use_future);
  std::thread owner([&loop] { loop.run(); });
  examiner.held_one.get_future().wait();
  house.clock.move_to(asked + kHour + 2s);
  house.work_off();
  EXPECT_EQ(house.status(id), Status::waiting_for_consent) << "his signature is under the glass";
  examiner.held();
  const auto view = answered.get();
  loop.stop();
  owner.join();
  ASSERT_TRUE(view) << problem(view);
  EXPECT_EQ(house.status(id), Status::registered);
}

TEST_F(Eds, AnAnswerFoundBadAfterTheHourIsNoAnswer) {
  const std::string id = house.apply(House::applicant(0), 0);
  const Instant asked = house.clock.now();
  examiner.says = Reason::revocation_unknown;
  ASSERT_TRUE(answer(1, domain::Answer::grant));
  house.clock.move_to(asked + 2h);
  examiner.says = Reason::revoked;
  house.work_off();
  EXPECT_THAT(house.sms_to(1).back().text, HasSubstr(house.consents(id).front().reference));
  house.work_off();
  EXPECT_EQ(house.status(id), Status::rejected);
  EXPECT_EQ(house.consents(id).front().status, ConsentStatus::expired);
}

TEST_F(Eds, TheLastWordOfAnOwnerCounts) {
  const std::string id = house.apply(House::applicant(0), 0);
  examiner.says = Reason::revocation_unknown;
  ASSERT_TRUE(answer(1, domain::Answer::grant));
  house.answer(1, id, 2);  // by SMS
  EXPECT_EQ(house.status(id), Status::rejected);
  examiner.says = Reason::ok;
  house.clock.advance(10min);
  house.work_off();
  EXPECT_EQ(house.status(id), Status::rejected);
  EXPECT_EQ(house.consents(id).front().status, ConsentStatus::refused);
}

TEST_F(Eds, TheSameAnswerMayBeSentAgainWhileItIsChecked) {
  const std::string id = house.apply(House::applicant(0), 0);
  examiner.says = Reason::revocation_unknown;
  ASSERT_TRUE(answer(1, domain::Answer::grant));
  const auto again = answer(1, domain::Answer::grant);
  ASSERT_TRUE(again) << problem(again) << ": a browser that lost the first answer sends again";
  EXPECT_EQ(house.number("SELECT count(*) FROM signatures WHERE state=0"), 1);
  examiner.says = Reason::ok;
  next();
  EXPECT_EQ(house.status(id), Status::registered);
}

TEST_F(Eds, ASignatureThatCountedBeforeIsFoundOutLaterToo) {
  examiner.value = "the same value";
  ASSERT_TRUE(sign(house.draft(House::owner(0), 0), House::owner(0)));
  examiner.says = Reason::revocation_unknown;
  const std::string again = house.draft(House::owner(0), 0);
  ASSERT_TRUE(sign(again, House::owner(0)));
  examiner.says = Reason::ok;
  next();
  EXPECT_EQ(house.status(again), Status::draft);
  EXPECT_EQ(shown(again).signature->reason, "content_mismatch");
}

TEST_F(Eds, AnOutageIsGivenBackBesideACheck) {
  const std::string id = house.apply(House::applicant(0), 0);
  examiner.says = Reason::revocation_unknown;
  ASSERT_TRUE(answer(1, domain::Answer::grant));
  const Instant deadline = *house.application(id).deadline;
  house.scheduler->link_bound(false);
  house.clock.advance(30min);
  house.bind();
  EXPECT_EQ(house.application(id).deadline, deadline + 30min);
  house.clock.move_to(deadline + 31min);
  house.work_off();
  EXPECT_EQ(house.status(id), Status::waiting_for_consent);
}

// --- the state is a fold of the journal, the proof stands beside it ---------------------------------------------

TEST_F(Eds, TheStateIsStillWhatTheJournalMakesOfIt) {
  ASSERT_TRUE(sign(house.draft(House::owner(0), 0), House::owner(0)));
  house.apply(House::applicant(1), 1);
  ASSERT_TRUE(answer(3, domain::Answer::grant));
  house.apply(House::applicant(2), 2);
  house.apply(House::applicant(3), 3);
  examiner.says = Reason::revocation_unknown;
  ASSERT_TRUE(answer(5, domain::Answer::grant));  // stays open
  ASSERT_TRUE(answer(7, domain::Answer::refuse));
  ASSERT_TRUE(sign(house.draft(House::owner(4), 4), House::owner(4)));
  ASSERT_TRUE(sign(house.draft(House::owner(5), 5), House::owner(5)));
  examiner.says = Reason::ok;
  house.engine->tell_and_wait([](Step& step) {
    auto later = step.ledger.database().prepare("UPDATE signatures SET due_at=due_at+3600000 WHERE state=0 AND (consent<>'' AND answer=0 OR iin=?)");
    later.with(store::number_of(House::owner(5))).run();
  });
  house.clock.advance(2min);
  house.work_off();
  const std::int64_t kept = house.number("SELECT count(*) FROM signatures");
  EXPECT_EQ(kept, 6);
  EXPECT_EQ(house.number("SELECT count(*) FROM signatures WHERE state=0"), 2);
  service.reset();
  house.close();
  {
    store::sqlite::Database database(house.file(), store::sqlite::Access::read_write);
    EXPECT_FALSE(store::verify_journal(database).bad);
    const auto before = dump(database);
    rebuild(house.file());
    const auto after = dump(database);
    EXPECT_FALSE(before.at("consents").empty());
    EXPECT_EQ(before, after);
  }
  open();
  EXPECT_EQ(house.number("SELECT count(*) FROM signatures"), kept);
  house.clock.advance(2h);
  house.work_off();
  EXPECT_EQ(house.number("SELECT count(*) FROM signatures WHERE state=0"), 0) << "a rebuilt service goes on checking";
}

TEST_F(Eds, TheSignerGetsHisContainerAndNobodyElse) {
  const auto view = sign(house.draft(House::owner(0), 0), House::owner(0));
  ASSERT_TRUE(view);
  const auto container = wait(service->signature_container(caller(House::owner(0)), view->signature->id));
  ASSERT_TRUE(container) << problem(container);
  EXPECT_EQ(container->file_name, fmt::format("application-{}.zip", view->number));
  EXPECT_TRUE(container->zip.starts_with("PK\x03\x04"));
  EXPECT_THAT(container->zip, HasSubstr(view->document.content));
  for (const char* name : {"document.json", "signature.cms", "report.json", "certificate.cer", "ocsp.der"}) {
    EXPECT_THAT(container->zip, HasSubstr(name));
  }
  EXPECT_EQ(problem(wait(service->signature_container(caller(House::applicant(0)), view->signature->id))), "not_found");
}

// --- signing in -------------------------------------------------------------------------------------------------

class EdsSigningIn : public Eds {
 protected:
  std::string code_sent_to(int index) {
    const std::string text = house.sms_to(index).back().text;
    std::smatch found;
    return std::regex_search(text, found, std::regex("[0-9]{6}")) ? found.str() : "";
  }
};

TEST_F(EdsSigningIn, TheSignatureIsFollowedByACode) {
  const auto challenge = wait(service->request_eds_challenge("10.0.0.1"));
  ASSERT_TRUE(challenge);
  EXPECT_THAT(challenge->content, ::testing::MatchesRegex(
      "<login><nonce>[0-9a-f]{64}</nonce><origin>https://mekenjai.kz</origin><issued>2026-03-02T10:00:00\\+05:00</issued></login>"));
  EXPECT_EQ(challenge->expires_at, house.clock.now() + 5min);
  const auto signed_ = wait(service->sign_in_eds(challenge->id, cms(House::owner(0), challenge->content), "10.0.0.1", false));
  ASSERT_TRUE(signed_) << problem(signed_);
  EXPECT_FALSE(signed_->signed_in);
  EXPECT_EQ(examiner.asked.back().use, edge::eds::Use::login);
  EXPECT_THAT(challenge->content, HasSubstr(*examiner.asked.back().nonce));
  EXPECT_EQ(examiner.asked.back().origin, "https://mekenjai.kz");
  const auto in = wait(service->sign_in(signed_->sms_challenge, code_sent_to(1), "10.0.0.1", false));
  ASSERT_TRUE(in) << problem(in);
  EXPECT_EQ(in->person.iin, House::owner(0));
  const auto again = wait(service->sign_in_eds(challenge->id, cms(House::owner(0), challenge->content), "10.0.0.1", false));
  EXPECT_EQ(problem(again), "bad_signature bad_challenge");
}

TEST_F(EdsSigningIn, WhereNoCodeCanGoTheSignatureIsEnough) {
  forget_phone(1);
  const auto challenge = wait(service->request_eds_challenge("10.0.0.1"));
  const auto in = wait(service->sign_in_eds(challenge->id, cms(House::owner(0), challenge->content), "10.0.0.1", false));
  ASSERT_TRUE(in) << problem(in);
  ASSERT_TRUE(in->signed_in);
  EXPECT_EQ(in->signed_in->person.iin, House::owner(0));
}

TEST_F(EdsSigningIn, WhatNobodyCanTellLetsNobodyInAndKeepsTheChallenge) {
  forget_phone(1);
  const auto challenge = wait(service->request_eds_challenge("10.0.0.1"));
  const auto sign_in = [&] { return wait(service->sign_in_eds(challenge->id, cms(House::owner(0), challenge->content), "", false)); };
  examiner.says = Reason::revocation_unknown;
  const auto later = sign_in();
  EXPECT_EQ(problem(later), "signature_unchecked");
  EXPECT_EQ(later.error().retry_after_s, 60);
  examiner.says = Reason::ok;
  EXPECT_TRUE(sign_in());
}

TEST_F(EdsSigningIn, AnOldOrForeignChallengeIsNone) {
  const auto challenge = wait(service->request_eds_challenge("10.0.0.1"));
  const SignatureRequest good = cms(House::owner(0), challenge->content);
  EXPECT_EQ(problem(wait(service->sign_in_eds(domain::new_id(house.clock.now()), good, "", false))), "challenge_not_found");
  EXPECT_EQ(problem(wait(service->sign_in_eds(challenge->id, cms(House::owner(0), "<login>other</login>"), "", false))),
            "bad_signature content_mismatch");
  house.clock.advance(5min);
  EXPECT_EQ(problem(wait(service->sign_in_eds(challenge->id, good, "", false))), "bad_signature bad_challenge");
}

TEST_F(EdsSigningIn, AStrangerToTheRegisterIsNotLetIn) {
  const auto challenge = wait(service->request_eds_challenge("10.0.0.1"));
  const Iin stranger = House::person(5'000);
  const auto in = wait(service->sign_in_eds(challenge->id, cms(stranger, challenge->content), "", false));
  EXPECT_EQ(problem(in), "no_such_person");
}

// --- eGov Mobile ------------------------------------------------------------------------------------------------

class EdsByPhone : public Eds {
 protected:
  /// What the phone makes of a code: reads it, fetches the document, signs it.
  base::Result<Done> phone_signs(const QrOffer& offer, const Iin& who) {
    const auto first = wait(service->qr_opened(offer.id));
    if (!first) return tl::unexpected(first.error());
    const auto document = wait(service->qr_documents(offer.id, first->token));
    if (!document) return tl::unexpected(document.error());
    return wait(service->qr_signed(offer.id, first->token, "<" + signed_by(who, canonical(document->xml))));
  }
  static std::string canonical(const std::string& xml) {
    if (!xml.ends_with("/>")) return xml;
    return xml.substr(0, xml.size() - 2) + "></" + xml.substr(1, xml.find(' ') - 1) + ">";
  }
  QrState state(const QrOffer& offer) { return *wait(service->qr_state(offer.id, offer.browser_key)); }
};

TEST_F(EdsByPhone, TheBrowserThatShowedTheCodeIsSignedInOnce) {
  forget_phone(1);
  const auto offer = wait(service->offer_qr(QrPurpose::sign_in, "", "", std::nullopt, "10.0.0.1"));
  ASSERT_TRUE(offer) << problem(offer);
  EXPECT_EQ(offer->url, "https://mekenjai.kz/egov-mobile/" + offer->id);
  EXPECT_GE(offer->id.size(), 43U) << "256 bits";
  EXPECT_EQ(state(*offer).stage, QrState::Stage::pending);
  EXPECT_EQ(problem(wait(service->qr_sign_in(offer->id, offer->browser_key, "", true))), "not_found") << "nobody has signed";
  const auto signed_ = phone_signs(*offer, House::owner(0));
  ASSERT_TRUE(signed_) << problem(signed_);
  EXPECT_EQ(state(*offer).stage, QrState::Stage::signed_);
  EXPECT_EQ(problem(wait(service->qr_state(offer->id, "another browser"))), "not_found");
  EXPECT_EQ(problem(wait(service->qr_sign_in(offer->id, "another browser", "", true))), "not_found");
  const auto in = wait(service->qr_sign_in(offer->id, offer->browser_key, "", true));
  ASSERT_TRUE(in) << problem(in);
  EXPECT_EQ(in->signed_in->person.iin, House::owner(0));
  EXPECT_EQ(problem(wait(service->qr_sign_in(offer->id, offer->browser_key, "", true))), "not_found");
  EXPECT_EQ(problem(phone_signs(*offer, House::owner(0))), "not_found") << "a code is good once";
}

TEST_F(EdsByPhone, TheApplicantSignsWithHisPhone) {
  const std::string id = house.draft(House::owner(0), 0);
  EXPECT_EQ(problem(wait(service->offer_qr(QrPurpose::application, id, "", caller(House::applicant(0)), ""))), "not_found");
  const auto offer = wait(service->offer_qr(QrPurpose::application, id, "", caller(House::owner(0)), ""));
  ASSERT_TRUE(offer) << problem(offer);
  EXPECT_EQ(problem(phone_signs(*offer, House::applicant(0))), "bad_signature wrong_person");
  EXPECT_EQ(state(*offer).stage, QrState::Stage::refused);
  EXPECT_EQ(state(*offer).reason, "wrong_person");
  const auto again = wait(service->offer_qr(QrPurpose::application, id, "", caller(House::owner(0)), ""));
  ASSERT_TRUE(phone_signs(*again, House::owner(0)));
  EXPECT_EQ(house.status(id), Status::registered);
  EXPECT_EQ(shown(id).signature->format, "xml");
}

TEST_F(EdsByPhone, TheOwnerAnswersWithHisPhone) {
  const std::string id = house.apply(House::applicant(0), 0);
  const auto offer = wait(service->offer_qr(QrPurpose::consent, asked_of(1).id, "refuse", caller(House::owner(0)), ""));
  ASSERT_TRUE(offer) << problem(offer);
  const auto first = wait(service->qr_opened(offer->id));
  const auto document = wait(service->qr_documents(offer->id, first->token));
  EXPECT_EQ(document->answer, domain::Answer::refuse);
  EXPECT_EQ(document->reference, asked_of(1).reference);
  EXPECT_EQ(wait(service->qr_opened(offer->id))->token, first->token) << "the app may ask again";
  EXPECT_EQ(problem(wait(service->qr_documents(offer->id, "guess"))), "not_found");
  EXPECT_EQ(state(*offer).stage, QrState::Stage::opened);
  ASSERT_TRUE(phone_signs(*offer, House::owner(0)));
  EXPECT_EQ(house.status(id), Status::rejected);
}

TEST_F(EdsByPhone, ACodeRunsOutAfterFiveMinutes) {
  const auto offer = wait(service->offer_qr(QrPurpose::sign_in, "", "", std::nullopt, ""));
  const auto first = wait(service->qr_opened(offer->id));
  house.clock.advance(5min);
  EXPECT_EQ(state(*offer).stage, QrState::Stage::expired);
  EXPECT_EQ(problem(wait(service->qr_documents(offer->id, first->token))), "not_found");
  EXPECT_EQ(problem(wait(service->qr_opened(offer->id))), "not_found");
}

TEST_F(EdsByPhone, WhatNobodyCanTellCanBeSentAgain) {
  const auto offer = wait(service->offer_qr(QrPurpose::sign_in, "", "", std::nullopt, ""));
  examiner.says = Reason::revocation_unknown;
  EXPECT_EQ(problem(phone_signs(*offer, House::owner(0))), "signature_unchecked");
  EXPECT_EQ(state(*offer).stage, QrState::Stage::opened);
  examiner.says = Reason::ok;
  EXPECT_TRUE(phone_signs(*offer, House::owner(0)));
}

// --- data of an older release -----------------------------------------------------------------------------------

TEST(EdsMigration, AStoreOfTheFirstSchemaGoesOn) {
  House house(2);
  house.open();
  house.bind();
  const std::string id = house.apply(House::applicant(0), 0);
  house.close();
  {
    store::sqlite::Database database(house.file(), store::sqlite::Access::read_write);
    database.execute("DROP TABLE signatures; DROP TABLE login_challenges; DROP TABLE qr_requests;"
                     "ALTER TABLE consents DROP COLUMN checking; DROP TABLE figures;"
                     "ALTER TABLE applications DROP COLUMN region; PRAGMA user_version=1");
  }
  house.open();
  house.bind();
  EXPECT_EQ(house.number("PRAGMA user_version"), 3);
  house.answer(1, id, 1);
  EXPECT_EQ(house.status(id), Status::registered);
}

}  // namespace
}  // namespace mekenjai::flow
