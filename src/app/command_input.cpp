#include "app/command_input.hpp"

#include <filesystem>
#include <fstream>

#include "base/clock.hpp"

namespace mekenjai::app {

std::string read_file(const std::string& name, std::size_t limit) {
  std::string bytes = read_head(name, limit + 1);
  if (bytes.size() > limit) throw Unusable{fmt::format("{} is larger than {} MiB", name, limit / (1024 * 1024))};
  return bytes;
}

std::string read_head(const std::string& name, std::size_t limit) {
  std::error_code error;
  if (std::filesystem::is_directory(name, error)) throw Unusable{name + " is a folder, a file is needed"};
  std::ifstream file(name, std::ios::binary);
  if (!file) throw Unusable{name + " cannot be read"};
  const auto size = std::filesystem::file_size(name, error);  // a pipe has none
  std::string bytes(error ? limit : std::min<std::size_t>(limit, size), '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (file.bad()) throw Unusable{name + " cannot be read"};
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

base::Instant moment(const std::optional<std::string>& text) {
  if (!text) return base::SystemClock{}.now();
  const auto at = base::parse_rfc3339(*text);
  if (!at) throw Unusable{"--at " + *text + " is no RFC 3339 time, such as 2026-11-22T12:00:00+05:00"};
  return *at;
}

edge::eds::Trust read_trust(const std::string& folder) {
  auto trust = edge::eds::Trust::from_folder(folder);
  if (trust) return *std::move(trust);
  throw Unusable{trust.error() + "\n--trust names a folder with the certificates of the CAs to trust: self-signed ones "
                                 "are the anchors, others intermediates. Those of НУЦ РК are at http://pki.gov.kz/cert/"};
}

}  // namespace mekenjai::app
