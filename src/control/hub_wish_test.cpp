// What a client's hub document is taken for.
#include "control/hub_document.hpp"

#include "control/test_rig.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using test::Rig;

struct HubWishes : testing::Test {
    void SetUp() override { rig.ready(); }
    /// "ok", or the number of the refusal.
    std::string put(std::string const& rest, std::string const& name = "hub") {
        auto const answer =
            rig.ask("PUT", Rig::hub_path(name), R"({"location":"westus2",)" + rest + "}");
        rig.pass(400ms);
        return answer.status == 201 ? "ok"
                                    : find_string(Rig::object(answer), "code").value_or("?");
    }
    std::string put_sku(std::string const& rest) {
        return put(R"("sku":{"name":"S1",)" + rest + "}");
    }
    std::string put_events(std::string const& events, std::string const& name = "hub") {
        return put_properties(R"({"eventHubEndpoints":{"events":)" + events + "}}", name);
    }
    std::string put_properties(std::string const& properties, std::string const& name = "hub") {
        return put(R"("sku":{"name":"S1"},"properties":)" + properties, name);
    }
    json::object properties(std::string const& name = "hub") {
        json::object hub = rig.hub(name);
        return need_object(hub, "properties");
    }
    json::object events(std::string const& name = "hub") {
        json::object all = properties(name);
        return need_object(need_object(all, "eventHubEndpoints"), "events");
    }
    std::int64_t capacity() {
        json::object hub = rig.hub();
        return find_integer(need_object(hub, "sku"), "capacity").value_or(-1);
    }
    Rig rig;
};

TEST_F(HubWishes, NumbersThatAreNoneAreRefused) {
    for (char const* capacity :
         {R"("fifty")", "null", "[50]", "50.5", "true", "{}", "1e300", R"("")"})
        EXPECT_EQ(put_sku(std::string{R"("capacity":)"} + capacity), "400911") << capacity;
    for (char const* number : {R"("x")", "8.5", "true", "null", "[8]", "18446744073709551615"}) {
        EXPECT_EQ(put_events(std::string{R"({"partitionCount":)"} + number + "}"), "400016")
            << number;
        EXPECT_EQ(put_events(std::string{R"({"retentionTimeInDays":)"} + number + "}"), "400912")
            << number;
    }
    EXPECT_EQ(rig.ask("GET", Rig::hub_path("hub")).status, 404);
}

TEST_F(HubWishes, WholeNumbersMayBeWrittenAsOthers) {
    EXPECT_EQ(put(R"("sku":{"name":"S1","capacity":50.0},"properties":{"eventHubEndpoints":
        {"events":{"partitionCount":8.0,"retentionTimeInDays":3.0}}})"),
              "ok");
    EXPECT_EQ(capacity(), 50);
    EXPECT_EQ(find_integer(events(), "partitionCount"), 8);
    EXPECT_EQ(find_integer(events(), "retentionTimeInDays"), 3);
    EXPECT_EQ(put_sku(R"("capacity":"7")"), "ok");
    EXPECT_EQ(capacity(), 7);
}

TEST_F(HubWishes, MembersOfTheWrongTypeAreRefused) {
    std::string const sku = R"("sku":{"name":"S1"},)";
    EXPECT_EQ(put(R"("sku":"S1")"), "400910");
    EXPECT_EQ(put(R"("sku":[])"), "400910");
    EXPECT_EQ(put(R"("sku":{"name":5})"), "400910");
    EXPECT_EQ(put(sku + R"("tags":"a")"), "400982");
    EXPECT_EQ(put(sku + R"("tags":["a"])"), "400982");
    EXPECT_EQ(put(sku + R"("identity":"SystemAssigned")"), "400983");
    EXPECT_EQ(put(sku + R"("identity":{"type":5})"), "400983");
    for (char const* properties :
         {R"("x")", "[]", "5", R"({"eventHubEndpoints":[]})", R"({"eventHubEndpoints":"x"})",
          R"({"eventHubEndpoints":{"events":5}})", R"({"authorizationPolicies":{}})",
          R"({"authorizationPolicies":"x"})"})
        EXPECT_EQ(put(sku + R"("properties":)" + properties), "400980") << properties;
    EXPECT_EQ(put(sku + R"("properties":{"minTlsVersion":5})"), "400089");
    EXPECT_EQ(put(sku + R"("properties":{"tandem":5})"), "400913");
    EXPECT_EQ(rig.ask("GET", Rig::hub_path("hub")).status, 404);
    EXPECT_EQ(put(sku + R"("tags":null,"identity":null,"properties":null)"), "ok");
    auto const patch = [&](std::string const& body) {
        return rig.ask("PATCH", Rig::hub_path("hub"), body).status;
    };
    EXPECT_EQ(patch(R"({"tags":5})"), 400);
    for (char const* method : {"PUT", "PATCH"})
        EXPECT_EQ(rig.ask(method, Rig::group_path, R"({"location":"westus2","tags":5})").status,
                  400);
    EXPECT_EQ(patch(R"({"tags":null})"), 200);
}

