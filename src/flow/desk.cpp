#include "flow/desk.hpp"

#include <spdlog/spdlog.h>

#include "base/mask.hpp"
#include "edge/sms/reply.hpp"
#include "flow/service_impl.hpp"

namespace mekenjai::flow {
namespace {

using domain::Answer;
using domain::ConsentStatus;

/// How long an answer of ours to somebody's SMS is worth sending.
constexpr std::chrono::hours kAnswerLife{1};
/// Explanations to one phone an hour, at most: nobody makes us fill his neighbour's phone.
constexpr int kHelpAnHour = 5;

struct Writer {
  std::string phone;
  std::vector<Iin> people;          // whose БМГ number it is
  i18n::Language language = i18n::Language::kk;
  std::optional<PersonCard> card;
};

enum class Verdict { nobody, help, which_reference, use_eds, late, repeated, answer };

struct Reading {
  Verdict verdict = Verdict::nobody;
  Answer answer = Answer::refuse;
  std::optional<store::ConsentRow> consent;
  std::optional<Prepared> ready;
  std::vector<std::string> references;  // open requests to this phone
};

bool is_theirs(const Writer& writer, const store::ConsentRow& consent) {
  return std::find(writer.people.begin(), writer.people.end(), consent.iin) != writer.people.end();
}

std::optional<Writer> writer_of(Reader& reader, const std::string& phone) {
  const auto people = reader.registers.people_of_phone(phone);
  if (!people.available()) return std::nullopt;
  Writer writer{phone, *people, i18n::Language::kk, std::nullopt};
  if (people->empty()) return writer;
  PersonCard card;
  if (const auto record = reader.registers.person(people->front()); record.available()) card.record = *record;
  if (const auto number = reader.registers.phone(people->front()); number.available()) card.phone = *number;
  writer.language = Notices::language_of(card);
  writer.card = card;
  return writer;
}

Reading read(Reader& reader, const Writer& writer, const std::string& text, Instant now, const policy::Editions& editions,
             bool hours_run) {
  Reading reading;
  if (writer.people.empty()) return reading;  // row G4: another number changes nothing
  const auto lately = reader.cases.consents_to_phone_since(writer.phone, now - std::chrono::hours{24});
  for (const store::ConsentRow& consent : lately) {
    if (consent.status == ConsentStatus::pending && (consent.deadline > now || !hours_run)) reading.references.push_back(consent.reference);
  }
  const auto reply = edge::sms::parse_reply(text);
  reading.verdict = Verdict::help;
  if (!reply) return reading;
  reading.answer = static_cast<Answer>(static_cast<int>(reply->answer));
  if (reply->reference) {
    for (const store::ConsentRow& consent : reader.cases.consents_by_reference(*reply->reference)) {
      if (is_theirs(writer, consent) && !reading.consent) reading.consent = consent;
    }
  } else if (lately.size() == 1 && is_theirs(writer, lately.front())) {
    reading.consent = lately.front();
  } else if (lately.size() > 1) {
    reading.verdict = Verdict::which_reference;
    return reading;
  }
  if (!reading.consent) return reading;
  const store::ConsentRow& consent = *reading.consent;
  if (consent.status == ConsentStatus::granted || consent.status == ConsentStatus::refused) {
    reading.verdict = Verdict::repeated;
    return reading;
  }
  // Row G3: an answer that waited at the SMS centre through an outage comes before the deadline has been moved.
  if (consent.status != ConsentStatus::pending || (consent.deadline <= now && hours_run)) {
    reading.verdict = Verdict::late;
    return reading;
  }
  const policy::Policy& policy = editions.in_force(base::civil_date(now));
  const auto& phone = writer.card->phone;
  if (phone && phone->since && base::start_of_day(*phone->since) + std::chrono::seconds{policy.phone_min_age_s} > now) {
    reading.verdict = Verdict::use_eds;  // row G9
    return reading;
  }
  if (const auto application = reader.cases.application(consent.application)) {
    reading.ready = prepare(reader, *application, now, editions);
    reading.verdict = Verdict::answer;
  }
  return reading;
}

/// Five explanations an hour to a phone, counted in the outbox.
bool may_explain(Step& step, const std::string& phone) {
  auto count = step.ledger.database().prepare("SELECT count(*) FROM outbox WHERE phone=? AND kind='help' AND created_at>?");
  store::sqlite::Rows rows(count.with(phone, store::millis(step.now() - std::chrono::hours{1})));
  return !rows.next() || rows->integer(0) < kHelpAnHour;
}

void act(Step& step, const Writer& writer, Reading& reading) {
  const auto say = [&](const std::string& text, std::string_view kind) {
    step.ledger.sms(writer.phone, text, kind, step.now() + kAnswerLife);
  };
  const std::string reference = reading.consent ? reading.consent->reference : std::string();
  switch (reading.verdict) {
    case Verdict::nobody:
      return;
    case Verdict::help:
      if (may_explain(step, writer.phone)) say(step.notices.help(writer.language, reading.references), "help");
      return;
    case Verdict::which_reference:
      if (may_explain(step, writer.phone)) say(step.notices.which_reference(writer.language, reading.references), "help");
      return;
    case Verdict::use_eds:
      return say(step.notices.use_eds(writer.language), "use_eds");
    case Verdict::late:
      return say(step.notices.consent_late(writer.language, reference), "consent_late");
    case Verdict::repeated:
      return say(step.notices.consent_taken(writer.language,
                                            reading.consent->status == ConsentStatus::granted ? Answer::grant : Answer::refuse,
                                            reference), "consent_taken");
    case Verdict::answer: {
      const auto answered = answer_consent(step, *reading.consent, reading.answer, "sms", reading.ready->gathered);
      if (answered) return say(step.notices.consent_taken(writer.language, reading.answer, reference), "consent_taken");
      // Closed in between: by the same answer, delivered twice, or by somebody or something else.
      const auto consent = step.ledger.cases().consent(reading.consent->id);
      const bool granted = consent && consent->status == ConsentStatus::granted;
      if (granted || (consent && consent->status == ConsentStatus::refused)) {
        return say(step.notices.consent_taken(writer.language, granted ? Answer::grant : Answer::refuse, reference), "consent_taken");
      }
      return say(step.notices.consent_late(writer.language, reference), "consent_late");
    }
  }
}

}  // namespace

void Desk::received(std::string from, std::string text, std::function<void(bool)> stored) {
  engine_.ask([this, from = std::move(from), text = std::move(text), stored](Reader& reader) {
    try {
      const auto writer = writer_of(reader, from);
      if (!writer) return stored(false);  // БМГ does not answer: the SMS centre delivers it again
      auto reading = std::make_shared<Reading>(read(reader, *writer, text, engine_.clock().now(), engine_.editions(), hours_.hours_run()));
      spdlog::info("an SMS from {}: {}", base::mask_phone(from), static_cast<int>(reading->verdict));
      engine_.tell([writer = *writer, reading](Step& step) { act(step, writer, *reading); },
                   [stored](std::exception_ptr failure) {
                     if (failure) internal_problem(failure);
                     stored(!failure);
                   });
    } catch (...) {
      internal_problem(std::current_exception());
      stored(false);
    }
  });
}

}  // namespace mekenjai::flow
