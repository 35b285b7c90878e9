// control/elsewhere.hpp -- what a control process may answer while it does not hold the management
// plane, or while no region's copy can be reached; and what it says of that.
//
// Source  docs/operating/control-site.md. The error codes are our own (docs/management-errors.md).
#pragma once

#include "control/json.hpp"
#include "control/plane.hpp"

#include <optional>
#include <string>

namespace tandem::control {

/// The request changes nothing that is recorded for good.
bool only_reads(http::Request const& request);

/// Why this process cannot answer the request now; nullopt: it can.
std::optional<http::Response> refuse_now(Plane const& plane, http::Request const& request,
                                         bool reads, Now now);

/// As people call the site of a control process: "control", or the region it runs at.
std::string control_site_name(std::string const& site);

/// {"site","term","sequence","safe","copies":[{"region","connected","sequence","behindSeconds"}]}
json::object render_management(Plane const& plane, Now now);

}  // namespace tandem::control
