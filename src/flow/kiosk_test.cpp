// Kiosks: who may issue and revoke them, what their sessions are good for and how long, and what a
// consultant may do there.
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

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

class AtKiosks : public ::testing::Test {
 protected:
  AtKiosks() {
    open();
    house.engine->tell_and_wait([](Step& step) {
      auto centre = step.ledger.database().prepare(
          "INSERT INTO reg_centre VALUES(?, 'ХҚКО', 'ЦОН', ?, '', '', '1414', '')");
      centre.with("almaty-1", 751110000).run();
      centre.with("shymkent-1", 791110000).run();
      auto staff = step.ledger.database().prepare("INSERT INTO reg_staff VALUES(?, ?, 0, ?)");
      staff.with(store::number_of(House::person(1)), "psc_receptionist", 750000000).run();
      staff.with(store::number_of(House::person(3)), "psc_operator", 791110000).run();
      staff.with(store::number_of(House::person(5)), "migration_officer", 750000000).run();
    });
  }
  void open() {
    house.open();
    house.bind();
    service.emplace(*house.engine);
  }
  void restart() {
    service.reset();
    house.close();
    open();
  }

  template <class T>
  T wait(boost::asio::awaitable<T> task) {
    boost::asio::io_context loop;
    auto result = boost::asio::co_spawn(loop, std::move(task), boost::asio::use_future);
    loop.run();
    return result.get();
  }
  static std::string problem(const auto& result) {
    if (result) return "none";
    std::string text = result.error().code;
    for (const auto& error : result.error().errors)
      text += fmt::format(" {}:{}", error.field, error.code);
    for (const auto& [name, value] : result.error().values) text += " " + value;
    return text;
  }
  static Caller caller(int person) {
    return {House::person(person), i18n::Language::ru, "10.0.0.1"};
  }
  Kiosks& kiosks() { return service->kiosks(); }

  IssuedKiosk issued(std::string label = "У входа") {
    return *wait(kiosks().issue(caller(1), "almaty-1", std::move(label), std::nullopt));
  }
  std::vector<KioskView> list() { return wait(kiosks().list(caller(1))).value(); }
  SignedIn signed_in(int person, const std::string& kiosk) {
    const auto challenge = wait(
        service->request_sign_in_code(House::person(person).str(), "10.0.0.1", i18n::Language::ru));
    const std::string text = house.sms_to(person).back().text;
    std::smatch code;
    std::regex_search(text, code, std::regex("[0-9]{6}"));
    return *wait(service->sign_in(*challenge, code.str(), "10.0.0.1", SessionFor(true, kiosk)));
  }
  bool alive(const std::string& token) { return wait(service->session(token)).has_value(); }
  std::optional<Kiosk> kiosk(const std::string& token) { return wait(kiosks().of_token(token)); }

  House house{4};
  std::optional<ServiceImpl> service;
};

// --- issuing -----------------------------------------------------------------------------------

TEST_F(AtKiosks, AreIssuedByReceptionistsAndOperatorsOfTheRegionOnly) {
  const auto mine = wait(kiosks().issue(caller(1), "almaty-1", "У входа", std::nullopt));
  ASSERT_TRUE(mine) << problem(mine);
  EXPECT_EQ(mine->token.size(), 43U);
  EXPECT_THAT(mine->consultant_code, ::testing::MatchesRegex("[0-9]{6}"));
  EXPECT_EQ(problem(wait(kiosks().issue(caller(1), "shymkent-1", "Чужой", std::nullopt))),
            "invalid centre:unknown_value");
  EXPECT_TRUE(wait(kiosks().issue(caller(3), "shymkent-1", "Свой", std::nullopt)));
  for (const int other : {0, 5}) {
    EXPECT_EQ(problem(wait(kiosks().issue(caller(other), "almaty-1", "x", std::nullopt))),
              "forbidden");
    EXPECT_EQ(problem(wait(kiosks().list(caller(other)))), "forbidden");
    EXPECT_EQ(problem(wait(kiosks().revoke(caller(other), mine->kiosk.id))), "forbidden");
    EXPECT_EQ(problem(wait(kiosks().centres(caller(other)))), "forbidden");
  }
}

