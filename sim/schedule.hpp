// sim/schedule.hpp -- what happens when: true time, which no simulated process can read, and the
// clocks that they have instead.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

namespace tandem::sim {

/// True time since the history began.
using Moment = Duration;

class Schedule {
public:
    Moment now() const { return now_; }
    void at(Moment when, std::function<void()> what) {
        events_.push({when < now_ ? now_ : when, ++count_, std::move(what)});
    }
    void after(Duration wait, std::function<void()> what) { at(now_ + wait, std::move(what)); }
    /// Runs the next event that is due until `end`; false: there is none, and it is `end` now.
    bool step(Moment end) {
        if (events_.empty() || events_.top().when > end) {
            now_ = end;
            return false;
        }
        auto event = events_.top();
        events_.pop();
        now_ = event.when;
        event.what();
        return true;
    }

private:
    struct Event {
        Moment when;
        std::uint64_t number;   ///< of two at one moment the older goes first
        std::function<void()> what;
        bool operator<(Event const& other) const {
            return when != other.when ? when > other.when : number > other.number;
        }
    };
    std::priority_queue<Event> events_;
    Moment now_{};
    std::uint64_t count_ = 0;
};

/// A site's clocks: they run too fast or too slow, and calendar time is wrong by something.
struct Clock {
    int per_mille = 1000;          ///< of true time
    Duration started{};            ///< what the monotonic clock said at Moment 0
    Duration wall_error{};

    Now read(Moment now) const {
        auto const local = Duration{now.count() * per_mille / 1000};
        return {Time{started + local}, WallTime{1'700'000'000s + local + wall_error}};
    }
    /// The first moment at which the clock says `time` or more.
    Moment when(Time time) const {
        auto const local = (time.time_since_epoch() - started).count();
        return Moment{local <= 0 ? 0 : (local * 1000 + per_mille - 1) / per_mille};
    }
};

}  // namespace tandem::sim
