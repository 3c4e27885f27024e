// The service's ways by digital signature: signing in, signing and answering, what was kept of it.
#include <fmt/format.h>

#include "flow/present.hpp"
#include "flow/service_impl.hpp"
#include "flow/service_parts.hpp"
#include "flow/zip.hpp"

namespace mekenjai::flow {
namespace {

using base::Problem;
using base::Result;
using base::Trouble;
using store::millis;

constexpr std::chrono::hours kChallengeKept{1};  // after its end, to tell an old one from none
constexpr int kUncheckedRetryAfterS = 60;
constexpr std::size_t kNonceBytes = 32;

Problem no_eds() { return {Trouble::unprocessable, "method_unavailable", {}, 0, {}}; }
Problem unchecked() { return {Trouble::unavailable, "signature_unchecked", {}, kUncheckedRetryAfterS, {}}; }

/// Exactly one of the two, and of that kind.
std::optional<Problem> wrong_container(const SignatureRequest& signature) {
  if (signature.cms.empty() == signature.xml.empty()) {
    return bad_field("cms", signature.cms.empty() ? "required" : "cms_or_xml");
  }
  const bool looks_like_xml = edge::eds::looks_like_xml(signature.cms.empty() ? signature.xml : signature.cms);
  if (looks_like_xml == signature.xml.empty()) return bad_signature("malformed");
  return std::nullopt;
}

struct LoginChallengeRow {
  std::string nonce, content;
};

}  // namespace

// --- signing in -----------------------------------------------------------------------------------------------

std::string login_document(std::string_view nonce, std::string_view origin, Instant issued) {
  return fmt::format("<login><nonce>{}</nonce><origin>{}</origin><issued>{}</issued></login>", nonce, origin,
                     base::format_rfc3339(issued));
}

Task<EdsChallenge> ServiceImpl::request_eds_challenge(std::string) {
  const auto eds = engine_.eds();
  if (eds->examiner == nullptr) co_return base::fail(no_eds());
  std::function<Result<EdsChallenge>(Step&)> order = [origin = eds->origin](Step& step) -> Result<EdsChallenge> {
    const Instant now = step.now();
    const std::string nonce = base::to_hex(base::random_bytes(kNonceBytes));
    EdsChallenge challenge{domain::new_id(now), login_document(nonce, origin, now), now + edge::eds::kLoginLife};
    auto forget = step.ledger.database().prepare("DELETE FROM login_challenges WHERE expires_at<?");
    forget.with(millis(now - kChallengeKept)).run();
    auto add = step.ledger.database().prepare("INSERT INTO login_challenges(id, nonce, content, expires_at) VALUES(?,?,?,?)");
    add.with(challenge.id, nonce, challenge.content, millis(challenge.expires_at)).run();
    return challenge;
  };
  co_return co_await engine_.told<EdsChallenge>(std::move(order));
}

Task<EdsSignIn> ServiceImpl::sign_in_eds(std::string id, SignatureRequest signature, std::string source, SessionFor opening) {
  if (!eds_available()) co_return base::fail(no_eds());
  if (!domain::is_id(id)) co_return base::fail(Trouble::not_found, "challenge_not_found");
  if (const auto problem = wrong_container(signature)) co_return base::fail(*problem);
  std::function<Result<LoginChallengeRow>(Reader&)> question = [this, id](Reader& reader) -> Result<LoginChallengeRow> {
    auto select = reader.database.prepare("SELECT nonce, content, expires_at, used FROM login_challenges WHERE id=?");
    store::sqlite::Rows rows(select.with(id));
    if (!rows.next()) return base::fail(Trouble::not_found, "challenge_not_found");
    const bool over = rows->integer(3) != 0 || store::instant(rows->integer(2)) <= engine_.clock().now();
    if (over) return base::fail(bad_signature("bad_challenge"));
    return LoginChallengeRow{rows->str(0), rows->str(1)};
  };
  auto challenge = co_await engine_.asked<LoginChallengeRow>(std::move(question));
  if (!challenge) co_return tl::unexpected(challenge.error());
  const auto iin = co_await whose_login(std::move(challenge->content), std::move(challenge->nonce), std::move(signature));
  if (!iin) co_return tl::unexpected(iin.error());
  std::function<std::optional<Problem>(Step&)> use = [id](Step& step) -> std::optional<Problem> {
    auto mark = step.ledger.database().prepare("UPDATE login_challenges SET used=1 WHERE id=? AND used=0 AND expires_at>?");
    if (mark.with(id, millis(step.now())).run() == 1) return std::nullopt;
    return bad_signature("bad_challenge");
  };
  co_return co_await let_in(*iin, std::move(use), std::move(source), std::move(opening));
}

Task<Iin> ServiceImpl::whose_login(std::string content, std::string nonce, SignatureRequest signature) {
  const auto eds = engine_.eds();
  edge::eds::Expectation expectation;
  expectation.use = edge::eds::Use::login;
  (signature.xml.empty() ? expectation.content : expectation.xml_document) = std::move(content);
  expectation.nonce = std::move(nonce);
  expectation.origin = eds->origin;
  expectation.test_identities = eds->test_identities;
  std::string bytes = signature.xml.empty() ? std::move(signature.cms) : std::move(signature.xml);
  const auto examined = co_await engine_.examined(std::move(bytes), std::move(expectation));
  if (!examined) co_return tl::unexpected(examined.error());
  switch (examined->verdict.answer()) {
    case edge::eds::Answer::cannot_tell:
      co_return base::fail(unchecked());
    case edge::eds::Answer::invalid:
      co_return base::fail(bad_signature(edge::eds::word(examined->verdict.reason)));
    case edge::eds::Answer::valid:
      break;
  }
  const auto iin = signer_of(*examined);
  if (!iin) co_return base::fail(bad_signature("ambiguous"));
  co_return *iin;
}

Task<EdsSignIn> ServiceImpl::let_in(Iin iin, std::function<std::optional<Problem>(Step&)> use, std::string source, SessionFor opening) {
  struct Known {
    domain::Person person;
    Addressee addressee;
  };
  std::function<Result<Known>(Reader&)> question = [iin](Reader& reader) -> Result<Known> {
    const auto record = reader.registers.person(iin);
    if (!record.available()) return base::fail(silent());
    if (!*record) return base::fail(Trouble::unprocessable, "no_such_person");
    auto person = addressee(reader, iin);
    if (!person) return tl::unexpected(person.error());
    return Known{**record, *std::move(person)};
  };
  std::function<Result<EdsSignIn>(Step&, Known&)> order =
      [iin, use, source, opening](Step& step, Known& known) -> Result<EdsSignIn> {
    const policy::Policy& policy = step.editions.in_force(base::civil_date(step.now()));
    const PersonCard& card = known.addressee.card;
    // The signature alone is enough where no code can go: EDS stays open where SMS is closed (row G9; contract, section 3).
    const bool code_can_go = card.phone && !phone_too_new(card, step.now(), policy.phone_min_age_s);
    if (!policy.second_factor || !code_can_go) {
      if (const auto problem = use(step)) return base::fail(*problem);
      return EdsSignIn{open_session(step, known.person, opening), ""};
    }
    const Notices& notices = step.notices;
    const auto language = known.addressee.language;
    const Codes::Request request{iin, Purpose::second_factor, "", "", card.phone->number, source,
                                 [&notices, language](const std::string& code) { return notices.sign_in_code(language, code); }};
    auto issued = step.codes.issue(step.ledger, request);
    if (!issued) return tl::unexpected(issued.error());  // and the challenge is still good
    if (const auto problem = use(step)) return base::fail(*problem);
    return EdsSignIn{std::nullopt, *std::move(issued)};
  };
  auto done = co_await engine_.asked_and_told<Known, EdsSignIn>(std::move(question), std::move(order));
  if (done && done->signed_in) forget_others_at(opening.kiosk);
  co_return done;
}

// --- signing and answering ------------------------------------------------------------------------------------

Task<Received> ServiceImpl::examined(Iin iin, Document document, SignatureRequest signature) {
  Received received;
  received.iin = iin;
  received.document = std::move(document.content);
  received.received_at = now();
  received.id = domain::new_id(received.received_at);
  received.format = signature.xml.empty() ? "cms" : "xml";
  const auto eds = engine_.eds();
  auto expectation = document_expectation(*eds, received.document, received.format, iin);
  std::string bytes = signature.xml.empty() ? std::move(signature.cms) : std::move(signature.xml);
  auto examined = co_await engine_.examined(std::move(bytes), std::move(expectation));
  if (!examined) co_return tl::unexpected(examined.error());
  const edge::eds::Verdict& verdict = examined->verdict;
  if (verdict.answer() == edge::eds::Answer::invalid) co_return base::fail(bad_signature(edge::eds::word(verdict.reason)));
  if (verdict.valid() && signer_of(*examined) != iin) co_return base::fail(bad_signature("wrong_person"));
  received.examined = *std::move(examined);
  co_return received;
}

Task<ApplicationView> ServiceImpl::sign_eds(Caller caller, std::string id, SignatureRequest signature) {
  std::function<Result<Document>(Reader&)> what = [this, caller, id, signature](Reader& reader) -> Result<Document> {
    const auto application = reader.cases.application(id);
    if (!application || application->applicant != caller.iin) return base::fail(Trouble::not_found, "not_found");
    if (application->status != domain::Status::draft) return base::fail(Trouble::wrong_state, "wrong_state");
    if (!eds_available()) return base::fail(no_eds());
    if (const auto problem = wrong_container(signature)) return base::fail(*problem);
    return document_of(*application, reader.cases.registrants(id));
  };
  auto document = co_await engine_.asked<Document>(std::move(what));
  if (!document) co_return tl::unexpected(document.error());
  auto received = co_await examined(caller.iin, *std::move(document), std::move(signature));
  if (!received) co_return tl::unexpected(received.error());
  std::function<Result<Prepared>(Reader&)> question = [this, id](Reader& reader) -> Result<Prepared> {
    return prepare(reader, *reader.cases.application(id), engine_.clock().now(), engine_.editions());
  };
  std::function<Result<Done>(Step&, Prepared&)> order = [caller, id, received = *std::move(received)](Step& step, Prepared& ready) {
    return sign_by_eds(step, caller.iin, id, received, ready.gathered).map([](Nothing) { return Done{}; });
  };
  std::function<Result<ApplicationView>(Reader&, Done&)> show = [id](Reader& reader, Done&) { return presented(reader, id); };
  co_return co_await engine_.asked_told_and_shown<Prepared, Done, ApplicationView>(std::move(question), std::move(order),
                                                                                   std::move(show));
}

Task<ConsentView> ServiceImpl::answer_eds(Caller caller, std::string id, std::string word, SignatureRequest signature) {
  struct Asked {
    Document document;
    std::shared_ptr<Ledger::HeldHour> held;
  };
  const auto answer = domain::parse_answer(word);
  std::function<Result<Asked>(Reader&)> what = [this, caller, id, answer, signature](Reader& reader) -> Result<Asked> {
    const auto consent = reader.cases.consent(id);
    if (!consent || consent->iin != caller.iin) return base::fail(Trouble::not_found, "not_found");
    if (!answer) return base::fail(bad_field("answer", "unknown_value"));
    if (consent->status != domain::ConsentStatus::pending) return base::fail(Trouble::wrong_state, "wrong_state");
    if (!eds_available()) return base::fail(no_eds());
    if (const auto problem = wrong_container(signature)) return base::fail(*problem);
    const auto names = registrant_names(reader.registers, reader.cases.registrants(consent->application));
    if (!names) return base::fail(silent());  // what was signed names them
    auto held = std::make_shared<Ledger::HeldHour>(engine_.ledger(), consent->application);
    return Asked{consent_document(*consent, *reader.cases.application(consent->application), *names, *answer), std::move(held)};
  };
  auto asked = co_await engine_.asked<Asked>(std::move(what));
  if (!asked) co_return tl::unexpected(asked.error());
  auto received = co_await examined(caller.iin, std::move(asked->document), std::move(signature));
  if (!received) co_return tl::unexpected(received.error());
  struct Known {
    store::ConsentRow consent;
    Prepared ready;
  };
  std::function<Result<Known>(Reader&)> question = [this, id](Reader& reader) -> Result<Known> {
    const auto consent = reader.cases.consent(id);
    const auto application = reader.cases.application(consent->application);
    return Known{*consent, prepare(reader, *application, engine_.clock().now(), engine_.editions())};
  };
  std::function<Result<Done>(Step&, Known&)> order = [answer, received = *std::move(received)](Step& step, Known& known) {
    return answer_by_eds(step, known.consent, *answer, received, known.ready.gathered).map([](Nothing) { return Done{}; });
  };
  const auto answered = co_await engine_.asked_and_told<Known, Done>(std::move(question), std::move(order));
  if (!answered) co_return tl::unexpected(answered.error());
  co_return co_await consent(caller, id);
}

// --- what was kept --------------------------------------------------------------------------------------------

Task<SignatureContainer> ServiceImpl::signature_container(Caller caller, std::string id) {
  std::function<Result<SignatureContainer>(Reader&)> question = [caller, id](Reader& reader) -> Result<SignatureContainer> {
    const auto row = reader.signatures.by_id(id);
    if (!row || row->iin != caller.iin) return base::fail(Trouble::not_found, "not_found");
    const auto evidence = reader.signatures.evidence(id);
    const auto application = reader.cases.application(row->application);
    if (!evidence || !application) return base::fail(Trouble::not_found, "not_found");
    std::vector<std::pair<std::string, std::string>> entries{{"document.json", evidence->document}};
    const auto add = [&entries](std::string name, const std::string& content) {
      if (!content.empty()) entries.emplace_back(std::move(name), content);
    };
    add(row->format == "xml" ? "signature.xml" : "signature.cms", evidence->archive.empty() ? evidence->received : evidence->archive);
    if (evidence->archive != evidence->received && !evidence->archive.empty()) add("received." + row->format, evidence->received);
    add("report.json", row->report);
    add("certificate.cer", evidence->certificate);
    add("ocsp.der", evidence->ocsp);
    add("timestamp.tsr", evidence->timestamp);
    const std::string of = row->consent.empty() ? "application" : "consent";
    return SignatureContainer{fmt::format("{}-{}.zip", of, application->number), zip(entries, row->received_at)};
  };
  co_return co_await engine_.asked<SignatureContainer>(std::move(question));
}

}  // namespace mekenjai::flow
