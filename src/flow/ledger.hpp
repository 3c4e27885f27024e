// Where events are written and folded: used by commands on the writer's thread, inside its transaction. A command
// reads the state, decides, and lets things happen; each happening is one journal record and its fold.
#pragma once

#include <boost/json/object.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "edge/registers/embedded.hpp"
#include "edge/registers/residence_writer.hpp"
#include "edge/registers/switched.hpp"
#include "flow/views.hpp"
#include "store/cases.hpp"
#include "store/figures.hpp"
#include "store/journal_table.hpp"
#include "store/signatures.hpp"
#include "store/subscriptions.hpp"

namespace mekenjai::flow {

enum class Actor { applicant, owner, system, officer };
std::string_view word(Actor actor);

/// A message to a person's cabinet; its text is made from `kind` when he reads it.
struct Note {
  Iin to;
  std::string kind;
  boost::json::object detail{};  // values that are not personal: times, dates, references
};

/// An SMS on its way, as the sender takes it over after the commit.
struct QueuedSms {
  std::int64_t id = 0;
  std::string phone, text;
  Instant valid_until;
};

class Ledger {
 public:
  Ledger(store::sqlite::Database& database, const base::Clock& clock,
         const edge::registers::Switches& switches,
         std::shared_ptr<edge::registers::AddressWordsCache> addresses);

  Instant now() const { return clock_.now(); }
  store::Cases& cases() { return cases_; }
  store::Signatures& signatures() { return signatures_; }
  store::Subscriptions& subscriptions() { return subscriptions_; }
  edge::registers::Registers& registers() { return switched_; }
  store::sqlite::Database& database() { return database_; }
  bool residences_accept_entries() const;

  /// Appends the event and folds it into the state. Whom it tells something, and whose application changes its
  /// state, is told on his devices, too.
  void happen(Actor actor, std::string_view type, std::string_view application, boost::json::object payload,
              const std::vector<Note>& notes = {});
  /// Folds a record that is already in the journal (rebuild).
  void fold(const journal::Record& record);
  /// Undoes what folds wrote into the register of residences, before a rebuild.
  void clear_entries();

  /// An SMS row in the outbox, in the same transaction. `kind` is for figures; an empty phone sends nothing.
  void sms(std::string_view phone, std::string_view text, std::string_view kind, Instant valid_until,
           std::string_view consent = {});
  bool still_to_send(std::string_view consent);
  /// Row G3: the request of a consent that is still to be sent gets the later deadline; `text` empty keeps the old.
  void renew_sms(std::string_view consent, std::string_view text, Instant valid_until);
  /// What the batch has queued; taken by the sender after the commit.
  std::vector<QueuedSms> take_queued();
  std::size_t queued() const { return queued_.size(); }
  /// Forgets what a command queued that is undone.
  void forget_queued(std::size_t beyond) { queued_.resize(std::min(beyond, queued_.size())); }

  /// A push to each of the person's devices, a row in the same transaction. It says that there is something, not what.
  void push(const Iin& to, store::PushKind kind, Instant valid_until);
  /// Whether something was pushed since this was asked last.
  bool take_pushed() { return std::exchange(pushed_, false); }

  /// Another try later on, without a record in the journal: nothing has happened.
  void postpone(std::string_view application, Instant again);

  /// Whether the hours of consent run. They stand still while the SMS link is down, and until what an outage took
  /// of them has been given back (row G3): an open request is open then, whatever its deadline says. Any thread.
  bool hours_run() const { return hours_run_; }
  void let_hours_run(bool run) { hours_run_ = run; }

  /// While it lives, the application's hour does not end: an answer that came in time is being examined. Any thread.
  class HeldHour {
   public:
    HeldHour(Ledger& ledger, std::string application);
    ~HeldHour();
    HeldHour(const HeldHour&) = delete;
    HeldHour& operator=(const HeldHour&) = delete;

   private:
    Ledger& ledger_;
    std::string application_;
  };
  bool hour_held(const std::string& application);

  /// The journal's name for a person and back; a new one is made where there is none yet.
  std::string ref(const Iin& iin);
  std::optional<Iin> person(std::string_view ref);
  /// The journal's name for a personal text (a phone number, a reason in free words).
  std::string text_ref(std::string_view text);
  std::string personal_text(std::string_view ref);

  /// A stranger's forecast that was told, for the limit a day.
  void note_forecast(const Iin& person, std::int64_t day, const domain::Rka& rka);

  /// A small value that survives restarts (`meta`).
  void remember(std::string_view key, std::string_view value);
  std::optional<std::string> remembered(std::string_view key);

  /// After a rollback the head of the journal and the caches are read anew.
  void reload();
  const journal::Head& head() const { return journal_.head(); }

 private:
  friend struct Folds;
  void tell_devices(std::string_view type, std::string_view application, const std::vector<Note>& notes);
  void fold(std::int64_t sequence, Instant at, std::string_view type, std::string_view application,
            const boost::json::object& payload);

  store::sqlite::Database& database_;
  const base::Clock& clock_;
  const edge::registers::Switches& switches_;
  store::Cases cases_;
  store::Signatures signatures_;
  store::Subscriptions subscriptions_;
  store::FigureCounter counter_;
  edge::registers::EmbeddedRegisters embedded_;
  edge::registers::SwitchedRegisters switched_;
  edge::registers::ResidenceWriter residences_;
  store::JournalTable journal_;
  std::vector<QueuedSms> queued_;
  bool pushed_ = false;
  std::unordered_map<Iin, std::string> refs_;
  std::atomic<bool> hours_run_{false};
  std::mutex held_mutex_;
  std::multiset<std::string> held_;
  struct Statements;
  std::shared_ptr<Statements> statements_;
};

}  // namespace mekenjai::flow
