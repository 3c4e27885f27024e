// The front doors. They differ in navigation, size and safety, never in rules: one handler a page,
// shown through each of them.
#pragma once

#include <array>
#include <string_view>

namespace mekenjai::pages {

enum class Channel {
  portal,  // the site, on any screen
  mobile,  // the app on a phone
  kiosk,   // the self-service zone of a service centre
};
inline constexpr std::array kChannels{Channel::portal, Channel::mobile, Channel::kiosk};

/// "portal", "mobile", "kiosk": the folder of templates that stand in for the shared ones.
std::string_view name(Channel channel);

/// What stands before every path of the channel: "", "/m", "/kiosk".
std::string_view prefix(Channel channel);

/// The channel that a path of the outside belongs to: "/m/" and "/m/history", but not "/messages".
Channel channel_of(std::string_view path);

/// The same path inside the house: "/history" for "/m/history", "/" for "/kiosk". A query stays.
std::string_view without_prefix(std::string_view path);

/// Whether a template writes this address as it is, in every channel: files, the API, the
/// sandbox, other sites, places of the same page.
bool is_shared(std::string_view address);

}  // namespace mekenjai::pages
