#include "flow/engine.hpp"

#include <spdlog/spdlog.h>

#include "edge/registers/schema.hpp"
#include "store/schema.hpp"

namespace mekenjai::flow {
namespace {

constexpr int kReaderCacheKib = 8 * 1024;

std::string code_secret(Ledger& ledger, store::sqlite::Database& database) {
  if (const auto kept = ledger.remembered("code_secret")) return base::from_hex(*kept).value_or("");
  const std::string secret = base::random_bytes(32);
  store::sqlite::Transaction transaction(database);
  ledger.remember("code_secret", base::to_hex(secret));
  transaction.commit();
  return secret;
}

}  // namespace

base::Problem internal_problem(std::exception_ptr failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const std::exception& error) {
    spdlog::error("a fault of ours: {}", error.what());
  } catch (...) {
    spdlog::error("a fault of ours without a name");
  }
  return {base::Trouble::internal, "internal", {}, 0, {}};
}

Reader::Reader(const std::string& file, const edge::registers::Switches& switches,
               std::shared_ptr<edge::registers::AddressWordsCache> addresses)
    : database(file, store::sqlite::Access::read_only, kReaderCacheKib),
      embedded(database, std::move(addresses)),
      registers(embedded, switches),
      cases(database),
      signatures(database),
      subscriptions(database),
      figures(database),
      session(database.prepare("SELECT iin, name, csrf, cookie, expires_at, seen_at, kiosk FROM sessions WHERE digest=?")),
      form(database.prepare("SELECT content FROM forms WHERE iin=?")),
      begin_(database.prepare("BEGIN")),
      end_(database.prepare("COMMIT")) {}

Engine::Engine(EngineConfig config, const base::Clock& clock, const policy::Editions& editions,
               edge::registers::Switches& switches)
    : config_(std::move(config)),
      clock_(clock),
      editions_(editions),
      switches_(switches),
      notices_(config_.cyrillic_sms),
      database_(config_.database_file, store::sqlite::Access::read_write, config_.writer_cache_kib),
      addresses_(std::make_shared<edge::registers::AddressWordsCache>()) {
  edge::registers::create_register_tables(database_);
  store::migrate(database_);
  ledger_ = std::make_unique<Ledger>(database_, clock_, switches_, addresses_);
  codes_ = std::make_unique<Codes>(database_, code_secret(*ledger_, database_));
  step_ = std::make_unique<Step>(Step{*ledger_, editions_, notices_, *codes_, config_.limits});
  writer_ = std::make_unique<store::Writer>(
      database_, store::WriterHooks{
                     [this] { on_commit(*ledger_); },
                     [this] {
                       std::vector<QueuedSms> queued = ledger_->take_queued();
                       if (!queued.empty()) on_sms(std::move(queued));
                       if (ledger_->take_pushed()) on_push();
                     },
                     [this](bool whole_batch) {
                       ledger_->reload();
                       if (!whole_batch) return;
                       ledger_->take_queued();
                       ledger_->take_pushed();
                     },
                     [this](std::size_t commands, std::int64_t us) { on_measured(commands, us); },
                 });
}

Engine::~Engine() { stop(); }

void Engine::start() {
  pool_ = std::make_unique<store::Pool<Reader>>(config_.gather_threads, [this] {
    return std::make_unique<Reader>(config_.database_file, switches_, addresses_);
  });
  database_.execute("PRAGMA wal_autocheckpoint=0");
  checkpointer_ = std::make_unique<store::Checkpointer>(config_.database_file);
  writer_->start();
}

void Engine::stop() {
  if (pool_) pool_->stop();
  writer_->stop();
  checkpointer_.reset();
}

void Engine::ask(Question question) {
  pool_->submit([question = std::move(question)](Reader& reader) {
    reader.begin_.run();
    question(reader);
    reader.end_.run();
  });
}

void Engine::tell(Order order, std::function<void(std::exception_ptr)> done) {
  auto run = [this, order = std::move(order)] {
    const std::size_t queued = ledger_->queued();
    try {
      order(*step_);
    } catch (...) {
      ledger_->forget_queued(queued);
      throw;
    }
  };
  writer_->submit({std::move(run), [done] { done(nullptr); }, [done](std::exception_ptr failure) { done(failure); }});
}

void Engine::tell_and_wait(Order order) {
  auto promise = std::make_shared<std::promise<void>>();
  tell(std::move(order), [promise](std::exception_ptr failure) {
    failure ? promise->set_exception(failure) : promise->set_value();
  });
  promise->get_future().get();
}

}  // namespace mekenjai::flow
