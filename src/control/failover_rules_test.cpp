#include "control/failover_rules.hpp"

#include "control/test_rig.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using test::Rig;

constexpr std::int64_t noon_us = 1'700'049'600'000'000;   // 2023-11-15T12:00:00Z
WallTime const noon = wall_from_micros(noon_us);

record::HubResource hub_with(std::vector<std::pair<std::string, Duration>> const& past) {
    record::HubResource hub;
    hub.set_name("h");
    hub.set_location("a");
    hub.set_owner("a");
    hub.set_state("Active");
    hub.mutable_definition()->set_name("h");
    hub.mutable_definition()->add_regions("a");
    hub.mutable_definition()->add_regions("b");
    for (auto const& [to, ago] : past) {
        auto& entry = *hub.add_failovers();
        entry.set_to_region(to);
        entry.set_kind(record::FAILOVER_PLANNED);
        entry.set_started_us(noon_us - ago.count());
        entry.set_ended_us(noon_us - ago.count());
        entry.set_succeeded(true);
    }
    return hub;
}

int number_of(record::HubResource const& hub, FailoverRules const& rules, std::string const& to) {
    auto const refused = refuse_failover(hub, rules, to, "B", true, noon);
    return refused ? refused->number : 0;
}

TEST(FailoverRules, OneHourBetween) {
    auto const refused = refuse_failover(hub_with({{"b", 59min}}), {}, "b", "B", true, noon);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->number, 409900);
    EXPECT_NE(refused->message.find("2023-11-15 12:01:00Z"), std::string::npos) << refused->message;
    EXPECT_EQ(number_of(hub_with({{"b", 60min}}), {}, "b"), 0);
}

TEST(FailoverRules, TwoOfEachADay) {
    EXPECT_EQ(number_of(hub_with({{"b", 9h}, {"b", 5h}}), {}, "b"), 409901);
    EXPECT_EQ(number_of(hub_with({{"a", 9h}, {"a", 5h}}), {}, "b"), 0);
    auto back = hub_with({{"a", 9h}, {"a", 5h}});
    back.set_owner("b");
    EXPECT_EQ(number_of(back, {}, "a"), 409902);
    EXPECT_EQ(number_of(hub_with({{"b", 13h}, {"b", 5h}}), {}, "b"), 0);   // one was yesterday
}

TEST(FailoverRules, ZeroLiftsALimit) {
    FailoverRules const none{Duration{0}, 0, 0};
    EXPECT_EQ(number_of(hub_with({{"b", 1min}, {"b", 2min}, {"b", 3min}}), none, "b"), 0);
}

TEST(FailoverRules, HubHasItsOwn) {
    auto hub = hub_with({{"b", 1min}, {"b", 2min}, {"b", 3min}});
    hub.set_document(
        R"({"properties":{"tandem":{"failover":{"minimumIntervalSeconds":0,"dailyLimit":0}}}})");
    EXPECT_EQ(number_of(hub, rules_of({}, hub), "b"), 0);
    hub.set_document(R"({"properties":{"tandem":{"failover":{"dailyLimit":3}}}})");
    EXPECT_EQ(rules_of({}, hub).failovers_per_day, 3);
    EXPECT_EQ(rules_of({}, hub).minimum_interval, Duration{1h});
    hub.set_document(
        R"({"properties":{"tandem":{"failover":{"dailyLimit":3,"failbacksPerDay":5}}}})");
    EXPECT_EQ(rules_of({}, hub).failovers_per_day, 3);
    EXPECT_EQ(rules_of({}, hub).failbacks_per_day, 5);
}

TEST(FailoverRules, OnlyThePairAndOnlyWhenActive) {
    EXPECT_EQ(number_of(hub_with({}), {}, "c"), 400900);
    EXPECT_EQ(number_of(hub_with({}), {}, "a"), 400902);
    EXPECT_EQ(number_of(hub_with({}), {}, " B "), 0);
    auto busy = hub_with({});
    busy.set_state("FailingOver");
    EXPECT_EQ(number_of(busy, {}, "b"), 409002);
    auto alone = hub_with({});
    alone.mutable_definition()->mutable_regions()->RemoveLast();
    EXPECT_EQ(number_of(alone, {}, "b"), 400901);
}

TEST(FailoverRules, WhatNobodyAskedForDoesNotCount) {
    auto hub = hub_with({{"b", 1min}});
    hub.mutable_failovers(0)->set_kind(record::FAILOVER_AUTOMATIC);
    EXPECT_EQ(number_of(hub, {}, "b"), 0);
    hub = hub_with({{"b", 1min}});
    hub.mutable_failovers(0)->set_succeeded(false);
    EXPECT_EQ(number_of(hub, {}, "b"), 0);
}

