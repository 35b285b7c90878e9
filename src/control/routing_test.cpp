#include "control/routing.hpp"

#include "control/test_rig.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using test::Rig;

struct Routing : testing::Test {
    void SetUp() override {
        rig.ready();
        rig.create_hub();
    }
    http::Response put(std::string const& routing, std::string const& version = "2023-06-30") {
        return rig.ask("PUT", hub(version),
                       R"({"location":"westus2","sku":{"name":"S1"},"properties":{"routing":)" +
                           routing + "}}");
    }
    static std::string hub(std::string const& version) {
        return "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Devices/IotHubs/hub"
               "?api-version=" + version;
    }
    std::string code(std::string const& routing) {
        return find_string(Rig::object(put(routing)), "code").value_or("ok");
    }
    json::object routing(std::string const& version = "2023-06-30") {
        json::object document = Rig::object(rig.ask("GET", hub(version)));
        return need_object(need_object(document, "properties"), "routing");
    }
    std::string test_new(std::string const& condition, std::string const& message = "{}") {
        json::object const route{{"name", "r"},
                                 {"source", "devicemessages"},
                                 {"condition", condition},
                                 {"endpointNames", {"events"}},
                                 {"isEnabled", true}};
        return rig
            .ask("POST", Rig::hub_path("hub", "/routing/routes/$testnew"),
                 "{\"message\":" + message + ",\"route\":" + json::serialize(route) + "}")
            .body;
    }
    Rig rig;
};

constexpr char const* event_hub =
    R"({"name":"eh1","connectionString":"Endpoint=sb://x.example/;SharedAccessKeyName=p;)"
    R"(SharedAccessKey=c2VjcmV0;EntityPath=e"})";

std::string with_endpoint(std::string const& rest) {
    return std::string{R"({"endpoints":{"eventHubs":[)"} + event_hub + "]}" + rest + "}";
}

