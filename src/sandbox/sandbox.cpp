#include "sandbox/sandbox.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "api/address_text.hpp"
#include "base/json.hpp"
#include "edge/registers/people.hpp"
#include "sandbox/replies.hpp"

namespace mekenjai::sandbox {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using base::Trouble;
using http::Request;
using http::Response;
using Answer = asio::awaitable<Response>;

constexpr std::string_view kOffset = "clock_offset_ms";
constexpr std::int64_t kLongestAdvanceS = 10LL * 366 * 24 * 3600;
constexpr std::chrono::seconds kLongestSettling{5};
constexpr std::chrono::seconds kLongestBinding{1};

/// Runs something that blocks on a thread of its own: the sandbox may, the service never does.
template <class T>
asio::awaitable<T> apart(std::function<T()> work) {
  return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr, T)>(
      [work = std::move(work)](auto handler) mutable {
        auto shared = std::make_shared<decltype(handler)>(std::move(handler));
        const auto executor = asio::get_associated_executor(*shared);
        std::thread([shared, executor, work = std::move(work)] {
          T value{};
          std::exception_ptr failure;
          try {
            value = work();
          } catch (...) {
            failure = std::current_exception();
          }
          asio::post(executor, [shared, failure, value = std::move(value)]() mutable {
            std::move (*shared)(failure, std::move(value));
          });
        }).detach();
      },
      asio::use_awaitable);
}

/// Waits until every SMS that is on its way has been handed over, so that what a test reads is complete.
void settle(Playground& playground) {
  const auto end = std::chrono::steady_clock::now() + kLongestSettling;
  while (playground.outbox.bound() && playground.outbox.under_way() > 0 && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::microseconds(500));
  }
}

base::Result<std::string> phone_of(const Request& request) {
  const std::string& phone = request.parameters[0];
  if (!domain::is_e164(phone)) return base::fail(Trouble::not_found, "not_found");
  return phone;
}

Answer read_messages(Playground& playground, Request& request) {
  const auto phone = phone_of(request);
  if (!phone) co_return refuse(request, phone.error());
  std::function<bool()> wait = [&playground] {
    settle(playground);
    return true;
  };
  if (playground.outbox.under_way() > 0) co_await apart<bool>(std::move(wait));
  json::array list;
  for (const edge::sms::SmscMessage& message : playground.smsc->messages(*phone)) {
    list.push_back(json::object{{"id", std::to_string(message.id)},
                                {"from", message.from},
                                {"text", message.text},
                                {"at", base::format_rfc3339(message.at)}});
  }
  co_return reply(200, list);
}

Answer send_message(Playground& playground, Request& request) {
  const auto phone = phone_of(request);
  if (!phone) co_return refuse(request, phone.error());
  const auto body = base::parse_json(request.body);
  if (!body) co_return refuse(request, body.error());
  base::FieldReader reader(*body);
  const std::string to = reader.text("to", 20);
  const std::string text = reader.text("text", 1600);
  if (const auto problem = reader.finish()) co_return refuse(request, *problem);
  std::function<bool()> send = [&playground, from = *phone, to, text] {
    auto acknowledged = std::make_shared<std::promise<bool>>();
    playground.smsc->send(from, to, text, [acknowledged](bool taken) { acknowledged->set_value(taken); });
    auto answer = acknowledged->get_future();
    // While the service cannot take it, the SMS centre keeps it and delivers later, as a real one would.
    if (answer.wait_for(kLongestSettling) != std::future_status::ready) return false;
    settle(playground);
    return answer.get();
  };
  const bool delivered = co_await apart<bool>(std::move(send));
  co_return reply(202, json::object{{"delivered", delivered}});
}

Answer read_clock(Playground& playground, Request&) {
  co_return reply(200, json::object{{"now", base::format_rfc3339(playground.clock.now())}});
}

