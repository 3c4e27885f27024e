#include "edge/push/connection.hpp"

#include <openssl/ssl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace mekenjai::edge::push {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kAwaited = asio::as_tuple(asio::use_awaitable);
constexpr const char* kUserAgent = "mekenjai/" MEKENJAI_VERSION;
constexpr std::uint32_t kMaxAnswerHeader = 16 * 1024;
constexpr std::size_t kMaxAnswerBody = 64 * 1024;

Answer trouble(const char* step, const error_code& error) {
  return Answer{0, {}, fmt::format("{}: {}", step, error.message()), false};
}

/// A name being looked up. A resolver cannot be interrupted: it may end after everybody has stopped waiting.
struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), waiting(executor) {}

  tcp::resolver resolver;
  asio::steady_timer waiting;
  bool ended = false;
  error_code error = asio::error::timed_out;
  std::vector<asio::ip::address> addresses;
};

asio::awaitable<void> look_up(std::shared_ptr<Lookup> one, std::string host, std::string port) {
  const auto [error, results] = co_await one->resolver.async_resolve(host, port, kAwaited);
  one->ended = true;
  one->error = error;
  for (const auto& result : results) one->addresses.push_back(result.endpoint().address());
  one->waiting.cancel();
}

using Request = http::request<http::string_body>;

Request request_of(const Endpoint& endpoint, const Post& post) {
  Request request(http::verb::post, endpoint.target, 11);
  request.set(http::field::host, endpoint.authority());
  request.set(http::field::user_agent, kUserAgent);
  request.set(http::field::authorization, post.authorization);
  request.set(http::field::content_encoding, "aes128gcm");
  request.set(http::field::content_type, "application/octet-stream");
  request.set("TTL", post.ttl);
  request.set("Urgency", post.urgency);
  if (!post.topic.empty()) request.set("Topic", post.topic);
  request.body() = post.body;
  request.prepare_payload();
  return request;
}

struct Asked {
  Answer answer;
  bool reusable = false;
};

template <class Stream>
asio::awaitable<Asked> ask(Stream& stream, beast::flat_buffer& buffer, const Request& request) {
  const auto [unsent, sent] = co_await http::async_write(stream, request, kAwaited);
  if (unsent) co_return Asked{trouble("send", unsent), false};
  http::response_parser<http::string_body> parser;
  parser.header_limit(kMaxAnswerHeader);
  parser.body_limit(boost::none);  // else a long body would hide the status
  const auto [unread, read] = co_await http::async_read_header(stream, buffer, parser, kAwaited);
  if (unread) co_return Asked{trouble("read", unread), false};
  Asked asked;
  asked.answer.status = static_cast<int>(parser.get().result_int());
  asked.answer.retry_after = std::string(parser.get()[http::field::retry_after]);
  // The status is the answer; a body is read only where it is short, so that the connection can be used again.
  const auto length = parser.content_length();
  const bool is_short = asked.answer.status == 204 || (length && *length <= kMaxAnswerBody);
  if (!parser.keep_alive() || asked.answer.status < 200 || !is_short) co_return asked;
  const auto [unfinished, rest] = co_await http::async_read(stream, buffer, parser, kAwaited);
  asked.reusable = !unfinished && buffer.size() == 0;
  co_return asked;
}

}  // namespace

struct Connection::Inside {
  Inside(asio::any_io_executor its_executor, asio::ssl::context& tls_context, const SenderConfig& its_config)
      : executor(std::move(its_executor)), stream(executor, tls_context), config(its_config) {}

  beast::tcp_stream& tcp() { return stream.next_layer(); }

  asio::awaitable<error_code> find(const Endpoint& endpoint, Deadline deadline, std::vector<asio::ip::address>& found);
  asio::awaitable<error_code> connect(const Endpoint& endpoint, const std::vector<asio::ip::address>& addresses,
                                      Deadline deadline);
  asio::awaitable<error_code> shake_hands(const Endpoint& endpoint, Deadline deadline);

  asio::any_io_executor executor;
  asio::ssl::stream<beast::tcp_stream> stream;
  const SenderConfig& config;
  beast::flat_buffer buffer{kMaxAnswerHeader + kMaxAnswerBody};
  std::shared_ptr<Lookup> lookup;
  bool reusable = false, was_cut = false;
};

