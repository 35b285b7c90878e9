#include "control/hub_document.hpp"
#include "codec/time_text.hpp"

#include "control/call.hpp"
#include "control/hub_settings.hpp"
#include "control/routing.hpp"

namespace tandem::control {

namespace {

/// What is kept, as answers of that api-version have it.
void project(json::object& properties, std::string const& api_version) {
    project_settings(properties, api_version);
    if (json::value* routing = properties.if_contains("routing"); routing && routing->is_object())
        project_routing(routing->get_object(), api_version);
}

json::array partition_ids(std::uint32_t count) {
    json::array ids;
    for (std::uint32_t i = 0; i < count; ++i) ids.push_back(json::value(std::to_string(i)));
    return ids;
}

json::array locations_of(Context const& context, record::HubResource const& hub) {
    std::string const owner = owner_of(hub);
    json::array locations;
    auto const add = [&](std::string const& region, char const* role) {
        locations.push_back(
            json::object{{"location", context.display_name(region)}, {"role", role}});
    };
    add(owner, "primary");
    for (auto const& region : hub.definition().regions())
        if (region != owner) add(region, "secondary");
    return locations;
}

json::object top_level(record::HubResource const& hub, json::object const& document) {
    json::object out;
    out["id"] = hub_id(hub);
    out["name"] = hub.name();
    out["type"] = "Microsoft.Devices/IotHubs";
    out["location"] = hub.location();
    out["tags"] = document.at("tags");
    out["subscriptionid"] = hub.subscription();
    out["resourcegroup"] = hub.group();
    return out;
}

/// What clients sent beside the members that we know.
void add_unknown_members(json::object const& document, json::object& out) {
    for (auto const& member : document)
        if (member.key() != "properties") out.insert(member);
}

}  // namespace

std::string provisioning_state(record::HubResource const& hub) {
    std::string const& state = hub.state();
    if (state == "Active") return "Succeeded";
    if (state == "FailingOver") return "Transitioning";
    if (state == "ActivationFailed" || state == "FailoverFailed") return "Failed";
    return state;
}

std::string hub_etag(record::HubResource const& hub) { return etag_text(hub.etag()); }

json::object render_hub(Context const& context, record::HubResource const& hub,
                        std::string const& api_version) {
    json::object document = stored_object(hub.document());
    json::object out = top_level(hub, document);
    out["etag"] = hub_etag(hub);

    json::object& kept = need_object(document, "properties");
    json::object properties;
    std::string const host = hub.definition().host_names(0);
    properties["locations"] = locations_of(context, hub);
    properties["state"] = hub.state();
    properties["provisioningState"] = provisioning_state(hub);
    // A hub that no region serves yet has no address.
    bool const placed = hub.state() != "Activating";
    if (placed) properties["hostName"] = host;
    for (auto& member : kept) properties[member.key()] = std::move(member.value());

    json::object& events = need_object(need_object(properties, "eventHubEndpoints"), "events");
    std::uint32_t const partitions = hub.definition().partition_count();
    events["retentionTimeInDays"] = hub.settings().retention_days();
    events["partitionCount"] = partitions;
    if (placed) {
        events["partitionIds"] = partition_ids(partitions);
        events["path"] = hub.definition().name();
        events["endpoint"] = "sb://" + host + "/";
    }
    if (json::array connections = render_private_endpoints(context, hub); !connections.empty())
        properties["privateEndpointConnections"] = std::move(connections);
    project(properties, api_version);

    out["properties"] = std::move(properties);
    out["sku"] = document["sku"];
    out["identity"] = document["identity"];
    out["systemData"] =
        json::object{{"createdAt", format_iso8601(wall_from_micros(hub.created_us()))}};
    add_unknown_members(document, out);
    return out;
}

json::object render_accepted(record::HubResource const& hub, bool created,
                             std::string const& api_version) {
    json::object document = stored_object(hub.document());
    json::object out = top_level(hub, document);
    if (!created) out["etag"] = hub_etag(hub);
    json::object properties;
    properties["provisioningState"] = "Accepted";
    for (auto& member : need_object(document, "properties"))
        properties[member.key()] = std::move(member.value());
    project(properties, api_version);
    out["properties"] = std::move(properties);
    out["sku"] = document["sku"];
    document.erase("identity");
    add_unknown_members(document, out);
    return out;
}

}  // namespace tandem::control
