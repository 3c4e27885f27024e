// The forms that cells of the extracts take (contract, section 2) and the values they become.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mekenjai::edge::registers {

enum class Form : std::uint8_t {
  iin,
  iin_or_none,
  bin,
  bin_or_none,
  holder,
  rka,
  day,
  day_or_none,
  sex,
  capacity,
  relation,
  organisation_kind,
  dwelling_kind,
  encumbrance_kind,
  residence_kind,
  language,
  role,
  citizenship,
  phone,
  kato,
  kato_or_none,
  share,
  area,
  flag,
  key_text,       // not empty, at most 100 bytes
  required_text,  // not empty
  text,
};

/// What a cell becomes in the tables (packing.hpp): a number, a text, or nothing.
struct Value {
  enum class Type : std::uint8_t { none, number, text } type = Type::none;
  std::int64_t number = 0;
  std::string_view text{};  // into the row, or into the scratch given to `read_cell`
};

/// Why a cell was refused and what its owner can do, in English, for the operator's terminal.
struct Complaint {
  std::string what, advice;
};

/// Reads a cell. `scratch` holds a text that had to be changed: white space is trimmed, line breaks
/// and tabs become one space.
std::optional<Complaint> read_cell(Form form, std::string_view cell, Value& value,
                                   std::string& scratch);

}  // namespace mekenjai::edge::registers
