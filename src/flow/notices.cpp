#include "flow/notices.hpp"

#include "edge/sms/texts.hpp"
#include "rules/texts.hpp"

namespace mekenjai::flow {
namespace {

using edge::sms::Place;
using edge::sms::Script;
using edge::sms::Texts;
using i18n::Language;

Texts texts(bool cyrillic) { return Texts(cyrillic ? Script::cyrillic : Script::latin); }

Place place_of(const domain::Dwelling& dwelling, Language language) {
  // English readers get the Kazakh names: those that stand on the house.
  const bool russian = language == Language::ru;
  return {russian ? dwelling.locality_ru : dwelling.locality_kk, russian ? dwelling.street_ru : dwelling.street_kk,
          dwelling.house, dwelling.flat};
}

edge::sms::Reply::Answer reply_of(domain::Answer answer) {
  return static_cast<edge::sms::Reply::Answer>(static_cast<int>(answer));
}

}  // namespace

Language Notices::language_of(const PersonCard& card) {
  return card.record ? i18n::parse_language(card.record->language).value_or(Language::kk) : Language::kk;
}

std::string Notices::sign_in_code(Language language, const std::string& code) const {
  return texts(cyrillic_).code(language, edge::sms::SignIn{}, code);
}

std::string Notices::signature_code(Language language, const std::string& number, const std::string& code) const {
  return texts(cyrillic_).code(language, edge::sms::SignApplication{number}, code);
}

std::string Notices::consent_code(Language language, const std::string& reference, std::optional<domain::Answer> answer,
                                  const std::string& code) const {
  edge::sms::AnswerConsent purpose;
  purpose.reference = reference;
  if (answer) purpose.answer = reply_of(*answer);
  return texts(cyrillic_).code(language, purpose, code);
}

std::string Notices::consent_request(Language language, const std::string& who_masked, int others,
                                     const domain::Dwelling& dwelling, std::optional<Date> until, Instant deadline,
                                     const std::string& reference) const {
  return texts(cyrillic_).consent_request(
      language, {who_masked, others, place_of(dwelling, language), until, deadline, reference});
}

std::string Notices::consent_void(Language language, const std::string& reference) const {
  return texts(cyrillic_).consent_void(language, reference);
}

std::string Notices::consent_late(Language language, const std::string& reference) const {
  return texts(cyrillic_).consent_expired(language, reference);
}

std::string Notices::consent_taken(Language language, domain::Answer answer, const std::string& reference) const {
  return texts(cyrillic_).consent_taken(language, reply_of(answer), reference);
}

std::string Notices::consent_withdrawn(Language language, const std::string& reference) const {
  return texts(cyrillic_).withdrawn_owner_notice(language, reference);
}

std::string Notices::help(Language language, const std::vector<std::string>& references) const {
  return texts(cyrillic_).help(language, references);
}

std::string Notices::which_reference(Language language, const std::vector<std::string>& references) const {
  return texts(cyrillic_).which_reference(language, references);
}

std::string Notices::use_eds(Language language) const { return texts(cyrillic_).use_eds(language); }

std::string Notices::registered(Language language, const domain::Dwelling& dwelling, std::optional<Date> until) const {
  return texts(cyrillic_).registered(language, place_of(dwelling, language), until);
}

std::string Notices::owner_registered(Language language, const std::vector<std::string>& names_masked,
                                      const domain::Dwelling& dwelling, std::optional<Date> until) const {
  return texts(cyrillic_).owner_notice_registered(language, names_masked, place_of(dwelling, language), until);
}

std::string Notices::rejected(Language language, const std::string& number, const rules::Decision& decision,
                              const policy::Policy& policy) const {
  const rules::DecisionText text = rules::describe(decision, true, language, i18n::Catalog::built_in(), policy);
  return texts(cyrillic_).rejected(language, number, text.title);
}

std::string Notices::signature_refused(Language language, const std::string& number) const {
  return texts(cyrillic_).signature_refused(language, number);
}

std::string Notices::answer_unproven(Language language, const std::string& reference) const {
  return texts(cyrillic_).answer_unproven(language, reference);
}

std::string Notices::sent_to_psc(Language language, const std::string& number) const {
  return texts(cyrillic_).sent_to_psc(language, number);
}

std::string Notices::long_wait(Language language, const std::string& number) const {
  return texts(cyrillic_).register_down_long(language, number);
}

std::string Notices::ends_soon(Language language, const domain::Dwelling& dwelling, Date until) const {
  return texts(cyrillic_).temporary_ends_soon(language, place_of(dwelling, language), until);
}

std::string Notices::ended(Language language, const domain::Dwelling& dwelling) const {
  return texts(cyrillic_).temporary_ended(language, place_of(dwelling, language));
}

edge::push::Note Notices::on_device(Language language, store::PushKind kind, const std::string& door) {
  const bool asked = kind == store::PushKind::consent;
  const std::string key = asked ? "push.consent" : "push.news";
  const i18n::Catalog& catalog = i18n::Catalog::built_in();
  edge::push::Note note;
  note.kind = asked ? edge::push::NoteKind::consent : edge::push::NoteKind::news;
  note.language = i18n::tag(language);
  note.title = catalog.text(language, key + ".title");
  note.body = catalog.text(language, key + ".text");
  note.open = door + (asked ? "/consents" : "/messages");
  return note;
}

std::string Notices::ask_about_children(Language language, const std::vector<std::string>& names) const {
  return texts(cyrillic_).children_ask(language, names);
}

}  // namespace mekenjai::flow
