// A small country for tests: a folder of extracts and a database of its own.
#pragma once

#include <filesystem>
#include <fstream>

#include "base/bytes.hpp"
#include "edge/registers/import.hpp"
#include "edge/registers/schema.hpp"

namespace mekenjai::edge::registers {

/// Removed with everything in it when the test is over.
class TestFolder {
 public:
  TestFolder()
      : path_(std::filesystem::temp_directory_path() /
              ("mekenjai-registers-" + base::to_hex(base::random_bytes(8)))) {
    std::filesystem::create_directories(path_);
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  TestFolder& operator=(const TestFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  void write(const std::string& file, std::string_view text) const {
    std::ofstream(path_ / file, std::ios::binary) << text;
  }
  void remove(const std::string& file) const { std::filesystem::remove(path_ / file); }

 private:
  std::filesystem::path path_;
};

inline domain::Iin iin(std::string_view digits) { return *domain::parse_iin(digits); }
inline domain::Rka rka(std::string_view digits) { return *domain::parse_rka(digits); }
inline base::Date date(std::string_view text) { return *base::parse_date(text); }

/// Registers with nothing in them, and a folder to fill them from.
class TestRegisters {
 public:
  TestRegisters()
      : database((store_.path() / "mekenjai.db").string(), store::sqlite::Access::read_write) {
    create_register_tables(database);
  }
  ImportReport import() { return import_folder(database, folder.path()); }
  /// The complaints as people read them.
  std::vector<std::string> complaints() {
    std::vector<std::string> all;
    for (const ImportError& error : import().errors) all.push_back(describe(error));
    return all;
  }
  std::string file() const { return (store_.path() / "mekenjai.db").string(); }

 private:
  TestFolder store_;

 public:
  TestFolder folder;
  store::sqlite::Database database;
};

inline constexpr std::string_view kPersonsHeader =
    "iin,surname,given_name,patronymic,sex,birth_date,death_date,citizenship,capacity,document_"
    "number,"
    "document_expires,language\n";
inline constexpr std::string_view kDwellingsHeader =
    "rka,kind,kato,region_kk,region_ru,locality_kk,locality_ru,street_kk,street_ru,house,flat,"
    "useful_area,actual\n";

// People and places whose numbers nobody holds: month 13.
inline constexpr std::string_view kAigerim = "991301300003", kBolat = "991301300404",
                                  kDana = "991301300416";
inline constexpr std::string_view kCompany = "991340000007";
inline constexpr std::string_view kFlat = "0201000000000118", kHouse = "0201000000000002";

}  // namespace mekenjai::edge::registers
