#include "flow/ledger.hpp"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/canonical.hpp"
#include "flow/json_read.hpp"

namespace mekenjai::flow {
namespace {

namespace json = boost::json;
using domain::Status;
using store::millis;
using store::number_of;

/// How long a phone that is off may still be told that there is something to read: as long as an SMS.
constexpr std::chrono::days kNewsLife{3};

/// Whether the event changes the state of an application, or why it stands where it does.
bool changes_state(std::string_view type) {
  static const std::set<std::string_view> kTypes{"signature_received", "signature_refused", "signed", "held", "retrying",
                                                 "consents_requested", "decided", "registered", "withdrawn"};
  return kTypes.contains(type);
}

/// People's journal names kept in memory, at most: bounds the cache, nothing else.
constexpr std::size_t kRefsInMemory = 50'000;

std::string name_of(std::string_view salt, std::string_view secret) {
  return base::to_hex(base::hmac_sha256(salt, secret)).substr(0, 32);
}

}  // namespace

std::string_view word(Actor actor) {
  static constexpr std::string_view kWords[] = {"applicant", "owner", "system", "officer"};
  return kWords[static_cast<std::size_t>(actor)];
}

struct Ledger::Statements {
  explicit Statements(store::sqlite::Database& db)
      : ref(db.prepare("SELECT ref FROM identities WHERE iin=?")),
        person(db.prepare("SELECT iin FROM identities WHERE ref=?")),
        add_identity(db.prepare("INSERT INTO identities VALUES(?,?,?)")),
        text(db.prepare("SELECT text FROM personal_texts WHERE ref=?")),
        add_text(db.prepare("INSERT INTO personal_texts VALUES(?,?,?)")),
        add_application(db.prepare(
            "INSERT INTO applications(id, number, applicant, kind, until, rka, reason, reason_text, status, created_at) "
            "VALUES(?,?,?,?,?,?,?,?,?,?)")),
        add_registrant(db.prepare("INSERT INTO registrants VALUES(?,?,?,?)")),
        open(db.prepare("INSERT OR IGNORE INTO open_registrants SELECT r.iin, a.kind, a.id FROM registrants r "
                        "JOIN applications a ON a.id=r.application WHERE a.id=?")),
        close(db.prepare("DELETE FROM open_registrants WHERE application=?1 AND iin IN "
                         "(SELECT iin FROM registrants WHERE application=?1)")),
        signed_(db.prepare("UPDATE applications SET signed_at=?, policy=?, region=? WHERE id=?")),
        applicant(db.prepare("SELECT applicant FROM applications WHERE id=?")),
        status(db.prepare("UPDATE applications SET status=?, due_at=?, hold_until=?, deadline=? WHERE id=?")),
        decision(db.prepare("UPDATE applications SET decision=? WHERE id=?")),
        retrying(db.prepare("UPDATE applications SET status=?, due_at=?, retry_since=coalesce(retry_since, ?) WHERE id=?")),
        waiting(db.prepare("UPDATE applications SET status=?, deadline=?, due_at=?, holders=?, granted_at=NULL, "
                           "retry_since=NULL, long_told=0 WHERE id=?")),
        granted(db.prepare("UPDATE applications SET granted_at=? WHERE id=?")),
        due(db.prepare("UPDATE applications SET due_at=? WHERE id=?")),
        told(db.prepare("UPDATE applications SET long_told=1 WHERE id=?")),
        move_deadline(db.prepare("UPDATE applications SET deadline=? WHERE id=?")),
        // Nothing ends by itself while an answer that came in time is being checked.
        set_hour(db.prepare("UPDATE applications SET due_at=CASE WHEN EXISTS(SELECT 1 FROM consents WHERE application=?1 AND "
                            "status=0 AND checking<>'') THEN NULL ELSE deadline END WHERE id=?1 AND status=2")),
        checking(db.prepare("UPDATE consents SET checking=? WHERE id=? AND status=0")),
        move_consents(db.prepare("UPDATE consents SET deadline=? WHERE application=? AND status=0")),
        add_consent(db.prepare("INSERT INTO consents(id, reference, application, iin, asked_as, applicant, phone, "
                               "status, asked_at, deadline) VALUES(?,?,?,?,?,?,?,0,?,?)")),
        answer(db.prepare("UPDATE consents SET status=?, answered_at=?, channel=?, checking='' WHERE id=?")),
        end_consents(db.prepare("UPDATE consents SET status=?, checking='' WHERE application=? AND status=0")),
        lapse_consents(db.prepare("UPDATE consents SET status=3 WHERE application=? AND status=1")),
        add_message(db.prepare("INSERT INTO messages(id, iin, at, kind, application, detail) VALUES(?,?,?,?,?,?)")),
        read_message(db.prepare("UPDATE messages SET read=1 WHERE id=?")),
        add_fraud(db.prepare("INSERT OR IGNORE INTO fraud_reports SELECT a.applicant, a.rka, c.iin, ? FROM consents c "
                             "JOIN applications a ON a.id=c.application WHERE c.id=?")),
        add_alert(db.prepare("INSERT INTO alerts(at, kind, application, rka) SELECT ?, ?, id, rka FROM applications WHERE id=?")),
        add_sms(db.prepare("INSERT INTO outbox(phone, text, kind, state, created_at, valid_until, consent) "
                           "VALUES(?,?,?,?,?,?,?)")),
        due_sms(db.prepare("SELECT id, phone, text FROM outbox WHERE consent=? AND consent<>'' AND state=0 AND kind='consent_request'")),
        renew_sms(db.prepare("UPDATE outbox SET text=?, valid_until=? WHERE id=?")),
        add_forecast(db.prepare("INSERT OR IGNORE INTO forecasts VALUES(?,?,?)")),
        remember(db.prepare("INSERT INTO meta VALUES(?,?) ON CONFLICT(key) DO UPDATE SET value=excluded.value")),
        remembered(db.prepare("SELECT value FROM meta WHERE key=?")) {}

