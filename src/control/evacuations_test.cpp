// A whole region's hubs moved at the operator's order.
#include "control/evacuations.hpp"
#include "control/test_rig.hpp"

#include <gtest/gtest.h>

namespace tandem::control::test {
namespace {

class Evacuation : public ::testing::Test {
protected:
    void SetUp() override {
        rig.ready();
        for (char const* name : {"hub-1", "hub-2", "hub-3"}) rig.create_hub(name);
        rig.pass(1s);
    }
    http::Response evacuate(std::string const& region, bool forced = false) {
        return rig.ask("POST", "/tandem/v1/regions/" + region + "/evacuate",
                       forced ? R"({"forced":true})" : "{}");
    }
    json::object operation(http::Response const& begun) {
        std::string const* url = begun.headers.find("Location");
        if (url == nullptr) return {};
        return Rig::object(
            rig.ask("GET", url->substr(std::string{"https://host:8443"}.size())));
    }
    std::string owner(std::string const& hub) {
        return find_string(Rig::object(rig.ask("GET", "/tandem/v1/hubs/" + hub)), "owner")
            .value_or("");
    }
    static std::string status_of(json::object const& operation, std::string const& hub) {
        for (auto const& row : operation.at("hubs").as_array())
            if (row.at("hub") == json::value(hub))
                return std::string{row.at("status").as_string()};
        return "not there";
    }

