// world/secret_checker.hpp -- compares passwords beside the event loop, on one thread: each takes a
// fifth of a second, and the loop has other things to do.
//
// Thread  check() and `done` on the loop's thread.
#pragma once

#include "control/control.hpp"
#include "world/event_loop.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace tandem::world {

class SecretChecker {
public:
    using Done = std::function<void(control::RequestId, control::SecretVerdict const&)>;

    SecretChecker(EventLoop& loop, Done done);
    ~SecretChecker();   ///< waits for the comparison that is under way
    SecretChecker(SecretChecker const&) = delete;
    SecretChecker& operator=(SecretChecker const&) = delete;

    /// How many there are at a time is bounded by whoever asks (control/sign_in.hpp).
    void check(control::SecretCheck check);

private:
    void work();

    EventLoop& loop_;
    std::shared_ptr<Done> done_;      ///< gone with us; what was posted before then does nothing

    std::mutex mutex_;                ///< guards the two below
    std::deque<control::SecretCheck> jobs_;
    bool stopping_ = false;
    std::condition_variable woken_;
    std::thread worker_;
};

}  // namespace tandem::world
