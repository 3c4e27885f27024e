#include "app/push.hpp"

#include <fstream>
#include <sstream>

#include "base/thread.hpp"

namespace mekenjai::app {
namespace {

using edge::push::P256Key;
using edge::push::Vapid;

constexpr std::string_view kKeptKey = "push_key";
/// Nobody answers there, and nobody needs to: the sandbox's push services are on this machine.
constexpr std::string_view kSandboxSubject = "mailto:sandbox@mekenjai.invalid";

tl::expected<P256Key, std::string> key_of_file(const std::string& name) {
  std::ifstream file(name, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return tl::unexpected(fmt::format("[push] key_file {} cannot be read", name));
  auto key = P256Key::from_pem(text.str());
  if (!key)
    return tl::unexpected(
        fmt::format("[push] key_file {} is no private key on P-256 in PEM", name));
  return *std::move(key);
}

/// The key that browsers have subscribed to: another one would make every subscription useless.
P256Key kept_key(flow::Ledger& ledger) {
  if (const auto kept = ledger.remembered(kKeptKey)) {
    if (auto key = P256Key::from_pem(*kept)) return *std::move(key);
    throw std::runtime_error("the key of Web Push in the database cannot be read");
  }
  P256Key key = P256Key::generate();
  store::sqlite::Transaction transaction(ledger.database());
  ledger.remember(kKeptKey, key.pem());
  transaction.commit();
  return key;
}

}  // namespace

std::optional<PushTrouble> trouble_with(const PushKeys& keys) {
  const auto positive = [](auto value) { return value > decltype(value){}; };
  if (keys.on && keys.subject.empty())
    return PushTrouble{"subject", "is missing: mailto:name@host or https://host"};
  if (!keys.subject.empty()) {
    const auto vapid = Vapid::make(P256Key::generate(), keys.subject);
    if (!vapid) return PushTrouble{"subject", vapid.error()};
  }
  if (!positive(keys.devices_a_person)) return PushTrouble{"devices_a_person", "is at least 1"};
  if (!positive(keys.connections)) return PushTrouble{"connections", "is at least 1"};
  if (!positive(keys.connections_a_service))
    return PushTrouble{"connections_a_service", "is at least 1"};
  if (!positive(keys.timeout)) return PushTrouble{"timeout_seconds", "is more than 0"};
  if (!positive(keys.retry_min)) return PushTrouble{"retry_min_seconds", "is more than 0"};
  if (keys.retry_max < keys.retry_min)
    return PushTrouble{"retry_max_seconds", "is at least retry_min_seconds"};
  return std::nullopt;
}

tl::expected<std::unique_ptr<Push>, std::string> Push::make(const PushKeys& keys, bool sandbox,
                                                            flow::Engine& engine) {
  try {
    std::optional<P256Key> key;
    if (keys.key_file.empty()) {
      key = kept_key(engine.ledger());
    } else {
      auto read = key_of_file(keys.key_file);
      if (!read) return tl::unexpected(read.error());
      key = *std::move(read);
    }
    auto vapid =
        Vapid::make(*key, keys.subject.empty() ? std::string(kSandboxSubject) : keys.subject);
    if (!vapid) return tl::unexpected("[push] subject " + vapid.error());
    flow::PushWays ways{vapid->public_key(), {sandbox, keys.hosts}, keys.devices_a_person};
    outbox::PushConfig config;
    config.rules = ways.rules;
    config.retry_min = keys.retry_min;
    config.retry_max = keys.retry_max;
    config.sender.timeout = keys.timeout;
    config.sender.connections = static_cast<std::size_t>(keys.connections);
    config.sender.connections_per_origin = static_cast<std::size_t>(keys.connections_a_service);
    config.sender.roots_file = keys.roots;
    return std::unique_ptr<Push>(
        new Push(std::move(ways), std::move(config), *std::move(vapid), engine));
  } catch (const std::exception& failure) {
    return tl::unexpected(fmt::format("[push] {}", failure.what()));
  }
}

Push::Push(flow::PushWays ways, outbox::PushConfig config, Vapid vapid, flow::Engine& engine)
    : ways_(std::move(ways)),
      work_(boost::asio::make_work_guard(loop_)),
      outbox_(engine, loop_, std::move(config), std::move(vapid), clock_) {
  engine.on_push = [this] { outbox_.look(); };
}

Push::~Push() {
  loop_.stop();
  if (thread_.joinable()) thread_.join();
}

void Push::start() {
  thread_ = std::thread([this] {
    base::name_thread("push");
    loop_.run();
  });
  outbox_.look();
}

void Push::stop() { outbox_.stop(); }

}  // namespace mekenjai::app
