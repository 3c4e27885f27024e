#include "http/rate_limit.hpp"

#include <boost/asio/ip/address.hpp>

#include <cmath>

namespace mekenjai::http {
namespace {

/// The network that counts as one source.
std::string network_of(std::string_view source) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(source), error);
  if (error || !address.is_v6()) return std::string(source);
  const boost::asio::ip::address_v6 v6 = address.to_v6();
  if (v6.is_v4_mapped())
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, v6).to_string();
  boost::asio::ip::address_v6::bytes_type bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return boost::asio::ip::address_v6(bytes).to_string();
}

}  // namespace

RateLimiter::RateLimiter(int a_minute, std::size_t max_sources)
    : a_minute_(a_minute), max_sources_(std::max<std::size_t>(max_sources, 1)) {}

int RateLimiter::take(std::string_view source, Time now) {
  if (a_minute_ <= 0) return 0;
  const std::string network = network_of(source);
  const std::lock_guard lock(mutex_);
  auto found = by_source_.find(network);
  if (found == by_source_.end()) {
    if (by_age_.size() >= max_sources_) {
      by_source_.erase(by_age_.back().source);
      by_age_.pop_back();
    }
    by_age_.push_front({network, a_minute_, now});
    found = by_source_.emplace(by_age_.front().source, by_age_.begin()).first;
  } else {
    by_age_.splice(by_age_.begin(), by_age_, found->second);
  }
  Bucket& bucket = *found->second;
  const double a_second = a_minute_ / 60.0;
  const double passed_s = std::chrono::duration<double>(now - bucket.at).count();
  bucket.tokens = std::min(a_minute_, bucket.tokens + std::max(passed_s, 0.0) * a_second);
  bucket.at = now;
  if (bucket.tokens >= 1) {
    bucket.tokens -= 1;
    return 0;
  }
  return std::max(1, static_cast<int>(std::ceil((1 - bucket.tokens) / a_second)));
}

std::size_t RateLimiter::sources() const {
  const std::lock_guard lock(mutex_);
  return by_age_.size();
}

}  // namespace mekenjai::http
