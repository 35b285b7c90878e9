#include "world/event_loop.hpp"

#include "base/assert.hpp"
#include "world/system.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

namespace tandem::world {
namespace {

constexpr std::size_t batch_events_max = 128;
constexpr Duration wait_max = 60s;

class SignalWatcher final : public Watcher {
public:
    SignalWatcher(EventLoop& loop, int fd, std::function<void(int)> handler)
        : loop_(loop), fd_(fd), handler_(std::move(handler)) {
        loop_.watch(fd_, *this, EPOLLIN);
    }
    ~SignalWatcher() {
        loop_.unwatch(fd_);
        close(fd_);
    }
    void on_ready(std::uint32_t) override {
        signalfd_siginfo info{};
        while (read(fd_, &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
            handler_(static_cast<int>(info.ssi_signo));
        }
    }

private:
    EventLoop& loop_;
    int fd_;
    std::function<void(int)> handler_;
};

}  // namespace

EventLoop::EventLoop()
    : epoll_fd_(epoll_create1(EPOLL_CLOEXEC)),
      wake_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      signals_(nullptr, [](Watcher*) {}) {
    // A write to a connection that the other end has closed is an error of that write, not ours.
    std::signal(SIGPIPE, SIG_IGN);
    if (epoll_fd_ < 0 || wake_fd_ < 0) panic("no descriptors left for an event loop");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = static_cast<std::uint32_t>(wake_fd_);
    if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, wake_fd_, &event) != 0) panic("epoll_ctl failed");
}

EventLoop::~EventLoop() {
    signals_.reset();
    soon_.clear();
    disposed_.clear();
    close(wake_fd_);
    close(epoll_fd_);
}

Now EventLoop::now() const {
    return read_clocks();
}

void EventLoop::watch(int fd, Watcher& watcher, std::uint32_t events) {
    auto const index = static_cast<std::size_t>(fd);
    if (watched_.size() <= index) watched_.resize(index + 1);
    Watched& slot = watched_[index];
    TANDEM_ASSERT(slot.watcher == nullptr, "a descriptor is watched twice");
    slot.watcher = &watcher;
    ++slot.generation;
    epoll_event event{};
    event.events = events;
    event.data.u64 = (std::uint64_t{slot.generation} << 32) | static_cast<std::uint32_t>(fd);
    if (epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) != 0) panic("epoll_ctl failed");
}

void EventLoop::change(int fd, std::uint32_t events) {
    Watched const& slot = watched_.at(static_cast<std::size_t>(fd));
    TANDEM_ASSERT(slot.watcher != nullptr, "a descriptor is not watched");
    epoll_event event{};
    event.events = events;
    event.data.u64 = (std::uint64_t{slot.generation} << 32) | static_cast<std::uint32_t>(fd);
    if (epoll_ctl(epoll_fd_, EPOLL_CTL_MOD, fd, &event) != 0) panic("epoll_ctl failed");
}

void EventLoop::unwatch(int fd) {
    Watched& slot = watched_.at(static_cast<std::size_t>(fd));
    if (slot.watcher == nullptr) return;
    slot.watcher = nullptr;
    epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
}

void EventLoop::after_batch(std::function<void()> hook) {
    hooks_.push_back(std::move(hook));
}

void EventLoop::soon(std::function<void()> task) {
    soon_.push_back(std::move(task));
}

void EventLoop::dispose(std::unique_ptr<Disposable> thing) {
    disposed_.push_back(std::move(thing));
}

void EventLoop::post(std::function<void()> task) {
    bool first = false;
    {
        std::lock_guard const lock{mutex_};
        first = posted_.empty();
        posted_.push_back(std::move(task));
    }
    if (!first) return;
    std::uint64_t const one = 1;
    while (write(wake_fd_, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

void EventLoop::on_signals(std::vector<int> const& signals, std::function<void(int)> handler) {
    sigset_t set;
    sigemptyset(&set);
    for (int const signal : signals) sigaddset(&set, signal);
    if (pthread_sigmask(SIG_BLOCK, &set, nullptr) != 0) panic("signals cannot be blocked");
    int const fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd < 0) panic("no descriptor left for signals");
    signals_ = {new SignalWatcher(*this, fd, std::move(handler)),
                [](Watcher* watcher) { delete static_cast<SignalWatcher*>(watcher); }};
}

void EventLoop::run() {
    while (!stopping_) dispatch(wait_max);
    stopping_ = false;
}

void EventLoop::run_once(Duration wait) {
    dispatch(wait);
}

void EventLoop::dispatch(Duration wait) {
    wait = soon_.empty() ? timers_.wait(read_clocks().mono, wait) : Duration::zero();
    auto const millis = std::chrono::ceil<std::chrono::milliseconds>(wait).count();
    std::array<epoll_event, batch_events_max> events;
    int const count = epoll_wait(epoll_fd_, events.data(), static_cast<int>(events.size()),
                                 static_cast<int>(millis));
    if (count < 0 && errno != EINTR) panic("epoll_wait failed");
    bool woken = false;
    for (int i = 0; i < count; ++i) {
        epoll_event const& event = events[static_cast<std::size_t>(i)];
        auto const fd = static_cast<std::uint32_t>(event.data.u64);
        if (fd == static_cast<std::uint32_t>(wake_fd_)) {
            woken = true;
            continue;
        }
        Watched const& slot = watched_[fd];
        // An earlier event of this batch may have closed it, and its number may be in use again.
        if (slot.watcher == nullptr || slot.generation != event.data.u64 >> 32) continue;
        slot.watcher->on_ready(event.events);
    }
    if (woken) run_posted();
    run_timers();
    finish_batch();
}

void EventLoop::run_posted() {
    std::uint64_t drained = 0;
    while (read(wake_fd_, &drained, sizeof drained) < 0 && errno == EINTR) {
    }
    std::vector<std::function<void()>> tasks;
    {
        std::lock_guard const lock{mutex_};
        tasks.swap(posted_);
    }
    for (auto& task : tasks) task();
}

void EventLoop::run_timers() {
    Time const now = read_clocks().mono;
    // No more than there are now: one that sets itself again for the past must not keep us here.
    for (std::size_t left = timers_.size(); left > 0; --left) {
        Timed* const timed = timers_.pop_due(now);
        if (timed == nullptr) return;
        timed->on_deadline();
    }
}

void EventLoop::finish_batch() {
    std::vector<std::function<void()>> tasks;
    tasks.swap(soon_);
    for (auto& task : tasks) task();
    for (auto& hook : hooks_) hook();
    while (!disposed_.empty()) {
        auto dead = std::move(disposed_);
        disposed_.clear();
        dead.clear();
    }
}

}  // namespace tandem::world
