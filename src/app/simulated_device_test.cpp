#include "app/simulated_device.hpp"

#include "codec/mqtt/decode.hpp"
#include "codec/mqtt/encode.hpp"
#include "codec/mqtt/fixed_header.hpp"
#include "world/acceptor.hpp"

#include <gtest/gtest.h>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tandem::app {
namespace {

/// A hub of one connection at a time: acknowledges, but for the messages it is told to swallow; a
/// swallowed one costs the device its connection.
class Hub final : world::Watcher {
public:
    explicit Hub(world::EventLoop& loop)
        : loop_(loop), acceptor_(world::Acceptor::listen(loop, {"127.0.0.1", 0},
                                                         [this](int fd) { serve(fd); })
                                     .value()) {}
    ~Hub() { drop(); }

    std::uint16_t port() const { return acceptor_->port(); }

    std::size_t swallow = 0;
    std::size_t connects = 0;
    std::vector<bool> dups;

private:
    void serve(int fd) {
        drop();
        fd_ = fd;
        loop_.watch(fd, *this, EPOLLIN);
    }

    void on_ready(std::uint32_t) override {
        char buffer[4096];
        auto const got = recv(fd_, buffer, sizeof buffer, 0);
        if (got <= 0) return drop();
        input_.append(buffer, static_cast<std::size_t>(got));
        Bytes out;
        for (;;) {
            auto const frame = mqtt::decode_frame(input_, 65'536);
            if (!frame.ok() || !*frame) break;
            if (!answer(**frame, out)) return drop();
            input_.erase(0, (*frame)->size());
        }
        if (!out.empty()) send(fd_, out.data(), out.size(), MSG_NOSIGNAL);
    }

    bool answer(mqtt::Frame const& frame, Bytes& out) {
        if (frame.header.type == mqtt::PacketType::connect) {
            ++connects;
            mqtt::encode_connack({}, out);
        }
        if (frame.header.type != mqtt::PacketType::publish) return true;
        auto const publish = mqtt::decode_publish(frame.header.flags, frame.body);
        dups.push_back(publish->dup);
        if (swallow > 0) return --swallow, false;
        mqtt::encode_puback(publish->packet_id, out);
        return true;
    }

    void drop() {
        if (fd_ < 0) return;
        loop_.unwatch(fd_);
        ::close(std::exchange(fd_, -1));
        input_.clear();
    }

    world::EventLoop& loop_;
    std::unique_ptr<world::Acceptor> acceptor_;
    int fd_ = -1;
    Bytes input_;
};

class SimulatedDeviceTest : public testing::Test {
protected:
    void run_until_acknowledged(std::uint64_t count) {
        device.start(loop.now().mono);
        Time const end = loop.now().mono + 5s;
        while (device.acknowledged() < count && loop.now().mono < end) loop.run_once(5ms);
        ASSERT_GE(device.acknowledged(), count);
    }

    world::EventLoop loop;
    Hub hub{loop};
    Fleet fleet{.loop = loop, .target = {"127.0.0.1", hub.port(), "localhost", nullptr},
                .hub_host = "localhost", .run = "r", .period = 1ms, .twins = false, .random = {},
                .last_fault = {}, .latency = {}};
    SimulatedDevice device{fleet, 7, "c2VjcmV0LXNlY3JldC1zZWNyZXQ="};
};

TEST_F(SimulatedDeviceTest, SendsAMessageAgainUntilItIsAcknowledged) {
    hub.swallow = 2;
    run_until_acknowledged(1);
    EXPECT_EQ(hub.connects, 3u);
    EXPECT_EQ(fleet.reconnects, 2u);
    ASSERT_GE(hub.dups.size(), 3u);
    EXPECT_FALSE(hub.dups[0]);
    EXPECT_TRUE(hub.dups[1]);
    EXPECT_TRUE(hub.dups[2]);
}

// The check of `tandem simulate` is worth what this is worth.
TEST_F(SimulatedDeviceTest, NamesWhatWasAcknowledgedAndDidNotArrive) {
    run_until_acknowledged(3);
    EXPECT_TRUE(device.on_arrived(0));
    EXPECT_TRUE(device.on_arrived(2));
    EXPECT_FALSE(device.on_arrived(2));
    auto const found = device.arrivals();
    EXPECT_EQ(found.arrived, 2u);
    EXPECT_EQ(found.duplicates, 1u);
    ASSERT_FALSE(found.missing.empty());
    EXPECT_EQ(found.missing.front(), 1u);
    EXPECT_EQ(device.message_id(1), "r-7-1");
}

}  // namespace
}  // namespace tandem::app
