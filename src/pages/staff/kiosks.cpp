// Kiosks, for receptionists and operators: a key is issued and shown once, and taken back.
#include "api/address_text.hpp"
#include "base/bytes.hpp"
#include "pages/kiosk/kiosk.hpp"
#include "pages/parts.hpp"

namespace mekenjai::pages {
namespace {

/// The kiosk whose key was issued by this very request, and is shown now.
struct Shown {
  const flow::IssuedKiosk* issued = nullptr;
};

std::string name_of(const Visit& visit, const std::vector<domain::Centre>& centres,
                    const std::string& id) {
  for (const domain::Centre& centre : centres) {
    if (centre.id != id) continue;
    if (i18n::is_kazakh(visit.language) && !centre.name_kk.empty()) return centre.name_kk;
    return visit.language == i18n::Language::en ? api::in_latin(centre.name_ru) : centre.name_ru;
  }
  return id;
}

void fill_kiosk(const Visit& visit, Dictionary& row, const flow::KioskView& kiosk,
                const std::string& centre) {
  const auto line = [&](std::string_view key, base::Instant at) {
    return visit.words.text(key, {{"when", visit.words.when(at, true)}});
  };
  set(row, "ID", kiosk.id);
  set(row, "LABEL", kiosk.label);
  set(row, "CENTRE", centre);
  set(row, "SINCE", line("page.kiosks.since", kiosk.issued_at));
  set(row, "SEEN",
      kiosk.seen_at ? line("page.kiosks.seen", *kiosk.seen_at)
                    : std::string(visit.text("page.kiosks.never")));
  if (kiosk.revoked_at) set(row, "GONE", line("page.kiosks.revoked_at", *kiosk.revoked_at));
}

void fill_list(const Visit& visit, Page& page, const std::vector<flow::KioskView>& kiosks,
               const std::vector<domain::Centre>& centres) {
  Dictionary *used = nullptr, *revoked = nullptr;
  for (const flow::KioskView& kiosk : kiosks) {
    Dictionary*& list = kiosk.revoked_at ? revoked : used;
    if (list == nullptr) list = page.add(kiosk.revoked_at ? "REVOKED" : "USED");
    fill_kiosk(visit, *list->AddSectionDictionary("KIOSK"), kiosk,
               name_of(visit, centres, kiosk.centre));
  }
  if (used == nullptr) page.show("NONE");
}

void fill_form(const Visit& visit, Page& page, const std::vector<domain::Centre>& centres) {
  if (centres.empty()) return page.show("NO_CENTRES");
  Dictionary* form = page.add("FORM");
  for (const domain::Centre& centre : centres) {
    Dictionary* row = form->AddSectionDictionary("CENTRE");
    set(*row, "ID", centre.id);
    set(*row, "NAME", name_of(visit, centres, centre.id));
    if (visit.field("centre") == centre.id) row->ShowSection("CHOSEN");
  }
}

awaitable<Response> shown(Visit& visit, Shown what, std::vector<base::FieldError> errors) {
  const flow::Caller caller = visit.caller();
  const base::Result<std::vector<domain::Centre>> centres =
      co_await visit.service().kiosks().centres(caller);
  if (!centres) co_return problem_page(visit, centres.error());
  const base::Result<std::vector<flow::KioskView>> kiosks =
      co_await visit.service().kiosks().list(caller);
  if (!kiosks) co_return problem_page(visit, kiosks.error());
  Page page(visit, "staff-kiosks");
  page.with_form();
  page.set("KEY", base::to_base64url(base::random_bytes(18)));
  fill_form(visit, page, *centres);
  fill_list(visit, page, *kiosks, *centres);
  for (const base::FieldError& error : errors) {
    const bool centre = error.field == "centre";
    const std::string_view key = centre                     ? "page.err.kiosk_centre"
                                 : error.code == "too_long" ? "page.err.kiosk_label_long"
                                                            : "page.err.kiosk_label";
    page.error(centre ? "ERR_CENTRE" : "ERR_LABEL", error.field, visit.text(key));
  }
  if (!errors.empty()) page.set("LABEL", visit.field("label"));
  if (what.issued != nullptr) {
    Dictionary* issued = page.add("ISSUED");
    set(*issued, "LABEL", what.issued->kiosk.label);
    set(*issued, "TOKEN", what.issued->token);
    set(*issued, "CODE", what.issued->consultant_code);
  }
  co_return page.done(errors.empty() ? 200 : 422);
}

awaitable<Response> list_page(Visit& visit) {
  const Shown nothing;
  const std::vector<base::FieldError> none;
  co_return co_await shown(visit, nothing, none);
}

awaitable<Response> issue(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const std::string centre = visit.field("centre"), label = visit.field("label");
  // A page that is loaded again sends the same key: no second kiosk comes of it.
  std::optional<flow::Idempotency> key;
  if (const std::string given = visit.field("key"); !given.empty() && given.size() <= 64) {
    const base::Sha256 digest = base::sha256(fmt::format("{} {}", centre, label));
    key = flow::Idempotency{given, std::string(digest.begin(), digest.end())};
  }
  const base::Result<flow::IssuedKiosk> issued =
      co_await visit.service().kiosks().issue(caller, centre, label, key);
  if (!issued && issued.error().errors.empty()) co_return problem_page(visit, issued.error());
  const Shown what{issued ? &*issued : nullptr};
  const std::vector<base::FieldError> errors =
      issued ? std::vector<base::FieldError>{} : issued.error().errors;
  co_return co_await shown(visit, what, errors);
}

awaitable<Response> revoke_page(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const base::Result<std::vector<flow::KioskView>> kiosks =
      co_await visit.service().kiosks().list(caller);
  if (!kiosks) co_return problem_page(visit, kiosks.error());
  for (const flow::KioskView& kiosk : *kiosks) {
    if (kiosk.id != visit.parameter(0) || kiosk.revoked_at) continue;
    Page page(visit, "staff-kiosk-revoke");
    page.set("ID", kiosk.id);
    page.set("WHAT", visit.words.text("page.kiosks.revoke_text", {{"label", kiosk.label}}));
    page.with_form();
    co_return page.done();
  }
  co_return error_page(visit, 404, "not_found", 0);
}

awaitable<Response> revoke(Visit& visit) {
  const flow::Caller caller = visit.caller();
  const std::string id = visit.parameter(0);
  const base::Result<flow::Done> done = co_await visit.service().kiosks().revoke(caller, id);
  if (!done) co_return problem_page(visit, done.error());
  co_return http::redirect("/staff/kiosks");
}

}  // namespace

void add_staff_kiosks(Table& table) {
  table.only({Channel::portal});
  table.get("/staff/kiosks", Guard::cookie, list_page);
  table.post("/staff/kiosks", Guard::cookie, issue);
  table.get("/staff/kiosks/{id}/revoke", Guard::cookie, revoke_page);
  table.post("/staff/kiosks/{id}/revoke", Guard::cookie, revoke);
  table.everywhere();
}

}  // namespace mekenjai::pages
