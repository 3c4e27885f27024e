#include "pages/channel.hpp"

namespace mekenjai::pages {
namespace {

/// Whether `path` is `folder` itself or stands below it, with or without a query.
bool stands_in(std::string_view path, std::string_view folder) {
  if (!path.starts_with(folder)) return false;
  path.remove_prefix(folder.size());
  return path.empty() || path.front() == '/' || path.front() == '?';
}

}  // namespace

std::string_view name(Channel channel) {
  static constexpr std::string_view kNames[] = {"portal", "mobile", "kiosk"};
  return kNames[static_cast<std::size_t>(channel)];
}

std::string_view prefix(Channel channel) {
  static constexpr std::string_view kPrefixes[] = {"", "/m", "/kiosk"};
  return kPrefixes[static_cast<std::size_t>(channel)];
}

Channel channel_of(std::string_view path) {
  for (const Channel channel : {Channel::mobile, Channel::kiosk}) {
    if (stands_in(path, prefix(channel))) return channel;
  }
  return Channel::portal;
}

std::string_view without_prefix(std::string_view path) {
  path.remove_prefix(prefix(channel_of(path)).size());
  return path.empty() ? "/" : path;
}

bool is_shared(std::string_view address) {
  return !address.starts_with('/') || stands_in(address, "/assets") ||
         stands_in(address, "/sandbox") || stands_in(address, "/favicon.svg") ||
         stands_in(address, "/api");
}

}  // namespace mekenjai::pages
