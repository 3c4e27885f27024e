#include "store/subscriptions.hpp"

#include "store/cases.hpp"

namespace mekenjai::store {
namespace {

constexpr std::string_view kColumns =
    "s.id, s.iin, s.endpoint, s.p256dh, s.auth, s.language, s.door, s.created_at, s.taken_at, "
    "s.failures";

std::string select(std::string_view rest) {
  return fmt::format("SELECT {} FROM push_subscriptions s {}", kColumns, rest);
}

SubscriptionRow row_at(const sqlite::Statement& row) {
  SubscriptionRow found;
  found.id = row.str(0);
  found.iin = iin_of(row.integer(1));
  found.endpoint = row.str(2);
  found.p256dh = row.str(3);
  found.auth = row.str(4);
  found.language = row.str(5);
  found.door = row.str(6);
  found.created_at = instant(row.integer(7));
  if (!row.is_null(8)) found.taken_at = instant(row.integer(8));
  found.failures = static_cast<int>(row.integer(9));
  return found;
}

constexpr int kColumnCount = 10;  // what follows them is the push's own

}  // namespace

Subscriptions::Subscriptions(sqlite::Database& db)
    : by_id_(db.prepare(select("WHERE s.id=?"))),
      by_endpoint_(db.prepare(select("WHERE s.endpoint=?"))),
      of_person_(db.prepare(select("WHERE s.iin=? ORDER BY s.created_at DESC, s.id DESC"))),
      add_(db.prepare("INSERT INTO push_subscriptions(id, iin, endpoint, p256dh, auth, language, "
                      "door, created_at) "
                      "VALUES(?,?,?,?,?,?,?,?)")),
      change_(db.prepare("UPDATE push_subscriptions SET endpoint=?, p256dh=?, auth=?, language=?, "
                         "door=?, failures=0 WHERE id=?")),
      remove_(db.prepare("DELETE FROM push_subscriptions WHERE id=?")),
      remove_queued_(db.prepare("DELETE FROM push_outbox WHERE subscription=?")),
      spare_(db.prepare(
          "SELECT id FROM push_subscriptions WHERE iin=? "
          "ORDER BY failures, coalesce(taken_at, created_at) DESC, id DESC LIMIT -1 OFFSET ?")),
      queue_(db.prepare(
          "INSERT OR REPLACE INTO push_outbox(subscription, kind, created_at, valid_until, due_at, "
          "attempts) VALUES(?1,?2,?3,?4,"
          "coalesce((SELECT due_at FROM push_outbox WHERE subscription=?1 AND kind=?2),0),"
          "coalesce((SELECT attempts FROM push_outbox WHERE subscription=?1 AND kind=?2),0))")),
      prolong_(db.prepare(
          "UPDATE push_outbox SET valid_until=max(valid_until, ?) WHERE kind=1 AND subscription IN "
          "(SELECT id FROM push_subscriptions WHERE iin=?)")),
      due_(db.prepare(fmt::format(
          "SELECT {}, o.id, o.kind, o.valid_until, o.attempts, "
          "EXISTS(SELECT 1 FROM consents c WHERE c.iin=s.iin AND c.status=0) FROM push_outbox o "
          "JOIN push_subscriptions s ON s.id=o.subscription WHERE o.due_at<=? "
          "ORDER BY o.due_at, o.id LIMIT ?",
          kColumns))),
      next_due_(db.prepare("SELECT min(due_at) FROM push_outbox WHERE due_at>?")),
      waiting_(db.prepare("SELECT count(*) FROM push_outbox")),
      forget_(db.prepare("DELETE FROM push_outbox WHERE id=?")),
      taken_(db.prepare("UPDATE push_subscriptions SET taken_at=?, failures=0 WHERE id=?")),
      failed_(db.prepare("UPDATE push_subscriptions SET failures=failures+1 WHERE id=?")),
      later_(db.prepare("UPDATE push_outbox SET attempts=attempts+1, due_at=max(due_at,?) "
                        "WHERE subscription=? AND kind=?")) {}

std::optional<SubscriptionRow> Subscriptions::one(sqlite::Statement& statement) {
  sqlite::Rows rows(statement);
  if (!rows.next()) return std::nullopt;
  return row_at(statement);
}

std::optional<SubscriptionRow> Subscriptions::by_id(std::string_view id) {
  return one(by_id_.with(id));
}
std::optional<SubscriptionRow> Subscriptions::by_endpoint(std::string_view endpoint) {
  return one(by_endpoint_.with(endpoint));
}

std::vector<SubscriptionRow> Subscriptions::of_person(const Iin& iin) {
  std::vector<SubscriptionRow> found;
  sqlite::Rows rows(of_person_.with(number_of(iin)));
  while (rows.next()) found.push_back(row_at(of_person_));
  return found;
}

void Subscriptions::add(const SubscriptionRow& row) {
  add_.with(row.id, number_of(row.iin), row.endpoint, row.p256dh, row.auth, row.language, row.door,
            millis(row.created_at))
      .run();
}

void Subscriptions::change(const SubscriptionRow& row) {
  change_.with(row.endpoint, row.p256dh, row.auth, row.language, row.door, row.id).run();
}

void Subscriptions::remove(std::string_view id) {
  remove_queued_.with(id).run();
  remove_.with(id).run();
}

void Subscriptions::keep_at_most(const Iin& iin, int keep) {
  std::vector<std::string> spare;
  {
    sqlite::Rows rows(spare_.with(number_of(iin), keep));
    while (rows.next()) spare.push_back(rows->str(0));
  }
  for (const std::string& id : spare) remove(id);
}

void Subscriptions::queue(std::string_view subscription, PushKind kind, Instant now,
                          Instant valid_until) {
  queue_.with(subscription, static_cast<int>(kind), millis(now), millis(valid_until)).run();
}

void Subscriptions::prolong(const Iin& iin, Instant valid_until) {
  prolong_.with(millis(valid_until), number_of(iin)).run();
}

std::vector<PushRow> Subscriptions::due(Instant machine, std::size_t limit) {
  std::vector<PushRow> found;
  sqlite::Rows rows(due_.with(millis(machine), static_cast<std::int64_t>(limit)));
  while (rows.next()) {
    found.push_back({rows->integer(kColumnCount),
                     static_cast<PushKind>(rows->integer(kColumnCount + 1)),
                     instant(rows->integer(kColumnCount + 2)),
                     static_cast<int>(rows->integer(kColumnCount + 3)),
                     rows->integer(kColumnCount + 4) != 0, row_at(due_)});
  }
  return found;
}

std::optional<Instant> Subscriptions::next_due(Instant machine) {
  sqlite::Rows rows(next_due_.with(millis(machine)));
  if (!rows.next() || rows->is_null(0)) return std::nullopt;
  return instant(rows->integer(0));
}

std::size_t Subscriptions::waiting() {
  sqlite::Rows rows(waiting_);
  return rows.next() ? static_cast<std::size_t>(rows->integer(0)) : 0;
}

void Subscriptions::taken(const PushRow& push, Instant now) {
  forget_.with(push.id).run();
  taken_.with(millis(now), push.to.id).run();
}

void Subscriptions::dropped(const PushRow& push) {
  forget_.with(push.id).run();
  failed_.with(push.to.id).run();
}

void Subscriptions::gone(const PushRow& push) {
  const auto current = by_id(push.to.id);
  if (current && current->endpoint == push.to.endpoint) remove(push.to.id);
}

void Subscriptions::later(const PushRow& push, Instant machine) {
  later_.with(millis(machine), push.to.id, static_cast<int>(push.kind)).run();
}

}  // namespace mekenjai::store
