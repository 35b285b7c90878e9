#include "hub/view.hpp"

#include "hub/decide.hpp"
#include "hub/hub_fixture.hpp"

namespace tandem::hub {
namespace {

class ViewOf : public HubFixture {
protected:
    /// A second view, filled from what the first one stores.
    View stored(std::vector<Bytes> const& keys_stored) {
        View copy;
        for (auto const& key : keys_stored) {
            auto const entity = view_.entity(key);
            EXPECT_TRUE(entity && copy.load(key, *entity).ok()) << key;
        }
        return copy;
    }
    std::vector<Bytes> applied(record::Fact const& fact) {
        position_ = position_.successor(epoch_);
        return view_.apply({.position = position_, .time = now_, .chain = {}}, fact);
    }
};

TEST_F(ViewOf, FactsCountsDevicesConnectionsAndStatus) {
    connect("a");
    connect("b");
    put("c", R"(,"status":"disabled")");
    EXPECT_EQ(view_.device_count(), 3U);
    EXPECT_EQ(view_.enabled_count(), 2U);
    EXPECT_EQ(view_.connected_count(), 2U);
    connect("a");
    EXPECT_EQ(view_.connected_count(), 2U);
    put("c", R"(,"status":"enabled")", "*");
    put("b", R"(,"status":"disabled")", "*");
    EXPECT_EQ(view_.enabled_count(), 2U);
    EXPECT_EQ(view_.connected_count(), 1U);
    ASSERT_TRUE(run(DeleteDevice{{"a"}, "*"}).ok());
    EXPECT_EQ(view_.enabled_count(), 1U);
    EXPECT_EQ(view_.connected_count(), 0U);
}

// A new owner starts with nobody connected, and need not touch a single device for it.
TEST_F(ViewOf, ANewEpochNobodyIsConnected) {
    connect("a");
    connect("b");
    epoch_ = Epoch{2};
    record::Fact promoted;
    promoted.mutable_promoted()->set_region("east");
    EXPECT_EQ(applied(promoted), std::vector<Bytes>{"epoch"});
    EXPECT_EQ(view_.connected_count(), 0U);
    EXPECT_EQ(document(GetDevice{{"a"}}).at("connectionState"), "Disconnected");
    connect("a");
    EXPECT_EQ(view_.connected_count(), 1U);
    ASSERT_TRUE(run(DeleteDevice{{"b"}, "*"}).ok());
    EXPECT_EQ(view_.connected_count(), 1U);
}

TEST_F(ViewOf, WhatWasStoredIsTheSameView) {
    connect("a");
    put("b");
    record::Fact configured;
    configured.mutable_hub_configured()->mutable_settings()->set_revision(3);
    EXPECT_EQ(applied(configured), std::vector<Bytes>{"hub"});
    record::Fact reported;
    reported.mutable_failover_reported()->mutable_report()->set_epoch(0x1F);
    EXPECT_EQ(applied(reported), std::vector<Bytes>{"failover/0000001f"});

    for (auto const& keys_stored :
         {std::vector<Bytes>{"d/a", "d/b", "epoch", "failover/0000001f", "hub"},
          std::vector<Bytes>{"hub", "failover/0000001f", "epoch", "d/b", "d/a"}}) {
        View const copy = stored(keys_stored);
        EXPECT_EQ(copy.digest(), view_.digest());
        EXPECT_EQ(copy.connected_count(), 1U);
        EXPECT_EQ(copy.enabled_count(), 2U);
    }
    EXPECT_NE(stored({"d/a", "epoch", "failover/0000001f", "hub"}).digest(), view_.digest());
}

TEST_F(ViewOf, OlderSettingsAreIgnored) {
    record::Fact configured;
    auto& settings = *configured.mutable_hub_configured()->mutable_settings();
    settings.set_revision(3);
    applied(configured);
    settings.set_revision(2);
    EXPECT_TRUE(applied(configured).empty());
    EXPECT_EQ(view_.settings().revision(), 3U);
}

TEST_F(ViewOf, TelemetryChangesTheMeterOnly) {
    record::Fact fact;
    fact.mutable_telemetry()->set_device_id("a");
    EXPECT_EQ(applied(fact), std::vector<Bytes>{"meter"});
    auto const before = view_.digest();
    applied(fact);
    EXPECT_NE(view_.digest(), before) << "both regions must agree on what was metered";
}

TEST_F(ViewOf, ADeletedDeviceHasNoEntity) {
    put("a");
    EXPECT_TRUE(view_.entity("d/a"));
    ASSERT_TRUE(run(DeleteDevice{{"a"}, "*"}).ok());
    EXPECT_EQ(view_.entity("d/a"), std::nullopt);
    EXPECT_EQ(view_.entity("nonsense"), std::nullopt);
    view_.clear();
    EXPECT_EQ(view_.digest(), View{}.digest());
}

// bad-inputs 50: what cannot be read is refused, and nothing is taken for empty.
TEST_F(ViewOf, DamagedEntitiesAreRefused) {
    View view;
    EXPECT_FALSE(view.load("d/a", "\xFF\xFF\xFF").ok());
    EXPECT_FALSE(view.load("d/a", "").ok());
    EXPECT_FALSE(view.load("epoch", "1").ok());
    EXPECT_FALSE(view.load("failover/1", "").ok());
    EXPECT_FALSE(view.load("x", "").ok());
    EXPECT_EQ(view.device_count(), 0U);
}

TEST(PartitionOf, IsTheFnv1aHashOfTheId) {
    EXPECT_EQ(value(partition_of("", 7)), 14695981039346656037ULL % 7);
    EXPECT_EQ(value(partition_of("a", 1000)), 0xAF63DC4C8601EC8CULL % 1000);
}

}  // namespace
}  // namespace tandem::hub
