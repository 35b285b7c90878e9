// What hangs on a hub besides its document: statistics, skus, quotas.
#include "control/hub_access.hpp"
#include "control/hub_path.hpp"
#include "control/router.hpp"
#include "control/sku.hpp"

namespace tandem::control {

namespace {

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

Answer get_quota_metrics(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    record::HubResource const* hub = called_hub(plane, call);
    if (hub == nullptr) return hub_not_found(call);
    HubLimits const limits = hub_limits(stored_object(hub->document()));
    auto const serving = plane.fleet.serving(hub->definition().name());
    std::uint64_t const used = serving ? serving->status->messages_today() : 0;
    auto render = [name = hub->name(), limits,
                   used](std::optional<peer::HubAnswer> const& answer) {
        if (!answer) return no_region_answers(name);
        json::array values;
        values.push_back(json::object{{"name", "TotalMessages"},
                                      {"currentValue", used},
                                      {"maxValue", limits.messages_a_day}});
        values.push_back(json::object{{"name", "TotalDeviceCount"},
                                      {"currentValue", answer->device_count()},
                                      {"maxValue", limits.devices_max}});
        return json_answer(200, json::object{{"value", std::move(values)}});
    };
    plane.queries.ask(call.id, *hub, std::move(render), call.now);
    return std::nullopt;
}

Answer get_skus(Plane& plane, Call const& call) {
    if (auto refused = refuse_hub(plane, call)) return refused;
    json::array values;
    for (Sku const* sku : skus_reachable(sku_of(*called_hub(plane, call))))
        values.push_back(json::object{
            {"resourceType", "Microsoft.Devices/IotHubs"},
            {"sku", json::object{{"name", sku->name}, {"tier", sku->tier}}},
            {"capacity", json::object{{"minimum", 1},
                                      {"maximum", sku->units_max},
                                      {"default", 1},
                                      {"scaleType", sku->units_max > 1 ? "Manual" : "None"}}}});
    return json_answer(200, json::object{{"value", std::move(values)}});
}

}  // namespace

std::vector<Route> hub_part_routes() {
    constexpr Access b = Access::bearer;
    constexpr Api d = Api::devices;
    return {
        {"GET", TANDEM_HUB_PATH "/IotHubStats", get_stats, b, d},
        {"GET", TANDEM_HUB_PATH "/quotaMetrics", get_quota_metrics, b, d},
        {"GET", TANDEM_HUB_PATH "/skus", get_skus, b, d},
    };
}

}  // namespace tandem::control
