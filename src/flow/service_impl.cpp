#include "flow/service_impl.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/mask.hpp"
#include "flow/decision_record.hpp"
#include "flow/present.hpp"
#include "flow/service_parts.hpp"

namespace mekenjai::flow {
namespace {

using base::Problem;
using base::Result;
using base::Trouble;
using store::millis;
using store::number_of;

constexpr int kRegisterRetryAfterS = 60;
constexpr int kMaxPage = 100;
constexpr std::size_t kMaxQueryBytes = 256;
constexpr std::size_t kAddresses = 20;  // contract, GET /addresses
constexpr std::chrono::hours kIdempotencyKept{24};

std::string digest_of(std::string_view token) {
  const base::Sha256 digest = base::sha256(token);
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool is_code(std::string_view code) {
  return code.size() == 6 && std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<Problem> wrong_method(const SignatureRequest& signature) {
  if (signature.method != "sms") return bad_field("method", "unknown_value");
  if (!is_code(signature.code)) return bad_field("code", "bad_code");
  return std::nullopt;
}

Done done(Nothing) { return {}; }

}  // namespace

Problem silent() { return {Trouble::unavailable, "register_unavailable", {}, kRegisterRetryAfterS, {}}; }

Problem bad_field(std::string field, std::string code) {
  return {Trouble::unprocessable, "invalid", {{std::move(field), std::move(code)}}, 0, {}};
}

Result<Addressee> addressee(Reader& reader, const Iin& iin) {
  const auto record = reader.registers.person(iin);
  const auto phone = reader.registers.phone(iin);
  if (!phone.available()) return base::fail(silent());  // without a number no code can go anywhere
  Addressee person{{record.available() ? *record : std::nullopt, *phone}, i18n::Language::kk};
  person.language = Notices::language_of(person.card);
  return person;
}

bool phone_too_new(const PersonCard& card, Instant now, int min_age_s) {
  return card.phone && card.phone->since &&
         base::start_of_day(*card.phone->since) + std::chrono::seconds{min_age_s} > now;
}

Prepared prepare(Reader& reader, const store::ApplicationRow& application, Instant now, const policy::Editions& editions) {
  const policy::Policy* policy = application.policy.empty() ? nullptr : editions.by_version(application.policy);
  if (policy == nullptr) policy = &editions.in_force(base::civil_date(now));
  return {application, gather(reader.registers, reader.cases,
                              subject_of(application, reader.cases.registrants(application.id)), now, *policy)};
}

// --- signing in -----------------------------------------------------------------------------------------------

Task<std::string> ServiceImpl::request_sign_in_code(std::string text, std::string source, i18n::Language) {
  const auto iin = domain::parse_iin(text);
  if (!iin) co_return base::fail(bad_field("iin", "bad_iin"));
  std::function<Result<Addressee>(Reader&)> question = [iin](Reader& reader) -> Result<Addressee> {
    if (!reader.registers.person(*iin).available()) return base::fail(silent());  // nobody could be signed in
    return addressee(reader, *iin);
  };
  std::function<Result<std::string>(Step&, Addressee&)> order = [iin, source](Step& step, Addressee& person) {
    const auto language = person.language;
    const Notices& notices = step.notices;
    const Codes::Request request{*iin, Purpose::sign_in, "", "", person.card.phone ? person.card.phone->number : "", source,
                                 [&notices, language](const std::string& code) { return notices.sign_in_code(language, code); }};
    return step.codes.issue(step.ledger, request);
  };
  co_return co_await engine_.asked_and_told<Addressee, std::string>(std::move(question), std::move(order));
}

Task<SignedIn> ServiceImpl::sign_in(std::string challenge, std::string code, std::string source, SessionFor opening) {
  if (!domain::is_id(challenge)) co_return base::fail(Trouble::not_found, "challenge_not_found");
  if (!is_code(code)) co_return base::fail(bad_field("code", "bad_code"));
  std::function<Result<SignedIn>(Step&)> order = [challenge, code, source, opening](Step& step) -> Result<SignedIn> {
    const auto whose = step.codes.whose(challenge);
    if (!whose) return base::fail(Trouble::not_found, "challenge_not_found");
    const auto record = step.ledger.registers().person(*whose);
    if (!record.available()) return base::fail(silent());  // before the code is used up
    const auto iin = step.codes.check_challenge(step.ledger, challenge, code, source);
    if (!iin) return tl::unexpected(iin.error());
    if (!*record) return base::fail(Trouble::not_found, "challenge_not_found");
    return open_session(step, **record, opening);
  };
  auto signed_in = co_await engine_.told<SignedIn>(std::move(order));
  if (signed_in) forget_others_at(opening.kiosk);
  co_return signed_in;
}

void ServiceImpl::forget_others_at(const std::string& kiosk) {
  if (kiosk.empty()) return;
  const std::lock_guard lock(mutex_);
  std::erase_if(sessions_, [&](const auto& held) { return held.second.session.kiosk == kiosk; });
}

SignedIn ServiceImpl::open_session(Step& step, const domain::Person& person, const SessionFor& opening) {
  SignedIn signed_in{base::to_base64url(base::random_bytes(32)), step.now() + kSessionLife, person};
  const std::string digest = digest_of(signed_in.token), csrf = base::random_bytes(32);
  const std::string name = base::mask_name(person.given_name, person.surname);
  auto add = step.ledger.database().prepare("INSERT INTO sessions VALUES(?,?,?,?,?,?,?,?,?)");
  add.bind_blob(1, digest).bind(2, number_of(person.iin)).bind(3, name).bind_blob(4, csrf).bind(5, opening.cookie);
  add.bind(6, millis(step.now())).bind(7, millis(signed_in.expires_at)).bind(8, millis(step.now()));
  add.bind(9, opening.kiosk).run();
  // Over by their age; and those of people who have left this kiosk: one stands there at a time.
  auto forget = step.ledger.database().prepare("DELETE FROM sessions WHERE expires_at<?1 OR (kiosk<>'' AND kiosk=?2 AND digest<>?3)");
  forget.bind(1, millis(step.now())).bind(2, opening.kiosk).bind_blob(3, digest).run();
  return signed_in;
}

Instant ServiceImpl::end_of(const Held& held) {
  if (!held.session.cookie) return held.session.expires_at;
  const std::chrono::seconds idle = held.session.kiosk.empty() ? std::chrono::seconds{kCookieIdle} : kKioskIdle;
  return std::min(held.session.expires_at, held.seen_at + idle);
}

boost::asio::awaitable<std::optional<ServiceImpl::Held>> ServiceImpl::stored_session(std::string digest) {
  std::function<Result<Held>(Reader&)> question = [digest](Reader& reader) -> Result<Held> {
    auto& select = reader.session;
    select.reset();
    select.bind_blob(1, digest);
    store::sqlite::Rows rows(select);
    if (!rows.next()) return base::fail(Trouble::not_signed_in, "not_signed_in");
    Held held;
    held.session = {store::iin_of(rows->integer(0)), rows->str(1), std::string(rows->blob(2)),
                    store::instant(rows->integer(4)), rows->integer(3) != 0, {}, rows->str(6)};
    held.seen_at = held.written_at = store::instant(rows->integer(5));
    return held;
  };
  Result<Held> held = co_await engine_.asked<Held>(std::move(question));
  if (!held) co_return std::nullopt;
  co_return std::move(*held);
}

boost::asio::awaitable<std::optional<Session>> ServiceImpl::session(std::string token) {
  const std::string digest = digest_of(token);
  const Instant now = engine_.clock().now();
  std::optional<Held> found;
  bool write = false;
  {
    const std::lock_guard lock(mutex_);
    const auto known = sessions_.find(digest);
    if (known != sessions_.end()) {
      if (now >= end_of(known->second)) co_return std::nullopt;
      // At a kiosk a request is not use yet: pages ask by themselves (`used`).
      const bool at_kiosk = !known->second.session.kiosk.empty();
      if (!at_kiosk) known->second.seen_at = now;
      write = known->second.session.cookie && !at_kiosk && now >= known->second.written_at + kUseWritten;
      if (write) known->second.written_at = now;
      found = known->second;
    }
  }
  if (!found) {
    found = co_await stored_session(digest);
    if (!found || now >= end_of(*found)) co_return std::nullopt;
    if (found->session.kiosk.empty()) found->seen_at = now;
    const std::lock_guard lock(mutex_);
    if (sessions_.size() >= kSessionsInMemory) sessions_.clear();
    sessions_.emplace(digest, *found);
  }
  if (write) write_use(digest, now);
  found->session.ends_at = end_of(*found);
  co_return std::move(found->session);
}

boost::asio::awaitable<std::optional<Session>> ServiceImpl::look_at_session(std::string token) {
  const std::string digest = digest_of(token);
  std::optional<Held> found;
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = sessions_.find(digest); known != sessions_.end()) found = known->second;
  }
  if (!found) found = co_await stored_session(digest);
  if (!found) co_return std::nullopt;
  found->session.ends_at = end_of(*found);
  co_return std::move(found->session);
}

Task<Done> ServiceImpl::keep_session(std::string token) {
  const std::string digest = digest_of(token);
  std::function<Result<Done>(Step&)> order = [digest](Step& step) -> Result<Done> {
    auto touch = step.ledger.database().prepare("UPDATE sessions SET seen_at=? WHERE digest=?");
    touch.bind(1, millis(step.now())).bind_blob(2, digest).run();
    return Done{};
  };
  co_return co_await engine_.told<Done>(std::move(order));
}

void ServiceImpl::write_use(const std::string& digest, Instant at) {
  engine_.tell(
      [digest, at](Step& step) {
        auto touch = step.ledger.database().prepare("UPDATE sessions SET seen_at=? WHERE digest=?");
        touch.bind(1, millis(at)).bind_blob(2, digest).run();
      },
      [](std::exception_ptr) {});
}

void ServiceImpl::used(const std::string& token, base::Millis ago) {
  const std::string digest = digest_of(token);
  const Instant now = engine_.clock().now(), at = now - std::clamp(ago, base::Millis{0}, base::Millis{kKioskIdle});
  {
    const std::lock_guard lock(mutex_);
    const auto known = sessions_.find(digest);
    if (known == sessions_.end() || now >= end_of(known->second) || at <= known->second.seen_at) return;
    known->second.seen_at = at;
    if (at < known->second.written_at + kUseAtKioskWritten) return;
    known->second.written_at = at;
  }
  write_use(digest, at);
}

Task<Done> ServiceImpl::sign_out(std::string token) {
  const std::string digest = digest_of(token);
  std::function<Result<Done>(Step&)> order = [digest](Step& step) -> Result<Done> {
    auto forget = step.ledger.database().prepare("DELETE FROM sessions WHERE digest=?");
    forget.bind_blob(1, digest).run();
    return Done{};
  };
  auto result = co_await engine_.told<Done>(std::move(order));
  const std::lock_guard lock(mutex_);
  sessions_.erase(digest);
  co_return result;
}

// --- the person -----------------------------------------------------------------------------------------------

Task<MeView> ServiceImpl::me(Caller caller) {
  std::function<Result<MeView>(Reader&)> question = [this, iin = caller.iin](Reader& reader) {
    const Instant now = engine_.clock().now();
    return flow::me(reader, iin, now, engine_.editions().in_force(base::civil_date(now)));
  };
  co_return co_await engine_.asked<MeView>(std::move(question));
}

Task<std::vector<Address>> ServiceImpl::addresses(std::string typed) {
  if (typed.size() > kMaxQueryBytes) co_return base::fail(bad_field("q", "too_long"));
  if (!base::is_utf8(typed)) co_return base::fail(Trouble::malformed, "malformed_utf8");
  std::function<Result<std::vector<Address>>(Reader&)> question = [typed](Reader& reader) -> Result<std::vector<Address>> {
    const auto found = reader.registers.find_dwellings(typed, kAddresses);
    if (!found.available()) return base::fail(silent());
    std::vector<Address> addresses;
    for (const domain::Dwelling& dwelling : *found) addresses.push_back(address_of(dwelling));
    return addresses;
  };
  co_return co_await engine_.asked<std::vector<Address>>(std::move(question));
}

Task<Address> ServiceImpl::address(std::string text) {
  const auto rka = domain::parse_rka(text);
  if (!rka) co_return base::fail(Trouble::not_found, "not_found");
  std::function<Result<Address>(Reader&)> question = [rka](Reader& reader) -> Result<Address> {
    const auto dwelling = reader.registers.dwelling(*rka);
    if (!dwelling.available()) return base::fail(silent());
    if (!*dwelling) return base::fail(Trouble::not_found, "not_found");
    return address_of(**dwelling);
  };
  co_return co_await engine_.asked<Address>(std::move(question));
}

Task<std::vector<ResidentView>> ServiceImpl::residents(Caller caller, std::string text) {
  const auto rka = domain::parse_rka(text);
  if (!rka) co_return base::fail(Trouble::not_found, "not_found");
  std::function<Result<std::vector<ResidentView>>(Reader&)> question =
      [this, rka, iin = caller.iin](Reader& reader) -> Result<std::vector<ResidentView>> {
    const Date today = base::civil_date(engine_.clock().now());
    const auto rights = reader.registers.rights(*rka);
    const auto leases = reader.registers.leases(*rka);
    const auto residents = reader.registers.residents(*rka);
    if (!rights.available() || !leases.available() || !residents.available()) return base::fail(silent());
    const bool owns = std::any_of(rights->begin(), rights->end(), [&](const domain::Right& right) {
      return right.holder == iin.view() && domain::in_force(right.from, right.to, today);
    });
    const bool leases_it = std::any_of(leases->begin(), leases->end(), [&](const domain::Lease& lease) {
      return lease.tenant == iin && domain::in_force(lease.from, lease.to, today);
    });
    if (!owns && !leases_it) return base::fail(Trouble::not_found, "not_found");
    std::vector<ResidentView> views;
    for (const domain::Residence& residence : *residents) {
      if (!domain::in_force(residence, today)) continue;
      const auto record = reader.registers.person(residence.iin);
      if (!record.available()) return base::fail(silent());
      std::string name = *record ? fmt::format("{} {}", (*record)->surname, (*record)->given_name) : std::string();
      if (*record && !(*record)->patronymic.empty()) name += " " + (*record)->patronymic;
      views.push_back({std::move(name), residence.kind, residence.from, residence.to});
    }
    return views;
  };
  co_return co_await engine_.asked<std::vector<ResidentView>>(std::move(question));
}

// --- the application ------------------------------------------------------------------------------------------

Result<ApplicationView> presented(Reader& reader, const std::string& application_id) {
  const auto application = reader.cases.application(application_id);
  if (!application) return base::fail(Trouble::not_found, "not_found");
  return present(reader, *application);
}

namespace {

struct Draftable {
  std::optional<Problem> problem;  // a repeated key is answered before anything is found wrong
  DraftFields fields;
  Gathered gathered;
  ForecastView forecast;
};

Result<Draftable> draftable(Reader& reader, const Iin& applicant, const DraftRequest& request, Instant now,
                            const policy::Policy& policy) {
  auto fields = read_draft(request, base::civil_date(now), policy);
  if (!fields) return tl::unexpected(fields.error());
  const Subject subject{"", applicant, fields->registrants, fields->rka, fields->kind, fields->until};
  Draftable ready{std::nullopt, *std::move(fields), gather(reader.registers, reader.cases, subject, now, policy), {}};
  ready.forecast = forecast_view(ready.gathered, policy, reader.registers);
  return ready;
}

/// A draft as it was when it was made, for the answer to a repeated key.
ApplicationView as_draft(ApplicationView view) {
  view.status = domain::Status::draft;
  view.signed_at.reset();
  view.deadline.reset();
  view.hold_until.reset();
  view.decision.reset();
  view.consents_required = view.consents_granted = 0;
  view.warnings.clear();
  view.signature.reset();
  view.signature_checking = false;
  view.history.resize(std::min<std::size_t>(view.history.size(), 1));
  return view;
}

}  // namespace

Task<ForecastView> ServiceImpl::forecast(Caller caller, DraftRequest request) {
  std::function<Result<Draftable>(Reader&)> question = [this, caller, request](Reader& reader) {
    const Instant now = engine_.clock().now();
    return draftable(reader, caller.iin, request, now, engine_.editions().in_force(base::civil_date(now)));
  };
  std::function<Result<ForecastView>(Step&, Draftable&)> order = [caller](Step& step, Draftable& ready) -> Result<ForecastView> {
    const policy::Policy& policy = step.editions.in_force(base::civil_date(step.now()));
    if (!may_tell_forecast(step, caller.iin, ready.gathered, policy)) {
      return base::fail(Trouble::too_many, "too_many_forecasts");
    }
    return ready.forecast;
  };
  co_return co_await engine_.asked_and_told<Draftable, ForecastView>(std::move(question), std::move(order));
}

Task<ApplicationView> ServiceImpl::draft(Caller caller, DraftRequest request, std::optional<Idempotency> key) {
  struct Made {
    std::string id;
    std::optional<ForecastView> forecast;
  };
  std::function<Result<Draftable>(Reader&)> question = [this, caller, request](Reader& reader) -> Result<Draftable> {
    const Instant now = engine_.clock().now();
    auto ready = draftable(reader, caller.iin, request, now, engine_.editions().in_force(base::civil_date(now)));
    if (ready) return ready;
    Draftable wrong;
    wrong.problem = ready.error();
    return wrong;
  };
  std::function<Result<Made>(Step&, Draftable&)> order = [caller, key](Step& step, Draftable& ready) -> Result<Made> {
    store::sqlite::Database& database = step.ledger.database();
    if (key) {
      const std::int64_t oldest = millis(step.now() - kIdempotencyKept);
      auto forget = database.prepare("DELETE FROM idempotency WHERE iin=? AND at<?");
      forget.with(number_of(caller.iin), oldest).run();
      auto select = database.prepare("SELECT body, application, forecast FROM idempotency WHERE iin=? AND route=? AND key=?");
      store::sqlite::Rows rows(select.with(number_of(caller.iin), "applications", key->key));
      if (rows.next()) {
        if (rows->blob(0) != key->body_sha256) return base::fail(Trouble::unprocessable, "key_reused");
        Made made{rows->str(1), std::nullopt};
        if (!rows->text(2).empty()) made.forecast = forecast_of(boost::json::parse(rows->str(2)).as_object());
        return made;
      }
    }
    if (ready.problem) return base::fail(*ready.problem);
    const policy::Policy& policy = step.editions.in_force(base::civil_date(step.now()));
    Made made;
    if (may_tell_forecast(step, caller.iin, ready.gathered, policy)) made.forecast = ready.forecast;
    auto id = flow::draft(step, caller.iin, ready.fields, ready.gathered);
    if (!id) return tl::unexpected(id.error());
    made.id = *id;
    if (key) {
      const std::string forecast = made.forecast ? boost::json::serialize(record_of(*made.forecast)) : "";
      auto add = database.prepare("INSERT INTO idempotency VALUES(?,?,?,?,?,?,?)");
      add.bind(1, number_of(caller.iin)).bind(2, "applications").bind(3, key->key).bind_blob(4, key->body_sha256);
      add.bind(5, made.id).bind(6, forecast).bind(7, millis(step.now())).run();
    }
    return made;
  };
  std::function<Result<ApplicationView>(Reader&, Made&)> show = [](Reader& reader, Made& made) -> Result<ApplicationView> {
    auto view = presented(reader, made.id);
    if (!view) return view;
    view = as_draft(*std::move(view));
    view->forecast = std::move(made.forecast);
    return view;
  };
  co_return co_await engine_.asked_told_and_shown<Draftable, Made, ApplicationView>(std::move(question), std::move(order),
                                                                                    std::move(show));
}

Task<Done> ServiceImpl::request_signature_code(Caller caller, std::string id) {
  struct Known {
    store::ApplicationRow application;
    Addressee person;
    std::string document_sha256;
  };
  std::function<Result<Known>(Reader&)> question = [caller, id](Reader& reader) -> Result<Known> {
    const auto application = reader.cases.application(id);
    if (!application || application->applicant != caller.iin) return base::fail(Trouble::not_found, "not_found");
    auto person = addressee(reader, caller.iin);
    if (!person) return tl::unexpected(person.error());
    return Known{*application, *std::move(person), document_of(*application, reader.cases.registrants(id)).sha256};
  };
  std::function<Result<Done>(Step&, Known&)> order = [caller](Step& step, Known& known) -> Result<Done> {
    const auto application = step.ledger.cases().application(known.application.id);
    if (application->status != domain::Status::draft) return base::fail(Trouble::wrong_state, "wrong_state");
    const PersonCard& card = known.person.card;
    if (!card.phone) return base::fail(Trouble::unprocessable, "no_phone");
    const policy::Policy& policy = step.editions.in_force(base::civil_date(step.now()));
    if (phone_too_new(card, step.now(), policy.phone_min_age_s)) return base::fail(Trouble::unprocessable, "phone_too_new");
    const Codes::Request request{caller.iin, Purpose::sign_application, application->id, known.document_sha256,
                                 card.phone->number, caller.source, [&](const std::string& code) {
                                   return step.notices.signature_code(known.person.language, application->number, code);
                                 }};
    return step.codes.issue(step.ledger, request).map([](const std::string&) { return Done{}; });
  };
  co_return co_await engine_.asked_and_told<Known, Done>(std::move(question), std::move(order));
}

Task<ApplicationView> ServiceImpl::sign(Caller caller, std::string id, SignatureRequest signature) {
  if (signature.method == "eds") co_return co_await sign_eds(std::move(caller), std::move(id), std::move(signature));
  std::function<Result<Prepared>(Reader&)> question = [this, caller, id, signature](Reader& reader) -> Result<Prepared> {
    const auto application = reader.cases.application(id);
    if (!application || application->applicant != caller.iin) return base::fail(Trouble::not_found, "not_found");
    if (application->status != domain::Status::draft) return base::fail(Trouble::wrong_state, "wrong_state");
    if (const auto problem = wrong_method(signature)) return base::fail(*problem);
    return prepare(reader, *application, engine_.clock().now(), engine_.editions());
  };
  std::function<Result<Done>(Step&, Prepared&)> order = [caller, id, signature](Step& step, Prepared& ready) {
    return flow::sign(step, caller.iin, id, signature.code, caller.source, ready.gathered).map(done);
  };
  std::function<Result<ApplicationView>(Reader&, Done&)> show = [id](Reader& reader, Done&) { return presented(reader, id); };
  co_return co_await engine_.asked_told_and_shown<Prepared, Done, ApplicationView>(std::move(question), std::move(order),
                                                                                   std::move(show));
}

Task<ApplicationView> ServiceImpl::withdraw(Caller caller, std::string id) {
  std::function<Result<Prepared>(Reader&)> question = [this, caller, id](Reader& reader) -> Result<Prepared> {
    const auto application = reader.cases.application(id);
    if (!application || application->applicant != caller.iin) return base::fail(Trouble::not_found, "not_found");
    return prepare(reader, *application, engine_.clock().now(), engine_.editions());
  };
  std::function<Result<Done>(Step&, Prepared&)> order = [caller, id](Step& step, Prepared& ready) {
    return flow::withdraw(step, caller.iin, id, ready.gathered).map(done);
  };
  std::function<Result<ApplicationView>(Reader&, Done&)> show = [id](Reader& reader, Done&) { return presented(reader, id); };
  co_return co_await engine_.asked_told_and_shown<Prepared, Done, ApplicationView>(std::move(question), std::move(order),
                                                                                   std::move(show));
}

Task<ApplicationView> ServiceImpl::application(Caller caller, std::string id) {
  struct Read {
    ApplicationView view;
    std::optional<Gathered> gathered;
    ForecastView forecast;
  };
  std::function<Result<Read>(Reader&)> question = [this, caller, id](Reader& reader) -> Result<Read> {
    const auto application = reader.cases.application(id);
    if (!application || application->applicant != caller.iin) return base::fail(Trouble::not_found, "not_found");
    Read read{present(reader, *application), std::nullopt, {}};
    if (application->status == domain::Status::draft) {
      const Instant now = engine_.clock().now();
      read.gathered = prepare(reader, *application, now, engine_.editions()).gathered;
      read.forecast = forecast_view(*read.gathered, engine_.editions().in_force(base::civil_date(now)), reader.registers);
    }
    return read;
  };
  auto read = co_await engine_.asked<Read>(std::move(question));
  if (!read) co_return tl::unexpected(read.error());
  if (read->gathered) {
    const Gathered& gathered = *read->gathered;
    std::function<Result<bool>(Step&)> order = [caller, gathered](Step& step) -> Result<bool> {
      return may_tell_forecast(step, caller.iin, gathered, step.editions.in_force(base::civil_date(step.now())));
    };
    const auto may_tell = co_await engine_.told<bool>(std::move(order));
    if (may_tell && *may_tell) read->view.forecast = std::move(read->forecast);
  }
  co_return std::move(read->view);
}

Task<Page<ApplicationView>> ServiceImpl::applications(Caller caller, std::optional<std::string> cursor, int limit) {
  const int count = std::clamp(limit, 1, kMaxPage);
  if (cursor && !domain::is_id(*cursor)) co_return base::fail(bad_field("cursor", "bad_cursor"));
  std::function<Result<Page<ApplicationView>>(Reader&)> question =
      [caller, cursor, count](Reader& reader) -> Result<Page<ApplicationView>> {
    Page<ApplicationView> page;
    const auto rows = reader.cases.applications_of(caller.iin, cursor.value_or(""), count + 1);
    for (const store::ApplicationRow& row : rows) {
      if (static_cast<int>(page.items.size()) == count) {
        page.next = page.items.back().id;
        break;
      }
      page.items.push_back(present(reader, row));
    }
    return page;
  };
  co_return co_await engine_.asked<Page<ApplicationView>>(std::move(question));
}

// --- consents -------------------------------------------------------------------------------------------------

Task<Page<ConsentView>> ServiceImpl::consents(Caller caller, std::optional<std::string> reference,
                                              std::optional<std::string> cursor, int limit) {
  const int count = std::clamp(limit, 1, kMaxPage);
  if (cursor && !domain::is_id(*cursor)) co_return base::fail(bad_field("cursor", "bad_cursor"));
  std::function<Result<Page<ConsentView>>(Reader&)> question =
      [caller, reference, cursor, count](Reader& reader) -> Result<Page<ConsentView>> {
    Page<ConsentView> page;
    std::vector<store::ConsentRow> rows;
    if (reference) {
      std::string wanted = *reference;
      for (char& c : wanted) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
      for (store::ConsentRow& row : reader.cases.consents_by_reference(wanted)) {
        if (row.iin == caller.iin) rows.push_back(std::move(row));
      }
    } else {
      rows = reader.cases.consents_of_person(caller.iin, cursor.value_or(""), count + 1);
    }
    for (const store::ConsentRow& row : rows) {
      if (static_cast<int>(page.items.size()) == count) {
        page.next = page.items.back().id;
        break;
      }
      const auto application = reader.cases.application(row.application);
      if (application) page.items.push_back(present(reader, row, *application));
    }
    return page;
  };
  co_return co_await engine_.asked<Page<ConsentView>>(std::move(question));
}

Task<ConsentView> ServiceImpl::consent(Caller caller, std::string id) {
  std::function<Result<ConsentView>(Reader&)> question = [caller, id](Reader& reader) -> Result<ConsentView> {
    const auto consent = reader.cases.consent(id);
    if (!consent || consent->iin != caller.iin) return base::fail(Trouble::not_found, "not_found");
    return present(reader, *consent, *reader.cases.application(consent->application));
  };
  co_return co_await engine_.asked<ConsentView>(std::move(question));
}

Task<Done> ServiceImpl::request_consent_code(Caller caller, std::string id, std::optional<std::string> word) {
  const std::optional<domain::Answer> answer = word ? domain::parse_answer(*word) : std::nullopt;
  struct Known {
    store::ConsentRow consent;
    Addressee person;
  };
  std::function<Result<Known>(Reader&)> question = [caller, id](Reader& reader) -> Result<Known> {
    const auto consent = reader.cases.consent(id);
    if (!consent || consent->iin != caller.iin) return base::fail(Trouble::not_found, "not_found");
    auto person = addressee(reader, caller.iin);
    if (!person) return tl::unexpected(person.error());
    return Known{*consent, *std::move(person)};
  };
  std::function<Result<Done>(Step&, Known&)> order = [caller, answer](Step& step, Known& known) -> Result<Done> {
    const auto consent = step.ledger.cases().consent(known.consent.id);
    if (consent->status != domain::ConsentStatus::pending) return base::fail(Trouble::wrong_state, "wrong_state");
    const bool late = step.ledger.hours_run() && step.now() >= consent->deadline;
    if (late) return base::fail(Trouble::wrong_state, "consent_expired");
    const PersonCard& card = known.person.card;
    if (!card.phone) return base::fail(Trouble::unprocessable, "no_phone");
    const policy::Policy& policy = step.editions.in_force(base::civil_date(step.now()));
    if (phone_too_new(card, step.now(), policy.phone_min_age_s)) return base::fail(Trouble::unprocessable, "phone_too_new");
    const Codes::Request request{caller.iin, Purpose::answer_consent, consent->id, consent->application,
                                 card.phone->number, caller.source, [&](const std::string& code) {
                                   return step.notices.consent_code(known.person.language, consent->reference, answer, code);
                                 }};
    return step.codes.issue(step.ledger, request).map([](const std::string&) { return Done{}; });
  };
  co_return co_await engine_.asked_and_told<Known, Done>(std::move(question), std::move(order));
}

Task<ConsentView> ServiceImpl::answer(Caller caller, std::string id, std::string word, SignatureRequest signature) {
  if (signature.method == "eds") {
    co_return co_await answer_eds(std::move(caller), std::move(id), std::move(word), std::move(signature));
  }
  struct Known {
    store::ConsentRow consent;
    Prepared ready;
    PersonCard person;
  };
  const auto answer = domain::parse_answer(word);
  std::function<Result<Known>(Reader&)> question = [this, caller, id, answer, signature](Reader& reader) -> Result<Known> {
    const auto consent = reader.cases.consent(id);
    if (!consent || consent->iin != caller.iin) return base::fail(Trouble::not_found, "not_found");
    if (!answer) return base::fail(bad_field("answer", "unknown_value"));
    if (consent->status != domain::ConsentStatus::pending) return base::fail(Trouble::wrong_state, "wrong_state");
    if (const auto problem = wrong_method(signature)) return base::fail(*problem);
    const auto person = addressee(reader, caller.iin);
    if (!person) return tl::unexpected(person.error());
    const auto application = reader.cases.application(consent->application);
    return Known{*consent, prepare(reader, *application, engine_.clock().now(), engine_.editions()), person->card};
  };
  std::function<Result<Done>(Step&, Known&)> order = [caller, answer, signature](Step& step, Known& known) -> Result<Done> {
    const policy::Policy& policy = step.editions.in_force(base::civil_date(step.now()));
    if (phone_too_new(known.person, step.now(), policy.phone_min_age_s)) {
      return base::fail(Trouble::unprocessable, "phone_too_new");
    }
    const auto checked = step.codes.check(step.ledger, caller.iin, Purpose::answer_consent, known.consent.id,
                                          known.consent.application, signature.code, caller.source);
    if (!checked) return tl::unexpected(checked.error());
    return answer_consent(step, known.consent, *answer, "cabinet", known.ready.gathered).map(done);
  };
  const auto answered = co_await engine_.asked_and_told<Known, Done>(std::move(question), std::move(order));
  if (!answered) co_return tl::unexpected(answered.error());
  co_return co_await consent(caller, id);
}

// --- messages and the form ------------------------------------------------------------------------------------

Task<Page<MessageView>> ServiceImpl::messages(Caller caller, std::optional<std::string> cursor, int limit) {
  const int count = std::clamp(limit, 1, kMaxPage);
  if (cursor && (cursor->size() != 16 || !base::from_hex(*cursor))) co_return base::fail(bad_field("cursor", "bad_cursor"));
  std::function<Result<Page<MessageView>>(Reader&)> question =
      [caller, cursor, count](Reader& reader) -> Result<Page<MessageView>> {
    Page<MessageView> page;
    for (const store::MessageRow& row : reader.cases.messages(caller.iin, cursor.value_or(""), count + 1)) {
      if (static_cast<int>(page.items.size()) == count) {
        page.next = page.items.back().id;
        break;
      }
      page.items.push_back(present(reader, row));
    }
    return page;
  };
  co_return co_await engine_.asked<Page<MessageView>>(std::move(question));
}

Task<Done> ServiceImpl::read_message(Caller caller, std::string id) {
  std::function<Result<Done>(Step&)> order = [caller, id](Step& step) -> Result<Done> {
    auto select = step.ledger.database().prepare("SELECT application, read FROM messages WHERE id=? AND iin=?");
    std::string application;
    {
      store::sqlite::Rows rows(select.with(id, number_of(caller.iin)));
      if (!rows.next()) return base::fail(Trouble::not_found, "not_found");
      if (rows->integer(1) != 0) return Done{};
      application = rows->str(0);
    }
    step.ledger.happen(Actor::applicant, "message_read", application, {{"message", id}});
    return Done{};
  };
  co_return co_await engine_.told<Done>(std::move(order));
}

Task<int> ServiceImpl::unread_messages(Caller caller) {
  std::function<Result<int>(Reader&)> question = [caller](Reader& reader) -> Result<int> {
    return reader.cases.unread(caller.iin);
  };
  co_return co_await engine_.asked<int>(std::move(question));
}

Task<std::string> ServiceImpl::saved_form(Caller caller) {
  std::function<Result<std::string>(Reader&)> question = [caller](Reader& reader) -> Result<std::string> {
    store::sqlite::Rows rows(reader.form.with(number_of(caller.iin)));
    return rows.next() ? rows->str(0) : std::string();
  };
  co_return co_await engine_.asked<std::string>(std::move(question));
}

Task<Done> ServiceImpl::save_form(Caller caller, std::string content) {
  std::function<Result<Done>(Step&)> order = [caller, content](Step& step) -> Result<Done> {
    if (content.size() > step.limits.form_bytes) return base::fail(Trouble::too_large, "too_large");
    auto save = step.ledger.database().prepare(
        "INSERT INTO forms VALUES(?,?,?) ON CONFLICT(iin) DO UPDATE SET content=excluded.content, at=excluded.at");
    save.with(number_of(caller.iin), content, millis(step.now())).run();
    return Done{};
  };
  co_return co_await engine_.told<Done>(std::move(order));
}

// --- for everybody ------------------------------------------------------------------------------------------

Task<std::shared_ptr<const StatisticsView>> ServiceImpl::statistics(StatisticsFilter filter) {
  using View = StatisticsKeeper::View;
  const Date today = base::civil_date(now());
  const std::vector<Month> months = months_shown(today);
  if (filter.month && std::find(months.begin(), months.end(), *filter.month) == months.end()) {
    co_return base::fail(bad_field("month", "unknown_value"));
  }
  if (View kept = statistics_.kept(filter, today)) co_return kept;
  std::function<Result<View>(Reader&)> question = [this, filter](Reader& reader) -> Result<View> {
    View view = statistics_.made(reader.figures, filter, now());
    if (!view) return base::fail(bad_field("region", "unknown_value"));
    return view;
  };
  co_return co_await engine_.asked<View>(std::move(question));
}

}  // namespace mekenjai::flow
