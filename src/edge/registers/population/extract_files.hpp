// The thirteen files of a population while they are written.
#pragma once

#include <array>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

namespace mekenjai::edge::registers::population {

enum class ExtractFile {
  persons,
  relations,
  phones,
  organisations,
  dwellings,
  rights,
  encumbrances,
  leases,
  lease_members,
  residences,
  students,
  centres,
  staff
};
inline constexpr std::size_t kExtractFiles = 13;

class ExtractFiles {
 public:
  /// Opens all files in the folder and writes their headers.
  explicit ExtractFiles(const std::filesystem::path& folder);

  /// Writes a row; cells that need it are quoted.
  void row(ExtractFile file, std::initializer_list<std::string_view> cells);
  /// Closes the files. The name of the first one that could not be written, if any.
  std::optional<std::string> finish();

 private:
  std::filesystem::path path_of(std::size_t file) const;

  std::filesystem::path folder_;
  std::array<std::ofstream, kExtractFiles> out_;
  std::string line_;
};

}  // namespace mekenjai::edge::registers::population
