#include "store/schema.hpp"

#include "store/figures.hpp"

namespace mekenjai::store {
namespace {

constexpr std::int64_t kSchemaVersion = 3;

// Truth: never changed, only appended to.
constexpr std::string_view kJournal = R"sql(
CREATE TABLE IF NOT EXISTS journal(
  sequence INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,              -- milliseconds since 1970, UTC
  actor TEXT NOT NULL,
  type TEXT NOT NULL,
  application TEXT NOT NULL,        -- '' where the event belongs to none
  payload TEXT NOT NULL,            -- canonical JSON (RFC 8785)
  previous BLOB NOT NULL,           -- SHA-256 of the record before; 32 zero bytes for the first
  hash BLOB NOT NULL);
CREATE INDEX IF NOT EXISTS journal_application ON journal(application, sequence) WHERE application <> '';

-- Personal data that the journal refers to; a row can be erased without breaking the chain.
CREATE TABLE IF NOT EXISTS identities(
  iin INTEGER PRIMARY KEY, ref TEXT NOT NULL, salt BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS identities_ref ON identities(ref);
CREATE TABLE IF NOT EXISTS personal_texts(
  ref TEXT PRIMARY KEY, salt BLOB NOT NULL, text TEXT NOT NULL) WITHOUT ROWID;

-- Digital signatures as received, with what proves them. The journal carries their digest.
CREATE TABLE IF NOT EXISTS signatures(
  id TEXT PRIMARY KEY, application TEXT NOT NULL, consent TEXT NOT NULL, answer INTEGER, iin INTEGER NOT NULL,
  format TEXT NOT NULL, state INTEGER NOT NULL, reason TEXT NOT NULL, report TEXT NOT NULL, policy TEXT NOT NULL,
  received_at INTEGER NOT NULL, checked_at INTEGER, due_at INTEGER,
  value BLOB NOT NULL,              -- SHA-256 of the signature's value: no signature counts twice
  document TEXT NOT NULL, received BLOB NOT NULL, certificate BLOB NOT NULL, ocsp BLOB NOT NULL, timestamp BLOB NOT NULL,
  crl_number TEXT NOT NULL, archive BLOB NOT NULL);
CREATE UNIQUE INDEX IF NOT EXISTS signatures_value ON signatures(value);
CREATE INDEX IF NOT EXISTS signatures_application ON signatures(application);
CREATE INDEX IF NOT EXISTS signatures_consent ON signatures(consent) WHERE consent <> '';
CREATE INDEX IF NOT EXISTS signatures_due ON signatures(due_at) WHERE state = 0;
)sql";

// Folds of the journal: can be rebuilt from it.
constexpr std::string_view kState = R"sql(
CREATE TABLE IF NOT EXISTS applications(
  id TEXT PRIMARY KEY, number TEXT NOT NULL, applicant INTEGER NOT NULL, kind INTEGER NOT NULL, until TEXT NOT NULL,
  rka INTEGER NOT NULL, reason INTEGER NOT NULL, reason_text TEXT NOT NULL, status INTEGER NOT NULL,
  created_at INTEGER NOT NULL, signed_at INTEGER, deadline INTEGER, hold_until INTEGER, granted_at INTEGER,
  retry_since INTEGER, policy TEXT NOT NULL DEFAULT '', holders TEXT NOT NULL DEFAULT '',
  decision TEXT NOT NULL DEFAULT '', due_at INTEGER, long_told INTEGER NOT NULL DEFAULT 0,
  region INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;  -- of the dwelling, when it was signed: two digits of KATO
CREATE UNIQUE INDEX IF NOT EXISTS applications_number ON applications(number);
CREATE INDEX IF NOT EXISTS applications_applicant ON applications(applicant, id);
-- Two, so that while the hours stand still (G3) nobody wades through those that wait to find the others.
DROP INDEX IF EXISTS applications_due;
CREATE INDEX IF NOT EXISTS applications_due_hours ON applications(due_at) WHERE status=2;
CREATE INDEX IF NOT EXISTS applications_due_others ON applications(due_at) WHERE due_at IS NOT NULL AND status<>2;
CREATE INDEX IF NOT EXISTS applications_waiting ON applications(status, id) WHERE status=2;

CREATE TABLE IF NOT EXISTS registrants(
  application TEXT NOT NULL, position INTEGER NOT NULL, iin INTEGER NOT NULL, related INTEGER NOT NULL,
  PRIMARY KEY(application, position)) WITHOUT ROWID;
-- Who has an open application, for row A10.
CREATE TABLE IF NOT EXISTS open_registrants(
  iin INTEGER NOT NULL, kind INTEGER NOT NULL, application TEXT NOT NULL,
  PRIMARY KEY(iin, kind, application)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS consents(
  id TEXT PRIMARY KEY, reference TEXT NOT NULL, application TEXT NOT NULL, iin INTEGER NOT NULL, asked_as INTEGER NOT NULL,
  applicant INTEGER NOT NULL, phone TEXT NOT NULL, status INTEGER NOT NULL, asked_at INTEGER NOT NULL,
  deadline INTEGER NOT NULL, answered_at INTEGER, channel TEXT NOT NULL DEFAULT '',
  checking TEXT NOT NULL DEFAULT '') WITHOUT ROWID;  -- the signature of an answer that nobody can tell about yet
CREATE INDEX IF NOT EXISTS consents_application ON consents(application);
CREATE INDEX IF NOT EXISTS consents_person ON consents(iin, asked_at);
CREATE INDEX IF NOT EXISTS consents_reference ON consents(reference);
CREATE INDEX IF NOT EXISTS consents_phone ON consents(phone, asked_at);

CREATE TABLE IF NOT EXISTS messages(
  id TEXT PRIMARY KEY, iin INTEGER NOT NULL, at INTEGER NOT NULL, kind TEXT NOT NULL, application TEXT NOT NULL,
  detail TEXT NOT NULL, read INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS messages_person ON messages(iin, id);
CREATE INDEX IF NOT EXISTS messages_unread ON messages(iin) WHERE read = 0;

-- Row G8: filings of the applicant for the dwelling wait until then.
CREATE TABLE IF NOT EXISTS fraud_reports(
  applicant INTEGER NOT NULL, rka INTEGER NOT NULL, reporter INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY(applicant, rka, reporter, at)) WITHOUT ROWID;
-- Statistics: applications signed in a month, in a region, that ended alike (store/figures.hpp).
CREATE TABLE IF NOT EXISTS figures(
  month INTEGER NOT NULL, region INTEGER NOT NULL, outcome INTEGER NOT NULL, code TEXT NOT NULL,
  seconds INTEGER NOT NULL, day INTEGER NOT NULL,  -- on which n were added, or taken away
  n INTEGER NOT NULL,
  PRIMARY KEY(month, region, outcome, code, seconds, day)) WITHOUT ROWID;
-- Alerts to the migration officer and tasks for him (A4, F6, F8, G8).
CREATE TABLE IF NOT EXISTS alerts(
  sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, application TEXT NOT NULL, rka INTEGER NOT NULL);
)sql";

// Neither truth nor fold: what is on its way, and what lets people in.
constexpr std::string_view kWork = R"sql(
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS outbox(
  id INTEGER PRIMARY KEY, phone TEXT NOT NULL, text TEXT NOT NULL, kind TEXT NOT NULL, state INTEGER NOT NULL,
  created_at INTEGER NOT NULL, valid_until INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  consent TEXT NOT NULL DEFAULT '', message_id TEXT NOT NULL DEFAULT '');
CREATE INDEX IF NOT EXISTS outbox_due ON outbox(id) WHERE state = 0;
CREATE INDEX IF NOT EXISTS outbox_message ON outbox(message_id) WHERE message_id <> '';
CREATE INDEX IF NOT EXISTS outbox_consent ON outbox(consent) WHERE consent <> '' AND state = 0;
CREATE INDEX IF NOT EXISTS outbox_help ON outbox(phone, created_at) WHERE kind = 'help';
CREATE TABLE IF NOT EXISTS deliveries(consent TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID;
-- Devices that are told by Web Push, and what is to be told: a row a device and kind, replaced by what comes after it.
-- Its number grows, so that a report about the one before does not touch it.
CREATE TABLE IF NOT EXISTS push_subscriptions(
  id TEXT PRIMARY KEY, iin INTEGER NOT NULL, endpoint TEXT NOT NULL UNIQUE, p256dh TEXT NOT NULL, auth TEXT NOT NULL,
  language TEXT NOT NULL, door TEXT NOT NULL, created_at INTEGER NOT NULL, taken_at INTEGER,
  failures INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS push_subscriptions_person ON push_subscriptions(iin);
CREATE TABLE IF NOT EXISTS push_outbox(
  id INTEGER PRIMARY KEY AUTOINCREMENT, subscription TEXT NOT NULL, kind INTEGER NOT NULL, created_at INTEGER NOT NULL,
  valid_until INTEGER NOT NULL, due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, UNIQUE(subscription, kind));
CREATE INDEX IF NOT EXISTS push_outbox_due ON push_outbox(due_at);
CREATE TABLE IF NOT EXISTS challenges(
  id TEXT PRIMARY KEY, iin INTEGER NOT NULL, purpose INTEGER NOT NULL, target TEXT NOT NULL, phone TEXT NOT NULL,
  mac BLOB NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  ended INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS challenges_person ON challenges(iin, created_at);
CREATE TABLE IF NOT EXISTS blocks(
  iin INTEGER NOT NULL, source TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY(iin, source)) WITHOUT ROWID;
-- `factor`: 1 for codes that follow a digital signature, counted apart.
DROP TABLE IF EXISTS wrong_codes;
CREATE TABLE IF NOT EXISTS wrong_codes_a_day(
  iin INTEGER NOT NULL, factor INTEGER NOT NULL, day INTEGER NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY(iin, factor, day)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS login_challenges(
  id TEXT PRIMARY KEY, nonce TEXT NOT NULL, content TEXT NOT NULL, expires_at INTEGER NOT NULL, used INTEGER NOT NULL DEFAULT 0)
  WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS login_challenges_expiry ON login_challenges(expires_at);
-- Signing with eGov Mobile: one row a QR code.
CREATE TABLE IF NOT EXISTS qr_requests(
  id TEXT PRIMARY KEY, browser BLOB NOT NULL, token TEXT NOT NULL, purpose INTEGER NOT NULL, target TEXT NOT NULL,
  answer TEXT NOT NULL, iin INTEGER, nonce TEXT NOT NULL, content TEXT NOT NULL, stage INTEGER NOT NULL DEFAULT 0,
  reason TEXT NOT NULL DEFAULT '', expires_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS qr_requests_expiry ON qr_requests(expires_at);
CREATE TABLE IF NOT EXISTS sessions(
  digest BLOB PRIMARY KEY, iin INTEGER NOT NULL, name TEXT NOT NULL, csrf BLOB NOT NULL, cookie INTEGER NOT NULL,
  created_at INTEGER NOT NULL, expires_at INTEGER NOT NULL, seen_at INTEGER NOT NULL,
  kiosk TEXT NOT NULL DEFAULT '') WITHOUT ROWID;  -- where it was opened, and where alone it is good
CREATE INDEX IF NOT EXISTS sessions_expiry ON sessions(expires_at);
CREATE INDEX IF NOT EXISTS sessions_kiosk ON sessions(kiosk) WHERE kiosk <> '';
-- Devices of the self-service zones, by the digest of their token. `code`: MAC of the consultant's code.
-- `consultant`: 1 while he explains.
CREATE TABLE IF NOT EXISTS kiosks(
  id TEXT PRIMARY KEY, centre TEXT NOT NULL, label TEXT NOT NULL, token BLOB NOT NULL, code BLOB NOT NULL,
  issued_by INTEGER NOT NULL, issued_at INTEGER NOT NULL, revoked_at INTEGER, seen_at INTEGER,
  consultant INTEGER NOT NULL DEFAULT 0, wrong_codes INTEGER NOT NULL DEFAULT 0, blocked_until INTEGER NOT NULL DEFAULT 0)
  WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS kiosks_token ON kiosks(token);
CREATE TABLE IF NOT EXISTS idempotency(
  iin INTEGER NOT NULL, route TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL, application TEXT NOT NULL,
  forecast TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(iin, route, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forecasts(
  iin INTEGER NOT NULL, day INTEGER NOT NULL, rka INTEGER NOT NULL, PRIMARY KEY(iin, day, rka)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forms(iin INTEGER PRIMARY KEY, content TEXT NOT NULL, at INTEGER NOT NULL);
)sql";

/// A text that an earlier release did not have; nothing where the table is still to be made.
void add_column(sqlite::Database& database, std::string_view table, std::string_view column) {
  const auto has = [&](std::string_view condition) {
    return database.number(fmt::format("SELECT count(*) FROM pragma_table_info('{}') {}", table, condition)).value_or(0) > 0;
  };
  if (!has("") || has(fmt::format("WHERE name='{}'", column))) return;
  database.execute(fmt::format("ALTER TABLE {} ADD COLUMN {} TEXT NOT NULL DEFAULT ''", table, column));
}

}  // namespace

std::string database_file(const std::string& data_folder) { return data_folder + "/mekenjai.db"; }

void migrate(sqlite::Database& database) {
  const std::int64_t found = database.number("PRAGMA user_version").value_or(0);
  if (found > kSchemaVersion) {
    throw sqlite::StoreError(
        fmt::format("the data were written by a newer release (schema {}, this release knows {})", found,
                    kSchemaVersion), 0);
  }
  sqlite::Transaction transaction(database);
  add_column(database, "consents", "checking");  // since 2
  add_column(database, "sessions", "kiosk");     // since 3
  const bool uncounted = found == 1 || found == 2;
  if (uncounted) database.execute("ALTER TABLE applications ADD COLUMN region INTEGER NOT NULL DEFAULT 0");
  database.execute(kJournal);
  database.execute(kState);
  database.execute(kWork);
  if (uncounted) count_past(database);
  database.execute(fmt::format("PRAGMA user_version={}", kSchemaVersion));
  transaction.commit();
}

void clear_state(sqlite::Database& database) {
  for (const char* table : {"applications", "registrants", "open_registrants", "consents", "messages", "fraud_reports", "alerts", "figures"}) {
    database.execute(fmt::format("DELETE FROM {}", table));
  }
}

}  // namespace mekenjai::store
