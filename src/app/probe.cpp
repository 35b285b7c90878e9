#include "app/probe.hpp"

#include "app/child.hpp"
#include "app/management.hpp"
#include "world/system.hpp"

#include <boost/json.hpp>

namespace tandem::app {

namespace json = boost::json;

namespace {

constexpr double lag_seconds_max = 1;  ///< "the pair has everything", under load too

std::string policy_key(Management const& control, Installation const& it, std::string const& name) {
    auto const answer =
        control.post("/subscriptions/" + it.subscription + "/resourceGroups/" + it.group +
                         "/providers/Microsoft.Devices/IotHubs/" + it.hub + "/IotHubKeys/" + name +
                         "/listkeys?api-version=2023-06-30",
                     "");
    if (!answer.ok() || answer->status != 200 || !answer->body.is_object()) return {};
    auto const* key = answer->body.as_object().if_contains("primaryKey");
    return key != nullptr && key->is_string() ? std::string{key->as_string()} : std::string{};
}

/// The quick start's device, made if it is not there yet; its primary key.
Result<std::string> device_key(Installation const& it, ServiceAccess const& owner) {
    std::string const target = "/devices/" + it.device + "?api-version=2021-04-12";
    auto const now = world::read_clocks().wall;
    auto response = call_hub(it, owner, "GET", target, "", now);
    if (response.ok() && response->status == 404)
        response = call_hub(it, owner, "PUT", target, "{\"deviceId\":\"" + it.device + "\"}", now);
    if (!response.ok()) return response.error();
    if (response->status != 200)
        return Error{Errc::unavailable, "the hub answered " + std::to_string(response->status)};
    boost::system::error_code failed;
    auto const body = json::parse(response->body, failed);
    auto const* key =
        failed ? nullptr : body.find_pointer("/authentication/symmetricKey/primaryKey", failed);
    if (key == nullptr || !key->is_string())
        return Error{Errc::malformed, "the hub's answer has no device key"};
    return std::string{key->as_string()};
}

/// The region that serves the hub, once its pair has everything it has.
Result<std::string> owner_in_step(Management const& control, Installation const& it) {
    TANDEM_TRY(auto const answer, control.get("/tandem/v1/hubs/" + it.hub));
    boost::system::error_code failed;
    auto const* regions = answer.body.find_pointer("/regions", failed);
    if (regions == nullptr || !regions->is_array())
        return Error{Errc::unavailable, "control does not know the hub yet"};
    for (auto const& region : regions->as_array()) {
        auto const* role = region.find_pointer("/role", failed);
        auto const* lag = region.find_pointer("/lagSeconds", failed);
        auto const* name = region.find_pointer("/region", failed);
        if (role != nullptr && *role == "serving" && lag != nullptr && name != nullptr &&
            lag->to_number<double>(failed) < lag_seconds_max)
            return std::string{name->as_string()};
    }
    return Error{Errc::unavailable, "no region serves the hub with its pair in step"};
}

/// What devices are to verify the concierge's answers with, kept beside the authority.
Result<void> save_concierge_keys(Management const& control, Installation const& it) {
    TANDEM_TRY(auto const keys, control.get("/concierge/v1/keys"));
    if (keys.status != 200)
        return Error{Errc::unavailable, "control has no concierge keys yet"};
    return write_private(it.concierge_keys_file(), keys.text);
}

}  // namespace

Result<Quickstart> probe(Installation const& it, Secrets const& secrets) {
    TANDEM_TRY(auto const control, Management::sign_in(it, it.client_id, secrets.client));
    std::string const owner_key = policy_key(control, it, "iothubowner");
    std::string const service_key = policy_key(control, it, "service");
    if (owner_key.empty() || service_key.empty())
        return Error{Errc::unavailable, "control has no keys of the hub yet"};
    TANDEM_TRY(auto const device, device_key(it, {"iothubowner", owner_key}));
    TANDEM_CHECK(save_concierge_keys(control, it));

    Quickstart q;
    q.tandem = own_program();
    q.data_dir = it.data_dir;
    q.hub = it.hub;
    TANDEM_TRY(q.owner, owner_in_step(control, it));
    std::string const host = "HostName=localhost;";
    q.owner_connection_string =
        host + "SharedAccessKeyName=iothubowner;SharedAccessKey=" + owner_key;
    q.device_connection_string = device_connection_string(it, device);
    std::string const amqp_port =
        it.edge_ports.amqp == 5671 ? "" : ":" + std::to_string(it.edge_ports.amqp);
    q.event_hub_connection_string = "Endpoint=sb://localhost" + amqp_port +
                                    "/;SharedAccessKeyName=service;SharedAccessKey=" + service_key +
                                    ";EntityPath=" + it.hub;
    q.ca_file = it.ca_file();
    q.concierge_urls = it.concierge_urls();
    q.concierge_keys_file = it.concierge_keys_file();
    q.control_url = it.control_url();
    q.portal_url = it.control_url() + "/portal/";
    q.portal_user = it.user;
    q.portal_password = secrets.portal;
    q.tenant = it.tenant;
    q.client_id = it.client_id;
    q.client_secret = secrets.client;
    q.subscription_id = it.subscription;
    q.resource_group = it.group;
    return q;
}

}  // namespace tandem::app