/// Moves the clock from one due thing to the next, never past one, and does each at its moment.
void advance(Playground& playground, std::int64_t seconds) {
  // Just started: an hour that stands still would not end, however far the clock goes (row G3).
  const auto end = std::chrono::steady_clock::now() + kLongestBinding;
  while (!playground.scheduler.hours_run() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  playground.scheduler.run([&] {
    SandboxClock& clock = playground.clock;
    const base::Instant target = clock.now() + std::chrono::seconds{seconds};
    const auto move_to = [&](base::Instant then) {
      const auto ahead = (then - clock.now()).count();
      if (ahead > 0) clock.set_offset_ms(clock.offset_ms() + ahead);
    };
    const auto keep = [&] {
      playground.engine.tell_and_wait(
          [&](flow::Step& step) { step.ledger.remember(kOffset, std::to_string(clock.offset_ms())); });
    };
    for (;;) {
      const auto due = playground.scheduler.next();
      if (!due || *due > target) break;
      move_to(*due);
      keep();
      playground.scheduler.work_off();
    }
    move_to(target);
    keep();
  });
  settle(playground);
}

Answer advance_clock(Playground& playground, Request& request) {
  const auto body = base::parse_json(request.body);
  if (!body) co_return refuse(request, body.error());
  const json::value* seconds = body->is_object() ? body->as_object().if_contains("advance_seconds") : nullptr;
  const bool whole = seconds != nullptr && seconds->is_int64() && body->as_object().size() == 1;
  if (!whole || seconds->get_int64() < 0 || seconds->get_int64() > kLongestAdvanceS) {
    co_return refuse(request, base::wrong_fields({{"advance_seconds", "wrong_type"}}));
  }
  std::function<bool()> work = [&playground, by = seconds->get_int64()] {
    advance(playground, by);
    return true;
  };
  co_await apart<bool>(std::move(work));
  co_return reply(200, json::object{{"now", base::format_rfc3339(playground.clock.now())}});
}

Answer switch_register(Playground& playground, Request& request) {
  const auto which = rules::from_word<rules::Register>(request.parameters[0]);
  if (!which) co_return refuse(request, {Trouble::not_found, "not_found", {}, 0, {}});
  const auto body = base::parse_json(request.body);
  if (!body) co_return refuse(request, body.error());
  base::FieldReader reader(*body);
  const std::optional<bool> down = reader.boolean("down");
  if (!down) reader.wrong("down", "required");
  if (const auto problem = reader.finish()) co_return refuse(request, *problem);
  playground.engine.switches().set(*which, *down);
  co_return reply(200, json::object{{"register", request.parameters[0]}, {"down", *down}});
}

Answer read_registers(Playground& playground, Request&) {
  json::object all;
  for (std::size_t i = 0; i < 6; ++i) {
    const auto which = static_cast<rules::Register>(i);
    const std::string_view word = rules::word(which);
    all[json::string_view(word.data(), word.size())] = json::object{{"down", playground.engine.switches().is_down(which)}};
  }
  co_return reply(200, all);
}

json::object person_json(const edge::registers::PersonToTry& person) {
  json::array consenters;
  for (const domain::Iin& iin : person.consenters) consenters.push_back(json::value(iin.str()));
  return {{"iin", person.iin.str()},       {"name", person.name},       {"phone", person.phone},
          {"language", person.language},   {"what", person.what},       {"registrant", person.registrant.str()},
          {"rka", person.rka},             {"address", person.address}, {"outcome", person.outcome},
          {"code", person.code},           {"row", person.row},         {"consenters", std::move(consenters)}};
}

Answer people(Playground& playground, Request& request) {
  std::function<base::Result<json::value>(flow::Reader&)> question = [&playground](flow::Reader& reader) -> base::Result<json::value> {
    json::array list;
    for (const auto& person : edge::registers::people_to_try(reader.database, base::civil_date(playground.clock.now()))) {
      list.push_back(person_json(person));
    }
    return json::value(std::move(list));
  };
  const auto found = co_await playground.engine.asked<json::value>(std::move(question));
  if (!found) co_return refuse(request, found.error());
  co_return reply(200, *found);
}

http::Handler with(Playground& playground, Answer (*handler)(Playground&, Request&)) {
  return [&playground, handler](Request& request) { return handler(playground, request); };
}

}  // namespace

std::int64_t kept_offset_ms(flow::Ledger& ledger) {
  const auto kept = ledger.remembered(kOffset);
  return kept ? std::stoll(*kept) : 0;
}

std::vector<http::Route> routes(Playground& playground) {
  using http::Guard;
  using http::Method;
  std::vector<http::Route> routes{
      {Method::get, "/sandbox/clock", Guard::open, with(playground, read_clock)},
      {Method::post, "/sandbox/clock", Guard::open, with(playground, advance_clock)},
      {Method::get, "/sandbox/registers", Guard::open, with(playground, read_registers)},
      {Method::post, "/sandbox/registers/{register}", Guard::open, with(playground, switch_register)},
      {Method::get, "/sandbox/people", Guard::open, with(playground, people)},
  };
  if (playground.smsc == nullptr) return routes;
  routes.push_back({Method::get, "/sandbox/phones/{phone}/messages", Guard::open, with(playground, read_messages)});
  routes.push_back({Method::post, "/sandbox/phones/{phone}/messages", Guard::open, with(playground, send_message)});
  return routes;
}

}  // namespace mekenjai::sandbox
