// Notifications on a device (Web Push): a panel in the profile, and what its script and the service
// worker send. Inside of src/pages only.
#pragma once

#include "pages/site.hpp"

namespace mekenjai::pages {

/// The part `push` in a page with a form, where there is push and the device is the person's own:
/// not in a kiosk.
awaitable<void> fill_push(Visit& visit, Page& page);

/// This browser is told no more, whoever turned it on: its next user is not to see another's
/// notifications. The cookie to forget, once it is done.
awaitable<std::optional<std::string>> forget_device(Visit& visit);

}  // namespace mekenjai::pages
