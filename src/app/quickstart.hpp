// app/quickstart.hpp -- what a person or a program needs to use an installation.
//
// Shape   DATA_DIR/quickstart.json (0600): tandem (path of the binary), dataDir, hub, owner
//         (region), ownerConnectionString, deviceConnectionString, eventHubConnectionString,
//         caFile, conciergeUrls, conciergeKeysFile, controlUrl, portalUrl, portalUser,
//         portalPassword, tenant, clientId, clientSecret, subscriptionId, resourceGroup,
//         processes [{role, region, pid, address, dataDir}]. Written once everything serves.
#pragma once

#include "app/installation.hpp"
#include "base/result.hpp"

#include <string>
#include <vector>

namespace tandem::app {

struct ProcessEntry {
    std::string role;           ///< "control", "edge", "region"
    std::string region;         ///< of a region; else empty
    int pid = 0;
    std::string address;
    std::string data_dir;
};

struct Quickstart {
    std::string tandem, data_dir, hub, owner;
    std::string owner_connection_string, device_connection_string, event_hub_connection_string;
    std::string ca_file, control_url;
    std::string portal_url, portal_user, portal_password;
    std::vector<std::string> concierge_urls;
    std::string concierge_keys_file;
    std::string tenant, client_id, client_secret, subscription_id, resource_group;
    std::vector<ProcessEntry> processes;
};

/// Errors: not_found (nothing is up there yet), malformed.
Result<Quickstart> load_quickstart(fs::path const& data_dir);
Result<void> save_quickstart(Quickstart const& quickstart);

/// What the quick start's device connects with: the name, and the port where it is not MQTT's own.
std::string device_connection_string(Installation const& installation, std::string const& key);

/// The lines that make SDKs, az and tools use this installation.
std::string environment(Quickstart const& quickstart, Installation const& installation,
                        bool redirect);

}  // namespace tandem::app
