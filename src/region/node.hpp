// region/node.hpp -- one region's core: its hubs, who owns them, their partitions and their
// replication, as one machine that the world (or the simulator) drives.
//
//     commands, peer messages, durable tickets, time  -->  Node  -->  answers, events, messages
//
// The driver calls inputs, then flush(), then performs take_outputs() in order. Answers come out
// only when the acknowledgement rule allows it: what they rest on is durable here, is where the
// hub's goal says, and the lease is held at that moment.
//
// Invariant  no answer leaves for a hub that this region does not own at `now`.
// Purity     reads the store, never waits for it; no clock, no socket, no thread.
#pragma once

#include "base/ids.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "concierge/concierge.hpp"
#include "failover/ownership.hpp"
#include "failover/voter.hpp"
#include "hub/admission.hpp"
#include "hub/command.hpp"
#include "ports/random.hpp"
#include "ports/store.hpp"
#include "record/peer.pb.h"
#include "region/control_copy.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace tandem::region {

class HubNode;

/// A message for another site; dropped by the driver when no link to it is up.
struct SendTo {
    SiteName site;
    peer::Envelope message;
};
/// The reply to a command, for the session that sent it.
struct Answer {
    ConnectionId connection{};
    std::uint64_t token = 0;
    Result<hub::Reply> reply;
};
/// Something a connection did not ask for.
struct Notify {
    ConnectionId connection{};
    hub::Event event;
};
using Output = std::variant<SendTo, Answer, Notify>;

class Node {
public:
    struct Options {
        SiteName self;
        SiteName witness;
        std::vector<SiteName> control_sites{};   ///< besides the witness: who may hold the plane
        std::vector<SiteName> observers;         ///< who gets NodeStatus: control, edges, pairs
        failover::Voter::Options voter;
        failover::Ownership::Options ownership;
        Duration tick;                           ///< how often on_timer looks at everything
        Duration status_every;
        Duration trim_every;
        Duration session_grace;                  ///< after promotion, for devices to come back
        std::vector<peer::Endpoint> endpoints;   ///< told to the edge and by the concierge
        std::string display_name = {};           ///< "West US 2"
    };

    Node(Options options, ports::Store& store, ports::Random& random);
    ~Node();

    /// Reads everything back. Errors: malformed -- the data directory is damaged; nothing is lost
    /// or deleted, and the process must not serve.
    Result<void> recover(Now now);

    void on_peer_up(SiteName const& site, Now now);
    void on_peer_down(SiteName const& site, Now now);
    void on_message(SiteName const& from, peer::Envelope const& message, Now now);
    void on_durable(ports::Ticket ticket, Now now);
    void on_timer(Now now);
    Time next_deadline() const { return next_tick_; }

    /// One command of a client. `hub_host`: the name the client used; empty: the only hub there is.
    void submit(ConnectionId connection, std::uint64_t token, std::string const& hub_host,
                hub::Command command, Now now);
    /// Who is at the other end, told before its first command. A hub that has rules lets nobody in
    /// of whom this was not told.
    void on_connection_opened(ConnectionId connection, hub::Client client);
    /// The connection is gone; answers to it are dropped.
    void on_connection_closed(ConnectionId connection, Now now);

    /// Hands what has been appended to the store. Call once after each round of inputs.
    void flush(Now now);
    std::vector<Output> take_outputs();

    /// What status, metrics and checks may see.
    peer::NodeStatus status(Now now) const;
    HubNode const* hub(HubName const& name) const;
    /// Knows what the pair's status and our own say; both come to it by themselves.
    concierge::Concierge& concierge() { return concierge_; }

private:
    friend class HubNode;

    /// What is to be done when a ticket is durable.
    struct InFlight {
        ports::Ticket ticket{};
        struct Written {
            HubNode* hub;
            std::size_t slot;
            Position end;
        };
        std::vector<Written> written;
        std::vector<std::pair<SiteName, peer::VoteReply>> votes;
        std::vector<record::Promise> promises;
    };

    // node_messages.cpp
    /// A control process: the witness, or one at a region.
    bool is_control(SiteName const& site) const;
    /// The control process to take orders from and to report to.
    SiteName control() const;
    bool owned_here(SiteName const& from, peer::VoteRequest const& request, Now now);
    void on_vote_request(SiteName const& from, peer::VoteRequest const& request, Now now);
    void deliver_vote(SiteName const& to, peer::VoteReply const& reply, Now now);

    // node.cpp
    void define(record::HubDefinition const& definition, Now now);
    void add_hub(record::HubDefinition const& definition, Now now, bool recovering);
    Epoch past(std::string const& name) const;
    void end_past(std::string const& name);
    /// The promise of our own voter to a region of this hub, not of an earlier one of its name.
    std::optional<record::Promise> promise_of(std::string const& name) const;
    void remove_hub(HubName const& name);
    void store_promise(record::Promise const& promise);
    void store_epoch(record::Promise const& known);   ///< of a hub: the highest, and its owner
    void send(SiteName const& site, peer::Envelope message);
    void answer(ConnectionId connection, std::uint64_t token, Result<hub::Reply> reply);
    void notify(ConnectionId connection, hub::Event event);
    void send_status(Now now);
    void on_keys(peer::ConciergeKeys const& keys);
    void take_keys(peer::ConciergeKeys const& keys);
    HubNode* find(std::string const& name);
    HubNode* find_by_host(std::string const& host);
    std::uint64_t random();

    Options options_;
    ports::Store& store_;
    ports::Random& random_;
    failover::Voter voter_;
    std::map<std::string, std::unique_ptr<HubNode>> hubs_;
    std::unordered_map<std::string, HubNode*> by_host_;
    std::unordered_map<ConnectionId, hub::Client> clients_;     ///< by their connections
    std::map<std::string, record::HubDefinition> tombstones_;   ///< deleted hubs, by name
    std::map<std::string, Epoch> past_;   ///< by name: the highest epoch of earlier hubs
    std::map<std::string, bool> up_;                            ///< peers with a link
    concierge::Concierge concierge_;
    ControlCopy copy_;
    std::deque<InFlight> in_flight_;
    std::vector<std::pair<SiteName, peer::VoteReply>> votes_waiting_;  ///< for the next ticket
    std::vector<record::Promise> promises_waiting_;                    ///< likewise
    ports::Batch batch_;                                        ///< meta entries of the next batch
    std::vector<ports::Commit> removals_;                       ///< of deleted hubs
    std::vector<Output> outputs_;
    Time next_tick_{};
    Time next_status_{};
    bool status_due_ = false;
};

}  // namespace tandem::region
