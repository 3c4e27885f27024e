#include "store/journal_table.hpp"

#include <cstring>

namespace mekenjai::store {
namespace {

std::string_view bytes(const base::Sha256& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

base::Sha256 digest(std::string_view blob) {
  base::Sha256 digest{};
  if (blob.size() == digest.size()) std::memcpy(digest.data(), blob.data(), digest.size());
  return digest;
}

constexpr std::string_view kAll =
    "SELECT sequence, at, actor, type, application, payload, previous, hash FROM journal ORDER BY sequence";

journal::Record record_of(const sqlite::Statement& row) {
  return {row.integer(0), base::Instant{base::Millis{row.integer(1)}}, row.text(2), row.text(3),
          row.text(4),    row.text(5),                                 digest(row.blob(6))};
}

}  // namespace

JournalTable::JournalTable(sqlite::Database& database)
    : database_(database),
      insert_(database.prepare("INSERT INTO journal VALUES(?,?,?,?,?,?,?,?)")),
      newest_(database.prepare("SELECT sequence, hash FROM journal ORDER BY sequence DESC LIMIT 1")) {
  reload();
}

void JournalTable::reload() {
  sqlite::Rows rows(newest_);
  chain_ = rows.next() ? journal::Chain({rows->integer(0), digest(rows->blob(1))}) : journal::Chain();
}

std::int64_t JournalTable::append(journal::Record& record) {
  const base::Sha256 hash = chain_.append(record);
  insert_.reset();
  insert_.bind(1, record.sequence)
      .bind(2, static_cast<std::int64_t>(record.at.time_since_epoch().count()))
      .bind(3, record.actor)
      .bind(4, record.type)
      .bind(5, record.application)
      .bind(6, record.payload)
      .bind_blob(7, bytes(record.previous))
      .bind_blob(8, bytes(hash));
  insert_.run();
  return record.sequence;
}

Verification verify_journal(sqlite::Database& database) {
  sqlite::Statement all = database.prepare(kAll);
  journal::Chain chain;
  while (all.step()) {
    const journal::Record found = record_of(all);
    journal::Record expected = found;
    const base::Sha256 hash = chain.append(expected);
    if (found.sequence != expected.sequence) {
      return {chain.head(), BadRecord{expected.sequence, fmt::format("entry {} is missing; entry {} follows", expected.sequence, found.sequence)}};
    }
    if (found.previous != expected.previous) {
      return {chain.head(), BadRecord{found.sequence, "does not carry the hash of the entry before it"}};
    }
    if (hash != digest(all.blob(7))) {
      return {chain.head(), BadRecord{found.sequence, "its content does not have its hash"}};
    }
  }
  return {chain.head(), std::nullopt};
}

void each_record(sqlite::Database& database, const std::function<void(const journal::Record&)>& visit) {
  sqlite::Statement all = database.prepare(kAll);
  while (all.step()) visit(record_of(all));
}

}  // namespace mekenjai::store
