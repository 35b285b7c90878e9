// control/figures.hpp -- hubs in numbers, for those who watch this process from outside.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tandem::control {

struct Plane;

struct HubFigures {
    struct Step {
        std::string name;
        double seconds = 0;      ///< since the step before it
    };
    struct Failover {
        std::string kind;        ///< "planned", "forced", "automatic"
        double seconds = 0;
        std::vector<Step> steps;
    };
    std::string name;
    std::string owner;
    std::uint32_t epoch = 0;
    std::uint64_t flips = 0;     ///< changes of owner since this process began to watch
    bool served = false;         ///< by a region that is connected
    std::optional<Failover> last_failover;   ///< that ended
};

/// By name.
std::vector<HubFigures> hub_figures(Plane const& plane);

}  // namespace tandem::control
