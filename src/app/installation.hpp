// app/installation.hpp -- what one installation on this machine consists of: which processes, at
// which addresses, with which directories.
//
// Shape   DATA_DIR/installation.json, written by the first `tandem up` and read by every process
//         and every verb afterwards; readable by its owner alone.
//         DATA_DIR/pki/           the certificate authority, and the certificates it made
//         DATA_DIR/<node>/        a node's own directory: store and salvage
//         DATA_DIR/quickstart.json  what a program needs to use it (app/quickstart.hpp)
#pragma once

#include "base/result.hpp"
#include "control/control.hpp"
#include "world/control_host.hpp"
#include "world/edge.hpp"
#include "world/region_host.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace tandem::app {

namespace fs = std::filesystem;

struct ClientPorts {
    std::uint16_t mqtt = 8883;
    std::uint16_t amqp = 5671;
    std::uint16_t https = 443;
};

struct RegionNode {
    std::string name;               ///< "westus2"
    std::string display_name;       ///< "West US 2"
    std::string address;            ///< a loopback address of its own
    std::uint16_t mqtt_plain = 0;   ///< 0: no listener without TLS
};

struct RegionPair {
    std::string region, display_name, paired;
};

struct Installation {
    fs::path data_dir;
    std::string address = "127.0.0.1";     ///< edge and control
    std::string domain = "localhost";      ///< a hub answers to {hub}.{domain}
    ClientPorts edge_ports;
    ClientPorts region_ports;              ///< on each region's own address
    std::uint16_t control_port = 7443;
    std::uint16_t peer_port = 7400;
    std::uint16_t admin_port = 7401;
    std::uint16_t edge_admin_port = 7402;
    std::uint16_t proxy_port = 0;          ///< loopback CONNECT proxy; 0: off
    std::vector<RegionNode> regions;
    /// The edge's own address towards regions, which trust it to say who its clients are. Empty:
    /// they see all of its clients as one.
    std::string edge_source;
    std::vector<RegionPair> more_regions;  ///< names and pairs without a node here
    std::vector<std::string> extra_names;  ///< that certificates are good for
    std::vector<std::string> blob_allow;   ///< "host:port": see world/fetch_rules.hpp
    std::string dns_address;               ///< of the server for dynamic updates; empty: none
    std::uint16_t dns_port = 53;
    std::uint32_t dns_ttl = 5;             ///< seconds; the zone is `domain`
    std::size_t disk_reserve_bytes = 64 * 1024 * 1024;

    std::string group = "demo", hub = "demo", device = "device-1";
    std::string subscription, tenant, client_id, client_secret_hash;
    std::string user = "admin", user_password_hash;   ///< who signs in to the portal
    control::FailoverRules failover;

    fs::path pki() const { return data_dir / "pki"; }
    fs::path ca_file() const { return pki() / "ca.crt"; }
    fs::path node_dir(std::string const& node) const { return data_dir / node; }
    fs::path dns_key_file() const { return pki() / "dns.key"; }   ///< NAME:ALGORITHM:SECRET
    fs::path concierge_keys_file() const { return pki() / "concierge-keys.json"; }
    std::string control_url() const;
    std::vector<std::string> concierge_urls() const;   ///< each region's, and control's
    /// Where a control process at that region listens.
    std::string control_url_at(RegionNode const& region) const;
    RegionNode const* region(std::string const& name) const;
};

Result<Installation> load_installation(fs::path const& data_dir);
/// Writes installation.json (0600), making the directory (0700) if need be.
Result<void> save_installation(Installation const& installation);
/// Creates what is missing of authority and certificates.
Result<void> ensure_certificates(Installation const& installation, WallTime now);

// What each process is built of.
world::RegionHost::Options region_options(Installation const& installation,
                                          RegionNode const& region);
/// The name server that regions keep the hubs' names at, if there is one.
/// Errors: unavailable (no key file), argument_invalid (what is in it is no key).
Result<std::optional<world::DnsServer>> dns_server(Installation const& installation);
world::ControlHost::Options control_options(Installation const& installation);
/// A control process at a region, which takes the management plane over when its holder is lost.
world::ControlHost::Options control_options_at(Installation const& installation,
                                               RegionNode const& region);
world::Edge::Options edge_options(Installation const& installation);

/// Writes `text` to `path` with mode 0600, replacing it whole. Errors: unavailable.
Result<void> write_private(fs::path const& path, std::string const& text);
Result<std::string> read_file(fs::path const& path);

}  // namespace tandem::app
