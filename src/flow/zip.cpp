#include "flow/zip.hpp"

#include <zlib.h>

namespace mekenjai::flow {
namespace {

void put(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> 8 * i & 0xFF);
}

/// MS-DOS time and date, in two halves of 16 bits.
std::uint32_t dos_time(base::Instant at) {
  const base::Date day = base::civil_date(at);
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(at - base::start_of_day(day)).count();
  const auto time = static_cast<std::uint32_t>(seconds / 3600 << 11 | seconds / 60 % 60 << 5 | seconds % 60 / 2);
  const auto date = static_cast<std::uint32_t>((static_cast<int>(day.year()) - 1980) << 9) | unsigned{day.month()} << 5 |
                    unsigned{day.day()};
  return date << 16 | time;
}

/// What the entry's own head and its line in the directory have in common.
std::string head(const std::string& name, const std::string& content, std::uint32_t time) {
  std::string out;
  put(out, 20, 2);  // version needed
  put(out, 0, 2);   // flags
  put(out, 0, 2);   // stored
  put(out, time, 4);
  put(out, crc32(0, reinterpret_cast<const Bytef*>(content.data()), static_cast<uInt>(content.size())), 4);
  put(out, content.size(), 4);
  put(out, content.size(), 4);
  put(out, name.size(), 2);
  put(out, 0, 2);  // no extra field
  return out;
}

}  // namespace

std::string zip(const std::vector<std::pair<std::string, std::string>>& entries, base::Instant at) {
  const std::uint32_t time = dos_time(at);
  std::string out, directory;
  for (const auto& [name, content] : entries) {
    const std::string common = head(name, content, time);
    directory += "PK\x01\x02";
    put(directory, 20, 2);  // version made by
    directory += common;
    put(directory, 0, 2);           // no comment
    put(directory, 0, 2);           // disk
    put(directory, 0, 2);           // internal attributes
    put(directory, 0, 4);           // external attributes
    put(directory, out.size(), 4);  // where the entry begins
    directory += name;
    out += "PK\x03\x04" + common + name + content;
  }
  const std::size_t begins = out.size();
  out += directory + "PK\x05\x06";
  put(out, 0, 4);  // disks
  put(out, entries.size(), 2);
  put(out, entries.size(), 2);
  put(out, directory.size(), 4);
  put(out, begins, 4);
  put(out, 0, 2);  // no comment
  return out;
}

}  // namespace mekenjai::flow
