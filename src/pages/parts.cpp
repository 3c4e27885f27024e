#include "pages/parts.hpp"

#include "api/address_text.hpp"
#include "domain/words.hpp"

namespace mekenjai::pages {

void fill_contact(const Visit& visit, Dictionary& values, const flow::Contact& contact) {
  const bool kk = i18n::is_kazakh(visit.language);
  const bool en = visit.language == i18n::Language::en;
  const auto own = [kk, en](const std::string& in_kk, const std::string& in_ru) {
    const std::string& text = (kk && !in_kk.empty()) || in_ru.empty() ? in_kk : in_ru;
    return en ? api::in_latin(text) : text;
  };
  set(values, "NAME", own(contact.name_kk, contact.name_ru));
  const std::string address = own(contact.address_kk, contact.address_ru);
  if (!address.empty()) say(values, "ADDRESS", address);
  if (!contact.phone.empty()) say(values, "PHONE", contact.phone);
  if (!contact.hours.empty()) say(values, "HOURS", contact.hours);
}

void fill_dial(const Visit& visit, Dictionary& values, base::Instant deadline,
               std::string_view mask) {
  using namespace std::chrono;
  const long left =
      std::max(0L, static_cast<long>(duration_cast<seconds>(deadline - visit.words.now()).count()));
  const long minutes = (left + 59) / 60;
  values.SetIntValue("LEFT", left);
  values.SetIntValue("MINUTES", minutes);
  set(values, "UNIT", visit.words.plural("page.waiting.minutes", minutes));
  set(values, "LABEL",
      visit.words.plural("page.waiting.dial", minutes,
                         {{"time_to", visit.words.time_to(deadline)}}));
  set(values, "MASK", mask);
}

void fill_residence(const Visit& visit, Page& page, const flow::MeView& me) {
  if (!me.residence_address) {
    page.show("NO_RESIDENCE");
    return;
  }
  Dictionary* residence = page.add("RESIDENCE");
  visit.words.plate(*residence, *me.residence_address);
  set(*residence, "PLACE", visit.words.address(*me.residence_address));
  if (me.residence && me.residence->from) {
    say(*residence, "SINCE",
        visit.words.text("page.homes.since_date",
                         {{"date_from", visit.words.date_from(*me.residence->from)}}));
  }
}

namespace {

bool is_live(domain::Status status) {
  using enum domain::Status;
  return status == checking || status == waiting_for_consent || status == retrying ||
         status == on_hold;
}

}  // namespace

void fill_live(const Visit& visit, Page& page,
               const std::vector<flow::ApplicationView>& applications, int first_mask) {
  int mask = first_mask;
  for (const flow::ApplicationView& application : applications) {
    if (!is_live(application.status)) continue;
    Dictionary* live = page.add("LIVE");
    set(*live, "ID", application.id);
    set(*live, "TITLE", status_tag(visit, application).text);
    set(*live, "ADDRESS", visit.words.address(application.address));
    if (application.consents_required > 0) {
      say(*live, "ANSWERED",
          visit.words.text("page.stepper.answered",
                           {{"n", std::to_string(application.consents_granted)},
                            {"of", std::to_string(application.consents_required)}}));
    }
    if (application.deadline) {
      Dictionary* dial = live->AddSectionDictionary("DIAL");
      fill_dial(visit, *dial, *application.deadline, fmt::format("m{}", mask++));
    } else {
      live->ShowSection("NO_DIAL");
    }
  }
}

std::vector<std::string> names_of(const Visit& visit, const flow::ApplicationView& application) {
  std::vector<std::string> names;
  for (const flow::RegistrantView& registrant : application.registrants) {
    if (registrant.name) names.push_back(visit.shown(*registrant.name));
  }
  return names;
}

std::string summary_of(const Visit& visit, const flow::ApplicationView& application) {
  const std::string names = joined(names_of(visit, application));
  if (application.kind == domain::ResidenceKind::permanent || !application.until) {
    return visit.words.text("page.application.summary_permanent", {{"names", names}});
  }
  return visit.words.text("page.application.summary_temporary",
                          {{"names", names}, {"date_to", visit.words.date_to(*application.until)}});
}

Tag status_tag(const Visit& visit, const flow::ApplicationView& application) {
  using enum domain::Status;
  Tag tag;
  tag.text = visit.words.text(
      fmt::format("page.status.{}", domain::word(application.status)),
      {{"time_to", application.deadline ? visit.words.time_to(*application.deadline) : ""}});
  switch (application.status) {
    case registered:
      tag.css = "mk-tag--ok";
      break;
    case rejected:
      tag.css = "mk-tag--no";
      break;
    case sent_to_psc:
      tag.css = "mk-tag--info";
      break;
    case draft:
    case withdrawn:
      break;
    default:
      tag.css = "mk-tag--wait";
  }
  return tag;
}

Tag consent_tag(const Visit& visit, domain::ConsentStatus status) {
  using enum domain::ConsentStatus;
  Tag tag{std::string(visit.text(fmt::format("page.consent.state.{}", domain::word(status)))), ""};
  if (status == pending) tag.css = "mk-tag--wait";
  if (status == granted) tag.css = "mk-tag--ok";
  if (status == refused) tag.css = "mk-tag--no";
  return tag;
}

i18n::Values values_of(const std::vector<std::pair<std::string, std::string>>& values) {
  i18n::Values views;
  for (const auto& [name, value] : values) views.emplace_back(name, value);
  return views;
}

}  // namespace mekenjai::pages
