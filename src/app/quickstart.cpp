#include "app/quickstart.hpp"

#include <boost/json.hpp>

namespace tandem::app {

namespace json = boost::json;

Result<Quickstart> load_quickstart(fs::path const& data_dir) {
    TANDEM_TRY(auto const text, read_file(data_dir / "quickstart.json"));
    try {
        auto const document = json::parse(text).as_object();
        auto get = [&](char const* name) { return std::string{document.at(name).as_string()}; };
        auto get_if = [&](char const* name) {   // not in files written before there was a portal
            return document.contains(name) ? get(name) : std::string{};
        };
        Quickstart q{.tandem = get("tandem"),
                     .data_dir = get("dataDir"),
                     .hub = get("hub"),
                     .owner = get("owner"),
                     .owner_connection_string = get("ownerConnectionString"),
                     .device_connection_string = get("deviceConnectionString"),
                     .event_hub_connection_string = get("eventHubConnectionString"),
                     .ca_file = get("caFile"),
                     .control_url = get("controlUrl"),
                     .portal_url = get_if("portalUrl"),
                     .portal_user = get_if("portalUser"),
                     .portal_password = get_if("portalPassword"),
                     .concierge_urls = {},
                     .concierge_keys_file = get_if("conciergeKeysFile"),
                     .tenant = get("tenant"),
                     .client_id = get("clientId"),
                     .client_secret = get("clientSecret"),
                     .subscription_id = get("subscriptionId"),
                     .resource_group = get("resourceGroup"),
                     .processes = {}};
        if (auto const* urls = document.if_contains("conciergeUrls"))
            for (auto const& url : urls->as_array()) q.concierge_urls.emplace_back(url.as_string());
        for (auto const& value : document.at("processes").as_array()) {
            auto const& entry = value.as_object();
            q.processes.push_back({.role = std::string{entry.at("role").as_string()},
                                   .region = std::string{entry.at("region").as_string()},
                                   .pid = entry.at("pid").to_number<int>(),
                                   .address = std::string{entry.at("address").as_string()},
                                   .data_dir = std::string{entry.at("dataDir").as_string()}});
        }
        return q;
    } catch (std::exception const& error) {
        return Error{Errc::malformed, "quickstart.json is damaged: " + std::string{error.what()}};
    }
}

Result<void> save_quickstart(Quickstart const& q) {
    json::array processes;
    json::array urls;
    for (auto const& url : q.concierge_urls) urls.push_back(json::string{url});
    for (auto const& entry : q.processes)
        processes.push_back(json::object{{"role", entry.role},
                                         {"region", entry.region},
                                         {"pid", entry.pid},
                                         {"address", entry.address},
                                         {"dataDir", entry.data_dir}});
    json::object const document{{"tandem", q.tandem},
                                {"dataDir", q.data_dir},
                                {"hub", q.hub},
                                {"owner", q.owner},
                                {"ownerConnectionString", q.owner_connection_string},
                                {"deviceConnectionString", q.device_connection_string},
                                {"eventHubConnectionString", q.event_hub_connection_string},
                                {"caFile", q.ca_file},
                                {"conciergeUrls", urls},
                                {"conciergeKeysFile", q.concierge_keys_file},
                                {"controlUrl", q.control_url},
                                {"portalUrl", q.portal_url},
                                {"portalUser", q.portal_user},
                                {"portalPassword", q.portal_password},
                                {"tenant", q.tenant},
                                {"clientId", q.client_id},
                                {"clientSecret", q.client_secret},
                                {"subscriptionId", q.subscription_id},
                                {"resourceGroup", q.resource_group},
                                {"processes", processes}};
    return write_private(fs::path{q.data_dir} / "quickstart.json",
                         json::serialize(document) + "\n");
}

std::string device_connection_string(Installation const& it, std::string const& key) {
    std::string const port =
        it.edge_ports.mqtt == 8883 ? "" : ":" + std::to_string(it.edge_ports.mqtt);
    return "HostName=localhost" + port + ";DeviceId=" + it.device + ";SharedAccessKey=" + key;
}

std::string environment(Quickstart const& q, Installation const& it, bool redirect) {
    auto line = [](std::string const& name, std::string const& value) {
        return "export " + name + "='" + value + "'\n";
    };
    std::string out = "# for every client: trust the installation's authority\n";
    out += line("NODE_EXTRA_CA_CERTS", q.ca_file);
    out += line("REQUESTS_CA_BUNDLE", q.ca_file);
    out += line("SSL_CERT_FILE", q.ca_file);
    out += "# for the management SDKs: who signs in\n";
    out += line("AZURE_CLIENT_ID", q.client_id);
    out += line("AZURE_CLIENT_SECRET", q.client_secret);
    out += line("AZURE_TENANT_ID", "adfs");
    out += line("AZURE_AUTHORITY_HOST", q.control_url);
    out += line("AZURE_SUBSCRIPTION_ID", q.subscription_id);
    out += "# what they connect to\n";
    out += line("TANDEM_CONTROL_URL", q.control_url);
    out += line("IOTHUB_CONNECTION_STRING", q.owner_connection_string);
    out += line("IOTHUB_DEVICE_CONNECTION_STRING", q.device_connection_string);
    out += line("EVENTHUB_CONNECTION_STRING", q.event_hub_connection_string);
    out += "# for az, kept apart from your own sign-ins\n";
    out += line("AZURE_CONFIG_DIR", (fs::path{q.data_dir} / "az").string());
    out += line("AZURE_CORE_COLLECT_TELEMETRY", "no");
    out += "# then, once:\n";
    out +=
        "#   az cloud register --name Tandem --endpoint-resource-manager " + q.control_url + "/\n";
    out += "#   az cloud set --name Tandem\n";
    out +=
        "#   az login --service-principal -u \"$AZURE_CLIENT_ID\" -p \"$AZURE_CLIENT_SECRET\""
        " --tenant " +
        q.tenant + "\n";
    if (!redirect) return out;
    if (it.proxy_port == 0)
        return out + "# redirect mode is off: start with `tandem up --proxy-port 8899`\n";
    out += "# for programs that call management.azure.com: they get this installation\n";
    out += line("HTTPS_PROXY", "http://127.0.0.1:" + std::to_string(it.proxy_port));
    out += line("NO_PROXY", "localhost,127.0.0.1," + it.address);
    return out;
}

}  // namespace tandem::app
