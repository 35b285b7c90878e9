// What one region promises to another and to its clients.
#include "region/node_fixture.hpp"

namespace tandem::region::test {
namespace {

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

// Found by hand: the list told the stored state, and a new owner has no connections.
TEST(Node, ListsTellWhoIsConnectedNowAlsoAfterAFailover) {
    World world{record::GOAL_REGION_ASYNC};
    world.put(world.a, "d1");
    world.run(200ms);
    world.telemetry(world.a, "d1", "hello");
    world.run(200ms);
    hub::Command const list = hub::ListDevices{};
    EXPECT_NE(world.ask<hub::Document>(world.a, list).json.find("\"Connected\""),
              std::string::npos);
    world.order(world.a, east, false);
    world.run(1s);
    ASSERT_TRUE(world.serves(world.b));
    EXPECT_EQ(world.ask<hub::Document>(world.b, list).json.find("\"Connected\""),
              std::string::npos);
    hub::Command const query =
        hub::QueryDevices{R"({"query":"SELECT * FROM devices WHERE connectionState='Connected'"})",
                          10, {}};
    EXPECT_EQ(world.ask<hub::Page>(world.b, query).body, "[]");
}

TEST(Node, QueriesAndExportsHaveEveryDeviceOnceWhateverTheirPages) {
    World world{record::GOAL_REGION_ASYNC};
    for (int i = 0; i < 9; ++i) world.put(world.a, "d" + std::to_string(i));
    world.run(200ms);
    hub::QueryDevices query{R"({"query":"SELECT * FROM devices"})", 2, {}};
    std::string seen;
    int pages = 0;
    do {
        auto const page = world.ask<hub::Page>(world.a, query);
        seen += page.body;
        query.continuation = page.continuation;
        ASSERT_LT(++pages, 20);
    } while (!query.continuation.empty());
    EXPECT_GE(pages, 5);
    auto const exported = world.ask<hub::Page>(world.a, hub::ExportDevices{{}, true});
    EXPECT_TRUE(exported.continuation.empty());
    EXPECT_EQ(exported.body.find("primaryKey"), std::string::npos);
    for (int i = 0; i < 9; ++i) {
        std::string const id = "\"d" + std::to_string(i) + "\"";
        auto const at = seen.find("{\"deviceId\":" + id);
        EXPECT_NE(at, std::string::npos);
        EXPECT_EQ(seen.find("{\"deviceId\":" + id, at + 1), std::string::npos);
        EXPECT_NE(exported.body.find("{\"id\":" + id), std::string::npos);
    }
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

std::map<std::string, std::uint64_t> at_risk(World& world, Site& site) {
    std::map<std::string, std::uint64_t> kinds;
    auto const status = site.node.status(world.now);
    for (auto const& kind : status.hubs(0).lag_by_kind())
        if (kind.records() > 0) kinds[kind.kind()] = kind.records();
    return kinds;
}

TEST(Node, SaysByKindWhatThePairDoesNotHave) {
    World world{record::GOAL_REGION_ASYNC};
    world.run(1s);
    EXPECT_TRUE(at_risk(world, world.a).empty());
    world.cut = true;
    world.put(world.a, "d1");
    world.put(world.a, "d2");
    world.a.node.submit(ConnectionId{7}, ++world.token, "demo.test",
                        hub::UpdateTwin{{"d1"}, R"({"tags":{"a":1}})", "*"}, world.now);
    world.run(200ms);
    EXPECT_EQ(at_risk(world, world.a),
              (std::map<std::string, std::uint64_t>{{"identities", 2}, {"twins", 1}}));
    world.run(2s);
    auto const status = world.a.node.status(world.now).hubs(0);
    EXPECT_FALSE(status.lag_estimated());
    EXPECT_EQ(status.lag_records(), 3U);
    EXPECT_GE(status.lag_by_kind(1).oldest_us(), 2'000'000);
    world.cut = false;
    world.a.node.on_peer_up(east, world.now);
    world.run(2s);
    EXPECT_TRUE(at_risk(world, world.a).empty());
}

TEST(Node, AnOwnerThatStartsAgainCountsTooMuchRatherThanTooLittle) {
    World world{record::GOAL_REGION_ASYNC};
    world.cut = true;
    for (int i = 0; i < 5; ++i) world.put(world.a, "d" + std::to_string(i));
    world.run(1s);
    Site again{west, east};
    again.store = world.a.store;
    ASSERT_TRUE(again.node.recover(world.now).ok());
    auto const* hub = again.node.hub(HubName{"demo"});
    ASSERT_NE(hub, nullptr);
    EXPECT_EQ(hub->partition(0).backlog({}).records + hub->partition(1).backlog({}).records, 7U);
    auto const kinds = hub->partition(0).backlog_by_kind({});
    auto const other = hub->partition(1).backlog_by_kind({});
    constexpr auto identities = static_cast<std::size_t>(partition::RecordKind::identities);
    EXPECT_EQ(kinds[identities].records + other[identities].records, 5U);
}

TEST(Node, CountsWhatItDidOnceItWasAcknowledged) {
    World world{record::GOAL_REGION_ASYNC};
    world.a.syncs = false;
    world.put(world.a, "d1");
    world.a.node.submit(ConnectionId{7}, ++world.token, "demo.test",
                        hub::UpdateTwin{{"d1"}, R"({"tags":{"a":1}})", "*"}, world.now);
    world.a.node.submit(ConnectionId{7}, ++world.token, "demo.test", hub::GetTwin{{"nobody"}},
                        world.now);
    world.run(100ms);
    auto counters = world.a.node.status(world.now).hubs(0).counters();
    EXPECT_EQ(counters.service_updates().success(), 0U);
    EXPECT_EQ(counters.service_reads().failure(), 1U);
    world.a.syncs = true;
    world.run(100ms);
    counters = world.a.node.status(world.now).hubs(0).counters();
    EXPECT_EQ(counters.service_updates().success(), 1U);
    EXPECT_GT(counters.service_updates().bytes(), 0U);
    EXPECT_EQ(world.a.node.status(world.now).hubs(0).messages_today(), 1U);
    EXPECT_EQ(world.a.node.status(world.now).hubs(0).total_devices(), 1U);
}

/// The owner's settings from now on, as `change` makes them.
template <class Change>
void configure(World& world, std::uint64_t revision, Change const& change) {
    peer::Envelope message;
    auto& settings = *message.mutable_configure_hub()->mutable_settings();
    settings = demo(record::GOAL_REGION_ASYNC).initial_settings();
    settings.set_revision(revision);
    change(settings);
    message.mutable_configure_hub()->set_hub("demo");
    world.a.node.on_message(witness, message, world.now);
    world.run(100ms);
}

TEST(Node, TheTiersLimitsHoldOverAllPartitions) {
    World world{record::GOAL_REGION_ASYNC};
    configure(world, 2, [](auto& settings) { settings.set_devices_max(3); });
    for (int i = 0; i < 5; ++i) world.put(world.a, "d" + std::to_string(i));
    world.run(100ms);
    ASSERT_EQ(world.a.answers.size(), 5U);
    int refused = 0;
    for (auto const& answer : world.a.answers)
        refused += !answer.reply.ok() && answer.reply.code() == Errc::quota_exceeded ? 1 : 0;
    EXPECT_EQ(refused, 2);
}

void allow_only(record::HubSettings& settings, char const* mask) {
    auto& network = *settings.mutable_network();
    network.set_rule_set(true);
    network.set_rule_set_denies(true);
    auto& rule = *network.add_rule_set_rules();
    rule.set_allow(true);
    rule.set_mask(mask);
}

TEST(Node, NetworkRulesHoldForNewConnectionsAndLivingOnes) {
    World world{record::GOAL_REGION_ASYNC};
    world.a.node.on_connection_opened(ConnectionId{7}, {parse_ip("192.0.2.7"), 13});
    world.put(world.a, "d1");
    world.run(100ms);
    configure(world, 2, [](auto& settings) { allow_only(settings, "198.51.100.0/24"); });
    EXPECT_EQ(world.a.closes, std::vector{hub::CloseReason::not_admitted});
    world.put(world.a, "d2");
    world.run(100ms);
    ASSERT_EQ(world.a.answers.size(), 2U);
    EXPECT_TRUE(world.a.answers[0].reply.ok());
    EXPECT_EQ(world.a.answers[1].reply.code(), Errc::unauthorized);
    EXPECT_FALSE(world.has(world.a, "d2"));
    EXPECT_EQ(world.a.node.status(world.now).hubs(0).counters().network_refused(), 1U);

    world.a.node.on_connection_opened(ConnectionId{8}, {parse_ip("198.51.100.1"), 13});
    world.a.node.submit(ConnectionId{8}, 1, "demo.test", hub::GetStatistics{}, world.now);
    world.a.node.submit(ConnectionId{9}, 1, "demo.test", hub::GetStatistics{}, world.now);
    world.a.node.submit(ConnectionId{7}, 9, "demo.test", hub::GetEventHub{}, world.now);
    world.run(100ms);
    ASSERT_EQ(world.a.answers.size(), 5U);
    EXPECT_TRUE(std::any_of(
        world.a.answers.begin(), world.a.answers.end(),
        [](Answer const& answer) { return answer.token == 9 && answer.reply.ok(); }))
        << "the rules are not for events";
    for (auto const& answer : world.a.answers) {
        if (answer.connection == ConnectionId{7}) continue;
        EXPECT_EQ(answer.reply.ok(), answer.connection == ConnectionId{8});
    }
}

TEST(Node, AConnectionEndsWhenTheWayItCameInIsClosed) {
    World world{record::GOAL_REGION_ASYNC};
    auto const sas = identity::make_sas("demo.test", key, world.now.wall + 1h, "iothubowner");
    world.a.node.submit(ConnectionId{7}, 1, "demo.test",
                        hub::Authorize{sas, hub::Right::service_connect}, world.now);
    world.a.node.submit(ConnectionId{8}, 1, "demo.test", hub::GetEventHub{}, world.now);
    world.run(100ms);
    ASSERT_EQ(world.a.answers.size(), 2U);
    ASSERT_TRUE(world.a.answers[0].reply.ok());
    configure(world, 2, [](auto& settings) { settings.set_disable_local_auth(true); });
    EXPECT_EQ(world.a.closes, std::vector{hub::CloseReason::not_admitted});
}

TEST(Node, TheEventHubSaysWhenItWasCreated) {
    World world{record::GOAL_REGION_ASYNC};
    auto const info = world.ask<hub::EventHubInfo>(world.a, hub::GetEventHub{});
    EXPECT_EQ(info.name, "demo");
    EXPECT_EQ(info.created, wall_from_micros(1'700'000'000'000'000));
}

// Data-plane contract 2.1: SASL PLAIN names a hub by the first label of its host.
TEST(Node, AHubIsFoundByItsNameAlone) {
    World world{record::GOAL_REGION_ASYNC};
    std::uint64_t token = 0;
    for (auto const* host : {"demo", "demo.test", "", "dem", "demo.other", "test"})
        world.a.node.submit(ConnectionId{8}, ++token, host, hub::GetEventHub{}, world.now);
    world.run(100ms);
    ASSERT_EQ(world.a.answers.size(), 6U);
    for (auto const& answer : world.a.answers)
        EXPECT_EQ(answer.reply.ok(), answer.token <= 3) << answer.token;
}

TEST(Node, TheReadersOfADeletedConsumerGroupAreRefused) {
    World world{record::GOAL_REGION_ASYNC};
    configure(world, 2, [](auto& settings) {
        settings.add_consumer_groups("$Default");
        settings.add_consumer_groups("mine");
    });
    auto const read = [&world](std::string const& group) {
        hub::ReadTelemetry command{PartitionIndex{0}, Position{}, 10, 1000, group};
        world.a.node.submit(ConnectionId{8}, ++world.token, "demo.test", command, world.now);
        world.run(100ms);
    };
    read("Mine");
    read("$default");
    EXPECT_TRUE(world.a.answers.empty()) << "both wait for telemetry";
    configure(world, 3, [](auto& settings) { settings.add_consumer_groups("$Default"); });
    ASSERT_EQ(world.a.answers.size(), 1U);
    EXPECT_EQ(world.a.answers[0].token, 1U);
    EXPECT_EQ(world.a.answers[0].reply.code(), Errc::not_found);
    read("mine");
    ASSERT_EQ(world.a.answers.size(), 2U);
    EXPECT_EQ(world.a.answers[1].reply.code(), Errc::not_found);
}

// MQTT-3.1.2-8, and bad-inputs 22: it must not end the session of the one that took over.
TEST(Node, TheWillOfAConnectionThatWasTakenOverGoesOut) {
    World world{record::GOAL_REGION_ASYNC};
    world.put(world.a, "dev1");
    world.run(100ms);
    world.telemetry(world.a, "dev1", "by the first");
    auto const sas = identity::make_sas("demo.test/devices/dev1", key, world.now.wall + 1h,
                                        "iothubowner");
    hub::OpenSession open{.device = DeviceId{"dev1"}, .sas = sas, .model_id = {}};
    world.a.node.submit(ConnectionId{10}, 100, "demo.test", std::move(open), world.now);
    world.run(100ms);
    EXPECT_EQ(world.a.closes, std::vector{hub::CloseReason::taken_over});
    record::Telemetry will;
    will.set_body("its will");
    hub::CloseSession close{DeviceId{"dev1"}, will, true};
    world.a.node.submit(ConnectionId{9}, 101, "demo.test", std::move(close), world.now);
    hub::SendTelemetry send;
    send.message.set_device_id("dev1");
    send.message.set_body("by the second");
    world.a.node.submit(ConnectionId{10}, 102, "demo.test", std::move(send), world.now);
    world.run(100ms);
    EXPECT_TRUE(world.a.answers.back().reply.ok());
    auto const seen = world.look(world.a);
    ASSERT_EQ(seen.events_size(), 3);
    EXPECT_EQ(seen.events(0).message().body(), "by the first");
    EXPECT_EQ(seen.events(1).message().body(), "its will");
    EXPECT_EQ(seen.events(2).message().body(), "by the second");
    EXPECT_EQ(world.a.node.status(world.now).hubs(0).connected_devices(), 1U);
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

record::HubDefinition demo_again() {
    auto hub = demo(record::GOAL_REGION_ASYNC);
    hub.set_instance_id("two");
    return hub;
}

void define(World& world, record::HubDefinition const& definition) {
    peer::Envelope envelope;
    *envelope.mutable_define_hub()->mutable_definition() = definition;
    for (Site* site : {&world.a, &world.b}) {
        site->node.on_message(witness, envelope, world.now);
        world.carry(*site);
    }
}

/// A hub whose last owner was the second region goes.
void fail_over_and_remove(World& world, bool forced) {
    if (forced) {
        world.lost = &world.a;
        world.order(world.b, east, true);
        world.run(10s);
        world.lost = nullptr;
        world.run(5s);
    } else {
        world.order(world.a, east, false);
        world.run(2s);
    }
    ASSERT_TRUE(world.serves(world.b));
    auto gone = demo(record::GOAL_REGION_ASYNC);
    gone.set_deleted(true);
    define(world, gone);
}

void expect_first_region_serves(World& world, Epoch before) {
    ASSERT_NE(world.a.node.hub(HubName{"demo"}), nullptr);
    EXPECT_TRUE(world.serves(world.a));
    EXPECT_FALSE(world.serves(world.b));
    EXPECT_GT(world.a.node.hub(HubName{"demo"})->ownership().epoch(), before);
    EXPECT_EQ(world.b.node.hub(HubName{"demo"})->ownership().state(), failover::State::following);
}

TEST(Node, AHubMadeAnewBeginsInItsFirstRegionInAHigherEpoch) {
    for (int i = 0; i < 6; ++i) {
        World world{record::GOAL_REGION_ASYNC};
        fail_over_and_remove(world, i % 2 == 0);
        world.run(i / 2 * 3s);
        define(world, demo_again());
        world.run(10s);
        expect_first_region_serves(world, Epoch{2});
        world.put(world.a, "d1");
        world.run(10s);
        expect_first_region_serves(world, Epoch{2});
        EXPECT_TRUE(world.has(world.b, "d1"));
    }
}

// Both processes die with the new definition on their disks, and nothing else of the new hub.
TEST(Node, AHubMadeAnewBeginsInItsFirstRegionAfterADeathToo) {
    for (int i = 0; i < 4; ++i) {
        World world{record::GOAL_REGION_ASYNC};
        fail_over_and_remove(world, i % 2 == 0);
        world.run(50ms);
        if (i / 2 == 0) world.restart();
        define(world, demo_again());
        world.restart();
        world.run(10s);
        expect_first_region_serves(world, Epoch{2});
        world.order(world.a, east, false);
        world.run(2s);
        EXPECT_TRUE(world.serves(world.b));
        world.restart();
        world.run(10s);
        EXPECT_TRUE(world.serves(world.b)) << "what the new hub did counts";
    }
}

}  // namespace
}  // namespace tandem::region::test
