// Leaving the network's loop for a thread of the pool and coming back: arithmetic never runs on a loop.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <functional>
#include <memory>

namespace mekenjai::edge::eds::live {

/// Runs `work` on the pool; the caller goes on on its own executor. What it throws is thrown there.
template <class T>
boost::asio::awaitable<T> on_pool(boost::asio::io_context& pool, std::function<T()> work) {
  namespace asio = boost::asio;
  return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr, T)>(
      [&pool, work = std::move(work)](auto handler) mutable {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        const auto executor = asio::get_associated_executor(*shared);
        asio::post(pool, [shared, executor, work = std::move(work)] {
          T value{};
          std::exception_ptr failure;
          try {
            value = work();
          } catch (...) {
            failure = std::current_exception();
          }
          asio::post(executor, [shared, failure, value = std::move(value)]() mutable {
            std::move (*shared)(failure, std::move(value));
          });
        });
      },
      asio::use_awaitable);
}

/// Something that happens once and that many wait for, all on one loop of a single thread.
class Event {
 public:
  explicit Event(const boost::asio::any_io_executor& loop) : timer_(loop, boost::asio::steady_timer::time_point::max()) {}
  void happen() {
    happened_ = true;
    timer_.cancel();
  }
  boost::asio::awaitable<void> wait() {
    if (!happened_) co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  }

 private:
  boost::asio::steady_timer timer_;
  bool happened_ = false;
};

}  // namespace mekenjai::edge::eds::live
