#include "world/server.hpp"

#include "base/limits.hpp"
#include "world/test_support.hpp"

#include <gtest/gtest.h>

#include <sys/resource.h>
#include <algorithm>
#include <atomic>
#include <future>
#include <thread>

namespace tandem::world {
namespace {

using test::Client;

constexpr std::size_t large_answer = limits::output_bytes_max * 4;

/// Echoes; 'a' says whose address it has, 'x' closes, 'f' gives one large answer, 'g' gives more
/// and more, 'p' pauses until a reply comes, 'r' asks for one.
class Toy final : public gateway::Session {
public:
    explicit Toy(gateway::ConnectionInfo info) : info_(std::move(info)) {}

    void on_bytes(ByteView bytes, Now) override {
        for (char const c : bytes) {
            if (c == 'a') output_.bytes += info_.client ? format_ip(*info_.client) : "nobody";
            if (c == 'n') output_.bytes += info_.server_name;
            if (c == 'f') output_.bytes.append(large_answer, 'f');
            if (c == 'g') growing_ = true, deadline_ = 1ms;
            if (c == 'p' || c == 'r') {
                paused_ = c == 'p';
                output_.requests.push_back({gateway::Token{7}, "hub", hub::GetStatistics{}});
            }
            if (c == 't') deadline_ = 1ms;
            output_.close = output_.close || c == 'x';
        }
        output_.bytes += bytes;
    }
    void on_reply(gateway::Token, Result<hub::Reply>, Now) override {
        paused_ = false;
        output_.bytes += "reply";
    }
    void on_event(hub::Event const&, Now) override { output_.close = true; }
    void on_timer(Now) override {
        if (growing_) return output_.bytes.append(1024 * 1024, 'g'), void();
        deadline_.reset();
        output_.bytes += "tick";
    }
    void on_peer_closed(Now) override { output_.requests.push_back({}); }
    std::optional<Time> next_deadline() const override {
        if (!deadline_) return std::nullopt;
        return Time{*deadline_};
    }
    gateway::Output& output() override { return output_; }
    bool paused() const override { return paused_; }

private:
    gateway::ConnectionInfo info_;
    gateway::Output output_;
    std::optional<Duration> deadline_;
    bool paused_ = false;
    bool growing_ = false;
};

class ServerTest : public testing::Test {
protected:
    explicit ServerTest(std::size_t connections_max = 100)
        : server(loop, random,
                 {[this](ConnectionId id, gateway::Request request) {
                      requests.emplace_back(id, request.token);
                  },
                  [this](ConnectionId) { ++closed; }},
                 connections_max) {
        loop.after_batch([this] { server.flush(); });
    }
    std::uint16_t listen(TlsContext const* context) {
        auto const port = server.listen({"127.0.0.1", 0}, context, [](auto info, ConnectionId) {
            return std::make_unique<Toy>(std::move(info));
        });
        EXPECT_TRUE(port.ok());
        return *port;
    }
    std::uint16_t listen_tls(TlsContext::Role role) {
        files = test::server_certificate(dir.path());
        auto made = TlsContext::make(role, files);
        EXPECT_TRUE(made.ok());
        tls = std::move(*made);
        return listen(tls.get());
    }
    template <class Function>
    void with_client(Function client) {
        test::run_client(loop, std::move(client));
    }