TEST_F(AtKiosks, TheSameKeyIsTheSameKioskUntilItIsInUse) {
  const auto issue = [this](const std::string& key, const std::string& label) {
    return wait(kiosks().issue(caller(1), "almaty-1", label, Idempotency{key, label}));
  };
  const auto lost = issue("key", "У входа"), second = issue("key", "У входа");
  ASSERT_TRUE(lost && second) << problem(second);
  EXPECT_EQ(second->kiosk.id, lost->kiosk.id);
  EXPECT_FALSE(kiosk(lost->token)) << "the answer that nobody has read opens nothing";
  EXPECT_EQ(list().size(), 1U);
  EXPECT_EQ(problem(issue("key", "Другой")), "key_reused");
  EXPECT_NE(issue("another", "У входа")->kiosk.id, lost->kiosk.id);
  ASSERT_TRUE(kiosk(second->token));
  house.engine->tell_and_wait([](Step&) {});
  EXPECT_EQ(problem(issue("key", "У входа")), "wrong_state") << "it stays what it is";
  EXPECT_TRUE(kiosk(second->token));
}

TEST_F(AtKiosks, ALabelIsShortAndPlain) {
  const auto label = [this](std::string text) {
    return problem(wait(kiosks().issue(caller(1), "almaty-1", std::move(text), std::nullopt)));
  };
  EXPECT_EQ(label(""), "invalid label:required");
  EXPECT_EQ(label("a\nb"), "invalid label:bad_characters");
  EXPECT_EQ(label(std::string("\xff")), "invalid label:bad_characters");
  std::string sixty;
  for (int i = 0; i < 60; ++i) sixty += "ә";
  EXPECT_EQ(label(sixty), "none");
  EXPECT_EQ(label(sixty + "ә"), "invalid label:too_long");
}

TEST_F(AtKiosks, AreListedByTheirRegionThoseInUseFirst) {
  const IssuedKiosk first = issued("первый");
  house.clock.advance(1s);
  issued("второй");
  ASSERT_TRUE(wait(kiosks().issue(caller(3), "shymkent-1", "в Шымкенте", std::nullopt)));
  ASSERT_TRUE(wait(kiosks().revoke(caller(1), first.kiosk.id)));
  const std::vector<KioskView> listed = list();
  EXPECT_THAT(listed,
              ElementsAre(Field(&KioskView::label, "второй"), Field(&KioskView::label, "первый")));
  EXPECT_FALSE(listed.front().revoked_at);
  EXPECT_TRUE(listed.back().revoked_at);
}

TEST_F(AtKiosks, TheStoreAndTheJournalHoldNoTokenAndNoPerson) {
  const IssuedKiosk kiosk = issued("Киоск Айгерим");
  EXPECT_EQ(house.number(fmt::format("SELECT count(*) FROM kiosks WHERE token='{0}' OR code='{1}'",
                                     kiosk.token, kiosk.consultant_code)),
            0);
  ASSERT_TRUE(wait(kiosks().revoke(caller(1), kiosk.kiosk.id)));
  std::string told;
  house.engine->tell_and_wait([&](Step& step) {
    store::each_record(step.ledger.database(), [&](const journal::Record& record) {
      told += fmt::format("{} {} {}\n", record.actor, record.type, record.payload);
    });
  });
  EXPECT_THAT(told, HasSubstr("officer kiosk_issued"));
  EXPECT_THAT(told, HasSubstr("officer kiosk_revoked"));
  EXPECT_THAT(told, HasSubstr(kiosk.kiosk.id));
  for (const std::string& secret :
       {kiosk.token, kiosk.consultant_code, std::string("Айгерим"), House::person(1).str()}) {
    EXPECT_THAT(told, Not(HasSubstr(secret)));
  }
  service.reset();
  house.close();
  rebuild(house.file());
  open();
  EXPECT_EQ(house.number("SELECT count(*) FROM kiosks WHERE revoked_at IS NOT NULL"), 1)
      << "a rebuild leaves them alone";
}

// --- revoking ----------------------------------------------------------------------------------

