#include "control/control.hpp"

#include "control/test_rig.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using test::Rig;

std::string text(json::object const& object, char const* name) {
    return find_string(object, name).value_or("");
}
json::object const& properties(json::object const& hub) { return *find_object(hub, "properties"); }
std::string state(json::object const& hub) { return text(properties(hub), "state"); }
std::string location(json::object const& hub, std::size_t index, char const* field) {
    return text(properties(hub).at("locations").as_array().at(index).as_object(), field);
}

TEST(Control, HubIsActiveOnceARegionServesIt) {
    Rig rig;
    rig.ready();
    auto const response = rig.create_hub();
    EXPECT_EQ(response.status, 201);
    auto const accepted = properties(Rig::object(response));
    EXPECT_EQ(text(accepted, "provisioningState"), "Accepted");
    EXPECT_EQ(find(accepted, "hostName"), nullptr);
    EXPECT_NE(response.headers.find("Azure-AsyncOperation"), nullptr);
    EXPECT_EQ(text(rig.poll(response), "status"), "Succeeded");
    auto const hub = rig.hub();
    EXPECT_EQ(state(hub), "Active");
    EXPECT_EQ(text(hub, "resourcegroup"), "rg");
    EXPECT_EQ(text(hub, "subscriptionid"), "sub");
    EXPECT_EQ(text(properties(hub), "hostName"), "hub.tandem.test");
    EXPECT_EQ(location(hub, 0, "location"), "West US 2");
    EXPECT_EQ(location(hub, 1, "location"), "West Central US");
    EXPECT_EQ(find(properties(hub), "authorizationPolicies"), nullptr);
}

TEST(Control, HubStaysActivatingWhileNoRegionServesIt) {
    Rig rig;
    rig.token = rig.sign_in();
    rig.ask("PUT", Rig::group_path, R"({"location":"westus2"})");
    auto const response = rig.create_hub();
    EXPECT_EQ(text(rig.poll(response), "status"), "Running");
    EXPECT_EQ(*response.headers.find("Retry-After"), "1");
    EXPECT_EQ(state(rig.hub()), "Activating");
    auto const taken = rig.ask(
        "POST",
        "/subscriptions/sub/providers/Microsoft.Devices/checkNameAvailability"
        "?api-version=2023-06-30",
        R"({"name":"HUB"})");
    EXPECT_EQ(text(Rig::object(taken), "reason"), "AlreadyExists");
    rig.link("westus2", true);
    EXPECT_EQ(text(rig.poll(response), "status"), "Succeeded");
}

TEST(Control, AnswersOnlyWhatIsDurable) {
    Rig rig;
    rig.ready();
    rig.disk_stalls = true;
    EXPECT_EQ(rig.create_hub().status, 0);
    std::uint64_t const id = rig.last_request;
    for (auto const& [site, message] : rig.sent) EXPECT_FALSE(message.has_define_hub());
    rig.disk_stalls = false;
    rig.settle();
    EXPECT_EQ(rig.answers.at(id).status, 201);
}

TEST(Control, StateOutlivesTheProcess) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    auto const before = rig.hub();
    rig.restart();
    EXPECT_TRUE(rig.recovered);
    EXPECT_EQ(json::serialize(rig.hub()), json::serialize(before));   // the token works, too
}

TEST(Control, DamagedStateIsNotServed) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    rig.store.meta["m/hub/hub"] = "\xff\xff\xff";
    rig.restart();
    EXPECT_FALSE(rig.recovered);
    EXPECT_EQ(rig.store.meta["m/hub/hub"], "\xff\xff\xff");
}

TEST(Control, UpdateKeepsKeysAndUnknownProperties) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    auto const keys = rig.ask("POST", Rig::hub_path("hub", "/listkeys")).body;
    auto document = rig.hub();
    need_object(document, "properties")["fromTheFuture"] = json::object{{"a", 1}};
    need_object(need_object(need_object(document, "properties"), "eventHubEndpoints"),
                "events")["retentionTimeInDays"] = 3;
    http::Headers headers;
    headers.add("If-Match", "{'IF-MATCH': '" + text(document, "etag") + "'}");
    auto const response =
        rig.ask("PUT", Rig::hub_path("hub"), json::serialize(document), headers);
    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(text(rig.poll(response), "status"), "Succeeded");
    auto const after = rig.hub();
    EXPECT_NE(find(properties(after), "fromTheFuture"), nullptr);
    EXPECT_NE(text(after, "etag"), text(document, "etag"));
    EXPECT_EQ(rig.ask("POST", Rig::hub_path("hub", "/listkeys")).body, keys);

    http::Headers stale;
    stale.add("If-Match", text(document, "etag"));
    auto const refused = rig.ask("PUT", Rig::hub_path("hub"), json::serialize(document), stale);
    EXPECT_EQ(refused.status, 412);
    EXPECT_EQ(refused.headers.find("Retry-After"), nullptr);
}

