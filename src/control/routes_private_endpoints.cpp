// Private endpoints of a hub. They are kept and shown as clients expect; no network stands behind
// them: whoever may reach a hub is decided by its network rules.
// Source  management-plane contract 1.2: the list of connections is a bare array.
#include "control/hub_document.hpp"
#include "control/hub_path.hpp"
#include "control/router.hpp"

#include <algorithm>
#include <array>

namespace tandem::control {

namespace {

constexpr std::size_t connections_max = 100;      // ours, a hub
constexpr std::size_t name_bytes_max = 80;
constexpr char const* group_id = "iotHub";

json::object group_document(record::HubResource const& hub) {
    return json::object{
        {"id", hub_id(hub) + "/privateLinkResources/" + group_id},
        {"name", group_id},
        {"type", "Microsoft.Devices/IotHubs/PrivateLinkResources"},
        {"properties", json::object{{"groupId", group_id},
                                    {"requiredMembers", {group_id}},
                                    {"requiredZoneNames",
                                     {"privatelink.azure-devices.net",
                                      "privatelink.servicebus.windows.net"}}}}};
}

Answer list_groups(Plane& plane, Call const& call) {
    if (auto refused = refuse_hub(plane, call)) return refused;
    json::array values;
    values.push_back(group_document(*called_hub(plane, call)));
    return json_answer(200, json::object{{"value", std::move(values)}});
}

Answer get_group(Plane& plane, Call const& call) {
    if (auto refused = refuse_hub(plane, call)) return refused;
    if (!equal_ci(call.arg("name"), group_id))
        return rp_refusal(plane, call, 404904,
                          "There is no private link resource '" + call.arg("name") + "'.");
    return json_answer(200, group_document(*called_hub(plane, call)));
}

record::PrivateEndpointConnection const* called_connection(Plane const& plane, Call const& call) {
    return plane.ledger.model().find<record::PrivateEndpointConnection>(
        part_key(call.arg("hub"), call.arg("name")));
}

json::object document(record::HubResource const& hub,
                      record::PrivateEndpointConnection const& one) {
    return json::object{{"id", hub_id(hub) + "/PrivateEndpointConnections/" + one.name()},
                        {"name", one.name()},
                        {"type", "Microsoft.Devices/IotHubs/PrivateEndpointConnections"},
                        {"properties", stored_object(one.properties())}};
}

Answer list_connections(Plane& plane, Call const& call) {
    if (auto refused = refuse_hub(plane, call)) return refused;
    return json_answer(200, render_private_endpoints(plane.context, *called_hub(plane, call)));
}

http::Response not_found(Plane& plane, Call const& call) {
    return rp_refusal(plane, call, 404905,
                      "IotHub '" + call.arg("hub") + "' has no private endpoint connection '" +
                          call.arg("name") + "'.");
}

Answer get_connection(Plane& plane, Call const& call) {
    if (auto refused = refuse_hub(plane, call)) return refused;
    auto const* one = called_connection(plane, call);
    if (one == nullptr) return not_found(plane, call);
    return json_answer(200, document(*called_hub(plane, call), *one));
}

std::optional<Refusal> read_connection(json::object const& body, json::object& properties) {
    json::object const* sent = find_object(body, "properties");
    json::object const* state =
        sent ? find_object(*sent, "privateLinkServiceConnectionState") : nullptr;
    if (state == nullptr)
        return Refusal{400970, "privateLinkServiceConnectionState is required."};
    constexpr std::array<char const*, 4> known = {"Pending", "Approved", "Rejected",
                                                  "Disconnected"};
    std::string const asked = find_string(*state, "status").value_or("");
    auto const status = std::find_if(known.begin(), known.end(),
                                     [&](char const* one) { return equal_ci(one, asked); });
    if (status == known.end())
        return Refusal{400970, "'" + asked + "' is not a status: use Pending, Approved, Rejected "
                                             "or Disconnected."};
    for (auto const& member : *sent) properties[member.key()] = member.value();
    json::object& kept = need_object(properties, "privateLinkServiceConnectionState");
    kept["status"] = *status;
    if (!find_string(kept, "description")) kept["description"] = "";
    return std::nullopt;
}

std::size_t count_connections(Plane const& plane, std::string const& hub) {
    std::size_t count = 0;
    for (auto const& [key, one] : plane.ledger.model().all<record::PrivateEndpointConnection>())
        count += equal_ci(one.hub(), hub) ? 1U : 0U;
    return count;
}

/// An operation that is done when it is answered: clients poll it once.
std::string done_operation(Plane& plane, Call const& call, char const* kind) {
    auto const operation =
        new_operation(plane.context, kind, *called_hub(plane, call), call.now);
    succeed(plane.context, operation, call.now);
    return operation.id();
}

Answer put_connection(Plane& plane, Call const& call) {
    if (auto refused = refuse_change(plane, call)) return refused;
    if (!is_plain_name(call.arg("name"), name_bytes_max))
        return rp_refusal(plane, call, 400971,
                          "'" + call.arg("name") + "' is not a valid private endpoint connection "
                                                   "name.");
    json::object body;
    if (auto refused = read_body(call, body)) return refused;
    auto const* before = called_connection(plane, call);
    record::HubResource const& hub = *called_hub(plane, call);
    if (before == nullptr && count_connections(plane, hub.name()) >= connections_max)
        return rp_refusal(plane, call, 403902,
                          "A hub has at most " + std::to_string(connections_max) +
                              " private endpoint connections.");
    json::object properties;
    if (before != nullptr) properties = stored_object(before->properties());
    if (auto refused = read_connection(body, properties))
        return rp_error(*refused, call.now.wall, plane.random);
    if (!properties.contains("privateEndpoint"))
        properties["privateEndpoint"] = json::object{
            {"id", "/subscriptions/" + hub.subscription() + "/resourceGroups/" + hub.group() +
                       "/providers/Microsoft.Network/privateEndpoints/" + call.arg("name")}};
    record::PrivateEndpointConnection one;
    if (before != nullptr) one = *before;
    bool const created = before == nullptr;
    if (created) {
        one.set_hub(lower(hub.name()));
        one.set_name(call.arg("name"));
        one.set_created_us(to_micros(call.now.wall));
    }
    one.set_properties(json::serialize(properties));
    plane.ledger.put(one);
    http::Response response = json_answer(created ? 201 : 200, document(hub, one));
    add_operation_headers(response, plane, call, done_operation(plane, call, "private-endpoint"),
                          false);
    return response;
}

Answer delete_connection(Plane& plane, Call const& call) {
    if (auto refused = refuse_change(plane, call)) return refused;
    auto const* known = called_connection(plane, call);
    if (known == nullptr) return empty_answer(204);
    json::object const gone = document(*called_hub(plane, call), *known);
    plane.ledger.remove<record::PrivateEndpointConnection>(
        part_key(call.arg("hub"), call.arg("name")));
    http::Response response = json_answer(202, gone);
    add_operation_headers(response, plane, call, done_operation(plane, call, "private-endpoint"),
                          true);
    return response;
}

}  // namespace

json::array render_private_endpoints(Context const& context, record::HubResource const& hub) {
    json::array values;
    for (auto const& [key, one] : context.model().all<record::PrivateEndpointConnection>())
        if (equal_ci(one.hub(), hub.name())) values.push_back(document(hub, one));
    return values;
}

std::vector<Route> private_endpoint_routes() {
    constexpr Access b = Access::bearer;
    constexpr Api d = Api::devices;
    constexpr char const* one = TANDEM_HUB_PATH "/privateEndpointConnections/{name}";
    return {
        {"GET", TANDEM_HUB_PATH "/privateLinkResources", list_groups, b, d},
        {"GET", TANDEM_HUB_PATH "/privateLinkResources/{name}", get_group, b, d},
        {"GET", TANDEM_HUB_PATH "/privateEndpointConnections", list_connections, b, d},
        {"GET", one, get_connection, b, d},
        {"PUT", one, put_connection, b, d},
        {"DELETE", one, delete_connection, b, d},
    };
}

}  // namespace tandem::control
