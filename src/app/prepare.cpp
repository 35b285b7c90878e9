#include "app/prepare.hpp"

#include "app/check_installation.hpp"
#include "app/quickstart.hpp"
#include "codec/hex.hpp"
#include "control/region_presets.hpp"
#include "control/text.hpp"
#include "identity/secret.hpp"
#include "world/sockets.hpp"
#include "world/system.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <set>
#include <utility>
#include <vector>

namespace tandem::app {

namespace {

constexpr std::uint16_t https_port_unprivileged = 8443;
constexpr std::size_t secret_bytes = 16, salt_bytes = 16;

/// Nobody else on this machine connects from there unless it asks for it.
constexpr char const* edge_loopback_source = "127.0.0.9";

bool can_bind(std::string const& address, std::uint16_t port) {
    int const fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    ::inet_pton(AF_INET, address.c_str(), &at.sin_addr);
    int const yes = 1;
    ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    bool const bound =
        ::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0 || errno != EACCES;
    ::close(fd);
    return bound;
}

/// "a=b,c=d" as pairs; what has no "=" is both.
std::vector<std::pair<std::string, std::string>> pairs_of(std::string const& text) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (std::size_t from = 0; from < text.size();) {
        auto const comma = std::min(text.find(',', from), text.size());
        std::string const one = text.substr(from, comma - from);
        auto const equals = one.find('=');
        pairs.emplace_back(one.substr(0, equals),
                           equals == std::string::npos ? one : one.substr(equals + 1));
        from = comma + 1;
    }
    return pairs;
}

/// What a region is called when nobody says so: a region of Azure's keeps its name.
std::string shown_name(std::string const& name) {
    auto const* preset = control::region_preset(name);
    return preset != nullptr && preset->name == name ? preset->display_name : name;
}

/// The pair's names are those of directories and of sites: they stay what they were at the start.
Result<void> apply_regions(std::string const& option, Installation& it, bool fresh) {
    auto const pairs = pairs_of(option);
    if (pairs.size() != it.regions.size())
        return wrong("--regions", option,
                     "is not two regions. Give both, as in "
                     "westus2=West US 2,westcentralus=West Central US");
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        auto& region = it.regions[i];
        if (!fresh && region.name != pairs[i].first)
            return wrong("--regions", option,
                         "does not fit what is here: " + it.regions[0].name + " and " +
                             it.regions[1].name +
                             ". Leave the option out, or begin anew in another --data-dir");
        if (!fresh) continue;
        region.name = pairs[i].first;
        region.display_name =
            pairs[i].second == pairs[i].first ? shown_name(pairs[i].first) : pairs[i].second;
    }
    return {};
}

Result<void> apply_region_addresses(std::string const& option, Installation& it) {
    auto const pairs = pairs_of(option);
    if (pairs.size() != it.regions.size())
        return wrong("--region-addresses", option,
                     "is not two addresses. Give one a region, as in 127.0.0.2,127.0.0.3");
    for (std::size_t i = 0; i < pairs.size(); ++i) it.regions[i].address = pairs[i].first;
    return {};
}

Result<void> apply_dns(UpOptions const& options, Installation& it, bool fresh) {
    if (options.dns_zone && !fresh && *options.dns_zone != it.domain)
        return wrong("--dns-zone", *options.dns_zone,
                     "does not fit what is here: " + it.domain +
                         ". Leave the option out, or begin anew in another --data-dir");
    if (options.dns_zone) it.domain = *options.dns_zone;
    if (options.dns_ttl) it.dns_ttl = *options.dns_ttl;
    if (!options.dns_server) return {};
    bool const bare = world::is_address(*options.dns_server);   // of IPv6 perhaps: no port
    auto const colon = bare ? std::string::npos : options.dns_server->rfind(':');
    it.dns_address = options.dns_server->substr(0, colon);
    if (colon == std::string::npos) return {};
    auto const port = port_of(options.dns_server->substr(colon + 1));
    if (!port)
        return wrong("--dns-server", *options.dns_server,
                     "has no port from 1 to 65535 behind its colon. Give one, as in 10.0.0.53:53");
    it.dns_port = *port;
    return {};
}