TEST(Control, FailoverFlipsRolesAndNotTheArmLocation) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    auto const response = rig.fail_over("westcentralus");
    EXPECT_EQ(response.status, 202);
    EXPECT_TRUE(response.body.empty());
    EXPECT_EQ(text(rig.poll(response), "status"), "Succeeded");
    std::string const url = response.headers.find("Location")->substr(17);
    EXPECT_EQ(rig.ask("GET", url).status, 200);
    auto const hub = rig.hub();
    EXPECT_EQ(text(hub, "location"), "westus2");
    EXPECT_EQ(location(hub, 0, "location"), "West Central US");
    EXPECT_EQ(location(hub, 0, "role"), "primary");
    EXPECT_EQ(location(hub, 1, "location"), "West US 2");
    EXPECT_EQ(state(hub), "Active");
}

TEST(Control, FailoverResultSurvivesARestartInTheMiddle) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    rig.regions["westus2"].obeys = false;
    auto const response = rig.fail_over("West Central US");
    EXPECT_EQ(text(rig.poll(response), "status"), "Running");
    EXPECT_EQ(state(rig.hub()), "FailingOver");
    EXPECT_EQ(rig.fail_over("West Central US").status, 409);
    rig.restart();
    // The regions finished meanwhile, and the report was lost on the way.
    rig.move("hub", "westcentralus", "", record::FAILOVER_NONE);
    rig.pass(3s);
    EXPECT_EQ(text(rig.poll(response), "status"), "Succeeded");
    EXPECT_EQ(location(rig.hub(), 0, "location"), "West Central US");
}

TEST(Control, FailoverBecomesForcedWhenTheOwnerIsGone) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    rig.link("westus2", false);
    rig.pass(3s);
    rig.sent.clear();
    auto const response = rig.fail_over("West Central US");
    EXPECT_EQ(text(rig.poll(response), "status"), "Succeeded");
    bool deposed = false, forced = false;
    for (auto const& [site, message] : rig.sent) {
        deposed = deposed || message.has_depose();
        forced = forced || (message.has_failover_order() && message.failover_order().forced());
    }
    EXPECT_TRUE(deposed);
    EXPECT_TRUE(forced);
}

TEST(Control, OwnerLostInTheMiddleOfAPlannedFailover) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    rig.regions["westus2"].obeys = false;
    auto const response = rig.fail_over("West Central US");
    rig.link("westus2", false);
    rig.pass(4s);
    EXPECT_EQ(text(rig.poll(response), "status"), "Succeeded");
}

TEST(Control, AutomaticFailoverIsSeenAndListed) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    rig.link("westus2", false);
    rig.move("hub", "westcentralus", "", record::FAILOVER_AUTOMATIC);
    rig.settle();
    EXPECT_EQ(location(rig.hub(), 0, "location"), "West Central US");
    auto const list = Rig::object(rig.ask("GET", "/tandem/v1/hubs/hub/failovers"));
    ASSERT_EQ(list.at("value").as_array().size(), 1U);
    EXPECT_EQ(text(list.at("value").as_array()[0].as_object(), "failover"), "automatic");
}

TEST(Control, OperationsAreListedNewestFirst) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    rig.pass(1s);
    rig.ask("DELETE", Rig::hub_path("hub"));
    auto const list = Rig::object(rig.ask("GET", "/tandem/v1/operations"));
    auto const& all = list.at("value").as_array();
    ASSERT_GE(all.size(), 2U);
    EXPECT_EQ(text(all[0].as_object(), "kind"), "delete");
    EXPECT_EQ(text(all[1].as_object(), "kind"), "create");
    EXPECT_EQ(text(all[1].as_object(), "hub"), "hub");
}

TEST(Control, DeletedHubIsGoneWhenRegionsForgotIt) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    rig.regions["westcentralus"].obeys = false;
    auto const response = rig.ask("DELETE", Rig::hub_path("hub"));
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(state(rig.hub()), "Deleting");
    rig.regions["westcentralus"].obeys = true;
    rig.link("westcentralus", false);
    rig.link("westcentralus", true);
    EXPECT_EQ(text(rig.poll(response), "status"), "Succeeded");
    EXPECT_EQ(rig.ask("GET", Rig::hub_path("hub")).status, 404);
    EXPECT_EQ(rig.ask("DELETE", Rig::hub_path("hub")).status, 204);
    EXPECT_TRUE(rig.regions["westcentralus"].hubs.empty());
    EXPECT_EQ(rig.create_hub().status, 201);
    EXPECT_EQ(state(rig.hub()), "Active");
}

