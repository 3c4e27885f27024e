// What the service's two files share. Inside of src/flow only.
#pragma once

#include "flow/engine.hpp"

namespace mekenjai::flow {

/// 503: a register is needed to answer at all.
base::Problem silent();
base::Problem bad_field(std::string field, std::string code);

struct Addressee {
  PersonCard card;
  i18n::Language language = i18n::Language::kk;
};
/// A person's number and language for a code; `silent` where the registers do not answer.
base::Result<Addressee> addressee(Reader& reader, const Iin& iin);

/// Row G9.
bool phone_too_new(const PersonCard& card, Instant now, int min_age_s);

/// The application as its applicant sees it.
base::Result<ApplicationView> presented(Reader& reader, const std::string& application_id);

}  // namespace mekenjai::flow
