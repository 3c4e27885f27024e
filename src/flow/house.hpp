// For tests: an engine over a folder of its own, a clock that stands until it is moved, and a street of homes.
#pragma once

#include <filesystem>
#include <fstream>
#include <future>
#include <mutex>

#include "edge/registers/import.hpp"
#include "edge/registers/schema.hpp"
#include "flow/desk.hpp"
#include "flow/due.hpp"
#include "flow/service_impl.hpp"
#include "store/schema.hpp"

namespace mekenjai::flow {

class StandingClock final : public base::Clock {
 public:
  Instant now() const override { return Instant{base::Millis{now_.load()}}; }
  void move_to(Instant at) { now_ = at.time_since_epoch().count(); }
  void advance(base::Millis by) { now_ += by.count(); }

 private:
  std::atomic<std::int64_t> now_{store::millis(*base::parse_rfc3339("2026-03-02T10:00:00+05:00"))};
};

/// Home i has the applicants 2i and the owner 2i+1; everybody has a number and speaks Russian.
class House {
 public:
  explicit House(int homes) {
    std::filesystem::create_directories(folder_);
    const std::string extracts = folder_.string() + "/extracts";
    std::filesystem::create_directories(extracts);
    std::ofstream persons(extracts + "/persons.csv"), phones(extracts + "/phones.csv"), dwellings(extracts + "/dwellings.csv"),
        rights(extracts + "/rights.csv");
    persons << "iin,surname,given_name,patronymic,sex,birth_date,death_date,citizenship,capacity,document_number,document_expires,language\n";
    phones << "iin,phone,since\n";
    dwellings << "rka,kind,kato,region_kk,region_ru,locality_kk,locality_ru,street_kk,street_ru,house,flat,useful_area,actual\n";
    rights << "rka,holder,share,from,to\n";
    for (int i = 0; i < homes; ++i) {
      for (int who = 2 * i; who <= 2 * i + 1; ++who) {
        persons << fmt::format("{},Оспанов,Ерлан,,m,1990-01-01,,KAZ,full,040000001,2035-01-01,ru\n", person(who).view());
        phones << fmt::format("{},{},2020-01-01\n", person(who).view(), phone(who));
      }
      dwellings << fmt::format("{},house,750000000,,,Алматы,Алматы,Абай,Абая,{},,80,1\n", rka(i).view(), i + 1);
      rights << fmt::format("{},{},1/1,2015-01-01,\n", rka(i).view(), person(2 * i + 1).view());
    }
    persons.close(), phones.close(), dwellings.close(), rights.close();
    store::sqlite::Database database(file(), store::sqlite::Access::read_write);
    edge::registers::create_register_tables(database);
    store::migrate(database);
    const auto report = edge::registers::import_folder(database, extracts);
    if (!report.ok()) throw std::runtime_error(describe(report.errors.front()));
  }
  ~House() {
    close();
    std::filesystem::remove_all(folder_);
  }
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  static Iin person(int index) {
    // Month 13: nobody holds these numbers. Only every twelfth serial or so is looked at.
    for (int serial = index * 12;; ++serial) {
      const std::string eleven = fmt::format("9013{:07}", serial);
      if (const auto digit = domain::iin_check_digit(eleven)) return *domain::parse_iin(eleven + *digit);
    }
  }
  static std::string phone(int index) { return fmt::format("+7799{:07}", index); }
  static domain::Rka rka(int home) { return *domain::parse_rka(fmt::format("09{:014}", home)); }
  static Iin applicant(int home) { return person(2 * home); }
  static Iin owner(int home) { return person(2 * home + 1); }

  std::string file() const { return (folder_ / "mekenjai.db").string(); }

  void open() {
    EngineConfig config;
    config.database_file = file();
    engine.emplace(config, clock, policy::Editions::built_in(), switches);
    scheduler.emplace(*engine);
    desk.emplace(*engine);
    engine->on_sms = [this](std::vector<QueuedSms> queued) {
      const std::lock_guard lock(mutex_);
      for (QueuedSms& message : queued) sms_.push_back(std::move(message));
    };
    engine->on_push = [this] { on_push(); };
    engine->on_commit = [this](Ledger& ledger) {
      if (disk_full) throw std::runtime_error("the disk is full");
      scheduler->note_alive(ledger);
    };
    engine->start();
    scheduler->start();
  }
  /// The link comes up, and what an outage took has been given back.
  void bind() {
    scheduler->link_bound(true);
    while (!scheduler->hours_run()) scheduler->run([] {});
  }
  void close() {
    if (scheduler) scheduler->stop();
    if (engine) engine->stop();
    desk.reset();
    scheduler.reset();
    engine.reset();
  }
  void reopen() {
    close();
    open();
  }
  /// Everything that is due at the moment.
  void work_off() {
    scheduler->run([this] { scheduler->work_off(); });
  }

  std::vector<QueuedSms> sms_to(int index) {
    const std::lock_guard lock(mutex_);
    std::vector<QueuedSms> found;
    for (const QueuedSms& message : sms_) {
      if (message.phone == phone(index)) found.push_back(message);
    }
    return found;
  }
  std::size_t sms_sent() {
    const std::lock_guard lock(mutex_);
    return sms_.size();
  }

  /// A device of the person that is told by Web Push; its id.
  std::string device(const Iin& iin, const std::string& endpoint, const std::string& language = "ru") {
    store::SubscriptionRow row;
    row.id = domain::new_id(clock.now());
    row.iin = iin;
    row.endpoint = endpoint;
    // The browser of RFC 8291, appendix A.
    row.p256dh = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    row.auth = "BTBZMqHH6r4Tts7J_aSIgg";
    row.language = language;
    row.created_at = clock.now();
    engine->tell_and_wait([&](Step& step) { step.ledger.subscriptions().add(row); });
    return row.id;
  }

