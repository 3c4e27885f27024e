#include "http/server.hpp"

#include "base/thread.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>

#include <spdlog/spdlog.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "base/bytes.hpp"
#include "flow/service.hpp"
#include "http/csrf.hpp"
#include "http/problem.hpp"
#include "http/rate_limit.hpp"
#include "http/request_parser.hpp"
#include "http/response_head.hpp"
#include "http/router.hpp"

namespace mekenjai::http {
namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kFirstBuffer = 2048;  // bytes a connection reads into before it needs more
constexpr std::size_t kCopiedBody = 16 * 1024;    // bytes; such a body goes out with the head
constexpr std::size_t kLingerBytes = 256 * 1024;  // bytes thrown away after an early answer
constexpr std::size_t kLongestToken = 256;

/// Whether a problem is told to a program: below /api/, or where JSON is asked for and no page.
bool wants_problem(const Request& request) {
  const std::string_view path = request.path.empty() ? request.target : request.path;
  const std::string_view accept = request.header("accept");
  return path.starts_with("/api/") || (accept.find("json") != std::string_view::npos &&
                                       accept.find("text/html") == std::string_view::npos);
}

Response plain_error_page(const ProblemText& text, int status, i18n::Language language) {
  const auto escaped = [](std::string_view plain) {
    std::string out;
    for (const char c : plain) {
      if (c == '<')
        out += "&lt;";
      else if (c == '>')
        out += "&gt;";
      else if (c == '&')
        out += "&amp;";
      else
        out += c;
    }
    return out;
  };
  return html(
      status,
      fmt::format("<!DOCTYPE html><html lang=\"{}\"><meta charset=\"utf-8\"><title>{}</title>"
                  "<h1>{}</h1><p>{}</p></html>",
                  i18n::tag(language), escaped(text.title), escaped(text.title),
                  escaped(text.detail)));
}

base::Trouble trouble_of(int status) {
  switch (status) {
    case 401:
      return base::Trouble::not_signed_in;
    case 403:
      return base::Trouble::forbidden;
    case 404:
      return base::Trouble::not_found;
    case 413:
      return base::Trouble::too_large;
    case 429:
      return base::Trouble::too_many;
    case 500:
      return base::Trouble::internal;
    case 503:
      return base::Trouble::unavailable;
    default:
      return base::Trouble::malformed;
  }
}

/// A socket address as ADDR:PORT.
tcp::endpoint parse_listen(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  if (colon == std::string::npos)
    throw std::runtime_error(fmt::format("not ADDR:PORT: {}", listen));
  std::string host = listen.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
  const std::string port = listen.substr(colon + 1);
  ErrorCode error;
  const asio::ip::address address =
      asio::ip::make_address(host == "localhost" ? "127.0.0.1" : host, error);
  const bool digits = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string::npos;
  if (error || !digits || std::stoi(port) > 65535)
    throw std::runtime_error(fmt::format("not ADDR:PORT: {}", listen));
  return {address, static_cast<std::uint16_t>(std::stoi(port))};
}

class Connection;

}  // namespace

/// One event loop and what lives on it. Everything but `io` is touched on its own thread only.
struct Loop {
  std::unordered_set<Connection*> connections;  // before `io`, whose end destroys them
  std::string date;
  std::time_t date_of = 0;
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  asio::steady_timer sweep{io};
  std::thread thread;

  std::string_view now_as_date() {
    const std::time_t now = std::time(nullptr);
    if (now != date_of) {
      date = http_date(now);
      date_of = now;
    }
    return date;
  }
};

struct ServerCore {
  ServerCore(ServerConfig given, std::vector<Route> routes, Hooks given_hooks);

  void accept();
  void admit(tcp::socket socket, Loop& loop);
  void sweep(Loop& loop);
  void release(const std::string& source);
  Response error(const base::Problem& problem, int status, const Request& request) const;
  Response error(const Fault& fault, const Request& request) const {
    return error(base::Problem{trouble_of(fault.status), std::string(fault.code)}, fault.status,
                 request);
  }
  void drain(std::chrono::milliseconds limit);

  const ServerConfig config;
  const Router router;
  const Hooks hooks;
  const i18n::Catalog& catalog = i18n::Catalog::built_in();
  std::chrono::milliseconds tick{};  // how often deadlines are looked at
  std::atomic<bool> stopping{false};
  bool started = false, stopped = false;

