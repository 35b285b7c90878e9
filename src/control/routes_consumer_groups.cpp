// Consumer groups of a hub's event endpoint.
// Source  recorded exchanges: created nests a second `properties`, etag is null, $Default's id is
//         percent-encoded.
#include "control/router.hpp"
#include "codec/time_text.hpp"

#include "codec/percent.hpp"

#include <algorithm>

namespace tandem::control {

namespace {

constexpr int groups_max = 20;      // AZ: per hub and endpoint
constexpr std::size_t name_bytes_max = 50;

json::object group_document(record::HubResource const& hub, record::ConsumerGroup const& group,
                            bool just_created) {
    json::object properties{{"created", format_rfc1123(wall_from_micros(group.created_us()))}};
    if (just_created) properties["properties"] = json::object{{"name", group.name()}};
    return json::object{{"properties", std::move(properties)},
                        {"id", hub_id(hub) + "/eventHubEndpoints/events/ConsumerGroups/" +
                                   percent_encode(group.name())},
                        {"name", group.name()},
                        {"type", "Microsoft.Devices/IotHubs/EventHubEndpoints/ConsumerGroups"},
                        {"etag", nullptr}};
}

bool valid_name(std::string_view name) {
    return is_plain_name(name, name_bytes_max) && is_letter_or_digit(name.front());
}

std::optional<http::Response> refuse(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    if (called_hub(plane, call) == nullptr) return hub_not_found(call);
    if (!equal_ci(call.arg("endpoint"), "events"))
        return rp_refusal(plane, call, 404901,
                          "There is no event hub endpoint '" + call.arg("endpoint") + "'.");
    return std::nullopt;
}

record::ConsumerGroup const* find_group(record::HubResource const& hub, std::string_view name) {
    for (auto const& group : hub.consumer_groups())
        if (equal_ci(group.name(), name)) return &group;
    return nullptr;
}

http::Response group_not_found(Plane& plane, Call const& call) {
    return rp_refusal(plane, call, 404902,
                      "There is no consumer group '" + call.arg("name") + "'.");
}

void copy_names(record::HubResource& hub) {
    hub.mutable_settings()->clear_consumer_groups();
    for (auto const& group : hub.consumer_groups())
        hub.mutable_settings()->add_consumer_groups(group.name());
}

Answer list_groups(Plane& plane, Call const& call) {
    if (auto refused = refuse(plane, call)) return refused;
    record::HubResource const& hub = *called_hub(plane, call);
    json::array values;
    for (auto const& group : hub.consumer_groups())
        values.push_back(group_document(hub, group, false));
    return json_answer(200, json::object{{"value", std::move(values)}});
}

Answer get_group(Plane& plane, Call const& call) {
    if (auto refused = refuse(plane, call)) return refused;
    record::HubResource const& hub = *called_hub(plane, call);
    record::ConsumerGroup const* group = find_group(hub, call.arg("name"));
    if (group == nullptr) return group_not_found(plane, call);
    return json_answer(200, group_document(hub, *group, false));
}

Answer put_group(Plane& plane, Call const& call) {
    if (auto refused = refuse(plane, call)) return refused;
    record::HubResource hub = *called_hub(plane, call);
    std::string const& name = call.arg("name");
    if (record::ConsumerGroup const* known = find_group(hub, name))
        return json_answer(200, group_document(hub, *known, true));
    if (hub.state() != "Active") return hub_busy(plane, call, hub);
    if (!valid_name(name))
        return rp_refusal(plane, call, 400940,
                          "'" + name + "' is not a valid consumer group name: use 1 to 50 letters, "
                                       "digits, '.', '-' and '_'.");
    if (hub.consumer_groups_size() >= groups_max)
        return rp_refusal(plane, call, 403900,
                          "An event hub endpoint has at most " + std::to_string(groups_max) +
                              " consumer groups.");
    auto& added = *hub.add_consumer_groups();
    added.set_name(name);
    added.set_created_us(to_micros(call.now.wall));
    copy_names(hub);
    http::Response response = json_answer(200, group_document(hub, added, true));
    std::uint64_t const revision = plane.hubs.configure(hub, call.now);
    plane.hubs.respond_when_configured(call.id, std::move(response), hub.definition().name(),
                                       revision, call.now);
    return std::nullopt;
}

Answer delete_group(Plane& plane, Call const& call) {
    if (auto refused = refuse(plane, call)) return refused;
    record::HubResource hub = *called_hub(plane, call);
    std::string const& name = call.arg("name");
    if (equal_ci(name, "$Default"))
        return rp_refusal(plane, call, 400941, "The consumer group $Default cannot be deleted.");
    if (find_group(hub, name) == nullptr) return group_not_found(plane, call);
    if (hub.state() != "Active") return hub_busy(plane, call, hub);
    auto& groups = *hub.mutable_consumer_groups();
    groups.erase(std::remove_if(groups.begin(), groups.end(),
                                [&name](auto const& one) { return equal_ci(one.name(), name); }),
                 groups.end());
    copy_names(hub);
    std::uint64_t const revision = plane.hubs.configure(hub, call.now);
    plane.hubs.respond_when_configured(call.id, empty_answer(200), hub.definition().name(),
                                       revision, call.now);
    return std::nullopt;
}

}  // namespace

std::vector<Route> consumer_group_routes() {
    constexpr Access bearer = Access::bearer;
    constexpr Api devices = Api::devices;
    constexpr char const* all =
        "subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Devices/IotHubs/"
        "{hub}/eventHubEndpoints/{endpoint}/ConsumerGroups";
    constexpr char const* one =
        "subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Devices/IotHubs/"
        "{hub}/eventHubEndpoints/{endpoint}/ConsumerGroups/{name}";
    return {
        {"GET", all, list_groups, bearer, devices},
        {"GET", one, get_group, bearer, devices},
        {"PUT", one, put_group, bearer, devices},
        {"DELETE", one, delete_group, bearer, devices},
    };
}

}  // namespace tandem::control