asio::awaitable<error_code> Connection::Inside::find(const Endpoint& endpoint, Deadline deadline,
                                                     std::vector<asio::ip::address>& found) {
  error_code not_literal;
  const asio::ip::address literal = asio::ip::make_address(endpoint.host, not_literal);
  if (!not_literal) {
    found = {literal};
    co_return error_code{};
  }
  if (config.names) {
    found = config.names(endpoint.host);
    co_return found.empty() ? error_code(asio::error::host_not_found) : error_code{};
  }
  lookup = std::make_shared<Lookup>(executor);
  lookup->waiting.expires_at(deadline);
  asio::co_spawn(executor, look_up(lookup, endpoint.host, endpoint.port), asio::detached);
  if (!lookup->ended) co_await lookup->waiting.async_wait(kAwaited);
  found = lookup->addresses;
  co_return lookup->error;
}

asio::awaitable<error_code> Connection::Inside::connect(const Endpoint& endpoint,
                                                        const std::vector<asio::ip::address>& addresses,
                                                        Deadline deadline) {
  const auto port = static_cast<std::uint16_t>(std::stoi(endpoint.port));
  error_code error = asio::error::host_not_found;
  for (const asio::ip::address& address : addresses) {
    if (was_cut) co_return asio::error::operation_aborted;
    tcp().expires_at(std::min(deadline, std::chrono::steady_clock::now() + config.connect_patience));
    const tcp::endpoint there(address, port);
    const auto [unconnected] = co_await tcp().async_connect(there, kAwaited);
    error = unconnected;
    if (!error) break;
    error_code ignored;
    tcp().socket().close(ignored);
  }
  co_return error;
}

asio::awaitable<error_code> Connection::Inside::shake_hands(const Endpoint& endpoint, Deadline deadline) {
  // The name tells a host with many certificates which one we mean; a number is no name (RFC 6066, 3).
  error_code not_literal;
  asio::ip::make_address(endpoint.host, not_literal);
  if (not_literal && SSL_set_tlsext_host_name(stream.native_handle(), endpoint.host.c_str()) != 1) {
    co_return asio::error::no_memory;
  }
  stream.set_verify_callback(asio::ssl::host_name_verification(endpoint.host));
  tcp().expires_at(deadline);
  const auto [distrusted] = co_await stream.async_handshake(asio::ssl::stream_base::client, kAwaited);
  co_return distrusted;
}

Connection::Connection(asio::any_io_executor executor, asio::ssl::context& tls, const SenderConfig& config)
    : inside_(std::make_unique<Inside>(std::move(executor), tls, config)) {}
Connection::~Connection() = default;

asio::awaitable<std::optional<Answer>> Connection::open(const Endpoint& endpoint, Deadline deadline) {
  std::vector<asio::ip::address> addresses;
  const error_code unresolved = co_await inside_->find(endpoint, deadline, addresses);
  if (unresolved) co_return trouble("name", unresolved);
  if (const auto why = refusal(endpoint, addresses)) co_return Answer{0, {}, *why, true};
  const error_code unconnected = co_await inside_->connect(endpoint, addresses, deadline);
  if (unconnected) co_return trouble("connect", unconnected);
  if (!endpoint.tls) co_return std::nullopt;
  const error_code distrusted = co_await inside_->shake_hands(endpoint, deadline);
  if (distrusted) co_return trouble("TLS", distrusted);
  co_return std::nullopt;
}

asio::awaitable<Answer> Connection::post(const Endpoint& endpoint, const Post& post, Deadline deadline) {
  const Request request = request_of(endpoint, post);
  inside_->reusable = false;
  inside_->tcp().expires_at(deadline);
  Asked asked;
  if (endpoint.tls) {
    asked = co_await ask(inside_->stream, inside_->buffer, request);
  } else {
    asked = co_await ask(inside_->tcp(), inside_->buffer, request);
  }
  inside_->reusable = asked.reusable;
  co_return asked.answer;
}

bool Connection::reusable() const { return inside_->reusable && !inside_->was_cut; }

void Connection::cut() {
  inside_->was_cut = true;
  if (inside_->lookup) inside_->lookup->waiting.cancel();
  inside_->tcp().close();
}

}  // namespace mekenjai::edge::push
