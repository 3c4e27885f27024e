// What the flow needs for the digital signature (EDS). Without an examiner its ways answer method_unavailable.
#pragma once

#include <string>

#include "edge/eds/examiner.hpp"

namespace mekenjai::flow {

struct EdsWays {
  edge::eds::Examiner* examiner = nullptr;
  std::string origin;            // stands in login challenges: "https://mekenjai.kz"
  bool test_identities = false;  // IINs that no calendar allows are taken (test keys)
};

}  // namespace mekenjai::flow
