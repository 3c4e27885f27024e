// `mekenjai sandbox key`, `sandbox sign` and `sandbox trust`: what a person has at home, for people of a sandbox.
#pragma once

#include <string>

namespace mekenjai::app {

struct SandboxKeyOptions {
  std::string iin, out;
  std::string algorithm = "gost";  // or "rsa"
  std::string password = "Qwerty12";
  std::string name = "ТЕСТОВ ТЕСТ";  // surname, given name and perhaps patronymic
};
/// Writes a key file that any sandbox believes (for RSA two, as НУЦ РК gives them out). Exit code.
int sandbox_key(const SandboxKeyOptions& options);

struct SandboxSignOptions {
  std::string key, file;  // file "-": standard input
  std::string password = "Qwerty12";
  bool xml = false, detached = false, der = false;
};
/// Prints a CMS, or the signed XML, to standard output. Exit code.
int sandbox_sign(const SandboxSignOptions& options);

/// Writes the certificates that a sandbox trusts into a folder, for `signature verify --trust`. Exit code.
int sandbox_trust(const std::string& folder);

}  // namespace mekenjai::app
