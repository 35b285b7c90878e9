#include "control/operations.hpp"

#include <map>
#include <vector>

namespace tandem::control {

namespace {

void finish(Context const& context, record::ManagementOperation& operation, char const* status,
            Now now) {
    operation.set_status(status);
    operation.set_ended_us(to_micros(now.wall));
    context.ledger.put(operation);
}

}  // namespace

record::ManagementOperation new_operation(Context const& context, std::string_view kind,
                                          record::HubResource const& hub, Now now) {
    record::ManagementOperation operation;
    operation.set_id(random_guid(context.random));
    operation.set_kind(std::string{kind});
    operation.set_subscription(hub.subscription());
    operation.set_group(hub.group());
    operation.set_hub(lower(hub.name()));
    operation.set_hub_instance(hub.definition().instance_id());
    operation.set_location(hub.location());
    operation.set_status(status_running);
    operation.set_started_us(to_micros(now.wall));
    return operation;
}

bool concerns(record::ManagementOperation const& operation, record::HubResource const& hub) {
    if (operation.hub() != lower(hub.name())) return false;
    if (!operation.hub_instance().empty())
        return operation.hub_instance() == hub.definition().instance_id();
    return operation.started_us() >= hub.created_us();   // recorded by an earlier version
}

bool running(record::ManagementOperation const& operation) {
    return operation.status() == status_running;
}

void succeed(Context const& context, record::ManagementOperation operation, Now now) {
    finish(context, operation, status_succeeded, now);
}

void fail(Context const& context, record::ManagementOperation operation, std::string_view code,
          std::string_view message, Now now) {
    operation.set_error_code(std::string{code});
    operation.set_error_message(std::string{message});
    finish(context, operation, status_failed, now);
}

void sweep_operations(Context const& context, Now now) {
    std::vector<std::string> gone;
    std::map<std::string, std::multimap<std::int64_t, std::string>> failovers;
    for (auto const& [id, operation] : context.model().operations()) {
        if (running(operation)) continue;
        if (operation.kind() == "failover" && context.model().hub(operation.hub()) != nullptr)
            failovers[operation.hub()].emplace(operation.started_us(), id);
        else if (to_micros(now.wall) - operation.ended_us() > operation_kept.count())
            gone.push_back(id);
    }
    for (auto& [hub, by_time] : failovers) {
        while (by_time.size() > failovers_kept_max) {
            gone.push_back(by_time.begin()->second);
            by_time.erase(by_time.begin());
        }
    }
    for (auto const& id : gone) context.ledger.remove<record::ManagementOperation>(id);
}

}  // namespace tandem::control
