// What every page handler has at hand: the site, and one visit to it. Inside of src/pages only.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "pages/channel.hpp"
#include "pages/form.hpp"
#include "pages/kiosk/kiosk.hpp"
#include "pages/pages.hpp"
#include "pages/templates.hpp"
#include "pages/words.hpp"

namespace mekenjai::pages {

using boost::asio::awaitable;
using http::Guard;
using http::Method;
using http::Response;

/// Values that may be a little old, by person. Safe to call from any thread.
template <class T>
class Recent {
 public:
  using Clock = std::chrono::steady_clock;
  explicit Recent(std::chrono::seconds life) : life_(life) {}

  std::optional<T> get(const domain::Iin& iin) {
    const std::scoped_lock lock(mutex_);
    const auto found = values_.find(iin);
    if (found == values_.end() || Clock::now() - found->second.second > life_) return std::nullopt;
    return found->second.first;
  }
  void put(const domain::Iin& iin, T value) {
    const std::scoped_lock lock(mutex_);
    if (values_.size() >= kMost) values_.clear();
    values_.insert_or_assign(iin, std::pair(std::move(value), Clock::now()));
  }
  void forget(const domain::Iin& iin) {
    const std::scoped_lock lock(mutex_);
    values_.erase(iin);
  }

 private:
  static constexpr std::size_t kMost = 10'000;  // people
  std::chrono::seconds life_;
  std::mutex mutex_;
  std::unordered_map<domain::Iin, std::pair<T, Clock::time_point>> values_;
};

class Visit;
using Handler = awaitable<Response> (*)(Visit&);

struct Site {
  Site(flow::Service* service_, PagesContext context_)
      : service(service_),
        context(std::move(context_)),
        templates(context.catalog),
        answers(service_) {}

  flow::Service* const service;  // none where only error pages are made
  const PagesContext context;
  const Templates templates;
  AnswerStore answers;
  KioskScreens screens;
  Recent<int> unread{std::chrono::seconds(20)};
  Recent<flow::MeView> me{std::chrono::seconds(5)};
};

/// One request being answered.
class Visit {
 public:
  Visit(Site& site, http::Request& request, Channel channel);

  Site& site;
  http::Request& request;  // its path and target are without the channel's prefix
  const Channel channel;
  const i18n::Language language;
  const Words words;
  http::Pairs form;  // of a POST, checked
  int unread = 0;

  flow::Service& service() const { return *site.service; }
  bool signed_in() const { return request.session.has_value(); }
  /// Whether a digital signature can be made with a key on the visitor's own computer: never at a
  /// kiosk.
  bool own_keys() const { return channel != Channel::kiosk && service().eds_available(); }
  /// A person's full name as this screen may show it: at a kiosk others see it too.
  std::string shown(const std::string& full_name) const;
  /// A session that is opened now.
  flow::SessionFor opening() const;
  /// Only behind Guard::cookie.
  flow::Caller caller() const;
  /// A field of the form or, without spaces around, of the query; empty where there is none.
  std::string field(std::string_view name) const;
  std::string query(std::string_view name) const;
  const std::string& parameter(std::size_t index) const { return request.parameters.at(index); }
  std::string_view text(std::string_view key) const { return words.text(key); }

  /// What the register tells of the signed-in person; at most a few seconds old where `recent` will
  /// do.
  flow::Task<flow::MeView> me(bool recent);

  /// The address of this page in another language, place and query kept.
  std::string address_in(i18n::Language other) const;
};

/// A page being filled.
class Page {
 public:
  Page(Visit& visit, std::string name);
  Dictionary& operator*() { return *values_; }

  void set(std::string_view name, std::string_view value);
  void show(std::string_view section) { add(section); }
  Dictionary* add(std::string_view section);
  /// A section with one TEXT.
  void say(std::string_view section, std::string_view text);
  /// A wrong answer: in the summary, linked to `field`, and in section `where` beside it
  /// ("ERR_IIN"; may be empty).
  void error(std::string_view where, std::string_view field, std::string_view text);
  bool has_errors() const { return errors_ != nullptr; }
  /// The part `csrf` has its token from here on.
  void with_form();

  Response done(int status = 200);

