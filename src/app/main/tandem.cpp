// tandem: an IoT hub that lives in two regions at once. One program; its verbs are here.

#include "app/verbs.hpp"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>

namespace {

using namespace tandem;

void add_up(CLI::App& app, app::fs::path const& data_dir, app::UpOptions& options,
            int& exit_status) {
    CLI::App& up = *app.add_subcommand("up", "start a hub in two regions on this machine");
    up.add_option("--address", options.address, "edge and control listen here (127.0.0.1)");
    up.add_option("--region-addresses", options.region_addresses,
                  "where the two regions listen (127.0.0.2,127.0.0.3)");
    up.add_option("--regions", options.regions,
                  "the pair (westus2=West US 2,westcentralus=West Central US); new ones only");
    up.add_option("--mqtt-port", options.mqtt_port, "MQTT over TLS (8883)");
    up.add_option("--amqp-port", options.amqp_port, "AMQP over TLS (5671)");
    up.add_option("--https-port", options.https_port, "HTTPS (443; 8443 where that is forbidden)");
    up.add_option("--control-port", options.control_port, "management API (7443)");
    up.add_option("--peer-port", options.peer_port, "links between the processes (7400)");
    up.add_option("--admin-port", options.admin_port,
                  "metrics (7401); the edge's is the next one");
    up.add_option("--mqtt-plain-port", options.mqtt_plain_port,
                  "MQTT without TLS, at each region's own address; off by default");
    up.add_option("--proxy-port", options.proxy_port,
                  "loopback CONNECT proxy for `tandem env --redirect`; off by default");
    up.add_option("--subscription", options.subscription,
                  "subscription id: letters, digits, '-', '.', '_'");
    up.add_option("--extra-regions", options.extra_regions,
                  "more region names as NAME=PAIR,..: for clients that name their own");
    up.add_option("--blob-allow", options.blob_allow,
                  "HOST:PORT,.. of blob servers that imports and exports may use though their\n"
                  "address is not a public one; without TLS, too");
    up.add_option("--dns-server", options.dns_server,
                  "ADDRESS[:PORT] of the name server to keep the hubs' names at; off by default");
    up.add_option("--dns-zone", options.dns_zone,
                  "the zone, and the domain of new hubs (localhost); new installations only");
    up.add_option("--dns-key", options.dns_key,
                  "TSIG key: a file with NAME:ALGORITHM:SECRET, or the text itself");
    up.add_option("--dns-ttl", options.dns_ttl, "seconds that resolvers keep a hub's address (5)");
    up.add_option("--disk-reserve-bytes", options.disk_reserve_bytes,
                  "room kept free on the disk; below it writes are refused");
    up.add_option("--failover-interval-seconds", options.failover_interval_seconds,
                  "least time between two failovers of a hub (3600); 0: no limit");
    up.add_option("--failovers-per-day", options.failovers_per_day,
                  "failovers, and failbacks, of a hub a day (2); 0: no limit");
    up.callback([&] {
        options.data_dir = data_dir;
        exit_status = app::up(options);
    });
}

struct Evacuation {
    std::string region;
    bool forced = false;
};

void add_processes(CLI::App& app, app::fs::path const& data_dir, std::string& name,
                   Evacuation& evacuation, app::ControlOptions& options, int& exit_status) {
    CLI::App& region =
        *app.add_subcommand("region", "run one region's process; or: region evacuate NAME");
    auto* const node = region.add_option("name", name, "the region, as `tandem status` shows it");
    CLI::App& evacuate = *region.add_subcommand(
        "evacuate", "move every hub that a region owns to its pair, many at a time");
    evacuate.add_option("name", evacuation.region, "the region")->required();
    evacuate.add_flag("--forced", evacuation.forced,
                      "without the region: what was not replicated stays there");
    evacuate.callback([&] {
        exit_status = app::evacuate(data_dir, evacuation.region, evacuation.forced);
    });
    region.callback([&, node] {
        if (region.get_subcommands().empty() && node->count() == 0)
            throw CLI::RequiredError{"name"};
        if (region.get_subcommands().empty()) exit_status = app::run_region(data_dir, name);
    });
    CLI::App& control =
        *app.add_subcommand("control", "run the control process: management API, portal; at the "
                                       "control site also the witness's vote");
    control.add_option("--at", options.at,
                       "run at that region, and take the management plane when its holder is lost");
    control.add_flag("--take-over", options.take_over, "take it from whoever holds it");
    control.add_option("--without", options.without,
                       "a region that is lost for good, whose copy of the records is not waited "
                       "for: what only it has is gone");
    control.callback([&] { exit_status = app::run_control(data_dir, options); });
    app.add_subcommand("edge", "run the edge: directs connections to the owner's region")
        ->callback([&] { exit_status = app::run_edge(data_dir); });
    app.add_subcommand("proxy", "run the CONNECT proxy of redirect mode")
        ->callback([&] { exit_status = app::run_proxy(data_dir); });
}

struct Verbs {
    bool as_json = false;
    bool forced = false;
    bool redirect = false;
    std::string hub;
    std::string bind = "*";
    app::HubOptions hub_options;
    app::SimulateOptions simulate;
};

void add_verbs(CLI::App& app, app::fs::path const& data_dir, Verbs& verbs, int& exit_status) {
    CLI::App& status = *app.add_subcommand("status", "hubs, regions, owner, epoch, lag, lease");
    status.add_flag("--json", verbs.as_json, "as JSON");
    status.callback([&] { exit_status = app::status(data_dir, verbs.as_json); });

    CLI::App& failover = *app.add_subcommand("failover", "move a hub to its paired region");
    failover.add_option("hub", verbs.hub, "the hub's name")->required();
    failover.add_flag("--forced", verbs.forced,
                      "without the region that owns it now: what was not replicated stays there");
    failover.callback([&] { exit_status = app::failover(data_dir, verbs.hub, verbs.forced); });

    CLI::App& hub = *app.add_subcommand("hub", "change how a hub is replicated and failed over");
    app::HubOptions& wanted = verbs.hub_options;
    hub.add_option("hub", wanted.hub, "the hub's name")->required();
    hub.add_option("--goal", wanted.goal,
                   "region-async: acknowledged when durable here; region-sync: in the pair too")
        ->check(CLI::IsMember({"region-async", "region-sync"}));
    hub.add_option("--automatic-failover", wanted.automatic_failover,
                   "the pair takes over by itself when the owner is lost")
        ->check(CLI::IsMember({"on", "off"}));
    hub.add_option("--failover-interval-seconds", wanted.failover_interval_seconds,
                   "least time between two failovers; 0: no limit");
    hub.add_option("--failovers-per-day", wanted.failovers_per_day,
                   "failovers, and failbacks, a day; 0: no limit");
    hub.callback([&] { exit_status = app::configure_hub(data_dir, wanted); });

    CLI::App& env = *app.add_subcommand("env", "print the exports that SDKs and az need");
    env.add_flag("--redirect", verbs.redirect,
                 "also for programs that call management.azure.com (needs `up --proxy-port`)");
    env.callback([&] { exit_status = app::env(data_dir, verbs.redirect); });

    CLI::App& haproxy =
        *app.add_subcommand("haproxy-config", "print a configuration for HAProxy, edge's stand-in");
    haproxy.add_option("--bind", verbs.bind, "where HAProxy listens (*: everywhere)");
    haproxy.callback([&] { exit_status = app::print_haproxy_config(data_dir, verbs.bind); });

    CLI::App& simulate = *app.add_subcommand("simulate", "devices that send, and check");
    simulate.add_option("--devices", verbs.simulate.devices, "how many (100)");
    simulate.add_option("--rate", verbs.simulate.rate, "messages a second and device (1)");
    simulate.add_option("--seconds", verbs.simulate.seconds, "how long they send (30)");
    simulate.add_flag("!--no-twins", verbs.simulate.twins, "do not patch twins");
    simulate.add_flag("--concierge", verbs.simulate.concierge,
                      "go to the region that the concierge names, without the edge");
    simulate.callback([&] {
        verbs.simulate.data_dir = data_dir;
        exit_status = app::simulate(verbs.simulate);
    });
}

struct IdentityVerbs {
    bool as_json = false;
    app::PrincipalOptions principal;
    int top = 50;
    std::string noted;
};

void add_identity_verbs(CLI::App& app, app::fs::path const& data_dir, IdentityVerbs& verbs,
                        int& exit_status) {
    CLI::App& principal = *app.add_subcommand("principal", "who may sign in");
    principal.require_subcommand(1);
    CLI::App& list = *principal.add_subcommand("list", "all of them");
    list.add_flag("--json", verbs.as_json, "as JSON");
    list.callback([&] { exit_status = app::list_principals(data_dir, verbs.as_json); });
    CLI::App& create = *principal.add_subcommand("create", "a service principal, or a user");
    create.add_option("id", verbs.principal.id, "what it signs in with")->required();
    create.add_option("--name", verbs.principal.name, "what it is called; of a user: signs in");
    create.add_flag("--user", verbs.principal.user, "a person, with a password");
    create.add_flag("--new-secret", verbs.principal.new_secret,
                    "of one that exists: what it has is worth nothing from now on");
    create.add_flag("--json", verbs.principal.as_json, "as JSON");
    create.callback([&] { exit_status = app::create_principal(data_dir, verbs.principal); });
    CLI::App& remove = *principal.add_subcommand("delete", "ends all its sign-ins, too");
    remove.add_option("id", verbs.principal.id, "which")->required();
    remove.callback([&] { exit_status = app::delete_principal(data_dir, verbs.principal.id); });

    CLI::App& audit = *app.add_subcommand("audit", "what was done on the management plane");
    audit.require_subcommand(1);
    CLI::App& show = *audit.add_subcommand("show", "the newest entries");
    show.add_option("--top", verbs.top, "how many (50)")->check(CLI::Range(1, 1000));
    show.callback([&] { exit_status = app::show_audit(data_dir, verbs.top); });
    CLI::App& verify = *audit.add_subcommand("verify", "is the log as it was written?");
    verify.add_option("--head", verbs.noted, "SEQUENCE:HASH as an earlier run showed it");
    verify.add_flag("--json", verbs.as_json, "as JSON");
    verify.callback(
        [&] { exit_status = app::verify_audit(data_dir, verbs.noted, verbs.as_json); });
}

/// What is wrong with the words of the command line; a word that is no verb is named.
int refuse(CLI::App const& cli, CLI::ParseError const& error) {
    auto const unknown = cli.remaining(true);
    if (error.get_name() != "RequiredError" || unknown.empty()) return cli.exit(error) == 0 ? 0 : 2;
    auto const chosen = cli.get_subcommands();
    CLI::App const& at = chosen.empty() ? cli : *chosen.front();
    std::string verbs;
    for (auto const* verb : at.get_subcommands([](CLI::App const*) { return true; }))
        verbs += (verbs.empty() ? "" : ", ") + verb->get_name();
    std::fprintf(stderr, "tandem: there is no verb `%s`. There are: %s.\n%s --help says more.\n",
                 unknown.front().c_str(), verbs.c_str(),
                 chosen.empty() ? "tandem" : ("tandem " + at.get_name()).c_str());
    return 2;
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App cli{"tandem: an IoT hub in two regions at once"};
    cli.require_subcommand(1);
    cli.fallthrough();
    app::fs::path data_dir = "tandem-data";
    cli.add_option("--data-dir", data_dir, "where the installation lives (./tandem-data)");

    int exit_status = 0;
    std::string name;
    app::UpOptions up_options;
    Evacuation evacuation;
    app::ControlOptions control_options;
    Verbs verbs;
    IdentityVerbs identity_verbs;
    add_up(cli, data_dir, up_options, exit_status);
    add_processes(cli, data_dir, name, evacuation, control_options, exit_status);
    add_verbs(cli, data_dir, verbs, exit_status);
    add_identity_verbs(cli, data_dir, identity_verbs, exit_status);
    try {
        cli.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        return refuse(cli, error);
    }
    return exit_status;
}
