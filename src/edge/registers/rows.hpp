// Rows of the registers' tables as the domain's types.
#pragma once

#include "domain/registers.hpp"
#include "edge/registers/packing.hpp"
#include "store/sqlite/database.hpp"

namespace mekenjai::edge::registers {

/// What `read_dwelling` expects to be selected, from reg_dwelling d and its reg_street s.
inline constexpr std::string_view kDwellingColumns =
    "d.rka, d.kind, s.kato, s.region_kk, s.region_ru, s.locality_kk, s.locality_ru, s.street_kk, "
    "s.street_ru, d.house, d.flat, d.useful_area_cm2, d.actual";

inline domain::Dwelling read_dwelling(const store::sqlite::Statement& row) {
  domain::Dwelling dwelling;
  dwelling.rka = unpacked<domain::Rka>(row.integer(0));
  dwelling.kind = static_cast<domain::DwellingKind>(row.integer(1));
  dwelling.kato = digits_str<9>(row.integer(2));
  dwelling.region_kk = row.str(3);
  dwelling.region_ru = row.str(4);
  dwelling.locality_kk = row.str(5);
  dwelling.locality_ru = row.str(6);
  dwelling.street_kk = row.str(7);
  dwelling.street_ru = row.str(8);
  dwelling.house = row.str(9);
  dwelling.flat = row.str(10);
  if (!row.is_null(11)) dwelling.useful_area_cm2 = row.integer(11);
  dwelling.actual = row.integer(12) != 0;
  return dwelling;
}

}  // namespace mekenjai::edge::registers
