// A decision as it is written down: in the journal's payload and in the state of the application.
#pragma once

#include <boost/json/object.hpp>

#include "flow/views.hpp"

namespace mekenjai::flow {

/// Everything of a decision but people: what was decided, under which edition, what was read, whom to turn to.
boost::json::object record_of(const DecisionView& decision);
DecisionView decision_of(const boost::json::object& record);

boost::json::object record_of(const ForecastView& forecast);
ForecastView forecast_of(const boost::json::object& record);

}  // namespace mekenjai::flow
