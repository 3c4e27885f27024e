// Problems as `application/problem+json` (RFC 9457), in the reader's language.
#pragma once

#include "base/result.hpp"
#include "http/http.hpp"
#include "i18n/catalog.hpp"

namespace mekenjai::http {

/// The status of a problem's class (contract, section 3).
int status_of(base::Trouble trouble);

/// Seconds after which to try again, for `Retry-After`: always above 0 for 429 and 503, 0 for
/// others.
int retry_after_s(const base::Problem& problem);

/// What a person reads: `problem.<code>.title` and `.detail` of the catalogue with the problem's
/// values filled in.
struct ProblemText {
  std::string title, detail;
};
ProblemText text_of(const base::Problem& problem, i18n::Language language,
                    const i18n::Catalog& catalog);
/// The text for one wrong field: `field.<code>`.
std::string text_of(const base::FieldError& error, i18n::Language language,
                    const i18n::Catalog& catalog);

/// The problem as an answer. `status` where the class alone does not tell (405, 408, 414 …), 0
/// otherwise. The problem's values are members of the document too (`attempts_left`), numbers as
/// numbers.
Response problem_response(const base::Problem& problem, i18n::Language language,
                          const i18n::Catalog& catalog, int status = 0);

}  // namespace mekenjai::http
