#include "control/hub_settings.hpp"

#include "control/test_rig.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

using test::Rig;

std::string document(std::string const& properties, std::string const& sku = "S1") {
    return R"({"location":"westus2","sku":{"name":")" + sku + R"("},"properties":)" + properties +
           "}";
}

struct HubSettings : testing::Test {
    void SetUp() override { rig.ready(); }
    std::string code(std::string const& properties) {
        auto const answer = rig.ask("PUT", Rig::hub_path("hub"), document(properties));
        rig.pass(400ms);
        return answer.status == 201 ? "ok"
                                    : find_string(Rig::object(answer), "code").value_or("?");
    }
    json::object properties(std::string const& version) {
        json::object hub = Rig::object(rig.ask(
            "GET", "/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Devices/IotHubs/hub"
                   "?api-version=" + version));
        return need_object(hub, "properties");
    }
    Rig rig;
};

TEST_F(HubSettings, Durations) {
    EXPECT_EQ(parse_duration("PT1H"), 1h);
    EXPECT_EQ(parse_duration("P1DT5H"), 29h);
    EXPECT_EQ(parse_duration("PT1M30S"), 90s);
    for (char const* text : {"", "P", "PT", "1H", "PT1", "PTH", "P1H", "PT1D", "PT1S1H", "PT-1S",
                             "PT1H1H", "PT99999999999H", "PT1.5S"})
        EXPECT_FALSE(parse_duration(text)) << text;
}

TEST_F(HubSettings, MasksAreWhatRegionsCanApply) {
    auto const with = [this](std::string const& mask) {
        return code(R"({"ipFilterRules":[{"filterName":"a","action":"Reject","ipMask":")" + mask +
                    "\"}]}");
    };
    for (char const* mask : {"", "10.0.0", "10.0.0.256", "10.0.0.1/33", "10.0.0.1/", "::1::2",
                             "::1/129", "10.0.0.1 ", "::ffff:10.0.0.0/95"})
        EXPECT_EQ(with(mask), "400981") << mask;
    EXPECT_EQ(with("::ffff:127.0.0.1/128"), "ok") << "an IPv4 address inside IPv6";
}

TEST_F(HubSettings, NonsenseIsRefused) {
    for (char const* properties :
         {R"({"publicNetworkAccess":"Maybe"})", R"({"disableLocalAuth":"yes"})",
          R"({"networkRuleSets":{"ipRules":[{"ipMask":"1.1.1.1"}]}})",
          R"({"networkRuleSets":[]})", R"({"ipFilterRules":[{"filterName":"a","action":"Drop",
             "ipMask":"1.1.1.1"}]})",
          R"({"cloudToDevice":{"maxDeliveryCount":101}})",
          R"({"cloudToDevice":{"defaultTtlAsIso8601":"P3D"}})",
          R"({"messagingEndpoints":{"fileNotifications":{"lockDurationAsIso8601":"PT1S"}}})",
          R"({"storageEndpoints":{"$default":{"sasTtlAsIso8601":"1 hour"}}})",
          R"({"allowedFqdnList":["a b"]})", R"({"allowedFqdnList":"a"})", R"({"comments":5})",
          R"({"rootCertificate":{"enableRootCertificateV2":"x"}})", R"({"ipVersion":"ipv5"})"})
        EXPECT_EQ(code(properties), "400980") << properties;
    EXPECT_EQ(code(R"({"ipFilterRules":[{"filterName":"a","action":"Accept","ipMask":"x"}]})"),
              "400981");
    EXPECT_EQ(code(R"({"storageEndpoints":{"$default":{"connectionString":"x"}}})"), "400116");
    EXPECT_EQ(code(R"({"storageEndpoints":{"$default":
        {"connectionString":"AccountName=a;AccountKey=b"}}})"), "400123");
    EXPECT_EQ(rig.ask("GET", Rig::hub_path("hub")).status, 404);
}

TEST_F(HubSettings, AreKeptAndShownAsEachVersionHasThem) {
    ASSERT_EQ(code(R"({"publicNetworkAccess":"disabled","disableDeviceSAS":true,
        "minTlsVersion":"1.2","allowedFqdnList":["a.example"],"comments":"mine",
        "networkRuleSets":{"defaultAction":"deny","ipRules":[{"filterName":"home",
          "ipMask":"10.0.0.0/8"}]},"encryption":{"keySource":"k"},"ipVersion":"ipv4",
        "rootCertificate":{"enableRootCertificateV2":true},"restrictOutboundNetworkAccess":true,
        "storageEndpoints":{"$default":{"connectionString":"AccountName=a;AccountKey=secretb",
          "containerName":"c","sasTtlAsIso8601":"PT2H"}},"future":{"x":[1]}})"),
              "ok");
    auto const stable = properties("2023-06-30");
    EXPECT_EQ(find_string(stable, "publicNetworkAccess"), "Disabled");
    EXPECT_EQ(json::serialize(stable.at("networkRuleSets")),
              R"({"defaultAction":"Deny","ipRules":[{"filterName":"home","ipMask":"10.0.0.0/8",)"
              R"("action":"Allow"}],"applyToBuiltInEventHubEndpoint":false})");
    for (char const* preview_only : {"encryption", "rootCertificate", "ipVersion"})
        EXPECT_FALSE(stable.contains(preview_only)) << preview_only;
    EXPECT_TRUE(stable.contains("future"));
    EXPECT_EQ(json::serialize(stable).find("secretb"), std::string::npos);
    auto const preview = properties("2023-06-30-preview");
    for (char const* name : {"encryption", "rootCertificate", "ipVersion"})
        EXPECT_TRUE(preview.contains(name)) << name;
    EXPECT_TRUE(preview.at("rootCertificate").as_object().contains("lastUpdatedTimeUtc"));
    EXPECT_TRUE(properties("2019-07-01-preview").contains("deviceStreams"));
    // What was read goes back as it came: nothing is lost.
    EXPECT_EQ(code(json::serialize(stable)), "ok");
    EXPECT_NE(rig.store.meta["m/hub/hub"].find("AccountKey=secretb"), std::string::npos);
    EXPECT_TRUE(properties("2022-04-30-preview").contains("encryption"));
}

