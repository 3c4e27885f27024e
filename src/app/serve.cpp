#include "app/serve.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <filesystem>
#include <iostream>

#include "api/routes.hpp"
#include "app/folder_lock.hpp"
#include "app/metrics.hpp"
#include "base/thread.hpp"
#include "edge/registers/people.hpp"
#include "flow/service_impl.hpp"
#include "http/csrf.hpp"
#include "http/server.hpp"
#include "outbox/outbox.hpp"
#include "pages/pages.hpp"
#include "sandbox/authority.hpp"
#include "sandbox/sandbox.hpp"
#include "store/schema.hpp"

namespace mekenjai::app {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kFormSecret = "form_secret";

bool is_loopback(const std::string& listen) {
  return listen.starts_with("127.") || listen.starts_with("[::1]:") || listen.starts_with("localhost:");
}

std::string form_secret(flow::Engine& engine) {
  std::string secret;
  engine.tell_and_wait([&](flow::Step& step) {
    if (const auto kept = step.ledger.remembered(kFormSecret)) {
      secret = base::from_hex(*kept).value_or("");
      return;
    }
    secret = base::random_bytes(32);
    step.ledger.remember(kFormSecret, base::to_hex(secret));
  });
  return secret;
}

/// The sandbox's SMS centre is in this process: whoever is told that it listens gets his first code at once.
void wait_for_link(const outbox::Outbox& outbox) {
  constexpr std::chrono::seconds kLongest{5};
  const auto end = std::chrono::steady_clock::now() + kLongest;
  while (!outbox.bound() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void introduce(flow::Engine& engine, const base::Clock& clock, const std::string& address) {
  const auto people = engine.ask_and_wait<std::vector<edge::registers::PersonToTry>>([&](flow::Reader& reader) {
    return edge::registers::people_to_try(reader.database, base::civil_date(clock.now()));
  });
  std::cerr << "\n  Three people to try (codes arrive at http://" << address << "/sandbox):\n";
  for (const char* what : {"owner", "tenant", "newcomer"}) {
    for (const auto& person : people) {
      if (person.what != what) continue;
      std::cerr << fmt::format("    {:<9} {}  {}, {}\n", what, person.iin.view(), person.name, person.address);
      break;
    }
  }
  std::cerr << std::endl;
}

/// The sandbox's own authority, asked over HTTP as the real one would be.
void ask_authority(edge::eds::live::EdsConfig& eds, const sandbox::Authority& authority) {
  eds.on = true;
  eds.test_identities = true;
  eds.ocsp = {authority.url("/ocsp")};
  eds.crl = authority.full_lists();
  eds.delta_crl = authority.delta_lists();
  eds.tsp = authority.url("/tsp");
}

Gauges::Lists lists_at_hand(const edge::eds::live::LiveExaminer& examiner, base::Instant now) {
  Gauges::Lists figures;
  for (const auto& list : examiner.lists()->lists()) {
    figures.lists += 1;
    figures.entries += static_cast<double>(list->size());
    figures.oldest_age_s = std::max(figures.oldest_age_s, std::chrono::duration<double>(now - list->this_update()).count());
  }
  return figures;
}

}  // namespace

int serve(Config config, bool sandbox) {
  auto logger = spdlog::stderr_color_mt("mekenjai");
  spdlog::set_default_logger(logger);
  spdlog::set_level(spdlog::level::from_str(config.log_level));
  if (sandbox && !is_loopback(config.server.listen)) {
    std::cerr << "--sandbox is for this machine only: --listen must name a loopback address, such as 127.0.0.1:8080\n";
    return 2;
  }
  if (!sandbox && config.sms.smpp.empty()) {
    std::cerr << "no SMS centre is configured: set [sms] smpp = [\"host:port\"] in the configuration, or play with --sandbox\n";
    return 2;
  }
  std::error_code error;
  std::filesystem::create_directories(config.data, error);
  if (error) {
    std::cerr << config.data << ": " << error.message() << "\n";
    return 1;
  }
  const FolderLock lock(config.data);
  if (!lock.held()) {
    std::cerr << config.data << " is in use by another mekenjai; stop it first\n";
    return 1;
  }

  if (sandbox) config.server.limits.connections_a_source = 0;  // limits by address are off (contract, section 3)

  // From the inside out: time, store and rules; the SMS side; the front door.
  sandbox::SandboxClock clock;  // without --sandbox its offset is never moved
  edge::registers::Switches switches;
  flow::EngineConfig engine_config;
  engine_config.database_file = store::database_file(config.data);
  // The embedded registers answer in microseconds: more threads than that only take turns with the writer.
  const unsigned half = std::max(1u, std::thread::hardware_concurrency() / 2);
  engine_config.gather_threads =
      config.gather_threads > 0 ? static_cast<std::size_t>(config.gather_threads) : half;
  engine_config.cyrillic_sms = config.cyrillic_sms;
  engine_config.limits.drafts_a_day = config.drafts_a_day;
  flow::Engine engine(engine_config, clock, policy::Editions::built_in(), switches);
  if (sandbox) clock.set_offset_ms(sandbox::kept_offset_ms(engine.ledger()));
  flow::Scheduler scheduler(engine);
  flow::Desk desk(engine);

  // Signatures: with [eds] as configured, without it only a sandbox has them, by an authority of its own.
  std::unique_ptr<sandbox::Authority> authority;
  std::unique_ptr<edge::eds::live::LiveExaminer> examiner;
  config.eds.crl_folder = config.data + "/crl";
  std::vector<edge::eds::CertificatePtr> anchors;
  if (sandbox && !config.eds_given) {
    authority = std::make_unique<sandbox::Authority>(engine, clock, sandbox::kept_certificates(engine.ledger()));
    ask_authority(config.eds, *authority);
    anchors = edge::eds::make::SandboxAuthority::instance().certificates();
  }
  if (config.eds.on) {
    try {
      examiner = std::make_unique<edge::eds::live::LiveExaminer>(config.eds, clock, std::move(anchors));
    } catch (const std::exception& failure) {
      std::cerr << failure.what() << "\n";
      return 1;
    }
  }
  if (authority) {
    authority->on_change = [&examiner] {
      examiner->forget_answers();
      examiner->refresh_lists([] {});
    };
  }
  flow::EdsWays eds_ways{examiner.get(), config.eds.origin, config.eds.test_identities};
  flow::ServiceImpl service(engine);
  service.set_eds(eds_ways);

  asio::io_context sms_loop(1);
  auto sms_work = asio::make_work_guard(sms_loop);
  std::unique_ptr<edge::sms::Smsc> smsc;
  if (sandbox && config.sms.smpp.empty()) {
    edge::sms::SmscConfig centre;
    centre.system_id = config.sms.system_id = "mekenjai";
    centre.password = config.sms.password = base::to_hex(base::random_bytes(4));
    centre.now = [&clock] { return clock.now(); };
    smsc = std::make_unique<edge::sms::Smsc>(sms_loop, centre);
    config.sms.smpp = {smsc->address()};
  }
  outbox::Outbox outbox(engine, desk, scheduler, sms_loop, config.sms);
  engine.on_sms = [&outbox](std::vector<flow::QueuedSms> queued) { outbox.take(std::move(queued)); };
  engine.on_commit = [&scheduler](flow::Ledger& ledger) { scheduler.note_alive(ledger); };

  // Pushes: as configured in [push]; a sandbox without it sends them to push services on this machine, too.
  std::unique_ptr<Push> push;
  if (config.push.on || (sandbox && !config.push_given)) {
    auto made = Push::make(config.push, sandbox, engine);
    if (!made) {
      std::cerr << made.error() << "\n";
      return 1;
    }
    push = *std::move(made);
    service.set_push(push->ways());
  }

  std::unique_ptr<http::Server> server;
  Gauges gauges;
  if (push) gauges.push = &push->figures();
  gauges.orders_waiting = [&] { return static_cast<double>(engine.waiting_orders()); };
  gauges.connections = [&] { return server ? static_cast<double>(server->connections()) : 0; };
  gauges.sms_link_bound = [&] { return outbox.bound() ? 1.0 : 0.0; };
  gauges.sms_under_way = [&] { return static_cast<double>(outbox.under_way()); };
  const auto figure = [&](std::atomic<std::uint64_t> outbox::Figures::* which) {
    return [&outbox, which] { return static_cast<double>((outbox.figures().*which).load()); };
  };
  gauges.sms_accepted = figure(&outbox::Figures::accepted);
  gauges.sms_refused = figure(&outbox::Figures::refused);
  gauges.sms_unsent = figure(&outbox::Figures::unsent);
  gauges.sms_received = figure(&outbox::Figures::received);
  gauges.sms_delivered = figure(&outbox::Figures::delivered);
  if (examiner) {
    gauges.eds = [&examiner] { return examiner->figures(); };
    gauges.revocation_lists = [&examiner, &clock] { return lists_at_hand(*examiner, clock.now()); };
  }
  std::unique_ptr<Metrics> metrics;
  try {
    // Sandboxes may run side by side: each takes a free port.
    metrics = std::make_unique<Metrics>(sandbox && !config.metrics_listen.empty() ? "127.0.0.1:0" : config.metrics_listen, gauges);
  } catch (const std::exception& failure) {
    std::cerr << "[metrics] listen " << config.metrics_listen << ": " << failure.what() << "\n";
    return 1;
  }
  engine.on_measured = [&metrics](std::size_t commands, std::int64_t us) { metrics->commit(commands, us); };
  engine.start();

  http::RateLimiters limiters(config.limits);
  http::RateLimiters* const limits = sandbox ? nullptr : &limiters;
  api::ApiContext api_context;
  api_context.limiters = limits;
  api_context.ready = [&outbox] { return outbox.bound(); };
  std::vector<http::Route> routes = api::routes(service, api_context);
  pages::PagesContext pages_context;
  pages_context.csrf = std::make_shared<http::Csrf>(form_secret(engine));
  pages_context.limiters = limits;
  pages_context.sandbox = sandbox;
  pages_context.cyrillic_sms = config.cyrillic_sms;
  for (http::Route& route : pages::routes(service, pages_context)) routes.push_back(std::move(route));
  std::unique_ptr<sandbox::Playground> playground;
  if (sandbox) {
    playground = std::make_unique<sandbox::Playground>(sandbox::Playground{engine, scheduler, outbox, smsc.get(), clock});
    for (http::Route& route : sandbox::routes(*playground)) routes.push_back(std::move(route));
  }
  if (authority) {
    for (http::Route& route : authority->routes()) routes.push_back(std::move(route));
  }
  http::Hooks hooks = http::hooks_for(service);
  hooks.error_page = pages::error_page(pages_context);
  hooks.on_request = [&metrics](std::string_view pattern, int status, std::chrono::microseconds took) {
    metrics->request(pattern, status, took);
  };
  try {
    server = std::make_unique<http::Server>(config.server, std::move(routes), hooks);
  } catch (const std::exception& failure) {
    std::cerr << config.server.listen << ": " << failure.what() << "\n";
    return 1;
  }

  if (authority) {
    eds_ways.origin = "http://" + server->address();
    service.set_eds(eds_ways);
    authority->start();
  }
  try {
    if (examiner) examiner->start();
  } catch (const std::exception& failure) {
    std::cerr << failure.what() << "\n";
    return 1;
  }

  std::thread sms_thread([&sms_loop] {
    base::name_thread("sms");
    sms_loop.run();
  });
  scheduler.start();
  outbox.start();
  if (push) push->start();
  server->start();
  if (smsc) wait_for_link(outbox);
  std::cout << "listening on http://" << server->address() << std::endl;
  if (sandbox) introduce(engine, clock, server->address());

  asio::io_context signals(1);
  asio::signal_set stop(signals, SIGINT, SIGTERM);
  stop.async_wait([](boost::system::error_code, int) {});
  signals.run();

  // From the outside in: no new requests, then no new orders, and the last SMS reports are still written.
  spdlog::info("stopping: finishing what runs");
  server->stop(std::chrono::seconds(config.stop_seconds));
  if (examiner) examiner->stop();
  if (authority) authority->stop();
  scheduler.stop();
  outbox.stop();
  if (push) push->stop();
  engine.stop();
  server.reset();
  sms_work.reset();
  sms_loop.stop();
  sms_thread.join();
  spdlog::info("stopped");
  return 0;
}

}  // namespace mekenjai::app
