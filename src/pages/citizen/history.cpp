// "History of services": the person's applications, newest first.
#include "domain/words.hpp"
#include "pages/parts.hpp"

namespace mekenjai::pages {
namespace {

constexpr int kPageSize = 20;

awaitable<Response> history_page(Visit& visit) {
  const flow::Caller caller = visit.caller();
  std::optional<std::string> cursor;
  if (const std::string given = visit.query("after"); !given.empty()) cursor = given;
  const base::Result<flow::Page<flow::ApplicationView>> found =
      co_await visit.service().applications(caller, cursor, kPageSize);
  if (!found) co_return problem_page(visit, found.error());
  Page page(visit, "history");
  Dictionary* year = nullptr;
  std::chrono::year shown{};
  for (const flow::ApplicationView& application : found->items) {
    const base::Date day = base::civil_date(application.created_at);
    if (year == nullptr || day.year() != shown) {
      shown = day.year();
      year = page.add("YEAR");
      year->SetIntValue("Y", static_cast<int>(shown));
    }
    Dictionary* row = year->AddSectionDictionary("ITEM");
    const bool permanent = application.kind == domain::ResidenceKind::permanent;
    set(*row, "ID", application.id);
    set(*row, "ICON", permanent ? "home" : "calendar");
    set(*row, "NAME", visit.text(permanent ? "page.history.permanent" : "page.temporary"));
    set(*row, "ADDRESS", visit.words.address(application.address));
    const Tag tag = status_tag(visit, application);
    set(*row, "TAG", tag.text);
    set(*row, "TAG_CLASS", tag.css);
    set(*row, "DAY", visit.words.day(day));
    set(*row, "ISO", base::format_date(day));
  }
  if (found->items.empty()) page.show("EMPTY");
  if (found->next)
    set(*page.add("MORE"), "URL", "/history?after=" + http::percent_encode(*found->next));
  page.set("SHOWN_AT", visit.words.text("page.history.shown_at",
                                        {{"when", visit.words.when(visit.words.now(), true)}}));
  co_return page.done();
}

}  // namespace

void add_history(Table& table) { table.get("/history", Guard::cookie, history_page); }

}  // namespace mekenjai::pages