    Rig rig;
};

TEST_F(Evacuation, MovesEveryHubOfTheRegion) {
    auto const begun = evacuate("westus2");
    ASSERT_EQ(begun.status, 202) << begun.body;
    rig.pass(5s);
    auto const done = operation(begun);
    EXPECT_EQ(done.at("status"), "Succeeded");
    EXPECT_EQ(done.at("total"), 3);
    EXPECT_EQ(done.at("done"), 3);
    for (char const* hub : {"hub-1", "hub-2", "hub-3"}) {
        EXPECT_EQ(status_of(done, hub), "Succeeded");
        EXPECT_EQ(owner(hub), "westcentralus");
    }
}

TEST_F(Evacuation, LeavesAloneWhatAnotherRegionOwns) {
    ASSERT_EQ(rig.fail_over("West Central US", "hub-2").status, 202);
    rig.pass(3s);
    auto const begun = evacuate("westus2");
    rig.pass(5s);
    EXPECT_EQ(operation(begun).at("total"), 2);
    EXPECT_EQ(owner("hub-2"), "westcentralus");
}

TEST_F(Evacuation, IsNotHeldByTheLimitsOfCustomersFailovers) {
    evacuate("westus2");
    rig.pass(5s);
    auto const back = evacuate("westcentralus");
    rig.pass(5s);
    EXPECT_EQ(operation(back).at("status"), "Succeeded");
    EXPECT_EQ(owner("hub-1"), "westus2");
}

TEST_F(Evacuation, SaysWhichHubsCouldNotBeMoved) {
    rig.regions["westus2"].obeys = false;
    auto const begun = evacuate("westus2");
    rig.pass(40s);
    auto const done = operation(begun);
    EXPECT_EQ(done.at("status"), "Failed");
    EXPECT_EQ(done.at("error").at("code"), "EvacuationIncomplete");
    EXPECT_EQ(status_of(done, "hub-1"), "Failed");
    EXPECT_TRUE(done.at("hubs").at(0).at("error").is_string());
}

TEST_F(Evacuation, GoesOnAfterARestart) {
    rig.regions["westus2"].obeys = false;
    auto const begun = evacuate("westus2");
    EXPECT_EQ(status_of(operation(begun), "hub-1"), "Running");
    rig.regions["westus2"].obeys = true;
    rig.restart();
    rig.pass(5s);
    EXPECT_EQ(operation(begun).at("status"), "Succeeded");
    EXPECT_EQ(owner("hub-3"), "westcentralus");
}

TEST_F(Evacuation, TakesInAHubThatWasCreatedMeanwhile) {
    rig.regions["westus2"].obeys = false;
    auto const begun = evacuate("westus2");
    rig.regions["westus2"].obeys = true;
    rig.create_hub("hub-late");
    rig.link("westus2", false);
    rig.link("westus2", true);
    rig.pass(8s);
    EXPECT_EQ(status_of(operation(begun), "hub-late"), "Succeeded");
}

TEST_F(Evacuation, RunsOnceARegion) {
    rig.regions["westus2"].obeys = false;
    ASSERT_EQ(evacuate("westus2").status, 202);
    EXPECT_EQ(evacuate("westus2").status, 409);
}

TEST_F(Evacuation, IsNotOfBothRegionsOfAPairAtOnce) {
    rig.regions["westus2"].obeys = false;
    ASSERT_EQ(evacuate("westus2").status, 202);
    auto const refused = evacuate("westcentralus");
    EXPECT_EQ(refused.status, 409);
    EXPECT_NE(refused.body.find("409907"), std::string::npos) << refused.body;
    EXPECT_EQ(evacuate("westcentralus", true).status, 409) << "it is there";
    rig.pass(40s);
    EXPECT_EQ(evacuate("westcentralus").status, 202);
}

TEST_F(Evacuation, GivesWayToARescueFromTheRegionThatItLedTo) {
    ASSERT_EQ(rig.fail_over("West Central US", "hub-2").status, 202);
    rig.pass(3s);
    rig.regions["westus2"].obeys = false;
    auto const begun = evacuate("westus2");
    rig.link("westcentralus", false);
    rig.pass(3s);
    rig.regions["westus2"].obeys = true;
    auto const rescue = evacuate("westcentralus", true);
    ASSERT_EQ(rescue.status, 202) << rescue.body;
    auto const ended = operation(begun);
    EXPECT_EQ(ended.at("status"), "Failed");
    EXPECT_EQ(ended.at("error").at("code"), "OperationPreempted");
    rig.pass(5s);
    EXPECT_EQ(status_of(operation(rescue), "hub-2"), "Succeeded");
}

TEST_F(Evacuation, LetsNoPlannedFailoverIntoTheRegion) {
    ASSERT_EQ(rig.fail_over("West Central US", "hub-2").status, 202);
    rig.pass(3s);
    rig.now.wall += 1h;
    rig.token = rig.sign_in();
    rig.regions["westus2"].obeys = false;
    ASSERT_EQ(evacuate("westus2").status, 202);
    auto const back = rig.ask("POST", "/tandem/v1/hubs/hub-2/failover", "{}");
    EXPECT_EQ(back.status, 409);
    EXPECT_NE(back.body.find("409907"), std::string::npos) << back.body;
    EXPECT_EQ(rig.ask("POST", "/tandem/v1/hubs/hub-2/failover", R"({"forced":true})").status, 202);
}

TEST_F(Evacuation, DoesNotSucceedWhileTheRegionOwnsAHub) {
    rig.regions["westus2"].obeys = false;
    auto const begun = evacuate("westus2");
    for (char const* name : {"hub-1", "hub-2"})
        rig.move(name, "westcentralus", "", record::FAILOVER_NONE);
    rig.pass(3s);
    rig.move("hub-1", "westus2", "", record::FAILOVER_NONE);   // by itself
    rig.pass(1s);
    rig.move("hub-3", "westcentralus", "", record::FAILOVER_NONE);
    rig.pass(40s);
    auto const done = operation(begun);
    EXPECT_EQ(done.at("status"), "Failed");
    EXPECT_EQ(status_of(done, "hub-1"), "Failed");
    EXPECT_EQ(status_of(done, "hub-2"), "Succeeded");
}

TEST_F(Evacuation, WithoutTheRegionIsForcedOnly) {
    rig.link("westus2", false);
    rig.pass(3s);
    EXPECT_EQ(evacuate("westus2").status, 409);
    auto const begun = evacuate("westus2", true);
    ASSERT_EQ(begun.status, 202);
    rig.pass(5s);
    EXPECT_EQ(operation(begun).at("status"), "Succeeded");
    EXPECT_EQ(owner("hub-1"), "westcentralus");
}

TEST_F(Evacuation, OfNoRegionIsNotFound) { EXPECT_EQ(evacuate("atlantis").status, 404); }

}  // namespace
}  // namespace tandem::control::test
