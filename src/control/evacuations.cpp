#include "control/evacuations.hpp"

#include "control/under_evacuation.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace tandem::control {

namespace {

constexpr char const* hub_waiting = "Waiting";
constexpr char const* hub_running = "Running";
constexpr char const* hub_succeeded = "Succeeded";
constexpr char const* hub_failed = "Failed";
constexpr char const* hub_skipped = "Skipped";

constexpr int evacuation_runs = 409905;
constexpr int region_unreachable = 409906;

bool at_end(record::EvacuatedHub const& hub) {
    return hub.status() != hub_waiting && hub.status() != hub_running;
}

void end(record::EvacuatedHub& hub, char const* status, std::string const& error, Now now) {
    hub.set_status(status);
    hub.set_error(error);
    hub.set_ended_us(to_micros(now.wall));
}

/// Adds the hubs that `region` owns and that the operation does not have yet.
void add_owned(Context const& context, record::ManagementOperation& operation, Now now) {
    std::set<std::string> known;
    for (auto const& hub : operation.hubs()) known.insert(hub.hub());
    for (auto const& [name, hub] : context.model().hubs()) {
        if (owner_of(hub) != operation.from_region() || known.contains(name)) continue;
        if (hub.state() == "Deleting") continue;
        auto& added = *operation.add_hubs();
        added.set_hub(name);
        added.set_status(hub_waiting);
        added.set_to_region(other_region(hub, operation.from_region()));
        if (added.to_region().empty())
            end(added, hub_skipped, "The hub has no paired region.", now);
    }
}

/// The region that `operation` moves hubs to is lost, and is to be evacuated itself.
void give_way(Context const& context, record::ManagementOperation operation,
              std::string const& lost, Now now) {
    for (auto& hub : *operation.mutable_hubs())
        if (!at_end(hub)) end(hub, hub_failed, "The region to move to is lost.", now);
    fail(context, operation, "OperationPreempted",
         "Region '" + lost + "' was lost, and is evacuated itself.", now);
}

/// Hubs that had been moved, or were elsewhere, and have come back.
void note_returned(Context const& context, record::ManagementOperation& operation, Now now) {
    for (auto& hub : *operation.mutable_hubs()) {
        auto const* known = context.model().hub(hub.hub());
        bool const there = known != nullptr && known->state() != "Deleting" &&
                           owner_of(*known) == operation.from_region();
        if (there && hub.status() != hub_failed &&
            !other_region(*known, operation.from_region()).empty())
            end(hub, hub_failed, "The hub has come back to the region.", now);
    }
}

}  // namespace

std::variant<std::string, Refusal> Evacuations::start(Region const& region, bool forced, Now now) {
    std::string const& name = region.name.value;
    if (evacuation_of(context_, name) != nullptr)
        return Refusal{evacuation_runs,
                       "Region '" + region.display_name + "' is being evacuated already."};
    if (!forced && !context_.fleet.up(name))
        return Refusal{region_unreachable,
                       "Region '" + region.display_name +
                           "' cannot be reached: only a forced evacuation is possible now."};
    if (region.paired) {
        auto const* opposite = evacuation_of(context_, region.paired->value);
        if (opposite != nullptr && (!forced || context_.fleet.up(name)))
            return Refusal{pair_under_evacuation,
                           "Region '" + context_.display_name(region.paired->value) +
                               "' is being evacuated: its hubs move to '" + region.display_name +
                               "', and would come back at once."};
        if (opposite != nullptr) give_way(context_, *opposite, region.display_name, now);
    }
    record::ManagementOperation operation;
    operation.set_id(random_guid(context_.random));
    operation.set_kind("evacuate");
    operation.set_location(name);
    operation.set_from_region(name);
    operation.set_forced(forced);
    operation.set_tandem(true);
    operation.set_status(status_running);
    operation.set_started_us(to_micros(now.wall));
    add_owned(context_, operation, now);
    std::string const id = operation.id();
    go_on(std::move(operation), now);
    return id;
}

void Evacuations::on_timer(Now now) {
    std::vector<record::ManagementOperation> due;
    for (auto const& [id, operation] : context_.model().operations())
        if (operation.kind() == "evacuate" && running(operation)) due.push_back(operation);
    for (auto& operation : due) go_on(std::move(operation), now);
}

void Evacuations::go_on(record::ManagementOperation operation, Now now) {
    int under_way = 0;
    for (auto& hub : *operation.mutable_hubs()) {
        if (hub.status() == hub_running) look_at(hub, now);
        under_way += hub.status() == hub_running ? 1 : 0;
    }
    for (auto& hub : *operation.mutable_hubs()) {
        if (under_way >= evacuate_parallel_max) break;
        if (hub.status() != hub_waiting) continue;
        begin(operation, hub, now);
        under_way += hub.status() == hub_running ? 1 : 0;
    }
    if (std::all_of(operation.hubs().begin(), operation.hubs().end(), at_end)) {
        int const before = operation.hubs_size();
        add_owned(context_, operation, now);   // created meanwhile
        if (operation.hubs_size() == before) return finish(std::move(operation), now);
    }
    auto const* known = context_.model().operation(operation.id());
    if (known == nullptr || known->SerializeAsString() != operation.SerializeAsString())
        context_.ledger.put(operation);
}

void Evacuations::begin(record::ManagementOperation const& operation, record::EvacuatedHub& hub,
                        Now now) {
    record::HubResource const* known = context_.model().hub(hub.hub());
    if (known == nullptr || known->state() == "Deleting")
        return end(hub, hub_skipped, "The hub was deleted.", now);
    if (owner_of(*known) != operation.from_region())
        return end(hub, hub_skipped, "The hub had moved already.", now);
    if (hub.started_us() == 0) hub.set_started_us(to_micros(now.wall));
    auto const begun = failovers_.start(*known,
                                        {.to_region = {},
                                         .forced = operation.forced(),
                                         .may_become_forced = false,
                                         .tandem = true,
                                         .limits = false},
                                        now);
    if (auto const* id = std::get_if<std::string>(&begun)) {
        hub.set_status(hub_running);
        hub.set_operation_id(*id);
        return;
    }
    bool const busy = known->state() != "Active" && known->state() != "FailoverFailed";
    bool const patient = to_micros(now.wall) - hub.started_us() < evacuate_busy_wait_max.count();
    if (busy && patient) return;
    end(hub, hub_failed, std::get<Refusal>(begun).message, now);
}

void Evacuations::look_at(record::EvacuatedHub& hub, Now now) {
    auto const* failover = context_.model().operation(hub.operation_id());
    if (failover == nullptr) return end(hub, hub_failed, "Its failover is not known.", now);
    if (running(*failover)) return;
    end(hub, failover->status() == status_succeeded ? hub_succeeded : hub_failed,
        failover->error_message(), now);
    hub.set_ended_us(failover->ended_us());
}

void Evacuations::finish(record::ManagementOperation operation, Now now) {
    note_returned(context_, operation, now);
    auto const failed = std::count_if(operation.hubs().begin(), operation.hubs().end(),
                                      [](auto const& hub) { return hub.status() == hub_failed; });
    if (failed == 0) return succeed(context_, std::move(operation), now);
    std::string const message = std::to_string(failed) + " of " +
                                std::to_string(operation.hubs_size()) +
                                " hubs could not be moved.";
    fail(context_, std::move(operation), "EvacuationIncomplete", message, now);
}

}  // namespace tandem::control
