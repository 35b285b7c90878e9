// `tandem up`: one control, one edge and two regions as processes of this machine.

#include "app/child.hpp"
#include "app/management.hpp"
#include "app/quickstart.hpp"
#include "app/verbs.hpp"
#include "codec/base64.hpp"
#include "codec/hex.hpp"
#include "control/region_presets.hpp"
#include "identity/secret.hpp"
#include "world/sockets.hpp"
#include "world/system.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>
#include <boost/json.hpp>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <thread>

namespace tandem::app {

namespace json = boost::json;

namespace {

constexpr Duration serve_wait_max = 60s;
constexpr Duration stop_wait_max = 8s;
constexpr double lag_seconds_max = 1;  ///< "the pair has everything", under load too
constexpr std::uint16_t https_port_unprivileged = 8443;

volatile std::sig_atomic_t stop_asked = 0;

/// One `tandem up` a directory; given back when the process ends, however it ends.
class DirectoryLock {
public:
    explicit DirectoryLock(fs::path const& dir) {
        std::error_code ignored;
        fs::create_directories(dir, ignored);
        fd_ = ::open((dir / "up.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        held_ = fd_ >= 0 && ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
    }
    ~DirectoryLock() {
        if (fd_ >= 0) ::close(fd_);
    }
    DirectoryLock(DirectoryLock const&) = delete;
    DirectoryLock& operator=(DirectoryLock const&) = delete;
    bool held() const { return held_; }

private:
    int fd_ = -1;
    bool held_ = false;
};

struct Node {
    ProcessEntry entry;
    std::vector<std::string> arguments;
    fs::path log;
    std::optional<Child> child;
};

Bytes random_bytes(std::size_t count) {
    world::SystemRandom random;
    Bytes bytes(count, '\0');
    random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    return bytes;
}

/// Text like "6f9619ff-8b86-d011-b42d-00c04fc964ff".
std::string random_guid() {
    std::string const hex = hex_encode(random_bytes(16));
    return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
           hex.substr(16, 4) + "-" + hex.substr(20);
}

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

void apply(UpOptions const& options, Installation& it, bool fresh) {
    if (options.regions && fresh) {
        auto const pairs = pairs_of(*options.regions);
        for (std::size_t i = 0; i < std::min(pairs.size(), it.regions.size()); ++i) {
            it.regions[i].name = pairs[i].first;
            it.regions[i].display_name =
                pairs[i].second == pairs[i].first ? shown_name(pairs[i].first) : pairs[i].second;
        }
    }
    if (options.address) it.address = *options.address;
    if (options.region_addresses) {
        auto const comma = options.region_addresses->find(',');
        it.regions.at(0).address = options.region_addresses->substr(0, comma);
        if (comma != std::string::npos)
            it.regions.at(1).address = options.region_addresses->substr(comma + 1);
    }
    if (options.mqtt_port) it.edge_ports.mqtt = it.region_ports.mqtt = *options.mqtt_port;
    if (options.amqp_port) it.edge_ports.amqp = it.region_ports.amqp = *options.amqp_port;
    if (options.https_port) it.edge_ports.https = it.region_ports.https = *options.https_port;
    if (options.control_port) it.control_port = *options.control_port;
    if (options.peer_port) it.peer_port = *options.peer_port;
    if (options.admin_port) {
        it.admin_port = *options.admin_port;
        it.edge_admin_port = static_cast<std::uint16_t>(*options.admin_port + 1);
    }
    if (options.proxy_port) it.proxy_port = *options.proxy_port;
    if (options.mqtt_plain_port)
        for (auto& region : it.regions) region.mqtt_plain = *options.mqtt_plain_port;
    if (options.subscription) it.subscription = *options.subscription;
    if (options.blob_allow) {
        it.blob_allow.clear();
        for (auto const& [server, same] : pairs_of(*options.blob_allow))
            it.blob_allow.push_back(server);
    }
    if (options.dns_zone && fresh) it.domain = *options.dns_zone;
    if (options.dns_server) {
        bool const bare = world::is_address(*options.dns_server);   // of IPv6 perhaps: no port
        auto const colon = bare ? std::string::npos : options.dns_server->rfind(':');
        it.dns_address = options.dns_server->substr(0, colon);
        if (colon != std::string::npos)
            it.dns_port = static_cast<std::uint16_t>(
                std::strtoul(options.dns_server->c_str() + colon + 1, nullptr, 10));
    }
    if (options.dns_ttl) it.dns_ttl = *options.dns_ttl;
    if (options.disk_reserve_bytes) it.disk_reserve_bytes = *options.disk_reserve_bytes;
    if (options.failover_interval_seconds)
        it.failover.minimum_interval = std::chrono::seconds{*options.failover_interval_seconds};
    if (options.failovers_per_day)
        it.failover.failovers_per_day = it.failover.failbacks_per_day = *options.failovers_per_day;
    for (auto const& [name, pair] : pairs_of(options.extra_regions))
        it.more_regions.push_back({name, shown_name(name), pair == name ? "" : pair});
}

/// Nobody else on this machine connects from there unless it asks for it.
constexpr char const* edge_loopback_source = "127.0.0.9";

Installation fresh_installation(fs::path const& data_dir) {
    Installation it;
    it.data_dir = fs::absolute(data_dir);
    it.regions = {
        {.name = "westus2", .display_name = "West US 2", .address = "127.0.0.2"},
        {.name = "westcentralus", .display_name = "West Central US", .address = "127.0.0.3"}};
    it.subscription = random_guid();
    it.tenant = random_guid();
    it.client_id = random_guid();
    return it;
}

/// The key for dynamic updates, checked and kept readable by its owner alone.
Result<void> save_dns_key(UpOptions const& options, Installation const& it) {
    if (options.dns_key) {
        auto const file = read_file(*options.dns_key);
        TANDEM_CHECK(write_private(it.dns_key_file(), file.ok() ? *file : *options.dns_key));
    }
    if (auto const server = dns_server(it); !server.ok()) return server.error();
    return {};
}

/// The secrets that `up` knows and the installation keeps as hashes.
struct Secrets {
    std::string client, portal;
};

/// Goes on with a secret that fits its hash; makes both new otherwise.
void renew(std::string& secret, std::string& hash) {
    if (!secret.empty() && identity::secret_matches(secret, hash)) return;
    secret = hex_encode(random_bytes(16));   // letters and digits: it is typed, and put into URLs
    hash = identity::hash_secret(secret, random_bytes(16));
}

/// What `up` runs with: read back, or made; the secrets are those of quickstart.json, or new.
Result<Installation> prepare(UpOptions const& options, Secrets& secrets) {
    auto const now = world::read_clocks().wall;
    auto loaded = load_installation(options.data_dir);
    if (!loaded.ok() && loaded.code() != Errc::not_found) return loaded.error();
    Installation it = loaded.ok() ? *loaded : fresh_installation(options.data_dir);
    apply(options, it, !loaded.ok());
    bool const on_loopback = std::all_of(
        it.regions.begin(), it.regions.end(),
        [](RegionNode const& region) { return region.address.starts_with("127."); });
    if (it.edge_source.empty() && on_loopback) it.edge_source = edge_loopback_source;
    if (it.edge_ports.https < 1024 && !can_bind(it.address, it.edge_ports.https)) {
        std::printf(
            "port %u may not be bound by this user: using %u. Clients with 443 built in\n"
            "(azure-iothub, az, Python SDKs, browsers without a port) do not work then.\n",
            it.edge_ports.https, https_port_unprivileged);
        it.edge_ports.https = it.region_ports.https = https_port_unprivileged;
    }
    if (auto const known = load_quickstart(options.data_dir); known.ok())
        secrets = {known->client_secret, known->portal_password};
    renew(secrets.client, it.client_secret_hash);
    renew(secrets.portal, it.user_password_hash);
    TANDEM_CHECK(save_installation(it));
    TANDEM_CHECK(ensure_certificates(it, now));
    TANDEM_CHECK(save_dns_key(options, it));
    return it;
}

std::vector<Node> nodes_of(Installation const& it) {
    std::string const dir = it.data_dir;
    std::vector<Node> nodes;
    auto add = [&](std::string role, std::string region, std::string address) {
        std::string const name = region.empty() ? role : region;
        std::vector<std::string> arguments{role};
        if (!region.empty()) arguments.push_back(region);
        arguments.insert(arguments.end(), {"--data-dir", dir});
        fs::create_directories(it.node_dir(name));
        nodes.push_back({.entry = {.role = role,
                                   .region = region,
                                   .pid = 0,
                                   .address = address,
                                   .data_dir = it.node_dir(name)},
                         .arguments = arguments,
                         .log = it.node_dir(name) / "log",
                         .child = {}});
    };
    add("control", "", it.address);
    for (auto const& region : it.regions) add("region", region.name, region.address);
    add("edge", "", it.address);
    if (it.proxy_port != 0) add("proxy", "", "127.0.0.1");
    return nodes;
}

void stop(std::vector<Node>& nodes) {
    for (auto& node : nodes)
        if (node.child) node.child->terminate();
    auto const until = std::chrono::steady_clock::now() + stop_wait_max;
    auto running = [&] {
        bool any = false;
        for (auto& node : nodes) {
            if (!node.child) continue;
            node.child->poll();
            any = any || node.child->ended().empty();
        }
        return any;
    };
    while (running() && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(20ms);
    for (auto& node : nodes)
        if (node.child) node.child->kill();
}

/// The last lines of a node's log: why it did not start.
std::string log_tail(fs::path const& log) {
    auto const text = read_file(log);
    if (!text.ok()) return {};
    return text->size() > 1500 ? text->substr(text->size() - 1500) : *text;
}

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

/// Everything that must answer before we say that the hub is up.
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
    q.device_connection_string = host + "DeviceId=" + it.device + ";SharedAccessKey=" + device;
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

void print(Quickstart const& q, Installation const& it) {
    std::string const dir =
        fs::path{q.data_dir} == fs::absolute("tandem-data") ? "" : " --data-dir " + q.data_dir;
    std::printf("\nHub %s serves in %s, and follows in its pair.\n\n", q.hub.c_str(),
                q.owner.c_str());
    std::printf("  service   %s\n", q.owner_connection_string.c_str());
    std::printf("  device    %s\n", q.device_connection_string.c_str());
    std::printf("  events    %s\n", q.event_hub_connection_string.c_str());
    std::printf("  control   %s\n", q.control_url.c_str());
    std::printf("  portal    %s   user %s, password %s\n", q.portal_url.c_str(),
                q.portal_user.c_str(), q.portal_password.c_str());
    std::printf("  CA        %s\n\n", q.ca_file.c_str());
    std::printf(
        "Make clients trust it (Node.js, Python, az):\n"
        "  eval \"$(%s env%s)\"\n\n",
        q.tandem.c_str(), dir.c_str());
    std::printf("See it:          %s status%s\n", q.tandem.c_str(), dir.c_str());
    std::printf("Fail over:       %s failover %s%s\n", q.tandem.c_str(), q.hub.c_str(),
                dir.c_str());
    std::printf("Lose a region:   kill -9 PID, then  %s failover %s --forced%s\n", q.tandem.c_str(),
                q.hub.c_str(), dir.c_str());
    for (auto const& entry : q.processes)
        std::printf("  %-8s %-14s pid %-7d %-10s %s\n", entry.role.c_str(), entry.region.c_str(),
                    entry.pid, entry.address.c_str(), entry.data_dir.c_str());
    std::printf("Bring it back:   %s region NAME --data-dir %s\n", q.tandem.c_str(),
                q.data_dir.c_str());
    std::printf("Load and check:  %s simulate%s\n", q.tandem.c_str(), dir.c_str());
    std::printf(
        "Stop:            Ctrl-C here. The same command starts it again with its data.\n\n");
    if (it.edge_ports.https != 443)
        std::printf("HTTPS is on port %u: clients with 443 built in do not work.\n\n",
                    it.edge_ports.https);
    std::fflush(stdout);
}

/// Says once of each process that it is gone.
void watch(std::vector<Node>& nodes, std::string const& data_dir) {
    for (auto& node : nodes) {
        if (!node.child || !node.child->poll()) continue;
        std::string const name = node.entry.region.empty() ? node.entry.role : node.entry.region;
        std::printf(
            "%s (pid %d) %s. Bring it back: %s %s%s --data-dir %s\n", name.c_str(), node.entry.pid,
            node.child->ended().c_str(), own_program().c_str(), node.entry.role.c_str(),
            node.entry.region.empty() ? "" : (" " + node.entry.region).c_str(), data_dir.c_str());
        std::fflush(stdout);
    }
}

int fail(std::vector<Node>& nodes, std::string const& why) {
    std::fprintf(stderr, "tandem: up: %s\n", why.c_str());
    stop(nodes);
    return 1;
}

}  // namespace

int up(UpOptions const& options) {
    std::signal(SIGINT, [](int) { stop_asked = 1; });
    std::signal(SIGTERM, [](int) { stop_asked = 1; });
    std::vector<Node> nodes;
    Secrets secrets;
    DirectoryLock const lock{options.data_dir};
    if (!lock.held())
        return fail(nodes, "another `tandem up` runs in " + options.data_dir.string());
    auto const it = prepare(options, secrets);
    if (!it.ok()) return fail(nodes, it.error().detail);

    std::printf("Starting in %s ...\n", it->data_dir.c_str());
    std::fflush(stdout);
    nodes = nodes_of(*it);
    for (auto& node : nodes) {
        auto child = Child::start(node.arguments, node.log);
        if (!child.ok()) return fail(nodes, child.error().detail);
        node.entry.pid = child->pid();
        node.child = std::move(*child);
    }

    auto const until = std::chrono::steady_clock::now() + serve_wait_max;
    auto quickstart = probe(*it, secrets);
    while (true) {
        for (auto& node : nodes)
            if (node.child->poll())
                return fail(nodes, node.entry.role + " " + node.entry.region + " " +
                                       node.child->ended() + ":\n" + log_tail(node.log));
        if (quickstart.ok()) break;
        if (stop_asked != 0) return stop(nodes), 1;
        if (std::chrono::steady_clock::now() > until)
            return fail(nodes, "the hub does not serve: " + quickstart.error().detail);
        std::this_thread::sleep_for(100ms);
        quickstart = probe(*it, secrets);
    }
    for (auto const& node : nodes) quickstart->processes.push_back(node.entry);
    if (auto const saved = save_quickstart(*quickstart); !saved.ok())
        return fail(nodes, saved.error().detail);
    print(*quickstart, *it);

    while (stop_asked == 0) {
        watch(nodes, it->data_dir);
        std::this_thread::sleep_for(100ms);
    }
    std::printf("Stopping ...\n");
    stop(nodes);
    return 0;
}

}  // namespace tandem::app
