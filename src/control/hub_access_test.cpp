#include "control/hub_access.hpp"

#include <gtest/gtest.h>

#include <string>

namespace tandem::control {
namespace {

record::HubSettings settings_of(std::string const& text) {
    record::HubSettings settings;
    apply_document(stored_object(text), settings);
    return settings;
}
int refusal(std::string const& properties) {
    auto const refused = check_access(stored_object(properties));
    return refused ? refused->number : 0;
}

TEST(HubAccess, TiersHaveAzuresNumbers) {
    auto const free = settings_of(R"({"sku":{"name":"F1","capacity":1}})");
    EXPECT_EQ(free.messages_a_day(), 8'000U);
    EXPECT_EQ(free.message_unit_bytes(), 512U);
    EXPECT_EQ(free.devices_max(), 500U);
    auto const standard = settings_of(R"({"sku":{"name":"S1","capacity":3}})");
    EXPECT_EQ(standard.messages_a_day(), 1'200'000U);
    EXPECT_EQ(standard.message_unit_bytes(), 4096U);
    EXPECT_EQ(standard.devices_max(), 1'000'000U);
    EXPECT_EQ(settings_of(R"({"sku":{"name":"B2","capacity":2}})").messages_a_day(), 12'000'000U);
    EXPECT_EQ(settings_of(R"({"sku":{"name":"S3","capacity":1}})").messages_a_day(), 300'000'000U);
}

TEST(HubAccess, UnlimitedLiftsTheTiersLimits) {
    auto const settings = settings_of(
        R"({"sku":{"name":"F1","capacity":1},"properties":{"tandem":{"unlimited":true}}})");
    EXPECT_EQ(settings.messages_a_day(), 0U);
    EXPECT_EQ(settings.devices_max(), 0U);
}

TEST(HubAccess, RulesReachTheRegionsInTheirOrder) {
    auto const network = settings_of(R"({"properties":{"publicNetworkAccess":"disabled",
        "ipFilterRules":[{"filterName":"a","action":"Accept","ipMask":"10.0.0.0/8"},
                         {"filterName":"b","action":"reject","ipMask":"0.0.0.0/0"}],
        "networkRuleSets":{"defaultAction":"Deny","applyToBuiltInEventHubEndpoint":true,
            "ipRules":[{"filterName":"c","action":"Allow","ipMask":"2001:db8::/32"}]}}})")
                             .network();
    EXPECT_TRUE(network.public_access_disabled());
    ASSERT_EQ(network.filter_size(), 2);
    EXPECT_TRUE(network.filter(0).allow());
    EXPECT_FALSE(network.filter(1).allow());
    EXPECT_TRUE(network.rule_set() && network.rule_set_denies() && network.rule_set_for_events());
    ASSERT_EQ(network.rule_set_rules_size(), 1);
    EXPECT_EQ(network.rule_set_rules(0).mask(), "2001:db8::/32");
}

TEST(HubAccess, NothingSaidIsNoRule) {
    auto const settings = settings_of(R"({"properties":{"ipFilterRules":[]}})");
    EXPECT_FALSE(settings.has_network());
    EXPECT_FALSE(settings.disable_local_auth());
    EXPECT_EQ(settings.min_tls(), 0U);
}

TEST(HubAccess, WaysToSignInAreClosedAsAsked) {
    auto const settings = settings_of(R"({"properties":{"disableLocalAuth":true,
        "disableDeviceSAS":true,"disableModuleSAS":true,"minTlsVersion":"1.2"}})");
    EXPECT_TRUE(settings.disable_local_auth());
    EXPECT_TRUE(settings.disable_device_sas());
    EXPECT_TRUE(settings.disable_module_sas());
    EXPECT_EQ(settings.min_tls(), 12U);
}

TEST(HubAccess, RulesThatNobodyCouldApplyAreRefused) {
    EXPECT_EQ(refusal(R"({})"), 0);
    for (char const* text :
         {R"({"ipFilterRules":{}})", R"({"ipFilterRules":["10.0.0.0/8"]})",
          R"({"ipFilterRules":[{"filterName":"a","action":"Accept","ipMask":"10.0.0.0/33"}]})",
          R"({"ipFilterRules":[{"filterName":"a","action":"Maybe","ipMask":"10.0.0.0/8"}]})",
          R"({"ipFilterRules":[{"action":"Accept","ipMask":"10.0.0.0/8"}]})",
          R"({"networkRuleSets":[]})", R"({"networkRuleSets":{"defaultAction":"Perhaps"}})",
          R"({"networkRuleSets":{"defaultAction":"Deny","ipRules":[{"filterName":"a",
              "action":"Reject","ipMask":"10.0.0.0/8"}]}})",
          R"({"publicNetworkAccess":"Sometimes"})", R"({"disableLocalAuth":"yes"})"})
        EXPECT_EQ(refusal(text), 400916) << text;
    std::string many = R"({"ipFilterRules":[)";
    for (int i = 0; i < 101; ++i)
        many += std::string{i == 0 ? "" : ","} +
                R"({"filterName":"a","action":"Accept","ipMask":"10.0.0.1"})";
    EXPECT_EQ(refusal(many + "]}"), 400916);
}

TEST(HubAccess, TakesAnIpv4AddressInsideIpv6AsAMask) {
    for (char const* mask : {"::ffff:127.0.0.1/128", "::ffff:127.0.0.1", "::FFFF:10.0.0.0/104"})
        EXPECT_EQ(refusal(std::string{R"({"ipFilterRules":[{"filterName":"a","action":"Reject",)"} +
                          "\"ipMask\":\"" + mask + "\"}]}"),
                  0)
            << mask;
}

}  // namespace
}  // namespace tandem::control
