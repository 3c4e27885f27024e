// The outcome of the rules: ids only; texts are made when somebody reads (rules/texts.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "domain/ids.hpp"

namespace mekenjai::rules {

enum class Outcome : std::uint8_t {
  register_,
  wait,
  reject,
  psc,
  no_separate_registration,
  other_service,
  retry
};

/// Rows of the decision table that can name a decision or a warning. X: a register did not answer.
enum class Row : std::uint8_t {
  A0,
  A3,
  A4,
  A5,
  A9,
  A10,
  B14,
  B3,
  B6,
  B9,
  B11,
  B12,
  C1,
  C4,
  C5,
  C6,
  C8,
  C10,
  C11,
  C12,
  D13,
  D1,
  D2,
  D3,
  D11,
  D7,
  D8,
  D4,
  D5,
  D6,
  D12,
  E0 /* owner_mixed: the unnamed row before D */,
  E5,
  E4,
  E3,
  E1,
  E2,
  F6,
  F5,
  F8,
  G2,
  G3,
  G8,
  H0,
  X
};
inline constexpr std::size_t kRows = static_cast<std::size_t>(Row::X) + 1;

enum class Code : std::uint8_t {
  applicant_not_capable,
  person_not_found,
  person_dead,
  no_sign_method,
  bad_document,
  duplicate_application,
  foreigner,
  parent_must_apply,
  under_14,
  guardian_must_apply,
  representative_must_apply,
  authority_not_proved,
  address_not_found,
  not_a_dwelling,
  choose_premises,
  already_registered,
  temporary_at_home,
  overlaps,
  owner_not_in_register,
  owner_needs_psc,
  owner_dead,
  owner_legal_entity,
  owner_mixed,
  sole_owner,
  co_owners,
  owners,
  no_lease,
  lease_ended,
  not_in_lease,
  tenant,
  named_in_lease,
  area_unknown,
  norm_exceeded,
  owner_refused,
  no_consent_in_time,
  fraud_reported,
  ownership_changed,
  register_unavailable
};
inline constexpr std::size_t kCodes = static_cast<std::size_t>(Code::register_unavailable) + 1;

enum class Warning : std::uint8_t { arrest, encumbrance, owner_without_phone, density };
inline constexpr std::size_t kWarnings = static_cast<std::size_t>(Warning::density) + 1;

/// Why somebody must be asked.
enum class Asked : std::uint8_t { owner, co_owner, tenant, registrant };

struct Consenter {
  domain::Iin iin;
  Asked as = Asked::owner;
  auto operator<=>(const Consenter&) const = default;
};

/// Registers whose silence leads to row X; also the words of the sandbox (contract, section 7).
enum class Register : std::uint8_t { persons, dwellings, rights, leases, phones, residences };

struct Decision {
  Outcome outcome = Outcome::retry;
  Code code = Code::register_unavailable;
  Row row = Row::X;
  /// Which registrant a final outcome is about (index into Facts::registrants); 0 for register and
  /// wait, which are about all of them.
  std::uint8_t registrant = 0;
  /// Bit per Warning.
  std::uint8_t warnings = 0;
  /// The register that did not answer; only with row X.
  std::optional<Register> unavailable{};
  /// For `wait`: everyone who must consent, each once, sorted by IIN: the owners' order never
  /// matters.
  std::vector<Consenter> consenters{};
  /// For register, wait and row F5: distinct people registered at the dwelling after this, and the
  /// norm's limit where one applies (for owners and staff only).
  std::uint16_t residents_after = 0;
  std::optional<std::uint16_t> norm_limit{};

  bool has(Warning warning) const { return (warnings >> static_cast<int>(warning) & 1) != 0; }
  void add(Warning warning) {
    warnings = static_cast<std::uint8_t>(warnings | 1 << static_cast<int>(warning));
  }
  bool operator==(const Decision&) const = default;
};

std::string_view word(Outcome value);  // "register", "wait", … as in the contract
std::string_view word(Row value);      // "A0" … ; "X"
std::string_view word(Code value);
std::string_view word(Warning value);
std::string_view word(Register value);
std::string_view word(Asked value);
template <class Enum>
std::optional<Enum> from_word(std::string_view word);

/// The row as the applicant may see it: D1-D3 and D11 are one to him ("D1-D3").
/// and a reported fraud is a refusal ("G2").
std::string_view row_for_applicant(Row row);
/// The code as the applicant may see it: `fraud_reported` is `owner_refused` to him (row G8).
Code code_for_applicant(Code code);

}  // namespace mekenjai::rules
