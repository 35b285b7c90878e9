// control/failover_rules.hpp -- may a failover of this hub be asked for now?
//
// Source  Azure: two failovers and two failbacks a day, one hour between them, to the paired region
//         only. Its error codes for them are not public: numbers and texts here are ours
//         (docs/management-errors.md).
// Purity  a function of the hub's record, the rules and the time.
#pragma once

#include "base/time.hpp"
#include "control/answer.hpp"
#include "control/control.hpp"
#include "record/management.pb.h"

#include <optional>
#include <string>

namespace tandem::control {

/// The installation's rules with those of the hub's own document (`properties.tandem.failover`).
FailoverRules rules_of(FailoverRules const& installation, record::HubResource const& hub);

/// The region that serves the hub, as last reported; at first that of its ARM location.
std::string owner_of(record::HubResource const& hub);

/// The hub's region that is not `owner`; empty when it has no pair.
std::string other_region(record::HubResource const& hub, std::string const& owner);

/// Why not; nullopt: it may. `limits`: also the daily counts and the interval.
std::optional<Refusal> refuse_failover(record::HubResource const& hub, FailoverRules const& rules,
                                       std::string const& to_region, std::string const& pair_shown,
                                       bool limits, WallTime now);

/// When the limits allow the next one to `to_region`; nullopt: now.
struct NextAllowed {
    WallTime at{};
    int number = 0;               ///< of the refusal until then
    std::string why;
};
std::optional<NextAllowed> next_allowed(record::HubResource const& hub, FailoverRules const& rules,
                                        std::string const& to_region, WallTime now);

}  // namespace tandem::control
