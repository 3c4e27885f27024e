#include "rules/texts.hpp"

namespace mekenjai::rules {
namespace {

using i18n::Catalog;
using i18n::Language;

/// What kind of outcome a row has of itself; another one is a variant of its text.
bool asks_somebody(Row row) { return row == Row::D5 || row == Row::D6 || row == Row::E2; }
bool asks_nobody(Row row) { return row == Row::D4 || row == Row::E1; }

/// The variant of a row's text; empty for the plain one. A part that has no such variant is the
/// plain one.
std::string_view variant_of(const Decision& decision, bool for_applicant, bool unsigned_yet,
                            const TextDetails& details) {
  if (decision.outcome == Outcome::register_ && asks_somebody(decision.row)) return "granted";
  if (decision.outcome == Outcome::wait && asks_nobody(decision.row)) return "wait";
  switch (decision.row) {
    case Row::X:
    case Row::F6:
      if (unsigned_yet) return "forecast";
      return details.after_consent ? "entry" : "";
    case Row::A10:
      return details.own_application_number ? "own" : "";
    case Row::F5:
      return !for_applicant || details.applicant_is_owner ? "staff" : "";
    case Row::G2:
    case Row::G3:
      return details.asked_tenant ? "tenant" : "";
    default:
      return details.registrant_is_applicant ? "" : "other";
  }
}

/// The text of a word; the word itself where there is none (a test finds those).
std::string_view text_at(const Catalog& catalog, Language language, std::string_view prefix,
                         std::string_view word) {
  const std::string key = fmt::format("{}.{}", prefix, word);
  return catalog.has(language, key) ? catalog.text(language, key) : word;
}

i18n::Values values_for(const Decision& decision, Language language, const Catalog& catalog,
                        const policy::Policy& policy, const TextDetails& details) {
  i18n::Values values{
      {"applicant_age", std::to_string(policy.applicant_for_others_age)},
      {"own_age", std::to_string(policy.own_application_age)},
      {"child_age", std::to_string(policy.child_age)},
      {"adult_age", std::to_string(policy.adult_age)},
      {"minutes", std::to_string(policy.retry_again_s / 60)},
      {"hold_hours", std::to_string(policy.hold_after_fraud_s / 3600)},
      {"count", std::to_string(decision.residents_after)},
      {"limit", std::to_string(decision.norm_limit.value_or(0))},
  };
  if (decision.unavailable) {
    values.emplace_back("register", name_of(*decision.unavailable, language, catalog));
  }
  if (details.own_application_number) {
    values.emplace_back("number", *details.own_application_number);
  }
  return values;
}

DecisionText put_in_words(const Decision& decision, bool for_applicant, bool unsigned_yet,
                          Language language, const Catalog& catalog, const policy::Policy& policy,
                          const TextDetails& details) {
  const std::string_view row = for_applicant ? row_for_applicant(decision.row) : word(decision.row);
  const std::string_view variant = variant_of(decision, for_applicant, unsigned_yet, details);
  const i18n::Values values = values_for(decision, language, catalog, policy, details);
  const auto part = [&](std::string_view name) {
    std::string key = fmt::format("rule.{}.{}.{}", row, variant, name);
    if (variant.empty() || !catalog.has(language, key)) key = fmt::format("rule.{}.{}", row, name);
    return catalog.format(language, key, values);
  };

  DecisionText words{part("title"), part("text"), part("next"), {}};
  // The rows that read alike to the applicant cite alike: he must not tell them apart by the act.
  const std::string_view cited = row == "D1-D3" ? word(Row::D1) : row;
  for (const policy::Basis& basis : policy.basis_of(cited)) {
    words.basis.push_back(cite(basis, language, catalog));
  }
  return words;
}

/// Rows that look at one registrant; the others look at the applicant, the dwelling or its owners.
bool is_about_registrant(Row row) {
  switch (row) {
    case Row::A4: case Row::A9: case Row::A10:
    case Row::B14: case Row::B3: case Row::B6: case Row::B9: case Row::B11: case Row::B12:
    case Row::C6: case Row::C8: case Row::C10: case Row::E3: case Row::F5:
      return true;
    default:
      return false;
  }
}

}  // namespace

TextDetails details_of(const Decision& decision, const Facts& facts) {
  TextDetails details;
  if (decision.registrant < facts.registrants.size()) {
    const RegistrantFacts& registrant = facts.registrants[decision.registrant];
    details.registrant_is_applicant = registrant.person.iin == facts.applicant.iin;
    if (decision.row == Row::A10 && registrant.open_application_is_applicants_own) {
      details.own_application_number = registrant.open_application_number;
    }
  }
  if (facts.dwelling.owners.available()) {
    const auto& owners = *facts.dwelling.owners;
    details.applicant_is_owner = std::any_of(
        owners.begin(), owners.end(),
        [&](const OwnerFacts& owner) { return owner.holder == facts.applicant.iin.view(); });
  }
  return details;
}

DecisionText describe(const Decision& decision, bool for_applicant, Language language,
                      const Catalog& catalog, const policy::Policy& policy,
                      const TextDetails& details) {
  DecisionText words = put_in_words(decision, for_applicant, false, language, catalog, policy, details);
  if (details.registrant_name && is_about_registrant(decision.row)) {
    words.text = fmt::format("{}: {}", *details.registrant_name, words.text);
  }
  return words;
}

DecisionText describe(const Forecast& forecast, Language language, const Catalog& catalog,
                      const policy::Policy& policy, const TextDetails& details) {
  if (forecast.whole) {
    return put_in_words(forecast.decision, true, true, language, catalog, policy, details);
  }
  const auto part = [&](std::string_view name) {
    return std::string(catalog.text(language, fmt::format("forecast.{}.{}", forecast.code, name)));
  };
  return {part("title"), part("text"), part("next"), {}};
}

std::string_view name_of(Register which, Language language, const Catalog& catalog) {
  return text_at(catalog, language, "register", word(which));
}

std::string_view text_of(Warning warning, Language language, const Catalog& catalog) {
  return text_at(catalog, language, "warning", word(warning));
}

std::string_view name_of(Outcome outcome, Language language, const Catalog& catalog) {
  return text_at(catalog, language, "outcome", word(outcome));
}

std::string_view name_of(Asked asked, Language language, const Catalog& catalog) {
  return text_at(catalog, language, "asked", word(asked));
}

Citation cite(const policy::Basis& basis, Language language, const Catalog& catalog) {
  Citation citation{std::string(catalog.text(language, "act." + basis.act)), basis.article};
  // "art. 16", "arts. 23-24", "cl. 3", "annex 2": the kind in words, the number as it is.
  const std::size_t space = basis.article.find(' ');
  if (space == std::string::npos) return citation;
  std::string kind = basis.article.substr(0, space);
  const std::string number = basis.article.substr(space + 1);
  if (kind.ends_with('.')) kind.pop_back();
  const std::string key = "article." + kind;
  if (catalog.has(language, key)) citation.article = catalog.format(language, key, {{"n", number}});
  return citation;
}

}  // namespace mekenjai::rules