  std::mutex mutex;  // of the two below
  std::condition_variable closed;
  std::unordered_map<std::string, std::size_t> by_source;
  std::size_t open = 0;

  std::vector<std::unique_ptr<Loop>> loops;
  std::unique_ptr<tcp::acceptor> acceptor;
  std::unique_ptr<asio::steady_timer> pause;  // after the system had no socket for us
  std::size_t next_loop = 0;
  tcp::endpoint bound;
};

namespace {

/// One client. Lives in the frame of `run`; everything happens on its loop's thread.
class Connection {
 public:
  Connection(tcp::socket socket, std::string peer, ServerCore& server, Loop& loop)
      : socket_(std::move(socket)), peer_(std::move(peer)), server_(server), loop_(loop) {
    loop_.connections.insert(this);
    buffer_.resize(kFirstBuffer);
    enter(Phase::header, limits().header_time);
  }
  ~Connection() {
    loop_.connections.erase(this);
    ErrorCode ignored;
    socket_.close(ignored);
    server_.release(peer_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  asio::awaitable<void> run();

  /// What the loop does about deadlines.
  void look_at(Steady::time_point now) {
    if (now >= deadline_) expire();
  }
  /// The server stops: an idle connection ends at once.
  void close_if_idle() {
    const bool silent = phase_ == Phase::header && unread() == 0 && parser_ && !parser_->got_some();
    if (phase_ == Phase::idle || silent) cut();
  }
  void cut() {
    ErrorCode ignored;
    gone_ = true;
    socket_.close(ignored);
  }

 private:
  enum class Phase { idle, header, body, handler, write, linger };
  enum class Read { done, fault, closed };

  const Limits& limits() const { return server_.config.limits; }
  void enter(Phase phase, std::chrono::milliseconds time) {
    phase_ = phase;
    deadline_ = Steady::now() + time;
  }
  void expire();
  void reset();
  std::size_t unread() const { return end_ - begin_; }
  bool make_room();
  Fault understand_target();
  std::string source_of_request() const;

  asio::awaitable<Read> read_some();
  asio::awaitable<Read> read_header();
  asio::awaitable<Read> read_body();
  asio::awaitable<Response> answer();
  asio::awaitable<bool> kiosk_found();
  void note_use() const;
  asio::awaitable<std::optional<Response>> guard();
  asio::awaitable<bool> write(const Response& response, bool close);
  asio::awaitable<void> linger();
  void report(int status) const;

  tcp::socket socket_;
  const std::string peer_;
  ServerCore& server_;
  Loop& loop_;
  Phase phase_ = Phase::header;
  Steady::time_point deadline_;
  Steady::time_point asked_at_;
  bool timed_out_ = false;
  bool gone_ = false;  // closed by us while somebody waits: say nothing more

  std::string buffer_;
  std::size_t begin_ = 0, end_ = 0;  // of what is read and not yet understood
  std::optional<RequestParser> parser_;
  Request request_;
  std::string_view path_;  // of the target, still encoded
  Fault fault_;
  Router::Match match_;
  std::string out_;
};

void Connection::expire() {
  switch (phase_) {
    case Phase::idle:
    case Phase::write:
    case Phase::linger:
      return cut();
    case Phase::header:
    case Phase::body: {
      if (timed_out_) return cut();
      timed_out_ = true;
      ErrorCode ignored;
      socket_.cancel(ignored);
      return;
    }
    case Phase::handler: {
      // The handler goes on; its client is told now. Nothing else writes in this phase.
      const Response response = server_.error(kBusy, request_);
      std::string out;
      write_head(out, response, response.body.size(), loop_.now_as_date(), true);
      out += response.body;
      ErrorCode ignored;
      socket_.non_blocking(true, ignored);
      socket_.write_some(asio::buffer(out), ignored);
      socket_.shutdown(tcp::socket::shutdown_send, ignored);
      report(503);
      return cut();
    }
  }
}

void Connection::reset() {
  request_.method = Method::get;
  request_.target.clear();
  request_.path.clear();
  request_.query.clear();
  request_.headers.clear();
  request_.body.clear();
  request_.parameters.clear();
  request_.session.reset();
  request_.token.clear();
  request_.kiosk.reset();
  request_.device.clear();
  request_.language = i18n::Language::kk;
  if (request_.body.capacity() > kCopiedBody) std::string().swap(request_.body);
  if (out_.capacity() > 4 * kCopiedBody) std::string().swap(out_);
  path_ = {};
  fault_ = {};
  match_ = {};
  parser_.emplace(request_, limits());
}

/// Space behind the unread bytes; false where the header is as long as it may be.
bool Connection::make_room() {
  if (begin_ == end_) begin_ = end_ = 0;
  if (end_ < buffer_.size()) return true;
  if (begin_ > 0) {
    std::copy(buffer_.begin() + static_cast<std::ptrdiff_t>(begin_),
              buffer_.begin() + static_cast<std::ptrdiff_t>(end_), buffer_.begin());
    end_ -= begin_;
    begin_ = 0;
    return true;
  }
  if (buffer_.size() >= limits().header) return false;
  buffer_.resize(std::min(2 * buffer_.size(), limits().header));
  return true;
}

asio::awaitable<Connection::Read> Connection::read_some() {
  if (!make_room()) {
    fault_ = parser_->has_start_line() ? kHeaderTooLarge : kTargetTooLong;
    co_return Read::fault;
  }
  ErrorCode error;
  const auto space = asio::buffer(buffer_.data() + end_, buffer_.size() - end_);
  const std::size_t count =
      co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
  if (timed_out_ && !gone_) {
    fault_ = kTimeout;
    // Silence from the first byte on is no request that anybody waits for.
    co_return phase_ == Phase::header&& unread() == 0 && !parser_->got_some() ? Read::closed
                                                                              : Read::fault;
  }
  if (error) co_return Read::closed;
  end_ += count;
  co_return Read::done;
}

asio::awaitable<Connection::Read> Connection::read_header() {
  std::size_t understood = 0;  // bytes of this header
  while (true) {
    // One empty line before a request is forgiven (RFC 9112, 2.2).
    if (understood == 0 && unread() >= 2 && buffer_[begin_] == '\r' &&
        buffer_[begin_ + 1] == '\n') {
      begin_ += 2;
      understood += 2;
    }
    if (unread() > 0) {
      if (phase_ == Phase::idle) enter(Phase::header, limits().header_time);
      ErrorCode error;
      const std::size_t used = parser_->put(asio::buffer(buffer_.data() + begin_, unread()), error);
      begin_ += used;
      understood += used;
      if (error && error != beast_http::error::need_more) {
        fault_ = fault_of(*parser_, error);
        co_return Read::fault;
      }
      const bool done = parser_->is_header_done();
      if (done && understood <= limits().header) co_return Read::done;
      if (done || understood + unread() > limits().header) {
        fault_ = parser_->has_start_line() ? kHeaderTooLarge : kTargetTooLong;
        co_return Read::fault;
      }
    }
    const Read read = co_await read_some();
    if (read != Read::done) co_return read;
  }
}

asio::awaitable<Connection::Read> Connection::read_body() {
  enter(Phase::body, limits().body_time);
  parser_->eager(true);
  const std::size_t max_body = std::min(match_.route->max_body, limits().body);
  parser_->allow_body(max_body);
  const boost::optional<std::uint64_t> length = parser_->content_length();
  if (length && *length > max_body) {
    fault_ = kTooLarge;
    co_return Read::fault;
  }
  if (length) request_.body.reserve(static_cast<std::size_t>(*length));
  if (parser_->wants_continue() && unread() == 0) {
    static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    ErrorCode error;
    const auto bytes = asio::buffer(kContinue);
    co_await asio::async_write(socket_, bytes, asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return Read::closed;
  }
  while (!parser_->is_done()) {
    if (unread() > 0) {
      ErrorCode error;
      begin_ += parser_->put(asio::buffer(buffer_.data() + begin_, unread()), error);
      if (error && error != beast_http::error::need_more) {
        fault_ = fault_of(*parser_, error);
        co_return Read::fault;
      }
      if (parser_->is_done()) break;
    }
    const Read read = co_await read_some();
    if (read != Read::done) co_return read;
  }
  co_return Read::done;
}

/// The request's path and query from its target, and the route for it.
Fault Connection::understand_target() {
  std::string_view target = request_.target;
  if (!target.starts_with('/')) {
    // The absolute form, which a client may use towards a proxy (RFC 9112, 3.2.2).
    const std::size_t scheme = target.find("://");
    if (scheme == std::string_view::npos) return kMalformed;
    const std::size_t slash = target.find('/', scheme + 3);
    target = slash == std::string_view::npos ? std::string_view("/") : target.substr(slash);
  }
  // From here on only the origin form is known: pages write the target into their links.
  request_.target = std::string(target.substr(0, target.find('#')));
  target = request_.target;
  const std::size_t mark = target.find('?');
  path_ = target.substr(0, mark);
  std::optional<std::string> path = percent_decode(path_, false);
  if (!path) return kMalformedUtf8;
  request_.path = std::move(*path);
  if (mark != std::string_view::npos) {
    std::optional<Pairs> query = parse_form(target.substr(mark + 1));
    if (!query) return kMalformedUtf8;
    request_.query = std::move(*query);
  }
  match_ = server_.router.find(request_.method, path_, request_.parameters);
  return {};
}

std::string Connection::source_of_request() const {
  if (!server_.config.trust_forwarded) return peer_;
  std::string_view forwarded;
  for (const auto& [name, value] : request_.headers) {
    if (name == "x-forwarded-for") forwarded = value;
  }
  if (const std::size_t comma = forwarded.rfind(','); comma != std::string_view::npos) {
    forwarded.remove_prefix(comma + 1);
  }
  while (!forwarded.empty() && forwarded.front() == ' ') forwarded.remove_prefix(1);
  ErrorCode error;
  const asio::ip::address address = asio::ip::make_address(std::string(forwarded), error);
  return error ? peer_ : address.to_string();
}

/// Whether the request shows the token of a kiosk.
asio::awaitable<bool> Connection::kiosk_found() {
  const auto cookie = request_.cookie(kKioskCookie);
  if (!cookie || cookie->size() > kLongestToken || !server_.hooks.kiosk) co_return false;
  request_.device = *cookie;
  std::string device = request_.device;
  request_.kiosk = co_await server_.hooks.kiosk(std::move(device));
  co_return request_.kiosk.has_value();
}

/// Whoever goes to a page at a kiosk is there; what a page asks for by itself tells of nobody.
void Connection::note_use() const {
  const std::string_view mode = request_.header("sec-fetch-mode");
  if (!server_.hooks.used_at_kiosk || (!mode.empty() && mode != "navigate")) return;
  server_.hooks.used_at_kiosk(request_.device, request_.session ? request_.token : std::string());
}

/// An answer where the guard does not let the request through.
asio::awaitable<std::optional<Response>> Connection::guard() {
  const Guard kind = match_.route->guard;
  if (kind == Guard::open) co_return std::nullopt;
  if (kind == Guard::token) {
    const std::string_view authorization = request_.header("authorization");
    if (authorization.size() > 7 && equals_ignoring_case(authorization.substr(0, 7), "bearer ")) {
      request_.token = authorization.substr(7);
    }
  } else {
    if (request_.method != Method::get && request_.method != Method::head &&
        is_cross_site(request_)) {
      const base::Problem problem{base::Trouble::forbidden, "cross_site"};
      co_return server_.error(problem, 403, request_);
    }
    if (const auto cookie = request_.cookie(kSessionCookie)) request_.token = *cookie;
  }
  const AtKiosk place = match_.route->at_kiosk;
  if (place != AtKiosk::no) {
    const bool found = co_await kiosk_found();
    const bool asks = request_.method == Method::get || request_.method == Method::head;
    const bool stopped =
        found && request_.kiosk->consultant && !asks && place != AtKiosk::with_consultant;
    if (!found || stopped) {
      const base::Problem problem{base::Trouble::forbidden,
                                  found ? "consultant_explains" : "kiosk_not_set_up"};
      co_return server_.error(problem, 403, request_);
    }
  }
  const bool presented = !request_.token.empty();
  if (presented && request_.token.size() <= kLongestToken && server_.hooks.session) {
    std::string token = request_.token;
    const bool watched = match_.route->watched && server_.hooks.session_watched;
    const auto& session = watched ? server_.hooks.session_watched : server_.hooks.session;
    request_.session = co_await session(std::move(token));
    const std::string_view here = request_.kiosk ? std::string_view(request_.kiosk->id) : "";
    if (request_.session && request_.session->kiosk != here) request_.session.reset();
  }
  if (request_.kiosk) note_use();
  if (request_.session || kind == Guard::open_page) co_return std::nullopt;
  if (kind == Guard::token) {
    const base::Problem problem{base::Trouble::not_signed_in, "not_signed_in"};
    Response response = server_.error(problem, 401, request_);
    response.headers.emplace_back("WWW-Authenticate",
                                  presented ? "Bearer realm=\"mekenjai\", error=\"invalid_token\""
                                            : "Bearer realm=\"mekenjai\"");
    co_return response;
  }
  // At a kiosk the next person begins anew, wherever the one before him was.
  if (place != AtKiosk::no) co_return redirect(fmt::format("{}/", match_.route->prefix));
  if (match_.route->stranger) co_return co_await match_.route->stranger(request_);
  // Back to where he wanted to go, if that is a page that can be asked for again.
  const std::string_view door = match_.route->prefix;
  std::string sign_in = fmt::format("{}/sign-in", door);
  if (request_.method == Method::get || request_.method == Method::head) {
    sign_in += "?next=" + percent_encode(std::string_view(request_.target).substr(door.size()));
  }
  co_return redirect(sign_in);
}

asio::awaitable<Response> Connection::answer() {
  if (match_.route == nullptr) {
    if (match_.allow.empty()) {
      const base::Problem problem{base::Trouble::not_found, "not_found"};
      co_return server_.error(problem, 404, request_);
    }
    const base::Problem problem{base::Trouble::malformed, "method_not_allowed"};
    Response response = server_.error(problem, 405, request_);
    response.headers.emplace_back("Allow", match_.allow);
    co_return response;
  }
  if (match_.route->limiter != nullptr) {
    if (const int wait_s = match_.route->limiter->take(request_.source); wait_s > 0) {
      base::Problem problem{base::Trouble::too_many, "rate_limited"};
      problem.retry_after_s = wait_s;
      co_return server_.error(problem, 429, request_);
    }
  }
  try {
    std::optional<Response> stopped = co_await guard();
    if (stopped) co_return std::move(*stopped);
    co_return co_await match_.route->handler(request_);
  } catch (const std::exception& error) {
    spdlog::error("http: {} {}: {}", word(request_.method), match_.route->pattern, error.what());
  }
  const base::Problem problem{base::Trouble::internal, "internal"};
  co_return server_.error(problem, 500, request_);
}

asio::awaitable<bool> Connection::write(const Response& response, bool close) {
  enter(Phase::write, limits().write_time);
  const bool bodiless =
      request_.method == Method::head || response.status == 204 || response.status == 304;
  const std::string_view body =
      response.fixed_body.empty() ? std::string_view(response.body) : response.fixed_body;
  out_.clear();
  write_head(out_, response, body.size(), loop_.now_as_date(), close);
  ErrorCode error;
  if (bodiless || body.size() <= kCopiedBody) {
    if (!bodiless) out_ += body;
    const auto bytes = asio::buffer(out_);
    co_await asio::async_write(socket_, bytes, asio::redirect_error(asio::use_awaitable, error));
  } else {
    const std::array<asio::const_buffer, 2> bytes{asio::buffer(out_), asio::buffer(body)};
    co_await asio::async_write(socket_, bytes, asio::redirect_error(asio::use_awaitable, error));
  }
  co_return !error && !gone_;
}

/// Reads on for a while after an answer that came before the request's end: closing with unread
/// bytes would make the system throw the answer away (RFC 9112, 9.6).
asio::awaitable<void> Connection::linger() {
  enter(Phase::linger, limits().linger_time);
  ErrorCode error;
  socket_.shutdown(tcp::socket::shutdown_send, error);
  std::size_t total = 0;
  while (!error && total < kLingerBytes) {
    const auto space = asio::buffer(buffer_);
    total +=
        co_await socket_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
  }
}

void Connection::report(int status) const {
  if (!server_.hooks.on_request) return;
  const auto taken =
      std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - asked_at_);
  server_.hooks.on_request(match_.route == nullptr ? std::string_view() : match_.route->pattern,
                           status, taken);
}

asio::awaitable<void> Connection::run() {
  for (std::size_t requests = 1;; ++requests) {
    reset();
    Read read = co_await read_header();
    if (read == Read::closed) co_return;
    if (const std::string_view accepted = request_.header("accept-language"); !accepted.empty()) {
      request_.language = i18n::negotiate(accepted);
    }
    request_.source = source_of_request();
    if (read == Read::done) {
      fault_ = understand_target();
      if (fault_.status != 0) read = Read::fault;
    }
    if (read == Read::done && match_.route != nullptr && !parser_->is_done())
      read = co_await read_body();
    if (read == Read::closed) co_return;

    asked_at_ = Steady::now();
    enter(Phase::handler, limits().handler_time);
    Response response;
    if (read == Read::fault) {
      response = server_.error(fault_, request_);
    } else {
      response = co_await answer();
    }
    if (gone_) co_return;
    const bool whole = read == Read::done && parser_->is_done();
    const bool close = !whole || !parser_->keep_alive() || server_.stopping ||
                       requests >= limits().requests_a_connection;
    const bool written = co_await write(response, close);
    report(response.status);
    if (!written) co_return;
    if (close) {
      co_await linger();
      co_return;
    }
    enter(Phase::idle, limits().idle_time);
    if (server_.stopping && unread() == 0) co_return;
  }
}

}  // namespace

ServerCore::ServerCore(ServerConfig given, std::vector<Route> routes, Hooks given_hooks)
    : config(std::move(given)), router(std::move(routes)), hooks(std::move(given_hooks)) {
  const Limits& limits = config.limits;
  const auto shortest = std::min({limits.header_time, limits.body_time, limits.handler_time,
                                  limits.write_time, limits.idle_time, limits.linger_time});
  tick = std::clamp(shortest / 4, std::chrono::milliseconds(5), std::chrono::milliseconds(500));
  const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
  for (std::size_t i = 0; i < (config.loops == 0 ? cores : config.loops); ++i) {
    loops.push_back(std::make_unique<Loop>());
  }
  const tcp::endpoint endpoint = parse_listen(config.listen);
  try {
    acceptor = std::make_unique<tcp::acceptor>(loops.front()->io, endpoint, true);
    bound = acceptor->local_endpoint();
  } catch (const std::exception& error) {
    throw std::runtime_error(fmt::format("cannot listen on {}: {}", config.listen, error.what()));
  }
  pause = std::make_unique<asio::steady_timer>(loops.front()->io);
}

Response ServerCore::error(const base::Problem& problem, int status, const Request& request) const {
  if (wants_problem(request)) {
    return problem_response(problem, request.language, catalog, status);
  }
  Response response =
      hooks.error_page
          ? hooks.error_page(problem, status, request)
          : plain_error_page(text_of(problem, request.language, catalog), status, request.language);
  if (const int wait_s = retry_after_s(problem); wait_s > 0) {
    response.headers.emplace_back("Retry-After", std::to_string(wait_s));
  }
  return response;
}

void ServerCore::accept() {
  Loop& loop = *loops[next_loop];
  next_loop = (next_loop + 1) % loops.size();
  acceptor->async_accept(loop.io, [this, &loop](const ErrorCode& error, tcp::socket socket) {
    if (stopping || error == asio::error::operation_aborted) return;
    if (!error) {
      admit(std::move(socket), loop);
      return accept();
    }
    // Out of sockets: look again when some have been closed.
    pause->expires_after(std::chrono::milliseconds(100));
    pause->async_wait([this](const ErrorCode& stopped) {
      if (!stopped && !stopping) accept();
    });
  });
}

void ServerCore::admit(tcp::socket socket, Loop& loop) {
  ErrorCode error;
  const tcp::endpoint remote = socket.remote_endpoint(error);
  if (error) return;
  asio::ip::address address = remote.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  std::string source = address.to_string();
  const std::size_t limit = config.trust_forwarded ? 0 : config.limits.connections_a_source;
  bool full = false;
  {
    const std::lock_guard lock(mutex);
    full = open >= config.limits.connections || (limit > 0 && by_source[source] >= limit);
    if (!full) {
      ++open;
      ++by_source[source];
    }
  }
  if (full) {
    static constexpr std::string_view kFull =
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: "
        "close\r\n\r\n";
    socket.non_blocking(true, error);
    socket.write_some(asio::buffer(kFull), error);
    return;
  }
  socket.set_option(tcp::no_delay(true), error);
  asio::post(loop.io,
             [this, &loop, socket = std::move(socket), source = std::move(source)]() mutable {
               auto connection =
                   std::make_unique<Connection>(std::move(socket), std::move(source), *this, loop);
               const auto live = [](std::unique_ptr<Connection> held) -> asio::awaitable<void> {
                 co_await held->run();
               };
               asio::co_spawn(loop.io, live(std::move(connection)), asio::detached);
             });
}

void ServerCore::release(const std::string& source) {
  const std::lock_guard lock(mutex);
  --open;
  if (const auto found = by_source.find(source); found != by_source.end() && --found->second == 0) {
    by_source.erase(found);
  }
  closed.notify_all();
}

void ServerCore::sweep(Loop& loop) {
  loop.sweep.expires_after(tick);
  loop.sweep.async_wait([this, &loop](const ErrorCode& error) {
    if (error) return;
    const Steady::time_point now = Steady::now();
    // Expiring ends nothing at once: a connection leaves the set when its own turn comes.
    for (Connection* connection : loop.connections) connection->look_at(now);
    sweep(loop);
  });
}

void ServerCore::drain(std::chrono::milliseconds limit) {
  stopping = true;
  asio::post(loops.front()->io, [this] {
    ErrorCode ignored;
    acceptor->close(ignored);
    pause->cancel();
  });
  const auto for_all = [this](void (Connection::*what)()) {
    for (const auto& loop : loops) {
      asio::post(loop->io, [&loop = *loop, what] {
        for (Connection* connection : loop.connections) (connection->*what)();
      });
    }
  };
  for_all(&Connection::close_if_idle);
  std::unique_lock lock(mutex);
  const auto none_open = [this] { return open == 0; };
  if (closed.wait_for(lock, limit, none_open)) return;
  lock.unlock();
  for_all(&Connection::cut);
  lock.lock();
  closed.wait_for(lock, std::chrono::seconds(1), none_open);
}

Hooks hooks_for(flow::Service& service) {
  Hooks hooks;
  hooks.session = [&service](std::string token) { return service.session(std::move(token)); };
  hooks.session_watched =
      [&service](std::string token) -> asio::awaitable<std::optional<flow::Session>> {
    std::optional<flow::Session> session = co_await service.look_at_session(std::move(token));
    if (session && session->ends_at <= service.now()) session.reset();
    co_return session;
  };
  hooks.kiosk = [&service](std::string device) {
    return service.kiosks().of_token(std::move(device));
  };
  hooks.used_at_kiosk = [&service](const std::string& device, const std::string& token) {
    service.kiosks().used(device, base::Millis{0});
    if (!token.empty()) service.used(token, base::Millis{0});
  };
  return hooks;
}

Server::Server(ServerConfig config, std::vector<Route> routes, Hooks hooks)
    : core_(std::make_unique<ServerCore>(std::move(config), std::move(routes), std::move(hooks))) {}

Server::~Server() { stop(std::chrono::milliseconds(0)); }

std::uint16_t Server::port() const { return core_->bound.port(); }

std::string Server::address() const {
  const asio::ip::address address = core_->bound.address();
  const std::string host =
      address.is_v6() ? fmt::format("[{}]", address.to_string()) : address.to_string();
  return fmt::format("{}:{}", host, port());
}

const std::vector<Route>& Server::routes() const { return core_->router.routes(); }

void Server::start() {
  if (core_->started) return;
  core_->started = true;
  core_->accept();
  for (const auto& loop : core_->loops) {
    core_->sweep(*loop);
    loop->thread = std::thread([&io = loop->io] {
      base::name_thread("http");
      io.run();
    });
  }
}

void Server::stop(std::chrono::milliseconds drain) {
  if (!core_->started || core_->stopped) return;
  core_->stopped = true;
  core_->drain(drain);
  for (const auto& loop : core_->loops) {
    loop->io.stop();
    loop->thread.join();
  }
}

std::size_t Server::connections() const {
  const std::lock_guard lock(core_->mutex);
  return core_->open;
}

}  // namespace mekenjai::http