  store::sqlite::Statement ref, person, add_identity, text, add_text, add_application, add_registrant, open, close, signed_,
      applicant, status, decision, retrying, waiting, granted, due, told, move_deadline, set_hour, checking, move_consents, add_consent, answer,
      end_consents, lapse_consents, add_message, read_message, add_fraud, add_alert, add_sms, due_sms, renew_sms, add_forecast, remember,
      remembered;
};

Ledger::Ledger(store::sqlite::Database& database, const base::Clock& clock, const edge::registers::Switches& switches,
               std::shared_ptr<edge::registers::AddressWordsCache> addresses)
    : database_(database),
      clock_(clock),
      switches_(switches),
      cases_(database),
      signatures_(database),
      subscriptions_(database),
      counter_(database),
      embedded_(database, std::move(addresses)),
      switched_(embedded_, switches),
      residences_(database),
      journal_(database),
      statements_(std::make_shared<Statements>(database)) {}

bool Ledger::residences_accept_entries() const {
  return !switches_.down[static_cast<std::size_t>(rules::Register::residences)];
}

void Ledger::reload() {
  journal_.reload();
  refs_.clear();
}

Ledger::HeldHour::HeldHour(Ledger& ledger, std::string application) : ledger_(ledger), application_(std::move(application)) {
  const std::lock_guard lock(ledger_.held_mutex_);
  ledger_.held_.insert(application_);
}

Ledger::HeldHour::~HeldHour() {
  const std::lock_guard lock(ledger_.held_mutex_);
  ledger_.held_.erase(ledger_.held_.find(application_));
}

bool Ledger::hour_held(const std::string& application) {
  const std::lock_guard lock(held_mutex_);
  return held_.contains(application);
}

// --- people ---------------------------------------------------------------------------------------------------

std::string Ledger::ref(const Iin& iin) {
  if (const auto known = refs_.find(iin); known != refs_.end()) return known->second;
  if (refs_.size() >= kRefsInMemory) refs_.clear();
  {
    store::sqlite::Rows rows(statements_->ref.with(number_of(iin)));
    if (rows.next()) return refs_.emplace(iin, rows->str(0)).first->second;
  }
  const std::string salt = base::random_bytes(16);
  const std::string name = name_of(salt, iin.view());
  auto& add = statements_->add_identity;
  add.reset();
  add.bind(1, number_of(iin)).bind(2, name).bind_blob(3, salt).run();
  return refs_.emplace(iin, name).first->second;
}

std::optional<Iin> Ledger::person(std::string_view ref) {
  store::sqlite::Rows rows(statements_->person.with(ref));
  if (!rows.next()) return std::nullopt;
  return store::iin_of(rows->integer(0));
}

std::string Ledger::text_ref(std::string_view text) {
  if (text.empty()) return {};
  const std::string salt = base::random_bytes(16);
  const std::string name = name_of(salt, text);
  auto& add = statements_->add_text;
  add.reset();
  add.bind(1, name).bind_blob(2, salt).bind(3, text).run();
  return name;
}

std::string Ledger::personal_text(std::string_view ref) {
  if (ref.empty()) return {};
  store::sqlite::Rows rows(statements_->text.with(ref));
  return rows.next() ? rows->str(0) : std::string();
}

// --- what happens ---------------------------------------------------------------------------------------------

void Ledger::happen(Actor actor, std::string_view type, std::string_view application, json::object payload,
                    const std::vector<Note>& notes) {
  if (!notes.empty()) {
    json::array list;
    for (const Note& note : notes) {
      list.push_back(json::object{{"to", ref(note.to)}, {"kind", note.kind}, {"detail", note.detail}});
    }
    payload["messages"] = std::move(list);
  }
  // What statistics count must not change with the address register: the record says it.
  if (type == "signed") payload["region"] = counter_.region_now(application);
  const Instant at = now();
  const std::string text = base::canonical_json(payload);
  journal::Record record{0, at, word(actor), type, application, text, {}};
  const std::int64_t sequence = journal_.append(record);
  fold(sequence, at, type, application, payload);
  tell_devices(type, application, notes);
}

void Ledger::tell_devices(std::string_view type, std::string_view application, const std::vector<Note>& notes) {
  for (const Note& note : notes) {
    const bool asked = note.kind == "consent_requested";
    const Instant until = asked ? store::instant(read_number(note.detail, "deadline")) : now() + kNewsLife;
    push(note.to, asked ? store::PushKind::consent : store::PushKind::news, until);
  }
  if (!changes_state(type)) return;
  store::sqlite::Rows rows(statements_->applicant.with(application));
  if (rows.next()) push(store::iin_of(rows->integer(0)), store::PushKind::news, now() + kNewsLife);
}

void Ledger::push(const Iin& to, store::PushKind kind, Instant valid_until) {
  for (const store::SubscriptionRow& device : subscriptions_.of_person(to)) {
    subscriptions_.queue(device.id, kind, now(), valid_until);
    pushed_ = true;
  }
}

void Ledger::fold(const journal::Record& record) {
  const json::value payload = json::parse({record.payload.data(), record.payload.size()});
  fold(record.sequence, record.at, record.type, record.application, payload.as_object());
}

void Ledger::clear_entries() { residences_.clear_service_entries(); }

void Ledger::sms(std::string_view phone, std::string_view text, std::string_view kind, Instant valid_until,
                 std::string_view consent) {
  // A row without a phone is written as well: an unknown IIN costs what a known one costs (contract, section 3).
  const bool nobody = phone.empty();
  statements_->add_sms.with(phone, text, kind, nobody ? 9 : 0, millis(now()), millis(valid_until), consent).run();
  if (!nobody) {
    queued_.push_back({database_.last_insert_rowid(), std::string(phone), std::string(text), valid_until});
  }
}

bool Ledger::still_to_send(std::string_view consent) {
  store::sqlite::Rows rows(statements_->due_sms.with(consent));
  return rows.next();
}

void Ledger::renew_sms(std::string_view consent, std::string_view text, Instant valid_until) {
  QueuedSms message;
  {
    store::sqlite::Rows rows(statements_->due_sms.with(consent));
    if (!rows.next()) return;
    message = {rows->integer(0), rows->str(1), text.empty() ? rows->str(2) : std::string(text), valid_until};
  }
  statements_->renew_sms.with(message.text, millis(valid_until), message.id).run();
  queued_.push_back(std::move(message));
}

void Ledger::postpone(std::string_view application, Instant again) {
  statements_->due.with(millis(again), application).run();
}

std::vector<QueuedSms> Ledger::take_queued() { return std::exchange(queued_, {}); }

void Ledger::note_forecast(const Iin& person, std::int64_t day, const domain::Rka& rka) {
  statements_->add_forecast.with(number_of(person), day, number_of(rka)).run();
}

void Ledger::remember(std::string_view key, std::string_view value) { statements_->remember.with(key, value).run(); }

std::optional<std::string> Ledger::remembered(std::string_view key) {
  store::sqlite::Rows rows(statements_->remembered.with(key));
  if (!rows.next()) return std::nullopt;
  return rows->str(0);
}

// --- folds ----------------------------------------------------------------------------------------------------

/// One fold an event type: the state is what these make of the journal, live and in a rebuild alike.
struct Folds {
  Ledger& ledger;
  Ledger::Statements& sql;
  std::int64_t sequence;
  Instant at;
  std::string_view application;
  const json::object& payload;

