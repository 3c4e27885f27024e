// The configuration: one TOML file, every key with a default; an unknown key is an error that names it.
#pragma once

#include <string>

#include "app/push.hpp"
#include "base/result.hpp"
#include "edge/eds/live/live_examiner.hpp"
#include "edge/sms/link.hpp"
#include "http/rate_limit.hpp"
#include "http/server.hpp"

namespace mekenjai::app {

struct Config {
  std::string data = "data";
  http::ServerConfig server{};
  http::SourceLimits limits{};
  int drafts_a_day = 200;               // [limits] drafts_a_day, a person
  std::string metrics_listen = "127.0.0.1:9464";  // [metrics] listen; empty: off
  edge::sms::LinkConfig sms{};
  bool cyrillic_sms = false;            // [sms] script
  edge::eds::live::EdsConfig eds{};
  bool eds_given = false;               // there is an [eds]; without it a sandbox has its own authority
  PushKeys push{};                      // [push]
  bool push_given = false;              // there is a [push]; without it a sandbox has one of its own
  int gather_threads = 0;               // [service] gather_threads; 0: half the cores, at least one
  int stop_seconds = 10;                // [service] stop_seconds: how long running requests may take at the end
  std::string log_level = "info";       // [log] level
};

/// Reads the file over the defaults. The error names file, line and key.
tl::expected<Config, std::string> read_config(const std::string& file);

}  // namespace mekenjai::app