TEST_F(HubSettings, TiersChangeAsAzureAllows) {
    auto const put = [&](std::string const& name, std::string const& sku) {
        auto const answer = rig.ask("PUT", Rig::hub_path(name), document("{}", sku));
        rig.pass(400ms);
        return answer.status == 201 ? "ok"
                                    : find_string(Rig::object(answer), "code").value_or("?");
    };
    auto const skus = [&](std::string const& name) {
        auto const answer = Rig::object(rig.ask("GET", Rig::hub_path(name, "/skus")));
        std::string all;
        for (auto const& one : answer.at("value").as_array())
            all += find_string(one.as_object().at("sku").as_object(), "name").value_or("") + " ";
        return all;
    };
    EXPECT_EQ(put("basic", "B1"), "ok");
    EXPECT_EQ(skus("basic"), "S1 S2 S3 B1 B2 B3 ");
    EXPECT_EQ(put("basic", "S2"), "ok");
    EXPECT_EQ(put("basic", "B2"), "400914");
    EXPECT_EQ(skus("basic"), "S1 S2 S3 ");
    EXPECT_EQ(put("basic", "F1"), "400914");
    EXPECT_EQ(put("free", "F1"), "ok");
    EXPECT_EQ(put("free", "S1"), "400914");
    EXPECT_EQ(skus("free"), "F1 ");
    EXPECT_EQ(put("second-free", "F1"), "403903");
    auto const usages = rig.ask(
        "GET", "/subscriptions/sub/providers/Microsoft.Devices/usages?api-version=2023-06-30");
    EXPECT_NE(usages.body.find(R"("currentValue":1,"limit":1,"name")"), std::string::npos);
    auto const quota = rig.ask("GET", Rig::hub_path("free", "/quotaMetrics"));
    EXPECT_NE(quota.body.find(R"("maxValue":500)"), std::string::npos);
}

TEST_F(HubSettings, IdentitiesGetTheirIds) {
    auto const made = rig.ask("PUT", Rig::hub_path("hub"), R"({"location":"westus2",
        "sku":{"name":"S1"},"identity":{"type":"systemassigned,userassigned",
        "userAssignedIdentities":{"/u/1":{}}}})");
    ASSERT_EQ(made.status, 201) << made.body;
    auto const hub = rig.hub();
    auto const& identity = hub.at("identity").as_object();
    EXPECT_EQ(find_string(identity, "type"), "SystemAssigned, UserAssigned");
    EXPECT_EQ(find_string(identity, "principalId").value_or("").size(), 36U);
    EXPECT_EQ(find_string(identity.at("userAssignedIdentities").at("/u/1").as_object(), "clientId")
                  .value_or("").size(), 36U);
    EXPECT_EQ(rig.ask("PUT", Rig::hub_path("other"), R"({"location":"westus2",
        "sku":{"name":"S1"},"identity":{"type":"Both"}})").status, 400);
}

TEST_F(HubSettings, TagsAreBounded) {
    json::object tags;
    for (int i = 0; i < 51; ++i) tags["t" + std::to_string(i)] = "v";
    auto const refused = [&](json::object const& wanted) {
        return rig.ask("PUT", Rig::hub_path("hub"),
                       json::serialize(json::object{{"location", "westus2"},
                                                    {"sku", json::object{{"name", "S1"}}},
                                                    {"tags", wanted}}))
            .status;
    };
    EXPECT_EQ(refused(tags), 400);
    EXPECT_EQ(refused({{"a", 1}}), 400);
    EXPECT_EQ(refused({{"a", std::string(257, 'x')}}), 400);
    EXPECT_EQ(refused({{"a", "b"}}), 201);
    EXPECT_EQ(rig.ask("PATCH", Rig::hub_path("hub"), R"({"tags":{"c":"d"}})").status, 200);
    EXPECT_EQ(json::serialize(rig.hub().at("tags")), R"({"c":"d"})");
    EXPECT_EQ(rig.ask("PATCH", Rig::hub_path("hub"), R"({"tags":{"c":5}})").status, 400);
}

TEST_F(HubSettings, DataResidencyMeansNoPair) {
    ASSERT_EQ(code(R"({"enableDataResidency":true})"), "ok");
    EXPECT_EQ(properties("2023-06-30").at("locations").as_array().size(), 1U);
    auto const refused = rig.fail_over("West Central US");
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(find_string(Rig::object(refused), "code"), "400901");
    EXPECT_EQ(code(R"({"enableDataResidency":false})"), "400915");
}

}  // namespace
}  // namespace tandem::control
