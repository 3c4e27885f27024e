// What the flow writes to people by SMS: the receiver's language, masked names, an address short enough. And what it
// says on their devices, where nothing is said of anybody.
#pragma once

#include <string>
#include <vector>

#include "domain/application.hpp"
#include "edge/push/message.hpp"
#include "flow/gather.hpp"
#include "flow/views.hpp"
#include "store/subscriptions.hpp"

namespace mekenjai::flow {

class Notices {
 public:
  explicit Notices(bool cyrillic) : cyrillic_(cyrillic) {}

  /// The language in which to write to a person: his own, Kazakh where nobody knows.
  static i18n::Language language_of(const PersonCard& card);

  std::string sign_in_code(i18n::Language, const std::string& code) const;
  std::string signature_code(i18n::Language, const std::string& number, const std::string& code) const;
  std::string consent_code(i18n::Language, const std::string& reference, std::optional<domain::Answer>,
                           const std::string& code) const;

  /// `until`: the last day; nothing means permanent, here and below.
  std::string consent_request(i18n::Language, const std::string& who_masked, int others, const domain::Dwelling&,
                              std::optional<Date> until, Instant deadline, const std::string& reference) const;
  std::string consent_void(i18n::Language, const std::string& reference) const;
  std::string consent_late(i18n::Language, const std::string& reference) const;
  std::string consent_taken(i18n::Language, domain::Answer, const std::string& reference) const;
  std::string consent_withdrawn(i18n::Language, const std::string& reference) const;
  std::string help(i18n::Language, const std::vector<std::string>& references) const;
  std::string which_reference(i18n::Language, const std::vector<std::string>& references) const;
  std::string use_eds(i18n::Language) const;

  std::string registered(i18n::Language, const domain::Dwelling&, std::optional<Date> until) const;
  std::string owner_registered(i18n::Language, const std::vector<std::string>& names_masked, const domain::Dwelling&,
                               std::optional<Date> until) const;
  std::string rejected(i18n::Language, const std::string& number, const rules::Decision&, const policy::Policy&) const;
  std::string signature_refused(i18n::Language, const std::string& number) const;
  std::string answer_unproven(i18n::Language, const std::string& reference) const;
  std::string sent_to_psc(i18n::Language, const std::string& number) const;
  std::string long_wait(i18n::Language, const std::string& number) const;
  std::string ends_soon(i18n::Language, const domain::Dwelling&, Date until) const;
  std::string ended(i18n::Language, const domain::Dwelling&) const;
  /// The same words for everybody; `door` is where the person uses the service ("", "/m").
  static edge::push::Note on_device(i18n::Language, store::PushKind, const std::string& door);

  std::string ask_about_children(i18n::Language, const std::vector<std::string>& names) const;

 private:
  bool cyrillic_;
};

}  // namespace mekenjai::flow