 private:
  Visit* visit_;
  std::string name_;
  std::unique_ptr<Dictionary> values_;
  Dictionary* errors_ = nullptr;
  std::optional<std::string> cookie_;
};

/// TEXT in a section of any dictionary.
void say(Dictionary& values, const std::string& section, std::string_view text);
void set(Dictionary& values, const std::string& name, std::string_view value);

/// The page that tells of a problem; to the sign-in page where nobody is signed in.
Response problem_page(Visit& visit, const base::Problem& problem);
Response error_page(Visit& visit, int status, std::string_view code, int retry_after_s);
/// The text for a person: `problem.<code>.detail`.
std::string text_of(const Visit& visit, const base::Problem& problem);
/// Adds the error of a one-time code to its field. Otherwise the page to show instead (blocked,
/// silent registers).
std::optional<Response> code_problem(Visit& visit, Page& page, const base::Problem& problem,
                                     std::string_view back);

/// Collects routes. A page is there in every channel, by the same handler, unless `only` says
/// otherwise.
class Table {
 public:
  explicit Table(std::shared_ptr<Site> site) : site_(std::move(site)) {}
  /// What is added from here on is there in these channels.
  void only(std::vector<Channel> channels) { channels_ = std::move(channels); }
  void everywhere() { channels_ = {kChannels.begin(), kChannels.end()}; }
  void get(std::string pattern, Guard guard, Handler handler, http::RateLimiter* limiter = nullptr);
  void post(std::string pattern, Guard guard, Handler handler, http::RateLimiter* limiter = nullptr,
            std::size_t max_body = 16 * 1024);
  /// What an open page asks for by itself: no use of the session.
  void watched(std::string pattern, Guard guard, Handler handler);
  /// A page that is the same for every visitor who is not signed in: made once a language, and
  /// compressed.
  void fixed(std::string pattern, std::string name);
  /// "/m" leads to "/m/": what an app may do is told by the folder it stands in.
  void doorsteps();
  /// How what is added from here on is guarded in the channel of kiosks.
  void at_kiosk(http::AtKiosk place) { at_kiosk_ = place; }
  /// Without anything that a page has: no form's token is asked for.
  void bare(Method method, const std::string& pattern,
            awaitable<Response> (*handler)(Site&, http::Request&));
  http::RateLimiter* limiter(http::RateLimiter http::RateLimiters::*which) const;
  std::vector<http::Route> take() { return std::move(routes_); }

 private:
  void add(Method method, const std::string& pattern, Guard guard, Handler handler,
           http::RateLimiter* limiter, std::size_t max_body);

  http::AtKiosk place(Channel channel) const {
    return channel == Channel::kiosk ? at_kiosk_ : http::AtKiosk::no;
  }

  std::shared_ptr<Site> site_;
  std::vector<Channel> channels_{kChannels.begin(), kChannels.end()};
  http::AtKiosk at_kiosk_ = http::AtKiosk::yes;
  std::vector<http::Route> routes_;
};

void add_home(Table& table);          // citizen/home.cpp
void add_help(Table& table);          // citizen/help.cpp
void add_statistics(Table& table);    // citizen/statistics.cpp
void add_sign_in(Table& table);       // citizen/sign_in.cpp
void add_session(Table& table);       // citizen/session.cpp
void add_apply(Table& table);         // citizen/apply.cpp
void add_applications(Table& table);  // citizen/application.cpp
void add_history(Table& table);       // citizen/history.cpp
void add_messages(Table& table);      // citizen/messages.cpp
void add_consents(Table& table);      // owner/consents.cpp
void add_homes(Table& table);         // owner/homes.cpp
void add_signatures(Table& table);    // citizen/signatures.cpp
void add_push(Table& table);          // citizen/push.cpp
void add_app(Table& table);           // mobile/app.cpp
void add_sandbox(Table& table);       // sandbox/sandbox.cpp

inline constexpr std::string_view kLanguageCookie = "__Host-lang";
std::string language_cookie(i18n::Language language);
/// Where the address carries a choice of language (`lang`): back to the page without it, the choice
/// kept.
std::optional<Response> language_chosen(const http::Request& request);
/// From the outside in: path and target lose the channel's prefix.
Channel enter(http::Request& request);
/// From the inside out: a redirect to one of our own pages gets it back.
Response leave(Response response, Channel channel);
/// A path of our own to go on to, as `next` of the sign-in page carries it; `otherwise` where it is
/// not one.
std::string safe_next(std::string_view next, std::string_view otherwise);
/// Six digits, spaces and dashes left out.
std::string only_digits(std::string_view typed);

}  // namespace mekenjai::pages
