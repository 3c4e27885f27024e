// What a page for everybody must have in addition at a kiosk, done to its HTML before it goes out:
// text fields that a keyboard on the screen can fill, without a browser's memory, and no way out.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/http.hpp"

namespace mekenjai::pages {

/// A text field of the form that the keyboard writes into.
struct KioskField {
  std::string name, label;
  bool digits = false;   // takes nothing else
  std::size_t most = 0;  // characters; 0: no limit
};

/// What was typed by keys that are sent (a browser without script): shown again where the person
/// goes on typing.
struct Typed {
  http::Pairs pairs;   // every field of the form, as it was sent
  std::string layout;  // "kk", "ru", "latin"; empty: as the page's language
  std::string field;   // where the next key goes; empty: where there is room
};

/// The page for a kiosk. The first form with a text field gets the id `kform`, by which keys belong
/// to it; no field is remembered by the browser, an IIN is not legible; a link that leads out of
/// the service is only its words. What was typed by keys stands in its fields. `fields`: what can
/// be typed into.
std::string for_kiosk(std::string_view html, const Typed* typed, std::vector<KioskField>& fields);

/// The next state after a key: a character, "back", or "" where only the layout or the field
/// changed.
Typed with_key(Typed typed, const std::vector<KioskField>& fields, std::string_view key);

}  // namespace mekenjai::pages
