#include "edge/eds/live/http_client.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>
#include <memory>

namespace mekenjai::edge::eds::live {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kAwaited = asio::as_tuple(asio::use_awaitable);
constexpr const char* kUserAgent = "mekenjai/" MEKENJAI_VERSION;  // without one, a portal answers (eds.md 2.3)
constexpr std::size_t kReadBuffer = 64 * 1024;

std::string text_of(boost::urls::pct_string_view view) { return std::string(view.data(), view.size()); }

/// Boost.URL takes any digits.
bool is_port(const std::string& digits) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [read_to, error] = std::from_chars(digits.data(), end, port);
  return error == std::errc{} && read_to == end && port != 0;
}

/// One question on its way. Shared by the one who asks, who may give up, and the work, which may end late.
struct Exchange {
  Exchange(asio::any_io_executor executor, HttpRequest asked)
      : request(std::move(asked)), resolver(executor), socket(executor), deadline(executor) {}

  void give_up() {
    error_code ignored;
    resolver.cancel();
    socket.close(ignored);
  }

  HttpRequest request;
  tcp::resolver resolver;
  tcp::socket socket;
  asio::steady_timer deadline;
  std::optional<HttpAnswer> answer;
};

HttpAnswer trouble(const char* step, const error_code& error) {
  HttpAnswer answer;
  answer.trouble = fmt::format("{}: {}", step, error.message());
  return answer;
}

http::request<http::string_body> message_of(const HttpRequest& request) {
  const bool post = !request.content_type.empty();
  http::request<http::string_body> message(post ? http::verb::post : http::verb::get, request.address.target, 11);
  message.set(http::field::host, request.address.authority);
  message.set(http::field::user_agent, kUserAgent);
  message.set(http::field::accept, "*/*");
  message.set(http::field::connection, "close");
  if (!request.etag.empty()) message.set(http::field::if_none_match, request.etag);
  if (!request.last_modified.empty()) message.set(http::field::if_modified_since, request.last_modified);
  if (post) {
    message.set(http::field::content_type, request.content_type);
    message.body() = request.body;
    message.prepare_payload();
  }
  return message;
}

bool is_page(std::string_view content_type) {
  constexpr std::string_view kPage = "text/html";
  return boost::beast::iequals(content_type.substr(0, kPage.size()), kPage);
}

HttpAnswer answer_of(http::response<http::string_body> message) {
  const auto field = [&](http::field name) {
    const auto value = message[name];
    return std::string(value.data(), value.size());
  };
  HttpAnswer answer;
  answer.status = static_cast<int>(message.result_int());
  answer.etag = field(http::field::etag);
  answer.last_modified = field(http::field::last_modified);
  if (answer.status != 200 && answer.status != 304) {
    answer.trouble = fmt::format("status {}", answer.status);
  } else if (answer.status == 200 && is_page(field(http::field::content_type))) {
    answer.trouble = "a page came instead of an answer";
  } else {
    answer.body = std::move(message.body());
  }
  return answer;
}

asio::awaitable<HttpAnswer> exchange(const std::shared_ptr<Exchange>& one) {
  const HttpAddress& address = one->request.address;
  const auto [unresolved, endpoints] = co_await one->resolver.async_resolve(address.host, address.port, kAwaited);
  if (unresolved) co_return trouble("name", unresolved);
  const auto [unconnected, endpoint] = co_await asio::async_connect(one->socket, endpoints, kAwaited);
  if (unconnected) co_return trouble("connect", unconnected);
  const auto message = message_of(one->request);
  const auto [unsent, sent] = co_await http::async_write(one->socket, message, kAwaited);
  if (unsent) co_return trouble("send", unsent);
  http::response_parser<http::string_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(kMaxAnswerHeader));
  parser.body_limit(one->request.max_body);
  boost::beast::flat_buffer buffer(kReadBuffer);
  const auto [unread, read] = co_await http::async_read(one->socket, buffer, parser, kAwaited);
  if (unread) co_return trouble("read", unread);
  co_return answer_of(parser.release());
}

asio::awaitable<void> work_off(std::shared_ptr<Exchange> one) {
  try {
    one->answer = co_await exchange(one);
  } catch (const std::exception& failure) {
    one->answer = HttpAnswer{0, {}, {}, {}, failure.what()};
  }
  one->give_up();
  one->deadline.cancel();
}

}  // namespace

tl::expected<HttpAddress, std::string> HttpAddress::parse(const std::string& text) {
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed || parsed->scheme() != "http") return tl::unexpected<std::string>("is not an http:// address");
  const boost::urls::url_view url = *parsed;
  if (url.encoded_host().empty()) return tl::unexpected<std::string>("names no host");
  if (url.has_userinfo()) return tl::unexpected<std::string>("may not hold a password");
  if (url.has_fragment()) return tl::unexpected<std::string>("may not hold a fragment");
  if (url.has_port() && !is_port(text_of(url.port()))) return tl::unexpected<std::string>("has no real port");
  HttpAddress address;
  address.text = text;
  address.host = text_of(url.encoded_host_address());
  address.port = url.has_port() ? std::string(url.port()) : "80";
  address.authority = text_of(url.encoded_host_and_port());
  const std::string target = text_of(url.encoded_target());
  address.target = target.starts_with('/') ? target : "/" + target;
  return address;
}

bool is_origin(const std::string& text) {
  const auto url = boost::urls::parse_uri(text);
  if (!url || (url->scheme() != "https" && url->scheme() != "http")) return false;
  return !url->encoded_host().empty() && !url->has_userinfo() && url->encoded_target().empty() && !url->has_fragment();
}

asio::awaitable<HttpAnswer> fetch(HttpRequest request) {
  const auto executor = co_await asio::this_coro::executor;
  const auto one = std::make_shared<Exchange>(executor, std::move(request));
  one->deadline.expires_after(one->request.timeout);
  // Detached, because a name that is being resolved cannot be interrupted: then its work ends later than our patience.
  asio::co_spawn(executor, work_off(one), asio::detached);
  if (!one->answer) co_await one->deadline.async_wait(kAwaited);
  if (one->answer) co_return std::move(*one->answer);
  one->give_up();
  co_return HttpAnswer{0, {}, {}, {}, fmt::format("no answer within {} ms", one->request.timeout.count())};
}

}  // namespace mekenjai::edge::eds::live
