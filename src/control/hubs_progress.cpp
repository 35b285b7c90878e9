// What a hub's state is waiting for, and whether the regions' reports say that it has come.
#include "control/hubs.hpp"

#include <string>
#include <utility>
#include <vector>

namespace tandem::control {

namespace {
constexpr Duration tombstone_settle = 5s;   ///< a region's word counts so long after the tombstone

bool older_than(record::ManagementOperation const& operation, Duration age, Now now) {
    return to_micros(now.wall) - operation.started_us() > age.count();
}

/// What belongs to a hub goes with it.
template <class Entity>
void forget_parts(Context const& context, std::string const& hub) {
    std::vector<std::string> keys;
    for (auto const& [key, part] : context.model().all<Entity>())
        if (part.hub() == hub) keys.push_back(key);
    for (auto const& key : keys) context.ledger.remove<Entity>(key);
}
}  // namespace

void Hubs::look_at(record::HubResource const& hub, Now now) {
    std::string const& name = hub.definition().name();
    if (hub.state() != "Deleting" && !has_settings(hub, hub.settings().revision())) {
        auto const serving = context_.fleet.serving(name);
        Time& sent = settings_sent_[name];
        if (serving && now.mono - sent >= context_.options.order_repeat) {
            sent = now.mono;
            send_settings(serving->region, hub);
        }
    }
    auto const* operation = context_.model().operation(hub.operation_id());
    if (hub.state() == "FailoverFailed" && context_.fleet.serving(name))
        settle(hub, "Active");
    else if (hub.state() == "Activating" || hub.state() == "ActivationFailed")
        look_at_creation(hub, operation ? *operation : record::ManagementOperation{}, now);
    else if (operation != nullptr && operation->kind() == "update")
        look_at_update(hub, *operation, now);
    else if (operation != nullptr && operation->kind() == "delete")
        look_at_removal(hub, *operation, now);
}

void Hubs::look_at_creation(record::HubResource hub, record::ManagementOperation const& operation,
                            Now now) {
    auto const serving = context_.fleet.serving(hub.definition().name());
    // A lower revision would be an earlier hub of the same name.
    if (serving && serving->status->settings_revision() >= hub.settings().revision()) {
        if (running(operation)) succeed(context_, operation, now);
        hub.set_owner(serving->region);
        hub.set_epoch(serving->status->epoch());
        hub.set_etag(context_.ledger.next_revision());
        settle(std::move(hub), "Active");
    } else if (running(operation) &&
               older_than(operation, context_.options.activation_wait_max, now)) {
        fail(context_, operation, "IotHubActivationFailed",
             "No region has begun to serve the hub. It becomes active as soon as one does.", now);
        settle(std::move(hub), "ActivationFailed");
    }
}

void Hubs::look_at_update(record::HubResource hub, record::ManagementOperation const& operation,
                          Now now) {
    if (has_settings(hub, operation.wanted_revision())) {
        succeed(context_, operation, now);
        settle(std::move(hub), "Active");
    } else if (older_than(operation, context_.options.settings_wait_max, now)) {
        fail(context_, operation, "IotHubSettingsPending",
             "No serving region has confirmed the change yet. It is recorded, and takes effect as "
             "soon as one does.",
             now);
        settle(std::move(hub), "Active");
    }
}

void Hubs::look_at_removal(record::HubResource const& hub,
                           record::ManagementOperation const& operation, Now now) {
    std::string const name = hub.definition().name();
    for (auto const& region : hub.definition().regions())
        if (context_.fleet.up(region) && !context_.fleet.forgot(region, name) &&
            !older_than(operation, context_.options.settings_wait_max, now))
            return;
    succeed(context_, operation, now);
    settings_sent_.erase(name);
    forget_parts<record::CaCertificate>(context_, name);
    forget_parts<record::PrivateEndpointConnection>(context_, name);
    context_.ledger.remove<record::HubResource>(name);
}

void Hubs::look_at_groups(Now now) {
    std::vector<record::ResourceGroup> deleting;
    for (auto const& [key, group] : context_.model().groups())
        if (group.deleting()) deleting.push_back(group);
    for (auto const& group : deleting) {
        std::string const key = group_key(group.subscription(), group.name());
        std::vector<record::HubResource> left;
        for (auto const& [name, hub] : context_.model().hubs())
            if (group_key(hub.subscription(), hub.group()) == key) left.push_back(hub);
        for (auto const& hub : left)
            if (hub.state() != "Deleting" && hub.state() != "FailingOver") remove(hub, now);
        if (!left.empty()) continue;
        for (auto const& [id, operation] : context_.model().operations()) {
            if (operation.kind() != "group-delete" || !running(operation)) continue;
            if (group_key(operation.subscription(), operation.group()) != key) continue;
            succeed(context_, operation, now);
            break;
        }
        context_.ledger.remove<record::ResourceGroup>(key);
    }
}

void Hubs::forget_tombstones(Now now) {
    std::vector<record::HubTombstone> all;
    for (auto const& [key, tombstone] : context_.model().all<record::HubTombstone>())
        all.push_back(tombstone);
    for (auto const& tombstone : all) {
        std::string const& name = tombstone.definition().name();
        std::string const key = Kind<record::HubTombstone>::key(tombstone);
        if (context_.model().hub(name) != nullptr) continue;
        bool everywhere = true;
        for (auto const& region : tombstone.definition().regions()) {
            auto const sent = tombstone_sent_.find(region + "/" + key);
            everywhere = everywhere && context_.fleet.forgot(region, name) &&
                         sent != tombstone_sent_.end() &&
                         now.mono - sent->second > tombstone_settle;
        }
        if (!everywhere) continue;
        for (auto const& region : tombstone.definition().regions())
            tombstone_sent_.erase(region + "/" + key);
        context_.ledger.remove<record::HubTombstone>(key);
    }
}

}  // namespace tandem::control
