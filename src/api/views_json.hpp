// The flow's views as the contract's JSON (section 3). Inside of src/api, but for `decision_text`.
#pragma once

#include <boost/json/object.hpp>

#include "api/api.hpp"
#include "rules/texts.hpp"

namespace mekenjai::api {

/// The reader's language and where texts and acts come from.
struct Reader {
  i18n::Language language;
  const i18n::Catalog& catalog;
  const policy::Editions& editions;
};
Reader reader_of(const Api& api, const Request& request);

boost::json::object person_json(const domain::Person& person);
boost::json::object application_json(const flow::ApplicationView& application,
                                     const Reader& reader);
boost::json::object consent_json(const flow::ConsentView& consent, const Reader& reader);
boost::json::object message_json(const flow::MessageView& message, const Reader& reader);
boost::json::object me_json(const flow::MeView& me, const Reader& reader);

/// `null` where there is none.
boost::json::value date_json(const std::optional<base::Date>& date);
boost::json::value instant_json(const std::optional<base::Instant>& at);

/// A decision about an application in words for its applicant, by the edition it was made under.
/// Pages use it too.
rules::DecisionText decision_text(const flow::ApplicationView& application,
                                  const flow::DecisionView& decision, const Reader& reader);

}  // namespace mekenjai::api
