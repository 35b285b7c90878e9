// control/hub_document.hpp -- the hub document: what clients send, what is kept, what they get.
//
// Source  management-plane contract 1.3 (recorded documents), 1.4, traps 1, 2, 8, 18.
// Shape   kept: {"tags":..,"sku":..,"identity":..,"properties":{..}} as clients want them, unknown
//         ones of both included. Computed at every reading: id, name, type, location, etag, states,
//         locations, hostName, event hub endpoint, systemData.
// Purity  no clock, no randomness.
#pragma once

#include "control/answer.hpp"
#include "control/context.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tandem::control {

/// What a PUT asks for, checked and made canonical.
struct HubWish {
    json::object document;
    std::uint32_t partition_count = 0;
    int retention_days = 1;
    record::Goal goal = record::GOAL_REGION_ASYNC;
    bool automatic_failover = false;
    bool alone = false;                     ///< data residency: no pair
    std::optional<json::array> policies;    ///< as sent; nullopt: keep the keys there are
};

/// What the path and the installation say of a hub before its document does.
struct HubPlace {
    std::string subscription;
    std::string group;
    std::string name;
    std::string tenant;
    std::string now;                       ///< ISO 8601
    std::string api_version = {};          ///< the names that the client knows
};

/// Reads a PUT's body; `before` is the hub as it is, or nullptr for a new one.
/// nullopt: `wish` is filled.
std::optional<Refusal> read_hub(json::object const& body, record::HubResource const* before,
                                HubPlace const& place, HubWish& wish);

inline constexpr std::size_t hub_document_bytes_max = 256 * 1024;   ///< ours: as it is kept

/// Fills goal, automatic_failover from `properties.tandem`; refuses nonsense in it.
std::optional<Refusal> read_tandem(json::object const& tandem, HubWish& wish);

json::object render_hub(Context const& context, record::HubResource const& hub,
                        std::string const& api_version);
/// The 201 of a PUT: provisioningState Accepted, nothing computed.
json::object render_accepted(record::HubResource const& hub, bool created,
                             std::string const& api_version);

/// The hub's private endpoint connections (routes_private_endpoints.cpp).
json::array render_private_endpoints(Context const& context, record::HubResource const& hub);

std::string provisioning_state(record::HubResource const& hub);
std::string hub_etag(record::HubResource const& hub);

}  // namespace tandem::control
