#include "edge/eds/live/stamper.hpp"

#include <spdlog/spdlog.h>

#include "edge/eds/asn1/oids.hpp"

namespace mekenjai::edge::eds::live {
namespace {

namespace asio = boost::asio;

constexpr std::size_t kNonceBytes = 16;

}  // namespace

Stamper::Stamper(HttpAddress address, std::chrono::milliseconds timeout, std::chrono::milliseconds rest, const Trust& trust,
                 const base::Clock& clock, asio::io_context& pool)
    : address_(std::move(address)), timeout_(timeout), trust_(trust), clock_(clock), pool_(pool), breaker_(rest) {}

asio::awaitable<Stamp> Stamper::stamp(std::string signature, crypto::KeyKind kind) {
  Stamp stamp;
  if (!breaker_.resting()) stamp = co_await ask(std::move(signature), kind);
  ++(stamp.token.empty() ? unstamped_ : stamped_);
  co_return stamp;
}

asio::awaitable<Stamp> Stamper::ask(std::string signature, crypto::KeyKind kind) {
  const std::string nonce = base::random_bytes(kNonceBytes);
  // The imprint's digest chooses the authority, GOST or RSA (eds.md 2.3); a policy is only needed for the former.
  const bool gost = kind == crypto::KeyKind::gost2015;
  const auto digest = gost ? crypto::Digest::streebog512 : crypto::Digest::sha256;
  const std::string_view policy = gost ? std::string_view(oids::kPolicyTsaGost2015) : std::string_view();
  HttpRequest request{address_, "application/timestamp-query", timestamp_request(digest, signature, nonce, policy),
                      {}, {}, kMaxSmallAnswer, timeout_};
  const HttpAnswer answer = co_await fetch(std::move(request));
  if (!answer.ok()) {
    breaker_.failed();
    spdlog::warn("TSP {}: {}", address_.text, answer.trouble);
    co_return Stamp{};
  }
  breaker_.answered();
  const Instant now = clock_.now();
  std::function<Checked<Stamp>()> verify = [&]() -> Checked<Stamp> {
    auto token = token_of_response(answer.body);
    if (!token) return tl::unexpected(token.error());
    const auto stamp = verify_timestamp(*token, signature, trust_, now, nonce);
    if (!stamp) return tl::unexpected(stamp.error());
    return Stamp{*std::move(token), stamp->at};
  };
  const auto stamp = co_await on_pool<Checked<Stamp>>(pool_, std::move(verify));
  if (stamp) co_return *stamp;
  spdlog::warn("TSP {}: the token is not kept: {}", address_.text, describe(stamp.error()));
  co_return Stamp{};
}

}  // namespace mekenjai::edge::eds::live