  std::string draft(const Iin& applicant, int home, std::optional<Date> until = {}, std::vector<Iin> registrants = {}) {
    DraftFields fields{until ? domain::ResidenceKind::temporary : domain::ResidenceKind::permanent, until, rka(home),
                       registrants.empty() ? std::vector<Iin>{applicant} : registrants, domain::Reason::family, "к своим"};
    const Subject subject{"", applicant, fields.registrants, fields.rka, fields.kind, fields.until};
    auto gathered = engine->ask_and_wait<Gathered>([&](Reader& reader) {
      return gather(reader.registers, reader.cases, subject, clock.now(), engine->editions().in_force(base::civil_date(clock.now())));
    });
    std::string id;
    engine->tell_and_wait([&](Step& step) { id = *flow::draft(step, applicant, fields, gathered); });
    return id;
  }
  /// One draft for the applicant of every home, in few commits.
  std::vector<std::string> drafts(int homes) {
    std::vector<std::string> ids;
    for (int from = 0; from < homes; from += 500) {
      const int to = std::min(homes, from + 500);
      const policy::Policy& policy = engine->editions().in_force(base::civil_date(clock.now()));
      const auto fields = [](int home) {
        return DraftFields{domain::ResidenceKind::permanent, {}, rka(home), {applicant(home)}, domain::Reason::family, ""};
      };
      auto gathered = engine->ask_and_wait<std::vector<Gathered>>([&](Reader& reader) {
        std::vector<Gathered> all;
        for (int home = from; home < to; ++home) {
          const Subject subject{"", applicant(home), {applicant(home)}, rka(home), domain::ResidenceKind::permanent, {}};
          all.push_back(gather(reader.registers, reader.cases, subject, clock.now(), policy));
        }
        return all;
      });
      engine->tell_and_wait([&](Step& step) {
        for (int home = from; home < to; ++home) {
          ids.push_back(*flow::draft(step, applicant(home), fields(home), gathered[static_cast<std::size_t>(home - from)]));
        }
      });
    }
    return ids;
  }
  Prepared prepared(const std::string& id) {
    return engine->ask_and_wait<Prepared>([&](Reader& reader) {
      return prepare(reader, *reader.cases.application(id), clock.now(), engine->editions());
    });
  }
  /// Signed without a code: the tests of codes are elsewhere.
  void sign(const std::string& id) {
    Prepared ready = prepared(id);
    engine->tell_and_wait([&](Step& step) { sign_in(step, id, ready); });
  }
  void sign_in(Step& step, const std::string& id, Prepared& ready) {
    const policy::Policy& policy = step.editions.in_force(base::civil_date(step.now()));
    step.ledger.happen(Actor::applicant, "signed", id, {{"method", "sms"}, {"document", ""}, {"policy", policy.version}});
    static_cast<void>(settle(step, *step.ledger.cases().application(id), ready.gathered, true));
  }
  std::string apply(const Iin& applicant, int home, std::optional<Date> until = {}, std::vector<Iin> registrants = {}) {
    const std::string id = draft(applicant, home, until, std::move(registrants));
    sign(id);
    return id;
  }
  /// What 1414 makes of an SMS.
  void receive(int from, const std::string& text) {
    std::promise<bool> stored;
    desk->received(phone(from), text, [&](bool kept) { stored.set_value(kept); });
    if (!stored.get_future().get()) throw std::runtime_error("the SMS was not kept");
  }
  void answer(int from, const std::string& id, int what) {
    for (const store::ConsentRow& consent : consents(id)) {
      if (consent.iin == person(from)) receive(from, fmt::format("R {} {}", what, consent.reference));
    }
  }

  store::ApplicationRow application(const std::string& id) {
    return engine->ask_and_wait<store::ApplicationRow>([&](Reader& reader) { return *reader.cases.application(id); });
  }
  domain::Status status(const std::string& id) { return application(id).status; }
  std::vector<store::ConsentRow> consents(const std::string& id) {
    return engine->ask_and_wait<std::vector<store::ConsentRow>>([&](Reader& reader) { return reader.cases.consents_of_application(id); });
  }
  std::vector<store::EventRow> events(const std::string& id) {
    return engine->ask_and_wait<std::vector<store::EventRow>>([&](Reader& reader) { return reader.cases.events(id); });
  }
  std::vector<std::string> event_types(const std::string& id) {
    std::vector<std::string> types;
    for (const store::EventRow& event : events(id)) types.push_back(event.type);
    return types;
  }
  std::int64_t number(const std::string& sql) {
    return engine->ask_and_wait<std::int64_t>([&](Reader& reader) { return reader.database.number(sql).value_or(-1); });
  }

  /// No commit succeeds while it is set.
  std::atomic<bool> disk_full{false};
  /// Before `open`; on the writer's thread.
  std::function<void()> on_push = [] {};

  StandingClock clock;
  edge::registers::Switches switches;
  std::optional<Engine> engine;
  std::optional<Scheduler> scheduler;
  std::optional<Desk> desk;

 private:
  const std::filesystem::path folder_ = std::filesystem::temp_directory_path() / ("mekenjai-flow-" + base::to_hex(base::random_bytes(8)));
  std::mutex mutex_;
  std::vector<QueuedSms> sms_;
};

}  // namespace mekenjai::flow
