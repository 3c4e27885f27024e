// A client for tests that sends exactly the bytes it is given, wrong ones too. Blocking, on
// loopback.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mekenjai::http {

struct RawResponse {
  int status = 0;  // 0: the connection ended without an answer
  std::vector<std::pair<std::string, std::string>> headers;  // names in lower case
  std::string body;

  std::string header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
};

class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    timeval patience{20, 0};  // only a broken server makes a test wait for it
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      ::close(socket_);
      throw std::runtime_error("cannot connect");
    }
  }
  ~RawClient() { ::close(socket_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return;  // the server has closed; what it said is still to be read
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  /// The next answer; `head`: to a HEAD request, whose answer has no body.
  RawResponse read(bool head = false) {
    RawResponse response;
    std::size_t end = std::string::npos;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!more()) return response;
    }
    parse_head(response, std::string_view(received_).substr(0, end));
    received_.erase(0, end + 4);
    const std::string length = response.header("content-length");
    const std::size_t size =
        head || length.empty() || response.status == 304 ? 0 : std::stoul(length);
    while (received_.size() < size && more()) {
    }
    response.body = received_.substr(0, size);
    received_.erase(0, size);
    return response;
  }

  RawResponse ask(std::string_view bytes) {
    send(bytes);
    return read(bytes.substr(0, 5) == "HEAD ");
  }

  /// True where the server has closed and nothing more came.
  bool ended() { return received_.empty() && !more(); }
  void end_sending() { ::shutdown(socket_, SHUT_WR); }

 private:
  bool more() {
    char buffer[4096];
    const ssize_t count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) return false;
    received_.append(buffer, static_cast<std::size_t>(count));
    return true;
  }

  static void parse_head(RawResponse& response, std::string_view head) {
    response.status = std::stoi(std::string(head.substr(9, 3)));
    std::size_t at = head.find("\r\n");
    while (at != std::string_view::npos) {
      at += 2;
      const std::size_t end = head.find("\r\n", at);
      const std::string_view line = head.substr(at, end == std::string_view::npos ? end : end - at);
      const std::size_t colon = line.find(": ");
      std::string name(line.substr(0, colon));
      for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      response.headers.emplace_back(std::move(name), std::string(line.substr(colon + 2)));
      at = end;
    }
  }

  int socket_;
  std::string received_;
};

}  // namespace mekenjai::http
