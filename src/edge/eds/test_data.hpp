// For tests: the generated cases that stand in the project (tests/data/eds/derived, README of what they are in MANIFEST.tsv).
// They are to be judged at `kDerivedNow` with `derived_trust()`.
#pragma once

#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "edge/eds/pki/trust.hpp"

namespace mekenjai::edge::eds {

inline constexpr Instant kDerivedNow =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + std::chrono::hours{12};

/// The bytes of a file of the generated cases: "o02.ocsp".
inline std::string derived_file(const std::string& name) {
  const std::string path = fmt::format("{}/eds/derived/{}", MEKENJAI_TEST_DATA, name);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error(path + " is missing");
  return {std::istreambuf_iterator<char>(file), {}};
}

inline CertificatePtr derived_certificate(const std::string& name) {
  auto read = Certificate::read(derived_file(name));
  if (!read) throw std::runtime_error(name + ": " + describe(read.error()));
  return *std::move(read);
}

inline Trust derived_trust() {
  return Trust({derived_certificate("derived_root.cer"), derived_certificate("derived_nca.cer")});
}

/// A row of the MANIFEST.
struct DerivedCase {
  std::string id, expected, why;
  std::vector<std::string> files;
};

/// Those whose id begins with the letter: c CMS, x XML, o OCSP, l login.
inline std::vector<DerivedCase> derived_cases(char letter) {
  std::vector<DerivedCase> cases;
  std::istringstream rows(derived_file("MANIFEST.tsv"));
  for (std::string row; std::getline(rows, row);) {
    if (row.empty() || row.front() != letter || row.starts_with("id\t")) continue;
    std::istringstream cells(row);
    DerivedCase one;
    std::string files;
    std::getline(cells, one.id, '\t');
    std::getline(cells, files, '\t');
    std::getline(cells, one.expected, '\t');
    std::getline(cells, one.why, '\t');
    std::istringstream names(files);
    for (std::string name; names >> name;) one.files.push_back(name);
    cases.push_back(std::move(one));
  }
  return cases;
}

}  // namespace mekenjai::edge::eds
