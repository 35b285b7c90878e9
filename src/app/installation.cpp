#include "app/installation.hpp"

#include "failover/options.hpp"
#include "world/certificates.hpp"

#include <boost/json.hpp>
#include <system_error>
#include <utility>

namespace tandem::app {

namespace json = boost::json;

namespace {

json::object write_ports(ClientPorts const& ports) {
    return {{"mqtt", ports.mqtt}, {"amqp", ports.amqp}, {"https", ports.https}};
}

std::uint16_t read_port(json::object const& object, char const* name) {
    return static_cast<std::uint16_t>(object.at(name).as_int64());
}

ClientPorts read_ports(json::object const& object) {
    return {.mqtt = read_port(object, "mqtt"),
            .amqp = read_port(object, "amqp"),
            .https = read_port(object, "https")};
}

std::string text(json::object const& object, char const* name) {
    return std::string{object.at(name).as_string()};
}

json::object write(Installation const& it) {
    json::array regions, more, names, blobs;
    for (auto const& region : it.regions)
        regions.push_back(json::object{{"name", region.name},
                                       {"displayName", region.display_name},
                                       {"address", region.address},
                                       {"mqttPlainPort", region.mqtt_plain}});
    for (auto const& pair : it.more_regions)
        more.push_back(json::object{{"name", pair.region},
                                    {"displayName", pair.display_name},
                                    {"paired", pair.paired}});
    for (auto const& name : it.extra_names) names.push_back(json::string{name});
    for (auto const& server : it.blob_allow) blobs.push_back(json::string{server});
    json::object const failover{
        {"minimumIntervalSeconds",
         std::chrono::duration_cast<std::chrono::seconds>(it.failover.minimum_interval).count()},
        {"failoversPerDay", it.failover.failovers_per_day},
        {"failbacksPerDay", it.failover.failbacks_per_day}};
    return {{"address", it.address},
            {"domain", it.domain},
            {"edgePorts", write_ports(it.edge_ports)},
            {"regionPorts", write_ports(it.region_ports)},
            {"controlPort", it.control_port},
            {"peerPort", it.peer_port},
            {"adminPort", it.admin_port},
            {"edgeAdminPort", it.edge_admin_port},
            {"proxyPort", it.proxy_port},
            {"edgeSource", it.edge_source},
            {"regions", regions},
            {"moreRegions", more},
            {"extraNames", names},
            {"blobAllow", blobs},
            {"dnsAddress", it.dns_address},
            {"dnsPort", it.dns_port},
            {"dnsTtl", it.dns_ttl},
            {"diskReserveBytes", it.disk_reserve_bytes},
            {"group", it.group},
            {"hub", it.hub},
            {"device", it.device},
            {"subscription", it.subscription},
            {"tenant", it.tenant},
            {"clientId", it.client_id},
            {"clientSecretHash", it.client_secret_hash},
            {"user", it.user},
            {"userPasswordHash", it.user_password_hash},
            {"failover", failover}};
}

Installation read(json::object const& from) {
    Installation it;
    it.address = text(from, "address");
    it.domain = text(from, "domain");
    it.edge_ports = read_ports(from.at("edgePorts").as_object());
    it.region_ports = read_ports(from.at("regionPorts").as_object());
    it.control_port = read_port(from, "controlPort");
    it.peer_port = read_port(from, "peerPort");
    it.admin_port = read_port(from, "adminPort");
    it.edge_admin_port = read_port(from, "edgeAdminPort");
    it.proxy_port = read_port(from, "proxyPort");
    if (from.contains("edgeSource")) it.edge_source = text(from, "edgeSource");
    for (auto const& value : from.at("regions").as_array()) {
        auto const& region = value.as_object();
        it.regions.push_back({.name = text(region, "name"),
                              .display_name = text(region, "displayName"),
                              .address = text(region, "address"),
                              .mqtt_plain = read_port(region, "mqttPlainPort")});
    }
    for (auto const& value : from.at("moreRegions").as_array()) {
        auto const& pair = value.as_object();
        it.more_regions.push_back(
            {text(pair, "name"), text(pair, "displayName"), text(pair, "paired")});
    }
    for (auto const& name : from.at("extraNames").as_array())
        it.extra_names.emplace_back(name.as_string());
    if (auto const* servers = from.if_contains("blobAllow"))   // written since there are jobs
        for (auto const& server : servers->as_array())
            it.blob_allow.emplace_back(server.as_string());
    if (from.contains("dnsAddress")) {
        it.dns_address = text(from, "dnsAddress");
        it.dns_port = read_port(from, "dnsPort");
        it.dns_ttl = from.at("dnsTtl").to_number<std::uint32_t>();
    }
    it.disk_reserve_bytes = from.at("diskReserveBytes").to_number<std::size_t>();
    it.group = text(from, "group");
    it.hub = text(from, "hub");
    it.device = text(from, "device");
    it.subscription = text(from, "subscription");
    it.tenant = text(from, "tenant");
    it.client_id = text(from, "clientId");
    it.client_secret_hash = text(from, "clientSecretHash");
    if (from.contains("user")) {   // installations made before there were users
        it.user = text(from, "user");
        it.user_password_hash = text(from, "userPasswordHash");
    }
    auto const& rules = from.at("failover").as_object();
    it.failover.minimum_interval =
        std::chrono::seconds{rules.at("minimumIntervalSeconds").as_int64()};
    it.failover.failovers_per_day = rules.at("failoversPerDay").to_number<int>();
    it.failover.failbacks_per_day = rules.at("failbacksPerDay").to_number<int>();
    return it;
}

world::TlsFiles site_files(Installation const& it, std::string const& site) {
    return {.certificate = it.pki() / ("site-" + site + ".crt"),
            .key = it.pki() / ("site-" + site + ".key"),
            .authority = it.ca_file()};
}

/// A control process at a region, among the sites.
std::string control_site(RegionNode const& region) {
    return "control-" + region.name;
}

world::TlsFiles server_files(Installation const& it) {
    return {.certificate = it.pki() / "server.crt",
            .key = it.pki() / "server.key",
            .authority = it.ca_file()};
}

}  // namespace

std::string Installation::control_url() const {
    std::string const host = address == "127.0.0.1" ? "localhost" : address;
    return "https://" + host + ":" + std::to_string(control_port);
}

std::vector<std::string> Installation::concierge_urls() const {
    std::vector<std::string> urls;
    std::string const port =
        region_ports.https == 443 ? "" : ":" + std::to_string(region_ports.https);
    for (auto const& region : regions) urls.push_back("https://" + region.address + port);
    urls.push_back(control_url());
    return urls;
}

std::string Installation::control_url_at(RegionNode const& region) const {
    return "https://" + region.address + ":" + std::to_string(control_port);
}

RegionNode const* Installation::region(std::string const& name) const {
    for (auto const& region : regions)
        if (region.name == name) return &region;
    return nullptr;
}

Result<Installation> load_installation(fs::path const& data_dir) {
    TANDEM_TRY(auto const text, read_file(data_dir / "installation.json"));
    try {
        Installation it = read(json::parse(text).as_object());
        it.data_dir = fs::absolute(data_dir);
        return it;
    } catch (std::exception const& error) {
        return Error{Errc::malformed,
                     (data_dir / "installation.json").string() + " is damaged: " + error.what()};
    }
}

Result<void> save_installation(Installation const& it) {
    std::error_code failed;
    fs::create_directories(it.data_dir, failed);
    if (failed) return Error{Errc::unavailable, it.data_dir.string() + ": " + failed.message()};
    fs::permissions(it.data_dir, fs::perms::owner_all, failed);
    return write_private(it.data_dir / "installation.json", json::serialize(write(it)) + "\n");
}

Result<void> ensure_certificates(Installation const& it, WallTime now) {
    TANDEM_TRY(auto const authority,
               world::ensure_authority(it.pki(), "Tandem installation CA", now));
    for (auto const& region : it.regions)
        TANDEM_CHECK(world::ensure_certificate(it.pki(), authority,
                                               world::site_certificate(region.name), now));
    std::vector<std::string> sites{"witness", "edge"};
    for (auto const& region : it.regions) sites.push_back(control_site(region));
    for (auto const& site : sites)
        TANDEM_CHECK(
            world::ensure_certificate(it.pki(), authority, world::site_certificate(site), now));

    world::CertificateRequest server{.file_stem = "server",
                                     .common_name = it.hub + "." + it.domain,
                                     .dns_names = {"localhost", "*." + it.domain,
                                                   it.hub + "." + it.domain,
                                                   "management.azure.com",
                                                   "login.microsoftonline.com"},
                                     .addresses = {it.address}};
    if (it.address != "127.0.0.1") server.addresses.push_back("127.0.0.1");
    for (auto const& name : it.extra_names) server.dns_names.push_back(name);
    for (auto const& region : it.regions) server.addresses.push_back(region.address);
    TANDEM_CHECK(world::ensure_certificate(it.pki(), authority, server, now));
    return {};
}

world::RegionHost::Options region_options(Installation const& it, RegionNode const& region) {
    world::RegionHost::Options options{};
    options.node = {.self = SiteName{region.name},
                    .witness = SiteName{"witness"},
                    .control_sites = {},
                    .observers = {SiteName{"witness"}, SiteName{"edge"}},
                    .voter = failover::voter_options,
                    .ownership = failover::ownership_options,
                    .tick = 50ms,
                    .status_every = 500ms,
                    .trim_every = 60s,
                    .session_grace = 60s,
                    .endpoints = {},
                    .display_name = region.display_name};
    options.store.dir = it.node_dir(region.name);
    options.store.reserve_bytes = it.disk_reserve_bytes;
    options.mqtt = {region.address, it.region_ports.mqtt};
    options.amqp = {region.address, it.region_ports.amqp};
    options.https = {region.address, it.region_ports.https};
    options.public_amqp_port = it.edge_ports.amqp;
    if (region.mqtt_plain != 0) options.mqtt_plain = {region.address, region.mqtt_plain};
    options.server_tls = server_files(it);
    options.hub_certificates = {
        .authority = {.certificate = it.ca_file(), .key = it.pki() / "ca.key"},
        .issued = it.node_dir(region.name) / "certificates",
        .supplied = it.pki() / "supplied"};
    options.advertise_address = region.address;
    if (auto const edge = parse_ip_range(it.edge_source)) options.trusted_proxies = {*edge};
    options.peers.self = SiteName{region.name};
    options.peers.listen_address = region.address;
    options.peers.listen_port = it.peer_port;
    options.peers.tls = site_files(it, region.name);
    options.peers.peers.push_back({SiteName{"witness"}, it.address, it.peer_port});
    for (auto const& other : it.regions)
        if (other.name != region.name) {
            options.peers.peers.push_back({SiteName{other.name}, other.address, it.peer_port});
            options.node.observers.push_back(SiteName{other.name});
        }
    for (auto const& at : it.regions) {
        SiteName const control{control_site(at)};
        options.node.control_sites.push_back(control);
        options.node.observers.push_back(control);
        options.peers.peers.push_back({control, {}, 0});   // it dials us
    }
    options.peers.accept_prefixes = {"edge"};
    options.admin = {region.address, it.admin_port};
    return options;
}

Result<std::optional<world::DnsServer>> dns_server(Installation const& it) {
    if (it.dns_address.empty()) return std::optional<world::DnsServer>{};
    world::DnsServer server{.address = it.dns_address,
                            .port = it.dns_port,
                            .zone = it.domain,
                            .key_name = {},
                            .key_algorithm = {},
                            .key_secret = {},
                            .ttl = it.dns_ttl};
    TANDEM_TRY(auto const key, read_file(it.dns_key_file()));
    TANDEM_CHECK(world::read_dns_key(key, server));
    return std::optional{std::move(server)};
}

world::ControlHost::Options control_options(Installation const& it) {
    world::ControlHost::Options options{};
    auto& control = options.control;
    control.tenant = it.tenant;
    control.clients = {{it.client_id, it.client_secret_hash}};
    control.users = {{it.user, it.user_password_hash}};
    control.subscriptions = {{it.subscription, "Tandem"}};
    for (auto const& region : it.regions) {
        std::optional<RegionName> paired;
        for (auto const& other : it.regions)
            if (other.name != region.name) paired = RegionName{other.name};
        control.regions.push_back({RegionName{region.name}, region.display_name, paired});
    }
    for (auto const& pair : it.more_regions)
        control.regions.push_back(
            {RegionName{pair.region}, pair.display_name,
             pair.paired.empty() ? std::nullopt : std::optional{RegionName{pair.paired}}});
    control.domain = it.domain;
    control.hub_aliases[it.hub] = {"localhost", it.address};
    for (auto const& name : it.extra_names) control.hub_aliases[it.hub].push_back(name);
    control.site_urls["witness"] = it.control_url();
    for (auto const& region : it.regions) {
        control.copies.push_back(SiteName{region.name});
        control.site_urls[control_site(region)] = it.control_url_at(region);
    }
    control.failover = it.failover;
    control.voter = failover::voter_options;
    options.bootstrap = control::Control::Bootstrap{.subscription = it.subscription,
                                                    .group = it.group,
                                                    .hub = it.hub,
                                                    .location = RegionName{it.regions.at(0).name}};
    options.store.dir = it.node_dir("control");
    options.store.reserve_bytes = it.disk_reserve_bytes;
    options.https = {it.address, it.control_port};
    options.server_tls = server_files(it);
    options.public_url = it.control_url();
    options.peers.self = SiteName{"witness"};
    options.peers.listen_address = it.address;
    options.peers.listen_port = it.peer_port;
    options.peers.tls = site_files(it, "witness");
    for (auto const& region : it.regions)
        for (auto const& site : {region.name, control_site(region)})
            options.peers.peers.push_back({SiteName{site}, {}, 0});   // they dial us
    options.peers.accept_prefixes = {"edge"};
    options.admin = {it.address, it.admin_port};
    options.fetch_rules.allowed.insert(it.blob_allow.begin(), it.blob_allow.end());
    options.fetch_rules.own.insert(it.address);
    for (auto const& region : it.regions) options.fetch_rules.own.insert(region.address);
    return options;
}

world::ControlHost::Options control_options_at(Installation const& it, RegionNode const& region) {
    world::ControlHost::Options options = control_options(it);
    std::string const site = control_site(region);
    options.control.self = SiteName{site};
    options.control.witness_elsewhere = SiteName{"witness"};
    options.control.take_over = control::TakeOver::if_lost;
    options.bootstrap.reset();
    options.store.dir = it.node_dir(site);
    options.https = {region.address, it.control_port};
    options.public_url = it.control_url_at(region);
    options.peers = {};
    options.peers.self = SiteName{site};
    options.peers.tls = site_files(it, site);
    for (auto const& one : it.regions)
        options.peers.peers.push_back({SiteName{one.name}, one.address, it.peer_port});
    options.peers.peers.push_back({SiteName{"witness"}, it.address, it.peer_port});
    options.admin = {region.address, it.edge_admin_port};   // the region's own is next to it
    return options;
}

world::Edge::Options edge_options(Installation const& it) {
    world::Edge::Options options{};
    options.listeners = {{"mqtt", {it.address, it.edge_ports.mqtt}},
                         {"amqp", {it.address, it.edge_ports.amqp}},
                         {"https", {it.address, it.edge_ports.https}}};
    options.default_host = it.hub + "." + it.domain;
    options.peers.self = SiteName{"edge"};
    options.peers.tls = site_files(it, "edge");
    options.peers.peers.push_back({SiteName{"witness"}, it.address, it.peer_port});
    for (auto const& region : it.regions)
        options.peers.peers.push_back({SiteName{region.name}, region.address, it.peer_port});
    options.connect_from = it.edge_source;
    options.admin = {it.address, it.edge_admin_port};
    return options;
}

}  // namespace tandem::app
