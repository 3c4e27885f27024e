// The editions built into the program (cmake/embed.cmake).
#include <stdexcept>

#include "base/embedded.hpp"
#include "policy/policy.hpp"

namespace mekenjai::policy {

const Editions& Editions::built_in() {
  static const Editions editions = [] {
    std::vector<std::pair<std::string, std::string>> files;
    for (const embedded::File& file : embedded::policies()) {
      files.emplace_back(file.name, file.content);
    }
    base::Result<Editions> parsed = parse(files);
    // Tests read the same files: a broken edition never leaves the build.
    if (!parsed) {
      throw std::logic_error("policy built into the program: " + text_of(parsed.error()));
    }
    return std::move(*parsed);
  }();
  return editions;
}

}  // namespace mekenjai::policy
