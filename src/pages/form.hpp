// The half-filled application: what a person has answered so far, kept by the flow until it is
// sent.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "flow/service.hpp"
#include "http/http.hpp"

namespace mekenjai::pages {

struct Answers {
  std::vector<std::string> who;  // IINs
  std::string typed, rka;        // what was searched, what was chosen
  std::string kind, until;       // words of the contract; YYYY-MM-DD
  std::string reason, reason_text;
  std::string key;                       // idempotency key of the draft made from these answers
  std::string draft;                     // its id, once made
  std::string late_question, late_form;  // what came after the session's end, as it was sent

  bool empty() const { return who.empty() && rka.empty() && kind.empty() && reason.empty(); }
  /// The first question without an answer: "who", "where", "kind", "reason"; "check" where none is
  /// left.
  std::string_view next_question() const;
  flow::DraftRequest request() const;
};

/// "who", "where", "kind", "reason" for "/apply/who" and so on; empty for other paths.
std::string_view question_of(std::string_view path);
/// The form as it was sent, but for its token.
std::string without_token(const http::Pairs& form);

std::string to_json(const Answers& answers);
/// What of it can be read; nothing of a broken text.
Answers answers_from(std::string_view json);

/// The answers of people who are filling in the form now, in memory in front of the flow. Pages are
/// the only writer, so memory and store agree. Safe to call from any thread.
class AnswerStore {
 public:
  explicit AnswerStore(flow::Service* service) : service_(service) {}
  flow::Task<Answers> load(flow::Caller caller);
  flow::Task<flow::Done> save(flow::Caller caller, Answers answers);

 private:
  static constexpr std::size_t kMost = 10'000;  // people
  flow::Service* service_;
  std::mutex mutex_;
  std::unordered_map<domain::Iin, Answers> known_;
};

}  // namespace mekenjai::pages
