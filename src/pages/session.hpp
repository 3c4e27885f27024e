// The end of a session, for the pages. Inside of src/pages only.
#pragma once

#include "pages/site.hpp"

namespace mekenjai::pages {

/// Until it ends, if nobody uses it; 0 where it has ended.
std::int64_t seconds_left(const flow::Session& session, base::Instant now);

/// Instead of a page that is a signed-in person's: the sign-in page, which says when a session has
/// ended, and the way back. An answer to a question of an application that came after the end is
/// put away until its person is back.
awaitable<Response> sign_in_first(Site& site, http::Request& request);

}  // namespace mekenjai::pages
