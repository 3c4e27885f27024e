// The fixed words of the contract for the domain's enumerations, both ways.
#pragma once

#include <optional>
#include <string_view>

#include "domain/registers.hpp"

namespace mekenjai::domain {

std::string_view word(Sex value);
std::string_view word(Capacity value);
std::string_view word(RelationKind value);
std::string_view word(OrganisationKind value);
std::string_view word(DwellingKind value);
std::string_view word(EncumbranceKind value);
std::string_view word(ResidenceKind value);

/// The value for a word of the contract, nothing for any other word.
template <class Enum>
std::optional<Enum> from_word(std::string_view word);

}  // namespace mekenjai::domain
