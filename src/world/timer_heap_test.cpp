#include "world/timer_heap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

namespace tandem::world {
namespace {

struct Item : Timed {
    void on_deadline() override {}
};

Time at(int micros) {
    return Time{Duration{micros}};
}

TEST(TimerHeap, GivesOutDeadlinesInOrderHoweverTheyWereSetMovedAndCancelled) {
    std::mt19937 random{7};
    std::array<Item, 200> items;
    TimerHeap heap;
    for (int round = 0; round < 2000; ++round) {
        Item& item = items[random() % items.size()];
        if (random() % 4 == 0) {
            heap.cancel(item);
        } else {
            heap.set(item, at(static_cast<int>(random() % 1000)));
        }
    }
    std::size_t const expected = heap.size();
    std::size_t count = 0;
    Time last{};
    while (auto const next = heap.next()) {
        EXPECT_GE(*next, last);
        last = *next;
        ASSERT_NE(heap.pop_due(last), nullptr);
        ++count;
    }
    EXPECT_EQ(count, expected);
}

TEST(TimerHeap, KeepsWhatIsNotDueYet) {
    Item item;
    TimerHeap heap;
    heap.set(item, at(10));
    EXPECT_EQ(heap.pop_due(at(9)), nullptr);
    EXPECT_EQ(heap.deadline_of(item), at(10));
    EXPECT_EQ(heap.pop_due(at(10)), &item);
    EXPECT_EQ(heap.deadline_of(item), std::nullopt);
}

// A session that has something to say at once gives the earliest time there is.
TEST(TimerHeap, WaitsForTheNextOneAndNeverForOneThatIsDue) {
    using namespace std::chrono_literals;
    Item item;
    TimerHeap heap;
    EXPECT_EQ(heap.wait(at(5), 60s), 60s);
    heap.set(item, at(30));
    EXPECT_EQ(heap.wait(at(10), 60s), 20us);
    EXPECT_EQ(heap.wait(at(10), 15us), 15us);
    EXPECT_EQ(heap.wait(at(31), 60s), 0s);
    heap.set(item, Time::min());
    EXPECT_EQ(heap.wait(at(10), 60s), 0s);
    heap.set(item, Time::max());
    EXPECT_EQ(heap.wait(at(10), 60s), 60s);
    heap.cancel(item);
}

}  // namespace
}  // namespace tandem::world
