// What hangs on a hub besides its document: statistics, skus, quotas, endpoint health; and the
// parts of Azure's contract that this build does not have, which say so.
#include "control/router.hpp"

namespace tandem::control {

namespace {

#define TANDEM_HUB_PATH                                                                          \
    "subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Devices/IotHubs/"   \
    "{hub}"

http::Response no_region_answers(std::string const& hub) {
    return arm_error(503, "RegionUnavailable",
                     "No region that holds IotHub '" + hub + "' has answered. Try again.");
}

Answer get_stats(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    record::HubResource const* hub = called_hub(plane, call);
    if (hub == nullptr) return hub_not_found(call);
    auto render = [name = hub->name()](std::optional<peer::HubAnswer> const& answer) {
        if (!answer) return no_region_answers(name);
        std::uint64_t const total = answer->device_count();
        std::uint64_t const enabled = answer->enabled_device_count();
        return json_answer(200, json::object{{"totalDeviceCount", total},
                                             {"enabledDeviceCount", enabled},
                                             {"disabledDeviceCount", total - enabled}});
    };
    plane.queries.ask(call.id, *hub, std::move(render), call.now);
    return std::nullopt;
}

std::int64_t daily_messages(record::HubResource const& hub) {
    json::object const document = stored_object(hub.document());
    json::object const* sku = find_object(document, "sku");
    std::string const name = sku ? find_string(*sku, "name").value_or("S1") : "S1";
    std::int64_t const units = sku ? find_integer(*sku, "capacity").value_or(1) : 1;
    if (name == "F1") return 8'000;
    if (name.ends_with("2")) return 6'000'000 * units;
    if (name.ends_with("3")) return 300'000'000 * units;
    return 400'000 * units;
}

Answer get_quota_metrics(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    record::HubResource const* hub = called_hub(plane, call);
    if (hub == nullptr) return hub_not_found(call);
    auto render = [name = hub->name(),
                   messages = daily_messages(*hub)](std::optional<peer::HubAnswer> const& answer) {
        if (!answer) return no_region_answers(name);
        json::array values;
        values.push_back(json::object{
            {"name", "TotalMessages"}, {"currentValue", 0}, {"maxValue", messages}});
        values.push_back(json::object{{"name", "TotalDeviceCount"},
                                      {"currentValue", answer->device_count()},
                                      {"maxValue", 1'000'000}});
        return json_answer(200, json::object{{"value", std::move(values)}});
    };
    plane.queries.ask(call.id, *hub, std::move(render), call.now);
    return std::nullopt;
}

Answer get_skus(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    if (called_hub(plane, call) == nullptr) return hub_not_found(call);
    json::array values;
    auto const add = [&values](char const* name, int units_max) {
        values.push_back(json::object{
            {"resourceType", "Microsoft.Devices/IotHubs"},
            {"sku", json::object{{"name", name}, {"tier", "Standard"}}},
            {"capacity", json::object{{"minimum", 1},
                                      {"maximum", units_max},
                                      {"default", 1},
                                      {"scaleType", "Manual"}}}});
    };
    add("S1", 200);
    add("S2", 200);
    add("S3", 10);
    return json_answer(200, json::object{{"value", std::move(values)}});
}

/// This build delivers to the built-in endpoint only, which has no entry here in Azure either.
Answer get_endpoint_health(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    if (called_hub(plane, call) == nullptr) return hub_not_found(call);
    return json_answer(200, json::object{{"value", json::array{}}});
}

Answer empty_list(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    if (called_hub(plane, call) == nullptr) return hub_not_found(call);
    return json_answer(200, json::object{{"value", json::array{}}});
}

Answer bare_empty_list(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    if (called_hub(plane, call) == nullptr) return hub_not_found(call);
    return json_answer(200, json::array{});
}

Answer nothing_of_that_name(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    if (called_hub(plane, call) == nullptr) return hub_not_found(call);
    return arm_error(404, "ResourceNotFound",
                     "There is no '" + call.arg("name") + "' in IotHub '" + call.arg("hub") + "'.");
}

Answer not_implemented(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    if (called_hub(plane, call) == nullptr) return hub_not_found(call);
    return arm_error(501, "NotImplemented", "This version does not have this operation.");
}

}  // namespace

std::vector<Route> hub_part_routes() {
    constexpr Access b = Access::bearer;
    constexpr Api d = Api::devices;
    return {
        {"GET", TANDEM_HUB_PATH "/IotHubStats", get_stats, b, d},
        {"GET", TANDEM_HUB_PATH "/quotaMetrics", get_quota_metrics, b, d},
        {"GET", TANDEM_HUB_PATH "/skus", get_skus, b, d},
        {"GET", TANDEM_HUB_PATH "/routingEndpointsHealth", get_endpoint_health, b, d},
        {"GET", TANDEM_HUB_PATH "/certificates", empty_list, b, d},
        {"GET", TANDEM_HUB_PATH "/certificates/{name}", nothing_of_that_name, b, d},
        {"PUT", TANDEM_HUB_PATH "/certificates/{name}", not_implemented, b, d},
        {"DELETE", TANDEM_HUB_PATH "/certificates/{name}", not_implemented, b, d},
        {"POST", TANDEM_HUB_PATH "/certificates/{name}/generateVerificationCode",
         not_implemented, b, d},
        {"POST", TANDEM_HUB_PATH "/certificates/{name}/verify", not_implemented, b, d},
        {"GET", TANDEM_HUB_PATH "/jobs", empty_list, b, d},
        {"GET", TANDEM_HUB_PATH "/jobs/{name}", nothing_of_that_name, b, d},
        {"POST", TANDEM_HUB_PATH "/exportDevices", not_implemented, b, d},
        {"POST", TANDEM_HUB_PATH "/importDevices", not_implemented, b, d},
        {"POST", TANDEM_HUB_PATH "/routing/routes/{name}", not_implemented, b, d},
        {"GET", TANDEM_HUB_PATH "/privateLinkResources", empty_list, b, d},
        {"GET", TANDEM_HUB_PATH "/privateLinkResources/{name}", nothing_of_that_name, b, d},
        {"GET", TANDEM_HUB_PATH "/privateEndpointConnections", bare_empty_list, b, d},
        {"GET", TANDEM_HUB_PATH "/privateEndpointConnections/{name}", nothing_of_that_name, b, d},
        {"PUT", TANDEM_HUB_PATH "/privateEndpointConnections/{name}", not_implemented, b, d},
        {"DELETE", TANDEM_HUB_PATH "/privateEndpointConnections/{name}", not_implemented, b, d},
    };
}

}  // namespace tandem::control
