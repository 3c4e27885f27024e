// Decisions in words: what was found, which article says so, what to do next. Texts are made when
// somebody reads, in his language (locales/*/rules.po), from the ids of a decision.
#pragma once

#include "i18n/catalog.hpp"
#include "rules/rules.hpp"

namespace mekenjai::rules {

/// An act in words: full title with number and date, and the place in it ("ст. 16"; may be empty).
struct Citation {
  std::string act;
  std::string article;
  bool operator==(const Citation&) const = default;
};

struct DecisionText {
  std::string title;  // heading of the decision card
  std::string text;   // what was found
  std::string next;   // what to do next; for psc with the documents to take
  std::vector<Citation> basis;
};

/// What a text may need beyond the decision.
struct TextDetails {
  /// The text speaks to the registrant himself.
  bool registrant_is_applicant = true;
  /// Of several registrants, the one whom the outcome is about, where he may be named.
  std::optional<std::string> registrant_name{};
  /// He may see the counts of row F5.
  bool applicant_is_owner = false;
  /// Row A10: the number of the open application, where it is the applicant's own.
  std::optional<std::string> own_application_number{};
  /// Rows G2 and G3: a tenant was asked, not an owner.
  bool asked_tenant = false;
  /// Row X: everybody has consented, only the entry is late.
  bool after_consent = false;
};
/// As far as the facts of the decision tell; `asked_tenant` and `after_consent` are the flow's to
/// say.
TextDetails details_of(const Decision& decision, const Facts& facts);

/// The decision in words. `for_applicant`: D1 to D3 and D11 read alike, a reported fraud reads as a
/// refusal, counts are left out; otherwise as staff sees it.
DecisionText describe(const Decision& decision, bool for_applicant, i18n::Language language,
                      const i18n::Catalog& catalog, const policy::Policy& policy,
                      const TextDetails& details = {});

/// The forecast in words; a reduced one cites no act.
DecisionText describe(const Forecast& forecast, i18n::Language language,
                      const i18n::Catalog& catalog, const policy::Policy& policy,
                      const TextDetails& details = {});

/// "Реестр недвижимости".
std::string_view name_of(Register which, i18n::Language language, const i18n::Catalog& catalog);
/// A sentence.
std::string_view text_of(Warning warning, i18n::Language language, const i18n::Catalog& catalog);
/// A word or two: "Нужно согласие".
std::string_view name_of(Outcome outcome, i18n::Language language, const i18n::Catalog& catalog);
/// "Наниматель".
std::string_view name_of(Asked asked, i18n::Language language, const i18n::Catalog& catalog);
Citation cite(const policy::Basis& basis, i18n::Language language, const i18n::Catalog& catalog);

}  // namespace mekenjai::rules
