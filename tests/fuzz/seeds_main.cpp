// Runs every file of the folders (or the files) that are named once through a fuzz target, in any build: so that a
// target and its corpus cannot rot between two fuzzings. Each file is also cut short at a few places.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t kCuts = 8;

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

void run_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::printf("%s\n", path.c_str());
  std::fflush(stdout);  // the last line names the culprit
  run(bytes);
  for (std::size_t cut = 1; cut <= kCuts; ++cut) run(bytes.substr(0, bytes.size() * cut / (kCuts + 1)));
}

}  // namespace

int main(int count, char** names) {
  std::size_t files = 0;
  run("");
  for (int i = 1; i < count; ++i) {
    if (std::filesystem::is_regular_file(names[i])) {
      run_file(names[i]);
      ++files;
      continue;
    }
    for (const auto& entry : std::filesystem::directory_iterator(names[i])) {
      if (!entry.is_regular_file()) continue;
      run_file(entry.path());
      ++files;
    }
  }
  std::printf("%zu files\n", files);
  return files == 0 ? 1 : 0;
}
