// A small zip file (APPNOTE 6.3), its entries stored as they are: every system opens it, and nothing is lost in packing.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace mekenjai::flow {

/// Entries in this order, by name (ASCII) and content; together below 4 GiB. `at` stands as their time.
std::string zip(const std::vector<std::pair<std::string, std::string>>& entries, base::Instant at);

}  // namespace mekenjai::flow
