#include "edge/registers/cells.hpp"

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "domain/words.hpp"
#include "edge/registers/packing.hpp"

namespace mekenjai::edge::registers {
namespace {

constexpr std::size_t kMaxTextBytes = 1000;
constexpr std::size_t kMaxKeyBytes = 100;
constexpr std::size_t kMaxShownBytes = 40;
constexpr std::size_t kMaxAreaDigits = 9;
constexpr std::size_t kMaxShareDigits = 9;

using Answer = std::optional<Complaint>;

Answer complain(std::string what, std::string advice) {
  return Complaint{std::move(what), std::move(advice)};
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// A cell as a message may show it.
std::string shown(std::string_view cell) {
  if (cell.size() > kMaxShownBytes || !base::is_utf8(cell)) return "the value";
  for (const char c : cell) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return "the value";
  }
  return fmt::format("\"{}\"", cell);
}

void set(Value& value, std::int64_t number) { value = {Value::Type::number, number, {}}; }
void set(Value& value, std::string_view text) { value = {Value::Type::text, 0, text}; }

Answer read_person(std::string_view cell, Value& value) {
  // Personal numbers are not repeated in messages: the line is enough to find them.
  if (!domain::parse_iin(cell)) {
    return complain("not an IIN", "give 12 digits whose last one is the right check digit");
  }
  set(value, packed_digits(cell));
  return std::nullopt;
}

Answer read_bin(std::string_view cell, Value& value) {
  if (!domain::parse_bin(cell)) {
    return complain(fmt::format("{} is not a BIN", shown(cell)),
                    "give 12 digits whose last one is the right check digit");
  }
  set(value, packed_digits(cell));
  return std::nullopt;
}

Answer read_digits(std::string_view cell, std::size_t size, std::string_view name, Value& value) {
  if (cell.size() != size || !all_digits(cell)) {
    return complain(fmt::format("{} is not {}", shown(cell), name),
                    fmt::format("give {} digits, leading zeros included", size));
  }
  set(value, packed_digits(cell));
  return std::nullopt;
}

Answer read_day(std::string_view cell, Value& value) {
  const std::optional<base::Date> day = base::parse_date(cell);
  if (!day || static_cast<int>(day->year()) < 1) {
    return complain(fmt::format("{} is not a calendar day", shown(cell)), "write it as YYYY-MM-DD");
  }
  set(value, packed_day(*day));
  return std::nullopt;
}

template <class Enum>
Answer read_word(std::string_view cell, std::string_view words, Value& value) {
  const std::optional<Enum> found = domain::from_word<Enum>(cell);
  if (!found) {
    return complain(fmt::format("{} is not one of the words allowed here", shown(cell)),
                    fmt::format("use one of {}", words));
  }
  set(value, static_cast<std::int64_t>(*found));
  return std::nullopt;
}

Answer read_one_of(std::string_view cell, std::initializer_list<std::string_view> words,
                   Value& value) {
  for (const std::string_view word : words) {
    if (cell != word) continue;
    set(value, word);
    return std::nullopt;
  }
  return complain(fmt::format("{} is not one of the words allowed here", shown(cell)),
                  fmt::format("use one of {}", fmt::join(words, ", ")));
}

Answer read_share(std::string_view cell, Value& value) {
  const std::size_t slash = cell.find('/');
  if (slash != std::string_view::npos) {
    const std::string_view part = cell.substr(0, slash), whole = cell.substr(slash + 1);
    if (all_digits(part) && all_digits(whole) && part.size() <= kMaxShareDigits &&
        whole.size() <= kMaxShareDigits) {
      const std::int64_t a = packed_digits(part), b = packed_digits(whole);
      if (a > 0 && a <= b) {
        set(value, cell);
        return std::nullopt;
      }
    }
  }
  return complain(fmt::format("{} is not a share", shown(cell)),
                  "write a fraction above 0 and up to 1, such as 1/2; a sole owner has 1/1");
}

Answer read_area(std::string_view cell, Value& value) {
  constexpr std::int64_t kCm2InM2 = 10'000, kCm2InHundredth = 100;
  if (cell.empty()) return std::nullopt;
  const std::size_t point = std::min(cell.find('.'), cell.size());
  const std::string_view metres = cell.substr(0, point);
  const std::string_view rest = point == cell.size() ? std::string_view{} : cell.substr(point + 1);
  const bool rest_fits = point == cell.size() || (all_digits(rest) && rest.size() <= 2);
  if (!all_digits(metres) || metres.size() > kMaxAreaDigits || !rest_fits) {
    return complain(fmt::format("{} is not an area", shown(cell)),
                    "write square metres with a point and at most two decimals, such as 45.6; "
                    "leave it empty where it is unknown");
  }
  std::int64_t hundredths = packed_digits(rest);
  if (rest.size() == 1) hundredths *= 10;
  set(value, packed_digits(metres) * kCm2InM2 + hundredths * kCm2InHundredth);
  return std::nullopt;
}

Answer read_phone(std::string_view cell, Value& value) {
  if (!domain::is_e164(cell)) {
    return complain("not a phone number in E.164",
                    "write a plus and 8 to 15 digits, such as +77010000001");
  }
  set(value, packed_digits(cell.substr(1)));
  return std::nullopt;
}

Answer read_citizenship(std::string_view cell, Value& value) {
  const bool fits = cell.size() == 3 && std::all_of(cell.begin(), cell.end(),
                                                    [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!fits) {
    return complain(fmt::format("{} is not a country", shown(cell)),
                    "use the three capital letters of ISO 3166, such as KAZ");
  }
  set(value, cell);
  return std::nullopt;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

Answer read_text(std::string_view cell, std::size_t most_bytes, Value& value,
                 std::string& scratch) {
  if (!base::is_utf8(cell)) return complain("the bytes are not UTF-8", "save the file as UTF-8");
  bool plain = cell.empty() || (cell.front() != ' ' && cell.back() != ' ');
  for (const char c : cell) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) continue;
    if (!is_space(c)) return complain("a control character", "remove it");
    plain = false;
  }
  if (!plain) {
    scratch.clear();
    for (const char c : cell) {
      if (!is_space(c)) {
        scratch += c;
      } else if (!scratch.empty() && scratch.back() != ' ') {
        scratch += ' ';
      }
    }
    while (!scratch.empty() && scratch.back() == ' ') scratch.pop_back();
    cell = scratch;
  }
  if (cell.size() > most_bytes) {
    return complain("the text is too long", fmt::format("shorten it to {} bytes", most_bytes));
  }
  set(value, cell);
  return std::nullopt;
}

}  // namespace

std::optional<Complaint> read_cell(Form form, std::string_view cell, Value& value,
                                   std::string& scratch) {
  value = {};
  switch (form) {
    case Form::iin_or_none:
    case Form::bin_or_none:
    case Form::kato_or_none:
      if (cell.empty()) return std::nullopt;
      break;
    case Form::day_or_none:
      if (cell.empty()) {
        set(value, kNoDay);
        return std::nullopt;
      }
      break;
    case Form::area:
    case Form::text:
      break;
    default:
      if (cell.empty()) return complain("the cell is empty", "fill it in");
  }
  switch (form) {
    case Form::iin:
    case Form::iin_or_none:
      return read_person(cell, value);
    case Form::bin:
    case Form::bin_or_none:
      return read_bin(cell, value);
    case Form::holder:
      return domain::is_personal_number(cell) ? read_person(cell, value) : read_bin(cell, value);
    case Form::rka:
      return read_digits(cell, domain::Rka::kSize, "an RKA", value);
    case Form::kato:
    case Form::kato_or_none:
      return read_digits(cell, 9, "a KATO code", value);
    case Form::day:
    case Form::day_or_none:
      return read_day(cell, value);
    case Form::sex:
      return read_word<domain::Sex>(cell, "m, f", value);
    case Form::capacity:
      return read_word<domain::Capacity>(cell, "full, limited, none", value);
    case Form::relation:
      return read_word<domain::RelationKind>(
          cell, "parent, guardian, trustee, spouse, sibling, grandparent", value);
    case Form::organisation_kind:
      return read_word<domain::OrganisationKind>(cell, "private, state, housing_body", value);
    case Form::dwelling_kind:
      return read_word<domain::DwellingKind>(cell,
                                             "house, flat, room, dacha, dormitory, hotel, "
                                             "rest_home, sanatorium, medical, boarding_home, "
                                             "building, plot, non_residential",
                                             value);
    case Form::encumbrance_kind:
      return read_word<domain::EncumbranceKind>(cell, "arrest, mortgage, other", value);
    case Form::residence_kind:
      return read_word<domain::ResidenceKind>(cell, "permanent, temporary", value);
    case Form::language:
      return read_one_of(cell, {"kk", "ru"}, value);
    case Form::role:
      return read_one_of(
          cell,
          {"psc_receptionist", "psc_operator", "housing_clerk", "migration_officer", "auditor"},
          value);
    case Form::citizenship:
      return read_citizenship(cell, value);
    case Form::phone:
      return read_phone(cell, value);
    case Form::share:
      return read_share(cell, value);
    case Form::area:
      return read_area(cell, value);
    case Form::flag:
      if (cell != "0" && cell != "1") {
        return complain(fmt::format("{} is neither 1 nor 0", shown(cell)),
                        "write 1 for yes, 0 for no");
      }
      set(value, static_cast<std::int64_t>(cell == "1"));
      return std::nullopt;
    case Form::key_text:
    case Form::required_text:
    case Form::text: {
      auto complaint =
          read_text(cell, form == Form::key_text ? kMaxKeyBytes : kMaxTextBytes, value, scratch);
      if (!complaint && form != Form::text && value.text.empty()) {
        return complain("the cell is empty", "fill it in");
      }
      return complaint;
    }
  }
  return std::nullopt;
}

}  // namespace mekenjai::edge::registers
