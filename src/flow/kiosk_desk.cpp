#include "flow/kiosk_desk.hpp"

#include "flow/service_parts.hpp"

namespace mekenjai::flow {
namespace {

using base::Problem;
using base::Result;
using base::Trouble;
using store::millis;
using store::number_of;

constexpr std::size_t kRegionDigits = 2;  // of KATO
constexpr std::size_t kMostCentres = 1000;
constexpr std::size_t kTokenBytes = 32;

std::string as_bytes(const base::Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
std::string digest_of(std::string_view token) { return as_bytes(base::sha256(token)); }
/// The token is its key, and the store does not have it: whoever reads the store cannot try all
/// codes.
std::string mac_of(std::string_view token, std::string_view code) {
  return as_bytes(base::hmac_sha256(token, code));
}

/// Where a member of staff is in charge: beginnings of KATO, "" for everywhere.
using Regions = std::vector<std::string>;

Result<Regions> regions_of(Reader& reader, const Iin& iin) {
  const auto roles = reader.registers.roles(iin);
  if (!roles.available()) return base::fail(silent());
  Regions regions;
  for (const domain::StaffRole& role : *roles) {
    if (role.role == "psc_receptionist" || role.role == "psc_operator")
      regions.push_back(role.kato.substr(0, kRegionDigits));
  }
  if (regions.empty()) return base::fail(Trouble::forbidden, "forbidden");
  return regions;
}

bool in_charge(const Regions& regions, std::string_view kato) {
  return std::any_of(regions.begin(), regions.end(),
                     [&](const std::string& region) { return kato.starts_with(region); });
}

std::vector<domain::Centre> centres_in(Reader& reader, const Regions& regions) {
  std::vector<domain::Centre> centres;
  for (const std::string& region : regions) {
    for (domain::Centre& centre : reader.registers.centres_near(region, kMostCentres)) {
      const bool known = std::any_of(centres.begin(), centres.end(),
                                     [&](const auto& other) { return other.id == centre.id; });
      if (!known && in_charge({region}, centre.kato)) centres.push_back(std::move(centre));
    }
  }
  return centres;
}

bool has_centre(const std::vector<domain::Centre>& centres, std::string_view id) {
  return std::any_of(centres.begin(), centres.end(),
                     [&](const domain::Centre& centre) { return centre.id == id; });
}

std::optional<std::string_view> wrong_label(std::string_view label) {
  if (label.empty()) return "required";
  const bool controls = std::any_of(label.begin(), label.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (!base::is_utf8(label) || controls) return "bad_characters";
  if (base::utf8_length(label) > KioskDesk::kLongestLabel) return "too_long";
  return std::nullopt;
}

constexpr std::string_view kColumns =
    "SELECT id, centre, label, issued_at, revoked_at, seen_at FROM kiosks ";

KioskView view_of(const store::sqlite::Statement& row) {
  KioskView view{row.str(0), row.str(1), row.str(2), store::instant(row.integer(3)), {}, {}};
  if (!row.is_null(4)) view.revoked_at = store::instant(row.integer(4));
  if (!row.is_null(5)) view.seen_at = store::instant(row.integer(5));
  return view;
}

/// The kiosk that this key has issued before.
Result<std::optional<std::string>> kiosk_of_key(Step& step, const Iin& iin,
                                                const std::optional<Idempotency>& key) {
  if (!key) return std::nullopt;
  store::sqlite::Database& database = step.ledger.database();
  auto forget = database.prepare("DELETE FROM idempotency WHERE iin=? AND at<?");
  forget.with(number_of(iin), millis(step.now() - KioskDesk::kKeyKept)).run();
  auto select = database.prepare(
      "SELECT body, application FROM idempotency WHERE iin=? AND route='kiosks' AND key=?");
  store::sqlite::Rows rows(select.with(number_of(iin), key->key));
  if (!rows.next()) return std::nullopt;
  if (rows->blob(0) != key->body_sha256) return base::fail(Trouble::unprocessable, "key_reused");
  return rows->str(1);
}

void keep_key(Step& step, const Iin& iin, const Idempotency& key, const std::string& kiosk) {
  auto add =
      step.ledger.database().prepare("INSERT INTO idempotency VALUES(?,'kiosks',?,?,?,'',?)");
  add.bind(1, number_of(iin)).bind(2, key.key).bind_blob(3, key.body_sha256).bind(4, kiosk);
  add.bind(5, millis(step.now())).run();
}

/// Nobody has come with its token yet.
bool never_used(Step& step, const std::string& id) {
  auto select = step.ledger.database().prepare(
      "SELECT 1 FROM kiosks WHERE id=? AND seen_at IS NULL AND revoked_at IS NULL");
  store::sqlite::Rows rows(select.with(id));
  return rows.next();
}

/// A row for it, or another token into the row it has.
void write(Step& step, const IssuedKiosk& issued, const Iin& by) {
  const std::string digest = digest_of(issued.token),
                    code = mac_of(issued.token, issued.consultant_code);
  auto put = step.ledger.database().prepare(
      "INSERT INTO kiosks(id, centre, label, token, code, issued_by, issued_at) "
      "VALUES(?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET token=excluded.token, "
      "code=excluded.code, issued_at=excluded.issued_at");
  put.bind(1, issued.kiosk.id).bind(2, issued.kiosk.centre).bind(3, issued.kiosk.label);
  put.bind_blob(4, digest).bind_blob(5, code).bind(6, number_of(by));
  put.bind(7, millis(issued.kiosk.issued_at)).run();
}

}  // namespace

// --- for staff ---------------------------------------------------------------------------------

Task<IssuedKiosk> KioskDesk::issue(Caller caller, std::string centre, std::string label,
                                   std::optional<Idempotency> key) {
  std::function<Result<std::vector<domain::Centre>>(Reader&)> question =
      [caller, centre, label](Reader& reader) -> Result<std::vector<domain::Centre>> {
    const auto regions = regions_of(reader, caller.iin);
    if (!regions) return tl::unexpected(regions.error());
    std::vector<domain::Centre> centres = centres_in(reader, *regions);
    if (!has_centre(centres, centre))
      return base::fail(bad_field("centre", centre.empty() ? "required" : "unknown_value"));
    if (const auto wrong = wrong_label(label))
      return base::fail(bad_field("label", std::string(*wrong)));
    return centres;
  };
  std::function<Result<IssuedKiosk>(Step&, std::vector<domain::Centre>&)> order =
      [caller, centre, label, key](Step& step,
                                   std::vector<domain::Centre>&) -> Result<IssuedKiosk> {
    const auto before = kiosk_of_key(step, caller.iin, key);
    if (!before) return tl::unexpected(before.error());
    const bool again = before->has_value();
    if (again && !never_used(step, **before))
      return base::fail(Trouble::wrong_state, "wrong_state");
    const Instant now = step.now();
    IssuedKiosk issued{{again ? **before : domain::new_id(now), centre, label, now, {}, {}},
                       base::to_base64url(base::random_bytes(kTokenBytes)),
                       fmt::format("{:06}", base::random_below(1'000'000))};
    write(step, issued, caller.iin);
    if (key && !again) keep_key(step, caller.iin, *key, issued.kiosk.id);
    step.ledger.happen(Actor::officer, "kiosk_issued", "",
                       {{"kiosk", issued.kiosk.id},
                        {"centre", centre},
                        {"label", step.ledger.text_ref(label)},
                        {"by", step.ledger.ref(caller.iin)}});
    return issued;
  };
  auto issued = co_await engine_.asked_and_told<std::vector<domain::Centre>, IssuedKiosk>(
      std::move(question), std::move(order));
  if (issued) forget(issued->kiosk.id);
  co_return issued;
}

void KioskDesk::forget(const std::string& id) {
  const std::lock_guard lock(mutex_);
  ++revocations_;
  std::erase_if(held_, [&](const auto& held) { return held.second.kiosk.id == id; });
}

Task<std::vector<KioskView>> KioskDesk::list(Caller caller) {
  std::function<Result<std::vector<KioskView>>(Reader&)> question =
      [caller](Reader& reader) -> Result<std::vector<KioskView>> {
    const auto regions = regions_of(reader, caller.iin);
    if (!regions) return tl::unexpected(regions.error());
    const std::vector<domain::Centre> centres = centres_in(reader, *regions);
    auto select = reader.database.prepare(
        fmt::format("{} ORDER BY revoked_at IS NOT NULL, issued_at DESC, id DESC", kColumns));
    std::vector<KioskView> views;
    store::sqlite::Rows rows(select);
    while (rows.next()) {
      if (has_centre(centres, rows->text(1))) views.push_back(view_of(*rows.operator->()));
    }
    return views;
  };
  co_return co_await engine_.asked<std::vector<KioskView>>(std::move(question));
}

Task<Done> KioskDesk::revoke(Caller caller, std::string id) {
  std::function<Result<Done>(Reader&)> question = [caller, id](Reader& reader) -> Result<Done> {
    const auto regions = regions_of(reader, caller.iin);
    if (!regions) return tl::unexpected(regions.error());
    auto select = reader.database.prepare(fmt::format("{} WHERE id=?", kColumns));
    store::sqlite::Rows rows(select.with(id));
    if (!rows.next() || !has_centre(centres_in(reader, *regions), rows->text(1)))
      return base::fail(Trouble::not_found, "not_found");
    return Done{};
  };
  std::function<Result<Done>(Step&, Done&)> order = [caller, id](Step& step,
                                                                 Done&) -> Result<Done> {
    store::sqlite::Database& database = step.ledger.database();
    auto revoke = database.prepare(
        "UPDATE kiosks SET revoked_at=?, consultant=0 WHERE id=? AND revoked_at IS NULL");
    if (revoke.with(millis(step.now()), id).run() == 0) return Done{};
    auto forget = database.prepare("DELETE FROM sessions WHERE kiosk=?");
    forget.with(id).run();
    step.ledger.happen(Actor::officer, "kiosk_revoked", "",
                       {{"kiosk", id}, {"by", step.ledger.ref(caller.iin)}});
    return Done{};
  };
  auto done = co_await engine_.asked_and_told<Done, Done>(std::move(question), std::move(order));
  if (done) forget(id);
  co_return done;
}

Task<std::vector<domain::Centre>> KioskDesk::centres(Caller caller) {
  std::function<Result<std::vector<domain::Centre>>(Reader&)> question =
      [caller](Reader& reader) -> Result<std::vector<domain::Centre>> {
    const auto regions = regions_of(reader, caller.iin);
    if (!regions) return tl::unexpected(regions.error());
    return centres_in(reader, *regions);
  };
  co_return co_await engine_.asked<std::vector<domain::Centre>>(std::move(question));
}

// --- for a kiosk -------------------------------------------------------------------------------

boost::asio::awaitable<std::optional<Kiosk>> KioskDesk::of_token(std::string token) {
  const std::string digest = digest_of(token);
  const Instant now = engine_.clock().now();
  std::optional<Kiosk> found;
  bool write = false, left = false;
  int revocations = 0;
  {
    const std::lock_guard lock(mutex_);
    revocations = revocations_;
    if (const auto known = held_.find(digest); known != held_.end()) {
      Held& held = known->second;
      // Whoever explained has gone, and with him whoever was signed in: both idle by the same uses.
      left = held.kiosk.consultant && now >= held.used_at + kKioskIdle;
      if (left) held.kiosk.consultant = false;
      found = held.kiosk;
      write = now >= held.written_at + kSeenWritten;
      if (write) held.written_at = now;
    }
  }
  if (!found) {
    std::function<Result<Kiosk>(Reader&)> question = [digest](Reader& reader) -> Result<Kiosk> {
      auto select = reader.database.prepare(
          "SELECT id, centre, consultant FROM kiosks WHERE token=? AND revoked_at IS NULL");
      select.bind_blob(1, digest);
      store::sqlite::Rows rows(select);
      if (!rows.next()) return base::fail(Trouble::not_found, "not_found");
      return Kiosk{rows->str(0), rows->str(1), rows->integer(2) != 0};
    };
    auto kiosk = co_await engine_.asked<Kiosk>(std::move(question));
    if (!kiosk) co_return std::nullopt;
    found = *kiosk;
    write = true;
    const std::lock_guard lock(mutex_);
    // After a restart nobody knows when it was used last: a consultant may still be there. What was
    // revoked meanwhile is not remembered.
    if (revocations == revocations_) held_.try_emplace(digest, Held{*kiosk, now, now});
  }
  if (write || left) {
    engine_.tell(
        [digest, now, left](Step& step) {
          auto touch = step.ledger.database().prepare(
              "UPDATE kiosks SET seen_at=?, consultant=min(consultant, ?) WHERE token=?");
          touch.bind(1, millis(now)).bind(2, !left).bind_blob(3, digest).run();
        },
        [](std::exception_ptr) {});
  }
  co_return found;
}

void KioskDesk::used(const std::string& token, base::Millis ago) {
  const Instant at =
      engine_.clock().now() - std::clamp(ago, base::Millis{0}, base::Millis{kKioskIdle});
  const std::lock_guard lock(mutex_);
  const auto known = held_.find(digest_of(token));
  if (known != held_.end()) known->second.used_at = std::max(known->second.used_at, at);
}

void KioskDesk::note(const std::string& digest, bool consultant, const std::string& screen) {
  const Instant now = engine_.clock().now();
  const std::lock_guard lock(mutex_);
  const auto known = held_.find(digest);
  if (known == held_.end()) return;
  known->second.kiosk.consultant = consultant;
  known->second.screen = screen;
  known->second.used_at = now;
}

Task<Done> KioskDesk::let_consultant_in(std::string token, std::string code, std::string screen) {
  const std::string digest = digest_of(token), mac = mac_of(token, code);
  std::function<Result<Done>(Step&)> order = [digest, mac](Step& step) -> Result<Done> {
    store::sqlite::Database& database = step.ledger.database();
    const Instant now = step.now();
    std::string right;
    int wrong = 0;
    {
      auto select = database.prepare(
          "SELECT code, wrong_codes, blocked_until FROM kiosks WHERE token=? AND revoked_at IS "
          "NULL");
      select.bind_blob(1, digest);
      store::sqlite::Rows rows(select);
      if (!rows.next()) return base::fail(Trouble::not_found, "not_found");
      const auto left =
          std::chrono::ceil<std::chrono::seconds>(store::instant(rows->integer(2)) - now);
      if (left.count() > 0)
        return base::fail(
            Problem{Trouble::too_many, "blocked", {}, static_cast<int>(left.count()), {}});
      right = std::string(rows->blob(0));
      wrong = static_cast<int>(rows->integer(1)) + 1;
    }
    const bool good = base::equal_in_constant_time(right, mac),
               blocked = !good && wrong >= kWrongCodes;
    auto update = database.prepare(
        "UPDATE kiosks SET consultant=max(consultant, ?), wrong_codes=?, blocked_until=? WHERE "
        "token=?");
    update.bind(1, good)
        .bind(2, good || blocked ? 0 : wrong)
        .bind(3, blocked ? millis(now + kBlocked) : 0)
        .bind_blob(4, digest)
        .run();
    if (good) return Done{};
    constexpr int kBlockedSeconds = static_cast<int>(std::chrono::seconds{kBlocked}.count());
    if (blocked) return base::fail(Problem{Trouble::too_many, "blocked", {}, kBlockedSeconds, {}});
    return base::fail(Problem{Trouble::unprocessable,
                              "wrong_code",
                              {},
                              0,
                              {{"attempts_left", std::to_string(kWrongCodes - wrong)}}});
  };
  auto done = co_await engine_.told<Done>(std::move(order));
  if (done) note(digest, true, screen);
  co_return done;
}

Task<Done> KioskDesk::let_consultant_out(std::string token, std::string screen) {
  const std::string digest = digest_of(token);
  {
    const std::lock_guard lock(mutex_);
    const auto known = held_.find(digest);
    const bool another = known != held_.end() && !known->second.screen.empty() &&
                         !base::equal_in_constant_time(known->second.screen, screen);
    if (another) co_return Done{};
  }
  std::function<Result<Done>(Step&)> order = [digest](Step& step) -> Result<Done> {
    auto update = step.ledger.database().prepare("UPDATE kiosks SET consultant=0 WHERE token=?");
    update.bind_blob(1, digest).run();
    return Done{};
  };
  auto done = co_await engine_.told<Done>(std::move(order));
  if (done) note(digest, false, "");
  co_return done;
}

}  // namespace mekenjai::flow
