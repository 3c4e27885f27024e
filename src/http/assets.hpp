// What browsers load: styles, icons, fonts, scripts, built into the program.
#pragma once

#include <vector>

#include "base/embedded.hpp"
#include "http/http.hpp"

namespace mekenjai::http {

/// A GET route for every file: `/assets/NAME`, and `/NAME` too for those that browsers look for at
/// the root (icons, manifests, a service worker). A name with a digest in it (`style.1a2b3c4d.css`)
/// may be kept for a year, others are asked for again with their ETag. `NAME.br` and
/// `NAME.gz` beside a file are its compressed forms. The bytes must outlive the routes.
std::vector<Route> asset_routes(const std::vector<embedded::File>& files);

}  // namespace mekenjai::http