  using Fold = void (Folds::*)();
  static const std::unordered_map<std::string_view, Fold>& all() {
    static const std::unordered_map<std::string_view, Fold> folds{
        {"drafted", &Folds::drafted},
        {"signed", &Folds::signed_},
        {"signature_received", &Folds::signature_received},
        {"signature_refused", &Folds::signature_refused},
        {"held", &Folds::held},
        {"retrying", &Folds::retrying},
        {"consents_requested", &Folds::consents_requested},
        {"consent_granted", &Folds::consent_granted},
        {"consent_refused", &Folds::consent_refused},
        {"fraud_reported", &Folds::fraud_reported},
        {"answer_received", &Folds::answer_received},
        {"answer_unproven", &Folds::answer_unproven},
        {"deadline_moved", &Folds::deadline_moved},
        {"decided", &Folds::decided},
        {"registered", &Folds::registered},
        {"withdrawn", &Folds::withdrawn},
        {"long_wait_told", &Folds::long_wait_told},
        {"reminded", &Folds::reminded},
        {"ended", &Folds::ended},
        {"message_read", &Folds::message_read},
        {"alerted", &Folds::alerted},
        {"kiosk_issued", &Folds::kiosk_issued},
        {"kiosk_revoked", &Folds::kiosk_revoked},
    };
    return folds;
  }

