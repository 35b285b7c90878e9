// base/time.hpp -- time as an argument.
//
// NodeClock has no now(): nothing that includes only this can read a clock, even by accident.
// `Time` is monotonic and local to one process (leases, timers). `WallTime` is calendar time
// (record times, SAS expiry); it may jump, so nothing that decides ownership looks at it.
#pragma once

#include <chrono>
#include <cstdint>

namespace tandem {

using Duration = std::chrono::microseconds;

struct NodeClock {
    using rep = Duration::rep;
    using period = Duration::period;
    using duration = Duration;
    using time_point = std::chrono::time_point<NodeClock>;
    static constexpr bool is_steady = true;
};
using Time = NodeClock::time_point;

struct CalendarClock {
    using rep = Duration::rep;
    using period = Duration::period;
    using duration = Duration;
    using time_point = std::chrono::time_point<CalendarClock>;  ///< since 1970-01-01T00:00:00Z
    static constexpr bool is_steady = false;
};
using WallTime = CalendarClock::time_point;

/// One reading of both clocks, taken by the world before it calls into the core.
struct Now {
    Time mono;
    WallTime wall;
};

constexpr std::int64_t to_micros(WallTime t) { return t.time_since_epoch().count(); }
constexpr std::int64_t to_millis(WallTime t) { return t.time_since_epoch().count() / 1000; }
constexpr std::int64_t to_seconds(WallTime t) { return t.time_since_epoch().count() / 1'000'000; }
constexpr WallTime wall_from_micros(std::int64_t n) { return WallTime{Duration{n}}; }

using namespace std::chrono_literals;

}  // namespace tandem
