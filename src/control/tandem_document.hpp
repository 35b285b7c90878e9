// control/tandem_document.hpp -- JSON of what Azure does not show: regions, roles, lag, failovers.
//
// Shape   the answers of docs/management-errors.md (/tandem/v1). Names end in "At" (times, ISO
//         8601), "Seconds" or "seconds" (durations, fractions too), "Bytes"; null: not known.
#pragma once

#include "control/call.hpp"

namespace tandem::control {

json::object render_region(Plane const& plane, Region const& region, Now now);
json::object render_hub_status(Plane const& plane, record::HubResource const& hub, Now now);
json::object render_operation(Plane const& plane, record::ManagementOperation const& operation);

}  // namespace tandem::control
