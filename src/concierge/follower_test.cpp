#include "concierge/follower.hpp"

#include "identity/ed25519.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace tandem::concierge {
namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
Bytes const seed(32, 's');

class FollowerTest : public testing::Test {
protected:
    Directions some() const {
        return {.host = "demo.example.net",
                .region = "westus2",
                .display_name = "West US 2",
                .epoch = 7,
                .endpoints = {{"mqtt", "10.0.0.1", 8883}},
                .valid_for = std::chrono::seconds{30},
                .issued_at = now.wall};
    }
    static http::Response signed_answer(Directions const& directions, Bytes const& with = seed) {
        http::Response response;
        response.body = render_directions(directions);
        response.headers.add("Concierge-Signature", sign_body(with, response.body));
        return response;
    }
    Result<void> tell(http::Response const& response) {
        follower.begin(now);
        return follower.on_answer(response, now, most);
    }
    void wait() {
        Duration const time = follower.next_ask() - now.mono;
        now.mono += time;
        now.wall += time;
    }

    Now now{Time{1000s}, WallTime{1'700'000'000s}};
    Follower follower{{.host = "demo.example.net",
                       .keys = {identity::ed25519_public_key(seed)},
                       .concierges = 3}};
};

TEST_F(FollowerTest, FollowsASignedAnswerAndAsksAgainBeforeItExpires) {
    EXPECT_LE(follower.next_ask(), now.mono);
    ASSERT_TRUE(tell(signed_answer(some())).ok());
    EXPECT_EQ(follower.directions()->region, "westus2");
    EXPECT_GE(follower.next_ask(), now.mono + 15s);
    EXPECT_LE(follower.next_ask(), now.mono + 30s);
}

TEST_F(FollowerTest, RefusesWhatNoPinnedKeyHasSigned) {
    EXPECT_FALSE(tell(signed_answer(some(), Bytes(32, 'x'))).ok());
    http::Response forged = signed_answer(some());
    forged.body.replace(forged.body.find("10.0.0.1"), 8, "10.6.6.6");
    EXPECT_FALSE(tell(forged).ok());
    http::Response bare = signed_answer(some());
    bare.headers = {};
    EXPECT_FALSE(tell(bare).ok());
    EXPECT_FALSE(follower.directions());
}

TEST_F(FollowerTest, RefusesDirectionsToAnotherHubOrOfAnotherTime) {
    Directions other = some();
    other.host = "other.example.net";
    EXPECT_FALSE(tell(signed_answer(other)).ok());
    Directions old = some();
    old.issued_at -= old.valid_for + clock_tolerance + 1us;
    EXPECT_FALSE(tell(signed_answer(old)).ok());
    Directions early = some();
    early.issued_at += clock_tolerance + 1us;
    EXPECT_FALSE(tell(signed_answer(early)).ok());
    EXPECT_FALSE(follower.directions());
}

TEST_F(FollowerTest, NeverGoesBackToALowerEpoch) {
    ASSERT_TRUE(tell(signed_answer(some())).ok());
    Directions older = some();
    older.epoch = 6;
    older.region = "lost";
    EXPECT_FALSE(tell(signed_answer(older)).ok());
    EXPECT_EQ(follower.directions()->region, "westus2");
}

TEST_F(FollowerTest, AsksOneAfterTheOtherWithGrowingWaits) {
    std::vector<std::size_t> asked;
    Duration longest{};
    for (int i = 0; i < 40; ++i) {
        wait();
        asked.push_back(follower.begin(now));
        follower.on_no_answer(now, most);
        EXPECT_GE(follower.next_ask() - now.mono + 1us, longest);
        longest = follower.next_ask() - now.mono;
        EXPECT_LE(longest, i < 3 ? first_rest : rest_max);
    }
    EXPECT_GE(longest + 1us, rest_max);
    EXPECT_EQ((std::vector<std::size_t>{asked.begin(), asked.begin() + 4}),
              (std::vector<std::size_t>{0, 1, 2, 0}));
}

TEST_F(FollowerTest, DrawsItsWaitsFromTheWholeRange) {
    follower.begin(now);
    follower.on_no_answer(now, 0);
    EXPECT_EQ(follower.next_ask(), now.mono);
    follower.begin(now);
    follower.on_no_answer(now, most / 2);
    EXPECT_NEAR(static_cast<double>((follower.next_ask() - now.mono).count()),
                static_cast<double>(first_rest.count()) / 2, 2);
}

TEST_F(FollowerTest, AsksSoonWhenTheRegionIsLostButNotWithoutAPause) {
    ASSERT_TRUE(tell(signed_answer(some())).ok());
    follower.on_trouble(now);
    EXPECT_EQ(follower.next_ask(), now.mono + trouble_gap);
    now.mono += 10s;
    follower.on_trouble(now);
    EXPECT_LE(follower.next_ask(), now.mono);
    follower.begin(now);
    follower.on_no_answer(now, most);
    Time const rest = follower.next_ask();
    follower.on_trouble(now);
    EXPECT_EQ(follower.next_ask(), rest) << "trouble cuts no back-off short";
}

}  // namespace
}  // namespace tandem::concierge