  std::int64_t person(std::string_view ref) const {
    // An erased person leaves 0: the chain stays whole, the state names nobody.
    const std::optional<Iin> iin = ledger.person(ref);
    return iin ? number_of(*iin) : 0;
  }

  void set_status(Status status, std::optional<std::int64_t> due = {}, std::optional<std::int64_t> hold = {},
                  std::optional<std::int64_t> deadline = {}) {
    sql.status.with(static_cast<int>(status), due, hold, deadline, application).run();
  }

  void end_consents(domain::ConsentStatus status) {
    sql.end_consents.with(static_cast<int>(status), application).run();
  }

  void keep_decision() {
    // Canonical, so that a rebuild from the journal's text gives the same bytes.
    const std::string text = base::canonical_json(payload.at("decision"));
    sql.decision.with(text, application).run();
  }

  void drafted() {
    const std::string until(read_text(payload, "until"));
    sql.add_application
        .with(application, read_text(payload, "number"), person(read_text(payload, "applicant")),
              static_cast<int>(*domain::from_word<domain::ResidenceKind>(read_text(payload, "kind"))), until,
              number_of(*domain::parse_rka(read_text(payload, "rka"))),
              static_cast<int>(*domain::parse_reason(read_text(payload, "reason"))),
              ledger.personal_text(read_text(payload, "reason_text")), static_cast<int>(Status::draft), millis(at))
        .run();
    int position = 0;
    for (const json::value& item : payload.at("registrants").as_array()) {
      const json::object& registrant = item.as_object();
      sql.add_registrant
          .with(application, position++, person(read_text(registrant, "person")), registrant.at("related").as_bool())
          .run();
    }
  }

