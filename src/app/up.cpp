// `tandem up`: one control, one edge and two regions as processes of this machine.

#include "app/child.hpp"
#include "app/directory_lock.hpp"
#include "app/prepare.hpp"
#include "app/probe.hpp"
#include "app/quickstart.hpp"
#include "app/verbs.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <thread>

namespace tandem::app {

namespace {

constexpr Duration serve_wait_max = 60s;
constexpr Duration stop_wait_max = 8s;

volatile std::sig_atomic_t stop_asked = 0;

struct Node {
    ProcessEntry entry;
    std::vector<std::string> arguments;
    fs::path log;
    std::optional<Child> child;
};

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

/// What clients must be told that have the usual ports built in; empty: nothing.
std::string other_ports(Installation const& it) {
    struct {
        char const* protocol;
        std::uint16_t port, usual;
    } const listeners[] = {{"HTTPS", it.edge_ports.https, 443},
                           {"MQTT", it.edge_ports.mqtt, 8883},
                           {"AMQP", it.edge_ports.amqp, 5671}};
    std::string text;
    for (auto const& at : listeners)
        if (at.port != at.usual)
            text += std::string{at.protocol} + " is on port " + std::to_string(at.port) +
                    ": clients with " + std::to_string(at.usual) + " built in do not work.\n";
    return text.empty() ? text : text + "\n";
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
    std::printf("%s", other_ports(it).c_str());
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

int give_up(std::vector<Node>& nodes, std::string const& why) {
    fail("up", why);
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
    if (!lock.held().ok()) return give_up(nodes, lock.held().error().detail);
    auto const it = prepare(options, secrets);
    if (!it.ok()) return give_up(nodes, it.error().detail);

    std::printf("Starting in %s ...\n", it->data_dir.c_str());
    std::fflush(stdout);
    nodes = nodes_of(*it);
    for (auto& node : nodes) {
        auto child = Child::start(node.arguments, node.log);
        if (!child.ok()) return give_up(nodes, child.error().detail);
        node.entry.pid = child->pid();
        node.child = std::move(*child);
    }

    auto const until = std::chrono::steady_clock::now() + serve_wait_max;
    auto quickstart = probe(*it, secrets);
    while (true) {
        for (auto& node : nodes)
            if (node.child->poll())
                return give_up(nodes, node.entry.role + " " + node.entry.region + " " +
                                          node.child->ended() + ":\n" + log_tail(node.log));
        if (quickstart.ok()) break;
        if (stop_asked != 0) return stop(nodes), 1;
        if (std::chrono::steady_clock::now() > until)
            return give_up(nodes, "the hub does not serve: " + quickstart.error().detail);
        std::this_thread::sleep_for(100ms);
        quickstart = probe(*it, secrets);
    }
    for (auto const& node : nodes) quickstart->processes.push_back(node.entry);
    if (auto const saved = save_quickstart(*quickstart); !saved.ok())
        return give_up(nodes, saved.error().detail);
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
