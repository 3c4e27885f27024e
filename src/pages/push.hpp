// Notifications on a device (Web Push): a panel in the profile, and what its script and the service
// worker send. Inside of src/pages only.
#pragma once

#include "pages/site.hpp"

namespace mekenjai::pages {

/// The part `push` in a page with a form, where there is push and the device is the person's own:
/// not in a kiosk.
awaitable<void> fill_push(Visit& visit, Page& page);

/// The device that the person signs out on is told no more. The cookie to forget, where there is
/// one.
awaitable<std::optional<std::string>> forget_device(Visit& visit);

}  // namespace mekenjai::pages
