#include "control/hub_document.hpp"
#include "codec/time_text.hpp"
#include "codec/base64.hpp"

#include "control/call.hpp"

namespace tandem::control {

namespace {

/// Older api-versions have the same thing under another name, or not at all.
void project_endpoints(json::object& endpoints, std::string const& api_version) {
    auto const found = endpoints.find("cosmosDBSqlContainers");
    if (found == endpoints.end()) return;
    json::value const containers = found->value();
    if (api_version == "2022-04-30-preview") {
        endpoints.erase("cosmosDBSqlContainers");
        endpoints["cosmosDBSqlCollections"] = containers;
    } else if (api_version == "2021-07-02") {
        endpoints.erase("cosmosDBSqlContainers");
    }
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

}  // namespace

std::string provisioning_state(record::HubResource const& hub) {
    std::string const& state = hub.state();
    if (state == "Active") return "Succeeded";
    if (state == "FailingOver") return "Transitioning";
    if (state == "ActivationFailed") return "Failed";
    return state;
}

std::string hub_etag(record::HubResource const& hub) {
    std::string bytes(8, '\0');
    std::uint64_t rest = hub.etag();
    for (std::size_t i = 8; i-- > 0; rest >>= 8) bytes[i] = static_cast<char>(rest & 0xFFU);
    return base64_encode(bytes);
}

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
    properties["hostName"] = host;
    for (auto& member : kept) properties[member.key()] = std::move(member.value());

    json::object& events = need_object(need_object(properties, "eventHubEndpoints"), "events");
    std::uint32_t const partitions = hub.definition().partition_count();
    events["retentionTimeInDays"] = hub.settings().retention_days();
    events["partitionCount"] = partitions;
    events["partitionIds"] = partition_ids(partitions);
    events["path"] = hub.definition().name();
    events["endpoint"] = "sb://" + host + "/";
    if (json::value* routing = properties.if_contains("routing"); routing && routing->is_object())
        project_endpoints(need_object(routing->get_object(), "endpoints"), api_version);

    out["properties"] = std::move(properties);
    out["sku"] = document["sku"];
    out["identity"] = document["identity"];
    out["systemData"] =
        json::object{{"createdAt", format_iso8601(wall_from_micros(hub.created_us()))}};
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
    if (json::value* routing = properties.if_contains("routing"); routing && routing->is_object())
        project_endpoints(need_object(routing->get_object(), "endpoints"), api_version);
    out["properties"] = std::move(properties);
    out["sku"] = document["sku"];
    return out;
}

}  // namespace tandem::control
