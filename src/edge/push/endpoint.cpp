#include "edge/push/endpoint.hpp"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <charconv>

namespace mekenjai::edge::push {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t kMaxName = 253, kMaxLabel = 63;  // RFC 1035, 2.3.4

tl::unexpected<std::string> no(const char* why) { return tl::unexpected<std::string>(why); }

std::string text_of(boost::urls::pct_string_view view) { return std::string(view.data(), view.size()); }

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

/// Boost.URL takes any digits.
bool is_port(const std::string& digits) {
  std::uint16_t port = 0;
  const char* const end = digits.data() + digits.size();
  const auto [read_to, error] = std::from_chars(digits.data(), end, port);
  return error == std::errc{} && read_to == end && port != 0 && digits.front() != '0';
}

bool is_loopback_host(const std::string& host) {
  boost::system::error_code wrong;
  const ip::address address = ip::make_address(host, wrong);
  return wrong ? host == "localhost" : address.is_loopback();
}

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_label(std::string_view label) {
  if (label.empty() || label.size() > kMaxLabel || label.front() == '-' || label.back() == '-') return false;
  return std::all_of(label.begin(), label.end(), [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool is_under(std::string_view host, std::string_view parent) {
  if (!host.ends_with(parent)) return false;
  return host.size() == parent.size() || host[host.size() - parent.size() - 1] == '.';
}

struct Block {
  const char* prefix;
  unsigned bits;
};

// RFC 6890 and its successors; https://www.iana.org/assignments/iana-ipv4-special-registry
constexpr Block kSpecial4[] = {
    {"0.0.0.0", 8},     {"10.0.0.0", 8},      {"100.64.0.0", 10},  {"127.0.0.0", 8},    {"169.254.0.0", 16},
    {"172.16.0.0", 12}, {"192.0.0.0", 24},    {"192.0.2.0", 24},   {"192.88.99.0", 24}, {"192.168.0.0", 16},
    {"198.18.0.0", 15}, {"198.51.100.0", 24}, {"203.0.113.0", 24}, {"224.0.0.0", 4},    {"240.0.0.0", 4},
};
// Only 2000::/3 is given out; these parts of it are special: protocol assignments with Teredo, documentation, 6to4.
constexpr Block kGlobal6{"2000::", 3};
constexpr Block kSpecial6[] = {{"2001::", 23}, {"2001:db8::", 32}, {"2002::", 16}, {"3fff::", 20}};
// IPv4 seen through NAT64 (RFC 6052): what counts is the address inside.
constexpr Block kNat64{"64:ff9b::", 96};

template <class Bytes>
bool same_bits(const Bytes& left, const Bytes& right, unsigned bits) {
  for (std::size_t i = 0; i < left.size() && bits > 0; ++i) {
    const unsigned here = std::min(bits, 8u);
    if (((left[i] ^ right[i]) & 0xFFu) >> (8 - here) != 0) return false;
    bits -= here;
  }
  return true;
}

bool within(const ip::address_v4& address, const Block& block) {
  return same_bits(address.to_bytes(), ip::make_address_v4(block.prefix).to_bytes(), block.bits);
}

bool within(const ip::address_v6& address, const Block& block) {
  return same_bits(address.to_bytes(), ip::make_address_v6(block.prefix).to_bytes(), block.bits);
}

bool is_public4(const ip::address_v4& address) {
  return std::none_of(std::begin(kSpecial4), std::end(kSpecial4), [&](const Block& b) { return within(address, b); });
}

bool is_public6(const ip::address_v6& address) {
  if (within(address, kNat64)) {
    const auto bytes = address.to_bytes();
    return is_public4(ip::address_v4({bytes[12], bytes[13], bytes[14], bytes[15]}));
  }
  if (!within(address, kGlobal6)) return false;
  return std::none_of(std::begin(kSpecial6), std::end(kSpecial6), [&](const Block& b) { return within(address, b); });
}

}  // namespace

bool is_public_name(std::string_view host) {
  static constexpr std::string_view kPrivateEndings[] = {
      "localhost", "localdomain", "local", "internal", "intranet", "lan", "home", "corp", "private", "arpa", "onion"};
  if (host.size() > kMaxName) return false;
  std::size_t labels = 0;
  std::string_view last;
  for (std::size_t from = 0; from <= host.size(); from += last.size() + 1, ++labels) {
    last = host.substr(from, host.find('.', from) - from);
    if (!is_label(last)) return false;
  }
  // An ending that begins with a digit makes the whole a number to some resolvers: 127.1, 0x7f.1.
  if (labels < 2 || !is_letter(last.front())) return false;
  return std::find(std::begin(kPrivateEndings), std::end(kPrivateEndings), last) == std::end(kPrivateEndings);
}

bool is_public(const ip::address& address) {
  return address.is_v4() ? is_public4(address.to_v4()) : is_public6(address.to_v6());
}

tl::expected<Endpoint, std::string> Endpoint::parse(std::string_view text, const EndpointRules& rules) {
  if (text.size() > kMaxEndpoint) return no("is too long");
  const auto parsed = boost::urls::parse_uri(boost::core::string_view(text.data(), text.size()));
  if (!parsed) return no("is not an https:// address");
  const boost::urls::url_view url = *parsed;
  const std::string scheme = lower(text_of(url.scheme()));
  if (scheme != "https" && scheme != "http") return no("is not an https:// address");
  if (url.has_userinfo()) return no("may not hold a password");
  if (url.has_fragment()) return no("may not hold a fragment");
  Endpoint endpoint;
  endpoint.text = text;
  endpoint.tls = scheme == "https";
  endpoint.host = lower(text_of(url.encoded_host_address()));
  const std::string usual_port = endpoint.tls ? "443" : "80";
  endpoint.port = url.has_port() ? text_of(url.port()) : usual_port;
  if (!is_port(endpoint.port)) return no("has no real port");
  endpoint.loopback = rules.loopback && is_loopback_host(endpoint.host);
  if (!endpoint.loopback) {
    if (!endpoint.tls) return no("is not an https:// address");
    if (!is_public_name(endpoint.host)) return no("does not name a public host");
    if (endpoint.port != usual_port) return no("is not on port 443");
    const bool listed = std::any_of(rules.hosts.begin(), rules.hosts.end(),
                                    [&](const std::string& parent) { return is_under(endpoint.host, parent); });
    if (!rules.hosts.empty() && !listed) return no("is not of a push service that we know");
  }
  const bool six = endpoint.host.find(':') != std::string::npos;
  endpoint.origin = scheme + "://" + (six ? "[" + endpoint.host + "]" : endpoint.host);
  if (endpoint.port != usual_port) endpoint.origin += ":" + endpoint.port;
  const std::string target = text_of(url.encoded_target());
  endpoint.target = target.starts_with('/') ? target : "/" + target;
  return endpoint;
}

std::optional<std::string> refusal(const Endpoint& endpoint, const std::vector<ip::address>& addresses) {
  for (const ip::address& address : addresses) {
    const bool good = endpoint.loopback ? address.is_loopback() : is_public(address);
    if (!good) return "the name leads into a private network";
  }
  return std::nullopt;
}

}  // namespace mekenjai::edge::push
