#include "edge/registers/population/extract_files.hpp"

#include "edge/registers/extracts.hpp"

namespace mekenjai::edge::registers::population {

std::filesystem::path ExtractFiles::path_of(std::size_t file) const {
  return folder_ / extracts()[file].file;
}

ExtractFiles::ExtractFiles(const std::filesystem::path& folder) : folder_(folder) {
  for (std::size_t file = 0; file < kExtractFiles; ++file) {
    out_[file].open(path_of(file), std::ios::binary | std::ios::trunc);
    std::string header;
    for (const Column& column : extracts()[file].columns) {
      if (!header.empty()) header += ',';
      header += column.name;
    }
    out_[file] << header << '\n';
  }
}

void ExtractFiles::row(ExtractFile file, std::initializer_list<std::string_view> cells) {
  line_.clear();
  bool first = true;
  for (const std::string_view cell : cells) {
    if (!std::exchange(first, false)) line_ += ',';
    if (cell.find_first_of(",\"\r\n") == std::string_view::npos) {
      line_ += cell;
      continue;
    }
    line_ += '"';
    for (const char c : cell) {
      if (c == '"') line_ += '"';
      line_ += c;
    }
    line_ += '"';
  }
  line_ += '\n';
  out_[static_cast<std::size_t>(file)].write(line_.data(),
                                             static_cast<std::streamsize>(line_.size()));
}

std::optional<std::string> ExtractFiles::finish() {
  std::optional<std::string> failed;
  for (std::size_t file = 0; file < kExtractFiles; ++file) {
    out_[file].close();
    if (!out_[file] && !failed) failed = path_of(file).string();
  }
  return failed;
}

}  // namespace mekenjai::edge::registers::population
