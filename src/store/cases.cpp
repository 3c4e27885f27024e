#include "store/cases.hpp"

#include <set>

namespace mekenjai::store {
namespace {

constexpr std::string_view kApplication =
    "SELECT id, number, applicant, kind, until, rka, reason, reason_text, status, created_at, signed_at, deadline, "
    "hold_until, granted_at, retry_since, policy, holders, decision, long_told FROM applications ";
constexpr std::string_view kConsent =
    "SELECT id, reference, application, iin, asked_as, applicant, phone, status, asked_at, deadline, answered_at, "
    "channel, checking "
    "FROM consents ";

std::string with(std::string_view select, std::string_view rest) { return std::string(select) + std::string(rest); }

std::optional<Instant> maybe_instant(const sqlite::Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return instant(row.integer(column));
}

}  // namespace

std::int64_t number_of(const Iin& iin) { return std::stoll(iin.str()); }
Iin iin_of(std::int64_t number) { return *Iin::from_digits(fmt::format("{:012}", number)); }
std::int64_t number_of(const domain::Rka& rka) { return std::stoll(rka.str()); }
domain::Rka rka_of(std::int64_t number) { return *domain::Rka::from_digits(fmt::format("{:016}", number)); }
std::int64_t millis(Instant at) { return at.time_since_epoch().count(); }
Instant instant(std::int64_t millis) { return Instant{base::Millis{millis}}; }

Cases::Cases(sqlite::Database& db)
    : application_(db.prepare(with(kApplication, "WHERE id=?"))),
      applications_of_(db.prepare(with(kApplication, "WHERE applicant=? AND id<? ORDER BY id DESC LIMIT ?"))),
      registrants_(db.prepare("SELECT iin, related FROM registrants WHERE application=? ORDER BY position")),
      open_application_(db.prepare("SELECT application FROM open_registrants WHERE iin=? AND kind=? AND application<>?")),
      drafts_since_(db.prepare("SELECT count(*) FROM applications WHERE applicant=? AND created_at>=?")),
      consent_(db.prepare(with(kConsent, "WHERE id=?"))),
      consents_application_(db.prepare(with(kConsent, "WHERE application=? ORDER BY id"))),
      consents_person_(db.prepare(with(kConsent, "WHERE iin=? AND id<? ORDER BY asked_at DESC, id DESC LIMIT ?"))),
      consents_reference_(db.prepare(with(kConsent, "WHERE reference=? ORDER BY asked_at DESC LIMIT 50"))),
      consents_phone_(db.prepare(with(kConsent, "WHERE phone=? AND asked_at>? ORDER BY asked_at DESC LIMIT 50"))),
      requests_to_(db.prepare(
          "SELECT count(*), coalesce(sum(applicant=?2), 0) FROM consents WHERE iin=?1 AND asked_at>=?3 AND asked_as<>3")),
      number_(db.prepare("SELECT 1 FROM applications WHERE number=?")),
      delivered_(db.prepare("SELECT at FROM deliveries WHERE consent=?")),
      messages_(db.prepare(
          "SELECT id, at, kind, application, detail, read FROM messages WHERE iin=? AND id<? ORDER BY id DESC LIMIT ?")),
      unread_(db.prepare("SELECT count(*) FROM messages WHERE iin=? AND read=0")),
      events_(db.prepare(
          "SELECT sequence, at, actor, type, payload FROM journal WHERE application=? AND application<>'' ORDER BY sequence")),
      due_hours_(db.prepare(with(kApplication, "INDEXED BY applications_due_hours WHERE status=2 AND due_at<=? ORDER BY due_at LIMIT ?"))),
      due_others_(db.prepare(with(kApplication, "INDEXED BY applications_due_others WHERE status<>2 AND due_at IS NOT NULL AND due_at<=? "
                                                "ORDER BY due_at LIMIT ?"))),
      next_hour_(db.prepare("SELECT min(due_at) FROM applications INDEXED BY applications_due_hours WHERE status=2")),
      next_other_(db.prepare("SELECT min(due_at) FROM applications INDEXED BY applications_due_others "
                             "WHERE status<>2 AND due_at IS NOT NULL")),
      waiting_(db.prepare("SELECT id FROM applications INDEXED BY applications_waiting WHERE status=2 AND id>? ORDER BY id LIMIT ?")),
      fraud_(db.prepare("SELECT rka, reporter, at FROM fraud_reports WHERE applicant=?")),
      forecasts_(db.prepare("SELECT rka FROM forecasts WHERE iin=? AND day=?")) {}

ApplicationRow Cases::application_at(const sqlite::Statement& row) const {
  ApplicationRow application;
  application.id = row.str(0);
  application.number = row.str(1);
  application.applicant = iin_of(row.integer(2));
  application.kind = static_cast<domain::ResidenceKind>(row.integer(3));
  application.until = base::parse_date(row.text(4));
  application.rka = rka_of(row.integer(5));
  application.reason = static_cast<domain::Reason>(row.integer(6));
  application.reason_text = row.str(7);
  application.status = static_cast<domain::Status>(row.integer(8));
  application.created_at = instant(row.integer(9));
  application.signed_at = maybe_instant(row, 10);
  application.deadline = maybe_instant(row, 11);
  application.hold_until = maybe_instant(row, 12);
  application.granted_at = maybe_instant(row, 13);
  application.retry_since = maybe_instant(row, 14);
  application.policy = row.str(15);
  application.holders = row.str(16);
  application.decision = row.str(17);
  application.long_told = row.integer(18) != 0;
  return application;
}

ConsentRow Cases::consent_at(const sqlite::Statement& row) const {
  return {row.str(0),
          row.str(1),
          row.str(2),
          iin_of(row.integer(3)),
          static_cast<rules::Asked>(row.integer(4)),
          iin_of(row.integer(5)),
          row.str(6),
          static_cast<domain::ConsentStatus>(row.integer(7)),
          instant(row.integer(8)),
          instant(row.integer(9)),
          maybe_instant(row, 10),
          row.str(11),
          row.str(12)};
}

std::vector<ConsentRow> Cases::consents(sqlite::Statement& statement) {
  std::vector<ConsentRow> found;
  sqlite::Rows rows(statement);
  while (rows.next()) found.push_back(consent_at(statement));
  return found;
}

std::optional<ApplicationRow> Cases::application(std::string_view id) {
  sqlite::Rows rows(application_.with(id));
  if (!rows.next()) return std::nullopt;
  return application_at(application_);
}

std::vector<ApplicationRow> Cases::applications_of(const Iin& applicant, std::string_view before, int limit) {
  std::vector<ApplicationRow> found;
  sqlite::Rows rows(applications_of_.with(number_of(applicant), before.empty() ? std::string_view("g") : before, limit));
  while (rows.next()) found.push_back(application_at(applications_of_));
  return found;
}

std::vector<RegistrantRow> Cases::registrants(std::string_view application) {
  std::vector<RegistrantRow> found;
  sqlite::Rows rows(registrants_.with(application));
  while (rows.next()) found.push_back({iin_of(rows->integer(0)), rows->integer(1) != 0});
  return found;
}

std::optional<std::string> Cases::open_application(const Iin& registrant, domain::ResidenceKind kind,
                                                   std::string_view except) {
  sqlite::Rows rows(open_application_.with(number_of(registrant), static_cast<int>(kind), except));
  if (!rows.next()) return std::nullopt;
  return rows->str(0);
}

std::int64_t Cases::drafts_since(const Iin& applicant, Instant since) {
  sqlite::Rows rows(drafts_since_.with(number_of(applicant), millis(since)));
  return rows.next() ? rows->integer(0) : 0;
}

std::optional<ConsentRow> Cases::consent(std::string_view id) {
  sqlite::Rows rows(consent_.with(id));
  if (!rows.next()) return std::nullopt;
  return consent_at(consent_);
}

std::vector<ConsentRow> Cases::consents_of_application(std::string_view application) {
  return consents(consents_application_.with(application));
}

std::vector<ConsentRow> Cases::consents_of_person(const Iin& person, std::string_view before, int limit) {
  return consents(consents_person_.with(number_of(person), before.empty() ? std::string_view("g") : before, limit));
}

std::vector<ConsentRow> Cases::consents_by_reference(std::string_view reference) {
  return consents(consents_reference_.with(reference));
}

std::vector<ConsentRow> Cases::consents_to_phone_since(std::string_view phone, Instant since) {
  return consents(consents_phone_.with(phone, millis(since)));
}

bool Cases::reference_in_use(std::string_view reference) {
  sqlite::Rows rows(consents_reference_.with(reference));
  return rows.next();
}

bool Cases::number_in_use(std::string_view number) {
  sqlite::Rows rows(number_.with(number));
  return rows.next();
}

std::pair<int, int> Cases::requests_to(const Iin& person, const Iin& applicant, Instant since) {
  sqlite::Rows rows(requests_to_.with(number_of(person), number_of(applicant), millis(since)));
  if (!rows.next()) return {0, 0};
  return {static_cast<int>(rows->integer(0)), static_cast<int>(rows->integer(1))};
}

std::optional<Instant> Cases::delivered_at(std::string_view consent) {
  sqlite::Rows rows(delivered_.with(consent));
  if (!rows.next()) return std::nullopt;
  return instant(rows->integer(0));
}

std::vector<MessageRow> Cases::messages(const Iin& person, std::string_view before, int limit) {
  std::vector<MessageRow> found;
  sqlite::Rows rows(messages_.with(number_of(person), before.empty() ? std::string_view("g") : before, limit));
  while (rows.next()) {
    found.push_back({rows->str(0), instant(rows->integer(1)), rows->str(2), rows->str(3), rows->str(4),
                     rows->integer(5) != 0});
  }
  return found;
}

int Cases::unread(const Iin& person) {
  sqlite::Rows rows(unread_.with(number_of(person)));
  return rows.next() ? static_cast<int>(rows->integer(0)) : 0;
}

std::vector<EventRow> Cases::events(std::string_view application) {
  std::vector<EventRow> found;
  sqlite::Rows rows(events_.with(application));
  while (rows.next()) {
    found.push_back({rows->integer(0), instant(rows->integer(1)), rows->str(2), rows->str(3), rows->str(4)});
  }
  return found;
}

std::vector<ApplicationRow> Cases::due(Instant at, int limit, bool waiting) {
  std::vector<ApplicationRow> found;
  if (waiting) {
    sqlite::Rows rows(due_hours_.with(millis(at), limit));
    while (rows.next()) found.push_back(application_at(due_hours_));
  }
  sqlite::Rows rows(due_others_.with(millis(at), limit - static_cast<int>(found.size())));
  while (rows.next()) found.push_back(application_at(due_others_));
  return found;
}

std::optional<Instant> Cases::next_due(bool waiting) {
  std::optional<Instant> next;
  const auto earlier = [&next](sqlite::Statement& earliest) {
    sqlite::Rows rows(earliest.with());
    if (!rows.next() || rows->is_null(0)) return;
    const Instant at = instant(rows->integer(0));
    if (!next || at < *next) next = at;
  };
  if (waiting) earlier(next_hour_);
  earlier(next_other_);
  return next;
}

std::vector<std::string> Cases::waiting(std::string_view after, int limit) {
  std::vector<std::string> found;
  sqlite::Rows rows(waiting_.with(after, limit));
  while (rows.next()) found.push_back(rows->str(0));
  return found;
}

std::optional<Instant> Cases::held_until(const Iin& applicant, const domain::Rka& rka, Instant now, int hold_s) {
  // Row G8: one report holds the same dwelling, reports by two different owners hold every dwelling.
  std::optional<Instant> same_dwelling, any_dwelling;
  std::set<std::int64_t> reporters;
  sqlite::Rows rows(fraud_.with(number_of(applicant)));
  while (rows.next()) {
    const Instant until = instant(rows->integer(2)) + std::chrono::seconds(hold_s);
    if (until <= now) continue;
    reporters.insert(rows->integer(1));
    if (!any_dwelling || until > *any_dwelling) any_dwelling = until;
    if (rka_of(rows->integer(0)) == rka && (!same_dwelling || until > *same_dwelling)) same_dwelling = until;
  }
  return reporters.size() >= 2 ? any_dwelling : same_dwelling;
}

std::int64_t Cases::stranger_forecasts(const Iin& person, std::int64_t day, const domain::Rka& rka, bool& known) {
  std::int64_t count = 0;
  known = false;
  sqlite::Rows rows(forecasts_.with(number_of(person), day));
  while (rows.next()) {
    ++count;
    known = known || rka_of(rows->integer(0)) == rka;
  }
  return count;
}

}  // namespace mekenjai::store
