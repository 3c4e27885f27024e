// Pieces that several pages share, filled from the flow's views. Inside of src/pages only.
#pragma once

#include "pages/site.hpp"
#include "rules/texts.hpp"

namespace mekenjai::pages {

/// A centre or housing body: NAME, ADDRESS, PHONE, HOURS.
void fill_contact(const Visit& visit, Dictionary& values, const flow::Contact& contact);

/// The part `dial` or `dial-s`: what is left until the deadline. `mask`: an id of its own on the
/// page.
void fill_dial(const Visit& visit, Dictionary& values, base::Instant deadline,
               std::string_view mask);

/// RESIDENCE with the plate of where the person is registered, or NO_RESIDENCE.
void fill_residence(const Visit& visit, Page& page, const flow::MeView& me);

/// LIVE for each application that is on its way, with its dial; masks are numbered from `first_mask` on.
void fill_live(const Visit& visit, Page& page,
               const std::vector<flow::ApplicationView>& applications, int first_mask = 1);

/// "Permanent registration: Айгерім, Дәулет".
std::string summary_of(const Visit& visit, const flow::ApplicationView& application);
std::vector<std::string> names_of(const Visit& visit, const flow::ApplicationView& application);

/// What an application's state is called and how its tag looks.
struct Tag {
  std::string text;
  std::string_view css;
};
Tag status_tag(const Visit& visit, const flow::ApplicationView& application);
Tag consent_tag(const Visit& visit, domain::ConsentStatus status);

/// Values as the catalogue wants them.
i18n::Values values_of(const std::vector<std::pair<std::string, std::string>>& values);

}  // namespace mekenjai::pages
