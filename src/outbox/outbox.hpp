// The outbox: SMS that were written with the event that caused them, drained over SMPP. At least once; a
// repeat is harmless. What is accepted loses its text, what is delivered loses its row.
#pragma once

#include <boost/asio/io_context.hpp>

#include <functional>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "edge/sms/link.hpp"
#include "flow/desk.hpp"
#include "flow/due.hpp"
#include "flow/engine.hpp"
#include "outbox/reports.hpp"

namespace mekenjai::outbox {

/// Where an outbox row stands.
enum class State : int { due = 0, accepted = 1, refused = 4, dropped = 9 };

/// Figures for metrics.
struct Figures {
  std::atomic<std::uint64_t> accepted{0}, refused{0}, unsent{0}, received{0}, delivered{0};
};

class Outbox {
 public:
  /// The link runs on `loop`; reports and inbound messages come from there.
  Outbox(flow::Engine& engine, flow::Desk& desk, flow::Scheduler& scheduler, boost::asio::io_context& loop,
         edge::sms::LinkConfig config);
  ~Outbox();

  /// Hands over what a stopped service left behind, and connects.
  void start();
  /// Lets the window drain and unbinds; blocks. The loop must run.
  void stop();

  /// SMS queued by a commit; any thread.
  void take(std::vector<flow::QueuedSms> messages);
  bool bound() const { return link_.bound(); }
  /// Messages handed to the link and not yet reported.
  std::size_t under_way() const;
  const Figures& figures() const { return figures_; }

 private:
  void submit(const flow::QueuedSms& message);
  void submit_later(std::int64_t id);
  void submitted(const edge::sms::SubmitReport& report);
  void receipt(const edge::sms::Receipt& receipt, std::function<void(bool)> stored);
  void load_due();

  /// What the SMS centre has said.
  struct Said {
    std::vector<edge::sms::SubmitReport> reports;
    std::vector<edge::sms::Receipt> receipts;
    bool empty() const { return reports.empty() && receipts.empty(); }
  };
  void write(flow::Step& step, const Said& said);

  flow::Engine& engine_;
  flow::Desk& desk_;
  flow::Scheduler& scheduler_;
  const flow::Ledger& hours_;  // only asked whether the hours run
  boost::asio::io_context& loop_;
  edge::sms::Link link_;
  Figures figures_;
  mutable std::mutex mutex_;
  std::unordered_map<std::int64_t, flow::QueuedSms> under_way_;
  Reports<Said> said_;
  struct Statements;
  std::unique_ptr<Statements> statements_;
  bool stopping_ = false;
};

}  // namespace mekenjai::outbox
