#include "pages/kiosk/kiosk.hpp"

namespace mekenjai::pages {
namespace {

constexpr std::size_t kMostScreens = 10'000;  // kiosks

bool is_layout(std::string_view name) { return name == "kk" || name == "ru" || name == "latin"; }

std::string taken(http::Pairs& form, std::string_view name) {
  std::string value(http::value_of(form, name).value_or(""));
  std::erase_if(form, [&](const auto& pair) { return pair.first == name; });
  return value;
}

}  // namespace

void KioskScreens::shown(const std::string& name, std::string address,
                         std::vector<KioskField> fields) {
  const std::scoped_lock lock(mutex_);
  if (screens_.size() >= kMostScreens) screens_.clear();
  Screen& screen = screens_[name];
  if (screen.address != address) screen.typed.reset();
  screen.address = std::move(address);
  screen.fields = std::move(fields);
}

std::optional<Typed> KioskScreens::typed(const std::string& name, std::string_view address) {
  const std::scoped_lock lock(mutex_);
  const auto screen = screens_.find(name);
  if (screen == screens_.end() || screen->second.address != address) return std::nullopt;
  return screen->second.typed;
}

std::string KioskScreens::press(const std::string& name, http::Pairs form) {
  const std::scoped_lock lock(mutex_);
  const auto found = screens_.find(name);
  if (found == screens_.end()) return "/";
  Screen& screen = found->second;
  const std::string key = taken(form, "key"), layout = taken(form, "layout"),
                    field = taken(form, "field");
  Typed typed = screen.typed.value_or(Typed{});
  typed.pairs = std::move(form);
  if (is_layout(layout)) typed.layout = layout;
  const bool known = std::any_of(screen.fields.begin(), screen.fields.end(),
                                 [&](const KioskField& one) { return one.name == field; });
  if (known) typed.field = field;
  screen.typed = with_key(std::move(typed), screen.fields, key);
  return screen.address;
}

void KioskScreens::wipe(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  screens_.erase(name);
}

}  // namespace mekenjai::pages
