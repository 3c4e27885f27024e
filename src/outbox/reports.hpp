// What became of things that were sent, on its way into the store; what the outboxes of SMS and of
// pushes share. One order carries all that has come in, and the next is made when that one is
// durable: a thousand answers a second are a few commits.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "flow/engine.hpp"

namespace mekenjai::outbox {

/// `Batch` collects; it has `empty()`. Outlives the engine's last order.
template <class Batch>
class Reports {
 public:
  using Write = std::function<void(flow::Step&, const Batch&)>;
  using Written = std::function<void(const Batch&, bool kept)>;

  /// `write` runs on the writer's thread, `written` afterwards. What could not be kept is logged,
  /// and the rows are as they were: who does not look at them again leaves them to the next start.
  Reports(
      flow::Engine& engine, Write write, Written written = [](const Batch&, bool) {})
      : engine_(engine), write_(std::move(write)), written_(std::move(written)) {}

  /// Any thread.
  template <class Put>
  void add(Put put) {
    {
      const std::lock_guard lock(mutex_);
      put(batch_);
      if (std::exchange(writing_, true)) return;
    }
    write_next();
  }
  /// The last ones, when nothing more comes in.
  void flush() { write_next(); }

  template <class Look>
  auto look(Look look) const {
    const std::lock_guard lock(mutex_);
    return look(batch_);
  }

 private:
  void write_next() {
    auto batch = std::make_shared<Batch>();
    {
      const std::lock_guard lock(mutex_);
      if (batch_.empty()) {
        writing_ = false;
        return;
      }
      std::swap(*batch, batch_);
    }
    engine_.tell([this, batch](flow::Step& step) { write_(step, *batch); },
                 [this, batch](std::exception_ptr failure) {
                   if (failure) flow::internal_problem(failure);
                   written_(*batch, !failure);
                   write_next();
                 });
  }

  flow::Engine& engine_;
  const Write write_;
  const Written written_;
  mutable std::mutex mutex_;
  Batch batch_;
  bool writing_ = false;
};

}  // namespace mekenjai::outbox
