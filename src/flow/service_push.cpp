// Devices that are told by Web Push: taken, renewed by the browser, given up.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "edge/push/message.hpp"
#include "flow/json_read.hpp"
#include "flow/service_impl.hpp"
#include "flow/service_parts.hpp"

namespace mekenjai::flow {
namespace {

namespace json = boost::json;
using base::Problem;
using base::Result;
using base::Trouble;
using edge::push::Endpoint;
using edge::push::EndpointRules;
using edge::push::SubscriptionKeys;
using store::SubscriptionRow;
using store::Subscriptions;

/// What is wrong with what a browser, or somebody in its place, has sent.
std::optional<Problem> wrong_with(const PushDevice& device, const EndpointRules& rules) {
  std::vector<base::FieldError> errors;
  if (!Endpoint::parse(device.endpoint, rules)) errors.push_back({"endpoint", "bad_endpoint"});
  const auto keys = SubscriptionKeys::read(device.p256dh, device.auth);
  if (!keys) errors.push_back({"keys." + keys.error(), "bad_push_key"});
  if (errors.empty()) return std::nullopt;
  return Problem{Trouble::unprocessable, "invalid", std::move(errors), 0, {}};
}

/// A browser belongs to whoever used it last; that it is the same one, its secret shows. Whoever
/// only knows an address takes nobody's device away.
std::optional<Problem> take_away(Subscriptions& all, const SubscriptionRow& known,
                                 const PushDevice& device) {
  if (!base::equal_in_constant_time(known.auth, device.auth))
    return bad_field("endpoint", "bad_endpoint");
  all.remove(known.id);
  return std::nullopt;
}

void put_in(SubscriptionRow& row, const PushDevice& device) {
  row.endpoint = device.endpoint;
  row.p256dh = device.p256dh;
  row.auth = device.auth;
}

Result<SubscriptionRow> keep(Step& step, const Iin& iin, const PushDevice& device, int limit) {
  Subscriptions& all = step.ledger.subscriptions();
  const auto known = all.by_endpoint(device.endpoint);
  const bool own = known && known->iin == iin;
  if (known && !own) {
    if (const auto problem = take_away(all, *known, device)) return base::fail(*problem);
  }
  SubscriptionRow row;
  if (own) row = *known;
  put_in(row, device);
  row.language = i18n::tag(device.language);
  row.door = device.door;
  if (own) {
    all.change(row);
    return row;
  }
  row.id = domain::new_id(step.now());
  row.iin = iin;
  row.created_at = step.now();
  all.add(row);
  all.keep_at_most(iin, limit);
  return row;
}

Result<Done> renew(Step& step, const std::string& id, const PushDevice& device) {
  Subscriptions& all = step.ledger.subscriptions();
  auto row = all.by_id(id);
  if (!row) return base::fail(Trouble::not_found, "not_found");
  const auto other = all.by_endpoint(device.endpoint);
  if (other && other->id != id) {
    if (const auto problem = take_away(all, *other, device)) return base::fail(*problem);
  }
  put_in(*row, device);
  all.change(*row);
  return Done{};
}

PushDeviceView view_of(const SubscriptionRow& row, const EndpointRules& rules) {
  const auto endpoint = Endpoint::parse(row.endpoint, rules);
  return {row.id, endpoint ? endpoint->host : std::string(),
          i18n::parse_language(row.language).value_or(i18n::Language::kk), row.created_at,
          row.taken_at};
}

// --- a repeated key (contract, section 3) -----------------------------------------------------

constexpr std::string_view kRoute = "push/subscriptions";
constexpr std::chrono::hours kAnswerKept{24};

std::string to_text(const PushDeviceView& view) {
  json::object text{{"id", view.id},
                    {"host", view.host},
                    {"language", to_json(i18n::tag(view.language))},
                    {"added_at", store::millis(view.added_at)}};
  if (view.told_at) text["told_at"] = store::millis(*view.told_at);
  return json::serialize(text);
}

PushDeviceView view_from(std::string_view text) {
  const json::value value = json::parse({text.data(), text.size()});
  const json::object& object = value.as_object();
  PushDeviceView view;
  view.id = read_text(object, "id");
  view.host = read_text(object, "host");
  view.language = i18n::parse_language(read_text(object, "language")).value_or(i18n::Language::kk);
  view.added_at = store::instant(read_number(object, "added_at"));
  if (object.contains("told_at")) view.told_at = store::instant(read_number(object, "told_at"));
  return view;
}

/// The answer that the key got with the same body; key_reused with another one.
std::optional<Result<PushDeviceView>> answered_before(Step& step, const Iin& iin,
                                                      const Idempotency& key) {
  store::sqlite::Database& database = step.ledger.database();
  auto forget = database.prepare("DELETE FROM idempotency WHERE iin=? AND at<?");
  forget.with(store::number_of(iin), store::millis(step.now() - kAnswerKept)).run();
  auto select =
      database.prepare("SELECT body, forecast FROM idempotency WHERE iin=? AND route=? AND key=?");
  store::sqlite::Rows rows(select.with(store::number_of(iin), kRoute, key.key));
  if (!rows.next()) return std::nullopt;
  if (rows->blob(0) == key.body_sha256) return view_from(rows->text(1));
  return base::fail(Trouble::unprocessable, "key_reused");
}

void remember_answer(Step& step, const Iin& iin, const Idempotency& key,
                     const PushDeviceView& view) {
  const std::string answer = to_text(view);  // stands where a draft's forecast does
  auto add = step.ledger.database().prepare("INSERT INTO idempotency VALUES(?,?,?,?,?,?,?)");
  add.bind(1, store::number_of(iin)).bind(2, kRoute).bind(3, key.key).bind_blob(4, key.body_sha256);
  add.bind(5, "").bind(6, answer).bind(7, store::millis(step.now())).run();
}

tl::unexpected<Problem> off() { return base::fail(Trouble::unprocessable, "push_off"); }

}  // namespace

Task<PushView> ServiceImpl::push(Caller caller) {
  if (!push_available()) co_return off();
  std::function<Result<PushView>(Reader&)> question = [this,
                                                       caller](Reader& reader) -> Result<PushView> {
    PushView view{push_.public_key, {}};
    for (const SubscriptionRow& row : reader.subscriptions.of_person(caller.iin)) {
      view.devices.push_back(view_of(row, push_.rules));
    }
    return view;
  };
  co_return co_await engine_.asked<PushView>(std::move(question));
}

Task<PushDeviceView> ServiceImpl::add_push_device(Caller caller, PushDevice device,
                                                  std::optional<Idempotency> key) {
  if (!push_available()) co_return off();
  const auto problem = wrong_with(device, push_.rules);
  if (problem && !key) co_return base::fail(*problem);
  std::function<Result<PushDeviceView>(Step&)> order =
      [this, caller, device, key, problem](Step& step) -> Result<PushDeviceView> {
    // A repeated key is answered before anything is found wrong, and does not bring back a device
    // given up since.
    if (key) {
      if (auto answered = answered_before(step, caller.iin, *key)) return *std::move(answered);
    }
    if (problem) return base::fail(*problem);
    const auto kept = keep(step, caller.iin, device, push_.devices_a_person);
    if (!kept) return tl::unexpected(kept.error());
    PushDeviceView view = view_of(*kept, push_.rules);
    if (key) remember_answer(step, caller.iin, *key, view);
    return view;
  };
  co_return co_await engine_.told<PushDeviceView>(std::move(order));
}

Task<Done> ServiceImpl::renew_push_device(std::string id, PushDevice device) {
  if (!push_available()) co_return off();
  if (!domain::is_id(id)) co_return base::fail(Trouble::not_found, "not_found");
  if (const auto problem = wrong_with(device, push_.rules)) co_return base::fail(*problem);
  // Nobody has signed in for this: whoever guesses costs the writer nothing.
  std::function<Result<Done>(Reader&)> question = [id](Reader& reader) -> Result<Done> {
    if (!reader.subscriptions.by_id(id)) return base::fail(Trouble::not_found, "not_found");
    return Done{};
  };
  std::function<Result<Done>(Step&, Done&)> order = [id, device](Step& step, Done&) {
    return renew(step, id, device);
  };
  co_return co_await engine_.asked_and_told<Done, Done>(std::move(question), std::move(order));
}

Task<Done> ServiceImpl::forget_push_device(std::string id) {
  if (!domain::is_id(id)) co_return Done{};
  std::function<Result<bool>(Reader&)> question = [id](Reader& reader) -> Result<bool> {
    return reader.subscriptions.by_id(id).has_value();
  };
  std::function<Result<Done>(Step&)> order = [id](Step& step) -> Result<Done> {
    step.ledger.subscriptions().remove(id);
    return Done{};
  };
  const auto known = co_await engine_.asked<bool>(std::move(question));
  if (!known) co_return tl::unexpected(known.error());
  if (!*known) co_return Done{};  // whoever guesses costs the writer nothing
  co_return co_await engine_.told<Done>(std::move(order));
}

Task<Done> ServiceImpl::remove_push_device(Caller caller, std::string id) {
  std::function<Result<Done>(Step&)> order = [caller, id](Step& step) -> Result<Done> {
    const auto row = step.ledger.subscriptions().by_id(id);
    if (!row || row->iin != caller.iin) return base::fail(Trouble::not_found, "not_found");
    step.ledger.subscriptions().remove(id);
    return Done{};
  };
  co_return co_await engine_.told<Done>(std::move(order));
}

Task<Done> ServiceImpl::remove_push_devices(Caller caller) {
  std::function<Result<Done>(Step&)> order = [caller](Step& step) -> Result<Done> {
    step.ledger.subscriptions().keep_at_most(caller.iin, 0);
    return Done{};
  };
  co_return co_await engine_.told<Done>(std::move(order));
}

}  // namespace mekenjai::flow
