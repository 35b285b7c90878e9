// Control and two regions as they are in production, on one loop and ephemeral ports.
#include "world/control_host.hpp"
#include "world/region_host.hpp"

#include "region/hub_node.hpp"
#include "world/test_support.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace tandem::world {
namespace {

class HostsTest : public testing::Test {
protected:
    TlsFiles site(std::string const& name) {
        return test::certificate(dir.path(), site_certificate(name));
    }
    void start_control() {
        ControlHost::Options options;
        options.control.tenant = "tenant";
        options.control.subscriptions = {{"sub", "Subscription"}};
        options.control.regions = {{{"east"}, "East", RegionName{"west"}},
                                   {{"west"}, "West", RegionName{"east"}}};
        options.control.domain = "tandem.test";
        options.control.hub_aliases = {{"demo", {"localhost"}}};
        options.control.voter.term = 2s;
        options.bootstrap =
            control::Control::Bootstrap{.subscription = "sub", .location = {"east"}};
        options.store.dir = dir.path() / "control";
        options.https = {"127.0.0.1", 0};
        options.server_tls = test::server_certificate(dir.path());
        options.peers.self = {"witness"};
        options.peers.listen_address = "127.0.0.1";
        options.peers.tls = site("witness");
        options.peers.peers = {{{"east"}, "", 0}, {{"west"}, "", 0}};
        options.admin = {"127.0.0.1", 0};
        control = std::make_unique<ControlHost>(loop, options);
        auto const started = control->start();
        ASSERT_TRUE(started.ok()) << started.error().detail;
    }
    std::unique_ptr<RegionHost> start_region(std::string const& name, PeerLinks::Peer pair) {
        RegionHost::Options options;
        options.node.self = {name};
        options.node.witness = {"witness"};
        options.node.observers = {{"witness"}};
        options.node.voter.term = 2s;
        options.node.ownership = {.lease = {.term = 2s, .guard = 200ms, .renew_every = 300ms},
                                  .campaign_retry = 200ms,
                                  .automatic_after = 1s,
                                  .drain_wait_max = 2s,
                                  .handover_wait_max = 2s,
                                  .forced_wait_max = 5s};
        options.node.tick = 20ms;
        options.node.status_every = 200ms;
        options.node.trim_every = 1s;
        options.node.session_grace = 1s;
        options.store.dir = dir.path() / name;
        options.mqtt = options.amqp = options.https = options.mqtt_plain = {"127.0.0.1", 0};
        options.server_tls = test::server_certificate(dir.path());
        options.peers.self = {name};
        options.peers.listen_address = "127.0.0.1";
        options.peers.tls = site(name);
        options.peers.peers = {std::move(pair), {{"witness"}, "127.0.0.1", control->ports().peer}};
        options.peers.accept_prefixes = {"edge"};
        options.admin = {"127.0.0.1", 0};
        auto region = std::make_unique<RegionHost>(loop, options);
        auto const started = region->start();
        EXPECT_TRUE(started.ok()) << started.error().detail;
        return region;
    }
    void start_all() {
        start_control();
        west = start_region("west", {{"east"}, "", 0});
        east = start_region("east", {{"west"}, "127.0.0.1", west->ports().peer});
    }
    static bool serves(RegionHost& region, EventLoop& loop) {
        auto const status = region.node().status(loop.now());
        return status.hubs_size() == 1 && status.hubs(0).role() == "serving";
    }
    test::ScratchDir dir;
    EventLoop loop;
    std::unique_ptr<ControlHost> control;
    std::unique_ptr<RegionHost> west, east;
};

TEST_F(HostsTest, ARegionServesTheHubThatControlDefined) {
    start_all();
    test::run_until(loop, [&] { return serves(*east, loop); });
    EXPECT_FALSE(serves(*west, loop));
    test::run_until(loop, [&] {
        auto const hub = control->control().hub({"demo"});
        return hub && hub->owner == "east";
    });
    auto const text = east->metrics();
    EXPECT_NE(text.find("tandem_hub_serving{hub=\"demo\"} 1\n"), std::string::npos) << text;
    EXPECT_NE(control->metrics().find("owner=\"east\""), std::string::npos);
}

TEST_F(HostsTest, TheHubIsServedAgainAfterItsRegionRestarts) {
    start_all();
    test::run_until(loop, [&] { return serves(*east, loop); });
    auto const epoch = east->node().hub({"demo"})->ownership().epoch();
    east.reset();
    east = start_region("east", {{"west"}, "127.0.0.1", west->ports().peer});
    test::run_until(loop, [&] { return serves(*east, loop); });
    EXPECT_GT(east->node().hub({"demo"})->ownership().epoch(), epoch);
}

// A session that stays open over a real MQTT CONNECT with a wrong key: the whole way through the
// node and back.
TEST_F(HostsTest, AnUnknownDeviceIsRefusedByTheOwner) {
    start_all();
    test::run_until(loop, [&] { return serves(*east, loop); });
    std::string answer;
    std::atomic<bool> done = false;
    std::thread client{[&] {
        test::Client device{east->ports().mqtt_plain};
        auto const field = [](std::string const& text) {
            return std::string{static_cast<char>(text.size() >> 8),
                               static_cast<char>(text.size())} +
                   text;
        };
        std::string const password =
            "SharedAccessSignature sr=demo.tandem.test%2Fdevices%2Fdev1"
            "&sig=AAAA&se=4000000000";
        std::string const body =
            field("MQTT") + std::string{"\x04\xC2\x00\x3C", 4} + field("dev1") +
            field("demo.tandem.test/dev1/?api-version=2021-04-12") + field(password);
        std::string length;
        for (std::size_t left = body.size(); left > 0; left >>= 7) {
            length += static_cast<char>((left & 0x7F) | (left > 0x7F ? 0x80U : 0U));
        }
        device.send("\x10" + length + body);
        answer = device.receive(4);
        done = true;
    }};
    test::run_until(loop, [&] { return done.load(); });
    client.join();
    EXPECT_EQ(answer, std::string("\x20\x02\x00\x05", 4));
}

TEST_F(HostsTest, ADamagedStoreIsNotServed) {  // bad-inputs 50
    start_all();
    test::run_until(loop, [&] { return serves(*east, loop); });
    west.reset();
    std::filesystem::remove(dir.path() / "west" / "db" / "CURRENT");
    RegionHost::Options options;
    options.store.dir = dir.path() / "west";
    RegionHost damaged{loop, options};
    auto const started = damaged.start();
    ASSERT_FALSE(started.ok());
    EXPECT_EQ(started.code(), Errc::malformed);
}

}  // namespace
}  // namespace tandem::world
