// world/region_host.hpp -- one region's node on a real machine: a region::Node with its store, its
// clients' listeners and its links to the other sites, on one event loop.
//
// The host only carries: it reads the clock before each call, hands inputs to the node, and after
// each batch of events flushes the node and performs its outputs in order.
//
//     EventLoop loop;
//     RegionHost host{loop, options};
//     if (auto started = host.start(); !started.ok()) ...   // tell the operator, exit
//     loop.run();
//
// Only the sites named in peers.peers (pair, witness) are listened to; others that may connect
// (edges, by accept_prefixes) are told the status and not heard.
//
// Metrics: GET /metrics on the admin listener (plain HTTP, meant for loopback); GET /status gives
// the NodeStatus as JSON; GET /health/live and /health/ready are for supervisors.
#pragma once

#include "base/result.hpp"
#include "region/node.hpp"
#include "world/admin.hpp"
#include "world/dns_updater.hpp"
#include "world/event_loop.hpp"
#include "world/gateway_sessions.hpp"
#include "world/hub_certificates.hpp"
#include "world/peer_link.hpp"
#include "world/rocks_store.hpp"
#include "world/server.hpp"
#include "world/system.hpp"
#include "world/tls.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tandem::world {

class RegionHost {
public:
    struct Options {
        /// self, witness, observers and the durations as the app chose them; `endpoints` is filled
        /// by the host from its listeners.
        region::Node::Options node;
        RocksStore::Options store;  ///< store.dir: the node's data directory

        // For clients. An empty address: that listener is not opened.
        ListenAt mqtt;                  ///< TLS
        ListenAt amqp;                  ///< TLS
        ListenAt https;                 ///< TLS
        ListenAt mqtt_plain;            ///< no TLS; for measurements on loopback only
        std::uint16_t public_amqp_port = 5671;  ///< where the edge takes AMQP connections
        TlsFiles server_tls;            ///< of whom asks for no hub by name, and for their names
        HubCertificates::Options hub_certificates;   ///< of names that server_tls does not have
        std::string advertise_address;  ///< where the edge finds the listeners
        /// Edges and load balancers; what they pass on must say for whom (Server::trust).
        std::vector<IpRange> trusted_proxies;
        std::size_t connections_max = 1'000'000;

        /// peers.self == node.self; peers.peers: the pair and the witness; accept_prefixes: edges.
        PeerLinks::Options peers;
        ListenAt admin;  ///< loopback
        /// Where the names of the hubs that this region serves are kept; none: nobody does.
        std::optional<DnsServer> dns;

        /// The protocols' sessions; empty ones are replaced by the gateway's.
        SessionFactory mqtt_sessions;
        SessionFactory amqp_sessions;
        SessionFactory https_sessions;
    };
    /// The ports that were really taken; 0: not open.
    struct Ports {
        std::uint16_t mqtt = 0, amqp = 0, https = 0, mqtt_plain = 0, peer = 0, admin = 0;
    };

    RegionHost(EventLoop& loop, Options options);
    ~RegionHost();

    /// Opens the store, recovers the node, then links and listeners.
    /// Errors: malformed (damaged data, bad certificates), unavailable (address in use ...).
    Result<void> start();
    Ports const& ports() const { return ports_; }
    region::Node& node() { return *node_; }
    /// Prometheus text of everything this process counts.
    std::string metrics() const;

private:
    Result<void> open_listeners();
    SessionFactory introduced(SessionFactory const& make);
    Result<void> open_peers();
    void define_certificate(record::HubDefinition const& hub);
    void on_message(SiteName const& site, peer::Envelope const& message);
    bool speaks(SiteName const& site) const;
    std::vector<std::string> not_ready() const;
    void log_roles(Now now);
    Now input();
    void pump();
    void perform(std::vector<region::Output> outputs);
    bool answers_are_stale() const;
    std::vector<DnsClaim> dns_claims() const;

    EventLoop& loop_;
    Options options_;
    Ports ports_;
    SystemRandom random_;
    std::unique_ptr<HubCertificates> certificates_;
    std::unique_ptr<TlsContext> device_tls_;
    std::unique_ptr<TlsContext> service_tls_;
    std::unique_ptr<RocksStore> store_;
    std::unique_ptr<region::Node> node_;
    std::unique_ptr<PeerLinks> links_;
    GatewaySessions sessions_;
    std::unique_ptr<Server> server_;  ///< clients
    std::unique_ptr<Admin> admin_;
    std::unique_ptr<DnsUpdater> dns_;
    Alarm tick_;
    std::map<std::string, std::string> logged_roles_;  ///< hub -> role and epoch
    Time roles_logged_at_{};
    Time first_input_at_{};  ///< of this batch
    bool has_input_ = false;
    struct Counters {
        std::uint64_t commands = 0, answers = 0, refusals = 0, notices = 0, stale_answers = 0;
    } counters_;
    std::shared_ptr<bool> alive_;
};

}  // namespace tandem::world
