// sim/outcome.hpp -- what a history came to.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tandem::sim {

struct Outcome {
    std::vector<std::string> failures;            ///< empty: every promise was kept
    std::map<std::string, std::uint64_t> counts;  ///< what happened, to see that something did
};

struct Request {
    std::uint64_t seed = 0;
    bool trace = false;                           ///< print what happens
};

/// Ownership, leases and votes alone.
Outcome run_lease_world(Request const& request);
/// Control processes at three sites, and the copies of their records at two.
Outcome run_control_world(Request const& request);
/// Two whole regions and a witness, with clients.
Outcome run_full_world(Request const& request);

}  // namespace tandem::sim
