// world/edge.hpp -- the layer-4 director: takes clients' TCP connections, reads the host name from
// the TLS ClientHello, and passes the bytes to the region that owns the hub. TLS ends there.
//
// Who owns what comes as NodeStatus from the regions over peer links (edge_routes.hpp). When the
// owner changes, connections to the old one are closed at once: clients come back and find the new
// one. A region whose link stays down for edge_link_wait_max is given up, and so are the
// connections to it. A connection whose hub has no owner waits up to edge_owner_wait_max; one for
// a name that no hub has is refused with a TLS alert after a second. No host
// name in the hello (uAMQP sends none): the only hub there is, or else the default one; the region
// then reads the name in the protocol itself.
// TLS is not touched, so nothing of a client's secrets is ever here.
//
// A region must name this edge among its node.observers, or it will not keep it informed.
#pragma once

#include "base/result.hpp"
#include "world/acceptor.hpp"
#include "world/admin.hpp"
#include "world/edge_routes.hpp"
#include "world/event_loop.hpp"
#include "world/peer_link.hpp"
#include "world/system.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace tandem::world {

inline constexpr Duration edge_owner_wait_max = 15s;
inline constexpr Duration edge_hello_wait_max = 10s;   ///< for a whole ClientHello
inline constexpr Duration edge_connect_wait_max = 3s;  ///< for the region to accept
inline constexpr Duration edge_retry_every = 100ms;    ///< after a region refused a connection
inline constexpr Duration edge_link_wait_max = 3s;     ///< for a lost link to come back

class Splice;

class Edge {
public:
    struct Listen {
        std::string protocol;  ///< "mqtt", "amqp" or "https": peer::Endpoint.protocol
        ListenAt at;
    };
    struct Options {
        std::vector<Listen> listeners;
        std::string default_host;   ///< EdgeRoutes'
        PeerLinks::Options peers;  ///< self ("edge"), and the regions; it dials them
        std::size_t connections_max = 500'000;
        /// Where connections to regions come from; they trust it to say for whom they are, with a
        /// PROXY header. Empty: any address, and no header.
        std::string connect_from;
        ListenAt admin;  ///< GET /metrics, /health/...; loopback
    };
    struct Counters {
        std::uint64_t accepted = 0;
        std::uint64_t turned_away = 0;  ///< more than connections_max
        std::uint64_t refused = 0;      ///< no TLS, or no hello in time
        std::uint64_t directed = 0;     ///< connected to a region
        std::uint64_t moved = 0;        ///< closed because the owner changed
        std::uint64_t waited_out = 0;   ///< no owner in time
        std::uint64_t bytes = 0;
    };

    Edge(EventLoop& loop, Options options);
    ~Edge();

    Result<void> start();
    std::uint16_t port(std::string const& protocol) const;  ///< really taken; 0: none
    std::uint16_t admin_port() const { return admin_port_; }
    EdgeRoutes const& routes() const { return routes_; }
    std::size_t connection_count() const { return connections_.size(); }
    Counters const& counters() const { return counters_; }
    std::string metrics() const;

    /// As from a peer link; tests use them too.
    void on_status(SiteName const& from, peer::NodeStatus const& status);
    void on_site_down(SiteName const& site);

private:
    friend class Splice;

    void accepted(int fd, std::string const& protocol);
    void routes_changed();
    void prod(std::vector<Splice*> const& splices);
    void give_up_silent_sites();
    void remove(Splice& splice);

    EventLoop& loop_;
    Options options_;
    EdgeRoutes routes_;
    Counters counters_;
    SystemRandom random_;
    std::vector<char> buffer_;  ///< shared by all connections
    std::unique_ptr<PeerLinks> links_;
    std::unique_ptr<Admin> admin_;
    std::uint16_t admin_port_ = 0;
    std::map<std::string, std::unique_ptr<Acceptor>> acceptors_;  ///< by protocol
    std::unordered_map<Splice*, std::unique_ptr<Splice>> connections_;
    std::unordered_set<Splice*> waiting_;  ///< for an owner
    std::map<SiteName, Time> down_since_;
    Alarm give_up_;
    std::shared_ptr<bool> alive_;
};

}  // namespace tandem::world
