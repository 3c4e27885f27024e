// The machinery under the service: the gathering pool, the writer and its ledger, and the two ways to use them.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <memory>

#include "flow/eds.hpp"
#include "flow/steps.hpp"
#include "store/checkpointer.hpp"
#include "store/pool.hpp"
#include "store/writer.hpp"

namespace mekenjai::flow {

/// A thread of the gathering pool: its own read-only connection with the registers and the state on it.
struct Reader {
  Reader(const std::string& file, const edge::registers::Switches& switches,
         std::shared_ptr<edge::registers::AddressWordsCache> addresses);

  store::sqlite::Database database;
  edge::registers::EmbeddedRegisters embedded;
  edge::registers::SwitchedRegisters registers;
  store::Cases cases;
  store::Signatures signatures;
  store::Subscriptions subscriptions;
  store::Figures figures;
  store::sqlite::Statement session, form;

 private:
  friend class Engine;
  store::sqlite::Statement begin_, end_;  // a question sees one state of the database, and locks it once
};

struct EngineConfig {
  std::string database_file;
  std::size_t gather_threads = 2;
  int writer_cache_kib = 16 * 1024;
  PersonLimits limits{};
  bool cyrillic_sms = false;
};

class Engine {
 public:
  Engine(EngineConfig config, const base::Clock& clock, const policy::Editions& editions,
         edge::registers::Switches& switches);
  ~Engine();

  /// SMS that a commit has queued go here, on the writer's thread.
  std::function<void(std::vector<QueuedSms>)> on_sms = [](std::vector<QueuedSms>) {};
  /// A commit has queued pushes; on the writer's thread.
  std::function<void()> on_push = [] {};
  /// Called on the writer's thread within each transaction, last.
  std::function<void(Ledger&)> on_commit = [](Ledger&) {};
  std::function<void(std::size_t commands, std::int64_t commit_us)> on_measured = [](std::size_t, std::int64_t) {};

  void start();
  void stop();

  using Question = std::function<void(Reader&)>;
  using Order = std::function<void(Step&)>;

  /// A question to the pool. `done` runs on the pool's thread.
  void ask(Question question);
  /// An order to the writer; `done` runs after the commit with nothing, or with what went wrong.
  void tell(Order order, std::function<void(std::exception_ptr)> done);

  /// The same two, awaited: the caller goes on on its own executor.
  template <class T>
  boost::asio::awaitable<base::Result<T>> asked(std::function<base::Result<T>(Reader&)> question);
  template <class T>
  boost::asio::awaitable<base::Result<T>> told(std::function<base::Result<T>(Step&)> order);
  /// A question whose answer an order uses, without coming back in between.
  template <class G, class T>
  boost::asio::awaitable<base::Result<T>> asked_and_told(std::function<base::Result<G>(Reader&)> question,
                                                         std::function<base::Result<T>(Step&, G&)> order);
  /// The same, and then a question about what the order has made: what the caller is to see.
  template <class G, class M, class T>
  boost::asio::awaitable<base::Result<T>> asked_told_and_shown(std::function<base::Result<G>(Reader&)> question,
                                                               std::function<base::Result<M>(Step&, G&)> order,
                                                               std::function<base::Result<T>(Reader&, M&)> show);
  /// The same for threads that may wait (scheduler, commands).
  template <class T>
  T ask_and_wait(std::function<T(Reader&)> question);
  void tell_and_wait(Order order);

  /// A signature, examined on a pool of the examiner's own and awaited here. Problem: method_unavailable.
  boost::asio::awaitable<base::Result<edge::eds::Examined>> examined(std::string bytes, edge::eds::Expectation expectation);
  /// Any thread; what is under way goes on with what there was.
  void set_eds(EdsWays eds) { eds_ = std::make_shared<const EdsWays>(std::move(eds)); }
  std::shared_ptr<const EdsWays> eds() const { return eds_; }

  const base::Clock& clock() const { return clock_; }
  const policy::Editions& editions() const { return editions_; }
  const Notices& notices() const { return notices_; }
  edge::registers::Switches& switches() { return switches_; }
  /// Before start, on the starting thread only; afterwards for what may be asked on any thread.
  Ledger& ledger() { return *ledger_; }
  std::size_t waiting_orders() const { return writer_->waiting(); }

 private:
  template <class T, class Start>
  boost::asio::awaitable<base::Result<T>> await(Start start);

