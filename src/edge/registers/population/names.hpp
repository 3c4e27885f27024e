// Names of made-up people: lists of common Kazakh and Russian names, put together by rule.
#pragma once

#include <string>
#include <string_view>

#include "domain/registers.hpp"
#include "edge/registers/population/random.hpp"

namespace mekenjai::edge::registers::population {

enum class Tongue { kazakh, russian };

std::string_view pick_given_name(Random& random, Tongue tongue, domain::Sex sex);
/// The family's name in its masculine form.
std::string_view pick_surname(Random& random, Tongue tongue);

/// «Ахметов» → «Ахметова», «Лановский» → «Лановская»; names without such an ending stay.
std::string surname_for(std::string_view masculine, domain::Sex sex);
/// «Серік» → «Серікұлы», «Серікқызы»; «Иван» → «Иванович», «Ивановна».
std::string patronymic(std::string_view father, Tongue tongue, domain::Sex sex);

}  // namespace mekenjai::edge::registers::population
