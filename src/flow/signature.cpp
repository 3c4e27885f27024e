#include "flow/signature.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include "base/canonical.hpp"
#include "flow/json_read.hpp"

namespace mekenjai::flow {
namespace {

namespace json = boost::json;
using base::Trouble;
using domain::Status;
using edge::eds::Examined;
using store::SignatureRow;
using store::SignatureState;

std::string raw(const base::Sha256& digest) { return {reinterpret_cast<const char*>(digest.data()), digest.size()}; }

/// The value that a signature is known again by. One that is not proven takes no value away from anybody, and may be sent
/// again: it stands for itself.
std::string value_of(const Examined& examined, const std::string& id) {
  if (examined.verdict.proven.empty()) return raw(base::sha256("unproven:" + id));
  std::string values;
  for (const auto& proven : examined.verdict.proven) values += proven.trusted.timed.intact.signature;
  return raw(base::sha256(values));
}

store::SignatureEvidence evidence(const Examined& examined, std::string document) {
  return {std::move(document), examined.received, examined.certificate, examined.ocsp_response, examined.timestamp,
          examined.crl_number, examined.archive};
}

void judge(SignatureRow& row, const Examined& examined, Instant now) {
  const edge::eds::Verdict& verdict = examined.verdict;
  row.report = edge::eds::report_json(verdict);
  if (verdict.answer() == edge::eds::Answer::cannot_tell) return;
  row.state = verdict.valid() ? SignatureState::valid : SignatureState::invalid;
  row.reason = edge::eds::word(verdict.reason);
  row.checked_at = now;
}

json::object late(const SignatureRow& row, const store::SignatureEvidence& evidence) {
  return {{"signature", row.id},
          {"evidence", base::to_hex(base::sha256(evidence.received))},
          {"received", store::millis(row.received_at)}};
}

/// The element that stands for a document where XML is signed.
std::string xml_of(const std::string& document) {
  const json::value parsed = json::parse(document);
  const json::object& fields = parsed.as_object();
  const std::string sha256 = base::to_hex(base::sha256(document));
  const std::string_view number = read_text(fields, "application_number");
  if (!fields.contains("consent")) return fmt::format(R"(<application number="{}" sha256="{}"/>)", number, sha256);
  return fmt::format(R"(<consent answer="{}" application="{}" reference="{}" sha256="{}"/>)", read_text(fields, "answer"), number,
                     read_text(fields, "reference"), sha256);
}

/// The applicant's signature is good after all: from here the rules decide, as if it had been known at once.
void sign_late(Step& step, const SignatureRow& row, const store::SignatureEvidence& evidence, Gathered& gathered) {
  store::Cases& cases = step.ledger.cases();
  const auto application = cases.application(row.application);
  if (!application || application->status != Status::checking) return;
  json::object payload = late(row, evidence);
  payload["method"] = "eds";
  payload["document"] = base::to_hex(base::sha256(document_of(*application, cases.registrants(application->id)).content));
  payload["policy"] = row.policy;
  step.ledger.happen(Actor::applicant, "signed", application->id, std::move(payload));
  static_cast<void>(settle(step, *cases.application(application->id), gathered, false));
}

/// Row A6, found out later: the draft is back, and the applicant hears of it.
void refuse_signature(Step& step, const SignatureRow& row, const PersonCard& applicant) {
  const auto application = step.ledger.cases().application(row.application);
  if (!application || application->status != Status::checking) return;
  step.ledger.happen(Actor::system, "signature_refused", application->id, {{"signature", row.id}, {"reason", row.reason}},
                     {{application->applicant, "signature_refused", {{"reason", row.reason}}}});
  if (!applicant.phone) return;
  step.ledger.sms(applicant.phone->number, step.notices.signature_refused(Notices::language_of(applicant), application->number),
                  "signature_refused", step.now() + std::chrono::days{3});
}

void refuse_answer(Step& step, const SignatureRow& row, const PersonCard& owner) {
  const auto consent = step.ledger.cases().consent(row.consent);
  if (!consent || consent->checking != row.id) return;
  step.ledger.happen(Actor::system, "answer_unproven", row.application,
                     {{"consent", row.consent}, {"signature", row.id}, {"reason", row.reason}},
                     {{consent->iin, "answer_unproven", {{"reference", consent->reference}, {"reason", row.reason}}}});
  if (!owner.phone) return;
  step.ledger.sms(owner.phone->number, step.notices.answer_unproven(Notices::language_of(owner), consent->reference),
                  "answer_unproven", step.now() + std::chrono::days{3});
}

}  // namespace

edge::eds::Expectation document_expectation(const EdsWays& eds, const std::string& document, std::string_view format,
                                            const Iin& iin) {
  edge::eds::Expectation expectation;
  expectation.use = edge::eds::Use::document;
  if (format == "xml") {
    // Canonical XML: attributes in their order, no empty-element tags.
    const std::string xml = xml_of(document);
    const std::string name = xml.substr(1, xml.find(' ') - 1);
    expectation.xml_document = xml.substr(0, xml.size() - 2) + "></" + name + ">";
  } else {
    expectation.content = document;
  }
  expectation.iin = iin.str();
  expectation.test_identities = eds.test_identities;
  return expectation;
}

base::Problem bad_signature(std::string_view reason) {
  return {Trouble::unprocessable, "bad_signature", {}, 0, {{"reason", std::string(reason)}}};
}

std::optional<Iin> signer_of(const Examined& examined) {
  std::optional<std::string> digits;
  for (const auto& proven : examined.verdict.proven) {
    const auto& iin = proven.trusted.iin;
    if (!iin || (digits && *digits != *iin)) return std::nullopt;
    digits = iin;
  }
  if (!digits) return std::nullopt;
  return Iin::from_digits(*digits);
}

std::optional<std::vector<std::string>> registrant_names(edge::registers::Registers& registers,
                                                         const std::vector<store::RegistrantRow>& registrants) {
  std::vector<std::string> names;
  for (const store::RegistrantRow& registrant : registrants) {
    const auto record = registers.person(registrant.iin);
    if (!record.available() || !*record) return std::nullopt;
    std::string name = (*record)->surname + " " + (*record)->given_name;
    if (!(*record)->patronymic.empty()) name += " " + (*record)->patronymic;
    names.push_back(std::move(name));
  }
  return names;
}

Document consent_document(const store::ConsentRow& consent, const store::ApplicationRow& application,
                          const std::vector<std::string>& names, domain::Answer answer) {
  json::array registrants;
  for (const std::string& name : names) registrants.push_back(to_json(name));
  const std::string content = base::canonical_json(
      json::object{{"service", "residence-registration"},
                   {"consent", consent.id},
                   {"reference", consent.reference},
                   {"application_number", application.number},
                   {"answer", to_json(domain::word(answer))},
                   {"registrants", std::move(registrants)},
                   {"rka", to_json(application.rka.view())},
                   {"kind", to_json(domain::word(application.kind))},
                   {"until", application.until ? base::format_date(*application.until) : ""}});
  return {"application/json", base::to_hex(base::sha256(content)), content, xml_of(content)};
}

std::optional<base::Problem> repeated(Step& step, const Received& received) {
  if (!step.ledger.signatures().used(value_of(received.examined, received.id))) return std::nullopt;
  return bad_signature("content_mismatch");
}

void keep(Step& step, const Received& received, const std::string& application, const std::string& consent,
          std::optional<domain::Answer> answer) {
  const policy::Policy& policy = step.editions.in_force(base::civil_date(received.received_at));
  SignatureRow row;
  row.id = received.id;
  row.application = application;
  row.consent = consent;
  row.answer = answer;
  row.iin = received.iin;
  row.format = received.format;
  row.policy = policy.version;
  row.received_at = received.received_at;
  judge(row, received.examined, step.now());
  std::optional<Instant> again;
  if (row.state == SignatureState::checking) again = step.now() + std::chrono::seconds{policy.retry_first_s};
  step.ledger.signatures().add(row, value_of(received.examined, received.id), evidence(received.examined, received.document), again);
}

json::object evidence_of(const Received& received) {
  return {{"signature", received.id}, {"evidence", base::to_hex(base::sha256(received.examined.received))}};
}

base::Result<Nothing> answer_by_eds(Step& step, const store::ConsentRow& asked, domain::Answer answer,
                                    const Received& received, Gathered& gathered) {
  Ledger& ledger = step.ledger;
  if (const auto problem = repeated(step, received)) return base::fail(*problem);
  if (received.valid()) {
    const AnswerProof proof{evidence_of(received), received.received_at};
    const auto answered = answer_consent(step, asked, answer, "eds", gathered, &proof);
    if (answered) keep(step, received, asked.application, asked.id, answer);
    return answered;
  }
  const auto consent = ledger.cases().consent(asked.id);
  if (const auto problem = cannot_answer(step, consent, received.received_at)) return base::fail(*problem);
  ledger.signatures().drop_checks_of_consent(consent->id);  // the last word counts
  keep(step, received, consent->application, consent->id, answer);
  json::object payload = evidence_of(received);
  payload["consent"] = consent->id;
  payload["answer"] = to_json(domain::word(answer));
  ledger.happen(Actor::owner, "answer_received", consent->application, std::move(payload));
  return Nothing{};
}

void finish_check(Step& step, const std::string& signature_id, Examined examined, Gathered& gathered, const PersonCard& signer) {
  store::Signatures& signatures = step.ledger.signatures();
  auto row = signatures.by_id(signature_id);
  if (!row || row->state != SignatureState::checking) return;  // withdrawn, or answered otherwise
  if (examined.verdict.answer() == edge::eds::Answer::cannot_tell) return;  // due again already
  auto kept = signatures.evidence(signature_id);
  std::string value = value_of(examined, row->id);
  judge(*row, examined, step.now());
  if (row->state == SignatureState::valid && signatures.used(value, row->id)) {
    row->state = SignatureState::invalid;
    row->reason = "content_mismatch";
    value = raw(base::sha256("unproven:" + row->id));  // stands beside the first one
  }
  examined.received = kept->received;  // what was received stays what it was
  const store::SignatureEvidence proof = evidence(examined, kept->document);
  signatures.judged(*row, value, proof);
  const bool good = row->state == SignatureState::valid;
  if (row->consent.empty()) return good ? sign_late(step, *row, proof, gathered) : refuse_signature(step, *row, signer);
  if (!good) return refuse_answer(step, *row, signer);
  const auto consent = step.ledger.cases().consent(row->consent);
  if (!consent || consent->checking != row->id) return;
  const AnswerProof answered{late(*row, proof), row->received_at};
  static_cast<void>(answer_consent(step, *consent, *row->answer, "eds", gathered, &answered));
}

}  // namespace mekenjai::flow
