// region/node_fixture.hpp -- two nodes, a witness, stores whose durability is moved by hand, and
// links that carry what is put on them. Tests only.
#pragma once

#include "region/node.hpp"

#include "failover/options.hpp"
#include "hub/decide.hpp"
#include "identity/sas.hpp"
#include "region/hub_node.hpp"
#include "support/memory_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tandem::region::test {

inline SiteName const west{"west"}, east{"east"}, witness{"witness"};
inline std::string const key = "c2VjcmV0IG9mIGEgZGV2aWNlIDE=";

class CountingRandom final : public ports::Random {
public:
    void fill(std::span<std::uint8_t> out) override {
        for (auto& byte : out) byte = static_cast<std::uint8_t>(++state_ * 37);
    }

private:
    unsigned state_ = 0;
};

inline record::HubDefinition demo(record::Goal goal) {
    record::HubDefinition hub;
    hub.set_name("demo");
    hub.add_host_names("demo.test");
    hub.add_regions(west.value);
    hub.add_regions(east.value);
    hub.set_partition_count(2);
    hub.set_instance_id("one");
    hub.set_created_us(1'700'000'000'000'000);
    auto& settings = *hub.mutable_initial_settings();
    settings.set_goal(goal);
    settings.set_revision(1);
    settings.set_retention_days(1);
    auto& policy = *settings.add_policies();
    policy.set_name("iothubowner");
    policy.set_primary_key(key);
    policy.set_secondary_key(key);
    policy.set_rights(15);
    return hub;
}

inline Node::Options node_options(SiteName const& self, std::vector<SiteName> observers) {
    return {.self = self,
            .witness = witness,
            .observers = std::move(observers),
            .voter = failover::voter_options,
            .ownership = failover::ownership_options,
            .tick = 50ms,
            .status_every = 500ms,
            .trim_every = 1h,
            .session_grace = 1h,
            .endpoints = {}};
}

struct Site {
    Site(SiteName const& self, SiteName const& pair)
        : options(node_options(self, {pair})), node(options, store, random) {}
    /// The process dies and starts again; what was not durable is gone.
    void restart(Now now) {
        store.crash();
        std::destroy_at(&node);
        std::construct_at(&node, options, store, random);
        EXPECT_TRUE(node.recover(now).ok());
    }
    Node::Options options;
    testing::MemoryStore store;
    CountingRandom random;
    Node node;
    bool syncs = true;                       ///< its disk makes things durable
    std::vector<Answer> answers;
    std::vector<hub::CloseReason> closes;
};

/// Both regions and the witness; `run` lets everything happen that can within a time.
class World {
public:
    explicit World(record::Goal goal) {
        for (auto& [site, other] : {std::pair{&a, east}, std::pair{&b, west}}) {
            EXPECT_TRUE(site->node.recover(now).ok());
            site->node.on_peer_up(witness, now);
            site->node.on_peer_up(other, now);
            peer::Envelope define;
            *define.mutable_define_hub()->mutable_definition() = demo(goal);
            site->node.on_message(witness, define, now);
        }
        run(1s);
    }

    void restart() {
        for (auto& [site, other] : {std::pair{&a, east}, std::pair{&b, west}}) {
            site->restart(now);
            site->node.on_peer_up(witness, now);
            site->node.on_peer_up(other, now);
        }
    }
    void run(Duration time) {
        for (Time const end = now.mono + time; now.mono < end; step()) {
            now.mono += 10ms;
            now.wall += 10ms;
        }
    }
    void step() {
        for (Site* site : {&a, &b}) {
            if (site == lost) continue;
            site->node.on_timer(now);
            for (int round = 0; round < 8; ++round) carry(*site);
        }
    }
    void carry(Site& site) {
        site.node.flush(now);
        if (site.syncs)
            for (auto ticket : site.store.sync()) site.node.on_durable(ticket, now);
        SiteName const& self = &site == &a ? west : east;
        for (auto& output : site.node.take_outputs()) {
            if (auto* send = std::get_if<SendTo>(&output)) deliver(self, *send);
            if (auto* answer = std::get_if<Answer>(&output)) site.answers.push_back(*answer);
            if (auto* notify = std::get_if<Notify>(&output))
                if (auto* closed = std::get_if<hub::Closed>(&notify->event))
                    site.closes.push_back(closed->reason);
        }
    }
    void deliver(SiteName const& from, SendTo const& sent) {
        if (sent.site == witness) return vote(from, sent.message);
        Site& to = sent.site == west ? a : b;
        if (&to == lost || cut) return;
        to.node.on_message(from, sent.message, now);
        to.node.flush(now);
    }
    void vote(SiteName const& from, peer::Envelope const& message) {
        if (message.has_vote_release()) judge.on_release(message.vote_release(), from, now);
        if (message.has_event_answer()) events = message.event_answer();
        if (message.has_failover_progress() && message.failover_progress().has_report())
            report = message.failover_progress().report();
        if (!message.has_vote_request() || witness_lost) return;
        auto answer = judge.on_request(message.vote_request(), from, now);
        peer::Envelope envelope;
        *envelope.mutable_vote_reply() = answer.reply;
        (from == west ? a : b).node.on_message(witness, envelope, now);
    }
    void order(Site& site, SiteName const& to, bool forced) {
        peer::Envelope envelope;
        auto& order = *envelope.mutable_failover_order();
        order.set_hub("demo");
        order.set_operation_id("op");
        order.set_to_region(to.value);
        order.set_forced(forced);
        site.node.on_message(witness, envelope, now);
    }
    /// What control is told of acknowledged telemetry; from the beginning.
    peer::EventAnswer look(Site& site) {
        peer::Envelope envelope;
        auto& query = *envelope.mutable_event_query();
        query.set_hub("demo");
        query.set_count_max(10);
        for (std::uint64_t position : {0, 0}) query.add_after(position);
        site.node.on_message(witness, envelope, now);
        carry(site);
        return events;
    }
    /// A device that is connected, with one message sent.
    void telemetry(Site& site, std::string const& device, std::string const& body) {
        auto const sas = identity::make_sas("demo.test/devices/" + device, key, now.wall + 1h,
                                            "iothubowner");
        hub::OpenSession open{.device = DeviceId{device}, .sas = sas, .model_id = {}};
        site.node.submit(ConnectionId{9}, ++token, "demo.test", std::move(open), now);
        hub::SendTelemetry send;
        send.message.set_device_id(device);
        send.message.set_body(body);
        site.node.submit(ConnectionId{9}, ++token, "demo.test", std::move(send), now);
    }
    /// The reply to a read, once it may be given.
    template <class Reply>
    Reply ask(Site& site, hub::Command command) {
        site.node.submit(ConnectionId{8}, ++token, "demo.test", std::move(command), now);
        run(200ms);
        EXPECT_TRUE(site.answers.back().reply.ok());
        auto const* reply = std::get_if<Reply>(&*site.answers.back().reply);
        EXPECT_NE(reply, nullptr);
        return reply == nullptr ? Reply{} : *reply;
    }
    /// A registry write; its answer is the last one of `site.answers`.
    void put(Site& site, std::string const& device) {
        hub::PutDevice put{.device = DeviceId{device},
                           .body = "{\"deviceId\":\"" + device + "\"}",
                           .if_match = {}};
        site.node.submit(ConnectionId{7}, ++token, "demo.test", std::move(put), now);
    }
    bool has(Site& site, std::string const& device) {
        auto const* hub = site.node.hub(HubName{"demo"});
        auto const index = hub::partition_of(device, 2);
        return hub->partition(value(index)).view().find(device) != nullptr;
    }
    bool serves(Site& site) { return site.node.hub(HubName{"demo"})->ownership().serving(now); }

    Now now{.mono = Time{1h}, .wall = WallTime{1h}};
    failover::Voter judge{failover::voter_options};
    Site a{west, east}, b{east, west};
    Site* lost = nullptr;
    bool cut = false, witness_lost = false;
    std::optional<record::FailoverReport> report;
    peer::EventAnswer events;
    std::uint64_t token = 0;
};

}  // namespace tandem::region::test
