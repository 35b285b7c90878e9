// world/control_host.hpp -- the control process on a real machine: a control::Control (ARM REST
// API, the witness's vote) with its store, its HTTPS listener and its links to the regions.
//
// Driven as RegionHost is; see there. Metrics: GET /metrics on the admin listener.
#pragma once

#include "base/result.hpp"
#include "control/control.hpp"
#include "world/admin.hpp"
#include "world/event_loop.hpp"
#include "world/fetcher.hpp"
#include "world/peer_link.hpp"
#include "world/rocks_store.hpp"
#include "world/secret_checker.hpp"
#include "world/server.hpp"
#include "world/system.hpp"
#include "world/tls.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace tandem::world {

class ControlHost {
public:
    struct Options {
        control::Control::Options control;
        std::optional<control::Control::Bootstrap> bootstrap;
        RocksStore::Options store;  ///< store.dir: control's data directory
        ListenAt https;             ///< the ARM API
        TlsFiles server_tls;
        std::string public_url;  ///< when a request does not say how it got here
        std::size_t connections_max = 10'000;
        PeerLinks::Options peers;  ///< regions, edges
        ListenAt admin;            ///< loopback
        FetchRules fetch_rules;    ///< for servers that callers name
        /// Asked first, while this process holds the management plane; an answer here never reaches
        /// Control (the portal's files). May be empty.
        std::function<std::optional<http::Response>(http::Request const&)> before;
    };
    struct Ports {
        std::uint16_t https = 0, peer = 0, admin = 0;
    };

    ControlHost(EventLoop& loop, Options options);
    ~ControlHost();

    Result<void> start();  ///< errors as RegionHost::start
    Ports const& ports() const { return ports_; }
    control::Control& control() { return *control_; }
    std::string metrics() const;

private:
    Result<void> open_https();
    Result<void> open_peers();
    void on_http(ConnectionId connection, http::Request request, std::string const& source);
    void on_gone(ConnectionId connection);
    void respond(ConnectionId connection, http::Response const& response);
    void perform(control::Output& output);
    void pump();
    void tell();

    EventLoop& loop_;
    Options options_;
    Ports ports_;
    control::Control::Standing told_;   ///< in the log
    std::map<std::string, bool> told_behind_;
    SystemRandom random_;
    std::unique_ptr<TlsContext> tls_;
    std::unique_ptr<RocksStore> store_;
    std::unique_ptr<control::Control> control_;
    std::unique_ptr<PeerLinks> links_;
    std::unique_ptr<Server> server_;
    std::unique_ptr<Admin> admin_;
    std::unique_ptr<Fetcher> fetcher_;
    std::unique_ptr<SecretChecker> checker_;
    std::unordered_map<std::uint64_t, ConnectionId> asked_by_;  ///< by RequestId
    std::unordered_map<ConnectionId, std::uint64_t> asking_;
    std::uint64_t last_request_ = 0;
    std::string fallback_url_;
    Alarm tick_;
    std::shared_ptr<bool> alive_;
};

}  // namespace tandem::world
