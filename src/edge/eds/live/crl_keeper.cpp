#include "edge/eds/live/crl_keeper.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <spdlog/spdlog.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

namespace mekenjai::edge::eds::live {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;

/// A file for each address.
std::string file_name(const HttpAddress& address) {
  return base::to_hex(base::sha256(address.text)).substr(0, 16) + ".crl";
}

/// Whole or not at all: a crash in between leaves the old list.
void write_file(const fs::path& file, const std::string& bytes) {
  const fs::path unfinished = file.string() + ".new";
  {
    std::ofstream out(unfinished, std::ios::binary | std::ios::trunc);
    out << bytes;
    if (!out.flush()) throw std::runtime_error(unfinished.string() + " could not be written");
  }
  fs::rename(unfinished, file);
}

/// 90 to 110 % of it, so that not all services of the country ask in the same second.
std::chrono::milliseconds jittered(std::chrono::seconds period) {
  const auto fifth = static_cast<std::uint32_t>(std::chrono::milliseconds(period).count() / 5);
  return std::chrono::milliseconds(period) * 9 / 10 + std::chrono::milliseconds(base::random_below(fifth + 1));
}

/// Lists of addresses that are no longer configured, and what a crash left half written.
void remove_others(const fs::path& folder, const std::set<std::string>& ours) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const bool a_list = name.ends_with(".crl") || name.ends_with(".crl.new");
    if (!a_list || ours.contains(name)) continue;
    std::error_code ignored;
    fs::remove(entry.path(), ignored);
  }
}

}  // namespace

struct CrlKeeper::Source {
  Source(HttpAddress from, std::chrono::seconds period, const asio::any_io_executor& loop)
      : address(std::move(from)), every(period), timer(loop) {}

  const HttpAddress address;
  const std::chrono::seconds every;
  asio::steady_timer timer;          // until the next fetch
  std::shared_ptr<Event> under_way;  // a fetch that has not ended
  std::string etag, last_modified;   // of `list`; both of the loop alone
  CrlPtr list;                       // guarded by the keeper's mutex
};

CrlKeeper::CrlKeeper(CrlSettings settings, const Trust& trust, asio::io_context& loop, asio::io_context& pool)
    : settings_(std::move(settings)), trust_(trust), loop_(loop), pool_(pool), lists_(std::make_shared<const CrlSet>()) {
  const auto add = [&](const std::vector<HttpAddress>& addresses, std::chrono::seconds every) {
    for (const HttpAddress& address : addresses) {
      sources_.push_back(std::make_shared<Source>(address, every, loop_.get_executor()));
    }
  };
  add(settings_.full, settings_.full_every);
  add(settings_.delta, settings_.delta_every);
}

void CrlKeeper::load() {
  if (settings_.folder.empty()) return;
  fs::create_directories(settings_.folder);
  std::set<std::string> ours;
  for (const auto& source : sources_) ours.insert(file_name(source->address));
  remove_others(settings_.folder, ours);
  for (const auto& source : sources_) {
    std::ifstream in(fs::path(settings_.folder) / file_name(source->address), std::ios::binary);
    if (!in) continue;
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    auto list = Crl::read(bytes, trust_);
    if (list) {
      source->list = *list;
    } else {
      spdlog::warn("the list kept of {} is not used: {}", source->address.text, describe(list.error()));
    }
  }
  publish();
}

void CrlKeeper::start() {
  for (const auto& source : sources_) asio::co_spawn(loop_, keep(source), asio::detached);
}

std::shared_ptr<const CrlSet> CrlKeeper::lists() const {
  const std::lock_guard lock(mutex_);
  return lists_;
}

void CrlKeeper::publish() {
  const std::lock_guard lock(mutex_);
  std::vector<CrlPtr> lists;
  for (const auto& source : sources_) {
    if (source->list) lists.push_back(source->list);
  }
  lists_ = std::make_shared<const CrlSet>(std::move(lists));
}

void CrlKeeper::hurry() {
  const auto now = std::chrono::steady_clock::now();
  if (now - hurried_ < kNeeded) return;
  hurried_ = now;
  for (const auto& source : sources_) source->timer.cancel();
}

asio::awaitable<void> CrlKeeper::keep(std::shared_ptr<Source> source) {
  for (;;) {
    const bool fetched = co_await update(source);
    const auto pause = fetched ? source->every : std::min(source->every, kRetry);
    source->timer.expires_after(jittered(pause));
    co_await source->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

asio::awaitable<void> CrlKeeper::refresh() {
  for (const auto& source : sources_) co_await update(source);
}

asio::awaitable<bool> CrlKeeper::update(std::shared_ptr<Source> source) {
  while (source->under_way) {
    const std::shared_ptr<Event> other = source->under_way;
    co_await other->wait();
  }
  const auto mine = std::make_shared<Event>(loop_.get_executor());
  source->under_way = mine;
  bool fetched = false;
  try {
    fetched = co_await download(source);
  } catch (const std::exception& failure) {
    spdlog::error("CRL {}: {}", source->address.text, failure.what());
  }
  if (!fetched) ++figures_.failed;
  source->under_way.reset();
  mine->happen();
  co_return fetched;
}

asio::awaitable<bool> CrlKeeper::download(std::shared_ptr<Source> source) {
  HttpRequest request{source->address, {}, {}, source->etag, source->last_modified, kMaxListAnswer, settings_.timeout};
  const HttpAnswer answer = co_await fetch(std::move(request));
  if (answer.not_modified()) {
    ++figures_.unchanged;
    co_return true;
  }
  if (!answer.ok()) {
    spdlog::warn("CRL {}: {}", source->address.text, answer.trouble);
    co_return false;
  }
  std::function<bool()> work = [this, source, &answer] { return take(*source, answer.body); };
  const bool taken = co_await on_pool<bool>(pool_, std::move(work));
  if (taken) {
    source->etag = answer.etag;
    source->last_modified = answer.last_modified;
  }
  co_return taken;
}

/// On the pool. Plain HTTP could bring yesterday's list again: the one at hand gives way to a newer one only.
bool CrlKeeper::take(Source& source, const std::string& bytes) {
  const auto list = Crl::read(bytes, trust_);
  if (!list) {
    spdlog::warn("CRL {} is not used: {}", source.address.text, describe(list.error()));
    return false;
  }
  {
    const std::lock_guard lock(mutex_);
    const bool same_issuer = source.list && source.list->issuer() == (*list)->issuer();
    if (same_issuer && (*list)->this_update() < source.list->this_update()) {
      spdlog::warn("CRL {} is older than the one at hand", source.address.text);
      return false;
    }
    source.list = *list;
  }
  publish();
  ++figures_.loaded;
  if (settings_.folder.empty()) return true;
  try {
    write_file(fs::path(settings_.folder) / file_name(source.address), bytes);
  } catch (const std::exception& failure) {
    spdlog::error("CRL {} is not kept on disk: {}", source.address.text, failure.what());
  }
  return true;
}

}  // namespace mekenjai::edge::eds::live
