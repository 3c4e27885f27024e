// A hand on both ends of SMPP, for tests with peers that we did not write: `client` is the
// service's own link, `smsc` the sandbox's centre. Both read and write one JSON object a line.
#include <iostream>
#include <thread>

#include <CLI/CLI.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>

#include "base/time.hpp"
#include "edge/sms/link.hpp"
#include "edge/sms/smsc.hpp"

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

// Lines come from a thread of their own, since a file cannot be waited for on the loop.
void read_lines(asio::io_context& loop, std::function<void(const json::object&)> on_line,
                std::function<void()> on_end) {
  std::thread([&loop, on_line = std::move(on_line), on_end = std::move(on_end)] {
    for (std::string line; std::getline(std::cin, line);) {
      boost::system::error_code wrong;
      json::value value = json::parse(line, wrong);
      if (wrong || !value.is_object()) {
        asio::post(loop, [line] { print({{"event", "not understood"}, {"line", line}}); });
        continue;
      }
      asio::post(loop, [on_line, object = value.get_object()] { on_line(object); });
    }
    asio::post(loop, on_end);
  }).detach();
}

std::string_view word(sms::SubmitOutcome outcome) {
  switch (outcome) {
    case sms::SubmitOutcome::accepted:
      return "accepted";
    case sms::SubmitOutcome::refused:
      return "refused";
    case sms::SubmitOutcome::unsent:
      break;
  }
  return "unsent";
}

std::string_view word(sms::ReceiptState state) {
  constexpr std::array<std::string_view, 8> kWords{"enroute", "delivered",     "expired",
                                                   "deleted", "undeliverable", "accepted",
                                                   "unknown", "rejected"};
  return kWords.at(static_cast<std::size_t>(state));
}

struct ClientOptions {
  sms::LinkConfig link;
  bool hold = false;  // messages are stored only when told: {"store": true|false}
  int backoff_ms = 1000;
};

int run_client(ClientOptions options) {
  asio::io_context loop;
  const auto work = asio::make_work_guard(loop);
  options.link.backoff_min = std::chrono::milliseconds(options.backoff_ms);
  std::vector<sms::Stored> held;
  sms::LinkEvents events;
  events.on_bound = [](bool bound) { print({{"event", "bound"}, {"bound", bound}}); };
  events.on_trouble = [](const std::string& what) {
    print({{"event", "trouble"}, {"what", what}});
  };
  events.on_submitted = [](const sms::SubmitReport& report) {
    print({{"event", "submitted"},
           {"id", report.id},
           {"outcome", word(report.outcome)},
           {"message_ids", json::value_from(report.message_ids)},
           {"status", report.status}});
  };
  events.on_inbound = [&](const sms::Inbound& inbound, const sms::Stored& stored) {
    print(
        {{"event", "inbound"}, {"from", inbound.from}, {"to", inbound.to}, {"text", inbound.text}});
    options.hold ? held.push_back(stored) : stored(true);
  };
  events.on_receipt = [](const sms::Receipt& receipt, const sms::Stored& stored) {
    print(
        {{"event", "receipt"}, {"message_id", receipt.message_id}, {"state", word(receipt.state)}});
    stored(true);
  };
  sms::Link link(loop, options.link, events);
  link.start();
  read_lines(
      loop,
      [&](const json::object& line) {
        if (const json::value* store = line.if_contains("store")) {
          for (const sms::Stored& stored : std::exchange(held, {})) stored(store->as_bool());
          return;
        }
        link.submit(sms::Outgoing{number_of(line, "id", 0), string_of(line, "to"),
                                  string_of(line, "text"),
                                  std::chrono::seconds(number_of(line, "validity_s", 3600))});
      },
      [&] {
        link.stop([&] {
          print({{"event", "stopped"}});
          loop.stop();
        });
      });
  loop.run();
  return 0;
}

int run_smsc(const sms::SmscConfig& config) {
  asio::io_context loop;
  const auto work = asio::make_work_guard(loop);
  sms::Smsc centre(loop, config);
  print({{"event", "listening"}, {"port", centre.port()}});
  centre.on_message([](const sms::Smsc::Message& message) {
    print({{"event", "message"},
           {"id", message.id},
           {"from", message.from},
           {"to", message.to},
           {"text", message.text},
           {"at", base::format_rfc3339(message.at)}});
  });
  read_lines(
      loop,
      [&](const json::object& line) {
        if (line.contains("throttle")) {
          centre.throttle_next(static_cast<int>(number_of(line, "throttle", 1)));
        } else if (line.contains("drop_in_answer")) {
          centre.drop_in_answer(static_cast<int>(number_of(line, "drop_in_answer", 1)));
        } else {
          centre.send(string_of(line, "from"), string_of(line, "to"), string_of(line, "text"),
                      [](bool good) {
                        print({{"event", "acknowledged"}, {"ok", good}});
                      });
        }
      },
      [&] { loop.stop(); });
  loop.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"SMPP 3.4 on both ends, JSON lines in and out"};
  app.require_subcommand(1);

  ClientOptions client_options;
  client_options.link.system_id = "mekenjai";
  client_options.link.password = "secret";
  CLI::App* client = app.add_subcommand("client", "binds, sends what comes on standard input");
  client->add_option("--smpp", client_options.link.smpp, "host:port, tried in turn")
      ->required()
      ->delimiter(',');
  client->add_option("--system-id", client_options.link.system_id);
  client->add_option("--password", client_options.link.password);
  client->add_option("--window", client_options.link.window);
  client->add_option("--rate", client_options.link.rate_per_s, "parts a second, 0 = any");
  client->add_option("--backoff-ms", client_options.backoff_ms);
  client->add_flag("--hold", client_options.hold, "store inbound messages only when told");

  sms::SmscConfig smsc_config;
  smsc_config.system_id = "mekenjai";
  smsc_config.password = "secret";
  CLI::App* smsc = app.add_subcommand("smsc", "a centre on loopback, prints what phones get");
  smsc->add_option("--port", smsc_config.port, "0 = a free one");
  smsc->add_option("--system-id", smsc_config.system_id);
  smsc->add_option("--password", smsc_config.password);

  CLI11_PARSE(app, argc, argv);
  return client->parsed() ? run_client(client_options) : run_smsc(smsc_config);
}
