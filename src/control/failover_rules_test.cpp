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

}  // namespace
}  // namespace tandem::control
