#include "hub/admission.hpp"

#include <gtest/gtest.h>

namespace tandem::hub {
namespace {

constexpr Door hub_door = Door::devices_and_services;

Client from(char const* address, unsigned tls = 13) { return {parse_ip(address), tls}; }

record::HubSettings filtered(std::initializer_list<std::pair<bool, char const*>> rules) {
    record::HubSettings settings;
    for (auto const& [allow, mask] : rules) {
        auto& rule = *settings.mutable_network()->add_filter();
        rule.set_allow(allow);
        rule.set_mask(mask);
    }
    return settings;
}
record::HubSettings with_rule_set(bool denies, bool events, char const* mask) {
    record::HubSettings settings;
    auto& network = *settings.mutable_network();
    network.set_rule_set(true);
    network.set_rule_set_denies(denies);
    network.set_rule_set_for_events(events);
    auto& rule = *network.add_rule_set_rules();
    rule.set_allow(true);
    rule.set_mask(mask);
    return settings;
}

TEST(Admission, WithoutRulesEverybodyIsIn) {
    EXPECT_TRUE(Admission{}.admits(Client{}, hub_door));
    EXPECT_TRUE(Admission{record::HubSettings{}}.admits(Client{}, Door::events));
}

TEST(Admission, TheFirstFilterRuleThatMatchesDecides) {
    Admission const admission{filtered(
        {{true, "10.1.0.0/16"}, {false, "10.0.0.0/8"}, {false, "::/0"}})};
    EXPECT_TRUE(admission.admits(from("10.1.2.3"), hub_door));
    EXPECT_FALSE(admission.admits(from("10.2.0.1"), hub_door));
    EXPECT_TRUE(admission.admits(from("192.0.2.1"), hub_door)) << "no rule speaks of it";
    EXPECT_FALSE(admission.admits(from("2001:db8::1"), hub_door));
    EXPECT_TRUE(admission.admits(from("10.2.0.1"), Door::events)) << "the filter is the hub's own";
}

TEST(Admission, TheRuleSetHasADefaultAndMayGuardTheEventsToo) {
    Admission const closed{with_rule_set(true, true, "192.0.2.0/24")};
    EXPECT_TRUE(closed.admits(from("192.0.2.9"), hub_door));
    EXPECT_FALSE(closed.admits(from("192.0.3.9"), hub_door));
    EXPECT_FALSE(closed.admits(from("192.0.3.9"), Door::events));
    Admission const only_hub{with_rule_set(true, false, "192.0.2.0/24")};
    EXPECT_TRUE(only_hub.admits(from("192.0.3.9"), Door::events));
    EXPECT_FALSE(only_hub.admits(from("192.0.3.9"), hub_door));
    Admission const open{with_rule_set(false, true, "192.0.2.0/24")};
    EXPECT_TRUE(open.admits(from("192.0.3.9"), hub_door));
}

TEST(Admission, WithPublicAccessDisabledNobodyIsIn) {
    record::HubSettings settings = filtered({{true, "0.0.0.0/0"}});
    settings.mutable_network()->set_public_access_disabled(true);
    EXPECT_FALSE(Admission{settings}.admits(from("10.0.0.1"), hub_door));
    EXPECT_FALSE(Admission{settings}.admits(from("10.0.0.1"), Door::events));
}

TEST(Admission, AnUnknownAddressIsNotLetPastRules) {
    EXPECT_FALSE(Admission{filtered({{true, "0.0.0.0/0"}})}.admits({{}, 13}, hub_door));
    EXPECT_FALSE(Admission{with_rule_set(true, false, "0.0.0.0/0")}.admits({{}, 13}, hub_door));
}

TEST(Admission, ARuleThatCannotBeReadLetsNobodyIn) {
    EXPECT_FALSE(Admission{filtered({{false, "nonsense"}})}.admits(from("10.0.0.1"), hub_door));
}

TEST(Admission, AnOlderTlsIsRefusedWhereANewerOneIsDemanded) {
    record::HubSettings settings;
    settings.set_min_tls(12);
    EXPECT_FALSE(Admission{settings}.admits(from("10.0.0.1", 11), hub_door));
    EXPECT_FALSE(Admission{settings}.admits(from("10.0.0.1", 0), hub_door)) << "none at all";
    EXPECT_TRUE(Admission{settings}.admits(from("10.0.0.1", 12), hub_door));
}

}  // namespace
}  // namespace tandem::hub
