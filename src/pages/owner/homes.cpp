// "My homes": where I am registered, what I own, who is registered there. And the profile.
#include "api/address_text.hpp"
#include "base/mask.hpp"
#include "pages/parts.hpp"
#include "pages/push.hpp"

namespace mekenjai::pages {
namespace {

constexpr int kPageSize = 20;

void fill_residents(Visit& visit, Dictionary& row,
                    const std::vector<flow::ResidentView>& residents) {
  if (residents.empty()) {
    row.ShowSection("NOBODY");
    return;
  }
  Dictionary* people = row.AddSectionDictionary("PEOPLE");
  set(*people, "CAPTION",
      visit.words.plural("page.homes.count", static_cast<long>(residents.size())));
  for (const flow::ResidentView& resident :
       visit.words.sorted(residents, [](const auto& one) { return one.name; })) {
    Dictionary* person = people->AddSectionDictionary("PERSON");
    set(*person, "NAME", visit.shown(resident.name));
    set(*person, "SINCE",
        resident.from ? visit.words.date(*resident.from)
                      : std::string(visit.text("page.homes.long_ago")));
    const bool temporary = resident.kind == domain::ResidenceKind::temporary && resident.until;
    set(*person, "HOW",
        temporary ? visit.words.text("page.homes.temporary",
                                     {{"date_to", visit.words.date_to(*resident.until)}})
                  : std::string(visit.text("page.homes.permanent")));
  }
}

awaitable<Response> homes_page(Visit& visit) {
  const base::Result<flow::MeView> me = co_await visit.me(false);
  if (!me) co_return problem_page(visit, me.error());
  const flow::Caller caller = visit.caller();
  Page page(visit, "homes");
  fill_residence(visit, page, *me);
  for (const flow::MeView::Temporary& temporary : me->temporary) {
    Dictionary* row = page.add("TEMPORARY");
    visit.words.plate(*row, temporary.address);
    set(*row, "PLACE", visit.words.address(temporary.address));
    if (temporary.until) {
      say(*row, "UNTIL",
          visit.words.text("page.homes.until_date",
                           {{"date_to", visit.words.date_to(*temporary.until)}}));
    }
  }
  const std::optional<std::string> any;
  const base::Result<flow::Page<flow::ConsentView>> consents =
      co_await visit.service().consents(caller, any, any, kPageSize);
  if (consents) {
    for (const flow::ConsentView& consent : consents->items) {
      if (consent.status != domain::ConsentStatus::pending) continue;
      Dictionary* asked = page.add("ASKED");
      set(*asked, "ID", consent.id);
      set(*asked, "WHO", visit.words.text("page.homes.asks", {{"name", consent.applicant_masked}}));
      set(*asked, "UNTIL",
          visit.words.text("page.homes.asks_until",
                           {{"time_to", visit.words.time_to(consent.deadline)}}));
    }
  }
  if (me->dwellings.empty()) page.show("NO_DWELLINGS");
  int number = 0;
  const std::vector<flow::MeView::Holding> holdings = visit.words.sorted(
      me->dwellings, [&](const auto& one) { return visit.words.address(one.address); });
  for (const flow::MeView::Holding& holding : holdings) {
    const std::string rka = holding.address.rka;
    const base::Result<std::vector<flow::ResidentView>> residents =
        co_await visit.service().residents(caller, rka);
    Dictionary* row = page.add("DWELLING");
    row->SetIntValue("N", ++number);
    visit.words.plate(*row, holding.address);
    set(*row, "NAME", visit.words.address(holding.address));
    set(*row, "PLACE", visit.words.place(holding.address));
    set(*row, "KIND", visit.words.dwelling_kind(holding.address.kind));
    const bool sole = holding.share.empty() || holding.share == "1" || holding.share == "1/1";
    set(*row, "SHARE",
        sole ? std::string(visit.text("page.homes.sole"))
             : visit.words.text("page.homes.share", {{"share", holding.share}}));
    if (residents) {
      fill_residents(visit, *row, *residents);
    } else {
      row->ShowSection("SILENT");
    }
  }
  co_return page.done();
}

awaitable<Response> profile_page(Visit& visit) {
  const base::Result<flow::MeView> me = co_await visit.me(false);
  if (!me) co_return problem_page(visit, me.error());
  const flow::Caller caller = visit.caller();
  const std::optional<std::string> first;
  const base::Result<flow::Page<flow::ApplicationView>> applications =
      co_await visit.service().applications(caller, first, 5);
  Page page(visit, "profile");
  page.set("NAME", visit.shown(api::full_name(me->person)));
  const auto is_staff = [](const std::string& role) {
    return role == "psc_receptionist" || role == "psc_operator";
  };
  if (std::any_of(me->roles.begin(), me->roles.end(), is_staff)) page.show("KIOSKS");
  page.set("IIN", base::mask_iin(me->person.iin.view()));
  page.set("BIRTH", visit.words.date(me->person.birth_date));
  fill_residence(visit, page, *me);
  if (applications) fill_live(visit, page, applications->items);
  page.with_form();
  co_await fill_push(visit, page);
  co_return page.done();
}

}  // namespace

void add_homes(Table& table) {
  table.get("/homes", Guard::cookie, homes_page);
  table.get("/profile", Guard::cookie, profile_page);
}

}  // namespace mekenjai::pages
