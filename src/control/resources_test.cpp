#include "control/resource_filter.hpp"

#include "control/region_presets.hpp"
#include "control/test_rig.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace tandem::control {
namespace {

using test::Rig;

std::size_t count(Rig& rig, std::string const& filter) {
    auto const answer = rig.ask(
        "GET", "/subscriptions/sub/resources?api-version=2021-04-01&$filter=" + filter);
    return answer.status == 200 ? Rig::object(answer).at("value").as_array().size() : 999;
}

std::string text_of_status(Rig& rig, http::Response const& response) {
    return find_string(rig.poll(response), "status").value_or("");
}

TEST(Resources, AreListedByFilter) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    rig.ask("PUT", Rig::hub_path("tagged"),
            R"({"location":"westus2","sku":{"name":"S1"},"tags":{"env":"prod"}})");
    EXPECT_EQ(count(rig, ""), 2U);
    EXPECT_EQ(count(rig, "resourceGroup eq 'RG'"), 2U);
    EXPECT_EQ(count(rig, "resourceGroup eq 'other'"), 0U);
    EXPECT_EQ(count(rig, "resourceType eq 'microsoft.devices/iothubs' and name eq 'hub'"), 1U);
    EXPECT_EQ(count(rig, "resourceType ne 'Microsoft.Devices/IotHubs'"), 0U);
    EXPECT_EQ(count(rig, "substringof('tag', name)"), 1U);
    EXPECT_EQ(count(rig, "tagName eq 'env' and tagValue eq 'prod'"), 1U);
    EXPECT_EQ(count(rig, "tagName eq 'env' and tagValue eq 'test'"), 0U);
    EXPECT_EQ(count(rig, "location eq 'westus2'"), 2U);
    EXPECT_EQ(count(rig, "name eq 'it''s'"), 0U);
    for (char const* wrong : {"name", "name eq", "name eq 'a", "name like 'a'", "other eq 'a'",
                              "name eq 'a' or name eq 'b'", "substringof('a' name)"})
        EXPECT_EQ(count(rig, wrong), 999U) << wrong;
    std::string deep;
    for (int i = 0; i < 100; ++i) deep += (i ? " and " : "") + std::string{"name eq 'a'"};
    EXPECT_EQ(count(rig, deep), 999U);
}

/// Asks for the list and everything that its nextLinks lead to; the names, and after each page "|".
std::string pages_of(Rig& rig, std::string const& target) {
    std::string names;
    std::string next = target;
    for (int pages = 0; !next.empty() && pages < 100; ++pages) {
        auto const answer = rig.ask("GET", next);
        if (answer.status != 200) return names + std::to_string(answer.status);
        auto const object = Rig::object(answer);
        for (auto const& one : object.at("value").as_array())
            names += find_string(one.as_object(), "name").value_or("?") + " ";
        names += "|";
        next = find_string(object, "nextLink").value_or("");
        if (next.empty()) break;
        EXPECT_TRUE(next.starts_with("https://host:8443/")) << next;
        next.erase(0, std::string{"https://host:8443"}.size());
        if (auto const at = next.find("%24"); at != next.npos) next.replace(at, 3, "$");
    }
    return names;
}

struct Groups : testing::Test {
    void SetUp() override {
        rig.ready();
        make("a", R"({"env":"test"})");
        make("b", R"({"env":"prod","team":"test"})");
        make("c", "{}");
    }
    void make(std::string const& name, std::string const& tags) {
        rig.ask("PUT", "/subscriptions/sub/resourcegroups/" + name + "?api-version=2021-04-01",
                R"({"location":"westus2","tags":)" + tags + "}");
    }
    std::string list(std::string const& query) {
        return pages_of(rig,
                        "/subscriptions/sub/resourcegroups?api-version=2021-04-01" + query);
    }
    Rig rig;
};

// az deletes what it has listed so: a filter that is not understood must not list everything.
TEST_F(Groups, AreListedByTheirTags) {
    EXPECT_EQ(list(""), "a b c rg |");
    EXPECT_EQ(list("&$filter="), "a b c rg |");
    EXPECT_EQ(list("&$filter=tagName eq 'ENV'"), "a b |");
    EXPECT_EQ(list("&$filter=tagName eq 'env' and tagValue eq 'test'"), "a |");
    EXPECT_EQ(list("&$filter=tagname eq 'env' and tagvalue eq 'none'"), "|");
    EXPECT_EQ(list("&$filter=tagName eq 'env' and tagName eq 'team'"), "|");
    for (char const* wrong :
         {"garbage", "tagName", "tagName eq env", "name eq 'a'", "location eq 'westus2'",
          "tagName ne 'env'", "substringof('e', tagName)",
          "tagName eq 'env' or tagName eq 'team'"})
        EXPECT_EQ(list(std::string{"&$filter="} + wrong), "400") << wrong;
}

