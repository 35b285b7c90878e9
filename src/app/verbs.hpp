// app/verbs.hpp -- what the binary can do: one function a verb. Each returns the process's exit
// status: 0 done, 1 refused or failed (said on standard error), 2 wrong usage.
#pragma once

#include "app/installation.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tandem::app {

/// Says on standard error why `verb` came to nothing. Returns 1.
int fail(char const* verb, std::string const& why);

// ---- one process of an installation each; they end on SIGTERM
int run_region(fs::path const& data_dir, std::string const& name);
/// Where the control process runs, and when it takes the management plane.
struct ControlOptions {
    std::string at;                                  ///< a region; empty: the control site
    bool take_over = false;                          ///< also from a holder that lives
    std::vector<std::string> without;                ///< regions whose copies are given up
};
int run_control(fs::path const& data_dir, ControlOptions const& options);
int run_edge(fs::path const& data_dir);
int run_proxy(fs::path const& data_dir);

/// What `tandem up` may be told; applies to a new installation, and to a present one where set.
struct UpOptions {
    fs::path data_dir;
    std::optional<std::string> address;
    std::optional<std::string> region_addresses;     ///< "a,b"
    std::optional<std::string> regions;              ///< "name=Display Name,name=Display Name"
    std::optional<std::uint16_t> mqtt_port, amqp_port, https_port;
    std::optional<std::uint16_t> control_port, peer_port, admin_port, proxy_port;
    std::optional<std::uint16_t> mqtt_plain_port;    ///< of the regions, without TLS
    std::optional<std::string> subscription;
    std::optional<std::size_t> disk_reserve_bytes;
    std::optional<int> failover_interval_seconds, failovers_per_day;
    std::optional<std::string> blob_allow;           ///< "host:port,host:port"
    std::optional<std::string> dns_server;           ///< "address[:port]"
    std::optional<std::string> dns_zone;             ///< the hubs' domain; new ones only
    std::optional<std::string> dns_key;              ///< NAME:ALGORITHM:SECRET, or a file with it
    std::optional<std::uint32_t> dns_ttl;
    std::string extra_regions;                       ///< "a=b,b=a" pairs without a node here
};
int up(UpOptions const& options);

int status(fs::path const& data_dir, bool as_json);
int failover(fs::path const& data_dir, std::string const& hub, bool forced);
/// Moves every hub that `region` owns to its pair; shows each as it comes to an end.
int evacuate(fs::path const& data_dir, std::string const& region, bool forced);
int env(fs::path const& data_dir, bool redirect);

/// `bind`: where HAProxy is to listen.
int print_haproxy_config(fs::path const& data_dir, std::string const& bind);

/// What `tandem hub NAME` changes; what is not set stays as it is.
struct HubOptions {
    std::string hub;
    std::optional<std::string> goal;                 ///< region-async, region-sync
    std::optional<std::string> automatic_failover;   ///< on, off
    std::optional<int> failover_interval_seconds, failovers_per_day;
};
int configure_hub(fs::path const& data_dir, HubOptions const& options);

// ---- who may sign in, and what was done
struct PrincipalOptions {
    std::string id, name;
    bool user = false, new_secret = false, as_json = false;
};
int list_principals(fs::path const& data_dir, bool as_json);
int create_principal(fs::path const& data_dir, PrincipalOptions const& options);
int delete_principal(fs::path const& data_dir, std::string const& id);
int show_audit(fs::path const& data_dir, int top);
/// `noted`: "SEQUENCE:HASH" of an entry as an earlier run showed it; empty: none.
int verify_audit(fs::path const& data_dir, std::string const& noted, bool as_json);

struct SimulateOptions {
    fs::path data_dir;
    std::size_t devices = 100;
    double rate = 1.0;               ///< messages a second and device
    int seconds = 30;
    bool twins = true;
    bool concierge = false;          ///< go where the concierge says, not through the edge
};
int simulate(SimulateOptions const& options);

}  // namespace tandem::app
