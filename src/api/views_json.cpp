#include "api/views_json.hpp"

#include <boost/json/array.hpp>

#include "api/address_text.hpp"
#include "domain/words.hpp"
#include "i18n/collator.hpp"
#include "i18n/latin.hpp"

namespace mekenjai::api {
namespace {

namespace json = boost::json;
using base::format_rfc3339;
using domain::word;
using rules::word;

json::string text(std::string_view view) { return json::string(view); }

json::array texts(const std::vector<std::string>& list) {
  json::array array;
  for (const std::string& item : list) array.push_back(text(item));
  return array;
}

json::array warnings_json(const std::vector<rules::Warning>& warnings) {
  json::array array;
  for (const rules::Warning warning : warnings) array.push_back(text(word(warning)));
  return array;
}

i18n::Values values_of(const std::vector<std::pair<std::string, std::string>>& values) {
  i18n::Values views;
  for (const auto& [name, value] : values) views.emplace_back(name, value);
  return views;
}

/// The text of a key, or `otherwise` where the catalogue has none: a key is nothing to show.
std::string text_or(const Reader& reader, const std::string& key, std::string_view otherwise,
                    const i18n::Values& values = {}) {
  if (!reader.catalog.has(reader.language, key)) return std::string(otherwise);
  return reader.catalog.format(reader.language, key, values);
}

std::string in_language(std::string_view kk, std::string_view ru, const Reader& reader) {
  const bool kazakh = i18n::is_kazakh(reader.language);
  const std::string_view first = kazakh ? kk : ru, second = kazakh ? ru : kk;
  const std::string_view own = first.empty() ? second : first;
  if (reader.language == i18n::Language::kk_latn) return i18n::to_latin(own);
  return reader.language == i18n::Language::en ? in_latin(own) : std::string(own);
}

template <class T, class Name>
std::vector<T> by_alphabet(std::vector<T> list, const Reader& reader, Name name) {
  i18n::Collator::of(reader.language).sort(list, name);
  return list;
}

json::object contact_json(const flow::Contact& contact, const Reader& reader) {
  return {{"name", text(in_language(contact.name_kk, contact.name_ru, reader))},
          {"address", text(in_language(contact.address_kk, contact.address_ru, reader))},
          {"phone", text(contact.phone)},
          {"hours", text(contact.hours)}};
}

json::object fact_json(const flow::FactRead& fact, const Reader& reader) {
  const std::string_view which = word(fact.register_);
  const std::string_view name = rules::name_of(fact.register_, reader.language, reader.catalog);
  return {{"register", text(which)},
          {"read_at", text(format_rfc3339(fact.read_at))},
          {"summary", text(text_or(reader, fmt::format("fact.{}", which), name))}};
}

json::object decision_json(const flow::ApplicationView& application, const flow::DecisionView& view,
                           const Reader& reader) {
  const rules::DecisionText words = decision_text(application, view, reader);
  json::array basis, facts, contacts;
  for (const rules::Citation& citation : words.basis) {
    basis.push_back(json::object{{"act", text(citation.act)}, {"article", text(citation.article)}});
  }
  for (const flow::FactRead& fact : view.facts) facts.push_back(fact_json(fact, reader));
  for (const flow::Contact& contact : view.contacts)
    contacts.push_back(contact_json(contact, reader));
  return {{"outcome", text(word(view.decision.outcome))},
          {"code", text(word(rules::code_for_applicant(view.decision.code)))},
          {"row", text(rules::row_for_applicant(view.decision.row))},
          {"basis", std::move(basis)},
          {"text", text(words.text)},
          {"policy_version", text(view.policy_version)},
          {"facts", std::move(facts)},
          {"what_next", text(words.next)},
          {"contacts", std::move(contacts)}};
}

json::object forecast_json(const flow::ApplicationView& application,
                           const flow::ForecastView& forecast, const Reader& reader) {
  if (forecast.whole) return decision_json(application, forecast.decision, reader);
  return {{"outcome", text(word(forecast.outcome))}, {"code", text(forecast.code)}};
}

json::array history_json(const std::vector<flow::HistoryEntry>& history, const Reader& reader) {
  json::array array;
  for (const flow::HistoryEntry& entry : history) {
    array.push_back(json::object{{"at", text(format_rfc3339(entry.at))},
                                 {"event", text(entry.event)},
                                 {"actor", text(entry.actor)},
                                 {"text", text(text_or(reader, "history." + entry.event,
                                                       entry.event, values_of(entry.values)))}});
  }
  return array;
}

/// The address that a message speaks of, in the reader's language.
std::string short_address(const flow::MessageView& view, const Reader& reader) {
  const auto value = [&](std::string_view name) {
    for (const auto& [key, text] : view.values) {
      if (key == name) return std::string_view(text);
    }
    return std::string_view();
  };
  return in_language(value("address_kk"), value("address_ru"), reader);
}

json::array registrants_json(const std::vector<flow::RegistrantView>& registrants) {
  json::array array;
  for (const flow::RegistrantView& registrant : registrants) {
    json::value name;
    if (registrant.name) name = text(*registrant.name);
    array.push_back(json::object{{"iin", text(registrant.iin)}, {"name", std::move(name)}});
  }
  return array;
}

json::object document_json(const flow::Document& document) {
  return {{"media_type", text(document.media_type)},
          {"sha256", text(document.sha256)},
          {"content", text(document.content)},
          {"xml", text(document.xml)}};
}

/// What stands on a signature's card; parts that an SMS code does not have are null.
json::object signature_json(const flow::SignatureView& view) {
  const auto known = [](const std::string& value) { return value.empty() ? json::value() : json::value(text(value)); };
  return {{"id", known(view.id)},
          {"method", text(view.method)},
          {"format", known(view.format)},
          {"status", text(view.checking ? "checking" : view.reason == "ok" ? "valid" : "invalid")},
          {"reason", known(view.reason)},
          {"signer", known(view.signer_name)},
          {"algorithm", known(view.algorithm)},
          {"serial", known(view.serial)},
          {"issuer", known(view.issuer)},
          {"not_before", instant_json(view.not_before)},
          {"not_after", instant_json(view.not_after)},
          {"received_at", text(format_rfc3339(view.received_at))},
          {"checked_at", instant_json(view.checked_at)},
          {"timestamp", instant_json(view.timestamp)},
          {"revocation_by", known(view.revocation_by)},
          {"policy_version", known(view.policy)}};
}

}  // namespace

Reader reader_of(const Api& api, const Request& request) {
  return {request.language, api.context.catalog, api.context.editions};
}

json::value date_json(const std::optional<base::Date>& date) {
  if (!date) return nullptr;
  return text(base::format_date(*date));
}

json::value instant_json(const std::optional<base::Instant>& at) {
  if (!at) return nullptr;
  return text(format_rfc3339(*at));
}

rules::DecisionText decision_text(const flow::ApplicationView& application,
                                  const flow::DecisionView& view, const Reader& reader) {
  const rules::Decision& decision = view.decision;
  rules::TextDetails details;
  if (decision.registrant < application.registrants.size()) {
    details.registrant_is_applicant =
        application.registrants[decision.registrant].iin == application.applicant.view();
  }
  details.applicant_is_owner =
      decision.norm_limit.has_value();  // the flow hides the counts from all others
  details.own_application_number = view.other_number;
  if (application.registrants.size() > 1) details.registrant_name = view.registrant_name;
  details.asked_tenant = application.asked_tenant;
  details.after_consent = application.consents_required > 0 &&
                          application.consents_granted == application.consents_required;
  const policy::Policy* edition = reader.editions.by_version(view.policy_version);
  if (edition == nullptr)
    edition = &reader.editions.in_force(base::civil_date(application.created_at));
  return rules::describe(decision, true, reader.language, reader.catalog, *edition, details);
}

json::object person_json(const domain::Person& person) {
  return {{"iin", text(person.iin.view())},
          {"name", text(full_name(person))},
          {"birth_date", text(base::format_date(person.birth_date))}};
}

json::object application_json(const flow::ApplicationView& view, const Reader& reader) {
  json::object out{{"id", text(view.id)},
                   {"number", text(view.number)},
                   {"kind", text(word(view.kind))},
                   {"until", date_json(view.until)},
                   {"status", text(word(view.status))},
                   {"applicant", text(view.applicant.view())},
                   {"registrants", registrants_json(view.registrants)},
                   {"rka", text(view.address.rka)},
                   {"address", text(address_text(view.address, reader.language))},
                   {"reason", text(word(view.reason))},
                   {"created_at", text(format_rfc3339(view.created_at))},
                   {"signed_at", instant_json(view.signed_at)},
                   {"deadline", instant_json(view.deadline)}};
  if (view.forecast) out["forecast"] = forecast_json(view, *view.forecast, reader);
  if (view.decision) out["decision"] = decision_json(view, *view.decision, reader);
  out["consents"] = {{"required", view.consents_required}, {"granted", view.consents_granted}};
  out["warnings"] = warnings_json(view.warnings);
  out["history"] = history_json(view.history, reader);
  out["document"] = document_json(view.document);
  if (view.signature) out["signature"] = signature_json(*view.signature);
  return out;
}

json::object consent_json(const flow::ConsentView& view, const Reader& reader) {
  json::object out{{"id", text(view.id)},
          {"reference", text(view.reference)},
          {"application_number", text(view.application_number)},
          {"registrants", texts(view.registrants)},
          {"address", text(address_text(view.address, reader.language))},
          {"kind", text(word(view.kind))},
          {"until", date_json(view.until)},
          {"status", text(word(view.status))},
          {"deadline", text(format_rfc3339(view.deadline))}};
  if (!view.documents.empty()) {
    json::object documents;
    for (const auto& [answer, document] : view.documents) documents[word(answer)] = document_json(document);
    out["documents"] = std::move(documents);
  }
  if (view.signature) out["signature"] = signature_json(*view.signature);
  return out;
}

json::object message_json(const flow::MessageView& view, const Reader& reader) {
  i18n::Values values = values_of(view.values);
  values.emplace_back("address", short_address(view, reader));
  json::value application;
  if (view.application_id) application = text(*view.application_id);
  return {{"id", text(view.id)},
          {"at", text(format_rfc3339(view.at))},
          {"kind", text(view.kind)},
          {"title",
           text(text_or(reader, fmt::format("message.{}.title", view.kind), view.kind, values))},
          {"text", text(text_or(reader, fmt::format("message.{}.text", view.kind), "", values))},
          {"application_id", std::move(application)},
          {"read", view.read}};
}

json::object me_json(const flow::MeView& view, const Reader& reader) {
  const auto address = [&](const flow::Address& of) {
    return text(address_text(of, reader.language));
  };
  json::value residence;
  if (view.residence && view.residence_address) {
    residence = {{"rka", text(view.residence->rka.view())},
                 {"address", address(*view.residence_address)},
                 {"since", date_json(view.residence->from)}};
  }
  json::array temporary, dependants, dwellings;
  for (const flow::MeView::Temporary& stay : view.temporary) {
    temporary.push_back(json::object{{"rka", text(stay.address.rka)},
                                     {"address", address(stay.address)},
                                     {"from", date_json(stay.from)},
                                     {"until", date_json(stay.until)}});
  }
  for (const flow::DependantView& dependant :
       by_alphabet(view.dependants, reader, [](const auto& one) { return one.name; })) {
    dependants.push_back(
        json::object{{"iin", text(dependant.iin)},
                     {"name", text(dependant.name)},
                     {"relation", text(dependant.why == "lease_member" ? std::string_view("lease_member") : word(dependant.relation))},
                     {"age", dependant.age},
                     {"can_register", dependant.can_register},
                     {"why", text(text_or(reader, "dependant." + dependant.why, dependant.why))}});
  }
  for (const flow::MeView::Holding& holding : by_alphabet(
           view.dwellings, reader,
           [&](const auto& one) { return address_text(one.address, reader.language); })) {
    dwellings.push_back(json::object{{"rka", text(holding.address.rka)},
                                     {"address", address(holding.address)},
                                     {"share", text(holding.share)}});
  }
  return {{"person", person_json(view.person)},
          {"residence", std::move(residence)},
          {"temporary_residences", std::move(temporary)},
          {"dependants", std::move(dependants)},
          {"dwellings", std::move(dwellings)},
          {"roles", texts(view.roles)}};
}

}  // namespace mekenjai::api
