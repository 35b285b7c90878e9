// Subscriptions, tenants, locations, providers, and what does not belong to one hub.
#include "control/router.hpp"

#include "codec/percent.hpp"
#include "control/region_presets.hpp"
#include "control/sku.hpp"

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

Answer list_subscriptions(Plane& plane, Call const& call) {
    json::array values;
    for (auto const& subscription : plane.options.subscriptions)
        if (plane.roles.may(call.client, Need::listed,
                            normal_scope("/subscriptions/" + subscription.id)))
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

json::object location_document(Region const& region, std::string const& prefix) {
    json::array pair;
    if (region.paired)
        pair.push_back(json::object{{"name", region.paired->value},
                                    {"id", prefix + region.paired->value}});
    RegionPreset const* preset = region_preset(region.name.value);
    json::object metadata{{"regionType", "Physical"},
                          {"regionCategory", "Recommended"},
                          {"geographyGroup", preset ? preset->geography : "Tandem"},
                          {"longitude", "0"},
                          {"latitude", "0"},
                          {"physicalLocation", preset ? preset->place : ""},
                          {"pairedRegion", std::move(pair)}};
    return json::object{{"id", prefix + region.name.value},
                        {"name", region.name.value},
                        {"displayName", region.display_name},
                        {"regionalDisplayName", region.display_name},
                        {"type", "Region"},
                        {"metadata", std::move(metadata)}};
}

Answer list_locations(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    std::string const prefix = "/subscriptions/" + call.arg("subscription") + "/locations/";
    json::array values;
    for (Region const& region : plane.options.regions)
        values.push_back(location_document(region, prefix));
    return json_answer(200, list_of(std::move(values)));
}

struct Provider {
    char const* name;
    std::vector<char const*> types;
    std::vector<std::string> versions;
};

std::vector<Provider> const& providers() {
    static std::vector<Provider> const all = {
        {"Microsoft.Devices",
         {"IotHubs", "IotHubs/certificates", "IotHubs/privateEndpointConnections",
          "checkNameAvailability", "usages", "operations", "locations",
          "locations/operationResults"},
         devices_api_versions},
        {"Microsoft.Resources",
         {"resourceGroups", "subscriptions", "tenants", "providers", "resources"},
         {"2022-09-01", "2021-04-01", "2019-11-01"}},
        {"Microsoft.Insights", {"metrics", "metricDefinitions"}, {"2018-01-01"}},
        {"Microsoft.Authorization",
         {"roleAssignments", "roleDefinitions"},
         {"2022-04-01", "2020-04-01-preview"}}};
    return all;
}

json::object provider_document(Plane const& plane, std::string const& subscription,
                               Provider const& provider) {
    json::array locations;
    for (Region const& region : plane.options.regions)
        locations.push_back(json::value(region.display_name));
    json::array versions;
    for (auto const& version : provider.versions) versions.push_back(json::value(version));
    json::array types;
    for (char const* type : provider.types)
        types.push_back(json::object{{"resourceType", type},
                                     {"locations", locations},
                                     {"apiVersions", versions},
                                     {"capabilities", "None"}});
    std::string const place = subscription.empty() ? "" : "/subscriptions/" + subscription;
    return json::object{{"id", place + "/providers/" + provider.name},
                        {"namespace", provider.name},
                        {"resourceTypes", std::move(types)},
                        {"registrationState", "Registered"},
                        {"registrationPolicy", "RegistrationRequired"}};
}

Answer list_providers(Plane& plane, Call const& call) {
    auto const named = call.args.find("subscription");
    if (named != call.args.end())
        if (auto refused = refuse_group(plane, call)) return refused;
    std::string const subscription = named == call.args.end() ? "" : named->second;
    json::array values;
    for (Provider const& provider : providers())
        values.push_back(provider_document(plane, subscription, provider));
    return json_answer(200, list_of(std::move(values)));
}

Answer get_provider(Plane& plane, Call const& call) {
    auto const named = call.args.find("subscription");
    if (named != call.args.end())
        if (auto refused = refuse_group(plane, call)) return refused;
    std::string const& wanted = call.arg("provider");
    std::string const subscription = named == call.args.end() ? "" : named->second;
    for (Provider const& provider : providers())
        if (equal_ci(wanted, provider.name))
            return json_answer(200, provider_document(plane, subscription, provider));
    return arm_error(404, "InvalidResourceNamespace",
                     "The resource namespace '" + wanted + "' is invalid.");
}

Answer list_operations(Plane&, Call const&) {
    struct Row {
        char const* name;
        char const* resource;
        char const* operation;
    };
    static constexpr Row rows[] = {
        {"register/action", "IotHub", "Register the provider"},
        {"checkNameAvailability/Action", "IotHub", "Check whether a name is free"},
        {"usages/Read", "IotHub", "Get the subscription's usages"},
        {"IotHubs/Read", "IotHub", "Get hubs"},
        {"IotHubs/Write", "IotHub", "Create or update a hub"},
        {"IotHubs/Delete", "IotHub", "Delete a hub"},
        {"IotHubs/listkeys/Action", "IotHub", "Get all keys of a hub"},
        {"IotHubs/iotHubKeys/listkeys/Action", "IotHub", "Get the keys of one policy"},
        {"IotHubs/failover/Action", "IotHub", "Fail over to the paired region"},
        {"IotHubs/iotHubStats/Read", "IotHub", "Get statistics of a hub"},
        {"IotHubs/quotaMetrics/Read", "IotHub", "Get quotas of a hub"},
        {"IotHubs/skus/Read", "IotHub", "Get the tiers that a hub may change to"},
        {"IotHubs/routingEndpointsHealth/Read", "IotHub", "Get the health of endpoints"},
        {"IotHubs/routing/routes/$testall/Action", "IotHub", "Try a message on all routes"},
        {"IotHubs/routing/routes/$testnew/Action", "IotHub", "Try a message on a new route"},
        {"IotHubs/jobs/Read", "IotHub", "Get export and import jobs"},
        {"IotHubs/exportDevices/Action", "IotHub", "Export identities"},
        {"IotHubs/importDevices/Action", "IotHub", "Import identities"},
        {"IotHubs/certificates/Read", "Certificate", "Get certificates"},
        {"IotHubs/certificates/Write", "Certificate", "Create or update a certificate"},
        {"IotHubs/certificates/Delete", "Certificate", "Delete a certificate"},
        {"IotHubs/certificates/generateVerificationCode/Action", "Certificate",
         "Make a verification code"},
        {"IotHubs/certificates/verify/Action", "Certificate", "Verify a certificate"},
        {"IotHubs/privateEndpointConnections/Read", "IotHub", "Get private endpoint connections"},
        {"IotHubs/privateEndpointConnections/Write", "IotHub", "Approve or reject one"},
        {"IotHubs/privateEndpointConnections/Delete", "IotHub", "Delete one"},
        {"IotHubs/eventHubEndpoints/consumerGroups/Read", "EventHub Consumer Group",
         "Get consumer groups"},
        {"IotHubs/eventHubEndpoints/consumerGroups/Write", "EventHub Consumer Group",
         "Create a consumer group"},
        {"IotHubs/eventHubEndpoints/consumerGroups/Delete", "EventHub Consumer Group",
         "Delete a consumer group"},
    };
    json::array values;
    for (Row const& row : rows) {
        json::object display{{"provider", "Microsoft Devices"},
                             {"resource", row.resource},
                             {"operation", row.operation},
                             {"description", row.operation}};
        values.push_back(json::object{{"name", std::string{"Microsoft.Devices/"} + row.name},
                                      {"display", std::move(display)}});
    }
    return json_answer(200, list_of(std::move(values)));
}

/// A provider that everything else rests on cannot be taken away.
Answer unregister_provider(Plane& plane, Call const& call) {
    auto answer = get_provider(plane, call);
    if (answer && answer->status != 200) return answer;
    return arm_error(409, "CannotUnregisterRegistrationFreeResourceProvider",
                     "The provider '" + call.arg("provider") + "' is always registered.");
}

json::object usage(Call const& call, char const* name, char const* shown, std::size_t count,
                   std::size_t limit) {
    return json::object{{"id", "/subscriptions/" + call.arg("subscription") +
                                   "/providers/Microsoft.Devices/usages/" + name},
                        {"type", "Microsoft.Devices/IotHubs"},
                        {"unit", "Count"},
                        {"currentValue", count},
                        {"limit", limit},
                        {"name", json::object{{"value", name}, {"localizedValue", shown}}}};
}

Answer list_usages(Plane& plane, Call const& call) {
    if (auto refused = refuse_group(plane, call)) return refused;
    std::size_t hubs = 0, free_hubs = 0;
    for (auto const& [name, hub] : plane.ledger.model().hubs()) {
        if (!equal_ci(hub.subscription(), call.arg("subscription"))) continue;
        ++(sku_of(hub).free() ? free_hubs : hubs);
    }
    return json_answer(
        200, list_of({usage(call, "IotHubCount", "IoT hubs", hubs, paid_hubs_max),
                      usage(call, "FreeIotHubCount", "Free IoT hubs", free_hubs, free_hubs_max)}));
}

}  // namespace

