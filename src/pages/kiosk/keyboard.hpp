// The keyboard on the screen: real buttons of the page's form, so that it works by post without
// script (look.md, mk-kb).
#pragma once

#include <string>
#include <vector>

#include "pages/kiosk/fields.hpp"
#include "pages/words.hpp"

namespace mekenjai::pages {

/// All layouts, one of them shown: digits where nothing else can be typed, otherwise the chosen one
/// or that of the language. The Kazakh one is RST KazSSR 903-90 with its letters in a row of their
/// own. `fields`: at least one.
std::string keyboard(const Words& words, const std::vector<KioskField>& fields, const Typed* typed);

}  // namespace mekenjai::pages
