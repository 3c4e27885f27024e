// What every fuzz target shares. Its certification authority is the sandbox's, whose keys are in the source: only who
// holds them can sign, and a fuzzer does not think of using them. So whatever is "valid" is one of the things that were
// signed when the corpus was made, and all of those are named here.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "edge/eds/make/sandbox_authority.hpp"
#include "edge/eds/pki/trust.hpp"

namespace mekenjai::fuzz {

using namespace edge::eds;  // NOLINT: programs, not a library
using namespace std::chrono_literals;

inline constexpr base::Instant kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 12h;

inline constexpr std::string_view kDocument = R"({"kind":"permanent","rka":"1234567890123456"})";
inline constexpr std::string_view kXmlDocument =
    R"(<application xmlns="urn:mekenjai" number="26-000001" sha256="00ff"><person Id="p1"><name>Әйгерім</name></person></application>)";
inline constexpr std::string_view kLogin =
    "<login><nonce>Zm9v</nonce><origin>https://mekenjai.test</origin><issued>2026-11-22T16:58:00+05:00</issued></"
    "login>";
inline constexpr std::string_view kPassword = "mekenjai";
/// Of the certificate that OCSP answers and lists of the corpus are about.
inline constexpr std::string_view kSerial =
    "\x5a\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13";

/// Input that begins with this is signed by the harness before it is read, so that mutations come past the signature.
inline constexpr std::string_view kSignPlease = "SIGN";

inline const make::SandboxAuthority& authority() { return make::SandboxAuthority::instance(); }

inline const Trust& trust() {
  static const Trust trust(authority().certificates());
  return trust;
}

/// A person's certificate of that serial, by the sandbox's issuer; made at every start.
inline const CertificatePtr& certificate() {
  static const CertificatePtr made = [] {
    make::CertificateOrder order =
        make::person_order({"123456789011", "ТЕСТОВА", "ӘЙГЕРІМ", "", {}, {}}, crypto::KeyKind::gost2015, kNow - 24h);
    order.serial = std::string(kSerial);
    const auto key = crypto::PrivateKey::gost_from_seed(std::string(64, 'f'));
    return make::issue(order, key, &authority().issuer(crypto::KeyKind::gost2015));
  }();
  return made;
}

/// An invariant. Aborts, so that the fuzzer keeps the input.
inline void require(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "not so: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

inline std::string_view view(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Takes the mark off input that the harness is asked to sign.
inline bool asks_to_be_signed(std::string_view& bytes) {
  if (!bytes.starts_with(kSignPlease)) return false;
  bytes.remove_prefix(kSignPlease.size());
  return true;
}

}  // namespace mekenjai::fuzz
