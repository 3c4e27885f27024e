// The program: one command line, a part behind each command.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>

#include "app/journal_commands.hpp"
#include "app/ocsp_command.hpp"
#include "app/sandbox_key_commands.hpp"
#include "app/serve.hpp"
#include "app/signature_command.hpp"
#include "edge/registers/import.hpp"
#include "edge/registers/population/population.hpp"
#include "edge/registers/schema.hpp"
#include "store/schema.hpp"

namespace {

using namespace mekenjai;

constexpr int kDone = 0, kFailed = 1, kUsage = 2;

/// A bar on a terminal, nothing in a log.
class Bar {
 public:
  void operator()(std::string_view what, std::uint64_t done, std::uint64_t total) {
    if (!terminal_ || total == 0) return;
    const int percent = static_cast<int>(done * 100 / total);
    if (percent == percent_ && what == what_) return;
    percent_ = percent;
    what_ = what;
    const int filled = percent * kWidth / 100;
    std::cerr << fmt::format("\r{:<10} [{}{}] {:3} %", what, std::string(static_cast<std::size_t>(filled), '#'),
                             std::string(static_cast<std::size_t>(kWidth - filled), ' '), percent)
              << std::flush;
  }
  ~Bar() {
    if (percent_ >= 0) std::cerr << "\n";
  }

