#include "base/mask.hpp"

#include "base/bytes.hpp"

namespace mekenjai::base {

std::string mask_iin(std::string_view iin) {
  if (iin.size() != 12) return "************";
  return fmt::format("{}******{}", iin.substr(0, 4), iin.substr(10));
}

std::string mask_phone(std::string_view e164) {
  if (e164.size() < 4) return "**";
  return fmt::format("{} *** *** ** {}", e164.substr(0, 2), e164.substr(e164.size() - 2));
}

std::string mask_name(std::string_view given_name, std::string_view surname) {
  if (surname.empty()) return std::string(given_name);
  return fmt::format("{} {}.", given_name, utf8_prefix(surname, 1));
}

}  // namespace mekenjai::base
