// The fixed words of the contract for outcomes, rows, codes and registers, both ways.
#include "rules/decision.hpp"

#include "base/words.hpp"

namespace mekenjai::rules {
namespace {

// In the order of the enumerations: the position is the value.
template <class Enum>
struct Words;
template <>
struct Words<Outcome> {
  static constexpr std::string_view kAll[] = {
      "register", "wait", "reject", "psc", "no_separate_registration", "other_service", "retry"};
};
template <>
struct Words<Row> {
  static constexpr std::string_view kAll[] = {
      "A0",  "A3",  "A4",  "A5",                                                 //
      "A9",  "A10", "B14", "B3", "B6",  "B9",  "B11", "B12",                     //
      "C1",  "C4",  "C5",  "C6", "C8",  "C10", "C11", "C12",                     //
      "D13", "D1",  "D2",  "D3", "D11", "D7",  "D8",  "D4",  "D5", "D6", "D12",  //
      "E0",  "E5",  "E4",  "E3", "E1",  "E2",                                    //
      "F6",  "F5",  "F8",                                                        //
      "G2",  "G3",  "G8",  "H0",                                                 //
      "X"};
};
template <>
struct Words<Code> {
  static constexpr std::string_view kAll[] = {"applicant_not_capable",
                                              "person_not_found",
                                              "person_dead",
                                              "no_sign_method",
                                              "bad_document",
                                              "duplicate_application",
                                              "foreigner",
                                              "parent_must_apply",
                                              "under_14",
                                              "guardian_must_apply",
                                              "representative_must_apply",
                                              "authority_not_proved",
                                              "address_not_found",
                                              "not_a_dwelling",
                                              "choose_premises",
                                              "already_registered",
                                              "temporary_at_home",
                                              "overlaps",
                                              "owner_not_in_register",
                                              "owner_needs_psc",
                                              "owner_dead",
                                              "owner_legal_entity",
                                              "owner_mixed",
                                              "sole_owner",
                                              "co_owners",
                                              "owners",
                                              "no_lease",
                                              "lease_ended",
                                              "not_in_lease",
                                              "tenant",
                                              "named_in_lease",
                                              "area_unknown",
                                              "norm_exceeded",
                                              "owner_refused",
                                              "no_consent_in_time",
                                              "fraud_reported",
                                              "ownership_changed",
                                              "register_unavailable"};
};
template <>
struct Words<Warning> {
  static constexpr std::string_view kAll[] = {"arrest", "encumbrance", "owner_without_phone",
                                              "density"};
};
template <>
struct Words<Register> {
  static constexpr std::string_view kAll[] = {"persons", "dwellings", "rights",
                                              "leases",  "phones",    "residences"};
};
template <>
struct Words<Asked> {
  static constexpr std::string_view kAll[] = {"owner", "co_owner", "tenant", "registrant"};
};

static_assert(std::size(Words<Row>::kAll) == kRows);
static_assert(std::size(Words<Code>::kAll) == kCodes);
static_assert(std::size(Words<Warning>::kAll) == kWarnings);

template <class Enum>
std::string_view word_of(Enum value) {
  return Words<Enum>::kAll[static_cast<std::size_t>(value)];
}

}  // namespace

std::string_view word(Outcome value) { return word_of(value); }
std::string_view word(Row value) { return word_of(value); }
std::string_view word(Code value) { return word_of(value); }
std::string_view word(Warning value) { return word_of(value); }
std::string_view word(Register value) { return word_of(value); }
std::string_view word(Asked value) { return word_of(value); }

template <class Enum>
std::optional<Enum> from_word(std::string_view word) {
  return base::value_in<Enum>(Words<Enum>::kAll, word);
}

template std::optional<Outcome> from_word(std::string_view);
template std::optional<Row> from_word(std::string_view);
template std::optional<Code> from_word(std::string_view);
template std::optional<Warning> from_word(std::string_view);
template std::optional<Register> from_word(std::string_view);
template std::optional<Asked> from_word(std::string_view);

std::string_view row_for_applicant(Row row) {
  switch (row) {
    case Row::D1:
    case Row::D2:
    case Row::D3:
    case Row::D11:
      return "D1-D3";
    case Row::G8:
      return word(Row::G2);
    default:
      return word(row);
  }
}

Code code_for_applicant(Code code) {
  return code == Code::fraud_reported ? Code::owner_refused : code;
}

}  // namespace mekenjai::rules
