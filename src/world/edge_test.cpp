#include "world/edge.hpp"

#include "world/test_support.hpp"

#include <gtest/gtest.h>

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <atomic>
#include <thread>

namespace tandem::world {
namespace {

using test::Client;
using test::node_status;

/// Says its region's name once, then echoes.
class Echo final : public gateway::Session {
public:
    Echo(std::string name, gateway::ConnectionInfo const& info) {
        if (name == "who") name = info.peer_address;
        output_.bytes = std::move(name);
    }
    void on_bytes(ByteView bytes, Now) override { output_.bytes += bytes; }
    void on_reply(gateway::Token, Result<hub::Reply>, Now) override {}
    void on_event(hub::Event const&, Now) override {}
    void on_timer(Now) override {}
    void on_peer_closed(Now) override {}
    std::optional<Time> next_deadline() const override { return std::nullopt; }
    gateway::Output& output() override { return output_; }

private:
    gateway::Output output_;
};

class EdgeTest : public testing::Test {
protected:
    /// A region as the edge sees it: a TLS listener.
    struct Backend {
        Backend(EdgeTest& test, std::string name)
            : server(std::make_unique<Server>(
                  test.loop, test.random,
                  Server::Handlers{[](ConnectionId, gateway::Request) {}, [](ConnectionId) {}},
                  100)) {
            auto const taken =
                server->listen({"127.0.0.1", 0}, test.tls.get(),
                               [name](auto info, ConnectionId) {
                                   return std::make_unique<Echo>(name, info);
                               });
            EXPECT_TRUE(taken.ok());
            port = *taken;
            test.loop.after_batch([this] { server->flush(); });
        }
        std::unique_ptr<Server> server;
        std::uint16_t port = 0;
    };

    EdgeTest() {
        files = test::server_certificate(dir.path());
        auto made = TlsContext::make(TlsContext::Role::device, files);
        EXPECT_TRUE(made.ok());
        tls = std::move(*made);
        start_edge({});
    }
    void start_edge(std::string const& connect_from) {
        Edge::Options options;
        options.listeners = {{"mqtt", {"127.0.0.1", 0}}};
        options.peers.self = {"edge"};
        options.peers.tls = test::certificate(dir.path(), site_certificate("edge"));
        options.connect_from = connect_from;
        edge = std::make_unique<Edge>(loop, options);
        EXPECT_TRUE(edge->start().ok());
    }
    template <class Function>
    void with_client(Function client) {
        test::run_client(loop, std::move(client));
    }