TEST_F(Routing, TestNewAnswersAsRecorded) {
    EXPECT_EQ(test_new("true"), R"({"result":"true"})");
    EXPECT_EQ(test_new("level = 'a'", R"({"appProperties":{"level":"b"}})"),
              R"({"result":"false"})");
    EXPECT_EQ(test_new("level = 'a'"), R"({"result":"undefined"})");
    EXPECT_EQ(test_new("$body.a > 1 AND $contentType = 'application/json'",
                       R"({"body":"{\"a\":2}","systemProperties":{"contentType":"application/json",
                          "contentEncoding":"UTF-8"}})"),
              R"({"result":"true"})");
    EXPECT_EQ(test_new("$body.a > 1", R"({"body":"{\"a\":2}"})"), R"({"result":"undefined"})");
}

TEST_F(Routing, TestNewSaysWhereAConditionIsWrong) {
    EXPECT_EQ(test_new("level = = 'a'"),
              R"({"result":"undefined","details":{"compilationErrors":[{"message":)"
              R"("Unexpected '='.","severity":"error","location":{"start":{"line":1,"column":9},)"
              R"("end":{"line":1,"column":10}}}]}})");
    EXPECT_EQ(rig.ask("POST", Rig::hub_path("hub", "/routing/routes/$testnew"), "{}").status, 400);
}

TEST_F(Routing, TestAllListsTheRoutesThatMatch) {
    ASSERT_EQ(put(with_endpoint(R"(,"routes":[
        {"name":"hot","source":"DeviceMessages","condition":"level='hot'",
         "endpointNames":["eh1"],"isEnabled":true},
        {"name":"off","source":"DeviceMessages","condition":"true",
         "endpointNames":["events"],"isEnabled":false},
        {"name":"twins","source":"TwinChangeEvents","endpointNames":["events"],
         "isEnabled":true}])"))
                  .status,
              201);
    auto const names = [&](std::string const& body) {
        auto const answer = Rig::object(
            rig.ask("POST", Rig::hub_path("hub", "/routing/routes/$testall"), body));
        std::string all;
        for (auto const& one : answer.at("routes").as_array())
            all += find_string(one.as_object().at("properties").as_object(), "name").value_or("?");
        return all;
    };
    EXPECT_EQ(names(R"({"message":{"appProperties":{"level":"hot"}}})"), "hot");
    EXPECT_EQ(names("{}"), "");
    EXPECT_EQ(names(R"({"routingSource":"twinchangeevents"})"), "twins");
}

TEST_F(Routing, IsCheckedOnPut) {
    EXPECT_EQ(code(with_endpoint("")), "ok");
    EXPECT_EQ(code(R"({"enrichments":[{"key":"k","value":"v","endpointNames":["fake"]}]})"),
              "400131");
    EXPECT_EQ(code(R"({"enrichments":[{"key":"k","value":"v","endpointNames":["events"]}]})"),
              "ok");
    EXPECT_EQ(code(R"({"routes":[{"name":"r","source":"DeviceMessages",
        "endpointNames":["nowhere"]}]})"), "400961");
    EXPECT_EQ(code(R"({"routes":[{"name":"r","source":"Nothing","endpointNames":["events"]}]})"),
              "400961");
    EXPECT_EQ(code(R"({"routes":[{"name":"a b","source":"DeviceMessages",
        "endpointNames":["events"]}]})"), "400961");
    EXPECT_EQ(code(R"({"routes":[{"name":"r","source":"DeviceMessages","condition":"a =",
        "endpointNames":["events"]}]})"), "400962");
    EXPECT_EQ(code(R"({"endpoints":{"eventHubs":[{"name":"events","connectionString":"x"}]}})"),
              "400960");
    EXPECT_EQ(code(R"({"endpoints":{"eventHubs":[{"name":"e"}]}})"), "400960");
    EXPECT_EQ(code(R"({"endpoints":{"storageContainers":[{"name":"s","containerName":"abc"}]}})"),
              "400116");
    EXPECT_EQ(code(R"({"endpoints":{"storageContainers":[{"name":"s","containerName":"A",
        "connectionString":"AccountName=a;AccountKey=b"}]}})"), "400123");
    EXPECT_EQ(code(R"({"endpoints":{"eventHubs":7}})"), "400960");
    EXPECT_EQ(code(R"({"routes":7})"), "400961");
    EXPECT_EQ(code("7"), "400960");
    std::string many;
    for (int i = 0; i < 11; ++i) {
        std::string one = event_hub;
        one.replace(one.find("eh1"), 3, "eh" + std::to_string(i));
        many += (i == 0 ? "" : ",") + one;
    }
    EXPECT_EQ(code(R"({"endpoints":{"eventHubs":[)" + many + "]}}"), "400963");
}

TEST_F(Routing, KeysOfEndpointsAreMaskedAndKeptWhenTheMaskComesBack) {
    ASSERT_EQ(put(with_endpoint("")).status, 201);
    auto const shown = json::serialize(routing());
    EXPECT_EQ(shown.find("c2VjcmV0"), std::string::npos);
    EXPECT_NE(shown.find("SharedAccessKey=****;EntityPath=e"), std::string::npos);
    ASSERT_EQ(put(shown).status, 201);
    EXPECT_NE(rig.store.meta["m/hub/hub"].find("SharedAccessKey=c2VjcmV0"), std::string::npos);
}

