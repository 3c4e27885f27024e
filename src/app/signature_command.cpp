#include "app/signature_command.hpp"

#include <filesystem>
#include <iostream>

#include "edge/eds/verify.hpp"

namespace mekenjai::app {
namespace {

using namespace edge::eds;

constexpr int kValid = 0, kNotValid = 1, kUsage = 2;
// Armour and line ends make a container larger by a third and a little; what is beyond is not read, but refused unread.
constexpr std::size_t kMaxFile = 2 * kMaxContainerBytes + 1;
constexpr std::size_t kMaxContent = 1024 * 1024 * 1024;  // signed apart; it is held in memory
constexpr std::size_t kMaxAnswer = 1024 * 1024;

Expectation expectation_of(const SignatureCommand& command) {
  Expectation expectation;
  expectation.use = command.login ? Use::login : Use::document;
  if (command.content) expectation.content = read_file(*command.content, kMaxContent);
  expectation.iin = command.iin;
  expectation.nonce = command.nonce;
  expectation.origin = command.origin;
  expectation.test_identities = command.test_identities;
  expectation.require_revocation = command.require_revocation;
  expectation.allow_archive = !command.login;
  if (command.login && !(command.nonce && command.origin)) throw Unusable{"--use login needs --nonce and --origin"};
  if (!command.login && (command.nonce || command.origin)) throw Unusable{"--nonce and --origin belong to --use login"};
  const bool digits = !command.iin || (command.iin->size() == 12 &&
                                       command.iin->find_first_not_of("0123456789") == std::string::npos);
  if (!digits) throw Unusable{"--iin takes the twelve digits of an IIN"};
  return expectation;
}

Evidence evidence_of(const SignatureCommand& command, const Trust& trust) {
  Evidence evidence;
  for (const std::string& file : command.ocsp) {
    const std::string bytes = read_file(file, kMaxAnswer);
    evidence.ocsp.push_back({bytes, std::nullopt});
  }
  if (!command.crl) return evidence;
  std::error_code error;
  if (!std::filesystem::is_directory(*command.crl, error)) throw Unusable{*command.crl + " is not a folder of revocation lists"};
  std::vector<std::string> faults;
  evidence.crls = std::make_shared<const CrlSet>(CrlSet::from_folder(*command.crl, trust, faults));
  for (const std::string& fault : faults) std::cerr << "not used: " << fault << "\n";
  return evidence;
}

std::string_view sentence(Answer answer) {
  switch (answer) {
    case Answer::valid: return "valid";
    case Answer::invalid: return "not valid";
    case Answer::cannot_tell: return "cannot be told: nothing believable says whether the certificate was revoked";
  }
  return "";
}

}  // namespace

int verify_signature(const SignatureCommand& command) {
  try {
    const Instant at = moment(command.at);
    const Expectation expectation = expectation_of(command);
    const std::string bytes = read_head(command.file, kMaxFile);
    const Trust trust = read_trust(command.trust);
    const Evidence evidence = evidence_of(command, trust);
    const Verdict verdict = verify(bytes, expectation, trust, evidence, at);
    std::cout << report_json(verdict) << "\n";
    std::cerr << sentence(verdict.answer()) << "\n";
    if (verdict.fault) std::cerr << describe(*verdict.fault) << "\n";
    return verdict.valid() ? kValid : kNotValid;
  } catch (const Unusable& unusable) {
    std::cerr << unusable.sentence << "\n";
    return kUsage;
  }
}

}  // namespace mekenjai::app