    test::ScratchDir dir;
    EventLoop loop;
    SystemRandom random;
    std::vector<std::pair<ConnectionId, gateway::Token>> requests;
    int closed = 0;
    TlsFiles files;
    std::unique_ptr<TlsContext> tls;
    Server server;
};

Bytes introduction(char const* client) {
    return proxy::encode_header({*parse_ip(client), 5000}, {*parse_ip("198.51.100.1"), 8883});
}

TEST_F(ServerTest, ATrustedProxySaysWhoseConnectionItPassesOn) {
    server.trust({*parse_ip_range("127.0.0.1")});
    auto const port = listen(nullptr);
    with_client([&] {
        Client client{port};
        auto const header = introduction("203.0.113.9");
        client.send(header.substr(0, 9));
        client.send(header.substr(9) + "a");
        EXPECT_EQ(client.receive(12), "203.0.113.9a");
    });
}

TEST_F(ServerTest, ATrustedProxyThatDoesNotSayIsClosed) {
    server.trust({*parse_ip_range("127.0.0.0/8")});
    auto const port = listen_tls(TlsContext::Role::service);
    with_client([&] {
        Client client{port};
        EXPECT_FALSE(client.start_tls(files.authority, "localhost"));
    });
    test::run_until(loop, [&] { return server.connection_count() == 0; });
    EXPECT_EQ(server.counters().bad_proxy_headers, 1U);
    EXPECT_EQ(server.counters().handshake_failures, 0U);
}

// Whoever is not trusted cannot put another's address before its own.
TEST_F(ServerTest, AHeaderFromElsewhereIsNoHeader) {
    server.trust({*parse_ip_range("192.0.2.0/24")});
    auto const port = listen(nullptr);
    with_client([&] {
        Client client{port};
        auto const header = introduction("203.0.113.9");
        client.send(header + "a");
        EXPECT_EQ(client.receive(header.size() + 10), "127.0.0.1" + header + "a");
    });
}

TEST_F(ServerTest, AProbeOfABalancerSpeaksForItself) {
    server.trust({*parse_ip_range("127.0.0.0/8")});
    auto const port = listen(nullptr);
    with_client([&] {
        Client client{port};
        client.send(introduction("203.0.113.9").substr(0, 12) + std::string("\x20\0\0\0a", 5));
        EXPECT_EQ(client.receive(10), "127.0.0.1a");
    });
}

TEST_F(ServerTest, EchoesOverPlainTcpAndClosesAfterTheLastByte) {
    auto const port = listen(nullptr);
    with_client([&] {
        Client client{port};
        client.send("hello x");
        EXPECT_EQ(client.receive(7), "hello x");
        EXPECT_EQ(client.receive(), "");
    });
    test::run_until(loop, [&] { return server.connection_count() == 0; });
    EXPECT_EQ(closed, 1);
}

TEST_F(ServerTest, EchoesOverTlsAndKnowsTheHostName) {
    auto const port = listen_tls(TlsContext::Role::device);
    with_client([&] {
        Client client{port};
        ASSERT_TRUE(client.start_tls(files.authority, "localhost"));
        client.send("n");
        EXPECT_EQ(client.receive(10), "localhostn");
        std::string const large(200'000, 'e');
        std::thread sender{[&] { client.send(large); }};
        sender.join();
        EXPECT_EQ(client.receive(large.size()), large);
    });
}

TEST_F(ServerTest, TakesADeviceThatShowsACertificateNobodySigned) {
    auto const port = listen_tls(TlsContext::Role::device);
    test::ScratchDir other;
    auto const own = test::server_certificate(other.path());
    with_client([&] {
        Client client{port};
        ASSERT_TRUE(client.start_tls(files.authority, "localhost", &own));
        client.send("e");
        EXPECT_EQ(client.receive(1), "e");
    });
}

TEST_F(ServerTest, GarbageInsteadOfAHandshakeIsClosed) {
    auto const port = listen_tls(TlsContext::Role::service);
    with_client([&] {
        Client client{port};
        client.send("GET / HTTP/1.1\r\n\r\n");
        while (!client.receive().empty()) {
        }
    });
    EXPECT_EQ(server.counters().handshake_failures, 1U);
    EXPECT_EQ(server.connection_count(), 0U);
}

TEST_F(ServerTest, HandsRequestsOverAndRepliesBack) {
    auto const port = listen(nullptr);
    loop.after_batch([this] {
        for (auto const& [id, token] : std::exchange(requests, {})) {
            server.reply(id, token, hub::Reply{hub::Done{}});
        }
    });
    with_client([&] {
        Client client{port};
        client.send("r");
        EXPECT_EQ(client.receive(6), "rreply");
    });
}

TEST_F(ServerTest, APausedSessionIsReadAgainAfterItsReply) {
    auto const port = listen_tls(TlsContext::Role::device);
    with_client([&] {
        Client client{port};
        ASSERT_TRUE(client.start_tls(files.authority, "localhost"));
        client.send("p");
        EXPECT_EQ(client.receive(1), "p");
        client.send("hey");
        client.send("x");
        std::atomic<bool> replied = false;
        loop.post([&] {
            server.reply(requests.at(0).first, requests.at(0).second, hub::Reply{hub::Done{}});
            replied = true;
        });
        EXPECT_EQ(client.receive(9), "replyheyx");
    });
}

TEST_F(ServerTest, AClientThatDoesNotReadIsClosedAndNotBufferedForEver) {  // bad-inputs 34
    auto const port = listen(nullptr);
    Client client{port};
    client.send("g");
    test::run_until(loop, [&] { return server.counters().slow_readers == 1; });
    EXPECT_EQ(server.connection_count(), 0U);
    EXPECT_EQ(requests.size(), 1U);  // what the session says when its client is gone
}

// An answer is as large as it is: who reads it is not slow.
TEST_F(ServerTest, AReaderOfOneLargeAnswerGetsAllOfIt) {
    auto const port = listen(nullptr);
    with_client([&] {
        Client client{port};
        client.send("f");
        std::this_thread::sleep_for(200ms);
        std::size_t got = 0;
        while (got < large_answer + 1) {
            std::size_t const left = large_answer + 1 - got;
            auto const part = client.receive(std::min<std::size_t>(left, 1024 * 1024));
            if (part.empty()) break;
            got += part.size();
            std::this_thread::sleep_for(5ms);
        }
        EXPECT_EQ(got, large_answer + 1);
    });
    EXPECT_EQ(server.counters().slow_readers, 0U);
}

TEST_F(ServerTest, TellsTheSessionThatItsClientIsGone) {
    auto const port = listen(nullptr);
    {
        Client client{port};
        client.send("a");
        test::run_until(loop, [&] { return server.connection_count() == 1; });
    }
    test::run_until(loop, [&] { return server.connection_count() == 0; });
    EXPECT_EQ(requests.size(), 1U);
    EXPECT_EQ(closed, 1);
}

TEST_F(ServerTest, CallsOnTimerAtTheSessionsDeadline) {
    auto const port = listen(nullptr);
    with_client([&] {
        Client client{port};
        client.send("t");
        EXPECT_EQ(client.receive(5), "ttick");
    });
}

TEST_F(ServerTest, AcceptRestsWhenDescriptorsRunOutAndGoesOnAfterwards) {  // bad-inputs 47
    auto const port = listen(nullptr);
    rlimit before{};
    getrlimit(RLIMIT_NOFILE, &before);
    Client first{port}, second{port}, third{port};
    int const probe = dup(0);
    close(probe);
    rlimit const tight{static_cast<rlim_t>(probe) + 1, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &tight);
    int rounds = 0;
    Time const end = loop.now().mono + 50ms;
    while (loop.now().mono < end) {
        loop.run_once(10ms);
        ++rounds;
    }
    setrlimit(RLIMIT_NOFILE, &before);
    EXPECT_LT(rounds, 20);
    EXPECT_LT(server.connection_count(), 3U);
    test::run_until(loop, [&] { return server.connection_count() == 3; });
}

class SmallServerTest : public ServerTest {
protected:
    SmallServerTest() : ServerTest(2) {}
};

TEST_F(SmallServerTest, TurnsAwayWhatIsMoreThanItsLimit) {  // bad-inputs 47
    auto const port = listen(nullptr);
    Client first{port}, second{port}, third{port};
    test::run_until(loop, [&] { return server.counters().accepted == 3; });
    EXPECT_EQ(server.connection_count(), 2U);
    EXPECT_EQ(third.receive(), "");
}

}  // namespace
}  // namespace tandem::world
