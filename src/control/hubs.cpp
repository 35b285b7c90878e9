#include "control/hubs.hpp"

#include <utility>

namespace tandem::control {

namespace {

/// Updates that a failover overtook: the change is in the hub's record, and so it is the next
/// owner's to carry out.
void look_at_overtaken_updates(Context const& context, Now now) {
    std::vector<record::ManagementOperation> overtaken;
    for (auto const& [id, operation] : context.model().operations()) {
        if (operation.kind() != "update" || !running(operation)) continue;
        auto const* hub = context.model().hub(operation.hub());
        if (hub == nullptr || hub->operation_id() != id) overtaken.push_back(operation);
    }
    for (auto const& operation : overtaken) {
        auto const* hub = context.model().hub(operation.hub());
        bool const gone = hub == nullptr || hub->state() == "Deleting" ||
                          hub->created_us() > operation.started_us();
        auto const serving = context.fleet.serving(operation.hub());
        Duration const age{to_micros(now.wall) - operation.started_us()};
        if (gone)
            fail(context, operation, "OperationPreempted", "The hub was deleted meanwhile.", now);
        else if (serving && serving->status->settings_revision() >= operation.wanted_revision())
            succeed(context, operation, now);
        else if (age > context.options.settings_wait_max)
            fail(context, operation, "IotHubSettingsPending",
                 "The hub failed over, and its new owner has not confirmed the change yet. It is "
                 "recorded, and takes effect as soon as that region does.",
                 now);
    }
}

}  // namespace

record::HubDefinition definition_of(record::HubResource const& hub) {
    record::HubDefinition definition = hub.definition();
    *definition.mutable_initial_settings() = hub.settings();
    return definition;
}

void Hubs::send_definition(std::string const& region, record::HubDefinition const& definition) {
    peer::Envelope message;
    *message.mutable_define_hub()->mutable_definition() = definition;
    context_.send(region, std::move(message));
}

void Hubs::send_settings(std::string const& region, record::HubResource const& hub) {
    peer::Envelope message;
    auto& configure = *message.mutable_configure_hub();
    configure.set_hub(hub.definition().name());
    *configure.mutable_settings() = hub.settings();
    configure.set_order_id(hub.settings().revision());
    context_.send(region, std::move(message));
}

bool Hubs::has_settings(record::HubResource const& hub, std::uint64_t revision) const {
    auto const serving = context_.fleet.serving(hub.definition().name());
    return serving && serving->status->settings_revision() >= revision;
}

void Hubs::settle(record::HubResource hub, char const* state) {
    hub.set_state(state);
    hub.clear_operation_id();
    context_.ledger.put(hub);
}

std::string Hubs::create(record::HubResource hub, std::uint32_t partition_count, Now now) {
    std::string const name = lower(hub.name());
    hub.mutable_settings()->set_revision(context_.ledger.next_revision());
    hub.set_etag(hub.settings().revision());
    hub.set_created_us(to_micros(now.wall));
    hub.set_state("Activating");
    auto& definition = *hub.mutable_definition();
    definition.set_name(name);
    definition.set_instance_id(random_guid(context_.random));
    definition.set_partition_count(partition_count);
    definition.set_created_us(hub.created_us());
    definition.add_host_names(name + "." + lower(context_.options.domain));
    if (auto const aliases = context_.options.hub_aliases.find(name);
        aliases != context_.options.hub_aliases.end())
        for (auto const& alias : aliases->second) definition.add_host_names(lower(alias));
    // A definition that has its region already is to have no pair.
    if (definition.regions_size() == 0) {
        definition.add_regions(hub.location());
        if (Region const* region = context_.region(hub.location()); region && region->paired)
            definition.add_regions(region->paired->value);
    }
    hub.set_owner(hub.location());

    auto const operation = new_operation(context_, "create", hub, now);
    hub.set_operation_id(operation.id());
    context_.ledger.put(operation);
    context_.ledger.put(hub);
    for (auto const& region : definition.regions()) send_definition(region, definition_of(hub));
    return operation.id();
}

std::string Hubs::update(record::HubResource hub, bool settings_changed, Now now) {
    auto operation = new_operation(context_, "update", hub, now);
    hub.set_etag(context_.ledger.next_revision());
    hub.set_changed_us(to_micros(now.wall));
    if (!settings_changed) {
        context_.ledger.put(hub);
        succeed(context_, operation, now);
        return operation.id();
    }
    hub.mutable_settings()->set_revision(hub.etag());
    operation.set_wanted_revision(hub.etag());
    hub.set_state("Transitioning");
    hub.set_operation_id(operation.id());
    context_.ledger.put(operation);
    context_.ledger.put(hub);
    for (auto const& region : hub.definition().regions()) send_settings(region, hub);
    settings_sent_[hub.definition().name()] = now.mono;
    return operation.id();
}

std::uint64_t Hubs::configure(record::HubResource hub, Now now) {
    hub.set_etag(context_.model().revision() + 1);
    return refresh(std::move(hub), now);
}

std::uint64_t Hubs::refresh(record::HubResource hub, Now now) {
    std::uint64_t const revision = context_.ledger.next_revision();
    hub.mutable_settings()->set_revision(revision);
    context_.ledger.put(hub);
    for (auto const& region : hub.definition().regions()) send_settings(region, hub);
    settings_sent_[hub.definition().name()] = now.mono;
    return revision;
}

std::string Hubs::remove(record::HubResource hub, Now now) {
    if (auto const* before = context_.model().operation(hub.operation_id());
        before != nullptr && running(*before))
        fail(context_, *before, "OperationPreempted", "The hub was deleted meanwhile.", now);
    auto const operation = new_operation(context_, "delete", hub, now);
    hub.set_state("Deleting");
    hub.set_operation_id(operation.id());
    hub.set_etag(context_.ledger.next_revision());
    hub.mutable_definition()->set_deleted(true);
    record::HubTombstone tombstone;
    *tombstone.mutable_definition() = hub.definition();
    tombstone.mutable_definition()->clear_initial_settings();
    tombstone.set_deleted_us(to_micros(now.wall));
    context_.ledger.put(operation);
    context_.ledger.put(hub);
    context_.ledger.put(tombstone);
    for (auto const& region : hub.definition().regions()) {
        send_definition(region, tombstone.definition());
        tombstone_sent_[region + "/" + Kind<record::HubTombstone>::key(tombstone)] = now.mono;
    }
    return operation.id();
}

void Hubs::remove_group(record::ResourceGroup group, Now now) {
    group.set_deleting(true);
    context_.ledger.put(group);
    look_at_groups(now);
}

void Hubs::respond_when_configured(RequestId request, http::Response response,
                                   std::string const& hub, std::uint64_t revision, Now now) {
    waiting_.push_back({request, std::move(response), hub, revision,
                        now.mono + context_.options.answer_wait});
}

void Hubs::abandon(RequestId request) {
    std::erase_if(waiting_, [request](auto const& one) { return one.request == request; });
}

void Hubs::on_peer_up(SiteName const& site, Now now) {
    std::string const& region = site.value;
    auto const concerns = [&region](record::HubDefinition const& definition) {
        for (auto const& name : definition.regions())
            if (name == region) return true;
        return false;
    };
    for (auto const& [key, tombstone] : context_.model().all<record::HubTombstone>()) {
        if (!concerns(tombstone.definition())) continue;
        send_definition(region, tombstone.definition());
        tombstone_sent_[region + "/" + key] = now.mono;
    }
    for (auto const& [name, hub] : context_.model().hubs()) {
        if (!concerns(hub.definition()) || hub.definition().deleted()) continue;
        send_definition(region, definition_of(hub));
        send_settings(region, hub);
    }
}

void Hubs::on_status(SiteName const& site, Now now) {
    std::vector<record::HubResource> concerned;
    for (auto const& [name, hub] : context_.model().hubs())
        for (auto const& region : hub.definition().regions())
            if (region == site.value) concerned.push_back(hub);
    for (auto const& hub : concerned) look_at(hub, now);
    look_at_groups(now);
}

void Hubs::on_timer(Now now) {
    std::vector<record::HubResource> all;
    for (auto const& [name, hub] : context_.model().hubs()) all.push_back(hub);
    for (auto const& hub : all) look_at(hub, now);
    look_at_overtaken_updates(context_, now);
    look_at_groups(now);
    forget_tombstones(now);
    std::vector<Waiting> still;
    for (auto& waiting : waiting_) {
        record::HubResource const* hub = context_.model().hub(waiting.hub);
        if (hub == nullptr || now.mono >= waiting.until || has_settings(*hub, waiting.revision))
            context_.respond(waiting.request, std::move(waiting.response));
        else
            still.push_back(std::move(waiting));
    }
    waiting_ = std::move(still);
}

}  // namespace tandem::control
