// What the pages of a kiosk have beyond those of the other channels (ADR 0010). Inside of src/pages
// only.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "http/http.hpp"
#include "pages/kiosk/fields.hpp"

namespace mekenjai::pages {

class Page;
class Visit;
class Table;

/// What each screen shows now and what was typed there by keys that are sent. A screen is a kiosk
/// with a secret of its browser: whoever has the kiosk's token elsewhere finds nothing of it. In
/// memory only, until the end of the visit. Safe to call from any thread.
class KioskScreens {
 public:
  /// A page goes out: what can be typed into it. Typing on another page is forgotten.
  void shown(const std::string& name, std::string address, std::vector<KioskField> fields);
  /// What was typed on that page, if it was the last one that was typed on.
  std::optional<Typed> typed(const std::string& name, std::string_view address);
  /// A key was pressed, the layout or the field was changed; where that page is.
  std::string press(const std::string& name, http::Pairs form);
  void wipe(const std::string& name);

 private:
  struct Screen {
    std::string address;  // without the channel's prefix
    std::vector<KioskField> fields;
    std::optional<Typed> typed;
  };
  std::mutex mutex_;
  std::unordered_map<std::string, Screen> screens_;  // by name
};

/// Before a page of a kiosk is made: what its layout shows.
void dress_for_kiosk(Visit& visit, Page& page, std::string_view name);
/// After: the keyboard, and nothing that leads out. `set_cookie`: the screen's secret, where it has
/// none yet.
struct KioskHtml {
  std::string html;
  std::optional<std::string> set_cookie;
};
KioskHtml fit_for_kiosk(Visit& visit, std::string_view html);
/// While a consultant explains, every page is his.
std::optional<http::Response> explained(Visit& visit);
/// That page. `back`: where the person goes on.
http::Response explanations(Visit& visit, std::string_view back, int status);
/// The page of a device without a token.
http::Response not_set_up(Visit& visit);

void add_kiosk(Table& table);         // kiosk/kiosk.cpp
void add_staff_kiosks(Table& table);  // staff/kiosks.cpp

}  // namespace mekenjai::pages
