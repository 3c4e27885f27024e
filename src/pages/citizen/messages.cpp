// "Messages": what the service has told the person.
#include "api/address_text.hpp"
#include "pages/parts.hpp"

namespace mekenjai::pages {
namespace {

constexpr int kPageSize = 30, kSearched = 200;

struct Text {
  std::string title, text;
};
Text text_of_message(const Visit& visit, const flow::MessageView& message) {
  i18n::Values values;
  const std::string_view own_address =
      i18n::is_kazakh(visit.language) ? "address_kk" : "address_ru";
  for (const auto& [name, value] : message.values) {
    if (name == own_address) {
      values.emplace_back("address",
                          visit.language == i18n::Language::en ? api::in_latin(value) : value);
    }
    if (name == "number") {
      values.emplace_back(name, in_groups(value, 4));
    } else if (const auto date = base::parse_date(value)) {
      values.emplace_back(name, visit.words.date(*date));
    } else {
      values.emplace_back(name, value);
    }
  }
  Text text;
  const std::string title = fmt::format("message.{}.title", message.kind);
  const std::string body = fmt::format("message.{}.text", message.kind);
  if (visit.words.has(title)) text.title = visit.words.text(title, values);
  if (visit.words.has(body)) text.text = visit.words.text(body, values);
  return text;
}

std::string_view icon_of(std::string_view kind) {
  if (kind == "registered" || kind == "owner_registered") return "check";
  if (kind == "rejected" || kind.starts_with("consent_"))
    return kind == "consent_requested" ? "sms" : "cross";
  if (kind == "sent_to_psc") return "centre";
  if (kind == "children_ask") return "family";
  return "clock";
}

awaitable<Response> messages_page(Visit& visit) {
  const flow::Caller caller = visit.caller();
  std::optional<std::string> cursor;
  if (const std::string given = visit.query("after"); !given.empty()) cursor = given;
  const base::Result<flow::Page<flow::MessageView>> found =
      co_await visit.service().messages(caller, cursor, kPageSize);
  if (!found) co_return problem_page(visit, found.error());
  Page page(visit, "messages");
  Dictionary* section = nullptr;
  base::Date shown{};
  int number = 0;
  for (const flow::MessageView& message : found->items) {
    const base::Date day = base::civil_date(message.at);
    if (section == nullptr || day != shown) {
      shown = day;
      section = page.add("DAY");
      section->SetIntValue("N", ++number);
      set(*section, "NAME", visit.words.day_name(day));
    }
    const Text text = text_of_message(visit, message);
    Dictionary* row = section->AddSectionDictionary("ITEM");
    set(*row, "ID", message.id);
    set(*row, "ICON", icon_of(message.kind));
    set(*row, "TITLE", text.title);
    set(*row, "TEXT", text.text);
    set(*row, "TIME", visit.words.time(message.at));
    set(*row, "ISO", base::format_rfc3339(message.at));
    if (!message.read) row->ShowSection("NEW");
  }
  if (found->items.empty()) page.show("EMPTY");
  if (found->next)
    set(*page.add("MORE"), "URL", "/messages?after=" + http::percent_encode(*found->next));
  co_return page.done();
}

flow::Task<flow::MessageView> find(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const std::string id = visit.parameter(0);
  std::optional<std::string> cursor;
  for (int seen = 0; seen < kSearched; seen += 100) {
    base::Result<flow::Page<flow::MessageView>> found =
        co_await visit.service().messages(caller, cursor, 100);
    if (!found) co_return tl::unexpected(found.error());
    for (flow::MessageView& message : found->items) {
      if (message.id == id) co_return std::move(message);
    }
    if (!found->next) break;
    cursor = found->next;
  }
  co_return base::fail(base::Trouble::not_found, "not_found");
}

awaitable<Response> message_page(Visit& visit) {
  const base::Result<flow::MessageView> message = co_await find(visit);
  if (!message) co_return problem_page(visit, message.error());
  if (!message->read) {
    const flow::Caller caller = visit.caller();
    const std::string id = message->id;
    const base::Result<flow::Done> read = co_await visit.service().read_message(caller, id);
    if (read) {
      visit.unread = std::max(0, visit.unread - 1);
      visit.site.unread.forget(caller.iin);
    }
  }
  const Text text = text_of_message(visit, *message);
  Page page(visit, "message");
  page.set("HEADING", text.title);
  page.set("TEXT", text.text);
  page.set("WHEN", visit.words.when(message->at));
  if (message->kind == "consent_requested") {
    for (const auto& [name, value] : message->values) {
      if (name != "reference") continue;
      Dictionary* link = page.add("LINK");
      set(*link, "URL", "/consents?ref=" + http::percent_encode(value));
      set(*link, "TEXT", visit.text("page.homes.answer"));
    }
  } else if (message->application_id && !message->kind.starts_with("consent_") &&
             message->kind != "owner_registered") {
    Dictionary* link = page.add("LINK");
    set(*link, "URL", "/applications/" + *message->application_id);
    set(*link, "TEXT", visit.text("page.messages.open"));
  } else if (message->kind == "owner_registered") {
    Dictionary* link = page.add("LINK");
    set(*link, "URL", "/homes");
    set(*link, "TEXT", visit.text("page.my_homes"));
  }
  co_return page.done();
}

}  // namespace

void add_messages(Table& table) {
  table.get("/messages", Guard::cookie, messages_page);
  table.get("/messages/{id}", Guard::cookie, message_page);
}

}  // namespace mekenjai::pages
