// What falls due by itself: the end of the hour, another try, the end of a hold, reminders. One thread, which the
// sandbox's clock can drive step by step.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

#include "flow/checks.hpp"
#include "flow/engine.hpp"

namespace mekenjai::flow {

struct Due;

class Scheduler {
 public:
  explicit Scheduler(Engine& engine) : engine_(engine), hours_(engine.ledger()), checks_(engine) {}
  ~Scheduler() { stop(); }

  void start();
  void stop();

  /// The SMS link came up or went down. While it is down nothing expires, and when it is back every open hour is
  /// longer by the outage and ends 60 seconds later at the earliest (row G3). Any thread.
  void link_bound(bool bound);

  /// Whether what is due by its hour is done: the link is bound and an outage has been given back. Any thread.
  bool hours_run() const { return hours_.hours_run(); }

  /// Runs `step` on the scheduler's thread between two rounds and waits for it.
  void run(std::function<void()> step);
  /// Does everything that is due now, and waits for the signatures that are examined again. On the scheduler's thread.
  void work_off();
  /// When the next thing falls due.
  std::optional<Instant> next();

  /// What every commit keeps up to date: the last moment at which answers could reach us.
  void note_alive(Ledger& ledger);

 private:
  void loop();
  void do_due();
  bool stopping();
  void catch_up();
  bool after_outage();
  void one_by_one(std::vector<Due>& due);

  Engine& engine_;
  Ledger& hours_;  // only told and asked whether the hours run: the link is bound, and what an outage took is given back
  SignatureChecks checks_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::function<void()>> steps_;
  bool stopping_ = false;
  std::atomic<bool> bound_{false};
  bool caught_up_ = true;
  std::chrono::steady_clock::time_point catch_up_at_{};
  std::thread thread_;
};

}  // namespace mekenjai::flow
