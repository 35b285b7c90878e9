// control/failovers.hpp -- failover operations: ordered, watched, resolved, remembered.
//
//     start --durable--> ordered --steps--> reported ---------------------> Succeeded
//                           |  the owner is gone, and the order may be forced: forced order
//                           |  a region gave it up, or too long ------------> Failed
//                           \  the pair serves in a higher epoch (report lost) -> Succeeded
//
// Nothing here moves a hub: regions do, by votes. This gives the order, and records what came of
// it; a restart of this process or of a region loses neither.
#pragma once

#include "control/context.hpp"
#include "control/failover_rules.hpp"
#include "control/operations.hpp"
#include "control/witness.hpp"

#include <map>
#include <optional>
#include <string>
#include <variant>

namespace tandem::control {

class Failovers {
public:
    Failovers(Context context, Witness& witness) : context_(context), witness_(witness) {}

    struct Wish {
        std::string to_region;       ///< as the client wrote it; empty: the pair
        bool forced = false;         ///< without the owner, at once
        bool may_become_forced = false;  ///< when the owner turns out to be unreachable
        bool tandem = false;         ///< through our own API
        bool limits = true;          ///< the daily counts and the interval hold
    };
    /// The operation's id, or why not.
    std::variant<std::string, Refusal> start(record::HubResource const& hub, Wish const& wish,
                                             Now now);

    void recover(Now now);
    void on_peer_up(SiteName const& site, Now now);
    void on_status(SiteName const& site, Now now);
    void on_order_reply(SiteName const& site, peer::OrderReply const& reply, Now now);
    void on_progress(SiteName const& site, peer::FailoverProgress const& progress, Now now);
    void on_answer(peer::HubAnswer const& answer, Now now);
    void on_timer(Now now);

private:
    /// What this process knows of a running operation besides its record.
    struct Watch {
        Time since{};
        int orders = 0;                   ///< sent, an earlier process's counted as one
        bool acknowledged = false;
        std::optional<Time> reached;      ///< the pair was first seen serving
        std::optional<Time> doubted;      ///< a region refused an order that had gone out twice
        std::string doubt;
    };

    void order(record::ManagementOperation const& operation, Now now);
    void force(record::ManagementOperation operation, Now now);
    void watch(record::ManagementOperation const& operation, Now now);
    void watch_owner(record::HubResource const& hub, Now now);
    void take_report(record::HubResource const* hub, record::FailoverReport const& report, Now now);
    void finish(record::ManagementOperation operation, record::FailoverReport const* report,
                Now now);
    void give_up(record::ManagementOperation const& operation, std::string const& why, Now now);
    void end_in_hub(record::ManagementOperation const& operation, bool succeeded,
                    std::uint32_t epoch, record::FailoverKind kind, Now now);
    void ask_reports(std::string const& hub, std::string const& region);

    Context context_;
    Witness& witness_;
    std::map<std::string, Watch> watches_;
};

}  // namespace tandem::control
