#include "store/signatures.hpp"

#include "store/cases.hpp"

namespace mekenjai::store {
namespace {

constexpr std::string_view kRow =
    "SELECT id, application, consent, answer, iin, format, state, reason, report, "
    "CASE WHEN length(ocsp)>0 THEN 'ocsp' WHEN crl_number<>'' THEN 'crl' ELSE '' END, policy, received_at, checked_at "
    "FROM signatures ";

std::string with(std::string_view rest) { return std::string(kRow) + std::string(rest); }

}  // namespace

Signatures::Signatures(sqlite::Database& db)
    : by_id_(db.prepare(with("WHERE id=?"))),
      of_application_(db.prepare(with("WHERE application=? AND consent='' AND state<>3 ORDER BY received_at DESC, id DESC LIMIT 1"))),
      of_consent_(db.prepare(with("WHERE consent=? AND consent<>'' AND state<>3 ORDER BY received_at DESC, id DESC LIMIT 1"))),
      evidence_(db.prepare("SELECT document, received, certificate, ocsp, timestamp, crl_number, archive FROM signatures WHERE id=?")),
      used_(db.prepare("SELECT 1 FROM signatures WHERE value=? AND id<>?")),
      due_(db.prepare("SELECT id FROM signatures INDEXED BY signatures_due WHERE state=0 AND due_at<=? ORDER BY due_at LIMIT ?")),
      next_due_(db.prepare("SELECT min(due_at) FROM signatures INDEXED BY signatures_due WHERE state=0")),
      add_(db.prepare("INSERT INTO signatures(id, application, consent, answer, iin, format, state, reason, report, policy, received_at, "
                      "checked_at, due_at, value, document, received, certificate, ocsp, timestamp, crl_number, archive) "
                      "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")),
      judged_(db.prepare("UPDATE signatures SET state=?, reason=?, report=?, checked_at=?, due_at=NULL, value=?, certificate=?, ocsp=?, "
                         "timestamp=?, crl_number=?, archive=? WHERE id=?")),
      postpone_(db.prepare("UPDATE signatures SET due_at=? WHERE id=? AND state=0")),
      drop_(db.prepare("UPDATE signatures SET state=3, due_at=NULL WHERE application=? AND state=0")),
      drop_consent_(db.prepare("UPDATE signatures SET state=3, due_at=NULL WHERE consent=? AND consent<>'' AND state=0")) {}

SignatureRow Signatures::row_at(const sqlite::Statement& row) const {
  SignatureRow found;
  found.id = row.str(0);
  found.application = row.str(1);
  found.consent = row.str(2);
  if (!row.is_null(3)) found.answer = static_cast<domain::Answer>(row.integer(3));
  found.iin = iin_of(row.integer(4));
  found.format = row.str(5);
  found.state = static_cast<SignatureState>(row.integer(6));
  found.reason = row.str(7);
  found.report = row.str(8);
  found.revocation_by = row.str(9);
  found.policy = row.str(10);
  found.received_at = instant(row.integer(11));
  if (!row.is_null(12)) found.checked_at = instant(row.integer(12));
  return found;
}

std::optional<SignatureRow> Signatures::one(sqlite::Statement& statement) {
  sqlite::Rows rows(statement);
  if (!rows.next()) return std::nullopt;
  return row_at(statement);
}

std::optional<SignatureRow> Signatures::by_id(std::string_view id) { return one(by_id_.with(id)); }
std::optional<SignatureRow> Signatures::of_application(std::string_view id) { return one(of_application_.with(id)); }
std::optional<SignatureRow> Signatures::of_consent(std::string_view id) { return one(of_consent_.with(id)); }

std::optional<SignatureEvidence> Signatures::evidence(std::string_view id) {
  sqlite::Rows rows(evidence_.with(id));
  if (!rows.next()) return std::nullopt;
  const auto bytes = [&](int column) { return std::string(rows->blob(column)); };
  return SignatureEvidence{rows->str(0), bytes(1), bytes(2), bytes(3), bytes(4), rows->str(5), bytes(6)};
}

bool Signatures::used(std::string_view value_sha256, std::string_view but) {
  used_.reset();
  used_.bind_blob(1, value_sha256).bind(2, but);
  sqlite::Rows rows(used_);
  return rows.next();
}

std::vector<std::string> Signatures::due(Instant at, int limit) {
  std::vector<std::string> found;
  sqlite::Rows rows(due_.with(millis(at), limit));
  while (rows.next()) found.push_back(rows->str(0));
  return found;
}

std::optional<Instant> Signatures::next_due() {
  sqlite::Rows rows(next_due_.with());
  if (!rows.next() || rows->is_null(0)) return std::nullopt;
  return instant(rows->integer(0));
}

void Signatures::add(const SignatureRow& row, std::string_view value_sha256, const SignatureEvidence& evidence,
                     std::optional<Instant> due_at) {
  add_.reset();
  add_.bind(1, row.id).bind(2, row.application).bind(3, row.consent);
  row.answer ? add_.bind(4, static_cast<int>(*row.answer)) : add_.bind_null(4);
  add_.bind(5, number_of(row.iin)).bind(6, row.format).bind(7, static_cast<int>(row.state)).bind(8, row.reason);
  add_.bind(9, row.report).bind(10, row.policy).bind(11, millis(row.received_at));
  row.checked_at ? add_.bind(12, millis(*row.checked_at)) : add_.bind_null(12);
  due_at ? add_.bind(13, millis(*due_at)) : add_.bind_null(13);
  add_.bind_blob(14, value_sha256).bind(15, evidence.document).bind_blob(16, evidence.received);
  add_.bind_blob(17, evidence.certificate).bind_blob(18, evidence.ocsp).bind_blob(19, evidence.timestamp);
  add_.bind(20, evidence.crl_number).bind_blob(21, evidence.archive).run();
}

void Signatures::judged(const SignatureRow& row, std::string_view value_sha256, const SignatureEvidence& evidence) {
  judged_.reset();
  judged_.bind(1, static_cast<int>(row.state)).bind(2, row.reason).bind(3, row.report);
  row.checked_at ? judged_.bind(4, millis(*row.checked_at)) : judged_.bind_null(4);
  judged_.bind_blob(5, value_sha256).bind_blob(6, evidence.certificate).bind_blob(7, evidence.ocsp);
  judged_.bind_blob(8, evidence.timestamp).bind(9, evidence.crl_number).bind_blob(10, evidence.archive).bind(11, row.id).run();
}

void Signatures::postpone(std::string_view id, Instant due_at) { postpone_.with(millis(due_at), id).run(); }
void Signatures::drop_checks(std::string_view application) { drop_.with(application).run(); }
void Signatures::drop_checks_of_consent(std::string_view consent) { drop_consent_.with(consent).run(); }

}  // namespace mekenjai::store
