#include "domain/ids.hpp"

namespace mekenjai::domain {
namespace {

bool all_digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool has_right_check_digit(std::string_view text) {
  if (text.size() != 12 || !all_digits(text) || text == "000000000000") return false;
  return iin_check_digit(text.substr(0, 11)) == text[11];
}

}  // namespace

std::optional<char> iin_check_digit(std::string_view first_eleven) {
  if (first_eleven.size() != 11 || !all_digits(first_eleven)) return std::nullopt;
  int first = 0, second = 0;
  for (int i = 0; i < 11; ++i) {
    const int digit = first_eleven[static_cast<std::size_t>(i)] - '0';
    first += digit * (i + 1);
    second += digit * ((i + 2) % 11 + 1);  // weights 3 4 … 11 1 2
  }
  int check = first % 11;
  if (check == 10) check = second % 11;
  if (check == 10) return std::nullopt;
  return static_cast<char>('0' + check);
}

std::optional<Iin> parse_iin(std::string_view text) {
  return has_right_check_digit(text) ? Iin::from_digits(text) : std::nullopt;
}

std::optional<Bin> parse_bin(std::string_view text) {
  return has_right_check_digit(text) ? Bin::from_digits(text) : std::nullopt;
}

std::optional<Rka> parse_rka(std::string_view text) { return Rka::from_digits(text); }

bool is_personal_number(std::string_view iin_or_bin) {
  return iin_or_bin.size() == 12 && iin_or_bin[4] <= '3';
}

std::optional<std::string> normalise_phone(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c >= '0' && c <= '9') {
      digits += c;
    } else if (c != ' ' && c != '(' && c != ')' && c != '-' && !(c == '+' && digits.empty())) {
      return std::nullopt;
    }
  }
  if (digits.size() == 10 && digits[0] == '7') digits.insert(0, "7");
  if (digits.size() != 11 || digits[1] != '7') return std::nullopt;
  if (digits[0] == '8') digits[0] = '7';
  if (digits[0] != '7') return std::nullopt;
  return "+" + digits;
}

bool is_e164(std::string_view text) {
  return text.size() >= 9 && text.size() <= 16 && text[0] == '+' && text[1] != '0' &&
         all_digits(text.substr(1));
}

}  // namespace mekenjai::domain
