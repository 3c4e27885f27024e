#include "domain/words.hpp"

#include "base/words.hpp"

namespace mekenjai::domain {
namespace {

// In the order of the enumerations: the position is the value.
template <class Enum>
struct Words;
template <>
struct Words<Sex> {
  static constexpr std::string_view kAll[] = {"m", "f"};
};
template <>
struct Words<Capacity> {
  static constexpr std::string_view kAll[] = {"full", "limited", "none"};
};
template <>
struct Words<RelationKind> {
  static constexpr std::string_view kAll[] = {"parent", "guardian", "trustee",
                                              "spouse", "sibling",  "grandparent"};
};
template <>
struct Words<OrganisationKind> {
  static constexpr std::string_view kAll[] = {"private", "state", "housing_body"};
};
template <>
struct Words<DwellingKind> {
  static constexpr std::string_view kAll[] = {
      "house",   "flat",          "room",     "dacha", "dormitory",      "hotel", "rest_home", "sanatorium",
      "medical", "boarding_home", "building", "plot",  "non_residential"};
};
template <>
struct Words<EncumbranceKind> {
  static constexpr std::string_view kAll[] = {"arrest", "mortgage", "other"};
};
template <>
struct Words<ResidenceKind> {
  static constexpr std::string_view kAll[] = {"permanent", "temporary"};
};

template <class Enum>
std::string_view word_of(Enum value) {
  return Words<Enum>::kAll[static_cast<std::size_t>(value)];
}

}  // namespace

std::string_view word(Sex value) { return word_of(value); }
std::string_view word(Capacity value) { return word_of(value); }
std::string_view word(RelationKind value) { return word_of(value); }
std::string_view word(OrganisationKind value) { return word_of(value); }
std::string_view word(DwellingKind value) { return word_of(value); }
std::string_view word(EncumbranceKind value) { return word_of(value); }
std::string_view word(ResidenceKind value) { return word_of(value); }

template <class Enum>
std::optional<Enum> from_word(std::string_view word) {
  return base::value_in<Enum>(Words<Enum>::kAll, word);
}

template std::optional<Sex> from_word(std::string_view);
template std::optional<Capacity> from_word(std::string_view);
template std::optional<RelationKind> from_word(std::string_view);
template std::optional<OrganisationKind> from_word(std::string_view);
template std::optional<DwellingKind> from_word(std::string_view);
template std::optional<EncumbranceKind> from_word(std::string_view);
template std::optional<ResidenceKind> from_word(std::string_view);

}  // namespace mekenjai::domain