  EngineConfig config_;
  const base::Clock& clock_;
  const policy::Editions& editions_;
  edge::registers::Switches& switches_;
  Notices notices_;
  store::sqlite::Database database_;
  std::shared_ptr<edge::registers::AddressWordsCache> addresses_;
  std::unique_ptr<Ledger> ledger_;
  std::unique_ptr<Codes> codes_;
  std::unique_ptr<Step> step_;
  std::unique_ptr<store::Writer> writer_;
  std::unique_ptr<store::Pool<Reader>> pool_;
  std::unique_ptr<store::Checkpointer> checkpointer_;
  std::atomic<std::shared_ptr<const EdsWays>> eds_{std::make_shared<const EdsWays>()};
};

/// A fault of ours as a problem, logged once.
base::Problem internal_problem(std::exception_ptr failure);

template <class T, class Start>
boost::asio::awaitable<base::Result<T>> Engine::await(Start start) {
  namespace asio = boost::asio;
  return asio::async_initiate<const asio::use_awaitable_t<>, void(base::Result<T>)>(
      [start = std::move(start)](auto handler) mutable {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        const auto executor = asio::get_associated_executor(*shared);
        start([shared, executor](base::Result<T> result) {
          asio::post(executor, [shared, result = std::move(result)]() mutable { std::move (*shared)(std::move(result)); });
        });
      },
      asio::use_awaitable);
}

inline boost::asio::awaitable<base::Result<edge::eds::Examined>> Engine::examined(std::string bytes,
                                                                                edge::eds::Expectation expectation) {
  return await<edge::eds::Examined>([this, bytes = std::move(bytes), expectation = std::move(expectation)](auto done) {
    const auto ways = eds();
    if (ways->examiner == nullptr) return done(base::fail(base::Trouble::unprocessable, "method_unavailable"));
    ways->examiner->examine(bytes, expectation, [done](edge::eds::Examined examined) { done(std::move(examined)); });
  });
}

template <class T>
boost::asio::awaitable<base::Result<T>> Engine::asked(std::function<base::Result<T>(Reader&)> question) {
  return await<T>([this, question = std::move(question)](auto done) {
    ask([question, done](Reader& reader) {
      try {
        done(question(reader));
      } catch (...) {
        done(base::fail(internal_problem(std::current_exception())));
      }
    });
  });
}

template <class T>
boost::asio::awaitable<base::Result<T>> Engine::told(std::function<base::Result<T>(Step&)> order) {
  return await<T>([this, order = std::move(order)](auto done) {
    auto result = std::make_shared<base::Result<T>>(base::fail(base::Trouble::internal, "internal"));
    tell([order, result](Step& step) { *result = order(step); },
         [result, done](std::exception_ptr failure) {
           failure ? done(base::fail(internal_problem(failure))) : done(std::move(*result));
         });
  });
}

template <class G, class T>
boost::asio::awaitable<base::Result<T>> Engine::asked_and_told(std::function<base::Result<G>(Reader&)> question,
                                                               std::function<base::Result<T>(Step&, G&)> order) {
  return await<T>([this, question = std::move(question), order = std::move(order)](auto done) {
    ask([this, question, order, done](Reader& reader) {
      try {
        auto gathered = std::make_shared<base::Result<G>>(question(reader));
        if (!*gathered) return done(tl::unexpected(gathered->error()));
        auto result = std::make_shared<base::Result<T>>(base::fail(base::Trouble::internal, "internal"));
        tell([order, gathered, result](Step& step) { *result = order(step, **gathered); },
             [result, done](std::exception_ptr failure) {
               failure ? done(base::fail(internal_problem(failure))) : done(std::move(*result));
             });
      } catch (...) {
        done(base::fail(internal_problem(std::current_exception())));
      }
    });
  });
}

template <class G, class M, class T>
boost::asio::awaitable<base::Result<T>> Engine::asked_told_and_shown(
    std::function<base::Result<G>(Reader&)> question, std::function<base::Result<M>(Step&, G&)> order,
    std::function<base::Result<T>(Reader&, M&)> show) {
  return await<T>([this, question = std::move(question), order = std::move(order), show = std::move(show)](auto done) {
    ask([this, question, order, show, done](Reader& reader) {
      try {
        auto gathered = std::make_shared<base::Result<G>>(question(reader));
        if (!*gathered) return done(tl::unexpected(gathered->error()));
        auto made = std::make_shared<base::Result<M>>(base::fail(base::Trouble::internal, "internal"));
        tell([order, gathered, made](Step& step) { *made = order(step, **gathered); },
             [this, made, show, done](std::exception_ptr failure) {
               if (failure) return done(base::fail(internal_problem(failure)));
               if (!*made) return done(tl::unexpected(made->error()));
               ask([made, show, done](Reader& again) {
                 try {
                   done(show(again, **made));
                 } catch (...) {
                   done(base::fail(internal_problem(std::current_exception())));
                 }
               });
             });
      } catch (...) {
        done(base::fail(internal_problem(std::current_exception())));
      }
    });
  });
}

template <class T>
T Engine::ask_and_wait(std::function<T(Reader&)> question) {
  auto promise = std::make_shared<std::promise<T>>();
  ask([question = std::move(question), promise](Reader& reader) {
    try {
      promise->set_value(question(reader));
    } catch (...) {
      promise->set_exception(std::current_exception());
    }
  });
  return promise->get_future().get();
}

}  // namespace mekenjai::flow