TEST_F(Groups, TopIsTheSizeOfAPage) {
    EXPECT_EQ(list("&$top=3"), "a b c |rg |");
    EXPECT_EQ(list("&$top=1"), "a |b |c |rg |");
    EXPECT_EQ(list("&$top=4"), "a b c rg |");
    EXPECT_EQ(list("&$top=1&$filter=tagName eq 'env'"), "a |b |");
    for (char const* wrong : {"0", "-1", "x", "1.5", "", "1001", "99999999999999999999"})
        EXPECT_EQ(list(std::string{"&$top="} + wrong), "400") << wrong;
    for (char const* wrong : {"", "x", "zz", "7"})
        EXPECT_EQ(list(std::string{"&$skiptoken="} + wrong), "400") << wrong;
}

TEST(Resources, TopIsTheSizeOfAPage) {
    Rig rig;
    rig.ready();
    for (char const* name : {"one", "two", "three"}) rig.create_hub(name);
    std::string const all = "/subscriptions/sub/resources?api-version=2021-04-01";
    EXPECT_EQ(pages_of(rig, all), "one three two |");
    EXPECT_EQ(pages_of(rig, all + "&$top=1"), "one |three |two |");
    EXPECT_EQ(pages_of(rig, all + "&$top=-1"), "400");
    std::string const filtered =
        "/subscriptions/sub/resourcegroups/rg/resources?$top=1&$filter=substringof('t', name)"
        "&api-version=2021-04-01";
    EXPECT_EQ(pages_of(rig, filtered), "three |two |");
}

