#include "edge/registers/schema.hpp"

namespace mekenjai::edge::registers {
namespace {

using store::sqlite::Database;
using store::sqlite::Transaction;

// Raised with every change of the tables below.
constexpr std::int64_t kSchemaVersion = 1;

// IIN, BIN, RKA, KATO and phones are integers, days are YYYYMMDD with 0 for none (packing.hpp);
// enumerations are their position in domain/registers.hpp.
constexpr std::string_view kTables = R"sql(
CREATE TABLE IF NOT EXISTS reg_meta(
  key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS reg_person(
  iin INTEGER PRIMARY KEY, surname TEXT NOT NULL, given_name TEXT NOT NULL, patronymic TEXT NOT NULL,
  sex INTEGER NOT NULL, birth_date INTEGER NOT NULL, death_date INTEGER NOT NULL, citizenship TEXT NOT NULL,
  capacity INTEGER NOT NULL, document_number TEXT NOT NULL, document_expires INTEGER NOT NULL,
  language TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS reg_relation(
  iin INTEGER NOT NULL, related INTEGER NOT NULL, kind INTEGER NOT NULL,
  from_day INTEGER NOT NULL, to_day INTEGER NOT NULL,
  PRIMARY KEY(iin, related, kind)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS reg_phone(
  iin INTEGER PRIMARY KEY, phone INTEGER NOT NULL, since INTEGER NOT NULL);

CREATE TABLE IF NOT EXISTS reg_organisation(
  bin INTEGER PRIMARY KEY, name_kk TEXT NOT NULL, name_ru TEXT NOT NULL, kind INTEGER NOT NULL,
  head_iin INTEGER, contact TEXT NOT NULL, kato INTEGER);

-- What a million dwellings have in common, once: the address down to the street.
CREATE TABLE IF NOT EXISTS reg_street(
  id INTEGER PRIMARY KEY, kato INTEGER NOT NULL, region_kk TEXT NOT NULL, region_ru TEXT NOT NULL,
  locality_kk TEXT NOT NULL, locality_ru TEXT NOT NULL, street_kk TEXT NOT NULL, street_ru TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS reg_dwelling(
  rka INTEGER PRIMARY KEY, street INTEGER NOT NULL, kind INTEGER NOT NULL, house TEXT NOT NULL,
  flat TEXT NOT NULL, useful_area_cm2 INTEGER, actual INTEGER NOT NULL);

CREATE TABLE IF NOT EXISTS reg_right(
  rka INTEGER NOT NULL, holder INTEGER NOT NULL, from_day INTEGER NOT NULL, to_day INTEGER NOT NULL,
  share TEXT NOT NULL,
  PRIMARY KEY(rka, holder, from_day)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS reg_encumbrance(
  rka INTEGER NOT NULL, kind INTEGER NOT NULL, from_day INTEGER NOT NULL, to_day INTEGER NOT NULL,
  PRIMARY KEY(rka, kind, from_day)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS reg_lease(
  lease TEXT PRIMARY KEY, rka INTEGER NOT NULL, tenant INTEGER NOT NULL, housing_body INTEGER,
  from_day INTEGER NOT NULL, to_day INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS reg_lease_member(
  lease TEXT NOT NULL, iin INTEGER NOT NULL, PRIMARY KEY(lease, iin)) WITHOUT ROWID;

-- entry: 0 for an imported row; the service counts its own from 1, so that the two never meet in the key.
-- application: who entered it. closed_by: the application that ended it; was_to: its end before that.
CREATE TABLE IF NOT EXISTS reg_residence(
  iin INTEGER NOT NULL, rka INTEGER NOT NULL, kind INTEGER NOT NULL, from_day INTEGER NOT NULL,
  entry INTEGER NOT NULL, to_day INTEGER NOT NULL, closed INTEGER NOT NULL DEFAULT 0,
  application TEXT, closed_by TEXT, was_to INTEGER,
  PRIMARY KEY(iin, rka, kind, from_day, entry)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS reg_student(
  iin INTEGER NOT NULL, kato INTEGER NOT NULL, from_day INTEGER NOT NULL, to_day INTEGER NOT NULL,
  PRIMARY KEY(iin, kato, from_day)) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS reg_centre(
  id TEXT PRIMARY KEY, name_kk TEXT NOT NULL, name_ru TEXT NOT NULL, kato INTEGER,
  address_kk TEXT NOT NULL, address_ru TEXT NOT NULL, phone TEXT NOT NULL, hours TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS reg_staff(
  iin INTEGER NOT NULL, role TEXT NOT NULL, bin INTEGER NOT NULL, kato INTEGER,
  PRIMARY KEY(iin, role, bin)) WITHOUT ROWID;

CREATE UNIQUE INDEX IF NOT EXISTS reg_street_whole ON reg_street(
  kato, street_ru, street_kk, locality_ru, locality_kk, region_ru, region_kk);
-- Small: only what the service wrote and closed, and the housing bodies.
CREATE INDEX IF NOT EXISTS reg_residence_entered ON reg_residence(iin) WHERE entry > 0;
CREATE INDEX IF NOT EXISTS reg_residence_closed ON reg_residence(iin) WHERE closed_by IS NOT NULL;
CREATE INDEX IF NOT EXISTS reg_organisation_place ON reg_organisation(kato) WHERE kind = 2;
INSERT OR IGNORE INTO reg_meta VALUES('version', 0);
)sql";

bool is_current(Database& database) {
  if (!database.number("SELECT 1 FROM sqlite_master WHERE name = 'reg_meta'")) return false;
  return database.number("SELECT value FROM reg_meta WHERE key = 'schema'") == kSchemaVersion;
}

}  // namespace

const std::vector<RegisterIndex>& register_indexes() {
  static const std::vector<RegisterIndex> indexes = {
      {"reg_relation", "reg_relation_related",
       "CREATE INDEX IF NOT EXISTS reg_relation_related ON reg_relation(related)"},
      {"reg_phone", "reg_phone_number",
       "CREATE INDEX IF NOT EXISTS reg_phone_number ON reg_phone(phone)"},
      // CAST takes the number that a house or flat begins with: "40/2" and "40а" stand beside "40".
      {"reg_dwelling", "reg_dwelling_place",
       "CREATE INDEX IF NOT EXISTS reg_dwelling_place ON reg_dwelling("
       "street, CAST(house AS INTEGER), CAST(flat AS INTEGER)) WHERE actual = 1"},
      {"reg_right", "reg_right_holder",
       "CREATE INDEX IF NOT EXISTS reg_right_holder ON reg_right(holder)"},
      {"reg_lease", "reg_lease_rka", "CREATE INDEX IF NOT EXISTS reg_lease_rka ON reg_lease(rka)"},
      {"reg_residence", "reg_residence_rka",
       "CREATE INDEX IF NOT EXISTS reg_residence_rka ON reg_residence(rka)"},
  };
  return indexes;
}

void create_register_tables(Database& database) {
  if (is_current(database)) return;  // nothing to write: do not wait for an import that is running
  std::optional<Transaction> transaction;
  if (!database.in_transaction()) transaction.emplace(database);
  database.execute(kTables);
  for (const RegisterIndex& index : register_indexes()) database.execute(index.create_sql);
  database.execute(
      fmt::format("INSERT OR REPLACE INTO reg_meta VALUES('schema', {})", kSchemaVersion));
  if (transaction) transaction->commit();
}

std::int64_t register_version(Database& database) {
  return database.number("SELECT value FROM reg_meta WHERE key = 'version'").value_or(0);
}

}  // namespace mekenjai::edge::registers
