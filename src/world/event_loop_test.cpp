#include "world/event_loop.hpp"

#include <gtest/gtest.h>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <csignal>
#include <thread>

namespace tandem::world {
namespace {

TEST(EventLoop, RunsWhatOtherThreadsPostInOrder) {
    EventLoop loop;
    std::vector<int> seen;
    std::thread other{[&] {
        for (int i = 0; i < 100; ++i) loop.post([&seen, i] { seen.push_back(i); });
        loop.post([&loop] { loop.stop(); });
    }};
    loop.run();
    other.join();
    ASSERT_EQ(seen.size(), 100U);
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
}

TEST(EventLoop, AnAlarmThatIsSetForThePastDoesNotKeepTheLoop) {
    EventLoop loop;
    int rings = 0;
    Alarm* self = nullptr;
    Alarm alarm{loop, [&] {
                    ++rings;
                    self->set(Time{});
                }};
    self = &alarm;
    alarm.set(Time{});
    loop.run_once(0s);
    EXPECT_EQ(rings, 1);
}

struct Closer final : Watcher {
    Closer(EventLoop& loop_in, int fd_in) : loop(loop_in), fd(fd_in) {
        loop.watch(fd, *this, EPOLLIN);
    }
    void on_ready(std::uint32_t) override {
        ++calls;
        loop.unwatch(other->fd);
        close(other->fd);
    }
    EventLoop& loop;
    int fd;
    Closer* other = nullptr;
    int calls = 0;
};

// Both are ready in one batch; whoever comes first closes the other, which must not be called.
TEST(EventLoop, AnEventOfADescriptorClosedInTheSameBatchIsDropped) {
    EventLoop loop;
    int a[2], b[2];
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, a), 0);
    ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, b), 0);
    Closer first{loop, a[0]}, second{loop, b[0]};
    first.other = &second;
    second.other = &first;
    ASSERT_EQ(write(a[1], "x", 1), 1);
    ASSERT_EQ(write(b[1], "x", 1), 1);
    loop.run_once(0s);
    EXPECT_EQ(first.calls + second.calls, 1);
}

TEST(EventLoop, GivesSignalsToTheirHandler) {
    EventLoop loop;
    int seen = 0;
    loop.on_signals({SIGUSR1}, [&](int signal) { seen = signal; });
    kill(getpid(), SIGUSR1);
    loop.run_once(1s);
    EXPECT_EQ(seen, SIGUSR1);
}

}  // namespace
}  // namespace tandem::world
