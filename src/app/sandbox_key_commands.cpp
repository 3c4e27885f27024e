#include "app/sandbox_key_commands.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include "domain/ids.hpp"
#include "edge/eds/make/pkcs12.hpp"
#include "edge/eds/make/sandbox_authority.hpp"
#include "edge/eds/make/sign.hpp"

namespace mekenjai::app {
namespace {

namespace eds = edge::eds;
namespace make = edge::eds::make;

constexpr int kDone = 0, kFailed = 1, kUsage = 2;

base::Instant now() { return std::chrono::floor<base::Millis>(std::chrono::system_clock::now()); }

/// A key is for its owner's eyes, also where the file was there before.
bool write_secret(const std::filesystem::path& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR);
  bool written = file >= 0 && ::fchmod(file, S_IRUSR | S_IWUSR) == 0;
  while (written && !bytes.empty()) {
    const ssize_t count = ::write(file, bytes.data(), bytes.size());
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    written = count > 0 || errno == EINTR;
  }
  if (!written) std::cerr << fmt::format("{}: {}\n", path.string(), std::strerror(errno));
  if (file >= 0) written = ::close(file) == 0 && written;
  return written;
}

std::optional<std::string> read_all(const std::string& name) {
  if (name == "-") return std::string(std::istreambuf_iterator<char>(std::cin), {});
  std::ifstream file(name, std::ios::binary);
  std::ostringstream bytes;
  if (file && std::filesystem::is_regular_file(name)) bytes << file.rdbuf();
  if (file && bytes.good() && std::filesystem::is_regular_file(name)) return std::move(bytes).str();
  std::cerr << name << " cannot be read\n";
  return std::nullopt;
}

/// "ФАМИЛИЯ ИМЯ ОТЧЕСТВО"; nothing without a surname and a given name.
std::optional<make::Person> person_of(const SandboxKeyOptions& options) {
  std::istringstream words(options.name);
  make::Person person;
  person.iin = options.iin;
  if (!base::is_utf8(options.name) || !(words >> person.surname >> person.given_name)) return std::nullopt;
  std::getline(words >> std::ws, person.patronymic);
  return person;
}

bool write_key(const std::filesystem::path& path, const make::Identity& identity, const std::string& password,
               std::string_view what) {
  if (!write_secret(path, make::write_pkcs12(identity, password))) return false;
  std::cerr << fmt::format("{}: {}, serial {}\n", path.string(), what, identity.certificate->serial_hex());
  return true;
}

bool write_keys(const SandboxKeyOptions& options, const make::Person& person) {
  const auto& authority = make::SandboxAuthority::instance();
  const std::filesystem::path path(options.out);
  if (options.algorithm == "gost") {
    const make::Identity both = authority.issue_to(person, eds::crypto::KeyKind::gost2015, now());
    return write_key(path, both, options.password, "signs and logs in");
  }
  const make::Identity sign = authority.issue_to(person, eds::crypto::KeyKind::rsa, now(), make::RsaUse::sign);
  const make::Identity login = authority.issue_to(person, eds::crypto::KeyKind::rsa, now(), make::RsaUse::authenticate);
  return write_key(path, sign, options.password, "signs") &&
         write_key(path.parent_path() / ("AUTH_" + path.filename().string()), login, options.password, "logs in");
}

int print_signed_xml(const std::string& document, const make::Identity& identity) {
  const auto signed_document = make::sign_xml(document, identity);
  if (!signed_document) {
    std::cerr << eds::describe(signed_document.error()) << "\n";
    return kFailed;
  }
  std::cout << *signed_document;
  return kDone;
}

}  // namespace

int sandbox_key(const SandboxKeyOptions& options) {
  if (!domain::parse_iin(options.iin)) {
    std::cerr << "--iin: not an IIN (twelve digits, the last a check digit)\n";
    return kUsage;
  }
  const auto person = person_of(options);
  if (!person) {
    std::cerr << "--name: a surname and a given name, parted by a space\n";
    return kUsage;
  }
  if (options.password.size() > make::kMaxPassword) {
    std::cerr << fmt::format("--password: at most {} octets\n", make::kMaxPassword);
    return kUsage;
  }
  return write_keys(options, *person) ? kDone : kFailed;
}

int sandbox_sign(const SandboxSignOptions& options) {
  if (options.xml && (options.detached || options.der)) {
    std::cerr << "--xml puts the signature into the document: neither --detached nor --der goes with it\n";
    return kUsage;
  }
  const auto key_file = read_all(options.key);
  if (!key_file) return kFailed;
  const auto identity = make::read_pkcs12(*key_file, options.password);
  if (!identity) {
    std::cerr << options.key << ": " << identity.error().detail << "\n";
    return kFailed;
  }
  const auto content = read_all(options.file);
  if (!content) return kFailed;
  if (options.xml) return print_signed_xml(*content, *identity);
  const std::string cms = make::sign_cms(*content, *identity, now(), !options.detached);
  std::cout << (options.der ? cms : make::armoured(cms));
  return kDone;
}

int sandbox_trust(const std::string& folder) {
  std::filesystem::create_directories(folder);
  for (const auto& certificate : make::SandboxAuthority::instance().certificates()) {
    const bool root = certificate->self_issued();
    const bool rsa = certificate->key.kind() == eds::crypto::KeyKind::rsa;
    const std::filesystem::path path =
        std::filesystem::path(folder) / fmt::format("sandbox_{}_{}.cer", root ? "root" : "nca", rsa ? "rsa" : "gost");
    std::ofstream file(path, std::ios::binary);
    file << certificate->der;
    if (!file.flush()) {
      std::cerr << path.string() << " cannot be written\n";
      return kFailed;
    }
  }
  return kDone;
}

}  // namespace mekenjai::app