std::vector<Route> subscription_routes() {
    constexpr Access bearer = Access::bearer;
    constexpr Api resources = Api::resources;
    constexpr Need everybody = Need::signed_in;
    constexpr Need listed = Need::listed;
    return {
        {"GET", "subscriptions", list_subscriptions, bearer, resources, everybody},
        {"GET", "subscriptions/{subscription}", get_subscription, bearer, resources, listed},
        {"GET", "tenants", list_tenants, bearer, resources, everybody},
        {"GET", "subscriptions/{subscription}/locations", list_locations, bearer, resources,
         listed},
        {"GET", "subscriptions/{subscription}/providers", list_providers, bearer, resources,
         listed},
        {"GET", "providers", list_providers, bearer, resources, everybody},
        {"GET", "providers/{provider}", get_provider, bearer, resources, everybody},
        {"GET", "subscriptions/{subscription}/providers/{provider}", get_provider, bearer,
         resources, listed},
        {"POST", "subscriptions/{subscription}/providers/{provider}/register", get_provider},
        {"POST", "subscriptions/{subscription}/providers/{provider}/unregister",
         unregister_provider},
        {"GET", "providers/Microsoft.Devices/operations", list_operations, bearer, Api::devices,
         everybody},
        {"GET", "subscriptions/{subscription}/providers/Microsoft.Devices/usages", list_usages,
         bearer, Api::devices},
    };
}

}  // namespace tandem::control