TEST_F(AtKiosks, ARevokedKioskIsNoneAtItsNextRequest) {
  const IssuedKiosk one = issued("один"), two = issued("два");
  ASSERT_EQ(kiosk(one.token)->id, one.kiosk.id);
  const std::string session = signed_in(0, one.kiosk.id).token;
  ASSERT_TRUE(wait(kiosks().revoke(caller(1), one.kiosk.id)));
  EXPECT_FALSE(kiosk(one.token));
  EXPECT_TRUE(kiosk(two.token));
  EXPECT_EQ(house.number("SELECT count(*) FROM sessions WHERE kiosk<>''"), 0);
  EXPECT_TRUE(wait(kiosks().revoke(caller(1), one.kiosk.id))) << "again is done as well";
  EXPECT_EQ(house.number("SELECT count(*) FROM journal WHERE type='kiosk_revoked'"), 1);
  EXPECT_EQ(problem(wait(kiosks().revoke(caller(3), two.kiosk.id))), "not_found")
      << "of another region";
  EXPECT_EQ(problem(wait(kiosks().revoke(caller(1), "no-such"))), "not_found");
  restart();
  EXPECT_FALSE(kiosk(one.token));
  EXPECT_EQ(kiosk(two.token)->centre, "almaty-1");
}

TEST_F(AtKiosks, StaffSeesWhenAKioskLivedLast) {
  const IssuedKiosk one = issued();
  EXPECT_FALSE(list().front().seen_at);
  const Instant first = house.clock.now();
  kiosk(one.token);
  house.clock.advance(1min);
  kiosk(one.token);
  house.engine->tell_and_wait([](Step&) {});
  EXPECT_EQ(list().front().seen_at, first) << "written every five minutes only";
  house.clock.advance(5min);
  kiosk(one.token);
  house.engine->tell_and_wait([](Step&) {});
  EXPECT_EQ(list().front().seen_at, first + 6min);
}

// --- sessions ----------------------------------------------------------------------------------

TEST_F(AtKiosks, ASessionKnowsItsKioskAndEndsAfterNinetyIdleSeconds) {
  const IssuedKiosk one = issued();
  const std::string token = signed_in(0, one.kiosk.id).token;
  ASSERT_EQ(wait(service->session(token))->kiosk, one.kiosk.id);
  house.clock.advance(89s + 999ms);
  EXPECT_TRUE(alive(token));
  house.clock.advance(1ms);
  EXPECT_FALSE(alive(token)) << "what the page asks by itself is not use";
  service->used(token, 0ms);
  EXPECT_FALSE(alive(token)) << "what is over stays over";
}

TEST_F(AtKiosks, UseCountsFromTheMomentItWas) {
  const std::string token = signed_in(0, issued().kiosk.id).token;
  ASSERT_TRUE(alive(token));
  house.clock.advance(80s);
  service->used(token, 20s);  // touched last after 60 s
  house.clock.advance(69s);
  EXPECT_TRUE(alive(token));
  service->used(token, 85s);  // earlier than what is known
  service->used(token, -5h);  // nobody touches in the future
  house.clock.advance(89s);
  EXPECT_TRUE(alive(token));
  house.clock.advance(1s);
  EXPECT_FALSE(alive(token));
}

TEST_F(AtKiosks, ASessionOutlivesARestartWhileItIsUsed) {
  const std::string token = signed_in(0, issued().kiosk.id).token;
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(alive(token));
    house.clock.advance(40s);
    service->used(token, 0ms);
  }
  house.engine->tell_and_wait([](Step&) {});
  restart();
  EXPECT_TRUE(alive(token));
  house.clock.advance(90s);
  restart();
  EXPECT_FALSE(alive(token));
}

TEST_F(AtKiosks, OnePersonStandsAtAKiosk) {
  const IssuedKiosk one = issued("один"), two = issued("два");
  const std::string first = signed_in(0, one.kiosk.id).token,
                    other = signed_in(2, two.kiosk.id).token, portal = signed_in(4, "").token;
  ASSERT_TRUE(alive(first) && alive(other) && alive(portal)) << "memory knows them";
  signed_in(6, one.kiosk.id);
  EXPECT_FALSE(alive(first));
  EXPECT_TRUE(alive(other));
  EXPECT_TRUE(alive(portal));
}

TEST_F(AtKiosks, AStoreOfTheSecondSchemaGoesOnAndItsSessionsAreOfNoKiosk) {
  const std::string token = signed_in(0, "").token;
  service.reset();
  house.close();
  {
    store::sqlite::Database database(house.file(), store::sqlite::Access::read_write);
    database.execute(
        "DROP INDEX sessions_kiosk; ALTER TABLE sessions DROP COLUMN kiosk; DROP TABLE kiosks;"
        "DROP TABLE figures; ALTER TABLE applications DROP COLUMN region; PRAGMA user_version=2");
  }
  open();
  EXPECT_EQ(house.number("PRAGMA user_version"), 3);
  EXPECT_TRUE(alive(token));
  EXPECT_EQ(wait(service->session(token))->kiosk, "");
  const IssuedKiosk one = issued();
  EXPECT_EQ(wait(service->session(signed_in(2, one.kiosk.id).token))->kiosk, one.kiosk.id);
}

