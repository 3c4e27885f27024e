// One connection to a push service, with TLS or (loopback only) without. Internal to the sender.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "edge/push/sender.hpp"

namespace mekenjai::edge::push {

using Deadline = std::chrono::steady_clock::time_point;

/// What a push service is given, all but the connection's own fields.
struct Post {
  std::string authorization;
  std::string body;
  std::string ttl, urgency, topic;
};

/// What came of one post. Without a status there was no answer, and `trouble` says why.
struct Answer {
  int status = 0;
  std::string retry_after{};
  std::string trouble{};
  bool forbidden = false;  // the address is one that nobody is let to
};

class Connection {
 public:
  Connection(boost::asio::any_io_executor executor, boost::asio::ssl::context& tls, const SenderConfig& config);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Name, addresses, TCP, TLS. Nothing where it is open then.
  boost::asio::awaitable<std::optional<Answer>> open(const Endpoint& endpoint, Deadline deadline);
  /// One request and its answer. Never throws for what the network does.
  boost::asio::awaitable<Answer> post(const Endpoint& endpoint, const Post& post, Deadline deadline);
  /// Whether another post may follow.
  bool reusable() const;
  /// Ends whatever is being waited for.
  void cut();

 private:
  struct Inside;
  std::unique_ptr<Inside> inside_;
};

}  // namespace mekenjai::edge::push
