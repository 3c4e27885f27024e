#include "flow/checks.hpp"

#include <spdlog/spdlog.h>

#include "flow/service_impl.hpp"
#include "flow/signature.hpp"

namespace mekenjai::flow {
namespace {

/// What a verdict is acted on with.
struct Ready {
  Gathered gathered;
  PersonCard signer;
};

}  // namespace

void SignatureChecks::UnderWay::end() {
  const std::lock_guard lock(mutex);
  --count;
  ended.notify_all();
}

std::optional<Instant> SignatureChecks::next() {
  if (engine_.eds()->examiner == nullptr) return std::nullopt;
  return engine_.ask_and_wait<std::optional<Instant>>([](Reader& reader) { return reader.signatures.next_due(); });
}

void SignatureChecks::start_due() {
  const auto eds = engine_.eds();
  if (eds->examiner == nullptr) return;
  const Instant now = engine_.clock().now();
  const auto ids = engine_.ask_and_wait<std::vector<std::string>>(
      [now](Reader& reader) { return reader.signatures.due(now, kAtOnce); });
  if (ids.empty()) return;
  engine_.tell_and_wait([&](Step& step) {
    const policy::Policy& policy = step.editions.in_force(base::civil_date(step.now()));
    for (const std::string& id : ids) step.ledger.signatures().postpone(id, step.now() + std::chrono::seconds{policy.retry_again_s});
  });
  for (const std::string& id : ids) start(id, *eds);
}

void SignatureChecks::start(const std::string& id, const EdsWays& eds) {
  struct Kept {
    store::SignatureRow row;
    store::SignatureEvidence evidence;
  };
  const auto kept = engine_.ask_and_wait<std::optional<Kept>>([&](Reader& reader) -> std::optional<Kept> {
    const auto row = reader.signatures.by_id(id);
    const auto evidence = reader.signatures.evidence(id);
    if (!row || !evidence || row->state != store::SignatureState::checking) return std::nullopt;
    return Kept{*row, *evidence};
  });
  if (!kept) return;
  {
    const std::lock_guard lock(under_way_->mutex);
    ++under_way_->count;
  }
  auto expectation = document_expectation(eds, kept->evidence.document, kept->row.format, kept->row.iin);
  expectation.received_at = kept->row.received_at;
  eds.examiner->examine(kept->evidence.received, std::move(expectation),
                        [this, row = kept->row, under_way = under_way_](edge::eds::Examined examined) {
    if (examined.verdict.answer() == edge::eds::Answer::cannot_tell) return under_way->end();
    engine_.ask([this, row, under_way, examined = std::move(examined)](Reader& reader) {
      try {
        auto ready = std::make_shared<Ready>();
        if (const auto record = reader.registers.person(row.iin); record.available()) ready->signer.record = *record;
        if (const auto phone = reader.registers.phone(row.iin); phone.available()) ready->signer.phone = *phone;
        const auto application = reader.cases.application(row.application);
        if (!application) return under_way->end();
        ready->gathered = prepare(reader, *application, engine_.clock().now(), engine_.editions()).gathered;
        engine_.tell([id = row.id, ready, examined](Step& step) { finish_check(step, id, examined, ready->gathered, ready->signer); },
                     [under_way](std::exception_ptr failure) {
                       if (failure) internal_problem(failure);
                       under_way->end();
                     });
      } catch (...) {
        internal_problem(std::current_exception());
        under_way->end();
      }
    });
  });
}

void SignatureChecks::wait() {
  std::unique_lock lock(under_way_->mutex);
  under_way_->ended.wait(lock, [this] { return under_way_->count == 0; });
}

}  // namespace mekenjai::flow
