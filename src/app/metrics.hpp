// Prometheus metrics on a listener of their own (contract, section 3). No personal data, few labels.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "edge/eds/live/live_examiner.hpp"
#include "outbox/push_outbox.hpp"

namespace mekenjai::app {

/// What is asked for when somebody scrapes.
struct Gauges {
  std::function<double()> orders_waiting, sms_under_way, sms_link_bound, connections;
  std::function<double()> sms_accepted, sms_refused, sms_unsent, sms_received, sms_delivered;
  /// Only where pushes are sent.
  const outbox::PushFigures* push = nullptr;
  /// Only where signatures are examined.
  std::function<edge::eds::live::Figures()> eds;
  struct Lists {
    double lists = 0, entries = 0, oldest_age_s = 0;
  };
  std::function<Lists()> revocation_lists;
};

class Metrics {
 public:
  /// `listen`: "127.0.0.1:9464"; empty: nothing listens. Port 0 picks a free one. Throws
  /// std::runtime_error where the address is taken.
  Metrics(const std::string& listen, Gauges gauges);
  ~Metrics();

  void request(std::string_view pattern, int status, std::chrono::microseconds took);
  void commit(std::size_t commands, std::int64_t took_us);
  /// 0 where nothing listens.
  int port() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace mekenjai::app