    test::ScratchDir dir;
    EventLoop loop;
    SystemRandom random;
    TlsFiles files;
    std::unique_ptr<TlsContext> tls;
    std::unique_ptr<Edge> edge;
};

TEST_F(EdgeTest, PassesTheBytesToTheOwner) {
    Backend east{*this, "east"}, west{*this, "west"};
    edge->on_status({"east"}, node_status("following", 1, east.port));
    edge->on_status({"west"}, node_status("serving", 1, west.port));
    with_client([&] {
        Client client{edge->port("mqtt")};
        ASSERT_TRUE(client.start_tls(files.authority, "localhost"));
        EXPECT_EQ(client.receive(4), "west");
        std::string const large(500'000, 'x');
        std::thread sender{[&] { client.send(large); }};
        sender.join();
        EXPECT_EQ(client.receive(large.size()), large);
    });
    test::run_until(loop, [&] { return edge->connection_count() == 0; });
}

TEST_F(EdgeTest, SaysWhoseConnectionsItPassesOnWhereItIsTrusted) {
    start_edge("127.0.0.9");
    Backend east{*this, "who"};
    east.server->trust({*parse_ip_range("127.0.0.9")});
    edge->on_status({"east"}, node_status("serving", 1, east.port));
    with_client([&] {
        Client client{edge->port("mqtt")};
        ASSERT_TRUE(client.start_tls(files.authority, "localhost"));
        auto const ends = ends_of(client.fd());
        ASSERT_TRUE(ends);
        auto const said = "127.0.0.1:" + std::to_string(ends->own.port);
        EXPECT_EQ(client.receive(said.size()), said);
    });
}

TEST_F(EdgeTest, ClosesTheConnectionsOfTheOldOwnerAndTakesTheNextToTheNewOne) {
    Backend east{*this, "east"}, west{*this, "west"};
    edge->on_status({"east"}, node_status("serving", 1, east.port));
    with_client([&] {
        Client client{edge->port("mqtt")};
        ASSERT_TRUE(client.start_tls(files.authority, "localhost"));
        EXPECT_EQ(client.receive(4), "east");
        loop.post([&] { edge->on_status({"west"}, node_status("serving", 2, west.port)); });
        EXPECT_EQ(client.receive(), "");
        Client again{edge->port("mqtt")};
        ASSERT_TRUE(again.start_tls(files.authority, "localhost"));
        EXPECT_EQ(again.receive(4), "west");
    });
    EXPECT_EQ(edge->counters().moved, 1U);
}

TEST_F(EdgeTest, AConnectionWaitsUntilThereIsAnOwner) {
    Backend east{*this, "east"};
    with_client([&] {
        Client client{edge->port("mqtt")};
        loop.post([&] { edge->on_status({"east"}, node_status("following", 1, east.port)); });
        loop.post([&] { edge->on_status({"east"}, node_status("serving", 2, east.port)); });
        ASSERT_TRUE(client.start_tls(files.authority, "localhost"));
        EXPECT_EQ(client.receive(4), "east");
    });
}

TEST_F(EdgeTest, ANameThatNoHubHasIsRefusedSoon) {
    Backend east{*this, "east"};
    edge->on_status({"east"}, node_status("serving", 1, east.port));
    with_client([&] {
        Client client{edge->port("mqtt")};
        EXPECT_FALSE(client.start_tls(files.authority, "nowhere.example"));
        auto const why = ERR_GET_REASON(ERR_peek_error());
        EXPECT_EQ(why, SSL_R_TLSV1_UNRECOGNIZED_NAME) << tls_error_text();
    });
    EXPECT_EQ(edge->counters().waited_out, 1U);
}

TEST_F(EdgeTest, AHubThatIsToldOfALittleLaterIsFound) {
    Backend east{*this, "east"};
    edge->on_status({"east"}, {});
    with_client([&] {
        Client client{edge->port("mqtt")};
        std::thread later{[&] {
            std::this_thread::sleep_for(300ms);
            loop.post([&] { edge->on_status({"east"}, node_status("serving", 1, east.port)); });
        }};
        EXPECT_TRUE(client.start_tls(files.authority, "localhost"));
        later.join();
        EXPECT_EQ(client.receive(4), "east");
    });
}

TEST_F(EdgeTest, ARegionThatRefusesIsTriedAgain) {
    auto const closed = open_listener({"127.0.0.1", 0});
    ASSERT_TRUE(closed.ok());
    close(closed->fd);
    Backend east{*this, "east"};
    edge->on_status({"east"}, node_status("serving", 1, closed->port));
    with_client([&] {
        Client client{edge->port("mqtt")};
        std::thread later{[&] {
            usleep(50'000);
            loop.post([&] { edge->on_status({"east"}, node_status("serving", 1, east.port)); });
        }};
        ASSERT_TRUE(client.start_tls(files.authority, "localhost"));
        EXPECT_EQ(client.receive(4), "east");
        later.join();
    });
}

TEST_F(EdgeTest, WhatIsNotTlsIsClosed) {
    with_client([&] {
        Client client{edge->port("mqtt")};
        client.send("GET / HTTP/1.1\r\n\r\n");
        EXPECT_EQ(client.receive(), "");
    });
    EXPECT_EQ(edge->counters().refused, 1U);
}

TEST_F(EdgeTest, AClientThatLeavesWhileItWaitsIsForgotten) {
    {
        Client client{edge->port("mqtt")};
        std::thread hello{[&] { client.start_tls(files.authority, "localhost"); }};
        test::run_until(loop, [&] { return edge->connection_count() == 1; });
        for (int i = 0; i < 5; ++i) loop.run_once(10ms);
        shutdown(client.fd(), SHUT_RDWR);
        hello.join();
    }
    test::run_until(loop, [&] { return edge->connection_count() == 0; });
}

TEST_F(EdgeTest, AHalfClosedClientStillGetsItsAnswer) {
    auto const listener = open_listener({"127.0.0.1", 0});
    ASSERT_TRUE(listener.ok());
    edge->on_status({"east"}, node_status("serving", 1, listener->port));
    with_client([&] {
        std::thread region{[&] {
            int fd = -1;
            while ((fd = accept(listener->fd, nullptr, nullptr)) < 0) usleep(1000);
            char buffer[4096];
            while (recv(fd, buffer, sizeof buffer, 0) > 0) {
            }
            EXPECT_EQ(send(fd, "bye", 3, MSG_NOSIGNAL), 3);
            close(fd);
        }};
        Client client{edge->port("mqtt")};
        client.send(std::string("\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03", 11) +
                    std::string(32, 'r') + std::string("\0\0\x02\x13\x01\x01\0\0\0", 9));
        shutdown(client.fd(), SHUT_WR);
        EXPECT_EQ(client.receive(3), "bye");
        EXPECT_EQ(client.receive(), "");
        region.join();
    });
    close(listener->fd);
}

}  // namespace
}  // namespace tandem::world
