#include "world/peer_link.hpp"

#include "base/limits.hpp"
#include "world/test_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

namespace tandem::world {
namespace {

/// One site: its links, and what came over them.
struct Site {
    Site(EventLoop& loop, TlsFiles tls, std::string name, std::vector<PeerLinks::Peer> peers,
         std::size_t output_bytes_max = std::size_t{64} * 1024 * 1024) {
        PeerLinks::Options options;
        options.self = {std::move(name)};
        options.listen_address = "127.0.0.1";
        options.tls = std::move(tls);
        options.peers = std::move(peers);
        options.accept_prefixes = {"edge"};
        options.output_bytes_max = output_bytes_max;
        links = std::make_unique<PeerLinks>(
            loop, options,
            PeerLinks::Handlers{
                .on_up = [this](SiteName const& site) { events.push_back("up " + site.value); },
                .on_down = [this](SiteName const& site) { events.push_back("down " + site.value); },
                .on_message =
                    [this](SiteName const& site, peer::Envelope const& message) {
                        received.push_back(site.value + ":" + message.depose().hub());
                    }});
        loop.after_batch([this] {
            if (links) links->flush();
        });
        EXPECT_TRUE(links->start().ok());
    }
    void say(std::string const& to, std::string const& text) {
        peer::Envelope message;
        message.mutable_depose()->set_hub(text);
        links->send({to}, message);
    }
    std::unique_ptr<PeerLinks> links;
    std::vector<std::string> events;
    std::vector<std::string> received;
};

class PeerLinksTest : public testing::Test {
protected:
    TlsFiles files(std::string const& site) {
        return test::certificate(dir.path(), site_certificate(site));
    }
    std::unique_ptr<Site> site(std::string const& name, std::vector<PeerLinks::Peer> peers,
                               std::size_t output_bytes_max = std::size_t{64} * 1024 * 1024) {
        return std::make_unique<Site>(loop, files(name), name, std::move(peers), output_bytes_max);
    }
    test::ScratchDir dir;
    EventLoop loop;
};

TEST_F(PeerLinksTest, CarryMessagesBothWaysUnderTheNamesOfTheCertificates) {
    auto const east = site("east", {{{"west"}, "", 0}});
    auto const west = site("west", {{{"east"}, "127.0.0.1", east->links->port()}});
    test::run_until(loop, [&] { return east->links->up({"west"}) && west->links->up({"east"}); });
    west->say("east", "hello");
    east->say("west", std::string(3'000'000, 'l'));
    test::run_until(loop, [&] { return !east->received.empty() && !west->received.empty(); });
    EXPECT_EQ(east->received.front(), "west:hello");
    EXPECT_EQ(west->received.front().size(), 3'000'005U);
}

TEST_F(PeerLinksTest, ASiteOfAnotherNameIsRefused) {  // bad-inputs 48
    auto const east = site("east", {{{"west"}, "", 0}});
    auto const mallory = site("mallory", {{{"east"}, "127.0.0.1", east->links->port()}});
    test::run_until(loop, [&] { return east->links->counters().refused > 0; });
    EXPECT_TRUE(east->events.empty());
    EXPECT_TRUE(mallory->events.empty());
}

TEST_F(PeerLinksTest, ADialledSiteThatIsAnotherThanExpectedIsRefused) {  // bad-inputs 48
    auto const east = site("east", {{{"west"}, "", 0}});
    auto const west = site("west", {{{"witness"}, "127.0.0.1", east->links->port()}});
    test::run_until(loop, [&] { return west->links->counters().refused > 0; });
    EXPECT_TRUE(west->events.empty());
    EXPECT_TRUE(east->events.empty());
}

TEST_F(PeerLinksTest, ACertificateOfAnotherAuthorityIsRefused) {  // bad-inputs 48
    auto const east = site("east", {{{"west"}, "", 0}});
    test::ScratchDir other;
    auto const forged = test::certificate(other.path(), site_certificate("west"));
    Site west{loop, forged, "west", {{{"east"}, "127.0.0.1", east->links->port()}}};
    test::run_until(loop, [&] { return east->links->counters().refused > 0; });
    EXPECT_TRUE(east->events.empty());
}

TEST_F(PeerLinksTest, NobodyGetsInWithoutACertificate) {  // bad-inputs 48
    auto const east = site("east", {{{"west"}, "", 0}});
    std::thread stranger{[&] {
        test::Client client{east->links->port()};
        client.start_tls({}, "east");
        client.send(std::string(4, '\0'));
        EXPECT_EQ(client.receive(), "");
    }};
    test::run_until(loop, [&] { return east->links->counters().refused > 0; });
    stranger.join();
    EXPECT_TRUE(east->events.empty());
}

TEST_F(PeerLinksTest, AServersCertificateIsNoSites) {  // bad-inputs 48
    auto const east = site("east", {{{"west"}, "", 0}});
    auto const server = test::server_certificate(dir.path());
    std::thread stranger{[&] {
        test::Client client{east->links->port()};
        client.start_tls({}, "east", &server);
        client.send(std::string(4, '\0'));
        while (!client.receive().empty()) {
        }
    }};
    test::run_until(loop, [&] { return east->links->counters().refused > 0; });
    stranger.join();
    EXPECT_TRUE(east->events.empty());
}

TEST_F(PeerLinksTest, AnyEdgeOfOursMayCome) {
    auto const east = site("east", {{{"west"}, "", 0}});
    auto const edge = site("edge-7", {{{"east"}, "127.0.0.1", east->links->port()}});
    test::run_until(loop, [&] { return east->links->up({"edge-7"}); });
}

TEST_F(PeerLinksTest, AFrameThatIsTooLongEndsTheLink) {  // bad-inputs 48
    auto const east = site("east", {{{"west"}, "", 0}});
    auto const own = files("west");
    std::thread peer{[&] {
        test::Client client{east->links->port()};
        EXPECT_TRUE(client.start_tls(own.authority, "", &own) || true);
        client.send(std::string(4, '\0'));
        client.send("\x7F\xFF\xFF\xFFxx");
        while (!client.receive().empty()) {
        }
    }};
    test::run_until(loop, [&] { return east->events.size() == 2; });
    peer.join();
    EXPECT_EQ(east->events, (std::vector<std::string>{"up west", "down west"}));
}

TEST_F(PeerLinksTest, AreRemadeAfterTheOtherEndRestarts) {
    auto east = site("east", {{{"west"}, "", 0}});
    auto const port = east->links->port();
    auto const west = site("west", {{{"east"}, "127.0.0.1", port}});
    test::run_until(loop, [&] { return west->links->up({"east"}); });
    east->links.reset();
    test::run_until(loop, [&] { return west->events.size() == 2; });
    EXPECT_EQ(west->events.back(), "down east");
    PeerLinks::Options options;
    options.self = {"east"};
    options.listen_address = "127.0.0.1";
    options.listen_port = port;
    options.tls = files("east");
    options.peers = {{{"west"}, "", 0}};
    PeerLinks again{loop, options, {[](auto&) {}, [](auto&) {}, [](auto&, auto&) {}}};
    ASSERT_TRUE(again.start().ok());
    test::run_until(loop, [&] { return west->links->up({"east"}); });
}

TEST_F(PeerLinksTest, TwoThatDialEachOtherEndUpWithOneLinkOnBothEnds) {
    // Ports are known only after listening, so the first one dials through a fresh instance.
    auto const probe = open_listener({"127.0.0.1", 0});
    ASSERT_TRUE(probe.ok());
    close(probe->fd);
    PeerLinks::Options options;
    options.self = {"east"};
    options.tls = files("east");
    options.listen_address = "127.0.0.1";
    options.listen_port = probe->port;
    auto const west = site("west", {{{"east"}, "127.0.0.1", probe->port}});
    options.peers = {{{"west"}, "127.0.0.1", west->links->port()}};
    int up = 0;
    PeerLinks east{
        loop, options, {[&](auto&) { ++up; }, [&](auto&) { --up; }, [](auto&, auto&) {}}};
    ASSERT_TRUE(east.start().ok());
    test::run_until(loop, [&] { return east.up({"west"}) && west->links->up({"east"}); });
    Time const settled = loop.now().mono + 300ms;
    while (loop.now().mono < settled) loop.run_once(10ms);
    EXPECT_EQ(up, 1);
    EXPECT_TRUE(west->links->up({"east"}));
    EXPECT_EQ(std::count(west->events.begin(), west->events.end(), "up east") -
                  std::count(west->events.begin(), west->events.end(), "down east"),
              1);
}

TEST_F(PeerLinksTest, OutputThatNobodyTakesDropsTheLink) {
    auto const east = site("east", {{{"west"}, "", 0}}, std::size_t{1024} * 1024);
    auto const west = site("west", {{{"east"}, "127.0.0.1", east->links->port()}});
    test::run_until(loop, [&] { return east->links->up({"west"}) && west->links->up({"east"}); });
    for (int i = 0; i < 3; ++i) east->say("west", std::string(500'000, 'x'));
    EXPECT_FALSE(east->links->up({"west"}));
    EXPECT_EQ(east->events.back(), "down west");
}

}  // namespace
}  // namespace tandem::world
