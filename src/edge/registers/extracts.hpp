// The thirteen files of the register extracts (contract, section 2), as data.
#pragma once

#include <string_view>
#include <vector>

#include "edge/registers/cells.hpp"

namespace mekenjai::edge::registers {

struct Column {
  std::string_view name;  // in the file's header
  Form form;
  std::string_view stored_as;  // in the table
};

struct Extract {
  std::string_view file, table;
  std::vector<Column> columns;
  std::vector<std::size_t> key;  // which columns make a row's key
};

/// In the contract's order.
const std::vector<Extract>& extracts();

}  // namespace mekenjai::edge::registers
