// For tests: an authority's web server on a loopback port, whose answers the test writes octet by octet if it likes.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

#include <atomic>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace mekenjai::edge::eds::live {

class Loopback {
 public:
  using Request = boost::beast::http::request<boost::beast::http::string_body>;
  /// The whole answer from its status line; nothing: silence, for as long as the client has patience. On the server's
  /// thread, one request after another.
  using Handler = std::function<std::optional<std::string>(const Request&)>;

  explicit Loopback(Handler handler) : handler_(std::move(handler)), acceptor_(loop_, {tcp::v4(), 0}) {
    boost::asio::co_spawn(loop_, accept(), boost::asio::detached);
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Loopback() {
    loop_.stop();
    thread_.join();
  }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;

  std::string url(const std::string& path = "/") const {
    return fmt::format("http://127.0.0.1:{}{}", acceptor_.local_endpoint().port(), path);
  }
  int requests() const { return requests_; }
  std::string last(boost::beast::http::field field) const {
    const std::lock_guard lock(mutex_);
    return std::string(last_[field]);
  }

  static std::string ok(std::string_view body, std::string_view type = "application/octet-stream", std::string_view more = "") {
    return fmt::format("HTTP/1.1 200 OK\r\nContent-Type: {}\r\nContent-Length: {}\r\n{}\r\n", type, body.size(), more) +
           std::string(body);
  }
  static std::string status(std::string_view line) { return fmt::format("HTTP/1.1 {}\r\nContent-Length: 0\r\n\r\n", line); }

 private:
  using tcp = boost::asio::ip::tcp;
  static constexpr auto kAwaited = boost::asio::as_tuple(boost::asio::use_awaitable);

  boost::asio::awaitable<void> accept() {
    for (;;) {
      auto [error, socket] = co_await acceptor_.async_accept(kAwaited);
      if (error) co_return;
      auto& kept = sockets_.emplace_back(std::move(socket));
      boost::asio::co_spawn(loop_, serve(kept), boost::asio::detached);
    }
  }

  boost::asio::awaitable<void> serve(tcp::socket& socket) {
    boost::beast::flat_buffer buffer;
    Request request;
    const auto [unread, read] = co_await boost::beast::http::async_read(socket, buffer, request, kAwaited);
    if (unread) co_return;
    {
      const std::lock_guard lock(mutex_);
      last_ = request;
    }
    ++requests_;
    const std::optional<std::string> answer = handler_(request);
    if (!answer) co_return;  // the socket stays open
    const auto bytes = boost::asio::buffer(*answer);
    const auto [unsent, sent] = co_await boost::asio::async_write(socket, bytes, kAwaited);
    if (unsent) co_return;  // the client has gone
    boost::system::error_code ignored;
    socket.shutdown(tcp::socket::shutdown_send, ignored);
  }

  Handler handler_;
  boost::asio::io_context loop_{1};
  tcp::acceptor acceptor_;
  std::list<tcp::socket> sockets_;
  std::atomic<int> requests_{0};
  mutable std::mutex mutex_;  // guards what follows
  Request last_;
  std::thread thread_;
};

}  // namespace mekenjai::edge::eds::live
