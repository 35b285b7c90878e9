// sim/process.hpp -- whether a simulated process runs: it starts, dies, and pauses (it stands still
// for a while, and goes on without knowing it).
#pragma once

#include "sim/schedule.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <utility>

namespace tandem::sim {

struct Process {
    std::uint64_t life = 0;   ///< of now: what was begun in another is void
    bool up = false;
    bool paused = false;

    void start() {
        up = true;
        ++life;
    }
    void die() {
        up = paused = false;
        ++life;
        missed_.clear();
    }

    /// Something to deal with: now, when its pause ends, or never if it is down. True: now, done.
    bool take(std::function<void()> what) {
        if (!up) return false;
        if (paused) return missed_.push_back(std::move(what)), false;
        what();
        return true;
    }

    /// Requires: it is up, not paused, and stays where it is in memory. When it goes on it deals
    /// with what it missed: `after_each` follows each of them, `at_end` the last.
    void pause(Schedule& schedule, Duration length, std::function<void()> after_each,
               std::function<void()> at_end) {
        paused = true;
        schedule.after(length, [this, of = life, after_each, at_end] {
            if (life != of) return;
            paused = false;
            while (up && !missed_.empty()) {
                auto what = std::move(missed_.front());
                missed_.pop_front();
                what();
                after_each();
            }
            at_end();
        });
    }

private:
    std::deque<std::function<void()>> missed_;   ///< during its pause, in their order
};

}  // namespace tandem::sim
