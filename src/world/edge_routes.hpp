// world/edge_routes.hpp -- which region answers for a host name, as far as the edge has been told.
//
// The owner of a hub is who says that it serves, with the highest epoch of those that say so. A
// site whose link went down keeps its routes (it may well serve on) but gets no new connections; it
// loses them when it is given up, or when another site serves with a higher epoch.
//
// Purity  no sockets, no clock: statuses in, answers out.
// Invariant  the epoch of a hub's route never goes back.
#pragma once

#include "base/ids.hpp"
#include "record/peer.pb.h"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace tandem::world {

class EdgeRoutes {
public:
    struct Route {
        std::string hub;
        SiteName site;
        std::uint32_t epoch = 0;
        auto operator<=>(Route const&) const = default;
    };
    struct Target {
        Route route;
        std::string address;
        std::uint16_t port = 0;
    };

    /// `default_host`: a hub's name, for clients that name none; empty: none.
    explicit EdgeRoutes(std::string default_host = {}) : default_host_(std::move(default_host)) {}

    /// Each returns true when some hub's owner changed.
    bool on_status(SiteName const& from, peer::NodeStatus const& status);
    void on_site_down(SiteName const& site);  ///< routes stay, for the time being
    bool on_site_given_up(SiteName const& site);

    /// The hub of that host name, while a site has it. An empty one means the only hub there is, or
    /// the default one.
    std::optional<std::string> hub_of(std::string const& host_name) const;
    /// Nobody has a hub of that name, as far as the sites have said; false while none has.
    bool knows_nobody(std::string const& host_name) const {
        return !sites_.empty() && !hub_of(host_name);
    }
    std::optional<Route> owner_of(std::string const& hub) const;
    /// Where the owner of `hub` listens for `protocol`; nullopt: no owner, its link is down, or it
    /// does not listen for that.
    std::optional<Target> target(std::string const& hub, std::string const& protocol) const;
    /// True while connections that were directed by `route` should stay.
    bool current(Route const& route) const { return owner_of(route.hub) == route; }

    std::map<std::string, Route> const& owners() const { return owners_; }
    /// Routes that are new or other than before, since this was asked last.
    std::vector<Route> take_changes() { return std::exchange(changes_, {}); }

private:
    struct Site {
        bool up = true;
        std::map<std::string, std::uint32_t> serves;      ///< hub -> epoch
        std::map<std::string, peer::Endpoint> endpoints;  ///< by protocol
        std::set<std::string> hubs;                       ///< that it has, whoever serves them
    };
    void forget(std::string const& hub);
    bool recompute();

    std::string default_host_;
    std::map<SiteName, Site> sites_;
    std::map<std::string, std::set<std::string>> host_names_;  ///< hub -> its names
    std::map<std::string, std::string> hub_by_host_;
    std::map<std::string, std::uint32_t> highest_;  ///< hub -> highest epoch that was served
    std::map<std::string, Route> owners_;
    std::vector<Route> changes_;
};

}  // namespace tandem::world
