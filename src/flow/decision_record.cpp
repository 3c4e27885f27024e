#include "flow/decision_record.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

namespace mekenjai::flow {
namespace {

namespace json = boost::json;

json::string_view text(std::string_view view) { return {view.data(), view.size()}; }

std::string_view view(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(text(key));
  if (value == nullptr || !value->is_string()) return {};
  return {value->get_string().data(), value->get_string().size()};
}

std::int64_t number(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(text(key));
  return value == nullptr ? 0 : value->to_number<std::int64_t>();
}

}  // namespace

json::object record_of(const DecisionView& view) {
  const rules::Decision& decision = view.decision;
  json::object record;
  record["outcome"] = text(rules::word(decision.outcome));
  record["code"] = text(rules::word(decision.code));
  record["row"] = text(rules::word(decision.row));
  record["policy"] = text(view.policy_version);
  if (decision.registrant != 0) record["registrant"] = decision.registrant;
  if (decision.warnings != 0) record["warnings"] = decision.warnings;
  if (decision.unavailable) record["unavailable"] = text(rules::word(*decision.unavailable));
  if (decision.residents_after != 0) record["residents_after"] = decision.residents_after;
  if (decision.norm_limit) record["norm_limit"] = *decision.norm_limit;
  json::object facts;
  for (const FactRead& fact : view.facts) {
    facts[text(rules::word(fact.register_))] = fact.read_at.time_since_epoch().count();
  }
  record["facts"] = std::move(facts);
  if (!view.contacts.empty()) {
    json::array contacts;
    for (const Contact& contact : view.contacts) {
      contacts.push_back(json::object{{"name_kk", text(contact.name_kk)},
                                      {"name_ru", text(contact.name_ru)},
                                      {"address_kk", text(contact.address_kk)},
                                      {"address_ru", text(contact.address_ru)},
                                      {"phone", text(contact.phone)},
                                      {"hours", text(contact.hours)}});
    }
    record["contacts"] = std::move(contacts);
  }
  if (view.other_number) record["other_number"] = text(*view.other_number);
  return record;
}

DecisionView decision_of(const json::object& record) {
  DecisionView decision;
  rules::Decision& decided = decision.decision;
  decided.outcome = rules::from_word<rules::Outcome>(view(record, "outcome")).value_or(rules::Outcome::retry);
  decided.code = rules::from_word<rules::Code>(view(record, "code")).value_or(rules::Code::register_unavailable);
  decided.row = rules::from_word<rules::Row>(view(record, "row")).value_or(rules::Row::X);
  decided.registrant = static_cast<std::uint8_t>(number(record, "registrant"));
  decided.warnings = static_cast<std::uint8_t>(number(record, "warnings"));
  decided.residents_after = static_cast<std::uint16_t>(number(record, "residents_after"));
  if (record.contains("norm_limit")) decided.norm_limit = static_cast<std::uint16_t>(number(record, "norm_limit"));
  if (record.contains("unavailable")) {
    decided.unavailable = rules::from_word<rules::Register>(view(record, "unavailable"));
  }
  decision.policy_version = view(record, "policy");
  if (const json::value* facts = record.if_contains("facts")) {
    for (const auto& [name, at] : facts->as_object()) {
      if (const auto which = rules::from_word<rules::Register>({name.data(), name.size()})) {
        decision.facts.push_back({*which, Instant{base::Millis{at.to_number<std::int64_t>()}}});
      }
    }
  }
  if (const json::value* contacts = record.if_contains("contacts")) {
    for (const json::value& item : contacts->as_array()) {
      const json::object& contact = item.as_object();
      decision.contacts.push_back({std::string(view(contact, "name_kk")), std::string(view(contact, "name_ru")),
                                   std::string(view(contact, "address_kk")), std::string(view(contact, "address_ru")),
                                   std::string(view(contact, "phone")), std::string(view(contact, "hours"))});
    }
  }
  if (record.contains("other_number")) decision.other_number = std::string(view(record, "other_number"));
  return decision;
}

json::object record_of(const ForecastView& forecast) {
  return {{"whole", forecast.whole},
          {"outcome", text(rules::word(forecast.outcome))},
          {"code", text(forecast.code)},
          {"decision", record_of(forecast.decision)}};
}

ForecastView forecast_of(const json::object& record) {
  ForecastView forecast;
  forecast.whole = record.at("whole").as_bool();
  forecast.outcome = rules::from_word<rules::Outcome>(view(record, "outcome")).value_or(rules::Outcome::retry);
  forecast.code = view(record, "code");
  forecast.decision = decision_of(record.at("decision").as_object());
  return forecast;
}

}  // namespace mekenjai::flow
