// control/hub_access.hpp -- what a hub's document says that regions must know: the tier's limits,
// who may connect, which ways to sign in are closed.
//
// Source  the tiers: control/sku.hpp. The rest: the properties ipFilterRules, networkRuleSets,
//         publicNetworkAccess, minTlsVersion, disableLocalAuth, disable*SAS of the 2023-06-30
//         specification.
// Purity  no clock, no randomness.
#pragma once

#include "control/answer.hpp"
#include "record/fact.pb.h"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace tandem::control {

inline constexpr std::size_t ip_rules_max = 100;   ///< of one kind, a hub (AZ)

/// What a hub may have: its tier's numbers times its units.
struct HubLimits {
    std::uint64_t messages_a_day = 0;
    std::uint32_t message_unit_bytes = 0;
    std::uint64_t devices_max = 0;
    bool enforced = true;          ///< not with properties.tandem.unlimited
};
/// `document`: as kept in HubResource; one that names no tier counts as S1.
HubLimits hub_limits(json::object const& document);

/// Refuses rules that no region could apply. `properties`: merged, as they will be kept.
std::optional<Refusal> check_access(json::object const& properties);

/// Puts everything above into the settings. Requires: check_access found nothing.
void apply_document(json::object const& document, record::HubSettings& settings);

}  // namespace tandem::control
