#include "gateway/amqp/receiver_table.hpp"

#include <gtest/gtest.h>

namespace tandem::gateway {
namespace {

struct Seen final : ReceiverTable::Listener {
    void on_stolen(ReceiverId receiver, std::string description) override {
        stolen.emplace_back(receiver, std::move(description));
    }
    std::vector<std::pair<ReceiverId, std::string>> stolen;
};

class ReceiverTableTest : public testing::Test {
protected:
    ReceiverTable::Admission claim(std::optional<std::int64_t> epoch, std::string name = "",
                                   std::uint16_t partition = 0) {
        return table.admit({{"hub", "$default", PartitionIndex{partition}}, epoch, name, &seen});
    }
    Seen seen;
    ReceiverTable table;
};

TEST_F(ReceiverTableTest, ASixthReceiverWithoutEpochIsRefused) {
    for (int i = 0; i < 5; ++i) EXPECT_FALSE(claim({}).refusal);
    auto const sixth = claim({});
    ASSERT_TRUE(sixth.refusal);
    EXPECT_EQ(sixth.refusal->condition, "amqp:resource-limit-exceeded");
    EXPECT_EQ(*sixth.refusal->description,
              "Exceeded the maximum number of allowed receivers per partition in a consumer group "
              "which is 5. List of connected receivers - nil, nil, nil, nil, nil.");
    EXPECT_FALSE(claim({}, "", 1).refusal) << "another partition is another endpoint";
}

TEST_F(ReceiverTableTest, AnEpochDisplacesEveryoneWithoutOne) {
    ReceiverId const first = claim({}).id;
    ReceiverId const second = claim({}).id;
    EXPECT_FALSE(claim(0).refusal);
    ASSERT_EQ(seen.stolen.size(), 2U);
    EXPECT_EQ(seen.stolen[0].first, first);
    EXPECT_EQ(seen.stolen[1].first, second);
    EXPECT_EQ(table.size(), 1U);
}

TEST_F(ReceiverTableTest, AnEqualOrHigherEpochDisplacesTheCurrentOne) {
    (void)claim(4);
    EXPECT_FALSE(claim(4, "b").refusal);
    EXPECT_FALSE(claim(5, "c").refusal);
    ASSERT_EQ(seen.stolen.size(), 2U);
    EXPECT_EQ(seen.stolen[1].second,
              "New receiver 'c' with higher epoch of '5' is created hence current receiver 'b' "
              "with epoch '4' is getting disconnected. If you are recreating the receiver, make "
              "sure a higher epoch is used.");
}

TEST_F(ReceiverTableTest, ALowerEpochAndNoEpochAreRefusedWhileThereIsOne) {
    ReceiverId const owner = claim(4).id;
    EXPECT_EQ(claim(3).refusal->condition, "amqp:link:stolen");
    EXPECT_EQ(claim({}).refusal->condition, "amqp:link:stolen");
    table.leave(owner);
    EXPECT_FALSE(claim({}).refusal);
    EXPECT_TRUE(seen.stolen.empty());
}

TEST_F(ReceiverTableTest, LeavingTwiceOrAfterDisplacementIsHarmless) {
    ReceiverId const first = claim(1).id;
    ReceiverId const second = claim(2).id;
    table.leave(first);
    EXPECT_EQ(table.size(), 1U);
    table.leave(second);
    table.leave(second);
    EXPECT_EQ(table.size(), 0U);
}

// The name comes from a client and is read by another one.
TEST_F(ReceiverTableTest, NamesAreShownPrintableAndShort) {
    (void)claim(1, std::string(500, 'x') + "\xff\n");
    (void)claim(2, "\xff\x01");
    EXPECT_NE(seen.stolen[0].second.find("New receiver 'nil'"), std::string::npos);
    EXPECT_LT(seen.stolen[0].second.size(), 400U);
}

}  // namespace
}  // namespace tandem::gateway
