#include "control/policies.hpp"

#include "control/test_rig.hpp"

#include <gtest/gtest.h>

namespace tandem::control {
namespace {

TEST(Policies, DefaultsAreAzures) {
    test::SeededRandom random;
    auto const policies = default_policies(random);
    ASSERT_EQ(policies.size(), 5U);
    EXPECT_EQ(rights_text(policies[0].rights()), "RegistryWrite, ServiceConnect, DeviceConnect");
    EXPECT_EQ(policies[3].name(), "registryRead");
    EXPECT_NE(policies[0].primary_key(), policies[0].secondary_key());
    EXPECT_EQ(policies[0].primary_key().size(), 44U);
}

TEST(Policies, RightsAreReadInAnyOrderAndCase) {
    EXPECT_EQ(rights_text(*read_rights("deviceconnect,RegistryRead")),
              "RegistryRead, DeviceConnect");
    for (char const* text : {"", ",", "Everything", "RegistryRead, ,DeviceConnect"})
        EXPECT_FALSE(read_rights(text)) << text;
}

// bad-inputs 36: empty, short and malformed keys are not taken for keys
TEST(Policies, BadKeysAreRefused) {
    test::SeededRandom random;
    for (char const* key : {"short", "====", "AAAAAAAAAAAAAAAAAAAAAA=A", "not base64 at all !!!!!!",
                            "AAAAAAAAAAAAAAAAAAAAAAAA="}) {
        std::vector<record::Policy> policies;
        json::array const sent{json::object{
            {"keyName", "p"}, {"rights", "DeviceConnect"}, {"primaryKey", key}}};
        EXPECT_TRUE(read_policies(sent, {}, random, policies)) << key;
    }
}

TEST(Policies, MissingKeysAreKeptOrMade) {
    test::SeededRandom random;
    record::HubSettings before;
    *before.add_policies() = default_policies(random)[0];
    std::vector<record::Policy> policies;
    json::array const sent{json::object{{"keyName", "iothubowner"}, {"rights", "DeviceConnect"}},
                           json::object{{"keyName", "new"}, {"rights", "ServiceConnect"}}};
    ASSERT_FALSE(read_policies(sent, before, random, policies));
    EXPECT_EQ(policies[0].primary_key(), before.policies(0).primary_key());
    EXPECT_EQ(policies[1].primary_key().size(), 44U);
}

}  // namespace
}  // namespace tandem::control
