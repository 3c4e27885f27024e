#include "pages/assets.hpp"

#include <map>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/bytes.hpp"

namespace mekenjai::pages {
namespace {

constexpr std::size_t kDigits = 10;

struct Assets {
  std::map<std::string, std::string, std::less<>> addresses;  // by name on disk
  std::map<std::string, std::string, std::less<>> names;      // with digest, by name on disk
  std::vector<embedded::File> files;
};

// Browsers look for it at the root; a worker has one address for ever.
bool belongs_at_root(std::string_view name) { return name == "favicon.svg" || name == "sw.js"; }

constexpr std::size_t kPackedEnding = 3;
bool is_packed(std::string_view name) { return name.ends_with(".gz") || name.ends_with(".br"); }

std::unique_ptr<Assets> read() {
  auto assets = std::make_unique<Assets>();
  for (const embedded::File& file : embedded::assets()) {
    if (is_packed(file.name)) continue;
    const std::size_t ending = file.name.rfind('.');
    const std::string digest = base::to_hex(base::sha256(file.content)).substr(0, kDigits);
    const std::string name =
        fmt::format("{}-{}{}", file.name.substr(0, ending), digest, file.name.substr(ending));
    assets->addresses.emplace(file.name, "/assets/" + name);
    assets->names.emplace(file.name, name);
  }
  for (const embedded::File& file : embedded::assets()) {
    const bool packed = is_packed(file.name);
    const std::string plain(packed ? file.name.substr(0, file.name.size() - kPackedEnding)
                                   : file.name);
    std::string& name = assets->names.at(plain);
    if (packed) {
      const auto& [kept, unused] =
          *assets->names
               .emplace(std::string(file.name), name + std::string(file.name.substr(plain.size())))
               .first;
      assets->files.push_back({assets->names.at(kept), file.content});
    } else {
      assets->files.push_back({name, file.content});
    }
    if (belongs_at_root(plain)) assets->files.push_back(file);
  }
  return assets;
}

const Assets& assets() {
  static const std::unique_ptr<Assets> read_once = read();
  return *read_once;
}

}  // namespace

std::string_view asset_address(std::string_view name) {
  const auto found = assets().addresses.find(name);
  if (found == assets().addresses.end())
    throw std::out_of_range("no such asset: " + std::string(name));
  return found->second;
}

const std::vector<embedded::File>& hashed_assets() { return assets().files; }

}  // namespace mekenjai::pages