Result<void> apply_ports(UpOptions const& options, Installation& it) {
    if (options.mqtt_port) it.edge_ports.mqtt = it.region_ports.mqtt = *options.mqtt_port;
    if (options.amqp_port) it.edge_ports.amqp = it.region_ports.amqp = *options.amqp_port;
    if (options.https_port) it.edge_ports.https = it.region_ports.https = *options.https_port;
    if (options.control_port) it.control_port = *options.control_port;
    if (options.peer_port) it.peer_port = *options.peer_port;
    if (options.admin_port) {
        if (*options.admin_port == 65'535)
            return wrong("--admin-port", "65535",
                         "leaves no next one for the edge. Give one up to 65534");
        it.admin_port = *options.admin_port;
        it.edge_admin_port = static_cast<std::uint16_t>(*options.admin_port + 1);
    }
    if (options.proxy_port) it.proxy_port = *options.proxy_port;
    if (options.mqtt_plain_port)
        for (auto& region : it.regions) region.mqtt_plain = *options.mqtt_plain_port;
    return {};
}

Result<void> apply(UpOptions const& options, Installation& it, bool fresh) {
    if (options.regions) TANDEM_CHECK(apply_regions(*options.regions, it, fresh));
    if (options.address) it.address = *options.address;
    if (options.region_addresses)
        TANDEM_CHECK(apply_region_addresses(*options.region_addresses, it));
    TANDEM_CHECK(apply_ports(options, it));
    if (options.subscription) it.subscription = *options.subscription;
    if (options.blob_allow) {
        it.blob_allow.clear();
        for (auto const& [server, same] : pairs_of(*options.blob_allow))
            it.blob_allow.push_back(server);
    }
    TANDEM_CHECK(apply_dns(options, it, fresh));
    if (options.disk_reserve_bytes) it.disk_reserve_bytes = *options.disk_reserve_bytes;
    if (options.failover_interval_seconds)
        it.failover.minimum_interval = std::chrono::seconds{*options.failover_interval_seconds};
    if (options.failovers_per_day)
        it.failover.failovers_per_day = it.failover.failbacks_per_day = *options.failovers_per_day;
    for (auto const& [name, pair] : pairs_of(options.extra_regions)) {
        std::erase_if(it.more_regions,   // from an earlier start
                      [&, &known_as = name](RegionPair const& known) {
                          return known.region == known_as;
                      });
        it.more_regions.push_back({name, shown_name(name), pair == name ? "" : pair});
    }
    std::set<std::string> seen;   // earlier versions kept them again at every start
    std::erase_if(it.more_regions,
                  [&](RegionPair const& one) { return !seen.insert(one.region).second; });
    return {};
}

Installation fresh_installation(fs::path const& data_dir) {
    Installation it;
    it.data_dir = fs::absolute(data_dir);
    it.regions = {
        {.name = "westus2", .display_name = "West US 2", .address = "127.0.0.2"},
        {.name = "westcentralus", .display_name = "West Central US", .address = "127.0.0.3"}};
    world::SystemRandom random;
    it.subscription = control::random_guid(random);
    it.tenant = control::random_guid(random);
    it.client_id = control::random_guid(random);
    return it;
}

/// The key for dynamic updates as it was given, or as it is kept; empty where there is no server.
Result<std::string> dns_key(UpOptions const& options, Installation const& it) {
    if (it.dns_address.empty() && !options.dns_key) return std::string{};
    auto const file = read_file(options.dns_key ? fs::path{*options.dns_key} : it.dns_key_file());
    if (!file.ok() && !options.dns_key)
        return wrong("--dns-server", it.dns_address,
                     "needs a key. Give NAME:ALGORITHM:SECRET, or a file with it, in --dns-key");
    std::string const key = file.ok() ? *file : *options.dns_key;
    world::DnsServer unused;
    if (auto const read = world::read_dns_key(key, unused); !read.ok())
        return Error{Errc::argument_invalid, "--dns-key: " + read.error().detail +
                                                 ". Give NAME:ALGORITHM:SECRET, or a file with it"};
    return key;
}

/// Goes on with a secret that fits its hash; makes both new otherwise.
void renew(std::string& secret, std::string& hash) {
    if (!secret.empty() && identity::secret_matches(secret, hash)) return;
    world::SystemRandom random;
    // Letters and digits: it is typed, and put into URLs.
    secret = hex_encode(control::random_bytes(random, secret_bytes));
    hash = identity::hash_secret(secret, control::random_bytes(random, salt_bytes));
}

}  // namespace

Result<Installation> prepare(UpOptions const& options, Secrets& secrets) {
    auto const now = world::read_clocks().wall;
    auto loaded = load_installation(options.data_dir);
    if (!loaded.ok() && loaded.code() != Errc::not_found) return loaded.error();
    Installation it = loaded.ok() ? *loaded : fresh_installation(options.data_dir);
    TANDEM_CHECK(apply(options, it, !loaded.ok()));
    TANDEM_TRY(auto const key, dns_key(options, it));
    bool const on_loopback = std::all_of(
        it.regions.begin(), it.regions.end(),
        [](RegionNode const& region) { return region.address.starts_with("127."); });
    if (it.edge_source.empty() && on_loopback) it.edge_source = edge_loopback_source;
    TANDEM_CHECK(check(it));
    if (it.edge_ports.https < 1024 && !can_bind(it.address, it.edge_ports.https)) {
        std::printf(
            "port %u may not be bound by this user: using %u. Clients with 443 built in\n"
            "(azure-iothub, az, Python SDKs, browsers without a port) do not work then.\n",
            it.edge_ports.https, https_port_unprivileged);
        it.edge_ports.https = it.region_ports.https = https_port_unprivileged;
        TANDEM_CHECK(check(it));
    }
    if (auto const known = load_quickstart(options.data_dir); known.ok())
        secrets = {known->client_secret, known->portal_password};
    renew(secrets.client, it.client_secret_hash);
    renew(secrets.portal, it.user_password_hash);
    TANDEM_CHECK(ensure_certificates(it, now));
    if (!key.empty()) TANDEM_CHECK(write_private(it.dns_key_file(), key));
    TANDEM_CHECK(save_installation(it));
    return it;
}

}  // namespace tandem::app
