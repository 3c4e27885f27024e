#include "pages/form.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace mekenjai::pages {
namespace {

namespace json = boost::json;

std::string text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace

std::string_view Answers::next_question() const {
  if (who.empty()) return "who";
  if (rka.empty()) return "where";
  if (kind.empty() || (kind == "temporary" && until.empty())) return "kind";
  if (reason.empty()) return "reason";
  return "check";
}

std::string_view question_of(std::string_view path) {
  constexpr std::string_view kBefore = "/apply/";
  if (!path.starts_with(kBefore)) return {};
  path.remove_prefix(kBefore.size());
  return path == "who" || path == "where" || path == "kind" || path == "reason"
             ? path
             : std::string_view();
}

std::string without_token(const http::Pairs& form) {
  std::string text;
  for (const auto& [name, value] : form) {
    if (name == "csrf") continue;
    if (!text.empty()) text += '&';
    text += http::percent_encode(name) + '=' + http::percent_encode(value);
  }
  return text;
}

flow::DraftRequest Answers::request() const {
  flow::DraftRequest request;
  request.kind = kind;
  if (kind == "temporary") request.until = until;
  request.rka = rka;
  request.registrants = who;
  request.reason = reason;
  if (reason == "other") request.reason_text = reason_text;
  request.data_consent = true;
  return request;
}

std::string to_json(const Answers& answers) {
  json::array who;
  for (const std::string& iin : answers.who) who.emplace_back(iin);
  const json::object object{{"who", std::move(who)},
                            {"typed", answers.typed},
                            {"rka", answers.rka},
                            {"kind", answers.kind},
                            {"until", answers.until},
                            {"reason", answers.reason},
                            {"reason_text", answers.reason_text},
                            {"key", answers.key},
                            {"draft", answers.draft},
                            {"late_question", answers.late_question},
                            {"late_form", answers.late_form}};
  return json::serialize(object);
}

Answers answers_from(std::string_view source) {
  Answers answers;
  boost::system::error_code error;
  const json::value value = json::parse(source, error);
  if (error || !value.is_object()) return answers;
  const json::object& object = value.get_object();
  if (const json::value* who = object.if_contains("who"); who != nullptr && who->is_array()) {
    for (const json::value& iin : who->get_array()) {
      if (iin.is_string()) answers.who.emplace_back(iin.get_string());
    }
  }
  answers.typed = text(object, "typed");
  answers.rka = text(object, "rka");
  answers.kind = text(object, "kind");
  answers.until = text(object, "until");
  answers.reason = text(object, "reason");
  answers.reason_text = text(object, "reason_text");
  answers.key = text(object, "key");
  answers.draft = text(object, "draft");
  answers.late_question = text(object, "late_question");
  answers.late_form = text(object, "late_form");
  return answers;
}

flow::Task<Answers> AnswerStore::load(flow::Caller caller) {
  {
    const std::scoped_lock lock(mutex_);
    if (const auto known = known_.find(caller.iin); known != known_.end()) co_return known->second;
  }
  const base::Result<std::string> saved = co_await service_->saved_form(caller);
  if (!saved) co_return tl::unexpected(saved.error());
  Answers answers = answers_from(*saved);
  const std::scoped_lock lock(mutex_);
  if (known_.size() >= kMost) known_.clear();
  known_.emplace(caller.iin, answers);
  co_return answers;
}

flow::Task<flow::Done> AnswerStore::save(flow::Caller caller, Answers answers) {
  const std::string text = to_json(answers);
  const base::Result<flow::Done> saved = co_await service_->save_form(caller, text);
  if (!saved) co_return tl::unexpected(saved.error());
  const std::scoped_lock lock(mutex_);
  if (known_.size() >= kMost) known_.clear();
  known_[caller.iin] = std::move(answers);
  co_return flow::Done{};
}

}  // namespace mekenjai::pages
