#include "app/metrics.hpp"

#include <prometheus/collectable.h>
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <mutex>

namespace mekenjai::app {
namespace {

using prometheus::Histogram;

const Histogram::BucketBoundaries kRequestSeconds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5};
const Histogram::BucketBoundaries kCommitSeconds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 1};
const Histogram::BucketBoundaries kBatch{1, 2, 4, 8, 16, 32, 64, 128, 256, 512};

/// Figures that live elsewhere, read when somebody asks.
class Asked final : public prometheus::Collectable {
 public:
  explicit Asked(Gauges gauges) : gauges_(std::move(gauges)) {}

  std::vector<prometheus::MetricFamily> Collect() const override {
    std::vector<prometheus::MetricFamily> families;
    const auto add = [&](const char* name, const char* help, const std::function<double()>& value, bool counter) {
      if (!value) return;
      prometheus::MetricFamily family;
      family.name = name;
      family.help = help;
      family.type = counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
      prometheus::ClientMetric metric;
      (counter ? metric.counter.value : metric.gauge.value) = value();
      family.metric.push_back(metric);
      families.push_back(std::move(family));
    };
    add("mekenjai_orders_waiting", "Orders in the writer's queue.", gauges_.orders_waiting, false);
    add("mekenjai_http_connections", "Open connections.", gauges_.connections, false);
    add("mekenjai_sms_link_bound", "1 while the link to the SMS centre is bound.", gauges_.sms_link_bound, false);
    add("mekenjai_sms_under_way", "SMS handed over and not yet reported.", gauges_.sms_under_way, false);
    add("mekenjai_sms_accepted_total", "SMS that the SMS centre took.", gauges_.sms_accepted, true);
    add("mekenjai_sms_refused_total", "SMS that the SMS centre refused, or that were too old.", gauges_.sms_refused, true);
    add("mekenjai_sms_unsent_total", "Tries that ended without an answer of the SMS centre.", gauges_.sms_unsent, true);
    add("mekenjai_sms_received_total", "SMS that phones sent to us.", gauges_.sms_received, true);
    add("mekenjai_sms_delivered_total", "Receipts that say delivered.", gauges_.sms_delivered, true);
    if (gauges_.push != nullptr) add_push(families);
    if (gauges_.eds) add_eds(families);
    return families;
  }

 private:
  static prometheus::MetricFamily& family(std::vector<prometheus::MetricFamily>& families, const char* name, const char* help,
                                          prometheus::MetricType type) {
    prometheus::MetricFamily& added = families.emplace_back();
    added.name = name;
    added.help = help;
    added.type = type;
    return added;
  }

