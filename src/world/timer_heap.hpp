// world/timer_heap.hpp -- every deadline of one event loop, in one binary heap.
//
// A hundred thousand connections have a keep-alive each: a deadline costs 16 bytes here and 4 in
// its owner, and moving it costs no system call.
#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tandem::world {

/// Something with one deadline. Must be cancelled before it is destroyed.
class Timed {
public:
    virtual void on_deadline() = 0;

protected:
    ~Timed() = default;

private:
    friend class TimerHeap;
    static constexpr std::uint32_t unset = 0xFFFF'FFFF;
    std::uint32_t place_ = unset;
};

class TimerHeap {
public:
    void set(Timed& timed, Time at);  ///< replaces the deadline it had
    void cancel(Timed& timed);        ///< harmless when it has none
    std::optional<Time> deadline_of(Timed const& timed) const;
    std::optional<Time> next() const;
    /// How long to sleep for the next one: nothing when it is due, `most` when it is further off.
    Duration wait(Time now, Duration most) const;
    Timed* pop_due(Time now);  ///< nullptr: nothing is due
    std::size_t size() const { return entries_.size(); }

private:
    struct Entry {
        Time at;
        Timed* timed;
    };
    void place(std::size_t index, Entry entry);
    void sift_up(std::size_t index, Entry entry);
    void sift_down(std::size_t index, Entry entry);
    void remove(std::size_t index);

    std::vector<Entry> entries_;
};

}  // namespace tandem::world
