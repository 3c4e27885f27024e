// Numbers that nobody else in the population has.
#pragma once

#include <string>
#include <vector>

#include "domain/registers.hpp"

namespace mekenjai::edge::registers::population {

/// Deals numbers out in order; the memory is some counters a day of birth.
class Numbers {
 public:
  Numbers();
  /// An IIN as it was issued until 2013: the digits tell birth date and sex. Days from 1900 on.
  domain::Iin iin(base::Date birth, domain::Sex sex);
  /// A BIN of a resident organisation registered in that month.
  domain::Bin bin(int year, int month);
  domain::Rka rka();
  std::string phone();            // "+77…"
  std::string document_number();  // nine digits
  std::uint64_t next_lease() { return ++leases_; }

 private:
  std::vector<std::uint16_t> people_of_day_;
  std::uint64_t bins_ = 0, rkas_ = 0, phones_ = 0, documents_ = 0, leases_ = 0;
};

}  // namespace mekenjai::edge::registers::population
