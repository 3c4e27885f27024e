// An address as people write it. Pages use it too.
#pragma once

#include <string>

#include "flow/views.hpp"
#include "i18n/catalog.hpp"
#include "store/figures.hpp"

namespace mekenjai::api {

/// kk «Астана қ., Кенесары көшесі, 40, 118-пәтер»; ru «г. Астана, улица Кенесары, д. 40, кв. 118»;
/// kk-Latn as kk in Latin letters; en as ru in Latin letters, with "house" and "flat". Outside the cities of republican
/// significance the region comes first. The RKA where nothing else is known.
std::string address_text(const flow::Address& address, i18n::Language language);

/// Russian and Kazakh Cyrillic in Latin letters, as maps write names in English (BGN/PCGN without
/// its dots).
std::string in_latin(std::string_view cyrillic);

/// A region as the address register names it; in English in Latin letters.
std::string region_text(const store::RegionName& name, i18n::Language language);

/// "Surname Given Patronymic", what of them there is.
std::string full_name(const domain::Person& person);

}  // namespace mekenjai::api
