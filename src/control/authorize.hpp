// control/authorize.hpp -- whether the caller may make a request, and what the audit log will say.
//
// Invariant  a refusal is the same whether or not there is anything at the scope asked for.
#pragma once

#include "control/call.hpp"

#include <optional>
#include <string>

namespace tandem::control {

struct Route;

/// The scope that a request needs rights at. What names a hub or an operation without its
/// subscription is looked up; of what does not exist, the whole installation.
std::string scope_of(Plane const& plane, Call const& call);

/// What the route needs with this method: never by_method.
Need need_of(Route const& route);

/// 403 AuthorizationFailed, or nullopt: the caller may.
std::optional<http::Response> refuse_caller(Plane const& plane, Call const& call,
                                            Route const& route);

/// The same for a right with a hub's data; of a route that needs Need::data.
std::optional<http::Response> refuse_data(Plane const& plane, Call const& call,
                                          record::HubResource const& hub, hub::Right right);

/// True for requests that only look.
bool only_reads(Route const& route, Call const& call);
/// What the audit log will say of this request.
Audit::Deed deed_of(Plane const& plane, Call const& call, std::string const& action);
std::string action_of(Route const& route);

/// Whether the caller may see this in a list.
bool shows(Plane const& plane, Call const& call, record::HubResource const& hub);
bool shows(Plane const& plane, Call const& call, record::ManagementOperation const& operation);

}  // namespace tandem::control