 private:
  static constexpr int kWidth = 40;
  const bool terminal_ = isatty(STDERR_FILENO) == 1;
  int percent_ = -1;
  std::string what_;
};

/// `mekenjai signature verify`; the exit code goes where `exit_code` says.
void add_signature_commands(CLI::App& program, int& exit_code) {
  CLI::App* signature = program.add_subcommand("signature", "Electronic signatures (ЭЦП, ЭЦҚ).");
  signature->require_subcommand(1);
  CLI::App* verify = signature->add_subcommand(
      "verify", "Checks a CMS (DER, base64 or PEM) or XML signature and prints a report in JSON. Asks nobody: anchors, OCSP "
                "answers and revocation lists come from files. Exit code 0: valid, 1: not valid or not to be told, 2: wrong usage.");
  const auto command = std::make_shared<app::SignatureCommand>();
  const auto use = std::make_shared<std::string>("sign");
  const auto revocation = std::make_shared<std::string>("require");
  verify->add_option("FILE", command->file, "the signature")->required();
  verify->add_option("--content", command->content, "file that must have been signed; needed for a detached CMS");
  verify->add_option("--trust", command->trust, "folder of certificates; self-signed ones are the anchors, others intermediates")
      ->capture_default_str();
  verify->add_option("--at", command->at, "judge at this moment (RFC 3339) instead of now");
  verify->add_option("--use", *use, "sign: a natural person's document; login: a login challenge")
      ->check(CLI::IsMember({"sign", "login"}))->capture_default_str();
  verify->add_option("--iin", command->iin, "the IIN of every signer");
  verify->add_option("--nonce", command->nonce, "with --use login: the challenge's nonce");
  verify->add_option("--origin", command->origin, "with --use login: the site that asked, such as https://mekenjai.kz");
  verify->add_option("--revocation", *revocation, "ignore: no answer about revocation is no fault")
      ->check(CLI::IsMember({"require", "ignore"}))->capture_default_str();
  verify->add_option("--ocsp", command->ocsp, "file with an OCSP answer (DER); may be repeated")->expected(1)->take_all();
  verify->add_option("--crl", command->crl, "folder of revocation lists, full and delta");
  verify->add_flag("--test-identities", command->test_identities, "accept IINs that no calendar allows (test keys)");
  verify->footer("Example: mekenjai signature verify --trust anchors --ocsp answer.der --content statement.pdf statement.pdf.cms\n"
                 "The report, the reasons and all that is checked: man mekenjai-signature");
  verify->callback([=, &exit_code] {
    command->login = *use == "login";
    command->require_revocation = *revocation == "require";
    exit_code = app::verify_signature(*command);
  });
}

/// `mekenjai ocsp check`; the exit code goes where `exit_code` says.
void add_ocsp_commands(CLI::App& program, int& exit_code) {
  CLI::App* ocsp = program.add_subcommand("ocsp", "Answers of OCSP responders: whether a certificate is revoked.");
  ocsp->require_subcommand(1);
  CLI::App* check = ocsp->add_subcommand(
      "check", "Judges an OCSP response (DER) about a certificate and prints {status, revoked_at, reason} in JSON. Asks nobody. "
               "Exit code 0: good, 1: anything else, 2: wrong usage.");
  const auto command = std::make_shared<app::OcspCommand>();
  check->add_option("FILE", command->file, "the response")->required();
  check->add_option("--cert", command->certificate, "the certificate it is about (DER, base64 or PEM)")->required();
  check->add_option("--trust", command->trust, "folder of certificates, the issuer's and its anchor among them")->capture_default_str();
  check->add_option("--at", command->at, "judge at this moment (RFC 3339) instead of now");
  check->add_option("--nonce", command->nonce, "the nonce of the request, in hexadecimal; it must be in the response");
  check->footer("Example: mekenjai ocsp check --cert aigul.cer --trust anchors --nonce 6f1d0c8a answer.der\n"
                "prints {\"status\":\"good\",\"revoked_at\":null,\"reason\":null}");
  check->callback([=, &exit_code] { exit_code = app::check_ocsp(*command); });
}

int import(const std::string& data, const std::string& folder) {
  using edge::registers::ImportStage;
  std::filesystem::create_directories(data);
  store::sqlite::Database database(store::database_file(data), store::sqlite::Access::read_write, 256 * 1024);
  edge::registers::create_register_tables(database);
  store::migrate(database);
  edge::registers::ImportReport report;
  {
    Bar bar;
    report = edge::registers::import_folder(database, folder, [&](ImportStage stage, std::uint64_t done, std::uint64_t total) {
      static constexpr std::string_view kStages[] = {"checking", "writing", "indexing"};
      bar(kStages[static_cast<std::size_t>(stage)], done, total);
    });
  }
  for (const auto& error : report.errors) std::cerr << edge::registers::describe(error) << "\n";
  if (!report.ok()) {
    std::cerr << "nothing was imported\n";
    return kFailed;
  }
  for (const auto& file : report.files) std::cout << fmt::format("{} {}\n", file.file, file.rows);
  return kDone;
}

int write_people(const edge::registers::population::PopulationConfig& config) {
  Bar bar;
  const auto written = edge::registers::population::write_population(
      config, [&](std::uint64_t done, std::uint64_t total) { bar("people", done, total); });
  if (written) return kDone;
  std::cerr << written.error() << "\n";
  return kFailed;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("Mekenjai: registration at the place of residence, decided by rules.", "mekenjai");
  program.require_subcommand(1);
  program.set_version_flag("--version", MEKENJAI_VERSION);
  int exit_code = kDone;

  std::string data, listen, config_file;
  bool sandbox = false;
  CLI::App* serve = program.add_subcommand("serve", "Runs the service until it is told to stop (SIGTERM).");
  serve->add_option("--config", config_file, "TOML file; every key has a default (README)");
  serve->add_option("--data", data, "folder of the embedded database");
  serve->add_option("--listen", listen, "ADDR:PORT; port 0 picks a free one");
  serve->add_flag("--sandbox", sandbox, "with phones, clock and register switches to play with; loopback only");
  serve->callback([&] {
    app::Config config;
    if (!config_file.empty()) {
      const auto read = app::read_config(config_file);
      if (!read) {
        std::cerr << read.error() << "\n";
        exit_code = kUsage;
        return;
      }
      config = *read;
    }
    if (!data.empty()) config.data = data;
    if (!listen.empty()) config.server.listen = listen;
    exit_code = app::serve(config, sandbox);
  });

  std::string folder;
  CLI::App* import_command = program.add_subcommand("import", "Loads register extracts: all of a folder or nothing.");
  import_command->add_option("--data", data, "folder of the embedded database")->required();
  import_command->add_option("FOLDER", folder, "folder with persons.csv, dwellings.csv … (docs/formats/registers.md)")
      ->required();
  import_command->callback([&] { exit_code = import(data, folder); });

  edge::registers::population::PopulationConfig population;
  std::string out;
  CLI::App* people = program.add_subcommand("sandbox-population", "Writes a synthetic population as register extracts.");
  people->add_option("--persons", population.persons, "how many people")->required()->check(CLI::Range(std::uint64_t{1}, edge::registers::population::kMaxPersons));
  people->add_option("--seed", population.seed, "the same seed gives the same bytes")->required();
  people->add_option("--out", out, "folder to write into")->required();
  people->callback([&] {
    population.out = out;
    exit_code = write_people(population);
  });

  CLI::App* journal = program.add_subcommand("journal", "The record of everything that happened.");
  journal->require_subcommand(1);
  CLI::App* verify = journal->add_subcommand("verify", "Checks the hash chain; prints the head's number and hash.");
  verify->add_option("--data", data, "folder of the embedded database")->required();
  verify->callback([&] { exit_code = app::journal_verify(data); });
  CLI::App* rebuild = journal->add_subcommand("rebuild", "Makes the state anew from the journal; the service must stand still.");
  rebuild->add_option("--data", data, "folder of the embedded database")->required();
  rebuild->callback([&] { exit_code = app::journal_rebuild(data); });

  app::SandboxKeyOptions sandbox_key;
  app::SandboxSignOptions sandbox_sign;
  CLI::App* sandbox_tools = program.add_subcommand("sandbox", "What the people of a sandbox have at home: keys, and a way to sign with them.");
  sandbox_tools->require_subcommand(1);
  CLI::App* key = sandbox_tools->add_subcommand("key", "Issues a person of the sandbox a key with a certificate, in the profile of НУЦ РК.");
  key->add_option("--iin", sandbox_key.iin, "whose key")->required();
  key->add_option("--out", sandbox_key.out, "the key file to write (.p12); with rsa its pair AUTH_… is written beside it")->required();
  key->add_option("--algorithm", sandbox_key.algorithm, "gost: one key signs and logs in; rsa: a key for each")
      ->check(CLI::IsMember({"gost", "rsa"}))->capture_default_str();
  key->add_option("--password", sandbox_key.password, "of the key file")->capture_default_str();
  key->add_option("--name", sandbox_key.name, "surname, given name, patronymic")->capture_default_str();
  key->footer("Example:\n  mekenjai sandbox key --iin 900101300017 --out aigul.p12 --name \"АХМЕТОВА АЙГҮЛ\"\n"
              "Every service started with --sandbox believes such keys, no other does.");
  key->callback([&] { exit_code = app::sandbox_key(sandbox_key); });
  CLI::App* sign = sandbox_tools->add_subcommand("sign", "Signs a file as NCALayer would; prints the signature (CMS, PEM) or the signed XML.");
  sign->add_option("--key", sandbox_sign.key, "key file (.p12)")->required();
  sign->add_option("--password", sandbox_sign.password, "of the key file")->capture_default_str();
  sign->add_flag("--xml", sandbox_sign.xml, "an enveloped signature inside the XML document");
  sign->add_flag("--detached", sandbox_sign.detached, "the signature without the content");
  sign->add_flag("--der", sandbox_sign.der, "raw octets instead of PEM");
  sign->add_option("FILE", sandbox_sign.file, "what to sign; - is standard input")->required();
  sign->footer("Examples:\n  mekenjai sandbox sign --key aigul.p12 --detached document.json > document.cms\n"
               "  mekenjai sandbox sign --key aigul.p12 --xml challenge.xml > signed.xml");
  sign->callback([&] { exit_code = app::sandbox_sign(sandbox_sign); });
  std::string trust_folder;
  CLI::App* trust = sandbox_tools->add_subcommand("trust", "Writes the certificates of the sandbox's authority, which vouch for its keys.");
  trust->add_option("--out", trust_folder, "folder to write into")->required();
  trust->footer("Example:\n  mekenjai sandbox trust --out trust && mekenjai signature verify --trust trust --revocation ignore signed.xml");
  trust->callback([&] { exit_code = app::sandbox_trust(trust_folder); });

  add_signature_commands(program, exit_code);
  add_ocsp_commands(program, exit_code);

  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? kDone : kUsage;
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return kFailed;
  }
  return exit_code;
}
