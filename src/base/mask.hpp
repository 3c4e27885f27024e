// Personal data as logs, SMS and other people may see them.
#pragma once

#include <string>
#include <string_view>

namespace mekenjai::base {

/// "9913******03": enough to tell two log lines apart, not enough to name a person.
std::string mask_iin(std::string_view iin);
/// "+7 *** *** ** 12": the last two digits (look.md).
std::string mask_phone(std::string_view e164);
/// "Айгерім С.": given name and the first letter of the surname (contract, section 4).
std::string mask_name(std::string_view given_name, std::string_view surname);

}  // namespace mekenjai::base
