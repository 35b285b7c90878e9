// The keys of a hub's shared access policies.
#include "control/policies.hpp"
#include "control/router.hpp"

namespace tandem::control {

namespace {

Answer list_keys(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    record::HubResource const* hub = called_hub(plane, call);
    if (hub == nullptr) return hub_not_found(call);
    json::array values;
    for (auto const& policy : hub->settings().policies()) values.push_back(render_policy(policy));
    return json_answer(200, json::object{{"value", std::move(values)}});
}

Answer get_keys(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    record::HubResource const* hub = called_hub(plane, call);
    if (hub == nullptr) return hub_not_found(call);
    for (auto const& policy : hub->settings().policies())
        if (equal_ci(policy.name(), call.arg("key")))
            return json_answer(200, render_policy(policy));
    return rp_refusal(plane, call, 404900,
                      "IotHub '" + hub->name() + "' has no shared access policy '" +
                          call.arg("key") + "'.");
}

}  // namespace

std::vector<Route> key_routes() {
    constexpr Access bearer = Access::bearer;
    constexpr Api devices = Api::devices;
    return {
        {"POST",
         "subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Devices/IotHubs/"
         "{hub}/listkeys",
         list_keys, bearer, devices, Need::keys},
        {"POST",
         "subscriptions/{subscription}/resourcegroups/{group}/providers/Microsoft.Devices/IotHubs/"
         "{hub}/IotHubKeys/{key}/listkeys",
         get_keys, bearer, devices, Need::keys},
    };
}

}  // namespace tandem::control
