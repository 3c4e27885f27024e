// What tests of the rules expect of a decision.
#pragma once

#include <gmock/gmock.h>

#include "rules/story.hpp"

namespace mekenjai::rules::story {

inline testing::Matcher<const Decision&> is(Outcome outcome, Row row, Code code) {
  return testing::AllOf(testing::Field("outcome", &Decision::outcome, outcome),
                        testing::Field("row", &Decision::row, row),
                        testing::Field("code", &Decision::code, code));
}
inline auto rejects(Row row, Code code) { return is(Outcome::reject, row, code); }
inline auto sends_to_centre(Row row, Code code) { return is(Outcome::psc, row, code); }
inline testing::Matcher<const Decision&> waits_for(Row row, Code code,
                                                   std::vector<Consenter> consenters) {
  return testing::AllOf(
      is(Outcome::wait, row, code),
      testing::Field("consenters", &Decision::consenters, testing::ElementsAreArray(consenters)));
}
inline testing::Matcher<const Decision&> cannot_tell(Register which) {
  return testing::AllOf(
      is(Outcome::retry, Row::X, Code::register_unavailable),
      testing::Field("unavailable", &Decision::unavailable, testing::Optional(which)),
      testing::Field("consenters", &Decision::consenters, testing::IsEmpty()));
}
/// The plain story's end: nothing stood in the way.
inline auto goes_on() { return waits_for(Row::D6, Code::owners, {{kBolat, Asked::owner}}); }

}  // namespace mekenjai::rules::story