// what a Reader sees: keys in other spellings, signatures, kinds nobody knows
TEST_F(Routing, NoSpellingOfAnEndpointsSecretIsShownAndAllComeBack) {
    std::string const sent = R"({"endpoints":{
        "eventHubs":[
          {"name":"a","connectionString":"Endpoint=sb://x/;SharedAccessSignature=)"
          R"(SharedAccessSignature sr=x&sig=hush1&se=1;EntityPath=e"},
          {"name":"b","ConnectionString":"Endpoint=sb://x/;sharedaccesskey = hush2;EntityPath=e"},
          {"name":"c","connectionString":"Endpoint=sb://x/;SharedAccessKey=hush3;)"
          R"(SharedAccessKey=hush4;EntityPath=e","note":"AccountKey=hush5"}],
        "storageContainers":[{"name":"s","containerName":"abc",
          "connectionString":"AccountName=n;accountkey=hush6;SharedAccessSignature=hush7"}],
        "ServiceBusQueues":[{"name":"q","connectionString":"Endpoint=sb://x/;\nAccountKey=hush8"}],
        "cosmosDBSqlContainers":[{"name":"d","endpointUri":"https://c","databaseName":"d",
          "containerName":"n","PrimaryKey":"hush9","secondarykey":"hush9"}],
        "unheardOf":[{"name":"u","connectionString":"hush9","password":"hush9"}]}})";
    ASSERT_EQ(put(sent).status, 201) << put(sent).body;
    auto const kept = [&] {
        record::HubResource hub;
        hub.ParseFromString(rig.store.meta["m/hub/hub"]);
        return stored_object(hub.document()).at("properties").at("routing");
    };
    json::value const before = kept();
    std::string const text = json::serialize(before);
    for (int i = 1; i <= 9; ++i)
        EXPECT_NE(text.find("hush" + std::to_string(i)), std::string::npos) << i;
    std::string const template_path =
        "/subscriptions/sub/resourcegroups/rg/exportTemplate?api-version=2021-04-01";
    EXPECT_EQ(rig.ask("GET", hub("2023-06-30")).body.find("hush"), std::string::npos)
        << json::serialize(routing());
    EXPECT_EQ(rig.ask("POST", template_path, "{}").body.find("hush"), std::string::npos);
    rig.pass(1s);
    ASSERT_EQ(put(json::serialize(routing())).status, 201);
    EXPECT_EQ(kept(), before);
}

TEST_F(Routing, CosmosEndpointsHaveTheNameOfEachVersion) {
    ASSERT_EQ(put(R"({"endpoints":{"cosmosDBSqlCollections":[{"name":"c","endpointUri":"https://c",
        "databaseName":"d","collectionName":"n","primaryKey":"cosmossecret"}]}})",
                  "2022-04-30-preview")
                  .status,
              201);
    auto const newer = json::serialize(routing("2023-06-30"));
    EXPECT_NE(newer.find("cosmosDBSqlContainers"), std::string::npos);
    EXPECT_NE(newer.find(R"("containerName":"n")"), std::string::npos);
    EXPECT_EQ(newer.find("cosmossecret"), std::string::npos);
    auto const older = json::serialize(routing("2022-04-30-preview"));
    EXPECT_NE(older.find(R"("collectionName":"n")"), std::string::npos);
    EXPECT_EQ(json::serialize(routing("2021-07-02")).find("cosmos"), std::string::npos);
}

TEST_F(Routing, HealthOfCustomEndpointsIsUnknown) {
    auto const health = [&] {
        return rig.ask("GET", Rig::hub_path("hub", "/routingEndpointsHealth")).body;
    };
    EXPECT_EQ(health(), R"({"value":[]})");
    put(with_endpoint(""));
    EXPECT_EQ(health(), R"({"value":[{"endpointId":"eh1","healthStatus":"unknown"}]})");
}

// A client of 2021-07-02 reads, changes and sends back what it has seen: no Cosmos DB.
TEST_F(Routing, WhatAVersionDoesNotShowSurvivesItsPut) {
    ASSERT_EQ(put(R"({"endpoints":{"cosmosDBSqlContainers":[{"name":"c","endpointUri":"https://c",
        "databaseName":"d","containerName":"n","primaryKey":"cosmossecret"}]},
        "routes":[{"name":"r","source":"DeviceMessages","endpointNames":["c"],
        "isEnabled":true}]})")
                  .status,
              201);
    auto const seen = json::serialize(routing("2021-07-02"));
    EXPECT_EQ(put(seen, "2021-07-02").status, 201);
    auto const kept = json::serialize(routing());
    EXPECT_NE(kept.find(R"("containerName":"n")"), std::string::npos);
    EXPECT_NE(rig.store.meta["m/hub/hub"].find("cosmossecret"), std::string::npos);
    EXPECT_EQ(put(R"({"routes":[]})", "2021-07-02").status, 201);
    EXPECT_NE(json::serialize(routing()).find(R"("containerName":"n")"), std::string::npos);
    EXPECT_EQ(put("null", "2021-07-02").status, 201);
    EXPECT_NE(json::serialize(routing()).find(R"("containerName":"n")"), std::string::npos);
    // Who sees them takes them away.
    EXPECT_EQ(put(R"({"routes":[]})").status, 201);
    EXPECT_EQ(json::serialize(routing()).find(R"("containerName":"n")"), std::string::npos);
}

}  // namespace
}  // namespace tandem::control