  /// When what is proven only now was received.
  std::int64_t received_at() const {
    const std::int64_t received = read_number(payload, "received");
    return received != 0 ? received : millis(at);
  }

  void signature_received() {
    set_status(Status::checking);
    sql.open.with(application).run();
  }

  void signature_refused() {
    set_status(Status::draft);
    sql.close.with(application).run();
  }

  void signed_() {
    // Records of before there were statistics do not say where the dwelling stood.
    const std::int64_t region =
        payload.contains("region") ? read_number(payload, "region") : ledger.counter_.region_now(application);
    sql.signed_.with(received_at(), read_text(payload, "policy"), region, application).run();
    set_status(Status::checking);
    sql.open.with(application).run();
    ledger.counter_.signed_(application, at);
  }

  void held() {
    const std::int64_t until = read_number(payload, "until");
    set_status(Status::on_hold, until, until);
  }

  void retrying() {
    keep_decision();
    sql.retrying.with(static_cast<int>(Status::retrying), read_number(payload, "again"), millis(at), application).run();
  }

  void consents_requested() {
    keep_decision();
    const std::int64_t deadline = read_number(payload, "deadline");
    std::string holders;
    for (const json::value& item : payload.at("holders").as_array()) {
      const std::string holder(item.as_string().c_str());
      // A person is named by reference, an organisation by its number.
      const std::optional<Iin> iin = holder.size() == 12 ? std::nullopt : ledger.person(holder);
      holders += (holders.empty() ? "" : ",") + (iin ? iin->str() : holder);
    }
    end_consents(domain::ConsentStatus::void_);
    sql.lapse_consents.with(application).run();  // those of an earlier hour were good for a day (row H4)
    sql.waiting.with(static_cast<int>(Status::waiting_for_consent), deadline, deadline, holders, application).run();
    const std::int64_t applicant = person(read_text(payload, "applicant"));
    for (const json::value& item : payload.at("consents").as_array()) {
      const json::object& consent = item.as_object();
      sql.add_consent
          .with(read_text(consent, "id"), read_text(consent, "reference"), application,
                person(read_text(consent, "person")),
                static_cast<int>(rules::from_word<rules::Asked>(read_text(consent, "as")).value_or(rules::Asked::owner)),
                applicant, ledger.personal_text(read_text(consent, "phone")), millis(at), deadline)
          .run();
    }
  }

  void answer(domain::ConsentStatus status) {
    sql.answer.with(static_cast<int>(status), received_at(), read_text(payload, "channel"), read_text(payload, "consent")).run();
  }

  void consent_granted() {
    answer(domain::ConsentStatus::granted);
    if (payload.at("all").as_bool()) sql.granted.with(millis(at), application).run();
    sql.set_hour.with(application).run();
  }

  void answer_received() {
    sql.checking.with(read_text(payload, "signature"), read_text(payload, "consent")).run();
    sql.set_hour.with(application).run();
  }

  void answer_unproven() {
    sql.checking.with("", read_text(payload, "consent")).run();
    sql.set_hour.with(application).run();
  }

