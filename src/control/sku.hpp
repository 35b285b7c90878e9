// control/sku.hpp -- the tiers that hubs are sold in: the one table of what each holds.
//
// Source  Azure's published quotas (docs/operating/quotas.md); free stays free, basic may become
//         standard, standard never becomes basic.
// Shape   in a hub's document: "sku":{"name":"S1","tier":"Standard","capacity":UNITS}
// Purity  functions of their arguments.
#pragma once

#include "control/json.hpp"
#include "record/management.pb.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tandem::control {

inline constexpr std::size_t free_hubs_max = 1;          ///< AZ, a subscription
inline constexpr std::size_t paid_hubs_max = 10'000;     ///< ours

/// How much message routing a hub may have.
struct RoutingLimits {
    std::size_t endpoints;
    std::size_t routes;
    std::size_t enrichments;
};

/// A tier.
struct Sku {
    char const* name;                      ///< "S1"
    char const* tier;                      ///< "Standard"
    std::int64_t units_max;                ///< a hub
    std::uint64_t messages_a_day;          ///< a unit
    std::uint32_t message_unit_bytes;      ///< a message counts once for every started one
    std::uint64_t devices_max;             ///< a hub
    std::int64_t partitions_max;           ///< a hub
    std::int64_t retention_days_max;
    RoutingLimits routing;

    bool free() const { return std::string_view{tier} == "Free"; }
};

/// By its name, in upper or lower case; nullptr: there is no such tier.
Sku const* find_sku(std::string_view name);
/// "F1, S1, ..": what find_sku knows.
std::string sku_names();

/// The tier that a hub's document names; nullptr: none.
Sku const* named_sku(json::object const& document);
/// The hub's tier. Requires: a document that read_hub made.
Sku const& sku_of(record::HubResource const& hub);
/// How many units of its tier it has; 1 when it does not say.
std::int64_t units_of(json::object const& document);

/// The tiers that a hub in `from` may change to, itself included.
std::vector<Sku const*> skus_reachable(Sku const& from);

}  // namespace tandem::control
