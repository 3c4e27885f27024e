// A few threads with a resource each (a read-only connection and the registers on it): questions that may block
// are asked here and never on an event loop.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "base/thread.hpp"

namespace mekenjai::store {

template <class Resource>
class Pool {
 public:
  using Job = std::function<void(Resource&)>;

  /// `make` is called once on each thread.
  Pool(std::size_t threads, std::function<std::unique_ptr<Resource>()> make) {
    for (std::size_t i = 0; i < threads; ++i) {
      threads_.emplace_back([this, make] { work(*make()); });
    }
  }
  ~Pool() { stop(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  /// Any thread. Jobs must not throw. After `stop` a job is dropped.
  void submit(Job job) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;  // nobody is left to be answered
      jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
  }

  /// Runs what is waiting, then ends the threads.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake_.notify_all();
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }

 private:
  void work(Resource& resource) {
    base::name_thread("gather");
    for (;;) {
      Job job;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        job = std::move(jobs_.front());
        jobs_.pop_front();
      }
      job(resource);
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace mekenjai::store
