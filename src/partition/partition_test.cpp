#include "partition/partition.hpp"

#include "base/limits.hpp"
#include "support/stored_partition.hpp"

#include <gtest/gtest.h>

namespace tandem::partition {
namespace {

using testing::device_created;
using testing::Stored;
using testing::telemetry;

constexpr Epoch e1{1};
WallTime at(int second) { return WallTime{std::chrono::seconds{second}}; }

Position fill(Stored& side, int count, std::size_t bytes = 10) {
    for (int i = 0; i < count; ++i)
        side.partition->append(telemetry(std::string(bytes, 'x')), e1, at(i));
    side.sync();
    return side.partition->end().position;
}

TEST(Partition, ComesBackAfterARestart) {
    Stored side;
    side.partition->append(device_created("d1"), e1, at(1));
    fill(side, 2500);
    auto const end = side.partition->end();
    auto const digest = side.partition->view().digest();
    side.partition->append(device_created("never durable"), e1, at(1));
    side.restart();
    ASSERT_TRUE(side.recovered);
    EXPECT_EQ(side.partition->end(), end);
    EXPECT_EQ(side.partition->durable(), end.position);
    EXPECT_EQ(side.partition->view().digest(), digest);
    EXPECT_EQ(side.partition->backlog({}).records, 2501U);
    EXPECT_EQ(side.partition->read({}, end.position, 1'000'000'000).size(), 2501U);
}

TEST(Partition, ReadsTheSameFromTheCacheAndFromBelowIt) {
    Stored side;
    auto const end = fill(side, 300, 100'000);
    EXPECT_EQ(side.partition->read({}, end, 1'000'000'000).size(), 300U);
    EXPECT_EQ(side.partition->last_before(at(5)), (Position{e1, 4}));
    EXPECT_EQ(side.partition->last_before(at(290)), (Position{e1, 289}));
    EXPECT_EQ(side.partition->last_before(at(0)), Position{});
    EXPECT_EQ(side.partition->time_after(Position{e1, 4}), at(5));
    EXPECT_EQ(side.partition->mark_at(Position{e1, 3})->position, (Position{e1, 3}));
    EXPECT_EQ(side.partition->backlog(Position{e1, 99}).records, 200U);
    EXPECT_FALSE(side.partition->time_after(end));
}

TEST(Partition, SerialisesAnEntityOnceACommit) {
    Stored side;
    for (int i = 0; i < 10; ++i) side.partition->append(device_created("d1"), e1, at(i));
    auto const commit = side.partition->take_commit();
    ASSERT_TRUE(commit);
    EXPECT_EQ(commit->append.size(), 10U);
    EXPECT_EQ(commit->view.size(), 2U);  // the device, and our own "!end"
}

TEST(Partition, KeepsItsLastRecordWhenAllIsTrimmed) {
    Stored side;
    auto const end = fill(side, 10);
    side.partition->trim(Position::from_bits(end.bits() + 100), e1, at(20));
    side.sync();
    EXPECT_EQ(side.disk().log.size(), 1U);
    EXPECT_EQ(side.partition->log_start(), side.partition->end().position);
    side.restart();
    ASSERT_TRUE(side.recovered);
    EXPECT_FALSE(side.partition->mark_at({}));
}

// bad-inputs 50: what is damaged is reported, and nothing is deleted.
TEST(Partition, RefusesADamagedLogAndDeletesNothing) {
    Stored side;
    auto const end = fill(side, 50);
    auto const good = side.disk().log;
    auto const damage = [&](auto&& change) {
        side.disk().log = good;
        change(side.disk().log);
        auto const damaged = side.disk().log;
        side.restart();
        EXPECT_FALSE(side.recovered);
        EXPECT_EQ(side.disk().log, damaged);
        EXPECT_FALSE(side.partition->take_commit());
    };
    damage([&](auto& log) { log[Position{e1, 20}][40] ^= 1; });      // a bit flipped
    damage([&](auto& log) { log[Position{e1, 0}].resize(10); });     // a record cut short
    damage([&](auto& log) { log.erase(Position{e1, 20}); });         // one missing
    damage([&](auto& log) { log.erase(end); });                      // the last one missing
    damage([&](auto& log) { log.clear(); });                         // all of them
    damage([&](auto& log) { log[Position{e1, 20}] = log[Position{e1, 21}]; });
}

// bad-inputs 50
TEST(Partition, RefusesADamagedViewAndDeletesNothing) {
    Stored side;
    side.partition->append(device_created("d1"), e1, at(1));
    side.sync();
    auto const good = side.disk().view;
    for (auto const& damaged : {std::pair{"!end", "short"}, {"d/d1", "\xff\xff"}, {"?", "x"}}) {
        side.disk().view = good;
        side.disk().view[damaged.first] = damaged.second;
        auto const before = side.disk().view;
        side.restart();
        EXPECT_FALSE(side.recovered) << damaged.first;
        EXPECT_EQ(side.disk().view, before);
    }
}

}  // namespace
}  // namespace tandem::partition
