// The end of a session: told before it comes, put off by whoever is still there, and survived by
// what was filled in.
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "pages/session.hpp"
#include "pages/site.hpp"

namespace mekenjai::pages {
namespace {

/// Closer together than this, more time would be none.
constexpr std::chrono::minutes kNothingToGain{1};

Response json_answer(const boost::json::object& body) {
  Response response;
  response.content_type = "application/json; charset=utf-8";
  response.body = boost::json::serialize(body);
  return response;
}

/// What web/scripts/session.ts tells; the words are ready, the token is for asking for more time.
Response told(const Visit& visit, const flow::Session& session) {
  const bool last = session.ends_at + kNothingToGain >= session.expires_at;
  const std::string time = visit.words.time_at(session.ends_at);
  const boost::json::object body{
      {"left", seconds_left(session, visit.words.now())},
      {"last", last},
      {"title", visit.words.text("page.session.title", {{"time", time}})},
      {"text", visit.text(last ? "page.session.text_last" : "page.session.text")},
      {"press", visit.text(last ? "page.session.understood" : "page.session.go_on")},
      {"csrf", visit.site.context.csrf->token(visit.request).value}};
  return json_answer(body);
}

/// The session of the cookie, live or ended, where this door may see it: one of a kiosk is none
/// elsewhere.
awaitable<std::optional<flow::Session>> session_at_this_door(Site& site,
                                                             const http::Request& request) {
  std::string token(request.cookie(http::kSessionCookie).value_or(""));
  std::optional<flow::Session> session = co_await site.service->look_at_session(std::move(token));
  const std::string_view here = request.kiosk ? std::string_view(request.kiosk->id) : "";
  if (session && (!session->cookie || session->kiosk != here)) session.reset();
  co_return session;
}

/// Behind no guard: asking how long it lasts must not make it longer.
awaitable<Response> look(Visit& visit) {
  std::optional<flow::Session> session = co_await session_at_this_door(visit.site, visit.request);
  if (!session || session->ends_at <= visit.words.now()) {
    const boost::json::object ended{{"left", 0}};
    co_return json_answer(ended);
  }
  visit.request.session = std::move(session);
  co_return told(visit, *visit.request.session);
}

awaitable<Response> keep(Visit& visit) {
  const std::string token = visit.request.token;
  const base::Result<flow::Done> kept = co_await visit.service().keep_session(token);
  if (!kept) co_return problem_page(visit, kept.error());
  co_return told(visit, *visit.request.session);
}

/// The page of ours whose form was sent (Referrer-Policy lets browsers say so); empty where none is
/// named.
std::string page_of_form(const http::Request& request) {
  std::string_view address = request.header("referer");
  const std::size_t scheme = address.find("://");
  if (scheme == std::string_view::npos) return "";
  address.remove_prefix(scheme + 3);
  const std::size_t path = address.find('/');
  if (path == std::string_view::npos || address.substr(0, path) != request.header("host"))
    return "";
  return std::string(without_prefix(address.substr(path)));
}

/// Puts away an answer that was sent too late. Only its form could have sent it: its token belongs
/// to the ended session.
awaitable<bool> put_away(Site& site, const http::Request& request, const flow::Session& ended) {
  const std::string_view question = question_of(request.path);
  std::optional<http::Pairs> form = http::parse_form(request.body);
  if (request.method != Method::post || question.empty() || !form) co_return false;
  http::Request then = request;
  then.session = ended;
  if (!site.context.csrf->check(then, http::value_of(*form, "csrf").value_or(""))) co_return false;
  const flow::Caller caller{ended.iin, request.language, request.source};
  base::Result<Answers> answers = co_await site.answers.load(caller);
  if (!answers) co_return false;
  answers->late_question = question;
  answers->late_form = without_token(*form);
  const base::Result<flow::Done> kept = co_await site.answers.save(caller, *answers);
  co_return kept.has_value();
}

}  // namespace

std::int64_t seconds_left(const flow::Session& session, base::Instant now) {
  const auto left = std::chrono::floor<std::chrono::seconds>(session.ends_at - now);
  return std::max<std::int64_t>(left.count(), 0);
}

awaitable<Response> sign_in_first(Site& site, http::Request& request) {
  const bool asked = request.method == Method::get || request.method == Method::head;
  std::string next = asked ? request.target : page_of_form(request);
  bool ended = false;
  if (request.cookie(http::kSessionCookie)) {
    ended = true;
    const std::optional<flow::Session> session = co_await session_at_this_door(site, request);
    if (session && co_await put_away(site, request, *session)) next = "/apply/late";
  }
  std::string sign_in = "/sign-in";
  if (!next.empty()) sign_in += "?next=" + http::percent_encode(next);
  if (ended) sign_in += next.empty() ? "?ended=1" : "&ended=1";
  co_return http::redirect(sign_in);
}

void add_session(Table& table) {
  // A kiosk has its own clock (kiosk.cpp).
  table.only({Channel::portal, Channel::mobile});
  table.get("/session", Guard::open, look);
  table.post("/session", Guard::cookie, keep);
  table.everywhere();
}

}  // namespace mekenjai::pages
