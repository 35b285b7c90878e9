// control/hub_document.hpp -- the hub document: what clients send, what is kept, what they get.
//
// Source  management-plane contract 1.3 (recorded documents), 1.4, traps 1, 2, 8, 18.
// Shape   kept: {"tags":..,"sku":..,"identity":..,"properties":{..}} as clients want them, unknown
//         properties included. Computed at every reading: id, name, type, location, etag, states,
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
};

/// Reads a PUT's body; `before` is the hub as it is, or nullptr for a new one.
/// nullopt: `wish` is filled.
std::optional<Refusal> read_hub(json::object const& body, record::HubResource const* before,
                                HubPlace const& place, HubWish& wish);

inline constexpr std::size_t free_hubs_max = 1;          ///< AZ, a subscription
inline constexpr std::size_t paid_hubs_max = 10'000;     ///< ours

/// A tier: what it costs nothing to know of it.
struct Sku {
    char const* name;                      ///< "S1"
    char const* tier;                      ///< "Standard"
    std::int64_t units_max;
    std::int64_t messages_per_day;         ///< a unit
    std::int64_t devices_max;
};
/// The hub's tier. Requires: a document that read_hub made.
Sku const& sku_of(record::HubResource const& hub);
std::int64_t units_of(record::HubResource const& hub);
/// The tiers that a hub in `from` may change to, itself included.
std::vector<Sku const*> skus_reachable(Sku const& from);

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
