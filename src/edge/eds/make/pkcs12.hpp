// Key files as НУЦ РК gives them out: PKCS#12 with the old password schemes (SHA-1 MAC, 3DES for the key, RC2-40 for the
// certificate), which OpenSSL keeps in its provider "legacy".
#pragma once

#include "edge/eds/make/issue.hpp"

namespace mekenjai::edge::eds::make {

inline constexpr std::size_t kMaxPkcs12Bytes = 256 * 1024;
inline constexpr std::size_t kMaxPassword = 256;
inline constexpr long kMaxPkcs12Iterations = 50'000;  // a real file has 1,024; all parts together stay within two seconds
inline constexpr int kMaxPkcs12Parts = 8;              // safes, and bags in a safe

/// Faults: malformed; wrong_person where the password does not open it; bad_certificate where key and certificate do
/// not belong together; weak_algorithm for keys outside the closed list.
Checked<Identity> read_pkcs12(std::string_view bytes, std::string_view password);
std::string write_pkcs12(const Identity& identity, std::string_view password);

}  // namespace mekenjai::edge::eds::make
