// `tandem haproxy-config`.
#include "app/haproxy.hpp"

#include "app/management.hpp"
#include "app/quickstart.hpp"
#include "app/verbs.hpp"
#include "world/sockets.hpp"

#include <boost/json.hpp>
#include <array>
#include <cstdio>

namespace tandem::app {

namespace json = boost::json;

namespace {

constexpr char const* head =
    "# Made by `tandem haproxy-config`. Make it anew when hubs are created or deleted.\n"
    "defaults\n"
    "    mode tcp\n"
    "    timeout connect 2s\n"
    "    timeout check 2s\n"
    "    timeout client 35m        # longer than the longest MQTT keep-alive\n"
    "    timeout server 35m\n"
    "    option clitcpka\n"
    "    option srvtcpka\n"
    "    option redispatch\n"
    "    retries 3\n";

struct Protocol {
    char const* name;
    std::uint16_t listen;
    std::uint16_t region;
};

std::array<Protocol, 3> protocols(Installation const& it) {
    return {{{"https", it.edge_ports.https, it.region_ports.https},
             {"mqtt", it.edge_ports.mqtt, it.region_ports.mqtt},
             {"amqp", it.edge_ports.amqp, it.region_ports.amqp}}};
}

std::string backend_name(BalancedHub const& hub, Protocol const& protocol) {
    return "hub_" + hub.name + "_" + protocol.name;
}

std::vector<std::string> names(BalancedHub const& hub) {
    std::vector<std::string> found;
    for (auto const& host : hub.hosts)
        if (!world::is_address(host)) found.push_back(host);
    return found;
}

std::string frontend(Protocol const& protocol, std::vector<BalancedHub> const& hubs,
                     std::string const& bind) {
    std::string out = std::string{"\nfrontend "} + protocol.name + "\n    bind " + bind + ":" +
                      std::to_string(protocol.listen) +
                      "\n    tcp-request inspect-delay 5s\n"
                      "    tcp-request content accept if { req.ssl_hello_type 1 }\n";
    for (auto const& hub : hubs) {
        auto const hosts = names(hub);
        if (hosts.empty()) continue;
        out += "    use_backend " + backend_name(hub, protocol) + " if { req.ssl_sni -i";
        for (auto const& host : hosts) out += " " + host;
        out += " }\n";
    }
    if (hubs.size() == 1)
        out += "    default_backend " + backend_name(hubs.front(), protocol) + "\n";
    return out;
}

/// Each region is asked once a hub, by the HTTPS backend; the other two go by what it found.
std::string backend(Installation const& it, BalancedHub const& hub, Protocol const& protocol) {
    std::string out = "\nbackend " + backend_name(hub, protocol) + "\n";
    auto const hosts = names(hub);
    if (hosts.empty()) return {};
    std::string const& host = hosts.front();
    bool const asks = std::string{protocol.name} == "https";
    if (asks)
        out += "    option httpchk\n"
               "    http-check send meth GET uri /concierge/v1/serving/" + host +
               " ver HTTP/1.1 hdr Host " + host + " hdr Connection close\n"
               "    http-check expect status 200\n";
    for (auto const& region : it.regions) {
        out += "    server " + region.name + " " + region.address + ":" +
               std::to_string(protocol.region);
        out += asks ? " check check-ssl check-sni " + host + " verify required ca-file " +
                          it.ca_file().string() + " inter 500ms fall 2 rise 1"
                    : " track hub_" + hub.name + "_https/" + region.name;
        out += " on-marked-down shutdown-sessions\n";
    }
    return out;
}

std::vector<BalancedHub> hubs_of(json::value const& status) {
    std::vector<BalancedHub> hubs;
    boost::system::error_code none;
    auto const* const list = status.find_pointer("/hubs", none);
    if (list == nullptr || !list->is_array()) return hubs;
    for (auto const& value : list->as_array()) {
        auto const* const name = value.find_pointer("/name", none);
        auto const* const hosts = value.find_pointer("/hostNames", none);
        if (name == nullptr || !name->is_string() || hosts == nullptr || !hosts->is_array())
            continue;
        BalancedHub hub{std::string{name->as_string()}, {}};
        for (auto const& host : hosts->as_array())
            if (host.is_string()) hub.hosts.emplace_back(host.as_string());
        hubs.push_back(std::move(hub));
    }
    return hubs;
}

Result<std::string> ask_and_write(fs::path const& data_dir, std::string const& bind) {
    TANDEM_TRY(auto const it, load_installation(data_dir));
    TANDEM_TRY(auto const quickstart, load_quickstart(data_dir));
    TANDEM_TRY(auto const control,
               Management::sign_in(it, quickstart.client_id, quickstart.client_secret));
    TANDEM_TRY(auto const status, control.get("/tandem/v1/status"));
    if (status.status != 200) return Error{Errc::unavailable, error_text(status)};
    return haproxy_config(it, hubs_of(status.body), bind);
}

}  // namespace

std::string haproxy_config(Installation const& it, std::vector<BalancedHub> const& hubs,
                           std::string const& bind) {
    std::string out = head;
    for (auto const& protocol : protocols(it)) out += frontend(protocol, hubs, bind);
    for (auto const& hub : hubs)
        for (auto const& protocol : protocols(it)) out += backend(it, hub, protocol);
    return out;
}

int print_haproxy_config(fs::path const& data_dir, std::string const& bind) {
    auto const config = ask_and_write(data_dir, bind);
    if (!config.ok()) return fail("haproxy-config", config.error().detail);
    std::fputs(config->c_str(), stdout);
    return 0;
}

}  // namespace tandem::app
