// Where a push goes. The address comes from a browser, so that whoever signs in may write any: it must never be a way
// into our own network. It is looked at when a subscription is made, and its addresses again whenever we connect.
#pragma once

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace mekenjai::edge::push {

inline constexpr std::size_t kMaxEndpoint = 1024;

struct EndpointRules {
  /// Tests and the sandbox: loopback by name or number, with or without TLS, on any port.
  bool loopback = false;
  /// Only these hosts and what is below them ("push.apple.com"), in lower case; empty: every public name.
  std::vector<std::string> hosts{};
};

/// "https://host/path?query" of a public host by name, on port 443.
struct Endpoint {
  std::string text{};    // as it was given: whoever has it may send, so that it stays out of logs
  std::string origin{};  // "https://host", or with a port that is not the usual one (RFC 6454, 6.2)
  std::string host{};    // lower case; an IPv6 literal without its brackets
  std::string port{};
  std::string target{};  // path and query, at least "/"
  bool tls = true;
  bool loopback = false;

  /// The field Host.
  std::string authority() const { return origin.substr(origin.find("//") + 2); }

  /// The error says what is wrong with the text, after its name: "is not an https:// address".
  static tl::expected<Endpoint, std::string> parse(std::string_view text, const EndpointRules& rules = {});
};

/// A name of the public DNS: two labels or more, none of the endings that are for private networks.
bool is_public_name(std::string_view host);

/// Whether the address is one of the open net: not private, loopback, link-local, shared (RFC 6598), multicast or
/// otherwise special (RFC 6890 and IANA's registries), also where such an IPv4 address hides in an IPv6 one.
bool is_public(const boost::asio::ip::address& address);

/// Why a connection to these addresses of the endpoint's host is refused; nothing where all are as they must be. One
/// wrong address is enough: a name that leads both ways leads where its owner likes.
std::optional<std::string> refusal(const Endpoint& endpoint, const std::vector<boost::asio::ip::address>& addresses);

}  // namespace mekenjai::edge::push
