// control/routing.hpp -- a hub's message routing as its document has it: endpoints, routes,
// enrichments; checked, made canonical, and without its secrets.
//
// Source  management-plane contract 1.2, 2 (400131), 3.5; limits of tiers: control/sku.hpp.
// Purity  functions of their arguments.
#pragma once

#include "control/answer.hpp"
#include "control/sku.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tandem::control {

/// Where the hub is: endpoints without a place of their own are there.
struct RoutingPlace {
    std::string subscription;
    std::string group;
};

/// Checks and completes `routing`. What is masked or missing of an endpoint's secrets comes from
/// the endpoint of that name in `before` (nullptr: none). nullopt: `routing` is good.
std::optional<Refusal> read_routing(json::object& routing, json::object const* before,
                                    RoutingLimits const& limits, RoutingPlace const& place);

/// `routing` as answers have it in that api-version: names of that version, secrets masked.
void project_routing(json::object& routing, std::string const& api_version);

/// Takes into `routing`, as a client of that api-version sends it, the kinds of endpoints of
/// `before` (nullptr: none) that the version does not show: who cannot see them cannot mean them.
void keep_unseen(json::object& routing, json::object const* before,
                 std::string const& api_version);

/// The custom endpoints, of all kinds.
std::vector<json::object const*> custom_endpoints(json::object const& routing);

/// The canonical spelling of a routing source, or nullopt.
std::optional<std::string> routing_source(std::string_view text);

}  // namespace tandem::control
