// `mekenjai ocsp check`: an OCSP answer judged without a service and without asking anybody.
#pragma once

#include <optional>
#include <string>

#include "app/command_input.hpp"

namespace mekenjai::app {

struct OcspCommand {
  std::string file;                     // the answer, DER
  std::string certificate;              // DER, base64 or PEM
  std::string trust = kTrustFolder;     // the certificate's issuer is looked for here
  std::optional<std::string> at;        // RFC 3339; now, where there is none
  std::optional<std::string> nonce;     // hex of the octets that were sent
};

/// Prints `{status, revoked_at, reason}` in one line: `reason` is the revocation's reason, or why the answer is rejected or
/// there is none. Exit code: 0 good, 1 anything else, 2 where a file or an option cannot be used; then nothing is printed to
/// standard output.
int check_ocsp(const OcspCommand& command);

}  // namespace mekenjai::app
