// The outbox of pushes: rows that were written with the event that caused them, drained to push
// services over HTTPS. At least once; a repeat is harmless, since a push only says that there is
// something to read. A row goes once the push service has it; its subscription goes with it where
// the browser is not there any more.
//
// The rows are the queue. It looks at them when a commit has added some, when a report is durable
// and when one falls due; in memory are only those on their way.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <mutex>
#include <set>
#include <vector>

#include "edge/push/sender.hpp"
#include "flow/engine.hpp"
#include "outbox/reports.hpp"

namespace mekenjai::outbox {

struct PushConfig {
  edge::push::EndpointRules rules{};
  edge::push::SenderConfig sender{};
  /// The wait before a second try, doubled with each, and its limit; longer where the push service
  /// asks for it.
  std::chrono::milliseconds retry_min{30'000}, retry_max{3'600'000};
  /// Pushes on their way at once.
  std::size_t in_hand = 1'000;
};

/// Figures for metrics.
struct PushFigures {
  std::atomic<std::uint64_t> taken{0}, gone{0}, refused{0}, put_off{0}, expired{0};
  std::atomic<std::size_t> waiting{0};  // rows, when they were last looked at
};

class PushOutbox {
 public:
  /// Pushes are sent on `loop`, whose thread does nothing else. `machine`: the machine's clock, in
  /// the sandbox too: push services live by it.
  PushOutbox(flow::Engine& engine, boost::asio::io_context& loop, PushConfig config,
             edge::push::Vapid vapid, const base::Clock& machine);

  /// Looks at the rows: all that a stopped service left behind, and from then on all that is
  /// queued. Any thread.
  void look();
  /// What is on its way ends, and its row stays; blocks. The loop must run.
  void stop();

  const PushFigures& figures() const { return figures_; }

 private:
  struct Told {
    store::PushRow push;
    edge::push::Report report;
  };
  using Ids = std::set<std::int64_t>;

  void read(flow::Reader& reader, const Ids& before);
  void hand_over(std::vector<store::PushRow> due, const Ids& before);
  void send(const store::PushRow& push);
  bool cut_by_us(const edge::push::Report& report);
  void told(const store::PushRow& push, const edge::push::Report& report);
  void keep(const store::PushRow& push, const edge::push::Report& report);
  void write(flow::Step& step, const std::vector<Told>& told);
  void written(const std::vector<Told>& told, bool kept);
  void look_at(base::Instant next);
  void looked();

  flow::Engine& engine_;
  boost::asio::io_context& loop_;
  const PushConfig config_;
  const base::Clock& machine_;
  edge::push::Sender sender_;
  boost::asio::steady_timer timer_;
  PushFigures figures_;
  std::mutex mutex_;
  Ids in_hand_;  // until what became of them is durable
  bool looking_ = false, once_more_ = false;
  bool stopping_ = false;
  Reports<std::vector<Told>> reports_;
};

}  // namespace mekenjai::outbox
