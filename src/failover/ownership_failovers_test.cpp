// A region's Ownership when the owner changes: by an order, planned or forced, or by itself.
#include "failover/ownership_fixture.hpp"

namespace tandem::failover::test {
namespace {

// ---- planned

TEST(Ownership, PlannedHandsOverInOrder) {
    East r;
    r.serve();
    EXPECT_EQ(r.plan(1s),
              (Actions{PauseAdmission{}, Progress{"op", "admission-stopped", ""}}));
    EXPECT_TRUE(r.own.serving(at(1s)));
    EXPECT_FALSE(r.own.admitting(at(1s)));
    EXPECT_EQ(r.drain(1s),
              (Actions{Progress{"op", "drained", ""}, AppendHandedOver{Epoch{5}, "west", "op"}}));
    EXPECT_EQ(r.drain(2s),
              (Actions{Progress{"op", "handed-over", ""}, ReleaseVotes{Epoch{5}},
                       Progress{"op", "votes-released", ""}, SendTakeOver{Epoch{5}, "op", "west"},
                       StopServing{Epoch{5}, "west"}}));
    EXPECT_FALSE(r.own.serving(at(2s)));
    EXPECT_EQ(r.own.state(), State::following);
}

TEST(Ownership, TakeOverBeginsTheNextEpochAtOnce) {
    East r;
    r.follow();
    r.note(r.own.on_take_over(Epoch{4}, "op", at(1s), 1));
    r.grant(witness, 1s);
    EXPECT_EQ(r.grant(east, 1s),
              (Actions{Progress{"op", "votes-granted", ""},
                       BeginServing{Epoch{5}, record::FAILOVER_PLANNED, "west", "op"}}));
}

TEST(Ownership, StaleTakeOverChangesNothing) {
    East r;
    r.follow();
    EXPECT_EQ(r.note(r.own.on_take_over(Epoch{3}, "op", at(1s), 1)), Actions{});
    EXPECT_EQ(r.own.state(), State::following);
}

TEST(Ownership, PairThatDoesNotCatchUpInTimeChangesNothing) {
    East r;
    r.serve();
    r.plan(1s);
    EXPECT_EQ(r.timer(1s + drain_wait_max),
              (Actions{Progress{"op", "", "the paired region did not catch up in time"},
                       ResumeAdmission{}}));
    EXPECT_TRUE(r.own.admitting(at(1s + drain_wait_max)));
}

// HandedOver is in the log: nothing may follow it in that epoch.
TEST(Ownership, PairThatDoesNotConfirmTheHandOverCostsAnEpoch) {
    East r;
    r.serve();
    r.plan(1s);
    r.drain(1s);
    EXPECT_EQ(r.timer(1s + handover_wait_max),
              (Actions{Progress{"op", "", "the paired region did not confirm in time"}}));
    EXPECT_EQ(r.own.state(), State::campaigning);
    EXPECT_EQ(r.asked["witness"].epoch, Epoch{6});
}

TEST(Ownership, PairThatDoesNotTakeOverIsReplacedByTheOldOwner) {
    East r;
    r.serve();
    r.plan(1s);
    r.drain(1s);
    r.drain(1s);
    r.timer(1s + handover_wait_max);
    r.grant(witness, 4s);
    r.grant(east, 4s);
    EXPECT_TRUE(r.own.serving(at(4s)));
    EXPECT_EQ(r.own.epoch(), Epoch{6});
}

TEST(Ownership, OldOwnerRestsOnceThePairWasHeard) {
    East r;
    r.serve();
    r.plan(1s);
    r.drain(1s);
    r.drain(1s);
    r.own.on_owner_heard(Epoch{6}, "west", at(2s));
    r.timer(60s);
    EXPECT_EQ(r.own.state(), State::following);
}

TEST(Ownership, PlannedOrdersThatMakeNoSenseFailAtOnce) {
    East r;
    r.serve();
    auto const failed = [](Actions const& actions) {
        return !actions.empty() && !std::get<Progress>(actions[0]).failed.empty();
    };
    EXPECT_TRUE(failed(r.note(r.own.on_order({"op", "east", false}, at(1s), 1))));
    EXPECT_TRUE(failed(r.note(r.own.on_order({"op", "north", false}, at(1s), 1))));
    r.plan(1s);
    EXPECT_TRUE(failed(r.note(r.own.on_order({"op2", "west", false}, at(1s), 1))));
    East follower;
    follower.follow();
    EXPECT_TRUE(failed(follower.plan(1s)));
}

// ---- forced and automatic

TEST(Ownership, ForcedAsksUntilTheOldGrantsHaveRunOut) {
    East r;
    r.follow();
    EXPECT_EQ(r.force(1s),
              (Actions{Progress{"op", "votes-asked", ""}}));
    r.refuse(witness, 4, "west", 1s, 3s);
    r.own.on_owner_heard(Epoch{4}, "west", at(2s));  // the order stands
    r.timer(4s);
    r.grant(witness, 4s);
    EXPECT_EQ(r.grant(east, 4s),
              (Actions{Progress{"op", "votes-granted", ""},
                       BeginServing{Epoch{5}, record::FAILOVER_FORCED, "west", "op"}}));
}

TEST(Ownership, ForcedGivesUpInTheEnd) {
    East r;
    r.follow();
    r.force(1s);
    EXPECT_EQ(r.timer(1s + forced_wait_max),
              (Actions{Progress{"op", "", "the voters did not agree in time"}}));
    EXPECT_EQ(r.own.state(), State::following);
}

// Found by the simulator (lease world, seed 17615): the order replaced the wish to go on.
TEST(Ownership, LastOwnerGoesOnWhenAnOrderToItFailed) {
    East r;
    r.own.set_eligible(true);
    r.start(memory(Epoch{4}, "east"), 0s);
    r.force(1s);
    r.timer(1s + forced_wait_max);
    r.asked.clear();
    r.timer(2s + forced_wait_max);
    EXPECT_TRUE(asks(r, witness));
}

TEST(Ownership, ForcedOrdersThatMakeNoSenseFailAtOnce) {
    East r;
    r.follow();
    r.own.set_eligible(false);
    EXPECT_EQ(r.force(1s),
              (Actions{Progress{"op", "", "this region's copy is not complete"}}));
    EXPECT_EQ(r.note(r.own.on_order({"op", "west", true}, at(1s), 1)),
              (Actions{Progress{"op", "", "not the region to take over"}}));
    East owner;
    owner.serve();
    EXPECT_EQ(owner.force(1s),
              (Actions{Progress{"op", "", "this region owns the hub already"}}));
}

TEST(Ownership, AutomaticTakesOverWhenTheOwnerIsSilent) {
    East r;
    r.follow();
    r.own.set_automatic(true);
    r.own.on_owner_heard(Epoch{4}, "west", at(1s));
    EXPECT_EQ(r.own.next_deadline(), Time{1s + automatic_after});
    r.timer(1s + automatic_after);
    r.grant(witness, 5s);
    EXPECT_EQ(r.grant(east, 5s),
              (Actions{BeginServing{Epoch{5}, record::FAILOVER_AUTOMATIC, "west", ""}}));
}

TEST(Ownership, AutomaticNeedsACompleteCopyAndThePolicy) {
    East incomplete;
    incomplete.follow();
    incomplete.own.set_automatic(true);
    incomplete.own.set_eligible(false);
    incomplete.timer(60s);
    EXPECT_EQ(incomplete.own.state(), State::following);
    East manual;
    manual.follow();
    manual.timer(60s);
    EXPECT_EQ(manual.own.state(), State::following);
}

TEST(Ownership, AutomaticStopsWhenTheOwnerIsHeardAgain) {
    East r;
    r.follow();
    r.own.set_automatic(true);
    r.timer(4s);
    r.grant(witness, 4s);
    EXPECT_EQ(r.note(r.own.on_owner_heard(Epoch{4}, "west", at(4s))),
              (Actions{ReleaseVotes{Epoch{5}}, StopServing{Epoch{4}, "west"}}));
    EXPECT_EQ(r.own.state(), State::following);
}

}  // namespace
}  // namespace tandem::failover::test
