#include "world/timer_heap.hpp"

#include <algorithm>

namespace tandem::world {

void TimerHeap::set(Timed& timed, Time at) {
    Entry const entry{at, &timed};
    if (timed.place_ == Timed::unset) {
        entries_.push_back(entry);
        sift_up(entries_.size() - 1, entry);
        return;
    }
    std::size_t const index = timed.place_;
    if (at < entries_[index].at) {
        sift_up(index, entry);
    } else {
        sift_down(index, entry);
    }
}

void TimerHeap::cancel(Timed& timed) {
    if (timed.place_ != Timed::unset) remove(timed.place_);
}

std::optional<Time> TimerHeap::deadline_of(Timed const& timed) const {
    if (timed.place_ == Timed::unset) return std::nullopt;
    return entries_[timed.place_].at;
}

std::optional<Time> TimerHeap::next() const {
    if (entries_.empty()) return std::nullopt;
    return entries_.front().at;
}

Duration TimerHeap::wait(Time now, Duration most) const {
    if (entries_.empty()) return most;
    // Compared before it is subtracted from: a deadline may be the earliest time there is.
    Time const at = entries_.front().at;
    return at <= now ? Duration::zero() : std::min(at - now, most);
}

Timed* TimerHeap::pop_due(Time now) {
    if (entries_.empty() || entries_.front().at > now) return nullptr;
    Timed* const timed = entries_.front().timed;
    remove(0);
    return timed;
}

void TimerHeap::place(std::size_t index, Entry entry) {
    entries_[index] = entry;
    entry.timed->place_ = static_cast<std::uint32_t>(index);
}

void TimerHeap::sift_up(std::size_t index, Entry entry) {
    while (index > 0) {
        std::size_t const parent = (index - 1) / 2;
        if (entries_[parent].at <= entry.at) break;
        place(index, entries_[parent]);
        index = parent;
    }
    place(index, entry);
}

void TimerHeap::sift_down(std::size_t index, Entry entry) {
    for (;;) {
        std::size_t child = index * 2 + 1;
        if (child >= entries_.size()) break;
        if (child + 1 < entries_.size() && entries_[child + 1].at < entries_[child].at) ++child;
        if (entries_[child].at >= entry.at) break;
        place(index, entries_[child]);
        index = child;
    }
    place(index, entry);
}

void TimerHeap::remove(std::size_t index) {
    entries_[index].timed->place_ = Timed::unset;
    Entry const last = entries_.back();
    entries_.pop_back();
    if (index == entries_.size()) return;
    if (index > 0 && last.at < entries_[(index - 1) / 2].at) {
        sift_up(index, last);
    } else {
        sift_down(index, last);
    }
}

}  // namespace tandem::world