  void consent_refused() {
    answer(domain::ConsentStatus::refused);
    end_consents(domain::ConsentStatus::void_);
  }

  void fraud_reported() {
    consent_refused();
    sql.add_fraud.with(millis(at), read_text(payload, "consent")).run();
    sql.add_alert.with(millis(at), "fraud", application).run();
  }

  void deadline_moved() {
    const std::int64_t deadline = read_number(payload, "deadline");
    sql.move_deadline.with(deadline, application).run();
    sql.set_hour.with(application).run();
    sql.move_consents.with(deadline, application).run();
  }

  std::string_view decision_code() const { return read_text(payload.at("decision").as_object(), "code"); }

  void decided() {
    keep_decision();
    end_consents(domain::ConsentStatus::expired);
    const Status status = *domain::parse_status(read_text(payload, "status"));
    set_status(status);
    ledger.counter_.ended(application, status, decision_code(), at);
    sql.close.with(application).run();
    if (payload.contains("alert")) sql.add_alert.with(millis(at), read_text(payload, "alert"), application).run();
  }

  void registered() {
    keep_decision();
    const auto kind = *domain::from_word<domain::ResidenceKind>(read_text(payload, "kind"));
    const auto from = base::parse_date(read_text(payload, "from"));
    const auto until = base::parse_date(read_text(payload, "until"));
    const auto rka = *domain::parse_rka(read_text(payload, "rka"));
    for (const char* list : {"people", "followers"}) {
      for (const json::value& item : payload.at(list).as_array()) {
        const std::optional<Iin> iin = ledger.person(item.as_string().c_str());
        if (!iin) continue;
        if (kind == domain::ResidenceKind::permanent) {
          ledger.residences_.close_permanent(*iin, *from, application);
        }
        ledger.residences_.enter({*iin, rka, kind, from, until, false}, application);
      }
    }
    std::optional<std::int64_t> due;
    if (payload.contains("remind_at")) due = read_number(payload, "remind_at");
    set_status(Status::registered, due);
    ledger.counter_.ended(application, Status::registered, decision_code(), at);
    sql.close.with(application).run();
    if (payload.contains("alert")) sql.add_alert.with(millis(at), read_text(payload, "alert"), application).run();
  }

  void withdrawn() {
    end_consents(domain::ConsentStatus::void_);
    set_status(Status::withdrawn);
    ledger.counter_.ended(application, Status::withdrawn, "", at);
    sql.close.with(application).run();
  }

  void long_wait_told() { sql.told.with(application).run(); }
  void reminded() { sql.due.with(read_number(payload, "ends_at"), application).run(); }
  void ended() { sql.due.with(std::optional<std::int64_t>{}, application).run(); }
  void message_read() { sql.read_message.with(read_text(payload, "message")).run(); }
  void alerted() { sql.add_alert.with(millis(at), read_text(payload, "kind"), application).run(); }

  // The table of kiosks holds secrets and is no fold: the record tells who did it.
  void kiosk_issued() {}
  void kiosk_revoked() {}

  void messages() {
    const json::value* list = payload.if_contains("messages");
    if (list == nullptr) return;
    int position = 0;
    for (const json::value& item : list->as_array()) {
      const json::object& note = item.as_object();
      const std::string id = fmt::format("{:012x}{:04x}", sequence, position++);
      const std::string detail = base::canonical_json(note.at("detail"));
      sql.add_message.with(id, person(read_text(note, "to")), millis(at), read_text(note, "kind"), application, detail).run();
    }
  }
};

void Ledger::fold(std::int64_t sequence, Instant at, std::string_view type, std::string_view application,
                  const json::object& payload) {
  Folds folds{*this, *statements_, sequence, at, application, payload};
  const auto fold = Folds::all().find(type);
  if (fold == Folds::all().end()) throw store::sqlite::StoreError("no fold for the event " + std::string(type), 0);
  (folds.*fold->second)();
  folds.messages();
}

}  // namespace mekenjai::flow
