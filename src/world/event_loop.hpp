// world/event_loop.hpp -- one thread's waiting: descriptors, deadlines, and values that other
// threads post. A process has one loop per shard.
//
// Directly on epoll (level-triggered) instead of Asio: one system call less for each message (Asio
// re-arms a descriptor for every wait), 16 bytes a descriptor, and no coroutines to be careful
// with. Handlers run one at a time and never re-enter.
//
// After each batch of ready events the `after_batch` hooks run, in the order they were added:
// what many events caused together (one commit, one send a connection) is done there once.
#pragma once

#include "base/time.hpp"
#include "world/timer_heap.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace tandem::world {

/// Who is told that a descriptor is ready. `events` are epoll's bits.
class Watcher {
public:
    virtual void on_ready(std::uint32_t events) = 0;

protected:
    ~Watcher() = default;
};

/// Something that may be in use further up the stack when it is thrown away.
class Disposable {
public:
    virtual ~Disposable() = default;
};

class EventLoop {
public:
    EventLoop();
    ~EventLoop();
    EventLoop(EventLoop const&) = delete;
    EventLoop& operator=(EventLoop const&) = delete;

    Now now() const;  ///< a fresh reading, every time

    /// `events`: EPOLLIN, EPOLLOUT, both, or 0 (errors and hang-ups are always told).
    void watch(int fd, Watcher& watcher, std::uint32_t events);
    void change(int fd, std::uint32_t events);
    void unwatch(int fd);  ///< before close(fd)

    TimerHeap& timers() { return timers_; }
    void after_batch(std::function<void()> hook);
    /// Runs before the loop waits again, after the current handler has returned.
    void soon(std::function<void()> task);
    /// Destroys it when no handler is on the stack.
    void dispose(std::unique_ptr<Disposable> thing);

    /// The only function for other threads: runs `task` on the loop's thread.
    void post(std::function<void()> task);

    /// Calls `handler` when one of the signals comes. Blocks them for this thread and those it
    /// starts afterwards, so call it before any host is made; once a loop.
    void on_signals(std::vector<int> const& signals, std::function<void(int)> handler);

    void run();  ///< until stop()
    void stop() { stopping_ = true; }
    /// One wait of at most `wait`, and everything that is ready then. For tests.
    void run_once(Duration wait);

private:
    struct Watched {
        Watcher* watcher = nullptr;
        std::uint32_t generation = 0;
    };
    void dispatch(Duration wait);
    void run_posted();
    void run_timers();
    void finish_batch();

    int epoll_fd_ = -1;
    int wake_fd_ = -1;
    bool stopping_ = false;
    std::vector<Watched> watched_;  ///< by descriptor
    TimerHeap timers_;
    std::vector<std::function<void()>> hooks_;
    std::vector<std::function<void()>> soon_;
    std::vector<std::unique_ptr<Disposable>> disposed_;
    std::unique_ptr<Watcher, void (*)(Watcher*)> signals_;

    std::mutex mutex_;  ///< guards posted_
    std::vector<std::function<void()>> posted_;
};

/// A deadline with a function, for those who are not Timed themselves.
class Alarm final : Timed {
public:
    Alarm(EventLoop& loop, std::function<void()> task) : loop_(loop), task_(std::move(task)) {}
    ~Alarm() { cancel(); }
    Alarm(Alarm const&) = delete;
    Alarm& operator=(Alarm const&) = delete;

    void set(Time at) { loop_.timers().set(*this, at); }
    void set_after(Duration wait) { set(loop_.now().mono + wait); }
    void cancel() { loop_.timers().cancel(*this); }

private:
    void on_deadline() override { task_(); }

    EventLoop& loop_;
    std::function<void()> task_;
};

}  // namespace tandem::world
