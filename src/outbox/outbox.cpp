#include "outbox/outbox.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <future>

namespace mekenjai::outbox {
namespace {

using edge::sms::ReceiptState;
using edge::sms::SubmitOutcome;
using flow::QueuedSms;
using store::millis;

constexpr std::chrono::seconds kResend{5};

}  // namespace

/// Prepared by the first order, used on the writer's thread only.
struct Outbox::Statements {
  explicit Statements(store::sqlite::Database& database)
      : accepted(database.prepare("UPDATE outbox SET state=?, text='', message_id=?, attempts=attempts+1 WHERE id=?")),
        delivered(database.prepare(
            "INSERT OR IGNORE INTO deliveries SELECT consent, ? FROM outbox WHERE message_id=? AND consent<>''")),
        forget(database.prepare("DELETE FROM outbox WHERE message_id=? AND kind<>'help'")),
        old(database.prepare("DELETE FROM outbox WHERE id IN (SELECT id FROM outbox ORDER BY id LIMIT ?) "
                             "AND state<>0 AND created_at<?")) {}
  store::sqlite::Statement accepted, delivered, forget, old;
};

Outbox::~Outbox() = default;

Outbox::Outbox(flow::Engine& engine, flow::Desk& desk, flow::Scheduler& scheduler, boost::asio::io_context& loop,
               edge::sms::LinkConfig config)
    : engine_(engine),
      desk_(desk),
      scheduler_(scheduler),
      hours_(engine.ledger()),
      loop_(loop),
      link_(loop, config,
            edge::sms::LinkEvents{
                [this](bool bound) {
                  spdlog::info(bound ? "bound to the SMS centre" : "the link to the SMS centre is down");
                  scheduler_.link_bound(bound);
                },
                [this](edge::sms::SubmitReport report) { submitted(report); },
                [this, ours = config.sender](edge::sms::Inbound inbound, edge::sms::Stored stored) {
                  // An SMS to another number of the same centre is nobody's answer to us.
                  if (inbound.to != ours && inbound.to != "+" + ours) return stored(true);
                  ++figures_.received;
                  desk_.received(std::move(inbound.from), std::move(inbound.text), std::move(stored));
                },
                [this](edge::sms::Receipt what, edge::sms::Stored stored) { receipt(what, std::move(stored)); },
                [](const std::string& what) { spdlog::warn("SMS centre: {}", what); }}),
      said_(engine, [this](flow::Step& step, const Said& said) { write(step, said); }) {}

void Outbox::start() {
  load_due();
  link_.start();
}

void Outbox::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  std::promise<void> stopped;
  link_.stop([&] { stopped.set_value(); });
  stopped.get_future().wait();
  // The last reports are written before the writer ends.
  said_.flush();
}

void Outbox::load_due() {
  auto messages = engine_.ask_and_wait<std::vector<QueuedSms>>([](flow::Reader& reader) {
    std::vector<QueuedSms> due;
    auto select = reader.database.prepare("SELECT id, phone, text, valid_until FROM outbox WHERE state=0 ORDER BY id");
    store::sqlite::Rows rows(select);
    while (rows.next()) {
      due.push_back({rows->integer(0), rows->str(1), rows->str(2), store::instant(rows->integer(3))});
    }
    return due;
  });
  if (!messages.empty()) spdlog::info("{} SMS are still to be sent", messages.size());
  take(std::move(messages));
}

void Outbox::take(std::vector<QueuedSms> messages) {
  for (QueuedSms& message : messages) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;  // the rows stay; the next start sends them
      // One that is under way already (found at the start, or renewed after an outage) is not sent beside itself.
      if (!under_way_.insert_or_assign(message.id, message).second) continue;
    }
    submit(message);
  }
}

void Outbox::submit(const QueuedSms& message) {
  const auto left = std::chrono::ceil<std::chrono::seconds>(message.valid_until - engine_.clock().now());
  if (left.count() <= 0) {
    // Row G3: after an outage the request may yet be given a later deadline.
    if (!hours_.hours_run()) return submit_later(message.id);
    // An old code or request: sending it would only mislead.
    submitted({message.id, SubmitOutcome::refused, {}, 0});
    return;
  }
  link_.submit({message.id, message.phone, message.text, left});
}

void Outbox::submit_later(std::int64_t id) {
  auto timer = std::make_shared<boost::asio::steady_timer>(loop_, kResend);
  timer->async_wait([this, timer, id](boost::system::error_code error) {
    if (error) return;
    flow::QueuedSms message;
    {
      const std::lock_guard lock(mutex_);
      const auto found = under_way_.find(id);
      if (found == under_way_.end() || stopping_) return;
      message = found->second;
    }
    submit(message);
  });
}

std::size_t Outbox::under_way() const {
  // In this order, since a message is reported before it is no longer under way: none is missed in between.
  std::size_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    count = under_way_.size();
  }
  return count + said_.look([](const Said& said) { return said.reports.size(); });
}

void Outbox::submitted(const edge::sms::SubmitReport& report) {
  {
    const std::lock_guard lock(mutex_);
    if (!under_way_.contains(report.id)) return;
    if (report.outcome == SubmitOutcome::unsent) {
      ++figures_.unsent;
      if (!stopping_) submit_later(report.id);
      return;
    }
  }
  ++(report.outcome == SubmitOutcome::accepted ? figures_.accepted : figures_.refused);
  said_.add([&](Said& said) { said.reports.push_back(report); });
  const std::lock_guard lock(mutex_);
  under_way_.erase(report.id);
}

void Outbox::receipt(const edge::sms::Receipt& receipt, std::function<void(bool)> stored) {
  // A receipt is a figure for people who wait, never a fact of the case: it need not be durable to be answered.
  if (receipt.state == ReceiptState::delivered) ++figures_.delivered;
  stored(true);
  said_.add([&](Said& said) { said.receipts.push_back(receipt); });
}

void Outbox::write(flow::Step& step, const Said& said) {
  if (!statements_) statements_ = std::make_unique<Statements>(step.ledger.database());
  auto& [accepted, delivered, forget, old] = *statements_;
  for (const auto& report : said.reports) {
    const bool taken = report.outcome == SubmitOutcome::accepted;
    const std::string last = report.message_ids.empty() ? "" : report.message_ids.back();
    accepted.with(static_cast<int>(taken ? State::accepted : State::refused), last, report.id).run();
  }
  for (const auto& receipt : said.receipts) {
    if (receipt.state == ReceiptState::enroute || receipt.state == ReceiptState::accepted) continue;
    if (receipt.state == ReceiptState::delivered) delivered.with(millis(step.now()), receipt.message_id).run();
    forget.with(receipt.message_id).run();
  }
  // More are forgotten than come, or a centre without receipts would fill the disk.
  old.with(static_cast<std::int64_t>(64 + 2 * said.reports.size()), millis(step.now() - std::chrono::days{3})).run();
}

}  // namespace mekenjai::outbox
