// The files that browsers load, under names that carry their digest, so that a browser may keep
// them for ever.
#pragma once

#include <string_view>
#include <vector>

#include "base/embedded.hpp"

namespace mekenjai::pages {

/// "/assets/mekenjai-1a2b3c4d5e.css" for "mekenjai.css". Throws std::out_of_range for a file that
/// is not there.
std::string_view asset_address(std::string_view name);

/// The embedded files, each with the first ten digits of its SHA-256 in its name; a `.gz` follows
/// its file. The names live as long as the program.
const std::vector<embedded::File>& hashed_assets();

}  // namespace mekenjai::pages
