// failover/options.hpp -- the times that production runs with, and how they hang together.
//
// A killed owner: its last grant runs out after `term` at the most, silence is noticed after
// `automatic_after` meanwhile, one retry and two round trips later the pair serves: about 5 s.
#pragma once

#include "base/time.hpp"
#include "failover/ownership.hpp"
#include "failover/voter.hpp"

namespace tandem::failover {

inline constexpr Duration lease_term = 4s;
/// Pays for clocks that drift against each other while a grant runs: a tenth of the term.
inline constexpr Duration lease_guard = 400ms;
inline constexpr Duration lease_renew_every = 1s;
inline constexpr Duration automatic_after = 3s;
inline constexpr Duration campaign_retry = 250ms;
inline constexpr Duration drain_wait_max = 2s;
inline constexpr Duration handover_wait_max = 3s;
inline constexpr Duration forced_wait_max = 30s;
inline constexpr Duration takeover_max = 10s;      ///< what is promised after a region is lost

static_assert(lease_guard * 10 >= lease_term);
static_assert(lease_renew_every * 3 <= lease_term - lease_guard, "two renewals may be lost");
static_assert(lease_term + automatic_after + 2 * campaign_retry < takeover_max);
static_assert(forced_wait_max > 2 * lease_term);

inline constexpr Voter::Options voter_options{.term = lease_term};
inline constexpr Ownership::Options ownership_options{
    .lease = {.term = lease_term, .guard = lease_guard, .renew_every = lease_renew_every},
    .campaign_retry = campaign_retry,
    .automatic_after = automatic_after,
    .drain_wait_max = drain_wait_max,
    .handover_wait_max = handover_wait_max,
    .forced_wait_max = forced_wait_max,
};

}  // namespace tandem::failover