TEST_F(HubWishes, APartOfTheEventEndpointLeavesTheRestAsItWas) {
    ASSERT_EQ(put_events(R"({"partitionCount":4,"retentionTimeInDays":6})"), "ok");
    EXPECT_EQ(put_events(R"({"partitionCount":4})"), "ok");
    EXPECT_EQ(find_integer(events(), "retentionTimeInDays"), 6);
    EXPECT_EQ(put_events("{}"), "ok");
    EXPECT_EQ(put_properties(R"({"eventHubEndpoints":null})"), "ok");
    EXPECT_EQ(find_integer(events(), "retentionTimeInDays"), 6);
    EXPECT_EQ(rig.control->hub({"hub"})->definition.initial_settings().retention_days(), 6);
    EXPECT_EQ(put_events(R"({"retentionTimeInDays":2})"), "ok");
    EXPECT_EQ(find_integer(events(), "retentionTimeInDays"), 2);
    EXPECT_EQ(find_integer(events(), "partitionCount"), 4);
}

TEST_F(HubWishes, ADocumentThatIsTooLargeIsRefused) {
    auto const large = [](std::size_t bytes) {
        return R"({"future":")" + std::string(bytes, 'x') + "\"}";
    };
    EXPECT_EQ(put_properties(large(hub_document_bytes_max)), "400984");
    EXPECT_EQ(rig.ask("GET", Rig::hub_path("hub")).status, 404);
    EXPECT_EQ(put_properties(large(hub_document_bytes_max - 8192)), "ok");
    // Not by and by, either.
    EXPECT_EQ(put_properties(R"({"more":")" + std::string(8192, 'x') + "\"}"), "400984");
}

TEST_F(HubWishes, MembersBesidePropertiesAreKept) {
    ASSERT_EQ(put(R"("sku":{"name":"S1"},"zones":["1"],"kind":"mine","id":"no","etag":"no",
        "systemData":{"createdAt":"no"},"resourcegroup":"no","Name":"no")"),
              "ok");
    auto hub = rig.hub();
    EXPECT_EQ(json::serialize(hub["zones"]), R"(["1"])");
    EXPECT_EQ(find_string(hub, "kind"), "mine");
    EXPECT_EQ(find_string(hub, "name"), "hub");
    EXPECT_FALSE(hub.contains("Name"));
    EXPECT_EQ(json::serialize(hub).find(R"("no")"), std::string::npos);
    // What is not sent stays, as with properties.
    ASSERT_EQ(put(R"("sku":{"name":"S1"},"zones":null)"), "ok");
    hub = rig.hub();
    EXPECT_FALSE(hub.contains("zones"));
    EXPECT_EQ(find_string(hub, "kind"), "mine");
}

TEST_F(HubWishes, NullTakesAPropertyBackToWhatANewHubHas) {
    ASSERT_EQ(put_properties(R"({"networkRuleSets":{"defaultAction":"Deny","ipRules":[]},
        "future":{"x":1},"cloudToDevice":{"maxDeliveryCount":5}})"),
              "ok");
    ASSERT_TRUE(properties().contains("networkRuleSets"));
    EXPECT_EQ(put_properties(
                  R"({"networkRuleSets":null,"future":null,"cloudToDevice":null,"none":null})"),
              "ok");
    auto const now = properties();
    EXPECT_FALSE(now.contains("networkRuleSets"));
    EXPECT_FALSE(now.contains("future"));
    EXPECT_FALSE(now.contains("none"));
    EXPECT_EQ(find_integer(now.at("cloudToDevice").as_object(), "maxDeliveryCount"), 10);
    EXPECT_FALSE(rig.control->hub({"hub"})->definition.initial_settings().has_network());
}

}  // namespace
}  // namespace tandem::control
