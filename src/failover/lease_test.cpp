#include "failover/lease.hpp"

#include <gtest/gtest.h>

namespace tandem::failover {
namespace {

constexpr Now at(Duration since_start) { return Now{Time{since_start}, WallTime{}}; }
constexpr Epoch e7{7};
SiteName const east{"east"}, west{"west"}, witness{"witness"};

Lease three() {
    return Lease{{.term = 10s, .guard = 1s, .renew_every = 3s}, {witness, west, east}};
}
auto ids() {
    return [next = std::uint64_t{0}]() mutable { return ++next; };
}

// A reply that took six seconds must not buy six more seconds of ownership: a grant asked at 0 s
// for 10 s with 1 s of guard ends at 9 s, however late it arrived.
TEST(Lease, LateReplyCannotStretchTheTerm) {
    auto lease = three();
    lease.start(e7, at(0s));
    auto const asks = lease.asks(at(0s), ids());

    lease.on_grant(witness, e7, asks[0].ask_id, at(4s));
    EXPECT_FALSE(lease.held(at(4s)));
    lease.on_grant(west, e7, asks[1].ask_id, at(6s));

    EXPECT_TRUE(lease.held(at(8s)));
    EXPECT_FALSE(lease.held(at(9s)));
    EXPECT_EQ(lease.expires_at(), Time{9s});
}

// An answer to a question nobody asked may be a repeat from an earlier life of this process.
TEST(Lease, GrantOfAnUnknownAskChangesNothing) {
    auto lease = three();
    lease.start(e7, at(0s));
    auto const asks = lease.asks(at(0s), ids());

    lease.on_grant(witness, e7, 999, at(1s));
    lease.on_grant(west, e7, asks[0].ask_id, at(1s));
    lease.on_grant(east, Epoch{6}, asks[2].ask_id, at(1s));

    EXPECT_FALSE(lease.ever_granted());
}

TEST(Lease, OneVoteOfThreeIsNotEnough) {
    auto lease = three();
    lease.start(e7, at(0s));
    auto const asks = lease.asks(at(0s), ids());
    lease.on_grant(witness, e7, asks[0].ask_id, at(1s));
    EXPECT_FALSE(lease.held(at(1s)));
    EXPECT_EQ(lease.expires_at(), std::nullopt);
}

// The lease ends when the second-best of three grants ends, not the best.
TEST(Lease, EndsWithTheGrantThatBreaksTheMajority) {
    auto lease = three();
    lease.start(e7, at(0s));
    auto first = lease.asks(at(0s), ids());
    lease.on_grant(witness, e7, first[0].ask_id, at(0s));
    lease.on_grant(west, e7, first[1].ask_id, at(0s));
    auto second = lease.asks(at(3s), [] { return std::uint64_t{77}; });
    lease.on_grant(witness, e7, 77, at(3s));

    EXPECT_EQ(second.size(), 3U);
    EXPECT_EQ(lease.expires_at(), Time{9s});
}

TEST(Lease, AsksAgainEveryRenewal) {
    auto lease = three();
    lease.start(e7, at(0s));
    EXPECT_EQ(lease.asks(at(0s), ids()).size(), 3U);
    EXPECT_EQ(lease.asks(at(2s), ids()).size(), 0U);
    EXPECT_EQ(lease.next_deadline(), Time{3s});
    EXPECT_EQ(lease.asks(at(3s), ids()).size(), 3U);
}

// A candidate that reaches nobody must not even promise its own vote to itself.
TEST(Lease, LastVoterIsAskedOnlyToCompleteAMajority) {
    auto lease = three();
    lease.ask_last(east);
    lease.start(e7, at(0s));
    auto const asks = lease.asks(at(0s), ids());
    ASSERT_EQ(asks.size(), 2U);
    EXPECT_EQ(lease.next_deadline(), Time{3s});

    lease.on_grant(witness, e7, asks[0].ask_id, at(1s));

    auto const then = lease.asks(at(1s), ids());
    ASSERT_EQ(then.size(), 1U);
    EXPECT_EQ(then[0].voter, east);
}

TEST(Lease, FirstVoterIsAskedBeforeAllOthers) {
    auto lease = three();
    lease.ask_last(east);
    lease.ask_first(west);
    lease.start(e7, at(0s));
    auto const asks = lease.asks(at(0s), ids());
    ASSERT_EQ(asks.size(), 1U);
    EXPECT_EQ(asks[0].voter, west);
    lease.on_grant(west, e7, asks[0].ask_id, at(1s));
    EXPECT_EQ(lease.asks(at(1s), ids()).size(), 2U);
}

TEST(Lease, StoppedLeaseIsNotHeldAndAsksNobody) {
    auto lease = Lease{{.term = 10s, .guard = 1s, .renew_every = 3s}, {east}};
    lease.ask_last(east);
    lease.start(e7, at(0s));
    auto const asks = lease.asks(at(0s), ids());
    lease.on_grant(east, e7, asks[0].ask_id, at(0s));
    ASSERT_TRUE(lease.held(at(0s)));

    lease.stop();

    EXPECT_FALSE(lease.held(at(0s)));
    EXPECT_TRUE(lease.asks(at(5s), ids()).empty());
    EXPECT_EQ(lease.next_deadline(), std::nullopt);
}

TEST(LeaseDeathTest, AnEpochThatWasHeldIsNeverStartedAgain) {
    auto lease = Lease{{.term = 10s, .guard = 1s, .renew_every = 3s}, {east}};
    lease.start(e7, at(0s));
    auto const asks = lease.asks(at(0s), ids());
    lease.on_grant(east, e7, asks[0].ask_id, at(0s));
    EXPECT_DEATH(lease.start(e7, at(1s)), "past");
}

}  // namespace
}  // namespace tandem::failover
