#include "pages/site.hpp"

#include <zlib.h>

#include <spdlog/spdlog.h>

#include "base/clock.hpp"
#include "base/mask.hpp"
#include "http/problem.hpp"
#include "pages/session.hpp"

namespace mekenjai::pages {
namespace {

using i18n::Language;

constexpr int kYear = 365 * 24 * 3600;  // seconds

/// The person's own choice on this device, else what his browser prefers, else Kazakh. The choice
/// of a signed-in person is put into the cookie when he signs in.
Language language_of(const http::Request& request) {
  if (const auto cookie = request.cookie(kLanguageCookie)) {
    if (const auto language = i18n::parse_language(*cookie)) return *language;
  }
  const std::string_view accepted = request.header("accept-language");
  return accepted.empty() ? Language::kk : i18n::negotiate(accepted);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// Whether a pair of a query, still encoded, chooses a language.
bool chooses_language(std::string_view pair) {
  const std::string_view name = pair.substr(0, pair.find('='));
  return http::percent_decode(name, true) == "lang";
}

/// The target without the choice of a language. "//host" is another site: the way home instead.
std::string without_language(const http::Request& request) {
  if (!request.target.starts_with('/') || request.target.starts_with("//") ||
      request.target.starts_with("/\\")) {
    return "/";
  }
  const std::size_t question = request.target.find('?');
  std::string target = request.target.substr(0, question);
  if (question == std::string::npos) return target;
  std::string_view rest = std::string_view(request.target).substr(question + 1);
  char sign = '?';
  while (!rest.empty()) {
    const std::size_t end = rest.find('&');
    const std::string_view pair = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (pair.empty() || chooses_language(pair)) continue;
    target += sign;
    target += pair;
    sign = '&';
  }
  return target;
}

awaitable<Response> answer_inside(Site& site, Handler handler, http::Request& request,
                                  Channel channel) {
  if (std::optional<Response> chosen = language_chosen(request)) co_return std::move(*chosen);
  Visit visit(site, request, channel);
  if (request.method == Method::post) {
    std::optional<http::Pairs> form = http::parse_form(request.body);
    if (!form) co_return error_page(visit, 400, "malformed_request", 0);
    visit.form = std::move(*form);
    const std::string token = visit.field("csrf");
    // The token of the form ended with the session; who wants to be out is let out.
    const bool out_already = request.path == "/sign-out" && !visit.signed_in();
    if (!out_already && !site.context.csrf->check(request, token))
      co_return error_page(visit, 403, "bad_form_token", 0);
  }
  if (std::optional<Response> instead = explained(visit)) co_return std::move(*instead);
  if (visit.signed_in()) {
    const flow::Caller caller = visit.caller();
    if (const std::optional<int> known = site.unread.get(caller.iin)) {
      visit.unread = *known;
    } else {
      const base::Result<int> unread = co_await site.service->unread_messages(caller);
      visit.unread = unread ? *unread : 0;
      site.unread.put(caller.iin, visit.unread);
    }
  }
  co_return co_await handler(visit);
}

/// gzip, with the memory of the last time.
class Packer {
 public:
  explicit Packer(int level) {
    if (deflateInit2(&stream_, level, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::runtime_error("zlib has no memory");
    }
  }
  ~Packer() { deflateEnd(&stream_); }
  Packer(const Packer&) = delete;
  Packer& operator=(const Packer&) = delete;

  std::string pack(const std::string& body) {
    deflateReset(&stream_);
    std::string packed(deflateBound(&stream_, body.size()), '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(body.data()));
    stream_.avail_in = static_cast<uInt>(body.size());
    stream_.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream_.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream_, Z_FINISH);
    packed.resize(stream_.total_out);
    return packed;
  }

 private:
  z_stream stream_{};
};

/// Pages go out compressed, but for those that may repeat what was sent to them: the length of such
/// a page would tell a listener about what stands beside it (BREACH). A page found by its address
/// alone repeats nothing.
void pack(const http::Request& request, Response& response) {
  constexpr std::size_t kWorthIt = 1024;  // bytes
  constexpr int kQuick = 5;               // of zlib's levels; 9 is a few bytes smaller
  const bool asked = request.method == Method::get || request.method == Method::head;
  if (!asked || !request.query.empty() || response.status != 200) return;
  if (response.body.size() < kWorthIt || !response.content_type.starts_with("text/html")) return;
  response.headers.emplace_back("Vary", "Accept-Encoding");
  if (!http::accepts_encoding(request.header("accept-encoding"), "gzip")) return;
  thread_local Packer packer(kQuick);
  response.body = packer.pack(response.body);
  response.headers.emplace_back("Content-Encoding", "gzip");
}

awaitable<Response> answer(Site& site, Handler handler, http::Request& request) {
  const Channel channel = enter(request);
  Response response = co_await answer_inside(site, handler, request, channel);
  pack(request, response);
  co_return leave(std::move(response), channel);
}

awaitable<Response> answer_stranger(Site& site, http::Request& request) {
  const Channel channel = enter(request);
  Response response = co_await sign_in_first(site, request);
  co_return leave(std::move(response), channel);
}

/// Whose page it is, for the phone that keeps it: a name that tells nothing; "none" where nobody is signed in, empty
/// where nobody was asked.
std::string person_of(const Visit& visit) {
  if (visit.site.service == nullptr) return {};
  return visit.signed_in() ? visit.site.context.csrf->pseudonym(visit.caller().iin.view()) : "none";
}

/// The same for the worker (web/scripts/sw.ts), which looks at no page to know whether and how long it may keep it.
void label_for_phone(const Visit& visit, Response& response) {
  const std::string person = person_of(visit);
  if (visit.channel != Channel::mobile || person.empty()) return;
  response.headers.emplace_back("Content-Language", i18n::tag(visit.language));
  response.headers.emplace_back("Mekenjai-Person", person);
  if (visit.signed_in()) {
    response.headers.emplace_back(
        "Mekenjai-Left",
        std::to_string(seconds_left(*visit.request.session, visit.words.now())));
  }
}

/// A page made once in each language for visitors who are not signed in. Made at first need, since
/// it is the same whoever asks.
struct FixedPage {
  std::string name;
  struct Made {
    std::once_flag once;
    std::string plain, packed;
  };
  std::array<Made, i18n::kLanguages.size()> made{};
};

Response fixed_page(FixedPage& page, Visit& visit) {
  const bool plain = !visit.signed_in() && visit.request.query.empty();
  if (!plain || visit.channel == Channel::kiosk) {
    Response response = Page(visit, page.name).done();
    pack(visit.request, response);
    return response;
  }
  FixedPage::Made& made = page.made[static_cast<std::size_t>(visit.language)];
  std::call_once(made.once, [&] {
    made.plain = Page(visit, page.name).done().body;
    made.packed = Packer(Z_BEST_COMPRESSION).pack(made.plain);
  });
  Response response = http::html(200, "");
  const bool packed = http::accepts_encoding(visit.request.header("accept-encoding"), "gzip");
  response.fixed_body = packed ? made.packed : made.plain;
  if (packed) response.headers.emplace_back("Content-Encoding", "gzip");
  response.headers.emplace_back("Vary", "Accept-Encoding, Accept-Language, Cookie");
  response.headers.emplace_back("Cache-Control", "private, no-cache");
  label_for_phone(visit, response);
  return response;
}

awaitable<Response> answer_fixed(Site& site, FixedPage& page, http::Request& request) {
  const Channel channel = enter(request);
  if (std::optional<Response> chosen = language_chosen(request)) {
    co_return leave(std::move(*chosen), channel);
  }
  Visit visit(site, request, channel);
  if (std::optional<Response> instead = explained(visit)) {
    co_return leave(std::move(*instead), channel);
  }
  if (visit.signed_in()) visit.unread = site.unread.get(visit.caller().iin).value_or(0);
  co_return fixed_page(page, visit);
}

}  // namespace

std::optional<Response> language_chosen(const http::Request& request) {
  const auto wanted = request.query_value("lang");
  if (!wanted || request.method == Method::post) return std::nullopt;
  Response response = http::redirect(without_language(request));
  if (const auto language = i18n::parse_language(*wanted)) {
    response.headers.emplace_back("Set-Cookie", language_cookie(*language));
  }
  return response;
}

Channel enter(http::Request& request) {
  const Channel channel = channel_of(request.path);
  if (channel == Channel::portal) return channel;
  request.path = std::string(without_prefix(request.path));
  request.target = std::string(without_prefix(request.target));
  return channel;
}

Response leave(Response response, Channel channel) {
  if (channel == Channel::portal) return response;
  for (auto& [name, value] : response.headers) {
    if (name == "Location" && !is_shared(value)) value.insert(0, prefix(channel));
  }
  return response;
}

std::string language_cookie(Language language) {
  return http::set_cookie(kLanguageCookie, i18n::tag(language), kYear);
}

std::string safe_next(std::string_view next, std::string_view otherwise) {
  const bool ours = next.size() > 1 && next.size() < 1024 && next[0] == '/' && next[1] != '/' &&
                    next[1] != '\\' && std::all_of(next.begin(), next.end(), [](char c) {
                      return c > 0x20 && c < 0x7F && c != '\\';
                    });
  return std::string(ours ? next : otherwise);
}

std::string only_digits(std::string_view typed) {
  std::string digits;
  for (std::size_t i = 0; i < typed.size(); ++i) {
    const char c = typed[i];
    if (c == ' ' || c == '-' || c == '\t') continue;
    if (typed.substr(i).starts_with("\u00A0")) {
      ++i;
      continue;
    }
    digits += c;
  }
  return digits;
}

Visit::Visit(Site& site_, http::Request& request_, Channel channel_)
    : site(site_),
      request(request_),
      channel(channel_),
      language(language_of(request_)),
      words(site_.context.catalog, language,
            site_.service != nullptr ? site_.service->now() : base::SystemClock().now()) {}

flow::Caller Visit::caller() const {
  return {request.session.value().iin, language, request.source};
}

std::string Visit::shown(const std::string& full_name) const {
  if (channel != Channel::kiosk) return full_name;
  // Surname, given name, and perhaps a patronymic.
  const std::size_t end = full_name.find(' ');
  if (end == std::string::npos) return full_name;
  const std::string given = full_name.substr(end + 1, full_name.find(' ', end + 1) - end - 1);
  return base::mask_name(given, full_name.substr(0, end));
}

flow::SessionFor Visit::opening() const {
  return {true, request.kiosk ? request.kiosk->id : std::string()};
}

std::string Visit::field(std::string_view name) const {
  return std::string(trimmed(http::value_of(form, name).value_or("")));
}

std::string Visit::query(std::string_view name) const {
  return std::string(trimmed(request.query_value(name).value_or("")));
}

flow::Task<flow::MeView> Visit::me(bool recent) {
  const flow::Caller asking = caller();
  if (recent) {
    if (std::optional<flow::MeView> known = site.me.get(asking.iin)) co_return std::move(*known);
  }
  base::Result<flow::MeView> me = co_await site.service->me(asking);
  if (me) site.me.put(asking.iin, *me);
  co_return me;
}

std::string Visit::address_in(Language other) const {
  std::string address = without_language(request);
  address += address.find('?') == std::string::npos ? '?' : '&';
  address += "lang=";
  address += i18n::tag(other);
  return address;
}

void set(Dictionary& values, const std::string& name, std::string_view value) {
  values.SetValue(name, ctemplate::TemplateString(value.data(), value.size()));
}

void say(Dictionary& values, const std::string& section, std::string_view text) {
  set(*values.AddSectionDictionary(section), "TEXT", text);
}

/// What a page in the app says of itself: whose it is and, since it may be seen without network, when it was true.
void mark_for_phone(const Visit& visit, Page& page) {
  page.set("PERSON", person_of(visit));
  if (!visit.signed_in()) return;
  Dictionary* fresh = page.add("FRESH");
  set(*fresh, "SHOWN",
      visit.words.text("mobile.shown", {{"date", visit.words.day(visit.words.today())},
                                        {"time", visit.words.time(visit.words.now())}}));
  set(*fresh, "HERE", visit.request.target);
}

Page::Page(Visit& visit, std::string name)
    : visit_(&visit), name_(std::move(name)), values_(std::make_unique<Dictionary>("page")) {}

void Page::set(std::string_view name, std::string_view value) {
  values_->SetValue(ctemplate::TemplateString(name.data(), name.size()),
                    ctemplate::TemplateString(value.data(), value.size()));
}

Dictionary* Page::add(std::string_view section) {
  return values_->AddSectionDictionary(ctemplate::TemplateString(section.data(), section.size()));
}

void Page::say(std::string_view section, std::string_view text) {
  pages::set(*add(section), "TEXT", text);
}

void Page::error(std::string_view where, std::string_view field, std::string_view text) {
  if (errors_ == nullptr) errors_ = add("ERRORS");
  Dictionary* error = errors_->AddSectionDictionary("ERROR");
  pages::set(*error, "FIELD", field);
  pages::set(*error, "TEXT", text);
  if (!where.empty()) say(where, text);
}

void Page::with_form() {
  http::Csrf::Token token = visit_->site.context.csrf->token(visit_->request);
  set("CSRF", token.value);
  cookie_ = std::move(token.set_cookie);
}

Response Page::done(int status) {
  set("HREF_KK", visit_->address_in(Language::kk));
  set("HREF_KK_LATN", visit_->address_in(Language::kk_latn));
  set("HREF_RU", visit_->address_in(Language::ru));
  set("HREF_EN", visit_->address_in(Language::en));
  if (visit_->signed_in()) {
    const flow::Session& session = *visit_->request.session;
    Dictionary* signed_in = add("SIGNED_IN");
    pages::set(*signed_in, "USER", session.display_name);
    pages::set(*signed_in, "SESSION_LEFT",
               std::to_string(seconds_left(session, visit_->words.now())));
    pages::set(*signed_in, "TIME", visit_->words.time_at(session.ends_at));
    if (visit_->unread > 0) add("UNREAD")->SetIntValue("N", visit_->unread);
  } else {
    show("SIGNED_OUT");
  }
  static constexpr std::string_view kSections[] = {"PORTAL", "MOBILE", "KIOSK"};
  show(kSections[static_cast<std::size_t>(visit_->channel)]);
  if (visit_->channel == Channel::mobile) mark_for_phone(*visit_, *this);
  const bool at_kiosk = visit_->channel == Channel::kiosk;
  if (visit_->site.context.sandbox && !at_kiosk) show("SANDBOX");
  if (visit_->site.service != nullptr && visit_->site.service->eds_available() && !at_kiosk) {
    show("EDS");
  }
  if (at_kiosk) dress_for_kiosk(*visit_, *this, name_);
  std::string html =
      visit_->site.templates.render(name_, visit_->channel, visit_->language, *values_);
  std::optional<std::string> screen;
  if (at_kiosk) {
    KioskHtml fit = fit_for_kiosk(*visit_, html);
    html = std::move(fit.html);
    screen = std::move(fit.set_cookie);
  }
  Response response = http::html(status, std::move(html));
  if (screen) response.headers.emplace_back("Set-Cookie", *screen);
  if (cookie_) response.headers.emplace_back("Set-Cookie", *cookie_);
  label_for_phone(*visit_, response);
  return response;
}

std::string text_of(const Visit& visit, const base::Problem& problem) {
  return http::text_of(problem, visit.language, visit.site.context.catalog).detail;
}

Response error_page(Visit& visit, int status, std::string_view code, int retry_after_s) {
  int known = 500;
  for (const int of : {400, 403, 404, 409, 429, 503}) {
    if (of == status) known = of;
  }
  if (known == 500 && status < 500) known = 400;
  Page page(visit, "error");
  page.set("HEADING", visit.text(fmt::format("page.error.{}", known)));
  page.set("TEXT", visit.text(fmt::format("page.error.{}_text", known)));
  if (known == 429 && retry_after_s > 90) {
    const base::Instant at = visit.words.now() + std::chrono::seconds(retry_after_s + 59);
    page.say("MORE",
             visit.words.text("page.error.429_wait", {{"when", visit.words.when(at, true)}}));
  }
  if ((known == 503 || known == 500 || known == 429) && visit.request.method != Method::post) {
    Dictionary* link = page.add("LINK");
    set(*link, "URL",
        visit.request.target.starts_with('/') ? std::string_view(visit.request.target) : "/");
    set(*link, "TEXT", visit.text("page.error.retry"));
  }
  page.set("CODE_LINE",
           visit.words.text("page.error.code", {{"code", fmt::format("{} {}", status, code)}}));
  Response response = page.done(status);
  if (retry_after_s > 0)
    response.headers.emplace_back("Retry-After", std::to_string(retry_after_s));
  return response;
}

Response problem_page(Visit& visit, const base::Problem& problem) {
  if (problem.trouble == base::Trouble::not_signed_in) {
    return http::redirect("/sign-in?next=" + http::percent_encode(visit.request.path));
  }
  if (problem.trouble == base::Trouble::internal) {
    spdlog::error("pages: {} on {}", problem.code, visit.request.path);
  }
  return error_page(visit, http::status_of(problem.trouble), problem.code, problem.retry_after_s);
}

std::optional<Response> code_problem(Visit& visit, Page& page, const base::Problem& problem,
                                     std::string_view back) {
  if (problem.trouble == base::Trouble::too_many) {
    Page blocked(visit, "blocked");
    blocked.set("TEXT", text_of(visit, problem));
    blocked.set("MORE", visit.text(visit.service().eds_available() ? "page.blocked.text_eds"
                                                                   : "page.blocked.text"));
    blocked.set("BACK", back);
    Response response = blocked.done(429);
    response.headers.emplace_back("Retry-After",
                                  std::to_string(std::max(problem.retry_after_s, 1)));
    return response;
  }
  if (problem.code == "wrong_code") {
    long left = 0;
    for (const auto& [name, value] : problem.values) {
      if (name == "attempts_left") left = std::strtol(value.c_str(), nullptr, 10);
    }
    page.error("ERR_CODE", "code", visit.words.plural("page.err.code_wrong", left));
  } else if (problem.code == "code_expired" || problem.code == "challenge_not_found") {
    page.error("ERR_CODE", "code", visit.text("page.err.code_ended"));
  } else if (problem.code == "bad_code" ||
             (problem.trouble == base::Trouble::unprocessable && !problem.errors.empty())) {
    page.error("ERR_CODE", "code", visit.text("page.err.code_form"));
  } else if (problem.trouble == base::Trouble::unprocessable) {
    page.error("ERR_CODE", "code", text_of(visit, problem));
  } else {
    return problem_page(visit, problem);
  }
  return std::nullopt;
}

void Table::add(Method method, const std::string& pattern, Guard guard, Handler handler,
                http::RateLimiter* limiter, std::size_t max_body) {
  const std::shared_ptr<Site> site = site_;
  http::Handler stranger;
  if (guard == Guard::cookie) {
    stranger = [site](http::Request& request) { return answer_stranger(*site, request); };
  }
  for (const Channel channel : channels_) {
    routes_.push_back(
        {method, fmt::format("{}{}", prefix(channel), pattern), guard,
         [site, handler](http::Request& request) { return answer(*site, handler, request); },
         max_body, limiter, prefix(channel), stranger, place(channel)});
  }
}

void Table::get(std::string pattern, Guard guard, Handler handler, http::RateLimiter* limiter) {
  add(Method::get, pattern, guard, handler, limiter, 4096);
}

void Table::watched(std::string pattern, Guard guard, Handler handler) {
  const std::size_t before = routes_.size();
  get(std::move(pattern), guard, handler);
  for (std::size_t i = before; i < routes_.size(); ++i) routes_[i].watched = true;
}

void Table::post(std::string pattern, Guard guard, Handler handler, http::RateLimiter* limiter,
                 std::size_t max_body) {
  add(Method::post, pattern, guard, handler, limiter, max_body);
}

void Table::fixed(std::string pattern, std::string name) {
  const std::shared_ptr<Site> site = site_;
  for (const Channel channel : channels_) {
    auto page = std::make_shared<FixedPage>();
    page->name = name;
    routes_.push_back(
        {Method::get,
         fmt::format("{}{}", prefix(channel), pattern),
         Guard::open_page,
         [site, page](http::Request& request) { return answer_fixed(*site, *page, request); },
         4096,
         nullptr,
         prefix(channel),
         {},
         place(channel)});
  }
}

void Table::bare(Method method, const std::string& pattern,
                 awaitable<Response> (*handler)(Site&, http::Request&)) {
  const std::shared_ptr<Site> site = site_;
  for (const Channel channel : channels_) {
    routes_.push_back({method,
                       fmt::format("{}{}", prefix(channel), pattern),
                       Guard::open_page,
                       [site, handler](http::Request& request) { return handler(*site, request); },
                       16 * 1024,
                       nullptr,
                       prefix(channel),
                       {},
                       place(channel)});
  }
}

void Table::doorsteps() {
  for (const Channel channel : kChannels) {
    const std::string_view door = prefix(channel);
    if (door.empty()) continue;
    routes_.push_back({Method::get, std::string(door), Guard::open,
                       [door](http::Request& request) -> awaitable<Response> {
                         const std::string_view query =
                             std::string_view(request.target).substr(request.path.size());
                         co_return http::redirect(fmt::format("{}/{}", door, query));
                       }});
  }
}

http::RateLimiter* Table::limiter(http::RateLimiter http::RateLimiters::*which) const {
  http::RateLimiters* limiters = site_->context.limiters;
  return limiters == nullptr ? nullptr : &(limiters->*which);
}

}  // namespace mekenjai::pages
