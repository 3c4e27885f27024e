// `mekenjai serve`: builds the parts in order, runs until told to stop, takes them down in the reverse order.
#pragma once

#include "app/config.hpp"

namespace mekenjai::app {

/// Exit code. `sandbox`: with SMS centre, clock and switches inside the process; loopback only.
int serve(Config config, bool sandbox);

}  // namespace mekenjai::app
