// control/tandem_document.hpp -- JSON of what Azure does not show: regions, roles, lag, failovers.
//
// Shape   docs/management-errors.md names the fields; times are ISO 8601, durations seconds.
#pragma once

#include "control/call.hpp"

namespace tandem::control {

json::object render_region(Plane const& plane, Region const& region, Now now);
json::object render_hub_status(Plane const& plane, record::HubResource const& hub, Now now);
json::object render_operation(Plane const& plane, record::ManagementOperation const& operation);

}  // namespace tandem::control
