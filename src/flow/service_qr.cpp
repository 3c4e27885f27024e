// Signing with eGov Mobile (eds.md 4.3): a QR code in the browser, the signature from the phone. The code is good once and for
// five minutes; who signed is read from the certificate alone; what comes of it goes to the browser that showed the code.
#include <fmt/format.h>

#include "flow/service_impl.hpp"
#include "flow/service_parts.hpp"

namespace mekenjai::flow {

std::string login_document(std::string_view nonce, std::string_view origin, Instant issued);

namespace {

using base::Problem;
using base::Result;
using base::Trouble;
using store::millis;
using store::number_of;

constexpr std::size_t kSecretBytes = 32;
constexpr std::chrono::hours kKept{1};  // after its end, so that the browser can still be told

enum class Stage : int { pending, opened, signed_, refused, used };

struct QrRow {
  std::string id, browser, token;
  QrPurpose purpose = QrPurpose::sign_in;
  std::string target, answer;
  std::optional<Iin> iin;  // of the session that drew it; for signing in, of the verified certificate
  std::string nonce, content;
  Stage stage = Stage::pending;
  std::string reason;
  Instant expires_at;

  bool over(Instant now) const { return expires_at <= now; }
};

/// Where the phone asks first.
std::string phone_address(const std::string& origin, const std::string& id) { return fmt::format("{}/egov-mobile/{}", origin, id); }

std::string digest_of(std::string_view key) {
  const base::Sha256 digest = base::sha256(key);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

std::optional<QrRow> find(store::sqlite::Database& database, const std::string& id) {
  auto select = database.prepare("SELECT browser, token, purpose, target, answer, iin, nonce, content, stage, reason, expires_at "
                                 "FROM qr_requests WHERE id=?");
  store::sqlite::Rows rows(select.with(id));
  if (!rows.next()) return std::nullopt;
  QrRow row;
  row.id = id;
  row.browser = rows->blob(0);
  row.token = rows->str(1);
  row.purpose = static_cast<QrPurpose>(rows->integer(2));
  row.target = rows->str(3);
  row.answer = rows->str(4);
  if (!rows->is_null(5)) row.iin = store::iin_of(rows->integer(5));
  row.nonce = rows->str(6);
  row.content = rows->str(7);
  row.stage = static_cast<Stage>(rows->integer(8));
  row.reason = rows->str(9);
  row.expires_at = store::instant(rows->integer(10));
  return row;
}

/// A request that the phone may still work on.
Result<QrRow> open_to_phone(store::sqlite::Database& database, const std::string& id, const std::string& token, Instant now) {
  auto row = find(database, id);
  const bool there = row && row->stage == Stage::opened && !row->over(now) && base::equal_in_constant_time(row->token, token);
  if (!there) return base::fail(Trouble::not_found, "not_found");
  return *std::move(row);
}

/// False where it has moved on already. What was signed stays signed, whatever a second phone or a repetition brings.
bool move_on(Step& step, const std::string& id, Stage stage, const std::string& reason, std::optional<Iin> iin = {}) {
  auto update = step.ledger.database().prepare(
      "UPDATE qr_requests SET stage=?1, reason=?2, iin=coalesce(?3, iin) WHERE id=?4 AND (stage=1 OR (stage=3 AND ?1=2 AND ?3 IS NULL))");
  return update.with(static_cast<int>(stage), reason, iin ? std::optional(number_of(*iin)) : std::nullopt, id).run() == 1;
}

/// The document that a request is about, as XML; also finds out whether it may be signed by the caller now.
Result<std::string> content_of(Reader& reader, QrPurpose purpose, const std::string& target, const std::string& word, const Iin& iin) {
  if (purpose == QrPurpose::application) {
    const auto application = reader.cases.application(target);
    if (!application || application->applicant != iin) return base::fail(Trouble::not_found, "not_found");
    if (application->status != domain::Status::draft) return base::fail(Trouble::wrong_state, "wrong_state");
    return document_of(*application, reader.cases.registrants(target)).xml;
  }
  const auto consent = reader.cases.consent(target);
  if (!consent || consent->iin != iin) return base::fail(Trouble::not_found, "not_found");
  const auto answer = domain::parse_answer(word);
  if (!answer) return base::fail(bad_field("answer", "unknown_value"));
  if (consent->status != domain::ConsentStatus::pending) return base::fail(Trouble::wrong_state, "wrong_state");
  const auto names = registrant_names(reader.registers, reader.cases.registrants(consent->application));
  if (!names) return base::fail(silent());
  return consent_document(*consent, *reader.cases.application(consent->application), *names, *answer).xml;
}

/// The word under which the browser is told.
std::string reason_of(const Problem& problem) {
  for (const auto& [name, value] : problem.values) {
    if (name == "reason") return value;
  }
  return problem.code;
}

}  // namespace

Task<QrOffer> ServiceImpl::offer_qr(QrPurpose purpose, std::string target, std::string answer, std::optional<Caller> caller,
                                    std::string) {
  const auto eds = engine_.eds();
  if (eds->examiner == nullptr) co_return base::fail(Trouble::unprocessable, "method_unavailable");
  if (purpose != QrPurpose::sign_in && !caller) co_return base::fail(Trouble::not_signed_in, "not_signed_in");
  const std::string nonce = base::to_hex(base::random_bytes(kSecretBytes));
  std::function<Result<std::string>(Reader&)> question = [=, this](Reader& reader) -> Result<std::string> {
    if (purpose == QrPurpose::sign_in) return login_document(nonce, eds->origin, engine_.clock().now());
    return content_of(reader, purpose, target, answer, caller->iin);
  };
  std::function<Result<QrOffer>(Step&, std::string&)> order = [=](Step& step, std::string& content) -> Result<QrOffer> {
    const Instant now = step.now();
    QrOffer offer;
    offer.id = base::to_base64url(base::random_bytes(kSecretBytes));
    offer.browser_key = base::to_base64url(base::random_bytes(kSecretBytes));
    offer.url = phone_address(eds->origin, offer.id);
    offer.expires_at = now + edge::eds::kLoginLife;
    auto forget = step.ledger.database().prepare("DELETE FROM qr_requests WHERE expires_at<?");
    forget.with(millis(now - kKept)).run();
    auto add = step.ledger.database().prepare(
        "INSERT INTO qr_requests(id, browser, token, purpose, target, answer, iin, nonce, content, expires_at) VALUES(?,?,?,?,?,?,?,?,?,?)");
    const std::string browser = digest_of(offer.browser_key), token = base::to_base64url(base::random_bytes(kSecretBytes));
    add.bind(1, offer.id).bind_blob(2, browser).bind(3, token).bind(4, static_cast<int>(purpose)).bind(5, target).bind(6, answer);
    purpose == QrPurpose::sign_in ? add.bind_null(7) : add.bind(7, number_of(caller->iin));
    add.bind(8, nonce).bind(9, content).bind(10, millis(offer.expires_at)).run();
    return offer;
  };
  co_return co_await engine_.asked_and_told<std::string, QrOffer>(std::move(question), std::move(order));
}

Task<QrApi1> ServiceImpl::qr_opened(std::string id) {
  const auto eds = engine_.eds();
  std::function<Result<QrApi1>(Step&)> order = [id, origin = eds->origin](Step& step) -> Result<QrApi1> {
    store::sqlite::Database& database = step.ledger.database();
    const auto row = find(database, id);
    // The app may ask again after a lost connection, until it has signed.
    const bool open = row && !row->over(step.now()) && (row->stage == Stage::pending || row->stage == Stage::opened);
    if (!open) return base::fail(Trouble::not_found, "not_found");
    auto opened = database.prepare("UPDATE qr_requests SET stage=1 WHERE id=? AND stage=0");
    opened.with(id).run();
    return QrApi1{row->purpose, row->token, fmt::format("{}/egov-mobile/{}/documents", origin, id), row->expires_at};
  };
  co_return co_await engine_.told<QrApi1>(std::move(order));
}

Task<QrApi2> ServiceImpl::qr_documents(std::string id, std::string token) {
  std::function<Result<QrApi2>(Reader&)> question = [this, id, token](Reader& reader) -> Result<QrApi2> {
    auto row = open_to_phone(reader.database, id, token, engine_.clock().now());
    if (!row) return tl::unexpected(row.error());
    QrApi2 shown;
    shown.purpose = row->purpose;
    shown.xml = row->content;
    std::string application_id = row->target;
    if (row->purpose == QrPurpose::consent) {
      const auto consent = reader.cases.consent(row->target);
      shown.reference = consent->reference;
      shown.answer = domain::parse_answer(row->answer);
      application_id = consent->application;
    }
    if (row->purpose != QrPurpose::sign_in) shown.number = reader.cases.application(application_id)->number;
    return shown;
  };
  co_return co_await engine_.asked<QrApi2>(std::move(question));
}

Task<Done> ServiceImpl::qr_signed(std::string id, std::string token, std::string xml_or_cms) {
  std::function<Result<QrRow>(Reader&)> question = [this, id, token](Reader& reader) -> Result<QrRow> {
    return open_to_phone(reader.database, id, token, engine_.clock().now());
  };
  auto row = co_await engine_.asked<QrRow>(std::move(question));
  if (!row) co_return tl::unexpected(row.error());
  SignatureRequest signature;
  signature.method = "eds";
  (edge::eds::looks_like_xml(xml_or_cms) ? signature.xml : signature.cms) = std::move(xml_or_cms);
  std::optional<Problem> problem;
  std::optional<Iin> signed_in;
  if (row->purpose == QrPurpose::sign_in) {
    const auto iin = co_await whose_login(row->content, row->nonce, std::move(signature));
    iin ? void(signed_in = *iin) : void(problem = iin.error());
  } else {
    Caller caller{*row->iin, i18n::Language::kk, ""};
    if (row->purpose == QrPurpose::application) {
      const auto application = co_await sign_eds(std::move(caller), row->target, std::move(signature));
      if (!application) problem = application.error();
    } else {
      const auto consent = co_await answer_eds(std::move(caller), row->target, row->answer, std::move(signature));
      if (!consent) problem = consent.error();
    }
  }
  // Only a verdict on the signature ends the code. What may come right in a minute, a limit, or a repetition that finds the
  // work done leaves it as it is.
  if (problem && problem->trouble != Trouble::unprocessable) co_return base::fail(*problem);
  std::function<Result<Done>(Step&)> order = [id, problem, signed_in](Step& step) -> Result<Done> {
    const bool moved = move_on(step, id, problem ? Stage::refused : Stage::signed_, problem ? reason_of(*problem) : "", signed_in);
    if (problem) return base::fail(*problem);
    // Of two persons who sign one code to sign in, the browser lets the first one in: the other hears so.
    if (signed_in && !moved) return base::fail(Trouble::not_found, "not_found");
    return Done{};
  };
  co_return co_await engine_.told<Done>(std::move(order));
}

Task<QrState> ServiceImpl::qr_state(std::string id, std::string browser_key) {
  const auto eds = engine_.eds();
  std::function<Result<QrState>(Reader&)> question = [this, id, browser_key, eds](Reader& reader) -> Result<QrState> {
    const auto row = find(reader.database, id);
    if (!row || !base::equal_in_constant_time(row->browser, digest_of(browser_key))) return base::fail(Trouble::not_found, "not_found");
    QrState state;
    switch (row->stage) {
      case Stage::pending: state.stage = QrState::Stage::pending; break;
      case Stage::opened: state.stage = QrState::Stage::opened; break;
      case Stage::signed_: state.stage = QrState::Stage::signed_; break;
      case Stage::refused: state.stage = QrState::Stage::refused; break;
      case Stage::used: state.stage = QrState::Stage::expired; break;
    }
    const bool undone = row->stage == Stage::pending || row->stage == Stage::opened;
    if (undone && row->over(engine_.clock().now())) state.stage = QrState::Stage::expired;
    state.reason = row->reason;
    state.url = phone_address(eds->origin, id);
    state.expires_at = row->expires_at;
    return state;
  };
  co_return co_await engine_.asked<QrState>(std::move(question));
}

Task<EdsSignIn> ServiceImpl::qr_sign_in(std::string id, std::string browser_key, std::string source, SessionFor opening) {
  const std::string browser = digest_of(browser_key);
  std::function<Result<Iin>(Reader&)> question = [this, id, browser](Reader& reader) -> Result<Iin> {
    const auto row = find(reader.database, id);
    const bool ready = row && row->purpose == QrPurpose::sign_in && row->stage == Stage::signed_ && row->iin &&
                       !row->over(engine_.clock().now()) && base::equal_in_constant_time(row->browser, browser);
    if (!ready) return base::fail(Trouble::not_found, "not_found");
    return *row->iin;
  };
  const auto iin = co_await engine_.asked<Iin>(std::move(question));
  if (!iin) co_return tl::unexpected(iin.error());
  std::function<std::optional<Problem>(Step&)> use = [id](Step& step) -> std::optional<Problem> {
    auto mark = step.ledger.database().prepare("UPDATE qr_requests SET stage=4 WHERE id=? AND stage=2");
    if (mark.with(id).run() == 1) return std::nullopt;
    return Problem{Trouble::not_found, "not_found", {}, 0, {}};
  };
  co_return co_await let_in(*iin, std::move(use), std::move(source), std::move(opening));
}

}  // namespace mekenjai::flow
