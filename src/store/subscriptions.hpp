// Devices that people want to be told on (Web Push), and what is still to be told them. Neither
// truth nor fold: a subscription is no event of a case, and a push says only that there is
// something to look at. Losing these tables loses nobody's right; the SMS and the messages stay.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "domain/ids.hpp"
#include "store/sqlite/database.hpp"

namespace mekenjai::store {

using base::Instant;
using domain::Iin;

/// A browser on a device, as it gave itself to us. Whoever knows the endpoint may send to it: it
/// stays out of logs.
struct SubscriptionRow {
  std::string id;
  Iin iin;
  std::string endpoint;
  std::string p256dh, auth;  // base64url, checked
  std::string language;      // "kk", "kk-Latn", "ru", "en"
  std::string door;          // where a touch leads: "" the portal, "/m" the mobile application
  Instant created_at;
  std::optional<Instant> taken_at;  // the push service last took something for it
  int failures = 0;                 // pushes in a row that came to nothing
};

enum class PushKind : int { news, consent };

/// A push that waits for its moment.
struct PushRow {
  std::int64_t id = 0;
  PushKind kind = PushKind::news;
  Instant valid_until;  // by the business clock
  int attempts = 0;
  bool asked = false;  // somebody waits for an answer of the person, now
  SubscriptionRow to;
};

/// One object per connection. `machine`: moments of the machine's clock, which retries and push
/// services go by; all others are the business clock's.
class Subscriptions {
 public:
  explicit Subscriptions(sqlite::Database& database);
  Subscriptions(const Subscriptions&) = delete;
  Subscriptions& operator=(const Subscriptions&) = delete;

  std::optional<SubscriptionRow> by_id(std::string_view id);
  std::optional<SubscriptionRow> by_endpoint(std::string_view endpoint);
  /// The newest first.
  std::vector<SubscriptionRow> of_person(const Iin& iin);

  void add(const SubscriptionRow& row);
  /// What the browser has now, under the same id.
  void change(const SubscriptionRow& row);
  /// With what is still to be sent to it.
  void remove(std::string_view id);
  /// Those beyond the newest `keep` of a person go: the ones that fail most, then the ones that
  /// were silent longest.
  void keep_at_most(const Iin& iin, int keep);

  /// One push of a kind waits for a device at most: a later one takes its place, since both say the
  /// same, and its time, which the push service may have asked for.
  void queue(std::string_view subscription, PushKind kind, Instant now, Instant valid_until);
  /// Row G3: a consent request that still waits may be told as long as it can be answered.
  void prolong(const Iin& iin, Instant valid_until);

  std::vector<PushRow> due(Instant machine, std::size_t limit);
  /// The next moment after `machine` at which one is due.
  std::optional<Instant> next_due(Instant machine);
  std::size_t waiting();

  void taken(const PushRow& push, Instant now);
  /// Not to be sent any more: refused, or too old.
  void dropped(const PushRow& push);
  /// The browser is not there any more. One that has renewed itself in between is told at once.
  void gone(const PushRow& push);
  /// Not before then, nor what has taken its place meanwhile.
  void later(const PushRow& push, Instant machine);

 private:
  std::optional<SubscriptionRow> one(sqlite::Statement& statement);

  sqlite::Statement by_id_, by_endpoint_, of_person_, add_, change_, remove_, remove_queued_,
      spare_, queue_, prolong_, due_, next_due_, waiting_, forget_, taken_, failed_, later_;
};

}  // namespace mekenjai::store