// --- the consultant ----------------------------------------------------------------------------

TEST_F(AtKiosks, AConsultantComesByHisCodeAndGoes) {
  const IssuedKiosk one = issued();
  ASSERT_FALSE(kiosk(one.token)->consultant);
  ASSERT_TRUE(wait(kiosks().let_consultant_in(one.token, one.consultant_code, "screen")));
  EXPECT_TRUE(kiosk(one.token)->consultant);
  restart();
  EXPECT_TRUE(kiosk(one.token)->consultant) << "a restart lets nobody act";
  ASSERT_TRUE(wait(kiosks().let_consultant_out(one.token, "screen")));
  EXPECT_FALSE(kiosk(one.token)->consultant);
  restart();
  EXPECT_FALSE(kiosk(one.token)->consultant);
}

TEST_F(AtKiosks, AConsultantIsLetOutByTheBrowserThatLetHimInOnly) {
  const IssuedKiosk one = issued();
  ASSERT_TRUE(kiosk(one.token));
  ASSERT_TRUE(wait(kiosks().let_consultant_in(one.token, one.consultant_code, "screen")));
  ASSERT_TRUE(wait(kiosks().let_consultant_out(one.token, "of a thief")));
  ASSERT_TRUE(wait(kiosks().let_consultant_out(one.token, "")));
  EXPECT_TRUE(kiosk(one.token)->consultant);
  ASSERT_TRUE(wait(kiosks().let_consultant_out(one.token, "screen")));
  EXPECT_FALSE(kiosk(one.token)->consultant);
}

TEST_F(AtKiosks, AConsultantLeavesByIdlenessAndWhoeverWasSignedInWithHim) {
  const IssuedKiosk one = issued();
  ASSERT_TRUE(kiosk(one.token));
  const std::string session = signed_in(0, one.kiosk.id).token;
  ASSERT_TRUE(alive(session));
  ASSERT_TRUE(wait(kiosks().let_consultant_in(one.token, one.consultant_code, "screen")));
  house.clock.advance(80s);
  kiosks().used(one.token, 0ms);
  service->used(session, 0ms);
  house.clock.advance(89s);
  EXPECT_TRUE(kiosk(one.token)->consultant);
  EXPECT_TRUE(alive(session));
  house.clock.advance(1s);
  EXPECT_FALSE(kiosk(one.token)->consultant);
  EXPECT_FALSE(alive(session));
  house.engine->tell_and_wait([](Step&) {});
  restart();
  EXPECT_FALSE(kiosk(one.token)->consultant);
}

TEST_F(AtKiosks, FiveWrongCodesCloseTheWayForAQuarterOfAnHour) {
  const IssuedKiosk one = issued(), two = issued();
  ASSERT_TRUE(kiosk(one.token));
  const std::string wrong = one.consultant_code == "000000" ? "000001" : "000000";
  const auto enter = [&](const std::string& code) {
    return problem(wait(kiosks().let_consultant_in(one.token, code, "screen")));
  };
  EXPECT_EQ(enter(wrong), "wrong_code 4");
  EXPECT_EQ(enter(one.consultant_code), "none");
  ASSERT_TRUE(wait(kiosks().let_consultant_out(one.token, "screen")));
  for (int left = 4; left >= 1; --left) EXPECT_EQ(enter(wrong), fmt::format("wrong_code {}", left));
  EXPECT_EQ(enter(wrong), "blocked");
  EXPECT_EQ(enter(one.consultant_code), "blocked");
  EXPECT_FALSE(kiosk(one.token)->consultant);
  EXPECT_TRUE(wait(kiosks().let_consultant_in(two.token, two.consultant_code, "other")))
      << "of another kiosk is another way";
  house.clock.advance(15min);
  EXPECT_EQ(enter(one.consultant_code), "none");
  EXPECT_EQ(problem(wait(kiosks().let_consultant_in("no token", "123456", ""))), "not_found");
}

}  // namespace
}  // namespace mekenjai::flow