TEST(FailoverRules, RefusalsCarryTheTimeAndNoRetryAfter) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    ASSERT_EQ(rig.fail_over("westcentralus").status, 202);
    auto const refused = rig.fail_over("West US 2");
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(find_string(Rig::object(refused), "code"), "409900");
    EXPECT_EQ(find_string(Rig::object(refused), "httpStatusCode"), "409");
    EXPECT_EQ(refused.headers.find("Retry-After"), nullptr);
    EXPECT_NE(refused.body.find("The next one can start at"), std::string::npos);
    rig.now.wall += 1h;
    rig.token = rig.sign_in();
    EXPECT_EQ(rig.fail_over("West US 2").status, 202);
}

/// The region that owns the hub takes no orders, and a change of the hub waits for it.
struct Changing : Rig {
    Changing() {
        ready();
        create_hub();
        pass(1s);
        regions["westus2"].obeys = false;
        update = ask("PUT", hub_path("hub"),
                     R"({"location":"westus2","sku":{"name":"S1","capacity":1},"properties":
                         {"eventHubEndpoints":{"events":{"retentionTimeInDays":3}}}})");
        pass(1s);
    }
    std::string state() {
        auto const hub = this->hub();
        auto const* properties = find_object(hub, "properties");
        return properties ? find_string(*properties, "state").value_or("") : "";
    }
    http::Response order(bool forced) {
        return ask("POST", "/tandem/v1/hubs/hub/failover",
                   forced ? R"({"forced":true})" : R"({"forced":false})");
    }
    std::string owner() {
        return find_string(object(ask("GET", "/tandem/v1/hubs/hub")), "owner").value_or("");
    }
    http::Response update;
};

TEST(FailoverRules, AForcedOneGoesAheadInAnUpdateWhichTheNewOwnerCarriesOn) {
    Changing rig;
    ASSERT_EQ(rig.state(), "Transitioning");
    EXPECT_EQ(rig.order(false).status, 409) << "nobody is rescued by a planned one";
    ASSERT_EQ(rig.order(true).status, 202);
    rig.pass(3s);
    EXPECT_EQ(rig.owner(), "westcentralus");
    EXPECT_EQ(rig.state(), "Active");
    EXPECT_EQ(find_string(rig.poll(rig.update), "status"), "Succeeded");
}

TEST(FailoverRules, AnUpdateWaitsForTheNewOwnerThroughAFailoverAndARestart) {
    Changing rig;
    rig.regions["westcentralus"].hubs["hub"].revision = 1;   // has not heard of the change either
    ASSERT_EQ(rig.order(true).status, 202);
    rig.regions["westcentralus"].obeys = false;
    rig.pass(2s);
    EXPECT_EQ(rig.owner(), "westcentralus");
    EXPECT_EQ(find_string(rig.poll(rig.update), "status"), "Running");
    rig.restart();
    rig.pass(1s);
    EXPECT_EQ(find_string(rig.poll(rig.update), "status"), "Running");
    rig.regions["westcentralus"].obeys = true;
    rig.pass(10s);
    EXPECT_EQ(rig.state(), "Active");
    EXPECT_EQ(find_string(rig.poll(rig.update), "status"), "Succeeded");
}

TEST(FailoverRules, AnUpdateThatNobodyConfirmsEndsWithAnErrorThoughTheHubMoved) {
    Changing rig;
    rig.regions["westcentralus"].hubs["hub"].revision = 1;
    ASSERT_EQ(rig.order(true).status, 202);
    rig.regions["westcentralus"].obeys = false;
    rig.pass(60s);
    EXPECT_EQ(find_string(rig.poll(rig.update), "status"), "Failed");
    EXPECT_EQ(rig.state(), "Active");
}

TEST(FailoverRules, TheHubsDeletionEndsAnUpdateThatAFailoverOvertook) {
    Changing rig;
    rig.regions["westcentralus"].hubs["hub"].revision = 1;
    ASSERT_EQ(rig.order(true).status, 202);
    rig.regions["westcentralus"].obeys = false;
    rig.pass(2s);
    ASSERT_EQ(rig.ask("DELETE", Rig::hub_path("hub")).status, 202);
    rig.pass(1s);
    auto const ended = rig.poll(rig.update);
    EXPECT_EQ(find_string(ended, "status"), "Failed");
    EXPECT_EQ(find_string(ended.at("error").as_object(), "code"), "OperationPreempted");
}

TEST(FailoverRules, WithTheOwnerGoneTheManagementApisGoesAheadInAnUpdateToo) {
    Changing rig;
    EXPECT_EQ(rig.fail_over("West Central US").status, 409) << "the owner is connected";
    rig.link("westus2", false);
    rig.pass(3s);
    ASSERT_EQ(rig.fail_over("West Central US").status, 202);
    rig.pass(3s);
    EXPECT_EQ(rig.owner(), "westcentralus");
    EXPECT_EQ(find_string(rig.poll(rig.update), "status"), "Succeeded");
}

}  // namespace
}  // namespace tandem::control
