// How long a page takes when so many are asked for every second, come what may. Requests have their moments, one every
// 1/RATE seconds; a late answer delays nobody but itself, and every latency counts from the moment its request was due
// (so that a server which stops for a second is seen to stop: no coordinated omission).
//
//   bench_paced --port P --path /apply/where [--cookie C] [--accept-encoding E] [--rate N] [--seconds S] [--connections C]
//
// One thread, connections that stay open. Prints JSON: asked, answered, p50, p90, p99, max in microseconds, bytes; and the
// p99 of the middle second, which a neighbour that takes the processor for a moment does not change.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace {

using Clock = std::chrono::steady_clock;
using Moment = Clock::time_point;

constexpr std::chrono::seconds kWarmUp{1};   // asked, not counted
constexpr std::chrono::seconds kPatience{5};  // for what is still on its way at the end

struct Options {
  std::uint16_t port = 0;
  std::string path = "/", cookie, accept_encoding = "identity";
  int rate = 1000;  // requests a second
  int seconds = 10;
  std::size_t connections = 32;
};

Options read_options(int argc, char** argv) {
  std::map<std::string, std::string> given;
  for (int i = 1; i + 1 < argc; i += 2) given[argv[i]] = argv[i + 1];
  Options options;
  const auto number = [&given](const std::string& name, int otherwise) {
    return given.contains(name) ? std::stoi(given[name]) : otherwise;
  };
  const auto text = [&given](const std::string& name, const std::string& otherwise) {
    return given.contains(name) ? given[name] : otherwise;
  };
  options.port = static_cast<std::uint16_t>(number("--port", 0));
  options.path = text("--path", options.path);
  options.cookie = text("--cookie", "");
  options.accept_encoding = text("--accept-encoding", options.accept_encoding);
  options.rate = number("--rate", options.rate);
  options.seconds = number("--seconds", options.seconds);
  options.connections = static_cast<std::size_t>(number("--connections", 32));
  if (options.port == 0 || options.rate < 1) throw std::invalid_argument("bench_paced --port P --path PATH --rate N");
  return options;
}

/// One connection with at most one request on its way.
class Connection {
 public:
  explicit Connection(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("cannot connect");
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::fcntl(socket_, F_SETFL, O_NONBLOCK);
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return socket_; }
  bool busy() const { return busy_; }
  Moment due() const { return due_; }
  std::size_t bytes() const { return wanted_; }

  void send(const std::string& request, Moment due) {
    if (::send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
      throw std::runtime_error("a request was not taken");
    }
    busy_ = true;
    due_ = due;
    wanted_ = 0;
    answer_.clear();
  }

  /// Reads what has come; true when the answer is whole.
  bool read() {
    char part[64 * 1024];
    const ssize_t count = ::recv(socket_, part, sizeof part, 0);
    if (count == 0) throw std::runtime_error("the server closed a connection");
    if (count < 0) return false;
    answer_.append(part, static_cast<std::size_t>(count));
    if (wanted_ == 0) wanted_ = whole_size();
    if (wanted_ == 0 || answer_.size() < wanted_) return false;
    busy_ = false;
    return true;
  }

 private:
  std::size_t whole_size() const {
    const std::size_t end = answer_.find("\r\n\r\n");
    if (end == std::string::npos) return 0;
    if (!answer_.starts_with("HTTP/1.1 200")) throw std::runtime_error(answer_.substr(0, answer_.find('\r')));
    const std::size_t at = answer_.find("Content-Length: ");
    if (at == std::string::npos || at > end) throw std::runtime_error("an answer without Content-Length");
    return end + 4 + std::stoul(answer_.substr(at + 16));
  }

  const int socket_;
  bool busy_ = false;
  Moment due_;
  std::string answer_;
  std::size_t wanted_ = 0;
};

struct Measured {
  std::vector<std::int64_t> latencies;             // microseconds
  std::vector<std::vector<std::int64_t>> seconds;  // the same, by the second they were due in
  std::size_t asked = 0, bytes = 0;
};

Measured measure(const Options& options) {
  const std::string request =
      fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nAccept-Encoding: {}\r\n{}\r\n", options.path, options.port,
                  options.accept_encoding, options.cookie.empty() ? "" : fmt::format("Cookie: {}\r\n", options.cookie));
  std::deque<Connection> connections;
  std::vector<pollfd> polled;
  std::deque<std::size_t> free;  // in turn, so that none is silent for long
  for (std::size_t i = 0; i < options.connections; ++i) {
    polled.push_back({connections.emplace_back(options.port).socket(), POLLIN, 0});
    free.push_back(i);
  }
  Measured measured;
  measured.seconds.resize(static_cast<std::size_t>(options.seconds));
  std::deque<Moment> waiting;  // due, with no connection free
  const auto pace = std::chrono::nanoseconds(1'000'000'000 / options.rate);
  const Moment start = Clock::now(), counted = start + kWarmUp, end = counted + std::chrono::seconds(options.seconds);
  Moment next = start;
  std::size_t open = 0;
  while (Clock::now() < end + kPatience && (next < end || open > 0 || !waiting.empty())) {
    for (const Moment now = Clock::now(); next <= now && next < end; next += pace) waiting.push_back(next);
    while (!waiting.empty() && !free.empty()) {
      connections[free.front()].send(request, waiting.front());
      if (waiting.front() >= counted) ++measured.asked;
      free.pop_front();
      waiting.pop_front();
      ++open;
    }
    const auto left = std::max(std::chrono::nanoseconds(0), std::chrono::nanoseconds(next - Clock::now()));
    const timespec patience{0, std::min<long>(left.count(), 100'000'000)};
    if (::ppoll(polled.data(), polled.size(), &patience, nullptr) <= 0) continue;
    for (std::size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].revents == 0 || !connections[i].read()) continue;
      if (const Moment due = connections[i].due(); due >= counted) {
        const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - due).count();
        measured.latencies.push_back(took);
        const auto second = std::chrono::duration_cast<std::chrono::seconds>(due - counted).count();
        measured.seconds[static_cast<std::size_t>(second)].push_back(took);
      }
      measured.bytes = connections[i].bytes();
      free.push_back(i);
      --open;
    }
  }
  return measured;
}

}  // namespace

int main(int argc, char** argv) try {
  ::prctl(PR_SET_TIMERSLACK, 1UL);  // a nanosecond: the moments are ours to keep
  Measured measured = measure(read_options(argc, argv));
  if (measured.latencies.empty()) throw std::runtime_error("nothing was answered");
  const auto at = [](std::vector<std::int64_t>& all, double part) {
    std::sort(all.begin(), all.end());
    return all[std::min(all.size() - 1, static_cast<std::size_t>(part * static_cast<double>(all.size())))];
  };
  std::vector<std::int64_t> of_seconds;
  for (std::vector<std::int64_t>& second : measured.seconds) {
    if (!second.empty()) of_seconds.push_back(at(second, .99));
  }
  std::vector<std::int64_t>& all = measured.latencies;
  std::cout << fmt::format(
      "{{\"asked\": {}, \"answered\": {}, \"p50_us\": {}, \"p90_us\": {}, \"p99_us\": {}, \"p99_middle_us\": {}, \"max_us\": {}, \"bytes\": {}}}\n",
      measured.asked, all.size(), at(all, .5), at(all, .9), at(all, .99), at(of_seconds, .5), at(all, 1), measured.bytes);
  return 0;
} catch (const std::exception& error) {
  std::cerr << "bench_paced: " << error.what() << '\n';
  return 1;
}