TEST(Control, GroupDeletionTakesItsHubsAlong) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    auto const response = rig.ask("DELETE", Rig::group_path);
    EXPECT_EQ(response.status, 202);
    rig.pass(1s);
    EXPECT_EQ(rig.ask("GET", response.headers.find("Location")->substr(17)).status, 200);
    EXPECT_EQ(rig.ask("HEAD", Rig::group_path).status, 404);
}

TEST(Control, ConsumerGroupAnswersWhenARegionHasIt) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    std::string const path = Rig::hub_path("hub", "/eventHubEndpoints/events/ConsumerGroups/cg1");
    rig.send("PUT", path, R"({"properties":{"name":"cg1"}})");
    std::uint64_t const id = rig.last_request;
    rig.pass(200ms);
    EXPECT_EQ(rig.answers.at(id).status, 200);
    EXPECT_EQ(rig.ask("GET", path).status, 200);
    auto const list =
        rig.ask("GET", Rig::hub_path("hub", "/eventHubEndpoints/events/ConsumerGroups"));
    EXPECT_NE(list.body.find("%24Default"), std::string::npos);
    EXPECT_EQ(rig.control->hub({"hub"})->definition.initial_settings().consumer_groups_size(), 2);
}

TEST(Control, StatisticsComeFromTheOwner) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    EXPECT_EQ(rig.ask("GET", Rig::hub_path("hub", "/IotHubStats")).body,
              R"({"totalDeviceCount":7,"enabledDeviceCount":5,"disabledDeviceCount":2})");
    rig.link("westus2", false);
    rig.link("westcentralus", false);
    auto const refused = rig.ask("GET", Rig::hub_path("hub", "/IotHubStats"));
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.headers.find("Retry-After"), nullptr);
}

TEST(Control, BootstrapMakesTheDemoHubOnce) {
    Rig rig;
    rig.ready();
    ASSERT_TRUE(rig.control->bootstrap({.subscription = "sub"}, rig.now).ok());
    rig.settle();
    auto const hub = rig.control->hub({"demo"});
    ASSERT_TRUE(hub);
    EXPECT_EQ(hub->state, "Active");
    EXPECT_EQ(hub->definition.host_names(0), "demo.tandem.test");
    EXPECT_EQ(hub->definition.host_names(1), "localhost");
    EXPECT_NE(hub->definition.created_us(), 0) << "the event hub shows it";
    EXPECT_EQ(hub->definition.initial_settings().policies_size(), 5);
    std::string const key = hub->definition.initial_settings().policies(0).primary_key();
    rig.restart();
    ASSERT_TRUE(rig.control->bootstrap({.subscription = "sub"}, rig.now).ok());
    EXPECT_EQ(rig.control->hub({"demo"})->definition.initial_settings().policies(0).primary_key(),
              key);
}

TEST(Control, WitnessVotesOnlyWithADurablePromise) {
    Rig rig;
    peer::Envelope request;
    request.mutable_vote_request()->set_hub("hub");
    request.mutable_vote_request()->set_epoch(3);
    request.mutable_vote_request()->set_ask_id(9);
    rig.disk_stalls = true;
    rig.control->on_message({"westus2"}, request, rig.now);
    rig.settle();
    EXPECT_TRUE(rig.sent.empty());
    rig.disk_stalls = false;
    rig.settle();
    ASSERT_EQ(rig.sent.size(), 1U);
    EXPECT_TRUE(rig.sent[0].second.vote_reply().granted());
    rig.restart();
    rig.control->on_message({"westcentralus"}, request, rig.now);
    rig.settle();
    EXPECT_FALSE(rig.sent[1].second.vote_reply().granted());
    // Who is no region of ours has no say.
    rig.control->on_message({"stranger"}, request, rig.now);
    rig.settle();
    EXPECT_EQ(rig.sent.size(), 2U);
}

TEST(Control, TheDefaultConsumerGroupStaysInWhateverCaseItIsNamed) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    for (char const* name : {"$Default", "$default", "$DEFAULT"}) {
        auto const refused = rig.ask(
            "DELETE",
            Rig::hub_path("hub", std::string{"/eventHubEndpoints/events/ConsumerGroups/"} + name));
        EXPECT_EQ(refused.status, 400) << name;
        EXPECT_EQ(find_string(Rig::object(refused), "code"), "400941") << name;
    }
}

// resources.check_existence_by_id of the SDKs.
TEST(Control, HeadSaysWhetherAHubIsThere) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    auto const there = rig.ask("HEAD", Rig::hub_path("hub"));
    EXPECT_EQ(there.status, 204);
    EXPECT_EQ(there.body, "");
    EXPECT_EQ(rig.ask("HEAD", Rig::hub_path("none")).status, 404);
    EXPECT_EQ(rig.ask("HEAD", "/subscriptions/sub/resourceGroups/other/providers/"
                              "Microsoft.Devices/IotHubs/hub?api-version=2023-06-30")
                  .status,
              404);
}

}  // namespace
}  // namespace tandem::control
