#include "control/hub_access.hpp"

#include "codec/ip_range.hpp"
#include "control/sku.hpp"
#include "control/text.hpp"

#include <string>

namespace tandem::control {

namespace {

Refusal bad(std::string text) { return {400916, std::move(text)}; }

/// The array member of that name; nullptr: none, or null. Refuses anything else.
std::optional<Refusal> find_rules(json::object const& object, char const* name,
                                  json::array const*& rules) {
    json::value const* found = find(object, name);
    rules = nullptr;
    if (found == nullptr || found->is_null()) return std::nullopt;
    if (!found->is_array()) return bad(std::string{name} + " must be an array of rules.");
    rules = &found->get_array();
    if (rules->size() > ip_rules_max)
        return bad(std::string{name} + " has more than " + std::to_string(ip_rules_max) +
                   " rules.");
    return std::nullopt;
}

std::optional<Refusal> read_rule(json::value const& sent, bool rejects_too, record::IpRule& rule) {
    if (!sent.is_object()) return bad("An IP rule must be an object.");
    json::object const& object = sent.get_object();
    std::string const name = find_string(object, "filterName").value_or("");
    if (name.empty()) return bad("An IP rule needs a filterName.");
    std::string const action = find_string(object, "action").value_or(rejects_too ? "" : "Allow");
    bool const accepts = equal_ci(action, rejects_too ? "Accept" : "Allow");
    if (!accepts && !(rejects_too && equal_ci(action, "Reject")))
        return bad("The action of IP rule '" + name + "' must be " +
                   (rejects_too ? "Accept or Reject." : "Allow."));
    std::string const mask = find_string(object, "ipMask").value_or("");
    if (!parse_ip_range(mask))
        return bad("The ipMask '" + mask + "' of IP rule '" + name +
                   "' is not an address or a CIDR range.");
    rule.set_allow(accepts);
    rule.set_mask(mask);
    return std::nullopt;
}

std::optional<Refusal> read_rule_set(json::object const& properties, record::NetworkRules& rules) {
    json::value const* found = find(properties, "networkRuleSets");
    if (found == nullptr || found->is_null()) return std::nullopt;
    if (!found->is_object()) return bad("networkRuleSets must be an object.");
    json::object const& set = found->get_object();
    std::string const otherwise = find_string(set, "defaultAction").value_or("Deny");
    if (!equal_ci(otherwise, "Deny") && !equal_ci(otherwise, "Allow"))
        return bad("The defaultAction of networkRuleSets must be Deny or Allow.");
    rules.set_rule_set(true);
    rules.set_rule_set_denies(equal_ci(otherwise, "Deny"));
    rules.set_rule_set_for_events(
        find_bool(set, "applyToBuiltInEventHubEndpoint").value_or(false));
    json::array const* sent = nullptr;
    if (auto refused = find_rules(set, "ipRules", sent)) return refused;
    if (sent == nullptr) return std::nullopt;
    for (json::value const& rule : *sent)
        if (auto refused = read_rule(rule, false, *rules.add_rule_set_rules())) return refused;
    return std::nullopt;
}

std::optional<Refusal> read_network(json::object const& properties, record::NetworkRules& rules) {
    if (auto const access = find_string(properties, "publicNetworkAccess"); access) {
        if (!equal_ci(*access, "Enabled") && !equal_ci(*access, "Disabled"))
            return bad("publicNetworkAccess must be Enabled or Disabled.");
        rules.set_public_access_disabled(equal_ci(*access, "Disabled"));
    }
    json::array const* sent = nullptr;
    if (auto refused = find_rules(properties, "ipFilterRules", sent)) return refused;
    if (sent != nullptr)
        for (json::value const& rule : *sent)
            if (auto refused = read_rule(rule, true, *rules.add_filter())) return refused;
    return read_rule_set(properties, rules);
}

}  // namespace

HubLimits hub_limits(json::object const& document) {
    Sku const* named = named_sku(document);
    Sku const& sku = named ? *named : *find_sku("S1");
    auto const units = static_cast<std::uint64_t>(units_of(document));
    HubLimits limits{.messages_a_day = sku.messages_a_day * units,
                     .message_unit_bytes = sku.message_unit_bytes,
                     .devices_max = sku.devices_max};
    json::object const* properties = find_object(document, "properties");
    json::object const* tandem = properties ? find_object(*properties, "tandem") : nullptr;
    limits.enforced = tandem == nullptr || !find_bool(*tandem, "unlimited").value_or(false);
    return limits;
}

std::optional<Refusal> check_access(json::object const& properties) {
    record::NetworkRules rules;
    if (auto refused = read_network(properties, rules)) return refused;
    for (char const* name : {"disableLocalAuth", "disableDeviceSAS", "disableModuleSAS"}) {
        json::value const* flag = find(properties, name);
        if (flag != nullptr && !flag->is_null() && !flag->is_bool())
            return bad(std::string{name} + " must be true or false.");
    }
    return std::nullopt;
}

void apply_document(json::object const& document, record::HubSettings& settings) {
    HubLimits const limits = hub_limits(document);
    settings.set_messages_a_day(limits.enforced ? limits.messages_a_day : 0);
    settings.set_message_unit_bytes(limits.message_unit_bytes);
    settings.set_devices_max(limits.enforced ? limits.devices_max : 0);
    static json::object const none;
    json::object const* found = find_object(document, "properties");
    json::object const& properties = found ? *found : none;
    settings.clear_network();
    record::NetworkRules rules;
    static_cast<void>(read_network(properties, rules));
    if (rules.ByteSizeLong() > 0) *settings.mutable_network() = std::move(rules);
    auto const flag = [&](char const* name) { return find_bool(properties, name).value_or(false); };
    settings.set_disable_local_auth(flag("disableLocalAuth"));
    settings.set_disable_device_sas(flag("disableDeviceSAS"));
    settings.set_disable_module_sas(flag("disableModuleSAS"));
    std::string const tls = find_string(properties, "minTlsVersion").value_or("");
    settings.set_min_tls(tls == "1.2" ? 12 : tls == "1.1" ? 11 : tls == "1.0" ? 10 : 0);
}

}  // namespace tandem::control
