// Subscriptions, tenants, locations, providers, and what does not belong to one hub.
#include "control/router.hpp"

#include "codec/percent.hpp"

#include <algorithm>

namespace tandem::control {

namespace {

json::object subscription_document(Plane const& plane, Subscription const& subscription) {
    return json::object{
        {"id", "/subscriptions/" + subscription.id},
        {"authorizationSource", "RoleBased"},
        {"managedByTenants", json::array{}},
        {"subscriptionId", subscription.id},
        {"tenantId", plane.options.tenant},
        {"displayName", subscription.display_name},
        {"state", "Enabled"},
        {"subscriptionPolicies", json::object{{"locationPlacementId", "Internal_2014-09-01"},
                                              {"quotaId", "Internal_2014-09-01"},
                                              {"spendingLimit", "Off"}}}};
}

json::object list_of(json::array values) { return json::object{{"value", std::move(values)}}; }

Answer list_subscriptions(Plane& plane, Call const&) {
    json::array values;
    for (auto const& subscription : plane.options.subscriptions)
        values.push_back(subscription_document(plane, subscription));
    return json_answer(200, list_of(std::move(values)));
}

Answer get_subscription(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    for (auto const& subscription : plane.options.subscriptions)
        if (equal_ci(subscription.id, call.arg("subscription")))
            return json_answer(200, subscription_document(plane, subscription));
    return empty_answer(404);
}

Answer list_tenants(Plane& plane, Call const&) {
    std::string const& id = plane.options.tenant;
    return json_answer(200, list_of({json::object{{"id", "/tenants/" + id},
                                                  {"tenantId", id},
                                                  {"displayName", "Tandem"},
                                                  {"tenantCategory", "Home"}}}));
}

Answer list_locations(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    std::string const prefix = "/subscriptions/" + call.arg("subscription") + "/locations/";
    json::array values;
    for (Region const& region : plane.options.regions) {
        json::array pair;
        if (region.paired)
            pair.push_back(json::object{{"name", region.paired->value},
                                        {"id", prefix + region.paired->value}});
        json::object metadata{{"regionType", "Physical"},
                              {"regionCategory", "Recommended"},
                              {"geographyGroup", "Tandem"},
                              {"longitude", "0"},
                              {"latitude", "0"},
                              {"physicalLocation", ""},
                              {"pairedRegion", std::move(pair)}};
        values.push_back(json::object{{"id", prefix + region.name.value},
                                      {"name", region.name.value},
                                      {"displayName", region.display_name},
                                      {"regionalDisplayName", region.display_name},
                                      {"type", "Region"},
                                      {"metadata", std::move(metadata)}});
    }
    return json_answer(200, list_of(std::move(values)));
}

json::object provider_document(Plane const& plane, std::string const& subscription,
                               std::string const& name_space) {
    bool const devices = equal_ci(name_space, "Microsoft.Devices");
    json::array locations;
    for (Region const& region : plane.options.regions)
        locations.push_back(json::value(region.display_name));
    json::array types;
    auto const add_type = [&](char const* type, json::array versions) {
        types.push_back(json::object{{"resourceType", type},
                                     {"locations", locations},
                                     {"apiVersions", std::move(versions)},
                                     {"capabilities", "None"}});
    };
    if (devices) {
        json::array versions;
        for (auto const& version : devices_api_versions) versions.push_back(json::value(version));
        for (char const* type : {"IotHubs", "checkNameAvailability", "usages", "operations",
                                 "locations", "locations/operationResults"})
            add_type(type, versions);
    } else {
        for (char const* type : {"resourceGroups", "subscriptions", "tenants"})
            add_type(type, {"2022-09-01", "2021-04-01"});
    }
    std::string const shown = devices ? "Microsoft.Devices" : "Microsoft.Resources";
    return json::object{{"id", "/subscriptions/" + subscription + "/providers/" + shown},
                        {"namespace", shown},
                        {"resourceTypes", std::move(types)},
                        {"registrationState", "Registered"},
                        {"registrationPolicy", "RegistrationRequired"}};
}

Answer list_providers(Plane& plane, Call const& call) {
    auto const named = call.args.find("subscription");
    if (named != call.args.end())
        if (auto refused = refuse_group(plane, call)) return refused;
    std::string const subscription = named == call.args.end() ? "" : named->second;
    return json_answer(200,
                       list_of({provider_document(plane, subscription, "Microsoft.Devices"),
                                provider_document(plane, subscription, "Microsoft.Resources")}));
}

Answer get_provider(Plane& plane, Call const& call) {
    auto const named = call.args.find("subscription");
    if (named != call.args.end())
        if (auto refused = refuse_group(plane, call)) return refused;
    std::string const& wanted = call.arg("provider");
    if (!equal_ci(wanted, "Microsoft.Devices") && !equal_ci(wanted, "Microsoft.Resources"))
        return arm_error(404, "InvalidResourceNamespace",
                         "The resource namespace '" + wanted + "' is invalid.");
    std::string const subscription = named == call.args.end() ? "" : named->second;
    return json_answer(200, provider_document(plane, subscription, wanted));
}

Answer list_operations(Plane&, Call const&) {
    struct Row {
        char const* name;
        char const* resource;
        char const* operation;
    };
    static constexpr Row rows[] = {
        {"Microsoft.Devices/register/action", "Microsoft.Devices", "Register"},
        {"Microsoft.Devices/checkNameAvailability/Action", "IotHub", "Check Name Availability"},
        {"Microsoft.Devices/usages/Read", "IotHub", "Get Subscription Usages"},
        {"Microsoft.Devices/IotHubs/Read", "IotHub", "Get IotHub(s)"},
        {"Microsoft.Devices/IotHubs/Write", "IotHub", "Create or update IotHub"},
        {"Microsoft.Devices/IotHubs/Delete", "IotHub", "Delete IotHub"},
        {"Microsoft.Devices/IotHubs/listkeys/Action", "IotHub", "Get all IotHub keys"},
        {"Microsoft.Devices/IotHubs/iotHubKeys/listkeys/Action", "IotHub", "Get one IotHub key"},
        {"Microsoft.Devices/IotHubs/failover/Action", "IotHub", "Fail over to the paired region"},
        {"Microsoft.Devices/IotHubs/iotHubStats/Read", "IotHub", "Get IotHub statistics"},
        {"Microsoft.Devices/IotHubs/quotaMetrics/Read", "IotHub", "Get quota metrics"},
        {"Microsoft.Devices/IotHubs/eventHubEndpoints/consumerGroups/Write",
         "EventHub Consumer Group", "Create consumer group"},
    };
    json::array values;
    for (Row const& row : rows) {
        json::object display{{"provider", "Microsoft Devices"},
                             {"resource", row.resource},
                             {"operation", row.operation},
                             {"description", row.operation}};
        values.push_back(json::object{{"name", row.name}, {"display", std::move(display)}});
    }
    return json_answer(200, list_of(std::move(values)));
}

Answer list_usages(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    std::int64_t hubs = 0;
    for (auto const& [name, hub] : plane.ledger.model().hubs())
        if (equal_ci(hub.subscription(), call.arg("subscription"))) ++hubs;
    json::object usage{{"id", "/subscriptions/" + call.arg("subscription") +
                                  "/providers/Microsoft.Devices/usages/IotHubCount"},
                       {"type", "IotHubs"},
                       {"unit", "Count"},
                       {"currentValue", hubs},
                       {"limit", 50},
                       {"name", json::object{{"value", "IotHubCount"},
                                             {"localizedValue", "IoT hubs"}}}};
    return json_answer(200, list_of({std::move(usage)}));
}

}  // namespace

std::vector<Route> subscription_routes() {
    constexpr Access bearer = Access::bearer;
    return {
        {"GET", "subscriptions", list_subscriptions},
        {"GET", "subscriptions/{subscription}", get_subscription},
        {"GET", "tenants", list_tenants},
        {"GET", "subscriptions/{subscription}/locations", list_locations},
        {"GET", "subscriptions/{subscription}/providers", list_providers},
        {"GET", "providers", list_providers},
        {"GET", "providers/{provider}", get_provider},
        {"GET", "subscriptions/{subscription}/providers/{provider}", get_provider},
        {"POST", "subscriptions/{subscription}/providers/{provider}/register", get_provider},
        {"GET", "providers/Microsoft.Devices/operations", list_operations, bearer, Api::devices},
        {"GET", "subscriptions/{subscription}/providers/Microsoft.Devices/usages", list_usages,
         bearer, Api::devices},
    };
}

}  // namespace tandem::control
