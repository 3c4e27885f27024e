// Parts by themselves: journal appends a second beside raw inserts of the same rows.
#include <benchmark/benchmark.h>

#include <filesystem>

#include "store/journal_table.hpp"
#include "store/schema.hpp"

namespace {

using namespace mekenjai;

constexpr std::string_view kPayload =
    R"({"channel":"sms","consent":"01a20788-e1ba-7757-9a57-4ea8389e7356","all":true,"messages":[]})";
constexpr int kBatch = 32;

struct Folder {
  Folder() {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  const std::string path = (std::filesystem::temp_directory_path() / "mekenjai-bench-journal").string();
};

void journal_appends(benchmark::State& state) {
  const Folder folder;
  store::sqlite::Database database(store::database_file(folder.path), store::sqlite::Access::read_write);
  store::migrate(database);
  store::JournalTable journal(database);
  for (auto _ : state) {
    store::sqlite::Transaction transaction(database);
    for (int i = 0; i < kBatch; ++i) {
      journal::Record record{0, base::Instant{base::Millis{i}}, "owner", "consent_granted", "01a20788-e1ba-7757-9a57-4ea8389e7356", kPayload, {}};
      journal.append(record);
    }
    transaction.commit();
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(journal_appends)->Unit(benchmark::kMicrosecond);

/// The limit: the same bytes in the same table without chain and hashes.
void raw_inserts(benchmark::State& state) {
  const Folder folder;
  store::sqlite::Database database(store::database_file(folder.path), store::sqlite::Access::read_write);
  store::migrate(database);
  auto insert = database.prepare("INSERT INTO journal VALUES(?,?,?,?,?,?,?,?)");
  const std::string hash(32, 'x');
  std::int64_t sequence = 0;
  for (auto _ : state) {
    store::sqlite::Transaction transaction(database);
    for (int i = 0; i < kBatch; ++i) {
      insert.reset();
      insert.bind(1, ++sequence).bind(2, i).bind(3, "owner").bind(4, "consent_granted").bind(5, "01a20788-e1ba-7757-9a57-4ea8389e7356");
      insert.bind(6, kPayload).bind_blob(7, hash).bind_blob(8, hash).run();
    }
    transaction.commit();
  }
  state.SetItemsProcessed(state.iterations() * kBatch);
}
BENCHMARK(raw_inserts)->Unit(benchmark::kMicrosecond);

}  // namespace
