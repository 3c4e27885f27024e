#include "app/config.hpp"

#include <set>
#include <sstream>

#include <toml++/toml.h>

namespace mekenjai::app {
namespace {

/// Takes known keys out of the table one by one; what is left is unknown.
class Keys {
 public:
  explicit Keys(const toml::table& table) : table_(table) {}

  template <class T, class Into>
  void read(std::string_view section, std::string_view key, Into& into) {
    known_.insert(fmt::format("{}.{}", section, key));
    const toml::node_view<const toml::node> node = table_[section][key];
    if (!node) return;
    if (const std::optional<T> value = node.value<T>()) {
      into = static_cast<Into>(*value);
    } else {
      wrong(*node.node(), fmt::format("[{}] {} has the wrong type", section, key));
    }
  }

  void read_seconds(std::string_view section, std::string_view key, std::chrono::milliseconds& into) {
    double seconds = static_cast<double>(into.count()) / 1000;
    read<double>(section, key, seconds);
    into = std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
  }

  void read_list(std::string_view section, std::string_view key, std::vector<std::string>& into) {
    known_.insert(fmt::format("{}.{}", section, key));
    const toml::array* list = table_[section][key].as_array();
    if (list == nullptr) {
      if (table_[section][key]) wrong(*table_[section][key].node(), fmt::format("[{}] {} is a list of texts", section, key));
      return;
    }
    into.clear();
    for (const toml::node& item : *list) {
      const auto text = item.value<std::string>();
      text ? into.push_back(*text) : wrong(item, fmt::format("[{}] {} is a list of texts", section, key));
    }
  }

  void finish() {
    for (const auto& [section, node] : table_) {
      const toml::table* keys = node.as_table();
      if (keys == nullptr) {
        wrong(node, fmt::format("unknown key {}", section.str()));
        continue;
      }
      for (const auto& [key, value] : *keys) {
        const std::string name = fmt::format("{}.{}", section.str(), key.str());
        if (!known_.contains(name)) wrong(value, fmt::format("unknown key [{}] {}", section.str(), key.str()));
      }
    }
  }

  void wrong(const toml::node& node, std::string what) {
    if (error_.empty()) error_ = fmt::format("line {}: {}", node.source().begin.line, what);
  }
  const std::string& error() const { return error_; }