// Ten documents of 200 KB: each page is one that any client takes.
TEST(Resources, HubsComeInPagesThatAreNotTooLarge) {
    Rig rig;
    rig.ready();
    std::string expected;
    for (int i = 0; i < 10; ++i) {
        std::string const name = "hub" + std::to_string(i);
        auto const made = rig.ask("PUT", Rig::hub_path(name),
                                  R"({"location":"westus2","sku":{"name":"S1"},
                                      "properties":{"future":")" +
                                      std::string(200'000, 'x') + "\"}}");
        ASSERT_EQ(made.status, 201) << made.body.substr(0, 200);
        expected += name + " ";
    }
    for (char const* where :
         {"/subscriptions/sub/providers/Microsoft.Devices/IotHubs?api-version=2023-06-30",
          "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Devices/IotHubs"
          "?api-version=2023-06-30"}) {
        auto names = pages_of(rig, where);
        EXPECT_EQ(std::count(names.begin(), names.end(), '|'), 2) << names;
        std::erase(names, '|');
        EXPECT_EQ(names, expected);
        EXPECT_LT(rig.ask("GET", where).body.size(), 1'400'000U);
    }
}

TEST(Resources, GroupsAreExportedWithoutSecrets) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    auto const answer = rig.ask(
        "POST", "/subscriptions/sub/resourcegroups/rg/exportTemplate?api-version=2021-04-01",
        R"({"resources":["*"]})");
    ASSERT_EQ(answer.status, 200);
    auto const object = Rig::object(answer);
    auto const& resources = object.at("template").as_object().at("resources").as_array();
    ASSERT_EQ(resources.size(), 1U);
    EXPECT_EQ(find_string(resources[0].as_object(), "type"), "Microsoft.Devices/IotHubs");
    EXPECT_EQ(answer.body.find("primaryKey"), std::string::npos);
    EXPECT_EQ(answer.body.find("provisioningState"), std::string::npos);
}

TEST(Resources, ProvidersAndLocationsAreThereForClients) {
    Rig rig;
    rig.ready();
    std::string const version = "?api-version=2021-04-01";
    EXPECT_EQ(rig.ask("GET", "/providers/microsoft.devices" + version).status, 200);
    EXPECT_EQ(rig.ask("GET", "/providers/Contoso.None" + version).status, 404);
    auto const registered =
        rig.ask("POST", "/subscriptions/sub/providers/Microsoft.Devices/register" + version);
    EXPECT_EQ(find_string(Rig::object(registered), "registrationState"), "Registered");
    EXPECT_EQ(
        rig.ask("POST", "/subscriptions/sub/providers/Microsoft.Devices/unregister" + version)
            .status,
        409);
    auto const locations = rig.ask("GET", "/subscriptions/sub/locations" + version);
    EXPECT_NE(locations.body.find(R"("geographyGroup":"United States")"), std::string::npos);
    EXPECT_NE(locations.body.find(R"("physicalLocation":"Washington")"), std::string::npos);
}

TEST(Resources, NameIsTakenWhileAHubComesAndGoes) {
    Rig rig;
    rig.token = rig.sign_in();
    rig.ask("PUT", Rig::group_path, R"({"location":"westus2"})");
    rig.create_hub();
    auto const reason = [&] {
        auto const answer = rig.ask(
            "POST",
            "/subscriptions/sub/providers/Microsoft.Devices/checkNameAvailability"
            "?api-version=2023-06-30",
            R"({"name":"hub"})");
        return find_string(Rig::object(answer), "reason").value_or("");
    };
    EXPECT_EQ(reason(), "AlreadyExists");       // Activating
    rig.link("westus2", true);
    rig.regions["westus2"].obeys = false;
    rig.ask("DELETE", Rig::hub_path("hub"));
    EXPECT_EQ(reason(), "AlreadyExists");       // Deleting
}

TEST(RegionPresets, PairsNeedNotBeMutual) {
    ASSERT_NE(region_preset("West US 3"), nullptr);
    EXPECT_STREQ(region_preset("westus3")->paired, "eastus");
    EXPECT_STREQ(region_preset("eastus")->paired, "westus");
    EXPECT_STREQ(region_preset("polandcentral")->paired, "");
    EXPECT_EQ(region_preset("nowhere"), nullptr);
}

/// West US 3 fails over to East US, whose own pair is West US: failing back goes home.
TEST(RegionPresets, AnAsymmetricPairFailsBackHome) {
    auto wanted = test::options();
    wanted.regions = {{{"westus2"}, "West US 3", RegionName{"westcentralus"}},
                      {{"westcentralus"}, "East US", RegionName{"elsewhere"}},
                      {{"elsewhere"}, "West US", std::nullopt}};
    wanted.failover = {.minimum_interval = Duration{0}, .failovers_per_day = 0,
                       .failbacks_per_day = 0};
    Rig rig{wanted};
    rig.ready();
    rig.create_hub();
    EXPECT_EQ(rig.fail_over("West US").status, 400);
    auto const begun = rig.fail_over("East US");
    EXPECT_EQ(text_of_status(rig, begun), "Succeeded") << begun.status << begun.body;
    auto const away = rig.fail_over("West US");
    EXPECT_EQ(away.status, 400);
    EXPECT_NE(away.body.find("West US 3"), std::string::npos);
    EXPECT_EQ(text_of_status(rig, rig.fail_over("West US 3")), "Succeeded");
    auto const hub = rig.hub();
    EXPECT_EQ(json::serialize(hub.at("properties").as_object().at("locations")),
              R"([{"location":"West US 3","role":"primary"},)"
              R"({"location":"East US","role":"secondary"}])");
}

TEST(RegionPresets, AHubWithoutAPairSaysSo) {
    Rig rig;
    rig.ready();
    rig.ask("PUT", Rig::hub_path("alone"), R"({"location":"lonely","sku":{"name":"S1"}})");
    auto const refused = rig.fail_over("West US 2", "alone");
    EXPECT_EQ(refused.status, 400);
    auto const body = Rig::object(refused);
    EXPECT_EQ(find_string(body, "code"), "400901");
    EXPECT_NE(refused.body.find("has no paired region"), std::string::npos);
    EXPECT_EQ(refused.headers.find("Retry-After"), nullptr);
}

TEST(Failover, ThatFailsWithNobodyServingIsShownUntilSomebodyDoes) {
    Rig rig;
    rig.ready();
    rig.create_hub();
    rig.regions["westus2"].obeys = rig.regions["westcentralus"].obeys = false;
    auto const response = rig.fail_over("West Central US");
    rig.link("westus2", false);
    rig.pass(70s);
    EXPECT_EQ(text_of_status(rig, response), "Failed");
    auto const properties = [&] {
        return rig.hub().at("properties").as_object();
    };
    EXPECT_EQ(find_string(properties(), "state"), "FailoverFailed");
    EXPECT_EQ(find_string(properties(), "provisioningState"), "Failed");
    rig.link("westus2", true);
    rig.pass(1s);
    EXPECT_EQ(find_string(properties(), "state"), "Active");
}

}  // namespace
}  // namespace tandem::control
