#include "app/check_installation.hpp"

#include "codec/number_text.hpp"
#include "control/text.hpp"
#include "world/sockets.hpp"

#include <unistd.h>
#include <algorithm>
#include <map>
#include <set>

namespace tandem::app {

namespace {

constexpr std::size_t subscription_bytes_max = 128, region_name_bytes_max = 64;
constexpr std::uint32_t dns_ttl_max = 0x7FFF'FFFF;   // RFC 2181, 8
constexpr int failovers_max = 1'000'000;

/// IPv4, for it goes into URLs as it is; and this machine's, for the processes run here.
Result<void> check_address(std::string const& option, std::string const& address) {
    if (!world::is_address(address) || address.find(':') != std::string::npos)
        return wrong(option, address, "is no IPv4 address. Give one of this machine's, such as "
                                      "127.0.0.1");
    auto const listener = world::open_listener({address, 0});
    if (!listener.ok())
        return wrong(option, address,
                     "cannot be listened at (" + listener.error().detail +
                         "). Give an address that this machine has: `ip address` shows them");
    ::close(listener->fd);
    return {};
}

Result<void> check_addresses(Installation const& it) {
    TANDEM_CHECK(check_address("--address", it.address));
    std::set<std::string> taken{it.address};
    for (auto const& region : it.regions) {
        TANDEM_CHECK(check_address("--region-addresses", region.address));
        if (!taken.insert(region.address).second)
            return wrong("--region-addresses", region.address,
                         "is another region's or the edge's. Give each its own: they use the same "
                         "ports");
    }
    return {};
}

struct Port {
    char const* option;
    std::uint16_t number;
};

/// What listens at one address: a port each.
Result<void> check_distinct(std::vector<Port> const& ports) {
    std::map<std::uint16_t, char const*> taken;
    for (auto const& port : ports) {
        if (port.number == 0) continue;
        auto const [place, fresh] = taken.emplace(port.number, port.option);
        if (!fresh)
            return wrong(port.option, std::to_string(port.number),
                         std::string{"is taken by "} + place->second + ". Give another");
    }
    return {};
}

Result<void> check_ports(Installation const& it) {
    std::vector<Port> const common{{"--mqtt-port", it.edge_ports.mqtt},
                                   {"--amqp-port", it.edge_ports.amqp},
                                   {"--https-port", it.edge_ports.https},
                                   {"--control-port", it.control_port},
                                   {"--peer-port", it.peer_port},
                                   {"--admin-port", it.admin_port},
                                   {"--admin-port and the next one", it.edge_admin_port}};
    for (auto const& port : common)
        if (port.number == 0)
            return wrong(port.option, "0", "is no port. Give one from 1 to 65535");
    auto edge = common, region = common;
    if (it.address == "127.0.0.1") edge.push_back({"--proxy-port", it.proxy_port});
    TANDEM_CHECK(check_distinct(edge));
    region.push_back({"--mqtt-plain-port", it.regions.front().mqtt_plain});   // the same at both
    return check_distinct(region);
}

/// Names are directories, sites and parts of URLs.
Result<void> check_region_name(std::string const& name) {
    static std::set<std::string> const taken{"control", "edge", "proxy", "pki", "witness", "az"};
    if (!control::is_plain_name(name, region_name_bytes_max) || control::lower(name) != name ||
        !control::is_letter_or_digit(name.front()))
        return wrong("--regions", name,
                     "is no region's name. Use lower-case letters and digits, as in "
                     "westus2=West US 2,westcentralus=West Central US");
    if (taken.contains(name) || name.starts_with("control-") || name.starts_with("edge"))
        return wrong("--regions", name, "is what a process of Tandem's is called. Give another");
    return {};
}

Result<void> check_regions(Installation const& it) {
    std::set<std::string> taken;
    for (auto const& region : it.regions) {
        TANDEM_CHECK(check_region_name(region.name));
        if (!taken.insert(region.name).second)
            return wrong("--regions", region.name, "is there twice. A pair is two regions");
    }
    for (auto const& more : it.more_regions) {
        if (!control::is_plain_name(more.region, region_name_bytes_max) ||
            (!more.paired.empty() && !control::is_plain_name(more.paired, region_name_bytes_max)))
            return wrong("--extra-regions", more.region + "=" + more.paired,
                         "is no pair of names. Use letters, digits, '-', '.' and '_', as in "
                         "eastus=westus,westus=eastus");
        if (!taken.insert(more.region).second)
            return wrong("--extra-regions", more.region, "is there twice");
    }
    return {};
}

Result<void> check_dns(Installation const& it) {
    if (!world::is_host_name(it.domain))
        return wrong("--dns-zone", it.domain, "is no domain's name. Give one such as iot.example");
    if (it.dns_address.empty()) return {};
    if (!world::is_address(it.dns_address))
        return wrong("--dns-server", it.dns_address,
                     "is no IP address. Give the name server's, with its port where it is not 53: "
                     "10.0.0.53:53");
    if (it.dns_ttl > dns_ttl_max)
        return wrong("--dns-ttl", std::to_string(it.dns_ttl), "is more than DNS allows. Give few "
                                                              "seconds, such as 5");
    return {};
}

}  // namespace

Error wrong(std::string const& option, std::string const& value, std::string const& what) {
    return {Errc::argument_invalid, option + " \"" + value + "\": " + what};
}

std::optional<std::uint16_t> port_of(std::string const& text) {
    auto const port = whole_number<std::uint16_t>(text);
    return port && *port != 0 ? port : std::nullopt;
}

Result<void> check_server(char const* option, std::string const& server) {
    auto const colon = server.rfind(':');
    std::string const host = server.substr(0, colon);
    bool const bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    bool const known = bracketed ? world::is_address(host.substr(1, host.size() - 2))
                                 : world::is_host_name(host) ||
                                       (world::is_address(host) && host.find(':') == host.npos);
    if (colon == std::string::npos || !known || !port_of(server.substr(colon + 1)))
        return wrong(option, server, "is no HOST:PORT. Give a name or an address, and a port from "
                                     "1 to 65535, as in 127.0.0.1:10000");
    return {};
}

Result<void> check(Installation const& it) {
    TANDEM_CHECK(check_regions(it));
    TANDEM_CHECK(check_addresses(it));
    TANDEM_CHECK(check_ports(it));
    TANDEM_CHECK(check_dns(it));
    for (auto const& server : it.blob_allow) TANDEM_CHECK(check_server("--blob-allow", server));
    if (!control::is_plain_name(it.subscription, subscription_bytes_max) ||
        !control::is_letter_or_digit(it.subscription.front()))
        return wrong("--subscription", it.subscription,
                     "is no id. Use at most 128 letters, digits, '-', '.' and '_', beginning with "
                     "a letter or digit");
    auto const seconds =
        std::chrono::duration_cast<std::chrono::seconds>(it.failover.minimum_interval).count();
    if (seconds < 0)
        return wrong("--failover-interval-seconds", std::to_string(seconds),
                     "is less than nothing. Give seconds, or 0 for no limit");
    if (it.failover.failovers_per_day < 0 || it.failover.failovers_per_day > failovers_max)
        return wrong("--failovers-per-day", std::to_string(it.failover.failovers_per_day),
                     "is no number of failovers. Give 1 to 1000000, or 0 for no limit");
    return {};
}

}  // namespace tandem::app
