// control/evacuations.hpp -- every hub of a region moved to its pair, by the operator's order.
//
//     start --> each hub: Waiting -> Running -> Succeeded | Failed;  Skipped: nothing to move it to
//           --> all at an end, and no hub is left that the region owns --> Succeeded | Failed
//
// One ManagementOperation of kind "evacuate" holds the state of every hub, so that a restart of
// this process, or its move to another site, goes on where it was. The hubs' own failovers are
// operations of their own, with their reports.
//
// Source  Azure's provider-initiated failover moves all hubs of a region; its limits on customers'
//         failovers (an hour between two, so many a day) do not hold for it, nor here.
#pragma once

#include "control/failovers.hpp"

#include <string>
#include <variant>

namespace tandem::control {

inline constexpr int evacuate_parallel_max = 32;       ///< hubs under way at a time
inline constexpr Duration evacuate_busy_wait_max = 60s; ///< for a hub that is being changed

class Evacuations {
public:
    Evacuations(Context context, Failovers& failovers)
        : context_(context), failovers_(failovers) {}

    /// The operation's id, or why not.
    std::variant<std::string, Refusal> start(Region const& region, bool forced, Now now);
    void on_timer(Now now);

private:
    void go_on(record::ManagementOperation operation, Now now);
    void begin(record::ManagementOperation const& operation, record::EvacuatedHub& hub, Now now);
    void look_at(record::EvacuatedHub& hub, Now now);
    void finish(record::ManagementOperation operation, Now now);

    Context context_;
    Failovers& failovers_;
};

}  // namespace tandem::control
