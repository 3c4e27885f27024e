// Devices that a person is told on by Web Push: what the front doors give and get.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "edge/push/endpoint.hpp"
#include "i18n/catalog.hpp"

namespace mekenjai::flow {

/// A browser, as its PushSubscription.toJSON() has it.
struct PushDevice {
  std::string endpoint, p256dh, auth;
  i18n::Language language = i18n::Language::kk;
  std::string door{};  // where a touch on the notification leads: "" the portal, "/m" the mobile
                       // application
};

/// A device as its owner sees it: without what would let anybody send to it.
struct PushDeviceView {
  std::string id;
  std::string host;  // of the push service, which tells the make of the browser
  i18n::Language language = i18n::Language::kk;
  base::Instant added_at;
  std::optional<base::Instant> told_at;  // the push service last took something for it
};

struct PushView {
  std::string public_key;               // what a browser subscribes to, base64url
  std::vector<PushDeviceView> devices;  // the newest first
};

/// How devices are taken; without a key there is no push.
struct PushWays {
  std::string public_key{};
  edge::push::EndpointRules rules{};
  int devices_a_person = 5;  // one more takes the place of the one that serves worst
};

}  // namespace mekenjai::flow
