#include "flow/codes.hpp"

namespace mekenjai::flow {
namespace {

using base::Problem;
using base::Trouble;
using store::millis;
using store::number_of;

int seconds_until(Instant then, Instant now) {
  return std::max(1, static_cast<int>(std::chrono::ceil<std::chrono::seconds>(then - now).count()));
}

Problem too_many(std::string code, Instant free_at, Instant now) {
  return {Trouble::too_many, std::move(code), {}, seconds_until(free_at, now), {}};
}

std::int64_t day_number(Instant at) { return std::chrono::sys_days{base::civil_date(at)}.time_since_epoch().count(); }

/// What follows a digital signature is counted apart.
int factor(Purpose purpose) { return purpose == Purpose::second_factor ? 1 : 0; }
std::string place(Purpose purpose, const std::string& source) { return factor(purpose) == 0 ? source : "eds " + source; }
bool signs_in(Purpose purpose) { return purpose == Purpose::sign_in || purpose == Purpose::second_factor; }

Instant tomorrow(Instant now) { return base::start_of_day(base::add_days(base::civil_date(now), 1)); }

}  // namespace

struct Codes::Challenge {
  std::string id;
  Iin iin;
  Purpose purpose = Purpose::sign_in;
  std::string target, phone, mac;
  Instant expires_at;
  int attempts = 0;
  bool ended = false;
};

Codes::Codes(store::sqlite::Database& db, std::string secret)
    : secret_(std::move(secret)),
      add_(db.prepare("INSERT INTO challenges(id, iin, purpose, target, phone, mac, created_at, expires_at) "
                      "VALUES(?,?,?,?,?,?,?,?)")),
      by_id_(db.prepare("SELECT id, iin, purpose, target, phone, mac, expires_at, attempts, ended FROM challenges WHERE id=?")),
      newest_(db.prepare("SELECT id, iin, purpose, target, phone, mac, expires_at, attempts, ended FROM challenges "
                         "WHERE iin=? AND purpose=? AND target=? ORDER BY created_at DESC, id DESC LIMIT 1")),
      wrong_(db.prepare("UPDATE challenges SET attempts=attempts+1, ended=(attempts+1>=?) WHERE id=?")),
      end_(db.prepare("UPDATE challenges SET ended=1 WHERE id=?")),
      sent_lately_(db.prepare("SELECT count(*), min(created_at) FROM challenges WHERE iin=? AND created_at>? AND (purpose=3)=?")),
      block_(db.prepare("INSERT INTO blocks VALUES(?,?,?) ON CONFLICT(iin, source) DO UPDATE SET until=excluded.until")),
      block_until_(db.prepare("SELECT until FROM blocks WHERE iin=? AND source=?")),
      count_wrong_(db.prepare("INSERT INTO wrong_codes_a_day VALUES(?,?,?,1) ON CONFLICT(iin, factor, day) DO UPDATE SET count=count+1")),
      wrong_today_(db.prepare("SELECT count FROM wrong_codes_a_day WHERE iin=? AND factor=? AND day=?")),
      forget_(db.prepare("DELETE FROM challenges WHERE iin=? AND created_at<?")),
      forget_blocks_(db.prepare("DELETE FROM blocks WHERE iin=? AND until<?")),
      forget_wrong_(db.prepare("DELETE FROM wrong_codes_a_day WHERE iin=? AND day<?")) {}

std::optional<Problem> Codes::blocked(const Iin& iin, Purpose purpose, const std::string& source, Instant now) {
  {
    store::sqlite::Rows rows(wrong_today_.with(number_of(iin), factor(purpose), day_number(now)));
    if (rows.next() && rows->integer(0) >= kWrongADay) return too_many("blocked", tomorrow(now), now);
  }
  store::sqlite::Rows rows(block_until_.with(number_of(iin), place(purpose, source)));
  if (rows.next() && rows->integer(0) > millis(now)) {
    return too_many("blocked", store::instant(rows->integer(0)), now);
  }
  return std::nullopt;
}

std::string Codes::mac(const Challenge& challenge, std::string_view bound, std::string_view code) const {
  const std::string text = fmt::format("{}|{}|{}|{}|{}|{}", challenge.id, static_cast<int>(challenge.purpose),
                                       challenge.target, challenge.phone, bound, code);
  const base::Sha256 digest = base::hmac_sha256(secret_, text);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

base::Result<std::string> Codes::issue(Ledger& ledger, const Request& request) {
  const Instant now = ledger.now();
  if (const auto problem = blocked(request.iin, request.purpose, request.source, now)) return base::fail(*problem);
  const std::int64_t an_hour_ago = millis(now - std::chrono::hours{1});
  {
    store::sqlite::Rows rows(sent_lately_.with(number_of(request.iin), an_hour_ago, factor(request.purpose)));
    if (rows.next() && rows->integer(0) >= kCodesAnHour) {
      return base::fail(too_many("too_many_codes", store::instant(rows->integer(1)) + std::chrono::hours{1}, now));
    }
  }
  forget_.with(number_of(request.iin), an_hour_ago).run();
  forget_blocks_.with(number_of(request.iin), millis(now)).run();
  forget_wrong_.with(number_of(request.iin), day_number(now)).run();

  const std::string code = fmt::format("{:06}", base::random_below(1'000'000));
  Challenge challenge{domain::new_id(now), request.iin, request.purpose, request.target, request.phone, {}, now + kLife, 0, false};
  challenge.mac = mac(challenge, request.bound, code);
  add_.reset();
  add_.bind(1, challenge.id)
      .bind(2, number_of(challenge.iin))
      .bind(3, static_cast<int>(challenge.purpose))
      .bind(4, challenge.target)
      .bind(5, challenge.phone)
      .bind_blob(6, challenge.mac)
      .bind(7, millis(now))
      .bind(8, millis(challenge.expires_at))
      .run();
  ledger.sms(request.phone, request.text(code), "code", challenge.expires_at);
  return challenge.id;
}

std::optional<Iin> Codes::whose(const std::string& challenge) {
  store::sqlite::Rows rows(by_id_.with(challenge));
  if (!rows.next() || !signs_in(static_cast<Purpose>(rows->integer(2)))) return std::nullopt;
  return store::iin_of(rows->integer(1));
}

base::Result<Iin> Codes::check_challenge(Ledger& ledger, const std::string& id, const std::string& code,
                                         const std::string& source) {
  Challenge challenge;
  {
    store::sqlite::Rows rows(by_id_.with(id));
    if (!rows.next() || !signs_in(static_cast<Purpose>(rows->integer(2)))) {
      return base::fail(Trouble::not_found, "challenge_not_found");
    }
    challenge = {rows->str(0), store::iin_of(rows->integer(1)), static_cast<Purpose>(rows->integer(2)), rows->str(3), rows->str(4),
                 std::string(rows->blob(5)), store::instant(rows->integer(6)), static_cast<int>(rows->integer(7)),
                 rows->integer(8) != 0};
  }
  return judge(ledger, challenge, {}, code, source).map([&](Nothing) { return challenge.iin; });
}

base::Result<Nothing> Codes::check(Ledger& ledger, const Iin& iin, Purpose purpose, const std::string& target,
                                   const std::string& bound, const std::string& code, const std::string& source) {
  Challenge challenge;
  {
    store::sqlite::Rows rows(newest_.with(number_of(iin), static_cast<int>(purpose), target));
    if (!rows.next()) {
      if (const auto problem = blocked(iin, purpose, source, ledger.now())) return base::fail(*problem);
      return base::fail(Trouble::unprocessable, "code_expired");  // none was asked for
    }
    challenge = {rows->str(0), iin, purpose, target, rows->str(4), std::string(rows->blob(5)),
                 store::instant(rows->integer(6)), static_cast<int>(rows->integer(7)), rows->integer(8) != 0};
  }
  return judge(ledger, challenge, bound, code, source);
}

base::Result<Nothing> Codes::judge(Ledger& ledger, const Challenge& challenge, const std::string& bound,
                                   const std::string& code, const std::string& source) {
  const Instant now = ledger.now();
  if (const auto problem = blocked(challenge.iin, challenge.purpose, source, now)) return base::fail(*problem);
  if (challenge.ended || challenge.expires_at <= now) return base::fail(Trouble::unprocessable, "code_expired");
  if (base::equal_in_constant_time(mac(challenge, bound, code), challenge.mac)) {
    end_.with(challenge.id).run();
    return Nothing{};
  }
  wrong_.with(kTries, challenge.id).run();
  count_wrong_.with(number_of(challenge.iin), factor(challenge.purpose), day_number(now)).run();
  const int left = kTries - challenge.attempts - 1;
  if (left <= 0) {
    block_.with(number_of(challenge.iin), place(challenge.purpose, source), millis(now + kBlock)).run();
    return base::fail(*blocked(challenge.iin, challenge.purpose, source, now));
  }
  if (const auto problem = blocked(challenge.iin, challenge.purpose, source, now)) return base::fail(*problem);
  return base::fail(Problem{Trouble::unprocessable, "wrong_code", {}, 0, {{"attempts_left", std::to_string(left)}}});
}

}  // namespace mekenjai::flow
