// `mekenjai signature verify`: a signature judged without a service, by anybody who has the anchors.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/command_input.hpp"

namespace mekenjai::app {

struct SignatureCommand {
  std::string file;                            // CMS (DER, base64, PEM) or XML
  std::optional<std::string> content;          // file that must have been signed; needed for a detached CMS
  std::string trust = kTrustFolder;            // folder of certificates
  std::optional<std::string> at;               // RFC 3339; now, where there is none
  bool login = false;
  std::optional<std::string> iin, nonce, origin;
  bool require_revocation = true;
  std::vector<std::string> ocsp;               // files
  std::optional<std::string> crl;              // folder
  bool test_identities = false;
};

/// Prints the report (contract, section 6) to standard output and sentences to standard error. Exit code: 0 valid,
/// 1 not valid or not to be told, 2 where a file or an option cannot be used; then nothing is printed to standard output.
int verify_signature(const SignatureCommand& command);

}  // namespace mekenjai::app
