#include "app/journal_commands.hpp"

#include <filesystem>
#include <iostream>

#include "app/folder_lock.hpp"
#include "edge/registers/schema.hpp"
#include "flow/ledger.hpp"
#include "store/schema.hpp"

namespace mekenjai::app {
namespace {

bool has_data(const std::string& data) {
  if (std::filesystem::exists(store::database_file(data))) return true;
  std::cerr << store::database_file(data) << " is not there; --data names the folder of a service\n";
  return false;
}

}  // namespace

int journal_verify(const std::string& data) {
  if (!has_data(data)) return 1;
  store::sqlite::Database database(store::database_file(data), store::sqlite::Access::read_only);
  const store::Verification found = store::verify_journal(database);
  if (found.bad) {
    std::cout << fmt::format("bad entry {}: {}\n", found.bad->sequence, found.bad->what);
    return 1;
  }
  std::cout << fmt::format("{} {}\n", found.head.sequence, base::to_hex(found.head.hash));
  return 0;
}

int journal_rebuild(const std::string& data) {
  if (!has_data(data)) return 1;
  const FolderLock lock(data);
  if (!lock.held()) {
    std::cerr << data << " is in use by a running mekenjai; stop it first\n";
    return 1;
  }
  store::sqlite::Database database(store::database_file(data), store::sqlite::Access::read_write);
  const store::Verification found = store::verify_journal(database);
  if (found.bad) {
    std::cerr << fmt::format("bad entry {}: {}; nothing was changed\n", found.bad->sequence, found.bad->what);
    return 1;
  }
  edge::registers::create_register_tables(database);
  store::migrate(database);
  const base::SystemClock clock;
  const edge::registers::Switches switches;
  flow::Ledger ledger(database, clock, switches, std::make_shared<edge::registers::AddressWordsCache>());
  store::sqlite::Transaction transaction(database);
  store::clear_state(database);
  ledger.clear_entries();
  store::each_record(database, [&](const journal::Record& record) { ledger.fold(record); });
  transaction.commit();
  std::cout << fmt::format("rebuilt from {} entries\n", found.head.sequence);
  return 0;
}

}  // namespace mekenjai::app