 private:
  const toml::table& table_;
  std::set<std::string> known_;
  std::string error_;
};

/// Addresses, what is missing and what the origin looks like; the error names the key.
void read_eds(Keys& keys, const toml::table& table, Config& config) {
  edge::eds::live::EdsConfig& eds = config.eds;
  keys.read<bool>("eds", "on", eds.on);
  keys.read<std::string>("eds", "trust", eds.trust);
  keys.read_list("eds", "ocsp", eds.ocsp);
  keys.read_list("eds", "crl", eds.crl);
  keys.read_list("eds", "delta_crl", eds.delta_crl);
  keys.read<std::string>("eds", "tsp", eds.tsp);
  keys.read<std::string>("eds", "origin", eds.origin);
  keys.read<bool>("eds", "test_identities", eds.test_identities);
  keys.read<std::int64_t>("eds", "threads", eds.threads);
  keys.read<std::int64_t>("eds", "timeout_ms", eds.timeout_ms);
  keys.read<std::int64_t>("eds", "ocsp_keep_s", eds.ocsp_keep_s);
  keys.read<std::int64_t>("eds", "silence_ms", eds.silence_ms);
  keys.read<std::int64_t>("eds", "crl_every_s", eds.crl_every_s);
  keys.read<std::int64_t>("eds", "delta_crl_every_s", eds.delta_crl_every_s);
  keys.read<std::int64_t>("eds", "crl_timeout_ms", eds.crl_timeout_ms);
  const toml::node* section = table.get("eds");
  if (section == nullptr || !section->is_table()) return;
  config.eds_given = true;
  auto trouble = edge::eds::live::trouble_with(eds);
  if (!trouble) trouble = edge::eds::live::missing_in(eds);
  if (trouble) {
    const toml::node* node = table["eds"][trouble->key].node();
    keys.wrong(node == nullptr ? *section : *node, fmt::format("[eds] {} {}", trouble->key, trouble->what));
  }
}

void read_push(Keys& keys, const toml::table& table, Config& config) {
  PushKeys& push = config.push;
  keys.read<bool>("push", "on", push.on);
  keys.read<std::string>("push", "subject", push.subject);
  keys.read<std::string>("push", "key_file", push.key_file);
  keys.read<std::string>("push", "roots", push.roots);
  keys.read_list("push", "hosts", push.hosts);
  keys.read<std::int64_t>("push", "devices_a_person", push.devices_a_person);
  keys.read<std::int64_t>("push", "connections", push.connections);
  keys.read<std::int64_t>("push", "connections_a_service", push.connections_a_service);
  keys.read_seconds("push", "timeout_seconds", push.timeout);
  keys.read_seconds("push", "retry_min_seconds", push.retry_min);
  keys.read_seconds("push", "retry_max_seconds", push.retry_max);
  const toml::node* section = table.get("push");
  if (section == nullptr || !section->is_table()) return;
  config.push_given = true;
  if (const auto trouble = trouble_with(push)) {
    const toml::node* node = table["push"][trouble->key].node();
    keys.wrong(node == nullptr ? *section : *node, fmt::format("[push] {} {}", trouble->key, trouble->what));
  }
}

}  // namespace

tl::expected<Config, std::string> read_config(const std::string& file) {
  toml::table table;
  try {
    table = toml::parse_file(file);
  } catch (const toml::parse_error& error) {
    return tl::unexpected(fmt::format("{}, line {}: {}", file, error.source().begin.line, error.description()));
  }
  Config config;
  Keys keys(table);
  keys.read<std::string>("service", "data", config.data);
  keys.read<std::string>("service", "listen", config.server.listen);
  keys.read<std::int64_t>("service", "loops", config.server.loops);
  keys.read<bool>("service", "trust_forwarded", config.server.trust_forwarded);
  keys.read<std::int64_t>("service", "gather_threads", config.gather_threads);
  keys.read<std::int64_t>("service", "stop_seconds", config.stop_seconds);
  keys.read<std::int64_t>("limits", "sign_ins_a_minute", config.limits.sign_ins);
  keys.read<std::int64_t>("limits", "codes_a_minute", config.limits.codes);
  keys.read<std::int64_t>("limits", "applications_a_minute", config.limits.applications);
  keys.read<std::int64_t>("limits", "address_searches_a_minute", config.limits.address_searches);
  keys.read<std::int64_t>("limits", "drafts_a_day", config.drafts_a_day);
  keys.read<std::int64_t>("limits", "body_bytes", config.server.limits.body);
  keys.read<std::int64_t>("limits", "header_bytes", config.server.limits.header);
  keys.read<std::int64_t>("limits", "connections", config.server.limits.connections);
  keys.read<std::int64_t>("limits", "connections_a_source", config.server.limits.connections_a_source);
  keys.read_seconds("limits", "header_seconds", config.server.limits.header_time);
  keys.read_seconds("limits", "body_seconds", config.server.limits.body_time);
  keys.read_seconds("limits", "idle_seconds", config.server.limits.idle_time);
  keys.read<std::string>("metrics", "listen", config.metrics_listen);
  keys.read<std::string>("log", "level", config.log_level);
  keys.read_list("sms", "smpp", config.sms.smpp);
  keys.read<std::string>("sms", "system_id", config.sms.system_id);
  keys.read<std::string>("sms", "password", config.sms.password);
  keys.read<std::string>("sms", "system_type", config.sms.system_type);
  keys.read<std::string>("sms", "sender", config.sms.sender);
  keys.read<std::int64_t>("sms", "window", config.sms.window);
  keys.read<double>("sms", "rate_per_s", config.sms.rate_per_s);
  keys.read<bool>("sms", "receipt_id_is_decimal", config.sms.receipt_id_is_decimal);
  keys.read_seconds("sms", "enquire_link_seconds", config.sms.enquire_link_period);
  keys.read_seconds("sms", "backoff_min_seconds", config.sms.backoff_min);
  keys.read_seconds("sms", "backoff_max_seconds", config.sms.backoff_max);
  read_eds(keys, table, config);
  read_push(keys, table, config);
  std::string script = "latin";
  keys.read<std::string>("sms", "script", script);
  config.cyrillic_sms = script == "cyrillic";
  if (script != "latin" && script != "cyrillic") {
    keys.wrong(*table["sms"]["script"].node(), "[sms] script is \"latin\" or \"cyrillic\"");
  }
  keys.finish();
  if (!keys.error().empty()) return tl::unexpected(fmt::format("{}, {}", file, keys.error()));
  return config;
}

}  // namespace mekenjai::app