  static void put(prometheus::MetricFamily& family, double value, std::string label = {}, std::string word = {}) {
    prometheus::ClientMetric& metric = family.metric.emplace_back();
    if (!label.empty()) metric.label.push_back({std::move(label), std::move(word)});
    (family.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
  }

  void add_push(std::vector<prometheus::MetricFamily>& families) const {
    using prometheus::MetricType;
    const outbox::PushFigures& figures = *gauges_.push;
    const auto number = [](const auto& count) { return static_cast<double>(count.load()); };
    auto& pushes = family(families, "mekenjai_push_total", "Pushes to push services, and what came of them.", MetricType::Counter);
    put(pushes, number(figures.taken), "what", "taken");
    put(pushes, number(figures.gone), "what", "gone");
    put(pushes, number(figures.refused), "what", "refused");
    put(pushes, number(figures.put_off), "what", "put_off");
    put(pushes, number(figures.expired), "what", "expired");
    put(family(families, "mekenjai_push_waiting", "Pushes that wait in the outbox.", MetricType::Gauge), number(figures.waiting));
  }

  void add_eds(std::vector<prometheus::MetricFamily>& families) const {
    using prometheus::MetricType;
    const auto figures = gauges_.eds();
    const auto number = [](std::uint64_t count) { return static_cast<double>(count); };
    auto& checks = family(families, "mekenjai_eds_checks_total", "Signatures examined, by answer.", MetricType::Counter);
    put(checks, number(figures.valid), "answer", "valid");
    put(checks, number(figures.invalid), "answer", "invalid");
    put(checks, number(figures.cannot_tell), "answer", "cannot_tell");
    put(family(families, "mekenjai_eds_waiting", "Signatures being examined.", MetricType::Gauge), number(figures.waiting));
    auto& ocsp = family(families, "mekenjai_eds_ocsp_total", "Questions to OCSP responders, and what came of them.", MetricType::Counter);
    put(ocsp, number(figures.ocsp_asked), "what", "asked");
    put(ocsp, number(figures.ocsp_from_cache), "what", "from_cache");
    put(ocsp, number(figures.ocsp_rejected), "what", "rejected");
    put(ocsp, number(figures.ocsp_unavailable), "what", "unavailable");
    auto& fetched = family(families, "mekenjai_eds_crl_fetches_total", "Revocation lists fetched.", MetricType::Counter);
    put(fetched, number(figures.crl_loaded), "what", "loaded");
    put(fetched, number(figures.crl_failed), "what", "failed");
    auto& stamps = family(families, "mekenjai_eds_timestamps_total", "Time-stamps asked for.", MetricType::Counter);
    put(stamps, number(figures.stamped), "what", "stamped");
    put(stamps, number(figures.unstamped), "what", "without");
    const Gauges::Lists lists = gauges_.revocation_lists();
    put(family(families, "mekenjai_eds_crl_lists", "Revocation lists at hand.", MetricType::Gauge), lists.lists);
    put(family(families, "mekenjai_eds_crl_entries", "Their entries.", MetricType::Gauge), lists.entries);
    put(family(families, "mekenjai_eds_crl_oldest_age_seconds", "Time since the oldest of them was issued.", MetricType::Gauge),
        lists.oldest_age_s);
  }

  Gauges gauges_;
};

}  // namespace

struct Metrics::Parts {
  explicit Parts(Gauges gauges)
      : asked(std::make_shared<Asked>(std::move(gauges))),
        registry(std::make_shared<prometheus::Registry>()),
        requests(prometheus::BuildCounter().Name("mekenjai_http_requests_total").Help("Requests by route and status.").Register(*registry)),
        seconds(prometheus::BuildHistogram().Name("mekenjai_http_request_seconds").Help("From the end of the request to the answer.").Register(*registry)),
        commits(prometheus::BuildHistogram().Name("mekenjai_commit_seconds").Help("Time of one commit.").Register(*registry).Add({}, kCommitSeconds)),
        batches(prometheus::BuildHistogram().Name("mekenjai_commit_orders").Help("Orders in one commit.").Register(*registry).Add({}, kBatch)) {}

  std::shared_ptr<Asked> asked;
  std::shared_ptr<prometheus::Registry> registry;
  prometheus::Family<prometheus::Counter>& requests;
  prometheus::Family<Histogram>& seconds;
  Histogram& commits;
  Histogram& batches;
  std::unique_ptr<prometheus::Exposer> exposer;
};

Metrics::Metrics(const std::string& listen, Gauges gauges) {
  if (listen.empty()) return;
  parts_ = std::make_unique<Parts>(std::move(gauges));
  parts_->exposer = std::make_unique<prometheus::Exposer>(listen, 1);
  parts_->exposer->RegisterCollectable(parts_->registry);
  parts_->exposer->RegisterCollectable(parts_->asked);
}

Metrics::~Metrics() = default;

void Metrics::request(std::string_view pattern, int status, std::chrono::microseconds took) {
  if (!parts_) return;
  const std::string route(pattern.empty() ? "none" : pattern);
  parts_->requests.Add({{"route", route}, {"status", std::to_string(status)}}).Increment();
  parts_->seconds.Add({{"route", route}}, kRequestSeconds).Observe(static_cast<double>(took.count()) / 1e6);
}

void Metrics::commit(std::size_t commands, std::int64_t took_us) {
  if (!parts_) return;
  parts_->commits.Observe(static_cast<double>(took_us) / 1e6);
  parts_->batches.Observe(static_cast<double>(commands));
}

int Metrics::port() const {
  if (!parts_) return 0;
  const auto ports = parts_->exposer->GetListeningPorts();
  return ports.empty() ? 0 : ports.front();
}

}  // namespace mekenjai::app
