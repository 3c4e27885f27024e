// A hand on Web Push, for tests with peers that we did not write: one JSON object a line in and out. It tells its keys,
// then encrypts, makes tokens, and sends.
#include <iostream>
#include <thread>

#include <CLI/CLI.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>

#include "base/bytes.hpp"
#include "edge/push/sender.hpp"

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace mekenjai;
using namespace mekenjai::edge;

void print(const json::object& event) { std::cout << json::serialize(event) << std::endl; }

std::string string_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_of(const json::object& object, std::string_view name, std::int64_t otherwise) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

struct Options {
  std::string key;  // base64url; empty: a new one
  std::string subject = "mailto:push@example.kz";
  push::SenderConfig sender;
  push::EndpointRules rules;
};

class Tool {
 public:
  Tool(asio::io_context& loop, const Options& options, const push::P256Key& key)
      : rules_(options.rules),
        vapid_(push::Vapid::make(key, options.subject).value()),
        sender_(loop, options.sender, vapid_, clock_) {}

  void obey(const json::object& line) {
    const std::string what = string_of(line, "do");
    if (what == "encrypt") return encrypt(line);
    if (what == "authorize") return authorize(line);
    if (what == "send") return send(line);
    print({{"event", "not understood"}});
  }
  void stop(std::function<void()> stopped) { sender_.stop(std::move(stopped)); }

 private:
  void encrypt(const json::object& line) {
    const auto keys = push::SubscriptionKeys::read(string_of(line, "p256dh"), string_of(line, "auth"));
    if (!keys) return print({{"event", "wrong"}, {"field", keys.error()}});
    const auto body = push::encrypt(*keys, string_of(line, "text"));
    if (!body) return print({{"event", "wrong"}, {"field", "text"}});
    print({{"event", "encrypted"}, {"body", base::to_base64url(*body)}});
  }

  void authorize(const json::object& line) {
    const auto endpoint = push::Endpoint::parse(string_of(line, "endpoint"), rules_);
    if (!endpoint) return print({{"event", "wrong"}, {"field", "endpoint"}, {"what", endpoint.error()}});
    print({{"event", "authorized"}, {"authorization", vapid_.authorization(endpoint->origin, clock_.now())}});
  }

  void send(const json::object& line) {
    const auto endpoint = push::Endpoint::parse(string_of(line, "endpoint"), rules_);
    if (!endpoint) return print({{"event", "wrong"}, {"field", "endpoint"}, {"what", endpoint.error()}});
    const auto keys = push::SubscriptionKeys::read(string_of(line, "p256dh"), string_of(line, "auth"));
    if (!keys) return print({{"event", "wrong"}, {"field", keys.error()}});
    push::Push one{*endpoint, *keys};
    if (string_of(line, "kind") == "consent") {
      one.note.kind = push::NoteKind::consent;
      one.urgency = push::Urgency::high;
    }
    one.note.language = string_of(line, "language");
    one.ttl = std::chrono::seconds(number_of(line, "ttl", 60));
    one.topic = string_of(line, "topic");
    const std::int64_t id = number_of(line, "id", 0);
    const bool taken = sender_.send(std::move(one), [id](const push::Report& report) {
      print({{"event", "reported"},
             {"id", id},
             {"fate", push::word(report.fate)},
             {"status", report.status},
             {"retry_after_s", report.retry_after.count()},
             {"trouble", report.trouble}});
    });
    if (!taken) print({{"event", "full"}, {"id", id}});
  }

  base::SystemClock clock_;
  push::EndpointRules rules_;
  push::Vapid vapid_;
  push::Sender sender_;
};

// Lines come from a thread of their own, since a file cannot be waited for on the loop.
void read_lines(asio::io_context& loop, std::function<void(const json::object&)> on_line,
                std::function<void()> on_end) {
  std::thread([&loop, on_line = std::move(on_line), on_end = std::move(on_end)] {
    for (std::string line; std::getline(std::cin, line);) {
      boost::system::error_code wrong;
      json::value value = json::parse(line, wrong);
      const json::object object = !wrong && value.is_object() ? value.get_object() : json::object();
      asio::post(loop, [on_line, object] { on_line(object); });
    }
    asio::post(loop, on_end);
  }).detach();
}

int run(const Options& options) {
  const auto key =
      options.key.empty() ? std::optional(push::P256Key::generate()) : push::P256Key::from_base64url(options.key);
  if (!key) return std::cerr << "--key is no private number of P-256 in base64url\n", 2;
  asio::io_context loop(1);
  const auto work = asio::make_work_guard(loop);
  Tool tool(loop, options, *key);
  print({{"event", "ready"},
         {"public", base::to_base64url(key->point())},
         {"private", base::to_base64url(key->number())},
         {"pem", key->pem()}});
  read_lines(
      loop, [&](const json::object& line) { tool.obey(line); },
      [&] {
        tool.stop([&] {
          print({{"event", "stopped"}});
          loop.stop();
        });
      });
  loop.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Web Push, JSON lines in and out: {\"do\": \"encrypt\" | \"authorize\" | \"send\", …}"};
  Options options;
  app.add_option("--key", options.key, "private number in base64url, as npm web-push writes it");
  app.add_option("--subject", options.subject, "mailto: or https:");
  app.add_option("--roots", options.sender.roots_file, "PEM file instead of the system's roots");
  app.add_flag("--loopback", options.rules.loopback, "endpoints on this machine are allowed");
  CLI11_PARSE(app, argc, argv);
  return run(options);
}
