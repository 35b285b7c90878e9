#include "failover/voter.hpp"

#include <gtest/gtest.h>

namespace tandem::failover {
namespace {

constexpr Now at(Duration since_start) { return Now{Time{since_start}, WallTime{}}; }
SiteName const east{"east"}, west{"west"};

peer::VoteRequest ask(std::uint32_t epoch, std::uint64_t id = 1) {
    peer::VoteRequest request;
    request.set_hub("h");
    request.set_epoch(epoch);
    request.set_ask_id(id);
    return request;
}
peer::VoteRelease release(std::uint32_t epoch) {
    peer::VoteRelease message;
    message.set_hub("h");
    message.set_epoch(epoch);
    return message;
}
peer::Depose depose(std::uint32_t epoch) {
    peer::Depose message;
    message.set_hub("h");
    message.set_epoch(epoch);
    return message;
}
record::Promise promise(std::uint32_t epoch, std::string const& holder, bool released = false) {
    record::Promise stored;
    stored.set_hub("h");
    stored.set_epoch(epoch);
    stored.set_holder(holder);
    stored.set_released(released);
    return stored;
}
bool grants(Voter& voter, std::uint32_t epoch, SiteName const& to, Now now) {
    return voter.on_request(ask(epoch), to, now).reply.granted();
}
Voter four_seconds() { return Voter{{.term = 4s}}; }

TEST(Voter, EchoesTheAskAndSaysWhatItPromised) {
    auto voter = four_seconds();
    auto const answer = voter.on_request(ask(3, 42), east, at(0s));
    EXPECT_TRUE(answer.reply.granted());
    EXPECT_EQ(answer.reply.ask_id(), 42U);
    EXPECT_EQ(answer.reply.epoch(), 3U);
    EXPECT_EQ(answer.reply.promised_epoch(), 3U);
    EXPECT_EQ(answer.reply.promised_to(), "east");
}

// A grant must not outlive the memory of it: until the promise is durable every reply carries it.
TEST(Voter, PromiseIsStoredBeforeItIsAnswered) {
    auto voter = four_seconds();
    auto const first = voter.on_request(ask(3), east, at(0s));
    ASSERT_TRUE(first.store_first);
    EXPECT_TRUE(voter.on_request(ask(3), east, at(1s)).store_first);
    voter.on_stored(*first.store_first);
    EXPECT_FALSE(voter.on_request(ask(3), east, at(2s)).store_first);
}

TEST(Voter, OneEpochHasOneHolderEver) {
    auto voter = four_seconds();
    EXPECT_TRUE(grants(voter, 3, east, at(0s)));
    EXPECT_FALSE(grants(voter, 3, west, at(100s)));
}

TEST(Voter, RefusesOthersWhileAGrantRunsAndSaysHowLong) {
    auto voter = four_seconds();
    grants(voter, 3, east, at(0s));
    grants(voter, 3, east, at(2s));
    auto const refused = voter.on_request(ask(4), west, at(3s));
    EXPECT_FALSE(refused.reply.granted());
    EXPECT_EQ(refused.reply.wait_us(), 3'000'000);
    EXPECT_TRUE(grants(voter, 4, west, at(6s)));
}

TEST(Voter, NeverGrantsBelowItsPromise) {
    auto voter = four_seconds();
    grants(voter, 5, east, at(0s));
    EXPECT_FALSE(grants(voter, 4, east, at(100s)));
    EXPECT_FALSE(grants(voter, 4, west, at(100s)));
}

TEST(Voter, HolderMayGoOnToAHigherEpochAtOnce) {
    auto voter = four_seconds();
    grants(voter, 3, east, at(0s));
    EXPECT_TRUE(grants(voter, 4, east, at(1s)));
}

TEST(Voter, ReleasedVoteIsFreeAtOnceAndNeverGoesBackToItsHolder) {
    auto voter = four_seconds();
    grants(voter, 3, east, at(0s));
    auto const stored = voter.on_release(release(3), east, at(1s));
    ASSERT_TRUE(stored);
    EXPECT_TRUE(stored->released());
    EXPECT_FALSE(grants(voter, 3, east, at(1s)));
    EXPECT_TRUE(grants(voter, 4, west, at(1s)));
}

TEST(Voter, OnlyTheHolderReleasesAndOnlyItsOwnEpoch) {
    auto voter = four_seconds();
    grants(voter, 3, east, at(0s));
    EXPECT_FALSE(voter.on_release(release(3), west, at(1s)));
    EXPECT_FALSE(voter.on_release(release(2), east, at(1s)));
    EXPECT_FALSE(grants(voter, 4, west, at(1s)));
}

// Nobody knows when a grant was last renewed before the restart: it is taken to be running.
TEST(Voter, AfterARestartAPromiseRunsAWholeTerm) {
    auto voter = four_seconds();
    voter.recover(promise(3, "east"), at(100s));
    EXPECT_FALSE(grants(voter, 4, west, at(103s)));
    EXPECT_TRUE(grants(voter, 4, west, at(104s)));
}

TEST(Voter, AfterARestartAReleasedPromiseBlocksNobody) {
    auto voter = four_seconds();
    voter.recover(promise(3, "east", true), at(100s));
    EXPECT_FALSE(grants(voter, 3, east, at(100s)));
    EXPECT_TRUE(grants(voter, 4, west, at(100s)));
}

TEST(Voter, DeposedEpochIsNotRenewed) {
    auto voter = four_seconds();
    grants(voter, 3, east, at(0s));
    voter.on_depose(depose(3), at(1s));
    EXPECT_FALSE(grants(voter, 3, east, at(2s)));
    EXPECT_FALSE(grants(voter, 4, west, at(3s)));  // what was granted still runs
    EXPECT_TRUE(grants(voter, 4, west, at(4s)));
}

// Otherwise the deposed owner would dodge the operator's order by asking for the next epoch.
TEST(Voter, DeposedHolderGetsNoHigherEpochForAWhile) {
    auto voter = four_seconds();
    grants(voter, 3, east, at(0s));
    voter.on_depose(depose(3), at(0s));
    EXPECT_FALSE(grants(voter, 4, east, at(5s)));
    EXPECT_TRUE(grants(voter, 4, east, at(8s)));   // nobody else came: better it than nobody
}

TEST(Voter, DeposedHolderMayReturnOnceAnotherHasOwned) {
    auto voter = four_seconds();
    grants(voter, 3, east, at(0s));
    voter.on_depose(depose(3), at(0s));
    grants(voter, 4, west, at(4s));
    voter.on_release(release(4), west, at(5s));
    EXPECT_TRUE(grants(voter, 5, east, at(5s)));
}

TEST(Voter, EpochsThatNoPositionCanHoldAreRefused) {
    auto voter = four_seconds();
    EXPECT_FALSE(grants(voter, 0, east, at(0s)));
    EXPECT_FALSE(grants(voter, Position::epoch_max + 1, east, at(0s)));
    EXPECT_EQ(voter.promise(HubName{"h"}), std::nullopt);
}

TEST(Voter, HubsDoNotMixTheirVotes) {
    auto voter = four_seconds();
    grants(voter, 3, east, at(0s));
    auto other = ask(3);
    other.set_hub("other");
    EXPECT_TRUE(voter.on_request(other, west, at(0s)).reply.granted());
}

}  // namespace
}  // namespace tandem::failover
