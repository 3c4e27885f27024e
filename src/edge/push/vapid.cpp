#include "edge/push/vapid.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "base/bytes.hpp"

namespace mekenjai::edge::push {

tl::expected<Vapid, std::string> Vapid::make(P256Key key, std::string subject) {
  if (subject.size() > kMaxSubject) return tl::unexpected<std::string>("is too long");
  const bool mail = subject.starts_with("mailto:") && subject.find('@', 8) != std::string::npos;
  const bool site = subject.starts_with("https://") && subject.size() > 8;
  if (!mail && !site) return tl::unexpected<std::string>("is neither mailto:name@host nor https://host");
  const bool printable = std::all_of(subject.begin(), subject.end(), [](char c) { return c > ' ' && c < '\x7F'; });
  if (!printable) return tl::unexpected<std::string>("holds more than printable ASCII");
  if (subject.back() == '@') return tl::unexpected<std::string>("names no host");
  return Vapid(std::move(key), std::move(subject));
}

const std::string& Vapid::authorization(const std::string& origin, base::Instant now) {
  const auto known = tokens_.find(origin);
  if (known != tokens_.end()) {
    // A clock that was set back makes a token last longer than may be.
    const auto left = known->second.expires - now;
    if (left > kTokenRenewed && left <= kTokenLife) return known->second.field;
  }
  if (known == tokens_.end() && tokens_.size() >= kMaxTokens) tokens_.clear();
  return tokens_.insert_or_assign(origin, issue(origin, now)).first->second.field;
}

std::string Vapid::public_key() const { return base::to_base64url(key_.point()); }

Vapid::Token Vapid::issue(const std::string& origin, base::Instant now) const {
  const auto expires = std::chrono::floor<std::chrono::seconds>(now + kTokenLife);
  const boost::json::object header{{"typ", "JWT"}, {"alg", "ES256"}};
  const boost::json::object claims{{"aud", origin}, {"exp", expires.time_since_epoch().count()}, {"sub", subject_}};
  const std::string text =
      base::to_base64url(boost::json::serialize(header)) + "." + base::to_base64url(boost::json::serialize(claims));
  const std::string signature = base::to_base64url(key_.sign(text));
  return {fmt::format("vapid t={}.{}, k={}", text, signature, public_key()), expires};
}

}  // namespace mekenjai::edge::push
