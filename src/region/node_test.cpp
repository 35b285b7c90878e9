// What one region promises to another and to its clients, told with two nodes, a witness, stores
// whose durability is moved by hand, and links that carry what is put on them.

#include "region/node.hpp"

#include "failover/options.hpp"
#include "hub/decide.hpp"
#include "identity/sas.hpp"
#include "region/hub_node.hpp"
#include "support/memory_store.hpp"

#include <gtest/gtest.h>

namespace tandem::region {
namespace {

SiteName const west{"west"}, east{"east"}, witness{"witness"};
std::string const key = "c2VjcmV0IG9mIGEgZGV2aWNlIDE=";

class CountingRandom final : public ports::Random {
public:
    void fill(std::span<std::uint8_t> out) override {
        for (auto& byte : out) byte = static_cast<std::uint8_t>(++state_ * 37);
    }

private:
    unsigned state_ = 0;
};

record::HubDefinition demo(record::Goal goal) {
    record::HubDefinition hub;
    hub.set_name("demo");
    hub.add_host_names("demo.test");
    hub.add_regions(west.value);
    hub.add_regions(east.value);
    hub.set_partition_count(2);
    hub.set_instance_id("one");
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

struct Site {
    Site(SiteName const& self, SiteName const& pair)
        : node({.self = self,
                .witness = witness,
                .observers = {pair},
                .voter = failover::voter_options,
                .ownership = failover::ownership_options,
                .tick = 50ms,
                .status_every = 500ms,
                .trim_every = 1h,
                .session_grace = 1h,
                .endpoints = {}},
               store, random) {}
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

TEST(Node, TheFirstRegionOfADefinitionServes) {
    World world{record::GOAL_REGION_ASYNC};
    EXPECT_TRUE(world.serves(world.a));
    EXPECT_FALSE(world.serves(world.b));
}

TEST(Node, NothingIsAcknowledgedBeforeItIsDurable) {
    World world{record::GOAL_REGION_ASYNC};
    world.a.syncs = false;
    world.put(world.a, "d1");
    world.run(100ms);
    EXPECT_TRUE(world.a.answers.empty());
    world.a.syncs = true;
    world.run(100ms);
    ASSERT_EQ(world.a.answers.size(), 1U);
    EXPECT_TRUE(world.a.answers[0].reply.ok());
}

TEST(Node, TheGoalSyncWaitsForThePair) {
    World world{record::GOAL_REGION_SYNC};
    world.b.syncs = false;
    world.put(world.a, "d1");
    world.run(500ms);
    EXPECT_TRUE(world.a.answers.empty());
    world.b.syncs = true;
    world.run(500ms);
    EXPECT_EQ(world.a.answers.size(), 1U);
}

// A paused process that wakes up after its lease must not answer with what it had at hand.
TEST(Node, NothingIsAcknowledgedOnceTheLeaseHasRunOut) {
    World world{record::GOAL_REGION_ASYNC};
    world.put(world.a, "d1");
    world.a.node.flush(world.now);
    world.now.mono += failover::lease_term;
    for (auto ticket : world.a.store.sync()) world.a.node.on_durable(ticket, world.now);
    for (auto& output : world.a.node.take_outputs())
        EXPECT_FALSE(std::holds_alternative<Answer>(output));
}

TEST(Node, APlannedFailoverTakesEverythingAlongAndClosesTheOldLinks) {
    World world{record::GOAL_REGION_ASYNC};
    world.put(world.a, "before");
    world.run(200ms);
    world.order(world.a, east, false);
    world.put(world.a, "during");
    world.run(1s);
    EXPECT_TRUE(world.serves(world.b));
    EXPECT_FALSE(world.serves(world.a));
    EXPECT_TRUE(world.has(world.b, "before"));
    ASSERT_EQ(world.a.answers.size(), 2U);
    EXPECT_EQ(world.a.answers[1].reply.code(), Errc::not_owner);
    EXPECT_EQ(world.a.closes, std::vector{hub::CloseReason::owner_moved});
    ASSERT_TRUE(world.report);
    EXPECT_TRUE(world.report->exact());
}

TEST(Node, PeopleWhoLookOnSeeOnlyWhatIsAcknowledged) {
    World world{record::GOAL_REGION_SYNC};
    world.put(world.a, "d1");
    world.run(200ms);
    world.b.syncs = false;
    world.telemetry(world.a, "d1", "hello");
    world.run(200ms);
    EXPECT_TRUE(world.look(world.a).owner());
    EXPECT_EQ(world.events.events_size(), 0);
    world.b.syncs = true;
    world.run(500ms);
    ASSERT_EQ(world.look(world.a).events_size(), 1);
    EXPECT_EQ(world.events.events(0).message().body(), "hello");
    EXPECT_EQ(world.events.events(0).message().device_id(), "d1");
    EXPECT_EQ(world.events.after_size(), 2);
    EXPECT_FALSE(world.look(world.b).owner());
    EXPECT_EQ(world.events.events_size(), 0);
}

TEST(Node, AFollowerRefusesCommands) {
    World world{record::GOAL_REGION_ASYNC};
    world.put(world.b, "d1");
    world.run(100ms);
    ASSERT_EQ(world.b.answers.size(), 1U);
    EXPECT_EQ(world.b.answers[0].reply.code(), Errc::not_owner);
}

TEST(Node, AFullDiskRefusesWritesAndStillReads) {
    World world{record::GOAL_REGION_ASYNC};
    world.a.store.set_writable(false);
    world.put(world.a, "d1");
    world.a.node.submit(ConnectionId{7}, ++world.token, "", hub::GetStatistics{}, world.now);
    world.run(100ms);
    ASSERT_EQ(world.a.answers.size(), 2U);
    EXPECT_EQ(world.a.answers[0].reply.code(), Errc::unavailable);
    EXPECT_TRUE(world.a.answers[1].reply.ok());
}

// After the loss of the owner a region-sync hub has nobody to wait for; it says so, and waits again
// once the lost region has everything.
TEST(Node, SyncIsSuspendedWhileThePairIsLost) {
    World world{record::GOAL_REGION_SYNC};
    world.lost = &world.a;
    world.order(world.b, east, true);
    world.run(10s);
    ASSERT_TRUE(world.serves(world.b));
    world.put(world.b, "alone");
    world.run(200ms);
    ASSERT_EQ(world.b.answers.size(), 1U);
    EXPECT_TRUE(world.b.node.status(world.now).hubs(0).sync_suspended());
    world.lost = nullptr;
    world.run(5s);
    EXPECT_TRUE(world.has(world.a, "alone"));
    EXPECT_FALSE(world.b.node.status(world.now).hubs(0).sync_suspended());
}

// Found by the simulator (seed 2021): with the vote of an owner whose lease had just run out the
// pair began an epoch that nobody had ordered.
TEST(Node, AnOwnerDoesNotVoteForItsPair) {
    World world{record::GOAL_REGION_ASYNC};
    world.witness_lost = world.cut = true;
    world.run(failover::lease_term * 2);
    ASSERT_FALSE(world.serves(world.a));
    peer::Envelope ask;
    ask.mutable_vote_request()->set_hub("demo");
    ask.mutable_vote_request()->set_epoch(2);
    ask.mutable_vote_request()->set_ask_id(1);
    world.a.node.on_message(east, ask, world.now);
    world.a.node.flush(world.now);
    for (auto ticket : world.a.store.sync()) world.a.node.on_durable(ticket, world.now);
    for (auto& output : world.a.node.take_outputs()) {
        auto const* send = std::get_if<SendTo>(&output);
        if (send != nullptr && send->message.has_vote_reply()) {
            EXPECT_FALSE(send->message.vote_reply().granted());
        }
    }
}

/// What a region's concierge says of demo.test: the region it names, or the status of its refusal.
std::string named(World& world, Site& site) {
    http::Request request;
    request.method = "GET";
    request.path = {"concierge", "v1", "hubs", "demo.test"};
    auto const response = site.node.concierge().answer(request, world.now);
    if (response->status != 200) return std::to_string(response->status);
    return concierge::read_directions(response->body)->region;
}

void give_key(World& world, Site& site, char fill) {
    peer::Envelope envelope;
    envelope.mutable_concierge_keys()->add_keys()->set_seed(Bytes(32, fill));
    site.node.on_message(witness, envelope, world.now);
    site.node.flush(world.now);
}

TEST(NodeConcierge, BothRegionsNameTheOneThatServes) {
    World world{record::GOAL_REGION_ASYNC};
    EXPECT_EQ(named(world, world.a), "503") << "without a key nothing is signed";
    for (Site* site : {&world.a, &world.b}) give_key(world, *site, 'k');
    world.run(1s);
    EXPECT_EQ(named(world, world.a), "west");
    EXPECT_EQ(named(world, world.b), "west");
    world.order(world.a, east, false);
    world.run(3s);
    EXPECT_EQ(named(world, world.a), "east");
    EXPECT_EQ(named(world, world.b), "east");
}

TEST(NodeConcierge, NamesNobodyWhoseLeaseItCannotVouchFor) {
    World world{record::GOAL_REGION_ASYNC};
    for (Site* site : {&world.a, &world.b}) give_key(world, *site, 'k');
    world.run(1s);
    world.now.mono += failover::lease_term;   // a pause of both processes
    EXPECT_EQ(named(world, world.a), "503");
    EXPECT_EQ(named(world, world.b), "503");
}

TEST(NodeConcierge, KeysOutliveTheProcessAndComeFromControlAlone) {
    World world{record::GOAL_REGION_ASYNC};
    give_key(world, world.a, 'k');
    world.run(100ms);
    peer::Envelope forged;
    forged.mutable_concierge_keys()->add_keys()->set_seed(Bytes(32, 'f'));
    world.a.node.on_message(east, forged, world.now);
    world.run(100ms);
    Node again{{.self = west,
                .witness = witness,
                .observers = {},
                .voter = failover::voter_options,
                .ownership = failover::ownership_options,
                .tick = 50ms,
                .status_every = 1h,
                .trim_every = 1h,
                .session_grace = 1h,
                .endpoints = {}},
               world.a.store, world.a.random};
    ASSERT_TRUE(again.recover(world.now).ok());
    http::Request request;
    request.method = "GET";
    request.path = {"concierge", "v1", "keys"};
    EXPECT_EQ(again.concierge().answer(request, world.now)->body,
              concierge::render_key_set({Bytes(32, 'k')}));
}

}  // namespace
}  // namespace tandem::region
