// For tests: the public samples (certificates, signatures, test keys) that may stand beside the project in ../shared/pki
// or where MEKENJAI_SHARED says. They are not ours to copy, so a test over them is skipped where they are missing:
//   const auto certificate = shared_file("pki/ca/prod/nca_rsa_2022.cer");
//   if (!certificate) GTEST_SKIP() << kNoSharedSamples;
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace mekenjai::edge::eds {

inline constexpr const char* kNoSharedSamples =
    "the public samples (shared/pki) do not stand beside the project, so nothing was checked against them";

inline std::filesystem::path shared_path(const std::string& name) {
  const char* set = std::getenv("MEKENJAI_SHARED");
  return std::filesystem::path(set != nullptr ? set : MEKENJAI_SHARED_DIR) / name;
}

/// The bytes of a file under shared/, by its path there; nothing where it is missing.
inline std::optional<std::string> shared_file(const std::string& name) {
  std::ifstream file(shared_path(name), std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

/// The names ("pki/ca/prod/nca_rsa_2022.cer") of the files of a folder under shared/, sorted; empty where it is missing.
inline std::vector<std::string> shared_files(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(shared_path(folder), missing)) {
    if (entry.is_regular_file()) names.push_back(folder + "/" + entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace mekenjai::edge::eds
